"""What several parts must read of HTTP the same way."""

from __future__ import annotations

from datetime import UTC

__all__ = ["retry_after_seconds"]


def retry_after_seconds(value: str | None, now: float) -> float | None:
    """Seconds that a `Retry-After` asks for: a number, or an HTTP date (RFC 9110, 10.2.3); None if it is neither.

    Parameters:
        value: of the header.
        now: seconds since the Unix epoch.
    """
    if value is None or len(value) > 64:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - most say it in seconds

    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)
