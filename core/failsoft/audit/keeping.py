"""Keeping entries: in the store, or in the journal until the store takes them.

Two threads meet here. The writer's brings entries, and waits for the store only as long as it is known to answer. While
it is away, the writer's thread knows nothing but the journal; `catch_up`, in a thread that nobody waits for, tries the
store, brings it what is in the journal, and hands it back to the writer when there is nothing left.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from failsoft.audit.entry import GENESIS, Entry
from failsoft.audit.journal import Journal, left_behind
from failsoft.audit.statements import Statement
from failsoft.audit.stores import AuditStore, AwayError, StoreError, UnstorableError
from failsoft.clock import Clock

__all__ = ["Keeper"]

_FIRST_DELAY, _LONGEST_DELAY = 0.05, 5.0
_AT_ONCE = 256
_SCAN = 30.0
_BEHIND = 0.5
_REST = 262_144
"""Bytes of a journal that are brought to the store while the writer waits, so that catching up comes to an end."""
_log = logging.getLogger("failsoft.audit")


class Keeper:
    """A store, and the journal that stands in for it. `keep` and `open` are one thread's, `catch_up` another's.

    Parameters:
        store: where entries belong.
        folder: where journals are; None: there is none, and while the store fails nothing is kept.
        changed: told when the store stops answering (with the exception), when it turns out to be one that cannot be
            used (again, with that), and when it answers (None).
        timeout: seconds that the writer waits for the store; None: as long as the store does.
        missing: why the store could not be reached at the start.
        admit: sees that a store that was `missing` is what it should be before anything is brought to it, and raises
            `StoreError` if not.

    Attributes:
        refused: told the entries that the store refused for good, the hash of the one before each (empty: it is not
            known), and why. None: that is logged, and no more; somebody
            else keeps them, too.
        away: the store does not answer, and entries go to the journal.
        failures: failed attempts to store.
        written: entries stored, those from journals included.
    """

    def __init__(
        self,
        store: AuditStore,
        folder: Path | None,
        clock: Clock,
        *,
        changed: Callable[[BaseException | None], None] | None = None,
        timeout: float | None = None,
        missing: AwayError | None = None,
        admit: Callable[[], None] | None = None,
    ) -> None:
        self.store = store
        self._folder = folder
        self._clock = clock
        self._told_changed = changed
        self._timeout = timeout
        self._missing = missing
        self._admit = admit
        self.refused: Callable[[Entry, bytes, str], None] | None = None
        store.hurry(timeout)
        self._reset()

    def _reset(self) -> None:
        self._using = threading.RLock()
        """Held by who uses the store. Taken before `_lock`."""
        self._lock = threading.RLock()
        """Held by who uses the journal, or decides whether the store is away. Never while the store is waited for, but
        for the last rest of a journal."""
        self._journal: Journal | None = None
        self._lane = ""
        self._last: Entry | None = None
        self._delay = _FIRST_DELAY
        self._next_try = 0.0
        self._next_scan = float("-inf")
        self._behind = self._wrong = self._doubted = False
        self.away = self._missing is not None
        self.failures = 0
        self.written = 0

    def tell_missing(self) -> None:
        """Tell that the store could not be reached at the start, now that somebody listens."""
        if self._missing is not None:
            self._changed(self._missing)

    def open(self, lane: str) -> None:
        """Begin to keep the entries of a lane, unless it is open already.

        What the journal of the one before still holds is brought to the store as if its process were gone.
        """
        if lane == self._lane:
            return
        with self._lock:
            if self._journal is not None and not self._put_away(self._journal):
                self._next_scan = float("-inf")
            self._lane = lane
            self._journal = None if self._folder is None else Journal(self._folder, lane)

    def keep(self, entries: Sequence[Entry], statements: Sequence[Statement] = (), *, behind: bool = False) -> bool:
        """Keep them in the store or, where that fails, in the journal. False: nowhere; they are to be brought again.

        Parameters:
            behind: more come than the store can take: into the journal with them, which is quicker.
        """
        while True:
            with self._lock:
                if self.away:
                    return self._spill(entries, statements)
                if behind and self._spill(entries, statements):
                    self.away, self._behind = True, True
                    self._next_try = self._clock.monotonic() + _BEHIND
                    return True
            with self._using:
                if self.away:
                    continue
                try:
                    self._store(entries, statements)
                except Exception as error:  # noqa: BLE001 - whatever a driver raises: the store may come back
                    self._note(error)
                else:
                    self._believe()
                    return True

    def heads(self) -> dict[str, tuple[int, bytes]]:
        """How far the lanes in the store have come; nothing where it cannot be asked."""
        if self.away:
            # whoever tries to reach it may take his time
            return {}
        with self._using:
            if not self.away:
                try:
                    return dict(self.store.heads())
                except Exception as error:  # noqa: BLE001 - as above
                    self._note(error)
        return {}

    def sync_fully(self) -> None:
        """From now on, somebody waits for records to be on the disk."""
        with self._using:
            self.store.sync_fully()

    @property
    def due(self) -> bool:
        """Whether there is something for `catch_up` to do."""
        return self._clock.monotonic() >= (self._next_try if self.away else self._next_scan)

    def catch_up(self, *, now: bool = False) -> bool:
        """Bring what is in journals to the store, if it is time to try. Whether the store answers.

        Parameters:
            now: try at once, and in a hurry: the process ends.
        """
        if not self._using.acquire(timeout=_LONGEST_DELAY if now else -1):
            return False
        try:
            if self.away and (now or self.due):
                self._come_back(patiently=not now)
        finally:
            self._using.release()
        if not self.away and self._clock.monotonic() >= self._next_scan:
            self._next_scan = self._clock.monotonic() + _SCAN
            self._take_over()
        return not self.away

    def pause(self) -> float:
        """Seconds until it is worth trying again."""
        return max(_FIRST_DELAY, self._next_try - self._clock.monotonic())

    def close(self, *, reached: bool = True) -> bool:
        """Bring what can be brought, and let go of everything. False if something is left in the journal.

        Parameters:
            reached: False: somebody is still trying to reach the store, which is left to the end of the process.
        """
        done = reached and self.catch_up(now=True)
        with self._lock:
            if self._journal is not None:
                done = self._put_away(self._journal) and done
        if reached:
            with self._using:
                self.store.close()
        return done

    def left(self) -> bool:
        """Whether there are journals, of this process or another."""
        return self._folder is not None and any(self._folder.glob("*.journal"))

    def _put_away(self, journal: Journal) -> bool:
        """Let go of a journal, and delete it if there is nothing in it. False if there is."""
        if journal.empty:
            journal.remove()
            return True
        journal.close()
        return False

    def rest(self, timeout: float) -> bool:
        """Before a fork: a connection must not be split in two. If true, nobody uses the store until `resume`."""
        if not self._using.acquire(timeout=timeout):
            return False
        self.store.close()
        return True

    def resume(self) -> None:
        """After `rest`, in the process that has forked."""
        self._using.release()

    def forget(self) -> None:
        """In a forked child: begin anew. That the store is away it need not find out by itself."""
        self.store.forget()
        if self._journal is not None:
            self._journal.close()
        away = self.away and not self._behind
        self._reset()
        self.away = away

    def _store(self, entries: Sequence[Entry], statements: Sequence[Statement]) -> None:
        if entries:
            try:
                self.store.append(entries)
                self.written += len(entries)
            except UnstorableError as error:
                self._store_apart(entries, error)
            self._last = entries[-1]
        for statement in statements:
            self.store.state(statement)

    def _store_apart(self, entries: Sequence[Entry], error: Exception) -> None:
        if len(entries) == 1:
            self.failures += 1
            why = f"the store refused it for good ({type(error).__name__})"
            if self.refused is None:
                _log.error("audit: %s", why)
            else:
                self.refused(entries[0], self._hash_before(entries[0]), why)
            return
        for entry in entries:
            self._store([entry], ())

    def _hash_before(self, entry: Entry) -> bytes:
        last = self._last
        if last is not None and (last.lane, last.sequence) == (entry.lane, entry.sequence - 1):
            return last.hash
        return GENESIS if entry.sequence == 1 else b""

    def _spill(self, entries: Sequence[Entry], statements: Sequence[Statement]) -> bool:
        if self._journal is None:
            return False
        try:
            self._journal.write(entries, statements)
        except OSError as error:
            _log.error("audit: the journal cannot be written: %s", error.strerror or type(error).__name__)
            return False
        return True

    # --- bringing what is in journals to the store

    def _come_back(self, *, patiently: bool) -> None:
        if patiently:
            # nobody waits for this; only for the last rest
            self.store.hurry(None)
        try:
            if self._admit is not None and self._missing is not None:
                self._admit()
                self._missing = None
            while not self._handed_back():
                pass
        except Exception as error:  # noqa: BLE001 - whatever a driver raises: the store may come back
            self._note(error)
        finally:
            self.store.hurry(self._timeout)

    def _handed_back(self) -> bool:
        """Bring what is in the journal by now. Whether that was all of it, and the writer has the store again."""
        journal, brought = self._journal, 0
        if journal is None or journal.empty:
            self.store.heads()
        else:
            # that it answers is to be seen before the writer has to wait for it
            while (end := self._size_of(journal)) - brought > (_REST if brought else 0):
                self._replay(journal, brought, end)
                brought = end
        with self._lock:
            if journal is not self._journal:
                return False
            self.store.hurry(self._timeout)
            end = 0 if journal is None else journal.size
            if journal is not None:
                self._replay(journal, brought, end)
                journal.clear()
            # it answers a question, which a full disk does, too: only what it has stored shows that it is back
            self._doubted = not self._behind
            self.away = self._behind = self._wrong = False
        if end:
            self._believe()
        return True

    def _size_of(self, journal: Journal) -> int:
        """Not in the middle of what the writer is writing."""
        with self._lock:
            return journal.size

    def _replay(self, journal: Journal, first: int = 0, last: int | None = None) -> None:
        """Bring lines to the store; see `Journal.lines`. Others may use the store between two batches."""
        lines = journal.lines(first, last)
        while some := list(islice(lines, _AT_ONCE)):
            with self._using:
                self._store(
                    [line.entry for line in some if line.entry is not None],
                    [line.statement for line in some if line.statement is not None],
                )

    def _take_over(self) -> None:
        if self._folder is None or not self._folder.is_dir():
            return
        for journal in left_behind(self._folder):
            try:
                self._replay(journal)
            except Exception as error:  # noqa: BLE001 - as above
                journal.close()
                self._note(error)
                return
            if journal.torn:
                _log.warning("audit: %s: %d torn lines were left out", journal.path.name, journal.torn)
            _log.warning("audit: %s of a process that is gone was brought to the store", journal.path.name)
            journal.remove()

    def _believe(self) -> None:
        """The store has taken something."""
        self._delay = _FIRST_DELAY
        if self._doubted:
            self._doubted = False
            self._changed(None)

    def _changed(self, error: BaseException | None) -> None:
        if self._told_changed is not None:
            self._told_changed(error)

    def _note(self, error: BaseException) -> None:
        with self._lock:
            self.failures += 1
            wrong = isinstance(error, StoreError) and not isinstance(error, AwayError)
            told = not (self.away or self._doubted) or self._behind or (wrong and not self._wrong)
            self.away, self._behind, self._wrong, self._doubted = True, False, wrong, False
            self._next_try = self._clock.monotonic() + self._delay
            self._delay = min(self._delay * 2, _LONGEST_DELAY)
        if told:
            self._changed(error)
        if self.failures & (self.failures - 1) == 0:  # 1st, 2nd, 4th, 8th …: said, but not in a storm
            _log.warning("audit store failed (%s), %d times in all", type(error).__name__, self.failures)
