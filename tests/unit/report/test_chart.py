from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from fakestormer.report import draw_spatial_strip, draw_timeline

SVG = "{http://www.w3.org/2000/svg}"


def test_the_timeline_has_a_dot_a_clip_at_its_time_and_height(face, scale):
    root = ET.fromstring(draw_timeline(face((3.0, -3.0, 0.0)), scale, 10.0))
    dots = [(float(dot.get("cx")), float(dot.get("cy")), dot.get("fill")) for dot in root.iter(f"{SVG}circle")]
    (x0, y0, red), (x1, y1, blue), (x2, y2, brown) = dots
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.02)
    assert y0 < y2 < y1
    assert len({red, blue, brown}) == 3


def test_the_timeline_tells_screen_readers_what_it_shows(face, scale):
    root = ET.fromstring(draw_timeline(face((4.0, 4.0, 4.0)), scale, 10.0, identity="abc"))
    assert root.get("role") == "img"
    named = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    title, description = (named[name] for name in root.get("aria-labelledby").split())
    assert "3 clips" in title
    assert "0:02.0" in description
    assert "80\N{NO-BREAK SPACE}%" in description


def test_suspicious_stretches_are_shaded_and_thresholds_drawn(face, scale):
    calm, forged = (draw_timeline(face(logits), scale, 10.0) for logits in ((-4.0, -4.0, -4.0), (4.0, 4.0, 4.0)))
    assert calm.count('opacity="0.2"') == 0
    assert forged.count('opacity="0.2"') == 1
    assert forged.count("stroke-dasharray") == 2


@pytest.mark.parametrize("duration", [0.0, 0.04, 1.0, 61.0, 7200.0, 360000.0])
def test_the_time_axis_fits_any_length(face, scale, duration):
    root = ET.fromstring(draw_timeline(face(), scale, duration, width=400))
    ticks = [label.text for label in root.iter(f"{SVG}text") if re.fullmatch(r"[\d:.]+", label.text)]
    assert 1 <= len(ticks) <= 101
    assert ticks[0] in ("0:00", "0:00.0")
    assert all(0 <= float(dot.get("cx")) <= 400 for dot in root.iter(f"{SVG}circle"))


def test_hours_of_clips_stay_a_small_drawing(face, scale):
    long = face(tuple([1.0] * 1200))
    timeline, strip = draw_timeline(long, scale, 1200.0), draw_spatial_strip(long, 1200.0)
    assert "<circle" not in timeline
    assert len(timeline) + len(strip) < 150_000


def test_the_strip_has_a_cell_for_every_frame_darker_where_more_vulnerable(face):
    root = ET.fromstring(draw_spatial_strip(face((1.0, 2.0)), 10.0))
    cells = [cell for cell in root.iter(f"{SVG}rect") if cell.get("opacity") is None]
    assert len(cells) == 8
    bright = [sum(int(cell.get("fill")[at : at + 2], 16) for at in (1, 3, 5)) for cell in cells[:4]]
    assert bright == sorted(bright, reverse=True)
