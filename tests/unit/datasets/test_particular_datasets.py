"""What single data sets are known for."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.planted_sets import plant

from fakestormer.datasets import (
    DATASETS,
    Inventory,
    describe_inventory,
    film_path,
    find_dataset,
    take_inventory,
    trainable,
    write_films,
    write_inventory,
    write_manifests,
)
from fakestormer.types import ConfigError, DataError
from fakestormer.video import VideoReader


def rows_of(name: str, root: Path, out: Path) -> dict[str, dict[str, str]]:
    """The manifest's rows by the path below the root."""
    out.mkdir(exist_ok=True)
    dataset = find_dataset(name)
    write_manifests(dataset, take_inventory(dataset, root), out)
    with (out / "manifest.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {(out / row["file"]).resolve().relative_to(root.resolve()).as_posix(): row for row in rows}


def take(name: str, root: Path) -> Inventory:
    return take_inventory(find_dataset(name), root)


@pytest.fixture
def faceforensics(tmp_path: Path) -> Path:
    """FaceForensics++ as most people have it: c23, without the actors."""
    root = tmp_path / "FaceForensics++"
    for path in plant(DATASETS["faceforensics"], root):
        if "/c23/" not in path or "actors" in path or "DeepFakeDetection" in path:
            (root / path).unlink()
    return root


def test_faceforensics_in_one_compression_lacks_nothing(faceforensics: Path) -> None:
    found = take("faceforensics", faceforensics)
    assert found.missing == found.unexpected == ()
    assert len(found.items) == 6 * 4
    assert any("/c40/" in part for part in found.absent)
    assert {part.num_documented for part in found.parts} == {1000}


def test_faceforensics_without_a_manipulation_names_its_folder(faceforensics: Path) -> None:
    for path in (faceforensics / "manipulated_sequences/FaceShifter/c23/videos").iterdir():
        path.unlink()
    missing = take("faceforensics", faceforensics).missing
    assert missing == ("manipulated_sequences/FaceShifter/c23/videos/TARGET_SOURCE.mp4",)


def test_faceforensics_names_the_very_files_of_its_splits_that_are_not_there(faceforensics: Path) -> None:
    gone = "manipulated_sequences/Face2Face/c23/videos/001_000.mp4"
    (faceforensics / gone).unlink()
    assert take("faceforensics", faceforensics).missing == (gone,)


def test_faceforensics_rows_say_split_pair_and_original(faceforensics: Path, tmp_path: Path) -> None:
    rows = rows_of("faceforensics", faceforensics, tmp_path / "out")
    fake = rows["manipulated_sequences/Deepfakes/c23/videos/000_001.mp4"]
    real = rows["original_sequences/youtube/c23/videos/000.mp4"]
    assert (fake["label"], fake["method"], fake["compression"]) == ("fake", "Deepfakes", "c23")
    assert (fake["group"], fake["split"], real["method"]) == ("faceforensics-c23", "test", "")
    assert fake["identity"] == real["identity"] == "youtube 000+001"
    assert fake["pair_of"] == real["file"]
    assert rows["original_sequences/youtube/c23/videos/002.mp4"]["split"] == "train"


def test_faceforensics_without_its_split_files_says_where_they_belong(faceforensics: Path, tmp_path: Path) -> None:
    (faceforensics / "splits/test.json").unlink()
    found = take("faceforensics", faceforensics)
    assert found.missing_lists == ("splits/test.json",)
    said = "\n".join(describe_inventory(DATASETS["faceforensics"], found))
    assert f"missing list: {faceforensics}/splits/test.json (https://github.com/ondyari/FaceForensics/" in said
    assert {row["split"] for row in rows_of("faceforensics", faceforensics, tmp_path / "out").values()} == {""}


def test_only_what_a_split_gives_to_training_is_trained_on(faceforensics: Path, tmp_path: Path) -> None:
    train = [item.path for item in trainable(take("faceforensics", faceforensics))]
    assert train == [f"original_sequences/youtube/c23/videos/00{number}.mp4" for number in (2, 3)]
    (faceforensics / "splits/train.json").unlink()
    assert trainable(take("faceforensics", faceforensics)) == ()
    for name, number in (("dfd", 0), ("diffswap", 0), ("folder", 4), ("kodf", 4), ("ffiw", 4)):
        plant(DATASETS[name], tmp_path / name)
        found = trainable(take(f"{name}:c23" if name == "dfd" else name, tmp_path / name))
        assert len(found) == number, name


def test_faceforensics_lossless_videos_may_lie_in_raw(faceforensics: Path) -> None:
    for folder in sorted(faceforensics.glob("*/*/c23")):
        folder.rename(folder.with_name("raw"))
    found = take("faceforensics:c0", faceforensics)
    assert found.missing == found.unexpected == ()
    assert {item.entry.compression for item in found.items} == {"c0"}


def test_one_compression_can_be_chosen_and_others_are_no_surprise(tmp_path: Path) -> None:
    plant(DATASETS["faceforensics"], tmp_path)
    found = take("faceforensics:c40", tmp_path)
    assert {item.entry.compression for item in found.items} == {"c40"}
    assert found.unexpected == ()
    with pytest.raises(ConfigError, match=r"no compression 'c30': choose from c0, c23, c40"):
        find_dataset("faceforensics:c30")
    with pytest.raises(ConfigError, match="there is no data set 'imagenet': choose from faceforensics"):
        find_dataset("imagenet")


def test_damaged_split_files_are_refused_in_one_sentence(faceforensics: Path) -> None:
    for content, words in (
        ("[[0, 1]]", "a pair of video numbers"),
        ("{", "is not a JSON file"),
        ("{}", "a list of pairs"),
    ):
        (faceforensics / "splits/test.json").write_text(content)
        with pytest.raises(DataError, match=words):
            take("faceforensics", faceforensics)


def test_dfd_is_found_in_the_tree_of_faceforensics(tmp_path: Path) -> None:
    plant(DATASETS["faceforensics"], tmp_path)
    found = take("dfd:c23", tmp_path)
    assert (len(found.items), found.missing, found.unexpected) == (8, (), ())
    fake = next(item for item in found.items if item.entry.label == "fake")
    assert fake.path.endswith("00_01__scene0__code0.mp4")
    assert fake.entry.original == "original_sequences/actors/c23/videos/00__scene0.mp4"


def test_celebdf_files_that_the_list_does_not_name_are_for_training(tmp_path: Path) -> None:
    plant(DATASETS["celebdf-v2"], tmp_path / "set")
    rows = rows_of("celebdf-v2", tmp_path / "set", tmp_path / "out")
    test, train = rows["Celeb-synthesis/id0_id1_0000.mp4"], rows["Celeb-synthesis/id1_id0_0001.mp4"]
    assert (test["split"], train["split"]) == ("test", "train")
    assert test["pair_of"] == rows["Celeb-real/id0_0000.mp4"]["file"]
    assert test["identity"] == "id0"


def test_a_list_of_another_length_than_documented_is_seen(tmp_path: Path) -> None:
    plant(DATASETS["celebdf-v2"], tmp_path)
    found = take("celebdf-v2", tmp_path)
    assert (found.num_listed, found.num_listed_documented, found.is_whole) == (3, 518, False)
    assert "  3 of 518 files named by the lists" in describe_inventory(DATASETS["celebdf-v2"], found)


def test_a_list_that_contradicts_the_folder_is_refused(tmp_path: Path) -> None:
    plant(DATASETS["celebdf-v2"], tmp_path)
    (tmp_path / "List_of_testing_videos.txt").write_text("1 Celeb-synthesis/id0_id1_0000.mp4\n")
    with pytest.raises(
        DataError, match=r"calls Celeb-synthesis/id0_id1_0000\.mp4 real, but its folder holds what is fake"
    ):
        take("celebdf-v2", tmp_path)


def test_celebdf_pp_knows_its_twenty_two_methods(tmp_path: Path) -> None:
    plant(DATASETS["celebdf-pp"], tmp_path / "set")
    rows = rows_of("celebdf-pp", tmp_path / "set", tmp_path / "out")
    assert len({row["method"] for row in rows.values()} - {""}) == 22


def test_dfdc_clips_that_the_labels_do_not_name_are_unexpected(tmp_path: Path) -> None:
    plant(DATASETS["dfdc"], tmp_path)
    (tmp_path / "test/extra.mp4").write_text("extra")
    found = take("dfdc", tmp_path)
    assert found.unexpected == ("test/extra.mp4",)
    assert {item.path: item.entry.label for item in found.items}["test/clip1.mp4"] == "fake"


def test_dfdc_without_labels_has_an_inventory_but_no_manifest(tmp_path: Path) -> None:
    plant(DATASETS["dfdc"], tmp_path)
    (tmp_path / "test/labels.csv").unlink()
    found = take("dfdc", tmp_path)
    assert (len(found.items), found.missing_lists) == (4, ("test/labels.csv",))
    with pytest.raises(DataError, match=r"nothing says which videos of .* are real: DFDC \(test\) needs .*labels.csv"):
        write_manifests(DATASETS["dfdc"], found, tmp_path)


def test_where_only_the_voice_is_forged_the_picture_is_real(tmp_path: Path) -> None:
    plant(DATASETS["lavdf"], tmp_path / "lavdf")
    rows = rows_of("lavdf", tmp_path / "lavdf", tmp_path / "out")
    facts = [(rows[f"test/name{number}.mp4"]["label"], rows[f"test/name{number}.mp4"]["method"]) for number in range(4)]
    assert facts == [("real", ""), ("real", "voice only"), ("fake", "picture"), ("fake", "picture and voice")]
    assert rows["test/name2.mp4"]["pair_of"] == rows["test/name0.mp4"]["file"]
    plant(DATASETS["fakeavceleb"], tmp_path / "fav")
    kinds = {
        (row["label"], row["method"]) for row in rows_of("fakeavceleb", tmp_path / "fav", tmp_path / "out").values()
    }
    assert ("real", "voice only") in kinds
    assert ("fake", "FakeVideo-RealAudio") in kinds


def test_deeperforensics_takes_its_real_part_from_faceforensics_where_it_is_there(tmp_path: Path) -> None:
    root = tmp_path / "set"
    plant(DATASETS["deeperforensics"], root)
    rows = rows_of("deeperforensics", root, tmp_path / "out")
    fake = rows["manipulated_videos/end_to_end_level_3/000_id1.mp4"]
    assert (fake["method"], fake["split"]) == ("end_to_end_level_3", "test")
    assert fake["pair_of"] == rows["original_sequences/youtube/c23/videos/000.mp4"]["file"]
    for path in (root / "original_sequences/youtube/c23/videos").iterdir():
        path.unlink()
    assert take("deeperforensics", root).missing == ()


def test_archives_that_were_not_unpacked_are_told_apart_from_a_wrong_root(tmp_path: Path) -> None:
    (tmp_path / "fake_test").mkdir()
    (tmp_path / "fake_test/0.tar.gz").write_bytes(b"packed")
    with pytest.raises(DataError, match=r"still packed \(fake_test/0.tar.gz\): unpack every archive"):
        take("wilddeepfake", tmp_path)


def test_a_sequence_of_pictures_becomes_a_video_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    root, films = tmp_path / "set", tmp_path / "films"
    for number, shade in ((9, 40), (10, 200), (101, 120)):
        path = root / f"fake_test/1/fake/131/{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((64, 64, 3), shade, np.uint8))
    broken = root / "fake_test/1/fake/132/1.png"
    broken.parent.mkdir()
    broken.write_text("no picture")
    items = take("wilddeepfake", root).items
    failures = write_films(root, films, items)
    assert [path for path, _ in failures] == ["fake_test/1/fake/132"]
    assert "cannot be read" in failures[0][1]
    whole = film_path(films, items[0])
    shades = [int(frame.image.mean()) for frame in VideoReader(whole)]
    assert shades == pytest.approx([40, 200, 120], abs=3)
    before = whole.stat().st_mtime_ns
    write_films(root, films, items[:1])
    assert whole.stat().st_mtime_ns == before
    assert [path.name for path in films.iterdir()] == [whole.name]


def test_checksums_that_lie_with_the_set_are_compared(tmp_path: Path) -> None:
    plant(DATASETS["folder"], tmp_path)
    right = hashlib.sha256(b"fake/name1.mp4").hexdigest()
    lines = [f"{'9' * 64}  real/name0.mp4", f"{right} *./fake/name1.mp4", f"{right}  gone.mp4"]
    (tmp_path / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    found = take("folder", tmp_path)
    assert (found.checksums.source, found.checksums.num_right) == ("SHA256SUMS", 1)
    assert found.checksums.wrong == ("real/name0.mp4", "gone.mp4")
    assert found.unexpected == ()
    (tmp_path / "SHA256SUMS").write_text("not a sum\n")
    with pytest.raises(DataError, match="which is not a checksum and a file name"):
        take("folder", tmp_path)


def test_an_empty_file_is_named_and_not_taken_for_a_copy_of_another(tmp_path: Path) -> None:
    plant(DATASETS["folder"], tmp_path)
    for name in ("real/name0.mp4", "real/name1.mp4"):
        (tmp_path / name).write_bytes(b"")
    found = take("folder", tmp_path)
    assert found.empty == ("real/name0.mp4", "real/name1.mp4")
    assert found.duplicates == ()


def test_the_inventory_file_holds_all_names_and_tells_copies_apart(tmp_path: Path) -> None:
    root = tmp_path / "set"
    plant(DATASETS["celebdf-v1"], root)
    found = take("celebdf-v1", root)
    write_inventory(tmp_path / "inventory.json", DATASETS["celebdf-v1"], found)
    content = json.loads((tmp_path / "inventory.json").read_text())
    assert (content["schema"], content["schema_version"], content["dataset"]) == (
        "fakestormer.inventory",
        2,
        "celebdf-v1",
    )
    assert (content["num_found"], content["whole"], content["missing"]) == (12, False, [])
    assert content["parts"][0] == {
        "path": "Celeb-real/TARGET_CLIP.mp4",
        "num_found": 4,
        "num_documented": 158,
        "count_source": "authors",
    }
    assert any("celeb-deepfakeforensics" in source for source in content["sources"])
    (root / "Celeb-real/id0_0000.mp4").write_text("another length")
    assert take("celebdf-v1", root).names_sha256 != content["names_sha256"]


def test_a_folder_with_a_manifest_is_compared_with_it(tmp_path: Path) -> None:
    plant(DATASETS["manifest"], tmp_path)
    (tmp_path / "more.mp4").write_text("more")
    (tmp_path / "name2.mp4").unlink()
    found = take("manifest", tmp_path)
    assert (found.missing, found.unexpected) == (("name2.mp4",), ("more.mp4",))
    assert {item.entry.group for item in found.items if item.entry.label} == {"mine"}
