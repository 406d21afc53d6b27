"""Compares two stores of one trail, and has each learn what only the other one has.

Nothing is ever overwritten: where both have a record under one number and it is not the same, that is said, and left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from failsoft.audit.entry import GENESIS, Entry, link
from failsoft.audit.findings import Finding
from failsoft.audit.statements import Statement, Tombstone, said
from failsoft.audit.stores import AuditStore, ReadableStore
from failsoft.audit.witnesses import Judge

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["BothWays", "Reconciled", "reconcile"]

_BATCH, _MOST_NAMED = 256, 100


class BothWays(AuditStore, ReadableStore, Protocol):
    """A store that is written and read."""


@dataclass(slots=True)
class Reconciled:
    """What two stores had of each other.

    Attributes:
        same: records that both have.
        copied: records and statements that were copied, by the name of the store that got them.
        purged: records that one store has, and the other has removed in order: left as they are.
        differences: what differs, or cannot be copied, one sentence each; of many the first.
        count: how many differences there are.
    """

    same: int = 0
    copied: dict[str, int] = field(default_factory=dict)
    purged: int = 0
    differences: list[str] = field(default_factory=list)
    count: int = 0

    def differs(self, words: str) -> None:
        """Note a difference."""
        self.count += 1
        if len(self.differences) < _MOST_NAMED:
            self.differences.append(words)


@dataclass(slots=True)
class _Side:
    """One of the stores: its name, its tombstones by lane, and what it is to be given."""

    name: str
    store: BothWays
    graves: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    waiting: list[Entry] = field(default_factory=list)

    def buried(self, lane: str, sequence: int) -> bool:
        return any(first <= sequence <= last for first, last in self.graves.get(lane, ()))


def reconcile(
    primary: BothWays, backup: BothWays, *, keys: KeyRing | None, dry_run: bool = False,
    tick: Callable[[int], None] = lambda _: None,
) -> Reconciled:  # fmt: skip
    """Compare two stores lane by lane, and copy what is missing, whose links hold, both ways.

    Parameters:
        keys: with them only records are copied whose link was made with the key, and statements that it has signed.
        dry_run: say what would be copied, and copy nothing.
        tick: is told how many more records were compared.
    """
    found = Reconciled(copied={"primary": 0, "backup": 0})
    sides = _Side("primary", primary), _Side("backup", backup)
    for side in sides:
        for statement in side.store.statements("tombstone"):
            what = said(statement)
            if isinstance(what, Tombstone):
                side.graves.setdefault(what.of, []).append((what.first, what.last))
    for lane in sorted({*primary.lanes(), *backup.lanes()}):
        _lane(lane, sides, keys, found, dry_run, tick)
        _statements(lane, sides, keys, found, dry_run)
    for side in sides:
        side.store.close()
    return found


def _lane(
    lane: str, sides: tuple[_Side, _Side], keys: KeyRing | None, found: Reconciled, dry_run: bool,
    tick: Callable[[int], None],
) -> None:  # fmt: skip
    """Walk along a lane in both stores at once."""
    chains = [side.store.chain(lane, 1) for side in sides]
    ahead = [next(chain, None) for chain in chains]
    previous: list[tuple[int, bytes] | None] = [(0, GENESIS), (0, GENESIS)]
    while ahead[0] is not None or ahead[1] is not None:
        sequence = min(entry.sequence for entry in ahead if entry is not None)
        there = [entry if entry is not None and entry.sequence == sequence else None for entry in ahead]
        one, other = there
        if one is not None and other is not None:
            if one == other:
                found.same += 1
            else:
                found.differs(f"lane {lane}, record {sequence}: not the same in both stores; nothing was changed")
        else:
            index = 0 if one is not None else 1
            _alone(there[index], previous[index], sides[1 - index], keys, found)  # type: ignore[arg-type]  # one is
        for index, entry in enumerate(there):
            if entry is not None:
                previous[index] = (sequence, entry.hash)
                ahead[index] = next(chains[index], None)
        for side in sides:
            if len(side.waiting) >= _BATCH:
                _give(side, found, dry_run)
        tick(1)
    for side in sides:
        _give(side, found, dry_run)


def _alone(
    entry: Entry, previous: tuple[int, bytes] | None, lacking: _Side, keys: KeyRing | None, found: Reconciled
) -> None:
    """A record that only one store has."""
    where = f"lane {entry.lane}, record {entry.sequence}"
    if lacking.buried(entry.lane, entry.sequence):
        found.purged += 1
        return
    why = _unsound(entry, previous, keys)
    if why:
        found.differs(f"{where}: not in the {lacking.name}, and not copied: {why}")
        return
    lacking.waiting.append(entry)


def _unsound(entry: Entry, previous: tuple[int, bytes] | None, keys: KeyRing | None) -> str:
    """Why a record is not to be copied; "" if nothing speaks against it."""
    try:
        if previous is not None and previous[0] == entry.sequence - 1 and link(previous[1], entry) != entry.hash:
            return "its link does not hold"
        if keys is None:
            return ""
        if entry.key_id is None or entry.key_id not in keys:
            return f"the key {entry.key_id!r} is not at hand"
        mac = keys.mac(entry.key_id, entry.lane, entry.hash)
    except Exception as error:  # noqa: BLE001 - whatever was put there
        return type(error).__name__
    return "" if entry.mac == mac else "its link was made without the key"


def _give(side: _Side, found: Reconciled, dry_run: bool) -> None:
    if side.waiting and not dry_run:
        side.store.append(side.waiting)
    found.copied[side.name] += len(side.waiting)
    side.waiting = []


def _statements(lane: str, sides: tuple[_Side, _Side], keys: KeyRing | None, found: Reconciled, dry_run: bool) -> None:
    """Compare the statements of a lane, which are few."""
    wrong: list[Finding] = []
    judge = Judge(keys, allow_unsigned=keys is None, find=wrong.append)
    known = [{(s.type, s.number): s for s in side.store.statements(lane=lane)} for side in sides]
    for index, side in enumerate(sides):
        for key, statement in known[1 - index].items():
            name = f"{key[0]} {key[1]} of lane {lane}"
            if key not in known[index]:
                if key[0] == "tombstone":
                    found.differs(f"{name}: not in the {side.name}: what it removed is there still")
                elif judge.hear(statement, name)[0] is None:
                    found.differs(f"{name}: not in the {side.name}, and not copied: {wrong[-1].kind}")
                else:
                    _state(side, statement, found, dry_run)
            elif index == 0 and known[0][key] != statement:
                found.differs(f"{name}: not the same in both stores; nothing was changed")


def _state(side: _Side, statement: Statement, found: Reconciled, dry_run: bool) -> None:
    if not dry_run:
        side.store.state(statement)
    found.copied[side.name] += 1
