"""A result in the lines that the terminal shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakestormer.types import VideoVerdict

COLOURS = {"fake": "red", "real": "green", "inconclusive": "yellow", "not_applicable": "yellow"}
MOST_SPANS = 8  # lines below a video's own


def describe(verdict: VideoVerdict) -> str:
    """The verdict in one line: file, decision, probability, and the reason where there is one."""
    from fakestormer.types import strength_of

    parts = [f"{verdict.video.path}: {verdict.decision.name}"]
    if verdict.probability is not None:
        said = f"{say_percent(verdict.probability, verdict)} ({say_stated_prior(verdict)})"
        faces = "1 face" if len(verdict.faces) == 1 else f"{len(verdict.faces)} faces"
        parts.append(f"probability of forgery {said}, {faces}")
    if verdict.log10_lr is not None:
        side = "forgery" if verdict.log10_lr > 0 else "a genuine recording"
        strength = strength_of(verdict.log10_lr).value.replace("_", " ")
        word = "for neither" if strength == "neither" else f"{strength} support for {side}"
        parts.append(f"log10 likelihood ratio {verdict.log10_lr:+.2f} ({word})")
    if verdict.reason:
        parts.append(verdict.reason)
    damage = verdict.damage
    if damage.num_corrupt_packets or damage.truncated:
        ending = ", the file is truncated" if damage.truncated else ""
        count = damage.num_corrupt_packets
        parts.append(f"damaged: {count} corrupt {'packet' if count == 1 else 'packets'} skipped{ending}")
    if damage.num_encrypted_packets:
        parts.append(f"encrypted: {damage.num_encrypted_packets} packets skipped, their key is not in the file")
    return " - ".join(parts)


def describe_spans(verdict: VideoVerdict) -> tuple[str, ...]:
    """One line for each suspicious segment: when, its peak, which face; the strongest first."""
    found = [(one, face.track_id) for face in verdict.faces for one in face.segments]
    found.sort(key=lambda pair: (-pair[0].logit, pair[1], pair[0].span))
    lines = [
        f"{one.span.start:.1f} to {one.span.end:.1f} s: suspicious segment, peak at {one.peak_time:.1f} s, "
        f"probability of forgery {say_percent(one.probability, verdict)} ({say_stated_prior(verdict)}), "
        f"track {track_id}"
        for one, track_id in found[:MOST_SPANS]
    ]
    left = len(found) - len(lines)
    return (*lines, f"and {left} more, listed by --json and --html") if left else tuple(lines)


def say_percent(probability: float, verdict: VideoVerdict) -> str:
    """A probability as the page shows it, with a plain space, so that the line can be searched as it is typed."""
    from fakestormer.report.wording import PERCENT, say_probability

    return say_probability(probability, verdict.scale).replace(PERCENT, " %")


def say_stated_prior(verdict: VideoVerdict) -> str:
    """At which prior the probabilities of a verdict are stated."""
    from fakestormer.report.wording import PERCENT, say_prior

    return say_prior(verdict.prior).replace(PERCENT, " %")
