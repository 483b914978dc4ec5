"""How much the command line says beside its results: errors only, remarks and progress, or the steps of the work.

The level of the logger `fakestormer` is the one dial: ERROR under --quiet, WARNING as a rule, below it under --verbose.
"""

from __future__ import annotations

import logging

import typer
from rich.console import Console

from fakestormer.cli.terminal import terminal
from fakestormer.files import printable

LOGGER = logging.getLogger("fakestormer")
BY_VERBOSITY = (logging.WARNING, logging.INFO, logging.DEBUG)


def set_speech(verbose: int, quiet: bool) -> None:
    """Sets the level of the package's log and, where steps were asked for, sends them to standard error."""
    if verbose and quiet:
        raise typer.BadParameter("--quiet and --verbose contradict each other: choose one")
    LOGGER.setLevel(logging.ERROR if quiet else BY_VERBOSITY[min(verbose, 2)])
    LOGGER.handlers = [_to_standard_error()] if verbose else []


def remarks() -> Console:
    """Standard error for progress and remarks, silent under --quiet; errors do not belong here."""
    return terminal(stderr=True, quiet=not LOGGER.isEnabledFor(logging.WARNING))


def shows_progress(console: Console) -> bool:
    """Whether a progress bar would be seen, and not break the lines of a log."""
    return console.is_terminal and not console.quiet and not LOGGER.isEnabledFor(logging.INFO)


def _to_standard_error() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_say_plainly)
    return handler


def _say_plainly(record: logging.LogRecord) -> bool:
    """Puts the message in place of its parts, as one line whatever the names in it; lets every record pass."""
    record.msg, record.args = printable(record.getMessage()), ()
    return True
