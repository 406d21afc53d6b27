"""Plugins of web frameworks, helpers of functions in a cloud, jobs, and limits of time."""

from __future__ import annotations

from typing import Any

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_h import (
    BUG,
    INPUT,
    OUR_KEY,
    REFUSED,
    SETTINGS,
    closed_port,
    talking,
)

BAD_JSON: dict[str, Any] = {"transient": False, "status": 400, "severity": "low"}
TURNED_AWAY: dict[str, Any] = {"transient": False, "status": 401, "severity": "low"}


def _posted(**request: Any) -> None:
    from flask_expects_json import expects_json

    from flask import Flask

    schema = {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}

    @expects_json(schema)
    def view() -> str:
        return "ok"

    with Flask("shop").test_request_context("/orders", method="POST", **request):
        view()


@case("flask-expects-json", "validation", **BAD_JSON)
def fresh_h_property_missing() -> None:
    _posted(json={"total": 3})


@case("flask-expects-json", "validation", **BAD_JSON)
def fresh_h_type_wrong() -> None:
    _posted(json={"amount": "three"})


@case("flask-expects-json", "validation", **BAD_JSON)
def fresh_h_body_is_no_json() -> None:
    _posted(data="{amount: 3", content_type="application/json")


def _mailed(port: int, *, subject: str = "Your order", **settings: Any) -> None:
    from flask_mail import Mail, Message

    from flask import Flask

    app = Flask("shop")
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_DEFAULT_SENDER="shop@example.com", **settings)
    mail = Mail(app)
    with app.app_context():
        mail.send(Message(subject, recipients=["user@example.com"], body="hello"))


@case("flask-mail", "network", **REFUSED)
def fresh_h_server_refused() -> None:
    _mailed(closed_port())


@case("flask-mail", "authentication", **OUR_KEY)
def fresh_h_login_refused() -> None:
    lines = [
        b"220 mx.example.com ESMTP\r\n",
        b"250-mx.example.com\r\n250 AUTH PLAIN\r\n",
        b"535 5.7.8 Authentication credentials invalid\r\n",
        b"535 5.7.8 Authentication credentials invalid\r\n",
    ]
    with talking(*lines) as (_, port):
        _mailed(port, MAIL_USERNAME="shop", MAIL_PASSWORD="secret")


@case(
    "flask-mail",
    "external_service",
    transient=False,
    status=(502, 503),
    severity="medium",
    note="a mailbox that is gone",
)
def fresh_h_recipient_refused() -> None:
    lines = [
        b"220 mx.example.com ESMTP\r\n",
        b"250 mx.example.com\r\n",
        b"250 2.1.0 Ok\r\n",
        b"550 5.1.1 <user@example.com>: Recipient address rejected: User unknown\r\n",
        b"250 2.0.0 Ok\r\n",
        b"221 2.0.0 Bye\r\n",
    ]
    with talking(*lines) as (_, port):
        _mailed(port)


@case("flask-mail", "external_service", transient=True, status=(502, 503), severity="medium")
def fresh_h_server_shuts_down() -> None:
    with talking(b"421 4.3.2 Service not available, closing transmission channel\r\n") as (_, port):
        _mailed(port)


@case("flask-mail", "validation", **INPUT, note="a line break in a subject: somebody tries to add headers")
def fresh_h_newline_in_subject() -> None:
    with talking(b"220 mx.example.com ESMTP\r\n", b"250 mx.example.com\r\n", b"250 Ok\r\n") as (_, port):
        _mailed(port, subject="Hello\r\nBcc: all@example.com")


async def _bearer(token: str | None, *, loader: bool = True) -> None:
    from fastapi import Request
    from fastapi_login import LoginManager

    manager = LoginManager("a-secret-of-thirty-two-bytes-or-more", "/login")
    if loader:
        manager.user_loader()(lambda _: None)
    if token == "fresh":
        token = manager.create_access_token(data={"sub": "7"})
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    await manager(Request({"type": "http", "method": "GET", "path": "/", "headers": headers, "query_string": b""}))


@case("fastapi-login", "authentication", **TURNED_AWAY)
async def fresh_h_no_token() -> None:
    await _bearer(None)


@case("fastapi-login", "authentication", **TURNED_AWAY)
async def fresh_h_token_malformed() -> None:
    await _bearer("not.a.token")


@case("fastapi-login", "authentication", **TURNED_AWAY)
async def fresh_h_user_gone() -> None:
    await _bearer("fresh")


@case("fastapi-login", "system", **BUG)
async def fresh_h_user_loader_missing() -> None:
    await _bearer("fresh", loader=False)


@case("fastapi-limiter", "resource", transient=True, status=429, severity="low")
async def fresh_h_own_limit() -> None:
    from fastapi import FastAPI, Request, Response
    from fastapi_limiter.depends import RateLimiter
    from pyrate_limiter import Duration, Limiter, Rate

    app = FastAPI()
    limiter = RateLimiter(Limiter(Rate(1, Duration.MINUTE)))
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("127.0.0.1", 1), "app": app}
    for _ in range(2):
        await limiter(Request({**scope, "query_string": b""}), Response())


@case("starlette-context", "system", **BUG)
def fresh_h_outside_of_request() -> None:
    from starlette_context import context

    context["user"]


@case("starlette-context", "validation", **INPUT)
async def fresh_h_request_id_is_no_uuid() -> None:
    from starlette.requests import Request
    from starlette_context.plugins import RequestIdPlugin

    headers = [(b"x-request-id", b"not-a-uuid")]
    await RequestIdPlugin().process_request(Request({"type": "http", "method": "GET", "path": "/", "headers": headers}))


@case("starlette-context", "validation", **INPUT)
async def fresh_h_date_malformed() -> None:
    from starlette.requests import Request
    from starlette_context.plugins import DateHeaderPlugin

    headers = [(b"date", b"yesterday")]
    await DateHeaderPlugin().process_request(
        Request({"type": "http", "method": "GET", "path": "/", "headers": headers})
    )


@case("aiohttp-session", "system", **BUG)
async def fresh_h_middleware_missing() -> None:
    from aiohttp.test_utils import make_mocked_request
    from aiohttp_session import get_session

    await get_session(make_mocked_request("GET", "/"))


@case("aiohttp-session", "system", **BUG)
async def fresh_h_identity_of_old_session() -> None:
    from aiohttp_session import Session

    Session("abc", data={"created": 1, "session": {}}, new=False).set_new_identity("other")


@case("aiohttp-session", "system", **BUG)
async def fresh_h_storage_without_pool() -> None:
    from aiohttp_session.redis_storage import RedisStorage

    RedisStorage("redis://127.0.0.1:6379/0")


def _rendered(name: str, source: str, *, ready: bool = True) -> None:
    import aiohttp_jinja2
    import jinja2
    from aiohttp import web
    from aiohttp.test_utils import make_mocked_request

    app = web.Application()
    if ready:
        aiohttp_jinja2.setup(app, loader=jinja2.DictLoader({"index.html": source}))
    aiohttp_jinja2.render_template(name, make_mocked_request("GET", "/", app=app), {})


@case("aiohttp-jinja2", "configuration", **SETTINGS, note="a template that is missing; it carries our answer, 500")
async def fresh_h_template_missing() -> None:
    _rendered("orders.html", "")


@case("aiohttp-jinja2", "system", **BUG, note="it names the cure: aiohttp_jinja2.setup(...) first")
async def fresh_h_not_set_up() -> None:
    _rendered("index.html", "", ready=False)


@case("flask-httpauth", "system", **BUG)
def fresh_h_roles_without_callback() -> None:
    from flask_httpauth import HTTPTokenAuth

    from flask import Flask

    auth = HTTPTokenAuth()
    auth.verify_token(lambda _: "user")

    @auth.login_required(role="admin")
    def view() -> str:
        return "ok"

    with Flask("shop").test_request_context("/", headers={"Authorization": "Bearer x"}):
        view()


@case("flask-httpauth", "system", **BUG)
def fresh_h_algorithm_not_supported() -> None:
    from flask_httpauth import HTTPDigestAuth

    HTTPDigestAuth(algorithm="SHA-512")


def _lambda(event: dict[str, Any], schema: dict[str, Any]) -> None:
    from aws_lambda_powertools.utilities.validation import validate

    validate(event=event, schema=schema)


@case("aws-lambda-powertools", "validation", **INPUT)
def fresh_h_event_refused() -> None:
    _lambda({"id": "one"}, {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]})


@case("aws-lambda-powertools", "system", **BUG, note="a schema of ours that is wrong")
def fresh_h_schema_malformed() -> None:
    _lambda({"id": 1}, {"type": "objekt"})


@case("aws-lambda-powertools", "network", **REFUSED)
def fresh_h_parameter_store_refused() -> None:
    import boto3
    from aws_lambda_powertools.utilities.parameters import SSMProvider
    from botocore.config import Config

    client = boto3.client(
        "ssm",
        "eu-central-1",
        endpoint_url=f"http://127.0.0.1:{closed_port()}",
        aws_access_key_id="AKIDTEST",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )
    SSMProvider(boto3_client=client).get("/shop/mail")


@case("aws-lambda-powertools", "configuration", **SETTINGS, note="a stored setting that is malformed")
def fresh_h_parameter_is_no_json() -> None:
    from aws_lambda_powertools.utilities.parameters import BaseProvider

    class Fixed(BaseProvider):
        def _get(self, name: str, **more: Any) -> str:
            return "{unclosed"

        def _get_multiple(self, path: str, **more: Any) -> dict[str, str]:
            return {}

    Fixed().get("/shop/mail", transform="json")


@case("luigi", "system", **BUG)
def fresh_h_parameter_missing() -> None:
    import luigi

    class Report(luigi.Task):
        day = luigi.DateParameter()

    Report()


@case("luigi", "system", **BUG)
def fresh_h_parameter_unknown() -> None:
    import luigi

    class Totals(luigi.Task):
        pass

    Totals(colour="red")


@case("luigi", "configuration", **SETTINGS)
def fresh_h_setting_missing() -> None:
    import luigi.configuration

    luigi.configuration.get_config().get("warehouse", "bucket")
