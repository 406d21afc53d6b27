"""The body of a request, and all that was read from it, put back for another attempt."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from werkzeug.exceptions import HTTPException

from failsoft_flask.call import FlaskCall
from flask import request

__all__ = ["BODY_LIMIT", "keep_body"]

BODY_LIMIT = 1_048_576
"""Bytes of a request body that are kept for another attempt; a larger one is never repeated."""


def keep_body(call: FlaskCall) -> Callable[[], None]:
    """Keep the body where it is small enough; a call with any other is not replayable.

    Returns:
        What gives an attempt the request as the first one found it.
    """
    served: Any = request._get_current_object()  # type: ignore[attr-defined]  # of the proxy
    length = served.content_length
    if length is None and "HTTP_TRANSFER_ENCODING" not in call.environ:
        return lambda: None
    data: bytes | None = None
    if length is not None and length <= BODY_LIMIT:
        try:
            data = served.get_data(cache=True)
        except HTTPException:
            # too large for the application, or cut short; a view that never reads it shall not hear of it
            data = None
    if data is None:
        call.replayable = False
        return lambda: None
    whole = len(data) == length
    found = dict(served.__dict__)
    if whole:
        found.pop("stream", None)

    def rewind() -> None:
        if whole:
            call.environ["wsgi.input"] = BytesIO(data)
        # what the last attempt parsed, changed or wrote on the request is gone with it
        served.__dict__.clear()
        served.__dict__.update(found)
        for upload in found["files"].values() if "files" in found else ():
            upload.seek(0)

    return rewind
