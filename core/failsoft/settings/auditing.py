"""The `[audit]` table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta

from failsoft.audit.retention import instant, period
from failsoft.errors.exceptions import Fault
from failsoft.kinds import Kind, Secret, did_you_mean, join_path
from failsoft.options import Options, shown
from failsoft.settings.values import AuditUrl

__all__ = ["Audit", "AuditHold", "AuditKeys", "AuditRotation"]

_PERIOD = 'a span of calendar time such as "7y", "6mo" or "90d"'
_INSTANT = 'a date or a time such as 2026-01-31 or "2026-01-31T12:00:00Z"'


def _period(value: object) -> str:
    period(value)
    return str(value)


def _instant(value: object) -> str:
    return datetime.fromtimestamp(instant(value) / 1e6, UTC).isoformat()


Period = Annotated[str, Kind(_PERIOD, _period)]
Instant = Annotated[str, Kind(_INSTANT, _instant)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditKeys(Options):
    """The keys of the audit trail: 256 bits each, in base 64 or hexadecimal digits. What each purpose needs is derived
    from them (HKDF)."""

    active: Annotated[str, Meta(description="Id of the key that writes. The others only read.")]
    ring: Annotated[
        Mapping[str, Secret],
        Meta(description="The keys by id. An id stays with its key as long as there are records of it."),
    ] = field(default_factory=dict)

    def check(self, path: str) -> Iterable[Fault]:
        if self.active is not None and self.active not in (self.ring or {}):
            expected = "expected the id of a key in ring" + did_you_mean(self.active, self.ring or ())
            yield Fault(join_path(path, "active"), shown(self.active), expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHold(Options):
    """A legal hold: records of this time are not removed, though their time is over."""

    since: Annotated[Instant | None, Meta(description="From this time on. UTC without a zone.")] = None
    until: Annotated[Instant | None, Meta(description="Before this time. Absent: also what is yet to come.")] = None
    reason: Annotated[str, Meta(min_length=1, description="Why; `failsoft audit purge` shows it.")]

    def check(self, path: str) -> Iterable[Fault]:
        if self.since is not None and self.until is not None and instant(self.until) <= instant(self.since):
            yield Fault(join_path(path, "until"), "", "expected a time after since")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRotation(Options):
    """When a file of JSON lines is put aside under another name. None is ever deleted."""

    size: Annotated[int, Meta(ge=4096, description="Bytes that a file has at most.")] = 268_435_456
    every: Annotated[
        Literal["hour", "day", "never"],
        Meta(description="A file holds what was written in one hour or day (UTC); `never`: only its size decides."),
    ] = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(Options):
    """The audit trail. Without this table there is none."""

    url: Annotated[
        AuditUrl,
        Meta(description="Where records are written. A relative file counts from the working directory."),
    ]
    rotation: Annotated[
        AuditRotation | None, Meta(description="When files of JSON lines are put aside. Only for `jsonl:`.")
    ] = None
    durability: Annotated[
        Literal["batched"], Meta(description="`batched`: records are written in the background, several at a time.")
    ] = "batched"
    encryption: Annotated[
        Literal["on", "off"],
        Meta(description="Whether what is sensitive in a record is encrypted. Without keys the app does not start, "
        'unless `"off"` is written out.'),
    ] = "on"  # fmt: skip
    keys: Annotated[AuditKeys | None, Meta(description="The keys that encrypt and sign.")] = None

    record_reads: Annotated[
        bool,
        Meta(description="Whether it is written down that somebody has read in the trail: `fs.audit.query`, `search`, "
        "`show` and `report`. Exports always are."),
    ] = False  # fmt: skip
    retention: Annotated[
        Period | None,
        Meta(description="How long records are kept, by the calendar, before `failsoft audit purge` removes them: "
        "years (`y`), months (`mo`), weeks (`w`), days (`d`). Without it none are."),
    ] = None  # fmt: skip
    holds: Annotated[tuple[AuditHold, ...], Meta(description="What is kept nevertheless.")] = ()

    def check(self, path: str) -> Iterable[Fault]:
        if self.encryption == "on" and self.keys is None and "keys" not in self.given:
            expected = 'required: the keys that encrypt records; or write encryption = "off"'
            yield Fault(join_path(path, "keys"), "", expected)
