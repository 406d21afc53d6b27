"""From a pattern that `re` has parsed to its automaton, by Glushkov's construction."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from failsoft.ambiguity import Automaton

__all__ = ["Glushkov", "NotUnderstoodError"]

_ops: Any = importlib.import_module("re._constants")
_SAMPLES = "aAzZbqQ059_ \t\n\r\x00\x1f\x7f\xa0-.,:;=/\\'\"()[]{}<>@#$%&*+?!|~^`éßİıſKµΣ٣中\u2028\U0001f600"


class NotUnderstoodError(Exception):
    """The pattern has something in it that cannot be checked, or that was found wanting; the text says what."""


class _Part(NamedTuple):
    """A piece of a pattern: what it may begin and end with."""

    empty: bool
    """It may match nothing, perhaps under a condition."""
    free: bool
    """It matches nothing at all times."""
    first: tuple[int, ...]
    last: tuple[int, ...]
    free_last: tuple[int, ...]
    """After these it can end whatever follows."""


_NOTHING = _Part(empty=True, free=True, first=(), last=(), free_last=())
_CONDITION = _Part(empty=True, free=False, first=(), last=(), free_last=())


class Glushkov:
    """Makes the automaton of a pattern that `re` has parsed.

    Parameters:
        flags: of the pattern.
        bound: repetitions of at least so many times count as repetitions without a bound.
        copies: so many are made of what is repeated with a bound; ambiguity shows with few.
    """

    def __init__(self, flags: int, *, bound: int = 1_000, copies: int = 3) -> None:
        self._flags = flags
        self._copies = copies
        self._bound = bound
        self._inner: list[Any] = []
        self._samples = _SAMPLES
        self._made: Automaton

    def automata(self, tree: Any) -> Iterator[Automaton]:
        """The automaton of a pattern, then those of its look-aheads, which are searched on their own."""
        self._samples = "".join(dict.fromkeys((*_SAMPLES, *self._near(tree))))
        self._inner = [tree]
        while self._inner:
            pattern = self._inner.pop(0)
            everything = (1 << len(self._samples)) - 1
            self._made = made = Automaton(before=self._before(list(pattern), everything), everything=everything)
            part = self._sequence(pattern, self._flags, 1)
            made.first, made.ends = part.first, frozenset(part.free_last)
            yield made

    def _near(self, tree: Any) -> Iterator[str]:
        for op, value in _nodes(tree):
            ends = (value,) if op in (_ops.LITERAL, _ops.NOT_LITERAL) else value if op is _ops.RANGE else ()
            for end in ends:
                for code in (end - 1, end, end + 1):
                    if 0 <= code <= 0x10FFFF:
                        yield from {chr(code), *chr(code).swapcase()[:1]}

    def _set(self, op: Any, value: Any, flags: int) -> int:
        return sum(1 << number for number, char in enumerate(self._samples) if _holds(op, value, char, flags))

    def _before(self, items: list[Any], everything: int) -> int | None:
        """What may stand before a match; None: nothing."""
        flags = self._flags
        while items and items[0][0] is _ops.SUBPATTERN:
            flags = (flags | items[0][1][1]) & ~items[0][1][2]
            items = [*items[0][1][3], *items[1:]]
        if not items:
            return everything
        op, value = items[0]
        if op is _ops.AT and value in (_ops.AT_BEGINNING, _ops.AT_BEGINNING_STRING):
            multiline = value is _ops.AT_BEGINNING and flags & re.MULTILINE
            return self._set(_ops.LITERAL, 10, 0) if multiline else None
        if op is _ops.AT and value is _ops.AT_BOUNDARY and len(items) > 1:
            words = self._set(_ops.IN, [(_ops.CATEGORY, _ops.CATEGORY_WORD)], flags)
            begins = self._first_of(items[1:], flags)
            if begins & words == begins:
                return everything & ~words
            return words if begins & words == 0 else everything
        if op in (_ops.ASSERT, _ops.ASSERT_NOT) and value[0] < 0 and len(value[1]) == 1 and _is_char(value[1][0]):
            chars = self._set(value[1][0][0], value[1][0][1], flags)
            return chars if op is _ops.ASSERT else everything & ~chars
        return everything

    def _first_of(self, items: list[Any], flags: int) -> int:
        """What a sequence begins with; anything if it cannot be told."""
        builder = Glushkov(self._flags, bound=self._bound, copies=self._copies)
        builder._samples = self._samples
        builder._made = Automaton(before=None, everything=0)
        part = builder._sequence(items, flags, 1)
        if part.empty:
            return (1 << len(self._samples)) - 1
        reads = 0
        for first in part.first:
            reads |= builder._made.reads[first]
        return reads

    def _sequence(self, items: Any, flags: int, bound: int) -> _Part:
        whole = _NOTHING
        for op, value in items:
            whole = self._after(whole, self._one(op, value, flags, bound))
        return whole

    def _after(self, left: _Part, right: _Part) -> _Part:
        for p, q in product(left.last, right.first):
            self._made.follow[p][q] += 1
        return _Part(
            left.empty and right.empty,
            left.free and right.free,
            left.first + right.first if left.empty else left.first,
            right.last + left.last if right.empty else right.last,
            right.free_last + left.free_last if right.free else right.free_last,
        )

    def _one(self, op: Any, value: Any, flags: int, bound: int) -> _Part:
        if _is_char((op, value)):
            at = (self._made.add(self._set(op, value, flags), bound),)
            return _Part(empty=False, free=False, first=at, last=at, free_last=at)
        if op in (_ops.MAX_REPEAT, _ops.MIN_REPEAT, _ops.POSSESSIVE_REPEAT):
            return self._repeat(value[0], value[1], value[2], flags)
        if op is _ops.SUBPATTERN:
            return self._sequence(value[3], (flags | value[1]) & ~value[2], bound)
        if op is _ops.ATOMIC_GROUP:
            return self._sequence(value, flags, bound)
        if op is _ops.BRANCH:
            return _either([self._sequence(branch, flags, bound) for branch in value[1]])
        return self._condition(op, value)

    def _condition(self, op: Any, value: Any) -> _Part:
        if op in (_ops.GROUPREF, _ops.GROUPREF_EXISTS):
            raise NotUnderstoodError("refers back to a group, which may take exponential time")
        if op not in (_ops.ASSERT, _ops.ASSERT_NOT, _ops.AT, _ops.FAILURE):
            raise NotUnderstoodError(f"cannot be checked: {op}")
        if op in (_ops.ASSERT, _ops.ASSERT_NOT) and value[0] > 0:
            self._inner.append(value[1])
        return _CONDITION

    def _repeat(self, least: int, most: Any, items: Any, flags: int) -> _Part:
        endless = most is _ops.MAXREPEAT or most >= self._bound
        bound = 1_000 if most is _ops.MAXREPEAT else int(most)
        whole = _NOTHING
        for _ in range(min(least, self._copies) - (endless and least > 0)):
            whole = self._after(whole, self._sequence(items, flags, bound))
        if endless:
            part = self._sequence(items, flags, bound)
            for p, q in product(part.last, part.first):
                self._made.follow[p][q] += 1
            return self._after(whole, part._replace(empty=True, free=True) if least == 0 else part)
        return self._after(whole, self._optional(min(int(most) - least, self._copies), items, flags, bound))

    def _optional(self, copies: int, items: Any, flags: int, bound: int) -> _Part:
        rest = _NOTHING
        parts = [self._sequence(items, flags, bound) for _ in range(copies)]
        for part in reversed(parts):
            rest = self._after(part, rest)._replace(empty=True, free=True)
        return rest


def _either(parts: list[_Part]) -> _Part:
    return _Part(
        any(part.empty for part in parts),
        any(part.free for part in parts),
        tuple(position for part in parts for position in part.first),
        tuple(position for part in parts for position in part.last),
        tuple(position for part in parts for position in part.free_last),
    )


def _is_char(node: Any) -> bool:
    return node[0] in (_ops.LITERAL, _ops.NOT_LITERAL, _ops.ANY, _ops.IN, _ops.RANGE, _ops.CATEGORY)


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every pair of an operation and its argument in a parsed pattern."""
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, tuple) and len(node) == 2 and isinstance(node[0], type(_ops.LITERAL)):
            yield node
            todo.append(node[1])
        elif isinstance(node, list | tuple) or hasattr(node, "data"):
            todo.extend(list(node))


_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}


def _holds(op: Any, value: Any, char: str, flags: int) -> bool:
    """Whether a node that reads one character reads this one."""
    if op is _ops.ANY:
        return char != "\n" or bool(flags & re.DOTALL)
    if op is _ops.CATEGORY:
        return re.fullmatch(_CATEGORIES[str(value)], char, flags & re.ASCII) is not None
    same = {char}
    if flags & re.IGNORECASE:
        same |= {char.lower(), char.upper(), char.swapcase()}
    if op is _ops.LITERAL:
        return chr(value) in same
    if op is _ops.NOT_LITERAL:
        return chr(value) not in same
    if op is _ops.RANGE:
        return any(len(one) == 1 and value[0] <= ord(one) <= value[1] for one in same)
    negated = value[0][0] is _ops.NEGATE
    return any(_holds(node[0], node[1], char, flags) for node in (value[1:] if negated else value)) != negated
