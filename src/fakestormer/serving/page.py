"""The page for people: rendered here, enlivened by one small script, usable by keyboard and on a phone."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import jinja2
from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from fakestormer.serving.analyses import erase, list_analyses, read_analysis
from fakestormer.serving.keys import Caller, close_session, open_session
from fakestormer.serving.problems import PROBLEMS, ProblemError
from fakestormer.serving.schemas import Analysis, analysis_from_row
from fakestormer.serving.service import SESSION_COOKIE, caller_of, service_of
from fakestormer.serving.submissions import Identity, read_cursor, write_cursor
from fakestormer.serving.wording import DECISIONS, STAGES, STATES, say_moment, say_percent, say_size

HERE = Path(__file__).parent
STATIC = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
ON_A_PAGE = 30
router = APIRouter(include_in_schema=False)


@router.get("/")
def index(
    request: Request,
    search: Annotated[str, Query(max_length=200)] = "",
    show: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The list of analyses, with the place to drop files."""
    caller, service = caller_of(request, "read"), service_of(request)
    rows = list_analyses(
        service.database,
        caller,
        most=ON_A_PAGE + 1,
        before=read_cursor(cursor),
        state=show if show in STATES else None,
        words=search.replace("\0", ""),
        decision=show if show in DECISIONS else None,
    )
    following = write_cursor(rows[ON_A_PAGE - 1]["seq"]) if len(rows) > ON_A_PAGE else None
    analyses = [analysis_from_row(row) for row in rows[:ON_A_PAGE]]
    told: dict[str, Any] = {"analyses": analyses, "search": search, "show": show, "next": following}
    limits: dict[str, Any] = {
        "most_bytes": service.config.limits.upload,
        "most_seconds": service.config.limits.duration,
    }
    return _page(request, "index.html", caller, **told, later=bool(cursor), **limits)


@router.get("/analyses/{identity}")
def show(request: Request, identity: Identity) -> Response:
    """One analysis: its progress, then its report."""
    caller = caller_of(request, "read")
    return _page(request, "analysis.html", caller, analysis=_read(request, caller, identity))


@router.get("/compare")
def compare(
    request: Request,
    one: Annotated[list[str], Query(max_length=64)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Two analyses side by side."""
    caller = caller_of(request, "read")
    if len(one) != 2:
        raise ProblemError("invalid", f"choose two analyses to compare, {len(one)} were chosen")
    return _page(request, "compare.html", caller, analyses=[_read(request, caller, identity) for identity in one])


@router.post("/analyses/{identity}/erase")
def remove(request: Request, identity: Identity) -> Response:
    """Cancels or erases an analysis, then shows the list."""
    caller = caller_of(request, "submit")
    if not erase(service_of(request).database, caller, identity):
        raise ProblemError("not-found", "there is no analysis with this id")
    return RedirectResponse("/", 303)


@router.get("/login")
def ask_for_the_key(request: Request) -> Response:
    """The form for an API key."""
    return _page(request, "login.html", None, wrong=False)


@router.post("/login")
def log_in(request: Request, key: Annotated[str, Form(max_length=200)]) -> Response:
    """Opens a session for a key."""
    try:
        token = open_session(service_of(request).database, key.strip())
    except ProblemError:
        return _page(request, "login.html", None, status=401, wrong=True)
    answer = RedirectResponse("/", 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(SESSION_COOKIE, token, max_age=12 * 3600, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/logout")
def log_out(request: Request) -> Response:
    """Ends the session."""
    if token := request.cookies.get(SESSION_COOKIE):
        close_session(service_of(request).database, token)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.get("/static/{name}")
def static(name: Literal["page.css", "page.js", "icon.svg"]) -> Response:
    """Style, script and icon of the page."""
    return FileResponse(HERE / "static" / name, media_type=STATIC[name], headers={"Cache-Control": "no-cache"})


def wants_a_page(request: Request) -> bool:
    """Whether a problem is shown to a person."""
    path = request.url.path
    return not path.startswith(("/v1/", "/static/")) and "text/html" in request.headers.get("accept", "")


def show_problem(request: Request, error: ProblemError) -> Response:
    """The problem as a page; who has no key is asked for one."""
    if error.slug in ("key-missing", "key-unknown"):
        return RedirectResponse("/login", 303)
    told = {"title": PROBLEMS[error.slug][1], "detail": error.detail}
    return _page(request, "problem.html", None, status=error.status, **told)


def _read(request: Request, caller: Caller, identity: str) -> Analysis:
    row = read_analysis(service_of(request).database, caller, identity)
    if row is None:
        raise ProblemError("not-found", "there is no analysis with this id")
    return analysis_from_row(row)


def _page(request: Request, template: str, caller: Caller | None, status: int = 200, **values: Any) -> Response:
    has_session = SESSION_COOKIE in request.cookies
    text = _templates().get_template(template).render(**values, caller=caller, has_session=has_session)
    return HTMLResponse(text, status)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": say_moment, "percent": say_percent, "size": say_size}
    environment.globals |= {"decisions": DECISIONS, "states": STATES, "stages": STAGES}
    environment.globals["stages_json"] = json.dumps(STAGES)
    return environment
