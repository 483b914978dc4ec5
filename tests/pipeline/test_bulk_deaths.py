"""Files that kill the child that examines them: a second pass, then quarantine. Real children, real signals."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

pytest.importorskip("pyarrow", reason="needs the extra bulk")
from tests.bad_videos import Recipe, make_video
from tests.bulk_parts import InThisProcess, by_name, opened, rows_of

from fakestormer.bulk import BulkConfig, retry_job, run_job, scorer
from fakestormer.isolation import IsolatedDetector

pytestmark = pytest.mark.slow


@pytest.fixture
def deadly(monkeypatch):
    """How many more times the file of a name kills its child; under "memory" what its children might use."""
    left = {"memory": []}

    class Killing(IsolatedDetector):
        def examine(self, request, observe=None, limits=None):
            if left.get(request.path.name, 0) <= 0:
                return super().examine(request, observe, limits)
            left[request.path.name] -= 1
            left["memory"].append(self.config.limits.memory // 2**30)
            pid = self.start().process_id
            return super().examine(request, lambda progress: os.kill(pid, signal.SIGSEGV), limits)

    monkeypatch.setattr(scorer, "IsolatedDetector", Killing)
    return left


def test_a_crash_gets_one_more_chance_and_then_quarantine(tmp_path, deadly, good, weights):
    films = tmp_path / "films"
    films.mkdir()
    for number, name in enumerate(("killer.mp4", "once.mp4", "sound.mp4")):
        make_video(films / name, Recipe(num_frames=8 + number))
    shutil.copy(films / "once.mp4", films / "once again.mp4")
    deadly.update({"killer.mp4": 9, "once.mp4": 1, "once again.mp4": 1})
    config, output = BulkConfig(weights=weights, device="cpu", seconds=120.0), tmp_path / "out"
    account = run_job(str(films), str(output), config, opened(InThisProcess()))
    rows = by_name(rows_of(output))
    told = {name: (row["status"], row["attempts"], row["deaths"], row["quarantined"]) for name, row in rows.items()}
    assert told["killer.mp4"] == ("crashed", 2, 2, True)
    assert told["sound.mp4"] == ("not_applicable", 1, 0, False)
    assert {told["once.mp4"][0], told["once again.mp4"][0]} == {"not_applicable"}
    assert sorted(deadly["memory"]) == [4, 4, 8]
    assert "SIGSEGV" in rows["killer.mp4"]["detail"]
    assert (account.holds, account.num_quarantined, account.num_duplicates) == (True, 1, 1)
    again = InThisProcess()
    assert run_job(str(films), str(output), config, opened(again)) == account
    assert retry_job(str(output), ["crashed"], BulkConfig(seconds=120.0), opened(again)) == account
    assert again.num_chunks == 0
    deadly.clear()
    mended = retry_job(str(output), ["crashed"], BulkConfig(seconds=120.0), opened(again), quarantined=True)
    assert (again.num_chunks, mended.counts, mended.num_quarantined) == (1, {"not_applicable": 4}, 0)


def test_a_file_that_kills_whole_workers_is_taken_for_the_cause_at_last(tmp_path, weights):
    films = tmp_path / "films"
    films.mkdir()
    make_video(films / "a.mp4")

    class Dying(InThisProcess):
        """The same worker begins again, as Ray has it, after it was killed in the midst of a file."""

        def run(self, order, chunks, known, watch):
            place = scorer.open_place(order.address)
            entry = scorer.from_parquet(place.source(chunks[0].plan)).to_pylist()[0]
            name = f"{scorer.run_folder(order.run)}/begun/{chunks[0].name}.json"
            place.write(name, f'{{"id": "{entry["id"]}", "times": 3}}'.encode())
            super().run(order, chunks, known, watch)

    config = BulkConfig(weights=weights, device="cpu")
    account = run_job(str(films), str(tmp_path / "out"), config, opened(Dying()))
    (row,) = rows_of(tmp_path / "out")
    assert (row["status"], row["quarantined"], account.holds) == ("crashed", True, True)
    assert "the worker itself was killed 3 times" in row["detail"]
