"""What was concluded before of an exception that is the same again: failures come again.

An exception is told apart by all that a judgement goes by (`alike`), of itself and of whatever hangs on it. What else a
judgement looked at (`fleeting`) keeps it from being remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Any

from failsoft.errors.alike import ASKED, TOLD, UNTOLD, Plan, add_state
from failsoft.errors.capture import cause_of, context_of, frames_of, is_suppressed, members_of, text_of
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.digits import without_numbers
from failsoft.errors.facts import Facts, FactsOfClasses
from failsoft.errors.failure import Failure, Link
from failsoft.errors.frames import Frames

__all__ = ["Key", "Remembered", "Seen", "copied", "see", "see_line", "without_numbers_in"]

_NEAR = 25
_MOST = 1_024
"""Of each of two generations."""
_MOST_MET = 4_096
_MOST_LINKS = 12
_MOST_TEXT = 4_096
_UNPRINTABLE = "<unprintable "
_CAUSE, _CONTEXT, _CAUSE_AND_CONTEXT, _MORE, _ALIKE = (1,), (2,), (3,), (4,), (5,)
_new: Any = tuple.__new__  # takes a third of the time that the class itself does


Seen = tuple[list[Any], list[Any], Sequence[tuple[BaseException, Facts]], Sequence[tuple[int, str]]]
"""What an exception is recognized by: all of it, in an order that tells the parts apart; what has to live as long as
that is remembered, because it has the identity of it; whose readers have to be asked each time, as they look at
objects; and the texts whose numbers do not matter, with the places of their hashes among the parts."""
copied: Callable[[Failure], Failure] = Failure.__copy__  # type: ignore[attr-defined]  # msgspec gives it one
"""Takes half the time that `copy.copy` does."""
Key = tuple[Any, ...]
_Known = tuple[Failure, Sequence[Label | None], Sequence[tuple[Callable[[BaseException], Any], Any]], Sequence[Any]]


class Remembered:
    """A bounded memory of failures. Of exceptions it keeps neither texts nor objects, only hashes. Safe to share among
    threads: they may forget what another one has just learned.

    What was met once is not remembered but by a number: most texts that are new come no second time. What is asked for
    stays: when there is no more room, the half is forgotten that nobody asked for of late.
    """

    __slots__ = ("_met", "_old", "_young")

    def __init__(self) -> None:
        self._met: set[int] = set()
        self._young: dict[Key, _Known] = {}
        self._old: dict[Key, _Known] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def find(self, key: Key, labels: Sequence[Label | None], exc: BaseException) -> Failure | None:
        """The failure that was remembered, without what each has of its own. It must not be changed.

        Parameters:
            labels: what the readers that were asked anew said.
            exc: the exception, for what else has to be asked anew.
        """
        known = self._young.get(key)
        if known is None:
            known = self._old.get(key)
            if known is None:
                return None
            self._put(key, known)
        if known[1] != labels:
            return None
        for ask, answer in known[2]:
            if ask(exc) != answer:
                return None
        return known[0]

    def comes_again(self, key: Key) -> bool:
        """Whether a key was met before, as far as that is still known. The next time it was."""
        number = hash(key)
        met = self._met
        if number in met:
            return True
        if len(met) >= _MOST_MET:
            self._met = met = set()
        met.add(number)
        return False

    def copy(self, known_as: Key, key: Key) -> None:
        """Remember what is known by one key by another one as well."""
        known = self._young.get(known_as)
        if known is not None:
            self._put(key, known)

    def keep(
        self,
        key: Key,
        labels: Sequence[Label | None],
        answers: Sequence[tuple[Callable[[BaseException], Any], Any]],
        kept: Sequence[Any],
        failure: Failure,
    ) -> None:
        """Remember a failure.

        Parameters:
            answers: what it hangs on beside, and has to be asked anew.
            kept: what has to live as long as the key is remembered.
        """
        bare = copied(failure)
        bare.links, bare.error_id, bare.details = (), "", {}
        self._put(key, (bare, labels, answers, kept))

    def _put(self, key: Key, known: _Known) -> None:
        young = self._young
        if len(young) >= _MOST:
            self._old = young
            self._young = young = {}
        young[key] = known


def see_line(  # noqa: C901, PLR0912 - calls in here would cost a third of the speed
    exc: BaseException,
    facts: Facts,
    classes: FactsOfClasses,
    locals_of: Callable[[FrameType], Mapping[str, str]] | None,
) -> tuple[Seen, dict[int, Link]] | bool:
    """What an exception is recognized by that nothing hangs on but what it was raised from or while handling, and what
    was captured of it and of that, in this order. As most are like this, it is done at once and in half the time.

    Returns:
        False: it is not to be recognized. True: it may be, but is of another kind.
    """
    parts: list[Any] = []
    kept: list[Any] = []
    asks: list[tuple[BaseException, Facts]] = []
    texts: list[tuple[int, str]] = []
    links: dict[int, Link] = {}
    relation = ""
    while True:
        plan = facts.plan
        # with a plan a class is honest: its instances can be asked for what they have
        if plan is None or len(links) == _MOST_LINKS:
            return False
        text = text_of(exc)
        if len(text) > _MOST_TEXT or text.startswith(_UNPRINTABLE):
            return False
        if isinstance(exc, BaseExceptionGroup):
            return True
        frames = Frames(exc.__traceback__, locals_of)
        owned = exc.__dict__
        plain = text.isascii() and "__notes__" not in owned
        if plain and plan.blind:
            texts.append((len(parts) + 1, text))
        parts += (id(facts), hash(text))
        kept.append(facts)
        if not frames.add_to(parts, kept, _NEAR):
            return False
        args = exc.args
        told = TOLD
        # most say no more of themselves than their text, or what that is made of
        if owned or plan.slots or not plain or len(args) != 1 or type(args[0]) is not str:
            held: list[BaseException] = []
            told = _add_state(parts, exc, plan, held, texts if plain and plan.blind else [], text)
            if not told or any(one is not exc.__cause__ for one in held):
                return told != UNTOLD
        elif args[0] is not text:
            if plan.blind:
                texts.append((len(parts), args[0]))
            parts.append(hash(args[0]))
        if told == ASKED or plan.asks:
            asks.append((exc, facts))
        links[id(exc)] = _new(Link, (facts.name, text, frames, relation))
        if exc.__cause__ is None and exc.__context__ is None:
            return (parts, kept, asks, texts), links
        before = _before(exc, parts)
        if before is None or id(before[1]) in links:
            return True
        relation, exc = before
        facts = classes.of(type(exc))


def _add_state(
    parts: list[Any],
    exc: BaseException,
    plan: Plan,
    held: list[BaseException],
    texts: list[tuple[int, str]],
    text: str,
) -> int:
    parts.append(_MORE)
    if not text.isascii() or "__notes__" in exc.__dict__:
        # notes are a part of the text that was captured, and what cannot be encoded is another one there
        parts.append(hash(str.__str__(str(exc))))
    return add_state(parts, exc, plan, held, texts)


def _before(exc: BaseException, parts: list[Any]) -> tuple[str, BaseException] | None:
    """The one exception that another one was raised from or while handling, and which of the two; None: there are two,
    or it was cut off."""
    cause, context = exc.__cause__, exc.__context__
    if cause is not None:
        if context is not None and context is not cause:
            return None
        parts.append(_CAUSE if context is None else _CAUSE_AND_CONTEXT)
        return "cause", cause
    if context is None or exc.__suppress_context__:
        return None
    parts.append(_CONTEXT)
    return "context", context


def see(exc: BaseException, links: dict[int, Link], classes: FactsOfClasses) -> Seen | None:
    """What an exception is recognized by; None: it is not to be recognized.

    Parameters:
        links: what was captured, by the identity of the exception.
    """
    parts: list[Any] = []
    kept: list[Any] = []
    asks: list[tuple[BaseException, Facts]] = []
    found = [exc]
    places = {id(exc): 0}
    for one in found:
        facts = classes.of(type(one))
        # a group may have many members, all of which would have to be looked at
        if len(found) > _MOST_LINKS or facts.plan is None:
            return None
        link = links.get(id(one))
        text = text_of(one) if link is None else link.message
        frames = frames_of(one) if link is None else link.frames
        if len(text) > _MOST_TEXT or text.startswith(_UNPRINTABLE):
            return None
        kept.append(facts)
        parts += (id(facts), hash(text))
        held: list[BaseException] = []
        # what was captured a moment ago is of this kind
        if type(frames) is not Frames or not frames.add_to(parts, kept, _NEAR):
            return None
        told = _add_state(parts, one, facts.plan, held, [], text)
        if not told:
            return None
        if told == ASKED or facts.plan.asks:
            asks.append((one, facts))
        _add_past(parts, one, held)
        for other in held:
            # which of those that were found it is
            place = places.setdefault(id(other), len(found))
            parts.append(place)
            if place == len(found):
                found.append(other)
    return parts, kept, asks, ()


def _add_past(parts: list[Any], exc: BaseException, held: list[BaseException]) -> None:
    """What an exception was raised from or while handling, and what it is a group of."""
    if isinstance(exc, BaseExceptionGroup):
        members = members_of(exc)
        parts.append(len(members))
        held += members
    cause, context = cause_of(exc), context_of(exc)
    if cause is None and context is None:
        return
    parts.append((cause is not None, context is not None, is_suppressed(exc)))
    if cause is not None:
        held.append(cause)
    if context is not None:
        held.append(context)


def without_numbers_in(parts: list[Any], texts: Sequence[tuple[int, str]]) -> bool:
    """Put the hashes of texts without numbers in place of theirs. Whether that is another key."""
    changed = False
    last, alike = "", ""
    for place, text in texts:
        if text is not last:
            # the text of most is their argument
            last, alike = text, without_numbers(text)
        if alike is not text:
            parts[place] = hash(alike)
            changed = True
    if changed:
        # a text that has zeros itself is not the same as all that have whatever numbers there
        parts.append(_ALIKE)
    return changed
