"""Compares two stores of one trail, and has each learn what only the other one has.

Nothing is ever overwritten: where both have a record under one number and it is not the same, that is said, and left.
What one of them has removed in order does not come back: it is removed from the other, too, by the same tombstone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from failsoft.audit.chains import first_of, stretch_of
from failsoft.audit.entry import GENESIS, Entry, link
from failsoft.audit.findings import Finding
from failsoft.audit.statements import Seal, Statement, Tombstone, said
from failsoft.audit.stores import AuditStore, ReadableStore, UnstorableError
from failsoft.audit.witnesses import Judge

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["BothWays", "Reconciled", "bury", "reconcile"]

_BATCH, _MOST_NAMED = 256, 100


class BothWays(AuditStore, ReadableStore, Protocol):
    """A store that is written and read."""


@dataclass(slots=True)
class Reconciled:
    """What two stores had of each other.

    Attributes:
        same: records that both have.
        copied: records and statements that were copied, by the name of the store that got them.
        purged: records that one store had removed in order, and that were removed from the other, too.
        refused: records that one store refuses for good: only the other one has them.
        differences: what differs, or cannot be copied, one sentence each; of many the first.
        count: how many differences there are.
    """

    same: int = 0
    copied: dict[str, int] = field(default_factory=lambda: {"primary": 0, "backup": 0})
    purged: int = 0
    refused: int = 0
    differences: list[str] = field(default_factory=list)
    count: int = 0

    def differs(self, words: str) -> None:
        """Note a difference."""
        self.count += 1
        if len(self.differences) < _MOST_NAMED:
            self.differences.append(words)


@dataclass(slots=True)
class _Side:
    """One of the stores: its name, its tombstones, what they remove by lane, and what it is to be given."""

    name: str
    store: BothWays
    stones: dict[tuple[str, int], Statement] = field(default_factory=dict)
    graves: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    waiting: list[Entry] = field(default_factory=list)

    def learn(self, stone: Statement) -> None:
        what = said(stone)
        if isinstance(what, Tombstone):
            self.stones[stone.lane, stone.number] = stone
            self.graves.setdefault(what.of, []).append((what.first, what.last))

    def buried(self, lane: str, sequence: int) -> bool:
        return any(first <= sequence <= last for first, last in self.graves.get(lane, ()))


class _Reconciling:
    """Two stores, and what was found so far."""

    def __init__(self, primary: BothWays, backup: BothWays, keys: KeyRing | None, *, dry_run: bool) -> None:
        self.found = Reconciled()
        self.keys, self.dry_run = keys, dry_run
        self.sides = _Side("primary", primary), _Side("backup", backup)
        self._wrong: list[Finding] = []
        self._judge = Judge(keys, allow_unsigned=keys is None, find=self._wrong.append)
        for side in self.sides:
            for statement in side.store.statements("tombstone"):
                side.learn(statement)

    def statements(self, lane: str) -> None:
        """Compare the statements of a lane, which are few; tombstones apart."""
        known = [{(s.type, s.number): s for s in side.store.statements(lane=lane)} for side in self.sides]
        for index, side in enumerate(self.sides):
            for key, statement in known[1 - index].items():
                name = f"{key[0]} {key[1]} of lane {lane}"
                if key in known[index]:
                    if index == 0 and known[0][key] != statement:
                        self.found.differs(f"{name}: not the same in both stores; nothing was changed")
                elif key[0] != "tombstone" and self._heard(statement, name, side):
                    if not self.dry_run:
                        side.store.state(statement)
                    self.found.copied[side.name] += 1

    def tombstones(self, own: str = "") -> set[str]:
        """Have each store remove what the other one has removed. The lanes of these tombstones.

        Parameters:
            own: lane whose tombstones are believed without keys, too.
        """
        lanes = set()
        for side, other in (self.sides, self.sides[::-1]):
            for key, stone in list(other.stones.items()):
                name = f"tombstone {stone.number} of lane {stone.lane}"
                if key in side.stones:
                    continue
                if self.keys is None and stone.lane != own:
                    self.found.differs(f"{name}: not in the {side.name}, which keeps what it removed: no key signed it")
                elif self._heard(stone, name, side):
                    self._bury(stone, name, side)
                    lanes.add(stone.lane)
        return lanes

    def _bury(self, stone: Statement, name: str, side: _Side) -> None:
        what = said(stone)
        if not isinstance(what, Tombstone):
            return
        if not self.dry_run and not _borne_out(what, side.store):
            self.found.differs(f"{name}: not in the {side.name}, which has other seals or records than it names")
            return
        if self.dry_run:
            self.found.purged += sum(1 for _ in stretch_of(side.store, what.of, what.first, what.last))
        else:
            self.found.purged += sum(side.store.remove([stone]))
        side.learn(stone)

    def _heard(self, statement: Statement, name: str, side: _Side) -> bool:
        if self._judge.hear(statement, name)[0] is not None:
            return True
        self.found.differs(f"{name}: not in the {side.name}, and not copied: {self._wrong[-1].kind}")
        return False

    def end(self) -> Reconciled:
        """Let go of the stores."""
        for side in self.sides:
            side.store.close()
        return self.found


def reconcile(
    primary: BothWays, backup: BothWays, *, keys: KeyRing | None, dry_run: bool = False,
    lanes: Collection[str] | None = None, tick: Callable[[int], None] = lambda _: None,
) -> Reconciled:  # fmt: skip
    """Compare two stores lane by lane, and copy what is missing, whose links hold, both ways.

    Parameters:
        keys: with them only records are copied whose link was made with the key, and statements that it has signed.
            Without them nothing is removed.
        dry_run: say what would be done, and do nothing.
        lanes: compare the records of these only; None: of all.
        tick: is told how many more records were compared.
    """
    with primary.reading(), backup.reading():
        work = _Reconciling(primary, backup, keys, dry_run=dry_run)
        every = sorted({*primary.lanes(), *backup.lanes()})
        for lane in every:
            work.statements(lane)
        work.tombstones()
        for lane in every:
            if lanes is None or lane in lanes:
                _lane(lane, work.sides, keys, work.found, dry_run, tick)
        return work.end()


def bury(primary: BothWays, backup: BothWays, *, keys: KeyRing | None, own: str) -> Reconciled:
    """Have each store remove what the other one has removed, and learn of who did it; of the records no more.

    Parameters:
        own: lane whose tombstones are believed without keys, too: who calls has made them.
    """
    with primary.reading(), backup.reading():
        work = _Reconciling(primary, backup, keys, dry_run=False)
        for lane in sorted({*primary.lanes(), *backup.lanes()}):
            work.statements(lane)
        for lane in sorted(work.tombstones(own)):
            _lane(lane, work.sides, keys, work.found, False, lambda _: None)
        return work.end()


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
        return  # what was to be said of it was said of the tombstone
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
    waiting, side.waiting = side.waiting, []
    found.copied[side.name] += len(waiting)
    if waiting and not dry_run:
        try:
            side.store.append(waiting)
        except UnstorableError:
            found.copied[side.name] -= len(waiting)
            _give_apart(side, waiting, found)


def _give_apart(side: _Side, entries: Sequence[Entry], found: Reconciled) -> None:
    for entry in entries:
        try:
            side.store.append([entry])
            found.copied[side.name] += 1
        except UnstorableError:
            found.refused += 1


def _borne_out(what: Tombstone, store: ReadableStore) -> bool:
    """Whether a store has the seals that a tombstone names, and no other record at the end of it."""
    within = [
        one.digest
        for one in store.statements("seal", what.of)
        if isinstance(seal := said(one), Seal) and what.first <= seal.first and seal.last <= what.last
    ]
    last = first_of(stretch_of(store, what.of, what.last, what.last))
    return tuple(within) == what.seals and (last is None or last.hash.hex() == what.hash)
