"""What was concluded before of an exception that is the same again: failures come again.

An exception is told apart by all that a judgement goes by (`alike`), of itself and of whatever hangs on it. What else a
judgement looked at (`fleeting`) keeps it from being remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

from failsoft.errors.alike import ASKED, add_state
from failsoft.errors.capture import cause_of, context_of, frames_of, is_suppressed, members_of, text_of
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.facts import Facts, FactsOfClasses
from failsoft.errors.failure import Failure, Link
from failsoft.errors.frames import Frames
from failsoft.errors.numbers import without_numbers

__all__ = ["Remembered", "Seen", "see", "see_line"]

_NEAR = 25
_MOST = 1_024
"""Of each of two generations."""
_MOST_MET = 4_096
_MOST_LINKS = 12
_MOST_TEXT = 4_096
_UNPRINTABLE = "<unprintable "
_CAUSE, _CONTEXT, _CAUSE_AND_CONTEXT = (1,), (2,), (3,)
_new: Any = tuple.__new__  # takes a third of the time that the class itself does


Seen = tuple[list[Any], list[Any], Sequence[tuple[BaseException, Facts]]]
"""What an exception is recognized by: all of it, in an order that tells the parts apart; what has to live as long as
that is remembered, because it has the identity of it; and whose readers have to be asked each time, as they look at
objects."""
_Known = tuple[Failure, Sequence[Label | None], Sequence[Any]]


class Remembered:
    """A bounded memory of failures. Of exceptions it keeps neither texts nor objects, only hashes. Safe to share among
    threads: they may forget what another one has just learned.

    What was met once is not remembered but by a number: most texts that are new come no second time. What is asked for
    stays: when there is no more room, the half is forgotten that nobody asked for of late.
    """

    __slots__ = ("_met", "_old", "_young")

    def __init__(self) -> None:
        self._met: set[int] = set()
        self._young: dict[tuple[Any, ...], _Known] = {}
        self._old: dict[tuple[Any, ...], _Known] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def find(self, key: tuple[Any, ...], labels: Sequence[Label | None]) -> Failure | None:
        """The failure that was remembered, without what each has of its own. It must not be changed.

        Parameters:
            labels: what the readers that were asked anew said.
        """
        known = self._young.get(key)
        if known is None:
            known = self._old.get(key)
            if known is None:
                return None
            self._put(key, known)
        return known[0] if known[1] == labels else None

    def comes_again(self, key: tuple[Any, ...]) -> bool:
        """Whether a key was met before, as far as that is still known. The next time it was."""
        number = hash(key)
        met = self._met
        if number in met:
            return True
        if len(met) >= _MOST_MET:
            self._met = met = set()
        met.add(number)
        return False

    def keep(self, key: tuple[Any, ...], labels: Sequence[Label | None], kept: Sequence[Any], failure: Failure) -> None:
        """Remember a failure.

        Parameters:
            kept: what has to live as long as the key is remembered.
        """
        bare: Failure = failure.__copy__()
        bare.links, bare.error_id, bare.details = (), "", {}
        self._put(key, (bare, labels, kept))

    def _put(self, key: tuple[Any, ...], known: _Known) -> None:
        young = self._young
        if len(young) >= _MOST:
            self._old = young
            self._young = young = {}
        young[key] = known


def see_line(
    exc: BaseException, facts: Facts, classes: FactsOfClasses, locals_of: Callable[[FrameType], Mapping[str, str]] | None
) -> tuple[Seen, dict[int, Link]] | bool:
    """What an exception is recognized by that nothing hangs on but what it was raised from or while handling, and what
    was captured of it and of that, in this order. As most are like this, it is done at once and in half the time.

    Returns:
        False: it is not to be recognized. True: it may be, but is of another kind.
    """
    parts: list[Any] = []
    kept: list[Any] = []
    asks: list[tuple[BaseException, Facts]] = []
    links: dict[int, Link] = {}
    relation = ""
    while True:
        plan = facts.plan
        # with a plan a class is honest: its instances can be asked for what they have
        if plan is None or len(links) == _MOST_LINKS:
            return False
        if facts.is_group:
            return True
        text = text_of(exc)
        if len(text) > _MOST_TEXT or text.startswith(_UNPRINTABLE):
            return False
        frames = Frames(exc.__traceback__, locals_of)
        alike = without_numbers(text) if plan.blind and "__notes__" not in exc.__dict__ else text
        parts += (id(facts), hash(alike))
        kept.append(facts)
        if not frames.add_to(parts, kept, _NEAR):
            return False
        args = exc.args
        if len(args) == 1 and args[0] is text and not plan.slots and not exc.__dict__ and text.isascii():
            # most are like this, and `add_state` would add no more
            parts.append(hash(alike))
            if plan.asks:
                asks.append((exc, facts))
        else:
            held: list[BaseException] = []
            told = add_state(parts, exc, plan, held, kept, text, alike)
            if not told or held:
                return bool(told)
            if told == ASKED or plan.asks:
                asks.append((exc, facts))
        links[id(exc)] = _new(Link, (facts.name, text, frames, relation))
        cause, context = exc.__cause__, exc.__context__
        if cause is not None:
            if context is not None and context is not cause:
                return True
            parts.append(_CAUSE if context is None else _CAUSE_AND_CONTEXT)
            relation, exc = "cause", cause
        elif context is None:
            return (parts, kept, asks), links
        elif exc.__suppress_context__:
            return True
        else:
            parts.append(_CONTEXT)
            relation, exc = "context", context
        if id(exc) in links:
            return True
        facts = classes.of(type(exc))


def see(exc: BaseException, links: dict[int, Link], classes: FactsOfClasses) -> Seen | None:
    """What an exception is recognized by; None: it is not to be recognized.

    Parameters:
        links: what was captured, by the identity of the exception.
    """
    parts: list[Any] = []
    kept: list[Any] = []
    asks: list[tuple[BaseException, Facts]] = []
    found = [exc]
    for number, one in enumerate(found):
        if number == _MOST_LINKS:
            return None
        facts = classes.of(type(one))
        plan = facts.plan
        if plan is None:
            return None
        link = links.get(id(one))
        if link is None:
            text, frames = text_of(one), frames_of(one)
        else:
            text, frames = link.message, link.frames  # type: ignore[assignment]  # it was captured a moment ago
        if len(text) > _MOST_TEXT or text.startswith(_UNPRINTABLE):
            return None
        kept.append(facts)
        parts.append(id(facts))
        parts.append(hash(text))
        if not frames.add_to(parts, kept, _NEAR):
            return None
        held: list[BaseException] = []
        told = add_state(parts, one, plan, held, kept, text, text)
        if not told:
            return None
        if told == ASKED or plan.asks:
            asks.append((one, facts))
        if facts.is_group and isinstance(one, BaseExceptionGroup):
            members = members_of(one)
            parts.append(len(members))
            held += members
        _add_past(parts, one, held)
        for other in held:
            _add_place_of(parts, other, found)
    return parts, kept, asks


def _add_past(parts: list[Any], exc: BaseException, held: list[BaseException]) -> None:
    """What an exception was raised from or while handling."""
    cause, context = cause_of(exc), context_of(exc)
    if cause is None and context is None:
        return
    parts.append((cause is not None, context is not None, is_suppressed(exc)))
    if cause is not None:
        held.append(cause)
    if context is not None:
        held.append(context)


def _add_place_of(parts: list[Any], exc: BaseException, found: list[BaseException]) -> None:
    """Which of those that were found an exception is, by its number."""
    for number, one in enumerate(found):
        if one is exc:
            parts.append(number)
            return
    parts.append(len(found))
    found.append(exc)

