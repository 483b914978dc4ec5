"""Every word of the report in one place: another language is another `Texts` value.

Written for a reader who is no engineer. `{...}` are filled in by the code that names them; a test fills them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fakestormer.report.answer_texts import AnswerTexts
from fakestormer.report.play_texts import PlayTexts
from fakestormer.types import Decision, MapName


@dataclass(frozen=True, slots=True)
class DecisionTexts:
    """What one of the four answers is called, what it means and what it does not mean."""

    label: str
    video: str
    face: str
    means: str
    means_not: str


@dataclass(frozen=True, slots=True)
class MapTexts:
    """What one kind of map is called, what it shows, what it does not show, and the unit of its scale."""

    title: str
    means: str
    means_not: str
    unit: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of a report in one language (`language` is its code); the defaults are English."""

    language: str = "en"
    title: str = "Face forgery examination"
    title_one: str = "Face forgery examination: {name}"
    subtitle: str = "Made by fakestormer {version}. Everything on this page is inside this one file; nothing is loaded."
    no_glyph: str = "Characters that no font has, and invisible ones, are written as code points, such as [U+4E2D]."
    overview: str = "The examined videos"
    overview_columns: tuple[str, ...] = ("Video", "Answer", "Probability of forgery", "In words")
    to_overview: str = "Back to the list"
    decisions: dict[Decision, DecisionTexts] = field(
        default_factory=lambda: {
            Decision.FAKE: DecisionTexts(
                label="Signs of forgery",
                video="At least one face in this video shows signs of forgery.",
                face="signs of forgery",
                means="In the face named below, the model found traces that it has learnt to link with forged faces: "
                "seams where one face was blended into another picture, or changes from frame to frame that a filmed "
                "face does not show.",
                means_not="It is not proof. Heavy compression, beauty filters, screen recordings or unusual light can "
                "leave similar traces. It says nothing about who changed the video, how, or why, nor about faces and "
                "moments that were not examined.",
            ),
            Decision.REAL: DecisionTexts(
                label="No signs of forgery found",
                video="None of the examined faces shows signs of forgery.",
                face="no signs of forgery found",
                means="In the examined faces, the model found few or none of the traces that it has learnt to "
                "link with forged faces.",
                means_not="It does not prove that the video is genuine. A kind of forgery that leaves other traces, a "
                "false voice, changed backgrounds, cuts, or a true recording shown in a false context are not covered.",
            ),
            Decision.INCONCLUSIVE: DecisionTexts(
                label="Inconclusive",
                video="The evidence is too weak to say either way.",
                face="inconclusive",
                means="The model found some traces, but neither enough to speak of signs of forgery nor few enough to "
                "speak of none.",
                means_not="It does not mean half forged, and it is no hint in either direction. An earlier, less "
                "compressed or longer copy of the video may allow an answer.",
            ),
            Decision.NOT_APPLICABLE: DecisionTexts(
                label="Not examined",
                video="There was no face in this video that could be examined.",
                face="not examined",
                means="The method looks only at faces that are large enough and visible for long enough. There was "
                "none here, so no score was made.",
                means_not="It does not mean that the video is genuine, and it does not mean that it is forged.",
            ),
        }
    )
    probability_at: str = "Probability of forgery ({prior})"
    equal_priors: str = "equal priors"
    prior: str = "prior {prior}"
    probability_note: str = (
        "The number is for: one of the faces is forged. It was adjusted on known examples: {fitted_on}. For "
        "videos unlike those it may be off. From {fake_from} on this page speaks of signs of "
        "forgery, up to {real_to} of none."
    )
    gauge_alt: str = "Scale from genuine to forged; the mark stands at {probability}."
    gauge_real: str = "no signs"
    gauge_between: str = "inconclusive"
    gauge_fake: str = "signs of forgery"
    reason: str = "Reason"
    means: str = "What this means"
    means_not: str = "What it does not mean"
    damage: str = "The file is damaged"
    damage_packets: str = "{count} pieces of the video data were corrupt and were left out."
    damage_packet: str = "One piece of the video data was corrupt and was left out."
    damage_truncated: str = "The file breaks off before its end; it was examined as far as it goes."
    facts: str = "The video"
    facts_names: tuple[str, ...] = (
        "Picture",
        "Length",
        "Frames",
        "Coding",
        "Faces examined",
        "Faces set aside",
        "Examined on",
    )
    facts_rotation: str = ", turned upright by {rotation}\N{DEGREE SIGN}"
    facts_rate: str = "{frames} decoded, {rate} a second"
    unknown: str = "unknown"
    people: str = "Face by face"
    people_order: str = "The most suspicious face comes first."
    person: str = "Face {number}"
    person_facts: str = "Visible {span} \N{MIDDLE DOT} {clips} clips examined \N{MIDDLE DOT} track {track}"
    person_fact: str = "Visible {span} \N{MIDDLE DOT} 1 clip examined \N{MIDDLE DOT} track {track}"
    face_alt: str = "Face {number}, as the model saw it at {time}"
    timeline: str = "When: probability of forgery over time ({prior})"
    timeline_note: str = (
        "Each dot is one short clip of {frames} frames. A single clip is weaker evidence than the face as a whole, "
        "which rests on the average of all its clips, or on its strongest stretch where that says more."
    )
    spans: str = "Suspicious stretches"
    no_spans: str = "none"
    span: str = "{span}: probability of forgery {probability} ({prior}), strongest at {peak}"
    chart_title: str = "Probability of forgery over time ({prior}): {clips} clips in a video of {duration}"
    chart_description: str = (
        "Lowest {lowest}, highest {highest}. Signs of forgery from {fake_from} on, none up to {real_to}. "
        "Suspicious stretches: {spans}."
    )
    axis_forged: str = "forged"
    axis_genuine: str = "genuine"
    threshold_fake: str = "signs of forgery from {at}"
    threshold_real: str = "no signs up to {at}"
    strip: str = "Blended-in look, frame by frame"
    strip_title: str = "Blended-in look of the examined frames"
    strip_description: str = "One column a clip, its frames from top to bottom. Values between {lowest} and {highest}."
    strip_first: str = "1st frame"
    strip_last: str = "last"
    strip_note: str = (
        "One column a clip, its frames from top to bottom. Dark: somewhere in this frame the face looks as if it had "
        "been blended into the picture (1). Pale: nowhere (0). Grey: not examined."
    )
    key_frames: str = "Where"
    key_frames_note: str = (
        "The frames that speak most for forgery, the strongest first. The outlined square is what the model saw. "
        "Colours have the same meaning in every picture and every report; places without colour are calm."
    )
    maps: dict[MapName, MapTexts] = field(
        default_factory=lambda: {
            "change": MapTexts(
                title="Change over time",
                means="Warm colours lie where the face changes from one frame to the next in the way the edges of "
                "blended faces do.",
                means_not="It is no drawing of what was altered: a forgery whose edge keeps still has no colour.",
                unit="strength of the change; 1 is one standard deviation of the values learnt from",
            ),
            "score": MapTexts(
                title="What the score hangs on",
                means="Warm colours lie on the places whose look moved the answer most, in either direction.",
                means_not="It shows what the model looked at, not what is wrong with the picture: hair, shadows or "
                "compression may have moved it. A genuine face has warm places, too, mostly in its middle.",
                unit="size of the effect on the model's raw answer (logits)",
            ),
        }
    )
    no_pictures: str = "This report was made from a data file, which holds no pictures."
    no_key_frames: str = "No pictures were kept for this face."
    picture_caption: str = "{time}   frame {index}   track {track}"
    key_frame: str = "{time} \N{MIDDLE DOT} frame {index}"
    key_frame_clip: str = "Probability of forgery of this clip alone: {probability} ({prior})"
    key_frame_spatial: str = "Blended-in look of this frame: {value:.2f} of 1"
    key_frame_map: str = "{map}: {peak}"
    key_frame_peak: str = "strongest {place} of the square ({peak:.2g})"
    key_frame_faint: str = "faint, strongest {place} of the square ({peak:.2g})"
    key_frame_calm: str = "calm everywhere"
    plain_caption: str = "As the model saw it"
    frame_alt: str = "The whole frame at {time} with a map laid on face {number}. {map}: {peak}."
    plain_alt: str = "Face {number} at {time}, without a map"
    heat_alt: str = "Face {number} at {time}, with the map: {map}"
    places: tuple[tuple[str, str, str], ...] = (
        ("upper left", "top", "upper right"),
        ("left side", "middle", "right side"),
        ("lower left", "bottom", "lower right"),
    )
    overlay_face: str = "{name}  {chance}"
    overlay_footer: str = "Probability of forgery ({prior}) of the nearest clip. One piece of evidence, no proof."
    overlay_no_face: str = "No face in this video could be examined."
    failures: str = "Files that could not be examined"
    failures_columns: tuple[str, ...] = ("File", "Why")
    heat_ends: tuple[str, str] = ("{low:g} or less", "{high:g} or more")
    clip_table: str = "All clips in numbers"
    clip_table_more: str = "The first {shown} of {all} clips are listed; the data file holds them all."
    clip_columns: tuple[str, ...] = (
        "Time",
        "Probability ({prior})",
        "Logit",
        "Blended-in look of each frame",
        "Strongest change",
    )
    set_aside: str = "Faces that were set aside"
    set_aside_columns: tuple[str, ...] = ("Track", "Visible", "Why it was not scored")
    custody: str = "How this result came about"
    custody_note: str = (
        "With the same file, the same settings and the same kind of device, a second examiner gets the same result: "
        "the command 'fakestormer verify' checks it from the data file (JSON) of this examination."
    )
    custody_rows: tuple[str, ...] = (
        "File",
        "SHA-256 of the file",
        "fakestormer",
        "Model",
        "SHA-256 of the weights",
        "Decoder",
        "Face detector",
        "Device",
        "Clips",
        "Calibration",
        "Thresholds",
    )
    custody_clips: str = (
        "{frames} frames, step {stride}, {size} \N{MULTIPLICATION SIGN} {size} pixels, box enlarged by "
        "{enlargement:.4g}, margin {margin:.4g}"
    )
    custody_calibration: str = "slope {slope:.6g}, intercept {intercept:.6g}; fitted on: {fitted_on}"
    custody_thresholds: str = "no signs up to {real_to:.6g}, signs of forgery from {fake_from:.6g}"
    custody_more: str = "All versions and settings"
    custody_setting: str = "Setting {name}"
    reading: str = "How to read this page"
    reading_points: tuple[str, ...] = (
        "Every face is followed through the video and cut into short clips. The model gives each clip a number; the "
        "average over a face's clips, or that of its strongest stretch where it says more, becomes a probability.",
        "The answer for the video is about: one of its faces is forged. The more faces there are, the more the most "
        "suspicious of them must say, because one of many genuine faces looks suspicious by chance.",
        "When: the curve shows at what times a face looked suspicious. Red stretches are those that stand out from the "
        "rest of the face and reach the upper threshold.",
        "Where: two maps are laid on the frames. One shows places that change over time as blended faces do, the other "
        "the places that the score hangs on. They answer different questions and need not agree. Both are pointers for "
        "the eye, not drawings of what was altered: colour beside the true place and calm over a forged one both "
        "happen.",
        "The shaded strip shows, frame by frame, whether any place of the face looks blended in, and not which. The "
        "data file calls this number spatial vulnerability.",
    )
    limits: str = "Limits"
    limits_points: tuple[str, ...] = (
        "Only faces are examined. Voice, background, subtitles, cuts and context are not.",
        "Small, blurred, covered or strongly compressed faces carry less evidence, and they may be set aside.",
        "Methods of forgery that the model has not met, or that leave no seams, can escape it; honest editing can "
        "alarm it.",
        "A result of this page is one piece of evidence. Weigh it with the origin of the video, with other copies and "
        "with other examinations, and have a person decide.",
    )
    answer: AnswerTexts = field(default_factory=AnswerTexts)
    play: PlayTexts = field(default_factory=PlayTexts)


ENGLISH = Texts()
