"""Flask, Quart and Werkzeug: requests that do not fit, set-ups that are not whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import flask_limiter
import flask_wtf.csrf
import quart
import werkzeug
import werkzeug.exceptions
import werkzeug.test
import werkzeug.utils
from werkzeug.datastructures import Headers

import flask
from evaluations.classifier.raisers._fresh_b import (
    ABSENT,
    OWN_STORE_AWAY,
    just,
    put,
)
from evaluations.classifier.raisers.scaffold_http import (
    OUR_BUG,
    OUR_SETTINGS,
    TOO_LARGE,
    Means,
    free_port,
)


def _at(category: str, status: int, severity: str = "low", transient: bool = False) -> Means:
    return Means(category, transient, status, severity)


# --- Flask and its extensions -----------------------------------------------------------------------------------------
def _flask(view: Callable[[], Any], *, prepare: Callable[[flask.Flask], Any] = lambda app: None, **request: Any) -> Any:
    app = flask.Flask("shop")
    app.config.update(TESTING=True, SECRET_KEY="no-secret", PROPAGATE_EXCEPTIONS=True)
    prepare(app)
    with app.test_request_context("/", **request):
        return view()


def _blueprint_twice() -> Any:
    app = flask.Flask("twice")
    for _ in range(2):
        app.register_blueprint(flask.Blueprint("orders", "shop"))


def _url_without_server_name() -> Any:
    with flask.Flask("shop").app_context():
        return flask.url_for("static", filename="a.css")


def _limited_by_a_store_that_is_away() -> Any:
    app = flask.Flask("limited")
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=True)
    store = f"redis://127.0.0.1:{free_port()}"
    limiter = flask_limiter.Limiter(lambda: "client", app=app, storage_uri=store)
    app.add_url_rule("/x", "x", limiter.limit("1/hour")(lambda: "x"))
    return app.test_client().get("/x")


def _without_csrf() -> Any:
    app = flask.Flask("forms")
    app.config.update(SECRET_KEY="no-secret", TESTING=True)
    flask_wtf.csrf.CSRFProtect(app)
    app.add_url_rule("/pay", "pay", lambda: "paid", methods=["POST"])
    seen: list[BaseException] = []
    app.register_error_handler(400, lambda error: seen.append(error) or ("", 400))
    app.test_client().post("/pay", data={"amount": "3"})
    raise seen[0]


put(
    "flask", "settings_file_missing", OUR_SETTINGS, lambda: flask.Flask("a").config.from_pyfile("/nonexistent/shop.cfg")
)
put(
    "flask",
    "settings_variable_missing",
    OUR_SETTINGS,
    lambda: flask.Flask("a").config.from_envvar("SHOP_SETTINGS_FILE"),
)
put("flask", "blueprint_twice", OUR_BUG, _blueprint_twice, note="a ValueError; configuration is defensible")
put("flask", "url_without_server_name", OUR_SETTINGS, _url_without_server_name, note="a RuntimeError about SERVER_NAME")
put("flask", "abort_with_unknown_code", OUR_BUG, lambda: _flask(lambda: flask.abort(299)))
put("flask", "set_as_json", OUR_BUG, lambda: _flask(lambda: flask.jsonify({"tags": {1, 2}})))
put("flask", "download_is_gone", ABSENT, lambda: _flask(lambda: flask.send_from_directory("/nonexistent", "a.pdf")))
put("flask", "download_above_the_folder", ABSENT, lambda: _flask(lambda: flask.send_from_directory("/srv", "../a.pdf")))
put("flask", "user_not_loaded_into_g", OUR_BUG, lambda: _flask(lambda: flask.g.user))
put(
    "flask",
    "abort_504_of_inventory",
    _at("external_service", 504, "medium", True),
    lambda: _flask(lambda: flask.abort(504, "inventory did not answer")),
    note="our own answer about a silent peer; network is defensible",
)
put("flask", "abort_402", _at("business_logic", 402), lambda: _flask(lambda: flask.abort(werkzeug.Response("", 402))))
put("Flask-Limiter", "store_is_away", OWN_STORE_AWAY, _limited_by_a_store_that_is_away)


# --- Werkzeug, Quart --------------------------------------------------------------------------------------------------
def _multipart(**limits: int) -> Callable[[], Any]:
    def run() -> Any:
        body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"1" * 4_000 + b"\r\n--x--\r\n"
        made = werkzeug.test.EnvironBuilder(
            method="POST", input_stream=io.BytesIO(body), content_type="multipart/form-data; boundary=x"
        )
        made.content_length = len(body)
        request = werkzeug.Request(made.get_environ())
        for name, value in limits.items():
            setattr(request, name, value)
        return request.form["a"]

    return run


async def _quart_slow_body() -> Any:
    request = quart.Request(
        "POST",
        "http",
        "/",
        b"",
        Headers({"Content-Length": "9"}),
        "",
        "1.1",
        {},
        body_timeout=1,
        send_push_promise=None,
    )
    request.body_timeout = 0.05
    return await request.get_data()


async def _quart_template() -> Any:
    app = quart.Quart("shop")
    async with app.app_context():
        return await quart.render_template("bill.html")


put("werkzeug", "field_too_large_for_memory", TOO_LARGE, _multipart(max_form_memory_size=100))
put("werkzeug", "gone", _at("validation", 410, "info"), just(werkzeug.exceptions.Gone("the offer ended")))
put(
    "werkzeug",
    "locked",
    Means("concurrency", True, 423, "low"),
    just(werkzeug.exceptions.Locked()),
    note="somebody else edits it; the status is carried",
)
put(
    "werkzeug",
    "not_implemented",
    _at("system", 501, "high"),
    just(werkzeug.exceptions.NotImplemented()),
    note="no category of its own: what we have not written",
)
put(
    "werkzeug",
    "header_fields_too_large",
    _at("validation", 431),
    just(werkzeug.exceptions.RequestHeaderFieldsTooLarge()),
)
put("werkzeug", "length_required", _at("validation", 411), just(werkzeug.exceptions.LengthRequired()))
put(
    "quart",
    "body_too_slow",
    Means("network", True, 408, "low"),
    _quart_slow_body,
    note="the client is too slow; carries 408",
)
put("quart", "template_missing", OUR_SETTINGS, _quart_template)
