"""Numbers in a text of which nobody reads more than that they are some.

`user 8731 not found` is the same failure as `user 1203 not found`, and `HTTP 404` is another one than `HTTP 503`. A
number is alike any other of as many digits if no expression that is searched for in texts has a digit at such a place:
none that is short and stands in or beside a word, and none that begins as a status of a failure does.
"""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern

__all__ = ["numbers_in", "without_numbers"]

_MAX_TEXT = 300
"""What is longer is cut before it is searched, and with it perhaps a number."""
_DIGIT = as_pattern(r"[0-9]")
_DIGITS = as_pattern(r"[0-9]+")
_BESIDE = "_.[-"
# what follows one of these is read: `[Errno 13]`, `oauth 2`, `longer than 72 bytes`
_READ_AFTER = ("errno ", "oauth ", "than ", "utf ")
_LONGEST = max(map(len, _READ_AFTER))


def without_numbers(text: str) -> str:
    """A text with zeros in place of each such number; its length stays."""
    if len(text) > _MAX_TEXT or _DIGIT.search(text) is None or not text.isascii() or text.isupper():
        # in capitals it may be a code, which is read as names are
        return text
    blank = _DIGITS.sub(_zeros, text)
    return text if blank == text else blank


def numbers_in(text: str) -> list[str]:
    """What `without_numbers` takes out of a text."""
    blank = without_numbers(text)
    if blank is text:
        return []
    found = _DIGITS.finditer(text)
    return [one[0] for one in found if blank[one.start()] == "0" and _is_alike(one)]


def _zeros(found: re.Match[str]) -> str:
    return "0" * (found.end() - found.start()) if _is_alike(found) else found[0]


def _is_alike(found: re.Match[str]) -> bool:
    start, end = found.span()
    text = found.string
    if end - start > 2 and text[start] in "45":
        # a status; as `failed: 404` may be found in `failed: 4041`, whatever follows
        return False
    if start == 0:
        return True
    before = text[start - 1]
    if before == " ":
        return not text[max(start - _LONGEST, 0) : start].lower().endswith(_READ_AFTER)
    # long ones are read nowhere, whatever stands beside them
    return end - start > 3 or not (before in _BESIDE or before.isalpha())
