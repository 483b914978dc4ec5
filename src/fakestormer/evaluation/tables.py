"""Metrics as a table for people: aligned Markdown, readable in a terminal as well."""

from __future__ import annotations

from collections.abc import Sequence

from fakestormer.evaluation.record import Metrics
from fakestormer.evaluation.summary import Breakdown, Comparison, Coverage, Estimate, Slice

RATE_COLUMNS = ("real", "fake", "AUC", "AP", "EER")
OWN_COLUMNS = ("own real : fake", "AUC", "EER")
ALL_COLUMNS = ("all real : fake", "AUC", "EER")


def render_table(metrics: Metrics) -> str:
    """The whole evaluation as text that ends with a newline: coverage, overall rates, and a table for each column."""
    summary, config = metrics.summary, metrics.config
    parts = [
        "# Evaluation",
        _describe_run(metrics),
        _describe_coverage(summary.coverage),
        _decisions_table(summary.decisions),
        "## Overall",
        _align([RATE_COLUMNS, _rates(summary.overall)]),
        *((summary.overall.reason,) if summary.overall.reason else ()),
    ]
    for breakdown in summary.breakdowns:
        parts += [f"## By {breakdown.column}", _breakdown_table(breakdown)]
    unit = f"whole clusters (column {config.cluster_column}, else single files)"
    interval = f"{config.confidence:.0%} percentile intervals from {config.num_rounds} bootstrap rounds over {unit}"
    parts.append(
        f"Brackets: {interval}, seed {config.seed}; none where all reals or all fakes stand in one cluster. Fake is "
        "the positive class. AP depends on the share of fakes. Own: against scored reals of the groups the fakes come "
        "from; fakes whose group has none are left out there. All: against every scored real. The rule takes own "
        f"where it has at least {config.min_own_reals} reals, else all."
    )
    return "\n\n".join(parts) + "\n"


def _describe_run(metrics: Metrics) -> str:
    run = metrics.run
    text = f"Manifest {run.manifest} (sha256 {run.manifest_sha256[:12]})"
    if run.detector is not None:
        weights = f"weights {run.detector['model_name']} (sha256 {run.detector['weights_sha256'][:12]})"
        text += f", {weights}, fakestormer {run.detector['package_version']}"
    if run.num_kept:
        text += f"; {run.num_kept} scores were kept from an earlier run of the same manifest and detector"
    return text + "."


def _describe_coverage(coverage: Coverage) -> str:
    share = coverage.num_scored / coverage.num_files
    return (
        f"Coverage: {coverage.num_scored} of {coverage.num_files} files scored ({share:.1%}), "
        f"{coverage.num_not_applicable} not applicable, {coverage.num_error} failed."
    )


def _decisions_table(decisions: dict[str, dict[str, int]]) -> str:
    outcomes = list(decisions["real"])
    header = ("label \\ decision", *(outcome.replace("_", " ") for outcome in outcomes))
    body = [(label, *(str(counts[outcome]) for outcome in outcomes)) for label, counts in decisions.items()]
    return _align([header, *body])


def _breakdown_table(breakdown: Breakdown) -> str:
    """One line for each value that fakes have, one line for all groups of reals alone, and the means."""
    header = (breakdown.column, "scored", *OWN_COLUMNS, *ALL_COLUMNS, "rule")
    with_fakes = [item for item in breakdown.slices if item.all.num_fake]
    without = [item for item in breakdown.slices if not item.all.num_fake]
    own, everyone, chosen = breakdown.own, breakdown.all, breakdown.chosen
    rates = (_show(own.auc), _show(own.equal_error_rate), "", _show(everyone.auc), _show(everyone.equal_error_rate))
    macro = (f"**macro** ({own.num_slices} own, {everyone.num_slices} all)", "", "", *rates, f"AUC {_show(chosen.auc)}")
    return _align([header, *(_slice_row(item) for item in with_fakes), *_rest_row(without), macro])


def _slice_row(item: Slice) -> tuple[str, ...]:
    own, everyone = item.own, item.all
    return (
        item.name or "(none)",
        f"{item.coverage.num_scored}/{item.coverage.num_files}",
        f"{own.num_real} : {own.num_fake}",
        _show(own.auc),
        _show(own.equal_error_rate),
        f"{everyone.num_real} : {everyone.num_fake}",
        _show(everyone.auc),
        _show(everyone.equal_error_rate),
        item.reference if item.chosen.auc else "-",
    )


def _rest_row(rest: Sequence[Slice]) -> tuple[tuple[str, ...], ...]:
    """One line for the slices without a scored fake, none where there are none of them."""
    if not rest:
        return ()
    num_scored = sum(item.coverage.num_scored for item in rest)
    num_files = sum(item.coverage.num_files for item in rest)
    return ((f"({len(rest)} without a scored fake)", f"{num_scored}/{num_files}", *("-",) * 7),)


def _rates(comparison: Comparison) -> tuple[str, ...]:
    estimates = (comparison.auc, comparison.average_precision, comparison.equal_error_rate)
    return (str(comparison.num_real), str(comparison.num_fake), *(_show(estimate) for estimate in estimates))


def _show(estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def _align(rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns line up; the first row is the header."""
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    widths = [max(3, *(len(row[column]) for row in escaped)) for column in range(len(escaped[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in escaped]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
