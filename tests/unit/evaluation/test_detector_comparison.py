from __future__ import annotations

import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from fakestormer.cli.main import app
from fakestormer.evaluation import (
    EvaluationConfig,
    ScoreRow,
    compare_detectors,
    compare_evaluations,
    conclude,
    evaluate,
    render_comparison,
    write_comparison,
)
from fakestormer.evaluation.scores import write_scores
from fakestormer.types import DataError

CONFIG = EvaluationConfig(num_replicates=200)


def table(logits, labels=None, **columns):
    """Rows of the given logits, real and fake in turn unless labels are given; None was not scored."""
    rows = []
    for number, logit in enumerate(logits):
        label = labels[number] if labels else ("real", "fake")[number % 2]
        carried = tuple((name, values[number]) for name, values in columns.items() if name != "group")
        group = columns["group"][number] if "group" in columns else "g"
        fields = ("error", None, None, None, "why") if logit is None else ("inconclusive", 0.5, float(logit), 0.5, "")
        rows.append(ScoreRow(f"{number}.mp4", label, group, *fields, carried))
    return rows


def noisy(spread, seed=0, num_files=120):
    rng = np.random.default_rng(seed)
    return (rng.normal(0, spread, num_files) + np.arange(num_files) % 2).tolist()


def test_the_better_detector_is_named_and_turned_round_the_other_is():
    good, poor = table(noisy(0.4)), table(noisy(3))
    there, back = compare_detectors(good, poor, CONFIG), compare_detectors(poor, good, CONFIG)
    gap = there.overall.difference
    assert gap.value == pytest.approx(there.overall.first.value - there.overall.second.value)
    assert 0 < gap.low < gap.value < gap.high
    assert there.overall.delong.difference == pytest.approx(gap.value)
    assert there.overall.delong.p_value < 0.001
    assert conclude(there).startswith("The first detector orders these files better: AUC difference +0.")
    assert conclude(back).startswith("The second detector orders these files better: AUC difference -0.")
    assert back.overall.difference.value == pytest.approx(-gap.value)


def test_a_detector_is_not_told_apart_from_itself():
    same = compare_detectors(table(noisy(1)), table(noisy(1)), CONFIG)
    assert (same.overall.difference.value, same.overall.difference.low, same.overall.difference.high) == (0, 0, 0)
    assert same.overall.delong is None
    assert conclude(same).startswith("These files do not tell the two detectors apart")


def test_only_files_that_both_scored_are_compared_and_the_others_are_listed():
    first = table([0, 1, None, 3, -9, 5, None])
    second = table([0, 1, 2, 3, None, None, None])
    difference = compare_detectors(first, second, CONFIG)
    assert difference.num_common == 3
    assert (difference.only_first, difference.only_second) == (("4.mp4", "5.mp4"), ("2.mp4",))
    assert (difference.first.num_scored, difference.second.num_scored, difference.first.num_files) == (5, 4, 7)
    assert (difference.overall.num_real, difference.overall.num_fake) == (1, 2)
    assert difference.overall.difference.low is None  # a single real: no interval
    assert conclude(difference).startswith("No conclusion")


def test_where_nothing_was_scored_by_both_the_reason_stands():
    difference = compare_detectors(table([0, None]), table([None, 1]), CONFIG)
    assert conclude(difference) == "Nothing can be compared: no real and fake file was scored by both."


def test_the_rows_order_and_the_clips_of_one_person_do_not_feign_certainty():
    first, second = noisy(0.8, 1, 12), noisy(1.6, 2, 12)
    people = [f"p{number // 2}" for number in range(12)]
    once = compare_detectors(table(first, identity=people), table(second, identity=people)[::-1], CONFIG)
    often = compare_detectors(table(first * 10, identity=people * 10), table(second * 10, identity=people * 10), CONFIG)
    assert often.overall.num_clusters == 6
    assert (often.overall.difference.low, often.overall.difference.high) == pytest.approx(
        (once.overall.difference.low, once.overall.difference.high)
    )
    assert often.overall.delong.p_value < once.overall.delong.p_value  # it takes copies for new files


def test_groups_and_methods_are_compared_against_the_same_reals_as_in_an_evaluation():
    labels = ["real", "real", "fake", "fake", "real", "fake", "fake"]
    columns = {"group": [*"aaaabbc"], "method": ["", "", "x", "x", "", "y", "y"]}
    first = table([0, 1, 2, 3, 5, 4, 6], labels, **columns)
    second = table([0, 3, 1, 2, 5, 6, 4], labels, **columns)
    few = EvaluationConfig(min_same_source_reals=1)
    by = {
        item.column: {one.name: one for one in item.slices} for item in compare_detectors(first, second, few).breakdowns
    }
    a, c, y = by["group"]["a"], by["group"]["c"], by["method"]["y"]
    assert (a.reference, a.difference.first.value, a.difference.second.value) == ("same_source", 1.0, 0.5)
    assert (c.reference, c.difference.first.value, c.difference.num_real) == ("all", 1.0, 3)
    assert (y.reference, y.difference.num_real, y.difference.num_fake) == ("same_source", 1, 1)
    assert (y.difference.first.value, y.difference.second.value) == (0.0, 1.0)


def test_other_files_labels_or_groups_are_refused_in_one_sentence():
    four = table([0, 1, 2, 3])
    with pytest.raises(DataError, match=r"only one of the two tables lists '3.mp4' \(1 such files\)"):
        compare_detectors(four, four[:3])
    with pytest.raises(DataError, match=r"the label of '0.mp4' is 'real' in one table and 'fake' in the other"):
        compare_detectors(four, table([0, 1, 2, 3], ["fake", "fake", "real", "fake"]))
    with pytest.raises(DataError, match=r"the group of '1.mp4' is 'g' in one table and 'h' in the other"):
        compare_detectors(four, table([0, 1, 2, 3], group=[*"ghgg"]))


def test_two_folders_are_compared_as_their_tables_and_everything_stands_in_the_json(tmp_path, write_manifest, scripted):
    manifest = write_manifest("a.mp4,real,g|h", "b.mp4,fake,g|h", "c.mp4,real,g|h", "d.mp4,fake,g|h")
    answers = {"a.mp4": ((-2.0,),), "b.mp4": ((1.0,),), "c.mp4": ((-1.0,),), "d.mp4": ((2.5,),)}
    evaluate(manifest, tmp_path / "one", scripted(answers), config=CONFIG)
    evaluate(manifest, tmp_path / "two", scripted({**answers, "d.mp4": ()}, "b" * 64), config=CONFIG)
    record = compare_evaluations(tmp_path / "one", tmp_path / "two" / "scores.csv", CONFIG)
    text = render_comparison(record)
    assert "weights scripted (sha256 bbbbbbbbbbbb); 3 of 4 files scored" in text
    assert "Scored by the first alone: 1 (d.mp4)." in text
    assert text.splitlines()[-1] == conclude(record.difference)
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(line) for line in block.splitlines()}) == 1
    write_comparison(tmp_path / "new" / "difference.json", record)
    content = json.loads((tmp_path / "new" / "difference.json").read_text())
    assert content["comparison_version"] == 2
    assert content["sources"]["second"]["detector"]["weights_sha256"] == "b" * 64
    assert content["only_first"] == ["d.mp4"]
    assert content["by"]["group"][0]["difference"]["first"]["value"] == 1.0
    assert content["conclusion"] == conclude(record.difference)
    with pytest.raises(DataError, match="is a folder: name a file to write"):
        write_comparison(tmp_path, record)


def test_the_command_prints_the_comparison_and_writes_the_json(tmp_path):
    write_scores(tmp_path / "one.csv", table(noisy(0.4)), ())
    write_scores(tmp_path / "two.csv", table(noisy(3)), ())
    paths = [str(tmp_path / name) for name in ("one.csv", "two.csv", "out.json")]
    ended = CliRunner().invoke(app, ["compare", *paths[:2], "--out", paths[2]])
    assert ended.exit_code == 0, ended.output
    assert "The first detector orders these files better" in ended.output
    assert json.loads((tmp_path / "out.json").read_text())["num_common"] == 120
