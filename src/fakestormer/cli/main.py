"""The command `fakestormer`: one line a verb. Heavy imports wait inside the verbs, so that `--help` answers at once."""

from __future__ import annotations

import os
import signal
import sys

import typer

from fakestormer.cli.bulk import bulk
from fakestormer.cli.calibrate import calibrate
from fakestormer.cli.compare import compare
from fakestormer.cli.convert import convert
from fakestormer.cli.datasets import datasets
from fakestormer.cli.detect import detect
from fakestormer.cli.doctor import doctor
from fakestormer.cli.evaluate import evaluate
from fakestormer.cli.exit_codes import SAID
from fakestormer.cli.export import export
from fakestormer.cli.figures import figures
from fakestormer.cli.inspect import inspect
from fakestormer.cli.join import join
from fakestormer.cli.prepare import prepare
from fakestormer.cli.reconstruct import reconstruct
from fakestormer.cli.rejudge import rejudge
from fakestormer.cli.serve import serve, worker
from fakestormer.cli.signals import Interrupted, signals_raised
from fakestormer.cli.speech import set_speech
from fakestormer.cli.streams import steady_streams
from fakestormer.cli.synthesize import synthesize
from fakestormer.cli.terminal import refuse, say, terminal
from fakestormer.cli.train import train
from fakestormer.cli.verify import verify
from fakestormer.types import FakestormerError
from fakestormer.version import package_version

INTERRUPTED = 128 + signal.SIGINT
# Read by torch and OpenMP when they are loaded, which verbs do; what the user has set stands.
ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",  # threads sleep while they wait: spinning, a busy machine takes five times as long
    "THP_MEM_ALLOC_ENABLE": "1",  # large tensors in large pages: a third fewer seconds of page faults
}

app = typer.Typer(
    name="fakestormer",
    help="Detects face forgeries in videos, with a calibrated likelihood ratio, and shows when and where.",
    epilog=SAID,
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
    export,
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
app.add_typer(bulk, name="bulk")


@app.callback(invoke_without_command=True)
def options(
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
    verbose: int = typer.Option(0, "--verbose", "-v", count=True, help="Log the steps; -vv also logs every clip."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print results and errors only: no progress, no notices."),
) -> None:
    """Options that stand before a verb."""
    set_speech(verbose, quiet)
    if version:
        say(terminal(), package_version())
        raise typer.Exit


def main() -> None:
    """Runs the command; errors a user can mend are one line and exit code 1, a signal's end 128 + its number.

    Standard output that cannot be written to costs no result: it is one sentence at the end, and exit code 1.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    with steady_streams() as output:
        code = _run()
        if output.lost:
            refuse(
                terminal(stderr=True),
                f"standard output could not be written ({output.lost}): lines are missing there, files are not",
            )
            code = code or 1
    sys.exit(code)


def _run() -> int:
    """The exit code of the command, once everything that there is to say was said."""
    err = terminal(stderr=True)
    try:
        with signals_raised():
            app(prog_name="fakestormer")
    except FakestormerError as error:
        refuse(err, error)
        return 1
    except Interrupted as ended:
        refuse(err, f"interrupted by {signal.Signals(ended.number).name}; finished results are kept")
        return 128 + ended.number
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if code == INTERRUPTED:  # typer makes this of a KeyboardInterrupt, without a word
            refuse(err, "interrupted; finished results are kept")
        return code
    return 0
