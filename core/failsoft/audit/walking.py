"""Walks along one lane, link by link, and says where it is not what it was.

Every record is compared with four things: the one before it (hash), the key (mac), its own words (lane and number stand
in the record, too) and what seals and anchors say of its hash.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from failsoft.audit.entry import GENESIS, Entry, link
from failsoft.audit.fields import closed_fields
from failsoft.audit.findings import Finding, LaneReport
from failsoft.audit.statements import Seal, said
from failsoft.audit.stores import ReadableStore
from failsoft.audit.witnesses import Grave, Judge, Witness, Witnesses

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["Rules", "Walk"]

_LEAST = -(2**63)
_MAC_BYTES = 16
_CLOCK_TOLERANCE = 1_000_000
_MOST_FINDINGS = 20
_BY_THEMSELVES = frozenset({"unsigned", "unknown_key", "unreadable"})
_OPENED, _CLOSED = "trail.opened", "trail.closed"


class _Place(msgspec.Struct):
    """What a record says of itself."""

    lane: str
    sequence: int
    sealed: dict[str, str] | None = None


_place = msgspec.json.Decoder(_Place).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How to verify.

    Attributes:
        keys: check the link of every record; None: only signatures are checked, with public keys.
        allow_unsigned: what was written without keys is no fault.
        fields: see whether sealed fields open, too; needs the keys.
        since: microseconds since the Unix epoch; stretches that were sealed before are taken from their seals.
        tick: is told every thousand records how many more were read.
    """

    keys: KeyRing | None = None
    allow_unsigned: bool = False
    fields: bool = False
    since: int | None = None
    tick: Callable[[int], None] = lambda _: None


@dataclass(slots=True)
class _Suspect:
    """A fault that may go on with the next record."""

    kind: str
    first: int
    last: int
    shift: int
    since: int
    until: int
    words: str


@dataclass(slots=True)
class _Seals:
    """The seals of a lane in order, one ahead."""

    source: Iterator[tuple[Seal, str, bool]]
    ahead: tuple[Seal, str, bool] | None = field(init=False)

    def __post_init__(self) -> None:
        self.step()

    def step(self) -> None:
        self.ahead = next(self.source, None)


class Walk:
    """One walk along one lane.

    Parameters:
        note: how far the store itself says that the lane has come, 0 if it does not. No evidence, and a hint.
        find: is told what is found.
    """

    def __init__(
        self, lane: str, store: ReadableStore, witnesses: Witnesses, judge: Judge, rules: Rules,
        find: Callable[[Finding], None], *, note: int = 0,
    ) -> None:  # fmt: skip
        self.report = LaneReport(lane, mac=None if rules.keys is None else 0)
        self._lane, self._store, self._witnesses, self._judge, self._rules = lane, store, witnesses, judge, rules
        self._tell, self._told, self._note = find, 0, note
        self._seals = _Seals(self._read_seals())
        self._graves: list[Grave] = []
        self._stated = self._merged()
        self._suspect: _Suspect | None = None
        self._first_fault: int | None = None
        self._checked = 0
        self._deviates: Finding | None = None
        self._last_fault = 0
        self._begin = 1
        self._keyed = False
        self._back, self._back_at, self._back_by = 0, (0, 0), 0

    def run(self) -> LaneReport:
        """Walk to the end."""
        self._graves = sorted(filter(self._corroborated, self._witnesses.graves.get(self._lane, ())), key=_end)
        previous, expected = self._start()
        end = self._along(previous, expected)
        self._suspected()
        self._finish(self._buried(end + 1) or end)
        if self._told > _MOST_FINDINGS:
            words = f"and {self._told - _MOST_FINDINGS} more places in this lane"
            self._tell(Finding(kind="altered", lane=self._lane, words=words))
        return self.report

    # --- along the chain

    def _along(self, previous: bytes | None, expected: int) -> int:
        """Compare every record with the one before it. The number of the last."""
        lane, report, newest, count, tick = self._lane, self.report, 0, 0, self._rules.tick
        fields, keys, checkpoint = self._rules.fields, self._rules.keys, self._checkpoint(expected)
        key_id: str | None = ""
        key: bytes | None = None
        free = keys is None
        for entry in self._read(expected):
            sequence, at = entry.sequence, entry.at
            if sequence != expected:
                previous, expected = self._jumped(entry, expected, previous)
                if sequence != expected:
                    continue
                checkpoint = self._checkpoint(sequence)
            if entry.key_id != key_id:
                # a lane that begins without a key may be allowed; one that goes on without is not
                free = keys is None or (self._rules.allow_unsigned and entry.key_id is None and count == 0)
                key_id, key = entry.key_id, self._mac_key(entry.key_id)
            try:
                digest = entry.hash if previous is None else link(previous, entry)
                place = _place(entry.record)
                good = (
                    digest == entry.hash
                    and (free or (key is not None and entry.mac == hmac.digest(key, digest, "sha256")[:_MAC_BYTES]))
                    and place.sequence == sequence
                    and place.lane == lane
                    and (not fields or not closed_fields(place.sealed, lane, sequence, key_id, keys))
                )
            except Exception:  # noqa: BLE001 - whatever was put there
                good = False
            if good:
                if self._suspect is not None:
                    self._suspected()
            else:
                self._wrong(entry, previous, key)
            if sequence == 1 and entry.kind != _OPENED:
                self._find(
                    Finding(kind="unopened", lane=lane, first=1, since=at, words=f"its first record is {entry.kind!r}")
                )
            if at.__class__ is int:
                if at < newest - _CLOCK_TOLERANCE:
                    self._went_back(sequence, at, newest)
                else:
                    newest = max(newest, at)
                if report.since is None or at < report.since:
                    report.since = at
            previous, expected = entry.hash, sequence + 1
            if sequence >= checkpoint:
                checkpoint = self._compare(entry)
            count += 1
            if count % 1000 == 0:
                tick(1000)
            report.closed = entry.kind == _CLOSED
        report.entries, report.until = count, newest or None
        tick(count % 1000)
        if count:
            report.first, report.last = report.first or self._begin, expected - 1
        return expected - 1

    def _read(self, expected: int) -> Iterator[Entry]:
        """The entries, from what should be the first on; where the store cannot read one, that is a finding."""
        start = _LEAST if expected == 1 else expected
        last = expected - 1
        try:
            for entry in self._store.chain(self._lane, start):
                last = entry.sequence
                yield entry
        except Exception as error:
            # what drivers say of a text that is none
            if not isinstance(error, UnicodeError) and "utf-8" not in str(error).lower():
                raise
            words = f"the store cannot read a record after {last}: {' '.join(str(error).split())[:200]}"
            self._find(Finding(kind="unreadable", lane=self._lane, first=last + 1, words=words))

    def _jumped(self, entry: Entry, expected: int, previous: bytes | None) -> tuple[bytes | None, int]:
        """A number that is not the next one: what the link is then made from, and which number is taken to be next."""
        sequence, lane = entry.sequence, self._lane
        self._suspected()
        if sequence.__class__ is not int or sequence < expected:
            words = f"a record with the number {sequence!r}, where {expected} comes next"
            place = sequence if sequence.__class__ is int else expected
            self._find(Finding(kind="inserted", lane=lane, first=place, since=entry.at, words=words), at=expected)
            return previous, expected
        if self.report.first is None:
            self.report.first = sequence if expected == self._begin else self._begin
        buried = self._buried(expected)
        if buried is not None and sequence <= buried:
            words = f"it was removed, says {self._graves[-1].name}, and is there"
            self._find(Finding(kind="inserted", lane=lane, first=sequence, since=entry.at, words=words))
            return None, sequence
        if buried is not None:
            previous = bytes.fromhex(next(g for g in self._graves if g.said.last == buried).said.hash)
            if sequence == buried + 1:
                return previous, sequence
            expected = buried + 1
        self._find(Finding(kind="missing", lane=lane, first=expected, last=sequence - 1, until=entry.at))
        return None, sequence

    def _wrong(self, entry: Entry, previous: bytes | None, key: bytes | None) -> None:
        """Say what is wrong with a record, together with what was wrong with the one before it."""
        kind, words, shift = self._judged(entry, previous, key)
        at, sequence, suspect = entry.at, entry.sequence, self._suspect
        if suspect is not None and (suspect.kind == kind or not {suspect.kind, kind} & _BY_THEMSELVES):
            if suspect.first == suspect.last:
                _refine(suspect, shift)
            suspect.last, suspect.until = sequence, at
            return
        self._suspected()
        self._suspect = _Suspect(kind, sequence, sequence, shift, at, at, words)
        if self._first_fault is None:
            self._first_fault = sequence

    def _judged(self, entry: Entry, previous: bytes | None, key: bytes | None) -> tuple[str, str, int]:
        keyed = self._rules.keys is not None
        try:
            place: _Place | None = _place(entry.record)
            linked = previous is None or link(previous, entry) == entry.hash
        except Exception:  # noqa: BLE001 - whatever was put there
            return "altered", "", 0
        if place is None or place.lane != self._lane:
            return (
                "reordered",
                f"it says of itself that it is record {place and place.sequence} of lane {place and place.lane}",
                0,
            )
        if place.sequence != entry.sequence:
            return "reordered", f"it says of itself that it is record {place.sequence}", place.sequence - entry.sequence
        if linked and keyed and entry.key_id is None:
            return "unsigned", "", 0
        if linked and keyed and key is None:
            return "unknown_key", f"written with the key {entry.key_id!r}, which is not at hand", 0
        if linked and keyed and key is not None and entry.mac != hmac.digest(key, entry.hash, "sha256")[:_MAC_BYTES]:
            return "forged", "the link was made without the key", 0
        if linked:
            return "unreadable", "sealed fields do not open", 0
        return "altered", "", 0

    def _mac_key(self, key_id: str | None) -> bytes | None:
        keys = self._rules.keys
        if key_id is None or keys is None or key_id not in keys:
            return None
        self._keyed = True
        return keys.mac_key(key_id, self._lane)

    def _went_back(self, sequence: int, at: int, newest: int) -> None:
        self._back += 1
        if newest - at > self._back_by:
            self._back_by, self._back_at = newest - at, (sequence, at)

    # --- what others say

    def _read_seals(self) -> Iterator[tuple[Seal, str, bool]]:
        for statement in self._store.statements("seal", self._lane):
            if ("seal", self._lane, statement.number) in self._witnesses.refused:
                continue
            try:
                what = said(statement)
            except (ValueError, TypeError):
                continue
            if isinstance(what, Seal):
                yield what, statement.digest, self._judge.knows(statement.key_id)

    def _merged(self) -> list[tuple[int, Witness, bool]]:
        """Who else says which hash a record of this lane had, the last number first; and whether from out of the store."""
        stated = [(n, w, False) for n, w in self._witnesses.seals.get(self._lane, {}).items()]
        stated += [(n, w, True) for n, w in self._witnesses.anchors.get(self._lane, {}).items()]
        return sorted(stated, key=lambda one: one[0], reverse=True)

    def _start(self) -> tuple[bytes | None, int]:
        """The hash that the walk begins after, and the number that it begins with."""
        previous, expected, since = GENESIS, 1, self._rules.since
        while since is not None and self._seals.ahead is not None and self._seals.ahead[0].until < since:
            what, _, signed = self._seals.ahead
            previous, expected = bytes.fromhex(what.hash), what.last + 1
            if signed:
                self.report.seal = what.last
            self._seals.step()
        self._begin = expected
        return previous, expected

    def _checkpoint(self, sequence: int) -> int:
        """The next number that somebody speaks of, at or after this one; those before it are left behind."""
        while self._stated and self._stated[-1][0] < sequence:
            self._stated.pop()
        while self._seals.ahead is not None and self._seals.ahead[0].last < sequence:
            self._seals.step()
        ahead = [self._stated[-1][0]] if self._stated else []
        ahead += [self._seals.ahead[0].last] if self._seals.ahead is not None else []
        return min(ahead, default=2**63)

    def _compare(self, entry: Entry) -> int:
        """Compare the hash of a record with what is said of it. The next number that somebody speaks of."""
        sequence, sealed = entry.sequence, self._seals.ahead
        said_so: list[tuple[bytes, str, bool, bool]] = []
        if sealed is not None and sealed[0].last == sequence:
            said_so.append((_unhexed(sealed[0].hash), f"seal {sealed[0].number}", sealed[2], False))
        while self._stated and self._stated[-1][0] == sequence:
            _, witness, anchor = self._stated.pop()
            said_so.append((witness.hash, witness.who, witness.signed, anchor))
        wrong = [who for digest, who, _, _ in said_so if digest != entry.hash]
        if wrong:
            self._differs(entry, wrong[0])
        elif self._deviates is not None:
            self._find(self._deviates)
            self._deviates = None
        if not wrong and self._first_fault is None:
            for _, _, signed, anchor in said_so:
                if signed and anchor:
                    self.report.anchor = sequence
                elif signed:
                    self.report.seal = sequence
        self._checked = sequence
        return self._checkpoint(sequence + 1)

    def _differs(self, entry: Entry, who: str) -> None:
        """Between the last agreement and here the records are others than they were."""
        suspect = self._suspect
        if self._deviates is not None:
            self._deviates = replace(self._deviates, last=entry.sequence, until=entry.at)
        elif suspect is None and self._last_fault <= self._checked:
            first = self._checked + 1
            words = f"{who} knows other records: which of them was changed only the key could tell"
            self._deviates = Finding(
                kind="altered", lane=self._lane, first=first, last=entry.sequence, until=entry.at, words=words
            )
            self._first_fault = min(self._first_fault or first, first)

    # --- what was removed in order

    def _corroborated(self, grave: Grave) -> bool:
        """Whether the seals that are in the store are those that a tombstone names."""
        what, digests, end = grave.said, [], 0
        for seal, digest, _ in self._read_seals():
            if what.first <= seal.first and seal.last <= what.last:
                digests.append(digest)
                end = seal.last if seal.hash == what.hash else 0
        if tuple(digests) == what.seals and end == what.last:
            return True
        words = f"{grave.name} names other seals than those that are there"
        self._find(
            Finding(
                kind="forged",
                lane=self._lane,
                first=what.first,
                last=what.last,
                statement=grave.name,
                since=what.at,
                words=words,
            )
        )
        return False

    def _buried(self, number: int) -> int | None:
        """The last number of what was removed in order from this one on; None: this one was not."""
        last = None
        for grave in self._graves:
            if grave.said.first <= number <= grave.said.last:
                last, number = grave.said.last, grave.said.last + 1
        return last

    # --- the end

    def _finish(self, end: int) -> None:
        report, lane = self.report, self._lane
        if self._deviates is not None:
            self._find(self._deviates)
        for grave in self._graves:
            report.purged.append((grave.said.first, grave.said.last))
            words = f"removed ({grave.said.reason})" if grave.said.reason else ""
            self._tell(
                Finding(
                    kind="purged",
                    lane=lane,
                    first=grave.said.first,
                    last=grave.said.last,
                    statement=grave.name,
                    since=grave.said.at,
                    words=words,
                )
            )
        beyond = self._beyond(end)
        if beyond is not None:
            number, who, at = beyond
            whole = end == 0
            words = f"{who} knows record {number}" + ("; nothing of the lane is there" if whole else "")
            kind = "vanished" if whole else "truncated"
            self._find(Finding(kind=kind, lane=lane, first=end + 1, last=number, until=at, words=words))
        report.chain = end if self._first_fault is None else max(self._first_fault - 1, 0)
        if report.mac is not None:
            report.mac = report.chain if self._keyed else None
        if end and not report.closed and report.entries:
            self._tell(Finding(kind="unclosed", lane=lane, first=end, since=report.until))
        if self._back:
            words = f"{self._back} times, by up to {self._back_by / 1e6:.3f} s"
            self._tell(Finding(kind="clock", lane=lane, first=self._back_at[0], since=self._back_at[1], words=words))
        if report.mac is None and report.entries and report.chain > max(report.seal, report.anchor or 0):
            first = max(report.seal, report.anchor or 0) + 1
            self._tell(Finding(kind="unproven", lane=lane, first=first, last=report.chain))

    def _beyond(self, end: int) -> tuple[int, str, int | None] | None:
        """The greatest number that somebody knows of and that is not there, who, and when."""
        found: list[tuple[int, str, int | None]] = [(n, w.who, w.at) for n, w, _ in self._stated[:1]]
        while self._seals.ahead is not None:
            seal = self._seals.ahead[0]
            found.append((seal.last, f"seal {seal.number}", seal.at))
            found = [max(found, key=lambda one: one[0])]
            self._seals.step()
        if self._note > end:
            found.append((self._note, "the store's own note", None))
        last = max(found, key=lambda one: one[0], default=None)
        return last if last is not None and last[0] > end else None

    # --- telling

    def _suspected(self) -> None:
        """The fault goes no further."""
        suspect, self._suspect = self._suspect, None
        if suspect is not None:
            first, last = suspect.first, suspect.last
            if suspect.kind == "missing":
                last = first + suspect.shift - 1
            self._find(
                Finding(
                    kind=suspect.kind, lane=self._lane, first=first, last=last, since=suspect.since,
                    until=suspect.until, words=suspect.words,
                )
            )  # fmt: skip

    def _find(self, finding: Finding, *, at: int | None = None) -> None:
        place = at if at is not None else finding.first
        if place is not None:
            self._first_fault = place if self._first_fault is None else min(self._first_fault, place)
        self._last_fault = max(self._last_fault, finding.last or finding.first or 0)
        if finding.kind not in self.report.faults:
            self.report.faults.append(finding.kind)
        self._told += 1
        if self._told <= _MOST_FINDINGS:
            self._tell(finding)


def _refine(suspect: _Suspect, shift: int) -> None:
    """What the second of two wrong records tells of the first."""
    if suspect.shift > 0 and shift == suspect.shift:
        suspect.kind, suspect.words = "missing", "and the records after it have other numbers than they say themselves"
    elif suspect.shift <= 0 and shift == -1:
        suspect.kind, suspect.words = "inserted", "and the records after it have other numbers than they say themselves"


def _end(grave: Grave) -> Any:
    return grave.said.last


def _unhexed(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""
