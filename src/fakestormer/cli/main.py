"""The command `fakestormer`: one line a verb. Heavy imports wait inside the verbs, so that `--help` answers at once."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from fakestormer.cli.calibrate import calibrate
from fakestormer.cli.compare import compare
from fakestormer.cli.convert import convert
from fakestormer.cli.datasets import datasets
from fakestormer.cli.detect import detect
from fakestormer.cli.doctor import doctor
from fakestormer.cli.evaluate import evaluate
from fakestormer.cli.figures import figures
from fakestormer.cli.inspect import inspect
from fakestormer.cli.join import join
from fakestormer.cli.prepare import prepare
from fakestormer.cli.reconstruct import reconstruct
from fakestormer.cli.rejudge import rejudge
from fakestormer.cli.serve import serve, worker
from fakestormer.cli.speech import set_speech
from fakestormer.cli.synthesize import synthesize
from fakestormer.cli.train import train
from fakestormer.cli.verify import verify
from fakestormer.types import FakestormerError
from fakestormer.version import package_version

INTERRUPTED = 130

app = typer.Typer(
    name="fakestormer",
    help="Detects face forgeries in videos, with a calibrated likelihood ratio, and shows when and where.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for verb in (
    detect,
    verify,
    rejudge,
    evaluate,
    figures,
    compare,
    calibrate,
    inspect,
    convert,
    datasets,
    prepare,
    reconstruct,
    synthesize,
    train,
    join,
    doctor,
    worker,
):
    app.command()(verb)
app.add_typer(serve, name="serve")


@app.callback(invoke_without_command=True)
def options(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
    verbose: int = typer.Option(0, "--verbose", "-v", count=True, help="Log the steps; -vv every clip."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print results and errors only: no progress, no remarks."),
) -> None:
    """Options that stand before a verb."""
    set_speech(verbose, quiet)
    if version:
        Console().print(package_version())
        raise typer.Exit


def main() -> None:
    """Runs the command; errors a user can mend are one line and exit code 1, an interrupted run is 130."""
    try:
        app()
    except FakestormerError as error:
        Console(stderr=True).print(f"fakestormer: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # typer makes this of a KeyboardInterrupt, without a word
            Console(stderr=True).print("fakestormer: interrupted; finished results are kept", style="red")
        raise
