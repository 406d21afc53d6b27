"""Which call is being served here, and by which Failsoft."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextvars import ContextVar, Token
from threading import RLock
from typing import Any, Protocol

from failsoft.call import Call

__all__ = [
    "EPOCH",
    "after_fork",
    "announce",
    "current_call",
    "first",
    "instances",
    "owner",
    "remaining_at",
    "restore",
    "set_default",
    "watch",
    "withdraw",
]

current_call: ContextVar[Call | None] = ContextVar("failsoft_call", default=None)
"""The innermost call of this context; its `owner` is the `Failsoft` that serves it."""


class _Compiled(Protocol):
    def revoke(self) -> None: ...


class _Epoch:
    """Ends whenever something changes that guards remember: who serves, who listens, a way around."""

    __slots__ = ("_compiled", "_lock", "number")

    def __init__(self) -> None:
        self.number = 0
        # one that a signal handler may take as well
        self._lock = RLock()
        self._compiled: weakref.WeakSet[_Compiled] = weakref.WeakSet()

    def after_fork(self) -> None:
        """Begin anew in a forked process: another thread may have held the lock."""
        self._lock = RLock()
        self.end()

    def join(self, compiled: _Compiled, number: int) -> None:
        """Revoke this when the epoch ends; now, if that of `number`, in which it was begun, is over."""
        with self._lock:
            current = number == self.number
            if current:
                self._compiled.add(compiled)
        if not current:
            compiled.revoke()

    def end(self) -> None:
        """What was remembered so far has to be looked up again."""
        with self._lock:
            self.number += 1
            compiled, self._compiled = self._compiled, weakref.WeakSet()
        for each in compiled:
            each.revoke()


EPOCH = _Epoch()
_built: list[weakref.ref[Any]] = []
_default: list[Callable[[], Any]] = []
_watching: list[Callable[[Any], None]] = []
_lock = RLock()


def restore(token: Token[Call | None]) -> None:
    """Make current again what was current before.

    A generator or coroutine may be finished in another context than it was begun in; there is nothing to restore.
    """
    try:  # noqa: SIM105 - a context manager costs more than the rest, and this is on every request's way
        current_call.reset(token)
    except ValueError:
        pass


def announce(instance: object) -> None:
    """A `Failsoft` was built; the first one alive serves calls that no adapter has claimed."""
    with _lock:
        _built[:] = [*(known for known in _built if known() is not None), weakref.ref(instance)]
    EPOCH.end()
    for told in tuple(_watching):
        told(instance)


def watch(told: Callable[[Any], None]) -> Callable[[], None]:
    """Be told of each `Failsoft` that is built from now on. Returns the way to end it."""
    _watching.append(told)
    return lambda: _watching.remove(told)


def withdraw(instance: object) -> None:
    """This one does not serve calls that no adapter has claimed."""
    with _lock:
        _built[:] = [known for known in _built if known() is not instance]
    EPOCH.end()


def after_fork() -> None:
    """Begin anew in a forked process, where locks that other threads held are never let go."""
    global _lock  # noqa: PLW0603
    _lock = RLock()
    EPOCH.after_fork()


def instances() -> list[Any]:
    """Those announced and alive, the first one built first."""
    return [instance for known in tuple(_built) if (instance := known()) is not None]


def set_default(make: Callable[[], Any]) -> None:
    """What makes the `Failsoft` with safe defaults, where none was built."""
    _default[:] = [make]


def owner() -> Any:
    """The `Failsoft` that serves this context, else the first one built, else one with safe defaults."""
    call = current_call.get()
    if call is not None and call.owner is not None:
        return call.owner
    return first()


def first() -> Any:
    """The `Failsoft` that serves calls that no adapter has claimed."""
    for reference in tuple(_built):
        instance = reference()
        if instance is not None and not instance.closed:
            return instance
    return _default[0]()


def remaining_at(now: float) -> float | None:
    """Seconds left until the deadline of the current call, at least 0; None without a deadline that is enforced."""
    call = current_call.get()
    if call is None or call.deadline is None or call.mode != "enforce":
        return None
    return max(0.0, call.deadline - now)
