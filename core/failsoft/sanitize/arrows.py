"""Values that a traceback hangs under the code they belong to, as loguru and better_exceptions write it.

```text
    for user, password in rows:
        │     │           └ [('ada', 'x')]
        │     └ 'x'
        └ 'ada'
```

The line of code stands above, and the name is the word of it that begins where the arrow points.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.forms import Site, has_look, judged
from failsoft.sanitize.grammar import read_value
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.scanner import STYLE, Anchor, Scan, Span

__all__ = ["ArrowRule"]

_MOST_LINES, _WINDOW = 24, 4_096
_STYLE = as_pattern(STYLE)
_STYLES = as_pattern(rf"(?:{STYLE}){{1,4}}")
_WORD = as_pattern(r"[A-Za-z_]\w{0,63}")
_BARS = ("│", "|")
# as they are, in ASCII, and in JSON
_ARROWS = ("└ ", "-> ", "\\u2514 ")


class ArrowRule:
    """Handler for the arrows. Immutable.

    Parameters:
        keys: which names are sensitive.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: KeyMatcher) -> None:
        self._keys = keys

    def anchors(self) -> Iterator[Anchor]:
        """Where they begin."""
        for arrow in _ARROWS:
            yield Anchor(arrow, self, r"(?=[bu]?[\"'])")
        yield Anchor("└ \x1b", self)

    def __call__(self, scan: Scan, start: int, end: int) -> Span | int:
        """The value at an arrow, if the name above it is a sensitive one."""
        if scan.text[end - 1] == "\x1b" and (styles := _STYLES.match(scan.text, end - 1)):
            end = styles.end()
        code, column = _pointed_at(scan.text, start)
        word = _WORD.match(code, column)
        kind = name = None
        if word and not code[column - 1 : column].isalnum() and not keyword.iskeyword(word.group()):
            kind = self._keys.kind(name := word.group())
        elif code and (near := _word_beside(code, column)):
            kind = self._keys.kind(name := near)
        elif code:
            # wide characters or tabs have moved the arrow
            name, kind = next(
                ((name, kind) for name in _WORD.findall(code) if (kind := self._keys.kind(name))), ("", None)
            )
            value = read_value(scan.text, end, "") if kind else None
            if value is None or not has_look(scan.text[value.start : value.end], kind or ""):
                return end
        if not kind or not name:
            return end
        return judged(Site(scan, start, end, name, kind), read_value(scan.text, end, kind), "=") or end


def _word_beside(code: str, column: int) -> str:
    """The word that an arrow misses by one column, where nothing can have moved it farther."""
    if not code.isascii() or "\t" in code:
        return ""
    near = (word.group() for word in _WORD.finditer(code) if abs(word.start() - column) == 1)
    return next((word for word in near if not keyword.iskeyword(word)), "")


def _pointed_at(text: str, at: int) -> tuple[str, int]:
    """The line of code above, and the column in it that a place points at; an empty text if there is none."""
    window = text[max(0, at - _WINDOW) : at]
    if "\\" in window:
        window = (window if "\n" in window else window.replace("\\n", "\n")).replace("\\u2502", "│")
    if "\n" not in window:
        return "", 0
    lines = [_STYLE.sub("", line) if "[" in line else line for line in window.rsplit("\n", _MOST_LINES)[-_MOST_LINES:]]
    column = len(lines[-1])
    if text.startswith("->", at) and lines[-1].strip(" │|"):
        # of a function, of a change
        return "", 0
    lines.pop()
    while lines and lines[-1].startswith(_BARS, column):
        lines.pop()
    return (lines[-1], column) if lines and column < len(lines[-1]) else ("", 0)
