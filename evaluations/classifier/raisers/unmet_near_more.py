"""Pages of Dash, sockets of Socket.IO, and what Django's sites take their settings and states by."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

import django

if not settings.configured:
    settings.configure()
    django.setup()

import dash
import dash.exceptions
import dj_database_url
import environ
import socketio
from configurations import values
from dash import html
from viewflow import fsm

from evaluations.classifier.raisers.scaffold_http import (
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
)


# --- settings ---------------------------------------------------------------------------------------------------------
def _environment(method: str, name: str, **values_: str) -> Any:
    def run() -> None:
        env = environ.Env()
        env.ENVIRON = values_
        getattr(env, method)(name)

    return run


add("django-environ", "missing", OUR_SETTINGS, _environment("str", "MAIL_KEY"))
add("django-environ", "no_number", OUR_SETTINGS, _environment("int", "WORKERS", WORKERS="many"))
add("django-environ", "cache_unknown", OUR_SETTINGS, _environment("cache", "CACHE_URL", CACHE_URL="pigeon://x"))
add("dj-database-url", "scheme_unknown", OUR_SETTINGS, lambda: dj_database_url.parse("postgrez://db/shop"))
add("dj-database-url", "port_malformed", OUR_SETTINGS, lambda: dj_database_url.parse("postgres://db:port/shop"))


def _not_a_boolean() -> Any:
    os.environ["DJANGO_SHOP_OPEN"] = "perhaps"
    return values.BooleanValue(False, environ_name="SHOP_OPEN").setup("SHOP_OPEN")


add("django-configurations", "not_a_boolean", OUR_SETTINGS, lambda: _not_a_boolean())
add(
    "django-configurations",
    "required",
    OUR_SETTINGS,
    lambda: values.Value(environ_required=True, environ_name="NO_SUCH_NAME").setup("NO_SUCH_NAME"),
)


# --- states -----------------------------------------------------------------------------------------------------------
class _Order:
    state = fsm.State(["new", "paid", "sent"], default="new")

    @state.transition(source="new", target="paid")
    def pay(self) -> None:
        """Pay."""

    @state.transition(source="paid", target="sent")
    def send(self) -> None:
        """Send."""


add("django-viewflow", "not_allowed", Means("business_logic", False, (409, 422), "low"), lambda: _Order().send())


# --- Dash -------------------------------------------------------------------------------------------------------------
def _dash_callback(*arguments: Any) -> Any:
    def run() -> Any:
        app = dash.Dash("shop")
        app.layout = html.Div(id="a")
        app.callback(*arguments)(lambda value: value)

    return run


add("dash", "id_malformed", OUR_BUG, _dash_callback(dash.Output("a.b", "children"), dash.Input("c", "value")))
add("dash", "outside_a_callback", OUR_BUG, lambda: dash.callback_context.triggered)


# --- Socket.IO --------------------------------------------------------------------------------------------------------
def _socket(url: str) -> Any:
    return socketio.Client(reconnection=False, request_timeout=0.4).connect(url, transports=["polling"])


add("python-socketio", "refused", LINK, lambda: _socket(f"http://127.0.0.1:{free_port()}"))
add_answers(
    "python-socketio",
    _socket,
    {
        "unavailable": (Means("external_service", True, (502, 503), "medium"), Answer(503, {"message": "later"})),
        "nonsense": (Means("external_service", False, (502, 503), "medium"), Answer(200, "hello", type="text/plain")),
    },
)
add(
    "python-socketio",
    "not_connected",
    OUR_BUG,
    lambda: socketio.Client().emit("order", {}),
    note="network is defensible: the link may have gone",
)
