"""URL patterns: their templates, and the views put behind their policies."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterator
from threading import Lock
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLResolver, get_resolver
from django.utils.module_loading import import_string

from failsoft import Failsoft
from failsoft.endpoints import normalize
from failsoft.marks import mark_of, unused_marks
from failsoft.settings import Settings
from failsoft_django.call import DjangoCall
from failsoft_django.classes import is_marked, methods_of, subject_of
from failsoft_django.views import ProtectedView

__all__ = ["Patterns", "Route", "follow_urlconf", "routes", "unknown_policies"]

_MOST_URLCONFS = 1024
_log = logging.getLogger("failsoft")


class Route(NamedTuple):
    """One pattern of a URLconf."""

    pattern: Any
    template: str
    """As `resolver_match.route` will say it, if `certain`."""
    certain: bool
    """False if the template depends on the language of the request."""


def routes(urlconf: Any = None) -> Iterator[Route]:
    """Every pattern that leads to a view, included ones too."""
    yield from _walk(get_resolver(urlconf).url_patterns, "", True)


def unknown_policies(known: Container[str]) -> Iterator[tuple[str, str]]:
    """Templates of routes whose views are marked with a policy that is not there, and its name.

    Parameters:
        known: names of policies.
    """
    for route in routes():
        view = route.pattern.callback
        for subject in {id(one): one for one in (view, *(subject_of(view, m) for m in methods_of(view)))}.values():
            mark = mark_of(subject)
            if mark is not None and isinstance(mark.policy, str) and mark.policy not in known:
                yield route.template, mark.policy


def _walk(patterns: Any, prefix: str, certain: bool) -> Iterator[Route]:
    for entry in patterns:
        known = certain and _is_fixed(entry.pattern)
        template = _joined(prefix, str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, template, known)
        elif hasattr(entry, "callback"):
            yield Route(entry, template, known)


def _joined(prefix: str, template: str) -> str:
    """As `URLResolver` joins them: only the first of several expressions keeps its `^`."""
    return prefix + template.removeprefix("^") if prefix else template


def _is_fixed(pattern: Any) -> bool:
    """A translated pattern, or the prefix of a language, is another text in each language."""
    return any(isinstance(getattr(pattern, name, None), str) for name in ("_route", "_regex"))


class Patterns:
    """Puts the views of URLconfs behind their policies, each URLconf before its first request.

    Parameters:
        fs: the instance that protects them.
    """

    def __init__(self, fs: Failsoft) -> None:
        self._fs = fs
        self._lock = Lock()
        self._taken: frozenset[Any] = frozenset()
        self._settings: Settings | None = None
        self._everywhere = False
        self._templates: set[str] = set()
        self._renders: bool | None = None

    def take_up(self, urlconf: Any = None) -> None:
        """Wrap each view of a URLconf to which a policy may apply. Cheap when it is done already; never raises."""
        key = settings.ROOT_URLCONF if urlconf is None else urlconf
        try:
            wanted = self._fs.settings
            if key in self._taken and self._settings is wanted:
                return
            with self._lock:
                if self._settings is not wanted:
                    self._learn(wanted)
                for route in routes(urlconf):
                    self._take_up(route)
                # a URLconf may be made anew for each request; to take one up twice does no harm
                self._taken = self._taken | {key} if len(self._taken) < _MOST_URLCONFS else frozenset({key})
            if urlconf is None:
                _warn_of_unused_marks()
                for template, policy in unknown_policies(self._fs.settings.policies):
                    _log.error("the view of %r is protected by the policy %r, which is not there", template, policy)
        except Exception as error:  # noqa: BLE001 - Django reports a URLconf that cannot be read, when it reads it
            _log.debug("the URLconf %r could not be read: %s", key, type(error).__name__)

    def _learn(self, wanted: Settings) -> None:
        """Go by these settings, and take up anew what was taken up by others."""
        self._everywhere = wanted.request.deadline_header is not None or any(
            rule.view is not None for rule in wanted.endpoints
        )
        self._templates = {normalize(rule.match.partition(" ")[2].strip()) for rule in wanted.endpoints if rule.match}
        self._taken = frozenset()
        self._settings = wanted

    def _take_up(self, route: Route) -> None:
        view = route.pattern.callback
        if not isinstance(view, ProtectedView) and self._concerns(route, view):
            route.pattern.callback = ProtectedView(view, renders=self.renders)

    def _concerns(self, route: Route, view: Any) -> bool:
        if is_marked(view) or self._everywhere:
            return True
        return bool(self._templates) and (not route.certain or normalize(route.template) in self._templates)

    @property
    def renders(self) -> bool:
        """Whether a `TemplateResponse` may be rendered within the attempt: no middleware wants to see it before."""
        if self._renders is None:
            found = (import_string(path) for path in settings.MIDDLEWARE)
            self._renders = not any(hasattr(middleware, "process_template_response") for middleware in found)
        return self._renders


def _warn_of_unused_marks() -> None:
    for name in unused_marks():
        _log.warning("%s is marked with protect(), but no route of the project leads to it", name)


class _Urlconf:
    """`HttpRequest.urlconf`, by which a middleware sends one request through another URLconf.

    It is an attribute that does not exist until somebody sets it. Setting it is the last moment at which views can be
    put behind their policies, for Django resolves the path next.
    """

    def __get__(self, request: Any, owner: Any = None) -> Any:
        if request is None:
            return self
        if "urlconf" in request.__dict__:
            return request.__dict__["urlconf"]
        raise AttributeError("urlconf")

    def __set__(self, request: Any, urlconf: Any) -> None:
        request.__dict__["urlconf"] = urlconf
        call = request.__dict__.get("_failsoft")
        if urlconf is not None and isinstance(call, DjangoCall):
            call.patterns.take_up(urlconf)

    def __delete__(self, request: Any) -> None:
        if request.__dict__.pop("urlconf", self) is self:
            raise AttributeError("urlconf")


def follow_urlconf() -> None:
    """Learn of URLconfs that are chosen for one request. Idempotent."""
    if not isinstance(vars(HttpRequest).get("urlconf"), _Urlconf):
        HttpRequest.urlconf = _Urlconf()
