"""Other exceptions, and other causes, of libraries that the other modules know."""

from __future__ import annotations

import asyncio
import concurrent.futures
import concurrent.futures.process
import contextlib
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any

import aiohttp
import aiohttp.web
import asyncpg
import boto3
import botocore.config
import botocore.exceptions
import bottle
import bson
import celery
import celery.exceptions
import django.core.exceptions
import django.core.signing
import django.http
import elasticsearch
import falcon
import fastapi
import grpc
import httpx
import jinja2
import litestar.exceptions
import marshmallow
import openai
import psycopg
import psycopg.rows
import psycopg.types.json
import pydantic
import pymongo
import pymysql
import pyramid.httpexceptions
import redis
import redis.exceptions
import requests
import rest_framework.exceptions
import sanic.exceptions
import sqlalchemy
import sqlalchemy.exc
import sqlalchemy.orm
import starlette.exceptions
import stripe
import tornado.web
import werkzeug.exceptions
from django.conf import settings

import django
import flask
from evaluations.classifier.raisers._peers import closed_port, hang_up, listening, untrusted_url
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    CONTENTION,
    DOWN,
    FAILED,
    INVALID,
    LINK,
    MAY_NOT,
    NO_TRUST,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    TOO_LARGE,
    WHO,
    Answer,
    Means,
    add,
    add_answers,
)

if not settings.configured:
    settings.configure()
django.setup()

_AWAY = Means("network", True, (502, 503), "high")
_STORE_REFUSED_US = Means("authentication", False, (500, 502, 503), "high")
_DUPLICATE = Means("data_integrity", False, 409, "medium")
_BREACH = Means("data_integrity", False, (400, 409, 422, 500), "medium")
_RULED = Means("business_logic", False, (409, 422), "low")
_TAKEN = Means("business_logic", False, 409, "low")
_FULL = Means("resource", True, 503, "medium")
_BAD = Means("validation", False, 400, "low")
_UNPROCESSABLE = Means("validation", False, 422, "low")
_MEDIA = Means("validation", False, 415, "low")
_METHOD = Means("validation", False, 405, "info")
_OURS = "the view raises it; the library does not"
_OUR_ANSWER_503 = Means("external_service", True, 503, "medium")
_OUR_ANSWER_502 = Means("external_service", True, 502, "medium")
_OUR_ANSWER_500 = Means("system", False, 500, "high")


def answering(library: str, name: str, means: Means, make: Callable[[], BaseException]) -> None:
    """An answer that a view raises."""

    def run() -> None:
        raise make()

    add(library, name, means, run, made=_OURS)


# --- answers of frameworks, with odd arguments --------------------------------------------------------------------
answering(
    "fastapi",
    "detail_is_a_dict",
    ABSENT,
    lambda: fastapi.HTTPException(404, {"code": 500, "why": "connection refused"}),
)
answering("fastapi", "detail_is_none", MAY_NOT, lambda: fastapi.HTTPException(status_code=403, detail=None))
answering(
    "fastapi", "detail_misleads", _BAD, lambda: fastapi.HTTPException(400, "database timeout of a field called memory")
)
answering(
    "fastapi", "status_is_an_enum", OUR_LIMIT, lambda: fastapi.HTTPException(fastapi.status.HTTP_429_TOO_MANY_REQUESTS)
)
answering(
    "starlette",
    "headers_given",
    WHO,
    lambda: starlette.exceptions.HTTPException(401, headers={"WWW-Authenticate": "x"}),
)
answering("starlette", "unavailable", _OUR_ANSWER_503, lambda: starlette.exceptions.HTTPException(503, "maintenance"))
answering("starlette", "gateway", _OUR_ANSWER_502, lambda: starlette.exceptions.HTTPException(502))
answering(
    "starlette",
    "payment_due",
    Means("business_logic", False, 402, "low"),
    lambda: starlette.exceptions.HTTPException(402),
)
answering("flask", "abort_with_a_code", _TAKEN, lambda: _abort(409))
answering("flask", "abort_with_a_text", _UNPROCESSABLE, lambda: _abort(422, "the password is too short"))
answering("flask", "abort_with_a_response", MAY_NOT, lambda: _abort(flask.Response("no", status=403)))
answering("werkzeug", "unsupported", _MEDIA, lambda: werkzeug.exceptions.UnsupportedMediaType())
answering("werkzeug", "bad_key", _BAD, lambda: werkzeug.exceptions.BadRequestKeyError("amount"))
answering(
    "werkzeug",
    "own_code",
    _UNPROCESSABLE,
    lambda: type("NotMine", (werkzeug.exceptions.HTTPException,), {"code": 422})("x"),
)
answering("quart", "abort", ABSENT, lambda: _abort(404))
answering("django", "not_found_with_a_dict", ABSENT, lambda: django.http.Http404({"tried": 7}))
answering(
    "django",
    "permission_denied_with_text",
    MAY_NOT,
    lambda: django.core.exceptions.PermissionDenied("connection refused"),
)
answering("django", "suspicious_file", _BAD, lambda: django.core.exceptions.SuspiciousFileOperation("../x"))
answering(
    "django",
    "too_many_fields",
    Means("validation", False, (400, 413), "low"),
    lambda: django.core.exceptions.TooManyFieldsSent("x"),
)
answering("djangorestframework", "own_503", _OUR_ANSWER_503, lambda: _drf(503)("prices are away"))
answering("djangorestframework", "own_409", _TAKEN, lambda: _drf(409)())
answering("djangorestframework", "throttled_with_wait", OUR_LIMIT, lambda: rest_framework.exceptions.Throttled(wait=7))
answering(
    "djangorestframework",
    "validation_nested",
    _BAD,
    lambda: rest_framework.exceptions.ValidationError({"a": [{"b": ["no"]}]}),
)
answering("aiohttp", "web_conflict", _TAKEN, lambda: aiohttp.web.HTTPConflict(text="taken"))
answering("aiohttp", "web_too_large", TOO_LARGE, lambda: aiohttp.web.HTTPRequestEntityTooLarge(10, 11))
answering("aiohttp", "web_method", _METHOD, lambda: aiohttp.web.HTTPMethodNotAllowed("PUT", ["GET"]))
answering("falcon", "http_error", _TAKEN, lambda: falcon.HTTPError(409, title="taken"))
answering("falcon", "text_status", Means("validation", False, 404, "info"), lambda: falcon.HTTPError("404 Not Found"))
answering("litestar", "status_given", _TAKEN, lambda: litestar.exceptions.HTTPException("taken", status_code=409))
answering("litestar", "client_error", _BAD, lambda: litestar.exceptions.ClientException(extra={"a": 1}))
answering("sanic", "status_given", MAY_NOT, lambda: sanic.exceptions.SanicException("no", status_code=403))
answering(
    "sanic", "own_class", ABSENT, lambda: type("Gone", (sanic.exceptions.SanicException,), {"status_code": 404})("x")
)
answering("bottle", "http_error", _UNPROCESSABLE, lambda: bottle.HTTPError(422, "no", exception=KeyError("a")))
answering("bottle", "abort", WHO, lambda: bottle.HTTPError("401 Who are you", "no"))
answering(
    "tornado", "reason_given", _TAKEN, lambda: tornado.web.HTTPError(409, "taken by %s", "somebody", reason="Taken")
)
answering("tornado", "argument", _BAD, lambda: tornado.web.MissingArgumentError("amount"))
answering("pyramid", "unprocessable", _UNPROCESSABLE, lambda: pyramid.httpexceptions.HTTPUnprocessableEntity("no"))
answering("pyramid", "server_error", _OUR_ANSWER_500, lambda: pyramid.httpexceptions.HTTPInternalServerError("no"))


def _abort(*args: Any) -> BaseException:
    try:
        flask.abort(*args)
    except werkzeug.exceptions.HTTPException as exc:
        return exc


def _drf(status: int) -> Any:
    return type(
        "Ours", (rest_framework.exceptions.APIException,), {"status_code": status, "default_detail": "so it is"}
    )


def _answer_from_refused() -> None:
    try:
        httpx.get(f"http://127.0.0.1:{closed_port()}")
    except httpx.ConnectError as exc:
        raise fastapi.HTTPException(502, "prices are away") from exc


def _answer_from_key_error() -> None:
    try:
        {}["a"]
    except KeyError as exc:
        raise django.http.Http404 from exc


add("fastapi", "gateway_from_refused", _OUR_ANSWER_502, _answer_from_refused)
add("django", "not_found_from_key_error", ABSENT, _answer_from_key_error)
add(
    "django",
    "bad_signature",
    Means("authentication", False, (400, 401, 403), "low"),
    lambda: django.core.signing.Signer(key="not-a-secret").unsign("a:b"),
)
add("django", "signature_expired", Means("authentication", False, (400, 401, 403), "low"), lambda: _expired_signature())


def _expired_signature() -> Any:
    signer = django.core.signing.TimestampSigner(key="not-a-secret")
    return signer.unsign(signer.sign("a"), max_age=-1)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------
_PG = "host=127.0.0.1 port=5432 user=root dbname=test"


def _sql(*statements: str) -> Callable[[], Any]:
    def run() -> None:
        with psycopg.connect(_PG) as connection:
            for one in statements:
                connection.execute(one)

    return run


_RANGES = (
    "CREATE TEMP TABLE others_r (span int4range, EXCLUDE USING gist (span WITH &&))",
    "INSERT INTO others_r VALUES ('[1,5)'), ('[2,3)')",
)
_CHECKED = ("CREATE TEMP TABLE others_c (amount int CHECK (amount > 0))", "INSERT INTO others_c VALUES (-1)")

add("psycopg", "exclusion", _DUPLICATE, _sql(*_RANGES))
add("psycopg", "check", _BREACH, _sql(*_CHECKED))
add(
    "psycopg",
    "role_unknown",
    _STORE_REFUSED_US,
    lambda: psycopg.connect("host=127.0.0.1 user=no_such_role dbname=test"),
)
add("psycopg", "database_unknown", OUR_SETTINGS, lambda: psycopg.connect("host=127.0.0.1 user=root dbname=no_such_db"))
add("psycopg", "schema_unknown", OUR_SETTINGS, _sql("CREATE TABLE no_such_schema.x (id int)"))
add("psycopg", "in_failed_transaction", OUR_BUG, lambda: _failed_transaction())
add("psycopg", "grouping", OUR_BUG, _sql("SELECT relname, count(*) FROM pg_class"))
add("psycopg", "ambiguous_column", OUR_BUG, _sql("SELECT oid FROM pg_class a, pg_class b"))
add("psycopg", "one_row_of_none", OUR_BUG, lambda: _no_row(), note="code that subscripts what is not there")
add(
    "psycopg",
    "statement_timeout",
    Means("external_service", True, (503, 504), "medium"),
    _sql("SET statement_timeout = 20", "SELECT pg_sleep(2)"),
)
add("psycopg", "connection_limit", _FULL, lambda: _limited())
add("psycopg", "not_permitted", _STORE_REFUSED_US, _sql("SET ROLE pg_monitor", "CREATE ROLE others_nobody"))
add("psycopg", "no_function", OUR_SETTINGS, _sql("SELECT nope()"))


def _failed_transaction() -> None:
    with psycopg.connect(_PG) as connection:
        with contextlib.suppress(psycopg.Error):
            connection.execute("SELECT 1/0")
        connection.execute("SELECT 1")


def _no_row() -> Any:
    with psycopg.connect(_PG) as connection:
        return connection.execute("SELECT 1 WHERE false").fetchone()[0]  # type: ignore[index]


def _limited() -> None:
    with psycopg.connect(_PG, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS others_limited")
        connection.execute("CREATE ROLE others_limited LOGIN CONNECTION LIMIT 0")
        try:
            psycopg.connect("host=127.0.0.1 user=others_limited dbname=test")
        finally:
            connection.execute("DROP ROLE others_limited")


async def _asyncpg(statement: str, *args: Any) -> None:
    connection = await asyncpg.connect(host="127.0.0.1", user="root", database="test")
    try:
        await connection.execute(statement, *args)
    finally:
        await connection.close()


add(
    "asyncpg",
    "raised",
    _RULED,
    lambda: asyncio.run(_asyncpg("DO $$ BEGIN RAISE EXCEPTION 'closed on Sundays'; END $$")),
)
add("asyncpg", "no_function", OUR_SETTINGS, lambda: asyncio.run(_asyncpg("SELECT no_such_function()")))
add(
    "asyncpg",
    "role_unknown",
    _STORE_REFUSED_US,
    lambda: asyncio.run(asyncpg.connect(host="127.0.0.1", user="no_such_role")),
)
add("asyncpg", "arguments", OUR_BUG, lambda: asyncio.run(_asyncpg("SELECT $1::int", 1, 2)))

# --- MariaDB, SQLAlchemy ------------------------------------------------------------------------------------------


def _maria(*statements: str) -> Callable[[], Any]:
    def run() -> None:
        with (
            pymysql.connect(host="127.0.0.1", user="root", database="test") as connection,
            connection.cursor() as cursor,
        ):
            for one in statements:
                cursor.execute(one)

    return run


add(
    "pymysql",
    "duplicate",
    _DUPLICATE,
    _maria("CREATE TEMPORARY TABLE others_t (id int PRIMARY KEY)", "INSERT INTO others_t VALUES (1), (1)"),
)
add("pymysql", "signalled", _RULED, _maria("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'closed on Sundays'"))
add(
    "pymysql",
    "slow",
    Means("external_service", True, (503, 504), "medium"),
    _maria("SET STATEMENT max_statement_time=0.05 FOR SELECT SLEEP(2) FROM information_schema.tables"),
)


def _alchemy(url: str, call: Callable[[Any], Any]) -> Callable[[], Any]:
    def run() -> Any:
        engine = sqlalchemy.create_engine(url)
        try:
            with engine.begin() as connection:
                return call(connection)
        finally:
            engine.dispose()

    return run


_PSYCOPG = "postgresql+psycopg://root@127.0.0.1/test"


class _Base(sqlalchemy.orm.DeclarativeBase):
    """Tables of nothing."""


class _Parent(_Base):
    __tablename__ = "others_parent"
    id: sqlalchemy.orm.Mapped[int] = sqlalchemy.orm.mapped_column(primary_key=True)


add(
    "sqlalchemy",
    "postgres_raised",
    _RULED,
    _alchemy(_PSYCOPG, lambda c: c.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'no'; END $$")),
)
add(
    "sqlalchemy",
    "postgres_timeout",
    Means("external_service", True, (503, 504), "medium"),
    _alchemy(
        _PSYCOPG, lambda c: (c.exec_driver_sql("SET statement_timeout = 20"), c.exec_driver_sql("SELECT pg_sleep(2)"))
    ),
)
add(
    "sqlalchemy",
    "postgres_no_column",
    OUR_SETTINGS,
    _alchemy(_PSYCOPG, lambda c: c.exec_driver_sql("SELECT no_such_column FROM pg_class")),
)
add("sqlalchemy", "connection_closed", OUR_BUG, lambda: _closed_connection())
add("sqlalchemy", "no_join", OUR_BUG, lambda: sqlalchemy.select(_Parent).join(sqlalchemy.table("x")).compile())
add("sqlalchemy", "foreign_key_unknown", OUR_BUG, lambda: _foreign())
add(
    "sqlalchemy",
    "two_in_scalar",
    Means("data_integrity", False, 500, "high"),
    _alchemy("sqlite://", lambda c: c.exec_driver_sql("SELECT 1 UNION SELECT 2").scalar_one()),
)
add("sqlalchemy", "get_one", ABSENT, lambda: _get_one())


def _closed_connection() -> None:
    connection = sqlalchemy.create_engine("sqlite://").connect()
    connection.close()
    connection.execute(sqlalchemy.text("SELECT 1"))


def _foreign() -> None:
    meta = sqlalchemy.MetaData()
    sqlalchemy.Table("a", meta, sqlalchemy.Column("b", sqlalchemy.ForeignKey("nowhere.id")))
    meta.create_all(sqlalchemy.create_engine("sqlite://"))


def _get_one() -> None:
    engine = sqlalchemy.create_engine("sqlite://")
    _Base.metadata.create_all(engine)
    with sqlalchemy.orm.Session(engine) as session:
        session.get_one(_Parent, 7)


# --- Redis, MongoDB, Elasticsearch --------------------------------------------------------------------------------
def _redis(call: Callable[[Any], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with redis.Redis(decode_responses=True) as client:
            name = f"others-{uuid.uuid4()}"
            try:
                return call((client, name))
            finally:
                client.delete(name)

    return run


def _watched(of: Any) -> None:
    client, name = of
    with client.pipeline() as pipe:
        pipe.watch(name)
        client.set(name, "somebody else's")
        pipe.multi()
        pipe.set(name, "ours")
        pipe.execute()


def _lock_lost(of: Any) -> None:
    client, name = of
    lock = client.lock(name, timeout=5)
    lock.acquire()
    client.set(name, "somebody else's")
    lock.release()


def _lock_wanted(of: Any) -> None:
    client, name = of
    client.set(name, "somebody else's")
    with client.lock(name, blocking_timeout=0.05):
        """Never entered."""


def _group_missing(of: Any) -> None:
    client, name = of
    client.xadd(name, {"a": 1})
    client.xreadgroup("no-group", "me", {name: ">"})


def _acl(of: Any) -> None:
    client, name = of
    client.acl_setuser("others", enabled=True, passwords=["+not-a-secret"], commands=["+get"], keys=["*"])
    try:
        with redis.Redis(username="others", password="not-a-secret") as limited:
            limited.set(name, 1)
    finally:
        client.acl_deluser("others")


add("redis", "watched", Means("concurrency", True, (409, 503), "medium"), _redis(_watched))
add("redis", "lock_lost", Means("concurrency", True, (409, 503), "medium"), _redis(_lock_lost))
add("redis", "lock_wanted", CONTENTION, _redis(_lock_wanted))
add("redis", "wrong_type", OUR_BUG, _redis(lambda of: (of[0].lpush(of[1], "a"), of[0].get(of[1]))))
add("redis", "not_a_number", OUR_BUG, _redis(lambda of: (of[0].set(of[1], "a"), of[0].incr(of[1]))))
add("redis", "wrong_password", REFUSED_US, lambda: redis.Redis(username="nobody", password="no").ping())
add("redis", "not_permitted", REFUSED_US, _redis(_acl))
add("redis", "no_group", OUR_SETTINGS, _redis(_group_missing), note="a stream's group that nobody created")
add("redis", "script_broken", OUR_BUG, _redis(lambda of: of[0].eval("return nope(", 0)))
add("redis", "not_encodable", OUR_BUG, _redis(lambda of: of[0].set(of[1], {"a": 1})))
add("redis", "database_unknown", OUR_SETTINGS, lambda: redis.Redis(db=9_999).ping())
add("pymongo", "id_malformed", INVALID, lambda: bson.ObjectId("xyz"), note="the text is a client's")
add(
    "pymongo",
    "away",
    _AWAY,
    lambda: pymongo.MongoClient(port=closed_port(), serverSelectionTimeoutMS=50).x.y.find_one(),
)


def _elastic(url: str) -> Any:
    return elasticsearch.Elasticsearch(url, request_timeout=0.3, max_retries=0).search(index="things")


def _elastic_error(status: int, kind: str) -> Answer:
    return Answer(
        status,
        {
            "error": {"type": kind, "reason": f"about {kind}", "root_cause": [{"type": kind, "reason": "x"}]},
            "status": status,
        },
        {"X-Elastic-Product": "Elasticsearch"},
    )


add_answers(
    "elasticsearch",
    _elastic,
    {
        "query_malformed": (OUR_BUG, _elastic_error(400, "parsing_exception")),
        "index_missing": (OUR_SETTINGS, _elastic_error(404, "index_not_found_exception")),
        "queue_full": (THROTTLED, _elastic_error(429, "es_rejected_execution_exception")),
        "shards_failed": (DOWN, _elastic_error(503, "no_shard_available_action_exception")),
    },
)


# --- HTTP clients -------------------------------------------------------------------------------------------------
async def _aio(url: str) -> Any:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_read=0.2)) as session, session.get(url) as got:
        got.raise_for_status()
        return await got.json()


def _aio_run(url: str) -> Any:
    return asyncio.run(_aio(url))


add_answers(
    "aiohttp",
    _aio_run,
    {
        "read_silent": (SILENT, Answer(how="hang")),
        "redirects": (FAILED, Answer(302, headers={"Location": "/again"})),
        "teapot": (FAILED, Answer(418)),
        "payload_cut": (LINK, Answer(200, b'{"a": ', how="cut")),
    },
)
add("aiohttp", "url_malformed", OUR_BUG, lambda: _aio_run("http//nowhere"))
add("httpx", "scheme_missing", OUR_BUG, lambda: httpx.get("nowhere/x"))
add("httpx", "not_trusted", NO_TRUST, lambda: httpx.get(untrusted_url()))
add("httpx", "hangs_up", LINK, lambda: _hung_up())
add("requests", "host_malformed", OUR_BUG, lambda: requests.get("http://.nowhere", timeout=1))
add("requests", "scheme_missing", OUR_BUG, lambda: requests.get("nowhere/x", timeout=1))
add_answers(
    "requests",
    lambda url: requests.get(url, timeout=1).raise_for_status(),
    {
        "too_many_requests_later": (THROTTLED, Answer(429, headers={"Retry-After": "120"})),
        "insufficient_storage": (FAILED, Answer(507)),
        "gone": (FAILED, Answer(410)),
    },
)


def _hung_up() -> None:
    with listening(hang_up) as port:
        httpx.get(f"http://127.0.0.1:{port}")


# --- AWS, gRPC, Stripe, OpenAI ------------------------------------------------------------------------------------
def _aws(service: str, call: Callable[[Any], Any]) -> Callable[[str], Any]:
    def run(url: str) -> Any:
        options = botocore.config.Config(retries={"max_attempts": 0}, read_timeout=0.3, connect_timeout=0.3)
        client = boto3.client(
            service,
            endpoint_url=url,
            region_name="eu-west-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=options,
        )
        return call(client)

    return run


def _json_error(status: int, kind: str) -> Answer:
    return Answer(
        status,
        {"__type": kind, "message": f"about {kind}"},
        {"x-amzn-ErrorType": kind},
        type="application/x-amz-json-1.1",
    )


def _xml_error(status: int, kind: str) -> Answer:
    return Answer(status, f"<Error><Code>{kind}</Code><Message>about</Message></Error>", type="application/xml")


for _service, _call, _answers in (
    (
        "secretsmanager",
        lambda c: c.get_secret_value(SecretId="x"),
        {
            "decryption": (FAILED, _json_error(400, "DecryptionFailure")),
            "internal": (FAILED, _json_error(500, "InternalServiceError")),
        },
    ),
    (
        "sqs",
        lambda c: c.send_message(QueueUrl="http://127.0.0.1/1/x", MessageBody="x"),
        {
            "throttled": (THROTTLED, _json_error(400, "RequestThrottled")),
            "no_queue": (OUR_SETTINGS, _json_error(400, "AWS.SimpleQueueService.NonExistentQueue")),
        },
    ),
    (
        "s3",
        lambda c: c.put_object(Bucket="x", Key="y", Body=b"z"),
        {
            "slow_down": (THROTTLED, _xml_error(503, "SlowDown")),
            "no_bucket": (OUR_SETTINGS, _xml_error(404, "NoSuchBucket")),
            "clock_skewed": (REFUSED_US, _xml_error(403, "RequestTimeTooSkewed")),
            "key_unknown": (REFUSED_US, _xml_error(403, "InvalidAccessKeyId")),
        },
    ),
    (
        "dynamodb",
        lambda c: c.put_item(TableName="x", Item={"a": {"S": "b"}}),
        {
            "limit": (THROTTLED, _json_error(400, "RequestLimitExceeded")),
            "transaction_conflict": (CONTENTION, _json_error(400, "TransactionConflictException")),
        },
    ),
    (
        "lambda",
        lambda c: c.invoke(FunctionName="x"),
        {"too_many": (THROTTLED, _json_error(429, "TooManyRequestsException"))},
    ),
    (
        "ses",
        lambda c: c.get_send_quota(),
        {
            "expired": (
                REFUSED_US,
                Answer(403, "<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>", type="text/xml"),
            )
        },
    ),
):
    add_answers("boto3", _aws(_service, _call), {f"{_service}_{name}": one for name, one in _answers.items()})
add(
    "boto3",
    "region_missing",
    OUR_SETTINGS,
    lambda: boto3.client("sqs", region_name=None, aws_access_key_id="x", aws_secret_access_key="x"),
)
add("boto3", "profile_missing", OUR_SETTINGS, lambda: boto3.Session(profile_name="others-none"))
add("boto3", "parameter", OUR_BUG, lambda: _aws("sqs", lambda c: c.send_message(QueueUrl=7))("http://127.0.0.1:1"))
add("boto3", "service_unknown", OUR_BUG, lambda: boto3.client("no-such-service", region_name="eu-west-1"))


def _grpc(code: grpc.StatusCode, text: str) -> Callable[[], Any]:
    def fail(_request: bytes, context: Any) -> bytes:
        context.abort(code, text)
        return b""

    def run() -> Any:
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
        handlers = {"Fail": grpc.unary_unary_rpc_method_handler(fail)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("others.Service", handlers),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                return channel.unary_unary("/others.Service/Fail")(b"", timeout=2)
        finally:
            server.stop(None)

    return run


add("grpcio", "aborted", CONTENTION, _grpc(grpc.StatusCode.ABORTED, "transaction"))
add(
    "grpcio",
    "data_loss",
    Means("data_integrity", False, (500, 502, 503), "high"),
    _grpc(grpc.StatusCode.DATA_LOSS, "gone"),
    note="stored data that cannot be read, whosever",
)
add("grpcio", "unimplemented", FAILED, _grpc(grpc.StatusCode.UNIMPLEMENTED, "no"))
add("grpcio", "invalid_argument", FAILED, _grpc(grpc.StatusCode.INVALID_ARGUMENT, "no"))
add("grpcio", "exhausted", THROTTLED, _grpc(grpc.StatusCode.RESOURCE_EXHAUSTED, "quota"))


def _stripe(url: str) -> Any:
    client = stripe.StripeClient("sk_" + "test_" + "x", base_addresses={"api": url}, max_network_retries=0)
    return client.charges.create({"amount": 1, "currency": "eur"})


def _stripe_error(status: int, kind: str, **more: Any) -> Answer:
    return Answer(status, {"error": {"type": kind, "message": f"about {kind}", **more}})


add_answers(
    "stripe",
    _stripe,
    {
        "card_declined": (
            Means("business_logic", False, (402, 409, 422), "low"),
            _stripe_error(402, "card_error", code="card_declined", decline_code="insufficient_funds"),
        ),
        "idempotency": (FAILED, _stripe_error(400, "idempotency_error")),
        "no_permission": (REFUSED_US, _stripe_error(403, "invalid_request_error")),
        "unavailable": (DOWN, _stripe_error(503, "api_error")),
    },
)


def _openai(url: str) -> Any:
    return openai.OpenAI(api_key="no", base_url=url, max_retries=0, timeout=0.3).models.list()


add_answers(
    "openai",
    _openai,
    {
        "quota": (
            QUOTA,
            Answer(
                429,
                {
                    "error": {
                        "message": "You exceeded your current quota",
                        "type": "insufficient_quota",
                        "code": "insufficient_quota",
                    }
                },
            ),
        ),
        "overloaded": (DOWN, Answer(503, {"error": {"message": "overloaded", "type": "server_error"}})),
        "region": (
            REFUSED_US,
            Answer(
                403, {"error": {"message": "Country not supported", "code": "unsupported_country_region_territory"}}
            ),
        ),
        "silent": (SILENT, Answer(how="hang")),
    },
)


# --- validation, templates, processes -----------------------------------------------------------------------------
class _Order(pydantic.BaseModel, frozen=True):
    amount: int = pydantic.Field(gt=0)
    lines: list[dict[str, int]] = []


def _frozen() -> None:
    _Order(amount=1).amount = 2  # type: ignore[misc]


class _OrderSchema(marshmallow.Schema):
    amount = marshmallow.fields.Integer(required=True)


add("pydantic", "json_malformed", INVALID, lambda: _Order.model_validate_json('{"amount": '))
add("pydantic", "nested", INVALID, lambda: _Order.model_validate({"amount": 1, "lines": [{"a": "x"}]}))
add("pydantic", "adapter", INVALID, lambda: pydantic.TypeAdapter(list[int]).validate_python(["a"]))
add("pydantic", "undefined_type", OUR_BUG, lambda: pydantic.create_model("X", y=("Missing", ...))(y=1))
add("marshmallow", "many", INVALID, lambda: _OrderSchema(many=True).load([{"amount": 1}, {"amount": "x"}]))
add("marshmallow", "unknown", INVALID, lambda: _OrderSchema().load({"amount": 1, "colour": "red"}))
add("Jinja2", "bug_within", OUR_BUG, lambda: jinja2.Environment().from_string("{{ 1 / 0 }}").render())
add("celery", "retries_exceeded", LINK, lambda: _celery_retry())
add(
    "python",
    "process_failed",
    OUR_BUG,
    lambda: subprocess.run([sys.executable, "-c", "raise SystemExit(3)"], check=True),
)
add(
    "python",
    "process_killed",
    OUR_BUG,
    lambda: subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], check=True),
)
add("python", "pool_died", OUR_BUG, lambda: _dead_child())
add("python", "cancelled", OUR_BUG, lambda: _cancelled_future(), note="a future that somebody cancelled")


def _celery_retry() -> None:
    app = celery.Celery("others", broker="memory://")

    @app.task(bind=True, max_retries=0)
    def call(self: Any) -> None:
        try:
            httpx.get(f"http://127.0.0.1:{closed_port()}")
        except httpx.ConnectError as exc:
            raise self.retry(exc=exc)

    call.apply(throw=True)


def _dead_child() -> None:
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        pool.submit(os._exit, 1).result()


def _cancelled_future() -> None:
    future: concurrent.futures.Future[None] = concurrent.futures.Future()
    future.cancel()
    future.result()
