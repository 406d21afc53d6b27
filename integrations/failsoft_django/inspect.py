"""What `failsoft check --app` reports of a Django project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler
from django.urls import get_resolver

from failsoft import Failsoft
from failsoft.endpoints import normalize
from failsoft.inspection import STORE_AWAY, AppReport, EndpointReport
from failsoft.marks import unused_marks
from failsoft_django import handlers
from failsoft_django.asgi import MISSING, LifespanHandler
from failsoft_django.checks import MIDDLEWARE
from failsoft_django.classes import methods_of, subject_of
from failsoft_django.instance import get_failsoft
from failsoft_django.patterns import Patterns, Route, routes

__all__ = ["report"]


def report(app: object = None) -> AppReport | None:
    """The report on the configured project; None if `app` is something else, or FailsoftMiddleware is not in it.

    Parameters:
        app: what `get_wsgi_application` or `get_asgi_application` returned, `django.conf.settings`, or None.

    Raises:
        SettingsError: `settings.FAILSOFT` is wrong, or a view names a policy that is not there.
    """
    if not settings.configured or not (app is None or app is settings or isinstance(app, BaseHandler)):
        return None
    fs = get_failsoft()
    if fs.disabled or not any(path in MIDDLEWARE for path in settings.MIDDLEWARE):
        return None
    Patterns(fs).take_up()
    endpoints = []
    for route in routes():
        view = getattr(route.pattern.callback, "_failsoft_view", route.pattern.callback)
        for method in _methods(route, view, fs.settings.endpoints):
            binding = fs.endpoints.bind(method, route.template, subject_of(view, method))
            endpoints.append(
                EndpointReport(
                    key=binding.key,
                    policy=binding.policy or ("inline" if binding.pipeline is not None else ""),
                    mode="off" if binding.exempt else binding.mode or fs.settings.rollout.mode,
                    view=_path(view),
                )
            )
    return AppReport(
        framework="django",
        endpoints=tuple(endpoints),
        shadowed_handlers=tuple(_shadowing()),
        unmatched_endpoints=tuple(fs.endpoints.unmatched_rules()),
        notes=tuple(_notes(app, fs)),
        unused_marks=tuple(unused_marks()),
    )


def _methods(route: Route, view: Any, rules: Any) -> list[str]:
    """A function does not say which methods it answers: those that the settings name for it, and GET."""
    methods = set(methods_of(view)) - {"HEAD", "OPTIONS"}
    if not methods:
        methods = {"GET"}
        for rule in rules:
            method, _, template = (rule.match or "").partition(" ")
            if template and method != "*" and normalize(template.strip()) == normalize(route.template):
                methods.add(method)
    return sorted(methods)


def _notes(app: object, fs: Failsoft) -> Iterator[str]:
    if fs.audit.away:
        yield STORE_AWAY
    if isinstance(app, ASGIHandler) and not isinstance(app, LifespanHandler) and fs.audit.writer is not None:
        yield MISSING


def _path(view: Any) -> str:
    view = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    return f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', type(view).__qualname__)}"


def _shadowing() -> list[str]:
    resolver = get_resolver()
    ours = {
        400: handlers.bad_request,
        403: handlers.permission_denied,
        404: handlers.page_not_found,
        500: handlers.server_error,
    }
    found = []
    for status, handler in ours.items():
        used = resolver.resolve_error_handler(status)
        if used is not handler:
            found.append(f"handler{status}: {_path(used)}")
    if f"{handlers.__name__}.{handlers.csrf_failure.__name__}" != settings.CSRF_FAILURE_VIEW:
        found.append(f"CSRF_FAILURE_VIEW: {settings.CSRF_FAILURE_VIEW}")
    return found
