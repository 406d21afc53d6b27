"""Views: the pipelines put around those that have one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from io import BytesIO
from typing import Any

from failsoft import Failsoft
from failsoft.current import current_call
from failsoft.endpoints import Binding, mark_of
from failsoft.http import retry_after_seconds
from failsoft.run import Reply, Run
from failsoft_flask.call import FlaskCall
from flask import Flask, Response, request

__all__ = ["BODY_LIMIT", "Views"]

BODY_LIMIT = 1_048_576
"""Bytes of a request body that are kept for another attempt; a larger one is never repeated."""

Expected = Callable[[BaseException], bool]


class Views:
    """The view functions of one application."""

    def __init__(self, app: Flask, fs: Failsoft, expected: Expected) -> None:
        self._app = app
        self._fs = fs
        self._expected = expected
        self._known = -1

    def take_up(self) -> None:
        """Wrap each view to which a policy may apply. Cheap when nothing is new."""
        views = self._app.view_functions
        if self._known == len(views):
            return
        self._known = len(views)
        by_settings = bool(self._fs.settings.endpoints)
        for name, view in list(views.items()):
            if not getattr(view, "_failsoft_wrapped", False) and (mark_of(view) is not None or by_settings):
                views[name] = self._wrapped(view)

    def _wrapped(self, view: Any) -> Any:
        asynchronous = inspect.iscoroutinefunction(view)

        if asynchronous:

            @functools.wraps(view)
            async def protected_async(*args: Any, **kwargs: Any) -> Any:
                call, binding = self._begin(view)
                if call is None or binding is None or binding.pipeline is None or call.mode == "off":
                    return await view(*args, **kwargs)
                rewind = _replay(call, binding)

                async def attempt(run: Run) -> Response:  # noqa: ARG001 - the driver hands it to streams
                    rewind()
                    return self._app.make_response(await view(*args, **kwargs))

                return await binding.pipeline.acall(call, attempt, reply=self._reply, expected=self._expected)

            protected: Any = protected_async
        else:

            @functools.wraps(view)
            def protected_sync(*args: Any, **kwargs: Any) -> Any:
                call, binding = self._begin(view)
                if call is None or binding is None or binding.pipeline is None or call.mode == "off":
                    return view(*args, **kwargs)
                rewind = _replay(call, binding)

                def attempt() -> Response:
                    rewind()
                    return self._app.make_response(view(*args, **kwargs))

                return binding.pipeline.call(call, attempt, reply=self._reply, expected=self._expected)

            protected = protected_sync
        protected._failsoft_wrapped = True
        return protected

    def _begin(self, view: Any) -> tuple[FlaskCall | None, Binding | None]:
        call = current_call.get()
        rule = request.url_rule
        if not isinstance(call, FlaskCall) or rule is None:
            return None, None
        binding = self._fs.endpoints.bind(call.method, rule.rule, view)
        call.endpoint = binding.key
        call.mode = "off" if binding.exempt else self._fs.mode_for(binding, call.mode)
        if binding.idempotent == "key":
            call.idempotent = True if request.headers.get("Idempotency-Key") else None
        else:
            call.idempotent = binding.idempotent
        return call, binding

    def _reply(self, response: Response) -> Reply:
        asked = None
        if response.status_code >= 400:
            asked = retry_after_seconds(response.headers.get("Retry-After"), self._fs.clock.time())
        return Reply(response.status_code, asked)


def _replay(call: FlaskCall, binding: Binding) -> Callable[[], None]:
    """Keep the body for another attempt where it is small enough; returns what puts it back."""
    environ = call.environ
    pipeline = binding.pipeline
    if pipeline is None or pipeline.limits.retry is None:
        return _nothing
    length = request.content_length
    if length is None and "HTTP_TRANSFER_ENCODING" in environ:
        call.replayable = False
        return _nothing
    if not length:
        return _nothing
    if length > BODY_LIMIT:
        call.replayable = False
        return _nothing
    data = request.get_data(cache=True)

    def rewind() -> None:
        environ["wsgi.input"] = BytesIO(data)
        request.__dict__.pop("stream", None)

    return rewind


def _nothing() -> None:
    """There is no body to put back."""
