"""Variants as text and as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.variants.compare import MEASURES, Difference, Variant

from fakestormer.evaluation.metrics import Estimate
from fakestormer.evaluation.tables import align, show

NOTE = (
    "AUC: all fakes against all reals. By family: the mean of the families' AUCs, against all reals, and against the "
    "reals of the fakes' own sources. Pairwise accuracy: fakes that score above the original they were made from. "
    "Brackets: 95 % Student's interval of the mean over seeds; in the second pair, the same seeds with people drawn "
    "anew (bootstrap by cluster). Differences are paired by seed, variant less baseline."
)


def render_variants(variants: Sequence[Variant]) -> str:
    """Two tables, of values and of differences to the first variant, and what their brackets mean, as Markdown."""
    families = sorted({family for one in variants for family in one.families})
    values: list[tuple[str, ...]] = [("variant", "seeds", *MEASURES)]
    values += [
        (one.name, str(len(one.seeds)), *(show(one.measures.get(name)) for name in MEASURES)) for one in variants
    ]
    by_family = [
        ("variant", *families),
        *((one.name, *(_plain(one.families.get(f)) for f in families)) for one in variants),
    ]
    gaps: list[tuple[str, ...]] = [("variant", *MEASURES)]
    gaps += [(one.name, *(_show_gap(one.differences.get(name)) for name in MEASURES)) for one in variants[1:]]
    parts = [align(values), *([align(by_family)] if families else [])]
    if len(variants) > 1:
        parts += [f"Difference to {variants[0].name}:", align(gaps)]
    return "\n\n".join([*parts, NOTE]) + "\n"


def variants_to_json(variants: Sequence[Variant]) -> list[dict[str, Any]]:
    """The variants as plain JSON values."""
    return [
        {
            "variant": variant.name,
            "seeds": list(variant.seeds),
            "measures": _plain_values(variant.measures),
            "families": _plain_values(variant.families),
            "differences": _plain_values(variant.differences),
        }
        for variant in variants
    ]


def variants_from_json(plain: Sequence[Mapping[str, Any]]) -> tuple[Variant, ...]:
    """The variants that `variants_to_json` made plain."""
    return tuple(
        Variant(
            one["variant"],
            tuple(one["seeds"]),
            {name: Estimate(**value) for name, value in one["measures"].items()},
            {name: Estimate(**value) for name, value in one["families"].items()},
            {name: _difference(value) for name, value in one["differences"].items()},
        )
        for one in plain
    )


def _difference(plain: Mapping[str, Any]) -> Difference:
    people = plain["over_people"]
    return Difference(Estimate(**plain["over_seeds"]), None if people is None else Estimate(**people))


def _plain_values(values: Mapping[str, Estimate] | Mapping[str, Difference]) -> dict[str, Any]:
    return {name: dataclasses.asdict(value) for name, value in values.items()}


def _plain(estimate: Estimate | None) -> str:
    return "-" if estimate is None else f"{estimate.value:.3f}"


def _show_gap(gap: Difference | None) -> str:
    if gap is None:
        return "-"
    text = _brackets(gap.over_seeds)
    people = "" if gap.over_people is None else _brackets(gap.over_people)
    return f"{gap.over_seeds.value:+.3f}{text}{people}"


def _brackets(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" [{estimate.low:+.2f}, {estimate.high:+.2f}]"
