"""Where may something be said that must not? The anchors of all rules, folded into a few regular expressions.

A rule begins with a literal text, its anchor. `re` passes quickly over characters that begin no alternative, so each
anchor is looked for by its rarest letter, and the letters are chosen so that few of them serve all anchors: a clean
text costs one pass that stops at every fifth letter, however many rules there are. What stands before the rarest
letter is read backwards.
"""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple, TypeAlias

__all__ = [
    "LONG_WORD",
    "LOOSE_WORD",
    "STYLE",
    "WORD_CHARACTERS",
    "Anchor",
    "Family",
    "Handler",
    "Look",
    "Scan",
    "Span",
    "any_case",
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
    " ": 13, "e": 8.7, "n": 4.6, "t": 4.6, "a": 4.3, "s": 4.1, "i": 4.1, "r": 3.8, "/": 3.5, "p": 3.4, "l": 3, "o": 2.8,
    "c": 2.7, "d": 1.6, "1": 1.3, "h": 1.3, "y": 1.3, "b": 1.3, "_": 1.2, "v": 1.2, "f": 1.6, "u": 1.2, "g": 1,
    ".": 1.5, "m": 0.8, "-": 0.7, "k": 0.7, "x": 0.7, "(": 0.7, "w": 0.5, "4": 0.6, "q": 0.4, ":": 0.3, "=": 0.2,
    "j": 0.2, "z": 0.1,
}  # fmt: skip
_RARE = 0.5
# rounds in which few and rare letters are looked for
_ROUNDS = 64
_SEPARATORS = "_-."
# so many alternatives that look back are tried one by one
_FEW = 3
LONG_WORD = r"[\w-]{16}"
"""What goes on for long behind the separator that a token's anchor ends in; few words in code do."""
LOOSE_WORD = r"[\w.+/=%$-]{8}"
"""The same for tokens that are shorter or have other signs in them."""
STYLE = r"(?:\x1b|#033|\^\[|\\(?:033|e|x1b|u001b))\[[0-9;]{0,12}m"
"""A colour of a terminal (ECMA-48), as it is and as logs escape it."""
# a name in brackets with a value behind them, or one of a list that takes up the rest of a line, as headings do
_LISTED = (
    r"\)\ ?[=:]\ ?\S"
    r"|(?:;[\"']?[\w.-]{1,40}+[\"']?){1,24}+(?:\r?\n|\\n)|(?:,\ ?[\"']?[^\W\d][\w.-]{0,40}+[\"']?){1,24}+(?:\r?\n|\\n)"
)
# a name in code that no value can follow: an argument, an item, the name of a file in a traceback, a call of more than
# one word; see `spoken` for what an argument says
_IDLE = (
    r"(?![\w$]{0,48}+(?:[.-][\w$]{1,24}+){0,3}+"
    rf"(?!{_LISTED})"
    r"(?:[);/]|,(?!\ ?(?:<<)?\")|\((?![\"']|[^\s\"'(),=.:\[\]]{6,256}\))|>?\",\ line\ ))"
)
_SIGN_ORDER = "@$[{?&"
WORD_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_ESCAPED = frozenset("nrtbfv0")
_STYLED = re.compile(rf"{STYLE}\Z")
_LONGEST_STYLE, _BRACKET_STYLE = 20, 14
_CONTEXT = 48
# what is the same letter to `re` in another case
_ALIKE = {"i": "\u0130\u0131", "k": "\u212a", "s": "\u017f"}
# shorter texts repeat too little to remember what was found in them
_LONG = 4_096


class Scan:
    """One pass over one text."""

    __slots__ = (
        "again", "cells", "floor", "headed", "listed", "memo", "nested", "opaque", "placed", "run",
        "searched", "seen", "silent", "stated", "text", "vain",
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
        self.stated = 0
        """Statements that begin before it were searched for values bound to them, and none was found."""
        self.silent = 0
        """Up to here, no statement stands near enough for arguments to be those of one."""
        self.listed = 0
        """Up to here, lists of arguments were read."""
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
        if before == "m" and "[" in self.text[max(0, at - _BRACKET_STYLE) : at]:
            return _STYLED.search(self.text[max(self.floor, at - _LONGEST_STYLE) : at]) is not None
        return before in _ESCAPED and at > 1 and self.text[at - 2] == "\\"

    def before(self, at: int, width: int = _CONTEXT) -> str:
        """What stands before, as far as it is not done."""
        return self.text[max(self.floor, at - width) : at]

    def word_start(self, at: int, characters: str) -> int:
        """Where the word of these characters begins that ends here, or goes on."""
        before = self.before(at)
        return at - (len(before) - len(before.rstrip(characters)))


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
    word: str = ""
    """Regular expression of the long word that follows, if it ends in a separator: it is then looked for by that."""
    told: str = ""
    """For RE2, regular expression of all that the handler may find something at, where a literal and what follows it
    say less than that."""


_Picked: TypeAlias = tuple[Anchor, int]
"""An anchor, and at which of its letters it is looked for."""


class Family(NamedTuple):
    """Anchors that are looked for in one pass."""

    pattern: re.Pattern[str]
    hits: tuple[tuple[Handler, int], ...]
    """By group: the handler, and how far before the match the anchor begins."""
    lowered: bool
    """It reads the text in lower case."""


def any_case(*words: str) -> str:
    """Alternatives in any case that begin with a letter each: `re` passes over those of another letter, which it would
    enter each in turn if the first letter were in any case, too."""
    groups: dict[str, list[str]] = defaultdict(list)
    for word in words:
        groups[word[0]].append(word[1:])
    parts = [f"[{first}{first.upper()}{_ALIKE.get(first, '')}](?i:{'|'.join(rest)})" for first, rest in groups.items()]
    return f"(?:{'|'.join(parts)})"


def marker(kind: str) -> str:
    """What stands in the place of something redacted."""
    return f"[REDACTED:{kind}]"


def _width(lead: str) -> int:
    """Width of a lead: a literal, or a class with a count."""
    total = 0
    for piece, count in re.findall(r"(\[[^\]]*\]|\\?.)(?:\{(\d+)\})?", lead):
        total += int(count or 1) if piece else 0
    return total


def _family(picked: Iterable[_Picked], *, lowered: bool) -> Family:
    groups: dict[tuple[str, str], list[_Picked]] = defaultdict(list)
    for anchor, at in picked:
        groups[anchor.literal[at], anchor.word if ends_in_long_word(anchor) else ""].append((anchor, at))
    hits: list[tuple[Handler, int]] = []
    parts: dict[str, list[str]] = defaultdict(list)
    for (letter, word), entries in sorted(groups.items(), key=_rank):
        parts[letter] += [_behind(word, entries, hits)] if word else _ahead(entries, hits)
    pattern = "|".join(f"{re.escape(letter)}(?:{'|'.join(alternatives)})" for letter, alternatives in parts.items())
    return Family(re.compile(pattern), tuple(hits), lowered)


def _rank(group: tuple[tuple[str, str], list[_Picked]]) -> tuple[float, str, bool]:
    """What is frequent comes first, and is passed first where it leads nowhere."""
    (letter, word), _ = group
    return -_FREQUENCY.get(letter, 0), letter, word == LONG_WORD


def _ahead(entries: list[_Picked], hits: list[tuple[Handler, int]]) -> list[str]:
    """Alternatives after a letter, parted by the next one: `re` dismisses them by it without entering them."""
    buckets: dict[str, list[_Picked]] = defaultdict(list)
    for anchor, at in sorted(entries, key=lambda entry: (-len(entry[0].literal), not entry[0].follow)):
        buckets[anchor.literal[at + 1 : at + 2]].append((anchor, at))
    alternatives = []
    for following in sorted(buckets, reverse=True):
        if following:
            inner = "|".join(_parted(buckets[following], 2, hits))
            alternatives.append(f"{re.escape(following)}(?:{inner})")
        else:
            alternatives += _parted(buckets[following], 1, hits)
    return alternatives


def _parted(entries: list[_Picked], read: int, hits: list[tuple[Handler, int]]) -> list[str]:
    """Alternatives of which so many letters are read. Those that end there would all be tried at each such place, so
    they are tried together; of two that may stand at one place, the one that comes first still does."""
    parts: list[list[_Picked]] = []
    ending: list[_Picked] = []
    between: set[str] = set()
    for anchor, at in entries:
        before = anchor.literal[max(0, at - 1) : at]
        if at and at + read == len(anchor.literal):
            if not ending or not between.isdisjoint(("", before)):
                ending = []
                parts.append(ending)
                between.clear()
            ending.append((anchor, at))
        else:
            parts.append([(anchor, at)])
            between.add(before)
    return [_together(members, read, 0, hits) for members in parts]


def _together(members: list[_Picked], read: int, known: int, hits: list[tuple[Handler, int]], follow: str = "") -> str:
    """Anchors that have all read letters and so many before them in common, parted by the two before these.

    Parameters:
        follow: what must follow all of them.
    """
    width = min(known + 2, *(at for _, at in members))
    if (len(members) == 1 and not follow) or width == known:
        inner = "|".join([_whole(anchor, at, hits) for anchor, at in members])
        return f"{follow}(?:{inner})" if follow else inner
    groups: dict[str, list[_Picked]] = defaultdict(list)
    for anchor, at in members:
        groups[anchor.literal[at - width : at - known]].append((anchor, at))
    anchor, at = members[0]
    shared = re.escape(anchor.literal[at - known : at + read])

    def parted(ends: list[str], follow: str = "") -> str:
        before = f"(?<=(?:{'|'.join(map(re.escape, ends))}){shared}){follow}"
        if len(ends) > _FEW:
            some = math.isqrt(len(ends) - 1) + 1
            return f"{before}(?:{'|'.join([parted(ends[n : n + some]) for n in range(0, len(ends), some)])})"
        return f"{before}(?:{'|'.join([_together(groups[end], read, width, hits) for end in ends])})"

    return parted(list(groups), follow)


def _whole(anchor: Anchor, at: int, hits: list[tuple[Handler, int]]) -> str:
    """What is to follow two letters of an anchor, what stands before them included."""
    hits.append((anchor.handler, at + _width(anchor.lead)))
    behind = f"(?<={anchor.lead}{re.escape(anchor.literal)})" if at or anchor.lead else ""
    follow = f"{anchor.follow}{_IDLE if anchor.name else ''}"
    # what is rare is asked for first
    around = f"{follow}{behind}" if anchor.lead and follow.startswith("(?=") else f"{behind}{follow}"
    return f"{re.escape(anchor.literal[at + 2 :])}{around}()"


def _behind(word: str, entries: list[_Picked], hits: list[tuple[Handler, int]]) -> str:
    """Alternatives before a separator that a long word follows, parted by the letters before it."""
    members = sorted(entries, key=lambda entry: -len(entry[0].literal))
    return _together(members, 1, 0, hits, f"(?={word})")


def _letters(words: Iterable[str]) -> list[str]:
    """Few and rare letters of which each word has one, the rarest first."""
    words = sorted(set(words))
    having = {
        letter: sum(1 << index for index, word in enumerate(words) if letter in word) for letter in set("".join(words))
    }
    frequency = {letter: _FREQUENCY.get(letter, _RARE) for letter in having}
    chance, best = random.Random(0), sorted(having)  # noqa: S311 - nobody is to be surprised
    for _ in range(_ROUNDS):
        # frequent letters go, as long as each word keeps one; in which order decides what is left
        left = sorted(having, key=lambda letter: (-frequency[letter] * chance.uniform(0.5, 1.5), letter))
        for letter in tuple(left):
            rest = [having[other] for other in left if other != letter]
            if reduce(or_, rest, 0) == (1 << len(words)) - 1:
                left.remove(letter)
        best = min(best, left, key=lambda letters: sum(map(frequency.__getitem__, letters)))
    return sorted(best, key=lambda letter: (frequency[letter], letter))


def words_family(anchors: Iterable[Anchor]) -> Family:
    """Anchors that are words, whatever their case."""
    anchors = sorted(anchors, key=lambda anchor: (anchor.literal, anchor.follow))
    order = _letters(anchor.literal for anchor in anchors)
    picked = []
    for anchor in anchors:
        # of anchors that overlap, all are found by the same letter, the longest first
        at = min((order.index(letter), index) for index, letter in enumerate(anchor.literal) if letter in order)[1]
        picked.append((anchor, at))
    return _family(picked, lowered=True)


def ends_in_long_word(anchor: Anchor) -> bool:
    """Whether a sign is looked for by the separator that it ends in, and a long word behind that."""
    literal = anchor.literal
    if not anchor.word or anchor.follow or any(sign in literal for sign in _SIGN_ORDER):
        return False
    return literal[-1] in _SEPARATORS


def _sign(anchor: Anchor) -> tuple[Anchor, int]:
    literal = anchor.literal
    for sign in _SIGN_ORDER:
        if sign in literal:
            return anchor, literal.index(sign)
    if literal[-1] in _SEPARATORS:
        return anchor, len(literal) - 1
    capital = min(
        (index for index, letter in enumerate(literal) if letter.isupper()),
        key=lambda index: _FREQUENCY[literal[index].lower()],
        default=0,
    )
    return anchor, capital


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
