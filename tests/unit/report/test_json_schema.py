from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import jsonschema
import pytest

from fakestormer.report import json_schema, read_results, verdict_to_json, write_results
from fakestormer.report.json_schema import SCHEMA_FILE
from fakestormer.types import DataError

DOCUMENT = Path(__file__).parents[3] / "docs" / "verdict.schema.json"


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text("ascii")))


def test_the_published_schema_is_that_of_the_types_and_the_documents_hold_the_same_file():
    shipped = json.loads(SCHEMA_FILE.read_text("ascii"))
    assert shipped == json_schema(), "the types have changed: run make schema and say so in the changelog"
    assert DOCUMENT.resolve() == SCHEMA_FILE
    jsonschema.Draft202012Validator.check_schema(shipped)


def test_results_of_a_run_are_valid_and_read_back(validator, verdict, face, tmp_path):
    verdicts = [verdict(face()), verdict()]
    write_results(verdicts, [("x.mp4", "x.mp4 is empty")], tmp_path / "results.json")
    content = json.loads((tmp_path / "results.json").read_text())
    validator.validate(content)
    back = read_results(tmp_path / "results.json")
    assert [verdict_to_json(one) for one in back] == content["verdicts"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content.pop("decision"),
        lambda content: content.update(decision="perhaps"),
        lambda content: content.update(surprise=1),
        lambda content: content["faces"][0].update(track_id="0"),
        lambda content: content["faces"][0]["clips"][0].update(to_frame=[[[1.0, 2.0], [3.0, 4.0]]]),
        lambda content: content["provenance"].update(settings=[["only a name"]]),
        lambda content: content.update(schema_version=1),
    ],
)
def test_what_no_verdict_holds_is_not_valid(validator, verdict, face, spoil):
    content = json.loads(json.dumps(verdict_to_json(verdict(face()))))
    validator.validate(content)
    spoil(content)
    assert not validator.is_valid(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"schema": "fakestormer.results", "schema_version": 1, "verdicts": []}', "schema version 1"),
        ('{"schema": "fakestormer.results", "schema_version": 3}', 'no list "verdicts"'),
        ('{"schema": "fakestormer.results", "schema_version": 3, "verdicts": [3]}', "this is not a verdict"),
        ('{"schema": "fakestormer.results", "verdicts": [', "is not a JSON file"),
        ("3", "this is not a verdict"),
    ],
)
def test_spoilt_results_are_refused_with_one_sentence(tmp_path, content, said):
    (tmp_path / "results.json").write_text(content)
    with pytest.raises(DataError, match=said) as caught:
        read_results(tmp_path / "results.json")
    assert "\n" not in str(caught.value)


def test_a_set_that_contradicts_itself_is_refused(measured):
    with pytest.raises(ValueError, match="41 answers to 40 files"):
        dataclasses.replace(measured, real_called_fake=11)
    with pytest.raises(ValueError, match="lowest_log10_lr"):
        dataclasses.replace(measured, lowest_log10_lr=0.1)
