"""Mutations of sound files for everything that parses bytes itself: only our own one-sentence errors may come of them.

    python -m tests.hostile.fuzz --minutes 10 --seed 1

Files of bytes are cut, flipped, and patched with numbers that parsers stumble over; JSON is spoilt by its structure, so
that the spoilt file still is JSON. What escapes is printed with the seed and number that make it again.
"""

from __future__ import annotations

import argparse
import copy
import csv
import io
import json
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save as save_arrays
from tests.bad_videos import Recipe, make_video

from fakestormer.data.ledger import LedgerRow, append_row, ledger_path, read_ledgers
from fakestormer.evaluation.clip_cache import read_cut_video
from fakestormer.evaluation.manifest import read_manifest
from fakestormer.evaluation.scores import read_scores
from fakestormer.model import FakeSTormer, ModelConfig, load_weights, save_weights
from fakestormer.report import read_results, write_results
from fakestormer.types import (
    Calibration,
    ClipEvidence,
    ClipSpec,
    Decision,
    EvidenceFrame,
    FaceVerdict,
    FakestormerError,
    Provenance,
    ScoredClip,
    ScoringRule,
    TimeSpan,
    VideoDamage,
    VideoInfo,
    VideoVerdict,
)
from fakestormer.video.boxes import film_in_picture, top_boxes
from fakestormer.video.refusal import why_unreadable
from fakestormer.video.truncation import breaks_off

VALUES = (
    None,
    True,
    -1,
    0,
    10**30,
    1e308,
    float("nan"),
    "",
    "x",
    "\ud800",
    [],
    [[]],
    {},
    {"x": 1},
    "2026-13-45",
    "../x",
)
TOKENS = (
    b"\0" * 8,
    b"\xff" * 8,
    b"moov",
    b"ftyp",
    b"mdat",
    b'"',
    b"{",
    b"[" * 500,
    b",",
    b"\n",
    b"\r",
    b"\0\0\0\1mdat",
)
SOUND = {
    "manifest": 'file,label,group,note\na.mp4,real,g,"x, y"\nb.mp4,fake,h,\nc.mp4,REAL,,=1\n',
    "scores": "file,label,group,decision,score,logit,probability,reason,crop_scale,frame_rate,bits_per_pixel,blur,"
    "clip_mean,clip_median,frame_mean\na.mp4,fake,g,fake,0.9,2.0,0.8,,1.0,25.0,0.1,0.2,1,1,1\n",
}


@dataclass(frozen=True)
class Target:
    """What reads a file, sound files for it, and how one is spoilt."""

    name: str
    read: Callable[[Path], object]
    sound: tuple[bytes, ...]
    spoil: Callable[[bytes, np.random.Generator], bytes]


def spoil_bytes(content: bytes, rng: np.random.Generator) -> bytes:
    """A few cuts, flips, patches and repetitions."""
    spoilt = bytearray(content)
    for _ in range(int(rng.integers(1, 6))):
        place, way = int(rng.integers(len(spoilt) + 1)), int(rng.integers(5))
        if way == 0:
            del spoilt[place:]
        elif way == 1 and place < len(spoilt):
            spoilt[place] ^= 1 << int(rng.integers(8))
        elif way == 2:
            token = TOKENS[int(rng.integers(len(TOKENS)))]
            spoilt[place : place + len(token)] = token
        elif way == 3:
            number = struct.pack(">I", int(rng.choice((0, 1, 7, 8, 2**31 - 1, 2**31, 2**32 - 1))))
            spoilt[place : place + 4] = number
        else:
            spoilt[place:place] = spoilt[max(0, place - int(rng.integers(1, 60))) : place]
    return bytes(spoilt)


def spoil_json(content: bytes, rng: np.random.Generator) -> bytes:
    """One or two values somewhere inside replaced, left out or put elsewhere; now and then the bytes themselves."""
    if rng.random() < 0.1:
        return spoil_bytes(content, rng)
    document = json.loads(content)
    for _ in range(int(rng.integers(1, 3))):
        holders = list(_holders(document))
        if not holders:
            break
        holder = holders[int(rng.integers(len(holders)))]
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = keys[int(rng.integers(len(keys)))]
        if rng.random() < 0.2:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(VALUES[int(rng.integers(len(VALUES)))])
    return json.dumps(document).encode()


def _holders(value: Any) -> Iterator[Any]:
    """All dictionaries and lists inside that hold something; the value itself in any case."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if inner:
        yield value
    for one in inner:
        yield from _holders(one)


def make_targets(folder: Path) -> tuple[Target, ...]:
    """All that is fuzzed."""
    films = [
        make_video(folder / name, Recipe(num_frames=3)).read_bytes() for name in ("a.mp4", "a.mkv", "a.ts", "a.m2ts")
    ]
    photo = b"\xff\xd8\xff\xe0" + bytes(60) + films[0]
    write_results((_verdict(),), [("b.mp4", "b.mp4 is empty")], folder / "report.json")
    append_row(ledger_path(folder), LedgerRow("a.mp4", True, 1, 9, None))
    clips = save_arrays({"images": np.zeros((1, 4, 8, 8, 3), np.uint8)}, {"video": json.dumps({"layout": 3})})
    return (
        Target("boxes", _read_boxes, (*films, photo), spoil_bytes),
        Target("report", read_results, ((folder / "report.json").read_bytes(),), spoil_json),
        Target("manifest", read_manifest, (SOUND["manifest"].encode(),), spoil_bytes),
        Target("scores", read_scores, (SOUND["scores"].encode(),), spoil_bytes),
        Target("weights", load_weights, (save_tiny_weights(folder).read_bytes(),), spoil_safetensors),
        Target("ledger", _read_ledger, (ledger_path(folder).read_bytes(),), spoil_bytes),
        Target("clip cache", read_cut_video, (clips,), spoil_safetensors),
    )


def spoil_safetensors(content: bytes, rng: np.random.Generator) -> bytes:
    """The note inside the header spoilt as JSON, the header's length put right; or bytes of the whole."""
    if rng.random() < 0.3:
        return spoil_bytes(content[:4000], rng) + content[4000:]
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    note = max(header["__metadata__"], key=lambda name: len(header["__metadata__"][name]))
    header["__metadata__"][note] = spoil_json(header["__metadata__"][note].encode(), rng).decode("utf-8", "replace")
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content[8 + length :]


def save_tiny_weights(folder: Path) -> Path:
    """Weights of a network that nobody trained."""
    path = folder / "weights.safetensors"
    model = ModelConfig(name="test", width=16, depth=1, num_heads=2, image_size=64)
    torch.manual_seed(0)
    calibration = Calibration(1.0, 0.0, 0.4, 0.6, "t")
    save_weights(path, FakeSTormer(model), ClipSpec(image_size=64), {"name": "t"}, calibration, {})
    return path


def _verdict() -> VideoVerdict:
    """One face with one clip and one evidence frame."""
    to_frame = np.array([[0.5, 0.0, 40.0], [0.0, 0.5, 20.0]])
    heat, span = np.full((4, 4, 4), 0.5, np.float32), TimeSpan(0.0, 0.16)
    clip = ClipEvidence(0, span, 2.0, np.zeros(0), np.full(4, 0.5, np.float32), heat, np.stack([to_frame] * 4), 64)
    image = np.full((12, 16, 3), 90, np.uint8)
    key = EvidenceFrame(0.08, 2, image, 0.5, 2.0, to_frame, 64, heat[2], 0.63, 0.05 * heat[2])
    face = FaceVerdict(0, span, Decision.FAKE, 2.0, 0.88, 0.88, (ScoredClip(clip, 2.0),), (key,), ())
    made = Provenance(
        *("0.2.0", "t", "ab" * 32, "cc" * 32, ClipSpec(), "cd" * 32, "PyAV", "faces", ScoringRule()),
        *(Calibration(1.0, 0.0, 0.2, 0.8, "t"), "cpu", (("interval", "1 s"),)),
    )
    info = VideoInfo("a.mp4", 320, 240, 25.0, 4.0, "h264", "yuv420p", 90)
    return VideoVerdict(info, Decision.FAKE, face.score, 0.88, None, (face,), (), VideoDamage(), 100, made)


def _read_boxes(path: Path) -> None:
    list(top_boxes(path))
    film_in_picture(path)
    breaks_off(path)
    why_unreadable(path)


def _read_ledger(path: Path) -> object:
    place = ledger_path(path.parent / "ledger")
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(path.read_bytes())
    return read_ledgers(place.parent)


def try_one(target: Target, folder: Path, seed: int, number: int) -> str | None:
    """What escaped from reading the mutation of that number; None where nothing did."""
    rng = np.random.default_rng([seed, number])
    path = folder / "mutation"
    path.write_bytes(target.spoil(target.sound[int(rng.integers(len(target.sound)))], rng))
    try:
        target.read(path)
    except FakestormerError as error:
        return None if "\n" not in str(error) else f"a sentence of several lines: {error!r}"
    except Exception:
        return traceback.format_exc(limit=-4)
    return None


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        targets, number, seen = make_targets(Path(place)), 0, set[str]()
        end = time.monotonic() + 60 * options.minutes
        while time.monotonic() < end:
            for target in targets:
                escaped = try_one(target, Path(place), options.seed, number)
                if escaped and escaped not in seen:
                    seen.add(escaped)
                    sys.stdout.write(f"{target.name}, seed {options.seed}, number {number}:\n{escaped}\n")
            number += 1
    table = io.StringIO()
    csv.writer(table).writerows([("targets", "mutations each", "findings"), (len(targets), number, len(seen))])
    sys.stdout.write(table.getvalue())


if __name__ == "__main__":
    main()
