"""The `[audit]` table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from failsoft.audit.compliance import DEFAULTS
from failsoft.errors.exceptions import Fault
from failsoft.kinds import Reference, Secret, did_you_mean, join_path
from failsoft.options import Options, shown
from failsoft.settings.incidents import (
    AuditIncident,
    AuditNotification,
    CompliancePattern,
    faults_of_channels,
    faults_of_rules,
)
from failsoft.settings.values import SqliteUrl

__all__ = ["Audit", "AuditKeys"]


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
class Audit(Options):
    """The audit trail. Without this table there is none."""

    url: Annotated[
        SqliteUrl,
        Meta(description="Where records are written. A relative file counts from the working directory."),
    ]
    durability: Annotated[
        Literal["batched"], Meta(description="`batched`: records are written in the background, several at a time.")
    ] = "batched"
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
        Meta(description="Directory where notifications are kept until they are delivered. Absent: those that are not "
        "when the process ends are lost; their incidents stay in the trail."),
    ] = None  # fmt: skip

    def check(self, path: str) -> Iterable[Fault]:
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
