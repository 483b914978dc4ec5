"""A verdict is about the film: not about batches, threads, the order of files, or the box that the film comes in."""

from __future__ import annotations

import json

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.bad_videos import Recipe, cut_file, make_video

from fakestormer.detector import TOLERANCE, Detector, DetectorConfig
from fakestormer.model import load_weights

MILLISECOND = 0.00101  # Matroska has whole ones
VP9 = {"codec": "libvpx-vp9", "options": (("cpu-used", "8"),)}


def clips(verdict):
    return [clip for face in verdict.faces for clip in face.clips]


def assert_same(verdict, other, of_time=0.0, of_logit=TOLERANCE):
    """The same answer, faces, clips and moments, logits within the tolerance."""
    assert (verdict.decision, len(verdict.faces)) == (other.decision, len(other.faces))
    assert len(clips(verdict)) == len(clips(other)) > 0
    for one, two in zip(clips(verdict), clips(other), strict=True):
        assert (one.span.start, one.span.end) == pytest.approx((two.span.start, two.span.end), abs=of_time)
        assert one.logit == pytest.approx(two.logit, abs=of_logit)
    frames = [[key.frame_index for face in one.faces for key in face.evidence_frames] for one in (verdict, other)]
    assert frames[0] == frames[1]


def shoot(path, film, **changes):
    recipe = Recipe(**{"num_frames": len(film), "width": film.shape[2], "height": film.shape[1], **changes})
    return make_video(path, recipe, lambda index: film[index])


def remux(source, path):
    """The packets of a film as they are in another container."""
    with av.open(str(source)) as read, av.open(str(path), "w") as written:
        stream = written.add_stream_from_template(read.streams.video[0])
        for packet in read.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                written.mux(packet)
    return path


@pytest.fixture(scope="module")
def films(tmp_path_factory, film):
    """Two films of one face, 30 and 14 frames long."""
    folder = tmp_path_factory.mktemp("films")
    return shoot(folder / "long.mp4", film), shoot(folder / "short.mkv", film[10:24])


@pytest.fixture(scope="module")
def verdict(films, detector):
    return detector.detect(films[0])


@given(st.integers(1, 40), st.sampled_from((1, 2, 3)))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_batch_size_and_threads_leave_the_verdict_as_it_is(films, weights, verdict, batch_size, threads):
    config = DetectorConfig(device="cpu", batch_size=batch_size, threads=threads)
    assert_same(Detector(load_weights(weights), config).detect(films[0]), verdict)


@pytest.mark.slow
def test_the_order_of_files_leaves_every_verdict_as_it_is(run, films, weights, tmp_path):
    written = []
    for number, order in enumerate((films, films[::-1])):
        target = tmp_path / f"{number}.json"
        assert run("detect", *order, "--weights", weights, "--json", target, "--device", "cpu").code == 0
        found = json.loads(target.read_text())["verdicts"]
        written.append({one["video"]["path"]: [face["clips"] for face in one["faces"]] for one in found})
    assert written[0] == written[1]


def test_what_was_examined_before_leaves_a_verdict_as_it_is(films, verdict, detector):
    detector.detect(films[1])
    assert_same(detector.detect(films[0]), verdict)


@pytest.mark.parametrize(
    ("first", "second", "recipe"),
    [
        ("a.mp4", "b.mkv", {}),
        ("a.mp4", "b.mov", {}),
        ("a.mp4", "b.ts", {}),
        ("a.mkv", "b.mp4", {"b_frames": 0}),
        ("a.webm", "b.mkv", VP9),
        ("a.webm", "b.mp4", VP9),
    ],
)
def test_the_same_packets_in_another_container_keep_answer_and_times(tmp_path, film, detector, first, second, recipe):
    source = shoot(tmp_path / first, film[:16], **recipe)
    verdict, copied = detector.detect(source), detector.detect(remux(source, tmp_path / second))
    assert_same(verdict, copied, of_time=MILLISECOND)
    assert copied.damage == verdict.damage
    assert copied.video.start == pytest.approx(verdict.video.start, abs=MILLISECOND)


def test_a_mirrored_copy_keeps_answer_and_times(tmp_path, film, weights):
    both_ways = Detector(load_weights(weights), DetectorConfig(device="cpu", flip=True))
    plain, mirrored = (
        both_ways.detect(shoot(tmp_path / name, pictures, options=(("crf", "4"),)))
        for name, pictures in (("plain.mp4", film), ("mirrored.mp4", np.ascontiguousarray(film[:, :, ::-1])))
    )
    assert (mirrored.decision, len(mirrored.faces)) == (plain.decision, len(plain.faces))
    spans = [[(clip.span.start, clip.span.end) for clip in clips(one)] for one in (plain, mirrored)]
    assert spans[0] == spans[1] != []
    for one, two in zip(clips(plain), clips(mirrored), strict=True):
        assert two.logit == pytest.approx(one.logit, abs=0.1)  # the face detector itself does not see mirrored


def spoil(path):
    """Bytes behind the end, and rubbish in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 40] = bytes(40)
    path.write_bytes(bytes(content) + b"GPS of an action camera")
    return path


KINDS = {
    "turned": lambda path, film: shoot(path / "a.mp4", film, rotation=90),
    "10 bits": lambda path, film: shoot(path / "a.mp4", film, pixel_format="yuv420p10le"),
    "variable rate": lambda path, film: shoot(path / "a.mp4", film, times=[n / 25 + n % 2 / 100 for n in range(16)]),
    "clock of a broadcast": lambda path, film: shoot(path / "a.ts", film),
    "odd codec": lambda path, film: shoot(path / "a.webm", film, **VP9),
    "damaged": lambda path, film: spoil(shoot(path / "a.mp4", film, muxer=(("movflags", "faststart"),))),
    "cut": lambda path, film: cut_file(shoot(path / "b.ts", film), path / "a.ts", 0.901),
    "nothing moves": lambda path, film: shoot(path / "a.mp4", np.repeat(film[:1], 16, axis=0)),
    "no face": lambda path, film: shoot(path / "a.mp4", np.zeros_like(film)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_verify_finds_the_same_bits_in_a_file_of_every_kind(tmp_path, film, run, weights, kind):
    path, report = KINDS[kind](tmp_path, film[:16]), tmp_path / "report.json"
    setting = ("--weights", weights, "--device", "cpu")
    assert run("detect", path, *setting, "--json", report).code == 0
    ended = run("verify", report, path, *setting)
    assert (ended.code, ended.out.splitlines()[-1]) == (0, f"{path}: same result, bit for bit")
