"""The C2PA content credentials of a file, read offline; the only user of c2pa."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fakestormer.types import ContentCredentials, CredentialStatus

MOST_CHARACTERS, MOST_ITEMS = 200, 20  # what a file says about itself may be hostile
# Nothing is fetched: neither a manifest that the file keeps elsewhere nor the state of a certificate.
OFFLINE = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}


def read_credentials(path: str | Path) -> ContentCredentials:
    """Who signed what about the file, and whether the signature and the file's hashes hold.

    NOT_READ where c2pa-python (extra `c2pa`) is not installed, and with its words where it cannot read the file. Never
    raises for what the file holds.
    """
    try:
        import c2pa
    except (ImportError, OSError, RuntimeError):  # the wheel's library may not load on this machine
        return ContentCredentials(CredentialStatus.NOT_READ)
    reader = f"c2pa-python {_own_version()}, c2pa-rs {_library_version(c2pa)}"
    try:
        with c2pa.Context.from_dict(OFFLINE) as context, Path(path).open("rb") as stream:
            found = c2pa.Reader.try_create(stream, context=context)
            if found is None:
                return ContentCredentials(CredentialStatus.ABSENT, reader)
            with found:
                return _credentials(json.loads(found.json()), str(found.get_validation_state()), reader)
    except (c2pa.C2paError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return ContentCredentials(CredentialStatus.NOT_READ, reader, problems=(_short(error),))


def _credentials(store: dict[str, Any], state: str, reader: str) -> ContentCredentials:
    manifest = store["manifests"][store["active_manifest"]]
    signature = manifest.get("signature_info") or {}
    made = [f"{one.get('name', '')} {one.get('version') or ''}".strip() for one in manifest["claim_generator_info"]]
    actions = [
        action.get("action", "")
        for assertion in manifest.get("assertions", ())
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", ())
    ]
    failed = [str(one.get("code", "")) for one in store.get("validation_status") or ()]
    signer = ", ".join(_short(signature[name]) for name in ("common_name", "issuer") if signature.get(name))
    return ContentCredentials(
        status=CredentialStatus.PRESENT if state in ("Valid", "Trusted") else CredentialStatus.INVALID,
        reader=reader,
        signer=signer,
        signed_at=_short(signature.get("time") or ""),
        made_with=_short(", ".join(made)),
        actions=tuple(map(_short, actions[:MOST_ITEMS])),
        trusted=state == "Trusted",
        problems=tuple(map(_short, dict.fromkeys(failed[:MOST_ITEMS]))),
    )


def _own_version() -> str:
    from importlib import metadata

    return metadata.version("c2pa-python")


def _library_version(c2pa: Any) -> str:
    return str(c2pa.sdk_version()).rpartition("/")[2]


def _short(value: object) -> str:
    """One line of limited length, without characters that steer a terminal."""
    line = "".join(letter if letter.isprintable() else " " for letter in str(value))
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 3] + "..."
