"""The audit writer: from a request's thread to the store, with nobody waiting and nothing lost unsaid."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from failsoft.audit.deeds import trail_opened
from failsoft.audit.entry import Entry
from failsoft.audit.incidents import Trouble
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.records import Draft, RecordContext, record, record_failed
from failsoft.audit.stores import AuditStore, UnstorableError
from failsoft.clock import Clock, SystemClock
from failsoft.observers.queued import QueuedWorker

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["AuditWriter"]

_FIRST_DELAY, _LONGEST_DELAY = 0.05, 5.0
_FORK_PATIENCE = 1.0
_log = logging.getLogger("failsoft.audit")


class AuditWriter:
    """Takes drafts of records in any thread, and builds, numbers and stores them in a thread of its own.

    Records of one process form a *lane* (see `failsoft.audit.entry`), opened by a record `trail.opened` before its
    first one and closed by `trail.closed`. While the store fails, records wait, and are tried again after 50 ms, then
    later and later up to 5 s. When too many wait, the newest are dropped; a record `records.dropped` says how many. A
    forked child starts with a new lane, an empty queue and its own connection.

    Parameters:
        store: where the records are kept.
        context: what all records have in common.
        keys: None: nothing is signed or encrypted.
        encrypt: seal what is sensitive; needs keys.
        queue_size: most records that may wait.
        batch: most records stored in one transaction.
        interval: seconds to wait for more records before a smaller batch is stored.
        seal_after: records after which a stretch of the lane is sealed.
        seal_interval: seconds after which it is, if there are any.

    Attributes:
        written: entries stored, in this process.
        lost: entries that the store refused for good, or that waited when the writer had to end.
        failures: failed attempts to store.
    """

    def __init__(
        self,
        store: AuditStore,
        context: RecordContext,
        *,
        keys: KeyRing | None = None,
        encrypt: bool = False,
        queue_size: int = 10_000,
        batch: int = 256,
        interval: float = 0.05,
        seal_after: int = 10_000,
        seal_interval: float = 600.0,
        clock: Clock | None = None,
    ) -> None:
        self._store = store
        self._context = context
        self._keys = keys
        self._encrypt = encrypt
        self._seal_after = seal_after
        self._seal_interval = seal_interval
        self._clock = clock or SystemClock()
        self.on_trouble: Callable[[Trouble, int], object] = lambda *_: None
        """Told, in the writer's thread, that records were lost or that the store failed."""
        self._reset()
        self._worker: QueuedWorker[Draft] = QueuedWorker(
            self._handle, size=queue_size, batch=batch, interval=interval, name="failsoft-audit", forks=self
        )

    def _reset(self) -> None:
        self._storing = threading.Lock()
        self._held_by: int | None = None
        self._lane: Lane | None = None
        self._sealed_at = 0.0
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
        if drained and self._lane is not None and not self._abandoned:
            self._store_all([self._own(self._lane, "trail.closed")])
            self._seal(self._lane, closing=True)
            self._lane = None
        if drained and self._storing.acquire(timeout=timeout):
            try:
                self._store.close()
            finally:
                self._storing.release()
        return drained and self.lost == 0

    # --- the writer's thread

    def _handle(self, drafts: list[Draft]) -> None:
        lane = self._lane or self._opened()
        entries = [self._entry(lane, draft) for draft in drafts]
        if missing := self._worker.dropped - self._reported:
            self._reported += missing
            _log.error("audit: %d records dropped, because too many were waiting", missing)
            entries.append(self._own(lane, "records.dropped", count=missing))
        self._store_all(entries)
        now = self._clock.monotonic()
        if lane.unsealed >= self._seal_after or now - self._sealed_at >= self._seal_interval:
            self._seal(lane)

    def _opened(self) -> Lane:
        lane = self._lane = Lane(new_lane_id(self._clock.time()), keys=self._keys, encrypt=self._encrypt)
        self._sealed_at = self._clock.monotonic()
        self._store_all([lane.encode(trail_opened(self._clock.time(), self._context))])
        return lane

    def _entry(self, lane: Lane, draft: Draft) -> Entry:
        try:
            return lane.encode(draft(self._context))
        except Exception as error:  # noqa: BLE001 - a record that cannot be built must not cost its neighbours
            return lane.encode(record_failed(error, self._clock.time(), self._context))

    def _own(self, lane: Lane, kind: str, **details: object) -> Entry:
        return lane.encode(record(kind, self._clock.time(), self._context, details=details or None))

    def _seal(self, lane: Lane, *, closing: bool = False) -> None:
        try:
            with self._storing:
                statement = lane.seal(int(self._clock.time() * 1e6), self._store.heads(), closing=closing)
                self._store.state(statement)
            self._sealed_at = self._clock.monotonic()
        except Exception as error:  # noqa: BLE001 - as for records
            self._note(error, 0)

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
        self.on_trouble("records_lost", count)
        _log.error("audit: lost records: %d, %d in all: %s", count, self.lost, why)

    def _note(self, error: Exception, count: int) -> None:
        self.failures += 1
        self.on_trouble("store_failing", 1)
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
