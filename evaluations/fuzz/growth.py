"""Time: a text of four times the length takes about four times as long, whatever it repeats."""

from __future__ import annotations

import time
from itertools import count

from evaluations.fuzz.source import Source
from evaluations.fuzz.texts import text_of
from failsoft.sanitize import Sanitizer

__all__ = ["check_growth"]

_SHORT, _LONG = 8_000, 32_000
_FACTOR = 3.0
_LEAST = 0.02
"""Seconds of CPU below which a run says nothing about growth."""
_sanitizer = Sanitizer()
_turn = count()


def _seconds(text: str) -> float:
    # a text that is said again is not searched again
    text = f"{next(_turn)} {text}"
    begun = time.process_time()
    _sanitizer.text(text)
    return time.process_time() - begun


def check_growth(source: Source) -> None:
    """Repeat a short text to two lengths.

    Raises:
        AssertionError: the time per character of the longer one is over three times that of the shorter one, three
            times in a row.
    """
    unit = source.text(12) if source.byte() % 2 else text_of(source)[0][:60]
    unit = unit or "a"
    short, long = (unit * (size // len(unit) + 1) for size in (_SHORT, _LONG))
    for _ in range(3):
        least, most = _seconds(short), _seconds(long)
        if most < _LEAST or most <= least * (_LONG / _SHORT) * _FACTOR:
            return
    raise AssertionError(
        f"{unit!r}: {least * 1e3:.1f} ms for {len(short)} characters, {most * 1e3:.1f} for {len(long)}"
    )
