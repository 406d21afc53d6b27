"""Walks along one lane, link by link, and says where it is not what it was.

Every record is compared with four things: the one before it (hash), the key (mac), its own words (lane and number stand
in the record, too) and what seals and anchors say of its hash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest
from typing import Any

import msgspec

from failsoft.audit.checkpoints import Checkpoints
from failsoft.audit.entry import Entry, link
from failsoft.audit.fields import opener
from failsoft.audit.findings import Finding, LaneReport
from failsoft.audit.rules import Rules
from failsoft.audit.stores import ReadableStore

__all__ = ["Walk"]

_LEAST = -(2**63)
_CLOCK_TOLERANCE = 1_000_000
_MOST_FINDINGS = 20
_TICK = 1000
_BY_THEMSELVES = frozenset({"unsigned", "unknown_key", "unreadable"})
_OPENED, _CLOSED = "trail.opened", "trail.closed"
_RENUMBERED = "and the records after it have other numbers than they say themselves"


class _Place(msgspec.Struct):
    """What a record says of itself."""

    lane: str
    sequence: int


class _Sealed(_Place):
    """The same, with what is sealed."""

    sealed: dict[str, bytes] = {}


_place = msgspec.json.Decoder(_Place).decode
_sealed = msgspec.json.Decoder(_Sealed).decode


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

    def refine(self, shift: int) -> None:
        """What the second of two wrong records tells of the first: by how much their numbers are not their own."""
        if self.shift > 0 and shift == self.shift:
            self.kind, self.words = "missing", _RENUMBERED
        elif self.shift <= 0 and shift == -1:
            self.kind, self.words = "inserted", _RENUMBERED


class Walk:
    """One walk along one lane.

    Parameters:
        note: how far the store itself says that the lane has come, 0 if it does not. No evidence, and a hint.
        find: is told what is found.
    """

    def __init__(
        self, lane: str, store: ReadableStore, checkpoints: Checkpoints, rules: Rules,
        find: Callable[[Finding], None], *, note: int = 0,
    ) -> None:  # fmt: skip
        self.report = LaneReport(lane, mac=None if rules.keys is None else 0)
        self._lane, self._store, self._checkpoints, self._rules = lane, store, checkpoints, rules
        self._tell, self._told, self._note = find, 0, note
        self._suspect: _Suspect | None = None
        self._begin = 1
        self._keyed = False
        self._first_fault: int | None = None
        self._last_fault = 0
        self._checked = 0
        self._deviates: Finding | None = None
        self._back, self._back_at, self._back_by = 0, (0, 0), 0
        self._refused: list[tuple[int, str]] = []

    def run(self) -> LaneReport:
        """Walk to the end."""
        previous, self._begin, self.report.seal = self._checkpoints.skip(self._rules.since)
        self._checked = self._begin - 1
        end = self._along(previous)
        self._suspected()
        grave = self._checkpoints.buried(end + 1)
        self._finish(end if grave is None else grave.said.last)
        if self._told > _MOST_FINDINGS:
            words = f"and {self._told - _MOST_FINDINGS} more places in this lane"
            self._tell(Finding(kind="altered", lane=self._lane, words=words))
        return self.report

    # --- along the chain

    def _along(self, previous: bytes | None) -> int:  # noqa: C901, PLR0912 - calls in here would cost half the speed
        """Compare every record with the one before it. The number of the last."""
        lane, report, expected, newest, count = self._lane, self.report, self._begin, 0, 0
        keys, checkpoint = self._rules.keys, self._checkpoints.ahead(self._begin)
        opens: Callable[[Mapping[str, bytes], int], bool] | None = None
        own = key_id = ""  # type: str | None
        key: Callable[[bytes], bytes] | None = None
        free, strange = keys is None, False
        for entry in self._read(expected):
            sequence, at = entry.sequence, entry.at
            if sequence != expected:
                previous, expected = self._jumped(entry, expected, previous)
                if sequence != expected:
                    continue
                checkpoint = self._checkpoints.ahead(sequence)
            if entry.key_id != key_id:
                own = entry.key_id if count == 0 else own
                # a process has one key as long as it lives: who goes on under another one has that one only
                key_id, strange = entry.key_id, entry.key_id != own
                # a lane that begins without a key may be allowed; one that goes on without is not
                free = keys is None or (self._rules.allow_unsigned and entry.key_id is None and count == 0)
                key, opens = self._macs(entry.key_id), self._opener(entry.key_id)
            try:
                digest = entry.hash if previous is None else link(previous, entry)
                place = _place(entry.record) if opens is None else _sealed(entry.record)
                good = (
                    digest == entry.hash
                    and not strange
                    and (free or (key is not None and compare_digest(entry.mac or b"", key(digest))))
                    and place.sequence == sequence
                    and place.lane == lane
                    and (opens is None or opens(place.sealed, sequence))  # type: ignore[attr-defined]  # then it is
                )
            except Exception:  # noqa: BLE001 - whatever was put there
                good = False
            if not good:
                self._wrong(entry, previous, key, strange=strange)
            elif self._suspect is not None:
                self._suspected()
            if at.__class__ is int:
                if at >= newest:
                    newest = at
                elif at < newest - _CLOCK_TOLERANCE:
                    self._went_back(sequence, at, newest)
                if report.since is None or at < report.since:
                    report.since = at
            if count == 0:
                self._first(entry, expected)
            previous, expected = entry.hash, sequence + 1
            if sequence >= checkpoint:
                checkpoint = self._compare(sequence, at, entry.hash)
            count += 1
            if count % _TICK == 0:
                self._rules.tick(_TICK)
            report.closed = entry.kind == _CLOSED
        self._rules.tick(count % _TICK)
        report.entries, report.until, report.last = count, newest or None, expected - 1 if count else None
        return expected - 1

    def _first(self, entry: Entry, expected: int) -> None:
        self.report.first = expected
        if expected == 1 and entry.kind != _OPENED:
            words = f"its first record is {entry.kind!r}"
            self._find(Finding(kind="unopened", lane=self._lane, first=1, since=entry.at, words=words))

    def _read(self, expected: int) -> Iterator[Entry]:
        """The entries, from what should be the first on; where the store cannot read one, that is a finding."""
        last = expected - 1
        try:
            for entry in self._store.chain(self._lane, _LEAST if expected == 1 else expected):
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
        grave = self._checkpoints.buried(expected)
        if grave is not None and sequence <= grave.said.last:
            words = f"it was removed, says {grave.name}, and is there"
            self._find(Finding(kind="inserted", lane=lane, first=sequence, since=entry.at, words=words))
            return None, sequence
        if grave is not None:
            expected, previous = grave.said.last + 1, bytes.fromhex(grave.said.hash)
        if sequence != expected:
            previous = self._gap(expected, sequence - 1, previous, entry.at)
        return previous, sequence

    def _gap(self, first: int, last: int, previous: bytes | None, until: int) -> bytes | None:
        """Records that are not there: refused by the store, or gone. The hash of the last, if it is known."""
        refusals = self._rules.refused().get(self._lane, {})
        for number in sorted(one for one in refusals if first <= one <= last):
            refusal = refusals[number]
            if number > first:
                self._find(Finding(kind="missing", lane=self._lane, first=first, last=number - 1, until=until))
            elif previous not in (None, refusal.previous) and refusal.previous:
                self._differs(number - 1, until, refusal.who)
            previous, first = refusal.hash, number + 1
            self._refused.append((number, refusal.who))
            if self._checkpoints.ahead(number) == number:
                self._compare(number, until, previous)
        if first > last:
            return previous
        self._find(Finding(kind="missing", lane=self._lane, first=first, last=last, until=until))
        return None

    def _macs(self, key_id: str | None) -> Callable[[bytes], bytes] | None:
        keys = self._rules.keys
        if key_id is None or keys is None or key_id not in keys:
            return None
        self._keyed = True
        return keys.macs(key_id, self._lane)

    def _opener(self, key_id: str | None) -> Callable[[Mapping[str, bytes], int], bool] | None:
        keys = self._rules.keys
        if not self._rules.fields or keys is None or key_id is None or key_id not in keys:
            return None
        return opener(self._lane, key_id, keys)

    def _went_back(self, sequence: int, at: int, newest: int) -> None:
        self._back += 1
        if newest - at > self._back_by:
            self._back_by, self._back_at = newest - at, (sequence, at)

    # --- what is wrong

    def _wrong(
        self, entry: Entry, previous: bytes | None, key: Callable[[bytes], bytes] | None, *, strange: bool
    ) -> None:
        """Say what is wrong with a record, together with what was wrong with the one before it."""
        kind, words, shift = self._judged(entry, previous, key, strange=strange)
        at, sequence, suspect = entry.at, entry.sequence, self._suspect
        if suspect is not None and (suspect.kind == kind or not {suspect.kind, kind} & _BY_THEMSELVES):
            if suspect.first == suspect.last:
                suspect.refine(shift)
            suspect.last, suspect.until = sequence, at
            return
        self._suspected()
        self._suspect = _Suspect(kind, sequence, sequence, shift, at, at, words)
        if self._first_fault is None:
            self._first_fault = sequence

    def _judged(
        self, entry: Entry, previous: bytes | None, key: Callable[[bytes], bytes] | None, *, strange: bool
    ) -> tuple[str, str, int]:
        """The kind of the fault, words, and by how much the number that the record gives itself is greater than its
        number."""
        keyed, sequence = self._rules.keys is not None, entry.sequence
        try:
            place = _place(entry.record)
            linked = previous is None or link(previous, entry) == entry.hash
            genuine = key is not None and compare_digest(entry.mac or b"", key(entry.hash))
        except Exception:  # noqa: BLE001 - whatever was put there
            return "altered", "", 0
        if (place.lane, place.sequence) != (self._lane, sequence):
            shift = place.sequence - sequence if place.lane == self._lane else 0
            where = "" if place.lane == self._lane else f" of lane {place.lane}"
            return "reordered", f"it says of itself that it is record {place.sequence}{where}", shift
        if linked and keyed and entry.key_id is None:
            return "unsigned", "", 0
        if linked and strange:
            return "forged", f"it is under the key {entry.key_id!r}, and its lane began under another one", 0
        if linked and keyed and key is None:
            return "unknown_key", f"written with the key {entry.key_id!r}, which is not at hand", 0
        if linked and keyed and not genuine:
            return "forged", "the link was made without the key", 0
        return ("unreadable", "sealed fields do not open", 0) if linked else ("altered", "", 0)

    def _suspected(self) -> None:
        """The fault goes no further."""
        suspect, self._suspect = self._suspect, None
        if suspect is None:
            return
        last = suspect.first + suspect.shift - 1 if suspect.kind == "missing" else suspect.last
        self._find(
            Finding(
                kind=suspect.kind,
                lane=self._lane,
                first=suspect.first,
                last=last,
                since=suspect.since,
                until=suspect.until,
                words=suspect.words,
            )
        )

    # --- what others say

    def _compare(self, sequence: int, at: int, digest: bytes) -> int:
        """Compare the hash of a record with what is said of it. The next number that somebody speaks of."""
        words = self._checkpoints.at(sequence)
        wrong = [word.who for word in words if word.hash != digest]
        if wrong:
            self._differs(sequence, at, wrong[0])
        elif self._deviates is not None:
            self._find(self._deviates)
            self._deviates = None
        if not wrong and self._first_fault is None:
            for word in words:
                if word.signed and word.anchor:
                    self.report.anchor = sequence
                elif word.signed:
                    self.report.seal = sequence
        self._checked = sequence
        return self._checkpoints.ahead(sequence + 1)

    def _differs(self, sequence: int, at: int, who: str) -> None:
        """Between the last agreement and here the records are others than they were."""
        if self._deviates is not None:
            self._deviates = replace(self._deviates, last=sequence, until=at)
        elif self._suspect is None and self._last_fault <= self._checked:
            first = self._checked + 1
            words = f"{who} knows other records: which of them was changed only the key could tell"
            about: dict[str, Any] = {"lane": self._lane, "first": first, "last": sequence, "until": at}
            self._deviates = Finding(kind="altered", words=words, **about)
            self._first_fault = first if self._first_fault is None else min(self._first_fault, first)

    # --- the end

    def _finish(self, end: int) -> None:
        report, lane = self.report, self._lane
        if self._deviates is not None:
            self._find(self._deviates)
        beyond = self._checkpoints.beyond(end) or (
            (self._note, "the store's own note", None) if self._note > end else None
        )
        if beyond is not None and not self._end_refused(end, beyond[0]):
            number, who, at = beyond
            kind, rest = ("vanished", "; nothing of the lane is there") if end == 0 else ("truncated", "")
            words = f"{who} knows record {number}{rest}"
            self._find(Finding(kind=kind, lane=lane, first=end + 1, last=number, until=at, words=words))
        report.chain = end if self._first_fault is None else max(self._first_fault - 1, 0)
        if report.mac is not None:
            report.mac = report.chain if self._keyed else None
        self._remark()

    def _end_refused(self, end: int, last: int) -> bool:
        """Whether all that should be there after the end was refused."""
        refusals = self._rules.refused().get(self._lane, {})
        if not refusals or not all(number in refusals for number in range(end + 1, last + 1)):
            return False
        self._refused += [(number, refusals[number].who) for number in range(end + 1, last + 1)]
        return True

    def _remark(self) -> None:
        """Say what is no fault."""
        report, lane = self.report, self._lane
        for grave in self._checkpoints.graves:
            what = grave.said
            report.purged.append((what.first, what.last))
            about: dict[str, Any] = {"first": what.first, "last": what.last, "statement": grave.name, "since": what.at}
            self._tell(Finding(kind="purged", lane=lane, words=what.reason and f"removed ({what.reason})", **about))
        for number, who in self._refused[:_MOST_FINDINGS]:
            words = f"refused by the store, told by {who}"
            self._tell(Finding(kind="refused", lane=lane, first=number, words=words))
        if len(self._refused) > _MOST_FINDINGS:
            words = f"and {len(self._refused) - _MOST_FINDINGS} more were refused by the store"
            self._tell(Finding(kind="refused", lane=lane, words=words))
        if report.entries and not report.closed:
            self._tell(Finding(kind="unclosed", lane=lane, first=report.last, since=report.until))
        if self._back:
            words = f"{self._back} times, by up to {self._back_by / 1e6:.3f} s"
            self._tell(Finding(kind="clock", lane=lane, first=self._back_at[0], since=self._back_at[1], words=words))
        signed = max(report.seal, report.anchor or 0)
        if report.mac is None and report.entries and report.chain > signed:
            self._tell(Finding(kind="unproven", lane=lane, first=signed + 1, last=report.chain))

    def _find(self, finding: Finding, *, at: int | None = None) -> None:
        place = at if at is not None else finding.first
        if place is not None and not finding.statement:
            self._first_fault = place if self._first_fault is None else min(self._first_fault, place)
            self._last_fault = max(self._last_fault, finding.last or place)
        if finding.kind not in self.report.faults:
            self.report.faults.append(finding.kind)
        self._told += 1
        if self._told <= _MOST_FINDINGS:
            self._tell(finding)
