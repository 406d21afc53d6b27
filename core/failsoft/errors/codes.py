"""Codes that an exception carries: of the operating system, a database, a peer's HTTP answer, gRPC or a cloud.

A code says more exactly what happened than the class that carries it. Every reader is asked about exceptions of its own
library only, and answers None where there is no code or none that says something.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import find_label
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.code import Code, CodeReader, first_of, named, number_of
from failsoft.errors.peers import upstream
from failsoft.errors.protocols import (
    READERS_OF_PROTOCOLS,
    read_close,
    read_curl,
    read_http_protocol,
    read_interpreter,
)
from failsoft.errors.said import has_words, read_words
from failsoft.errors.service_codes import READERS_OF_SERVICES, any_response
from failsoft.errors.vendor_codes import READERS_OF_VENDORS

__all__ = [
    "Code",
    "CodeReader",
    "find_code_readers",
    "has_reader",
    "read_mongo",
    "read_mysql",
    "read_oracle",
    "read_postgres",
    "read_redis",
]


_ERRNO_IN_TEXT = re.compile(r"\[Errno (\d+)\]")
_ORACLE = re.compile(r"(ORA|DPY|DPI)-(\d{4,5})")
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


def read_postgres(exc: BaseException, label: Label | None) -> Code | None:
    """PostgreSQL: a SQLSTATE, or the words of libpq where there was no session to have one."""
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


def read_mysql(exc: BaseException, label: Label | None) -> Code | None:
    """MySQL and MariaDB: their number, else a SQLSTATE."""
    for value in (getattr(exc, "errno", None), first_of(exc)):
        number = number_of(value)
        if number is not None and number > 0 and (means := known.label_of_mysql(number)):
            if means in {is_.STORE_AWAY, is_.STORE_REFUSED} and "timed out" in str(exc)[:2_000]:
                means = is_.SILENT if means is is_.STORE_AWAY else is_.CONNECT_SILENT
            return Code(means, f"MySQL {number}")
    return _sqlstate(exc, label)


_SQLITE_NUMBERS = ("sqlite_errorcode", "extendedresult", "result")


def _sqlite(exc: BaseException, _label: Label | None) -> Code | None:
    number = next((one for name in _SQLITE_NUMBERS if (one := number_of(getattr(exc, name, None)))), None)
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


def read_oracle(exc: BaseException, _label: Label | None) -> Code | None:
    """Oracle: the server's numbers, and those of its driver and of its client library."""
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
    "no matching script",
    "transaction discarded",
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
_REDIS_SETTINGS = ("nogroup", "dbindex", "db index", "no such master")
_REDIS_STARTS: tuple[tuple[tuple[str, ...], Label, str], ...] = (
    (("too many connections", "no connection available"), is_.POOL_EXHAUSTED, "pool"),
    (_REDIS_SETTINGS, is_.MISCONFIGURED, "what has to be set up beforehand"),
    (_REDIS_BUGS, is_.BUG, "what we asked for"),
)
_REDIS_WORDS: tuple[tuple[tuple[str, ...], Label, str], ...] = (
    (("max number of clients",), is_.EXHAUSTED, "clients"),
    (("authentication required", "username-password"), is_.REFUSED_US, "authentication"),
    (("script: ",), is_.BUG, "what we asked for"),
    (("read only replica",), is_.STORE_NOT_NOW, "replica"),
    (("cluster mode is not enabled",), is_.MISCONFIGURED, "no cluster"),
)


def read_redis(exc: BaseException, label: Label | None) -> Code | None:
    """Redis: the words of its replies, and of clients that could not ask."""
    text = first_of(exc)
    if not isinstance(text, str):
        return None
    if text.startswith("Error ") and " connecting to " in text:
        return Code(is_.STORE_REFUSED, "while connecting")
    if text.startswith("Timeout connecting"):
        return Code(is_.CONNECT_SILENT, "while connecting")
    lower = text.lower()
    for words, means, says in _REDIS_WORDS:
        if any(one in lower for one in words):
            return Code(means, says)
    for starts, means, says in _REDIS_STARTS:
        if lower.startswith(starts):
            return Code(means, says)
    word = text.partition(" ")[0]
    return named(known.REDIS.get(word), word) if label is None or label.voice is Voice.SAYS else None


def read_mongo(exc: BaseException, _label: Label | None) -> Code | None:
    """MongoDB: its number, also of the first of several writes."""
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


_READERS_OF: tuple[tuple[CodeReader, str], ...] = (
    (read_postgres, "psycopg psycopg2 asyncpg"),
    (read_mysql, "pymysql MySQLdb mysql asyncmy aiomysql mariadb"),
    (_sqlite, "sqlite3 apsw"),
    (read_oracle, "oracledb cx_Oracle"),
    (_sql_server, "pyodbc pymssql"),
    (read_redis, "redis valkey aioredis coredis"),
    (read_mongo, "pymongo"),
    (_pony, "pony"),
    (_pydantic, "pydantic_core"),
    *READERS_OF_SERVICES,
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
    "curl_cffi": read_curl,
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
    readers: list[CodeReader] = [read_words] if has_words(cls) else []
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
    if not [one for one in readers if one is not read_words] and cls.__module__ != "builtins":
        readers += [_sqlstate, any_response]
    return tuple(readers)
