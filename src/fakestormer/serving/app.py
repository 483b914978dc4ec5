"""The application: API, page, guards around both, and one way to say that something went wrong."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from fakestormer.serving import operations, page, reports, submissions
from fakestormer.serving.guard import UNSAFE, Guard
from fakestormer.serving.last_word import LastWord
from fakestormer.serving.metrics import Metrics
from fakestormer.serving.problems import PROBLEMS, ProblemError, problem_body
from fakestormer.serving.service import Service

ROUTERS = (submissions.router, reports.router, operations.router, page.router)
LOG = logging.getLogger("fakestormer.serving")
DESCRIPTION = """Examines the faces in videos: submit a file, follow its progress, fetch the reports.

Every refusal is `application/problem+json` with a stable `type`. Times are RFC 3339 in UTC."""


def make_app(service: Service) -> Guard:
    """The ASGI application of one service."""
    app = make_api(service.card["version"])
    app.state.service = service
    app.state.metrics = Metrics()
    return Guard(app, service.config, app.state.metrics)


def make_api(version: str) -> FastAPI:
    """The operations, without a service behind them: enough for the OpenAPI document."""
    app = FastAPI(
        title="fakestormer",
        version=version,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(ProblemError, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_http)
    for kind in (DBAPIError, PoolTimeout):
        app.add_exception_handler(kind, _answer_database)
    app.add_exception_handler(Exception, _answer_error)
    return app


def problem_response(slug: str, detail: str | None = None, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer that names a problem."""
    body, status = problem_body(slug, detail), PROBLEMS[slug][0]
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _answer_problem(request: Request, error: Any) -> Any:
    if page.wants_a_page(request):
        return page.show_problem(request, error)
    if request.method in UNSAFE:  # the body may be on its way still
        return LastWord(error.slug, error.detail, error.headers)
    return problem_response(error.slug, error.detail, error.headers)


def _answer_invalid(_request: Request, error: Any) -> Response:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    return problem_response("invalid", f"{place}: {first['msg']}")


def _answer_http(request: Request, error: Any) -> Any:
    slug = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "bad-request")
    headers = {"Allow": _methods_at(request)} if error.status_code == 405 else error.headers
    return _answer_problem(request, ProblemError(slug, PROBLEMS[slug][1], headers))


def _methods_at(request: Request) -> str:
    """The methods of all operations at the request's path; the router names those of the first alone."""
    routes = (route for router in ROUTERS for route in router.routes)
    at_path = [one for one in routes if one.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for one in at_path for method in getattr(one, "methods", None) or ()}))


def _answer_database(_request: Request, error: Any) -> Response:
    LOG.warning("the database does not answer: %s", type(error).__name__)
    return problem_response("database-unavailable", "try again in a moment", {"Retry-After": "5"})


def _answer_error(_request: Request, _error: Any) -> Response:
    return problem_response("internal", "the error stands in the server's log")
