"""A refusal of a request whose body may still be on its way."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from fakestormer.serving.problems import problem_body

BODY_ENDED = "fakestormer.body_ended"  # of an ASGI scope: nothing more comes
LISTEN_SECONDS, LISTEN_BYTES = 2.0, 64 << 20


class LastWord:
    """Answers at once and goes on reading for a moment: a client that is cut off while it sends reads no answer."""

    def __init__(self, slug: str, detail: str, headers: Mapping[str, str]) -> None:
        body = problem_body(slug, detail)
        self._status, self._body = body["status"], json.dumps(body).encode("ascii")
        self._headers = {**headers, "Content-Type": "application/problem+json", "Content-Length": str(len(self._body))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer, as an ASGI application."""
        headers = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in self._headers.items()]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": True})
        if not scope.get(BODY_ENDED, False):
            await _read_over(receive)
        await send({"type": "http.response.body", "body": b""})


async def _read_over(receive: Receive) -> None:
    deadline, left = time.monotonic() + LISTEN_SECONDS, LISTEN_BYTES
    while left > 0:
        try:
            message = await asyncio.wait_for(receive(), max(0.0, deadline - time.monotonic()))
        except asyncio.TimeoutError:
            return
        left -= len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
