"""What a judgement looked at that may be another thing the next time, though the exception is the same again.

The time, the variables of a function, the task that runs, an object that an exception holds: whoever looks at one of
these notes it, and what was concluded then is not remembered.
"""

from __future__ import annotations

import threading

__all__ = ["compare", "compared", "note", "noted"]


class _Noted(threading.local):
    """By thread, for a judgement is made in one."""

    times = 0
    texts = 0


_noted = _Noted()


def note() -> None:
    """Say that what is concluded now holds for this one exception."""
    _noted.times += 1


def noted() -> int:
    """How often that was said in this thread: what two calls differ by was said in between."""
    return _noted.times


def compare() -> None:
    """Say that what is concluded now hangs on whether one text stands in another one, numbers and all."""
    _noted.texts += 1


def compared() -> int:
    """How often that was said in this thread."""
    return _noted.texts
