"""The Flask extension."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from click import get_current_context
from werkzeug.exceptions import HTTPException, InternalServerError

from failsoft import Failsoft, Settings, SettingsError
from failsoft.answer import Answer
from failsoft.call import UNMATCHED
from failsoft.current import current_call
from failsoft.endpoints import route_key
from failsoft.sentry import leave_exceptions_to_sentry
from failsoft_flask.call import FlaskCall
from failsoft_flask.own_answers import has_own_body, is_no_error
from failsoft_flask.views import Views, view_inside
from failsoft_flask.wsgi import WsgiLayer
from flask import Flask, Response, current_app, got_request_exception, has_request_context, request

__all__ = ["FlaskFailsoft", "Installation"]

_EXTENSION = "failsoft"
_OTEL_ACTIVATION = "opentelemetry-flask.activation_key"
Source = str | Path | Mapping[str, Any] | Settings | None


class Installation:
    """Failsoft in one application."""

    def __init__(self, app: Flask, fs: Failsoft) -> None:
        self.app = app
        self.fs = fs
        self.views = Views(app, fs, self.is_users)
        self.prepare = self.views.take_up

    def install(self) -> None:
        """Take part in the application's requests."""
        app = self.app
        if Exception not in app.error_handler_spec[None][None]:
            app.register_error_handler(Exception, self.answer)
        got_request_exception.connect(self.unexpected, app)
        app.wsgi_app = WsgiLayer(app.wsgi_app, self.fs, self)  # type: ignore[method-assign]  # WSGI middleware's place

    def is_users(self, exc: BaseException) -> bool:
        """Whether the application itself answers this exception, by a handler or because it is no error."""
        if not isinstance(exc, Exception):
            return False
        if is_no_error(exc):
            return True
        handler = self.app._find_error_handler(exc, request.blueprints)
        return handler is not None and handler != self.answer

    def answer(self, exc: Exception) -> Any:
        """The handler of last resort: answers what is meant as an answer, and what Flask has given up on.

        An unexpected exception is raised again, so that Flask goes its way (signal, log, debugger, propagation) and
        comes back with an `InternalServerError` around it.
        """
        call = self._call()
        if call is None:
            return _flasks_own(exc)
        original = exc.original_exception if isinstance(exc, InternalServerError) else None
        if original is None and self._flask_goes_on(exc, call):
            _again(exc)
        if original is None and is_no_error(exc):
            return exc
        rendered = self._settle(exc if original is None else original, call).rendered
        if rendered is None or (original is None and has_own_body(exc)):
            return _flasks_own(exc)
        response = Response(rendered.body, status=rendered.status)
        response.headers.clear()
        for name, value in rendered.headers:
            response.headers.add(name, value)
        return response

    def unexpected(self, sender: Flask, exception: Exception, **_: Any) -> None:  # noqa: ARG002 - a receiver's signature
        """Flask has given up on an exception. It is recorded here: a handler of the application's may answer it."""
        call = self._call()
        if call is not None:
            self._settle(exception, call)
            if self.fs.settings.telemetry.traces and not self.propagates():
                _keep_off_span(call)

    def _call(self) -> FlaskCall | None:
        """The call of this request, named, if Failsoft takes part in it."""
        call = current_call.get()
        if not isinstance(call, FlaskCall):
            return None
        self.name(call)
        return None if call.mode == "off" else call

    def _settle(self, exc: BaseException, call: FlaskCall) -> Answer:
        """The answer to an exception; asked for once."""
        if call.answer is None or call.answered is not exc:
            call.answer = self.fs.answer(exc, call)
            call.answered = exc
            if call.mode == "enforce":
                call.error_id = call.answer.error_id
        return call.answer

    def _flask_goes_on(self, exc: Exception, call: FlaskCall) -> bool:
        """Whether an exception is none that is answered on purpose."""
        if isinstance(exc, HTTPException):
            return self.app.trap_http_exception(exc)
        failure = self.fs.failure(exc, call)
        return not failure.expected and not failure.rejected

    def note_route(self, call: FlaskCall) -> None:
        """Remember the route while the request still has one."""
        if call.rule is None:
            served = call.environ.get("werkzeug.request")
            if served is None and has_request_context():
                # a middleware in between handed on a copy of the environment
                served = request
            call.rule = getattr(served, "url_rule", None)

    def name(self, call: FlaskCall) -> None:
        """Write endpoint and mode on a call whose view was never reached."""
        if call.endpoint:
            return
        self.note_route(call)
        if call.rule is None:
            call.endpoint = UNMATCHED
            return
        try:
            self.views.place(call, call.rule, view_inside(self.app.view_functions.get(call.rule.endpoint)))
        except SettingsError:
            # told where the view would have run; here another failure is to be answered
            call.endpoint = route_key(call.method, call.rule.rule)

    def propagates(self) -> bool:
        """Whether Flask lets errors through to whoever called it."""
        chosen = self.app.config.get("PROPAGATE_EXCEPTIONS")
        return bool(self.app.testing or self.app.debug) if chosen is None else bool(chosen)

    def tell(self, exc: Exception) -> None:
        """Send Flask's signal for an exception that Flask itself never met."""
        leave_exceptions_to_sentry()
        with suppress(Exception):  # a receiver must not cost the client its answer
            got_request_exception.send(self.app, _async_wrapper=self.app.ensure_sync, exception=exc)


class FlaskFailsoft:
    """Failsoft for Flask: `FlaskFailsoft(app)`, or `FlaskFailsoft().init_app(app)` in an application factory.

    Parameters:
        app: the application.
        settings: path of a TOML file, a mapping, `Settings`; absent: `app.config["FAILSOFT"]`, else the defaults.
        fs: a ready `Failsoft`, instead of settings.

    Raises:
        SettingsError: the settings are wrong; lists all faults.
    """

    def __init__(self, app: Flask | None = None, settings: Source = None, *, fs: Failsoft | None = None) -> None:
        self._settings = settings
        self._fs = fs
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, settings: Source = None) -> Failsoft:
        """Add Failsoft to an application, once; the same extension object may serve several applications.

        Raises:
            SettingsError: the settings are wrong, or a view that is there already is marked with a policy that is not.
        """
        if _EXTENSION in app.extensions:
            known: Installation = app.extensions[_EXTENSION]
            return known.fs
        chosen = settings if settings is not None else self._settings
        if chosen is None:
            chosen = app.config.get("FAILSOFT")
        fs = Failsoft(chosen) if self._fs is None else self._fs
        installation = Installation(app, fs)
        if not fs.disabled:
            faults = installation.views.faults()
            if faults:
                if self._fs is None:
                    fs.close()
                raise SettingsError(faults)
            installation.install()
            if not _is_command():
                fs.warm_up()
        app.extensions[_EXTENSION] = installation
        _add_commands(app, fs)
        return fs

    @property
    def fs(self) -> Failsoft:
        """The instance that serves the current application.

        Raises:
            RuntimeError: there is no application context, or the extension was not initialised on it.
        """
        installation = current_app.extensions.get(_EXTENSION)
        if installation is None:
            raise RuntimeError("FlaskFailsoft was not initialised on this application; call init_app(app)")
        fs: Failsoft = installation.fs
        return fs


class _Activation:
    """OpenTelemetry's activation of a server span, ended without the exception: the span holds it, sanitized."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __exit__(self, *_: object) -> None:
        self._inner.__exit__(None, None, None)


def _keep_off_span(call: FlaskCall) -> None:
    """Keep Flask's instrumentation from adding the exception once more, as it is, when the request is torn down."""
    activation = call.environ.get(_OTEL_ACTIVATION)
    if activation is not None:
        call.environ[_OTEL_ACTIVATION] = _Activation(activation)


def _flasks_own(exc: Exception) -> Any:
    if isinstance(exc, HTTPException):
        return exc
    _again(exc)
    return None


def _again(exc: Exception) -> NoReturn:
    """Raise it again, without this frame keeping it alive in a cycle. Flask's signal brings it to error trackers."""
    leave_exceptions_to_sentry()
    try:
        raise exc
    finally:
        del exc


def _is_command() -> bool:
    """Whether one of Flask's commands is at work that serves nothing, as all but `flask run`."""
    context = get_current_context(silent=True) if os.environ.get("FLASK_RUN_FROM_CLI") == "true" else None
    return context is not None and context.command.name != "run"


def _add_commands(app: Flask, fs: Failsoft) -> None:
    from failsoft.cli.main import cli_of  # noqa: PLC0415 - click is there wherever Flask is

    app.cli.add_command(cli_of(fs.settings), "failsoft")
