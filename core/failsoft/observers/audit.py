"""Has what happened written down: events become drafts of audit records."""

from __future__ import annotations

from functools import partial

from failsoft.audit.records import failure_handled
from failsoft.audit.writer import AuditWriter
from failsoft.events import ErrorHandled, Event
from failsoft.witness import Witness

__all__ = ["AuditObserver"]


class AuditObserver:
    """Has every handled failure written down.

    In the publisher's thread it only queues the event; sanitizing, JSON and encryption are the writer's work.
    """

    kinds: tuple[type[Event], ...] = (ErrorHandled,)
    """The events it reads."""

    def __init__(self, writer: AuditWriter, witness: Witness | None = None) -> None:
        self._writer = writer
        self._witness = witness

    def __call__(self, event: Event) -> None:
        """Queue the record of an event; one that is not in `kinds` is passed over."""
        if isinstance(event, ErrorHandled):
            self._failed(event)

    def _failed(self, event: ErrorHandled) -> None:
        draft, witness = partial(failure_handled, event), self._witness
        if witness is not None and (witness.always or event.audited):
            witness.promise(self._writer.submit(draft))
        else:
            self._writer.put(draft)
