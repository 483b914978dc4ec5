"""The example reports in docs/examples: a film that is forged for a few seconds, and two people of whom one is forged.

python examples/04_example_reports.py [--out FOLDER] [--weights FILE] [--pdf] [--overlay] [--docs]

Both films are made on the spot from scikit-image's astronaut (NASA, public domain), so that the truth is known: which
face is forged, and when. The forged face is blended with a slightly changed copy of itself.

`--docs` (make examples) renews what the documentation shows: docs/examples/*.html and docs/images/report.png. The
picture needs playwright (extra dev) and Chromium.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from skimage.data import astronaut

import fakestormer as fs
from fakestormer.cli.wording import describe
from fakestormer.detector import write_overlay
from fakestormer.synthesis import NO_AUGMENTATION, SelfBlender, SynthesisConfig, film_still
from fakestormer.types import TimeSpan
from fakestormer.video import write_video

FRAME_RATE = 25.0
SECONDS = 8
FORGED = TimeSpan(3.0, 5.5)
CROP_SIZE = 182  # 13 patches of 14 pixels: the crop is cut and put back without resampling
PIECE = 50  # frames that are blended at once
LANDMARKS = Path(__file__).with_name("astronaut_landmarks.json")
DOCS = Path(__file__).parents[1] / "docs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PICTURE = {"width": 900, "height": 2350}  # pixels: from the answer to the evidence frames


def film(camera_seed: int) -> tuple[np.ndarray, np.ndarray, str]:
    """Frames (frames x 512 x 512 x 3) of the picture by a hand-held camera, the face's landmarks and their scheme."""
    known = json.loads(LANDMARKS.read_text(encoding="utf-8"))
    num_frames = round(SECONDS * FRAME_RATE)
    camera = np.random.default_rng(camera_seed)
    return *film_still(astronaut(), np.array(known["points"]), num_frames, camera), known["scheme"]


def forge(frames: np.ndarray, landmarks: np.ndarray, scheme: str, span: TimeSpan, seed: int) -> np.ndarray:
    """The film with its face blended with a changed copy of itself in the frames of that span."""
    first, last = round(span.start * FRAME_RATE), round(span.end * FRAME_RATE)
    left, top = np.round(landmarks[first:last].mean(axis=(0, 1)) - CROP_SIZE / 2).astype(int)
    region = np.s_[top : top + CROP_SIZE, left : left + CROP_SIZE]
    config = replace(
        SynthesisConfig(p_regenerated_source=1.0),
        image_size=CROP_SIZE, crop_margin=(0.0, 0.0), p_flip=0.0, p_cutout=0.0, p_change_target=0.0,
        blend_ratios=(1.0,), augmentation=NO_AUGMENTATION,
    )  # fmt: skip
    forged, blender = frames.copy(), SelfBlender(config)
    for start in range(first, last, PIECE):  # the same seed, so the same forgery in every piece
        piece = slice(start, min(start + PIECE, last))
        pair = blender.blend(frames[(piece, *region)], landmarks[piece] - [left, top], scheme, seed)
        forged[(piece, *region)] = pair.fake
    return forged


def partial_forgery() -> np.ndarray:
    """One person, forged in the middle of the film."""
    frames, landmarks, scheme = film(camera_seed=3)
    return forge(frames, landmarks, scheme, FORGED, seed=4)


def two_people() -> np.ndarray:
    """The person twice, side by side: on the left as filmed, on the right in other light and forged throughout."""
    left, _, _ = film(camera_seed=3)
    frames, landmarks, scheme = film(camera_seed=8)
    right = forge(frames, landmarks, scheme, TimeSpan(0.0, SECONDS), seed=4)
    warmer = np.clip(right * np.array([1.0, 0.92, 0.78]), 0, 255).astype(np.uint8)
    return np.concatenate([left, warmer], axis=2)


def main() -> None:
    """Makes the films, judges them and writes their reports."""
    parser = argparse.ArgumentParser(description="Write the example reports.")
    parser.add_argument("--out", type=Path, default=Path("out/examples"))
    parser.add_argument("--weights", type=Path, help="a weights file; without it, those of the package")
    parser.add_argument("--pdf", action="store_true", help="write the reports as PDF, too (extra report)")
    parser.add_argument("--overlay", action="store_true", help="write the annotated films, too")
    parser.add_argument("--docs", action="store_true", help="renew the pages and the picture of the documentation")
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if options.docs and browser is None:
        sys.exit("--docs takes a picture of a page and needs the browser Chromium: install it (apt install chromium)")
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    # One evidence frame a face keeps the committed pages small.
    detector = fs.Detector.load(options.weights, fs.DetectorConfig(evidence_frames=1))
    for name, images in (("partial_forgery", partial_forgery()), ("two_people", two_people())):
        report(out / f"{name}.mp4", images, detector, options.pdf, options.overlay)
        if options.docs:
            shutil.copy(out / f"{name}.html", DOCS / "examples")
    print(f"the reports are in {out}")
    if options.docs and browser is not None:
        take_picture(out / "partial_forgery.html", DOCS / "images" / "report.png", browser)
        print(f"the pages and the picture in {DOCS} are new")


def take_picture(page: Path, picture: Path, browser: str) -> None:
    """Writes the page as Chromium shows it to a PNG file, without a network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        shown = opened.new_page(viewport=PICTURE, offline=True)
        shown.goto(page.resolve().as_uri())
        slider = shown.locator(".play input").first
        slider.fill(f"{FORGED.middle:.1f}")  # the line stands in the forged stretch
        slider.blur()
        shown.screenshot(path=picture)
        opened.close()


def report(video: Path, images: np.ndarray, detector: fs.Detector, pdf: bool, overlay: bool) -> None:
    """Writes the film, its report, and what else was asked for, all beside one another."""
    write_video(video, images, FRAME_RATE)
    told: dict[str, Any] = {}
    verdict = detector.detect(video, observe=told.__setitem__)
    print(describe(verdict))
    fs.write_html(verdict, video.with_suffix(".html"))
    if pdf:
        fs.write_pdf(verdict, video.with_suffix(".pdf"))
    if overlay:
        write_overlay(verdict, told["track"].tracks, video.with_name(f"{video.stem}_overlay.mp4"))


if __name__ == "__main__":
    main()
