"""From what a reader asks for to a `Query`: times, names, people; and what is wrong with them, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from failsoft.audit.fields import indexes_of
from failsoft.audit.stores import Query
from failsoft.deferred import as_pattern
from failsoft.errors.taxonomy import Severity
from failsoft.kinds import did_you_mean

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["Instant", "Several", "asked", "iso_of", "microseconds"]

Instant = datetime | date | str | float
Several = str | Iterable[str]

_TIME: Final = 'expected a time such as "2026-11-22T01:02:03Z", "2026-11-22", or "24h" or "7d" for so long ago'
_AGO: Final = as_pattern(r"(\d{1,6}) ?(s|m|h|d|w)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST, _MOST = -62_135_596_800_000_000, 253_402_300_799_999_999


def microseconds(instant: Instant | None, now: float | None = None) -> int | None:
    """Microseconds since the Unix epoch of an instant.

    Parameters:
        instant: a `datetime` or `date`, ISO 8601 (UTC without a zone), seconds since the Unix epoch, or with `now` so
            long ago: `90s`, `30m`, `24h`, `7d`, `2w`.
        now: seconds since the Unix epoch.

    Raises:
        ValueError: it is none of these, or not in the years 1 to 9999.
    """
    if instant is None:
        return None
    found = _microseconds(instant, now)
    if not _LEAST <= found <= _MOST:
        raise ValueError(f"{_TIME}, not {instant!r}")
    return found


def _microseconds(instant: Instant, now: float | None) -> int:
    if isinstance(instant, (int, float)) and not isinstance(instant, bool) and math.isfinite(instant):
        return int(instant * 1e6)
    if isinstance(instant, str):
        if now is not None and (ago := _AGO.fullmatch(instant.strip())):
            return int((now - int(ago[1]) * _SECONDS[ago[2]]) * 1e6)
        try:
            instant = datetime.fromisoformat(instant.strip())
        except ValueError:
            raise ValueError(f"{_TIME}, not {instant!r}") from None
    if isinstance(instant, date) and not isinstance(instant, datetime):
        instant = datetime(instant.year, instant.month, instant.day, tzinfo=UTC)
    if not isinstance(instant, datetime):
        raise ValueError(f"{_TIME}, not {instant!r}")  # noqa: TRY004 - whoever asks wrongly catches one class
    at = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
    return (at - _EPOCH) // timedelta(microseconds=1)


def iso_of(at: int) -> str:
    """UTC, ISO 8601 with microseconds, of microseconds since the Unix epoch; whatever stands in a record."""
    try:
        found = datetime.fromtimestamp(at // 1_000_000, UTC).replace(microsecond=at % 1_000_000)
    except (ValueError, OverflowError, OSError):
        return str(at)
    return found.isoformat(timespec="microseconds").replace("+00:00", "Z")


def asked(
    keys: KeyRing | None,
    now: float,
    *,
    since: Instant | None = None,
    until: Instant | None = None,
    kind: Several | None = None,
    code: str | None = None,
    endpoint: str | None = None,
    status: int | None = None,
    severity: Several | None = None,
    error_id: str | None = None,
    trace_id: str | None = None,
    user: str | None = None,
    client: str | None = None,
    request_id: str | None = None,
    newest_first: bool = False,
    limit: int | None = None,
) -> Query:
    """What is wanted, as stores understand it.

    Parameters:
        keys: find what is sealed.
        now: seconds since the Unix epoch; what `24h` counts from.

    Raises:
        ValueError: something of it can never be found: no time, no severity, a limit below 1. One line.
    """
    begin, end = microseconds(since, now), microseconds(until, now)
    if begin is not None and end is not None and end <= begin:
        raise ValueError(f"until ({until}) has to be later than since ({since})")
    severities = _several("severity", severity)
    for one in severities:
        if one not in set(Severity):
            expected = ", ".join(f'"{known}"' for known in Severity)
            raise ValueError(f"severity {one!r}: expected one of {expected}{did_you_mean(one, tuple(Severity))}")
    people = {"user": user, "client": client, "request": request_id}
    return Query(
        since=begin,
        until=end,
        kinds=_several("kind", kind),
        severities=severities,
        code=_text("code", code),
        endpoint=_text("endpoint", endpoint),
        status=_number("status", status, 0),
        error_id=_error_id(error_id),
        trace_id=_lower("trace_id", trace_id),
        indexes={
            name: indexes_of(name, text, keys)
            for name, value in people.items()
            if (text := _text("request_id" if name == "request" else name, value)) is not None
        },
        newest_first=newest_first,
        limit=_number("limit", limit, 1),
    )


def _error_id(value: str | None) -> str | None:
    found = _lower("error_id", value)
    return None if found is None else found.removeprefix("urn:uuid:")


def _lower(name: str, value: str | None) -> str | None:
    found = _text(name, value)
    return None if found is None else found.strip().lower()


def _text(name: str, value: object) -> str | None:
    if value is None or (isinstance(value, str) and value.strip() and _storable(value)):
        return value
    raise ValueError(f"{name}: expected a text that is not empty, not {value!r}")


def _storable(text: str) -> bool:
    """Whether databases take it: neither NUL nor lone surrogates."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _several(name: str, value: Several | None) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, Iterable):
        return tuple(text for one in value if (text := _text(name, one)) is not None)
    raise ValueError(f"{name}: expected a text or several, not {value!r}")


def _number(name: str, value: object, least: int) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and least <= value < 2**31):
        return value
    raise ValueError(f"{name}: expected a whole number from {least}, not {value!r}")
