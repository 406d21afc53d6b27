"""A trail as several processes leave it, small enough to be tampered with a thousand times."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from failsoft.audit.entry import Entry
from failsoft.audit.keys import KeyRing
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.lines import to_line
from failsoft.audit.on_lines import LinesStore
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.opening import Store, open_store
from failsoft.audit.statements import Statement

__all__ = ["KEYS", "WRONG_KEYS", "Made", "make", "pour"]

KEYS = KeyRing({"2026-11": bytes(range(32)), "2025-11": bytes(range(1, 33))}, "2026-11")
"""The keys of the trail."""
WRONG_KEYS = KeyRing({"2026-11": bytes(range(2, 34)), "2025-11": bytes(range(3, 35))}, "2026-11")
"""What a forger takes instead: other keys under the same ids."""

_START = 1_790_000_000.0
_KINDS = ("failure.handled", "console.action", "invoice.voided")


@dataclass
class Made:
    """A trail, and what is known of it.

    Attributes:
        path: of the SQLite file it was written into.
        url: of the store it stands in.
        lengths: number of the last record of each lane.
        seals: first and last record of every seal, by lane.
        known: the greatest number that any statement in the store gives of each lane.
        anchors: what the lanes sent out of the store's reach, in order.
        last_anchors: of these the last of each lane.
    """

    path: Path
    url: str
    lengths: dict[str, int] = field(default_factory=dict)
    seals: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)
    anchors: list[Statement] = field(default_factory=list)

    @property
    def last_anchors(self) -> list[Statement]:
        return list({statement.lane: statement for statement in self.anchors}.values())

    @property
    def lanes(self) -> list[str]:
        return list(self.lengths)

    def store(self) -> Store:
        """The store it stands in, opened anew."""
        return open_store(self.url)

    def poured(self, url: str) -> Made:
        """The same in another store, which has to be empty."""
        pour(SqliteStore(self.path), open_store(url))
        return replace(self, url=url)

    def copy(self, path: Path) -> Path:
        """A copy of the file, to be tampered with."""
        path.write_bytes(self.path.read_bytes())
        return path


class _Maker:
    def __init__(self, path: Path, rng: random.Random, keys: KeyRing | None) -> None:
        self.made = Made(path, f"sqlite:///{path}")
        self._rng, self._keys = rng, keys
        self._store = SqliteStore(path)
        self._store.check()
        self._now = _START
        self._lanes: list[Lane] = []

    def run(self, records: int) -> Made:
        for _ in range(3):
            self._open()
        for number in range(records):
            lane = self._rng.choice(self._lanes)
            self._append(lane, self._record(number))
            if lane.unsealed >= 12:
                self._seal(lane)
            elif self._rng.random() < 0.05:
                self._anchor(lane)
            if number == records // 3:
                self._close(self._lanes.pop(0))
            if number == records // 2:
                self._open()
        for lane in self._lanes:
            self._append(lane, self._record(0))
        for lane in self._lanes:
            self._anchor(lane)
        self._store.close()
        # one file, so that it can be copied
        with closing(sqlite3.connect(self.made.path)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        return self.made

    def _record(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = {
            "schema": 2,
            "kind": self._rng.choice(_KINDS),
            "endpoint": f"GET /{number % 7}",
            "trace_id": f"{number:032x}",
            "request": {"method": "GET", "client": "192.0.2.7", "user": f"user-{number % 5}"},
            "error": {
                "id": f"id-{number}",
                "code": f"CODE_{number % 3}",
                "severity": "high",
                "message": f"no {number}",
            },
            "response": {"status": 500 + number % 4},
        }
        return found

    def _open(self) -> None:
        lane = Lane(new_lane_id(self._now), keys=self._keys, encrypt=self._keys is not None)
        self._now += 1
        self._lanes.append(lane)
        self.made.seals[lane.id] = []
        self._append(lane, {"schema": 2, "kind": "trail.opened"})

    def _close(self, lane: Lane) -> None:
        self._append(lane, {"schema": 2, "kind": "trail.closed"})
        self._seal(lane, closing=True)
        self._anchor(lane)

    def _append(self, lane: Lane, record: dict[str, Any]) -> Entry:
        self._now += 0.5
        entry = lane.encode(record | {"at": int(self._now * 1e6)})
        self._store.append([entry])
        self.made.lengths[lane.id] = entry.sequence
        return entry

    def _seal(self, lane: Lane, *, closing: bool = False) -> None:
        heads = dict(self._store.heads())
        first = lane.sequence - lane.unsealed + 1
        self._store.state(lane.seal(int(self._now * 1e6), heads, closing=closing))
        self.made.seals[lane.id].append((first, lane.sequence))
        self.made.known |= {other: number for other, (number, _) in heads.items()} | {lane.id: lane.sequence}

    def _anchor(self, lane: Lane) -> None:
        self.made.anchors.append(lane.heads(int(self._now * 1e6), self._store.heads()))


def make(path: Path, rng: random.Random, *, records: int = 120, keys: KeyRing | None = KEYS) -> Made:
    """Write a trail of four processes, one of which was closed, with seals and anchors."""
    return _Maker(path, rng, keys).run(records)


def pour(source: Store, target: Store) -> None:
    """Have a store hold what another one does, as it stands there."""
    for lane in source.lanes():
        entries = list(source.chain(lane, -(2**63)))
        if isinstance(target, LinesStore):
            # whoever writes into files needs no store for it, and no numbers that go up
            with target.path.open("ab") as file:
                file.writelines(map(to_line, entries))
        elif entries:
            target.append(entries)
    for statement in source.statements():
        target.state(statement)
    target.close()
