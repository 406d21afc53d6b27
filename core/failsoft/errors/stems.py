"""Expressions that are first asked for pieces of words without one of which they are found nowhere.

Most texts have none of them, and to look for fifty pieces takes a tenth of the time that an expression of many
alternatives takes. The pieces are read off the expression itself, so that nothing it finds is missed.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from typing import Any

from failsoft.deferred import as_pattern

__all__ = ["Sought", "stems_of"]

_parser: Any = importlib.import_module("re._parser")
_Stems = frozenset[str]


class Sought:
    """An expression that is searched for where it can be."""

    __slots__ = ("_given", "_stems", "pattern")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = as_pattern(pattern, flags)
        self._given = pattern, flags
        self._stems: tuple[str, ...] = ()

    @property
    def stems(self) -> tuple[str, ...]:
        """One of these stands in lower case in each text in which it is found. Read off when first asked for."""
        if not self._stems:
            self._stems = tuple(sorted(stems_of(*self._given) or ("",)))
        return self._stems

    def search(self, text: str) -> re.Match[str] | None:
        """The first place where it is found."""
        # beyond ASCII there are letters that are alike another one in another case
        if text.isascii():
            lower = text.lower()
            for stem in self.stems:
                if stem in lower:
                    break
            else:
                return None
        return self.pattern.search(text)


def stems_of(pattern: str, flags: int = 0) -> _Stems | None:
    """Pieces, in lower case, one of which stands in each text of ASCII in which an expression is found, in whatever
    case; None: it can be found without any."""
    return _of_sequence(_parser.parse(pattern, flags))


def _of_sequence(tree: Any) -> _Stems | None:
    """The best of what the parts of a sequence need, each of which has to be found."""
    found: list[_Stems] = []
    run = ""
    for operation, argument in tree:
        name = str(operation)
        if name == "LITERAL":
            run += chr(argument)
            continue
        if run:
            found.append(frozenset({run.lower()}))
            run = ""
        if (needed := _of_part(name, argument)) is not None:
            found.append(needed)
    if run:
        found.append(frozenset({run.lower()}))
    return max(found, key=_worth, default=None)


def _of_part(name: str, argument: Any) -> _Stems | None:
    if name == "SUBPATTERN":
        return _of_sequence(argument[3])
    if name == "ATOMIC_GROUP":
        return _of_sequence(argument)
    if name == "BRANCH":
        return _of_branches(argument[1])
    if name.endswith("_REPEAT"):
        return _of_sequence(argument[2]) if argument[0] > 0 else None
    # a place, a set of characters, what is not to follow
    return None


def _of_branches(branches: Iterable[Any]) -> _Stems | None:
    needed = [_of_sequence(one) for one in branches]
    known = [one for one in needed if one is not None]
    return frozenset().union(*known) if len(known) == len(needed) else None


def _worth(stems: _Stems) -> tuple[int, int]:
    """Long pieces are rare, and few are looked for quickly."""
    return min(map(len, stems)), -len(stems)
