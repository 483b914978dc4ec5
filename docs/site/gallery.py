"""The gallery: the examples, run, with what they print and draw: python -m docs.site.gallery [SCRIPT...] (make gallery)

Writes docs/gallery. Code is taken from examples/, output from a run on this machine with the weights of the package.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2

ROOT = Path(__file__).parents[2]
WIDTH = 600  # pixels
GALLERY = ROOT / "docs" / "gallery"


@dataclass(frozen=True)
class Example:
    """One script: its title, how it is run, and the picture that it leaves, if any."""

    script: str
    title: str
    arguments: tuple[str, ...] = ()
    picture: str = ""
    said: str = ""  # what the picture shows


EXAMPLES = (
    Example("01_detect_one_video.py", "One video"),
    Example(
        "02_look_at_evidence.py", "Inside a verdict",
        picture="out/evidence/face0_frame*_change.png", said="A frame with the map of change over time on the face",
    ),
    Example(
        "03_make_pseudo_fakes.py", "A self-blended video, step by step", ("--seeds", "0", "1"),
        "out/pseudo_fakes/seed_0.png", "Genuine frames, pseudo-fake, mask and targets",
    ),
    Example("05_train_tiny.py", "Train a tiny network"),
    Example("06_evaluate_a_folder.py", "Evaluate a folder"),
    Example("07_compare_two_detectors.py", "Compare two detectors"),
)  # fmt: skip


def page(example: Example, output: str) -> str:
    """The page of one example."""
    source = (ROOT / "examples" / example.script).read_text("utf-8")
    picture = f"gallery_{Path(example.script).stem}{Path(example.picture).suffix}"
    command = " ".join(("python", f"examples/{example.script}", *example.arguments))
    parts = [
        f"# {example.title}",
        _told(source),
        f"```console\n$ {command}\n{output.strip()}\n```",
        *([f"![{example.said}](../images/{picture})"] if example.picture else []),
        "## The code",
        f"```python\n{code_of(example)}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def code_of(example: Example) -> str:
    """The code of a script behind its docstring."""
    source = (ROOT / "examples" / example.script).read_text("utf-8")
    end = ast.parse(source).body[0].end_lineno or 0
    return "\n".join(source.split("\n")[end:]).strip()


def _told(source: str) -> str:
    """The paragraphs of a script's docstring, without the one that says how it is run."""
    paragraphs = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")
    return "\n\n".join(one for one in paragraphs if not one.startswith("python examples/"))


def copy_picture(drawn: Path, place: Path) -> None:
    """Writes the picture, no wider than a page needs it."""
    pixels = cv2.imread(str(drawn))
    if pixels is None:
        sys.exit(f"{drawn} is no picture")
    scale = min(1.0, WIDTH / pixels.shape[1])
    cv2.imwrite(str(place), cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def run(example: Example) -> str:
    """What the script prints; it is run from the root of the checkout, after the demo."""
    command = [sys.executable, f"examples/{example.script}", *example.arguments]
    environment = os.environ | {"COLUMNS": "110", "PYTHONPATH": str(ROOT / "src")}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    GALLERY.mkdir(exist_ok=True)
    if not (ROOT / "out" / "demo" / "self_blended.mp4").exists():
        subprocess.run([sys.executable, "examples/demo.py"], cwd=ROOT, check=True)
    for one in (one for one in EXAMPLES if one.script in (sys.argv[1:] or one.script)):
        written = GALLERY / f"{Path(one.script).stem}.md"
        written.write_text(page(one, run(one).replace(f"{ROOT}/", "")), "utf-8")
        if one.picture:
            drawn = ROOT / "docs" / "images" / f"gallery_{Path(one.script).stem}{Path(one.picture).suffix}"
            copy_picture(min(ROOT.glob(one.picture)), drawn)
        print(f"wrote {written.relative_to(ROOT)}")
