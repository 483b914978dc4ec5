"""Metrics as a table for people: aligned Markdown, readable in a terminal as well."""

from __future__ import annotations

from collections.abc import Sequence

from fakestormer.evaluation.record import Metrics
from fakestormer.evaluation.summary import Breakdown, Comparison, Coverage, Estimate, Macro, Slice

RATE_COLUMNS = ("real", "fake", "AUC", "AP", "EER")
OWN_COLUMNS = ("own reals", "fakes", "AUC (own)", "EER (own)")
ALL_COLUMNS = ("fakes", "AUC (all)", "EER (all)")


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
        f"Brackets: {interval}, seed {config.seed}. Fake is the positive class. AP depends on the share of fakes. "
        "Own reals: scored reals of the groups the fakes come from; fakes whose group has none are left out there. "
        f"The rule takes own reals where there are at least {config.min_own_reals}, else all reals."
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
    header = (breakdown.column, "scored", *OWN_COLUMNS, *ALL_COLUMNS, "rule")
    rows = [_slice_row(item) for item in breakdown.slices]
    own, everyone, chosen = breakdown.own, breakdown.all, breakdown.chosen
    macro = (
        f"**macro** ({_count(own)} own, {_count(everyone)} all)",
        "",
        "",
        "",
        _show(own.auc),
        _show(own.equal_error_rate),
        "",
        _show(everyone.auc),
        _show(everyone.equal_error_rate),
        f"AUC {_show(chosen.auc)}",
    )
    return _align([header, *rows, macro])


def _slice_row(item: Slice) -> tuple[str, ...]:
    own, everyone = item.own, item.all
    return (
        item.name or "(none)",
        f"{item.coverage.num_scored}/{item.coverage.num_files}",
        str(own.num_real),
        str(own.num_fake),
        _show(own.auc),
        _show(own.equal_error_rate),
        str(everyone.num_fake),
        _show(everyone.auc),
        _show(everyone.equal_error_rate),
        item.reference if item.chosen.auc else "-",
    )


def _rates(comparison: Comparison) -> tuple[str, ...]:
    estimates = (comparison.auc, comparison.average_precision, comparison.equal_error_rate)
    return (str(comparison.num_real), str(comparison.num_fake), *(_show(estimate) for estimate in estimates))


def _count(macro: Macro) -> str:
    return str(macro.num_slices)


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
