"""Parameters that a message lists by name, `{'token': 'x', 'limit': 50}`: names stay, and what says nothing of anybody.

Keys of rows, numbers of rows asked for, booleans and None stay; all else is data.
"""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.row_keys import is_harmless_number
from failsoft.sanitize.scanner import marker

__all__ = ["kept_parameters"]

_QUOTED = r"[bu]?(?:'(?:[^'\\\n]|\\[^\n])*+'|\"(?:[^\"\\\n]|\\[^\n])*+\")"
_CALL = rf"[A-Za-z_][\w.]{{0,60}}\((?:[^()'\"\n]|{_QUOTED}|\([^()'\"\n]{{0,80}}\)){{0,60}}+\)"
_MEMBER = as_pattern(
    rf"([\"'])([\w.]{{1,64}})\1: (?:(?P<text>{_QUOTED})|(?P<plain>-?\d{{1,20}}(?:\.\d{{1,20}})?|None|True|False)"
    rf"|(?P<gone>\[REDACTED:[\w.#-]{{1,40}}\])|(?P<call>{_CALL}))(?:, |(?=\}}))"
)
_LEADS, _MOST = "[({", 200
_CLOSED = as_pattern(r"\}(?:,?\)|\])?\]?")
_WORDS = ("None", "True", "False")


def kept_parameters(keys: KeyMatcher, text: str) -> str | None:
    """The parameters with markers in the place of data; None where they are written in another way."""
    at = len(text) - len(text.lstrip(_LEADS))
    if not 0 < at <= 2 or text[at - 1] != "{":
        return None
    pieces = [text[:at]]
    for _ in range(_MOST):
        member = _MEMBER.match(text, at)
        if member is None:
            break
        pieces.append(_kept(keys, member))
        at = member.end()
    if _CLOSED.fullmatch(text, at) is None:
        return None
    return "".join([*pieces, text[at:]])


def _kept(keys: KeyMatcher, member: re.Match[str]) -> str:
    whole, name, plain = member.group(), member[2], member["plain"]
    if plain in _WORDS or (plain and is_harmless_number(keys, name, plain)):
        return whole
    value = member[member.lastgroup or 0]
    if "[REDACTED:" in value:
        return whole
    first, last = (start - member.start() for start in member.span(member.lastgroup or 0))
    mark = marker(keys.kind(name) or "value")
    if member["text"] is not None:
        if value[1:-1] == "" or value[-1] == value[-2:-1]:
            return whole
        first += value.index(value[-1]) + 1
        last -= 1
    return f"{whole[:first]}{mark}{whole[last:]}"
