"""Genuine videos to training batches: manifests, the track cache and its preparation, pairs of real and pseudo-fake."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakestormer.data.batch import Batch, collate_pairs
    from fakestormer.data.cache import (
        CACHE_SPEC,
        CachedTrack,
        Forgery,
        TrackCrops,
        cache_fingerprint,
        read_cache,
        write_tracks,
    )
    from fakestormer.data.csv_records import manifest_records, name_values, read_manifest_bytes
    from fakestormer.data.frame_mix import FrameMix, FramePair, FramePairSet
    from fakestormer.data.labels import Label, read_label
    from fakestormer.data.ledger import LedgerRow, ledger_path, read_ledgers
    from fakestormer.data.prepare import DETECTION_SIZE, SourceFile, prepare_sources
    from fakestormer.data.preview import write_preview
    from fakestormer.data.reconstruct import reconstruct
    from fakestormer.data.shard import Shard, parse_shard
    from fakestormer.data.sources import list_sources
    from fakestormer.data.training_set import (
        ClipSampling,
        SelfBlendedSet,
        is_held_out,
        split_identities,
        without_augmentation,
    )

__all__ = [
    "CACHE_SPEC",
    "DETECTION_SIZE",
    "Batch",
    "CachedTrack",
    "ClipSampling",
    "Forgery",
    "FrameMix",
    "FramePair",
    "FramePairSet",
    "Label",
    "LedgerRow",
    "SelfBlendedSet",
    "Shard",
    "SourceFile",
    "TrackCrops",
    "cache_fingerprint",
    "collate_pairs",
    "is_held_out",
    "ledger_path",
    "list_sources",
    "manifest_records",
    "name_values",
    "parse_shard",
    "prepare_sources",
    "read_cache",
    "read_label",
    "read_ledgers",
    "read_manifest_bytes",
    "reconstruct",
    "split_identities",
    "without_augmentation",
    "write_preview",
    "write_tracks",
]

# Names are fetched when first used: a process that only prepares videos does not wait for torch, nor hold it.
_FILES = {
    "CACHE_SPEC": "cache",
    "DETECTION_SIZE": "prepare",
    "Batch": "batch",
    "CachedTrack": "cache",
    "ClipSampling": "training_set",
    "Forgery": "cache",
    "FrameMix": "frame_mix",
    "FramePair": "frame_mix",
    "FramePairSet": "frame_mix",
    "Label": "labels",
    "LedgerRow": "ledger",
    "SelfBlendedSet": "training_set",
    "Shard": "shard",
    "SourceFile": "prepare",
    "TrackCrops": "cache",
    "cache_fingerprint": "cache",
    "collate_pairs": "batch",
    "is_held_out": "training_set",
    "ledger_path": "ledger",
    "list_sources": "sources",
    "manifest_records": "csv_records",
    "name_values": "csv_records",
    "parse_shard": "shard",
    "prepare_sources": "prepare",
    "read_cache": "cache",
    "read_label": "labels",
    "read_ledgers": "ledger",
    "reconstruct": "reconstruct",
    "read_manifest_bytes": "csv_records",
    "split_identities": "training_set",
    "without_augmentation": "training_set",
    "write_preview": "preview",
    "write_tracks": "cache",
}

if not TYPE_CHECKING:  # else mypy would take any name for one of these

    def __getattr__(name: str) -> object:
        if name not in _FILES:
            raise AttributeError(f"module 'fakestormer.data' has no attribute {name!r}")
        return getattr(importlib.import_module(f"fakestormer.data.{_FILES[name]}"), name)
