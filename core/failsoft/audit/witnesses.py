"""What signed statements say about lanes: read once, checked, and kept as far as it is needed to judge the lanes.

Of any number of statements a bounded number is kept for each lane: as a hash covers all that is before it, the last one
says it all, and the others only tell more closely where the fault is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from failsoft.audit.findings import Finding
from failsoft.audit.keys import Verifier
from failsoft.audit.statements import Heads, Seal, Statement, Tombstone, said
from failsoft.audit.stores import ReadableStore

__all__ = ["Grave", "Judge", "Witness", "Witnesses", "graves_since", "heard"]

_MOST_WITNESSES = 512
_Said = Seal | Heads | Tombstone


class Witness(NamedTuple):
    """Somebody says which hash a record had."""

    hash: bytes
    who: str
    at: int
    signed: bool


class Grave(NamedTuple):
    """A tombstone, by what name to call it, and whether a known key has signed it."""

    said: Tombstone
    name: str
    signed: bool


@dataclass(slots=True)
class _Last:
    """The last statement of one type in a lane."""

    number: int = 0
    digest: str = ""
    end: int = 0
    closing: bool = False
    at: int | None = None
    signed: bool = False


class Judge:
    """Says whether a statement is one of ours.

    Parameters:
        verifier: None: there are no keys, so that nothing can be known of signatures.
        allow_unsigned: what was written without keys is no fault.
        find: is told the faults.
    """

    def __init__(self, verifier: Verifier | None, allow_unsigned: bool, find: Callable[[Finding], None]) -> None:
        self._verifier = verifier
        self._allow_unsigned = allow_unsigned
        self._find = find
        self._told: set[tuple[str, object]] = set()
        self._known: dict[str | None, bool] = {}

    @property
    def verifies(self) -> bool:
        """Whether there is anything to check signatures with."""
        return self._verifier is not None

    def knows(self, key_id: str | None) -> bool:
        """Whether a signature of this key can be checked."""
        if self._verifier is None:
            return False
        if key_id not in self._known:
            self._known[key_id] = self._verifier.verifies(key_id, b"", b"") is not None
        return self._known[key_id]

    def hear(self, statement: Statement, name: str) -> tuple[_Said | None, bool]:
        """What it says, None if it is none of ours; and whether a known key has signed it."""
        about: dict[str, Any] = {"lane": str(statement.lane), "statement": name}
        try:
            what = said(statement)
            body = statement.body.encode()
        except (ValueError, TypeError, AttributeError):
            self._find(Finding(kind="forged", words="it is not the statement that it is filed under", **about))
            return None, False
        if isinstance(what, Seal):
            about |= {"first": what.first, "last": what.last}
        if self._verifier is None:
            return what, False
        if statement.key_id is None or not isinstance(statement.signature, bytes):
            if not self._allow_unsigned:
                self._find(Finding(kind="unsigned", words="a statement without a signature", **about))
            return (what, False) if self._allow_unsigned else (None, False)
        good = self._verifier.verifies(statement.key_id, body, statement.signature)
        if good is None:
            if (statement.lane, statement.key_id) not in self._told:
                self._told.add((statement.lane, statement.key_id))
                words = f"signed by the key {statement.key_id!r}, which is not at hand"
                self._find(Finding(kind="unknown_key", words=words, **about))
            return what, False
        if not good:
            words = f"the signature is not that of the key {statement.key_id!r}"
            self._find(Finding(kind="forged", words=words, **about))
            return None, False
        return what, True

    def trusts(self, anchor: Statement) -> tuple[_Said | None, bool]:
        """What an anchor says, None if nothing shows that it is ours; and whether a known key has signed it.

        That is no finding: whoever can have a line written to a log can have anything written there.
        """
        try:
            what = said(anchor)
            body = anchor.body.encode()
        except (ValueError, TypeError, AttributeError):
            return None, False
        if self._verifier is None:
            return what, False
        if anchor.key_id is None:
            return (what if self._allow_unsigned else None), False
        signed = self._verifier.verifies(anchor.key_id, body, anchor.signature) is True
        return (what if signed else None), signed


@dataclass(slots=True)
class Witnesses:
    """What all statements say together.

    Attributes:
        seals, anchors: by lane and number, what hash a record had: by statements in the store, and by those from out of
            it.
        graves: tombstones by the lane that they are about.
        refused: statements of the store that are not to be believed: type, lane and number.
        count: statements of the store that were read.
        anchored: statements from out of it that are believed.
    """

    seals: dict[str, dict[int, Witness]] = field(default_factory=dict)
    anchors: dict[str, dict[int, Witness]] = field(default_factory=dict)
    graves: dict[str, list[Grave]] = field(default_factory=dict)
    refused: set[tuple[str, str, int]] = field(default_factory=set)
    count: int = 0
    anchored: int = 0

    def lanes(self) -> Iterator[str]:
        """Every lane that somebody has named."""
        return iter({**self.seals, **self.anchors, **self.graves})

    def length(self, lane: str) -> int:
        """How many records there should be of a lane, as far as anybody has said."""
        last = max((max(kept.get(lane, {0: None})) for kept in (self.seals, self.anchors)), default=0)
        return last - sum(grave.said.last - grave.said.first + 1 for grave in self.graves.get(lane, ()))

    def add(self, what: _Said, name: str, signed: bool, *, anchor: bool) -> None:
        """Keep what a statement says about the heads of lanes."""
        kept = self.anchors if anchor else self.seals
        for lane, (number, digest) in what.heads.items():
            if number > 0:
                numbers = kept.setdefault(lane, {})
                numbers[number] = Witness(_bytes(digest), name, what.at, signed)
                if len(numbers) > _MOST_WITNESSES:
                    for one in sorted(numbers)[-2::-2]:
                        del numbers[one]


def heard(
    store: ReadableStore, judge: Judge, find: Callable[[Finding], None], anchors: Iterable[Statement]
) -> Witnesses:
    """Read every statement of the store and those from out of it.

    Parameters:
        find: is told the faults.
    """
    witnesses = Witnesses()
    awaited: dict[tuple[str, str], tuple[int, str, str]] = {}
    ignored = 0
    for anchor in anchors:
        name = f"anchor ({anchor.type} {anchor.number})"
        what, signed = judge.trusts(anchor)
        if what is None:
            ignored += 1
        else:
            witnesses.anchored += 1
            witnesses.add(what, f"{name} of lane {what.lane}", signed, anchor=True)
            _await(awaited, anchor, what, name)
    if ignored:
        words = f"{ignored} anchors are not signed with a key that is at hand, and were left out"
        find(Finding(kind="ignored", lane="", words=words))
    last: dict[tuple[str, str], _Last] = {}
    for statement in store.statements():
        witnesses.count += 1
        key = (statement.type, statement.lane)
        _one(statement, last.setdefault(key, _Last()), judge, find, witnesses)
        if awaited.get(key, (0, "", ""))[0] == statement.number and awaited[key][1] not in ("", statement.digest):
            words = f"it is not the one that {awaited[key][2]} knows"
            find(Finding(kind="forged", lane=statement.lane, statement=_name(statement), words=words))
    for (kind, lane), (number, _, name) in awaited.items():
        seen = last.get((kind, lane), _Last())
        if seen.number < number:
            numbers = f"{kind} {number}" if number == seen.number + 1 else f"{kind}s {seen.number + 1} to {number}"
            first = seen.end + 1 if kind == "seal" else None
            words = f"{name} knows of it, and it is not in the store"
            find(Finding(kind="vanished", lane=lane, statement=numbers, first=first, since=seen.at, words=words))
    return witnesses


def graves_since(store: ReadableStore, judge: Judge, witnesses: Witnesses, lane: str) -> bool:
    """Take in the tombstones of a lane that were not there when its statements were read. Whether there are any."""
    known = {grave.name for grave in witnesses.graves.get(lane, ())}
    found = False
    for statement in store.statements("tombstone"):
        name = f"{_name(statement)} of lane {statement.lane}"
        if name in known or (statement.type, statement.lane, statement.number) in witnesses.refused:
            continue
        try:
            what: _Said | None = said(statement)
        except (ValueError, TypeError):
            continue
        if isinstance(what, Tombstone) and what.of == lane:
            what, signed = judge.hear(statement, _name(statement))
            # what takes records away needs a signature, as when it is read with the others
            if isinstance(what, Tombstone) and (signed or not judge.verifies):
                witnesses.graves.setdefault(lane, []).append(Grave(what, name, signed))
                found = True
            else:
                witnesses.refused.add((statement.type, statement.lane, statement.number))
    return found


def _await(awaited: dict[tuple[str, str], tuple[int, str, str]], anchor: Statement, what: _Said, name: str) -> None:
    """Note which statements have to be in the store, as the anchor was made after them."""
    if isinstance(what, Heads):
        kind, number, digest = "seal", what.seals, ""
    else:
        kind, number, digest = anchor.type, anchor.number, anchor.digest
    if number > awaited.get((kind, what.lane), (0, "", ""))[0]:
        awaited[kind, what.lane] = (number, digest, name)


def _one(
    statement: Statement, last: _Last, judge: Judge, find: Callable[[Finding], None], witnesses: Witnesses
) -> None:
    """Check one statement of the store, which comes after `last` among those of its type in its lane."""
    name, number = _name(statement), statement.number
    about: dict[str, Any] = {"lane": statement.lane, "statement": name}
    what, signed = judge.hear(statement, name)
    if what is not None and judge.verifies and statement.key_id is None and (why := _never_unsigned(what, last)):
        find(Finding(kind="unsigned", words=why, since=what.at, **about))
        what = None
    if what is None:
        witnesses.refused.add((statement.type, statement.lane, number))
        if number == last.number + 1:
            # it stands in for the one that was there; what comes after is judged by itself
            last.number, last.digest, last.end = number, "", -1
        return
    if number != last.number + 1:
        gone = f"{what.__struct_config__.tag} {last.number + 1}"
        gone += "" if number == last.number + 2 else f" to {number - 1}"
        first, end = (last.end + 1, what.first - 1) if isinstance(what, Seal) else (None, None)
        words = "it is not in the store, and later ones are"
        find(
            Finding(
                kind="vanished",
                **about | {"statement": gone},
                first=first,
                last=end,
                since=last.at,
                until=what.at,
                words=words,
            )
        )
    elif what.previous != last.digest and (last.digest or number == 1):
        find(Finding(kind="forged", words="it does not follow on the one before it", since=what.at, **about))
    elif isinstance(what, Seal) and (last.end + 1 not in (0, what.first) or what.last < what.first):
        words = f"it begins with record {what.first}, and the one before it ended with {last.end}"
        find(Finding(kind="forged", words=words, since=what.at, **about))
    elif isinstance(what, Seal) and last.closing:
        find(Finding(kind="forged", words="it follows on the one that closed the lane", since=what.at, **about))
    last.number, last.digest, last.at, last.signed = number, statement.digest, what.at, signed
    if isinstance(what, Seal):
        last.end, last.closing = what.last, what.closing
    elif isinstance(what, Tombstone):
        witnesses.graves.setdefault(what.of, []).append(Grave(what, f"{name} of lane {what.lane}", signed))
    witnesses.add(what, f"{name} of lane {what.lane}", signed, anchor=False)


def _never_unsigned(what: _Said, last: _Last) -> str:
    """Why a statement needs a signature also where lanes that began without keys are allowed; "" if it does not."""
    if last.signed:
        return "it follows on one that is signed"
    return "only a signature shows that removing was allowed" if isinstance(what, Tombstone) else ""


def _name(statement: Statement) -> str:
    return f"{statement.type} {statement.number}"


def _bytes(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""
