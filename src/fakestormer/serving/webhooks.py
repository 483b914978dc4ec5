"""Webhooks as Standard Webhooks has them: signed, repeated with growing pauses, never to a private address."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import ipaddress
import logging
import socket
import ssl
import time
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select, update

from fakestormer.serving.database import Database
from fakestormer.serving.problems import ProblemError
from fakestormer.serving.tables import deliveries
from fakestormer.types import ConfigError

LOG = logging.getLogger("fakestormer.serving")
PAUSES: Final = (5.0, 60.0, 600.0, 3600.0, 6 * 3600.0)  # seconds before the next try
LEASE_SECONDS = 30.0
TIMEOUT_SECONDS = 10.0


def read_secret(text: str) -> bytes:
    """The signing key behind "whsec_". Raises ConfigError where it is none of at least 24 bytes."""
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ConfigError("the webhook secret must be base64 behind 'whsec_'") from error
    if len(key) < 24:
        raise ConfigError(f"the webhook secret has {len(key)} bytes, at least 24 are needed")
    return key


def sign(secret: str, identity: str, moment: int, body: str) -> str:
    """The header webhook-signature."""
    signed = f"{identity}.{moment}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(read_secret(secret), signed, hashlib.sha256).digest()).decode("ascii")


def check_address(url: str) -> None:
    """Raises ProblemError "invalid" for an address that no webhook is sent to, as far as the text tells."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ProblemError("invalid", "the webhook is not a valid address") from None
    if parts.scheme != "https" or not parts.hostname or parts.username or port == 0 or not url.isascii():
        raise ProblemError("invalid", "a webhook must be an https address without a user name")


def public_addresses(host: str, port: int) -> list[tuple[str, int]]:
    """The addresses of a host; OSError where one of them is not a public one."""
    found = [(str(one[4][0]), int(one[4][1])) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address, _ in found:
        parsed = ipaddress.ip_address(address)
        mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
        if not (mapped or parsed).is_global or (mapped or parsed).is_multicast:
            raise OSError(f"{host} has the private address {address}")
    return found


def deliver_due(database: Database, secret: str) -> None:
    """Sends what is due, once each; what fails is due again later, five times at most."""
    moment = time.time()
    with database.read() as connection:
        query = select(deliveries).where(deliveries.c.ended.is_(None), deliveries.c.due <= moment).limit(10)
        rows = connection.execute(query).mappings().all()
    for row in rows:
        mine = (deliveries.c.id == row["id"], deliveries.c.due == row["due"], deliveries.c.ended.is_(None))
        with database.write() as connection:  # another process may have taken it
            taken = connection.execute(update(deliveries).where(*mine).values(due=moment + LEASE_SECONDS)).rowcount
        if not taken:
            continue
        sent, attempts = _send(row["url"], row["id"], row["body"], secret), row["attempts"] + 1
        over = "sent" if sent else "given-up" if attempts > len(PAUSES) else None
        due = moment + PAUSES[min(attempts, len(PAUSES)) - 1]
        with database.write() as connection:
            changed = update(deliveries).where(deliveries.c.id == row["id"])
            connection.execute(changed.values(ended=over, attempts=attempts, due=due))


def _send(url: str, identity: str, body: str, secret: str) -> bool:
    """Whether the receiver answered with a status of 200 to 299; redirects are not followed.

    The name is looked up once, and the address that was checked is the one that is connected to.
    """
    moment, parts = int(time.time()), urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "fakestormer",
        "webhook-id": identity,
        "webhook-timestamp": str(moment),
        "webhook-signature": sign(secret, identity, moment, body),
    }
    try:
        address = public_addresses(host, port)[0]
        connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS)
        plain = socket.create_connection(address, timeout=TIMEOUT_SECONDS)
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        try:
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            return 200 <= connection.getresponse().status < 300
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        LOG.warning("the webhook %s could not be delivered: %s", identity, error)
        return False
