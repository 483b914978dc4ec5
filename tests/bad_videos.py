"""Small videos of every odd kind, and files that are none, made on the spot for tests.

ODD_VIDEOS hold frames and must be read; NOT_VIDEOS must be refused with one clear sentence. Both map a name to a
function that makes the file in a folder and gives its path. Everything takes milliseconds to make.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

FrameDrawer = Callable[[int], np.ndarray]


def draw_scene(index: int, width: int = 96, height: int = 64) -> np.ndarray:
    """An RGB picture that tells its index: drifting gradients, a moving square, and fixed noise; no two are alike."""
    y, x = np.mgrid[:height, :width]
    image = np.stack([x * 255 // width, y * 255 // height, (x + y + 5 * index) % 256], -1)
    noise = np.random.default_rng(7).integers(0, 40, image.shape)
    image = image * 3 // 4 + np.roll(noise, 3 * index, axis=1)
    side, left = height // 3, (5 * index) % max(1, width - height // 3)
    image[side : 2 * side, left : left + side] = (250, 40 * index % 256, 90)
    return image.clip(0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Recipe:
    """How to encode a test video. `times` (seconds of each frame) makes the frame rate variable; `rotation` is the
    clockwise turn that a player applies; `options` go to the encoder, `muxer` to the container.
    """

    num_frames: int = 12
    width: int = 96
    height: int = 64
    frame_rate: int = 25
    codec: str = "libx264"
    pixel_format: str = "yuv420p"
    gop: int = 6
    b_frames: int = 2
    times: tuple[float, ...] | None = None
    rotation: int = 0
    mirrored: bool = False
    colorspace: int | None = None
    color_range: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    muxer: tuple[tuple[str, str], ...] = ()


PLAIN = Recipe()


def make_video(path: Path, recipe: Recipe = PLAIN, draw: FrameDrawer | None = None) -> Path:
    """The path of a new video; the container follows from its suffix. `draw(index)` gives RGB pictures."""
    draw = draw or (lambda index: draw_scene(index, recipe.width, recipe.height))
    with av.open(str(path), "w", options=dict(recipe.muxer)) as container:
        stream = container.add_stream(recipe.codec, rate=recipe.frame_rate)
        stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, recipe.pixel_format
        context = stream.codec_context
        context.gop_size, context.max_b_frames = recipe.gop, recipe.b_frames
        tick = Fraction(1, 12000 if recipe.times else recipe.frame_rate)
        context.time_base = tick
        if recipe.codec == "libx264":
            stream.options = {"preset": "ultrafast", "crf": "12", "bf": str(recipe.b_frames), **dict(recipe.options)}
        else:
            stream.options = dict(recipe.options)
        if recipe.colorspace is not None:
            context.colorspace = recipe.colorspace
        if recipe.color_range is not None:
            context.color_range = recipe.color_range
        if recipe.rotation or recipe.mirrored:
            stream.set_display_rotation(-recipe.rotation, hflip=recipe.mirrored)
        times = recipe.times or [index / recipe.frame_rate for index in range(recipe.num_frames)]
        for index, time in enumerate(times):
            picture = VideoFrame.from_ndarray(draw(index), format="rgb24").reformat(
                format=recipe.pixel_format, dst_colorspace=recipe.colorspace, dst_color_range=recipe.color_range
            )
            picture.pts, picture.time_base = round(time / tick), tick
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def make_audio(path: Path, seconds: float = 0.5) -> Path:
    """A tone without pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        for start in range(0, int(seconds * 16000), 1024):
            wave = np.sin(np.arange(start, start + 1024) * 0.1).astype(np.float32)[None]
            frame = AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = 16000, start, Fraction(1, 16000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def cut_file(source: Path, path: Path, keep: float) -> Path:
    """The first part of a file, as after a broken download."""
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def damage_packets(source: Path, path: Path, places: Sequence[int], *, whole: bool = True) -> Path:
    """A copy in which the video packets at `places` (file order) are overwritten: wholly, or a few bytes inside."""
    with av.open(str(source)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(source.read_bytes())
    noise = np.random.default_rng(3)
    for place in places:
        position, size = packets[place]
        start, length = (position, size) if whole else (position + size // 2, min(20, size // 4))
        data[start : start + length] = noise.integers(0, 256, length, dtype=np.uint8).tobytes()
    path.write_bytes(data)
    return path


_FASTSTART = (("movflags", "faststart"),)
_FRAGMENTS = (("movflags", "frag_keyframe+empty_moov+default_base_moof"),)

ODD_VIDEOS: dict[str, Callable[[Path], Path]] = {
    "plain": lambda folder: make_video(folder / "plain.mp4"),
    "one frame": lambda folder: make_video(folder / "one.mp4", Recipe(num_frames=1)),
    "8-bit grey": lambda folder: make_video(folder / "grey.mp4", Recipe(pixel_format="gray")),
    "10-bit": lambda folder: make_video(folder / "ten.mp4", Recipe(pixel_format="yuv420p10le")),
    "4:4:4": lambda folder: make_video(folder / "full.mp4", Recipe(pixel_format="yuv444p")),
    "4K": lambda folder: make_video(
        folder / "large.mp4",
        Recipe(num_frames=2, width=3840, height=2160, b_frames=0),
        lambda index: np.full((2160, 3840, 3), 90 + 60 * index, np.uint8),
    ),
    "odd size": lambda folder: make_video(folder / "odd.mp4", Recipe(width=95, height=63, pixel_format="yuv444p")),
    "portrait": lambda folder: make_video(folder / "portrait.mp4", Recipe(rotation=90)),
    "5 fps": lambda folder: make_video(folder / "slow.mp4", Recipe(frame_rate=5)),
    "120 fps": lambda folder: make_video(folder / "fast.mp4", Recipe(frame_rate=120)),
    "variable rate": lambda folder: make_video(
        folder / "variable.mp4", Recipe(times=(0.0, 0.04, 0.08, 0.5, 0.55, 1.5, 1.52, 2.0), gop=4)
    ),
    "matroska": lambda folder: make_video(folder / "video.mkv"),
    "webm": lambda folder: make_video(folder / "video.webm", Recipe(codec="libvpx-vp9", options=(("cpu-used", "8"),))),
    "avi": lambda folder: make_video(folder / "video.avi", Recipe(codec="mpeg4")),
    "motion jpeg": lambda folder: make_video(
        folder / "jpeg.avi", Recipe(codec="mjpeg", pixel_format="yuvj420p", b_frames=0)
    ),
    "transport stream": lambda folder: make_video(folder / "video.ts"),
    "colon in its name": lambda folder: make_video(folder / "at 12:30.mp4"),
}

BROKEN_VIDEOS: dict[str, Callable[[Path], Path]] = {
    "truncated mp4": lambda folder: cut_file(
        make_video(folder / "whole.mp4", Recipe(num_frames=30, muxer=_FASTSTART)), folder / "cut.mp4", 0.6
    ),
    "truncated fragments": lambda folder: cut_file(
        make_video(folder / "whole.mp4", Recipe(num_frames=30, muxer=_FRAGMENTS)), folder / "cut.mp4", 0.6
    ),
    "truncated matroska": lambda folder: cut_file(
        make_video(folder / "whole.mkv", Recipe(num_frames=30)), folder / "cut.mkv", 0.6
    ),
    "truncated transport stream": lambda folder: cut_file(
        make_video(folder / "whole.ts", Recipe(num_frames=30)), folder / "cut.ts", 0.601
    ),
    "truncated avi": lambda folder: cut_file(
        make_video(folder / "whole.avi", Recipe(num_frames=30, codec="mpeg4")), folder / "cut.avi", 0.85
    ),
    "corrupt packets": lambda folder: damage_packets(
        make_video(folder / "sound.mp4", Recipe(num_frames=30)), folder / "corrupt.mp4", (8, 13, 20)
    ),
    "corrupt inside packets": lambda folder: damage_packets(
        make_video(folder / "sound.mp4", Recipe(num_frames=30)), folder / "corrupt.mp4", (8, 13, 20), whole=False
    ),
}


def _text(folder: Path) -> Path:
    path = folder / "text.mp4"
    path.write_text("These are only words.\n" * 40)
    return path


def _playlist(folder: Path) -> Path:
    make_video(folder / "part.ts")
    path = folder / "playlist.mp4"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:0.5,\npart.ts\n#EXT-X-ENDLIST\n")
    return path


def _empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def _folder(folder: Path) -> Path:
    path = folder / "folder.mp4"
    path.mkdir()
    return path


def _all_corrupt(folder: Path) -> Path:
    sound = make_video(folder / "sound.mp4", Recipe(num_frames=4))
    return damage_packets(sound, folder / "nothing.mp4", range(4))


NOT_VIDEOS: dict[str, Callable[[Path], Path]] = {
    "missing": lambda folder: folder / "missing.mp4",
    "a folder": _folder,
    "empty": _empty,
    "text renamed .mp4": _text,
    "a playlist": _playlist,
    "audio only": lambda folder: make_audio(folder / "audio.mp4"),
    "mp4 without its index": lambda folder: cut_file(
        make_video(folder / "whole.mp4", Recipe(num_frames=30)), folder / "headless.mp4", 0.5
    ),
    "nothing decodable": _all_corrupt,
}
