"""Columns of tables: where the heading of a column is a sensitive name, its cells are values.

Comma-, semicolon-, tab- and bar-separated files, tables that bars or spaces draw (Markdown, psql, mysql,
reStructuredText, kubectl) and those of HTML. A line is looked at once as a heading and its table read once, so the
time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.forms import HEX_LIKE
from failsoft.sanitize.grammar import SHAPES
from failsoft.sanitize.keys import KeyMatcher, words_of
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import Scan, marker
from failsoft.sanitize.verdict import Judge, is_announced, is_sentence

__all__ = ["is_cell", "plan_rows_of", "plan_table", "split_by"]

_MAX_HEADING, _MAX_COLUMNS, _MAX_HTML = 1_024, 64, 65_536
_BAR = "|│┃║"
# what stands behind a heading: the next cell, or the end of the line
_BEHIND = as_pattern(
    rf"\\?[\"'`]?\*{{0,2}}(?:[,;\t]| {{0,80}}[{_BAR}]| ?\r?\n| {{2,80}}\S|\\[nrt]|, |</th>|</(?:b|strong|span)></th>)"
)
_HEADING = as_pattern(r"[^\W\d][\w.#/()-]{0,40}(?: [\w.#/()-]{1,24}){0,3}")
_PREFIXED = as_pattern(r"[^,;\t|]{0,120}[:>] ?([^\W\d]\w{0,40})")
# of a table that is drawn, what stands below the headings
_RULE = as_pattern(rf"[-+:=─━═┼╪╇┿├┝╞┡┤┥╡┩{_BAR} \t]{{3,2000}}\r?$")
_RULE_SIGNS = as_pattern(r"[-=─━═]{2}")
_GAP = as_pattern(r" {2,}|\t+")
_QUOTED = as_pattern(r"[ ]?\"((?:[^\"\n]|\"\"){0,4096})\"[ ]?(?=(.)|$)")
_HTML_ROW = as_pattern(r"<tr(?:\s[^<>]{0,200})?>(.*?)(?:</tr>|(?=<tr[\s>])|$)", re.DOTALL | re.IGNORECASE)
_HTML_CELL = as_pattern(
    r"<t[dh](?:\s[^<>]{0,200})?>\s{0,40}(?:<\w{1,12}(?:\s[^<>]{0,200})?>\s{0,40}){0,4}([^<>]{0,4096}?)\s{0,40}(?=<|$)",
    re.IGNORECASE,
)
_ESCAPED_EDGE = as_pattern(r"\\n|\\r|[\"'`]")
# under such a heading even a plain word is a value
_WORDY = word_set("password secret answer private_key")
_CODES = word_set("otp cvv")
# headings that more often mean something else
_OF_PEOPLE = word_set("name person personal_name address")
_WEAK = word_set("pass pw sid pan auth sig mfa")
# whose secret it may be; beside one of these, a plain word under "password" is one
_OWNERS = word_set(
    "user username login email mail account id uid name host service client role benutzer usuario utilisateur owner "
    "server url site key_id customer nutzer konto anwender machine device member"
)
_REMARKS = word_set("yes no required optional string text masked hidden none null true false n/a never set unset")
_PLAIN_LEAST, _NUMBER_LEAST = 4, 4

_judge = Judge()

Split = Callable[[str, int, int], list[tuple[int, int]]]
"""Begin and end of each cell of a line."""


class _Heading(NamedTuple):
    """What a line of headings says."""

    kinds: list[str | None]
    names: list[str]
    owned: bool
    """One of the columns says whose the secret is."""


def is_cell(text: str, kind: str, name: str, *, owned: bool) -> bool:
    """Whether a cell under a sensitive heading is a value.

    Parameters:
        owned: another column says whose it is, so a plain word may be a password.
    """
    bare = text.strip()
    if not bare or "[REDACTED:" in bare or bare.lower() in _REMARKS:
        return False
    if shape := SHAPES.get(kind):
        return shape.fullmatch(bare) is not None and _judge.is_value(bare, kind, name, quoted=True, op="=")
    if not _judge.is_value(bare, kind, name, quoted=True, op="=") or is_sentence(bare):
        return False
    if kind in _CODES:
        return True
    if name.lower() in _WEAK or kind not in _WORDY:
        if " " in bare or kind == "dsn":
            return kind == "dsn" and "=" in bare
        return is_announced(bare, "token") or looks_random(bare) or HEX_LIKE.fullmatch(bare) is not None
    if is_announced(bare, "password"):
        return bare.count(" ") <= 3
    if bare.isdigit():
        return owned and len(bare) >= _NUMBER_LEAST
    return owned and " " not in bare and len(bare) >= _PLAIN_LEAST


def plan_rows_of(scan: Scan, keys: KeyMatcher, names: list[str], split: Split, at: int, *, last: str) -> int:
    """Plan what goes of the rows that begin at `at` and whose columns are called so; where they end.

    Parameters:
        last: the line that ends the table.
    """
    heading = _Heading([keys.kind(name) for name in names], names, owned=True)
    return _read_rows(scan, split, heading, at, "\n", last=last) if any(heading.kinds) else at


def plan_table(scan: Scan, keys: KeyMatcher, first: int, last: int) -> None:
    """Plan what goes of the table of which a sensitive name is a heading, if it is one.

    Parameters:
        first: where the name begins.
        last: where it ends.
    """
    if first < scan.headed or not (behind := _BEHIND.match(scan.text, last)):
        return
    if "</th>" in behind.group():
        _plan_html(scan, keys, first)
        return
    text = scan.text
    begin = max(text.rfind("\n", max(0, first - _MAX_HEADING), first) + 1, scan.headed)
    if begin == 0 and first > _MAX_HEADING:
        return
    end = _end(text, last, begin + _MAX_HEADING, "\n")
    newline = "\n"
    if (escaped := text.find("\\n", last, end)) >= 0:
        end, newline = escaped, "\\n"
        edge = [match.end() for match in _ESCAPED_EDGE.finditer(text, begin, first) if match.end() < first]
        begin = edge[-1] if edge and text[first - 1] not in "\"'" else begin
    scan.headed = end
    if end < len(text):
        _plan_rows(scan, keys, begin, end, newline)


def _plan_rows(scan: Scan, keys: KeyMatcher, begin: int, end: int, newline: str) -> None:
    text = scan.text
    line = text[begin:end]
    drawn = any(bar in line for bar in _BAR) and ("| " in line or " |" in line or not line.isascii())
    at = end + len(newline)
    below = text[at : _end(text, at, at + 2 * _MAX_HEADING, newline)]
    ruled = _RULE.match(below) is not None and _RULE_SIGNS.search(below) is not None
    if drawn and not ruled:
        return
    split = _split_by_bars if drawn else _splitter(line)
    if split is None or (not drawn and _is_code(line)):
        return
    if ruled and not drawn and split is _split_by_gaps:
        split = _split_at([match.span() for match in _STROKE.finditer(below)])
    cells = split(text, begin, end)
    if len(cells) == 2 and not drawn and _plan_pair(scan, keys, *cells):
        return
    heading = _heading(text, cells, keys, drawn=drawn)
    if heading is None:
        return
    if ruled:
        at += len(below) + len(newline)
    aligned = split is _split_by_gaps and not ruled
    if aligned and not (line.isupper() or len(cells) > 2):
        return
    scan.headed = max(scan.headed, _read_rows(scan, split, heading, at, newline, aligned=aligned))
    scan.saw(scan.headed)


def _plan_pair(scan: Scan, keys: KeyMatcher, first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Plan what goes of a line of a name and its value, if it is one."""
    name = _unquoted(scan.text[slice(*first)])
    start, end = _trimmed(scan.text, *second)
    content = scan.text[start:end]
    kind = keys.kind(name) if _HEADING.fullmatch(name) else None
    if kind is None or kind in SHAPES or " " in content or not is_announced(content, kind):
        return False
    scan.cells.append((start, end, marker(kind)))
    return True


def _is_code(line: str) -> bool:
    """Whether a line that signs part is one of a list or an import in code, and no heading."""
    bare = line.strip()
    return bare[-1:] in ",;|" or bare[:1] in "'([{#" or bare.startswith(("from ", "import ", "- "))


def _heading(text: str, cells: list[tuple[int, int]], keys: KeyMatcher, *, drawn: bool) -> _Heading | None:
    """What a line of headings says, or None if it is none, or names nothing sensitive."""
    least = 1 if drawn else 2
    if not least <= len(cells) <= _MAX_COLUMNS:
        return None
    names = [_unquoted(text[start:end]) for start, end in cells]
    if not drawn and (prefixed := _PREFIXED.fullmatch(names[0])):
        names[0] = prefixed[1]
    if any(name and not _HEADING.fullmatch(name) for name in names):
        return None
    kinds = [keys.kind(name) if name else None for name in names]
    if not any(kinds):
        return None
    owned = any(not kind and not _OWNERS.isdisjoint(words_of(name)) for name, kind in zip(names, kinds, strict=True))
    return _Heading(kinds, names, owned or len(names) >= 4)


def _read_rows(
    scan: Scan, split: Split, heading: _Heading, at: int, newline: str, *, aligned: bool = False, last: str = ""
) -> int:
    """Plan what goes of the rows that begin at `at`; where they end.

    Parameters:
        aligned: spaces part the cells, so that a text may be no table at all: only what has the look of a secret goes.
        last: the line that ends the table.
    """
    text, count = scan.text, len(heading.kinds)
    columns = [
        (index, kind, name) for index, (kind, name) in enumerate(zip(heading.kinds, heading.names, strict=True)) if kind
    ]
    while at < len(text):
        end = _end(text, at, len(text), newline)
        line = text[at:end]
        if _RULE.match(line) and _RULE_SIGNS.search(line):
            at = end + len(newline)
            continue
        cells = split(text, at, end)
        if (last and line.strip() == last) or not (
            len(cells) == count or ((count > 3 or aligned) and abs(len(cells) - count) == 1)
        ):
            return at
        if aligned and len(cells) == count + 1:
            # the numbers that pandas puts before its rows have no heading
            cells = cells[1:]
        for index, kind, name in columns:
            if index >= len(cells) or (aligned and kind in _OF_PEOPLE):
                continue
            start, stop = _trimmed(text, *cells[index])
            content = text[start:stop]
            if is_cell(content, kind, name, owned=heading.owned and not aligned):
                scan.cells.append((start, stop, marker("jwt" if content.startswith("eyJ") else kind)))
        at = end + len(newline)
    return len(text)


def _plan_html(scan: Scan, keys: KeyMatcher, first: int) -> None:
    text = scan.text
    begin = max(
        text.rfind("<tr", max(0, first - _MAX_HEADING), first), text.rfind("<TR", max(0, first - _MAX_HEADING), first)
    )
    if begin < 0:
        return
    limit = min(len(text), begin + _MAX_HTML)
    closing = text.find("</table", first, limit)
    limit = closing if closing >= 0 else limit
    scan.headed = limit
    heading: _Heading | None = None
    for row in _HTML_ROW.finditer(text, begin, limit):
        cells = [match.span(1) for match in _HTML_CELL.finditer(text, *row.span(1))]
        if heading is None:
            heading = _heading(text, cells, keys, drawn=True)
            if heading is None:
                return
            continue
        for (start, stop), kind, name in zip(cells, heading.kinds, heading.names, strict=False):
            if kind and is_cell(text[start:stop], kind, name, owned=heading.owned):
                scan.cells.append((start, stop, marker(kind)))
    scan.saw(limit)


def _end(text: str, at: int, limit: int, newline: str) -> int:
    """Where the line ends, without a carriage return."""
    found = text.find(newline, at, limit)
    end = found if found >= 0 else min(limit, len(text))
    if newline == "\\n" and (edge := text.find("\n", at, end)) >= 0:
        end = edge
    return end


def _splitter(line: str) -> Split | None:
    """What parts the cells of a line of headings."""
    for sign in ("\t", "\\t", ";", ",", "|"):
        if sign in line:
            return split_by(sign)
    return _split_by_gaps if "  " in line.strip() else None


def split_by(sign: str) -> Split:
    """What parts a line at a sign that does not stand in double quotes (RFC 4180)."""

    def split(text: str, start: int, end: int) -> list[tuple[int, int]]:
        cells: list[tuple[int, int]] = []
        at = start
        while len(cells) <= _MAX_COLUMNS:
            quoted = _QUOTED.match(text, at, end) if text[at : at + 2].lstrip(" ")[:1] == '"' else None
            stop = quoted.end() if quoted and quoted[2] in (sign, None) else text.find(sign, at, end)
            if stop < 0 or stop >= end:
                cells.append((at, end))
                break
            cells.append((at, stop))
            at = stop + len(sign)
        return cells

    return split


def _split_by_bars(text: str, start: int, end: int) -> list[tuple[int, int]]:
    bars = [match.start() for match in _BARS.finditer(text, start, end)][: _MAX_COLUMNS + 1]
    if not bars:
        return []
    edges = bars if not text[start : bars[0]].strip() else [start - 1, *bars]
    if text[edges[-1] + 1 : end].strip():
        edges = [*edges, end]
    return [(left + 1, right) for left, right in pairwise(edges)]


_STROKE = as_pattern(r"[-=─━═]+")
_BARS = as_pattern(f"[{_BAR}]")


def _split_by_gaps(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cells: list[tuple[int, int]] = []
    start += end - start - len(text[start:end].lstrip())
    for gap in _GAP.finditer(text, start, end):
        if gap.end() == end or len(cells) > _MAX_COLUMNS:
            break
        cells.append((start, gap.start()))
        start = gap.end()
    cells.append((start, end))
    return cells


def _split_at(columns: list[tuple[int, int]]) -> Split:
    """What parts a line where the strokes below the headings begin."""

    def split(text: str, start: int, end: int) -> list[tuple[int, int]]:
        edges = [start, *(start + first for first, _ in columns[1:])]
        cells = [(min(left, end), min(right, end)) for left, right in pairwise([*edges, end])]
        return cells if text[start:end].strip() else []

    return split


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A cell without blanks and quotes around it."""
    content = text[start:end]
    end = start + len(content.rstrip(" \t\r"))
    start += len(content) - len(content.lstrip(" \t"))
    if end - start > 1 and text[start] in "\"'`" and text[end - 1] == text[start]:
        return start + 1, end - 1
    return start, max(start, end)


def _unquoted(text: str) -> str:
    return text.strip(" \t\r\"'`*")
