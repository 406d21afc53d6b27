"""The audit writer: from a request's thread to the store, with nobody waiting and nothing lost unsaid."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from failsoft.clock import Clock, SystemClock
from failsoft.events import ErrorHandled, Event
from failsoft.ids import new_error_id
from failsoft.observers.audit.record import (
    Draft,
    Encode,
    Entry,
    RecordContext,
    encode_plain,
    failure_handled,
    record_failed,
    records_dropped,
)
from failsoft.observers.queued import QueuedWorker

__all__ = ["AuditObserver", "AuditStore", "AuditWriter", "UnstorableError"]

_FIRST_DELAY, _LONGEST_DELAY = 0.05, 5.0
_FORK_PATIENCE = 1.0
_log = logging.getLogger("failsoft.audit")


class UnstorableError(Exception):
    """Raised by a store: these entries will never be stored, however often they are tried."""


class AuditStore(Protocol):
    """Where audit records are kept. Used by one thread at a time."""

    def append(self, entries: Sequence[Entry], /) -> None:
        """Keep all of the entries, or none and raise. An entry that is kept already (same lane and sequence) is not
        kept twice: after an error nobody knows whether it was."""
        ...

    def close(self) -> None:
        """Let go of connections; the next `append` opens new ones."""
        ...

    def forget(self) -> None:
        """In a forked child: drop connections of the parent without closing them."""
        ...


class AuditWriter:
    """Takes drafts of records in any thread, and builds, numbers and stores them in a thread of its own.

    Records of one process form a *lane*, numbered without gaps by that thread. While the store fails, records wait and
    are tried again after 50 ms, doubling up to 5 s. When too many wait, the newest are dropped, and a record of kind
    `records_dropped` says how many. A forked child starts with a new lane, an empty queue and its own connection.

    Parameters:
        store: where the records are kept.
        queue_size: most records that may wait.
        batch: most records stored in one transaction.
        interval: seconds to wait for more records before a smaller batch is stored.
        on_drop: told the number of dropped records, in the writer's thread, when the record about them is made.
        encode: makes an `Entry` of a record; the default stores JSON in clear.

    Attributes:
        written: entries stored, in this process.
        lost: entries that the store refused for good, or that waited when the writer had to end.
        failures: failed attempts to store.
    """

    def __init__(
        self,
        store: AuditStore,
        *,
        queue_size: int = 10_000,
        batch: int = 256,
        interval: float = 0.05,
        on_drop: Callable[[int], None] | None = None,
        encode: Encode = encode_plain,
        clock: Clock | None = None,
    ) -> None:
        self._store = store
        self._on_drop = on_drop
        self._encode = encode
        self._clock = clock or SystemClock()
        self._reset()
        self._worker: QueuedWorker[Draft] = QueuedWorker(
            self._handle, size=queue_size, batch=batch, interval=interval, name="failsoft-audit", forks=self
        )

    def _reset(self) -> None:
        self._storing = threading.Lock()
        self._held_by: int | None = None
        self._lane = ""
        self._sequence = 0
        self._reported = 0
        self._abandoned = False
        self.written = 0
        self.lost = 0
        self.failures = 0

    @property
    def dropped(self) -> int:
        """Records that found the queue full or closed, in this process."""
        return self._worker.dropped

    def put(self, draft: Draft) -> bool:
        """Queue a record. Never waits for the store and never raises; False if it was dropped."""
        return self._worker.put(draft)

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything put so far was stored or given up. False if that took more than `timeout` seconds."""
        return self._worker.flush(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Store what waits, take no more, and let go of the store. What a failing store does not take is `lost`.

        Returns:
            False if not all of it was done within `timeout` seconds. Closing twice is allowed.
        """
        drained = self._worker.close(timeout)
        if not drained:
            _log.error("audit: the store did not take what waits within %g s; the end of the process loses it", timeout)
        if drained and self._storing.acquire(timeout=timeout):
            try:
                self._store.close()
            finally:
                self._storing.release()
        return drained and self.lost == 0

    # --- the writer's thread

    def _handle(self, drafts: list[Draft]) -> None:
        records = [self._numbered(draft) for draft in drafts]
        if missing := self._worker.dropped - self._reported:
            self._reported += missing
            _log.error("audit: %d records dropped, because too many were waiting", missing)
            records.append(self._numbered(partial(records_dropped, missing, self._clock.time())))
        self._store_all(records)
        if missing and self._on_drop is not None:
            self._on_drop(missing)

    def _numbered(self, draft: Draft) -> Entry:
        self._sequence += 1
        self._lane = self._lane or new_error_id(self._clock.time())
        where = {"lane": self._lane, "sequence": self._sequence}
        try:
            return self._encode(draft() | where)
        except Exception as error:  # noqa: BLE001 - a record that cannot be built must not cost its neighbours
            return self._encode(record_failed(error, self._clock.time()) | where)

    def _store_all(self, entries: Sequence[Entry]) -> None:
        delay, last_try = _FIRST_DELAY, False
        while not self._abandoned:
            try:
                with self._storing:
                    self._store.append(entries)
            except UnstorableError as error:
                self._store_apart(entries, error)
                return
            except Exception as error:  # noqa: BLE001 - whatever a driver raises: the store may come back
                self._note(error, len(entries))
                if last_try:
                    break
                last_try = not self._worker.pause(delay)
                delay = min(delay * 2, _LONGEST_DELAY)
            else:
                self.written += len(entries)
                return
        self._abandoned = True
        self._lose(len(entries), "the store failed to the end")

    def _store_apart(self, entries: Sequence[Entry], error: Exception) -> None:
        if len(entries) == 1:
            self.failures += 1
            self._lose(1, f"the store refused it for good ({type(error).__name__})")
            return
        for entry in entries:
            self._store_all([entry])

    def _lose(self, count: int, why: str) -> None:
        self.lost += count
        _log.error("audit: lost records: %d, %d in all: %s", count, self.lost, why)

    def _note(self, error: Exception, count: int) -> None:
        self.failures += 1
        if self.failures & (self.failures - 1) == 0:  # 1st, 2nd, 4th, 8th …: said, but not in a storm
            dropped = self._worker.dropped
            _log.warning(
                "audit store failed (%s), %d records wait to be tried again, %d were dropped",
                type(error).__name__, count, dropped,
            )  # fmt: skip

    # --- forks

    def before_fork(self) -> None:
        """Let the store come to rest: a connection must not be split in two, nor a driver's lock be held."""
        if self._storing.acquire(timeout=_FORK_PATIENCE):
            self._held_by = threading.get_ident()
            self._store.close()

    def after_fork_in_parent(self) -> None:
        """Go on."""
        if self._held_by == threading.get_ident():
            self._held_by = None
            self._storing.release()

    def after_fork_in_child(self) -> None:
        """Start a new lane."""
        self._store.forget()
        self._reset()


class AuditObserver:
    """Has every handled failure written down.

    In the publisher's thread it only queues the event; sanitizing and JSON are the writer's work.
    """

    kinds: tuple[type[Event], ...] = (ErrorHandled,)
    """The events it reads."""

    def __init__(self, writer: AuditWriter, context: RecordContext) -> None:
        self._writer = writer
        self._context = context

    def __call__(self, event: Event) -> None:
        """Queue the record of an event; one that is not in `kinds` is passed over."""
        if isinstance(event, ErrorHandled):
            self._writer.put(partial(failure_handled, event, self._context))
