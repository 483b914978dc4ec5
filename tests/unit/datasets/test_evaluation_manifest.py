"""What `prepare` writes for every data set is what `evaluate` reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.planted_sets import plant

from fakestormer.datasets import DATASETS, film_path, take_inventory, write_manifests
from fakestormer.evaluation import read_manifest


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_its_manifests_can_be_evaluated(tmp_path: Path, name: str) -> None:
    dataset, root, out = DATASETS[name], tmp_path / "set", tmp_path / "out"
    planted = plant(dataset, root)
    out.mkdir()
    inventory = take_inventory(dataset, root)

    def locate(item):  # type: ignore[no-untyped-def]
        return film_path(out / "films", item) if item.part.frames else root / item.path

    written = write_manifests(dataset, inventory, out, locate)
    assert written.unlabelled == ()
    whole = read_manifest(out / "manifest.csv")
    assert len(whole.rows) == len(planted)
    assert whole.carried_columns == ("identity", "pair_of", "method", "compression", "split")
    if not dataset.has_frames:
        assert all(row.path.exists() for row in whole.rows)
    splits = {dict(row.carried)["split"] for row in whole.rows}
    assert {path.name for path, _ in written.files} == {"manifest.csv"} | {
        f"manifest-{one}.csv" for one in splits - {""}
    }
    listed = {row.file for row in whole.rows if row.label == "real"}
    pairs = {dict(row.carried)["pair_of"] for row in whole.rows} - {""}
    assert pairs <= listed
