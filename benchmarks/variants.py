"""One variant: `python -m benchmarks.variants FRAMEWORK VARIANT` prints its figures as JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from benchmarks import peers
from benchmarks.harness import deep, measure_asgi, measure_wsgi, quiet

__all__ = ["VARIANTS"]

VARIANTS = {
    "asgi": ("bare", "no-op", "failsoft", "failsoft+audit", "otel"),
    "starlette": ("bare", "no-op", "failsoft", "failsoft+audit", "failsoft+policy", "otel", "sentry"),
    "fastapi": ("bare", "no-op", "failsoft", "failsoft+audit", "failsoft+policy", "otel", "sentry", "fastapi-problem"),
    "django-wsgi": ("bare", "no-op", "failsoft", "failsoft+audit", "failsoft+policy", "otel", "sentry"),
    "django-asgi": ("bare", "no-op", "failsoft", "failsoft+audit", "failsoft+policy", "otel", "sentry"),
    "flask": ("bare", "no-op", "failsoft", "failsoft+audit", "failsoft+policy", "otel", "sentry"),
}
PATHS = {"success": "/ok/1", "unexpected error": "/boom/1", "handled 404": "/missing/1"}
POLICY = {
    "policies": {"full": {"deadline": "5s", "retry": {"max_attempts": 3}, "circuit_breaker": {}, "timeout": "2s"}},
    "endpoints": [{"match": "GET /ok/{id}", "policy": "full"}],
}


def settings(variant: str) -> dict[str, Any]:
    """The settings of a variant with Failsoft in it."""
    if variant == "failsoft+audit":
        folder = tempfile.mkdtemp(prefix="failsoft-bench-")
        return {"audit": {"url": f"sqlite:///{folder}/audit.db", "encryption": "off"}}
    return POLICY if variant == "failsoft+policy" else {}


class NoOp:
    """Pure ASGI middleware that does nothing: what no layer can undercut."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


def asgi(variant: str) -> None:
    body = json.dumps({"id": 1}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]

    async def bare(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].startswith("/boom"):
            deep(5)
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    app: Any = bare
    after: Callable[[], None] | None = None
    if variant == "no-op":
        app = NoOp(app)
    elif variant.startswith("failsoft"):
        from failsoft_asgi import FailsoftMiddleware

        app = FailsoftMiddleware(app, settings(variant))
    elif variant == "otel":
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

        after = peers.opentelemetry()
        app = OpenTelemetryMiddleware(app)
    measure_asgi(app, {name: path for name, path in PATHS.items() if "404" not in name}, after)


def starlette(variant: str) -> None:
    if variant == "sentry":
        peers.sentry()
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def ok(request: Any) -> Any:
        return JSONResponse({"id": request.path_params["id"]})

    async def boom(request: Any) -> Any:
        deep(5)

    async def missing(request: Any) -> Any:
        raise HTTPException(404, "no such thing")

    app = Starlette(routes=[Route("/ok/{id}", ok), Route("/boom/{id}", boom), Route("/missing/{id}", missing)])
    after = _dress(app, variant)
    measure_asgi(app, PATHS, after)


def fastapi(variant: str) -> None:
    if variant == "sentry":
        peers.sentry()
    from fastapi import FastAPI, HTTPException

    app = FastAPI()

    @app.get("/ok/{id}")
    async def ok(id: int) -> Any:
        return {"id": id}

    @app.get("/boom/{id}")
    async def boom(id: int) -> Any:
        deep(5)

    @app.get("/missing/{id}")
    async def missing(id: int) -> Any:
        raise HTTPException(404, "no such thing")

    if variant == "otel":
        after: Callable[[], None] | None = peers.opentelemetry()
        from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor

        FastAPIInstrumentor.instrument_app(app)
    elif variant == "fastapi-problem":
        from fastapi_problem.handler import add_exception_handler, new_exception_handler

        add_exception_handler(app, new_exception_handler())
        after = None
    else:
        after = _dress(app, variant)
    measure_asgi(app, PATHS, after)


def _dress(app: Any, variant: str) -> Callable[[], None] | None:
    if variant == "no-op":
        app.add_middleware(NoOp)
    elif variant.startswith("failsoft"):
        from failsoft_asgi import install

        install(app, settings(variant))
    elif variant == "otel":
        from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

        after = peers.opentelemetry()
        app.add_middleware(OpenTelemetryMiddleware)
        return after
    return None


def django(variant: str, *, asynchronous: bool) -> None:
    after: Callable[[], None] | None = None
    if variant == "sentry":
        peers.sentry()
    if variant == "otel":
        after = peers.opentelemetry()
    from django.conf import settings as django_settings

    middleware, applications = [], []
    if variant == "no-op":
        middleware = ["benchmarks.django_urls.NoOp"]
    elif variant.startswith("failsoft"):
        middleware, applications = ["failsoft_django.FailsoftMiddleware"], ["failsoft_django"]
    django_settings.configure(
        DEBUG=False,
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="benchmarks.django_urls",
        MIDDLEWARE=middleware,
        INSTALLED_APPS=applications,
        DATABASES={},
        LOGGING_CONFIG=None,
        USE_I18N=False,
        FAILSOFT=settings(variant),
    )
    import django as framework

    framework.setup()
    if variant == "otel":
        from opentelemetry.instrumentation.django import DjangoInstrumentor

        DjangoInstrumentor().instrument()
    if asynchronous:
        from django.core.handlers.asgi import ASGIHandler

        paths = {**PATHS, "success, async view": "/aok/1", "unexpected error, async view": "/aboom/1"}
        measure_asgi(ASGIHandler(), paths, after)
    else:
        from django.core.handlers.wsgi import WSGIHandler

        measure_wsgi(WSGIHandler(), PATHS, after)


def flask(variant: str) -> None:
    if variant == "sentry":
        peers.sentry()
    from flask import Flask, abort

    app = Flask("bench")
    app.logger.propagate = False

    @app.get("/ok/<id>")
    def ok(id: str) -> Any:
        return {"id": id}

    @app.get("/boom/<id>")
    def boom(id: str) -> Any:
        deep(5)

    @app.get("/missing/<id>")
    def missing(id: str) -> Any:
        abort(404)

    after: Callable[[], None] | None = None
    if variant == "no-op":
        inner = app.wsgi_app
        app.wsgi_app = lambda environ, start: inner(environ, start)
    elif variant.startswith("failsoft"):
        from failsoft_flask import FlaskFailsoft

        FlaskFailsoft(app, settings(variant))
    elif variant == "otel":
        after = peers.opentelemetry()
        from opentelemetry.instrumentation.flask import FlaskInstrumentor

        FlaskInstrumentor().instrument_app(app)
    measure_wsgi(app, PATHS, after)


def main() -> None:
    framework, variant = sys.argv[1:3]
    quiet()
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http")
    match framework:
        case "asgi":
            asgi(variant)
        case "starlette":
            starlette(variant)
        case "fastapi":
            fastapi(variant)
        case "django-wsgi":
            django(variant, asynchronous=False)
        case "django-asgi":
            django(variant, asynchronous=True)
        case "flask":
            flask(variant)


if __name__ == "__main__":
    main()
