"""Views: what runs at a route, and what carries its mark."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable
from typing import Any

from failsoft.marks import mark_of

__all__ = ["is_async", "marked_view", "methods_of", "view_of", "views_of"]

_VERBS = ("get", "head", "post", "put", "patch", "delete", "options")


def methods_of(route: Any) -> Iterable[str]:
    """The methods of a route; of a WebSocket it is GET."""
    methods = getattr(route, "methods", None)
    if not methods and inspect.isclass(route.endpoint):
        methods = {verb.upper() for verb in _VERBS if hasattr(route.endpoint, verb)}
    methods = methods or {"GET"}
    # HEAD comes with GET
    return methods - {"HEAD"} or methods


def views_of(endpoint: Any) -> list[Any]:
    """An endpoint, and the methods of one that is a class."""
    if not inspect.isclass(endpoint):
        return [endpoint]
    return [endpoint, *(getattr(endpoint, verb) for verb in _VERBS if hasattr(endpoint, verb))]


def view_of(endpoint: Any, method: str) -> Any:
    """What runs: the endpoint, or its method if it is a class (which answers HEAD by `get`)."""
    if not inspect.isclass(endpoint):
        return endpoint
    found = getattr(endpoint, method.lower(), None)
    return getattr(endpoint, "get", endpoint) if found is None and method == "HEAD" else found or endpoint


def marked_view(endpoint: Any, method: str) -> Any:
    """What carries the mark: the method of a class if it has one of its own, else the endpoint."""
    view = view_of(endpoint, method)
    return view if mark_of(view) is not None else endpoint


def is_async(view: Any) -> bool:
    """Whether calling it makes a coroutine."""
    while isinstance(view, functools.partial):
        view = view.func
    return inspect.iscoroutinefunction(view) or inspect.iscoroutinefunction(getattr(view, "__call__", None))  # noqa: B004
