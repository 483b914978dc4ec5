"""Metrics as tables for people: aligned Markdown, readable in a terminal as well."""

from __future__ import annotations

from collections.abc import Sequence

from fakestormer.evaluation.breakdown import Breakdown, Coverage, PairwiseAccuracy, Slice
from fakestormer.evaluation.metrics import Estimate
from fakestormer.evaluation.rates import EstimatedRates, Reliability, SetRates
from fakestormer.evaluation.record import Metrics, protocol_of

RATE_COLUMNS = ("real", "fake", "AUC", "AP", "EER", "TPR at 1 % FPR")
THRESHOLD_COLUMNS = ("AUC", "bal. acc. at 0.5", "bal. acc.", "TPR", "FPR", "FNR", "inconclusive")
RELIABILITY_COLUMNS = ("Brier", "ECE", "Cllr", "Cllr min", "calibration loss")
THRESHOLD_NOTE = (
    "AUC knows only the order of scores within a line; everything right of it holds every file to the same thresholds. "
    "Groups: against the reference named below. Pooled: all files together, under one threshold. Bal. acc. at 0.5: the "
    "probability 0.5 as the single threshold. Bal. acc.: fakes answered FAKE and reals answered REAL at the thresholds "
    "of the weights, where INCONCLUSIVE counts as wrong. TPR and FPR: fakes and reals answered FAKE; FNR: fakes "
    "answered REAL. Reals and fakes weigh the same."
)
RELIABILITY_NOTE = (
    "Reals and fakes weigh the same. ECE: ten bins of equal width. Cllr, in bits: 0 for perfect likelihood ratios, 1 "
    "for ratios that say nothing; Cllr min: after the best monotone calibration on these very files; the loss is the "
    "difference. On few files ECE and loss lean upwards and Cllr min downwards, and a bootstrap gives no fair interval."
)
SAME_SOURCE_COLUMNS = ("same-source real : fake", "AUC", "EER")
ALL_COLUMNS = ("all real : fake", "AUC", "EER")


def show(estimate: Estimate | None) -> str:
    """The value with its interval in brackets; a dash where there is no value."""
    if estimate is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def align(rows: Sequence[Sequence[str]]) -> str:
    """A table whose columns line up; the first row is the header."""
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    widths = [max(3, *(len(row[column]) for row in escaped)) for column in range(len(escaped[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in escaped]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def render_table(metrics: Metrics) -> str:
    """The whole evaluation as text that ends with a newline: coverage, overall rates, and a table for each column."""
    summary, config = metrics.summary, metrics.config
    parts = [
        "# Evaluation",
        _describe_run(metrics),
        _describe_coverage(summary.coverage),
        _decisions_table(summary.decisions),
        "## Overall",
        align([RATE_COLUMNS, _rates(summary.overall)]),
        *((summary.overall.reason,) if summary.overall.reason else ()),
        "## The same thresholds for every file",
        _threshold_table(summary.overall, summary.breakdowns[0]),
        THRESHOLD_NOTE,
        "## Probabilities",
        align([RELIABILITY_COLUMNS, _reliability(summary.reliability)]),
        RELIABILITY_NOTE,
        *(("## Pairwise accuracy", _describe_pairs(summary.pairwise_accuracy)) if summary.pairwise_accuracy else ()),
    ]
    for breakdown in summary.breakdowns:
        parts += [f"## By {breakdown.column}", _breakdown_table(breakdown)]
    unit = f"whole clusters (column {config.cluster_column}, else single files)"
    interval = (
        f"{config.confidence:.0%} percentile intervals from {config.num_replicates} bootstrap replicates over {unit}"
    )
    parts.append(
        f"Brackets: {interval}, seed {config.seed}; none where all reals or all fakes stand in one cluster. Fake is "
        "the positive class. AP depends on the share of fakes. Same source: against the scored reals of the fakes' own "
        f"groups, where a group has at least {_count(config.min_same_source_reals, 'real')}; other fakes are left out "
        "there. All: against every scored real. Reference: the same source where there is one, else all."
    )
    return "\n\n".join(parts) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _describe_run(metrics: Metrics) -> str:
    run = metrics.run
    text = f"Manifest {run.manifest} (sha256 {run.manifest_sha256[:12]})"
    if run.detector is not None:
        weights = f"weights {run.detector['model_name']} (sha256 {run.detector['weights_sha256'][:12]})"
        text += f", {weights}, fakestormer {run.detector['package_version']}"
        protocol = protocol_of(run.detector)
        if protocol is not None:
            text += f", protocol {protocol['name']} {protocol['version']} (sha256 {protocol['sha256'][:12]})"
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
    return align([header, *body])


def _breakdown_table(breakdown: Breakdown) -> str:
    """One line for each value that fakes have, one line for all groups of reals alone, and the means."""
    header = (breakdown.column, "scored", *SAME_SOURCE_COLUMNS, *ALL_COLUMNS, "reference")
    with_fakes = [item for item in breakdown.slices if item.all.num_fake]
    without = [item for item in breakdown.slices if not item.all.num_fake]
    same_source, everyone = breakdown.same_source, breakdown.all
    rates = (*_order_rates(same_source.rates), "", *_order_rates(everyone.rates))
    macro = (
        f"**macro** ({same_source.num_slices} same source, {everyone.num_slices} all)",
        "",
        "",
        *rates,
        f"mean AUC {show(breakdown.selected.rates.auc)}",
    )
    return align([header, *(_slice_row(item) for item in with_fakes), *_rest_row(without), macro])


def _slice_row(item: Slice) -> tuple[str, ...]:
    same_source, everyone = item.same_source, item.all
    return (
        item.name or "(none)",
        f"{item.coverage.num_scored}/{item.coverage.num_files}",
        f"{same_source.num_real} : {same_source.num_fake}",
        *_order_rates(same_source.rates),
        f"{everyone.num_real} : {everyone.num_fake}",
        *_order_rates(everyone.rates),
        item.reference.replace("_", " ") if item.selected.rates.auc else "-",
    )


def _rest_row(rest: Sequence[Slice]) -> tuple[tuple[str, ...], ...]:
    """One line for the slices without a scored fake, none where there are none of them."""
    if not rest:
        return ()
    num_scored = sum(item.coverage.num_scored for item in rest)
    num_files = sum(item.coverage.num_files for item in rest)
    return ((f"({len(rest)} without a scored fake)", f"{num_scored}/{num_files}", *("-",) * 7),)


def _order_rates(rates: EstimatedRates) -> tuple[str, str]:
    return show(rates.auc), show(rates.equal_error_rate)


def _rates(comparison: SetRates) -> tuple[str, ...]:
    rates = comparison.rates
    order = (rates.auc, rates.average_precision, rates.equal_error_rate, rates.tpr_at_1_percent_fpr)
    return (str(comparison.num_real), str(comparison.num_fake), *(show(estimate) for estimate in order))


def _threshold_table(overall: SetRates, groups: Breakdown) -> str:
    """One line for each group with a rate, their mean, and all files pooled."""
    measured = [item for item in groups.slices if item.selected.rates.auc]
    lines = [(item.name or "(none)", *_answer_rates(item.selected.rates)) for item in measured]
    macro = (f"**macro** ({len(measured)} groups)", *_answer_rates(groups.selected.rates))
    return align([("group", *THRESHOLD_COLUMNS), *lines, macro, ("**pooled**", *_answer_rates(overall.rates))])


def _answer_rates(rates: EstimatedRates) -> tuple[str, ...]:
    shown = (
        rates.auc,
        rates.balanced_accuracy,
        rates.balanced_accuracy_at_thresholds,
        rates.true_positive_rate,
        rates.false_positive_rate,
        rates.false_negative_rate,
        rates.inconclusive_rate,
    )
    return tuple(show(estimate) for estimate in shown)


def _reliability(rates: Reliability) -> tuple[str, ...]:
    shown = (rates.brier_score, rates.expected_calibration_error, rates.cllr, rates.cllr_min, rates.calibration_loss)
    return tuple(show(estimate) for estimate in shown)


def _describe_pairs(pairs: PairwiseAccuracy) -> str:
    if pairs.accuracy is None:
        return f"None of the {pairs.num_named} fakes that name an original could be compared with it."
    num_left_out = pairs.num_named - pairs.num_compared
    return (
        f"{show(pairs.accuracy)} of {pairs.num_compared} fakes score above the original they were made from (equal "
        f"scores count half); {num_left_out} more name an original that was not scored as a real."
    )
