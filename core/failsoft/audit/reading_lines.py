"""Reads the audit trail in files of JSON lines: those that were put aside, and the one that is written.

One pass finds where the stretches of each lane begin and end; entries are read from there when they are asked for, so
that memory grows with the number of lanes and files, and with what a search has found, but not with the records.
"""

from __future__ import annotations

import heapq
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from failsoft.audit.entry import Entry
from failsoft.audit.lines import of_line, place_of
from failsoft.audit.statements import Statement
from failsoft.audit.stores import Query, Stored, StoreError

__all__ = ["LinesReader", "rotated"]


def rotated(path: Path) -> list[Path]:
    """The files that were put aside, in the order of their numbers."""
    form = re.compile(rf"{re.escape(path.stem)}-(\d{{6,}})-\d{{8}}T\d{{6}}Z{re.escape(path.suffix)}")
    found = [(int(match[1]), entry.name) for entry in _files(path.parent) if (match := form.fullmatch(entry.name))]
    return [path.with_name(name) for _, name in sorted(found)]


@dataclass(slots=True)
class _Run:
    """A stretch of a lane in a file, with other lines between."""

    path: Path
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
        self._read: dict[tuple[int, int], int] = {}
        self._runs: dict[str, dict[tuple[int, int], list[_Run]]] = {}
        self._statements: list[Statement] = []

    def look(self) -> None:
        """See `ReadableStore.look`."""
        for path in self._paths():
            try:
                with path.open("rb") as file:
                    file.read(1)
            except OSError as error:
                raise StoreError(f"cannot use {str(path)!r}: {error.strerror or error}") from None

    def lanes(self) -> Sequence[str]:
        self._index()
        return sorted({*self._runs, *(statement.lane for statement in self._statements)})

    def chain(self, lane: str, first: int = 1) -> Iterator[Entry]:
        self._index()
        every = [run for runs in self._runs.get(lane, {}).values() for run in runs if run.last >= first]
        before: Entry | None = None
        for cluster in _clusters(sorted(every, key=attrgetter("first"))):
            for entry in heapq.merge(*(_entries(run, lane) for run in cluster), key=attrgetter("sequence")):
                # one that was written twice, after an error, is one; two that differ are for the verifier to see
                if entry.sequence >= first and entry != before:
                    yield entry
                before = entry

    def search(self, query: Query) -> Iterator[Stored]:
        found = ((_order(query, stored), path, start) for stored, path, start in self._wanted(query))
        chosen = sorted(found) if query.limit is None else heapq.nsmallest(query.limit, found)
        for (_, position), path, start in chosen:
            with path.open("rb") as file:
                file.seek(start)
                line = of_line(file.readline())
            if line is not None and line.entry is not None:
                yield Stored(abs(position), line.entry)

    def statements(self, type: str | None = None, lane: str | None = None) -> Iterator[Statement]:  # noqa: A002
        self._index()
        seen: Statement | None = None
        for statement in sorted(self._statements, key=lambda s: (s.lane, s.type, s.number)):
            if statement != seen and type in (None, statement.type) and lane in (None, statement.lane):
                yield statement
            seen = statement

    def _wanted(self, query: Query) -> Iterator[tuple[Stored, Path, int]]:
        position = 0
        seen: dict[str, _Numbers] = {}
        for path in self._paths():
            for start, line in _lines(path, 0):
                place = place_of(line)
                if place is None:
                    continue
                position += 1
                is_new = seen.setdefault(place[0], _Numbers()).add(place[1])
                if not is_new or (query.after is not None and position <= query.after):
                    continue
                read = of_line(line)
                if read is not None and read.entry is not None and _fits(read.entry, query):
                    yield Stored(position, read.entry), path, start

    def _paths(self) -> list[Path]:
        found = [path for path in (*rotated(self._path), self._path) if path.exists()]
        if not found:
            raise StoreError(f"file {str(self._path)!r} does not exist")
        return found

    def _index(self) -> None:
        """Read what was added since the last time."""
        for path in self._paths():
            status = path.stat()
            identity = status.st_dev, status.st_ino
            for runs in self._runs.values():
                for run in runs.get(identity, ()):
                    run.path = path  # it may have been put aside
            start = self._read.get(identity, 0)
            for start, line in _lines(path, start):  # noqa: B020 - goes on where it was
                self._note(path, identity, start, line)
                self._read[identity] = start + len(line)

    def _note(self, path: Path, identity: tuple[int, int], start: int, line: bytes) -> None:
        place = place_of(line)
        if place is not None:
            lane, sequence = place
            runs = self._runs.setdefault(lane, {}).setdefault(identity, [])
            if runs and sequence > runs[-1].last:
                runs[-1].end, runs[-1].last = start + len(line), sequence
            else:
                runs.append(_Run(path, start, start + len(line), sequence, sequence))
        elif b'"statement"' in line and (read := of_line(line)) and read.statement is not None:
            self._statements.append(read.statement)


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


def _entries(run: _Run, lane: str) -> Iterator[Entry]:
    for start, line in _lines(run.path, run.start):
        if start >= run.end:
            return
        place = place_of(line)
        if place is not None and place[0] == lane:
            read = of_line(line)
            if read is not None and read.entry is not None:
                yield read.entry


def _lines(path: Path, start: int) -> Iterator[tuple[int, bytes]]:
    """Whole lines and where they begin; one that is still being written is left for later."""
    with path.open("rb") as file:
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
