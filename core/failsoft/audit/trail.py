"""The audit trail as an application sees it: `fs.audit`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from failsoft.audit.asking import Instant, Several, asked
from failsoft.audit.fields import SEALED, opened
from failsoft.audit.places import in_lane
from failsoft.audit.records import RecordContext, record
from failsoft.audit.stores import ReadableStore, Stored
from failsoft.clock import Clock
from failsoft.errors.exceptions import SettingsError

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing
    from failsoft.audit.writer import AuditWriter

__all__ = ["Readable", "Trail", "mapping_of", "without_sealed"]

_NO_TRAIL = "the settings have no [audit] table: there is no audit trail"


class Readable(Protocol):
    """What opens the store for reading, in any thread."""

    def __call__(self) -> ReadableStore: ...


class Trail:
    """Records of what happened.

    Parameters:
        writer: None: there is no trail, `record` does nothing and `query` raises.
        readable: opens the store for reading.
        keys: open what is sealed.
        record_reads: have every `query` written down.
    """

    def __init__(
        self,
        writer: AuditWriter | None,
        readable: Readable | None,
        keys: KeyRing | None,
        clock: Clock,
        *,
        record_reads: bool = False,
    ) -> None:
        self.writer = writer
        self._record_reads = record_reads
        self._readable = readable
        self._keys = keys
        self._clock = clock

    def record(self, kind: str, *, severity: str = "info", actor: str | None = None, **fields: Any) -> bool:
        """Have something of the application's own written down, in the background.

        Parameters:
            kind: what it is about, with a dot in it: `invoice.voided`.
            severity: `critical`, `high`, `medium`, `low` or `info`.
            actor: who did it.
            fields: what else is to be known; plain values. They are sanitized, and sealed.

        Returns:
            False if it was dropped, because too many were waiting, or because there is no audit trail.
        """
        if self.writer is None:
            return False
        return self.writer.put(partial(_own, kind, self._clock.time(), severity, actor, fields))

    def query(
        self,
        *,
        since: Instant | None = None,
        until: Instant | None = None,
        kind: Several | None = None,
        code: str | None = None,
        endpoint: str | None = None,
        status: int | None = None,
        severity: Several | None = None,
        error_id: str | None = None,
        trace_id: str | None = None,
        user: str | None = None,
        client: str | None = None,
        request_id: str | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Mapping[str, Any]]:
        """The records that are wanted, oldest first, as they are read from the store: nothing is held in memory.

        From any thread, also while records are written. What waits is not waited for: `fs.flush()` before, where the
        newest matter. With `audit.record_reads` a record `trail.read` says what was asked for.

        Parameters:
            since, until: from this time on and before that one: a `datetime`, ISO 8601 (UTC without a zone), seconds
                since the Unix epoch, or so long ago: `24h`, `7d`.
            kind, severity: one, or several, of which each is wanted.
            user, client, request_id: found by their blind index, sealed or not.
            limit: most records.

        Returns:
            Mappings of what the record has (see the reference) and `position`, `sequence`, `lane`, `timestamp`, `kind`,
            `severity`, `code`, `endpoint`, `status`, `error_id`, `trace_id`, None where a record has none. What is
            sealed is opened for the holder of the key; what cannot be opened is named in `unreadable`.

        Raises:
            SettingsError: there is no audit trail.
            ValueError: something that is asked for can never be: no time, no severity, a limit below 1.
            StoreError: the store cannot be read; when the first record is taken.
        """
        if self._readable is None:
            raise SettingsError(_NO_TRAIL)
        criteria: dict[str, Any] = {
            "since": since, "until": until, "kind": kind, "code": code, "endpoint": endpoint, "status": status,
            "severity": severity, "error_id": error_id, "trace_id": trace_id, "user": user, "client": client,
            "request_id": request_id,
        }  # fmt: skip
        query = asked(self._keys, self._clock.time(), newest_first=newest_first, limit=limit, **criteria)
        self._note({name: str(value) for name, value in criteria.items() if value is not None})
        return (mapping_of(stored, self._keys) for stored in self._readable().search(query))

    def entry(self, lane: str, sequence: int) -> Mapping[str, Any] | None:
        """The record with a number in a lane, as `query` gives it but for its position; None: there is none.

        Raises:
            SettingsError: there is no audit trail.
            StoreError: the store cannot be read.
        """
        if self._readable is None:
            raise SettingsError(_NO_TRAIL)
        self._note({"lane": lane, "sequence": str(sequence)})
        stored = in_lane(self._readable(), lane, sequence)
        return None if stored is None else mapping_of(stored, self._keys)

    def _note(self, criteria: Mapping[str, str]) -> None:
        if self._record_reads and self.writer is not None:
            self.writer.put(partial(_read, self._clock.time(), criteria))


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
        return found | opened(msgspec.json.decode(entry.record), entry.key_id, keys)
    except (msgspec.MsgspecError, TypeError):
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


def _own(
    kind: str, at: float, severity: str, actor: str | None, fields: Mapping[str, Any], context: RecordContext
) -> dict[str, Any]:
    clean = context.sanitizer.value
    return record(kind, at, context, severity=severity, actor=clean(actor), fields=clean(dict(fields)) or None)


def _read(at: float, criteria: Mapping[str, str], context: RecordContext) -> dict[str, Any]:
    return record("trail.read", at, context, severity="info", details={"asked": context.sanitizer.value(criteria)})
