"""The peers, each through the fairest door it has for a text or a value; needs the dependency group `evaluate`."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from typing import Any

__all__ = ["PEERS", "available"]

Clean = Callable[[Any], Any]


def _sentry() -> Clean:
    """The scrubber of its events, recursive, with the names of personal data too: a value goes into `extra`."""
    from sentry_sdk.scrubber import EventScrubber
    from sentry_sdk.utils import AnnotatedValue

    scrubber = EventScrubber(recursive=True, send_default_pii=False)

    def plain(value: Any) -> Any:
        if isinstance(value, AnnotatedValue):
            return "[Filtered]"
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            event: Any = {"exception": {"values": [{"type": "Error", "value": value}]}, "extra": {"text": value}}
            scrubber.scrub_event(event)
            return plain(event["extra"]["text"])
        event = {"extra": {"value": _copied(value)}}
        scrubber.scrub_event(event)
        return plain(event["extra"]["value"])

    return clean


def _copied(value: Any) -> Any:
    """It works in place, so it is given containers of its own; what is inside of other objects it never sees."""
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()} if not _cyclic(value) else value
    return [_copied(item) for item in value] if type(value) is list and not _cyclic(value) else value


def _cyclic(value: Any) -> bool:
    try:
        json.dumps(value, default=str, skipkeys=True)
    except ValueError:
        return True
    except (TypeError, RecursionError):
        return False
    return False


def _logfire() -> Clean:
    """Its scrubber of attributes, under a name that it scrubs: `exception.message` it lets through on purpose."""
    from logfire._internal.scrubbing import Scrubber

    scrubber = Scrubber(None)
    return lambda value: scrubber.scrub_value(("attributes", "detail"), value)[0]


def _detect_secrets() -> Clean:
    """Each line is scanned with all its default plugins, what they find is taken out. Values as JSON, a key a line."""
    from detect_secrets.core.scan import scan_line
    from detect_secrets.settings import default_settings

    def line(text: str) -> str:
        found = {secret.secret_value for secret in scan_line(text) if secret.secret_value}
        for secret in sorted(found, key=len, reverse=True):
            text = text.replace(secret, "[REDACTED:secret]")
        return text

    def clean(value: Any) -> Any:
        text = value if isinstance(value, str) else _as_json(value)
        with default_settings():
            return "\n".join(map(line, text.split("\n"))) if text is not value or text else text

    return clean


def _as_json(value: Any) -> str:
    try:
        return json.dumps(value, indent=1, default=str, ensure_ascii=False, skipkeys=True)
    except (TypeError, ValueError, RecursionError):
        return repr(value)


def _scrubadub() -> Clean:
    """Its default detectors over every text of a value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import scrubadub

        scrubber = scrubadub.Scrubber()

    def clean(value: Any, depth: int = 0) -> Any:
        if isinstance(value, str):
            return scrubber.clean(value)
        if depth > 20:
            return value
        if isinstance(value, dict):
            return {key: clean(item, depth + 1) for key, item in value.items()}
        if type(value) in {list, tuple, set}:
            return type(value)(clean(item, depth + 1) for item in value)
        return value

    return clean


PEERS: dict[str, Callable[[], Clean]] = {
    "sentry-sdk": _sentry,
    "logfire": _logfire,
    "detect-secrets": _detect_secrets,
    "scrubadub": _scrubadub,
}
"""Name of the distribution, and what makes its door."""


def available() -> dict[str, Clean]:
    """The peers that are installed."""
    doors: dict[str, Clean] = {}
    for name, make in PEERS.items():
        try:
            doors[name] = make()
        except ImportError:
            continue
    return doors
