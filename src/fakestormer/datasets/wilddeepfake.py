"""WildDeepfake (Deepfake in the Wild): 7314 face sequences from 707 videos of the internet, as folders of pictures."""

from __future__ import annotations

from fakestormer.datasets.layout import PICTURE, Dataset, Part

# One folder an archive; within it `real` or `fake`, a number for the sequence, pictures named by their frame number.
REAL = "/{archive:#}/real/{sequence:#}/{frame:#}." + PICTURE
FAKE = "/{archive:#}/fake/{sequence:#}/{frame:#}." + PICTURE

WILDDEEPFAKE = Dataset(
    name="wilddeepfake",
    title="WildDeepfake (Deepfake in the Wild)",
    sources=(
        "https://github.com/OpenTAI/wild-deepfake (archives, 7314 sequences from 707 videos, pictures by frame number)",
        "https://huggingface.co/datasets/xingjunm/WildDeepfake (fake_train/1.tar.gz holds 1/fake/131/942.png)",
        "third-party count of sequences by split (7312 in all)",
    ),
    parts=(
        Part("real_train" + REAL, "real", "", 3409, "third party", split="train", frames=True),
        Part("real_test" + REAL, "real", "", 396, "third party", split="test", frames=True),
        Part("fake_train" + FAKE, "fake", "internet", 3097, "third party", split="train", frames=True),
        Part("fake_test" + FAKE, "fake", "internet", 410, "third party", split="test", frames=True),
    ),
    side=("{a:real|fake}_{b:train|test}/{archive:#}.tar.gz", "README.md"),
    unpack="{a:real|fake}_{b:train|test}/{archive:#}.tar.gz",
    notes=(
        "Unpack each archive in place. Faces are cut out already (224 pixels): the face detector sees little "
        "around them, so look at the coverage first.",
        "The source video of a sequence is not documented: every sequence is a cluster of its own in intervals.",
    ),
)
