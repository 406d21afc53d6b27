"""Words of shared circuits as bytes, and the bounds of what is kept of them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from failsoft.machines.shared import Word

__all__ = ["FORMAT", "MOST_WORDS", "PUTS", "READ_AT_ONCE", "REPORT_AGE", "kept_for", "read_words", "written"]

FORMAT = 1
"""Number of the form in which words are kept. Another one is kept beside it."""
PUTS = 256
"""Words that are said at once."""
READ_AT_ONCE = 512
"""Words that are read at once; what is left is read with the next beat."""
MOST_WORDS = 8192
"""Words that are kept for one service; past that the oldest go."""
REPORT_AGE = 5.0
"""Seconds after which a worker that has not reported again is no longer counted."""

_decoder = msgspec.json.Decoder(Word)


def kept_for(max_age: float) -> float:
    """Seconds after which all that nobody has changed may go."""
    return max(2 * max_age, 3600.0)


def written(word: Word) -> bytes:
    """A word as bytes."""
    return msgspec.json.encode(word)


def read_words(rows: Iterable[tuple[bytes | str, bytes]]) -> dict[str, Word]:
    """Words by name, with the first `Word` of all for an empty text. What cannot be read is left out."""
    found = {}
    for name, text in rows:
        try:
            found[name.decode() if isinstance(name, bytes) else name] = _decoder.decode(text) if text else Word()
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return found
