"""Floor 1: a file becomes frames. The only user of PyAV."""

from fakestormer.video.decode import VideoReader
from fakestormer.video.probe import decoder_version, hash_file, probe_video
from fakestormer.video.sampling import spread_indices
from fakestormer.video.seek import read_frames_at
from fakestormer.video.write import write_video

__all__ = [
    "VideoReader",
    "decoder_version",
    "hash_file",
    "probe_video",
    "read_frames_at",
    "spread_indices",
    "write_video",
]
