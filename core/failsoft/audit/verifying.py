"""Verification of an audit trail: whether it is what was written, and up to where somebody vouches for that.

Reads the store twice, and keeps a bounded amount for each lane: first all statements, whose signatures it checks, then
every lane, link by link. Others may write meanwhile, and remove records in order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import msgspec

from failsoft.audit.chains import first_of
from failsoft.audit.checkpoints import Checkpoints
from failsoft.audit.findings import Finding, LaneReport, Report
from failsoft.audit.refusals import refused
from failsoft.audit.rules import Rules
from failsoft.audit.statements import Heads, Statement
from failsoft.audit.stores import ReadableStore
from failsoft.audit.walking import Walk
from failsoft.audit.witnesses import Judge, Witnesses, graves_since, heard

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing, Verifier

__all__ = ["verify"]


class _Opening(msgspec.Struct):
    """What the first record of a lane says of others."""

    heads: dict[str, tuple[int, str]] | None = None


def verify(
    store: ReadableStore,
    *,
    keys: KeyRing | None = None,
    public: Verifier | None = None,
    anchors: Iterable[Statement] = (),
    lanes: Sequence[str] | None = None,
    since: int | None = None,
    fields: bool = False,
    allow_unsigned: bool = False,
    tick: Callable[[int, int], None] = lambda _more, _total: None,
    found: Callable[[Finding], None] = lambda _: None,
) -> Report:
    """Verify a trail.

    Parameters:
        keys: with them the link of every record is checked.
        public: without them, what checks signatures; what no signature covers yet is then only known to be a chain.
        anchors: statements from out of the store's reach: what they know must be there. Those that no key at hand has
            signed are left out, and that is remarked.
        lanes: only these.
        since: microseconds since the Unix epoch: what was sealed before is not read again.
        fields: see whether sealed fields open, too.
        allow_unsigned: what was written without keys is no fault, though there are keys.
        tick: is told every thousand records how many more were read, and how many there should be in all.
        found: is told what was found, lane by lane.

    Raises:
        StoreError: the store cannot be read.
    """
    with store.reading():
        return _verified(
            store, keys=keys, public=public, anchors=anchors, lanes=lanes, since=since, fields=fields,
            allow_unsigned=allow_unsigned, tick=tick, found=found,
        )  # fmt: skip


def _verified(
    store: ReadableStore, *, keys: KeyRing | None, public: Verifier | None, anchors: Iterable[Statement],
    lanes: Sequence[str] | None, since: int | None, fields: bool, allow_unsigned: bool,
    tick: Callable[[int, int], None], found: Callable[[Finding], None],
) -> Report:  # fmt: skip
    begun = time.perf_counter()
    report = Report(keyed=keys is not None)

    def find(finding: Finding) -> None:
        if lanes is None or finding.lane in lanes:
            report.findings.append(finding)
            found(finding)

    judge = Judge(keys or public, allow_unsigned, find)
    there = store.lanes()
    witnesses = heard(store, judge, find, anchors)
    notes = _notes(store)
    _openings(store, there, witnesses)
    report.statements, report.anchors = witnesses.count, witnesses.anchored
    wanted = [lane for lane in dict.fromkeys([*there, *witnesses.lanes()]) if lanes is None or lane in lanes]
    total = sum(max(notes.get(lane, 0), witnesses.length(lane)) for lane in wanted)
    rules = Rules(
        keys=keys, allow_unsigned=allow_unsigned, fields=fields and keys is not None, since=since,
        tick=lambda more: tick(more, total),
        refused=cache(partial(refused, store, keys, judge, witnesses, allow_unsigned=allow_unsigned)),
    )  # fmt: skip
    for lane in wanted:
        walked, said = _walked(lane, store, witnesses, judge, rules, notes)
        while walked.faults and graves_since(store, judge, witnesses, lane):
            # records were removed in order, while they were read
            walked, said = _walked(lane, store, witnesses, judge, rules, notes)
        for finding in said:
            find(finding)
        report.lanes.append(walked)
        report.entries += walked.entries
    _book(report)
    report.seconds = time.perf_counter() - begun
    return report


def _walked(
    lane: str, store: ReadableStore, witnesses: Witnesses, judge: Judge, rules: Rules, notes: Mapping[str, int]
) -> tuple[LaneReport, list[Finding]]:
    found: list[Finding] = []
    with closing(Checkpoints(lane, store, witnesses, judge, found.append)) as checkpoints:
        return Walk(lane, store, checkpoints, rules, found.append, note=notes.get(lane, 0)).run(), found


def _notes(store: ReadableStore) -> dict[str, int]:
    """How far the store itself says that its open lanes have come."""
    heads: Callable[[], Any] | None = getattr(store, "heads", None)
    return {} if heads is None else {lane: number for lane, (number, _) in heads().items()}


def _openings(store: ReadableStore, lanes: Sequence[str], witnesses: Witnesses) -> None:
    """Take in what the first record of each lane says about the lanes that were there before it."""
    for lane in lanes:
        try:
            first = first_of(store.chain(lane, 1))
            heads = msgspec.json.decode(first.record, type=_Opening).heads if first is not None else None
        except Exception:  # noqa: BLE001, S112 - the walk says what is wrong with it
            continue
        if first is not None and first.sequence == 1 and heads:
            what = Heads(lane=lane, number=0, at=first.at, heads=heads)
            witnesses.add(what, f"record 1 of lane {lane}", False, anchor=False)


def _book(report: Report) -> None:
    """Put the faults that are about statements into the books of their lanes."""
    by_name: dict[str, LaneReport] = {lane.lane: lane for lane in report.lanes}
    for finding in report.faults:
        lane = by_name.get(finding.lane)
        if lane is not None and finding.kind not in lane.faults:
            lane.faults.append(finding.kind)
