"""What a file's C2PA content credentials say; read beside the examination, never mixed into its answer."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class CredentialStatus(enum.Enum):
    """PRESENT: signature and hashes hold. INVALID: they do not, so the file or its credentials were changed.

    NOT_READ: the reader is not installed, or could not read the file.
    """

    PRESENT = "present"
    ABSENT = "absent"
    INVALID = "invalid"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True)
class ContentCredentials:
    """Who signed what about the file. Texts are as the file gives them, shortened; empty where it gives none.

    `trusted`: the signer's certificate is on the reader's trust list; without a list none is. `problems` are the
    reader's codes of failed checks. `reader` names library and version; empty where it is not installed.
    """

    status: CredentialStatus
    reader: str = ""
    signer: str = ""
    signed_at: str = ""
    made_with: str = ""
    actions: tuple[str, ...] = ()
    trusted: bool = False
    problems: tuple[str, ...] = ()
