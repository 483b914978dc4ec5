"""A body on its way into the store: counted, hashed and written as it comes, never whole in memory."""

from __future__ import annotations

import asyncio
import hashlib
import time
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from fakestormer.serving.limits import ServiceLimits
from fakestormer.serving.problems import ProblemError
from fakestormer.serving.store import Incoming, Store

BUFFER = 1 << 20  # bytes
GRACE_SECONDS = 10.0  # before the mean rate of an upload counts
LONGEST_HEADER = 8192  # bytes of the head of a part
LONGEST_NAME = 200
CLOSING = {"Connection": "close"}  # the rest of the body is not wanted
NO_FILE = "send the video as the body, or as multipart/form-data with a file in the field 'file'"


@dataclass
class Received:
    """A file that lies in the store, not yet under its own name."""

    incoming: Incoming
    sha256: str
    size: int
    name: str | None


def check_length(request: Request, limits: ServiceLimits) -> None:
    """Refuses, before anything is read, a body that says itself that it is too large."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > limits.upload + LONGEST_HEADER:
        raise too_large(limits)


def too_large(limits: ServiceLimits) -> ProblemError:
    """The refusal of a body that exceeds the limit; the connection is closed."""
    size = f"{limits.upload / 2**20:g} MiB"
    return ProblemError("too-large", f"a file may have at most {size}: cut out the part in question", CLOSING)


async def receive(request: Request, store: Store, limits: ServiceLimits) -> Received:
    """The file of a body, raw or multipart.

    Raises:
        ProblemError: "too-large", "upload-too-slow", "no-file", "bad-request", or what the store says.
        ClientDisconnect: the client went away. Nothing of it is kept.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    form = _Form(options.get(b"boundary")) if kind == b"multipart/form-data" else None
    incoming = await run_in_threadpool(store.receive)
    writer = _Writer(incoming, limits)
    try:
        async for piece in _pieces(request, limits):
            await writer.take(form.feed(piece) if form else piece)
        if form is not None and not form.complete:
            raise ProblemError("no-file" if form.name is None else "bad-request", NO_FILE)
        await writer.flush()
        if writer.size == 0:
            raise ProblemError("no-file", NO_FILE)
    except BaseException:
        await run_in_threadpool(incoming.discard)
        raise
    return Received(incoming, writer.digest.hexdigest(), writer.size, form.name if form else None)


def clean_name(name: str | None) -> str:
    """A file's name as it may be shown: no folders, no control or direction characters, not too long, never empty."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    shown = "".join(
        letter for letter in last if unicodedata.category(letter)[0] != "C" and letter not in "\u2028\u2029"
    )
    return " ".join(shown.split())[:LONGEST_NAME].strip() or "video"


async def _pieces(request: Request, limits: ServiceLimits) -> AsyncIterator[bytes]:
    """The body in pieces; a client that sends too slowly is refused."""
    stream = request.stream().__aiter__()
    began, total = time.monotonic(), 0
    while True:
        try:
            piece = await asyncio.wait_for(stream.__anext__(), limits.upload_pause)
        except StopAsyncIteration:
            return
        except asyncio.TimeoutError:
            said = f"no byte came for {limits.upload_pause:g} s"
            raise ProblemError("upload-too-slow", said, CLOSING) from None
        total += len(piece)
        if total > limits.upload + LONGEST_HEADER:
            raise too_large(limits)
        elapsed = time.monotonic() - began
        if elapsed > GRACE_SECONDS and total < limits.upload_rate * elapsed:
            said = f"fewer than {limits.upload_rate} bytes a second came"
            raise ProblemError("upload-too-slow", said, CLOSING)
        yield piece


class _Writer:
    """Gathers bytes and hashes and writes them a mebibyte at a time, off the event loop."""

    def __init__(self, incoming: Incoming, limits: ServiceLimits) -> None:
        self._incoming, self._limits = incoming, limits
        self._buffer = bytearray()
        self.digest = hashlib.sha256()
        self.size = 0

    async def take(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._limits.upload:
            raise too_large(self._limits)
        self._buffer += data
        if len(self._buffer) >= BUFFER:
            await self.flush()

    async def flush(self) -> None:
        data = bytes(self._buffer)
        self._buffer.clear()
        if data:
            await run_in_threadpool(self._write, data)

    def _write(self, data: bytes) -> None:
        self.digest.update(data)
        self._incoming.write(data)


@dataclass
class _Form:
    """The first file of a multipart body, passed on as it comes; other fields are read over."""

    boundary: bytes | None
    name: str | None = None
    complete: bool = False
    _head: dict[bytes, bytes] = field(default_factory=dict)
    _field: bytes = b""
    _value: bytes = b""
    _inside: bool = False
    _out: bytearray = field(default_factory=bytearray)
    _parser: Any = None

    def feed(self, piece: bytes) -> bytes:
        """The bytes of the file within these of the body. Raises ProblemError "bad-request"."""
        try:
            if self._parser is None:
                self._parser = self._make_parser()
            self._parser.write(piece)
        except (FormParserError, ValueError) as error:
            raise ProblemError("bad-request", f"the multipart body is damaged ({error})", CLOSING) from error
        found = bytes(self._out)
        self._out.clear()
        return found

    def _make_parser(self) -> MultipartParser:
        if not self.boundary:
            raise ProblemError("bad-request", "the multipart body names no boundary", CLOSING)
        return MultipartParser(
            self.boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._grow("_field", data[start:end]),
                "on_header_value": lambda data, start, end: self._grow("_value", data[start:end]),
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_head,
                "on_part_data": self._data,
                "on_part_end": self._end_part,
            },
        )

    def _begin(self) -> None:
        self._head, self._field, self._value = {}, b"", b""

    def _grow(self, name: str, data: bytes) -> None:
        grown = getattr(self, name) + data
        if len(grown) > LONGEST_HEADER:
            raise ValueError("a header of a part is too long")
        setattr(self, name, grown)

    def _end_header(self) -> None:
        if len(self._head) > 32:
            raise ValueError("a part has too many headers")
        self._head[self._field.lower()] = self._value
        self._field = self._value = b""

    def _end_head(self) -> None:
        _, options = parse_options_header(self._head.get(b"content-disposition"))
        if self.name is None and b"filename" in options:
            self.name, self._inside = options[b"filename"].decode("utf-8", "replace"), True

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._inside:
            self._out += data[start:end]

    def _end_part(self) -> None:
        if self._inside:
            self._inside, self.complete = False, True
