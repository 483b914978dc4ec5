"""`fakestormer serve`: the page, the API and its workers; its keys. `fakestormer worker`: one more worker."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from fakestormer.serving import Database

DAY = 86400.0
DATA = Path("fakestormer-data")
Data = Annotated[Path, typer.Option("--data", envvar="FAKESTORMER_DATA", help="Folder for the SQLite file and media.")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database", envvar="FAKESTORMER_DATABASE", help="Database address, postgresql://..., for several machines."
    ),
]
StorePlace = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="FAKESTORMER_STORE",
        help="Where media and results are stored: a folder or s3://BUCKET/PREFIX.",
    ),
]
Weights = Annotated[Path | None, typer.Option("--weights", help="Weights file; default: the weights in the package.")]
Device = Annotated[str, typer.Option("--device", help="Where the model runs: auto, cpu, cuda, cuda:1, ...")]
Precision = Annotated[str, typer.Option("--precision", help="float32 or bfloat16.")]
Memory = Annotated[float, typer.Option("--memory-limit", help="Memory limit per examination in GiB.")]
Seconds = Annotated[float, typer.Option("--time-limit", help="Time limit per examination in seconds.")]
Drop = Annotated[bool, typer.Option("--discard-media", help="Delete each video as soon as it is examined.")]

serve = typer.Typer(help="Run a web page and a REST API for examining videos.", add_completion=False)
keys = typer.Typer(help="API keys: add, revoke, list.", no_args_is_help=True)
serve.add_typer(keys, name="keys")


@serve.callback(invoke_without_command=True)
def serve_here(
    context: typer.Context,
    data: Data = DATA,
    database: DatabaseUrl = None,
    store: StorePlace = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; any but the loopback address requires an API key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port; 0 chooses a free one.")] = 8000,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="Host name under which browsers reach this server; can be repeated."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", help="Number of worker processes to start.")] = 1,
    weights: Weights = None,
    device: Device = "auto",
    precision: Precision = "float32",
    upload_limit: Annotated[float, typer.Option("--upload-limit", help="Largest accepted file in MiB.")] = 2048.0,
    duration_limit: Annotated[
        float, typer.Option("--duration-limit", help="Longest accepted video in seconds.")
    ] = 3600.0,
    memory_limit: Memory = 4.0,
    time_limit: Seconds = 3600.0,
    retention: Annotated[
        float, typer.Option("--retention", help="Days until media and results are deleted; 0: never.")
    ] = 30.0,
    discard_media: Drop = False,
) -> None:
    """Run the server until Ctrl-C; the SQLite file and the media folder are created where missing."""
    if context.invoked_subcommand is not None:
        return
    _need_the_extra()
    from fakestormer.serving import ServeConfig, ServiceLimits
    from fakestormer.serving import serve as run

    limits = ServiceLimits(
        upload=round(upload_limit * 2**20),
        duration=duration_limit,
        memory=round(memory_limit * 2**30),
        wall_time=time_limit,
    )
    config = ServeConfig(
        data=data,
        database=database,
        store=store,
        host=host,
        port=port,
        workers=workers,
        weights=weights,
        device=device,
        precision=precision,
        hosts=tuple(allow_host or ()),
        retention=retention * DAY if retention else None,
        keep_media=not discard_media,
        webhook_secret=os.environ.get("FAKESTORMER_WEBHOOK_SECRET"),
        limits=limits,
    )
    err = Console(stderr=True)
    run(config, lambda words: err.print(f"fakestormer: {words}", markup=False, highlight=False, soft_wrap=True))


def worker(
    data: Data = DATA,
    database: DatabaseUrl = None,
    store: StorePlace = None,
    weights: Weights = None,
    device: Device = "auto",
    precision: Precision = "float32",
    memory_limit: Memory = 4.0,
    time_limit: Seconds = 3600.0,
    discard_media: Drop = False,
) -> None:
    """Examine videos from the queue of a server until Ctrl-C; any number of workers, on any number of machines."""
    _need_the_extra()
    from fakestormer.serving import ServeConfig, ServiceLimits, work

    work(
        ServeConfig(
            data=data,
            database=database,
            store=store,
            weights=weights,
            device=device,
            precision=precision,
            keep_media=not discard_media,
            webhook_secret=os.environ.get("FAKESTORMER_WEBHOOK_SECRET"),
            limits=ServiceLimits(memory=round(memory_limit * 2**30), wall_time=time_limit),
        )
    )


@keys.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Owner of the key.", show_default=False)],
    role: Annotated[list[str] | None, typer.Option("--role", help="submit, read or admin; can be repeated.")] = None,
    data: Data = DATA,
    database: DatabaseUrl = None,
) -> None:
    """Print a new API key. It is shown only once: the server keeps its hash."""
    _need_the_extra()
    from fakestormer.serving import add_key

    roles = tuple(role) if role else ("submit", "read")
    Console().print(add_key(_database(data, database), name, roles), highlight=False, soft_wrap=True)


@keys.command("revoke")
def revoke(
    prefix: Annotated[str, typer.Argument(help="Prefix of the key, as 'list' prints it.", show_default=False)],
    data: Data = DATA,
    database: DatabaseUrl = None,
) -> None:
    """Revoke a key with immediate effect."""
    _need_the_extra()
    from fakestormer.serving import revoke_key
    from fakestormer.types import ConfigError

    if not revoke_key(_database(data, database), prefix):
        raise ConfigError(f"there is no key {prefix!r} to revoke: see 'fakestormer serve keys list'")


@keys.command("list")
def list_them(data: Data = DATA, database: DatabaseUrl = None) -> None:
    """List all keys, without their secrets."""
    _need_the_extra()
    from fakestormer.serving import list_keys

    table = Table("prefix", "name", "roles", "created", "revoked")
    for one in list_keys(_database(data, database)):
        table.add_row(one.prefix, one.name, ", ".join(one.roles), one.created, one.revoked or "")
    Console().print(table)


def _database(data: Path, database: str | None) -> Database:
    """The database of the server that keeps its things there."""
    from fakestormer.serving import Database, ServeConfig

    return Database(ServeConfig(data=data, database=database).database_url)


def _need_the_extra() -> None:
    from importlib.util import find_spec

    from fakestormer.types import ConfigError

    missing = [name for name in ("fastapi", "uvicorn", "sqlalchemy", "python_multipart") if find_spec(name) is None]
    if missing:
        raise ConfigError(f"serving needs {', '.join(missing)}: run pip install 'fakestormer[serve]'")
