"""The body of a request, kept for another attempt."""

from __future__ import annotations

from collections.abc import Callable
from io import SEEK_END, BytesIO
from typing import Any

from django.conf import settings

from failsoft.policies.retry import Retry
from failsoft_django.call import DjangoCall

__all__ = ["BODY_LIMIT", "replay"]

BODY_LIMIT = 1_048_576
"""Bytes of a request body that are kept for another attempt; a larger one is never repeated."""


def replay(request: Any, call: DjangoCall, retry: Retry | None) -> Callable[[], None]:
    """Read the body if another attempt may want it. Returns what puts it back, to be called before each attempt.

    `request.POST` and `request.FILES` stay as they were parsed; uploaded files are rewound, and `request.read()` gives
    the body from its start again. A body that cannot be kept makes the call not repeatable.

    Raises:
        UnreadablePostError: the client went away while it was being read.
    """
    if retry is None or not _may_repeat(call, retry):
        return _nothing
    if hasattr(request, "_body") or hasattr(request, "_files"):
        return lambda: _rewind(request)
    size = _size(request)
    if size == 0:
        return _nothing
    if size is None or size > _limit() or getattr(request, "_read_started", True):
        call.replayable = False
        return _nothing
    _ = request.body
    return lambda: _rewind(request)


def _may_repeat(call: DjangoCall, retry: Retry) -> bool:
    return call.method in retry.methods if call.idempotent is None else call.idempotent


def _limit() -> int:
    """Django refuses to read more than this into memory, and the view may mean to read it piece by piece."""
    own = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return BODY_LIMIT if own is None else min(BODY_LIMIT, own)


def _size(request: Any) -> int | None:
    """Bytes of the body; None if that is not known."""
    length = request.META.get("CONTENT_LENGTH")
    if length:
        return int(length) if str(length).isdigit() else 0
    stream = getattr(request, "_stream", None)
    try:
        if stream is None or not stream.seekable():
            # without a length there is no body under WSGI (PEP 3333)
            return 0
        size: int = stream.seek(0, SEEK_END)
        stream.seek(0)
    except (AttributeError, OSError, ValueError):
        return None
    return size


def _rewind(request: Any) -> None:
    body = getattr(request, "_body", None)
    if body is not None:
        request._stream = BytesIO(body)
        request._read_started = False
    try:
        for _, uploads in request._files.lists() if hasattr(request, "_files") else ():
            for upload in uploads:
                upload.seek(0)
    except ValueError:
        # the failed attempt closed an upload; parsed anew, it is there again
        if body is not None:
            del request._files, request._post


def _nothing() -> None:
    """There is no body to put back."""
