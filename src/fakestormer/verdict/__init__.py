"""From evidence to a verdict: clips to face to video, and when in the video. Pure NumPy, no files."""

from fakestormer.verdict.aggregate import judge_face, judge_video, pool_faces
from fakestormer.verdict.scoring import provisional_logit, score_clips
from fakestormer.verdict.segments import propose_segments, suspicious_segments
from fakestormer.verdict.timeline import score_timeline

__all__ = [
    "judge_face",
    "judge_video",
    "pool_faces",
    "propose_segments",
    "provisional_logit",
    "score_clips",
    "score_timeline",
    "suspicious_segments",
]
