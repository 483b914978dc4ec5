"""A web page, a REST API and a job queue: videos come in over HTTP, are examined once, and nothing is lost."""

from fakestormer.serving.config import ServeConfig
from fakestormer.serving.database import Database
from fakestormer.serving.keys import ROLES, KeyFacts, add_key, list_keys, revoke_key
from fakestormer.serving.limits import ServiceLimits
from fakestormer.serving.run import serve
from fakestormer.serving.worker_process import work

__all__ = [
    "ROLES",
    "Database",
    "KeyFacts",
    "ServeConfig",
    "ServiceLimits",
    "add_key",
    "list_keys",
    "revoke_key",
    "serve",
    "work",
]
