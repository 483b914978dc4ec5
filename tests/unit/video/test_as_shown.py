"""Pictures as a player shows them: square pixels, one field, transparent parts hidden, HDR as SDR, the right track."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from tests.bad_videos import Recipe, draw_scene, make_video

from fakestormer.types import QualityCode
from fakestormer.video import VideoReader, write_drawn
from fakestormer.video.geometry import Geometry

TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
CHART = np.array(
    [[200, 30, 60], [30, 180, 40], [20, 60, 200], [255, 255, 255], [0, 0, 0], [128, 128, 128], [220, 180, 150]],
    np.uint8,
)


def noted(reader):
    return {note.code: note for note in reader.info.notes}


def first(path):
    return next(iter(VideoReader(path))).image


@pytest.mark.parametrize(
    ("size", "aspect", "shown"),
    [
        ((720, 576), Fraction(64, 45), (1024, 576)),
        ((720, 576), Fraction(16, 15), (768, 576)),
        ((720, 480), Fraction(8, 9), (640, 480)),
        ((1440, 1080), Fraction(4, 3), (1920, 1080)),
        ((384, 1536), Fraction(4), (384, 384)),
        ((96, 384), Fraction(4), (384, 384)),
        ((1536, 384), Fraction(1, 4), (384, 384)),
        ((96, 64), Fraction(100000), (96, 64)),
    ],
)
def test_pixels_become_square(size, aspect, shown):
    picture = av.VideoFrame(*size, "yuv420p")
    picture.opaque = aspect
    assert Geometry.of(picture).shown == shown


def squeezed(path, aspect, rotation=0):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(-rotation)
        for index in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(draw_scene(index), format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_a_squeezed_film_is_stretched_and_told(tmp_path, name):
    reader = VideoReader(squeezed(tmp_path / name, Fraction(4, 3)))
    assert {frame.image.shape for frame in reader} == {(64, 128, 3)}
    assert (reader.info.width, reader.info.height) == (128, 64)
    assert noted(reader)[QualityCode.PIXELS_NOT_SQUARE].detail == "96 x 64"


def test_a_squeezed_film_that_is_turned_is_stretched_before_the_turn(tmp_path):
    reader = VideoReader(squeezed(tmp_path / "a.mp4", Fraction(4, 3), rotation=90))
    assert next(iter(reader)).image.shape == (128, 64, 3)
    assert (reader.info.width, reader.info.height) == (64, 128)


def test_a_drawn_copy_of_a_squeezed_film_has_square_pixels(tmp_path):
    write_drawn(squeezed(tmp_path / "a.mp4", Fraction(4, 3)), tmp_path / "b.mp4", lambda frame: frame.image)
    reader = VideoReader(tmp_path / "b.mp4")
    assert (reader.info.width, reader.info.height, reader.info.pixel_aspect) == (128, 64, 1)


def test_a_drawn_copy_fits_pictures_of_another_size_into_the_first_ones(tmp_path):
    parts = [
        make_video(tmp_path / "a.ts", Recipe(num_frames=6)),
        make_video(tmp_path / "b.ts", Recipe(num_frames=6, width=64, height=128)),
    ]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    write_drawn(both, tmp_path / "c.mp4", lambda frame: np.full_like(frame.image, 200))
    last = [frame.image for frame in VideoReader(tmp_path / "c.mp4")][-1]
    assert last.shape == (64, 96, 3)
    assert last[:, :28].mean() < 5 < 190 < last[:, 36:60].mean()


def moving_bars(index):
    """A picture of a second that moves fast, so that two fields of two moments differ."""
    image = np.full((128, 192, 3), 60, np.uint8)
    left = (12 * index) % 150
    image[:, left : left + 30] = 220
    return image


def woven(index):
    image = moving_bars(2 * index)
    image[1::2] = moving_bars(2 * index + 1)[1::2]
    return image


@pytest.mark.parametrize("flag", [True, False])
def test_combed_pictures_become_one_field_each_and_it_is_told(tmp_path, flag):
    options = (("x264-params", "interlaced=1:tff=1"),) if flag else ()
    recipe = Recipe(num_frames=24, width=192, height=128, options=options, b_frames=0)
    reader = VideoReader(make_video(tmp_path / "a.mp4", recipe, woven), wanted=lambda index: index % 4 == 0)
    list(reader)
    assert reader.is_interlaced
    assert QualityCode.INTERLACED in noted(reader)
    for frame in VideoReader(tmp_path / "a.mp4", like=reader):
        assert np.abs(frame.image.astype(int) - moving_bars(2 * frame.index)).mean() < 6


def test_a_film_of_whole_pictures_is_not_taken_for_interlaced(tmp_path):
    reader = VideoReader(make_video(tmp_path / "a.mp4", Recipe(num_frames=24, width=192, height=128), moving_bars))
    list(reader)
    assert not reader.is_interlaced
    assert reader.info.notes == ()


@pytest.mark.parametrize(("codec", "name", "pixels"), [("qtrle", "a.mov", "argb"), ("ffv1", "a.mkv", "bgra")])
def test_what_is_transparent_is_laid_on_black_and_told(tmp_path, codec, name, pixels):
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, pixels
        rgba = np.concatenate([draw_scene(0), np.full((64, 96, 1), 255, np.uint8)], -1)
        rgba[:, :48, 3] = 0
        for _ in range(3):
            picture = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format=pixels)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    reader = VideoReader(tmp_path / name)
    image = next(iter(list(reader))).image
    assert image[:, :48].max() == 0
    assert np.abs(image[:, 48:].astype(int) - draw_scene(0)[:, 48:]).max() <= 2
    assert QualityCode.TRANSPARENT in noted(reader)


def linear(signal):
    return np.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055) ** 2.4)


def pq(light):
    power = np.clip(light * 203 / 10000, 0, 1) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg(light):
    scene = np.clip(light * 0.2650, 0, 1)
    high = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), high)


def srgb(light):
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def film_of_light(path, curve, transfer, bits=10):
    """The chart in BT.2020, 10 bits, limited range; a patch is 32 pixels wide."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32 * len(CHART), 64, "yuv444p10le"
        stream.options = {"x265-params": "lossless=1:log-level=error"}
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, transfer, 9, 1
        r, g, b = np.moveaxis(curve(linear(CHART / 255.0) @ TO_BT2020.T), -1, 0)
        luma = 0.2627 * r + 0.6780 * g + 0.0593 * b
        planes = (876 * luma + 64, 896 * (b - luma) / 1.8814 + 512, 896 * (r - luma) / 1.4746 + 512)
        for index in range(3):
            picture = av.VideoFrame(stream.width, 64, "yuv444p10le")
            for plane, values in zip(picture.planes, planes, strict=True):
                row = np.zeros(plane.line_size // 2, "<u2")
                row[: stream.width] = np.repeat(np.round(values), 32)
                plane.update(np.tile(row, 64).tobytes())
            picture.pts, picture.time_base = index, Fraction(1, 25)
            picture.color_primaries, picture.color_trc = 9, transfer
            picture.colorspace, picture.color_range = 9, 1
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("curve", "transfer", "code", "name"),
    [
        (pq, 16, QualityCode.HIGH_DYNAMIC_RANGE, "PQ"),
        (hlg, 18, QualityCode.HIGH_DYNAMIC_RANGE, "HLG"),
        (srgb, 14, QualityCode.WIDE_GAMUT, "BT.2020"),
    ],
)
def test_a_chart_in_other_light_looks_as_in_sdr_and_it_is_told(tmp_path, curve, transfer, code, name):
    reader = VideoReader(film_of_light(tmp_path / "a.mp4", curve, transfer))
    seen = next(iter(reader)).image[32, 16::32].astype(int)
    # Of HDR, what is as bright as SDR's white gives way to what is brighter.
    assert np.abs(seen - CHART).max() <= (16 if code is QualityCode.HIGH_DYNAMIC_RANGE else 6)
    assert np.abs(seen - CHART).mean() < 4
    assert noted(reader)[code].detail == name


def join_tracks(path, first_film, other):
    with av.open(str(path), "w") as target, av.open(str(first_film)) as one, av.open(str(other)) as two:
        streams = [target.add_stream_from_template(source.streams.video[0]) for source in (one, two)]
        packets = []
        for source, stream in zip((one, two), streams, strict=True):
            for packet in source.demux(video=0):
                if packet.dts is not None:
                    packet.stream = stream
                    packets.append((float(packet.dts * packet.time_base), packet))
        for _, packet in sorted(packets, key=lambda pair: pair[0]):
            target.mux(packet)
    return path


@pytest.mark.parametrize("name", ["two.mkv", "two.mp4", "two.ts"])
def test_the_first_track_is_examined_as_players_show_it_and_the_other_is_named(tmp_path, name):
    small, large = make_video(tmp_path / "a.mp4"), make_video(tmp_path / "b.mp4", Recipe(width=192, height=128))
    reader = VideoReader(join_tracks(tmp_path / name, small, large))
    assert (reader.info.width, reader.info.height) == (96, 64)
    assert noted(reader)[QualityCode.OTHER_TRACKS].detail == "track 2 (h264, 192 x 128)"


@pytest.mark.parametrize("start", [b"\xff\xd8\xff\xe0 a JPEG", b"\x89PNG\r\n\x1a\n a PNG"])
def test_the_film_of_a_motion_photo_is_examined_and_the_picture_said_not_to_be(tmp_path, start):
    film = make_video(tmp_path / "film.mp4")
    path = tmp_path / "motion.jpg"
    path.write_bytes(start + bytes(5000) + film.read_bytes())
    reader = VideoReader(path)
    expected = [frame.image.tobytes() for frame in VideoReader(film)]
    assert [frame.image.tobytes() for frame in reader] == expected
    assert not reader.damage.truncated
    assert noted(reader)[QualityCode.FILM_IN_PICTURE].detail in ("JPEG", "PNG")


def test_light_that_changes_in_mid_stream_is_told(tmp_path):
    parts = [film_of_light(tmp_path / "a.ts", srgb, 14), film_of_light(tmp_path / "b.ts", pq, 16)]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    reader = VideoReader(both)
    list(reader)
    assert noted(reader)[QualityCode.WIDE_GAMUT].detail == "BT.2020"
    assert noted(reader)[QualityCode.HIGH_DYNAMIC_RANGE].detail == "PQ"


def test_of_a_picture_that_moves_the_sequence_is_examined_and_not_its_still(tmp_path):
    reader = VideoReader(make_video(tmp_path / "a.avif", Recipe(codec="libsvtav1", num_frames=10, b_frames=0)))
    assert len(list(reader)) == 10
    assert noted(reader)[QualityCode.OTHER_TRACKS].detail == "track 1 (av1, 96 x 64)"


def test_a_film_behind_the_first_one_is_named(tmp_path):
    path = make_video(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes() + make_video(tmp_path / "b.mp4").read_bytes())
    reader = VideoReader(path)
    assert len(list(reader)) == 12
    assert noted(reader)[QualityCode.OTHER_TRACKS].detail == "another film behind the first"
