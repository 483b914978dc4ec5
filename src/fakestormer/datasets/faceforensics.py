"""FaceForensics++: 1000 YouTube videos and five manipulations of each; with it DeepFakeDetection (DFD).

DFD, by Google and Jigsaw, shows 28 actors in 16 scenes and is handed out in the tree of FaceForensics++. It is part of
that set here and a set of its own.
"""

from __future__ import annotations

from pathlib import Path

from fakestormer.datasets.layout import CountSource, Dataset, Entry, Listing, Part
from fakestormer.datasets.lists import read_json_list, unreadable

# The lossless videos lie in `c0`; the download script calls them `raw` as well.
COMPRESSIONS = (("c0", "c0|raw"), ("c23", "c23"), ("c40", "c40"))
MANIPULATIONS = ("Deepfakes", "Face2Face", "FaceShifter", "FaceSwap", "NeuralTextures")
ORIGINAL = "original_sequences/youtube/{{c:{folder}}}/videos/{{target:###}}.mp4"
FAKE = "manipulated_sequences/{method}/{{c:{folder}}}/videos/{{target:###}}_{{source:###}}.mp4"
ACTOR = "original_sequences/actors/{{c:{folder}}}/videos/{{target:##}}__{{scene}}.mp4"
ACTOR_FAKE = (
    "manipulated_sequences/DeepFakeDetection/{{c:{folder}}}/videos/{{target:##}}_{{source:##}}__{{scene}}__{{code}}.mp4"
)


def youtube_parts(name: str, folder: str) -> tuple[Part, ...]:
    """The parts made from the YouTube videos, in one compression."""
    original = ORIGINAL.format(folder=folder)
    fakes = (
        Part(FAKE.format(method=method, folder=folder), "fake", method, 1000, compression=name, original=original)
        for method in MANIPULATIONS
    )
    return (Part(original, "real", "", 1000, compression=name), *fakes)


def actor_parts(name: str, folder: str, split: str = "", *, optional: bool) -> tuple[Part, ...]:
    """The parts of DeepFakeDetection, in one compression."""
    real = ACTOR.format(folder=folder)
    fake = ACTOR_FAKE.format(folder=folder)
    counted: CountSource = "third party"
    return (
        Part(real, "real", "", 363, counted, name, split, optional=optional),
        Part(fake, "fake", "DeepFakeDetection", 3068, counted, name, split, real, optional),
    )


def read_splits(root: Path, parts: tuple[Part, ...]) -> dict[str, Entry]:
    """Every video of the pairs in the split files, in each part that was found; a pair is a person for the bootstrap.

    A pair (a, b) stands for the originals a and b and the fakes a_b and b_a.
    """
    entries: dict[str, Entry] = {}
    for path in LISTING.paths:
        split = Path(path).stem
        for first, second in _pairs(root / path):
            entry = Entry(split=split, identity=f"youtube {min(first, second)}+{max(first, second)}")
            for part in parts:
                if "/youtube/" in part.path:
                    entries |= {_place(root, part, target=one): entry for one in (first, second)}
                elif part.method in MANIPULATIONS:
                    ways = ((first, second), (second, first))
                    entries |= {_place(root, part, target=one, source=other): entry for one, other in ways}
    return entries


def _pairs(path: Path) -> tuple[tuple[str, str], ...]:
    pairs = read_json_list(path)
    if not isinstance(pairs, list):
        raise unreadable(path, "a list of pairs of video numbers", type(pairs).__name__)
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)):
            raise unreadable(path, "a pair of video numbers", pair)
    return tuple((first, second) for first, second in pairs)


def _place(root: Path, part: Part, **values: str) -> str:
    """The file's path with the folder of the compression that is there: `c0` or `raw`."""
    folders = dict(COMPRESSIONS)[part.compression].split("|")
    places = [part.fill(c=folder, **values) for folder in folders]
    return next((place for place in places if (root / place).exists()), places[0])


LISTING = Listing(
    paths=("splits/train.json", "splits/val.json", "splits/test.json"),
    origin="https://github.com/ondyari/FaceForensics/tree/master/dataset/splits",
    read=read_splits,
)

FACEFORENSICS = Dataset(
    name="faceforensics",
    title="FaceForensics++",
    sources=(
        "https://github.com/ondyari/FaceForensics/blob/master/dataset/README.md (folders, split files: 720, 140, 140)",
        "https://github.com/SCLBD/DeepfakeBench (tree below the method folders)",
        "https://arxiv.org/html/2311.15308v2, table 1 (DeepFakeDetection: 363 and 3068)",
    ),
    parts=tuple(
        part
        for name, folder in COMPRESSIONS
        for part in (*youtube_parts(name, folder), *actor_parts(name, folder, optional=True))
    ),
    listing=LISTING,
    side=(
        "{a}_sequences/{b}/{c}/{d:images|masks|models|frames|landmarks}/{rest:**}",
        "manipulated_sequences/{b}/{d:masks|models}/{rest:**}",
        "downloaded_videos{rest:**}",
        "conversion_dict.json",
    ),
    notes=(
        "The split files do not come with the videos: put them in `splits/`. They say nothing of DeepFakeDetection.",
        "`faceforensics:c23` takes one compression. The lossless videos may be in `raw` instead of `c0`.",
    ),
)

DFD = Dataset(
    name="dfd",
    title="DeepFakeDetection (DFD)",
    sources=(
        "https://github.com/ondyari/FaceForensics/tree/master/dataset/DeepFakeDetection (28 actors, over 3000 fakes)",
        "https://arxiv.org/html/2311.15308v2, table 1 (363 and 3068)",
    ),
    parts=tuple(part for name, folder in COMPRESSIONS for part in actor_parts(name, folder, "test", optional=False)),
    # In the tree of FaceForensics++ the other parts are no surprise.
    side=(
        *FACEFORENSICS.side,
        *(part.path for name, folder in COMPRESSIONS for part in youtube_parts(name, folder)),
        "splits/{name}.json",
    ),
    notes=("No official split: every file is for testing.", "`dfd:c23` takes one compression."),
)
