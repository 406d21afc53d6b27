"""HTTP exceptions by which an application has answered already: a response it aborts with, a body of its own."""

from __future__ import annotations

from typing import Any

from werkzeug.exceptions import HTTPException

__all__ = ["has_own_body", "is_no_error", "response_of"]


def response_of(exc: BaseException) -> Any:
    """The response that `abort(response)` hands on; None if it is no such exception. No handler gets to see it."""
    return exc.response if isinstance(exc, HTTPException) and exc.code is None else None


def is_no_error(exc: BaseException) -> bool:
    """Whether an exception is an answer that is no error: a redirect, a 202."""
    return isinstance(exc, HTTPException) and (exc.code is None or (isinstance(exc.code, int) and exc.code < 400))


def has_own_body(exc: BaseException) -> bool:
    """Whether the application has written what an exception says: a response, or a class that makes its own body."""
    if not isinstance(exc, HTTPException):
        return False
    return exc.response is not None or any(
        not getattr(type(exc), name).__module__.startswith("werkzeug.") for name in ("get_body", "get_response")
    )
