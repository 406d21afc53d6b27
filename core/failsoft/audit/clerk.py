"""Writes into the trail from a command: a lane of its own, each record stored before the call returns."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from failsoft.audit.deeds import trail_opened
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.records import Draft, RecordContext, record
from failsoft.audit.statements import Statement
from failsoft.audit.stores import AuditStore
from failsoft.clock import Clock, SystemClock

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["Clerk"]


class Clerk:
    """A lane that a command opens with its first record, and closes and seals at its end. For one thread.

    Parameters:
        keys: None: nothing is signed or encrypted.
        encrypt: seal what is sensitive; needs keys.
    """

    def __init__(
        self,
        store: AuditStore,
        context: RecordContext,
        *,
        keys: KeyRing | None,
        encrypt: bool,
        clock: Clock | None = None,
    ) -> None:
        self._store, self.context = store, context
        self._clock = clock or SystemClock()
        self._lane = Lane(new_lane_id(self._clock.time()), keys=keys, encrypt=encrypt)

    @property
    def lane(self) -> str:
        """The id of its lane."""
        return self._lane.id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lane.sequence and error is None:
            self.record("trail.closed")
            self._store.state(self._lane.seal(self._now(), self._store.heads(), closing=True))
        self._store.close()

    def record(self, kind: str, *, actor: str | None = None, severity: str = "info", **details: object) -> None:
        """Have something written down. Raises what the store raises."""
        who = None if actor is None else self.context.people.user_of(actor, self.context.sanitizer)
        members = {"severity": severity, "actor": who, "details": details or None}
        self.write(lambda context: record(kind, self._clock.time(), context, **members))

    def write(self, draft: Draft) -> None:
        """Have a draft written down. Raises what the store raises."""
        entries = []
        if not self._lane.sequence:
            entries.append(self._lane.encode(trail_opened(self._clock.time(), self.context)))
        entries.append(self._lane.encode(draft(self.context)))
        self._store.append(entries)

    def tombstone(self, seals: Sequence[Statement], reason: str, export: str) -> Statement:
        """The statement that what these seals cover is removed; see `Lane.tombstone`. Not stored yet."""
        return self._lane.tombstone(self._now(), self._store.heads(), seals=seals, reason=reason, export=export)

    def _now(self) -> int:
        return int(self._clock.time() * 1e6)
