"""One regular expression that finds where something may be said that must not: the anchors of all rules.

A rule begins with a literal text, its anchor. All anchors are folded into one tree of letters, so that a clean text
costs one quick pass however many rules there are; only where an anchor stands does a rule look closer. Anchors that
end in a separator (`ghp_`, `xoxb-`, `hvs.`) are found by the separator and read backwards, because `_`, `-` and `.`
followed by a long word are rarer than letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

__all__ = ["Anchor", "Handler", "Scan", "Span", "build_scanner", "marker"]

Span: TypeAlias = tuple[int, int, str]
"""Begin and end of what goes, and what stands there instead."""

_SEPARATORS = "_-."
_LONG_WORD = r"(?=[a-z0-9_.+/=-]{8})"
_ESCAPED = frozenset("nrtbfv0")
_CONTEXT = 48


class Scan:
    """One pass over one text."""

    __slots__ = ("floor", "nested", "text")

    def __init__(self, text: str, *, nested: bool = False) -> None:
        self.text = text
        self.floor = 0
        """Nothing before it may be touched: it is done."""
        self.nested = nested
        """The text was itself decoded from a text; nothing is decoded a second time."""

    def free(self, at: int) -> bool:
        """Whether a word may begin here: no letter or digit before it, but for an escape such as `\\n`."""
        if at <= self.floor:
            return True
        before = self.text[at - 1]
        if not (before.isalnum() or before == "_"):
            return True
        return before in _ESCAPED and at > 1 and self.text[at - 2] == "\\"

    def before(self, at: int, width: int = _CONTEXT) -> str:
        """What stands before, as far as it is not done."""
        return self.text[max(self.floor, at - width) : at]


Handler: TypeAlias = Callable[[Scan, int, int], Span | int]
"""Looks closer at an anchor, given its begin and end: what goes, or else where to read on."""


class Anchor(NamedTuple):
    """Where a rule begins."""

    literal: str
    """Lower case."""
    follow: str
    """Regular expression of what must follow, part of the anchor; "" for anything."""
    handler: Handler


class _Node:
    __slots__ = ("children", "ends")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.ends: list[tuple[str, Handler]] = []

    def add(self, letters: Iterable[str], follow: str, handler: Handler) -> None:
        node = self
        for letter in letters:
            node = node.children.setdefault(letter, _Node())
        node.ends.append((follow, handler))


def marker(kind: str) -> str:
    """What stands in the place of something redacted."""
    return f"[REDACTED:{kind}]"


def _forward(node: _Node, handlers: list[Handler]) -> str:
    alternatives = []
    for letter, child in node.children.items():
        alternatives.append(re.escape(letter) + _forward(child, handlers))
    for follow, handler in sorted(node.ends, key=lambda end: not end[0]):
        handlers.append(handler)
        alternatives.append(f"{follow}()")
    return alternatives[0] if len(alternatives) == 1 else f"(?:{'|'.join(alternatives)})"


def _backward(node: _Node, depth: int, handlers: list[Handler]) -> str:
    alternatives = []
    for letter, child in node.children.items():
        alternatives.append(f"(?<={re.escape(letter)}.{{{depth}}})" + _backward(child, depth + 1, handlers))
    for follow, handler in node.ends:
        handlers.append(handler)
        alternatives.append(f"{follow}()")
    return alternatives[0] if len(alternatives) == 1 else f"(?:{'|'.join(alternatives)})"


def build_scanner(
    anchors: Iterable[Anchor], digits: Sequence[tuple[str, Handler]]
) -> tuple[re.Pattern[str], list[Handler]]:
    """The scanner for a text in lower case; `match.lastindex - 1` picks the handler.

    Parameters:
        digits: regular expressions of what follows a first digit, with their handlers.
    """
    front, back = _Node(), {separator: _Node() for separator in _SEPARATORS}
    for anchor in anchors:
        last = anchor.literal[-1]
        if last in back and len(anchor.literal) > 1:
            back[last].add(reversed(anchor.literal[:-1]), anchor.follow, anchor.handler)
        else:
            front.add(anchor.literal, anchor.follow, anchor.handler)
    handlers: list[Handler] = []
    parts = []
    for letter, node in front.children.items():
        parts.append(re.escape(letter) + _forward(node, handlers))
    for separator, node in back.items():
        if node.children:
            parts.append(re.escape(separator) + _LONG_WORD + _backward(node, 1, handlers))
    for digit in "0123456789":
        alternatives = []
        for follow, handler in digits:
            handlers.append(handler)
            alternatives.append(f"{follow}()")
        parts.append(f"{digit}(?:{'|'.join(alternatives)})")
    return re.compile("|".join(parts)), handlers
