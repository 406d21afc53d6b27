"""How far every lane has come, open or closed: what an anchor says that is made from out of the application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.statements import Seal, Statement, Tombstone, said
from failsoft.audit.stores import ReadableStore

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["ends", "heads_now"]


def ends(store: ReadableStore) -> Mapping[str, tuple[int, bytes]]:
    """The last number and hash of every lane in the store. Reads all seals, and of records what none covers yet."""
    with store.reading():
        return _ends(store)


def _ends(store: ReadableStore) -> dict[str, tuple[int, bytes]]:
    found: dict[str, tuple[int, bytes]] = {}
    for statement in store.statements():
        try:
            what = said(statement)
            if isinstance(what, Seal) and what.last > found.get(what.lane, (0, b""))[0]:
                found[what.lane] = (what.last, bytes.fromhex(what.hash))
            elif isinstance(what, Tombstone) and what.last > found.get(what.of, (0, b""))[0]:
                found[what.of] = (what.last, bytes.fromhex(what.hash))
        except (ValueError, TypeError):  # verification says what is wrong with it
            continue
    for lane in store.lanes():
        for entry in store.chain(lane, found.get(lane, (0, b""))[0] + 1):
            found[lane] = (entry.sequence, entry.hash)
    return found


def heads_now(store: ReadableStore, keys: KeyRing | None, now: float) -> Statement:
    """How far all lanes have come, signed under the name of a new lane that is never written.

    Parameters:
        now: seconds since the Unix epoch.
    """
    return Lane(new_lane_id(now), keys=keys, encrypt=False).heads(int(now * 1e6), ends(store))
