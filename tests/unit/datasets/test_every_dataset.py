"""What holds for every data set in the table, on small generated trees in its documented layout."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.planted_sets import NUM_FILES, plant

from fakestormer.datasets import DATASETS, take_inventory
from fakestormer.types import DataError

NAMES = sorted(DATASETS)


@pytest.mark.parametrize("name", NAMES)
def test_a_complete_tree_has_everything_and_nothing_else(tmp_path: Path, name: str) -> None:
    planted = plant(DATASETS[name], tmp_path)
    found = take_inventory(DATASETS[name], tmp_path)
    assert [item.path for item in found.items] == sorted(planted)
    assert (found.missing, found.missing_lists, found.unexpected) == ((), (), ())
    assert (found.duplicates, found.empty, found.checksums.wrong) == ((), (), ())
    assert {part.num_found for part in found.parts} == {NUM_FILES}
    for item in found.items:
        part, number = planted[item.path]
        assert item.part is part
        assert item.entry.label == (part.label or item.entry.label)
        assert item.entry.label in ("real", "fake")
        assert len(item.files) == (2 if part.frames else 1), number


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_tree_is_one_that_meets_its_documented_counts(tmp_path: Path, name: str) -> None:
    plant(DATASETS[name], tmp_path)
    documented = any(part.num_files for part in DATASETS[name].parts)
    assert take_inventory(DATASETS[name], tmp_path).is_whole is not documented  # ours has four files a part


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    planted = plant(DATASETS[name], tmp_path)
    gone = next(part for part, _ in planted.values() if not part.optional or part is DATASETS[name].parts[0])
    lost = {path for path, (part, _) in planted.items() if part is gone}
    if len(lost) == len(planted):  # a set of one folder: lose half of it
        lost = set(sorted(lost)[:2])
    for path in lost:
        place = tmp_path / path
        shutil.rmtree(place) if gone.frames else place.unlink()
    found = take_inventory(DATASETS[name], tmp_path)
    named = set(found.missing) | set(found.absent)
    assert gone.shown in named or lost <= named
    assert not lost & {item.path for item in found.items}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "manifest"])
def test_a_root_one_folder_too_high_or_low_is_told_the_right_one(tmp_path: Path, name: str) -> None:
    root = tmp_path / "downloads" / "the set"
    planted = plant(DATASETS[name], root)
    for wrong in (root.parent, root / sorted(planted)[0].split("/")[0]):
        with pytest.raises(DataError) as refused:
            take_inventory(DATASETS[name], wrong)
        sentence = str(refused.value)
        assert sentence.startswith(f"{wrong} does not hold {DATASETS[name].title}: expected files such as {wrong}/")
        assert any(f"{wrong}/{part.shown}; " in sentence for part in DATASETS[name].parts)
        assert sentence.endswith(f"give {root}")


@pytest.mark.parametrize("name", NAMES)
def test_a_root_with_nothing_of_the_set_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "holiday.txt").write_text("sun")
    with pytest.raises(DataError, match=r"does not hold .*check the path"):
        take_inventory(DATASETS[name], tmp_path)
    with pytest.raises(DataError, match="is not a folder"):
        take_inventory(DATASETS[name], tmp_path / "holiday.txt")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_does_not_belong_is_named(tmp_path: Path, name: str) -> None:
    planted = plant(DATASETS[name], tmp_path)
    folder = sorted(planted)[0].rpartition("/")[0]
    strange = f"{folder}/surprise.bin" if folder else "surprise.bin"
    (tmp_path / strange).write_text("?")
    (tmp_path / ".hidden").write_text("?")
    assert take_inventory(DATASETS[name], tmp_path).unexpected == (strange,)


@pytest.mark.parametrize("name", NAMES)
def test_videos_with_the_same_bytes_are_named_together(tmp_path: Path, name: str) -> None:
    plant(DATASETS[name], tmp_path)
    items = take_inventory(DATASETS[name], tmp_path).items
    first, second = [item for item in items if item.part is items[0].part][:2]
    for one, other in zip(first.files, second.files, strict=True):
        shutil.copy(tmp_path / one, tmp_path / other)
    found = take_inventory(DATASETS[name], tmp_path)
    assert found.duplicates == ((first.path, second.path),)
    assert not found.is_whole
