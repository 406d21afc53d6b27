"""What one source says of an exception, before it becomes a `Failure`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from failsoft.errors.catalogue.labels import Label, code_of_status, label_of_status
from failsoft.errors.evidence import voices_of
from failsoft.errors.failure import Evidence, Failure
from failsoft.errors.fleeting import note
from failsoft.errors.rules import ErrorMapping
from failsoft.errors.taxonomy import Category, Severity

__all__ = [
    "Reading",
    "add_public",
    "header_pairs",
    "overlay",
    "parse_retry_after",
    "recode",
    "severity_of",
    "status_of",
    "take_retry_after",
]

_MAX_HEADERS = 50
_MAX_VOICES = 8
_MAX_RETRY_AFTER = 86_400.0 * 7
# they describe the body that the framework would have sent, not ours
_OF_THE_BODY = frozenset({"content-type", "content-length", "content-encoding", "transfer-encoding"})


@dataclass(slots=True)
class Reading:
    """What one source says of an exception."""

    label: Label
    source: str
    """As in `Evidence.source`."""
    says: str
    confidence: float
    type: str
    """Class of the exception that decided."""
    explicit: bool = False
    """The status was given by somebody, not inferred."""
    more: dict[str, Any] = field(default_factory=dict)
    """Further fields of the `Failure`."""
    over: Reading | None = None
    """What it was laid over, for the evidence."""

    @property
    def is_expected(self) -> bool:
        """Whether operators need not hear of it."""
        given = self.more.get("expected")
        return bool(self.explicit and self.label.status < 500) if given is None else bool(given)

    def tell(self, failure: Failure) -> tuple[Evidence, ...]:
        """This voice, those it was laid over, and then, surest first, those that were not followed."""
        told: list[Evidence] = []
        reading: Reading | None = self
        while reading is not None and len(told) < _MAX_VOICES:
            told.append(Evidence(reading.source, reading.says, reading.label.category, reading.confidence))
            reading = reading.over
        first = failure.links[0] if failure.links else None
        others = voices_of(first.type, first.message) if first is not None else []
        known = {(one.source, one.says) for one in told}
        rest = [one for one in others if (one.source, one.says) not in known]
        return (*told, *sorted(rest, key=lambda one: -one.confidence))


def status_of(value: object) -> int:
    """A status as an answer to an error can have it; 500 for anything else."""
    # http.HTTPStatus is an int, a truth value is one too
    if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
        return int(value)
    return 500


def overlay(base: Reading, said: ErrorMapping, source: str, says: str, confidence: float) -> Reading:
    """Lay what the settings say over what is known otherwise."""
    label = base.label
    known = base.source not in {"default", "pattern"}
    if said.status is not None:
        fresh = label_of_status(said.status)
        moved = (label.status >= 500) is not (said.status >= 500) or not known
        category = said.category or (label.category if known else fresh.category)
        label = label._replace(
            category=category,
            severity=severity_of(category, fresh) if moved else label.severity,
            transient=fresh.transient if moved else label.transient,
            status=said.status,
            code=fresh.code if not base.explicit and label.status != said.status else label.code,
        )
    if said.category is not None and said.category is not label.category:
        label = label._replace(category=said.category)
        label = label._replace(severity=severity_of(said.category, label))
    given = {name: getattr(said, name) for name in ("category", "severity", "transient", "code")}
    label = label._replace(**{name: value for name, value in given.items() if value is not None})
    more = dict(base.more)
    for name in ("recoverable", "title", "user_message", "guidance", "notification", "public_details"):
        if (value := getattr(said, name)) is not None:
            more[name] = value
    if said.suggestions is not None:
        more["suggested"] = said.suggestions
    if said.retry_after is not None:
        more.update(retry_after=said.retry_after, retry_after_set=True)
    if said.transient is not None:
        more.pop("presumed", None)
    elif label.transient and not base.label.transient:
        # a status says that it may pass; that a call may be repeated for it has to be said
        more["presumed"] = True
    if said.report is not None:
        more["expected"] = not said.report
    explicit = base.explicit or said.status is not None
    return Reading(label, source, says, confidence, base.type, explicit, more, base)


def add_public(exc: BaseException, more: dict[str, Any]) -> None:
    """Add attributes of an exception to what is known of it, where the application wants them said to clients."""
    note()
    details = dict(more.get("details") or {})
    for name in more["public_details"]:
        # a failure holds no live object
        if name not in details and isinstance(
            value := getattr(exc, name, None), (str, int, float, Decimal, date, UUID)
        ):
            details[name] = value
    more["details"] = details


_MEDIUM = frozenset(
    {Category.NETWORK, Category.EXTERNAL_SERVICE, Category.RESOURCE, Category.CONCURRENCY, Category.DATA_INTEGRITY}
)


def severity_of(category: Category, label: Label) -> Severity:
    """The severity that fits a category and the status of a label."""
    if label.status < 500:
        return label_of_status(label.status).severity
    return Severity.MEDIUM if category in _MEDIUM else Severity.HIGH


def recode(label: Label, status: int) -> Label:
    """The label with another status, and the code that belongs to it."""
    return label._replace(status=status, code=code_of_status(status))


def parse_retry_after(value: object, now: float) -> float | None:
    """Seconds of a `Retry-After`: a number of seconds or an HTTP date (RFC 9110, 10.2.3). None if it is neither.

    Parameters:
        now: seconds since the Unix epoch, to which a date is compared.
    """
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    try:
        if isinstance(value, str) and not value.strip().replace(".", "", 1).isdigit():
            from email.utils import parsedate_to_datetime  # noqa: PLC0415 - most say it in seconds

            note()
            seconds = parsedate_to_datetime(value).timestamp() - now
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            seconds = float(value)
        else:
            return None
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER) if math.isfinite(seconds) else None


def take_retry_after(pairs: list[tuple[str, str]], now: float) -> tuple[float | None, list[tuple[str, str]]]:
    """A readable `Retry-After` out of headers, and the headers without it."""
    for name, value in pairs:
        if name.lower() == "retry-after" and (seconds := parse_retry_after(value, now)) is not None:
            return seconds, [pair for pair in pairs if pair[0].lower() != "retry-after"]
    return None, pairs


def header_pairs(headers: object) -> list[tuple[str, str]]:
    """Headers as pairs, whatever they came as. What a header cannot hold (RFC 9110, 5.5) is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in _items(headers):
        text, content = _plain(name), _plain(value)
        if text and content is not None and text.lower() not in _OF_THE_BODY and _fits(text, content):
            pairs.append((text, ", ".join(sorted(_split(content))) if text.lower() == "allow" else content))
        if len(pairs) == _MAX_HEADERS:
            break
    return pairs


def _items(headers: object) -> Iterable[tuple[object, object]]:
    for name in ("multi_items", "items"):
        if callable(method := getattr(headers, name, None)):
            headers = method()
            break
    if not isinstance(headers, Iterable) or isinstance(headers, (str, bytes, Mapping)):
        return
    for pair in headers:
        if isinstance(pair, (tuple, list)) and len(pair) == 2:
            yield pair[0], pair[1]


def _plain(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, str):
        return str.__str__(value)
    return str(value) if isinstance(value, (int, float)) else None


def _fits(name: str, value: str) -> bool:
    printable = all(" " <= char <= "ÿ" and char != "\x7f" for char in value.replace("\t", " "))
    return name.isascii() and name.replace("-", "").replace("_", "").isalnum() and printable


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
