"""Which sealed stretches are due for removal, and their removal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from failsoft.audit.lane import Lane
from failsoft.audit.retention import Hold, held
from failsoft.audit.statements import Seal, Statement, Tombstone, said
from failsoft.audit.stores import ReadableStore

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["Stretch", "abandoned", "stretches"]

_MOST = 50_000


@dataclass(slots=True)
class Stretch:
    """Seals of one lane, one after the other, whose records are all older than they need be.

    Attributes:
        first, last: numbers of the records.
        since, until: their least and greatest time, microseconds since the Unix epoch.
        hold: what keeps them nevertheless.
    """

    lane: str
    first: int
    last: int
    since: int
    until: int
    hold: Hold | None = None
    seals: list[Statement] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many records."""
        return self.last - self.first + 1

    def takes(self, what: Seal, hold: Hold | None, most: int) -> bool:
        """Whether what another seal covers may follow on it."""
        return hold == self.hold and what.first == self.last + 1 and what.last - self.first < most


def stretches(store: ReadableStore, before: int, holds: Sequence[Hold], *, most: int = _MOST) -> Iterator[Stretch]:
    """What is due: whole seals all of whose records are from before a time, and that were not removed already.

    Parameters:
        before: microseconds since the Unix epoch.
        most: records of a stretch, unless a single seal has more: one is removed at a time, and others write meanwhile.
    """
    graves = _graves(store)
    for lane in store.lanes():
        open_: Stretch | None = None
        for statement in store.statements("seal", lane):
            what = said(statement)
            if not isinstance(what, Seal):
                continue
            due = what.until < before and not _within(what, graves.get(lane, ()))
            hold = held(holds, what.since, what.until)
            if open_ is not None and not (due and open_.takes(what, hold, most)):
                yield open_
                open_ = None
            if not due:
                continue
            if open_ is None:
                open_ = Stretch(lane, what.first, what.last, what.since, what.until, hold)
            open_.last, open_.since, open_.until = what.last, min(open_.since, what.since), max(open_.until, what.until)
            open_.seals.append(statement)
        if open_ is not None:
            yield open_


def abandoned(store: ReadableStore, before: int, keys: KeyRing | None, now: int) -> Iterator[Statement]:
    """Seals for what is after the last seal of lanes that were never closed, and where nothing came since a time.

    The process crashed: nobody else will ever seal it, and what is not sealed cannot be removed.

    Parameters:
        before, now: microseconds since the Unix epoch.
    """
    graves = _graves(store)
    for lane in store.lanes():
        last: Statement | None = None
        for last in store.statements("seal", lane):  # noqa: B007 - the last one is wanted
            pass
        what = None if last is None else said(last)
        if isinstance(what, Seal) and what.closing:
            continue
        end = what.last if isinstance(what, Seal) else 0
        if any(first <= end + 1 <= until for first, until in graves.get(lane, ())):
            continue
        tail = [(entry.sequence, entry.at, entry.hash) for entry in store.chain(lane, end + 1)]
        if tail and tail[0][0] == end + 1 and max(at for _, at, _ in tail) < before:
            times = [at for _, at, _ in tail]
            resumed = Lane.resumed(lane, keys, last, tail[-1][0], tail[-1][2], min(times), max(times))
            yield resumed.seal(now, {}, closing=True)


def _graves(store: ReadableStore) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for statement in store.statements("tombstone"):
        what = said(statement)
        if isinstance(what, Tombstone):
            found.setdefault(what.of, []).append((what.first, what.last))
    return found


def _within(what: Seal, graves: Sequence[tuple[int, int]]) -> bool:
    return any(first <= what.first and what.last <= last for first, last in graves)
