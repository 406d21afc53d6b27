"""The audit writer: from a request's thread to the store, with nobody waiting who need not, and nothing lost unsaid."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from failsoft.audit.anchors import Anchors
from failsoft.audit.backup import Backup
from failsoft.audit.deeds import trail_opened
from failsoft.audit.entry import Entry
from failsoft.audit.keeping import Keeper
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.records import Draft, RecordContext, record, record_failed
from failsoft.audit.refusals import REFUSED, Refusals
from failsoft.audit.statements import Statement
from failsoft.audit.stores import AuditStore
from failsoft.clock import Clock, SystemClock
from failsoft.observers.queued import QueuedWorker

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["AuditWriter", "Rhythm", "Ticket"]

Ticket = Future[bool]
"""Done when a record is on the disk (true), or is known not to get there (false)."""

_Item = tuple[Draft, Ticket | None]
_FORK_PATIENCE = 1.0
_TICK = 1.0
_log = logging.getLogger("failsoft.audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """When what is done.

    Attributes:
        queue_size: most records that may wait.
        batch: most records stored in one transaction.
        interval: seconds to wait for more records before a smaller batch is stored.
        seal_after: records after which a stretch of the lane is sealed.
        seal_interval: seconds after which it is, if there are any.
        anchor_interval: seconds after which the heads are sent, if there is something new.
        overload: what happens when records come faster than the store takes them. `spill`: when half of the queue is
            full they go to the journal first. `wait`: when it is full, who brings one waits, unless in an event loop.
            `drop`: the newest are dropped.
        max_wait: seconds that is waited for a place at most.
    """

    queue_size: int = 10_000
    batch: int = 256
    interval: float = 0.05
    seal_after: int = 10_000
    seal_interval: float = 600.0
    anchor_interval: float = 60.0
    overload: Literal["spill", "wait", "drop"] = "spill"
    max_wait: float = 5.0


class AuditWriter:
    """Takes drafts of records in any thread, and builds, numbers and stores them in a thread of its own.

    Records of one process form a *lane* (see `failsoft.audit.entry`), opened by a record `trail.opened` before its
    first one and closed by `trail.closed`. While the store fails, entries go to the journal, and from there to the
    store when it is back; without a journal they wait. When too many wait, the newest are dropped; a record
    `records.dropped` says how many. What the store refuses for good leaves a gap, and a record `records.refused` says
    which. A forked child starts with a new lane, an empty queue and its own connection.

    Parameters:
        keeper: keeps entries; a store alone is one without a journal.
        context: what all records have in common.
        keys: None: nothing is signed or encrypted.
        encrypt: seal what is sensitive; needs keys.
        anchors: where heads are sent.
        backup: a second store.
        told_lost: told how many records are lost, and why.

    Attributes:
        lost: entries that the store refused for good, or that waited when the writer had to end.
    """

    def __init__(
        self,
        keeper: Keeper | AuditStore,
        context: RecordContext,
        *,
        keys: KeyRing | None = None,
        encrypt: bool = False,
        rhythm: Rhythm = Rhythm(),
        anchors: Anchors | None = None,
        backup: Backup | None = None,
        told_lost: Callable[[int, str], None] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._keeper = keeper if isinstance(keeper, Keeper) else Keeper(keeper, None, self._clock)
        self._keeper.refused = self._refused
        self._context = context
        self._keys = keys
        self._encrypt = encrypt
        self._rhythm = rhythm
        self._anchors = anchors or Anchors(())
        self._backup = backup
        self._told_lost = told_lost
        self._reset()
        self._worker: QueuedWorker[_Item] = QueuedWorker(
            self._handle,
            size=rhythm.queue_size,
            batch=rhythm.batch,
            interval=rhythm.interval,
            tick=_TICK,
            name="failsoft-audit",
            forks=self,
        )
        # tries a store that is away, and brings it what is in journals, so that the writer need not
        self._bringer: QueuedWorker[None] = QueuedWorker(self._bring, size=1, interval=0.0, name="failsoft-audit-store")

    def _reset(self) -> None:
        self._storing = threading.Lock()
        self._counting = threading.Lock()
        self._held_by: int | None = None
        self._rests = False
        self._lane: Lane | None = None
        self._sealed_at = self._anchored_at = 0.0
        self._anchored = 0
        self._reported = 0
        self._abandoned = False
        self._nowhere = False
        self._refusals = Refusals()
        self.lost = 0

    @property
    def dropped(self) -> int:
        """Records that found the queue full or closed, in this process."""
        return self._worker.dropped

    @property
    def written(self) -> int:
        """Entries stored, in this process."""
        return self._keeper.written

    @property
    def away(self) -> bool:
        """Whether the store does not answer, and entries go to the journal."""
        return self._keeper.away

    @property
    def failures(self) -> int:
        """Failed attempts to store."""
        return self._keeper.failures

    def put(self, draft: Draft) -> bool:
        """Queue a record. Never waits for the store and never raises; False if it was dropped."""
        return self._put((draft, None))

    def submit(self, draft: Draft) -> Ticket:
        """Queue a record, and learn when it is on the disk. Never waits for the store and never raises."""
        ticket: Ticket = Future()
        if self._nowhere:
            # it will be kept when that is over, and who waits need not wait for it
            ticket.set_result(False)
            self._put((draft, None))
        elif not self._put((draft, ticket)):
            ticket.set_result(False)
        return ticket

    def _put(self, item: _Item) -> bool:
        if self._rhythm.overload == "wait" and self._worker.full and asyncio._get_running_loop() is None:
            self._worker.wait_for_room(self._rhythm.max_wait)
        return self._worker.put(item)

    def begin(self) -> None:
        """Start the thread now, if there is something to do: the store could not be reached at the start, or a dead
        process has left something to bring there."""
        self._keeper.tell_missing()
        if self._keeper.away or self._keeper.left():
            self._worker.begin()
        if self._backup is not None:
            self._backup.begin()

    def sync_fully(self) -> None:
        """From now on, who waits for a record waits until it is on the disk. For settings that were not so strict."""
        self._keeper.sync_fully()

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything put so far was stored or given up. False if that took more than `timeout` seconds."""
        return self._worker.flush(timeout)

    def rest(self, timeout: float = 5.0) -> bool:
        """Store what waits and close the lane, with its seal and its anchor; the next record opens a new one.

        For the end of a server that may end the process in a way of its own.

        Returns:
            False if not all of it was done within `timeout` seconds.
        """
        if not self._worker.flush(timeout) or not self._storing.acquire(timeout=timeout):
            return False
        try:
            self._end_lane()
        finally:
            self._storing.release()
        return True

    def close(self, timeout: float = 5.0) -> bool:
        """Store what waits, take no more, and let go of the store. What nothing takes is `lost`.

        Returns:
            False if not all of it was done within `timeout` seconds. Closing twice is allowed.
        """
        drained = self._worker.close(timeout)
        if not drained:
            _log.error("audit: the store did not take what waits within %g s; the end of the process loses it", timeout)
        reached = self._bringer.close(timeout)
        if drained and self._storing.acquire(timeout=timeout):
            try:
                self._end(reached)
            finally:
                self._storing.release()
        if self._backup is not None:
            self._backup.close(timeout)
        return drained and self.lost == 0

    # --- the writer's thread

    def _handle(self, items: list[_Item]) -> None:
        with self._storing:
            if items or self._lane is not None:
                lane = self._lane or self._opened()
                if items:
                    self._write(lane, items)
                self._fall_due(lane)
            self._tell_refusals()
        self._have_brought()

    def _bring(self, _: list[None]) -> None:
        self._keeper.catch_up()

    def _have_brought(self) -> None:
        if self._keeper.due:
            self._bringer.put(None)

    def _write(self, lane: Lane, items: list[_Item]) -> None:
        entries = [self._entry(lane, draft) for draft, _ in items]
        if missing := self._worker.dropped - self._reported:
            self._reported += missing
            self._say_lost(missing, "too many were waiting")
            entries.append(self._own(lane, "records.dropped", count=missing))
        tickets = [(ticket, entry) for (_, ticket), entry in zip(items, entries, strict=False) if ticket is not None]
        behind = self._rhythm.overload == "spill" and self._worker.waiting > self._rhythm.queue_size // 2
        self._keep(entries, tickets=tickets, behind=behind)

    def _fall_due(self, lane: Lane) -> None:
        """Seal and anchor what is due."""
        now, rhythm = self._clock.monotonic(), self._rhythm
        due = lane.unsealed >= rhythm.seal_after or (lane.unsealed and now - self._sealed_at >= rhythm.seal_interval)
        if due:
            self._seal(lane)
        late = due or now - self._anchored_at >= rhythm.anchor_interval
        if self._anchors and late and lane.sequence > self._anchored:
            self._anchor(lane)

    def _tell_refusals(self) -> None:
        """Say in the chain which gaps are none of those that somebody else has made."""
        while self._refusals and not self._abandoned:
            lane, told = self._lane or self._opened(), self._refusals.taken()
            self._keep([lane.encode(record(REFUSED, self._clock.time(), self._context, refused=told))])

    def _opened(self) -> Lane:
        lane = self._lane = Lane(new_lane_id(self._clock.time()), keys=self._keys, encrypt=self._encrypt)
        self._keeper.open(lane.id)
        self._sealed_at = self._anchored_at = self._clock.monotonic()
        self._keep([lane.encode(trail_opened(self._clock.time(), self._context))])
        return lane

    def _end(self, reached: bool) -> None:
        self._tell_refusals()
        self._end_lane()
        if not self._keeper.close(reached=reached):
            _log.warning("audit: what the store did not take waits in the journal for the next start")

    def _end_lane(self) -> None:
        lane, self._lane = self._lane, None
        if lane is not None and not self._abandoned:
            self._keep([self._own(lane, "trail.closed")])
            self._seal(lane, closing=True)
            if self._anchors:
                self._anchor(lane)
            self._anchored = 0

    def _entry(self, lane: Lane, draft: Draft) -> Entry:
        try:
            return lane.encode(draft(self._context))
        except Exception as error:  # noqa: BLE001 - a record that cannot be built must not cost its neighbours
            return lane.encode(record_failed(error, self._clock.time(), self._context))

    def _own(self, lane: Lane, kind: str, **details: object) -> Entry:
        return lane.encode(record(kind, self._clock.time(), self._context, details=details or None))

    def _seal(self, lane: Lane, *, closing: bool = False) -> None:
        self._sealed_at = self._clock.monotonic()
        self._keep([], [lane.seal(self._now(), self._keeper.heads(), closing=closing)])

    def _anchor(self, lane: Lane) -> None:
        self._anchored_at, self._anchored = self._clock.monotonic(), lane.sequence
        self._anchors.send(lane.heads(self._now(), self._keeper.heads()))

    def _now(self) -> int:
        return int(self._clock.time() * 1e6)

    def _keep(
        self,
        entries: list[Entry],
        statements: Sequence[Statement] = (),
        *,
        tickets: Sequence[tuple[Ticket, Entry]] = (),
        behind: bool = False,
    ) -> None:
        """Keep them somewhere, however long it takes, unless the writer has to end first. Who waits hears at once."""
        if self._backup is not None:
            self._backup.put(entries, statements)
        last_try = False
        while not self._abandoned:
            kept = self._keeper.keep(entries, statements, behind=behind)
            self._nowhere = not kept
            for ticket, entry in tickets:
                ticket.set_result(kept and not self._refusals.has(entry))
            if kept:
                return
            tickets = ()
            if last_try:
                break
            last_try = not self._paused()
            if last_try:
                self._keeper.catch_up(now=True)
        for ticket, _ in tickets:
            ticket.set_result(False)
        self._abandoned = True
        self._lose(len(entries), "the store failed to the end")

    def _paused(self) -> bool:
        """Wait until it is worth trying again, and let a fork happen meanwhile. False if the writer has to end."""
        self._storing.release()
        try:
            self._have_brought()
            return self._worker.pause(self._keeper.pause())
        finally:
            self._storing.acquire()

    def _refused(self, entry: Entry, previous: bytes, why: str) -> None:
        self._refusals.add(entry, previous, why)
        self._lose(1, why)

    def _lose(self, count: int, why: str) -> None:
        if count:
            with self._counting:
                self.lost += count
            self._say_lost(count, why)

    def _say_lost(self, count: int, why: str) -> None:
        _log.error("audit: records lost: %d: %s", count, why)
        if self._told_lost is not None:
            self._told_lost(count, why)

    # --- forks

    def before_fork(self) -> None:
        """Let the store come to rest: a connection must not be split in two, nor a driver's lock be held."""
        if self._storing.acquire(timeout=_FORK_PATIENCE):
            self._held_by = threading.get_ident()
            self._rests = self._keeper.rest(_FORK_PATIENCE)

    def after_fork_in_parent(self) -> None:
        """Go on."""
        if self._held_by == threading.get_ident():
            self._held_by = None
            if self._rests:
                self._keeper.resume()
            self._storing.release()

    def after_fork_in_child(self) -> None:
        """Start a new lane."""
        self._keeper.forget()
        self._reset()
