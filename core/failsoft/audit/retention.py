"""How long records are kept: spans by the calendar, and holds that suspend them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from failsoft.deferred import as_pattern

__all__ = ["Hold", "Period", "held", "instant", "period"]

_PART = as_pattern(r"\s*(\d{1,5})\s*(years?|y|months?|mo|weeks?|w|days?|d)", re.ASCII)
_MONTHS = {"y": 12, "mo": 1}
_DAYS = {"w": 7, "d": 1}


class Period(NamedTuple):
    """A span by the calendar: so many months, then so many days."""

    months: int
    days: int

    def before(self, now: datetime) -> datetime:
        """The same hour of the day so long ago; the last day of the month where that day is not in it."""
        month = now.year * 12 + now.month - 1 - self.months
        year, month = divmod(month, 12)
        day = min(now.day, monthrange(year, month + 1)[1])
        return now.replace(year=year, month=month + 1, day=day) - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Hold:
    """What must not be removed, though its time is over.

    Attributes:
        since, until: microseconds since the Unix epoch; None: without bound.
        reason: why.
    """

    since: int | None
    until: int | None
    reason: str

    def covers(self, since: int, until: int) -> bool:
        """Whether some of a stretch, both ends included, is held."""
        return (self.until is None or since < self.until) and (self.since is None or until >= self.since)


def period(text: object) -> Period:
    """A span of `"7y"`, `"6mo"`, `"90d"`, `"2w"`, `"6 months"`, or several of these: `"1y 6mo"`.

    Raises:
        ValueError: it is none, or no time at all.
    """
    months = days = at = 0
    while isinstance(text, str) and (match := _PART.match(text, at)):
        unit = match[2] if match[2] == "mo" else {"m": "mo"}.get(match[2][0], match[2][0])
        months += int(match[1]) * _MONTHS.get(unit, 0)
        days += int(match[1]) * _DAYS.get(unit, 0)
        at = match.end()
    if not isinstance(text, str) or text[at:].strip() or not (months or days) or months > 12_000 or days > 366_000:
        raise ValueError("not a span of calendar time")
    return Period(months, days)


def instant(value: object) -> int:
    """Microseconds since the Unix epoch of a date or a time: ISO 8601, or TOML's own; UTC without a zone.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the next line gives it one
    if not isinstance(value, datetime):
        raise ValueError("not a time")  # noqa: TRY004 - what settings expect of a reader of values
    at = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return round(at.timestamp() * 1e6)


def held(holds: Iterable[Hold], since: int, until: int) -> Hold | None:
    """The first hold that some of a stretch is under."""
    return next((hold for hold in holds if hold.covers(since, until)), None)
