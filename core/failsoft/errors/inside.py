"""What an exception wraps: the one it was raised from, or one that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from failsoft.errors.capture import cause_of, members_of
from failsoft.errors.fleeting import compare

__all__ = ["inner_of", "leaves_of", "quoted_context_of"]

_MAX_LEAVES = 100
_MAX_LOOKED = 10_000
_MAX_TEXT = 1_000
_SHORTEST = 8
# SQLAlchemy, urllib3 and urllib, aiohttp, Google, graphql-core
_NAMES = ("orig", "reason", "os_error", "cause", "original_error", "original_exception", "inner_exception")

_TRACEBACKS = frozenset({"_RemoteTraceback", "RemoteTraceback"})
"""What a pool of processes gives a result as its cause: the text of a traceback, lines of code and all."""


def inner_of(exc: BaseException) -> BaseException | None:
    """The exception inside of another: what it holds comes before what it was raised from."""
    for name in _NAMES:
        if isinstance(value := getattr(exc, name, None), BaseException):
            return value
    attempt: Any = getattr(exc, "last_attempt", None)
    done, ask = getattr(attempt, "done", None), getattr(attempt, "exception", None)
    # one that is not done would be waited for
    ended = not callable(done) or done() is True
    if ended and callable(ask) and isinstance(value := ask(), BaseException):
        return value
    for failed in _listed(getattr(exc, "reasons", None)):
        # Twisted keeps failures, each with its exception
        if isinstance(value := getattr(failed, "value", None), BaseException):
            return value
    errors = getattr(exc, "errors", None)
    for value in (*exc.args, *(errors if isinstance(errors, (list, tuple)) else ())):
        if isinstance(value, BaseException) and value is not exc:
            return value
    cause = cause_of(exc)
    return None if type(cause).__name__ in _TRACEBACKS else cause


def quoted_context_of(exc: BaseException) -> BaseException | None:
    """What an exception was raised while handling, if it gives its text: it passes on what it does not name."""
    context = exc.__context__
    if context is None or exc.__suppress_context__:
        return None
    compare()
    text = str(context)[:_MAX_TEXT].strip()
    return context if len(text) >= _SHORTEST and text in str(exc)[: 4 * _MAX_TEXT] else None


def _listed(value: object) -> list[object]:
    return value[:_MAX_LEAVES] if type(value) is list else []


def leaves_of(group: BaseExceptionGroup[Any], room: int = _MAX_LEAVES) -> tuple[list[BaseException], bool]:
    """The members of a group with nested groups unfolded, and whether that is all there is to know of them: beyond a
    hundred only the first of each class is given, and beyond ten thousand none is looked at.

    Parameters:
        room: at most so many.
    """
    leaves: list[BaseException] = []
    classes: set[int] = set()
    for number, leaf in enumerate(_unfold(group)):
        # by identity: a metaclass may define a __hash__ that raises
        kind = id(type(leaf))
        if number >= _MAX_LEAVES and kind in classes and number < _MAX_LOOKED:
            continue
        if len(leaves) >= room or number >= _MAX_LOOKED:
            return leaves, False
        leaves.append(leaf)
        classes.add(kind)
    return leaves, True


def _unfold(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    waiting: list[BaseException] = [group]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(reversed(members_of(one)))
        else:
            yield one
