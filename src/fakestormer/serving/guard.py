"""What every request passes before it is answered: names, other sites, and the headers of every answer."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fakestormer.serving.config import ServeConfig
from fakestormer.serving.last_word import BODY_ENDED
from fakestormer.serving.metrics import Metrics
from fakestormer.serving.problems import problem_body

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; media-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses requests for other host names and changes that other sites ask a browser for; counts all."""

    def __init__(self, app: ASGIApp, config: ServeConfig, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics
        self._hosts = {name.lower() for name in config.allowed_hosts}
        self._any_host = config.host in ("0.0.0.0", "::") and not config.hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        async def noting_the_end() -> Message:
            message = await receive()
            scope[BODY_ENDED] = not message.get("more_body", False)
            return message

        refused = self._refusal(scope["method"], Headers(scope=scope))
        try:
            if refused is None:
                await self._app(scope, noting_the_end, with_headers)
            else:
                await _answer(with_headers, *refused)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.count(scope["method"], route, status, time.perf_counter() - began)

    def _refusal(self, method: str, headers: Headers) -> tuple[str, str] | None:
        host = headers.get("host", "")
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host
        if not self._any_host and name.lower() not in self._hosts:
            return "wrong-host", "name the host with --allow-host if browsers may use it"
        if method not in UNSAFE:
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site not in ("same-origin", "none"):
            return "cross-site", "a page of another site asked for this"
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return "cross-site", "a page of another site asked for this"
        return None


async def _answer(send: Send, slug: str, detail: str) -> None:
    body = problem_body(slug, detail)
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": body["status"], "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode("ascii")})
