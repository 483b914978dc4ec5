"""Addresses of remote files, and the object stores behind them."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from fakestormer.types import ConfigError

OBJECT_SCHEMES = ("s3", "gs", "az")
WEB_SCHEMES = ("https", "http")
STORE_RETRIES = 2  # of the library, before our own back-off


def scheme_of(uri: str) -> str:
    """The scheme of an address in small letters; empty for a path."""
    scheme, found, _ = uri.partition("://")
    return scheme.lower() if found and scheme.isalnum() else ""


def is_remote(uri: str) -> bool:
    """Whether the address is one of an object store."""
    return scheme_of(uri) in OBJECT_SCHEMES


def is_web(uri: str) -> bool:
    """Whether the address is one of a web server."""
    return scheme_of(uri) in WEB_SCHEMES


def bucket_of(uri: str) -> tuple[str, str]:
    """The address of the bucket (s3://BUCKET) and the key in it, which is never unescaped."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if not bucket:
        raise ConfigError(f"{uri} names no bucket: write {scheme}://BUCKET/PREFIX")
    return f"{scheme}://{bucket}", key


@functools.cache
def open_bucket(address: str) -> tuple[Any, Any]:
    """The library obstore and its store for a bucket; credentials are those of the environment.

    Raises:
        ConfigError: obstore is missing, or cannot open such an address.
    """
    try:
        import obstore
        from obstore.store import from_url
    except ImportError as error:
        raise ConfigError(f"{address} needs the package obstore: run pip install 'fakestormer[bulk]'") from error
    try:
        retry: Any = {"max_retries": STORE_RETRIES, "retry_timeout": timedelta(seconds=30)}
        options: Any = {"allow_http": True, "connect_timeout": "20s", "timeout": "120s"}
        return obstore, from_url(address, client_options=options, retry_config=retry)
    except Exception as error:
        raise ConfigError(f"{address} cannot be opened: {describe_error(error)}") from error


def describe_error(error: BaseException) -> str:
    """An error of a library in one short line, without what a query string may hold of secrets."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = lines[0] if lines else "no message"
    words = [_without_query(word) for word in said.split()]
    return f"{type(error).__name__}: {' '.join(words)[:200]}"


def _without_query(word: str) -> str:
    return urlsplit(word)._replace(query="").geturl() if "://" in word and "?" in word else word
