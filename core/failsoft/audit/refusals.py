"""What a store has refused for good. It leaves a gap in a chain, and a record in the chain says so: `records.refused`.

Who takes a record out cannot pass it off as refused: what says so is chained, and its link was made with the key.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from failsoft.audit.chains import stretch_of
from failsoft.audit.entry import Entry, link
from failsoft.audit.places import Place, place_of
from failsoft.audit.statements import Seal, said
from failsoft.audit.stores import Query, ReadableStore
from failsoft.audit.witnesses import Judge, Witnesses

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["REFUSED", "Refusal", "Refusals", "refused"]

REFUSED: Final = "records.refused"
_AT_ONCE = 100


class _Told(msgspec.Struct, frozen=True):
    """What stands in a record of a refusal; hashes in hexadecimal digits, `previous` that of the record before."""

    lane: str
    sequence: int
    previous: str
    hash: str
    why: str


class _Record(msgspec.Struct):
    lane: str
    sequence: int
    refused: list[_Told]


_decode = msgspec.json.Decoder(_Record).decode


class Refusals:
    """Refusals that are not told yet. One thread may note them, and another tell them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Told] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, entry: Entry, previous: bytes, why: str) -> None:
        """Note one; that the store refuses to hear of refusals is not told in turn."""
        with self._lock:
            if entry.kind != REFUSED and not self.has(entry):
                self._waiting.append(_Told(entry.lane, entry.sequence, previous.hex(), entry.hash.hex(), why))

    def has(self, entry: Entry) -> bool:
        """Whether it was refused, and that is not told yet."""
        return any((one.lane, one.sequence) == (entry.lane, entry.sequence) for one in self._waiting)

    def taken(self) -> list[dict[str, Any]]:
        """Some of them, to be told in one record."""
        with self._lock:
            some, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        return [msgspec.to_builtins(one) for one in some]


class Refusal(NamedTuple):
    """A record that the store refused.

    Attributes:
        previous: hash of the record before it; empty if it was not known.
        hash: what it had.
        who: the record that says so.
    """

    previous: bytes
    hash: bytes
    who: str


_Found = dict[str, dict[int, Refusal]]


def refused(
    store: ReadableStore, keys: KeyRing | None, judge: Judge, witnesses: Witnesses, *, allow_unsigned: bool
) -> Mapping[str, Mapping[int, Refusal]]:
    """The refusals that a trail tells of, by lane and number.

    Believed is what the key has linked; without the keys, what is chained to the seal of a known key; without any, what
    is chained.
    """
    found: _Found = {}
    tellers = [stored.entry for stored in store.search(Query(kinds=(REFUSED,)))]
    # the last first: it may tell of gaps between one before it and the seal
    for entry in sorted(tellers, key=lambda entry: (entry.lane, -entry.sequence)):
        place, told = place_of(store, entry, keys), _told(entry)
        if not (place.linked or (place.linked is None and _follows(entry, told))):
            continue
        unsigned = keys is not None and allow_unsigned and entry.key_id is None
        if unsigned:
            # it speaks for its own lane only, of which nobody has signed anything either
            told = [one for one in told if one.lane == entry.lane]
        elif not (place.keyed if keys is not None else _vouched(store, entry, place, judge, witnesses, found)):
            continue
        for one in told:
            refusal = Refusal(bytes.fromhex(one.previous), bytes.fromhex(one.hash), _name(entry))
            # who cannot see the key's work sees what was before the gap by its hash only
            if keys is not None or one.previous:
                found.setdefault(one.lane, {})[one.sequence] = refusal
    return found


def _name(entry: Entry) -> str:
    return f"record {entry.sequence} of lane {entry.lane}"


def _told(entry: Entry) -> list[_Told]:
    try:
        what = _decode(entry.record)
        for one in what.refused:
            bytes.fromhex(one.previous + one.hash)
    except (msgspec.MsgspecError, ValueError):
        return []
    return what.refused if (what.lane, what.sequence) == (entry.lane, entry.sequence) else []


def _follows(entry: Entry, told: Sequence[_Told]) -> bool:
    """Whether the record before it is one that it tells of."""
    return any(
        (one.lane, one.sequence) == (entry.lane, entry.sequence - 1)
        and link(bytes.fromhex(one.hash), entry) == entry.hash
        for one in told
    )


def _vouched(
    store: ReadableStore, entry: Entry, place: Place, judge: Judge, witnesses: Witnesses, found: _Found
) -> bool:
    """Whether an entry is chained to a seal whose signature was checked; True if no signature can be."""
    if not judge.verifies:
        return True
    for statement in store.statements("seal", entry.lane):
        if statement.number == place.seal:
            what = said(statement)
            known = judge.knows(statement.key_id) and ("seal", entry.lane, statement.number) not in witnesses.refused
            return known and isinstance(what, Seal) and _holds(store, entry, what, found.get(entry.lane, {}))
    return False


def _holds(store: ReadableStore, entry: Entry, seal: Seal, refusals: Mapping[int, Refusal]) -> bool:
    number, digest = entry.sequence, entry.hash
    for later in stretch_of(store, entry.lane, entry.sequence + 1, seal.last):
        while number + 1 < later.sequence:
            refusal = refusals.get(number + 1)
            if refusal is None or refusal.previous != digest:
                return False
            number, digest = number + 1, refusal.hash
        if link(digest, later) != later.hash:
            return False
        number, digest = later.sequence, later.hash
    return digest.hex() == seal.hash
