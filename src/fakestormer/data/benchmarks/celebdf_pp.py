"""Celeb-DF++: the real videos of Celeb-DF v2 and 22 kinds of fakes: swaps, reenactment, talking faces."""

from __future__ import annotations

from fakestormer.data.benchmarks.celebdf_list import testing_list
from fakestormer.data.benchmarks.layout import Benchmark, Part

METHODS = (
    ("FaceSwap", ("BlendFace", "Celeb-DF", "GHOST", "HifiFace", "InSwapper", "MobileFaceSwap", "SimSwap", "UniFace")),
    ("FaceReenact", ("DaGAN", "FSRT", "HyperReenact", "LIA", "LivePortrait", "MCNET", "TPSMM")),
    ("TalkingFace", ("AniTalker", "EchoMimic", "EDTalk", "FLOAT", "IP_LAP", "Real3DPortrait", "SadTalker")),
)

CELEBDF_PP = Benchmark(
    name="celebdf-pp",
    title="Celeb-DF++",
    sources=("https://github.com/OUC-VAS/Celeb-DF-PP/blob/main/README.md (tree, 178 real videos for testing)",),
    parts=(
        Part("Celeb-real/{target}.mp4", "real"),
        Part("YouTube-real/{target}.mp4", "real"),
        *(
            Part(f"Celeb-synthesis/{family}/{method}/{{target}}_{{rest}}.mp4", "fake", method)
            for family, methods in METHODS
            for method in methods
        ),
    ),
    listing=testing_list(None),
    notes=(
        "Numbers of files and the form of fakes' names: not verified. The README gives 200 testing videos a method of "
        "FaceSwap and FaceReenact and 300 a method of TalkingFace.",
    ),
)
