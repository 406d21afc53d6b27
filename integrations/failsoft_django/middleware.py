"""The middleware: gives a request its id and its call, and sees to whatever Django's handlers do not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.apps import apps
from django.conf import settings
from django.core.exceptions import BadRequest, MiddlewareNotUsed, PermissionDenied, SuspiciousOperation
from django.core.handlers.exception import response_for_exception
from django.http import Http404
from django.http.multipartparser import MultiPartParserError

from failsoft.current import current_call
from failsoft.deadlines import noting_deadlines
from failsoft.errors.capture import bare_name
from failsoft_django.answers import (
    PlainHTTPException,
    carry_over,
    dress,
    log,
    respond,
    rewrite,
    settle,
    shows_debug_page,
)
from failsoft_django.asgi import warn_of_no_end
from failsoft_django.call import DjangoCall, call_of
from failsoft_django.handlers import install
from failsoft_django.instance import get_failsoft
from failsoft_django.pages import shown
from failsoft_django.patterns import Patterns, follow_urlconf
from failsoft_django.streams import watch, watch_async

__all__ = ["FailsoftMiddleware"]

_log = logging.getLogger("failsoft")
_DJANGOS = (Http404, PermissionDenied, SuspiciousOperation, BadRequest, MultiPartParserError)
_OTEL_EXCEPTION = "opentelemetry-instrumentor-django.exception_key"
_DEBUG_MARK = b"DEBUG = True"


class FailsoftMiddleware:
    """Failsoft in Django. It belongs first into MIDDLEWARE, and runs in either mode without a change of thread.

    No exception ever reaches a middleware from inside: Django turns each into a response on the spot. So Django goes
    its own way, with its signal, its log and its debug pages, and finds Failsoft's error views at the end of it.

    Raises:
        SettingsError: `settings.FAILSOFT` is wrong; lists all faults.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        fs = get_failsoft()
        if fs.disabled:
            raise MiddlewareNotUsed("FAILSOFT__DISABLED is set")
        self.fs = fs
        self.get_response = get_response
        self.patterns = Patterns(fs)
        self._call = noting_deadlines(DjangoCall, fs)
        self._id_header = fs.settings.request.id_header
        self._id_lower = self._id_header.lower()
        self._id_key = "HTTP_" + self._id_header.upper().replace("-", "_")
        self._traces = fs.settings.telemetry.traces
        self._trust_id = fs.settings.request.trust_id
        self._async = bool(iscoroutinefunction(get_response))
        if self._async:
            markcoroutinefunction(self)
            warn_of_no_end(fs)
        install()
        follow_urlconf()
        fs.warm_up()
        if not apps.is_installed("failsoft_django"):
            _log.warning(
                "add 'failsoft_django' to INSTALLED_APPS: without it, `manage.py check` knows nothing of Failsoft"
            )

    def __call__(self, request: Any) -> Any:
        if self._async:
            return self._acall(request)
        call = self._begin(request)
        if call is None:
            return self.get_response(request)
        token = current_call.set(call)
        try:
            try:
                response = self.get_response(request)
            except Exception as exc:
                response = self._last_resort(request, call, exc)
                if response is None:
                    raise
            if response.streaming and call.mode != "off":
                try:
                    call.name(request)
                    watch(response, call)
                except Exception as exc:  # noqa: BLE001 - the stream failed before its first chunk
                    response = self._instead(request, response, exc)
            if call.ticket is not None and (refused := self.fs.hold(call)) is not None:
                response = respond(refused)
            return self._finish(request, call, response)
        finally:
            current_call.reset(token)

    async def _acall(self, request: Any) -> Any:
        call = self._begin(request)
        if call is None:
            return await self.get_response(request)
        token = current_call.set(call)
        try:
            try:
                response = await self.get_response(request)
            except Exception as exc:
                response = self._last_resort(request, call, exc)
                if response is None:
                    raise
            if response.streaming and call.mode != "off":
                try:
                    call.name(request)
                    await watch_async(response, call)
                except Exception as exc:  # noqa: BLE001 - as above
                    response = await sync_to_async(self._instead, thread_sensitive=False)(request, response, exc)
            if call.ticket is not None and (refused := await self.fs.ahold(call)) is not None:
                response = respond(refused)
            return self._finish(request, call, response)
        finally:
            current_call.reset(token)

    def process_exception(self, request: Any, exception: Exception) -> Any:
        """Answer what is meant as an answer, and no error of ours. Everything else is left to Django's own way."""
        call = call_of(request)
        if call is None:
            return None
        try:
            call.seen = exception
            if isinstance(exception, _DJANGOS):
                return None
            answer = settle(request, call, exception)
            failure = answer.failure
            rejected = failure is not None and failure.rejected
            if answer.rendered is None or (answer.reraise and not rejected):
                return None
            meant = rejected or (failure is not None and failure.expected)
            response = shown(request, call, exception, answer, answer.rendered.status if meant else 500)
            log(request, response, exception, answer)
            return response
        except Exception as error:  # noqa: BLE001 - raised, it would take the place of the application's exception
            _log.error("%s could not be answered: %s; Django answers", bare_name(type(exception)), type(error).__name__)
            return None

    def _begin(self, request: Any) -> DjangoCall | None:
        fs = self.fs
        mode = fs.roll_mode()
        if mode == "off" or "_failsoft" in request.__dict__:
            return None
        self.patterns.take_up()
        call = self._call(fs, request, self._id_key, self._trust_id, self.patterns)
        if mode != "enforce":
            call.mode = mode
        request._failsoft = call
        return call

    def _last_resort(self, request: Any, call: DjangoCall, exc: Exception) -> Any:
        """Answer what even Django's own way could not: an error in looking for the error view (a broken URLconf)."""
        if settings.DEBUG_PROPAGATE_EXCEPTIONS or call.mode == "off":
            return None
        answer = call.answer if call.answered is exc.__context__ and call.answer else settle(request, call, exc)
        if answer.rendered is None:
            return None
        response = respond(answer.rendered)
        log(request, response, exc, answer)
        return response

    def _instead(self, request: Any, old: Any, exc: Exception) -> Any:
        """The response in place of a stream that failed before its head had left."""
        response = self.process_exception(request, exc) or response_for_exception(request, exc)
        carry_over(old, response)
        return response

    def _finish(self, request: Any, call: DjangoCall, response: Any) -> Any:
        headers = response.headers
        if response.status_code >= 400:
            if call.mode != "off" and not response.streaming:
                self._mend(request, call, response)
            if call.error_id is not None and "X-Error-ID" not in headers:
                headers["X-Error-ID"] = call.error_id
        store = getattr(headers, "_store", None)
        if store is None:
            headers.setdefault(self._id_header, call.request_id)
        elif self._id_lower not in store:
            # past Django's conversions, which cost more than all else here; an id is known to need none
            store[self._id_lower] = (self._id_header, call.request_id)
        if call.rate_headers is not None:
            for name, value in call.rate_headers:
                headers.setdefault(name, value)
        if call.answer is not None and self._traces:
            # the server span holds the failure already, sanitized; OpenTelemetry's middleware would add it once more
            request.META.pop(_OTEL_EXCEPTION, None)
        call.finished = True
        call.forget()
        return response

    def _mend(self, request: Any, call: DjangoCall, response: Any) -> None:
        """Answer in place of a response that says nothing but its status, or of a debug page that nobody can read."""
        try:
            # the application's own middleware may have put another answer in the place of the 404 (a redirect, 410)
            missing = call.missing if response.status_code == 404 else None
            own_page = getattr(response, "_failsoft_page", False)
            if not response.content:
                if call.answer is not None and missing is None:
                    return
                exc: BaseException = missing or PlainHTTPException(response)
            elif missing is not None and (own_page or call.left_to_django):
                exc = missing
            elif settings.DEBUG and _DEBUG_MARK in response.content and not shows_debug_page(request, call):
                exc = call.answered or call.seen or PlainHTTPException(response)
            else:
                return
            rendered = settle(request, call, exc).rendered
            if rendered is not None:
                if own_page and exc is missing:
                    dress(response, rendered, head=call.method == "HEAD")
                else:
                    rewrite(response, rendered)
        except Exception as error:  # noqa: BLE001 - our fault must not cost the client its answer
            _log.error("a status of %s could not be answered: %s", response.status_code, type(error).__name__)
