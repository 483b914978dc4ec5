"""Webhooks: signed as the standard's own example is, and never sent to an address of the building."""

from __future__ import annotations

import pytest

from fakestormer.serving.problems import ProblemError
from fakestormer.serving.webhooks import check_address, public_addresses, read_secret, sign
from fakestormer.types import ConfigError


def test_the_signature_is_that_of_the_published_example():
    secret, identity = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signature = sign(secret, identity, 1614265330, '{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "0.0.0.0", "100.64.0.1"],
)
def test_private_addresses_are_never_called(host):
    with pytest.raises(OSError, match="private"):
        public_addresses(host, 443)


def test_public_addresses_are_called():
    assert public_addresses("8.8.8.8", 443) == [("8.8.8.8", 443)]


@pytest.mark.parametrize(
    "url",
    ["http://a.example", "https://", "https://user:word@a.example", "ftp://a.example", "https://a.example:x", "//a"],
)
def test_what_is_no_plain_https_address_is_refused(url):
    with pytest.raises(ProblemError):
        check_address(url)


def test_a_short_secret_is_refused():
    with pytest.raises(ConfigError, match="at least 24"):
        read_secret("whsec_QUJD")
