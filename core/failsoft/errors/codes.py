"""Codes that an exception carries: of the operating system, a database, a peer's HTTP answer, gRPC or a cloud.

A code says more exactly what happened than the class that carries it. Every reader is asked about exceptions of its own
library only, and answers None where there is no code or none that says something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.reading import header_pairs

__all__ = ["Code", "CodeReader", "find_code_readers", "has_reader"]


class Code(NamedTuple):
    """What a code says."""

    label: Label
    says: str
    retry_after: str | None = None
    """A peer's `Retry-After`, as it came."""


CodeReader = Callable[[BaseException, Label | None], Code | None]
"""Reads the code of an exception; knows what the catalogue says of its class."""

_ERRNO_IN_TEXT = re.compile(r"\[Errno (\d+)\]")
_ORACLE = re.compile(r"(ORA|DPY|DPI)-(\d{4,5})")
_NATIVE = re.compile(r"\((\d{1,6})\)")
_SETTINGS_FILE = re.compile(r"(?:\.(?:env|toml|ya?ml|ini|cfg|conf|pem|crt|key|properties)|/etc/[^/]+)\Z", re.IGNORECASE)


def _number(value: object) -> int | None:
    return value if type(value) is int else None


def _first(exc: BaseException) -> object:
    return exc.args[0] if exc.args else None


def _named(label: Label | None, says: str) -> Code | None:
    return None if label is None else Code(label, says)


# --- the operating system ---------------------------------------------------------------------------------------------
def _errno(exc: BaseException, _label: Label | None) -> Code | None:
    number = _number(getattr(exc, "errno", None))
    if number is None:
        # asyncio joins the attempts to reach several addresses into one text
        text = _first(exc)
        found = {int(digits) for digits in _ERRNO_IN_TEXT.findall(text)} if isinstance(text, str) else set()
        if len(found) != 1:
            return None
        number = found.pop()
    label = known.ERRNO.get(number)
    if label is is_.OS_FAULT and (name := getattr(exc, "filename", None)) and _SETTINGS_FILE.search(str(name)):
        label = is_.MISCONFIGURED
    return _named(label, f"errno {number}")


# --- databases --------------------------------------------------------------------------------------------------------
def _sqlstate(exc: BaseException, _label: Label | None) -> Code | None:
    for name in ("sqlstate", "pgcode"):
        state = getattr(exc, name, None)
        if isinstance(state, str) and len(state) == 5:
            return _named(known.label_of_sqlstate(state), f"SQLSTATE {state}")
    return None


# libpq gives no SQLSTATE where there was no session yet
_LIBPQ: tuple[tuple[str, Label], ...] = (
    ("authentication failed", is_.REFUSED_US),
    ("no pg_hba.conf entry", is_.REFUSED_US),
    ("no password supplied", is_.MISCONFIGURED),
    ('database "', is_.MISCONFIGURED),
    ("too many clients", is_.EXHAUSTED),
    ("remaining connection slots", is_.EXHAUSTED),
    ("too many connections", is_.EXHAUSTED),
    ("starting up", is_.STORE_NOT_NOW),
    ("shutting down", is_.STORE_NOT_NOW),
    ("connection refused", is_.STORE_REFUSED),
    ("translate host name", is_.STORE_REFUSED),
    ("resolve host", is_.STORE_REFUSED),
    ("name or service not known", is_.STORE_REFUSED),
    ("timeout expired", is_.CONNECT_SILENT),
    ("certificate", is_.NO_TRUST),
)


def _postgres(exc: BaseException, label: Label | None) -> Code | None:
    if (code := _sqlstate(exc, label)) is not None:
        return code
    text = _first(exc)
    if label is None or label.category is not is_.STORE_AWAY.category or not isinstance(text, str):
        return None
    lower = text[:2_000].lower()
    return next((Code(means, f"libpq: {needle}") for needle, means in _LIBPQ if needle in lower), None)


def _mysql(exc: BaseException, label: Label | None) -> Code | None:
    for value in (getattr(exc, "errno", None), _first(exc)):
        number = _number(value)
        if number is not None and number > 0 and (means := known.label_of_mysql(number)):
            return Code(means, f"MySQL {number}")
    return _sqlstate(exc, label)


def _sqlite(exc: BaseException, _label: Label | None) -> Code | None:
    number = _number(getattr(exc, "sqlite_errorcode", None))
    if number is None:
        return None
    label = known.SQLITE.get(number) or known.SQLITE.get(number & 0xFF)
    if number == 1:
        text = str(_first(exc))
        label = is_.MISCONFIGURED if text.startswith("no such") or "has no column" in text else is_.BUG
    return _named(label, f"SQLite {getattr(exc, 'sqlite_errorname', number)}")


_DRIVER_OF_ORACLE = {
    1001: is_.STORE_AWAY,
    4005: is_.POOL_EXHAUSTED,
    4011: is_.STORE_AWAY,
    4024: is_.SILENT,
    6000: is_.STORE_AWAY,
    6001: is_.MISCONFIGURED,
    6003: is_.MISCONFIGURED,
    6005: is_.STORE_REFUSED,
}


def _oracle(exc: BaseException, _label: Label | None) -> Code | None:
    if match := _ORACLE.search(str(exc)[:2_000]):
        number = int(match[2])
        label = known.label_of_oracle(number) if match[1] == "ORA" else _DRIVER_OF_ORACLE.get(number)
        return _named(label, f"{match[1]}-{match[2]}")
    return None


def _sql_server(exc: BaseException, _label: Label | None) -> Code | None:
    first = _first(exc)
    if (number := _number(first)) is not None:
        return _named(known.label_of_sql_server(number), f"SQL Server {number}")
    text = str(exc)[:2_000]
    for digits in _NATIVE.findall(text):
        if label := known.label_of_sql_server(int(digits)):
            return Code(label, f"SQL Server {digits}")
    return _named(known.label_of_sqlstate(first), f"SQLSTATE {first}") if isinstance(first, str) else None


def _redis(exc: BaseException, label: Label | None) -> Code | None:
    text = _first(exc)
    if not isinstance(text, str):
        return None
    if text.startswith("Error ") and " connecting to " in text:
        return Code(is_.STORE_REFUSED, "while connecting")
    if text.startswith("Timeout connecting"):
        return Code(is_.CONNECT_SILENT, "while connecting")
    lower = text.lower()
    if lower.startswith(("too many connections", "no connection available")):
        return Code(is_.POOL_EXHAUSTED, "pool")
    if "max number of clients" in lower:
        return Code(is_.EXHAUSTED, "clients")
    if "authentication required" in lower or "username-password" in lower:
        return Code(is_.REFUSED_US, "authentication")
    word = text.partition(" ")[0]
    return _named(known.REDIS.get(word), word) if label is None or label.voice is Voice.SAYS else None


def _mongo(exc: BaseException, _label: Label | None) -> Code | None:
    has_label = getattr(exc, "has_error_label", None)
    if callable(has_label) and has_label("TransientTransactionError"):
        return Code(is_.CONTENTION, "TransientTransactionError")
    numbers = [getattr(exc, "code", None)]
    details = getattr(exc, "details", None)
    if isinstance(details, Mapping):
        numbers += [error.get("code") for error in details.get("writeErrors") or () if isinstance(error, Mapping)]
    for value in numbers:
        number = _number(value)
        if number is not None and (means := known.MONGO.get(number)):
            return Code(means, f"MongoDB {number}")
    return None


def _pydantic(exc: BaseException, _label: Label | None) -> Code | None:
    # a model of settings that does not validate is no bug in the code
    title = getattr(exc, "title", None)
    settings = isinstance(title, str) and title.endswith(("Settings", "Config", "Configuration"))
    return Code(is_.MISCONFIGURED, f"model {title}") if settings else None


# --- peers ------------------------------------------------------------------------------------------------------------
_STATUS_NAMES = ("status_code", "status", "http_status", "code", "response_code", "errcode")


def _status(*carriers: object) -> int | None:
    for carrier in carriers:
        if carrier is None:
            continue
        for name in _STATUS_NAMES:
            value = getattr(carrier, name, None)
            if isinstance(value, int) and not isinstance(value, bool) and 300 <= value <= 599:
                return int(value)
    return None


def _upstream(exc: BaseException, label: Label | None) -> Code | None:
    """A peer's HTTP answer that a client's exception carries."""
    response = getattr(exc, "response", None)
    status = _status(response, getattr(exc, "meta", None), exc)
    if status is None:
        return None
    means = known.label_of_upstream(status)
    if means is None:
        if label is not None and label.voice is Voice.SAYS:
            return None
        means = is_.UPSTREAM_FAILED
    if status == 429 and getattr(exc, "code", None) in {"insufficient_quota", "billing_hard_limit_reached"}:
        means = is_.QUOTA_SPENT
    return Code(means, f"HTTP {status}", _retry_after(response, exc))


def _retry_after(*carriers: object) -> str | None:
    for carrier in carriers:
        for name, value in header_pairs(getattr(carrier, "headers", None) or ()):
            if name.lower() == "retry-after":
                return value
    return None


_CLIENT_PACKAGES = frozenset({"requests", "httpx", "aiohttp", "urllib3", "niquests", "curl_cffi", "treq", "urllib"})


def _any_response(exc: BaseException, label: Label | None) -> Code | None:
    """An exception of nobody we know that carries the response of a client library."""
    response = getattr(exc, "response", None)
    if response is None or str(type(response).__module__).partition(".")[0] not in _CLIENT_PACKAGES:
        return None
    return _upstream(exc, label)


def _stripe(exc: BaseException, label: Label | None) -> Code | None:
    # 402 is Stripe's way to say that the customer's card was declined
    return None if label is is_.PAYMENT_DUE else _upstream(exc, label)


def _aws(exc: BaseException, label: Label | None) -> Code | None:
    response = getattr(exc, "response", None)
    if not isinstance(response, Mapping):
        # MinIO speaks S3: the code is on the exception, the response is that of urllib3
        code = getattr(exc, "code", None)
        means = known.AWS.get(code) if isinstance(code, str) else None
        return Code(means, f"S3 {code}") if means else _upstream(exc, label)
    error, meta = response.get("Error") or {}, response.get("ResponseMetadata") or {}
    code, status = error.get("Code"), _number(meta.get("HTTPStatusCode"))
    means = known.AWS.get(str(code)) or (known.label_of_upstream(status) if status else None) or is_.UPSTREAM_FAILED
    wait = (meta.get("HTTPHeaders") or {}).get("retry-after")
    return Code(means, f"AWS {code}", wait if isinstance(wait, str) else None)


_GRPC_LINK: tuple[tuple[str, Label], ...] = (
    ("failed to connect", is_.REFUSED),
    ("name resolution", is_.DNS),
    ("dns resolution", is_.DNS),
    ("connection refused", is_.REFUSED),
    ("connection reset", is_.BROKEN),
    ("socket closed", is_.BROKEN),
    ("broken pipe", is_.BROKEN),
    ("goaway", is_.BROKEN),
)


def _grpc(exc: BaseException, _label: Label | None) -> Code | None:
    ask: Any = getattr(exc, "code", None)
    name = getattr(ask() if callable(ask) else ask, "name", None)
    label = known.GRPC.get(str(name))
    if name == "UNAVAILABLE":
        tell: Any = getattr(exc, "details", None)
        text = str(tell() if callable(tell) else tell)[:2_000].lower()
        label = next((means for needle, means in _GRPC_LINK if needle in text), label)
    return _named(label, f"gRPC {name}")


def _smtp(exc: BaseException, _label: Label | None) -> Code | None:
    number = _number(getattr(exc, "smtp_code", None))
    if number is None or not 400 <= number <= 599:
        return None
    label = known.SMTP.get(number) or (is_.UPSTREAM_NOT_NOW if number < 500 else is_.UPSTREAM_FAILED)
    return Code(label, f"SMTP {number}")


_KAFKA: tuple[tuple[str, Label], ...] = (
    ("ALL_BROKERS_DOWN", is_.STORE_AWAY),
    ("TRANSPORT", is_.STORE_AWAY),
    ("RESOLVE", is_.STORE_REFUSED),
    ("TIMED_OUT", is_.SILENT),
    ("AUTHENTICATION", is_.REFUSED_US),
    ("AUTHORIZATION", is_.REFUSED_US),
    ("UNKNOWN_TOPIC", is_.MISCONFIGURED),
    ("UNKNOWN_PARTITION", is_.MISCONFIGURED),
    ("QUEUE_FULL", is_.EXHAUSTED),
    ("SIZE_TOO_LARGE", is_.TOO_BIG_FOR_PEER),
    ("REBALANCE", is_.CONTENTION),
)


def _kafka(exc: BaseException, label: Label | None) -> Code | None:
    error: Any = _first(exc)
    ask = getattr(error, "name", None)
    if callable(ask):
        name = str(ask())
        means = next((means for part, means in _KAFKA if part in name), is_.UPSTREAM_FAILED)
        may_repeat = getattr(error, "retriable", None)
        if means is is_.UPSTREAM_FAILED and callable(may_repeat) and may_repeat():
            means = is_.UPSTREAM_NOT_NOW
        return Code(means, f"Kafka {name}")
    if getattr(exc, "retriable", False) is True and label == is_.UPSTREAM_FAILED:
        return Code(is_.UPSTREAM_NOT_NOW, "retriable")
    return None


_READERS_OF: tuple[tuple[CodeReader, str], ...] = (
    (_postgres, "psycopg psycopg2 asyncpg"),
    (_mysql, "pymysql MySQLdb mysql asyncmy aiomysql mariadb"),
    (_sqlite, "sqlite3"),
    (_oracle, "oracledb cx_Oracle"),
    (_sql_server, "pyodbc pymssql"),
    (_redis, "redis valkey aioredis"),
    (_mongo, "pymongo"),
    (_pydantic, "pydantic_core"),
    (_aws, "botocore boto3 minio"),
    (_grpc, "grpc"),
    (_smtp, "smtplib"),
    (_kafka, "kafka aiokafka cimpl confluent_kafka"),
    (_stripe, "stripe"),
    (
        _upstream,
        """
        requests httpx aiohttp urllib niquests curl_cffi openai anthropic azure google elasticsearch elastic_transport
        opensearchpy kubernetes twilio github gitlab slack_sdk discord hvac docker tornado websockets xmlrpc jira
        python_http_client googleapiclient simple_salesforce gql influxdb_client
        """,
    ),
)
_READERS = {package: reader for reader, packages in _READERS_OF for package in packages.split()}
# what a server should answer, not what one has answered
_NO_CODE_OF_A_PEER = frozenset({"aiohttp.http_exceptions"})
_NO_ERRNO = frozenset({"SSLError", "gaierror", "herror"})


def has_reader(cls: type) -> bool:
    """Whether there is a reader for the package of a class or of one of its bases."""
    return any(str(base.__module__).partition(".")[0] in _READERS for base in cls.__mro__)


def find_code_readers(cls: type) -> tuple[CodeReader, ...]:
    """The readers that are asked about exceptions of a class, in order."""
    readers: list[CodeReader] = []
    names = {base.__name__ for base in cls.__mro__}
    for base in cls.__mro__:
        module = str(base.__module__)
        package = "" if module in _NO_CODE_OF_A_PEER else module.partition(".")[0]
        if (reader := _READERS.get(package)) and reader not in readers:
            readers.append(reader)
    if issubclass(cls, OSError) and names.isdisjoint(_NO_ERRNO):
        readers.append(_errno)
    if not readers and cls.__module__ != "builtins":
        readers += [_sqlstate, _any_response]
    return tuple(readers)
