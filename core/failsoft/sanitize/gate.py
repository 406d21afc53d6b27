"""One linear search by RE2 that says where the search for anchors can find anything.

Only with the extra `re2`. RE2 knows neither Unicode's classes nor looking ahead, so it looks for a little more than
the anchors: where it finds nothing there is none, and where it finds something the same search goes on that is made
without it. The result is therefore the same with it and without it.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeAlias

from failsoft.sanitize.scanner import Anchor, ends_in_long_word

__all__ = ["Parts", "Where", "gate", "has_re2", "linear"]

# how far the other search looks beyond an anchor
_AHEAD = 128
# as far as a line is searched whole after a find
_LINE = 512
# so many finds are told one by one; a text with more is searched from there on
_MOST = 96
# shorter texts are searched whole from the first find on
_SHORT = 600
# what RE2 may keep of an automaton, in bytes; with its default it begins anew with every text
_MEMORY = 16 << 20
# so many characters before an anchor are counted at most: RE2 counts from each character on that may be the first one,
# and needs a state for each set of counts
_BEFORE = 2
_STAMP = r"[\"'\s\[][12][0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:"
_NEGATIVE = re.compile(r"\(\?!\[([a-z0-9_-]+)\]\)")
_POSITIVE = re.compile(r"\(\?=((?:\\.|[^()\\]|\((?!\?[=!<])[^()]*\))*)\)")
_TAIL = r"[\w$]*(?:[.-][\w$]+)*"
# what may follow a name and a value after it; see `_IDLE` in `scanner`, of which it is the opposite
_LISTED = r"\)[ ]?[=:]|[,;][\w ,;.\"'\x80-\xff-]*(?:\n|\\n|\r)"
_NO_LINE = r"\"(?:[^,]|\z|,(?:[^ ]|\z| (?:[^l]|\z)))"
_ALIVE = (
    rf"(?:\z|{_LISTED}|[.-](?:[^\w$]|\z)|\((?:[\"']|[^\s\"'(),=.:\[\]]{{6,}}\))|{_NO_LINE}|>(?:[^\"]|\z|{_NO_LINE})"
    r"|, ?[<\"]|[^\w$.,);/(\">-])"
)
# as far as this is as far as a line goes, for which RE2 needs fewer states
_FAR = re.compile(r"\{0,\d{3}\}")
_GAP = re.compile(rb"\s")
_COUNTED = re.compile(r"\{(\d+)\}")
# what is not ASCII stands there as another character or as `?`
_OTHER = r"[\x80-\xff?]"
_KELVIN = "\u212a"


def has_re2() -> bool:
    """Whether the extra `re2` is installed."""
    return importlib.util.find_spec("re2") is not None


@lru_cache(maxsize=256)
def linear(pattern: str, *, latin: bool = False) -> Any:
    """A pattern compiled by RE2, for texts or, with `latin`, for bytes in Latin-1; None where RE2 cannot.

    RE2 takes linear time, whatever the pattern. What it has learnt of texts it keeps with a pattern: the same one is
    compiled once, for all who need it.
    """
    re2 = importlib.import_module("re2")
    options = re2.Options()
    # it would write patterns to the standard error stream
    options.log_errors = False
    options.max_mem = _MEMORY
    if latin:
        options.encoding = re2.Options.Encoding.LATIN1
    try:
        return re2.compile(pattern.encode("latin-1") if latin else pattern, options)
    except (re2.error, UnicodeEncodeError):
        return None


Parts: TypeAlias = Sequence[tuple[int, int]]
"""Begin and end of each part of a text that has to be searched."""
Where: TypeAlias = tuple[Parts, ...]
"""Parts for words, signs and digits; nothing, where no part has to be searched for any of them."""
_First: TypeAlias = Callable[[bytes, int], tuple[int, int] | None]
"""Begin and end of the first find from a place on."""


def gate(words: Iterable[Anchor], signs: Sequence[Anchor], digits: Iterable[str]) -> Callable[[str], Where] | None:
    """A function that says which parts of a text have to be searched, in order; None where RE2 cannot.

    Parameters:
        words: anchors in any case.
        signs: anchors as they are.
        digits: what follows a first digit.
    """
    # one automaton for each: ids, digits and words mingle in every way, and an automaton for all of them would need a
    # state for each way; with every new UUID it would learn new ones, and never come to an end
    told = [anchor.told for anchor in signs if anchor.told]
    patterns = (
        "|".join(f"(?i:{part})" for part in _gathered(map(_word, words))),
        "|".join([*told, *_gathered(_sign(anchor) for anchor in signs if not anchor.told)]),
        f"{_STAMP}|[0-9](?:{'|'.join(map(_ahead, digits))})",
    )
    found = [linear(pattern, latin=True) for pattern in patterns]
    # with groups, RE2 would have to take its slow way
    if any(one is None or one.groups for one in found):
        return None
    of_words, of_signs, numbers = map(_first_of, found)
    of_digits = _but_for_stamps(numbers)
    # RE2 compiles a pattern backwards with the first find: tens of milliseconds that no request is to wait for
    for first in (of_words, of_signs, of_digits):
        first(b"password=x -----BEGIN 4111111111111111", 0)

    def where(text: str) -> Where:
        size = len(text)
        if not text.isascii() and _KELVIN in text:
            # the one character whose lower case is a letter of ASCII
            return (((0, size),),) * 3
        # one byte for each character, whatever it is: offsets stay, and what is lost only is found too often
        raw = text.encode("latin-1", "replace")
        words = of_words(raw, 0)
        if size < _SHORT:
            return _of_short(raw, words)
        signs, digits = of_signs(raw, 0), of_digits(raw, 0)
        if words is None and signs is None and digits is None:
            return ()
        nexts = [(one, first) for one, first in ((words, of_words), (signs, of_signs), (digits, of_digits)) if one]
        return (_parts(raw, nexts),) * 3

    def _of_short(raw: bytes, words: tuple[int, int] | None) -> Where:
        """From the first find on, all is searched: what is secret is unlike all before it, and RE2 would make states
        of it that it never needs again."""
        size = len(raw)
        if words:
            return ((words[0], size),), ((0, size),), ((0, size),)
        if signs := of_signs(raw, 0):
            return (), ((signs[0], size),), ((0, size),)
        return ((), (), ((digits[0], size),)) if (digits := of_digits(raw, 0)) else ()

    return where


def _parts(raw: bytes, nexts: list[tuple[tuple[int, int], _First]]) -> Parts:
    """The lines in which something is found, from there on."""
    parts: list[tuple[int, int]] = []
    last, size = -1, len(raw)
    while nexts:
        (start, end), _ = min(nexts, key=itemgetter(0))
        if len(parts) >= _MOST:
            parts.append((start, size))
            break
        # for the same reason, no more than a line
        end = _line_end(raw, end)
        if start <= last:
            parts[-1] = parts[-1][0], end + _AHEAD
        else:
            parts.append((start, end + _AHEAD))
        last = end + _AHEAD
        nexts = [
            (one, first) for found, first in nexts if (one := found if found[0] >= end else first(raw, end)) is not None
        ]
    return parts


def _line_end(raw: bytes, at: int) -> int:
    stop = min(at + _LINE, len(raw))
    end = raw.find(b"\n", at, stop)
    if end >= 0:
        return end
    # what has begun in this part may go on for as long as no gap ends it
    gap = _GAP.search(raw, stop)
    return gap.start() if gap else len(raw)


def _but_for_stamps(first: _First) -> _First:
    """Numbers, but for those of a time."""
    is_stamp = re.compile(_STAMP.encode()).match

    def found(raw: bytes, at: int) -> tuple[int, int] | None:
        one = first(raw, at)
        while one is not None and is_stamp(raw, one[0]):
            one = first(raw, one[1])
        return one

    return found


def _first_of(found: Any) -> _First:
    """What finds the first match from a place on.

    The wrapper makes a generator and an object of its own for each search, which takes longer than the search itself;
    so what it wraps is asked, if it is what it was when this was written.
    """
    try:
        match, anywhere = found._regexp.Match, importlib.import_module("re2")._Anchor.UNANCHORED
        (span,) = match(anywhere, b"", 0, 0)
        if tuple(span) == (-1, -1):

            def quickly(raw: bytes, at: int) -> tuple[int, int] | None:
                ((start, end),) = match(anywhere, raw, at, len(raw))
                return None if start < 0 else (start, end)

            return quickly
    except (AttributeError, TypeError, ValueError):
        pass

    def first(raw: bytes, at: int) -> tuple[int, int] | None:
        one = found.search(raw, at)
        return one.span() if one else None

    return first


def _literal(text: str) -> str:
    return "".join(_OTHER if not char.isascii() else char if char.isalnum() else f"\\x{ord(char):02x}" for char in text)


def _gathered(anchors: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Anchors with what stands around them, which is written once for all that have it in common: RE2 would make a
    copy of it for each, and need more states than it may keep."""
    literals: dict[tuple[str, str], list[str]] = defaultdict(list)
    for lead, literal, follow in anchors:
        literals[lead, follow].append(literal)
    for (lead, follow), members in literals.items():
        yield f"{lead}(?:{'|'.join(members)}){follow}"


def _word(anchor: Anchor) -> tuple[str, str, str]:
    """What stands before it, the word, what follows."""
    return _before(anchor), _literal(anchor.literal), _behind(anchor)


def _sign(anchor: Anchor) -> tuple[str, str, str]:
    return _before(anchor), _literal(anchor.literal), _followed(anchor)


def _before(anchor: Anchor) -> str:
    """What must stand before, as far as it is counted: what stands before that may be farther away."""
    pieces = _COUNTED.split(_widened(anchor.lead))
    for at in range(len(pieces) - 2, 0, -2):
        if int(pieces[at]) > _BEFORE:
            counted = pieces[at - 1]
            pieces[: at + 1] = [counted[counted.rindex("[") :], str(_BEFORE)]
            break
    return "".join(f"{{{piece}}}" if index % 2 else piece for index, piece in enumerate(pieces))


def _behind(anchor: Anchor) -> str:
    if not anchor.name:
        return _ahead(anchor.follow)
    if not anchor.follow:
        return f"{_TAIL}{_ALIVE}"
    if excluded := _NEGATIVE.fullmatch(anchor.follow):
        allowed = "".join(
            char for char in "abcdefghijklmnopqrstuvwxyz0123456789_" if not re.match(rf"[{excluded[1]}]", char)
        )
        return f"(?:[{allowed}$]{_TAIL}|(?:[.-][\\w$]+)*){_ALIVE}"
    # what must not follow, and RE2 has no words for, takes up no room
    return _ahead(anchor.follow) or f"{_TAIL}{_ALIVE}"


def _followed(anchor: Anchor) -> str:
    return _widened(anchor.word) if ends_in_long_word(anchor) else _ahead(anchor.follow)


def _ahead(follow: str) -> str:
    """What must follow, or a little more than that: nothing where RE2 has no words for it."""
    if excluded := _NEGATIVE.fullmatch(follow):
        return f"(?:[^{excluded[1]}]|\\z)"
    follow = _FAR.sub("*", follow)
    plain = _POSITIVE.sub(r"(?:\1)", follow) if follow.endswith(")") and follow.count("(?=") == 1 else follow
    plain = _widened(plain)
    return plain if "(?=" not in plain and "(?!" not in plain and linear(plain, latin=True) else ""


def _wide(inside: str) -> str:
    """The inside of a class, and all that is not ASCII, which stands there as another character or as `?`."""
    return re.sub(r"\\[wsd]", lambda match: f"{match[0]}\\x80-\\xff?", inside)


def _widened(pattern: str) -> str:
    return re.sub(
        r"\[(\^?)((?:[^\]\\]|\\.)*)\]|\\([wsd])",
        lambda match: (
            f"[\\{match[3]}\\x80-\\xff?]" if match[3] else f"[{match[1]}{match[2] if match[1] else _wide(match[2])}]"
        ),
        pattern,
    )
