"""Route templates: which endpoint a request is for, in words that do not grow with the paths that clients ask for."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

__all__ = ["mount_template", "push_mount", "template_of"]

_PREFIX = "failsoft.prefix"


def template_of(scope: MutableMapping[str, Any]) -> str | None:
    """The template of the route that took a request, with those of its mounts; None if no route did.

    `root_path` will not do for the mounts: it holds `/tenants/acme` where the template is `/tenants/{tenant}`.
    """
    try:
        route = scope.get("route")
        # a mount is no endpoint: within it no route was found
        template = _effective(scope, route) if hasattr(route, "endpoint") else None
    except Exception:  # noqa: BLE001 - what other frameworks leave there is theirs; no key is no error
        return None
    return str(scope.get(_PREFIX, "")) + template if isinstance(template, str) else None


def mount_template(mount: Any) -> str:
    """The template of a mount without the placeholder of the rest, in which its own format ends."""
    return str(mount.path_format).removesuffix("/{path}")


def push_mount(scope: MutableMapping[str, Any], mount: Any) -> None:
    """Remember that a request went through a mount."""
    scope[_PREFIX] = str(scope.get(_PREFIX, "")) + mount_template(mount)


def _effective(scope: MutableMapping[str, Any], route: Any) -> Any:
    """The format of a route; that of an included router's is in the scope only (FastAPI 0.137 and later)."""
    fastapi = scope.get("fastapi")
    context = fastapi.get("effective_route_context") if isinstance(fastapi, dict) else None
    # the context of a mount further out stays in the scope
    if context is not None and getattr(context, "original_route", None) is route:
        return context.path_format
    return getattr(route, "path_format", None)
