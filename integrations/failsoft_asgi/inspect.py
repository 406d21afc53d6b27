"""What `failsoft check --app` reports of a Starlette or FastAPI application."""

from __future__ import annotations

from failsoft.endpoints import unused_marks
from failsoft.inspection import AppReport, EndpointReport
from failsoft_asgi.installation import installation_of

__all__ = ["report"]


def report(app: object) -> AppReport | None:
    """The report, or None if `install` was never called on the application."""
    installation = installation_of(app)
    if installation is None:
        return None
    routes = installation.routes
    routes.take_up()
    endpoints = []
    for route, prefix, own in routes.walk():
        for method in sorted(getattr(route, "methods", None) or ()):
            binding = installation.fs.endpoints.bind(method, prefix + own, getattr(route, "endpoint", None))
            view = getattr(route, "endpoint", None)
            endpoints.append(
                EndpointReport(
                    key=binding.key,
                    policy=binding.policy or ("inline" if binding.pipeline is not None else ""),
                    mode="off" if binding.exempt else binding.mode or installation.fs.settings.rollout.mode,
                    view=f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', view)}",
                )
            )
    shadowing = [getattr(key, "__name__", str(key)) for key in installation.user_handlers()]
    return AppReport(
        framework="fastapi" if hasattr(app, "openapi") else "starlette",
        endpoints=tuple(endpoints),
        shadowed_handlers=tuple(sorted(shadowing)),
        unmatched_endpoints=tuple(installation.fs.endpoints.unmatched_rules()),
        unused_marks=tuple(unused_marks()),
    )
