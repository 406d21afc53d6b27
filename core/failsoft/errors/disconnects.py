"""Did the client go away? The one question for which an exception's whole past counts, its context included."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from failsoft.errors.capture import cause_of, context_of, frames_of
from failsoft.errors.catalogue.labels import DISCONNECTED
from failsoft.errors.facts import Facts, FactsOfClasses
from failsoft.errors.failure import Link
from failsoft.errors.fleeting import note
from failsoft.errors.hints import broke_while_answering

__all__ = ["find_disconnect"]

_MAX_STEPS = 12


def find_disconnect(exc: BaseException, classes: FactsOfClasses, links: Mapping[int, Link]) -> BaseException | None:
    """The exception in the past of `exc`, or `exc` itself, that says that the client is gone.

    Parameters:
        links: what was captured, by the identity of the exception.
    """
    if cause_of(exc) is None and context_of(exc) is None:
        facts = classes.of(type(exc))
        return exc if facts.may_be_gone and _says_so(exc, facts, exc, links, after_timeout=False) else None
    seen: set[int] = set()
    waiting: list[tuple[BaseException, bool]] = [(exc, False)]
    while waiting and len(seen) < _MAX_STEPS:
        one, after_timeout = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        facts = classes.of(type(one))
        if facts.may_be_gone and _says_so(one, facts, exc, links, after_timeout=after_timeout):
            return one
        # what limits a time does so by cancelling: that is the doing of this side, not of the client
        after_timeout = after_timeout or isinstance(one, TimeoutError) or "Timeout" in type(one).__name__
        waiting += [(past, after_timeout) for past in (context_of(one), cause_of(one)) if past is not None]
    return None


def _says_so(
    one: BaseException, facts: Facts, exc: BaseException, links: Mapping[int, Link], *, after_timeout: bool
) -> bool:
    if isinstance(one, (asyncio.CancelledError, GeneratorExit)):
        if one is exc:
            return True
        return isinstance(one, asyncio.CancelledError) and not after_timeout and _cancelled_from_outside()
    if facts.label == DISCONNECTED:
        return True
    if not isinstance(one, ConnectionError):
        return False
    link = links.get(id(one))
    return broke_while_answering(type(one).__name__, frames_of(one) if link is None else link.frames)


def _cancelled_from_outside() -> bool:
    """Whether the running task is still asked to end. A timeout that cancelled it has taken that back by now.

    Where no task runs there is nobody to cancel: a library ended a task of its own inside of `asyncio.run`.
    """
    note()
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and task.cancelling() > 0
