"""Which call is being served here, and by which Failsoft."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from failsoft.call import Call

__all__ = ["announce", "current_call", "owner", "remaining_at", "set_default"]

current_call: ContextVar[Call | None] = ContextVar("failsoft_call", default=None)
"""The innermost call of this context; its `owner` is the `Failsoft` that serves it."""

_built: list[weakref.ref[Any]] = []
_default: list[Callable[[], Any]] = []


def announce(instance: object) -> None:
    """A `Failsoft` was built; the first one alive serves calls that no adapter has claimed."""
    _built.append(weakref.ref(instance))


def set_default(make: Callable[[], Any]) -> None:
    """What makes the `Failsoft` with safe defaults, where none was built."""
    _default[:] = [make]


def owner() -> Any:
    """The `Failsoft` that serves this context, else the first one built, else one with safe defaults."""
    call = current_call.get()
    if call is not None and call.owner is not None:
        return call.owner
    for reference in _built:
        instance = reference()
        if instance is not None and not instance.closed:
            return instance
    return _default[0]()


def remaining_at(now: float) -> float | None:
    """Seconds left until the deadline of the current call, at least 0; None without a deadline."""
    call = current_call.get()
    if call is None or call.deadline is None:
        return None
    return max(0.0, call.deadline - now)
