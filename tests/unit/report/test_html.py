from __future__ import annotations

import base64
import dataclasses
import hashlib
import html.parser
import re

import numpy as np
import pytest

from fakestormer.report import ENGLISH, Texts, render_html, verdict_from_json, verdict_to_json, write_html
from fakestormer.types import DataError, Decision, VideoDamage


class Outline(html.parser.HTMLParser):
    """Notes every tag with its attributes, the visible text, and whether each element is closed in order."""

    VOID = frozenset({"meta", "link", "img", "br", "input"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text += " " + data.replace("\N{NO-BREAK SPACE}", " ")

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_is_well_formed_and_needs_nothing_from_outside(verdict, face):
    page = render_html(verdict(face()))
    outline = Outline(page)
    addresses = [v for _, a in outline.tags for name, v in a.items() if name in ("src", "href", "action", "data")]
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert outline.all("script") == [{}]  # inline, without an address
    assert "@import" not in page
    assert "url(" not in page
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)


def test_the_answer_stands_before_the_evidence_and_with_what_it_does_not_mean(verdict, face):
    text = Outline(render_html(verdict(face((4.0, 4.0))))).text
    words = ENGLISH.decisions[Decision.FAKE]
    places = [
        text.index(said) for said in (words.label, "98 %", words.means, words.means_not, ENGLISH.people, "Face 1")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("logits", "decision"), [((4.0,), Decision.FAKE), ((-4.0,), Decision.REAL), ((0.0,), Decision.INCONCLUSIVE)]
)
def test_every_decision_has_its_own_words(verdict, face, logits, decision):
    text = Outline(render_html(verdict(face(logits)))).text
    for other, words in ENGLISH.decisions.items():
        assert (words.means in text) == (other is decision)


@pytest.mark.parametrize("logit", [-50.0, 50.0])
def test_no_probability_on_the_page_is_certain(verdict, face, logit):
    text = Outline(render_html(verdict(face((logit, logit))))).text
    assert not re.search(r"(?<![\d.])(0|100)(\.0+)? %", text)
    assert ("over 99 %" if logit > 0 else "under 1 %") in text


def test_a_verdict_without_a_face_still_gives_a_whole_page(verdict):
    text = Outline(render_html(verdict())).text
    assert "No face was found in 100 frames." in text
    assert "seen for 0.20 s only" in text
    assert ENGLISH.probability_at.format(prior=ENGLISH.equal_priors) not in text
    assert ENGLISH.people not in text
    for part in (ENGLISH.provenance, ENGLISH.reading, ENGLISH.limits, "cd" * 32):
        assert part in text


def test_every_person_has_pictures_timeline_strip_and_numbers(verdict, face):
    page = render_html(verdict(face((-4.0,)), face((4.0, 4.0), track_id=5)))
    outline = Outline(page)
    assert len(outline.all("svg")) == 2 * 4  # wide and narrow, timeline and strip
    assert len(outline.all("img")) == 2 * 6  # portrait; frame with each map; face plain and with each map
    assert len({image["src"] for image in outline.all("img")}) >= 3
    assert page.index("track 5") < page.index("track 0")  # the most suspicious first
    assert "upper right of the square" in outline.text
    assert "{" not in outline.text
    assert "0.10  0.37  0.63  0.90" in outline.text


def test_pictures_and_drawings_are_described_and_names_are_unique(verdict, face):
    outline = Outline(render_html([verdict(face()), verdict(face(), face(track_id=1), path="b.mp4")]))
    assert all(image["alt"] for image in outline.all("img"))
    identities = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(identities) == len(set(identities))
    named = [v for _, a in outline.tags for k, v in a.items() if k == "aria-labelledby"]
    assert {identity for names in named for identity in names.split()} <= set(identities)
    assert {link["href"][1:] for link in outline.all("a")} <= set(identities)


def test_several_videos_are_listed_first_with_links(verdict, face):
    page = render_html([verdict(face(), path="/x/a.mp4"), verdict(path="/x/b.mp4")])
    outline = Outline(page)
    to_videos = [link["href"] for link in outline.all("a") if link["href"].startswith("#video")]
    assert to_videos == ["#video-1", "#video-2"]
    assert page.index(ENGLISH.overview) < page.index('id="video-1"') < page.index('id="video-2"')
    assert ENGLISH.overview not in render_html(verdict(face()))


def test_two_videos_of_one_name_are_told_apart_by_their_folders(verdict):
    text = Outline(render_html([verdict(path="/x/a.mp4"), verdict(path="/y/a.mp4")])).text
    assert "/x/a.mp4" in text.split(ENGLISH.means)[0]
    assert "/y/a.mp4" in text.split(ENGLISH.means)[0]


def test_damage_is_said(verdict, face):
    text = Outline(render_html(verdict(face(), damage=VideoDamage(3, truncated=True)))).text
    assert "3 packets of video data were corrupt" in text
    assert "truncated" in text
    assert ENGLISH.damage not in Outline(render_html(verdict(face()))).text


def test_hostile_names_and_reasons_stay_text(verdict, face):
    evil = '<script>alert(1)</script>"&.mp4'
    page = render_html(verdict(path=evil, reason="<img src=x onerror=alert(1)>"))
    outline = Outline(page)
    assert not outline.all("script")
    assert not outline.all("img")
    assert evil.rpartition("/")[2] in outline.text


def test_how_the_result_came_about_is_complete(verdict, face):
    text = Outline(render_html(verdict(face()))).text
    for fact in ("cd" * 32, "ab" * 32, "0.1.0", "lite", "PyAV", "scripted faces", "cpu", "ten made-up videos", "1 s"):
        assert fact in text


def test_the_same_verdict_gives_the_same_page(verdict, face):
    assert render_html(verdict(face())) == render_html(verdict(face()))


def test_a_verdict_read_from_json_gives_a_page_without_pictures(verdict, face):
    again = verdict_from_json(verdict_to_json(verdict(face())))
    outline = Outline(render_html(again))
    assert ENGLISH.no_pictures in outline.text
    assert not outline.all("img")


def test_a_face_without_evidence_frames_is_no_trouble(verdict, face):
    bare = dataclasses.replace(face(), evidence_frames=())
    assert ENGLISH.no_evidence_frames in Outline(render_html(verdict(bare))).text


def test_a_file_name_that_is_no_text_can_be_reported(verdict, tmp_path):
    write_html(verdict(path="a\udcff.mp4"), tmp_path / "report.html")
    assert r"a\xff.mp4" in (tmp_path / "report.html").read_text("utf-8")


def test_the_page_is_written_into_new_folders(verdict, tmp_path):
    write_html([verdict()], tmp_path / "new" / "report.html")
    assert (tmp_path / "new" / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_a_place_that_cannot_be_written_is_named(verdict, tmp_path):
    with pytest.raises(DataError, match="is a folder: name a file"):
        write_html(verdict(), tmp_path)
    with pytest.raises(DataError, match="at least one verdict"):
        write_html([], tmp_path / "a.html")


def test_another_language_replaces_every_word(verdict, face):
    words = {
        field.name: f"~{value}"
        for field in dataclasses.fields(Texts)
        if isinstance(value := getattr(ENGLISH, field.name), str) and field.name != "language"
    }
    page = render_html(verdict(face()), dataclasses.replace(ENGLISH, language="xx", **words))
    assert '<html lang="xx">' in page
    text = Outline(page).text
    assert all(word in text for word in ("~When", "~Where", "~Limits", "~Face 1", "~Suspicious segments"))


def test_a_grey_or_tiny_picture_is_no_trouble(verdict, face):
    one = face()
    key = dataclasses.replace(one.evidence_frames[0], image=np.zeros((1, 1, 3), np.uint8))
    assert Outline(render_html(verdict(dataclasses.replace(one, evidence_frames=(key,))))).all("img")


def test_both_maps_are_shown_named_and_explained(verdict, face):
    page = render_html(verdict(face()))
    outline = Outline(page)
    for words in ENGLISH.maps.values():
        assert words.means in outline.text
        assert words.means_not in outline.text
        assert sum(words.title in image["alt"] for image in outline.all("img")) == 2  # on the frame and on the face
    assert "Blending traces in this frame: 0.63 (0 to 1)" in outline.text


def test_files_that_could_not_be_examined_are_listed(verdict, face):
    failures = (("/x/<b>.mp4", "/x/<b>.mp4 is empty (0 bytes): copy or download it again"),)
    text = Outline(render_html(verdict(face()), failures=failures)).text
    assert "/x/<b>.mp4 is empty" in text
    assert text.index(ENGLISH.failures) < text.index(ENGLISH.means)
    assert "is empty (0 bytes)" in text
    assert "is empty (0 bytes)" in Outline(render_html([], failures=failures)).text
    assert ENGLISH.failures not in Outline(render_html(verdict(face()))).text


def test_a_file_keeps_the_letters_of_its_name_at_the_beginning_of_a_sentence(verdict):
    text = Outline(render_html(verdict(), failures=(("a.mp4", "a.mp4 is empty"), ("b.mp4", "it is empty")))).text
    assert "a.mp4 is empty." in text
    assert "A.mp4" not in text
    assert "It is empty." in text


def test_only_the_very_script_of_the_page_may_run(verdict, face):
    page = render_html(verdict(face()))
    (script,) = re.findall(r"<script>(.*)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert f"script-src 'sha256-{digest}';" in policy
    assert "script-src" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2]
    assert "<script>" not in render_html(verdict())  # nothing to play


def test_error_rates_stand_in_a_table_with_shares(verdict, face, calibration, measured):
    made = dataclasses.replace(verdict().provenance, calibration=dataclasses.replace(calibration, measured=measured))
    text = Outline(render_html(verdict(face(), provenance=made))).text
    rows = text.partition("40 genuine files")[2]
    assert rows.split()[:6] == ["2", "(5", "%)", "8", "(20", "%)"]
    assert "60 forged files" in rows


def test_the_day_of_the_examination_stands_among_the_facts(verdict, face):
    made = dataclasses.replace(verdict().provenance, ended="2026-03-01T14:05:09+00:00")
    text = Outline(render_html(verdict(face(), provenance=made))).text
    assert "Examined on 2026-03-01 14:05 UTC" in " ".join(text.split())
    assert "not recorded" in Outline(render_html(verdict(face()))).text


def test_a_single_face_is_not_told_the_same_as_the_video(verdict, face):
    one, two = (
        render_html(verdict(*faces)) for faces in ((scored(face()),), (scored(face()), scored(face(track_id=1))))
    )
    assert one.count('class="likelihood-of-face"') == 0
    assert two.count('class="likelihood-of-face"') == 2


def scored(one):
    return dataclasses.replace(one, log10_lr=0.4)
