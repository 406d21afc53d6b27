"""Reads the audit trail in files of JSON lines: those that were put aside, and the one that is written.

One pass finds where the stretches of each lane begin and end; entries are read from there when they are asked for, so
that memory grows with the number of lanes and files, and with what a search has found, but not with the records.

A file is known by its inode, as it is put aside under another name while others read it, and by the last line that was
read of it, as `removing` replaces files, and an inode is used again.
"""

from __future__ import annotations

import heapq
import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from failsoft.audit.entry import Entry
from failsoft.audit.lines import gap_of, of_line, place_of
from failsoft.audit.statements import Statement
from failsoft.audit.stores import Query, Stored, StoreError

__all__ = ["MADE", "LinesReader", "identity_of", "purging", "rotated"]

MADE: Final = "made"
"""Directory in `purging(path)` of files that count instead of those that were put aside."""

_Identity = tuple[int, int]


def rotated(path: Path) -> list[Path]:
    """The files that were put aside, in the order of their numbers."""
    form = re.compile(rf"{re.escape(path.stem)}-(\d{{6,}})-\d{{8}}T\d{{6}}Z{re.escape(path.suffix)}")
    found = [(int(match[1]), entry.name) for entry in _files(path.parent) if (match := form.fullmatch(entry.name))]
    return [path.with_name(name) for _, name in sorted(found)]


def purging(path: Path) -> Path:
    """The directory in which files are made anew when records are removed."""
    return path.with_name(f"{path.name}.purge")


def identity_of(status: os.stat_result) -> tuple[int, int]:
    """What a file is known by."""
    return status.st_dev, status.st_ino


class _ReplacedError(Exception):
    """A file was made anew, without the records that were removed."""


class _Mark(NamedTuple):
    """How far a file was read: where the last line begins and ends, and its CRC-32."""

    start: int
    end: int
    sum: int


@dataclass(slots=True)
class _Run:
    """A stretch of a lane in a file, with other lines between."""

    file: _Identity
    start: int
    end: int
    first: int
    last: int


class LinesReader:
    """A `ReadableStore`, but for removing. What is appended or put aside meanwhile is found by the next question.

    Parameters:
        path: of the file that is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._where: dict[_Identity, Path] = {}
        self._read: dict[_Identity, _Mark] = {}
        self._states: dict[_Identity, tuple[int, int]] = {}
        self._runs: dict[str, dict[_Identity, list[_Run]]] = {}
        self._statements: dict[_Identity, list[Statement]] = {}

    def see_readable(self) -> None:
        """See `ReadableStore.see_readable`."""
        for path, _ in self._stats():
            try:
                with path.open("rb") as file:
                    file.read(1)
            except OSError as error:
                raise StoreError(f"cannot use {str(path)!r}: {error.strerror or error}") from None

    def lanes(self) -> Sequence[str]:
        self._index()
        stating = (statement.lane for found in self._statements.values() for statement in found)
        return sorted({*(lane for lane, runs in self._runs.items() if runs), *stating})

    def chain(self, lane: str, first: int = 1) -> Iterator[Entry]:
        while True:
            self._index()
            try:
                for entry in self._along(lane, first):
                    yield entry
                    first = entry.sequence + 1
            except _ReplacedError:
                continue
            return

    def search(self, query: Query) -> Iterator[Stored]:
        while True:
            try:
                found = ((_order(query, one), file, start, one.entry.hash) for one, file, start in self._wanted(query))
                chosen = sorted(found) if query.limit is None else heapq.nsmallest(query.limit, found)
            except _ReplacedError:
                continue
            break
        for (_, position), identity, start, digest in chosen:
            line = None
            with suppress(_ReplacedError), self._opened(identity) as file:
                file.seek(start)
                line = of_line(file.readline())
            if line is None or line.entry is None or line.entry.hash != digest:
                raise StoreError("records were removed from the files meanwhile: ask again")
            yield Stored(abs(position), line.entry)

    def statements(self, type: str | None = None, lane: str | None = None) -> Iterator[Statement]:  # noqa: A002
        self._index()
        seen: Statement | None = None
        every = [statement for found in self._statements.values() for statement in found]
        for statement in sorted(every, key=lambda s: (s.lane, s.type, s.number)):
            if statement != seen and type in (None, statement.type) and lane in (None, statement.lane):
                yield statement
            seen = statement

    # --- what is read

    def _along(self, lane: str, first: int) -> Iterator[Entry]:
        every = [run for runs in self._runs.get(lane, {}).values() for run in runs if run.last >= first]
        before: Entry | None = None
        for cluster in _clusters(sorted(every, key=attrgetter("first"))):
            for entry in heapq.merge(*(self._entries(run, lane) for run in cluster), key=attrgetter("sequence")):
                # one that was written twice, after an error, is one; two that differ are for the verifier to see
                if entry.sequence >= first and entry != before:
                    yield entry
                before = entry

    def _entries(self, run: _Run, lane: str) -> Iterator[Entry]:
        with self._opened(run.file) as file:
            for start, line in _lines(file, run.start):
                if start >= run.end:
                    return
                place = place_of(line)
                if place is not None and place[0] == lane:
                    read = of_line(line)
                    if read is not None and read.entry is not None:
                        yield read.entry

    def _wanted(self, query: Query) -> Iterator[tuple[Stored, _Identity, int]]:
        position = 0
        seen: dict[str, _Numbers] = {}
        for identity in self._list():
            with self._opened(identity) as file:
                for start, line in _lines(file, 0):
                    place = place_of(line)
                    if place is None:
                        position += gap_of(line)
                        continue
                    position += 1
                    is_new = seen.setdefault(place[0], _Numbers()).add(place[1])
                    if not is_new or (query.after is not None and position <= query.after):
                        continue
                    read = of_line(line)
                    if read is not None and read.entry is not None and _fits(read.entry, query):
                        yield Stored(position, read.entry), identity, start

    # --- files

    def _list(self) -> Mapping[_Identity, tuple[int, int]]:
        """The files in their order, with their sizes and times. What was known of those that are gone is forgotten."""
        found = self._stats()
        where = {identity_of(status): path for path, status in found}
        for identity in {*self._read, *self._states} - where.keys():
            self._forget(identity)
        self._where = where
        return {identity_of(status): (status.st_size, status.st_mtime_ns) for _, status in found}

    def _stats(self) -> list[tuple[Path, os.stat_result]]:
        while True:
            names, made = rotated(self._path), purging(self._path) / MADE
            if made.is_dir():
                names = [one if (one := made / name.name).exists() else name for name in names]
            with suppress(FileNotFoundError):
                found = [(path, path.stat()) for path in names]
                with suppress(FileNotFoundError):
                    found.append((self._path, self._path.stat()))
                if not found:
                    raise StoreError(f"file {str(self._path)!r} does not exist")
                # what was put aside meanwhile was not seen under either name
                if [path.name for path in rotated(self._path)] == [path.name for path in names]:
                    return found

    def _forget(self, identity: _Identity) -> None:
        self._read.pop(identity, None)
        self._states.pop(identity, None)
        self._statements.pop(identity, None)
        for runs in self._runs.values():
            runs.pop(identity, None)

    def _opened(self, identity: _Identity) -> BinaryIO:
        """A file, wherever it is now.

        Raises:
            _ReplacedError: it is nowhere.
        """
        for again in (False, True):
            if again:
                self._list()
            path = self._where.get(identity)
            with suppress(FileNotFoundError):
                file = None if path is None else path.open("rb")
                if file is not None:
                    if identity_of(os.fstat(file.fileno())) == identity:
                        return file
                    file.close()
        raise _ReplacedError

    def _index(self) -> None:
        """Read what was added since the last time."""
        while True:
            try:
                for identity, state in self._list().items():
                    if self._states.get(identity) != state:
                        with self._opened(identity) as file:
                            self._go_on(file, identity)
                        self._states[identity] = state
            except _ReplacedError:
                continue
            return

    def _go_on(self, file: BinaryIO, identity: _Identity) -> None:
        mark = self._read.get(identity)
        if mark is not None:
            file.seek(mark.start)
            line = file.read(mark.end - mark.start)
            if zlib.crc32(line) != mark.sum:
                self._forget(identity)
                mark = None
        start, line = 0, b""
        for start, line in _lines(file, 0 if mark is None else mark.end):
            self._note(identity, start, line)
        if line:
            self._read[identity] = _Mark(start, start + len(line), zlib.crc32(line))

    def _note(self, identity: _Identity, start: int, line: bytes) -> None:
        place = place_of(line)
        if place is not None:
            lane, sequence = place
            runs = self._runs.setdefault(lane, {}).setdefault(identity, [])
            if runs and sequence > runs[-1].last:
                runs[-1].end, runs[-1].last = start + len(line), sequence
            else:
                runs.append(_Run(identity, start, start + len(line), sequence, sequence))
        elif b'"statement"' in line and (read := of_line(line)) and read.statement is not None:
            self._statements.setdefault(identity, []).append(read.statement)


class _Numbers:
    """The numbers of a lane that were there already; small, as they come in order but after errors."""

    __slots__ = ("_last", "_missing")

    def __init__(self) -> None:
        self._last = 0
        self._missing: list[range] = []

    def add(self, number: int) -> bool:
        """Whether it is there for the first time."""
        if number > self._last:
            if number > self._last + 1:
                self._missing.append(range(self._last + 1, number))
            self._last = number
            return True
        for place, gap in enumerate(self._missing):
            if number in gap:
                parts = range(gap.start, number), range(number + 1, gap.stop)
                self._missing[place : place + 1] = [part for part in parts if part]
                return True
        return False


def _clusters(runs: Sequence[_Run]) -> Iterator[list[_Run]]:
    """Runs that overlap, together."""
    cluster: list[_Run] = []
    last = 0
    for run in runs:
        if cluster and run.first > last:
            yield cluster
            cluster = []
        cluster.append(run)
        last = max(last, run.last)
    if cluster:
        yield cluster


def _lines(file: BinaryIO, start: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines and where they begin; one that is still being written is left for later."""
    file.seek(start)
    for line in file:
        if not line.endswith(b"\n"):
            return
        yield start, line
        start += len(line)


def _fits(entry: Entry, query: Query) -> bool:
    exact = ("code", "endpoint", "status", "error_id", "trace_id")
    indexes: Mapping[str, Sequence[bytes]] = query.indexes or {}
    return (
        (query.since is None or entry.at >= query.since)
        and (query.until is None or entry.at < query.until)
        and all(getattr(query, name) in (None, getattr(entry, name)) for name in exact)
        and (not query.kinds or entry.kind in query.kinds)
        and (not query.severities or entry.severity in query.severities)
        and all(getattr(entry, f"{name}_index") in digests for name, digests in indexes.items())
    )


def _order(query: Query, stored: Stored) -> tuple[int, int]:
    if query.newest_first:
        return -stored.entry.at, -stored.position
    return (stored.entry.at if query.after is None else 0), stored.position


def _files(path: Path) -> Iterator[os.DirEntry[str]]:
    if path.is_dir():
        with os.scandir(path) as entries:
            yield from entries
