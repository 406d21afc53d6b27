"""Periods of a report: a year, a quarter, a month, a day; or from one time to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from failsoft.audit.asking import iso_of
from failsoft.deferred import as_pattern

__all__ = ["Period", "period_of"]

_EXPECTED: Final = 'expected a period such as "2026", "2026-Q4", "2026-11" or "2026-11-22"'
_FORM: Final = as_pattern(r"(\d{4})(?:-(?:[Qq]([1-4])|(\d\d)(?:-(\d\d))?))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A time.

    Attributes:
        name: as it was asked for.
        since, until: microseconds since the Unix epoch, UTC, from the one on and before the other.
    """

    name: str
    since: int
    until: int

    def as_dict(self) -> dict[str, str]:
        """Plain values, for JSON."""
        return {"name": self.name, "since": iso_of(self.since), "until": iso_of(self.until)}


def period_of(text: str) -> Period:
    """The period of a name, in UTC.

    Raises:
        ValueError: there is no such period.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or match[1] in ("0000", "9999"):
        raise ValueError(f"{_EXPECTED}, not {text!r}")
    year, quarter, month, day = int(match[1]), *(None if part is None else int(part) for part in match.groups()[1:])
    try:
        if day is not None and month is not None:
            begin = datetime(year, month, day, tzinfo=UTC)
            end = begin + timedelta(days=1)
        else:
            first = 1 if quarter is None else 3 * quarter - 2
            first, months = (month, 1) if month is not None else (first, 12 if quarter is None else 3)
            begin = datetime(year, first, 1, tzinfo=UTC)
            end = datetime(year + (first + months > 12), (first + months - 1) % 12 + 1, 1, tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{_EXPECTED}, not {text!r}") from None
    return Period(text.strip().upper(), int(begin.timestamp()) * 1_000_000, int(end.timestamp()) * 1_000_000)
