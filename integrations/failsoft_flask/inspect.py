"""What `failsoft check --app` reports of a Flask application."""

from __future__ import annotations

from failsoft.inspection import STORE_AWAY, AppReport, EndpointReport
from failsoft.marks import unused_marks
from failsoft_flask.views import view_inside
from flask import Flask

__all__ = ["report"]


def report(app: object) -> AppReport | None:
    """The report, or None if the extension was never initialised on the application."""
    if not isinstance(app, Flask) or "failsoft" not in app.extensions:
        return None
    installation = app.extensions["failsoft"]
    installation.views.take_up()
    fs = installation.fs
    endpoints = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            binding = fs.endpoints.bind(method, rule.rule, view_inside(view))
            endpoints.append(
                EndpointReport(
                    key=binding.key,
                    policy=binding.policy or ("inline" if binding.pipeline is not None else ""),
                    mode="off" if binding.exempt else binding.mode or fs.settings.rollout.mode,
                    view=f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', view)}",
                )
            )
    shadowing = {
        f"{name or 'app'}: {getattr(cls, '__name__', cls)}"
        for name, by_code in app.error_handler_spec.items()
        for handlers in by_code.values()
        for cls, handler in handlers.items()
        if handler != installation.answer
    }
    return AppReport(
        framework="flask",
        endpoints=tuple(endpoints),
        shadowed_handlers=tuple(sorted(shadowing)),
        unmatched_endpoints=tuple(fs.endpoints.unmatched_rules()),
        notes=(STORE_AWAY,) if fs.audit.away else (),
        unused_marks=tuple(unused_marks()),
    )
