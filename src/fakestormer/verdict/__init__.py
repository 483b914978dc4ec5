"""From evidence to a verdict: clips to face to video, and when in the video. Pure NumPy, no files."""

from fakestormer.verdict.aggregate import decide, judge_face, judge_video
from fakestormer.verdict.timeline import score_timeline, suspicious_spans

__all__ = ["decide", "judge_face", "judge_video", "score_timeline", "suspicious_spans"]
