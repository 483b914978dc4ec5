"""All rows of a job: which entries have one, and the final table with exactly one row for every entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from fakestormer.bulk.entries import batches
from fakestormer.bulk.place import Place
from fakestormer.bulk.schema import COPY, RESULT, STATUSES, from_parquet, to_parquet

ROWS_PER_FILE = 50_000
AT_ONCE = 16  # files under way
LIGHT = ("index", "status", "attempts", "deaths", "quarantined", "duration", "sha256", "duplicate_of")
CODES = {name: code for code, name in enumerate(("", *STATUSES, COPY))}  # 0: no row
NAMES = {code: name for name, code in CODES.items()}


@dataclass(frozen=True, slots=True)
class Survey:
    """The newest row of every entry in few words, by the entry's place in the manifest.

    `sha256` holds contents of rows that are or may be needed for copies: those of entries marked in `wanted`.
    """

    codes: np.ndarray
    attempts: np.ndarray
    deaths: np.ndarray
    quarantined: np.ndarray
    video_seconds: float
    sha256: dict[int, str]

    @property
    def counts(self) -> dict[str, int]:
        """How many entries have each status, in the order of `STATUSES`; 'copy' counts as its own."""
        found = np.bincount(self.codes, minlength=len(CODES))
        return {NAMES[code]: int(found[code]) for code in range(1, len(CODES)) if found[code]}

    def where(self, statuses: frozenset[str]) -> np.ndarray:
        """Places of entries that have one of these statuses."""
        return np.flatnonzero(np.isin(self.codes, [CODES[name] for name in statuses]))


@dataclass(frozen=True, slots=True)
class Account:
    """The end of a job: every entry has exactly one row, or how many have none."""

    total: int
    missing: int
    counts: dict[str, int]
    num_duplicates: int
    num_quarantined: int

    @property
    def holds(self) -> bool:
        """Whether ids in are ids out."""
        return self.missing == 0


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    first: int
    last: int


def survey(place: Place, total: int, wanted: np.ndarray) -> Survey:
    """What is known of every entry; later runs count over earlier ones.

    A copy whose original is gone from the newest rows has no row.
    """
    codes, quarantined = np.zeros(total, np.int8), np.zeros(total, bool)
    attempts, deaths = np.zeros(total, np.int32), np.zeros(total, np.int32)
    durations, contents = np.zeros(total), dict[int, str]()
    for table in _read(place, list(_files(place, total)), LIGHT):
        where = table["index"].to_numpy()
        codes[where] = np.array([CODES[name] for name in table["status"].to_pylist()], np.int8)
        for array, column in ((attempts, "attempts"), (deaths, "deaths"), (quarantined, "quarantined")):
            array[where] = table[column].to_numpy()
        durations[where] = table["duration"].fill_null(0.0).to_numpy()
        _note_contents(contents, table, where, wanted)
    copies = np.flatnonzero(codes == CODES[COPY])
    originals = {sha for index, sha in contents.items() if codes[index] not in (CODES[COPY], 0)}
    for index in copies.tolist():
        if contents.get(index) not in originals:
            codes[index] = 0
    return Survey(codes, attempts, deaths, quarantined, float(durations.sum()), contents)


def _note_contents(contents: dict[int, str], table: Any, where: np.ndarray, wanted: np.ndarray) -> None:
    chosen = wanted[where]
    if chosen.any():
        for index, sha in zip(
            where[chosen].tolist(), table["sha256"].filter(pa.array(chosen)).to_pylist(), strict=True
        ):
            if sha is None:
                contents.pop(index, None)
            else:
                contents[index] = sha


def write_table(place: Place, manifest: Any, known: Survey) -> Account:
    """Writes the files of the final table that are not as they must be, and counts; ids and rows are compared.

    Args:
        place: of the job.
        manifest: its table with the columns of `MANIFEST`.
        known: of all entries.
    """
    total = len(manifest)
    files = list(_files(place, total))
    originals = _originals(place, files, known)
    counts: Counter[str] = Counter()
    missing = duplicates = quarantined = 0
    for start in range(0, total, ROWS_PER_FILE):
        stop = min(total, start + ROWS_PER_FILE)
        rows = _window(place, files, start, stop)
        rows = _with_copies(rows, originals)
        ids = manifest["id"].slice(start, stop - start)
        held = len(rows) == stop - start and rows["id"].combine_chunks().equals(ids.combine_chunks())
        missing += 0 if held else stop - start - _num_right(rows, ids, start)
        place.write(f"table/{start // ROWS_PER_FILE:06d}.parquet", to_parquet(rows))
        counts.update(rows["status"].to_pylist())
        duplicates += len(rows) - rows["duplicate_of"].null_count
        quarantined += int(pc.sum(rows["quarantined"]).as_py() or 0)
    ordered: dict[str, int] = {name: counts[name] for name in STATUSES if counts[name]}
    return Account(total, missing, ordered, duplicates, quarantined)


def _num_right(rows: Any, ids: Any, start: int) -> int:
    right = ids.take(pc.subtract(rows["index"], start))
    return int(pc.sum(pc.equal(rows["id"], right)).as_py() or 0)


def read_table(place: Place, columns: tuple[str, ...] | None = None) -> Iterator[Any]:
    """The files of the final table, in order."""
    for name in place.names("table"):
        yield from_parquet(place.source(name), columns)


def _files(place: Place, total: int) -> Iterator[_File]:
    """All files with rows, older ones first, each with the entries that it may speak of."""
    for name in place.names("table"):
        first = int(name.rpartition("/")[2].partition(".")[0]) * ROWS_PER_FILE
        yield _File(name, first, min(total, first + ROWS_PER_FILE) - 1)
    for name in place.names("runs"):  # by run, since its number comes first
        if "/parts/" in name:
            lowest, _, highest = name.rpartition("/")[2].partition(".")[0].partition("-")
            yield _File(name, int(lowest), int(highest))


def _read(place: Place, files: list[_File], columns: tuple[str, ...] | None = None) -> Iterator[Any]:
    """The tables in the files, in order; some are read ahead, since each may be a question to a store far away."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for group in batches(iter(files), 4 * AT_ONCE):
            yield from pool.map(lambda one: from_parquet(place.source(one.name), columns), group)


def _window(place: Place, files: list[_File], start: int, stop: int) -> Any:
    """The newest row of every entry from `start` to `stop`, in order."""
    near = list(_read(place, [one for one in files if one.first < stop and one.last >= start]))
    if not near:
        return RESULT.empty_table()
    rows = pa.concat_tables([one.cast(RESULT) for one in near])
    index = rows["index"].to_numpy()
    inside = np.flatnonzero((index >= start) & (index < stop))
    newest = inside[::-1][np.unique(index[inside][::-1], return_index=True)[1]]
    return rows.take(pa.array(newest)).combine_chunks()


def _originals(place: Place, files: list[_File], known: Survey) -> dict[str, tuple[dict[str, Any], str, int]]:
    """For every copied content the row that was scored, and id and place of the first row with that content."""
    copied = {known.sha256[index] for index in np.flatnonzero(known.codes == CODES[COPY]).tolist()}
    if not copied:
        return {}
    first: dict[str, int] = {}
    scored: dict[int, str] = {}
    for index in sorted(known.sha256):
        sha = known.sha256[index]
        if sha in copied and known.codes[index]:
            first.setdefault(sha, index)
            if known.codes[index] != CODES[COPY]:
                scored[index] = sha
    rows: dict[int, dict[str, Any]] = {}
    places = np.array(sorted({*scored, *first.values()}))
    for file in files:
        if ((places >= file.first) & (places <= file.last)).any():
            table = from_parquet(place.source(file.name))
            keep = np.isin(table["index"].to_numpy(), places)
            rows.update((row["index"], row) for row in table.filter(pa.array(keep)).to_pylist())
    return {
        sha: (rows[index], rows[first[sha]]["id"], first[sha]) for index, sha in sorted(scored.items(), reverse=True)
    }


def _with_copies(rows: Any, originals: dict[str, tuple[dict[str, Any], str, int]]) -> Any:
    """The rows, each of a copied content with the verdict of the row that was scored, and the first row's id."""
    if not originals:
        return rows
    place_of = pc.is_in(rows["sha256"], pa.array(list(originals)))
    if not pc.any(place_of).as_py():
        return rows
    whole = rows.to_pylist()
    for number in np.flatnonzero(place_of.to_numpy()).tolist():
        row = whole[number]
        original, first, index = originals[row["sha256"]]
        if row["status"] == COPY:
            own = {name: row[name] for name in ("index", "id", "uri", "size", "etag", "settings_sha256")}
            measured = {name: row[name] for name in ("attempts", "seconds", "cpu_seconds", "worker", "run", "finished")}
            row = {**original, **own, **measured, "peak_memory": None}
        whole[number] = {**row, "duplicate_of": None if row["index"] == index else first}
    return pa.Table.from_pylist(whole, schema=RESULT)
