"""Tamper, verify, and say whether it was seen and its place named."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from evaluations.tampering.acts import Done, Forger
from evaluations.tampering.trail import KEYS, Made
from failsoft.audit.findings import Report
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.verifying import verify

__all__ = ["MODES", "Mode", "Tried", "blind_spot", "named", "tried"]


@dataclass(frozen=True, slots=True)
class Mode:
    """What the verifier has at hand."""

    name: str
    keyed: bool
    anchored: bool


MODES = (
    Mode("keys, last anchors", keyed=True, anchored=True),
    Mode("keys", keyed=True, anchored=False),
    Mode("public keys, last anchors", keyed=False, anchored=True),
    Mode("public keys", keyed=False, anchored=False),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """One act, and what each kind of verifier said.

    Attributes:
        known: the greatest number of the lane that statements which are still there, and are genuine, speak of.
    """

    act: str
    done: Done
    known: int
    reports: Mapping[str, Report]


def tried(
    act: Callable[[Forger], Done], made: Made, rng: random.Random, scratch: Path, modes: Sequence[Mode] = MODES
) -> Tried:
    """Tamper with a copy of the trail, and verify it."""
    path = made.copy(scratch)
    with closing(sqlite3.connect(path)) as connection:
        done = act(Forger(made, connection, rng))
        connection.commit()
    store = SqliteStore(path)
    reports = {
        mode.name: verify(
            store,
            keys=KEYS if mode.keyed else None,
            public=None if mode.keyed else KEYS.public,
            anchors=made.last_anchors if mode.anchored else (),
            fields=True,
        )
        for mode in modes
    }
    genuine = [s for s in store.statements() if KEYS.verifies(s.key_id, s.body.encode(), s.signature)]
    known = max((json.loads(one.body)["heads"].get(done.lane, (0, ""))[0] for one in genuine), default=0)
    return Tried(act.__name__, done, known, reports)


def named(report: Report, done: Done, *, exactly: bool) -> bool:
    """Whether a report finds fault and names the place: the lane, and the statement or the record in question.

    Parameters:
        exactly: the first record that is not what it was; else a range of records in which it is.
    """
    here = [finding for finding in report.findings if finding.lane == done.lane]
    faults = [finding for finding in here if finding.fault]
    if done.first is None:
        return any(finding.statement.startswith(done.statement) for finding in faults)
    if exactly:
        firsts = [finding.first for finding in faults if finding.first is not None and not finding.statement]
        return min(firsts, default=None) == done.first
    ranges = [(finding.first, finding.last or finding.first) for finding in here if finding.first is not None]
    return bool(faults) and any(first <= done.first <= last for first, last in ranges)


def blind_spot(one: Tried, made: Made, mode: Mode) -> bool:
    """Whether this cannot be seen in this mode, by construction."""
    done = one.done
    if done.first is None:
        # the last seal: nothing is lost with it, and nothing in the store knows of it
        return done.cut and not mode.anchored
    known = max(one.known, made.lengths.get(done.lane, 0) if mode.anchored else 0)
    if done.cut:
        return done.first > known
    # a chain that nobody has signed is as good as another one to who lacks the key
    return not mode.keyed and done.relinked and done.first > known
