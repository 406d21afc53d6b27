"""Keeping entries: in the store, or in the journal until the store takes them. Used by one thread at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from failsoft.audit.entry import GENESIS, Entry
from failsoft.audit.journal import Journal, left_behind
from failsoft.audit.statements import Statement
from failsoft.audit.stores import AuditStore, UnstorableError
from failsoft.clock import Clock

__all__ = ["Keeper"]

_FIRST_DELAY, _LONGEST_DELAY = 0.05, 5.0
_AT_ONCE = 256
_SCAN = 30.0
_BEHIND = 0.5
_log = logging.getLogger("failsoft.audit")


class Keeper:
    """A store, and the journal that stands in for it.

    Parameters:
        store: where entries belong.
        folder: where journals are; None: there is none, and while the store fails nothing is kept.
        changed: told when the store stops answering (with the exception) and when it answers again (None).

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
    ) -> None:
        self.store = store
        self._folder = folder
        self._clock = clock
        self._told_changed = changed
        self.refused: Callable[[Entry, bytes, str], None] | None = None
        self._reset()

    def _reset(self) -> None:
        self._journal: Journal | None = None
        self._lane = ""
        self._last: Entry | None = None
        self._delay = _FIRST_DELAY
        self._next_try = 0.0
        self._next_scan = float("-inf")
        self._behind = False
        self.away = False
        self.failures = 0
        self.written = 0

    def open(self, lane: str) -> None:
        """Begin to keep the entries of a lane, unless it is open already.

        What the journal of the one before still holds is brought to the store as if its process were gone.
        """
        if lane == self._lane:
            return
        if self._journal is not None and not self._put_away(self._journal):
            self._next_scan = float("-inf")
        self._lane = lane
        self._journal = None if self._folder is None else Journal(self._folder, lane)

    def keep(self, entries: Sequence[Entry], statements: Sequence[Statement] = (), *, behind: bool = False) -> bool:
        """Keep them in the store or, where that fails, in the journal. False: nowhere; they are to be brought again.

        Parameters:
            behind: more come than the store can take: into the journal with them, which is quicker.
        """
        if behind and self._spill(entries, statements):
            if not self.away:
                self.away, self._behind = True, True
            self._next_try = self._clock.monotonic() + _BEHIND
            return True
        if not self.away:
            try:
                self._store(entries, statements)
            except Exception as error:  # noqa: BLE001 - whatever a driver raises: the store may come back
                self._note(error)
            else:
                return True
        elif self._clock.monotonic() >= self._next_try and self.catch_up():
            return self.keep(entries, statements)
        return self._spill(entries, statements)

    def catch_up(self) -> bool:
        """Bring what is in journals to the store, if it is time to try. Whether the store answers."""
        now = self._clock.monotonic()
        if self.away and now >= self._next_try:
            try:
                if self._journal is not None and not self._journal.empty:
                    self._replay(self._journal)
                    self._journal.clear()
                else:
                    self.store.heads()
            except Exception as error:  # noqa: BLE001 - as above
                self._note(error)
            else:
                told, self.away, self._behind, self._delay = not self._behind, False, False, _FIRST_DELAY
                if told:
                    self._changed(None)
        if not self.away and now >= self._next_scan:
            self._next_scan = now + _SCAN
            self._take_over()
        return not self.away

    def pause(self) -> float:
        """Seconds until it is worth trying again."""
        return max(0.0, self._next_try - self._clock.monotonic())

    def close(self) -> bool:
        """Bring what can be brought, and let go of everything. False if something is left in the journal."""
        self._next_try = 0.0
        done = self.catch_up()
        if self._journal is not None:
            done = self._put_away(self._journal) and done
        self.store.close()
        return done

    def _put_away(self, journal: Journal) -> bool:
        """Let go of a journal, and delete it if there is nothing in it. False if there is."""
        if journal.empty:
            journal.remove()
            return True
        journal.close()
        return False

    def rest(self) -> None:
        """Before a fork: a connection must not be split in two."""
        self.store.close()

    def forget(self) -> None:
        """In a forked child: begin anew."""
        self.store.forget()
        if self._journal is not None:
            self._journal.close()
        self._reset()

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

    def _replay(self, journal: Journal) -> None:
        lines = journal.lines()
        while some := list(islice(lines, _AT_ONCE)):
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

    def _changed(self, error: BaseException | None) -> None:
        if self._told_changed is not None:
            self._told_changed(error)

    def _note(self, error: BaseException) -> None:
        self.failures += 1
        if not self.away or self._behind:
            self.away, self._behind = True, False
            self._changed(error)
        if self.failures & (self.failures - 1) == 0:  # 1st, 2nd, 4th, 8th …: said, but not in a storm
            _log.warning("audit store failed (%s), %d times in all", type(error).__name__, self.failures)
        self._next_try = self._clock.monotonic() + self._delay
        self._delay = min(self._delay * 2, _LONGEST_DELAY)
