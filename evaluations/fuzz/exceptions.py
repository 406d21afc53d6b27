"""Exceptions: whatever one is made of, it is classified, and what is said of it is sane and clean."""

from __future__ import annotations

from typing import Any

import failsoft
from evaluations.fuzz.source import Source
from evaluations.fuzz.texts import text_of
from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier
from failsoft.errors.taxonomy import Category, Severity

__all__ = ["check_exception", "exception_of"]

_BASES: tuple[type[Exception], ...] = (
    Exception, ValueError, KeyError, OSError, ConnectionResetError, TimeoutError, RuntimeError, ImportError,
    UnicodeError, AssertionError, StopIteration, failsoft.FailsoftError, failsoft.ValidationError,
    failsoft.RateLimitError,
)  # fmt: skip
_NAMES = (
    "status_code", "code", "errno", "sqlstate", "pgcode", "response", "args", "headers", "detail", "retry_after",
    "extensions", "errors", "orig", "reason", "message", "original_exception", "__notes__", "error_code", "description",
)  # fmt: skip
_MODULES = ("shop.errors", "httpx", "psycopg.errors", "botocore.exceptions", "grpc", "redis.exceptions", "", "a.b.c")
_CLASSIFIER = Classifier(clock=SystemClock())


class _Hostile:
    """Raises, whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __hash__(self) -> int:
        raise RuntimeError

    def __bool__(self) -> bool:
        raise RuntimeError


def _attribute(source: Source) -> Any:
    options = (
        None, 401, 503, 429, -1, 10**40, "23505", "x", b"\xff", float("nan"), (1, 2), [503], {"Retry-After": "12"},
        {"Error": {"Code": "ThrottlingException"}}, _Hostile(), lambda: 14,
        type("Response", (), {"status_code": 500})(),
    )  # fmt: skip
    return source.choice(options)


def exception_of(source: Source, depth: int = 0) -> BaseException:
    """An exception of a class that was made up, with attributes, notes, causes and members."""
    if depth < 4 and source.byte() % 8 == 0:
        members = [exception_of(source, depth + 1) for _ in range(1 + source.below(3))]
        return BaseExceptionGroup(source.text(10), members)
    namespace = {"__module__": source.choice(_MODULES)}
    cls = type(
        source.choice(("Lost", "NotFound", "ConnectTimeout", "E", "RateLimitError")),
        (source.choice(_BASES),),
        namespace,
    )
    try:
        exc: BaseException = cls(text_of(source)[0])
    except Exception:
        exc = ValueError(source.text())
    for _ in range(source.below(4)):
        try:
            setattr(exc, source.choice(_NAMES), _attribute(source))
        except Exception:
            continue
    if depth < 4 and source.byte() % 3 == 0:
        exc.__cause__ = exception_of(source, depth + 1)
    if depth == 0 and source.byte() % 16 == 0:
        (exc.__cause__ or exc).__context__ = exc.__cause__
    return exc


def check_exception(source: Source) -> None:
    """Build an exception, and check what is said of it.

    Raises:
        AssertionError: it was not understood, or what was said is no sane answer.
    """
    exc = exception_of(source)
    failure = _CLASSIFIER.classify(exc)
    assert failure.confidence > 0, f"gave up on {type(exc)}"
    assert isinstance(failure.category, Category)
    assert isinstance(failure.severity, Severity)
    assert 400 <= failure.status <= 599, failure
    assert failure.code
    assert failure.evidence
    assert failure.retry_after is None or failure.retry_after >= 0
    assert isinstance(failure.transient, bool)
    repr(failure)
    again = _CLASSIFIER.classify(exc)
    assert (again.category, again.status, again.transient) == (failure.category, failure.status, failure.transient)
