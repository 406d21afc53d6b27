"""What a verification found: faults, remarks, and up to where each lane is vouched for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

__all__ = ["KINDS", "REMARKS", "Finding", "LaneReport", "Report"]

KINDS: Final = {
    "altered": "what was written is not what stands there",
    "missing": "records are gone",
    "inserted": "a record stands where none was written",
    "reordered": "a record was moved from its place, or is a copy of another one",
    "forged": "made without the key: a record, or a statement whose signature is wrong",
    "truncated": "the end of a lane is gone: it had come further",
    "vanished": "a whole lane, a seal or a tombstone is gone",
    "unsigned": "written without keys, though there are some",
    "unknown_key": "under a key that is not at hand: it cannot be checked",
    "unopened": "a lane that does not begin as every lane does",
    "unreadable": "sealed fields do not open, or the store cannot read the record",
}
"""The kinds of faults, and what they mean."""

REMARKS: Final = {
    "unclosed": "the lane was not closed: its process crashed, or runs still",
    "clock": "the clock went back",
    "purged": "records were removed when their time was over, and a signed tombstone says so",
    "refused": "the store refused these records for good, and a record in the chain says so",
    "unproven": "nothing but the chain itself vouches for these records",
    "ignored": "what looks like an anchor is not signed with a key that is at hand, and was left out",
}
"""Kinds of what is said and is no fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that was found, and where.

    Attributes:
        kind: see `KINDS` and `REMARKS`.
        lane: where; "" if in no lane.
        first, last: numbers of the records in question; None if it is about none.
        statement: as `seal 3`, if it is about a statement.
        since, until: when the records around it were written, microseconds since the Unix epoch, as far as is known.
        words: one sentence.
    """

    kind: str
    lane: str
    first: int | None = None
    last: int | None = None
    statement: str = ""
    since: int | None = None
    until: int | None = None
    words: str = ""

    @property
    def fault(self) -> bool:
        """Whether it speaks against the trail."""
        return self.kind in KINDS

    @property
    def place(self) -> str:
        """Where, in short."""
        where = [f"lane {self.lane}"] if self.lane else []
        if self.statement:
            where.append(self.statement)
        if self.first is not None:
            where.append(
                f"record {self.first}" if self.last in (None, self.first) else f"records {self.first} to {self.last}"
            )
        return ", ".join(where) or "trail"

    def __str__(self) -> str:
        since, until = (None if at is None else _instant(at) for at in (self.since, self.until))
        if since is None:
            times = "" if until is None else f" (before {until})"
        else:
            times = f" ({since})" if until in (None, since) else f" ({since} to {until})"
        return f"{self.place}{times}: {self.kind}: {self.words or (KINDS | REMARKS)[self.kind]}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "kind": self.kind,
            "fault": self.fault,
            "lane": self.lane,
            "first": self.first,
            "last": self.last,
            "statement": self.statement,
            "since": None if self.since is None else _instant(self.since),
            "until": None if self.until is None else _instant(self.until),
            "words": self.words or (KINDS | REMARKS)[self.kind],
        }


@dataclass(slots=True)
class LaneReport:
    """How far a lane is vouched for, and by what. A number vouches for all records up to it.

    Attributes:
        entries: records that were read.
        first, last: their least and greatest number; None: there are none.
        since, until: their least and greatest time, microseconds since the Unix epoch.
        closed: its process closed it in order.
        chain: up to this record every link holds.
        mac: up to this one each link was made by a holder of the key; None: it was not checked, for want of keys.
        seal: up to this one there is a signature in the store.
        anchor: up to this one there is a signature that came from out of the store; None: there was no anchor.
        purged: first and last numbers of what was removed in order.
        faults: kinds of faults, each once.
    """

    lane: str
    entries: int = 0
    first: int | None = None
    last: int | None = None
    since: int | None = None
    until: int | None = None
    closed: bool = False
    chain: int = 0
    mac: int | None = None
    seal: int = 0
    anchor: int | None = None
    purged: list[tuple[int, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        found = {name: getattr(self, name) for name in self.__slots__}
        for name in ("since", "until"):
            found[name] = None if found[name] is None else _instant(found[name])
        return found | {"purged": [list(stretch) for stretch in self.purged]}


@dataclass(slots=True)
class Report:
    """The result of a verification.

    Attributes:
        lanes: of each, oldest first.
        findings: faults and remarks, in the order in which they were met; of one lane at most some, then how many more.
        entries, statements: how many were read.
        anchors: how many were given and are ours.
        keyed: the secret keys were at hand, so that the link of every record was checked.
        seconds: how long it took.
    """

    lanes: list[LaneReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    entries: int = 0
    statements: int = 0
    anchors: int = 0
    keyed: bool = False
    seconds: float = 0.0

    @property
    def faults(self) -> Iterator[Finding]:
        """What speaks against the trail."""
        return (finding for finding in self.findings if finding.fault)

    @property
    def ok(self) -> bool:
        """Nothing speaks against the trail."""
        return next(self.faults, None) is None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "ok": self.ok,
            "keyed": self.keyed,
            "entries": self.entries,
            "statements": self.statements,
            "anchors": self.anchors,
            "seconds": round(self.seconds, 3),
            "findings": [finding.as_dict() for finding in self.findings],
            "lanes": [lane.as_dict() for lane in self.lanes],
        }


def _instant(microseconds: int) -> str:
    try:
        at = datetime.fromtimestamp(microseconds / 1e6, UTC)
    except (ValueError, OverflowError, OSError, TypeError):  # whatever stands there was not checked yet
        return repr(microseconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
