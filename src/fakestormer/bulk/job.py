"""A whole job: list, score what has no row, give crashes a second chance, and put everything into one table."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from fakestormer.bulk.config import BulkConfig
from fakestormer.bulk.engine import Engine
from fakestormer.bulk.manifest import list_inputs
from fakestormer.bulk.place import Place, open_place
from fakestormer.bulk.plan import PLAN, ROWS_PER_PLAN, find_twins, run_folder, write_plan
from fakestormer.bulk.progress import Observe, Reporter
from fakestormer.bulk.record import Record, compare_records, config_of, make_record, read_record, write_record
from fakestormer.bulk.remote import is_remote
from fakestormer.bulk.schema import COPY, DEADLY, STATUSES, from_parquet
from fakestormer.bulk.scorer import MOST_DEATHS, Order
from fakestormer.bulk.status import JobStatus, read_status
from fakestormer.bulk.summary import write_summary
from fakestormer.bulk.table import CODES, Account, Survey, survey, write_table
from fakestormer.types import ConfigError, DataError

MANIFEST_FILE = "manifest.parquet"
MOST_TRIES = 2  # of a file that could not be fetched: the second pass is the last
OpenEngine = Callable[[BulkConfig], AbstractContextManager[Engine]]


def run_job(
    source: str,
    output: str,
    config: BulkConfig,
    open_engine: OpenEngine,
    observe: Observe | None = None,
    every_name: bool = False,
) -> Account:
    """The account of a job that has come to its end; begun before, it goes on where it was.

    Args:
        source: as for `list_inputs`.
        output: a folder that all workers see, or an address such as s3://BUCKET/PREFIX.
        config: of the job.
        open_engine: opens what carries out the work; called only where there is work.
        observe: hears every few seconds how the job stands.
        every_name: also files whose names do not end as those of videos do.

    Raises:
        ConfigError: the output holds another job, or workers cannot load the model.
        DataError: source or output cannot be used, or another process is at work on the output.
    """
    place = _open_output(output)
    asked = make_record(_absolute(source), config)
    record = read_record(place)
    if record is None:
        if place.names(MANIFEST_FILE) or place.names("table"):
            raise DataError(f"{output} holds a table of something else: choose an empty place")
        record = asked
    compare_records(record, asked, output)
    reporter = Reporter(place, config.price, observe)
    with reporter:
        write_record(place, record)
        if not place.names(MANIFEST_FILE):
            reporter.tell(JobStatus("listing"))
            _list(source, place, output, every_name, lambda count: reporter.tell(JobStatus("listing", total=count)))
        return _Work(output, place, record, config, open_engine, reporter).finish()


def retry_job(
    output: str,
    statuses: Sequence[str],
    config: BulkConfig,
    open_engine: OpenEngine,
    observe: Observe | None = None,
    quarantined: bool = False,
) -> Account:
    """The account after the files with these statuses were examined again, with the job's own settings.

    Args:
        output: of the job.
        statuses: of `STATUSES`.
        config: memory, time, workers and the like; what decides the rows is the job's.
        open_engine: as for `run_job`.
        observe: as for `run_job`.
        quarantined: also files that killed a child twice.

    Raises:
        ConfigError: a status is none.
        DataError: there is no such job, or another process is at work on it.
    """
    unknown = sorted(set(statuses) - set(STATUSES))
    if unknown or not statuses:
        raise ConfigError(f"there is no status {', '.join(unknown) or '(none)'}: choose of {', '.join(STATUSES)}")
    place = _open_output(output)
    record = read_record(place)
    if record is None:
        raise DataError(f"{output} contains no job: name the output of fakestormer bulk")
    config = config_of(record, config)
    compare_records(record, make_record(record.source, config), output)
    with Reporter(place, config.price, observe) as reporter:
        return _Work(output, place, record, config, open_engine, reporter).finish(frozenset(statuses), quarantined)


class _Work:
    """The runs of one command over a job."""

    def __init__(
        self,
        output: str,
        place: Place,
        record: Record,
        config: BulkConfig,
        open_engine: OpenEngine,
        reporter: Reporter,
    ) -> None:
        self._output, self._place, self._config = output, place, config
        self._record, self._open_engine, self._reporter = record, open_engine, reporter
        self._manifest = from_parquet(place.source(MANIFEST_FILE))
        self._twins = find_twins(self._manifest["size"])
        self._engine: Engine | None = None

    def finish(self, again: frozenset[str] = frozenset(), quarantined: bool = False) -> Account:
        """Makes runs until every entry has its row and its second chance, then the table."""
        with ExitStack() as stack:
            known = self._survey()
            if again:
                chosen = known.where(again)
                chosen = chosen if quarantined else chosen[~known.quarantined[chosen]]
                if len(chosen):
                    self._run(stack, "retry", chosen, known, more=False)
                    known = self._survey()
            while True:
                name, chosen = _next_pass(known)
                if not len(chosen):
                    break
                missing = int((known.codes == 0).sum())
                self._run(stack, name, chosen, known, more=name == "second")
                known = self._survey()
                if name == "first" and int((known.codes == 0).sum()) >= missing:
                    raise DataError(f"{missing} files of {self._output} were given no row: report this as a bug")
        account = write_table(self._place, self._manifest, known)
        if account.holds:
            self._place.erase("runs")
        write_summary(self._place, self._record, account)
        self._reporter.finish(account, known.video_seconds)
        return account

    def _survey(self) -> Survey:
        return survey(self._place, len(self._manifest), self._twins)

    def _run(self, stack: ExitStack, name: str, chosen: np.ndarray, known: Survey, more: bool) -> None:
        """One run over the chosen entries; the engine is opened by the first one."""
        if self._engine is None:
            self._engine = stack.enter_context(self._open_engine(self._config))
        self._record = dataclasses.replace(self._record, runs=self._record.runs + 1)
        write_record(self._place, self._record)
        run = self._record.runs
        workers = self._engine.num_workers
        chunks = write_plan(self._place, run, self._plan(chosen, known), workers, len(chosen))
        order = Order(self._output, run, self._config, more, self._record.engine)
        contents = self._contents_to_copy(chosen, known)
        watch = self._reporter.watch(name, len(self._manifest), chosen, known)
        self._engine.run(order, chunks, contents, watch)
        self._place.erase(f"{run_folder(run)}/begun")

    def _plan(self, chosen: np.ndarray, known: Survey) -> Iterator[Any]:
        for start in range(0, len(chosen), ROWS_PER_PLAN):
            piece = chosen[start : start + ROWS_PER_PLAN]
            rows = self._manifest.take(pa.array(piece))
            columns = {"index": piece, **{name: rows[name] for name in ("id", "uri", "size", "etag")}}
            counted = {"attempts": known.attempts[piece], "deaths": known.deaths[piece], "twin": self._twins[piece]}
            yield pa.table({**columns, **counted}, schema=PLAN)

    def _contents_to_copy(self, chosen: np.ndarray, known: Survey) -> dict[str, str]:
        """Ids by content of rows that stand and were scored."""
        redone = np.zeros(len(known.codes), bool)
        redone[chosen] = True
        usable = {code for name, code in CODES.items() if name not in ("", COPY, "unavailable", "gone")}
        kept = {sha: index for index, sha in known.sha256.items() if not redone[index] and known.codes[index] in usable}
        ids = self._manifest["id"]
        return {sha: str(ids[index].as_py()) for sha, index in kept.items()}


def _next_pass(known: Survey) -> tuple[str, np.ndarray]:
    """What has no row; where all have one, what is due a second time."""
    missing = np.flatnonzero(known.codes == 0)
    if len(missing):
        return "first", missing
    died = known.where(DEADLY)
    lost = known.where(frozenset({"unavailable"}))
    due = np.concatenate([died[known.deaths[died] < MOST_DEATHS], lost[known.attempts[lost] < MOST_TRIES]])
    return "second", np.sort(due)


def _open_output(output: str) -> Place:
    """The place of a job that no other process is at work on."""
    place = open_place(output)
    status = read_status(place)
    if status is not None and status.is_alive:
        raise DataError(
            f"process {status.pid} on {status.host} is at work on {output}: wait for it, or end it and try again"
        )
    return place


def _list(source: str, place: Place, output: str, every_name: bool, observe: Callable[[int], None]) -> None:
    if not is_remote(output):
        list_inputs(source, Path(output) / MANIFEST_FILE, every_name, observe)
        return
    with tempfile.TemporaryDirectory(prefix="fakestormer-") as folder:
        target = Path(folder) / MANIFEST_FILE
        list_inputs(source, target, every_name, observe)
        place.write(MANIFEST_FILE, target.read_bytes())


def _absolute(source: str) -> str:
    return source if is_remote(source) else str(Path(source).absolute())
