"""The trail, read link by link: nothing here trusts what the writer says of itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from evaluations.audit.servers import KEY
from failsoft.audit.entry import GENESIS, link
from failsoft.audit.keys import KeyRing
from failsoft.audit.opening import open_store

__all__ = ["Found", "read"]

KEYS = KeyRing({"k1": bytes.fromhex(KEY)}, "k1")


@dataclass
class Found:
    """What is in a store.

    Attributes:
        errors: how often each error id is there, in records of handled failures.
        kinds: how many records of each kind.
        lanes: how many lanes.
        faults: where a chain does not hold.
    """

    errors: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    lanes: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def twice(self) -> int:
        """How many failures are recorded more than once."""
        return sum(count > 1 for count in self.errors.values())


def read(url: str) -> Found:
    """Read a store to its end, and recompute every hash and every code."""
    store, found = open_store(url), Found()
    heads = dict(store.heads())
    for lane in store.lanes():
        found.lanes += 1
        previous, number = GENESIS, 0
        for entry in store.chain(lane):
            number += 1
            if entry.sequence != number:
                found.faults.append(f"{lane}: {entry.sequence} follows {number - 1}")
                number = entry.sequence
            previous = link(previous, entry)
            if previous != entry.hash:
                found.faults.append(f"{lane}: the hash of {number} is not that of its link")
                previous = entry.hash
            if entry.key_id is None or KEYS.mac(entry.key_id, lane, entry.hash) != entry.mac:
                found.faults.append(f"{lane}: the code of {number} is wrong")
            found.kinds[entry.kind] += 1
            if entry.kind == "failure.handled" and entry.error_id is not None:
                found.errors[entry.error_id] += 1
        if lane in heads and heads[lane] != (number, previous):
            found.faults.append(f"{lane}: the store notes {heads[lane][0]} as its last entry, it is {number}")
    return found


def left(journal: Path) -> list[Path]:
    """Journals that are not empty."""
    return sorted(path for path in journal.rglob("*") if path.is_file() and path.stat().st_size)
