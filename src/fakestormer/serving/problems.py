"""Why a request was refused or an examination has no verdict, as RFC 9457 has it: one stable type for every cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PREFIX: Final = "urn:fakestormer:problem:"
# slug: status of a request that is refused for it, title
PROBLEMS: Final[dict[str, tuple[int, str]]] = {
    "bad-request": (400, "The request cannot be understood"),
    "key-missing": (401, "An API key is required"),
    "key-unknown": (401, "The API key is unknown or was revoked"),
    "role-missing": (403, "The API key lacks the required role"),
    "cross-site": (403, "The request comes from another site"),
    "wrong-host": (421, "The server is not reached under this host name"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "The method is not allowed here"),
    "not-ready": (409, "The analysis is not finished"),
    "idempotency-mismatch": (422, "The Idempotency-Key was used for another file or other settings"),
    "gone": (410, "Media and results were erased"),
    "too-large": (413, "The file is too large"),
    "upload-too-slow": (408, "The upload is too slow"),
    "no-file": (422, "The request contains no file"),
    "invalid": (422, "A value of the request cannot be used"),
    "too-many-requests": (429, "Too many submissions"),
    "webhooks-off": (422, "This server sends no webhooks"),
    "internal": (500, "Internal server error"),
    "queue-full": (503, "The queue is full"),
    "database-unavailable": (503, "The database does not answer"),
    "store-unavailable": (503, "The store does not answer"),
    "storage-full": (507, "The storage is full"),
    # causes of an analysis that failed; a request for its report is answered with the same type
    "not-a-video": (422, "The file contains no readable video"),
    "too-long": (422, "The video is too long"),
    "too-many-pixels": (422, "The frames are too large"),
    "too-many-frames": (422, "The video has too many frames"),
    "too-many-faces": (422, "The video shows too many faces"),
    "time-out": (422, "The examination took too long"),
    "out-of-memory": (422, "The examination needed too much memory"),
    "decoder-failed": (422, "The decoder crashed on this file"),
    "not-written": (422, "The results could not be written"),
}
OF_ENDING: Final[dict[str, str]] = {
    "unreadable": "not-a-video",
    "too_long": "too-long",
    "too_many_pixels": "too-many-pixels",
    "too_many_frames": "too-many-frames",
    "too_many_faces": "too-many-faces",
    "timeout": "time-out",
    "out_of_memory": "out-of-memory",
    "crashed": "decoder-failed",
    "unwritable": "not-written",
}


class ProblemError(Exception):
    """A request is refused: slug of PROBLEMS, one sentence, headers of the answer."""

    def __init__(self, slug: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.slug, self.detail, self.headers = slug, detail, dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return PROBLEMS[self.slug][0]


def problem_body(slug: str, detail: str | None) -> dict[str, Any]:
    """The fields of `application/problem+json`."""
    status, title = PROBLEMS[slug]
    return {"type": PREFIX + slug, "title": title, "status": status, "detail": detail or title}
