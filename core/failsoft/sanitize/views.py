"""A text read through one level of encoding: percent, HTML entities, escapes of JSON and of Python. What is found is
mapped back."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from typing import Final, Literal, NamedTuple

from failsoft.deferred import as_pattern
from failsoft.sanitize.scanner import Span

__all__ = ["View", "Way", "mapped", "view_of"]

_PERCENT = as_pattern(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
_ENTITY = as_pattern(r"&(?:#x?[0-9A-Fa-f]{1,6}|quot|apos|amp|lt|gt|nbsp|colon|equals|commat|period|num|sol);")
_HEX = "[0-9A-Fa-f]"
# half of a pair is no character
_UNICODE = rf"\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}|\\u(?![dD][89a-fA-F]){_HEX}{{4}}"
_MARKERS = as_pattern(r"(\[REDACTED:[^\]]{1,64}\])")
_ESCAPE = as_pattern(rf"{_UNICODE}|\\x[0-7]{_HEX}|(?:\\x[89A-Fa-f]{_HEX})++|\\[\"'\\/bfnrt]")
_TELLING = as_pattern(rf"\\(?:u{_HEX}{{4}}|x{_HEX}{{2}}|/)")
# an escaped backslash stays as it is: rules know quotes with several before them, and patterns begin with one
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\\": "\\\\"}

Way = Literal["percent", "entity", "escape"]
_WAYS: Final[dict[Way, tuple[str, re.Pattern[str]]]] = {
    "percent": ("%", _PERCENT),
    "entity": ("&", _ENTITY),
    "escape": ("\\", _ESCAPE),
}


class View(NamedTuple):
    """A decoded text that knows where each of its characters came from."""

    text: str
    starts: tuple[int, ...]
    """Where in the decoded text each piece begins."""
    origins: tuple[int, ...]
    """Where in the source the same piece begins."""
    steps: tuple[int, ...]
    """Characters of the source for one of the decoded text; 0 for a piece to be taken whole."""

    def origin(self, at: int, *, end: bool = False) -> int:
        """Where in the source the decoded position `at` is."""
        index = bisect_right(self.starts, at - 1 if end else at) - 1
        step = self.steps[index]
        if step:
            return self.origins[index] + (at - self.starts[index]) * step
        return self.origins[index + 1] if end else self.origins[index]


def _bytes_of(escape: str) -> str:
    return bytes.fromhex(escape.replace("%", "")).decode("utf-8", "replace")


def _characters(escape: str) -> str:
    sign = escape[1]
    if sign == "u":
        raw = bytes.fromhex(escape.replace("\\u", ""))
        return raw.decode("utf-16-be", "replace")
    if sign == "x":
        raw = bytes.fromhex(escape.replace("\\x", ""))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    return _SHORT.get(sign, sign)


def _view(text: str, pattern: re.Pattern[str], way: Way) -> View:
    pieces, starts, origins, steps = list[str](), list[int](), list[int](), list[int]()
    at = size = 0

    def add(piece: str, origin: int, step: int) -> None:
        nonlocal size
        if piece:
            pieces.append(piece)
            starts.append(size)
            origins.append(origin)
            steps.append(step)
            size += len(piece)

    for match in pattern.finditer(text):
        add(text[at : match.start()], at, 1)
        escape = match.group()
        if way == "percent":
            plain = _bytes_of(escape)
            add(plain, match.start(), 3 if len(plain) * 3 == len(escape) else 0)
        else:
            add(html.unescape(escape) if way == "entity" else _characters(escape), match.start(), 0)
        at = match.end()
    add(text[at:], at, 1)
    return View("".join(pieces), (*starts, size), (*origins, len(text)), (*steps, 1))


def view_of(text: str, way: Way, *, telling: bool) -> View | None:
    """The text decoded in one way, once; None where that changes nothing.

    Parameters:
        telling: only if it may make words of what is none. A break of a line, a quote do not, and are in many texts.
    """
    sign, pattern = _WAYS[way]
    if sign not in text or not (_TELLING if telling and way == "escape" else pattern).search(text):
        return None
    return _view(text, pattern, way)


def mapped(view: View, spans: list[Span]) -> list[Span]:
    """What goes of a decoded text, as it is in the source."""
    found: list[Span] = []
    for start, end, replacement in (piece for span in spans for piece in _marked(view.text, span)):
        first, last = view.origin(start), view.origin(end, end=True)
        if found and first < found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]), found[-1][2])
        else:
            found.append((first, last, replacement))
    return found


def _marked(text: str, span: Span) -> list[Span]:
    """The parts of a span that markers take the place of; what stays between them stays as it is encoded."""
    start, end, replacement = span
    parts = _MARKERS.split(replacement)
    pieces: list[Span] = []
    at = start
    for index in range(0, len(parts), 2):
        mark, kept = parts[index - 1] if index else "", parts[index]
        last = index + 2 > len(parts)
        here = end - len(kept) if last else text.find(kept, at, end) if index else at
        if here < at + bool(mark) or not text.startswith(kept, here):
            return [span]
        if mark and text[at:here] != mark:
            pieces.append((at, here, mark))
        elif not mark and here > at:
            return [span]
        at = here + len(kept)
    return pieces
