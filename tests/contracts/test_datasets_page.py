"""docs/datasets.md is what the tables say today."""

from __future__ import annotations

from pathlib import Path

from fakestormer.datasets import DATASETS, render_page

PAGE = Path(__file__).parents[2] / "docs" / "datasets.md"


def test_the_page_of_data_sets_is_current():
    assert PAGE.read_text("utf-8") == render_page(DATASETS), "run: fakestormer datasets > docs/datasets.md"


def test_every_data_set_names_its_sources_and_says_what_was_not_verified():
    for one in DATASETS.values():
        assert one.sources
        counted = all(part.num_files is not None for part in one.parts)
        own = one.name in ("folder", "manifest")
        said = any("not verified" in note for note in one.notes)
        assert counted or own or said, one.name
