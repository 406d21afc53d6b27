"""The compliance report: what happened in a period, what was done about it, and how far the trail can be trusted.

Reads the records of the period once, in the order of their times, and keeps a bounded amount of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from failsoft.audit.asking import iso_of
from failsoft.audit.periods import Period
from failsoft.audit.stores import Query, ReadableStore
from failsoft.audit.views import mapping_of

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["SEVERITIES", "Verification", "compliance_report"]

SEVERITIES: Final = ("critical", "high", "medium", "low", "info")
_MOST_KEYS: Final = 10_000
_MOST_EVENTS: Final = 1_000
_MOST_GAPS: Final = 200
_OTHERS: Final = "(others)"
_NOWHERE: Final = "(no endpoint)"

_DEEDS: Final = {
    "recovery.attempted": "recoveries",
    "circuit_breaker.changed": "circuit_breakers",
    "policy.changed": "policies",
    "settings.reloaded": "settings",
    "request.replayed": "replays",
    "retention.purged": "purges",
    "trail.exported": "exports",
    "key.rotated": "keys",
    "console.login": "console",
    "console.action": "console",
}
"""What was done, by kind of record."""


class Verification(Protocol):
    """What a verification found; see `failsoft.audit.findings.Report`."""

    def as_dict(self) -> dict[str, Any]: ...


@dataclass(slots=True)
class _Group:
    """Failures that have something in common."""

    count: int = 0
    severities: Counter[str] = field(default_factory=Counter)
    first: int = 0
    last: int = 0
    flags: set[str] = field(default_factory=set)
    example: dict[str, Any] = field(default_factory=dict)

    def add(self, at: int, severity: str, flags: Iterable[str]) -> None:
        self.first = at if self.count == 0 else min(self.first, at)
        self.last = at if self.count == 0 else max(self.last, at)
        self.count += 1
        self.severities[severity] += 1
        self.flags.update(flags)

    def as_dict(self) -> dict[str, Any]:
        return {
            "count": self.count,
            "severities": _ordered(self.severities),
            "first": iso_of(self.first),
            "last": iso_of(self.last),
            "compliance": sorted(self.flags),
            **self.example,
        }


@dataclass(slots=True)
class _Events:
    """The first records of some kinds, and how many there were."""

    count: int = 0
    listed: list[dict[str, Any]] = field(default_factory=list)

    def add(self, found: Mapping[str, Any]) -> None:
        self.count += 1
        if len(self.listed) < _MOST_EVENTS:
            self.listed.append(_told(found))

    def as_dict(self) -> dict[str, Any]:
        return {"count": self.count, "records": self.listed}


class _Lanes:
    """When each process wrote first and last, and whether it ended in order."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, Any]] = {}
        self.closed: set[str] = set()

    def add(self, lane: str, at: int, found: Mapping[str, Any]) -> None:
        if found["kind"] == "trail.closed":
            self.closed.add(lane)
        here = self.seen.setdefault(
            lane, {"lane": lane, "host": found.get("host"), "worker": found.get("worker"), "first": at, "last": at}
        )
        here["last"] = max(here["last"], at)

    def unclosed(self, store: ReadableStore) -> Iterator[dict[str, Any]]:
        """Those of which nobody says that they ended; the record that says so may be of a later time."""
        later = {stored.entry.lane for stored in store.search(Query(kinds=("trail.closed",)))} if self.seen else set()
        for lane, here in self.seen.items():
            if lane not in self.closed and lane not in later:
                yield here | {"first": iso_of(here["first"]), "last": iso_of(here["last"])}


class _Tally:
    """Everything that is counted."""

    def __init__(self) -> None:
        self.records = 0
        self.kinds: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()
        self.flagged: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.codes: dict[str, _Group] = {}
        self.endpoints: dict[str, _Group] = {}
        self.bugs: dict[str, _Group] = {}
        self.incidents, self.notifications, self.failed = _Events(), _Events(), _Events()
        self.findings, self.dropped, self.refused, self.unbuilt = _Events(), _Events(), _Events(), _Events()
        self.unreadable = 0
        self.deeds = {name: _Events() for name in dict.fromkeys(_DEEDS.values())}
        self.outcomes: Counter[str] = Counter()
        self.missing = 0
        self.lanes = _Lanes()

    def add(self, lane: str, at: int, found: Mapping[str, Any]) -> None:
        kind = found["kind"]
        self.records += 1
        self._count(self.kinds, kind)
        self.lanes.add(lane, at, found)
        self.unreadable += kind != "failure.handled" and "unreadable" in found
        if kind == "failure.handled":
            self._failure(at, found)
        elif kind in _DEEDS:
            self.deeds[_DEEDS[kind]].add(found)
            if kind == "recovery.attempted":
                told = _table(found, "recovery")
                self._count(self.outcomes, f"{told.get('action')}: {told.get('outcome')}")
        else:
            self._other(kind, found)

    def _other(self, kind: str, found: Mapping[str, Any]) -> None:
        lists = {
            "incident.opened": self.incidents,
            "notification.sent": self.notifications,
            "notification.failed": self.failed,
            "trail.verified": self.findings,
            "records.dropped": self.dropped,
            "records.refused": self.refused,
            "record.failed": self.unbuilt,
        }
        if kind in lists:
            lists[kind].add(found)
        if kind == "records.dropped":
            count = _table(found, "details").get("count")
            self.missing += count if isinstance(count, int) else 1

    def _failure(self, at: int, found: Mapping[str, Any]) -> None:
        error, severity = _table(found, "error"), str(found.get("severity"))
        flags = found.get("compliance")
        flags = [str(flag) for flag in flags] if isinstance(flags, list) else []
        self.severities[severity] += 1
        self.statuses[str(found.get("status"))] += 1
        self.flags.update(flags)
        if flags:
            self.flagged[severity] += 1
        self._group(self.codes, str(found.get("code"))).add(at, severity, flags)
        self._group(self.endpoints, str(found.get("endpoint") or _NOWHERE)).add(at, severity, flags)
        bug = self._group(self.bugs, str(error.get("fingerprint") or found.get("code")))
        bug.add(at, severity, flags)
        bug.example = bug.example or {
            "type": error.get("type"), "code": found.get("code"), "endpoint": found.get("endpoint"),
            "error_id": found.get("error_id"),
        }  # fmt: skip

    @staticmethod
    def _group(groups: dict[str, _Group], key: str) -> _Group:
        if key not in groups and len(groups) >= _MOST_KEYS:
            key = _OTHERS
        return groups.setdefault(key, _Group())

    @staticmethod
    def _count(counter: Counter[str], key: str) -> None:
        counter[key if key in counter or len(counter) < _MOST_KEYS else _OTHERS] += 1


def compliance_report(
    store: ReadableStore,
    period: Period,
    *,
    keys: KeyRing | None = None,
    verify: Callable[[], Verification] | None = None,
    about: Mapping[str, Any] | None = None,
    quiet: float = 86_400.0,
    most: int = 20,
    now: float,
) -> dict[str, Any]:
    """The report of a period, as plain values.

    Parameters:
        keys: open what is sealed: who did what, and why.
        verify: verifies the trail; None: it is said that it was not verified.
        about: what else is to be said, as `service`.
        quiet: a time without any record is a gap from so many seconds on.
        most: how many of the most frequent failures and the most affected endpoints are listed.
        now: seconds since the Unix epoch.

    Raises:
        StoreError: the store cannot be read.
    """
    tally, gaps = _Tally(), _Gaps(quiet)
    for stored in store.search(Query(since=period.since, until=period.until)):
        entry = stored.entry
        # the fields of failures are counted, not quoted: nothing in them needs to be opened
        found = mapping_of(stored, keys if entry.kind != "failure.handled" else None)
        tally.add(entry.lane, entry.at, found | {"kind": str(entry.kind)})
        gaps.add(entry.at)
    gaps.end(min(period.until, int(now * 1e6)))
    verification = None if verify is None else verify().as_dict()
    lacks: dict[str, Any] = {"unclosed_lanes": list(tally.lanes.unclosed(store)), "silent": gaps.found}
    if keys is None:
        # everything that is sealed is unreadable then, which says nothing about the trail
        lacks["unreadable"] = None
    head = {"type": "report", "version": 1, **(about or {}), "period": period.as_dict(), "made": iso_of(int(now * 1e6))}
    return {**head, **_counted(tally, most), "verification": verification, "gaps": _lacking(tally) | lacks}


def _counted(tally: _Tally, most: int) -> dict[str, Any]:
    return {
        "totals": {
            "records": tally.records,
            "failures": tally.kinds["failure.handled"],
            "violations": sum(tally.flagged.values()),
            "incidents": tally.incidents.count,
            "kinds": dict(tally.kinds.most_common()),
        },
        "violations": {"flags": dict(tally.flags.most_common()), "severities": _ordered(tally.flagged)},
        "failures": {
            "severities": _ordered(tally.severities),
            "codes": _listed(tally.codes, "code", _MOST_EVENTS),
            "statuses": dict(tally.statuses.most_common()),
            "most_frequent": _listed(tally.bugs, "fingerprint", most),
            "endpoints": _listed(tally.endpoints, "endpoint", most),
            "endpoints_affected": len(tally.endpoints.keys() - {_NOWHERE}),
        },
        "incidents": tally.incidents.as_dict(),
        "notifications": {"sent": tally.notifications.as_dict(), "failed": tally.failed.as_dict()},
        "remediation": {name: events.as_dict() for name, events in tally.deeds.items()}
        | {"recovery_outcomes": dict(tally.outcomes.most_common())},
    }


def _lacking(tally: _Tally) -> dict[str, Any]:
    return {
        "records_dropped": tally.missing,
        "dropped": tally.dropped.as_dict(),
        "refused": tally.refused.as_dict(),
        "unbuilt": tally.unbuilt.as_dict(),
        "unreadable": tally.unreadable,
        "findings": tally.findings.as_dict(),
    }


class _Gaps:
    """Times in which nothing was written."""

    def __init__(self, quiet: float) -> None:
        self._quiet = int(quiet * 1e6)
        self._last: int | None = None
        self.found: list[dict[str, Any]] = []

    def add(self, at: int) -> None:
        if self._last is not None and at - self._last >= self._quiet and len(self.found) < _MOST_GAPS:
            hours = round((at - self._last) / 3.6e9, 1)
            self.found.append({"since": iso_of(self._last), "until": iso_of(at), "hours": hours})
        self._last = at if self._last is None else max(self._last, at)

    def end(self, at: int) -> None:
        self.add(at)


def _ordered(counter: Mapping[str, int]) -> dict[str, int]:
    known = {name: counter.get(name, 0) for name in SEVERITIES}
    return known | {name: count for name, count in counter.items() if name not in known}


def _listed(groups: Mapping[str, _Group], name: str, most: int) -> list[dict[str, Any]]:
    ranked = sorted(groups.items(), key=lambda pair: (-pair[1].count, pair[0]))
    return [{name: key, **group.as_dict()} for key, group in ranked[:most]]


def _table(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name)
    return value if isinstance(value, Mapping) else {}


_COMMON: Final = frozenset({"schema", "position", "service", "environment", "release", "at"})


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in _COMMON and value not in (None, "", [], {})}
