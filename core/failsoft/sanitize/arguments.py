"""Commands as lists of quoted arguments, read as the line that they make: `['7z', 'x', '-pSECRET']`, and what Redis
says of a command that it does not know: "unknown command `AUTH`, with args beginning with: `ada` `SECRET`"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.sanitize.entries import arguments_of
from failsoft.sanitize.scanner import Anchor, Scan, Span, marker
from failsoft.sanitize.verdict import Judge

__all__ = ["ArgumentRule"]

_ARGUMENT = r"b?(?:\"(?P<d>[^\"'`\\\n]{1,256})\"|'(?P<s>[^\"'`\\\n]{1,256})'|`(?P<b>[^\"'`\\\n]{1,256})`)"
# in lists, on a line, in fields as an audit has them
_GAP = r"(?:,? ?|, with args beginning with: | a\d{1,2}=)"
_GAP_BEFORE = as_pattern(rf"{_GAP}$")
_CONTENT = as_pattern(r"[^\"'`\\\n]{1,256}")
_NEXT = as_pattern(rf"{_GAP}{_ARGUMENT}")
_FIRST = as_pattern(_ARGUMENT)
_LONGEST_GAP, _WIDTH, _MOST = 28, 258, 64
_UNKNOWN = as_pattern(r"(?i)unknown command ?$")
_QUOTES = ('"', "'", "`")
_LEAST = 2
# of `AUTH ada x` and `AUTH x`, `HELLO 3 AUTH ada x`, `MIGRATE … AUTH x`
_USER_AND_PASSWORD, _PASSWORD = 2, 1
_judge = Judge()


class _Argument(NamedTuple):
    """One of them, and where it stands in the text."""

    text: str
    start: int
    end: int


class ArgumentRule:
    """Handler for such lists. Immutable.

    Parameters:
        clean: cleans the line that the arguments make, in one pass.
    """

    __slots__ = ("_clean",)

    def __init__(self, clean: Callable[[str], str]) -> None:
        self._clean = clean

    def words(self) -> Iterator[Anchor]:
        """Anchors in any case: what Redis says."""
        yield Anchor("unknown command ", self.refused, "(?=[\"'`]auth)")

    def signs(self) -> Iterator[Anchor]:
        """An option of one letter in quotes, and the words of Redis that a password follows."""
        for quote in _QUOTES:
            yield Anchor(f"{quote}-", self.listed, "(?=[A-Za-z])")
            for word in ("AUTH", "SETUSER"):
                yield Anchor(f"{quote}{word}{quote}", self.listed, r"(?=,? ?(?:with args beginning with: )?b?[\"'`])")

    def refused(self, scan: Scan, _start: int, end: int) -> Span | int:
        """A command in small letters."""
        return self.listed(scan, end, end)

    def listed(self, scan: Scan, start: int, end: int) -> Span | int:
        """What goes of the arguments around this one; they are read once, however many options are among them."""
        if start < scan.listed:
            return end
        arguments = _around(scan.text, scan.listed, start)
        if len(arguments) < _LEAST:
            return end
        scan.listed = arguments[-1].end
        parts = self._parts(scan.text, arguments)
        changed = [
            (argument, part)
            for argument, part in zip(arguments, parts, strict=True)
            if argument.text != part and argument.start >= scan.floor
        ]
        if not changed:
            return end
        at = first = changed[0][0].start
        pieces: list[str] = []
        for argument, part in changed:
            pieces += scan.text[at : argument.start], part
            at = argument.end
        return first, at, "".join(pieces)

    def _parts(self, text: str, arguments: list[_Argument]) -> list[str]:
        """The arguments without what is secret among them."""
        given = [argument.text for argument in arguments]
        parts = arguments_of(given, self._clean) or given
        at = _password_at(given) if parts == given and _is_refused(text, arguments) else 0
        if at and "[REDACTED:" not in given[at] and _judge.is_value(given[at], "password", "", quoted=True, op="="):
            # no matter what it looks like
            return [*given[:at], marker("password"), *given[at + 1 :]]
        return parts


def _password_at(given: list[str]) -> int:
    """Which of the arguments of a command of Redis is a password; 0 if none is."""
    words = [word.upper() for word in given]
    if "AUTH" not in words:
        return 0
    at = words.index("AUTH")
    if at == 0:
        return len(given) - 1 if len(given) <= 1 + _USER_AND_PASSWORD else 0
    at += _USER_AND_PASSWORD if words[0] == "HELLO" else _PASSWORD
    return at if at < len(given) else 0


def _is_refused(text: str, arguments: list[_Argument]) -> bool:
    """Whether it says that the command is not known."""
    return _UNKNOWN.search(text, max(0, arguments[0].start - 20), arguments[0].start - 1) is not None


def _around(text: str, begin: int, at: int) -> list[_Argument]:
    """The arguments before the quote that opens here, that one and those after it.

    Parameters:
        begin: those before it were read.
    """
    match = _FIRST.match(text, at)
    if match is None:
        return []
    arguments = [_argument(match)]
    first = at
    while len(arguments) < _MOST and (before := _before(text, begin, first)):
        arguments.append(before)
        first = before.start - 1
    arguments.reverse()
    last = match.end()
    while len(arguments) < 2 * _MOST and (following := _NEXT.match(text, last)):
        arguments.append(_argument(following))
        last = following.end()
    return arguments


def _before(text: str, begin: int, at: int) -> _Argument | None:
    """The argument before the quote that opens here."""
    at -= text[at - 1 : at] == "b"
    near = text[max(begin, at - _LONGEST_GAP) : at]
    gap = _GAP_BEFORE.search(near)
    end = at - len(near) + gap.start() - 1 if gap else -1
    if end <= begin or text[end] not in _QUOTES:
        return None
    start = text.rfind(text[end], max(begin, end - _WIDTH), end) + 1
    if not start or not _CONTENT.fullmatch(text, start, end):
        return None
    return _Argument(text[start:end], start, end)


def _argument(match: re.Match[str]) -> _Argument:
    group = match.lastgroup or ""
    return _Argument(match[group], *match.span(group))
