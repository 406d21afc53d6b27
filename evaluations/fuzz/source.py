"""Bytes read as decisions: what the fuzzer changes changes what is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Source"]

T = TypeVar("T")


class Source:
    """Reads decisions out of bytes; zeros, once they are used up, so that every input builds something finite."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def exhausted(self) -> bool:
        """Whether all bytes are used."""
        return self._at >= len(self._data)

    def byte(self) -> int:
        """0 to 255."""
        if self.exhausted:
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def below(self, limit: int) -> int:
        """0 to `limit` - 1."""
        return (self.byte() << 8 | self.byte()) % limit if limit > 256 else self.byte() % limit

    def choice(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def text(self, most: int = 40) -> str:
        """Any text, lone surrogates and controls included, dense where texts of programs are dense."""
        kind, length = self.byte() % 4, self.below(most + 1)
        if kind == 0:
            return "".join(chr(32 + self.byte() % 95) for _ in range(length))
        if kind == 1:
            return "".join(self.choice(_SIGNS) for _ in range(length))
        if kind == 2:
            return "".join(chr(self.below(0x3000)) for _ in range(length))
        return "".join(chr((self.byte() << 16 | self.byte() << 8 | self.byte()) % 0x110000) for _ in range(length))


_SIGNS = "\"'`\\/()[]{}<>=:;,.&?%@#$-_+*|!~ \t\r\n0aAzZ9é\u2028\ud800İſ"
