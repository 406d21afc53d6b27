"""`install`: Failsoft inside a Starlette or FastAPI application that exists already."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MethodType
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.errors import ServerErrorMiddleware

from failsoft import Failsoft, Settings
from failsoft.endpoints import unused_marks
from failsoft_asgi.handlers import FRAMEWORK_DEFAULTS, Handlers
from failsoft_asgi.middleware import AnswerLayer, OuterLayer
from failsoft_asgi.openapi import describe_problems
from failsoft_asgi.routes import Routes

__all__ = ["Installation", "install", "installation_of"]

_ATTRIBUTE = "_failsoft_installation"
_log = logging.getLogger("failsoft")


class Installation:
    """What was done to one application.

    The middleware stack is wrapped where it is built, so that middleware and handlers added later find their place:

        OuterLayer( ServerErrorMiddleware( AnswerLayer( user's middleware( AnswerLayer( ExceptionMiddleware( routes
    """

    def __init__(self, app: Starlette, fs: Failsoft) -> None:
        self.app = app
        self.fs = fs
        self.routes = Routes(app, fs, self.is_users)
        self._build = app.build_middleware_stack
        self._handlers: Mapping[Any, Any] = {}

    def is_users(self, exc: BaseException) -> bool:
        """Whether a handler of the application's own answers this exception."""
        handlers = self.user_handlers()
        status = exc.status_code if isinstance(exc, HTTPException) else None
        return status in handlers or any(cls in handlers for cls in type(exc).__mro__ if cls is not Exception)

    def user_handlers(self) -> dict[Any, Any]:
        """The application's own exception handlers; a framework's defaults and ours are not."""
        return {
            key: handler
            for key, handler in self.app.exception_handlers.items()
            if handler not in FRAMEWORK_DEFAULTS and not isinstance(getattr(handler, "__self__", None), Handlers)
        }

    def leaves(self, scope: Mapping[str, Any]) -> bool:  # noqa: ARG002 - the layer's hook
        """Whether unexpected errors belong to a user's handler, or to the debug page."""
        handlers = self.user_handlers()
        return self.app.debug or Exception in handlers or 500 in handlers

    def build_stack(self, *, outermost: bool = True) -> Any:
        """Build the application's middleware stack with our layers in their places."""
        app = self.app
        template_of = self.routes.template_of
        users, handlers = app.user_middleware, app.exception_handlers
        self._warn_of_truncation(users)
        guard = Middleware(AnswerLayer, template_of=template_of, leave=self.leaves)
        inner = Middleware(AnswerLayer, template_of=template_of, leave=self.leaves, hold=True)
        app.user_middleware = [guard, *users, inner] if users else [inner]
        app.exception_handlers = Handlers(self.fs, template_of).added_to(handlers)
        try:
            stack = self._build()
        finally:
            app.user_middleware, app.exception_handlers = users, handlers
        if not outermost:
            return stack
        return _Outermost(stack, self._outer) if isinstance(stack, ServerErrorMiddleware) else self._outer(stack)

    def _outer(self, stack: Any) -> OuterLayer:
        return OuterLayer(_Prepared(stack, self.routes), self.fs, self.routes.template_of)

    def _warn_of_truncation(self, users: list[Middleware]) -> None:
        for entry in users:
            if inspect.isclass(entry.cls) and issubclass(entry.cls, BaseHTTPMiddleware):
                _log.info(
                    "%s is a BaseHTTPMiddleware: a stream that breaks off inside it reaches the client as if it "
                    "were complete",
                    entry.cls.__name__,
                )


class _Prepared:
    """A stack whose routes are taken up at the first request: by then they are all there."""

    def __init__(self, app: Any, routes: Routes) -> None:
        self.app = app
        self._routes = routes

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._routes.stale:
            self._routes.take_up()
            _warn_of_unused_marks()
        await self.app(scope, receive, send)


class _Outermost(ServerErrorMiddleware):
    """A stack within our outer layer that is still what Starlette says it builds.

    Instrumentations look for a `ServerErrorMiddleware`, take its `app` out and build another one around it
    (OpenTelemetry's for FastAPI does, and FastAPI follows `app` to find it). What they take out has our outer layer,
    too; of two in one request the inner one passes everything on.
    """

    def __init__(self, stack: ServerErrorMiddleware, outer: Callable[[Any], OuterLayer]) -> None:
        super().__init__(outer(stack.app), handler=stack.handler, debug=stack.debug)
        self._whole = outer(stack)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._whole(scope, receive, send)


def install(
    app: Starlette,
    settings: str | Path | Mapping[str, Any] | Settings | None = None,
    *,
    fs: Failsoft | None = None,
) -> Failsoft:
    """Add Failsoft to a Starlette or FastAPI application. Call it once, anywhere before the first request.

    Parameters:
        app: the application; changed in place.
        settings: path of a TOML file, a mapping, `Settings`, or None for the defaults.
        fs: a ready `Failsoft`, instead of settings.

    Raises:
        SettingsError: the settings are wrong; lists all faults.
        TypeError: the application is no Starlette application; wrap it in `FailsoftMiddleware`.
        RuntimeError: the application has served requests already.
    """
    if not isinstance(app, Starlette):
        raise TypeError(f"install() takes a Starlette or FastAPI application, not {app!r}; use FailsoftMiddleware")
    if app.middleware_stack is not None:
        raise RuntimeError("install() has to come before the first request")
    known = installation_of(app)
    if known is not None:
        return known.fs
    instance = fs or Failsoft(settings)
    if instance.disabled:
        return instance
    installation = Installation(app, instance)
    setattr(app, _ATTRIBUTE, installation)
    app.build_middleware_stack = installation.build_stack  # type: ignore[method-assign]  # the documented place
    describe_problems(app)
    installation.routes.adopt = _adopt
    return instance


def installation_of(app: object) -> Installation | None:
    """What `install` did to an application, or None."""
    found = getattr(app, _ATTRIBUTE, None)
    return found if isinstance(found, Installation) else None


def _adopt(child: Starlette, fs: Failsoft) -> Routes | None:
    """A mounted application answers its own errors before they reach us: give it our layers too, but the outermost."""
    if installation_of(child) is not None or child.middleware_stack is not None:
        return None
    installation = Installation(child, fs)
    setattr(child, _ATTRIBUTE, installation)

    def build(self: Starlette) -> Any:  # noqa: ARG001 - a method
        return installation.build_stack(outermost=False)

    child.build_middleware_stack = MethodType(build, child)  # type: ignore[method-assign]  # as above
    return installation.routes


def _warn_of_unused_marks() -> None:
    for name in unused_marks():
        _log.warning("%s is marked with protect(), but no route leads to it", name)


Adopt = Callable[[Starlette, Failsoft], "Routes | None"]
