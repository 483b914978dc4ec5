"""Pages of the site that are made from the code: commands, REST API, errors, decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docs.site.commands import Command, Parameter, all_commands

from fakestormer.cli.exit_codes import EXIT_CODES
from fakestormer.types import errors
from fakestormer.version import package_version

MADE = "Made from the code by `make docs`.\n"
METHODS = ("get", "post", "put", "patch", "delete")


def command_line_page() -> str:
    """Every command with its arguments and options."""
    program, *verbs = all_commands()
    parts = ["# Command line", MADE, program.help, "", *_parameters(program)]
    for one in verbs:
        parts += [f"## {one.words}", one.help, f"```\n{one.usage}\n```", *_parameters(one)]
    return "\n\n".join(parts) + "\n"


def _parameters(one: Command) -> list[str]:
    rows = [_row(f"`{parameter.typed}`", _say(parameter)) for parameter in (*one.arguments, *one.options)]
    return ["\n".join([_row("argument or option", "effect"), "| --- | --- |", *rows])] if rows else []


def _say(parameter: Parameter) -> str:
    default = "" if parameter.default is None else f" Default: `{parameter.default}`."
    variable = "" if parameter.variable is None else f" Environment variable: `{parameter.variable}`."
    return parameter.help + default + variable


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def errors_page() -> str:
    """Exit codes, exceptions and the problems of the REST API."""
    from fakestormer.serving.problems import PREFIX, PROBLEMS

    exceptions = [one for one in vars(errors).values() if isinstance(one, type) and one.__module__ == errors.__name__]
    parts = [
        "# Errors and exit codes",
        MADE,
        "Every error that a user can mend is one sentence: what is wrong, the value, what to do.",
        "## Exit codes of the command",
        "\n".join(["| code | meaning |", "| --- | --- |", *(_row(code, said) for code, said in EXIT_CODES.items())]),
        "## Exceptions in Python",
        f"```text\n{(errors.__doc__ or '').strip()}\n```",
        "\n".join(
            ["| exception | raised when |", "| --- | --- |"]
            + [_row(f"`{one.__name__}`", (one.__doc__ or "").partition("\n")[0]) for one in exceptions]
        ),
        "## Problems of the REST API",
        f"`application/problem+json` (RFC 9457); `type` is `{PREFIX}` and the word below.",
        "\n".join(
            ["| type | status | meaning |", "| --- | --- | --- |"]
            + [_row(f"`{slug}`", str(status), title) for slug, (status, title) in PROBLEMS.items()]
        ),
    ]
    return "\n\n".join(parts) + "\n"


def rest_page() -> str:
    """The operations and types of the OpenAPI document that a server answers with at /openapi.json."""
    document = openapi_document()
    parts = [
        "# REST API",
        MADE,
        "A server describes itself at `/openapi.json`. How to run one, and what the calls are for: "
        "[serve a team](../serving.md).",
    ]
    for path, operations in document["paths"].items():
        for method in filter(operations.__contains__, METHODS):
            parts += _operation(method, path, operations[method])
    parts.append("## Types")
    for name, schema in sorted(document["components"]["schemas"].items()):
        if schema.get("properties"):
            parts += [f"### {name}", schema.get("description", ""), _fields(schema)]
    return "\n\n".join(filter(None, parts)) + "\n"


def openapi_document() -> dict[str, Any]:
    """What `fakestormer serve` answers at /openapi.json."""
    from fakestormer.serving.app import make_api

    return make_api(package_version()).openapi()


def _operation(method: str, path: str, told: dict[str, Any]) -> list[str]:
    rows = [
        _row(f"`{one['name']}`", one["in"], _type(one["schema"]), one.get("description", ""))
        for one in told.get("parameters", ())
    ]
    answers = [_row(code, one.get("description", "")) for code, one in told.get("responses", {}).items()]
    table = ["\n".join(["| parameter | in | type | meaning |", "| --- | --- | --- | --- |", *rows])] if rows else []
    return [
        f"## {method.upper()} {path.replace('{', '&#123;').replace('}', '&#125;')}",
        told.get("description") or told.get("summary", ""),
        *table,
        "\n".join(["| answer | meaning |", "| --- | --- |", *answers]),
    ]


def _fields(schema: dict[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [
        _row(f"`{name}`", _type(one), "yes" if name in needed else "no", one.get("description", ""))
        for name, one in schema["properties"].items()
    ]
    return "\n".join(["| field | type | always there | meaning |", "| --- | --- | --- | --- |", *rows])


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "any"))


def decisions_page(folder: Path) -> str:
    """A list of the decisions in the folder, by the titles they have."""
    titles = {one.name: one.read_text("utf-8").partition("\n")[0].lstrip("# ") for one in sorted(folder.glob("*.md"))}
    lines = [f"- [{title}]({name})" for name, title in titles.items()]
    return "# Decisions\n\nOne file per decision, with the measurements behind it.\n\n" + "\n".join(lines) + "\n"
