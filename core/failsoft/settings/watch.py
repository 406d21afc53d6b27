"""When to look at the settings file again: it has changed, or somebody sent SIGHUP."""

from __future__ import annotations

import logging
import os
import signal
import threading
from _thread import start_new_thread
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["INTERVAL", "HangUp", "Signature", "Watch", "has_hangup", "signature_of"]

INTERVAL = 1.0
"""Seconds between two looks at the file."""

Signature = tuple[int, int, int, int] | None
"""What changes when a file does. None: it is not there."""
_log = logging.getLogger("failsoft")


def signature_of(path: Path) -> Signature:
    """The signature of a file; links are followed."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev


class Watch:
    """Looks at a file from a daemon thread, which begins with the first request and anew in a forked process.

    A change counts once the file has stayed as it is from one look to the next, so that a file which is still being
    written is left alone.

    Parameters:
        path: the file.
        seen: its signature when it was read.
        changed: called in the thread after each change; False ends it.
    """

    def __init__(self, path: Path, seen: Signature, changed: Callable[[], bool]) -> None:
        self.seen = seen
        """The signature of what was read last."""
        self.running = False
        self._path = path
        self._changed = changed
        self._last: Signature = seen
        self._closed = False
        self.after_fork()

    def after_fork(self) -> None:
        """Threads do not survive a fork, and locks that others held are never let go."""
        self.running = False
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def begin(self) -> None:
        """Start the thread, unless it runs."""
        with self._lock:
            if self.running or self._closed:
                return
            self.running = True
        try:
            threading.Thread(target=self._run, args=(self._stop,), name="failsoft-reload", daemon=True).start()
        except RuntimeError as error:  # no more threads: requests are served all the same
            _log.warning("the settings file is not watched: %s", error)

    def close(self) -> None:
        """End the thread, and start no other."""
        self._closed = True
        self._stop.set()

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(INTERVAL):
            now = signature_of(self._path)
            settled, self._last = now == self._last, now
            if settled and now != self.seen:
                self.seen = now
                if not self._changed():
                    return


class HangUp:
    """Calls a function in a thread of its own whenever the process gets SIGHUP, and then who listened before.

    Parameters:
        work: what is to be done.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work: Callable[[], object] | None = work
        self._previous: Any = None
        self.installed = False
        self.after_fork()

    def after_fork(self) -> None:
        """Locks that others held are never let go."""
        self._turn = threading.Lock()
        self._waiting = False

    def install(self) -> bool:
        """Listen. False: that is possible in the main thread of the main interpreter alone."""
        try:
            self._previous = signal.signal(signal.SIGHUP, self._heard)
        except ValueError:
            return False
        self.installed = True
        return True

    def close(self) -> None:
        """Listen no longer. Who began to listen later stays, and finds nothing to be done here."""
        self._work = None
        if self.installed and signal.getsignal(signal.SIGHUP) == self._heard:
            with suppress(ValueError):  # as above
                signal.signal(signal.SIGHUP, signal.SIG_DFL if self._previous is None else self._previous)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        # Between any two steps of whatever the main thread does, perhaps with a lock in its hand. So nothing here takes
        # a lock; `threading.Thread.start` takes several, and waits for the thread.
        if not self._waiting and self._work is not None:
            self._waiting = True
            try:
                start_new_thread(self._act, ())
            except RuntimeError:
                self._waiting = False
        if callable(self._previous):
            self._previous(number, frame)

    def _act(self) -> None:
        with self._turn:
            # a signal that comes from now on may be about a later change
            self._waiting = False
            if (work := self._work) is not None:
                work()


def has_hangup() -> bool:
    """Whether this system knows SIGHUP."""
    return hasattr(signal, "SIGHUP") and os.name == "posix"
