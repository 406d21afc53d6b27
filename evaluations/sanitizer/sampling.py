"""Texts that a regular expression matches, drawn at random."""

from __future__ import annotations

import random
import re
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["sample"]

_LONGEST = 64
_ANY = [chr(code) for code in range(33, 127)]
_CATEGORIES = {
    ops.CATEGORY_DIGIT: "0123456789",
    ops.CATEGORY_WORD: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
    ops.CATEGORY_SPACE: " ",
}


def sample(pattern: str, dice: random.Random) -> str | None:
    """A text that the pattern matches; None for a pattern that `re` cannot read."""
    try:
        return _drawn(parser.parse(pattern), dice)
    except (re.error, KeyError, TypeError, IndexError):
        return None


def _drawn(tree: Any, dice: random.Random) -> str:
    return "".join(_one(op, value, dice) for op, value in tree)


def _one(op: Any, value: Any, dice: random.Random) -> str:
    if op is ops.LITERAL:
        return chr(value)
    if op is ops.IN:
        return dice.choice(_class(value))
    if op is ops.ANY or op is ops.NOT_LITERAL:
        return dice.choice(_ANY)
    if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
        least, most, inner = value
        count = dice.randint(least, max(least, min(int(most), least + _LONGEST)))
        return "".join(_drawn(inner, dice) for _ in range(count))
    if op is ops.SUBPATTERN:
        return _drawn(value[3], dice)
    if op is ops.BRANCH:
        return _drawn(dice.choice(value[1]), dice)
    if op is ops.CATEGORY:
        return dice.choice(_CATEGORIES[value])
    return ""


def _class(items: Any) -> list[str]:
    chosen: list[str] = []
    negated = False
    for op, value in items:
        if op is ops.NEGATE:
            negated = True
        elif op is ops.LITERAL:
            chosen.append(chr(value))
        elif op is ops.RANGE:
            chosen += map(chr, range(value[0], value[1] + 1))
        else:
            chosen += _CATEGORIES[value]
    return [char for char in _ANY if char not in chosen] if negated else chosen
