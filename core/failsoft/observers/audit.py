"""Has what happened written down: events become drafts of audit records."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from failsoft.audit.deeds import breaker_changed, bypass_changed, policy_changed, retry_saved, settings_reloaded
from failsoft.audit.records import Draft, failure_handled
from failsoft.events import (
    AuditRecordsLost,
    AuditStoreChanged,
    BypassChanged,
    CircuitBreakerCommanded,
    ErrorHandled,
    Event,
    RetryEnded,
    SettingsReloaded,
)

if TYPE_CHECKING:
    from failsoft.audit.watch import Watch
    from failsoft.audit.writer import Ticket
    from failsoft.witness import Witness

__all__ = ["AuditObserver"]


class _Sink(Protocol):
    """What takes drafts of records: the trail, or its writer."""

    def put(self, draft: Draft, /) -> bool: ...
    def submit(self, draft: Draft, /) -> Ticket: ...


class AuditObserver:
    """Has written down every handled failure, every call that a retry has saved, and every change by hand.

    In the publisher's thread it only queues the event; sanitizing, JSON and encryption are the writer's work.

    Parameters:
        sink: takes the records.
        watch: looks for incidents; None: nobody does.
        breaker_of: state of the circuit breaker of an endpoint, None where it has none.
        witness: waits for records that have to be kept before the answer leaves; None: nobody does.
    """

    kinds: tuple[type[Event], ...] = (
        ErrorHandled,
        RetryEnded,
        CircuitBreakerCommanded,
        BypassChanged,
        SettingsReloaded,
        AuditRecordsLost,
        AuditStoreChanged,
    )
    """The events it reads."""

    def __init__(
        self,
        sink: _Sink,
        watch: Watch | None = None,
        breaker_of: Callable[[str], str | None] = lambda _: None,
        witness: Witness | None = None,
    ) -> None:
        self._sink = sink
        self._watch = watch
        self._breaker_of = breaker_of
        self._witness = witness

    def __call__(self, event: Event) -> None:
        """Queue the record of an event; one that is not in `kinds` is passed over."""
        if isinstance(event, ErrorHandled):
            self._failed(event)
        elif isinstance(event, (AuditRecordsLost, AuditStoreChanged)):
            self._troubled(event)
        elif isinstance(event, SettingsReloaded):
            self._reloaded(event)
        elif isinstance(event, RetryEnded):
            if event.outcome == "success":
                self._sink.put(partial(retry_saved, event))
        elif isinstance(event, BypassChanged):
            self._sink.put(partial(bypass_changed, event))
        elif isinstance(event, CircuitBreakerCommanded):
            self._sink.put(partial(breaker_changed, event))
            if self._watch is not None:
                self._watch.commanded(event)

    def _failed(self, event: ErrorHandled) -> None:
        draft = partial(failure_handled, event, breaker=self._breaker_of(event.endpoint))
        witness = self._witness
        if witness is not None and (witness.always or event.audited):
            witness.promise(self._sink.submit(draft))
        else:
            self._sink.put(draft)
        if self._watch is not None:
            self._watch.failed(event)

    def _troubled(self, event: AuditRecordsLost | AuditStoreChanged) -> None:
        if self._watch is None:
            return
        if isinstance(event, AuditRecordsLost):
            self._watch.trouble("records_lost", event.count)
        elif not event.answering:
            self._watch.trouble("store_failing" if event.usable else "store_unusable")

    def _reloaded(self, event: SettingsReloaded) -> None:
        self._sink.put(partial(settings_reloaded, event))
        policies = tuple(path for path in event.changed if path.startswith(("policies.", "endpoints", "rollout.")))
        if policies:
            self._sink.put(partial(policy_changed, event.at, how="reload", paths=policies))
