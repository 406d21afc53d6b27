"""Routes: their templates, and the pipelines put around those that have one."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from failsoft import Failsoft
from failsoft.endpoints import Binding, mark_of
from failsoft_asgi.attempts import run_attempts
from failsoft_asgi.exchange import AsgiCall, Receive, Scope, Send

__all__ = ["Routes"]

Handle = Callable[[Scope, Receive, Send], Awaitable[None]]
_WRAPPED = "_failsoft_wrapped"


class Routes:
    """The routes of one application, mounted ones included.

    Parameters:
        app: the application.
        fs: the instance that protects it.
        expected: whether the application answers an exception itself.
    """

    def __init__(self, app: Starlette, fs: Failsoft, expected: Callable[[BaseException], bool]) -> None:
        self.app = app
        self.fs = fs
        self.adopt: Callable[[Starlette, Failsoft], Routes | None] = lambda _app, _fs: None
        self._expected = expected
        self._prefixes: dict[int, str] = {}
        self._known = -1

    @property
    def stale(self) -> bool:
        """Routes were added since they were taken up."""
        return self._known != len(self.app.routes)

    def take_up(self) -> None:
        """Learn the templates, and wrap each route to which a policy may apply."""
        self._known = len(self.app.routes)
        by_settings = bool(self.fs.settings.endpoints)
        for route, prefix, _ in self.walk():
            self._prefixes[id(route)] = prefix
            marked = mark_of(getattr(route, "endpoint", None)) is not None
            if (marked or by_settings) and getattr(route, _WRAPPED, None) is None:
                setattr(route, _WRAPPED, True)
                route.handle = self._wrapped(route, route.handle)  # type: ignore[method-assign,assignment]  # the instance's own

    def walk(self) -> Iterator[tuple[BaseRoute, str, str]]:
        """Each route that has an endpoint, with the template of what it is mounted under and its own."""
        seen: set[int] = set()
        yield from self._walk(self.app.routes, "", seen)

    def _walk(self, routes: Any, prefix: str, seen: set[int]) -> Iterator[tuple[BaseRoute, str, str]]:
        for route in routes or ():
            if id(route) in seen:
                continue
            seen.add(id(route))
            if hasattr(route, "original_router"):
                yield from self._walk(route.original_router.routes, prefix, seen)
            elif isinstance(route, Mount):
                child = route.app
                if isinstance(child, Starlette):
                    self.adopt(child, self.fs)
                yield from self._walk(route.routes, prefix + _own_template(route), seen)
            elif hasattr(route, "endpoint") and hasattr(route, "methods"):
                yield route, prefix, _own_template(route)

    def template_of(self, scope: Scope) -> str | None:
        """The template of the route that took a request, or None if none did."""
        route = scope.get("route")
        prefix = self._prefixes.get(id(route))
        if prefix is None:
            return None
        return prefix + _effective_template(scope, route)

    def binding(self, method: str, scope: Scope, route: Any) -> Binding:
        """What is to be done at a route."""
        template = self._prefixes[id(route)] + _effective_template(scope, route)
        return self.fs.endpoints.bind(method, template, route.endpoint)

    def _wrapped(self, route: Any, handle: Handle) -> Handle:
        fs = self.fs

        async def protected(scope: Scope, receive: Receive, send: Send) -> None:
            call = scope.get("failsoft")
            if scope["type"] != "http" or not isinstance(call, AsgiCall) or call.mode == "off":
                await handle(scope, receive, send)
                return
            method = call.method
            if route.methods and method not in route.methods:
                await handle(scope, receive, send)
                return
            binding = self.binding(method, scope, route)
            if binding.idle:
                await handle(scope, receive, send)
                return
            call.endpoint = binding.key
            call.mode = "off" if binding.exempt else fs.mode_for(binding, call.mode)
            if binding.pipeline is None or call.mode == "off":
                await handle(scope, receive, send)
                return
            call.scope = scope
            await run_attempts(
                handle,
                call,
                binding,
                binding.pipeline,
                receive,
                send,
                expected=self._expected,
                cooperative=not _is_async(route.endpoint, method),
            )

        return protected


def _own_template(route: Any) -> str:
    template = getattr(route, "path_format", None) or getattr(route, "path", "")
    # a Mount's own format ends in the placeholder of the rest
    return str(template).removesuffix("/{path}")


def _effective_template(scope: Scope, route: Any) -> str:
    """An included router's route has its prefixes in the scope only, where FastAPI (0.137 and later) leaves them."""
    fastapi = scope.get("fastapi")
    context = fastapi.get("effective_route_context") if isinstance(fastapi, dict) else None
    template = getattr(context, "path_format", None)
    return template if isinstance(template, str) else _own_template(route)


def _is_async(endpoint: Any, method: str) -> bool:
    if inspect.isclass(endpoint):
        endpoint = getattr(endpoint, method.lower(), endpoint)
    while isinstance(endpoint, functools.partial):
        endpoint = endpoint.func
    return inspect.iscoroutinefunction(endpoint) or inspect.iscoroutinefunction(getattr(endpoint, "__call__", None))  # noqa: B004
