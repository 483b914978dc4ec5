"""The commands as their help tells them: the source of the reference and of the manual page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer.main

from fakestormer.cli.main import app

PROGRAM = "fakestormer"
UNTOLD = ("install_completion", "show_completion", "help")


@dataclass(frozen=True)
class Parameter:
    """An argument or option: how it is typed, what it does, its default and the environment variable read for it."""

    typed: str
    help: str
    default: str | None
    variable: str | None


@dataclass(frozen=True)
class Command:
    """One command with the words that call it."""

    words: str
    usage: str
    help: str
    arguments: tuple[Parameter, ...]
    options: tuple[Parameter, ...]

    @property
    def summary(self) -> str:
        """The first sentence of its help."""
        return self.help.partition("\n")[0]


def all_commands() -> tuple[Command, ...]:
    """The program itself, its verbs, and the commands below verbs, in the order of the help."""
    return tuple(_below(PROGRAM, typer.main.get_command(app)))


def _below(words: str, command: Any) -> Iterator[Command]:
    arguments: list[Parameter] = []
    options: list[Parameter] = []
    for parameter in command.params:
        if parameter.name in UNTOLD:
            continue
        (options if parameter.param_type_name == "option" else arguments).append(_describe(parameter))
    below = getattr(command, "commands", {})
    typed = [one.typed for one in arguments] or (["COMMAND"] if below else [])
    usage = " ".join([words, *(["[OPTIONS]"] if options else []), *typed])
    text = "\n".join(line.strip() for line in (command.help or "").strip().splitlines())
    yield Command(words, usage, text, tuple(arguments), tuple(options))
    for word, one in below.items():
        yield from _below(f"{words} {word}", one)


def _kind(annotation: Any) -> str:
    """What a value is, as help calls it."""
    kinds = {"Path": "PATH", "int": "NUMBER", "float": "NUMBER"}
    return next((said for name, said in kinds.items() if name in str(annotation)), "TEXT")


def _describe(parameter: Any) -> Parameter:
    default = parameter.default
    if not isinstance(default, (str, int, float)) or isinstance(default, bool) or not parameter.param_type_name:
        default = None
    if parameter.param_type_name == "option":
        value = "" if parameter.is_flag or parameter.count else f" {_kind(parameter.type_descriptor.annotation)}"
        default = None if parameter.count else default
        typed = ", ".join(sorted(parameter.opts, key=len)) + value
    else:
        name = str(parameter.name).upper() + ("..." if parameter.nargs == -1 else "")
        typed = name if parameter.required else f"[{name}]"
    variable = parameter.envvar if isinstance(parameter.envvar, str) else None
    return Parameter(typed, parameter.help or "", None if default is None else f"{default}", variable)
