"""What an application says is secret by its form: regular expressions of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from failsoft.regexes import checked
from failsoft.sanitize.gate import linear
from failsoft.sanitize.scanner import Span, marker

__all__ = ["CompiledPattern", "UserPattern", "compiled", "found_by"]

# name of the group that alone goes
_GROUP = "secret"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MARKER = re.compile(r"\[REDACTED:[\w.-]{1,48}(?:#[0-9a-f]{4})?\]")
# what RE2 understands in another way than `re`, even in texts of ASCII
_OTHERWISE = re.compile(r"\\s|\\S|\$|\\Z|\{,|\[:|\\C|\\[pPQ]")
_CONDITION = re.compile(r"\$|\\[ZbB]|\(\?<?[=!]")


class UserPattern(NamedTuple):
    """One form of a secret.

    Raises (when a sanitizer is made with it):
        ValueError: the name is no kind, the pattern is refused by `failsoft.regexes.checked`, or has no such group.
    """

    name: str
    """The kind, as the marker says it: lower-case letters, digits and underscores."""
    pattern: str
    group: int | str | None = None
    """The part that goes. Absent: the group named `secret`, else all of it."""


class CompiledPattern:
    """A pattern ready to be looked for. Immutable."""

    __slots__ = ("_bounded", "_filter", "_group", "_replacement", "_search")

    def __init__(self, pattern: UserPattern, *, engine: str) -> None:
        if not _NAME.fullmatch(pattern.name):
            raise ValueError(f"expected a name of lower-case letters, digits and underscores, not {pattern.name!r}")
        made = checked(pattern.pattern)
        group = pattern.group if pattern.group is not None else (_GROUP if _GROUP in made.groupindex else 0)
        if group not in made.groupindex and not (isinstance(group, int) and 0 <= group <= made.groups):
            raise ValueError(f"the pattern has no group {group!r}")
        self._search, self._group, self._replacement = made, group, marker(pattern.name)
        same = engine == "re2" and pattern.pattern.isascii() and not _OTHERWISE.search(pattern.pattern)
        self._filter: Any = linear(pattern.pattern, latin=True) if same else None
        self._bounded = _CONDITION.search(pattern.pattern) is not None

    def spans(self, text: str) -> list[Span]:
        """What goes, in order; never anything of a marker."""
        if self._filter and text.isascii() and self._filter.search(text.encode()) is None:
            return []
        at, found = 0, list[Span]()
        marks = [match.span() for match in _MARKER.finditer(text)] if "[REDACTED:" in text else []
        for begin, end in (*marks, (len(text), len(text))):
            found += self._between(text, at, begin)
            at = end
        return found

    def _between(self, text: str, at: int, end: int) -> Iterable[Span]:
        while at < end and (match := self._search.search(text, at, end)):
            at = max(match.end(), match.start() + 1)
            if match.end() == end < len(text) and self._bounded and not self._search.match(text, match.start()):
                # it would end here only because a marker begins
                continue
            first, last = match.span(self._group)
            if last > first:
                yield first, last, self._replacement


def compiled(patterns: Iterable[UserPattern], *, engine: str) -> tuple[CompiledPattern, ...]:
    """Patterns ready to be looked for.

    Raises:
        ValueError: see `UserPattern`.
    """
    return tuple(CompiledPattern(UserPattern(*pattern), engine=engine) for pattern in patterns)


def found_by(patterns: Iterable[CompiledPattern], text: str) -> list[Span]:
    """What goes by any of the patterns, in order; where two overlap, all of it goes, and the first one says why."""
    joined: list[Span] = []
    for start, end, replacement in sorted(span for pattern in patterns for span in pattern.spans(text)):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1]), joined[-1][2]
        else:
            joined.append((start, end, replacement))
    return joined
