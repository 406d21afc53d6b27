"""What a judgement looked at that may be another thing the next time, though the exception is the same again.

The time, the variables of a function, the task that runs, an object that an exception holds: whoever looks at one of
these notes it, and what was concluded then is not remembered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Answer", "answered", "answers", "compare", "compared", "note", "noted"]


Answer = tuple[Callable[[BaseException], Any], BaseException, Any]
"""What was asked about an exception, and what was answered: it can be asked again."""


class _Noted(threading.local):
    """By thread, for a judgement is made in one."""

    times = 0
    texts = 0
    answers: list[Answer] | None = None


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


def answered(ask: Callable[[BaseException], Any], exc: BaseException, answer: Any) -> None:
    """Say that what is concluded now hangs on this answer, which may be another one the next time."""
    if _noted.answers is not None:
        _noted.answers.append((ask, exc, answer))


@contextmanager
def answers() -> Iterator[list[Answer]]:
    """All that is answered in this thread meanwhile."""
    told: list[Answer] = []
    _noted.answers = told
    try:
        yield told
    finally:
        # the exceptions that were asked about are nobody's to keep
        _noted.answers = None
