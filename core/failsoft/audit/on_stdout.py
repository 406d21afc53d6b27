"""The audit trail on standard output, for containers whose output is collected."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import NoReturn

from failsoft.audit.entry import Entry
from failsoft.audit.lines import to_line
from failsoft.audit.statements import Statement
from failsoft.audit.stores import KeyFacts, Query, Stored, StoreError

__all__ = ["StdoutStore"]


class StdoutStore:
    """Writes lines of JSON (see `lines`) to standard output. What it has written it cannot read: what was collected is
    read as `jsonl:///FILE`."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[int, bytes]] = {}

    name = "standard output"

    def look(self) -> None:
        self.check()

    def sync_fully(self) -> None:
        """Who reads the output decides."""

    def hurry(self, seconds: float | None) -> None:
        """Who reads the output decides."""

    def check(self) -> None:
        try:
            sys.stdout.flush()
        except (AttributeError, OSError, ValueError):
            raise StoreError("there is no standard output") from None

    def append(self, entries: Sequence[Entry]) -> None:
        self._write(b"".join(map(to_line, entries)))
        for entry in entries:
            self._open[entry.lane] = (entry.sequence, entry.hash)

    def state(self, statement: Statement) -> None:
        self._write(to_line(statement))

    def learn(self, key: KeyFacts) -> None:
        self._write(to_line(key))

    def heads(self) -> Mapping[str, tuple[int, bytes]]:
        return self._open

    def known_keys(self) -> Sequence[KeyFacts]:
        return ()

    def close(self) -> None:
        """There is nothing to let go of."""

    def forget(self) -> None:
        self._open = {}

    def _write(self, lines: bytes) -> None:
        # whole lines at once, so that what others print does not stand inside of one
        sys.stdout.flush()
        out = sys.stdout.buffer
        out.write(lines)
        out.flush()

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()

    def lanes(self) -> Sequence[str]:
        self._refuse()

    def see_readable(self) -> None:
        self._refuse()

    def chain(self, lane: str, first: int = 1) -> Iterator[Entry]:
        self._refuse(lane, first)

    def search(self, query: Query) -> Iterator[Stored]:
        self._refuse(query)

    def statements(self, type: str | None = None, lane: str | None = None) -> Iterator[Statement]:  # noqa: A002
        self._refuse(type, lane)

    def remove(self, tombstones: Sequence[Statement]) -> Iterator[int]:
        self._refuse(tombstones)

    def _refuse(self, *_: object) -> NoReturn:
        raise StoreError("standard output cannot be read: read what was collected, as jsonl:///FILE")
