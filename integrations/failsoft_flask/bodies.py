"""The body of a request, and all that was read from it, put back for another attempt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from itertools import chain
from typing import Any

from failsoft.policies.retry import Retry
from failsoft_flask.call import FlaskCall
from flask import request

__all__ = ["BODY_LIMIT", "keep_body"]

BODY_LIMIT = 1_048_576
"""Bytes of a request body that are kept for another attempt; a larger one is never repeated."""


def keep_body(call: FlaskCall, retry: Retry) -> Callable[[], None]:
    """Keep the body for a call that may be repeated, if it is small enough; with any other body it may not.

    Returns:
        What gives an attempt the request as the first one found it.
    """
    served: Any = request._get_current_object()  # type: ignore[attr-defined]  # of the proxy
    length = served.content_length
    if length is None and "HTTP_TRANSFER_ENCODING" not in served.environ:
        return _nothing
    if not (call.method in retry.methods if call.idempotent is None else call.idempotent):
        return _nothing
    data: bytes | None = None
    if length is not None and length <= BODY_LIMIT:
        # too large for the application, cut short: a view that never reads it shall not hear of it
        with suppress(Exception):
            data = served.get_data(cache=True)
    if data is None:
        call.replayable = False
        return _nothing
    return _Found(served, data).restore


class _Found:
    """A request as it was before its first attempt."""

    __slots__ = ("_body", "_request", "_state")

    def __init__(self, served: Any, data: bytes) -> None:
        self._request = served
        self._state = dict(served.__dict__)
        self._body: bytes | None = None
        if len(data) == served.content_length:
            # nobody has read it as a stream before
            self._body = data
            self._state.pop("stream", None)

    def restore(self) -> None:
        """Whatever an attempt read, parsed, changed or wrote on the request is gone with it."""
        served, state = self._request, self._state
        if self._body is not None:
            served.environ["wsgi.input"] = BytesIO(self._body)
        if "files" in state:
            for upload in chain.from_iterable(state["files"].listvalues()):
                with suppress(Exception):  # closed by whoever read it first
                    upload.seek(0)
        else:
            # uploads that an attempt has parsed are temporary files
            served.close()
        served.__dict__.clear()
        served.__dict__.update(state)


def _nothing() -> None:
    """There is nothing to put back."""
