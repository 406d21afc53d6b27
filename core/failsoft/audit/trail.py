"""The audit trail as an application sees it: `fs.audit`."""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakSet

# imported here for the order: what is registered for the exit later is done first, and its queues are closed after us
import failsoft.observers.queued  # noqa: F401
from failsoft import current
from failsoft.clock import Clock
from failsoft.errors.exceptions import SettingsError
from failsoft.errors.taxonomy import Severity

if TYPE_CHECKING:
    from failsoft.audit.asking import Instant, Several
    from failsoft.audit.keys import KeyRing
    from failsoft.audit.records import Draft
    from failsoft.audit.stores import ReadableStore
    from failsoft.audit.watch import Watch
    from failsoft.audit.writer import AuditWriter, Ticket

__all__ = ["Readable", "Trail"]

_EXIT_PATIENCE: Final = 2.0
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
        watch: looks for incidents.
        record_reads: have every `query` written down.
    """

    def __init__(
        self,
        writer: AuditWriter | None,
        readable: Readable | None,
        keys: KeyRing | None,
        clock: Clock,
        watch: Watch | None = None,
        *,
        record_reads: bool = False,
    ) -> None:
        self.writer = writer
        if writer is not None:
            _trails.add(self)
        self.watch = watch
        self.waiting = watch is not None and watch.notifier.waiting
        """A process that is gone may have left something to do: `begin` does it."""
        self._record_reads = record_reads
        self._readable = readable
        self._keys = keys
        self._clock = clock

    def record(self, kind: str, /, *, severity: str = "info", actor: object = None, **fields: object) -> bool:
        """Have something of the application's own written down, in the background.

        Parameters:
            kind: what it is about: small letters, with a dot in it, as `invoice.voided`.
            severity: `critical`, `high`, `medium`, `low` or `info`.
            actor: who did it, by `audit.user`.
            fields: what else is to be known. They are read now, sanitized, and sealed; what are no plain values,
                becomes text. Within a request, its ids, client and user are written down as well, and its endpoint
                where that has a policy.

        Returns:
            False if it was dropped, because too many were waiting, or because there is no audit trail.

        Raises:
            ValueError: the kind has another form or is one of Failsoft's own, or there is no such severity. Never for
                anything in the fields.
        """
        from failsoft.audit.schema import check_kind  # noqa: PLC0415 - as everything that only who records needs

        check_kind(kind)
        severity = str(Severity(severity))
        if self.writer is None:
            return False
        from failsoft.audit.deeds import own  # noqa: PLC0415
        from failsoft.audit.plain import plain  # noqa: PLC0415

        at, asked = self._clock.time(), _asked()
        return self.put(
            partial(own, kind=kind, at=at, severity=severity, actor=plain(actor), fields=plain(fields), asked=asked)
        )

    def put(self, draft: Draft) -> bool:
        """For parts of Failsoft: have a record written down; see `failsoft.audit.deeds`. False if it was dropped."""
        if self.writer is None:
            return False
        if self.waiting:
            self.begin()
        taken = self.writer.put(draft)
        if not taken and self.watch is not None:
            self.watch.trouble("records_lost")
        return taken

    def submit(self, draft: Draft) -> Ticket:
        """As `put`, and learn when it is on the disk."""
        if self.writer is None:
            raise SettingsError(_NO_TRAIL)
        return self.writer.submit(draft)

    def begin(self) -> None:
        """Take over notifications that were not delivered before a restart. Never waits and never raises."""
        self.waiting = False
        if self.watch is not None:
            self.watch.begin()

    @property
    def away(self) -> bool:
        """Whether the store does not answer, and records go to the journal. False where there is no trail."""
        return self.writer is not None and self.writer.away

    def sync_fully(self) -> None:
        """From now on, a record that is waited for is on the disk: the settings were not so strict at the start."""
        if self.writer is not None:
            self.writer.sync_fully()

    def resume(self) -> None:
        """Go on where the start, or a process that is gone, has left something to do. Once there are observers."""
        if self.writer is not None:
            self.writer.begin()

    def flush(self, timeout: float) -> bool:
        """Wait until what was recorded so far is written; notifications are not waited for."""
        seen = self.watch is None or self.watch.flush(timeout)
        return (self.writer is None or self.writer.flush(timeout)) and seen

    def rest(self, timeout: float) -> bool:
        """As `flush`, and close the chain of this process; the next record begins a new one."""
        seen = self.watch is None or self.watch.flush(timeout)
        return (self.writer is None or self.writer.rest(timeout)) and seen

    def close(self, timeout: float = 5.0) -> bool:
        """Look through what waits, try once more to deliver it, write everything down, and end."""
        ended = [self.watch.close(timeout), self.watch.notifier.close(timeout)] if self.watch is not None else []
        return (self.writer is None or self.writer.close(timeout)) and all(ended)

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
        from failsoft.audit.asking import asked  # noqa: PLC0415 - as in `record`
        from failsoft.audit.views import mapping_of  # noqa: PLC0415

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
        from failsoft.audit.places import in_lane  # noqa: PLC0415 - as in `record`
        from failsoft.audit.views import mapping_of  # noqa: PLC0415

        self._note({"lane": lane, "sequence": str(sequence)})
        stored = in_lane(self._readable(), lane, sequence)
        return None if stored is None else mapping_of(stored, self._keys)

    def _note(self, criteria: Mapping[str, str]) -> None:
        if self._record_reads:
            from failsoft.audit.deeds import trail_read  # noqa: PLC0415 - as in `record`
            from failsoft.audit.plain import plain  # noqa: PLC0415

            self.put(partial(trail_read, self._clock.time(), criteria, plain(_asked().get("user"))))


_trails: WeakSet[Trail] = WeakSet()


def _at_exit() -> None:
    """Close what nobody closes: under WSGI no server tells an application that it ends, and a lane that is left open
    says of its process that it crashed."""
    for trail in list(_trails):
        with suppress(Exception):  # an exit must not fail because of us
            if trail.watch is not None:
                trail.watch.flush(_EXIT_PATIENCE)
                trail.watch.notifier.close(_EXIT_PATIENCE)
            if trail.writer is not None:
                trail.writer.close()


atexit.register(_at_exit)


def _asked() -> dict[str, Any]:
    """What is known of the request that is being served here."""
    call = current.current_call.get()
    if call is None:
        return {}
    facts, user = call.facts, None
    with suppress(Exception):  # a user of the application's own making
        user = call.user()
    return {
        "endpoint": call.endpoint or None,
        "trace_id": call.trace_id,
        "method": facts.method,
        "client": facts.client,
        "user": user,
        "request_id": call.request_id,
    }
