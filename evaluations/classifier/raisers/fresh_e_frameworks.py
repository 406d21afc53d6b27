"""Flask, Starlette, FastAPI and what is built on them: what escapes a view of theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import fastapi
import fastapi.security
import flask_jwt_extended
import flask_limiter
import flask_login
import flask_principal
import flask_restful.reqparse
import flask_smorest
import flask_sqlalchemy
import pydantic
import starlette.applications
import starlette.exceptions
import starlette.middleware.sessions
import starlette.requests
import starlette.routing
import starlette.templating
import starlette.testclient
import werkzeug.exceptions
import werkzeug.routing
import werkzeug.test
import werkzeug.wrappers
from fastapi.exceptions import RequestValidationError
from sqlalchemy.orm import DeclarativeBase

import flask
from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    bug,
    forbidden,
    label,
    missing,
    our_limit,
    rule,
    settings,
    too_large,
    unknown_client,
    unparsable,
    unprocessable,
)


# --- werkzeug ---------------------------------------------------------------------------------------------------------
def _request(**options: Any) -> werkzeug.wrappers.Request:
    return werkzeug.wrappers.Request(werkzeug.test.EnvironBuilder(**options).get_environ())


_ROUTES = werkzeug.routing.Map([werkzeug.routing.Rule("/orders/<int:order>", endpoint="order", methods=["GET"])])


@case("werkzeug", **missing)
def fresh_e_route_of_nobody() -> None:
    _ROUTES.bind("shop.example.test").match("/orders/seven")


@case("werkzeug", **missing | {"status": 405})
def fresh_e_post_where_only_get_is() -> None:
    _ROUTES.bind("shop.example.test").match("/orders/7", method="POST")


@case("werkzeug", **unparsable)
def fresh_e_form_without_the_key() -> None:
    print(_request(method="POST", data={"name": "x"}).form["mail"])


@case("werkzeug", **unparsable)
def fresh_e_json_that_is_none() -> None:
    _request(method="POST", data="{", content_type="application/json").get_json()


@case("werkzeug", **too_large)
def fresh_e_upload_over_the_limit() -> None:
    request = _request(method="POST", data=b"x" * 2_000, content_type="application/octet-stream")
    request.max_content_length = 1_000
    request.get_data()


@case("werkzeug", **bug)
def fresh_e_url_for_an_endpoint_that_is_not() -> None:
    _ROUTES.bind("shop.example.test").build("invoice", {"invoice": 7})


@case("werkzeug", **unparsable)
def fresh_e_host_not_trusted() -> None:
    request = _request(base_url="http://attacker.example.test/")
    request.trusted_hosts = ["shop.example.test"]
    print(request.host)


@case("werkzeug", **our_limit)
def fresh_e_abort_with_429() -> None:
    werkzeug.exceptions.abort(429, "one export an hour")


# --- flask ------------------------------------------------------------------------------------------------------------
def _serve(view: Callable[..., Any], path: str = "/", method: str = "GET", **options: Any) -> None:
    """Call a view as Flask does, and let escape whatever leaves it."""
    app = flask.Flask("fresh_e")
    app.config.update(PROPAGATE_EXCEPTIONS=True, **options.pop("config", {}))
    app.register_error_handler(werkzeug.exceptions.HTTPException, _raise)
    app.add_url_rule("/", "view", view, methods=["GET", "POST"])
    for extend in options.pop("extensions", []):
        extend(app)
    app.test_client().open(path, method=method, **options)


def _raise(fault: Exception) -> Any:
    raise fault


@case("flask", **missing)
def fresh_e_no_such_path() -> None:
    _serve(lambda: "ok", "/nowhere")


@case("flask", **unparsable | {"status": 415})
def fresh_e_get_json_of_a_form() -> None:
    _serve(lambda: flask.request.get_json(), method="POST", data={"a": "b"})


@case("flask", **forbidden)
def fresh_e_view_aborts_with_403() -> None:
    _serve(lambda: flask.abort(403))


@case("flask", **settings)
def fresh_e_template_not_shipped() -> None:
    _serve(lambda: flask.render_template("fresh_e_receipt.html"))


@case("flask", **settings)
def fresh_e_session_without_a_key() -> None:
    def view() -> str:
        flask.session["user"] = 7
        return "ok"

    _serve(view)


@case("flask", **bug)
def fresh_e_view_returns_nothing() -> None:
    _serve(lambda: None)


@case("flask", **bug)
def fresh_e_outside_of_the_application() -> None:
    print(flask.current_app.name)


@case("flask", **bug)
def fresh_e_url_for_a_view_that_was_renamed() -> None:
    _serve(lambda: flask.url_for("checkout"))


@case("flask", **too_large)
def fresh_e_form_over_max_content_length() -> None:
    _serve(lambda: str(flask.request.form), method="POST", data={"a": "x" * 999}, config={"MAX_CONTENT_LENGTH": 100})


# --- extensions of flask ----------------------------------------------------------------------------------------------
@flask_jwt_extended.jwt_required()
def _protected() -> str:
    return "ok"


def _with_tokens(headers: dict[str, str], config: dict[str, Any] | None = None) -> None:
    app = flask.Flask("fresh_e")
    app.config.update({"JWT_SECRET_KEY": "fresh-e-" * 8} if config is None else config)
    flask_jwt_extended.JWTManager(app)
    with app.test_request_context("/", headers=headers):
        _protected()


@case("Flask-JWT-Extended", **unknown_client)
def fresh_e_no_header_at_all() -> None:
    _with_tokens({})


@case("Flask-JWT-Extended", **settings)
def fresh_e_no_key_for_tokens() -> None:
    def view() -> str:
        return flask_jwt_extended.create_access_token("user-7")

    _serve(view, extensions=[flask_jwt_extended.JWTManager])


@case("Flask-JWT-Extended", **unknown_client | {"status": (401, 422)})
def fresh_e_token_of_rubbish() -> None:
    _with_tokens({"Authorization": "Bearer rubbish"})


@case("Flask-Limiter", **our_limit)
def fresh_e_second_call_in_an_hour() -> None:
    def limit(app: flask.Flask) -> None:
        limiter = flask_limiter.Limiter(lambda: "one", app=app, storage_uri="memory://")
        limiter.limit("1/hour")(app.view_functions["view"])
        app.view_functions["view"] = limiter.limit("1/hour")(app.view_functions["view"])
        app.test_client().get("/")

    _serve(lambda: "ok", extensions=[limit])


@case("Flask-Login", **unknown_client)
def fresh_e_login_required() -> None:
    manager = flask_login.LoginManager()
    manager.user_loader(lambda user: None)
    _serve(flask_login.login_required(lambda: "ok"), extensions=[manager.init_app], config={"SECRET_KEY": "fresh-e"})


@case("Flask-Principal", **forbidden)
def fresh_e_role_that_is_missing() -> None:
    def view() -> str:
        with flask_principal.Permission(flask_principal.RoleNeed("admin")).require():
            return "ok"

    _serve(view, extensions=[flask_principal.Principal], config={"SECRET_KEY": "fresh-e"})


@case("flask-sqlalchemy", **settings)
def fresh_e_no_uri_of_a_database() -> None:
    flask_sqlalchemy.SQLAlchemy().init_app(flask.Flask("fresh_e"))


@case("flask-sqlalchemy", **missing)
def fresh_e_first_or_404() -> None:
    class Base(DeclarativeBase):
        """Of this one model."""

    database = flask_sqlalchemy.SQLAlchemy(model_class=Base)
    orders = database.Table("orders", database.Column("id", database.Integer, primary_key=True))

    def view() -> str:
        database.metadata.create_all(database.engine)
        database.one_or_404(database.select(orders.c.id).where(orders.c.id == 7))
        return "ok"

    _serve(view, config={"SQLALCHEMY_DATABASE_URI": "sqlite://"}, extensions=[database.init_app])


@case("Flask-RESTful", **unparsable)
def fresh_e_argument_is_required() -> None:
    parser = flask_restful.reqparse.RequestParser()
    parser.add_argument("page", type=int, required=True, location="args")
    _serve(lambda: parser.parse_args(), "/?size=3")


@case("flask-smorest", **unprocessable)
def fresh_e_abort_of_a_blueprint() -> None:
    _serve(lambda: flask_smorest.abort(422, message="due date is not a date"))


# --- starlette --------------------------------------------------------------------------------------------------------
def _escapes(app: starlette.applications.Starlette, method: str = "GET", path: str = "/", **options: Any) -> None:
    async def again(request: Any, fault: Exception) -> Any:
        raise fault

    for kind in (starlette.exceptions.HTTPException, RequestValidationError):
        app.add_exception_handler(kind, again)
    starlette.testclient.TestClient(app).request(method, path, **options)


def _star(view: Any, path: str = "/", methods: tuple[str, ...] = ("GET", "POST")) -> starlette.applications.Starlette:
    return starlette.applications.Starlette(routes=[starlette.routing.Route(path, view, methods=list(methods))])


@case("starlette", **missing)
def fresh_e_path_unknown() -> None:
    _escapes(_star(lambda request: None), path="/nowhere")


@case("starlette", **missing | {"status": 405})
def fresh_e_method_unknown() -> None:
    _escapes(_star(lambda request: None, methods=("POST",)))


@case("starlette", **unparsable)
def fresh_e_body_is_not_json() -> None:
    async def view(request: starlette.requests.Request) -> None:
        await request.json()

    _escapes(_star(view), "POST", content=b"{oops")


@case("starlette", **unparsable)
def fresh_e_multipart_is_broken() -> None:
    async def view(request: starlette.requests.Request) -> None:
        await request.form()

    _escapes(_star(view), "POST", content=b"x", headers={"content-type": "multipart/form-data"})


@case("starlette", **bug)
def fresh_e_name_of_no_route() -> None:
    async def view(request: starlette.requests.Request) -> None:
        request.url_for("invoice", invoice=7)

    _escapes(_star(view))


@case("starlette", **settings)
def fresh_e_jinja_template_missing() -> None:
    starlette.templating.Jinja2Templates("/nonexistent").get_template("receipt.html")


@case("starlette", **bug)
def fresh_e_view_returns_none() -> None:
    async def view(request: starlette.requests.Request) -> None:
        """Forgets its answer."""

    _escapes(_star(view))


# --- fastapi ----------------------------------------------------------------------------------------------------------
class Line(pydantic.BaseModel):
    sku: str
    quantity: int = pydantic.Field(gt=0)


@case("fastapi", **unprocessable)
def fresh_e_line_of_minus_one() -> None:
    app = fastapi.FastAPI()
    app.post("/")(_take)
    _escapes(app, "POST", json={"sku": "A-1", "quantity": -1})


def _take(line: Line) -> Line:
    return line


@case("fastapi", **unprocessable)
def fresh_e_query_is_no_number() -> None:
    app = fastapi.FastAPI()

    def view(page: int) -> int:
        return page

    view.__annotations__ = {"page": int, "return": int}
    app.get("/")(view)
    _escapes(app, path="/?page=one")


@case("fastapi", **bug)
def fresh_e_answer_is_not_the_model() -> None:
    app = fastapi.FastAPI()
    app.get("/", response_model=Line)(lambda: {"sku": "A-1"})
    _escapes(app)


@case("fastapi", **unknown_client)
def fresh_e_no_bearer() -> None:
    app = fastapi.FastAPI()
    scheme = fastapi.security.OAuth2PasswordBearer("/token")

    def view(token: Any) -> str:
        return str(token)

    view.__annotations__ = {"token": Annotated[str, fastapi.Depends(scheme)]}
    app.get("/")(view)
    _escapes(app)


@case("fastapi", **rule | {"status": 409})
def fresh_e_view_says_409() -> None:
    app = fastapi.FastAPI()

    def view() -> None:
        raise fastapi.HTTPException(409, "cart was checked out already")

    app.post("/")(view)
    _escapes(app, "POST")


@case("fastapi", **label("external_service", True, 503, "medium"))
def fresh_e_view_says_503_of_a_peer() -> None:
    raise fastapi.HTTPException(503, "payment provider is unavailable, try again later")


@case("fastapi", **bug)
def fresh_e_annotation_that_is_no_field() -> None:
    class Session:
        """Not a type that pydantic knows."""

    def view(session: Any) -> None:
        """Never called."""

    view.__annotations__ = {"session": Session}
    fastapi.FastAPI().get("/")(view)
