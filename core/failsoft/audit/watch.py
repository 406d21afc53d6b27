"""Looks for security incidents in what happens, in a thread of its own."""

from __future__ import annotations

import hashlib
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from failsoft.audit.incidents import Incident, IncidentBook, Moved, Rule, Sighting, Trouble
from failsoft.audit.notices import Notice
from failsoft.audit.records import Draft, Record, RecordContext, iso, record
from failsoft.clock import Clock
from failsoft.errors.failure import Failure
from failsoft.events import CircuitBreakerCommanded, ErrorHandled
from failsoft.ids import new_error_id
from failsoft.observers.base import clean
from failsoft.observers.timed import TimedWorker
from failsoft.requests import network_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from failsoft.audit.channels import Notifier
    from failsoft.audit.keys import KeyRing

__all__ = ["Sink", "Watch", "incident_closed", "incident_opened"]

_MOST_WAITING: Final = 10_000


class Sink(Protocol):
    """What takes drafts of records, as the writer."""

    def put(self, draft: Draft, /) -> bool: ...


class Watch:
    """Counts what happens by rules; has incidents written down, and told.

    In the thread of a request it only looks whether any rule is concerned, and queues.

    Parameters:
        rules: in force.
        sink: takes the records.
        notifier: is told.
        context: of the records.
        keys: for digests in notifications.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        sink: Sink,
        notifier: Notifier,
        context: RecordContext,
        keys: KeyRing | None,
        clock: Clock,
    ) -> None:
        self._rules = tuple(rules)
        self._sink = sink
        self.notifier = notifier
        self._context = context
        self._keys = keys
        self._clock = clock
        self._book = IncidentBook(self._rules, new_error_id)
        self._concerned = lru_cache(maxsize=1024)(self._is_concerned)
        self._worker: TimedWorker[Sighting | None] = TimedWorker(
            self._handle, due=self._due, size=_MOST_WAITING, interval=0.0, name="failsoft-incidents", forks=self
        )

    def failed(self, event: ErrorHandled) -> None:
        """A failure was handled. Never waits and never raises."""
        failure = event.failure
        if self._concerned(failure.code, str(failure.category)):
            self._worker.put(self._sighting(event, failure))

    def commanded(self, event: CircuitBreakerCommanded) -> None:
        """Somebody has changed a circuit breaker by hand."""
        self.trouble("breaker_forced", code=event.command, endpoint=event.name)

    def trouble(self, what: Trouble, number: int = 1, *, code: str = "", endpoint: str = "") -> None:
        """Something is wrong that is no failure of a call. Never waits and never raises.

        Parameters:
            what: `tampering`, `records_lost`, `store_failing`, `store_unusable` or `breaker_forced`.
            number: how many of them.
        """
        if any(what in rule.troubles for rule in self._rules):
            at = self._clock.time()
            self._worker.put(Sighting(at=at, trouble=what, number=number, code=code, endpoint=endpoint))

    def begin(self) -> None:
        """Take over notifications that were not delivered before a restart. Never waits and never raises."""
        self._worker.put(None)

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything so far was counted, and what is quiet was closed."""
        self._worker.put(None)
        return self._worker.flush(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Count what waits, close what is open, and end."""
        done = self._worker.close(timeout)
        if done:
            self._tell(self._book.end())
        return done

    # --- the thread

    def _handle(self, sightings: list[Sighting | None]) -> None:
        if self.notifier.waiting:
            self.notifier.begin()
        now = self._clock.monotonic()
        self._tell(self._book.tick(now))
        for sighting in sightings:
            if sighting is not None:
                self._tell(self._book.see(sighting, now))

    def _due(self) -> float | None:
        due = self._book.due()
        return None if due is None else due - self._clock.monotonic()

    def _tell(self, moved: Sequence[Moved]) -> None:
        for one in moved:
            at = self._clock.time() if one.what == "closed" else one.incident.opened
            build = incident_opened if one.what == "opened" else partial(incident_closed, reason=one.reason)
            self._sink.put(partial(build, one.incident, at))
            if one.reason != "ended":
                self.notifier.notify(self._notice(one, at))

    def _notice(self, moved: Moved, at: float) -> Notice:
        incident, context = moved.incident, self._context
        first, rule = incident.first, incident.rule
        return Notice(
            id=incident.id if moved.what == "opened" else new_error_id(at),
            event=f"incident.{moved.what}",
            at=at,
            severity=str(rule.severity),
            service=context.service,
            environment=context.environment,
            release=context.release,
            host=context.host,
            incident=incident.id,
            rule=rule.name,
            meaning=rule.meaning,
            by=rule.by,
            group=self._group(incident),
            count=incident.count,
            window=rule.window,
            code=clean(context.sanitizer, first.code),
            endpoint=clean(context.sanitizer, first.endpoint),
            error_ids=incident.error_ids,
        )

    def _group(self, incident: Incident) -> str:
        """A digest of rule and subject. Without a key that of the rule alone: addresses are soon tried through."""
        text = f"{self._context.service}\0{incident.rule.name}\0"
        if self._keys is not None:
            return self._keys.index(self._keys.active, "incident", text + incident.subject).hex()
        public = incident.subject if incident.rule.by in ("code", "endpoint") else ""
        return hashlib.sha256((text + public).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _sighting(self, event: ErrorHandled, failure: Failure) -> Sighting:
        return Sighting(
            at=event.at,
            code=failure.code,
            category=str(failure.category),
            flags=self._context.compliance.flags_of(failure.code, str(failure.category)),
            client=network_of(event.facts.client) if event.facts.client else "",
            user=event.user or "",
            endpoint=event.endpoint,
            error_id=failure.error_id,
        )

    def _is_concerned(self, code: str, category: str) -> bool:
        flags = self._context.compliance.flags_of(code, category)
        sighting = Sighting(at=0.0, code=code, category=category, flags=flags)
        return any(rule.concerns(sighting) for rule in self._rules)

    # --- forks

    def before_fork(self) -> None:
        """Nothing is held."""

    def after_fork_in_parent(self) -> None:
        """Nothing was held."""

    def after_fork_in_child(self) -> None:
        """Count anew."""
        self._book = IncidentBook(self._rules, new_error_id)
        self.notifier.forget()


def incident_opened(incident: Incident, at: float, context: RecordContext) -> Record:
    """The record that an incident was opened."""
    first, rule = incident.first, incident.rule
    alone = rule.count == 1
    request: dict[str, Any] = {
        "client": context.people.client_of(first.client, context.sanitizer) if alone or rule.by == "client" else None,
        "user": context.people.user_of(first.user, context.sanitizer) if alone or rule.by == "user" else None,
    }
    told = _incident(incident) | {
        "window": rule.window,
        "error_ids": list(incident.error_ids),
        "what": rule.meaning,
    }
    return record(
        "incident.opened",
        at,
        context,
        severity=str(rule.severity),
        endpoint=first.endpoint or None,
        error={"id": first.error_id or None, "code": clean(context.sanitizer, first.code) or None},
        request=request,
        incident=told,
    )


def incident_closed(incident: Incident, at: float, context: RecordContext, *, reason: str) -> Record:
    """The record that an incident was closed."""
    told = _incident(incident) | {"opened": iso(incident.opened), "reason": reason}
    return record("incident.closed", at, context, severity=str(incident.rule.severity), incident=told)


def _incident(incident: Incident) -> dict[str, Any]:
    rule = incident.rule
    return {"id": incident.id, "rule": rule.name, "by": rule.by, "count": incident.count}
