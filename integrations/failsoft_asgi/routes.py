"""Routes: where they are, and the pipelines put around those that have one."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, NamedTuple

import starlette
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Host, Mount

from failsoft import Failsoft
from failsoft.endpoints import KNOWN_METHODS, mark_of
from failsoft_asgi.attempts import run_attempts
from failsoft_asgi.exchange import AsgiCall, Receive, Scope, Send
from failsoft_asgi.handlers import answers_itself
from failsoft_asgi.templates import mount_template, push_mount, template_of

__all__ = ["Place", "Routes", "marked_view"]

Handle = Callable[[Scope, Receive, Send], Awaitable[None]]
_WRAPPED = "_failsoft_wrapped"
_STARLETTE_NAMES_ROUTES = tuple(int(part) for part in re.findall(r"\d+", starlette.__version__)[:2]) >= (1, 7)
"""From 1.7 on Starlette itself leaves the route in the scope."""


class Place(NamedTuple):
    """A route, and where it is."""

    route: Any
    template: str
    """With those of its mounts and included routers."""
    app: Starlette
    """The application whose handlers are nearest."""
    named: bool
    """The framework leaves it in the scope."""


class Routes:
    """The routes of one application, mounted ones included.

    Parameters:
        app: the application.
        fs: the instance that protects it.
        adopt: told of each application that is mounted; says whether its routes are ours to protect.
    """

    def __init__(self, app: Starlette, fs: Failsoft, adopt: Callable[[Starlette], bool] = lambda _: True) -> None:
        self.app = app
        self.fs = fs
        self._adopt = adopt
        self._known = -1

    @property
    def stale(self) -> bool:
        """Routes were added since they were taken up."""
        return self._known != len(self.app.routes)

    def take_up(self) -> None:
        """Wrap each route to which a policy may apply, and each mount, which has to say its template."""
        self._known = len(self.app.routes)
        for place in self.walk():
            route = place.route
            if getattr(route, _WRAPPED, False):
                continue
            if isinstance(route, Mount):
                route.handle = _mounted(route, route.handle)  # type: ignore[method-assign,assignment]  # the instance's own
            elif self._may_be_protected(route):
                route.handle = self._protected(place, route.handle)
            elif not place.named:
                route.handle = _naming(route, route.handle)
            else:
                continue
            setattr(route, _WRAPPED, True)

    def walk(self) -> Iterator[Place]:
        """Each mount and each route that has an endpoint."""
        return self._walk(self.app, self.app.routes, "", frozenset())

    def _walk(
        self, app: Starlette, routes: Iterable[BaseRoute] | None, prefix: str, above: frozenset[int]
    ) -> Iterator[Place]:
        for route in routes or ():
            if id(route) in above:
                continue
            here = above | {id(route)}
            if hasattr(route, "effective_route_contexts"):
                yield from self._included(app, route, prefix, here)
            elif isinstance(route, (Mount, Host)):
                inner = prefix
                if isinstance(route, Mount):
                    inner += mount_template(route)
                    yield Place(route, inner, app, named=True)
                child = _application(route.app)
                if child is None:
                    yield from self._walk(app, route.routes, inner, here)
                elif self._adopt(child):
                    yield from self._walk(child, child.routes, inner, here)
            elif hasattr(route, "endpoint"):
                template = prefix + str(getattr(route, "path_format", ""))
                yield Place(route, template, app, named=_STARLETTE_NAMES_ROUTES)

    def _included(self, app: Starlette, router: Any, prefix: str, above: frozenset[int]) -> Iterator[Place]:
        """The routes of a router that is not copied when it is included (FastAPI 0.137 and later)."""
        for context in router.effective_route_contexts():
            if context.starlette_route is None:
                if hasattr(context.original_route, "endpoint"):
                    yield Place(context.original_route, prefix + context.path_format, app, named=True)
            else:
                # what is no route of FastAPI's own is copied after all
                for place in self._walk(app, [context.starlette_route], prefix, above):
                    yield place if place.route is not context.starlette_route else place._replace(named=False)

    def _may_be_protected(self, route: Any) -> bool:
        if not hasattr(route, "methods"):
            return False
        return bool(self.fs.settings.endpoints) or any(mark_of(view) is not None for view in _views(route.endpoint))

    def _protected(self, place: Place, handle: Handle) -> Handle:
        fs, route = self.fs, place.route
        expected = functools.partial(answers_itself, place.app)
        views: dict[str, tuple[Any, bool]] = {}

        def view_of(method: str) -> tuple[Any, bool]:
            found = views.get(method)
            if found is None:
                found = marked_view(route.endpoint, method), _is_async(_view(route.endpoint, method))
                if method in KNOWN_METHODS:
                    views[method] = found
            return found

        async def protected(scope: Scope, receive: Receive, send: Send) -> None:
            call = scope.get("failsoft")
            if not place.named:
                scope["route"] = route
            if scope["type"] != "http" or not isinstance(call, AsgiCall) or call.mode == "off":
                await handle(scope, receive, send)
                return
            method, template = call.method, template_of(scope)
            if template is None or (route.methods and method not in route.methods):
                await handle(scope, receive, send)
                return
            view, is_async = view_of(method)
            binding = fs.endpoints.bind(method, template, view)
            if binding.idle:
                await handle(scope, receive, send)
                return
            call.endpoint = binding.key
            call.mode = "off" if binding.exempt else fs.mode_for(binding, call.mode)
            if binding.pipeline is None or call.mode == "off":
                await handle(scope, receive, send)
                return
            await run_attempts(handle, call, binding, scope, receive, send, expected=expected, cooperative=not is_async)

        return protected


def _mounted(mount: Mount, handle: Handle) -> Handle:
    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        push_mount(scope, mount)
        await handle(scope, receive, send)

    return mounted


def _naming(route: Any, handle: Handle) -> Handle:
    async def naming(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = route
        await handle(scope, receive, send)

    return naming


def _application(app: Any) -> Starlette | None:
    """The Starlette application in an ASGI application, which may be wrapped in middleware."""
    for _ in range(16):
        if isinstance(app, Starlette):
            return app
        app = getattr(app, "app", None)
    return None


def _views(endpoint: Any) -> list[Any]:
    """An endpoint, and the methods of one that is a class."""
    if not inspect.isclass(endpoint):
        return [endpoint]
    verbs = ("get", "head", "post", "put", "patch", "delete", "options")
    return [endpoint, *(getattr(endpoint, verb) for verb in verbs if hasattr(endpoint, verb))]


def _view(endpoint: Any, method: str) -> Any:
    """What runs: the endpoint, or its method if it is a class (which answers HEAD by `get`)."""
    if not inspect.isclass(endpoint):
        return endpoint
    found = getattr(endpoint, method.lower(), None)
    return getattr(endpoint, "get", endpoint) if found is None and method == "HEAD" else found or endpoint


def marked_view(endpoint: Any, method: str) -> Any:
    """What carries the mark: the method of a class if it has one of its own, else the endpoint."""
    view = _view(endpoint, method)
    return view if mark_of(view) is not None else endpoint


def _is_async(view: Any) -> bool:
    while isinstance(view, functools.partial):
        view = view.func
    return inspect.iscoroutinefunction(view) or inspect.iscoroutinefunction(getattr(view, "__call__", None))  # noqa: B004
