"""What Failsoft's own classes say of themselves, and of what they were raised from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from failsoft.errors import validation
from failsoft.errors.capture import qualified_name
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.exceptions import (
    BulkheadFullError,
    CircuitOpenError,
    FailsoftError,
    FallbackFailedError,
    RejectedError,
    RetryExhaustedError,
    ValidationError,
)
from failsoft.errors.reading import Reading, header_pairs, parse_retry_after, recode, status_of
from failsoft.errors.taxonomy import Category, Severity

__all__ = ["after_the_last", "behind_a_bare_one", "of_failsoft", "says_nothing", "speaks_for_the_last"]


def of_failsoft(exc: BaseException, _now: float) -> Reading:
    """All fields of a `FailsoftError`; a sub-class that forgot `super().__init__()` speaks by its class."""
    get = vars(exc).get
    cls = type(exc)
    if not isinstance(exc, FailsoftError):  # pragma: no cover - found by its class
        raise TypeError(cls)
    status = status_of(get("status", exc.default_status))
    code = get("code", exc.default_code)
    label = Label(
        _member(Category, get("category"), exc.default_category),
        _member(Severity, get("severity"), exc.default_severity),
        bool(get("transient", exc.default_transient)),
        status,
        code if isinstance(code, str) and code else "INTERNAL_ERROR",
    )
    more = _plain_fields(exc)
    more["recoverable"] = bool(get("recoverable", exc.default_recoverable))
    more["rejected"] = isinstance(exc, RejectedError)
    # these two are made by Failsoft itself: what they say is computed, and may be spread
    computed = isinstance(exc, (CircuitOpenError, BulkheadFullError))
    # most have none of these, and to see that of nothing takes as long as all the rest
    if (wait := get("retry_after")) is not None and (seconds := parse_retry_after(wait, 0.0)) is not None:
        more.update(retry_after=seconds, retry_after_set=not computed)
    name = qualified_name(cls)
    return Reading(label, "exception", name, 1.0, name, explicit=True, more=more)


def _member(enum: Any, value: object, default: Any) -> Any:
    if isinstance(value, enum):
        return value
    return enum(value) if isinstance(value, str) and value in enum.__members__.values() else default


def _plain_fields(exc: FailsoftError) -> dict[str, Any]:
    get = vars(exc).get
    more: dict[str, Any] = {}
    message = get("user_message")
    if message is not None and isinstance(message, (str, Mapping)) and message:
        more["user_message"] = message
    if (details := get("details")) is not None and isinstance(details, Mapping):
        more["details"] = dict(details)
    if names := type(exc).public_details:
        more["public_details"] = tuple(names)
    if (given := get("headers")) and (headers := header_pairs(given)):
        more["headers"] = tuple(headers)
    error_id = exc.error_id
    if isinstance(error_id, str) and error_id:
        more["error_id"] = error_id
    if isinstance(exc, ValidationError):
        more["errors"] = tuple(get("errors") or ())[: validation.MAX_ERRORS]
    return more


def says_nothing(exc: BaseException, reading: Reading) -> bool:
    """Whether it is a bare `FailsoftError` that says no more than its texts."""
    if type(exc) is not FailsoftError:
        return False
    defaults = (Category.SYSTEM, Severity.HIGH, False, 500, "INTERNAL_ERROR")
    return tuple(reading.label[:5]) == defaults


def behind_a_bare_one(own: Reading, inner: Reading) -> Reading:
    """The label of what a bare `FailsoftError` was raised from, with the texts that it carries itself."""
    own.more.pop("recoverable", None)
    more = {**inner.more, **own.more}
    return Reading(inner.label, inner.source, inner.says, inner.confidence, inner.type, inner.explicit, more, own)


def speaks_for_the_last(exc: BaseException) -> bool:
    """Whether its status is that of the error it was raised from."""
    return isinstance(exc, (RetryExhaustedError, FallbackFailedError))


def after_the_last(exc: BaseException, own: Reading, last: Reading) -> Reading:
    """Failsoft's "every attempt failed": its own code and texts, and of the last error what was not given."""
    label = last.label._replace(code=own.label.code, not_sent=False, local=False)
    if isinstance(exc, FailsoftError) and own.label.status != exc.default_status:
        label = recode(label, own.label.status)._replace(code=own.label.code)
    more = {**last.more, **own.more}
    more.pop("recoverable", None)
    if "recoverable" in last.more:
        more["recoverable"] = last.more["recoverable"]
    return Reading(label, "exception", own.says, own.confidence, own.type, last.explicit, more, last)
