"""The manual page of the command, from its help: python -m docs.site.manual (make manual)

Writes docs/fakestormer.1, which the wheel installs under share/man, where `man fakestormer` finds it.
"""

from __future__ import annotations

from pathlib import Path

from docs.site.commands import PROGRAM, Command, Parameter, all_commands

from fakestormer.cli.exit_codes import EXIT_CODES

PAGE = Path(__file__).parents[1] / "fakestormer.1"
ENVIRONMENT = {
    "NO_COLOR": "where it is set, nothing is printed in colour",
    "TMPDIR": "folder for temporary files: standard input and, with --isolate, the files of the child process",
}
EXAMPLES = {
    "fakestormer detect interview.mp4 --html report.html": "One video, one page that shows when and where.",
    "fakestormer detect archive --recursive --json results.json": "All videos below a folder.",
    "cat clip.mov | fakestormer detect - --json -": "A video from a pipe, the result as JSON to a pipe.",
    "fakestormer verify report.json interview.mp4": "Reproduce a recorded result, or list the differences.",
}


def manual_page() -> str:
    """The page in the language of man(7)."""
    program, *verbs = all_commands()
    parts = [
        f'.TH {PROGRAM.upper()} 1 "" "{PROGRAM}" "User Commands"',
        ".SH NAME",
        f"{PROGRAM} \\- {_text(program.help[0].lower() + program.help[1:].rstrip('.'))}",
        ".SH SYNOPSIS",
        *(line for one in verbs if not _is_group(one, verbs) for line in (f".B {_text(one.words)}", *_synopsis(one))),
        ".SH DESCRIPTION",
        _text(program.help),
        "The answer is one of REAL, FAKE, INCONCLUSIVE and NOT_APPLICABLE, with a bounded likelihood ratio and, at a",
        "stated prior, a probability of forgery. Neither answer is proof.",
        ".SH OPTIONS BEFORE A COMMAND",
        *_parameters(program),
        ".SH COMMANDS",
    ]
    for one in verbs:
        parts += [f'.SS "{_text(one.usage)}"', *_paragraphs(one.help), *_parameters(one)]
    parts += [".SH EXIT STATUS", *_list(EXIT_CODES), ".SH ENVIRONMENT", *_list(_variables(verbs) | ENVIRONMENT)]
    parts += [".SH EXAMPLES"]
    for line, said in EXAMPLES.items():
        parts += [".PP", _text(said), ".PP", ".RS 4", ".nf", _text(line), ".fi", ".RE"]
    parts += [".SH SHELL COMPLETION", f".B {PROGRAM} \\-\\-install\\-completion", ".PP"]
    parts += ["sets it up for the shell in use (bash, zsh, fish, PowerShell)."]
    return "\n".join(parts) + "\n"


def _is_group(one: Command, verbs: list[Command]) -> bool:
    """Whether it only holds other commands."""
    return any(other.words.startswith(f"{one.words} ") for other in verbs) and not one.options


def _synopsis(one: Command) -> list[str]:
    rest = one.usage.removeprefix(one.words).strip()
    return [_text(rest), ".br"] if rest else [".br"]


def _parameters(one: Command) -> list[str]:
    return _list({parameter.typed: _say(parameter) for parameter in (*one.arguments, *one.options)})


def _say(parameter: Parameter) -> str:
    default = "" if parameter.default is None else f" Default: {parameter.default}."
    variable = "" if parameter.variable is None else f" Environment: {parameter.variable}."
    return parameter.help + default + variable


def _variables(verbs: list[Command]) -> dict[str, str]:
    """The environment variables that stand for options, and for which."""
    found: dict[str, str] = {}
    for one in verbs:
        for parameter in one.options:
            if parameter.variable and parameter.variable not in found:
                found[parameter.variable] = f"default of {parameter.typed.split()[0]}"
    return dict(sorted(found.items()))


def _list(items: dict[str, str]) -> list[str]:
    return [line for name, said in items.items() for line in (".TP", f".B {_text(name)}", _text(said))]


def _paragraphs(text: str) -> list[str]:
    return [".PP" if not line else _text(line) for line in text.splitlines()]


def _text(text: str) -> str:
    """Text that troff prints as it is: hyphens that can be copied, no line that begins as a request does."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


if __name__ == "__main__":
    PAGE.write_text(manual_page(), encoding="utf-8")
