"""Where the keys of a TOML file stand, so that a fault can name the line. `tomllib` does not say."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.kinds import join_path

__all__ = ["lines_of"]

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_KEYS = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = as_pattern(rf"\s*(\[\[?)\s*({_KEYS})\s*\]")
_PAIR = as_pattern(rf"\s*({_KEYS})\s*=")
_SCAN = {
    "": as_pattern(r"""(?P<opened>'{3}|"{3})|"(?:[^"\\]|\\.)*"|'[^']*'|#.*|."""),
    "'''": as_pattern(r"(?:[^']|'(?!''))*'{3}"),
    '"""': as_pattern(r'(?:[^"\\]|\\.|"(?!""))*"{3}'),
}
"""What comes next: outside of long strings a token, inside one its end."""


def lines_of(text: str) -> dict[str, int]:
    """The line of each table header and each key that begins a line, by path; `text` is valid TOML.

    Keys inside inline tables and arrays are left out: the line of what holds them is near enough.
    """
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in _statements(text):
        try:
            if header := _HEADER.match(line):
                table = _join("", header[2], counts)
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = f"{table}[{counts[table]}]"
                found.setdefault(table, number)
            elif pair := _PAIR.match(line):
                found.setdefault(_join(table, pair[1], counts), number)
        except tomllib.TOMLDecodeError:  # pragma: no cover - a line is a courtesy, and worth no fault of its own
            continue
    return found


def _join(path: str, keys: str, counts: dict[str, int]) -> str:
    node = tomllib.loads(f"{keys} = 0")
    while isinstance(node, dict):
        # the header of an array of tables has just named its item; whatever else goes below a list is in the last one
        if path in counts:
            path = f"{path}[{counts[path]}]"
        (key, node), *_ = node.items()
        path = join_path(path, key)
    return path


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The lines that begin outside of any string, array and inline table."""
    quote, depth = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not quote and depth == 0:
            yield number, line
        position = 0
        while position < len(line) and (match := _SCAN[quote].match(line, position)):
            position = match.end()
            if quote:
                quote = ""
                continue
            quote = match["opened"] or ""
            depth += (match[0] in "[{") - (match[0] in "]}")
