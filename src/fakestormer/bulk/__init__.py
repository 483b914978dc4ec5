"""Millions of videos: one row for every file, whatever dies on the way, on Ray Data from a laptop to a cluster."""

from fakestormer.bulk.config import BulkConfig
from fakestormer.bulk.job import retry_job, run_job
from fakestormer.bulk.manifest import Listed, list_inputs
from fakestormer.bulk.place import open_place
from fakestormer.bulk.ray_engine import open_ray
from fakestormer.bulk.schema import STATUSES
from fakestormer.bulk.status import JobStatus, read_status
from fakestormer.bulk.table import Account

__all__ = [
    "STATUSES",
    "Account",
    "BulkConfig",
    "JobStatus",
    "Listed",
    "list_inputs",
    "open_place",
    "open_ray",
    "read_status",
    "retry_job",
    "run_job",
]
