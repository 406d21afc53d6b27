"""Kinds of values that a setting may have beside plain ones, and words for faults."""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from msgspec import Meta

__all__ = [
    "Duration",
    "Frequency",
    "Kind",
    "Network",
    "Rate",
    "Reference",
    "Secret",
    "Url",
    "describe_bounds",
    "did_you_mean",
    "format_duration",
    "is_reference",
    "join_path",
    "parse_duration",
    "parse_frequency",
    "shorten",
]

_UNITS = {
    "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0, "y": 31_557_600.0,
}  # fmt: skip
_NUMBER = r"(\d+(?:\.\d+)?)"
_DURATION = re.compile(rf"\s*{_NUMBER}\s*(ms|s|m|h|d|w|y)\s*\Z", re.ASCII)
_FREQUENCY = re.compile(r"\s*([1-9]\d{0,8})\s*/\s*(?:(second|minute|hour|day)|(\d.*))\s*\Z", re.ASCII)
_PERIODS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_RATE = re.compile(rf"\s*{_NUMBER}\s*%\s*\Z", re.ASCII)
_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_REFERENCE = re.compile(rf"{_NAME}:{_NAME}")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Kind:
    """Tells how an annotated field is read.

    Parameters:
        expected: what may stand there, in words.
        parse: reads a raw value; raises ValueError.
        secret: whether a wrong value may be the secret itself, and is never shown.
    """

    __slots__ = ("expected", "parse", "secret")

    def __init__(self, expected: str, parse: Callable[[Any], Any], *, secret: bool = False) -> None:
        self.expected = expected
        self.parse = parse
        self.secret = secret


def _number(value: object) -> float | None:
    """A plain finite number; None for anything else, truth values included."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def parse_duration(value: object) -> float:
    """Seconds of `"250ms"`, `"2s"`, `"5m"`, `"1h"`, `"30d"`, `"7y"` (365.25 days each) or a number of seconds.

    Raises:
        ValueError: it is none of these, or negative, or not finite.
    """
    if isinstance(value, str) and (match := _DURATION.match(value)):
        value = float(match[1]) * _UNITS[match[2]]
    seconds = _number(value)
    if seconds is None or seconds < 0:
        raise ValueError("not a duration")
    return seconds


def format_duration(seconds: float) -> str:
    """A duration as it is written in a settings file: a whole number of the largest unit, else seconds or `ms`."""
    if seconds == 0:
        return "0s"
    for unit in ("y", "w", "d", "h", "m", "s", "ms"):
        count = seconds / _UNITS[unit]
        # 50 ms is not a whole number of milliseconds in binary
        if count >= 1 and abs(count - round(count)) < 1e-9 * count:
            return f"{round(count)}{unit}"
    count, unit = (seconds, "s") if seconds >= 1 else (seconds * 1000, "ms")
    return f"{count:.6f}".rstrip("0").rstrip(".") + unit


def parse_frequency(value: object) -> tuple[int, float]:
    """How many times in how many seconds: `"100/minute"`, `"5/second"`, `"1000/day"`, `"20/10s"`.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(value, str) and (match := _FREQUENCY.match(value)):
        period = _PERIODS[match[2]] if match[2] else parse_duration(match[3])
        if period > 0:
            return int(match[1]), period
    raise ValueError("not a frequency")


def _parse_frequency(value: object) -> str:
    parse_frequency(value)
    return str(value)


def _parse_rate(value: object) -> float:
    if isinstance(value, str) and (match := _RATE.match(value)):
        value = float(match[1]) / 100
    share = _number(value)
    if share is None or not 0 < share <= 1:
        raise ValueError("not a rate")
    return share


def _parse_secret(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"(env|file):.+", value):
        return value
    raise ValueError("not a reference to a secret")


def _parse_reference(value: object) -> str:
    if is_reference(value):
        return str(value)
    raise ValueError("not a reference to code")


def is_reference(value: object) -> bool:
    """Whether a value has the form `"package.module:name"`."""
    return isinstance(value, str) and _REFERENCE.fullmatch(value) is not None


def _parse_network(value: object) -> str:
    if isinstance(value, str):
        return str(ipaddress.ip_network(value.strip(), strict=False))
    raise ValueError("not a network")


def _parse_url(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"https?://[^\s/?#@]+[^\s?#]*", value):
        return value
    raise ValueError("not an absolute URL")


Duration = Annotated[
    float, Kind('a duration such as "250ms", "2s", "5m", "1h", "30d", "7y" or a number of seconds', parse_duration)
]
"""A span of time: seconds inside, text with a unit outside."""
Frequency = Annotated[
    str, Kind('a number of calls in a time, such as "100/minute", "5/second" or "20/10s"', _parse_frequency)
]
"""So many in such a time; `parse_frequency` tells how many, and in how many seconds."""
Rate = Annotated[float, Kind('a share above 0 and at most 1, such as 0.5 or "50%"', _parse_rate)]
"""A share: from above 0 to 1 inside."""
Secret = Annotated[str, Kind('"env:NAME" or "file:PATH"', _parse_secret, secret=True)]
"""A reference to a secret, never the secret."""
Reference = Annotated[str, Kind('"package.module:name"', _parse_reference)]
"""The name of something in code; it is imported when the app is built."""
Network = Annotated[str, Kind('an IP address or network such as "10.0.0.0/8"', _parse_network)]
"""An address or network, normalized (RFC 4632, RFC 4291)."""
Url = Annotated[str, Kind("a URL that begins with http:// or https://, without query", _parse_url)]


def describe_bounds(metas: Iterable[Meta]) -> str:
    """The bounds of a value in words, with a space before; empty without any."""
    text = ""
    for meta in metas:
        if meta.ge is not None and meta.le is not None:
            text += f" from {meta.ge} to {meta.le}"
        else:
            text += "".join(
                f" {word} {bound}"
                for word, bound in (
                    ("at least", meta.ge), ("at most", meta.le), ("more than", meta.gt), ("less than", meta.lt),
                )
                if bound is not None
            )  # fmt: skip
        if meta.min_length:
            text += ", not empty" if meta.min_length == 1 else f", of length {meta.min_length} or more"
        text += f", of length {meta.max_length} or less" if meta.max_length is not None else ""
        text += f", matching `{meta.pattern}`" if meta.pattern else ""
    return text


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`; did you mean "…"?` with the nearest candidate; empty if none is near."""
    by_fold = {candidate.casefold(): candidate for candidate in candidates}
    near = difflib.get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.6)
    return f'; did you mean "{by_fold[near[0]]}"?' if near else ""


def join_path(path: str, key: str) -> str:
    """The path of a key below another path; a key that is not plain is quoted, as in TOML."""
    if not _BARE_KEY.fullmatch(key):
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        key = f'"{escaped}"'
    return f"{path}.{key}" if path else key


def shorten(value: object, limit: int = 80) -> str:
    """A value in few letters. Text that may be a secret is the caller's business; see `options.shown`."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a hostile repr must not hide the fault
        text = f"<{type(value).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
