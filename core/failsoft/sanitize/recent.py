"""What was cleaned a moment ago.

When something breaks, it says the same text again and again, and each text on its way passes several doors: the answer,
the log, the span, the record. The second door need not search again.
"""

from __future__ import annotations

__all__ = ["LONGEST", "Recent"]

LONGEST = 16_384
"""Characters of a text that is remembered at most."""

_ENTRIES = 256
_CHARACTERS = 131_072

_Known = dict[tuple[int, int], str | None]
"""What each was cleaned to; none if it stayed the same."""
_ABSENT = ""


class Recent:
    """Cleaned texts by the hash of what they were made from, which itself is not kept.

    Two halves, the older of which is dropped as soon as the younger is full: 512 texts and 262,144 characters at most.
    Safe to share between threads; who loses a race cleans once more.

    Python's hash of a text is SipHash under a key of the process, of 64 bits. Should two texts ever share it, and their
    length as well, one comes out as the other one, cleaned: a wrong text, but no secret.
    """

    __slots__ = ("_older", "_room", "_younger")

    def __init__(self) -> None:
        self._younger: _Known = {}
        self._older: _Known = {}
        self._room = _CHARACTERS

    def get(self, text: str) -> str | None:
        """What the text was cleaned to, if that is remembered."""
        key = hash(text), len(text)
        if (cleaned := self._younger.get(key, _ABSENT)) == _ABSENT:
            if (cleaned := self._older.get(key, _ABSENT)) == _ABSENT:
                return None
            self._keep(key, cleaned)
        return text if cleaned is None else cleaned

    def put(self, text: str, cleaned: str) -> None:
        """Remember what the text was cleaned to."""
        self._keep((hash(text), len(text)), None if cleaned == text else cleaned)

    def _keep(self, key: tuple[int, int], cleaned: str | None) -> None:
        size = len(cleaned) if cleaned else 0
        if len(self._younger) >= _ENTRIES or self._room < size:
            self._older, self._younger, self._room = self._younger, {}, _CHARACTERS
        self._room -= size
        self._younger[key] = cleaned
