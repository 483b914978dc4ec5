"""What the commands say: plain lines, in which no file's name can play tricks on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import ProgressColumn, TextColumn

from fakestormer.files import printable


def terminal(*, stderr: bool = False, quiet: bool = False) -> Console:
    """Standard output, or standard error, for plain text: neither markup nor `:100:` means anything in it."""
    return Console(stderr=stderr, quiet=quiet, markup=False, emoji=False, highlight=False)


def say(console: Console, line: str, style: str | None = None) -> None:
    """Prints one line; what is no visible letter is shown as an escape, the end of a line too."""
    console.print(printable(line), style=style, soft_wrap=True)


def say_text(console: Console, text: str) -> None:
    """Prints a text of several lines, each as `say` does."""
    for line in text.split("\n"):
        say(console, line)


def refuse(console: Console, sentence: object) -> None:
    """Prints an error, which is one line whatever the names in it."""
    console.print(f"fakestormer: {printable(str(sentence))}", style="red", soft_wrap=True)


def description() -> ProgressColumn:
    """The column of a progress bar that tells what it is about."""
    return TextColumn("{task.description}", markup=False)
