"""Makes what is made when it is first used, in the background of a process that is about to serve.

The first failure would else wait for some hundred patterns to be compiled. What the thread has not come to is made by
whoever needs it first: nobody waits for the thread, and it holds nothing that anybody could wait for.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable

from failsoft.clock import SystemClock
from failsoft.deferred import all_made, asked, later, make_next

__all__ = ["warm_up"]

_PATIENCE = 2.0
"""Seconds to wait for one step of the thread: most are over in a millisecond, the longest in a third of a second."""
_AT_THE_END = 10.0
"""The same where the process ends: a thread that is cut off inside of RE2 takes the process down with it."""
_COURTESY = 0.01
"""Seconds to leave alone who makes what they need."""


class _Warming:
    """The thread of this process. It ends when all is made."""

    def __init__(self) -> None:
        self._stopped = False
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Go on with what is left to be made, if nobody does."""
        if all_made() or (self._thread is not None and self._thread.is_alive()):
            return
        self._stopped = False
        thread = threading.Thread(target=self._run, name="failsoft-warming", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # there is no room for a thread, or the process ends
            return
        self._thread = thread

    def pause(self, patience: float = _PATIENCE) -> None:
        """Let the thread end after the step that it is at, before the process forks or ends.

        Parameters:
            patience: seconds to wait for that.
        """
        self._stopped = True
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(patience)

    def resume(self) -> None:
        """After a fork, on both sides."""
        if self._thread is not None:
            self._thread = None
            self.begin()

    def _run(self) -> None:
        before = asked()
        while not self._stopped and _step():
            # whoever waits for the interpreter goes first: that is a request. And one that fails already is not made
            # to share it with what others will need
            SystemClock.sleep(0 if asked() == before else _COURTESY)
            before = asked()


def _step() -> bool:
    try:
        return make_next()
    except Exception:  # noqa: BLE001 - who needs it is told
        return True


_warming = _Warming()
atexit.register(_warming.pause, _AT_THE_END)
try:
    from os import register_at_fork
except ImportError:  # pragma: no cover - Windows has no fork
    pass
else:
    register_at_fork(before=_warming.pause, after_in_parent=_warming.resume, after_in_child=_warming.resume)


def warm_up(make: Callable[[], object] | None = None) -> None:
    """Have everything made in the background that the first failures would wait for. Never waits and never raises.

    For whoever is about to serve; a second call costs next to nothing.

    Parameters:
        make: makes more, and comes first.
    """
    if make is not None:
        later(make, first=True)
    _warming.begin()
