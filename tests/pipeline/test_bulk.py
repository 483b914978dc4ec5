"""A bulk job without Ray: real files, a real child process, an engine in this process."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="needs the extra bulk")
from tests.bulk_parts import InThisProcess, by_name, comparable, make_eight, opened, rows_of

from fakestormer.bulk import BulkConfig, JobStatus, list_inputs, open_place, read_status, retry_job, run_job
from fakestormer.bulk.status import write_status
from fakestormer.types import ConfigError

WEIGHTS_OF_ALL = ("weights_sha256", "version", "settings_sha256")


@pytest.fixture(scope="module")
def job(tmp_path_factory, good, weights):
    """A finished job over eight films, one of which was lost after it was listed."""
    place = tmp_path_factory.mktemp("job")
    films = make_eight(place / "films", good)
    manifest, output = place / "manifest.parquet", place / "out"
    list_inputs(str(films), manifest)
    (films / "lost.mp4").unlink()
    config = BulkConfig(
        weights=weights, device="cpu", pixels=300_000, seconds=120.0, reports=True, pages=True, price=0.5
    )
    told = []
    account = run_job(str(manifest), str(output), config, opened(InThisProcess()), told.append)
    return {"films": films, "manifest": manifest, "output": output, "config": config, "account": account, "told": told}


def test_every_file_has_one_row_with_the_status_that_fits(job):
    rows = rows_of(job["output"])
    assert {name: row["status"] for name, row in by_name(rows).items()} == {
        "a good.mp4": "ok",
        "cut.mp4": "not_applicable",
        "empty.mp4": "unreadable",
        "lost.mp4": "gone",
        "noface.mp4": "not_applicable",
        "text.mp4": "unreadable",
        "the same.mov": "ok",
        "wide.mp4": "too_large",
    }
    assert len({row["id"] for row in rows}) == len(rows) == job["account"].total == 8
    assert job["account"].holds
    assert [row["index"] for row in rows] == list(range(8))


def test_a_verdict_is_that_of_the_detector_and_says_what_it_comes_from(job, detector):
    row = by_name(rows_of(job["output"]))["a good.mp4"]
    verdict = detector.detect(row["uri"])
    assert row["probability"] == pytest.approx(verdict.probability, abs=1e-9)
    assert row["decision"] == verdict.decision.value
    assert row["sha256"] == verdict.provenance.input_sha256
    assert row["weights_sha256"] == verdict.provenance.weights_sha256
    assert [face["score"] for face in row["faces"]] == pytest.approx([face.score for face in verdict.faces])
    assert row["bytes"] == Path(row["uri"]).stat().st_size
    assert (row["attempts"], row["deaths"], row["quarantined"]) == (1, 0, False)
    assert row["cpu_seconds"] > 0


def test_faults_say_why_in_a_sentence_and_every_row_names_its_engine(job):
    rows = by_name(rows_of(job["output"]))
    assert "307200" in rows["wide.mp4"]["detail"] or "0.3 million" in rows["wide.mp4"]["detail"]
    assert rows["lost.mp4"]["detail"] == "the file cannot be found (No such file or directory)"
    assert all(row["detail"] for row in rows.values() if row["decision"] is None)
    assert {tuple(row[name] for name in WEIGHTS_OF_ALL) for row in rows.values()} == {
        tuple(rows["lost.mp4"][name] for name in WEIGHTS_OF_ALL)
    }


def test_the_same_content_is_scored_once_and_the_first_one_is_named(job):
    rows = by_name(rows_of(job["output"]))
    first, second = rows["a good.mp4"], rows["the same.mov"]
    assert (first["duplicate_of"], second["duplicate_of"]) == (None, first["id"])
    assert second["probability"] == first["probability"]
    assert second["faces"] == first["faces"]
    assert second["cpu_seconds"] == 0
    assert second["report"] == first["report"]
    assert job["account"].num_duplicates == 1


def test_reports_and_the_summary_lie_beside_the_table_and_its_links_lead_to_them(job):
    row = by_name(rows_of(job["output"]))["a good.mp4"]
    report = json.loads((job["output"] / row["report"]).read_text(encoding="utf-8"))
    assert report["video"]["path"] == row["uri"]
    assert "a good.mp4" in (job["output"] / row["page"]).read_text(encoding="utf-8")
    summary = (job["output"] / "summary.html").read_text(encoding="utf-8")
    assert f'href="{row["page"]}"' in summary
    assert "8 files, one row each" in summary
    assert "the file cannot be found" in summary


def test_progress_is_told_and_the_status_of_a_finished_job_can_be_read(job):
    last = job["told"][-1]
    assert (last.state, last.done, last.total) == ("finished", 8, 8)
    assert last.cost is not None
    assert last.cost > 0
    assert any(one.state == "running" and 0 < one.done < 8 for one in job["told"])
    assert read_status(open_place(str(job["output"]))).counts == last.counts
    assert not last.is_alive


def test_nothing_is_left_of_the_runs_and_the_same_command_does_nothing_again(job):
    before = rows_of(job["output"])
    engine = InThisProcess()
    account = run_job(str(job["manifest"]), str(job["output"]), job["config"], opened(engine))
    assert engine.num_chunks == 0
    assert account == job["account"]
    assert rows_of(job["output"]) == before
    assert not (job["output"] / "runs").exists()


def test_a_job_that_was_killed_goes_on_where_it_was_and_ends_with_the_same_table(job, tmp_path):
    output, began = tmp_path / "out", InThisProcess(die_at(3))
    with pytest.raises(KeyboardInterrupt):
        run_job(str(job["manifest"]), str(output), job["config"], opened(began))
    stopped = read_status(open_place(str(output)))
    assert (stopped.state, stopped.problem) == ("stopped", "the process was interrupted")
    engine = InThisProcess()
    account = run_job(str(job["manifest"]), str(output), job["config"], opened(engine))
    rows = rows_of(output)
    assert sorted({row["run"] for row in rows}) == [1, 2]
    assert all(row["attempts"] == 1 for row in rows)
    assert account == job["account"]
    assert comparable(rows) == comparable(rows_of(job["output"]))


def die_at(chunk):
    def before_chunk(number):
        if number == chunk:
            raise KeyboardInterrupt

    return before_chunk


def test_another_job_is_not_mixed_into_an_output(job):
    other = dataclasses.replace(job["config"], prior=0.01)
    with pytest.raises(ConfigError, match=r"holds a job with prior=0\.5, now it is 0\.01"):
        run_job(str(job["manifest"]), str(job["output"]), other, opened(InThisProcess()))
    plain = dataclasses.replace(job["config"], reports=False)
    with pytest.raises(ConfigError, match="holds a job with reports=True, now it is False"):
        run_job(str(job["manifest"]), str(job["output"]), plain, opened(InThisProcess()))
    with pytest.raises(ConfigError, match="holds a job with source"):
        run_job(str(job["films"]), str(job["output"]), job["config"], opened(InThisProcess()))


def test_files_of_a_status_are_examined_again_when_asked_for(job, tmp_path):
    output = tmp_path / "out"
    shutil.copytree(job["output"], output)
    engine = InThisProcess()
    account = retry_job(str(output), ["gone", "too_large"], BulkConfig(seconds=60.0), opened(engine))
    rows = by_name(rows_of(output))
    assert engine.num_chunks == 2
    assert rows["lost.mp4"]["attempts"] == rows["wide.mp4"]["attempts"] == 2
    assert rows["a good.mp4"]["attempts"] == 1
    assert account == job["account"]
    with pytest.raises(ConfigError, match="no status lost"):
        retry_job(str(output), ["lost"], BulkConfig(), opened(engine))


@pytest.mark.parametrize("number", [0, 1, 2], ids=["duckdb", "pandas", "polars"])
def test_the_table_is_read_back_as_the_documents_say(job, monkeypatch, number):
    text = (Path(__file__).parents[2] / "docs" / "bulk.md").read_text(encoding="utf-8")
    monkeypatch.chdir(job["output"].parent)
    names: dict = {}
    exec(re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)[number], names)
    rows = rows_of(job["output"])
    if number == 0:
        assert len(names["suspects"]) == sum(row["decision"] == "fake" for row in rows)
    elif number == 1:
        assert names["table"]["id"].tolist() == [row["id"] for row in rows]
        assert len(names["faces"]) == sum(len(row["faces"] or ()) for row in rows)
    else:
        marked = [row["uri"] for row in rows for face in row["faces"] or () for _ in face["segments"]]
        assert names["segments"]["uri"].to_list() == marked
        seen = names["faces"].drop_nulls("face").collect()
        assert seen["uri"].to_list() == [row["uri"] for row in rows for _ in row["faces"] or ()]


def test_the_command_lists_and_tells_how_a_job_stands(job, run, tmp_path):
    listed = run("bulk", "list", job["films"], tmp_path / "m.parquet")
    assert (listed.code, listed.out) == (0, f"{tmp_path / 'm.parquet'}: 7 files\n")
    told = run("bulk", "status", job["output"])
    assert told.code == 0
    assert told.out.startswith(f"{job['output']}: finished\n8 of 8 files - ")
    assert "   unreadable            2   25.0%" in told.out
    assert json.loads(run("bulk", "status", job["output"], "--json").out)["alive"] is False


def test_a_second_process_is_refused_and_a_killed_one_is_said_to_be_dead(job, run, tmp_path):
    output = tmp_path / "out"
    shutil.copytree(job["output"], output)
    place = open_place(str(output))
    write_status(place, JobStatus("running", total=8, done=3))  # by this process, which lives
    refused = run("bulk", job["films"], output)
    assert (refused.code, len(refused.sentences)) == (1, 1)
    assert f"process {os.getpid()} on " in refused.sentences[0]
    assert "running, process" in run("bulk", "status", output).out
    gone = place.read("status.json").replace(f'"pid": {os.getpid()}'.encode(), b'"pid": 4194999')
    place.write("status.json", gone)
    assert "dead, its process 4194999" in run("bulk", "status", output).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "OUT"), "nowhere is not a folder"),
        (("status", "OUT"), "contains no job"),
        (("retry", "OUT", "--status", "gone"), "contains no job"),
        (("FILMS", "OUT", "--workers", 1, "--min-workers", 2), "least_workers=2 and workers=1"),
        (("FILMS", "OUT", "--weights", "none.safetensors"), "there is no weights file none.safetensors"),
        (("FILMS", "OUT", "--memory-limit", 0.1), "too little for the model"),
        (("FILMS", "USED"), "holds a table of something else"),
        (("s3://", "OUT"), "names no bucket"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(job, run, tmp_path, arguments, said):
    used = tmp_path / "used"
    (used / "table").mkdir(parents=True)
    (used / "table" / "000000.parquet").touch()
    places = {"OUT": tmp_path / "out", "FILMS": job["films"], "USED": used}
    ended = run("bulk", *(places.get(one, one) for one in arguments))
    assert (ended.code, len(ended.sentences)) == (1, 1), ended.err
    assert said in ended.sentences[0]
