"""What Failsoft says to people: one text per code, category and status, in each language that ships.

The texts are data (`texts/*.toml`), one file per language. They are general on purpose: a catalogue cannot know what
the application is about. What the application wants said it says itself (`user_message`, `title`, `guidance`).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from failsoft.errors.taxonomy import Category, Notification

__all__ = ["CODES", "LANGUAGES", "Code", "Texts", "fill", "label", "load", "notification", "phrase", "texts", "wait"]

LANGUAGES = ("en", "de", "fr", "es")
"""The languages that ship. For any other the texts are English."""


class Code(NamedTuple):
    """What is fixed about a code, whatever the language."""

    status: int
    """The status it usually comes with."""
    notification: Notification
    """How loudly a user interface should say it."""


class Texts(NamedTuple):
    """What is said about a failure, before the facts of the occurrence are filled in."""

    title: str
    detail: str
    guidance: str


_NOTE, _WARNING, _ERROR, _CRITICAL = (
    Notification.NOTIFICATION, Notification.WARNING, Notification.ERROR, Notification.CRITICAL,
)  # fmt: skip

CODES: Mapping[str, Code] = MappingProxyType(
    {
        "AUTHZ_ERROR": Code(403, _WARNING),
        "AUTH_ERROR": Code(401, _WARNING),
        "BAD_REQUEST": Code(400, _WARNING),
        "BIAS_DETECTION_ERROR": Code(422, _ERROR),
        "BULKHEAD_FULL": Code(503, _WARNING),
        "BUSINESS_RULE": Code(409, _WARNING),
        "CIRCUIT_BREAKER_ERROR": Code(503, _WARNING),
        "CONCURRENCY_ERROR": Code(503, _WARNING),
        "CONFIGURATION_ERROR": Code(500, _CRITICAL),
        "CONFLICT": Code(409, _WARNING),
        "DATA_INTEGRITY_ERROR": Code(500, _ERROR),
        "DATA_PROCESSING_ERROR": Code(422, _ERROR),
        "DEADLOCK": Code(503, _WARNING),
        "ENCRYPTION_ERROR": Code(500, _CRITICAL),
        "FALLBACK_FAILED": Code(503, _ERROR),
        "FILE_UPLOAD_ERROR": Code(413, _WARNING),
        "HIPAA_COMPLIANCE_ERROR": Code(403, _ERROR),
        "INTERNAL_ERROR": Code(500, _ERROR),
        "METHOD_NOT_ALLOWED": Code(405, _WARNING),
        "NETWORK_ERROR": Code(503, _WARNING),
        "NOT_FOUND": Code(404, _NOTE),
        "PAYLOAD_TOO_LARGE": Code(413, _WARNING),
        "PAYMENT_REQUIRED": Code(402, _WARNING),
        "PIPELINE_ERROR": Code(422, _ERROR),
        "RATE_LIMIT_ERROR": Code(429, _WARNING),
        "RESOURCE_EXHAUSTED": Code(503, _ERROR),
        "RETRY_EXHAUSTED": Code(503, _ERROR),
        "SERVICE_UNAVAILABLE": Code(503, _WARNING),
        "SETTINGS_ERROR": Code(500, _CRITICAL),
        "TIMEOUT_ERROR": Code(504, _WARNING),
        "UNSUPPORTED_MEDIA_TYPE": Code(415, _WARNING),
        "UPSTREAM_AUTH_ERROR": Code(502, _ERROR),
        "UPSTREAM_ERROR": Code(502, _WARNING),
        "UPSTREAM_THROTTLED": Code(503, _WARNING),
        "VALIDATION_ERROR": Code(400, _WARNING),
    }
)
"""Every code that has texts of its own."""

_SAME_TEXT = {"DEADLOCK": "CONCURRENCY_ERROR", "SETTINGS_ERROR": "CONFIGURATION_ERROR"}
_OF_THE_LAST_ERROR = frozenset({"FALLBACK_FAILED", "RETRY_EXHAUSTED"})

# These statuses say more exactly than any category what is the matter.
_BY_STATUS = {
    401: "AUTH_ERROR", 402: "PAYMENT_REQUIRED", 403: "AUTHZ_ERROR", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE", 429: "RATE_LIMIT_ERROR", 503: "SERVICE_UNAVAILABLE",
    504: "TIMEOUT_ERROR",
}  # fmt: skip

# The same category blames the request below 500 and ourselves above: `authentication` with a 502 means our own
# credentials at a peer, and must not ask the client to sign in.
_BY_CATEGORY = {
    (Category.BUSINESS_LOGIC, 4): "BUSINESS_RULE",
    (Category.CONCURRENCY, 4): "CONFLICT",
    (Category.AUTHENTICATION, 5): "UPSTREAM_AUTH_ERROR",
    (Category.CONCURRENCY, 5): "CONCURRENCY_ERROR",
    (Category.CONFIGURATION, 5): "CONFIGURATION_ERROR",
    (Category.DATA_INTEGRITY, 5): "DATA_INTEGRITY_ERROR",
    (Category.EXTERNAL_SERVICE, 5): "UPSTREAM_ERROR",
    (Category.NETWORK, 5): "NETWORK_ERROR",
    (Category.RESOURCE, 5): "RESOURCE_EXHAUSTED",
    (Category.SYSTEM, 5): "INTERNAL_ERROR",
}
_PLACEHOLDER = re.compile(r"\{([a-z_]{1,32})\}")


class _Unknown(Exception):  # noqa: N818 - a signal, not an error
    """A text asks for a fact that is not known."""


@cache
def _load(language: str) -> Mapping[str, Any]:
    source = files("failsoft.problem").joinpath("texts", f"{language}.toml")
    book: dict[str, Any] = tomllib.loads(source.read_text(encoding="utf-8"))
    return book


def load(languages: Iterable[str]) -> None:
    """Read the texts of these languages now: later there may be no file handle or memory left to do it."""
    for language in ("en", *languages):
        _load(_available(language))


def _available(language: str) -> str:
    """The shipped language that serves a tag: `de` for `de-AT`, English for what there is not."""
    base = language.partition("-")[0].lower()
    return base if base in LANGUAGES else "en"


def _look_up(language: str, *path: str) -> Any:
    """An entry of a language, else of English, else None."""
    for name in (_available(language), "en"):
        entry: Any = _load(name)
        for step in path:
            entry = entry.get(step) if isinstance(entry, Mapping) else None
        if entry is not None:
            return entry
    return None


def _entry(language: str, section: str, name: str) -> Texts | None:
    found = _look_up(language, section, name)
    if found is None:
        return None
    members = {**_look_up("en", section, name), **found}
    guidance = members["guidance"]
    if guidance.startswith("@"):
        guidance = _look_up(language, "guidance", guidance[1:])
    return Texts(members["title"], members["detail"], guidance)


def _own_entry(language: str, code: str) -> Texts | None:
    return _entry(language, "code", _SAME_TEXT.get(code, code)) if code in CODES else None


@lru_cache(maxsize=1024)
def texts(language: str, code: str, category: Category, status: int) -> Texts:
    """What to say about a failure: by its code, else its status where that is exact, else its category, else its class.

    A code that comes with a status of the other class (an `INTERNAL_ERROR` with 402) keeps its title, which belongs to
    the problem type, and takes the rest from the fallbacks; `INTERNAL_ERROR`, which says nothing, takes all.
    """
    own = _own_entry(language, code)
    if own and (code in _OF_THE_LAST_ERROR or CODES[code].status // 100 == status // 100):
        return own
    other = _fallback(language, category, status)
    return other._replace(title=own.title) if own and code != "INTERNAL_ERROR" else other


def _fallback(language: str, category: Category, status: int) -> Texts:
    kind = status // 100
    exact = _entry(language, "status", str(status))
    if exact is None and status in _BY_STATUS:
        exact = _own_entry(language, _BY_STATUS[status])
    if exact is None and (category, kind) in _BY_CATEGORY:
        exact = _own_entry(language, _BY_CATEGORY[category, kind])
    if exact is None and kind == 4:
        exact = _entry(language, "category", str(category))
    if exact is None:
        exact = _entry(language, "status", "4xx" if kind == 4 else "5xx")
    if exact is None:  # pragma: no cover - en.toml has both classes
        raise LookupError("texts/en.toml is incomplete")
    return exact


def notification(code: str, status: int) -> Notification:
    """How loudly a user interface should say it, when the failure itself does not say."""
    if code in CODES:
        return CODES[code].notification
    return _WARNING if status < 500 else _ERROR


@lru_cache(maxsize=1024)
def phrase(language: str, status: int) -> str:
    """The phrase of a status (RFC 9110, 15), translated; that of its class for a status nobody registered."""
    known = _look_up(language, "phrase", str(status))
    return str(known or _look_up(language, "phrase", "4xx" if status < 500 else "5xx"))


@cache
def label(language: str, name: str) -> str:
    """A word of the page. Empty if there is none of that name."""
    return str(_look_up(language, "page", name) or "")


def wait(language: str, seconds: int) -> str:
    """A waiting time in words, never shorter than it is: `12 seconds`, `5 minutes`, `2 hours`."""
    unit, count = "second", seconds
    if seconds > 7200:
        unit, count = "hour", math.ceil(seconds / 3600)
    elif seconds > 120:
        unit, count = "minute", math.ceil(seconds / 60)
    return _wait_form(language, unit if count == 1 else unit + "s").replace("{n}", str(count))


@cache
def _wait_form(language: str, name: str) -> str:
    return str(_look_up(language, "wait", name))


def fill(text: str, facts: Mapping[str, str]) -> str | None:
    """Put facts into `{name}` places. Braces around anything else stay; None if a named fact is not known (empty)."""

    def put(match: re.Match[str]) -> str:
        fact = facts.get(match[1])
        if fact is None:
            return match[0]
        if not fact:
            raise _Unknown
        return fact

    if "{" not in text:
        return text
    try:
        return _PLACEHOLDER.sub(put, text)
    except _Unknown:
        return None
