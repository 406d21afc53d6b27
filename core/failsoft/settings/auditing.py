"""The `[audit]` table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Literal

from msgspec import Meta

from failsoft.audit.compliance import DEFAULTS
from failsoft.audit.retention import instant, period
from failsoft.errors.exceptions import Fault
from failsoft.kinds import Duration, Kind, Reference, Secret, did_you_mean, format_duration, is_reference, join_path
from failsoft.options import Options, shown
from failsoft.settings.incidents import (
    AuditIncident,
    AuditNotification,
    CompliancePattern,
    faults_of_channels,
    faults_of_rules,
)
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


_BOUNDS = {
    "max_wait": (0.01, 60.0),
    "store_timeout": (0.05, 60.0),
    "anchor_interval": (1.0, 60.0),
    "seal_interval": (1.0, 86_400.0),
}
"""Seconds, least and most."""


def _anchor(value: object) -> str:
    if isinstance(value, str) and (
        value in ("log", "span") or (value.startswith("file:") and len(value) > len("file:")) or is_reference(value)
    ):
        return value
    raise ValueError("no anchor")


AnchorName = Annotated[str, Kind('"log", "span", "file:PATH" or "package.module:function"', _anchor)]


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
    ] = field(repr=False)  # it may hold a password, and what shows local variables shows this
    rotation: Annotated[
        AuditRotation | None, Meta(description="When files of JSON lines are put aside. Only for `jsonl:`.")
    ] = None
    durability: Annotated[
        Literal["batched", "sync"],
        Meta(description="`batched`: records are written in the background, several at a time; a killed process loses "
        "those of the last 50 ms, and under load those that the writer had not come to. `sync`: an answer to a failure "
        "leaves when its record is on the disk, in the store or in the journal."),
    ] = "batched"  # fmt: skip
    max_wait: Annotated[
        Duration,
        Meta(description="How long an answer waits for its record. Then it leaves all the same, and that is told; with "
        '`audit = "required"` on the endpoint it is replaced by 503.'),
    ] = 5.0  # fmt: skip
    store_timeout: Annotated[
        Duration | None,
        Meta(description="How long the writer waits for a store that says nothing, before the journal takes what "
        "waits. Absent: 2 s, or half of `max_wait` where that is less. A lock on a file is waited for 0.5 s at most."),
    ] = None  # fmt: skip
    required_at_start: Annotated[
        bool,
        Meta(description="Whether the app refuses to start while a store cannot be reached. Else it starts, and "
        "records go to the journal until it can be. What is reached and cannot be used is refused in any case."),
    ] = False  # fmt: skip
    overload: Annotated[
        Literal["spill", "wait", "drop"],
        Meta(description="When failures come faster than the store takes their records. `spill`: they go to the "
        "journal first. `wait`: who brings one waits for a place in the queue, at most `max_wait`; never in an event "
        "loop. `drop`: the newest are dropped, and counted."),
    ] = "spill"  # fmt: skip
    journal: Annotated[
        str | None,
        Meta(min_length=1, description="Directory that takes records while the store does not, from where they are "
        "brought to the store when it is back, or at the next start. Absent: beside an SQLite file, with `.spill` "
        "after its name; else `failsoft-audit.spill` in the working directory."),
    ] = None  # fmt: skip
    backup: Annotated[
        AuditUrl | None, Meta(description="A second store that gets the same records, written independently.")
    ] = field(default=None, repr=False)
    anchors: Annotated[
        tuple[AnchorName, ...],
        Meta(description="Where signed heads of all chains are sent, out of the reach of the app: `log` (logger "
        "`failsoft.audit.anchor`), `span` (OpenTelemetry), `file:PATH`, or a function of yours that takes a "
        "`Statement`."),
    ] = ("log",)  # fmt: skip
    anchor_interval: Annotated[
        Duration, Meta(description="After which the heads are sent, if there is something new. At most a minute.")
    ] = 60.0
    seal_interval: Annotated[
        Duration,
        Meta(description="After which what is new is sealed by a signature; also after each 10 000 records, and at the "
        "end of the process."),
    ] = 600.0  # fmt: skip
    encryption: Annotated[
        Literal["on", "off"],
        Meta(description="Whether what is sensitive in a record is encrypted. Without keys the app does not start, "
        'unless `"off"` is written out.'),
    ] = "on"  # fmt: skip
    keys: Annotated[AuditKeys | None, Meta(description="The keys that encrypt and sign.")] = None
    client: Annotated[
        Literal["full", "network", "hash", "none"],
        Meta(description="What records say of the address of a client: all of it; its network (/24 of IPv4, /48 of "
        "IPv6); a digest by which it is found all the same, which needs keys; nothing."),
    ] = "full"  # fmt: skip
    user: Annotated[
        Literal["full", "hash", "none"],
        Meta(description="What records say of the user, and of who did something: what the app calls them; a digest, "
        "which needs keys; nothing."),
    ] = "full"  # fmt: skip
    fields: Annotated[
        Reference | None,
        Meta(description="Function that is given each record and returns a table of more fields, or None. Called in "
        "the background; no record is written while it works."),
    ] = None  # fmt: skip
    compliance: Annotated[
        Mapping[str, tuple[CompliancePattern, ...]],
        Meta(description="By flag (`hipaa`, `pci`, `soc2`, or one of yours): codes and categories of failures that are "
        "relevant to it, in addition to those that are known. An empty list takes a flag away."),
    ] = field(default_factory=dict)  # fmt: skip
    incidents: Annotated[
        tuple[AuditIncident, ...], Meta(max_length=100, description="Which failures are a security incident.")
    ] = ()
    notifications: Annotated[
        tuple[AuditNotification, ...], Meta(max_length=20, description="Who is told of security incidents.")
    ] = ()
    outbox: Annotated[
        str | None,
        Meta(description="Directory where notifications are kept until they are delivered; it has to be there. Absent: "
        "that of the `journal`, which is made."),
    ] = None  # fmt: skip

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
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                expected = f"expected {format_duration(least)} to {format_duration(most)}"
                yield Fault(join_path(path, name), format_duration(value), expected)
        waits, longest = self.store_timeout, self.max_wait
        if self.durability == "sync" and waits is not None and longest is not None and waits >= longest:
            expected = f'less than max_wait ({format_duration(longest)}), with durability = "sync"'
            yield Fault(join_path(path, "store_timeout"), format_duration(waits), expected)
        if self.encryption == "on" and self.keys is None and "keys" not in self.given:
            expected = 'required: the keys that encrypt records; or write encryption = "off"'
            yield Fault(join_path(path, "keys"), "", expected)
        for name in ("client", "user"):
            if getattr(self, name) == "hash" and self.keys is None and "keys" not in self.given:
                # a plain digest of an address is undone by trying all of them
                yield Fault(join_path(path, name), '"hash"', "needs keys")
        flags = {*DEFAULTS, *(self.compliance or ())}
        yield from faults_of_rules(self.incidents or (), flags, join_path(path, "incidents"))
        yield from faults_of_channels(self.notifications or (), self.incidents or (), join_path(path, "notifications"))
