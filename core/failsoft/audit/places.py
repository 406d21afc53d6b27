"""Where a single record stands: found by its place, and what vouches for it there."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from failsoft.audit.chains import first_of
from failsoft.audit.entry import GENESIS, Entry, link
from failsoft.audit.statements import Seal, said
from failsoft.audit.stores import Query, ReadableStore, Stored

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["Place", "at_position", "in_lane", "place_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A record in its chain. It says nothing of other records: verification does.

    Attributes:
        linked: its hash is that of what is stored, chained to the record before it; None: that one is not there.
        keyed: its code was made by a holder of the key; None: it has none, or the key is not at hand.
        seal: number of the signed seal that covers it; None: none does yet.
    """

    lane: str
    sequence: int
    key_id: str | None
    hash: str
    previous: str
    linked: bool | None
    keyed: bool | None
    seal: int | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def at_position(store: ReadableStore, position: int) -> Stored | None:
    """The record with a `Stored.position`; None: there is none."""
    found = first_of(store.search(Query(after=position - 1, limit=1)))
    return found if found is not None and found.position == position else None


def in_lane(store: ReadableStore, lane: str, sequence: int) -> Stored | None:
    """The record with a number in a lane, position 0; None: there is none."""
    found = first_of(store.chain(lane, sequence))
    return Stored(0, found) if found is not None and found.sequence == sequence else None


def place_of(store: ReadableStore, entry: Entry, keys: KeyRing | None) -> Place:
    """What vouches for an entry."""
    before = in_lane(store, entry.lane, entry.sequence - 1) if entry.sequence > 1 else None
    previous = GENESIS if entry.sequence == 1 else None if before is None else before.entry.hash
    keyed = None
    if keys is not None and entry.mac is not None and entry.key_id in keys and entry.key_id is not None:
        keyed = _keyed(entry.key_id, entry, keys)
    return Place(
        lane=entry.lane,
        sequence=entry.sequence,
        key_id=entry.key_id,
        hash=_hex(entry.hash),
        previous="" if previous is None else _hex(previous),
        linked=None if previous is None else _linked(previous, entry),
        keyed=keyed,
        seal=_seal(store, entry),
    )


def _linked(previous: bytes, entry: Entry) -> bool:
    try:
        return link(previous, entry) == entry.hash
    except Exception:  # noqa: BLE001 - whatever was put there
        return False


def _keyed(key_id: str, entry: Entry, keys: KeyRing) -> bool:
    try:
        return hmac.compare_digest(keys.mac(key_id, entry.lane, entry.hash), entry.mac or b"")
    except Exception:  # noqa: BLE001 - as above
        return False


def _hex(digest: object) -> str:
    return digest.hex() if isinstance(digest, bytes) else repr(digest)


def _seal(store: ReadableStore, entry: Entry) -> int | None:
    for statement in store.statements("seal", entry.lane):
        try:
            what = said(statement)
        except (ValueError, TypeError):  # verification says what is wrong with it
            continue
        if isinstance(what, Seal) and what.first <= entry.sequence <= what.last:
            return what.number
    return None
