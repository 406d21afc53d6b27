"""Set g: what web frameworks raise themselves: their HTTP exceptions, and misuse."""

from __future__ import annotations

import io
from typing import Any

import bottle
import falcon
import falcon.testing
import fastapi
import fastapi.exceptions
import fastapi.testclient
import graphql
import litestar.exceptions
import rest_framework.exceptions
import sanic.exceptions
import starlette.applications
import starlette.datastructures
import tornado.web
import webargs.flaskparser
from webargs import fields

import flask
from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import django_settings

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
INFO: dict[str, Any] = {"transient": False, "severity": "info"}
LOW: dict[str, Any] = {"transient": False, "severity": "low"}


def _flask(path: str, method: str = "GET", **options: Any) -> None:
    app = flask.Flask("shop")
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.config["MAX_CONTENT_LENGTH"] = 50
    app.config["TRAP_HTTP_EXCEPTIONS"] = True

    @app.route("/order", methods=["GET", "POST"])
    def order() -> str:
        if flask.request.args:
            return flask.request.args["number"]
        if flask.request.is_json:
            return str(flask.request.json)
        return flask.request.form["sku"]

    @app.get("/page")
    def page() -> str:
        return flask.render_template("page.html")

    @app.get("/nothing")
    def nothing() -> None:
        return None

    @app.get("/link")
    def link() -> str:
        return flask.url_for("basket")

    @app.get("/session")
    def session() -> str:
        flask.session["user"] = 7
        return ""

    app.test_client().open(path, method=method, **options)


@case("flask", "validation", status=404, **INFO)
def fresh_g_flask_not_found() -> None:
    _flask("/ordre")


@case("flask", "validation", status=405, **INFO)
def fresh_g_flask_method() -> None:
    _flask("/order", "DELETE")


@case("flask", "validation", status=400, **LOW)
def fresh_g_flask_key_of_form() -> None:
    _flask("/order", "POST", data={"n": 1})


@case("flask", "validation", status=400, **LOW)
def fresh_g_flask_json_malformed() -> None:
    _flask("/order", "POST", data=b"{", content_type="application/json")


@case("flask", "validation", status=413, **LOW)
def fresh_g_flask_too_large() -> None:
    _flask("/order", "POST", data={"sku": "x" * 100})


@case("flask", "configuration", **BUG)
def fresh_g_flask_template() -> None:
    _flask("/page")


@case("flask", "system", **BUG)
def fresh_g_flask_returns_none() -> None:
    _flask("/nothing")


@case("flask", "system", **BUG)
def fresh_g_flask_endpoint() -> None:
    _flask("/link")


@case("flask", "configuration", **BUG)
def fresh_g_flask_no_secret_key() -> None:
    _flask("/session")


@case("flask", "system", **BUG)
def fresh_g_flask_out_of_context() -> None:
    flask.current_app.name


@case("werkzeug", "authentication", status=401, **LOW)
def fresh_g_abort_401() -> None:
    flask.abort(401)


@case("werkzeug", "authentication", status=403, **LOW)
def fresh_g_abort_403() -> None:
    flask.abort(403)


@case("werkzeug", "resource", transient=True, status=429, severity="low")
def fresh_g_abort_429() -> None:
    flask.abort(429)


@case("werkzeug", "validation", status=415, **LOW)
def fresh_g_abort_415() -> None:
    flask.abort(415)


def _django(name: str) -> None:
    import django.core.exceptions
    import django.http
    import django.urls
    from django.core import signing
    from django.core.validators import EmailValidator
    from django.http.multipartparser import MultiPartParser
    from django.template import engines, loader
    from django.test import RequestFactory

    with django_settings():
        request = RequestFactory(headers={"host": "evil.example"}).get("/order")
        if name == "404":
            raise django.http.Http404("No Order matches the given query.")
        if name == "host":
            request.get_host()
        if name == "reverse":
            django.urls.reverse("basket", urlconf=())
        if name == "signature":
            signing.loads("x:y:z")
        if name == "email":
            EmailValidator(message="Enter a valid email address.")("nobody")
        if name == "template":
            loader.get_template("page.html")
        if name == "multipart":
            MultiPartParser({"CONTENT_TYPE": "multipart/form-data", "CONTENT_LENGTH": 1}, io.BytesIO(b"x"), [])
        if name == "fields":
            django.http.QueryDict("&".join(f"a{n}=1" for n in range(1200)))
        engines.all()


@case("django", "validation", status=404, made="a view raises it so", **INFO)
def fresh_g_django_404() -> None:
    _django("404")


@case("django", "validation", status=400, **LOW)
def fresh_g_django_host() -> None:
    _django("host")


@case("django", "system", **BUG)
def fresh_g_django_reverse() -> None:
    _django("reverse")


@case("django", "authentication", transient=False, status=(400, 401, 403), severity="low")
def fresh_g_django_signature() -> None:
    _django("signature")


@case("django", "validation", transient=False, status=(400, 422), severity="low")
def fresh_g_django_email() -> None:
    _django("email")


@case("django", "configuration", **BUG)
def fresh_g_django_template() -> None:
    _django("template")


@case("django", "validation", transient=False, status=400, severity="low")
def fresh_g_django_multipart() -> None:
    _django("multipart")


@case("django", "validation", transient=False, status=(400, 413), severity="low")
def fresh_g_django_too_many_fields() -> None:
    _django("fields")


@case("djangorestframework", "validation", status=400, made="a view raises it so", **LOW)
def fresh_g_drf_validation() -> None:
    with django_settings():
        raise rest_framework.exceptions.ValidationError({"amount": ["A valid number is required."]})


@case("djangorestframework", "authentication", status=401, made="a view raises it so", **LOW)
def fresh_g_drf_not_authenticated() -> None:
    with django_settings():
        raise rest_framework.exceptions.NotAuthenticated


@case("djangorestframework", "resource", transient=True, status=429, severity="low", made="a view raises it so")
def fresh_g_drf_throttled() -> None:
    with django_settings():
        raise rest_framework.exceptions.Throttled(wait=30)


@case("starlette", "validation", status=404, **INFO)
async def fresh_g_starlette_not_found() -> None:
    app = starlette.applications.Starlette()
    await app.router({"type": "http", "path": "/x", "method": "GET", "headers": [], "app": app}, None, None)  # type: ignore[arg-type]


API = fastapi.FastAPI()


@API.get("/order/{number}")
def _order(number: int) -> int:
    return number


@API.get("/typed")
def _typed() -> list[int]:
    return ["x"]  # type: ignore[list-item]


@case("fastapi", "validation", made="FastAPI answers it itself", status=422, **LOW)
def fresh_g_fastapi_request() -> None:
    detail = {"type": "int_parsing", "loc": ("path", "number"), "msg": "Input should be a valid integer", "input": "x"}
    raise fastapi.exceptions.RequestValidationError([detail])


@case("fastapi", "system", **BUG)
def fresh_g_fastapi_response() -> None:
    fastapi.testclient.TestClient(API).get("/typed")


@case("fastapi", "validation", made="a view raises it so", status=404, **INFO)
def fresh_g_fastapi_404() -> None:
    raise fastapi.HTTPException(404, "no such order")


@case("falcon", "validation", made="a resource raises it so", status=400, **LOW)
def fresh_g_falcon_400() -> None:
    raise falcon.HTTPMissingParam("sku")


@case("falcon", "validation", status=400, **LOW)
def fresh_g_falcon_media() -> None:
    falcon.testing.create_req(body="{", headers={"content-type": "application/json"}).get_media()


@case("falcon", "validation", status=415, **LOW)
def fresh_g_falcon_media_type() -> None:
    falcon.testing.create_req(body="x", headers={"content-type": "text/csv"}).get_media()


@case("sanic", "validation", made="a handler raises it so", status=413, **LOW)
def fresh_g_sanic_413() -> None:
    raise sanic.exceptions.PayloadTooLarge("Request body exceeds the size limit")


@case("tornado", "validation", made="a handler raises it so", status=400, **LOW)
def fresh_g_tornado_argument() -> None:
    raise tornado.web.MissingArgumentError("sku")


@case("litestar", "authentication", made="a guard raises it so", status=401, **LOW)
def fresh_g_litestar_401() -> None:
    raise litestar.exceptions.NotAuthorizedException("no session")


@case("bottle", "validation", status=404, **INFO)
def fresh_g_bottle_404() -> None:
    bottle.Bottle().match({"PATH_INFO": "/x", "REQUEST_METHOD": "GET"})


@case("webargs", "validation", status=422, **LOW)
def fresh_g_webargs() -> None:
    with flask.Flask("shop").test_request_context("/?n=x"):
        webargs.flaskparser.parser.parse({"n": fields.Int()}, location="query")


@case("graphql-core", "validation", transient=False, status=(400, 422), severity="low")
def fresh_g_graphql_syntax() -> None:
    graphql.parse("{ order(id: 7) { sku ")


@case("graphql-core", "system", note="the schema is code", **BUG)
def fresh_g_graphql_schema() -> None:
    graphql.build_schema("type Query { order: Ordre }")
