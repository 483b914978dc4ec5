"""Connections that never say what they want, and methods that a path does not have."""

from __future__ import annotations

import socket
import threading


def drip(client, head):
    """Sends a byte at a time until the server hangs up; what it said."""
    with socket.create_connection(("127.0.0.1", client.port), timeout=60) as plain:
        plain.sendall(head)
        wait = threading.Event()
        try:
            for _ in range(600):
                plain.sendall(b"x")
                wait.wait(0.05)
        except OSError:
            return True
    return False


def test_a_client_that_sends_its_headers_a_byte_at_a_time_is_cut_off_and_others_are_served(client):
    assert drip(client, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    assert client.get("/healthz").status == 200


def test_the_headers_of_a_later_request_on_the_same_connection_are_not_waited_for_either(client):
    assert drip(client, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nX-Slow: ")


def test_a_method_that_a_path_does_not_have_is_told_all_that_it_has(client):
    answer = client.ask("OPTIONS", f"/v1/analyses/{'0' * 32}")
    assert (answer.status, answer.problem) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "DELETE, GET"
