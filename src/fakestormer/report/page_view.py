"""What the page's template is given: the verdict with its words said and its pictures drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fakestormer.report.chart import draw_spatial_strip, draw_timeline
from fakestormer.report.frame_view import EvidenceFrameView, PlayView, draw_face, view_evidence_frame, view_play
from fakestormer.report.heatmap import has_picture
from fakestormer.report.overlay import person_colour
from fakestormer.report.picture import video_duration
from fakestormer.report.reliability_view import ReliabilityView, more_provenance, view_reliability
from fakestormer.report.texts import DecisionTexts, Texts
from fakestormer.report.wording import (
    say_date,
    say_likelihood,
    say_out_of_reach,
    say_path,
    say_prior,
    say_probability,
    say_sentence,
    say_span,
    say_threshold,
    say_time,
)
from fakestormer.types import Decision, FaceVerdict, ProbabilityScale, Segment, VideoVerdict

MOST_CLIP_ROWS = 300
WIDE, NARROW = 760, 400  # drawings for a desk or paper, and for a phone
BEYOND_SCALE = 0.02  # a probability's mark keeps this distance from the ends of the scale


@dataclass(frozen=True, slots=True)
class FaceView:
    """One person's section. Drawings come twice, wide and narrow."""

    anchor: str
    name: str
    colour: str  # that of the face in the annotated film
    decision: Decision
    words: DecisionTexts
    probability: str
    likelihood: str
    facts: str
    portrait: str
    portrait_alt: str
    timelines: tuple[str, str]
    strips: tuple[str, str]
    play: PlayView
    spans: tuple[str, ...]
    evidence_frames: tuple[EvidenceFrameView, ...]
    no_pictures: str
    clip_rows: tuple[tuple[str, ...], ...]
    clip_note: str


@dataclass(frozen=True, slots=True)
class VideoView:
    """One video's part of the page."""

    anchor: str
    name: str
    decision: Decision
    words: DecisionTexts
    headline: str
    probability: str
    prior: str
    probability_name: str
    probability_note: str
    timeline_name: str
    timeline_note: str
    clip_columns: tuple[str, ...]
    gauge: tuple[float, float, float]  # mark, real_to and fake_from in percent of the scale's width
    gauge_alt: str
    reason: str
    damage: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    faces: tuple[FaceView, ...]
    set_aside: tuple[tuple[str, str, str], ...]
    provenance: tuple[tuple[str, str], ...]
    provenance_more: tuple[tuple[str, str], ...]
    reliability: ReliabilityView
    duration: float
    sha256: str


def view_videos(verdicts: Sequence[VideoVerdict], texts: Texts) -> tuple[VideoView, ...]:
    """The parts of the page, one for each video. Videos go by their file names, or by whole paths if two are alike."""
    paths = [say_path(verdict.video.path) for verdict in verdicts]
    names = [path.rpartition("/")[2] for path in paths]
    named = names if len(set(names)) == len(names) else paths
    return tuple(
        _view_video(verdict, number, name or texts.unknown, texts)
        for number, (verdict, name) in enumerate(zip(verdicts, named, strict=True), 1)
    )


def _view_video(verdict: VideoVerdict, number: int, name: str, texts: Texts) -> VideoView:
    words = texts.decisions[verdict.decision]
    scale, prior = verdict.scale, say_prior(verdict.prior, texts)
    anchor = f"video-{number}"
    chance = None if verdict.probability is None else say_probability(verdict.probability, scale)
    mark = min(max(verdict.probability or 0.0, BEYOND_SCALE), 1 - BEYOND_SCALE)
    ordered = sorted(verdict.faces, key=lambda face: -face.logit)
    return VideoView(
        anchor=anchor,
        name=name,
        decision=verdict.decision,
        words=words,
        headline=words.video,
        probability=chance or "",
        prior=prior,
        probability_name=texts.probability_at.format(prior=prior),
        timeline_name=texts.timeline.format(prior=prior),
        timeline_note=_note_timeline(verdict, texts),
        clip_columns=tuple(name.format(prior=prior) for name in texts.clip_columns),
        probability_note=_note_probability(scale, texts),
        gauge=(100 * mark, 100 * scale.real_to, 100 * scale.fake_from),
        gauge_alt=texts.gauge_alt.format(probability=chance or texts.unknown),
        reason=say_sentence(verdict.reason or ""),
        damage=_damage(verdict, texts),
        facts=_facts(verdict, texts),
        faces=tuple(_view_face(face, place, anchor, verdict, texts) for place, face in enumerate(ordered, 1)),
        set_aside=tuple((str(track.track_id), say_span(track.span), track.reason) for track in verdict.set_aside),
        provenance=_provenance(verdict, texts),
        provenance_more=_settings(verdict, texts),
        reliability=view_reliability(verdict, texts),
        duration=round(video_duration(verdict), 3),
        sha256=verdict.provenance.input_sha256,
    )


def _note_probability(scale: ProbabilityScale, texts: Texts) -> str:
    note = texts.probability_note.format(
        fitted_on=scale.calibration.fitted_on,
        fake_from=say_threshold(scale.fake_from),
        real_to=say_threshold(scale.real_to),
    )
    return f"{note} {say_out_of_reach(scale.calibration, texts)}".rstrip()


def _note_timeline(verdict: VideoVerdict, texts: Texts) -> str:
    note, scale = texts.timeline_note.format(frames=verdict.provenance.clip_spec.num_frames), verdict.scale
    if scale.calibration.measured is None:
        return note
    lowest, highest = (say_probability(one, scale) for one in scale.supported)
    return f"{note} {texts.supported.format(lowest=lowest, highest=highest)}"


def _view_face(face: FaceVerdict, place: int, video_anchor: str, verdict: VideoVerdict, texts: Texts) -> FaceView:
    scale, duration = verdict.scale, video_duration(verdict)
    anchor = f"{video_anchor}-face-{place}"
    words = texts.person_fact if len(face.clips) == 1 else texts.person_facts
    pictured = [key for key in face.evidence_frames if has_picture(key)]
    portrait = max(pictured, key=lambda key: key.logit, default=None)
    more = len(face.clips) > MOST_CLIP_ROWS
    return FaceView(
        anchor=anchor,
        name=texts.person.format(number=place),
        colour="#{:02x}{:02x}{:02x}".format(*person_colour(place)),
        decision=face.decision,
        words=texts.decisions[face.decision],
        probability=say_probability(face.probability, scale),
        likelihood="" if face.log10_lr is None else say_likelihood(face.log10_lr, scale.calibration, texts),
        facts=words.format(span=say_span(face.span), clips=len(face.clips), track=face.track_id),
        portrait=draw_face(portrait) if portrait else "",
        portrait_alt=texts.face_alt.format(number=place, time=say_time(portrait.time)) if portrait else "",
        timelines=(
            draw_timeline(face, scale, duration, width=WIDE, identity=f"{anchor}-timeline", texts=texts),
            draw_timeline(face, scale, duration, width=NARROW, identity=f"{anchor}-timeline-narrow", texts=texts),
        ),
        strips=(
            draw_spatial_strip(face, duration, width=WIDE, identity=f"{anchor}-strip", texts=texts),
            draw_spatial_strip(face, duration, width=NARROW, identity=f"{anchor}-strip-narrow", texts=texts),
        ),
        play=view_play(face, scale, texts),
        spans=tuple(_say_segment(one, scale, texts) for one in face.segments),
        evidence_frames=tuple(view_evidence_frame(key, place, scale, texts) for key in pictured),
        no_pictures="" if pictured else texts.no_pictures if face.evidence_frames else texts.no_evidence_frames,
        clip_rows=_clip_rows(face, scale),
        clip_note=texts.clip_table_more.format(shown=MOST_CLIP_ROWS, all=len(face.clips)) if more else "",
    )


def _say_segment(one: Segment, scale: ProbabilityScale, texts: Texts) -> str:
    return texts.span.format(
        span=say_span(one.span),
        probability=say_probability(one.probability, scale),
        prior=say_prior(scale.prior, texts),
        peak=say_time(one.peak_time),
    )


def _clip_rows(face: FaceVerdict, scale: ProbabilityScale) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            say_span(clip.span),
            say_probability(scale.probability(clip.logit), scale),
            f"{clip.logit:.2f}",
            "  ".join(f"{value:.2f}" for value in clip.evidence.spatial_vulnerability),
            f"{clip.evidence.temporal_vulnerability.max():.1f}",
        )
        for clip in face.clips[:MOST_CLIP_ROWS]
    )


def _damage(verdict: VideoVerdict, texts: Texts) -> tuple[str, ...]:
    count = verdict.damage.num_corrupt_packets
    said = [texts.damage_packet if count == 1 else texts.damage_packets.format(count=count)] if count else []
    if verdict.damage.num_encrypted_packets:
        said.append(texts.damage_encrypted.format(count=verdict.damage.num_encrypted_packets))
    return (*said, texts.damage_truncated) if verdict.damage.truncated else tuple(said)


def _facts(verdict: VideoVerdict, texts: Texts) -> tuple[tuple[str, str], ...]:
    video = verdict.video
    turned = texts.facts_rotation.format(rotation=video.rotation) if video.rotation else ""
    rate = f"{video.frame_rate:.4g}" if video.frame_rate > 0 else texts.unknown
    values = (
        f"{video.width} \N{MULTIPLICATION SIGN} {video.height}{turned}",
        texts.unknown if video.duration is None else say_time(video.duration),
        texts.facts_rate.format(frames=verdict.num_frames, rate=rate),
        f"{video.codec}, {video.pixel_format}",
        str(len(verdict.faces)),
        str(len(verdict.set_aside)),
        say_date(verdict.provenance.ended) or texts.answer.not_recorded,
    )
    return tuple(zip(texts.facts_names, values, strict=True))


def _provenance(verdict: VideoVerdict, texts: Texts) -> tuple[tuple[str, str], ...]:
    made, spec = verdict.provenance, verdict.provenance.clip_spec
    values = (
        say_path(verdict.video.path),
        made.input_sha256,
        made.package_version,
        made.model_name,
        made.weights_sha256,
        made.decoder,
        made.face_detector,
        made.device,
        texts.provenance_clips.format(
            frames=spec.num_frames,
            stride=spec.frame_stride,
            size=spec.image_size,
            enlargement=spec.box_enlargement,
            margin=spec.crop_margin,
        ),
        texts.provenance_calibration.format(
            slope=made.calibration.slope, intercept=made.calibration.intercept, fitted_on=made.calibration.fitted_on
        ),
        texts.provenance_thresholds.format(real_to=made.calibration.real_to, fake_from=made.calibration.fake_from),
    )
    return (*zip(texts.provenance_rows, values, strict=True), *more_provenance(verdict, texts))


def _settings(verdict: VideoVerdict, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Every version and every setting, each with its name."""
    made = verdict.provenance
    return (*made.versions, *((texts.provenance_setting.format(name=name), value) for name, value in made.settings))
