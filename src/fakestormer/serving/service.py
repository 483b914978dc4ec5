"""What every request of one server shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection

from fakestormer.serving.config import ServeConfig
from fakestormer.serving.database import Database
from fakestormer.serving.keys import Caller, Role, find_caller
from fakestormer.serving.problems import ProblemError
from fakestormer.serving.store import Store
from fakestormer.serving.submit import Engine

SESSION_COOKIE = "fakestormer_session"


@dataclass(frozen=True, slots=True)
class Service:
    """Configuration, database, store, and the card of the weights."""

    config: ServeConfig
    database: Database
    store: Store
    card: dict[str, Any]

    @property
    def engine(self) -> Engine:
        """What examines the files that come in here."""
        config = self.config
        return Engine(self.card["weights_sha256"], self.card["version"], config.device, config.precision)


def service_of(connection: HTTPConnection) -> Service:
    """The service that a request is for."""
    service: Service = connection.app.state.service
    return service


def caller_of(request: HTTPConnection, role: Role) -> Caller:
    """Who sends the request, if they may do this. Raises ProblemError "key-missing", "key-unknown", "role-missing"."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    given = key.strip() if kind.lower() == "bearer" and key.strip() else request.headers.get("x-api-key")
    caller = find_caller(service_of(request).database, given, request.cookies.get(SESSION_COOKIE))
    if not caller.may(role):
        raise ProblemError("role-missing", f"this needs a key with the role '{role}'")
    return caller
