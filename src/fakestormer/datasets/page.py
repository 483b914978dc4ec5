"""The page of all data sets, as Markdown: docs/datasets.md is what this gives."""

from __future__ import annotations

from collections.abc import Mapping

from fakestormer.datasets.layout import Dataset, Part

INTRODUCTION = """# Data sets

<!-- Written by `fakestormer datasets > docs/datasets.md` from the tables in src/fakestormer/datasets. -->

`fakestormer prepare` supports these data sets. It includes none of them: you get each from its authors, under its own
terms. Nothing here was tried on the real data, which were not available; the tests use small generated trees.

```console
$ fakestormer prepare celebdf-v2 /data/Celeb-DF-v2 --out prepared/celebdf-v2 --inventory-only
$ fakestormer evaluate --manifest prepared/celebdf-v2/manifest-test.csv --protocol published --out results/celebdf-v2
```

The first command takes an **inventory** and reports it on the terminal and in `inventory.json`: videos found and
documented, part by part; missing and unexpected files; videos with identical bytes; empty files; and, where the root
contains a `SHA256SUMS` or `MD5SUMS`, files that differ from it. We found no checksums published by the authors of these
sets: a file made after the first download (`find . -type f -exec sha256sum {} + > /tmp/SHA256SUMS`, then moved to the
root) is the next best. A root that does not contain the set is refused with the expected path and, where the set is up
to three folders higher or lower, the root to use.

It then writes `manifest.csv` with all videos and a `manifest-SPLIT.csv` for each split (columns `file`, `label`,
`group`, `identity`, `pair_of`, `method`, `compression`, `split`). Without `--inventory-only` it also caches the genuine
videos of the split `train` for [training](training.md): all genuine videos of a set without splits, none of a set that
is for testing only or lacks its lists. Sets of pictures are first converted to videos (25 pictures per second, H.264,
4:2:0) in `films/`; for those `--inventory-only` writes no manifest, since there is nothing to score yet.

`NAME:COMPRESSION`, such as `faceforensics:c23`, selects one compression. In paths, words in capitals are placeholders.
Counts are the authors' unless marked *; those were counted by others. "-" means that no count was found. What a note
calls not verified was not found in a public document and may be wrong: the inventory then shows files as missing or
unexpected. Labels come from the folder or the list and are never guessed.
"""


def render_page(datasets: Mapping[str, Dataset]) -> str:
    """The page as text that ends with a newline."""
    rows = [
        "| name | data set | real | fake | required lists |",
        "| --- | --- | --- | --- | --- |",
        *(_overview(one) for one in datasets.values()),
    ]
    return "\n".join([INTRODUCTION, *rows, ""]) + "\n" + "\n".join(map(_section, datasets.values()))


def _overview(one: Dataset) -> str:
    lists = ", ".join(f"`{path}`" for path in one.listing.paths) if one.listing else ""
    return f"| `{one.name}` | {one.title} | {_sum(one, 'real')} | {_sum(one, 'fake')} | {lists} |"


def _sum(one: Dataset, label: str) -> str:
    """The documented number of videos of a label, in one compression; "-" where a count is lacking or a list tells."""
    first = ("", *one.compressions[:1])
    parts = [part for part in one.parts if part.label == label and part.compression in first]
    if not parts or any(part.num_files is None for part in parts):
        return "-"
    sums = ([part for part in parts if part.optional is optional] for optional in (False, True))
    needed, optional = (f"{sum(part.num_files or 0 for part in some)}{_mark(*some)}" if some else "" for some in sums)
    return " + ".join(filter(None, (needed, optional and f"{optional} optional")))


def _section(one: Dataset) -> str:
    lines = [
        f"## {one.title}",
        "",
        f"`fakestormer prepare {one.name} ROOT --out DIR`",
        "",
        "| below ROOT | label | method | documented | |",
        "| --- | --- | --- | --- | --- |",
        *(_part(part) for part in one.parts if part.compression in ("", *one.compressions[:1])),
        "",
        *_other_compressions(one),
        *(f"- {note}" for note in one.notes),
    ]
    if one.listing:
        names = ", ".join(f"`{path}`" for path in one.listing.paths)
        number = "" if one.listing.num_listed is None else f", {one.listing.num_listed} files"
        lines.append(f"- Lists: {names}{number}: {one.listing.origin}.")
    sources = "; ".join(one.sources)
    return "\n".join([*lines, f"- Sources: {sources}.", ""])


def _other_compressions(one: Dataset) -> tuple[str, ...]:
    """Sets that come in several compressions have the same folders in each."""
    if len(one.compressions) < 2:
        return ()
    first, *others = one.compressions
    return (f"- The same folders with {' and '.join(f'`{name}`' for name in others)} in the place of `{first}`.",)


def _part(part: Part) -> str:
    count = "-" if part.num_files is None else f"{part.num_files}{_mark(part)}"
    facts = ", ".join(
        fact for fact in (part.compression, part.split, "optional" if part.optional else "", _pictures(part)) if fact
    )
    return f"| `{part.shown}` | {part.label or 'by list'} | {part.method} | {count} | {facts} |"


def _pictures(part: Part) -> str:
    return "pictures" if part.frames else ""


def _mark(*parts: Part) -> str:
    return "*" if any(part.num_files is not None and part.count_source == "third party" for part in parts) else ""
