"""From an answer to a response of Django's."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http.cookies import CookieError
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.log import log_response

from failsoft.answer import Answer
from failsoft.problem import Rendered
from failsoft_django.call import DjangoCall

__all__ = [
    "PlainHTTPException",
    "answer_for",
    "carry_over",
    "dress",
    "log",
    "log_unexpected",
    "respond",
    "rewrite",
    "settle",
    "shows_debug_page",
]

_log = logging.getLogger("failsoft")

_OF_THE_BODY = ("Content-Length", "Content-Encoding", "Content-Range", "ETag", "Last-Modified")


class PlainHTTPException(Exception):  # noqa: N818 - by this name the classifier knows an answer
    """Stands for a response that says nothing but its status, such as the one of `require_GET`."""

    status_code = 500
    headers: tuple[tuple[str, str], ...] = ()

    def __init__(self, response: Any) -> None:
        super().__init__(str(response.status_code))
        self.status_code = response.status_code
        self.headers = tuple(response.headers.items())


def settle(request: Any, call: DjangoCall, exc: BaseException) -> Answer:
    """The answer to an exception; asked for once, and kept on the call."""
    if call.answer is not None and call.answered is exc:
        return call.answer
    call.name(request)
    answer: Answer = call.fs.answer(exc, call)
    call.answered, call.answer = exc, answer
    if call.mode == "enforce":
        call.error_id = answer.error_id
    return answer


def respond(rendered: Rendered) -> HttpResponse:
    """A new response."""
    response = HttpResponse(rendered.body, status=rendered.status)
    del response.headers["Content-Type"]
    if not _fill(response, rendered.headers):
        _put(response, rendered.headers)
    return response


def _fill(response: HttpResponse, pairs: Iterable[tuple[str, str]]) -> bool:
    """Write the headers of a new response at once. False: one by one, then.

    Django encodes each name and value to see whether it can be sent; these are known to be.
    """
    store = getattr(response.headers, "_store", None)
    named = {name.lower(): (name, value) for name, value in pairs}
    if type(store) is not dict or len(named) != len(tuple(pairs)) or "set-cookie" in named:
        return False
    store.update(named)
    return True


def dress(response: Any, rendered: Rendered, *, head: bool) -> Any:
    """Give a page of the project's own the status and the headers of an answer; what it says of itself stays.

    Parameters:
        head: the request was a HEAD.
    """
    response.status_code = rendered.status
    _put(response, ((name, value) for name, value in rendered.headers if not name.lower().startswith("content-")))
    if head:
        response.headers["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def answer_for(response: Any, answer: Answer) -> Any:
    """The answer in place of a response that a framework inside has made; its own headers are kept.

    That response itself, where it is the project's own or the framework's answers stay.
    """
    if answer.rendered is None or getattr(response, "_failsoft_stays", False):
        return response
    made = respond(answer.rendered)
    carry_over(response, made)
    return made


def rewrite(response: Any, rendered: Rendered) -> None:
    """Put an answer into a response that is there already, which keeps what middleware has written on it."""
    for name in _OF_THE_BODY:
        del response.headers[name]
    response.content = rendered.body
    response.status_code = rendered.status
    _put(response, rendered.headers)


def carry_over(old: Any, new: Any) -> None:
    """Take what middleware wrote on a response to the one that goes out in its place; also what it has to close."""
    for name, value in old.headers.items():
        lowered = name.lower()
        if lowered == "vary":
            patch_vary_headers(new, [part.strip() for part in value.split(",")])
        elif not lowered.startswith("content-") and lowered not in _NOT_CARRIED and name not in new.headers:
            new.headers[name] = value
    new._resource_closers.extend(getattr(old, "_resource_closers", ()))


_NOT_CARRIED = frozenset({"etag", "last-modified", "accept-ranges", "expires", "cache-control", "age", "location"})


def _put(response: Any, pairs: Iterable[tuple[str, str]]) -> None:
    """Django's responses hold one header of each name; more of them (`WWW-Authenticate`) become one list."""
    written: set[str] = set()
    for name, value in pairs:
        lowered = name.lower()
        try:
            if lowered == "set-cookie":
                response.cookies.load(value)
            elif lowered == "vary":
                patch_vary_headers(response, [part.strip() for part in value.split(",")])
            else:
                response.headers[name] = f"{response.headers[name]}, {value}" if lowered in written else value
                written.add(lowered)
        except (ValueError, CookieError):
            continue  # a name or value that Django refuses costs the header, not the answer


def log(request: Any, response: Any, exc: BaseException, answer: Answer) -> None:
    """Log an answer given by `process_exception` as Django would, for it does not log there.

    What is expected is no error of ours, whatever its status; below 500 Django itself says so.
    """
    failure = answer.failure
    if failure is not None and (failure.expected or failure.rejected):
        if response.status_code >= 500:
            log_response(
                "%s: %s", response.reason_phrase, request.path, response=response, request=request, level="warning"
            )
        return
    log_unexpected(request, response, exc)


def log_unexpected(request: Any, response: Any, exc: BaseException | None) -> None:
    """Log what nobody expected as the error that it is, whatever its status. Django then does not log it again."""
    log_response(
        "%s: %s",
        response.reason_phrase,
        request.path,
        response=response,
        request=request,
        exception=exc,
        level="error",
    )


def shows_debug_page(request: Any, call: DjangoCall) -> bool:
    """Whether Django's technical pages stay: in debug mode, for clients that accept HTML."""
    if not settings.DEBUG or call.fs.settings.responses.format == "problem":
        return False
    return bool(request.accepts("text/html"))
