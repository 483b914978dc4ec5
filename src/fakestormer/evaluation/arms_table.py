"""Arms as text and as JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from fakestormer.evaluation.arms import MEASURES, Arm, Difference
from fakestormer.evaluation.estimate import Estimate
from fakestormer.evaluation.markdown import align, show

NOTE = (
    "AUC: all fakes against all reals. By family: the mean of the families' AUCs, against all reals, and against the "
    "reals of the fakes' own sources. Pairs in order: fakes that score above the original they were made from. "
    "Brackets: 95 % Student's interval of the mean over seeds; in the second pair, the same seeds with people drawn "
    "anew (bootstrap by cluster). Differences are paired by seed, arm less baseline."
)


def render_arms(arms: Sequence[Arm]) -> str:
    """Two tables, of values and of differences to the first arm, and what their brackets mean; ends with a newline."""
    families = sorted({family for arm in arms for family in arm.families})
    values: list[tuple[str, ...]] = [("arm", "seeds", *MEASURES)]
    values += [(arm.name, str(len(arm.seeds)), *(show(arm.measures.get(name)) for name in MEASURES)) for arm in arms]
    by_family = [("arm", *families), *((arm.name, *(_plain(arm.families.get(f)) for f in families)) for arm in arms)]
    gaps: list[tuple[str, ...]] = [("arm", *MEASURES)]
    gaps += [(arm.name, *(_show_gap(arm.differences.get(name)) for name in MEASURES)) for arm in arms[1:]]
    parts = [align(values), *([align(by_family)] if families else [])]
    if len(arms) > 1:
        parts += [f"Difference to {arms[0].name}:", align(gaps)]
    return "\n\n".join([*parts, NOTE]) + "\n"


def arms_to_json(arms: Sequence[Arm]) -> list[dict[str, Any]]:
    """The arms as plain JSON values."""
    return [
        {
            "arm": arm.name,
            "seeds": list(arm.seeds),
            "measures": _plain_values(arm.measures),
            "families": _plain_values(arm.families),
            "differences": _plain_values(arm.differences),
        }
        for arm in arms
    ]


def arms_from_json(plain: Sequence[Mapping[str, Any]]) -> tuple[Arm, ...]:
    """The arms that `arms_to_json` made plain."""
    return tuple(
        Arm(
            one["arm"],
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
