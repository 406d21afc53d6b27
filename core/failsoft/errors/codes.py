"""Codes that an exception carries: of the operating system, a database, a peer's HTTP answer, gRPC or a cloud.

A code says more exactly what happened than the class that carries it. Every reader is asked about exceptions of its own
library only, and answers None where there is no code or none that says something.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import find_label
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.code import Code, CodeReader, first_of, named, number_of
from failsoft.errors.peers import upstream
from failsoft.errors.protocols import READERS_OF_PROTOCOLS, read_close, read_http_protocol, read_interpreter
from failsoft.errors.vendor_codes import READERS_OF_VENDORS

__all__ = ["Code", "CodeReader", "find_code_readers", "has_reader"]


_ERRNO_IN_TEXT = re.compile(r"\[Errno (\d+)\]")
_ORACLE = re.compile(r"(ORA|DPY|DPI)-(\d{4,5})")
_AWS_IN_TEXT = re.compile(r"An error occurred \((\w+)\)")
_NATIVE = re.compile(r"\((\d{1,6})\)")
# a shared library (the dynamic linker), the certificates of requests
_MISSING = ("cannot open shared object file", "suitable TLS CA certificate bundle")
_SETTINGS_FILE = re.compile(
    r"(?:/(?:credentials|secrets?|config)[/.][^/]+|\.(?:env|toml|ya?ml|ini|cfg|conf|pem|crt|key|properties)|/etc/[^/]+)\Z",
    re.IGNORECASE,
)


# --- the operating system ---------------------------------------------------------------------------------------------
def _errno(exc: BaseException, _label: Label | None) -> Code | None:
    number = number_of(getattr(exc, "errno", None))
    if number is None:
        # asyncio joins the attempts to reach several addresses into one text
        text = first_of(exc)
        if isinstance(text, str) and any(needle in text for needle in _MISSING):
            return Code(is_.MISCONFIGURED, "missing file")
        if text == "Invalid data stream":
            return Code(is_.UNPARSABLE, "bz2")
        found = {int(digits) for digits in _ERRNO_IN_TEXT.findall(text)} if isinstance(text, str) else set()
        if len(found) != 1:
            return None
        number = found.pop()
    label = known.ERRNO.get(number)
    if label is is_.OS_FAULT and (name := getattr(exc, "filename", None)) and _SETTINGS_FILE.search(str(name)):
        label = is_.MISCONFIGURED
    return named(label, f"errno {number}")


# --- databases --------------------------------------------------------------------------------------------------------
def _sqlstate(exc: BaseException, _label: Label | None) -> Code | None:
    for name in ("sqlstate", "pgcode"):
        state = getattr(exc, name, None)
        if isinstance(state, str) and len(state) == 5:
            return named(known.label_of_sqlstate(state), f"SQLSTATE {state}")
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
    ('role "', is_.REFUSED_US),
    ("starting up", is_.STORE_NOT_NOW),
    ("shutting down", is_.STORE_NOT_NOW),
    ("connection refused", is_.STORE_REFUSED),
    ("translate host name", is_.STORE_REFUSED),
    ("resolve host", is_.STORE_REFUSED),
    ("name or service not known", is_.STORE_REFUSED),
    ("timeout expired", is_.CONNECT_SILENT),
    ("certificate", is_.NO_TRUST),
    ("the connection is closed", is_.BUG),
)
_DSN = ("connection info string", "connection option", "invalid dsn", "invalid URI")


def _postgres(exc: BaseException, label: Label | None) -> Code | None:
    text = first_of(exc)
    if (code := _sqlstate(exc, label)) is not None:
        operator = code.says.endswith("42883") and isinstance(text, str) and text.startswith("operator")
        return code._replace(label=is_.BUG) if operator else code
    if label is None or not isinstance(text, str):
        return None
    if label == is_.BUG._replace(voice=label.voice) and any(needle in text for needle in _DSN):
        return Code(is_.MISCONFIGURED, "connection string")
    if label.category is not is_.STORE_AWAY.category:
        return None
    lower = text[:2_000].lower()
    return next((Code(means, f"libpq: {needle}") for needle, means in _LIBPQ if needle in lower), None)


def _mysql(exc: BaseException, label: Label | None) -> Code | None:
    for value in (getattr(exc, "errno", None), first_of(exc)):
        number = number_of(value)
        if number is not None and number > 0 and (means := known.label_of_mysql(number)):
            if means in {is_.STORE_AWAY, is_.STORE_REFUSED} and "timed out" in str(exc)[:2_000]:
                means = is_.SILENT if means is is_.STORE_AWAY else is_.CONNECT_SILENT
            return Code(means, f"MySQL {number}")
    return _sqlstate(exc, label)


def _sqlite(exc: BaseException, _label: Label | None) -> Code | None:
    number = number_of(getattr(exc, "sqlite_errorcode", None))
    if number is None:
        return None
    label = known.SQLITE.get(number) or known.SQLITE.get(number & 0xFF)
    if number == 1:
        text = str(first_of(exc))
        label = is_.MISCONFIGURED if text.startswith("no such") or "has no column" in text else is_.BUG
    return named(label, f"SQLite {getattr(exc, 'sqlite_errorname', number)}")


_DRIVER_OF_ORACLE = {
    1001: is_.STORE_AWAY,
    2049: is_.MISCONFIGURED,
    4000: is_.MISCONFIGURED,
    4026: is_.MISCONFIGURED,
    4027: is_.MISCONFIGURED,
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
        if match[1] == "DPI":
            return named(is_.MISCONFIGURED if number in {1047, 1072} else None, match[0])
        label = known.label_of_oracle(number) if match[1] == "ORA" else _DRIVER_OF_ORACLE.get(number)
        if label is None and match[1] == "DPY" and 2000 <= number < 4000:
            label = is_.BUG  # called wrongly, or for what it cannot do
        return named(label, f"{match[1]}-{match[2]}")
    return None


def _sql_server(exc: BaseException, _label: Label | None) -> Code | None:
    first = first_of(exc)
    if (number := number_of(first)) is not None:
        return named(known.label_of_sql_server(number), f"SQL Server {number}")
    text = str(exc)[:2_000]
    for digits in _NATIVE.findall(text):
        if label := known.label_of_sql_server(int(digits)):
            return Code(label, f"SQL Server {digits}")
    return named(known.label_of_sqlstate(first), f"SQLSTATE {first}") if isinstance(first, str) else None


# replies that begin with ERR, which the libraries cut off
_REDIS_BUGS = (
    "unknown command",
    "unknown subcommand",
    "wrong number of arguments",
    "value is not",
    "syntax error",
    "invalid ",
    "index out of range",
    "no such key",
    "increment or decrement would overflow",
    "error compiling script",
    "error running script",
)
_REDIS_SETTINGS = ("nogroup", "dbindex", "db index", "no such master")  # fmt: skip


def _redis(exc: BaseException, label: Label | None) -> Code | None:
    text = first_of(exc)
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
    if lower.startswith(_REDIS_SETTINGS):
        return Code(is_.MISCONFIGURED, "what has to be set up beforehand")
    if lower.startswith(_REDIS_BUGS) or "script: " in lower:
        return Code(is_.BUG, "what we asked for")
    if "cluster mode is not enabled" in lower:
        return Code(is_.MISCONFIGURED, "no cluster")
    word = text.partition(" ")[0]
    return named(known.REDIS.get(word), word) if label is None or label.voice is Voice.SAYS else None


def _mongo(exc: BaseException, _label: Label | None) -> Code | None:
    has_label = getattr(exc, "has_error_label", None)
    if callable(has_label) and has_label("TransientTransactionError"):
        return Code(is_.CONTENTION, "TransientTransactionError")
    numbers = [getattr(exc, "code", None)]
    details = getattr(exc, "details", None)
    if isinstance(details, Mapping):
        numbers += [error.get("code") for error in details.get("writeErrors") or () if isinstance(error, Mapping)]
    for value in numbers:
        number = number_of(value)
        if number is not None and (means := known.MONGO.get(number)):
            return Code(means, f"MongoDB {number}")
    return None


def _pony(exc: BaseException, _label: Label | None) -> Code | None:
    """Pony keeps the driver's exception beside its own."""
    original = getattr(exc, "original_exc", None)
    if not isinstance(original, BaseException):
        return None
    for reader in find_code_readers(type(original)):
        if (code := reader(original, find_label(type(original).__module__, type(original).__name__))) is not None:
            return code
    return None


def _pydantic(exc: BaseException, _label: Label | None) -> Code | None:
    # a model of settings that does not validate is no bug in the code
    title = getattr(exc, "title", None)
    settings = isinstance(title, str) and title.endswith(("Settings", "Config", "Configuration"))
    return Code(is_.MISCONFIGURED, f"model {title}") if settings else None


# --- peers ------------------------------------------------------------------------------------------------------------
_CLIENT_PACKAGES = frozenset({"requests", "httpx", "aiohttp", "urllib3", "niquests", "curl_cffi", "treq", "urllib"})


def _any_response(exc: BaseException, label: Label | None) -> Code | None:
    """An exception of nobody we know that carries the response of a client library."""
    response = getattr(exc, "response", None)
    if response is None or str(type(response).__module__).partition(".")[0] not in _CLIENT_PACKAGES:
        return None
    return upstream(exc, label)


# Cognito: the password is that of our client
_LOGINS = frozenset({"InitiateAuth", "AdminInitiateAuth", "RespondToAuthChallenge", "ConfirmForgotPassword"})


def _aws(exc: BaseException, label: Label | None) -> Code | None:
    response = getattr(exc, "response", None)
    if not isinstance(response, Mapping) and (said := _AWS_IN_TEXT.search(str(exc)[:2_000])):
        return named(known.label_of_aws(said[1]), f"AWS {said[1]}")
    if not isinstance(response, Mapping):
        # MinIO speaks S3: the code is on the exception, the response is that of urllib3
        code = getattr(exc, "code", None)
        means = known.label_of_aws(code) if isinstance(code, str) else None
        return Code(means, f"S3 {code}") if means else upstream(exc, label)
    error, meta = response.get("Error") or {}, response.get("ResponseMetadata") or {}
    code, status = error.get("Code"), number_of(meta.get("HTTPStatusCode"))
    if code == "TransactionCanceledException":
        code = _reason_of_transaction(response) or code
    if code == "NotAuthorizedException" and getattr(exc, "operation_name", None) in _LOGINS:
        return Code(is_.WHO_ARE_YOU, f"AWS {code}")
    means = (
        known.label_of_aws(str(code)) or (known.label_of_upstream(status) if status else None) or is_.UPSTREAM_FAILED
    )
    wait = (meta.get("HTTPHeaders") or {}).get("retry-after")
    return Code(means, f"AWS {code}", wait if isinstance(wait, str) else None)


def _reason_of_transaction(response: Mapping[str, Any]) -> str | None:
    """The code behind DynamoDB's "transaction cancelled": of the reasons, the first that is one."""
    reasons = response.get("CancellationReasons")
    for reason in reasons if isinstance(reasons, list) else ():
        code = reason.get("Code") if isinstance(reason, Mapping) else None
        if isinstance(code, str) and code != "None":
            return {"ConditionalCheckFailed": "ConditionalCheckFailedException"}.get(code, code)
    return None


_GRPC_LINK: tuple[tuple[str, Label], ...] = (
    ("certificate_verify", is_.NO_TRUST),
    ("handshake failed", is_.NO_TRUST),
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
    return named(label, f"gRPC {name}")


def _smtp(exc: BaseException, _label: Label | None) -> Code | None:
    if "timed out" in str(exc)[:2_000]:
        return Code(is_.SILENT, "timed out")
    recipients = getattr(exc, "recipients", None)
    if isinstance(recipients, Mapping) and recipients:
        replies = [reply[0] for reply in recipients.values() if isinstance(reply, tuple) and reply]
        later = bool(replies) and all(number_of(one) is not None and 400 <= one < 500 for one in replies)
        return Code(is_.UPSTREAM_NOT_NOW, f"SMTP {replies[0]}") if later else None
    number = number_of(getattr(exc, "smtp_code", None)) or number_of(getattr(exc, "code", None))
    if number is None or not 400 <= number <= 599:
        return None
    label = known.SMTP.get(number) or (is_.UPSTREAM_NOT_NOW if number < 500 else is_.UPSTREAM_FAILED)
    return Code(label, f"SMTP {number}")


_KAFKA: tuple[tuple[str, Label], ...] = (
    ("_INVALID_ARG", is_.MISCONFIGURED),
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
    error: Any = first_of(exc)
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
    (_redis, "redis valkey aioredis coredis"),
    (_mongo, "pymongo"),
    (_pony, "pony"),
    (_pydantic, "pydantic_core"),
    (_aws, "botocore boto3 minio"),
    (_grpc, "grpc"),
    (_smtp, "smtplib aiosmtplib"),
    (_kafka, "kafka aiokafka cimpl confluent_kafka"),
    *READERS_OF_PROTOCOLS,
    *READERS_OF_VENDORS,
    (
        upstream,
        """
        requests httpx httpx2 aiohttp urllib niquests curl_cffi elasticsearch elastic_transport opensearchpy twilio
        github gitlab discord hvac docker tornado websockets xmlrpc jira python_http_client googleapiclient
        simple_salesforce gql influxdb_client qdrant_client weaviate websocket meilisearch zeep cohere ollama
        huggingface_hub replicate plaid algoliasearch svix geoip2 zenpy firebase_admin pyactiveresource paypalrestsdk
        smart_open
        """,
    ),
)
_READERS = {package: reader for reader, packages in _READERS_OF for package in packages.split()}
_MORE_READERS: dict[str, CodeReader] = {
    "httpx": read_http_protocol,
    "httpx2": read_http_protocol,
    "websockets": read_close,
}
# what a server should answer, not what one has answered
_NO_CODE_OF_A_PEER = frozenset({"aiohttp.http_exceptions"})
_NO_ERRNO = frozenset({"SSLError", "gaierror", "herror", "TypesenseClientError"})


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
        for table in (_MORE_READERS, _READERS):
            if (reader := table.get(package)) and reader not in readers:
                readers.append(reader)
    if issubclass(cls, OSError) and names.isdisjoint(_NO_ERRNO):
        readers.append(_errno)
    if cls in {Exception, RuntimeError, BufferError}:
        readers.append(read_interpreter)
    if not readers and cls.__module__ != "builtins":
        readers += [_sqlstate, _any_response]
    return tuple(readers)
