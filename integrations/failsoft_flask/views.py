"""Views: the pipelines put around those that have one."""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any

from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from failsoft import Failsoft
from failsoft.current import current_call
from failsoft.endpoints import KNOWN_METHODS
from failsoft.errors import Fault, SettingsError
from failsoft.http import retry_after_seconds
from failsoft.marks import mark_of
from failsoft.pipeline import Pipeline
from failsoft.run import Reply, Run
from failsoft_flask.bodies import keep_body
from failsoft_flask.call import FlaskCall
from failsoft_flask.own_answers import response_of
from flask import Flask, Response, request

__all__ = ["Views", "view_inside"]

_log = logging.getLogger("failsoft")
Expected = Callable[[BaseException], bool]


class Views:
    """The view functions of one application."""

    def __init__(self, app: Flask, fs: Failsoft, expected: Expected) -> None:
        self._app = app
        self._fs = fs
        self._expected = expected
        self._known: tuple[int, Any] = (-1, None)
        """How many views were taken up, and by which settings."""
        self._lock = Lock()

    def take_up(self) -> None:
        """Wrap each view to which a policy may apply. Cheap when nothing is new."""
        views = self._app.view_functions
        settings = self._fs.settings
        if self._known[0] == len(views) and self._known[1] is settings:
            return
        with self._lock:
            by_settings = bool(settings.endpoints) or settings.request.deadline_header is not None
            for name, view in list(views.items()):
                if not hasattr(view, "_failsoft_wrapped") and (by_settings or _is_marked(view)):
                    views[name] = self._wrapped(view)
            for fault in self.faults():
                _log.error("%s", fault)
            # only now: a request that comes meanwhile waits for its view
            self._known = (len(views), settings)

    def faults(self) -> list[Fault]:
        """Marks on the views of routes that name a policy which is not there."""
        known = self._fs.settings.policies
        found: dict[str, Fault] = {}
        for rule in self._app.url_map.iter_rules():
            view = view_inside(self._app.view_functions.get(rule.endpoint))
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                mark = mark_of(view, method)
                if mark is not None and isinstance(mark.policy, str) and mark.policy not in known:
                    try:
                        # a table of the settings may name another policy for it
                        self._fs.endpoints.bind(method, rule.rule, view)
                    except SettingsError as error:
                        found.update({str(fault): fault for fault in error.faults})
        return list(found.values())

    def place(self, call: FlaskCall, rule: Rule, view: Any) -> Pipeline | None:
        """What protects a request, if anything does; its endpoint, mode and idempotence are written on the call.

        Raises:
            SettingsError: a policy name does not resolve.
        """
        binding = self._fs.endpoints.bind(call.method, rule.rule, view)
        if call.deadline is not None:
            binding = self._fs.endpoints.hurried(binding)
        call.endpoint = binding.key
        call.mode = "off" if binding.exempt else self._fs.mode_for(binding, call.mode)
        call.critical, call.audited = binding.critical, binding.audited
        if binding.idempotent == "key":
            call.idempotent = True if call.environ.get("HTTP_IDEMPOTENCY_KEY") else None
        else:
            call.idempotent = binding.idempotent
        return None if call.mode == "off" else binding.pipeline

    def _wrapped(self, view: Any) -> Any:
        if inspect.iscoroutinefunction(view):

            @functools.wraps(view)
            async def protected_async(*args: Any, **kwargs: Any) -> Any:
                call, pipeline = self._begin(view)
                if call is None or pipeline is None:
                    return await view(*args, **kwargs)
                turns = _Turns(self._app, call, pipeline)

                async def attempt(run: Run) -> Response:  # noqa: ARG001 - the driver hands it to streams
                    return await turns.atake(view, *args, **kwargs)

                try:
                    return await pipeline.acall(call, attempt, reply=self._reply, expected=self._expected)
                except BaseException:
                    turns.discard()
                    raise

            protected: Any = protected_async
        else:

            @functools.wraps(view)
            def protected_sync(*args: Any, **kwargs: Any) -> Any:
                call, pipeline = self._begin(view)
                if call is None or pipeline is None:
                    return view(*args, **kwargs)
                turns = _Turns(self._app, call, pipeline)

                def attempt() -> Response:
                    return turns.take(view, *args, **kwargs)

                try:
                    return pipeline.call(call, attempt, reply=self._reply, expected=self._expected)
                except BaseException:
                    turns.discard()
                    raise

            protected = protected_sync
        protected._failsoft_wrapped = view
        return protected

    def _begin(self, view: Any) -> tuple[FlaskCall | None, Pipeline | None]:
        call = current_call.get()
        rule = request.url_rule
        # a view that another one calls is a part of it
        if not isinstance(call, FlaskCall) or rule is None or call.run is not None or call.mode == "off":
            return None, None
        return call, self.place(call, rule, view)

    def _reply(self, response: Response) -> Reply:
        asked = None
        if response.status_code >= 400:
            asked = retry_after_seconds(response.headers.get("Retry-After"), self._fs.clock.time())
        return Reply(response.status_code, asked)


class _Turns:
    """The attempts of one request: each gets the body, and the response of the one before is closed."""

    __slots__ = ("_app", "_call", "_hooks", "_last", "_rewind")

    def __init__(self, app: Flask, call: FlaskCall, pipeline: Pipeline) -> None:
        self._app = app
        self._call = call
        self._last: Response | None = None
        retry = pipeline.limits.retry
        self._rewind = None if retry is None else keep_body(call, retry)
        self._hooks = len(getattr(request_ctx, "_after_request_functions", ()))

    def take(self, view: Any, *args: Any, **kwargs: Any) -> Response:
        """One attempt of a synchronous view."""
        self._begin()
        try:
            value = view(*args, **kwargs)
        except HTTPException as exc:
            value = self._aborted_with(exc)
        return self._made(value)

    async def atake(self, view: Any, *args: Any, **kwargs: Any) -> Response:
        """One attempt of an asynchronous view."""
        self._begin()
        try:
            value = await view(*args, **kwargs)
        except HTTPException as exc:
            value = self._aborted_with(exc)
        return self._made(value)

    def _begin(self) -> None:
        self.discard()
        if self._rewind is not None:
            self._rewind()
            # what the last attempt asked to be done after its response
            del getattr(request_ctx, "_after_request_functions", [])[self._hooks :]

    def _aborted_with(self, exc: HTTPException) -> Any:
        """The response of `abort(response)`, which is one that the view has returned."""
        response = None if self._app.trap_http_exception(exc) else response_of(exc)
        if response is None:
            raise exc
        return response

    def _made(self, value: Any) -> Response:
        response = self._last = self._app.make_response(value)
        if response.is_streamed and not response.direct_passthrough:
            self._call.run.hold()
        return response

    def discard(self) -> None:
        """The last response goes to nobody."""
        last, self._last = self._last, None
        if last is not None:
            with suppress(Exception):  # what it has to close is the application's
                last.close()


def view_inside(view: Any) -> Any:
    """The view itself, where it is one that a policy was put around."""
    return getattr(view, "_failsoft_wrapped", view)


def _is_marked(view: Any) -> bool:
    return any(mark_of(view, method) is not None for method in KNOWN_METHODS)
