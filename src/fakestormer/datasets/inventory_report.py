"""An inventory as text for people and as JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from fakestormer.datasets.inventory import Inventory
from fakestormer.datasets.layout import Dataset
from fakestormer.files import write_file

SCHEMA, SCHEMA_VERSION = "fakestormer.inventory", 2
MOST_NAMED = 5  # names of each kind in the text; the JSON has all


def inventory_to_json(dataset: Dataset, inventory: Inventory) -> dict[str, Any]:
    """The inventory as what the json module can write, with the sources of the documented counts."""
    plain = {
        field.name: getattr(inventory, field.name)
        for field in dataclasses.fields(inventory)
        if field.name not in ("items", "parts", "checksums")
    }
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        **plain,
        "whole": inventory.is_whole,
        "num_found": len(inventory.items),
        "parts": [dataclasses.asdict(part) for part in inventory.parts],
        "checksums": dataclasses.asdict(inventory.checksums),
        "sources": dataset.sources,
        "notes": dataset.notes,
    }


def write_inventory(path: Path, dataset: Dataset, inventory: Inventory) -> None:
    """The inventory as a JSON file; an earlier one is replaced at once or not at all."""
    write_file(path, json.dumps(inventory_to_json(dataset, inventory), indent=2) + "\n")


def describe_inventory(dataset: Dataset, inventory: Inventory) -> tuple[str, ...]:
    """Lines for the terminal: found by part, then each kind of flaw with its first names, then the sum of it."""
    lines = [f"{dataset.title} in {inventory.root}: {len(inventory.items)} videos"]
    for part in inventory.parts:
        wanted = "with no documented count" if part.num_documented is None else f"of {part.num_documented}"
        by = " (third-party count)" if part.num_documented is not None and part.count_source != "authors" else ""
        lines.append(f"  {part.num_found} {wanted}{by}: {part.path}")
    if dataset.listing and inventory.missing_lists:
        names = ", ".join(str(Path(inventory.root) / name) for name in inventory.missing_lists)
        lines.append(f"missing list: {names} ({dataset.listing.origin}); without it there is no split")
    elif inventory.num_listed_documented is not None:
        lines.append(f"  {inventory.num_listed} of {inventory.num_listed_documented} files named by the lists")
    flaws = (
        ("missing", inventory.missing),
        ("unexpected", inventory.unexpected),
        ("empty", inventory.empty),
        ("the same bytes", tuple(" = ".join(group) for group in inventory.duplicates)),
        ("wrong checksum", inventory.checksums.wrong),
    )
    lines += [_name_some(kind, names) for kind, names in flaws if names]
    if inventory.checksums.source:
        lines.append(f"checksums of {inventory.checksums.source}: {inventory.checksums.num_right} agree")
    whole = "nothing is missing, unexpected, empty or twice, and every documented count is met"
    lines.append(whole if inventory.is_whole else "not as documented; all names are in inventory.json")
    return tuple(lines)


def _name_some(kind: str, names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{kind} ({len(names)}): {', '.join(names[:MOST_NAMED])}{more}"
