"""What is told of an incident outside the audit trail, and how it is worded.

No personal data leaves the house by a notification: it names ids, codes and endpoints, by which who may read the audit
trail finds the rest there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from failsoft.audit.records import iso
from failsoft.observers.base import one_line

__all__ = ["Message", "Notice", "rank_of"]

_MOST_LISTED: Final = 50
_RANKS: Final = {"info": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}


def rank_of(severity: str) -> int:
    """Order among severities, 4 is `critical`."""
    return _RANKS.get(severity, 0)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of one incident. Sanitized.

    Attributes:
        id: UUID of version 7; the same through all attempts, channels and restarts.
        event: `incident.opened` or `incident.closed`.
        at: seconds since the Unix epoch.
        severity: of the incident.
        service, environment, release, host: where.
        incident: its id; the same in the audit trail.
        rule: name of the rule.
        meaning: in words.
        by: what the rule counts for itself.
        group: equal for incidents with the same rule and the same subject; says nothing about the subject.
        count: how many sightings there were.
        window: seconds within which they were counted.
        code, endpoint: of what opened it.
        error_ids: of the first failures.
    """

    id: str
    event: str
    at: float
    severity: str
    service: str = ""
    environment: str = ""
    release: str = ""
    host: str = ""
    incident: str = ""
    rule: str = ""
    meaning: str = ""
    by: str = ""
    group: str = ""
    count: int = 1
    window: float = 0.0
    code: str = ""
    endpoint: str = ""
    error_ids: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """In one line, for people."""
        where = "/".join(part for part in (self.service, self.environment) if part) or "failsoft"
        what = self.meaning if self.event == "incident.opened" else f"over: {self.meaning}"
        facts = [f"rule {self.rule}", f"{self.count} seen"]
        facts += [f"code {self.code}"] if self.code else []
        facts += [f"at {self.endpoint}"] if self.endpoint else []
        facts += [f"errors {', '.join(self.error_ids)}"] if self.error_ids else []
        return one_line(f"[{self.severity}] {where}: {what} ({'; '.join(facts)}; incident {self.incident})")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery: a notice, or several in one.

    Attributes:
        id: the same through all attempts.
        at: seconds since the Unix epoch.
        notices: one or more.
        dropped: how many more there were that are not in it.
    """

    id: str
    at: float
    notices: tuple[Notice, ...]
    dropped: int = 0

    @classmethod
    def of(cls, notices: Sequence[Notice], dropped: int, at: float, new_id: str) -> Message:
        """The message for some notices; of a digest only the 50 worst are listed."""
        if len(notices) == 1 and not dropped:
            return cls(id=notices[0].id, at=at, notices=(notices[0],))
        worst = sorted(notices, key=lambda notice: -rank_of(notice.severity))
        return cls(id=new_id, at=at, notices=tuple(worst[:_MOST_LISTED]), dropped=dropped + len(worst[_MOST_LISTED:]))

    @property
    def severity(self) -> str:
        """The worst in it."""
        return max((notice.severity for notice in self.notices), key=rank_of, default="high")

    @property
    def event(self) -> str:
        """`incident.opened`, `incident.closed`, or `incident.digest` for several."""
        return self.notices[0].event if len(self.notices) == 1 and not self.dropped else "incident.digest"

    @property
    def subject(self) -> str:
        """In one line."""
        if self.event != "incident.digest":
            return self.notices[0].line
        where = next((notice.service for notice in self.notices if notice.service), "failsoft")
        return one_line(f"[{self.severity}] {where}: {len(self.notices) + self.dropped} incidents")

    @property
    def text(self) -> str:
        """In words, one line for each incident."""
        lines = [notice.line for notice in self.notices]
        if self.dropped:
            lines.append(f"and {self.dropped} more; see the audit trail")
        return "\n".join(lines) + "\n"

    @property
    def data(self) -> Mapping[str, Any]:
        """As plain values: `type`, `timestamp` and `data`, after the convention of Standard Webhooks."""
        told = [_told(notice) for notice in self.notices]
        digest = {"severity": self.severity, "incidents": told, "dropped": self.dropped}
        data = told[0] if self.event != "incident.digest" else digest
        return {"type": self.event, "timestamp": iso(self.at), "data": data}

    @property
    def body(self) -> bytes:
        """`data` as JSON."""
        return json.dumps(self.data, separators=(",", ":")).encode("ascii")


def _told(notice: Notice) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(notice)
    found["timestamp"] = iso(found.pop("at"))
    return found
