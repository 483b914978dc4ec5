"""What the command's exit codes mean: told by its help, the manual page and the documentation."""

from __future__ import annotations

EXIT_CODES = {
    "0": "done",
    "1": "user error (one sentence on standard error); or a file failed, or a result or a line could not be written",
    "2": "wrong usage: an unknown command or option, or a missing argument",
    "3": "verify: different result",
    "4": "verify: different file, nothing was computed",
    "5": "verify: different weights, nothing was computed",
    "129, 130, 143": "ended by SIGHUP, Ctrl-C or SIGTERM; finished results are written, a second signal ends at once",
}
SAID = (
    "Exit codes: 0 done; 1 user error, or a file or a result failed; 2 wrong usage; 3, 4 and 5 see verify; "
    "129, 130 and 143 ended by a signal."
)
