"""Examination in a child process: real children, real deaths."""

from __future__ import annotations

import os
import signal
import threading

import av
import numpy as np
import pytest
from tests.bad_videos import Recipe, make_video

from fakestormer.isolation import IsolatedDetector, IsolationConfig, Limits, Request
from fakestormer.report import render_html
from fakestormer.types import ConfigError, ExaminationError, VideoError

GENEROUS = Limits(memory=3 * 2**30, seconds=120.0)
TIMES = ("started", "ended")


@pytest.fixture(scope="module")
def shot(tmp_path_factory, film):
    recipe = Recipe(num_frames=14, width=film.shape[2], height=film.shape[1])
    return make_video(tmp_path_factory.mktemp("shot") / "shot.mp4", recipe, lambda index: film[index % len(film)])


@pytest.fixture(scope="module")
def isolated(weights):
    with IsolatedDetector(IsolationConfig(weights=weights, device="cpu", limits=GENEROUS)) as opened:
        yield opened


def process_of(isolated):
    return isolated.start().process_id


def gone(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def without_times(page):
    return [line for line in page.splitlines() if "UTC" not in line]


def test_the_verdict_and_its_page_are_those_of_a_detector_in_this_process(isolated, detector, shot):
    apart, here = isolated.detect(shot), detector.detect(shot)
    assert apart.decision is here.decision
    assert apart.probability == pytest.approx(here.probability, abs=1e-6)
    assert [face.span for face in apart.faces] == [face.span for face in here.faces]
    for mine, theirs in zip(apart.faces[0].evidence_frames, here.faces[0].evidence_frames, strict=True):
        np.testing.assert_array_equal(mine.image, theirs.image)
    assert len(render_html(apart)) == pytest.approx(len(render_html(here)), rel=0.01)


def test_progress_goes_through_all_stages_and_the_child_stays_warm(isolated, shot, tmp_path):
    before, heard = process_of(isolated), []
    ended = isolated.examine(Request(shot, tmp_path, name="what the user calls it.mp4", page=True), heard.append)
    assert ended.ending == "done"
    assert list(dict.fromkeys(one.stage for one in heard)) == ["probe", "track", "score", "write"]
    assert all(one.fraction is None or 0 <= one.fraction <= 1 for one in heard)
    assert process_of(isolated) == before
    assert "what the user calls it.mp4" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert str(shot) not in (tmp_path / "verdict.json").read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "frames").iterdir()) == ["0.jpg", "1.jpg"]


def test_the_child_says_how_it_is_confined(isolated):
    said = " ".join(isolated.start().confinement)
    assert f"memory: at most {GENEROUS.memory}" in said
    if os.uname().machine in ("x86_64", "aarch64"):
        assert "no sockets" in said


def test_a_file_that_is_no_video_costs_nothing_but_its_own_turn(isolated, tmp_path):
    before = process_of(isolated)
    path = tmp_path / "notes.mp4"
    path.write_bytes(b"these are notes" * 100)
    with pytest.raises(VideoError, match=r"notes\.mp4"):
        isolated.detect(path)
    assert process_of(isolated) == before


@pytest.mark.slow
def test_a_picture_that_needs_more_memory_than_allowed_is_named(weights, tmp_path):
    path = tmp_path / "bomb.mov"
    side = 12000  # in 16 bits 824 MiB as it is decoded
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = side, side, "rgb48be"
        picture = av.VideoFrame.from_ndarray(np.zeros((side, side, 3), np.uint16), format="rgb48be")
        container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    assert path.stat().st_size < 2**21
    config = IsolationConfig(weights=weights, device="cpu", limits=Limits(memory=2**30, seconds=120.0))
    with IsolatedDetector(config) as isolated, pytest.raises(ExaminationError, match="memory") as raised:
        isolated.detect(path)
    assert raised.value.ending == "out_of_memory"


@pytest.mark.parametrize(
    ("limit", "ending"),
    [
        ({"duration": 0.2}, "too_long"),
        ({"pixels": 1000}, "too_many_pixels"),
        ({"frame_rate": 5.0}, "too_many_frames"),
        ({"frames": 5}, "too_many_frames"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_exceeds_a_limit_is_refused_with_both_values(isolated, shot, tmp_path, limit, ending):
    process_of(isolated)
    name, most = next(iter(limit.items()))
    asked = isolated.examine(Request(shot, tmp_path), limits=Limits(seconds=120.0, **limit))
    assert asked.ending == ending
    assert f"{most / 1e6:g}" in asked.detail if name == "pixels" else f"{most:g}" in asked.detail


@pytest.mark.slow
def test_weights_that_are_none_are_one_sentence(tmp_path):
    path = tmp_path / "none.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(Exception, match=r"none\.safetensors"), IsolatedDetector(IsolationConfig(weights=path)) as one:
        one.start()


def test_limits_that_cannot_be_are_refused():
    with pytest.raises(ConfigError, match=r"seconds=0\.0"):
        Limits(seconds=0.0)
    with pytest.raises(ConfigError, match="too little for the model"):
        Limits(memory=2**20)


@pytest.mark.parametrize(
    ("ended_by", "word"),
    [(signal.SIGSEGV, "SIGSEGV"), pytest.param(signal.SIGKILL, "killed from outside", marks=pytest.mark.slow)],
)
def test_a_child_that_dies_is_named_and_replaced(isolated, shot, ended_by, word):
    before = process_of(isolated)
    with pytest.raises(ExaminationError, match=word) as raised:
        isolated.detect(shot, lambda progress: os.kill(before, ended_by))
    assert raised.value.ending == ("crashed" if ended_by == signal.SIGSEGV else "out_of_memory")
    assert gone(before)
    assert isolated.detect(shot).probability is not None
    assert process_of(isolated) != before


def test_a_child_that_hangs_is_killed_when_its_time_is_over(isolated, shot, tmp_path):
    before = process_of(isolated)
    os.kill(before, signal.SIGSTOP)
    ended = isolated.examine(Request(shot, tmp_path), limits=Limits(seconds=0.5))
    assert ended.ending == "timeout"
    assert "longer than 0.5 s" in ended.detail
    assert gone(before)


@pytest.mark.slow
def test_an_examination_is_cancelled_from_another_thread(isolated, shot, tmp_path):
    before = process_of(isolated)
    os.kill(before, signal.SIGSTOP)
    threading.Timer(0.1, isolated.cancel).start()
    assert isolated.examine(Request(shot, tmp_path)).ending == "cancelled"
    assert gone(before)


@pytest.mark.slow
def test_no_child_outlives_a_parent_that_is_killed(weights, shot):
    read, write = os.pipe()
    parent = os.fork()
    if parent == 0:  # pragma: no cover - another process
        isolated = IsolatedDetector(IsolationConfig(weights=weights, device="cpu"))
        os.write(write, str(process_of(isolated)).encode())
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)
    child = int(os.read(read, 100))
    for _ in range(100):
        if gone(child):
            break
        threading.Event().wait(0.05)
    assert gone(child)


def test_detect_isolate_prints_and_writes_what_detect_does(run, shot, weights, tmp_path):
    usual = run("detect", shot, "--weights", weights, "--device", "cpu")
    page, film, opened = tmp_path / "page.html", tmp_path / "drawn.mp4", tmp_path / "opened"
    film.write_bytes(b"yesterday")
    os.link(film, opened)  # as a player that has it open sees it
    apart = run(
        *("detect", shot, "--weights", weights, "--device", "cpu", "--isolate"),
        *("--memory-limit", 3, "--time-limit", 120, "--html", page, "--overlay", film),
    )
    assert (apart.code, apart.out) == (usual.code, usual.out)
    assert page.exists()
    assert film.stat().st_size > 1000
    assert opened.read_bytes() == b"yesterday"


def test_limits_without_isolate_are_refused(run, shot, weights):
    ended = run("detect", shot, "--weights", weights, "--memory-limit", 2)
    assert ended.code == 1
    assert ended.sentences == ["fakestormer: --memory-limit and --time-limit apply to a child process: add --isolate"]
