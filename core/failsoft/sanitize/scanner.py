"""Where may something be said that must not? The anchors of all rules, folded into a few regular expressions.

A rule begins with a literal text, its anchor. `re` passes quickly over characters that begin no alternative, so each
anchor is looked for by its rarest letter, and the letters are chosen so that few of them serve all anchors: a clean
text costs one pass that stops at every fifth letter, however many rules there are. What stands before the rarest
letter is read backwards.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

__all__ = [
    "LONG_WORD_CLASS",
    "Anchor",
    "Family",
    "Handler",
    "Look",
    "Scan",
    "Span",
    "digits_family",
    "ends_in_long_word",
    "marker",
    "signs_family",
    "words_family",
]

Span: TypeAlias = tuple[int, int, str]
"""Begin and end of what goes, and what stands there instead."""

# per cent of the characters of log messages and tracebacks
_FREQUENCY: dict[str, float] = {
    "e": 8.8, " ": 8.5, "s": 6, "r": 5.5, "t": 5, "a": 4.8, "o": 4.5, "i": 4, "n": 3.5, "d": 3.4, "l": 3.2, "p": 2.9,
    "c": 2.7, "u": 1.8, "_": 1.5, "m": 1.3, "b": 1.2, "h": 1.2, "v": 1.2, "f": 1.1, "g": 1.1, "y": 1, "w": 1.5,
    "k": 0.6, "x": 0.2, "q": 0.2, "j": 0.1, "z": 0.1, "/": 3,
}  # fmt: skip
_FEW = 0.3
_SEPARATORS = "_-."
LONG_WORD_CLASS = r"\w.+/=%$-"
_LONG_WORD = f"(?=[{LONG_WORD_CLASS}]{{8}})"
# a name in brackets with a value behind them, or one of a list that takes up the rest of a line, as headings do
_LISTED = (
    r"\)\ ?[=:]\ ?\S"
    r"|(?:;[\"']?[\w.-]{1,40}+[\"']?){1,24}+(?:\r?\n|\\n)|(?:,\ ?[\"']?[^\W\d][\w.-]{0,40}+[\"']?){1,24}+(?:\r?\n|\\n)"
)
# a name in code that no value can follow: an argument, an item, the name of a file in a traceback
_IDLE = rf"(?![\w$]{{0,48}}+(?:[.-][\w$]{{1,24}}+){{0,3}}+(?!{_LISTED})(?:[);/]|,(?!\ ?(?:<<)?\")|\(\)|\",\ line\ ))"
_SIGN_ORDER = "@$[{?&"
_ESCAPED = frozenset("nrtbfv0")
_CONTEXT = 48
# shorter texts repeat too little to remember what was found in them
_LONG = 4_096


class Scan:
    """One pass over one text."""

    __slots__ = (
        "again", "cells", "floor", "headed", "memo", "nested", "opaque", "placed", "run",
        "searched", "seen", "text", "vain",
    )  # fmt: skip

    def __init__(self, text: str, *, nested: bool = False) -> None:
        self.text = text
        self.floor = 0
        """Nothing before it may be touched: it is done."""
        self.nested = nested
        """The text was itself decoded from a text; nothing is decoded a second time."""
        self.opaque = -1
        """Up to here, letters and digits were decoded, and nothing was behind them."""
        self.searched = -1
        """Up to here, objects were searched for private parts, and none was found."""
        self.vain = 0
        """How often a very long value was read that was none."""
        self.run = -1
        """Where the last run of digits ends that was looked at."""
        self.seen = -1
        """How far the rule looked that is at work, where it finds nothing."""
        self.memo: dict[tuple[str, str], tuple[int, int]] | None = {} if len(text) > _LONG else None
        """Where a rule found nothing: what stood around the anchor, and where to read on and how far it looked, from
        the end of the anchor. What repeats an anchor without end is looked at once."""
        self.again: list[Look] = []
        """Rules that found nothing and saw what another one then took away; now they may find something."""
        self.cells: list[Span] = []
        """What goes besides, of tables and records that are read as a whole."""
        self.placed = 0
        """Up to here, records whose fields are known by their place were read."""
        self.headed = 0
        """Up to here, lines were looked at as headings of tables, and the rows of these were read."""

    def saw(self, at: int) -> None:
        """Note how far a rule looked that finds nothing."""
        self.seen = max(self.seen, at)

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


Look: TypeAlias = tuple[Handler, int, int, int]
"""A handler, begin and end of its anchor, and how far it looked."""


class Anchor(NamedTuple):
    """Where a rule begins."""

    literal: str
    """In lower case for words; as it is for signs."""
    handler: Handler
    follow: str = ""
    """Regular expression of what must follow, part of the anchor."""
    lead: str = ""
    """Regular expression of fixed width, of what must stand before; the anchor begins with it."""
    name: bool = False
    """It is part of a name, of which nothing is to be told where no value can follow."""


class Family(NamedTuple):
    """Anchors that are looked for in one pass."""

    pattern: re.Pattern[str]
    hits: tuple[tuple[Handler, int], ...]
    """By group: the handler, and how far before the match the anchor begins."""
    lowered: bool
    """It reads the text in lower case."""


def marker(kind: str) -> str:
    """What stands in the place of something redacted."""
    return f"[REDACTED:{kind}]"


def _width(lead: str) -> int:
    """Width of a lead: a literal, or a class with a count."""
    total = 0
    for piece, count in re.findall(r"(\[[^\]]*\]|\\?.)(?:\{(\d+)\})?", lead):
        total += int(count or 1) if piece else 0
    return total


def _family(picked: Iterable[tuple[Anchor, int, bool]], *, lowered: bool) -> Family:
    groups: dict[tuple[str, bool], list[tuple[Anchor, int]]] = defaultdict(list)
    for anchor, at, long_word in picked:
        groups[anchor.literal[at], long_word].append((anchor, at))
    parts: list[str] = []
    hits: list[tuple[Handler, int]] = []
    for (letter, long_word), entries in groups.items():
        inner = _behind(entries, hits) if long_word else _ahead(entries, hits)
        parts.append(f"{re.escape(letter)}{_LONG_WORD if long_word else ''}(?:{'|'.join(inner)})")
    return Family(re.compile("|".join(parts)), tuple(hits), lowered)


def _ahead(entries: list[tuple[Anchor, int]], hits: list[tuple[Handler, int]]) -> list[str]:
    """Alternatives after a letter, parted by the next one: `re` dismisses them by it without entering them."""
    buckets: dict[str, list[tuple[Anchor, int]]] = defaultdict(list)
    for anchor, at in sorted(entries, key=lambda entry: (-len(entry[0].literal), not entry[0].follow)):
        buckets[anchor.literal[at + 1 : at + 2]].append((anchor, at))
    alternatives = []
    for following in sorted(buckets, reverse=True):
        inner = []
        for anchor, at in buckets[following]:
            behind = f"(?<={anchor.lead}{re.escape(anchor.literal)})" if at or anchor.lead else ""
            inner.append(
                f"{re.escape(anchor.literal[at + 2 :])}{behind}{anchor.follow}{_IDLE if anchor.name else ''}()"
            )
            hits.append((anchor.handler, at + _width(anchor.lead)))
        alternatives.append(f"{re.escape(following)}(?:{'|'.join(inner)})")
    return alternatives


def _behind(entries: list[tuple[Anchor, int]], hits: list[tuple[Handler, int]]) -> list[str]:
    """Alternatives before a separator, parted by the letter before it."""
    buckets: dict[str, list[tuple[Anchor, int]]] = defaultdict(list)
    for anchor, at in sorted(entries, key=lambda entry: -len(entry[0].literal)):
        buckets[anchor.literal[-2:]].append((anchor, at))
    alternatives = []
    for end, members in buckets.items():
        inner = [f"(?<={anchor.lead}{re.escape(anchor.literal)})()" for anchor, _ in members]
        hits += [(anchor.handler, at + _width(anchor.lead)) for anchor, at in members]
        alternatives.append(f"(?<={re.escape(end)})(?:{'|'.join(inner)})")
    return alternatives


def _letters(words: Iterable[str]) -> list[str]:
    """Few and rare letters of which each word has one, the most useful first."""
    left, chosen = set(words), list[str]()
    while left:
        best = max(
            sorted({letter for word in left for letter in word}),
            key=lambda letter: sum(letter in word for word in left) / (_FREQUENCY.get(letter, 1) + _FEW),
        )
        chosen.append(best)
        left = {word for word in left if best not in word}
    return chosen


def words_family(anchors: Iterable[Anchor]) -> Family:
    """Anchors that are words, whatever their case."""
    anchors = sorted(anchors, key=lambda anchor: (anchor.literal, anchor.follow))
    order = _letters(anchor.literal for anchor in anchors)
    picked = []
    for anchor in anchors:
        at = min((order.index(letter), index) for index, letter in enumerate(anchor.literal) if letter in order)[1]
        picked.append((anchor, at, False))
    return _family(picked, lowered=True)


def ends_in_long_word(anchor: Anchor) -> bool:
    """Whether a sign is looked for by the separator that it ends in, and a long word behind that."""
    literal = anchor.literal
    return literal[-1] in _SEPARATORS and not anchor.follow and not any(sign in literal for sign in _SIGN_ORDER)


def _sign(anchor: Anchor) -> tuple[Anchor, int, bool]:
    literal = anchor.literal
    for sign in _SIGN_ORDER:
        if sign in literal:
            return anchor, literal.index(sign), False
    if literal[-1] in _SEPARATORS:
        return anchor, len(literal) - 1, ends_in_long_word(anchor)
    capital = min(
        (index for index, letter in enumerate(literal) if letter.isupper()),
        key=lambda index: _FREQUENCY[literal[index].lower()],
        default=0,
    )
    return anchor, capital, False


def signs_family(anchors: Iterable[Anchor]) -> Family:
    """Anchors that are signs, capitals, or words that end in a separator and are followed by a long word."""
    return _family(map(_sign, anchors), lowered=False)


def digits_family(follows: Iterable[tuple[str, Handler]]) -> Family:
    """Anchors that begin with any digit, followed by regular expressions."""
    alternatives, hits = [], []
    for follow, handler in follows:
        alternatives.append(f"{follow}()")
        hits.append((handler, 0))
    return Family(re.compile(f"[0-9](?:{'|'.join(alternatives)})"), tuple(hits), lowered=False)
