"""`fakestormer bulk`: whole folders, buckets and lists of videos -> one table with a row for every file."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from fakestormer.cli.detect import PRECISION_HELP, PRIOR_HELP
from fakestormer.cli.live import live_status, say_counts, say_status
from fakestormer.cli.speech import remarks
from fakestormer.cli.terminal import say, terminal

if TYPE_CHECKING:
    from fakestormer.bulk import Account, BulkConfig

GIB = 2**30


class RunUnlessNamed(TyperGroup):
    """Takes `bulk INPUT OUTPUT` for `bulk run INPUT OUTPUT`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts the verb where none of the group's stands; a folder of such a name is ./list."""
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


bulk = typer.Typer(
    cls=RunUnlessNamed,
    help="Score many videos on Ray, on a laptop or a cluster: `bulk INPUT OUTPUT` gives one row for every file.",
    no_args_is_help=True,
    add_completion=False,
)
Input = Annotated[
    str,
    typer.Argument(
        help="A folder, a pattern in quotes, s3://, gs:// or az:// addresses, or a list with uris (CSV, JSON lines, "
        "Parquet, text).",
        show_default=False,
    ),
]
Output = Annotated[str, typer.Argument(help="Folder or bucket address that all workers can write.", show_default=False)]
Memory = Annotated[
    float, typer.Option("--memory-limit", help="Memory limit per examination in GiB; doubled in the second pass.")
]
Seconds = Annotated[float, typer.Option("--time-limit", help="Time limit per examination in seconds.")]
Download = Annotated[float, typer.Option("--download-limit", help="Largest accepted remote file in GiB.")]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Maximum number of workers, one thread each; default: one per core.")
]
MinWorkers = Annotated[int, typer.Option("--min-workers", help="Initial number of workers; grows as needed.")]
Gpus = Annotated[float, typer.Option("--num-gpus", help="GPUs per worker; with 0.25, four workers share one.")]
Cluster = Annotated[
    str | None, typer.Option("--cluster", help="Address of a Ray cluster; default: start Ray on this machine.")
]
EveryName = Annotated[bool, typer.Option("--every-name", help="Take files with any suffix, not only those of videos.")]
Json = Annotated[bool, typer.Option("--json", help="Keep the JSON report of every video in OUTPUT/reports.")]
Html = Annotated[bool, typer.Option("--html", help="Keep the report page of every video in OUTPUT/reports.")]
Price = Annotated[float | None, typer.Option("--price", help="Price of one worker per hour; shows the cost so far.")]


@bulk.command("run")
def run(
    input: Input,  # noqa: A002 - as people know it
    output: Output,
    device: Annotated[str, typer.Option("--device", help="Where the model runs: auto, cpu, cuda, ...")] = "auto",
    weights: Annotated[
        Path | None,
        typer.Option("--weights", help="Weights file readable by all workers; default: the weights in the package."),
    ] = None,
    precision: Annotated[str, typer.Option("--precision", help=PRECISION_HELP)] = "float32",
    thorough: Annotated[bool, typer.Option("--thorough", help="Score at least every half second.")] = False,
    prior: Annotated[float, typer.Option("--prior", help=PRIOR_HELP)] = 0.5,
    duration_limit: Annotated[
        float | None, typer.Option("--duration-limit", help="Longest accepted video in seconds; default: no limit.")
    ] = None,
    memory_limit: Memory = 4.0,
    time_limit: Seconds = 3600.0,
    download_limit: Download = 16.0,
    workers: Workers = None,
    min_workers: MinWorkers = 1,
    num_gpus: Gpus = 0.0,
    cluster: Cluster = None,
    every_name: EveryName = False,
    json: Json = False,
    html: Html = False,
    price: Price = None,
) -> None:
    """Score every file of INPUT; after an interruption, the same command continues where it stopped."""
    _need_the_extra()
    from fakestormer.bulk import BulkConfig, open_ray, run_job

    config = BulkConfig(
        weights=weights,
        device=device,
        precision=precision,
        prior=prior,
        thorough=thorough,
        duration=duration_limit,
        reports=json,
        pages=html,
    )
    config = _with(*(config, memory_limit, time_limit, download_limit, workers, min_workers, num_gpus, cluster, price))
    with live_status(remarks()) as observe:
        account = run_job(input, output, config, open_ray, observe, every_name)
    _end(account, output)


@bulk.command("list")
def list_files(
    input: Input,  # noqa: A002 - as people know it
    manifest: Annotated[Path, typer.Argument(help="Parquet file to write: INPUT for `bulk`.", show_default=False)],
    every_name: EveryName = False,
) -> None:
    """Write a manifest without examining anything: address, size, ETag and an id for every file."""
    _need_the_extra()
    from fakestormer.bulk import JobStatus, list_inputs

    with live_status(remarks()) as observe:
        listed = list_inputs(input, manifest, every_name, lambda count: observe(JobStatus("listing", total=count)))
    repeated = f", {listed.num_repeated:,} lines named a file again" if listed.num_repeated else ""
    say(terminal(), f"{manifest}: {listed.num_entries:,} files{repeated}")


@bulk.command("retry")
def retry(
    output: Output,
    status: Annotated[
        str,
        typer.Option("--status", help="Which files: statuses separated by commas, such as crashed,timeout."),
    ],
    quarantined: Annotated[
        bool, typer.Option("--quarantined", help="Include files that killed a child process twice.")
    ] = False,
    memory_limit: Memory = 8.0,
    time_limit: Seconds = 7200.0,
    download_limit: Download = 16.0,
    workers: Workers = None,
    min_workers: MinWorkers = 1,
    num_gpus: Gpus = 0.0,
    cluster: Cluster = None,
    price: Price = None,
) -> None:
    """Examine files of a job again, selected by status, with the settings of the job and new limits."""
    _need_the_extra()
    from fakestormer.bulk import BulkConfig, open_ray, retry_job

    config = _with(
        *(BulkConfig(), memory_limit, time_limit, download_limit, workers, min_workers, num_gpus, cluster, price)
    )
    wanted = [one.strip() for one in status.split(",") if one.strip()]
    with live_status(remarks()) as observe:
        account = retry_job(output, wanted, config, open_ray, observe, quarantined)
    _end(account, output)


@bulk.command("status")
def status(
    output: Output,
    json: Annotated[bool, typer.Option("--json", help="Print the status as JSON.")] = False,
) -> None:
    """Show the progress of a job, whether running, finished or interrupted."""
    _need_the_extra()
    from json import dumps

    from fakestormer.bulk import open_place, read_status
    from fakestormer.types import DataError

    told = read_status(open_place(output))
    if told is None:
        raise DataError(f"{output} contains no job: give the OUTPUT of a fakestormer bulk command")
    if json:
        typer.echo(dumps({**dataclasses.asdict(told), "alive": told.is_alive}))
        return
    for line in say_status(told, output):
        say(terminal(), line)


def _with(
    config: BulkConfig,
    memory: float,
    seconds: float,
    download: float,
    workers: int | None,
    min_workers: int,
    num_gpus: float,
    cluster: str | None,
    price: float | None,
) -> BulkConfig:
    """The configuration with what may change from one command to the next."""
    return dataclasses.replace(
        config,
        memory=round(memory * GIB),
        seconds=seconds,
        download=round(download * GIB),
        workers=workers,
        least_workers=min_workers,
        num_gpus=num_gpus,
        cluster=cluster,
        price=price,
    )


def _end(account: Account, output: str) -> None:
    """Says what became of every file; exit code 1 where one has no row."""
    out = terminal()
    for line in say_counts(account.counts, account.total):
        say(out, line)
    if not account.holds:
        say(out, f"{account.missing:,} of {account.total:,} files have no row: run the same command again", "red")
        raise typer.Exit(1)
    say(out, f"{account.total:,} files in, {account.total:,} rows out: {output}/table, {output}/summary.html")


def _need_the_extra() -> None:
    from importlib.util import find_spec

    from fakestormer.types import ConfigError

    missing = [name for name in ("ray", "pyarrow", "obstore", "pandas") if find_spec(name) is None]
    if missing:
        raise ConfigError(f"bulk needs {', '.join(missing)}: run pip install 'fakestormer[bulk]'")
