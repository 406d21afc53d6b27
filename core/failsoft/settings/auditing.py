"""The `[audit]` table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from failsoft.errors.exceptions import Fault
from failsoft.kinds import Secret, did_you_mean, join_path
from failsoft.options import Options, shown
from failsoft.settings.values import AuditUrl

__all__ = ["Audit", "AuditKeys", "AuditRotation"]


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

    def check(self, path: str) -> Iterable[Fault]:
        if self.encryption == "on" and self.keys is None and "keys" not in self.given:
            expected = 'required: the keys that encrypt records; or write encryption = "off"'
            yield Fault(join_path(path, "keys"), "", expected)
