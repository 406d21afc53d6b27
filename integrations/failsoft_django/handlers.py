"""What stands in the place of Django's default error views. A project's own always win."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.conf import global_settings, settings, urls
from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import HttpResponseNotFound
from django.views import csrf, defaults

from failsoft.errors.capture import bare_name
from failsoft_django.answers import dress, log_unexpected, respond, settle, shows_debug_page
from failsoft_django.call import DjangoCall, call_of
from failsoft_django.pages import forgery_page, page, shown

__all__ = ["bad_request", "csrf_failure", "install", "page_not_found", "permission_denied", "server_error"]

_log = logging.getLogger("failsoft")


def bad_request(request: Any, exception: BaseException) -> Any:
    """Answers what Django takes for a bad request, such as a body that is too large."""
    return _answer(request, exception, 400) or defaults.bad_request(request, exception)


def permission_denied(request: Any, exception: BaseException) -> Any:
    """Answers `PermissionDenied`."""
    return _answer(request, exception, 403) or defaults.permission_denied(request, exception)


def page_not_found(request: Any, exception: BaseException) -> Any:
    """Answers `Http404`, also that of the resolver.

    Middleware may still make something else of it, as Django's own does where only a slash is missing. So the answer is
    given, and the failure recorded, by our middleware when all others have seen the status.
    """
    call = call_of(request)
    if call is None or call.finished:
        return _answer(request, exception, 404) or defaults.page_not_found(request, exception)
    call.missing = exception
    if call.left_to_django:
        return defaults.page_not_found(request, exception)
    own = _page_not_found(request, call, exception)
    return HttpResponseNotFound() if own is None else own


def server_error(request: Any) -> Any:
    """Answers everything else. Django calls it while the exception is being handled, in whatever thread."""
    exc = sys.exc_info()[1]
    response = _answer(request, exc, 500)
    if response is None:
        return defaults.server_error(request)
    if response.status_code < 500 and not _is_meant(request):
        # Django would go by the status, and nobody is mailed about a warning
        log_unexpected(request, response, exc)
    return response


def csrf_failure(request: Any, reason: str = "") -> Any:
    """Answers requests that fail the check against forgery."""
    call = call_of(request)
    if call is not None and not shows_debug_page(request, call):
        response = _forgery(request, call, reason)
        if response is not None:
            return response
    return csrf.csrf_failure(request, reason=reason)


def _page_not_found(request: Any, call: DjangoCall, exc: BaseException) -> Any:
    """The project's page, rendered here as Django does, in a thread that may ask the database; recorded later."""
    try:
        own = page(request, call, exc, 404)
        if own is not None:
            own.status_code = 404
            own._failsoft_page = True
        return own
    except Exception as error:  # noqa: BLE001 - as below
        _log.error("the page of a 404 could not be made: %s", type(error).__name__)
        return None


def _forgery(request: Any, call: DjangoCall, reason: str) -> Any:
    exc = PermissionDenied(f"CSRF: {reason}")
    try:
        rendered = settle(request, call, exc).rendered
        if rendered is None:
            return None
        own = forgery_page(request, call, reason)
        return respond(rendered) if own is None else dress(own, rendered, head=call.method == "HEAD")
    except Exception as error:  # noqa: BLE001 - as below
        _log.error("a failed check against forgery could not be answered: %s; Django answers", type(error).__name__)
        return None


def _answer(request: Any, exc: BaseException | None, status: int) -> Any:
    """The answer to what Django takes for this status. None: Django answers."""
    call = call_of(request)
    if call is None or not isinstance(exc, Exception):
        return None
    try:
        return shown(request, call, exc, settle(request, call, exc), status)
    except Exception as error:  # noqa: BLE001 - our fault must not cost the client its answer
        _log.error("%s could not be answered: %s; Django answers", bare_name(type(exc)), type(error).__name__)
        return None


def _is_meant(request: Any) -> bool:
    call = call_of(request)
    failure = None if call is None or call.answer is None else call.answer.failure
    return failure is not None and (failure.expected or failure.rejected)


def _hear(*, request: Any = None, **_: Any) -> None:
    """Record what Django has given up on, wherever it was raised; views, rendering, middleware."""
    exc = sys.exc_info()[1]
    call = call_of(request)
    if call is None or not isinstance(exc, Exception):
        return
    try:
        settle(request, call, exc)
    except Exception as error:  # noqa: BLE001 - as above
        _log.error("%s could not be recorded: %s", bare_name(type(exc)), type(error).__name__)


def install() -> None:
    """Take the place of Django's defaults. Idempotent; a project's own views and settings are left as they are."""
    for status, ours in (
        (400, bad_request),
        (403, permission_denied),
        (404, page_not_found),
        (500, server_error),
    ):
        if getattr(urls, f"handler{status}") is _DEFAULTS[status]:
            setattr(urls, f"handler{status}", ours)
    if settings.CSRF_FAILURE_VIEW == global_settings.CSRF_FAILURE_VIEW:
        settings.CSRF_FAILURE_VIEW = f"{__name__}.{csrf_failure.__name__}"
    got_request_exception.connect(_hear, dispatch_uid="failsoft_django")


_DEFAULTS = {
    400: defaults.bad_request,
    403: defaults.permission_denied,
    404: defaults.page_not_found,
    500: defaults.server_error,
}
