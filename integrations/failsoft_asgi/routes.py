"""Routes: where they are, and the pipelines put around those that have one."""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sized
from typing import Any, NamedTuple

import starlette
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Host, Mount, WebSocketRoute

from failsoft import Failsoft, SettingsError
from failsoft.endpoints import KNOWN_METHODS
from failsoft.errors.exceptions import Fault
from failsoft.marks import mark_of
from failsoft_asgi.attempts import run_attempts
from failsoft_asgi.exchange import AsgiCall, Receive, Scope, Send
from failsoft_asgi.handlers import answers_itself
from failsoft_asgi.templates import mount_template, push_mount, template_of
from failsoft_asgi.views import is_async, marked_view, methods_of, view_of, views_of

__all__ = ["Place", "Routes"]

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
    within: tuple[Sized, ...] | None = None
    """The lists of routes of a group; None for a route."""


class Routes:
    """The routes of one application, mounted ones included.

    Parameters:
        app: the application.
        fs: the instance that protects it.
        adopt: told of each application that is mounted; says whether its routes are ours to protect.
        renew: called when routes were added further in, under a mount or in an included router.
    """

    def __init__(
        self,
        app: Starlette,
        fs: Failsoft,
        adopt: Callable[[Starlette], bool] = lambda _: True,
        renew: Callable[[], object] = lambda: None,
    ) -> None:
        self.app = app
        self.fs = fs
        self._adopt = adopt
        self._renew = renew
        self.known = -1
        """How many routes there were when they were taken up."""
        self.settings: Any = None
        """The settings by which they were taken up."""

    def take_up(self) -> None:
        """Wrap each route to which a policy may apply, and each group of routes, which may grow."""
        self.known, self.settings = len(self.app.router.routes), self.fs.settings
        for place in self.walk():
            route = place.route
            wrapped = getattr(route, _WRAPPED, None)
            # settings that have changed may ask for more than a name
            if wrapped is not None and not (wrapped == "named" and self._may_be_protected(route)):
                continue
            if place.within is not None:
                route.handle = self._group(route, place.within, route.handle)
            elif self._may_be_protected(route):
                wrap = self._watched if isinstance(route, WebSocketRoute) else self._protected
                route.handle = wrap(place, route.handle)
            elif not place.named:
                route.handle = _naming(route, route.handle)
                setattr(route, _WRAPPED, "named")
                continue
            else:
                continue
            setattr(route, _WRAPPED, "protected")

    def faults(self) -> list[Fault]:
        """The marks that name a policy which is not there, unless the settings name another one for the endpoint."""
        faults = {}
        for place in self.walk():
            for view in views_of(getattr(place.route, "endpoint", None)):
                marked = mark_of(view)
                name = marked.policy if marked else None
                if not isinstance(name, str) or name in self.fs.settings.policies:
                    continue
                for method in sorted(methods_of(place.route)):
                    try:
                        self.fs.endpoints.bind(method, place.template, marked_view(place.route.endpoint, method))
                    except SettingsError as error:
                        faults.update(dict.fromkeys(error.faults))
        return list(faults)

    def walk(self) -> Iterator[Place]:
        """Each group of routes (a mount, a host, an included router) and each route that has an endpoint."""
        return self._walk(self.app, self.app.routes, "", frozenset())

    def _walk(
        self, app: Starlette, routes: Iterable[BaseRoute] | None, prefix: str, above: frozenset[int]
    ) -> Iterator[Place]:
        for route in routes or ():
            if id(route) in above:
                continue
            here = above | {id(route)}
            if hasattr(route, "effective_route_contexts"):
                yield Place(route, prefix, app, named=True, within=tuple(_lists_of(route)))
                yield from self._included(app, route, prefix, here)
            elif isinstance(route, (Mount, Host)):
                inner = prefix + mount_template(route) if isinstance(route, Mount) else prefix
                yield Place(route, inner, app, named=True, within=(route.routes,))
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
        if not (hasattr(route, "methods") or isinstance(route, WebSocketRoute)):
            return False
        settings = self.fs.settings
        by_settings = bool(settings.endpoints) or settings.request.deadline_header is not None
        return by_settings or any(mark_of(view) is not None for view in views_of(route.endpoint))

    def _protected(self, place: Place, handle: Handle) -> Handle:
        fs, route = self.fs, place.route
        expected = functools.partial(answers_itself, place.app)
        view_for = _views_of(route.endpoint)

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
            view, is_async = view_for(method)
            binding = fs.endpoints.bind(method, template, view)
            if call.deadline is not None:
                binding = fs.endpoints.hurried(binding)
            if binding.idle:
                await handle(scope, receive, send)
                return
            call.endpoint = binding.key
            call.mode = "off" if binding.exempt else fs.mode_for(binding, call.mode)
            call.critical, call.audited = binding.critical, binding.audited
            if binding.pipeline is None or call.mode == "off":
                await handle(scope, receive, send)
                return
            await run_attempts(handle, call, binding, scope, receive, send, expected=expected, cooperative=not is_async)

        return protected

    def _watched(self, place: Place, handle: Handle) -> Handle:
        """A WebSocket route: no policy applies, but it may be left out or have a mode of its own."""
        fs, route = self.fs, place.route
        view = marked_view(route.endpoint, "GET")

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            call = scope.get("failsoft")
            if not place.named:
                scope["route"] = route
            template = template_of(scope)
            if template is not None and isinstance(call, AsgiCall) and call.mode != "off":
                binding = fs.endpoints.bind("GET", template, view)
                call.endpoint = binding.key
                call.mode = "off" if binding.exempt else fs.mode_for(binding, call.mode)
                call.critical, call.audited = binding.critical, binding.audited
            await handle(scope, receive, send)

        return watched

    def _group(self, group: Any, lists: tuple[Sized, ...], handle: Handle) -> Handle:
        known = sum(map(len, lists))
        mount = group if isinstance(group, Mount) else None

        # no coroutine of its own: it only looks on
        def grouped(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            nonlocal known
            number = 0
            for routes in lists:
                number += len(routes)
            if number != known:
                known = number
                self._renew()
            if mount is not None:
                push_mount(scope, mount)
            return handle(scope, receive, send)

        return grouped


def _lists_of(router: Any) -> Iterator[Sized]:
    """The lists of routes of an included router and of those included in it."""
    routes = getattr(getattr(router, "original_router", None), "routes", ())
    yield routes
    for route in routes:
        if hasattr(route, "effective_route_contexts"):
            yield from _lists_of(route)


def _views_of(endpoint: Any) -> Callable[[str], tuple[Any, bool]]:
    """Tells what carries the mark for a method, and whether what runs is asynchronous."""
    known: dict[str, tuple[Any, bool]] = {}

    def view_for(method: str) -> tuple[Any, bool]:
        found = known.get(method)
        if found is None:
            found = marked_view(endpoint, method), is_async(view_of(endpoint, method))
            if method in KNOWN_METHODS:
                known[method] = found
        return found

    return view_for


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
