"""A second store of the audit trail, which gets the same entries as the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from failsoft.audit.entry import Entry
from failsoft.audit.keeping import Keeper
from failsoft.audit.statements import Statement
from failsoft.observers.queued import QueuedWorker

__all__ = ["Backup"]

_TICK: Final = 1.0


class Backup:
    """A second store that gets the same entries, in a thread of its own. Its faults never touch the first.

    Parameters:
        keeper: keeps them, with a journal of its own.
        size: most batches that may wait; those that find no place are left to `failsoft audit reconcile`.
    """

    def __init__(self, keeper: Keeper, *, size: int = 1_000) -> None:
        self.keeper = keeper
        self._worker: QueuedWorker[tuple[Sequence[Entry], Sequence[Statement]]] = QueuedWorker(
            self._handle, size=size, batch=16, interval=0.0, tick=_TICK, name="failsoft-audit-backup", forks=self
        )

    def put(self, entries: Sequence[Entry], statements: Sequence[Statement] = ()) -> None:
        """Have them kept, some time soon."""
        self._worker.put((entries, statements))

    def begin(self) -> None:
        """Tell that it could not be reached at the start, and try again from now on."""
        self.keeper.tell_missing()
        self._worker.begin()

    def close(self, timeout: float) -> None:
        """Keep what waits, and let go of the store."""
        if self._worker.close(timeout):
            self.keeper.close()

    def _handle(self, batches: list[tuple[Sequence[Entry], Sequence[Statement]]]) -> None:
        for entries, statements in batches:
            if entries:
                self.keeper.open(entries[0].lane)
            while not self.keeper.keep(entries, statements) and self._worker.pause(self.keeper.pause()):
                self.keeper.catch_up()
        self.keeper.catch_up()

    def before_fork(self) -> None:
        """Nothing has to come to rest: a child drops what it inherits."""

    def after_fork_in_parent(self) -> None:
        """Go on."""

    def after_fork_in_child(self) -> None:
        """Start afresh."""
        self.keeper.forget()
