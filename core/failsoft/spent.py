"""Exceptions on which attempts were spent already: who retries outside of them must not retry them again.

The mark is on the exception itself, so that it is found wherever the exception comes out: another task, another thread,
behind an exception that was raised from it. It is a number, so that an application that raises one stored exception for
ever is not stopped from retrying it by a mark of yesterday.
"""

from __future__ import annotations

from typing import Any

__all__ = ["SPENT", "mark_spent", "spent_since"]

_KEY = "_failsoft_spent"
_MAX_LINKS = 16
# the slot of BaseException itself, so that a property of a sub-class can neither lie nor raise
_dict_of = BaseException.__dict__["__dict__"].__get__


class _Spent:
    """How many marks have been made."""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = 0


SPENT = _Spent()
"""Read `number` where a call begins, and hand it to `spent_since` where it fails."""


def mark_spent(exc: BaseException) -> None:
    """Attempts were spent on this exception, in vain."""
    SPENT.number += 1
    _dict_of(exc)[_KEY] = SPENT.number


def spent_since(exc: BaseException, number: int) -> bool:
    """Whether an exception, or one of the 16 that it was raised from, was marked after `number`."""
    link: BaseException | None = exc
    for _ in range(_MAX_LINKS):
        if link is None:
            return False
        mark: Any = _dict_of(link).get(_KEY, 0)
        if mark > number:
            return True
        link = link.__context__ if link.__cause__ is None else link.__cause__
    return False
