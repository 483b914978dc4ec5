"""Floor 1: a file becomes frames. The only user of PyAV."""

from fakestormer.video.credentials import read_credentials
from fakestormer.video.custody import Custody, hash_file, in_custody
from fakestormer.video.decode import VideoReader
from fakestormer.video.distorted_copy import write_distorted
from fakestormer.video.distortion import ALL_DISTORTIONS, LEVELS, Distortion
from fakestormer.video.drawn_copy import refuse_overwriting, write_drawn
from fakestormer.video.probe import decoder_version, library_versions, probe_video, writes_h264
from fakestormer.video.seek import stream_frames_at
from fakestormer.video.suffixes import VIDEO_SUFFIXES
from fakestormer.video.write import write_video

__all__ = [
    "ALL_DISTORTIONS",
    "LEVELS",
    "VIDEO_SUFFIXES",
    "Custody",
    "Distortion",
    "VideoReader",
    "decoder_version",
    "hash_file",
    "in_custody",
    "library_versions",
    "probe_video",
    "read_credentials",
    "refuse_overwriting",
    "stream_frames_at",
    "write_distorted",
    "write_drawn",
    "write_video",
    "writes_h264",
]
