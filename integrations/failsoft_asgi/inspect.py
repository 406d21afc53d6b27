"""What `failsoft check --app` reports of a Starlette or FastAPI application."""

from __future__ import annotations

from failsoft.inspection import STORE_AWAY, AppReport, EndpointReport
from failsoft.marks import unused_marks
from failsoft_asgi.handlers import own_handlers
from failsoft_asgi.installation import installation_of
from failsoft_asgi.views import marked_view

__all__ = ["report"]


def report(app: object) -> AppReport | None:
    """The report, or None if `install` was never called on the application."""
    installation = installation_of(app)
    if installation is None:
        return None
    fs, routes = installation.fs, installation.routes
    routes.take_up()
    endpoints = []
    for route, template, *_ in routes.walk():
        for method in sorted(getattr(route, "methods", None) or ()):
            view = marked_view(route.endpoint, method)
            binding = fs.endpoints.bind(method, template, view)
            endpoints.append(
                EndpointReport(
                    key=binding.key,
                    policy=binding.policy or ("inline" if binding.pipeline is not None else ""),
                    mode="off" if binding.exempt else binding.mode or fs.settings.rollout.mode,
                    view=f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', view)}",
                )
            )
    shadowing = [getattr(key, "__name__", str(key)) for key in own_handlers(installation.app)]
    return AppReport(
        framework="fastapi" if hasattr(app, "openapi") else "starlette",
        endpoints=tuple(endpoints),
        shadowed_handlers=tuple(sorted(shadowing)),
        unmatched_endpoints=tuple(fs.endpoints.unmatched_rules()),
        notes=(STORE_AWAY,) if fs.audit.away else (),
        unused_marks=tuple(unused_marks()),
    )
