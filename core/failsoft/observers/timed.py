"""A queue and its thread, which also wakes by itself when something is due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from failsoft.observers.queued import QueuedWorker

__all__ = ["TimedWorker"]

T = TypeVar("T")
_log = logging.getLogger("failsoft")


class TimedWorker(QueuedWorker[T]):
    """As `QueuedWorker`, and hands nothing, an empty batch, to `handle` when that is due.

    Parameters:
        due: seconds until then, asked after each batch; None: nothing is due.
        options: those of `QueuedWorker`.
    """

    def __init__(self, handle: Callable[[list[T]], None], *, due: Callable[[], float | None], **options: Any) -> None:
        self._due = due
        super().__init__(handle, **options)

    def _run(self) -> None:
        while True:
            with self._lock:
                waits = bool(self._items)
                if not waits and self._closing:
                    return
                seconds = None if waits else self._due()
                if not waits and (seconds is None or seconds > 0):
                    self._hurry, self._idle = False, True
                    self._wake.wait(seconds)
                    self._idle = False
                    continue
            batch = (self._take() or []) if waits else []
            try:
                self._handle(batch)
            except Exception as error:  # noqa: BLE001 - a sink must never end the thread
                self.errors += 1
                if self.errors & (self.errors - 1) == 0:  # 1st, 2nd, 4th, 8th …: said, but not in a storm
                    _log.warning("%s: %d items lost: %s", self._name, len(batch), type(error).__name__)
            with self._lock:
                self._done += len(batch)
                self._handled.notify_all()
