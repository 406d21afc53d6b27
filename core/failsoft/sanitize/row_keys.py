"""Numbers that only say which row is meant: `Key (id)=(17)`, `{'pk_1': 17}`, `WHERE orders.id = ?` with `(17,)`.

A plain integer key stays in messages of databases, where a name or a constraint says that it is one.
"""

from __future__ import annotations

import re

from failsoft.sanitize.keys import KeyMatcher

__all__ = ["is_bound_key", "is_key_constraint", "is_key_of_row"]

_NAME = re.compile(r"(?i)(?:\w{1,50}_)?(?:id|pk)(?:_\d{1,4})?")
_CONSTRAINT = re.compile(r"(?i)(?:[\w.]{1,60}\.)?(?:PRIMARY|pk_\w{1,60}|\w{1,60}_(?:pkey|pk))")
_OBJECT = re.compile(
    r"[\[(]{0,2}\{\s?[\"'][\w.]{1,60}[\"']: ?-?\d{1,18}(?:, ?[\"'][\w.]{1,60}[\"']: ?-?\d{1,18}){0,11}\s?\}[\])]{0,2}"
)
_MEMBER = re.compile(r"[\"']([\w.]{1,60})[\"']:")
_NUMBER = re.compile(r"[\[(]{1,2}-?\d{1,18},?[\])]{1,2}")
# the end of a statement that asks for a row by its key, and what its log has before the values
_ASKED = re.compile(
    r"(?i)[\s.\"`\[(](\w{1,60})[\"`\]]? ?= ?(?:\?|%s|\d{1,18}|[:@$]\w{1,40}|%\(\w{1,40}\)s)(?:::\w{1,16})?"
    r"(?: limit \d{1,6})?[\])\"';]{0,4}"
    r"(?:\s{1,4}|\n[^\n]{0,100})\[?[\w ]{0,24}[:=]? ?$"
)
_AHEAD = 240
_VALUE = re.compile(r"\s?(?:(\w{1,60}): ?)?-?\d{1,18}\s?")
_OF_PRIMARY = re.compile(r"(?i)PRIMARY KEY constraint")


def _names_key(keys: KeyMatcher, name: str) -> bool:
    return _NAME.fullmatch(name) is not None and keys.kind(name) is None


def is_key_constraint(name: str) -> bool:
    """Whether a constraint is that of a primary key: `users.PRIMARY`, `pk_users`, `users_pkey`."""
    return _CONSTRAINT.fullmatch(name) is not None


def is_bound_key(keys: KeyMatcher, text: str, start: int, end: int) -> bool:
    """Whether of what was bound to a statement between `start` and `end` there is nothing but keys of rows."""
    content = text[start:end]
    if not content or "'" in content or '"' in content:
        named = _OBJECT.fullmatch(content) is not None
        return named and all(_names_key(keys, name) for name in _MEMBER.findall(content))
    if _NUMBER.fullmatch(content) is None:
        return False
    asked = _ASKED.search(text, max(0, start - _AHEAD), start)
    return asked is not None and _names_key(keys, asked[1])


def is_key_of_row(keys: KeyMatcher, text: str, start: int, end: int) -> bool:
    """Whether a row that a message quotes is its key alone: `(4412)` of a primary key, `(ID:4412)`."""
    for value in text[start:end].split(","):
        match = _VALUE.fullmatch(value)
        if match is None or (match[1] is not None and not _names_key(keys, match[1])):
            return False
        if match[1] is None and not _OF_PRIMARY.search(text, max(0, start - _AHEAD), start):
            return False
    return True
