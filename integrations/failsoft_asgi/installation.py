"""`install`: Failsoft inside a Starlette or FastAPI application that exists already."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.gzip import GZipMiddleware

from failsoft import Failsoft, Settings, SettingsError
from failsoft.errors.exceptions import Fault
from failsoft.marks import unused_marks
from failsoft_asgi.handlers import Handlers, naming_handler, own_handlers
from failsoft_asgi.middleware import AnswerLayer, OuterLayer, Place
from failsoft_asgi.openapi import describe_problems
from failsoft_asgi.routes import Routes

__all__ = ["Installation", "install", "installation_of"]

_ATTRIBUTE = "_failsoft_installation"
_CUT = (BaseHTTPMiddleware, GZipMiddleware)
"""Middleware through which nothing can be sent any more when an exception has come out of it."""
_TRACERS = frozenset(
    {
        "opentelemetry.instrumentation.asgi.OpenTelemetryMiddleware",
        "starlette.middleware.opentelemetry.OpenTelemetryMiddleware",
    }
)
"""Middleware whose span has to end with the answer."""
_log = logging.getLogger("failsoft")


class Installation:
    """What was done to one application.

    The middleware stack is wrapped where it is built, so that middleware and handlers added later find their place:

        OuterLayer( ServerErrorMiddleware( AnswerLayer( user's middleware( AnswerLayer( ExceptionMiddleware( routes

    There is one more `AnswerLayer` on both sides of each of the user's middlewares that cannot send any more when an
    exception has come out of it, so that our answer can go around, and of a tracer, which has to see the answer first.

    An application that is mounted answers its own errors before they reach the outer one. It gets the same layers, but
    the outermost.

    Parameters:
        app: the application.
        fs: the instance that protects it.
        mounted: it is mounted in another one, whose routes include its own.
        owned: nobody else has the instance.
    """

    def __init__(self, app: Starlette, fs: Failsoft, *, mounted: bool = False, owned: bool = False) -> None:
        self.app = app
        self.fs = fs
        self.mounted = mounted
        self._owned = owned
        self.routes = Routes(app, fs, self._adopt, lambda: _say(self._renew()))
        self._ready = self._warned = False
        self._build = app.build_middleware_stack
        setattr(app, _ATTRIBUTE, self)
        app.build_middleware_stack = self.build_stack  # type: ignore[method-assign]  # the documented place
        describe_problems(app, fs.settings)

    def leaves(self) -> bool:
        """Whether unexpected errors belong to a user's handler, or to the debug page."""
        handlers = own_handlers(self.app)
        return self.app.debug or Exception in handlers or 500 in handlers

    def build_stack(self) -> Any:
        """Build the application's middleware stack with our layers in their places."""
        app = self.app
        users, handlers = app.user_middleware, app.exception_handlers
        _note_truncation(users)
        app.user_middleware = self._layered(users)
        app.exception_handlers = Handlers().added_to(handlers)
        try:
            stack = self._build()
        finally:
            app.user_middleware, app.exception_handlers = users, handlers
        if self.mounted:
            return stack
        self.fs.warm_up()
        return _Outermost(stack, self._outer) if isinstance(stack, ServerErrorMiddleware) else self._outer(stack)

    def _layered(self, users: Sequence[Middleware]) -> list[Middleware]:
        layered: list[Middleware] = []
        cut = traced = False
        for number, entry in enumerate(users):
            place = Place(
                last=number == 0, cut=_is_a(entry, _CUT), tracer_inside=_is_tracer(entry), tracer_outside=traced
            )
            if any(place) or cut:
                layered.append(Middleware(AnswerLayer, leave=self.leaves, place=place))
            layered.append(entry)
            cut, traced = place.cut, place.tracer_inside
        innermost = Place(innermost=True, last=not users, tracer_outside=traced)
        return [*layered, Middleware(AnswerLayer, leave=self.leaves, place=innermost)]

    def take_up(self, kind: str) -> None:
        """Take up the routes at the start, and again at the first request: by then all are there.

        Raises:
            SettingsError: at the start, a policy of a mark is not there; lists all faults.
        """
        routes = self.routes
        if self._ready and routes.known == len(self.app.router.routes) and routes.settings is self.fs.settings:
            return
        self._ready = kind != "lifespan"
        faults = self._renew()
        if not self._warned:
            self._warned = True
            _warn_of_unused_marks()
        if faults and kind == "lifespan":
            raise SettingsError(faults)
        # a request is no place to fail for others
        _say(faults)

    def _renew(self) -> list[Fault]:
        try:
            self.routes.take_up()
            describe_problems(self.app, self.fs.settings)
            return self.routes.faults()
        except Exception as error:  # noqa: BLE001 - a framework that has changed inside is served all the same
            _log.error("the routes could not be read (%s): policies may be missing", type(error).__name__)
            return []

    def _outer(self, stack: Any) -> OuterLayer:
        return OuterLayer(stack, self.fs, owned=self._owned, take_up=self.take_up)

    def _adopt(self, child: Starlette) -> bool:
        known = installation_of(child)
        if known is None and child.middleware_stack is None:
            Installation(child, self.fs, mounted=True)
        # one with an installation of its own protects its routes itself
        return known is None or known.mounted


class _Outermost(ServerErrorMiddleware):
    """A stack within our outer layer that is still what Starlette says it builds.

    Instrumentations look for a `ServerErrorMiddleware`, take its `app` out and build another one around it
    (OpenTelemetry's for FastAPI does, and FastAPI follows `app` to find that one). What they take out has our outer
    layer, too; of two in one request the inner one passes everything on. The handler they take out writes the ids
    itself, for its answer does not come through our layer.
    """

    def __init__(self, stack: ServerErrorMiddleware, outer: Callable[[Any], OuterLayer]) -> None:
        super().__init__(outer(stack.app), handler=naming_handler(stack), debug=stack.debug)
        self._whole = outer(stack)

    def __call__(self, scope: Any, receive: Any, send: Any) -> Coroutine[Any, Any, None]:
        # no coroutine of its own: every request comes through here
        return self._whole(scope, receive, send)


def install(
    app: Starlette,
    settings: str | Path | Mapping[str, Any] | Settings | None = None,
    *,
    fs: Failsoft | None = None,
) -> Failsoft:
    """Add Failsoft to a Starlette or FastAPI application, anywhere before the first request.

    Called again, it returns the instance that is there, and changes nothing.

    Parameters:
        app: the application; changed in place.
        settings: path of a TOML file, a mapping, `Settings`, or None for the defaults.
        fs: a ready `Failsoft`, instead of settings.

    Raises:
        SettingsError: the settings are wrong, or a mark names a policy that is not there; lists all faults.
        TypeError: the application is no Starlette application; wrap it in `FailsoftMiddleware`.
        RuntimeError: the application has served requests already.
    """
    if not isinstance(app, Starlette):
        raise TypeError(f"install() takes a Starlette or FastAPI application, not {app!r}; use FailsoftMiddleware")
    known = installation_of(app)
    if known is not None:
        if settings is not None or fs not in (None, known.fs):
            _log.warning("install() was called again on %r: the second settings are not looked at", app)
        return known.fs
    if app.middleware_stack is not None:
        raise RuntimeError("install() has to come before the first request")
    instance = fs or Failsoft(settings)
    if not instance.disabled:
        faults = _faults_so_far(app, instance)
        if faults:
            if fs is None:
                instance.close()
            raise SettingsError(faults)
        Installation(app, instance, owned=fs is None)
    return instance


def _say(faults: list[Fault]) -> None:
    for fault in faults:
        _log.error("%s", fault)


def _faults_so_far(app: Starlette, fs: Failsoft) -> list[Fault]:
    """What is wrong with the marks on the routes that are there; nothing is taken up yet."""
    try:
        return Routes(app, fs, lambda child: installation_of(child) is None).faults()
    except Exception:  # noqa: BLE001 - said when the routes are taken up
        return []


def installation_of(app: object) -> Installation | None:
    """What `install` did to an application, or None."""
    found = getattr(app, _ATTRIBUTE, None)
    return found if isinstance(found, Installation) else None


def _note_truncation(users: list[Middleware]) -> None:
    for entry in users:
        if _is_a(entry, BaseHTTPMiddleware):
            _log.info(
                "%s is a BaseHTTPMiddleware: a stream that breaks off inside it reaches the client as if it "
                "were complete",
                getattr(entry.cls, "__name__", entry.cls),
            )


def _is_a(entry: Middleware, kinds: type | tuple[type, ...]) -> bool:
    return inspect.isclass(entry.cls) and issubclass(entry.cls, kinds)


def _is_tracer(entry: Middleware) -> bool:
    """Whether it is OpenTelemetry's or Starlette's, neither of which is imported for this."""
    return f"{getattr(entry.cls, '__module__', '')}.{getattr(entry.cls, '__qualname__', '')}" in _TRACERS


def _warn_of_unused_marks() -> None:
    for name in unused_marks():
        _log.warning("%s is marked with protect(), but no route leads to it", name)
