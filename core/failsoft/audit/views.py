"""What a reader gets of a record, by the keys and the rights that there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from failsoft.audit.fields import SEALED, from_json, opened
from failsoft.audit.stores import Stored

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["mapping_of", "without_sealed"]


def mapping_of(stored: Stored, keys: KeyRing | None) -> dict[str, Any]:
    """An entry as a reader gets it: the record, opened as far as there are keys, with what it is found by."""
    entry = stored.entry
    found: dict[str, Any] = {
        "position": stored.position,
        "lane": entry.lane,
        "sequence": entry.sequence,
        "timestamp": None,
        "kind": entry.kind,
        "severity": entry.severity,
        "code": entry.code,
        "endpoint": entry.endpoint,
        "status": entry.status,
        "error_id": entry.error_id,
        "trace_id": entry.trace_id,
    }
    try:
        own = {"position": stored.position, "lane": entry.lane, "sequence": entry.sequence}
        return found | opened(from_json(entry.record), entry.key_id, keys) | own
    except Exception:  # noqa: BLE001 - whatever was put there
        return found | {"unreadable": ["record"]}


def without_sealed(found: Mapping[str, Any]) -> dict[str, Any]:
    """A record for a reader who may not see what is sealed, whether or not it was; what was left out is in `hidden`."""
    rest, hidden = dict(found), []
    for name, members in SEALED.items():
        value = rest.get(name)
        if value is None:
            continue
        if not members:
            del rest[name]
            hidden.append(name)
        elif isinstance(value, Mapping):
            rest[name] = {member: part for member, part in value.items() if member not in members}
            hidden += [f"{name}.{member}" for member in members if value.get(member) is not None]
    return rest | {"hidden": hidden} if hidden else rest
