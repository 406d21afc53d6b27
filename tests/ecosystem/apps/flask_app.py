"""The ecosystem application in Flask."""

from __future__ import annotations

from typing import Any

from flask_cors import CORS
from opentelemetry.instrumentation.flask import FlaskInstrumentor

import failsoft
from ecosystem import deeds
from failsoft_flask import FlaskFailsoft
from flask import Flask, abort, session


async def ok() -> Any:
    return {"visits": deeds.counted(session)}


async def unexpected() -> Any:
    deeds.unexpected()


def unexpected_sync() -> Any:
    deeds.unexpected()


def refused() -> Any:
    deeds.counted(session)
    abort(403)


def denied() -> Any:
    raise failsoft.AuthorizationError("not for you")


def busy() -> Any:
    abort(503)


async def exhausted() -> Any:
    deeds.exhausted()


def exhausted_sync() -> Any:
    deeds.exhausted()


def recovers() -> Any:
    return deeds.recovers()


def make(settings: dict[str, Any] | None, traced: str = "") -> Any:
    """The application: bare if there are no settings; traced by the instrumentation of this name."""
    app = Flask(__name__)
    app.secret_key = "for tests"
    CORS(app, origins=[deeds.ORIGIN], supports_credentials=True)
    for view in (ok, unexpected, unexpected_sync, refused, denied, busy, exhausted, exhausted_sync, recovers):
        app.add_url_rule(f"/{view.__name__.replace('_', '-')}", view_func=view)
    if traced == "contrib, before":
        FlaskInstrumentor().instrument_app(app)
    if settings is not None:
        FlaskFailsoft(app, settings)
    if traced == "contrib, after":
        FlaskInstrumentor().instrument_app(app)
    return app
