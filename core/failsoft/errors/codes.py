"""Codes that an exception carries: of the operating system, a database, a peer's HTTP answer, gRPC or a cloud.

A code says more exactly what happened than the class that carries it. Every reader is asked about exceptions of its own
library only, and answers None where there is no code or none that says something.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Mapping

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import find_label, sql_codes
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.catalogue.store_codes import label_of_mongo
from failsoft.errors.code import Code, CodeReader, first_of, is_raised_by_us, named, number_of
from failsoft.errors.fleeting import note
from failsoft.errors.kit_codes import MORE_READERS_OF_KITS, READERS_OF_KITS
from failsoft.errors.peers import upstream
from failsoft.errors.protocols import (
    READERS_OF_PROTOCOLS,
    read_close,
    read_curl,
    read_http_protocol,
    read_interpreter,
)
from failsoft.errors.replies import READERS_OF_REPLIES
from failsoft.errors.said import has_words, read_words
from failsoft.errors.search_codes import READERS_OF_SEARCH
from failsoft.errors.service_codes import READERS_OF_SERVICES, any_response
from failsoft.errors.store_texts import (
    read_libpq,
    read_misuse,
    read_redis,
    text_of_mysql,
    text_of_postgres,
    text_of_sqlite,
    word_of_libpq,
)
from failsoft.errors.vendor_codes import MORE_READERS_OF_VENDORS, READERS_OF_VENDORS, TEXTS_OF_SOCKS

__all__ = [
    "ATTRIBUTES_READ",
    "BLIND_TO_NUMBERS",
    "Code",
    "CodeReader",
    "find_code_readers",
    "has_reader",
    "read_mongo",
    "read_mysql",
    "read_oracle",
    "read_postgres",
]


_MAX_TEXT = 2_000
_ERRNO_IN_TEXT = as_pattern(r"\[Errno (\d+)\]")
_ORACLE = as_pattern(r"(ORA|DPY|DPI)-(\d{4,5})")
_NATIVE = as_pattern(r"\((\d{1,6})\)")
# a shared library (the dynamic linker), the certificates of requests
_MISSING = ("cannot open shared object file", "suitable TLS CA certificate bundle")
_MAX_LISTED = 20
_NO_LINK = frozenset({is_.REFUSED, is_.UNREACHABLE, is_.BROKEN, is_.SILENT})
_NOT_BOUND = frozenset({is_.OS_FAULT, is_.OUT_OF_HANDLES})
# what is part of an installation is as one of its settings
_SETTINGS_FILE = as_pattern(
    r"(?:-packages/.*|/lib/python\d[^/]*/.*|/(?:credentials|secrets?|config)[/.][^/]+|\.(?:env|toml|ya?ml|ini|cfg|conf|pem|crt|key|properties)|/etc/[^/]+)\Z",
    re.IGNORECASE,
)


# --- the operating system ---------------------------------------------------------------------------------------------
def _translated(exc: BaseException) -> Code | None:
    """What a peer said, where a file system that is kept there raised an error of the system from it."""
    cause = exc.__cause__
    if cause is None or isinstance(cause, OSError) or not has_reader(type(cause)):
        return None
    note()
    label = find_label(type(cause).__module__, type(cause).__name__)
    return next((code for reader in find_code_readers(type(cause)) if (code := reader(cause, label)) is not None), None)


def _errno(exc: BaseException, kind: Label | None) -> Code | None:
    return _translated(exc) or _of_the_system(exc, kind)


def _of_the_system(exc: BaseException, kind: Label | None) -> Code | None:
    number = number_of(getattr(exc, "errno", None))
    if number is None:
        found = _in_text(first_of(exc))
        if not isinstance(found, int):
            return found or _refused_by_code(exc)
        number = found
    label = known.ERRNO.get(number)
    if label in _NOT_BOUND and "while attempting to bind on address" in str(exc)[:_MAX_TEXT]:
        label = is_.MISCONFIGURED
    if label is is_.OS_FAULT and (name := getattr(exc, "filename", None)) and _SETTINGS_FILE.search(str(name)):
        label = is_.MISCONFIGURED
    return named(_of_a_socket(kind) if label is is_.OS_FAULT else label, f"errno {number}")


def _refused_by_code(exc: BaseException) -> Code | None:
    """What our own code refuses somebody: the system would have given its number."""
    ours = type(exc) is PermissionError and is_raised_by_us(exc)
    return Code(is_.YOU_MAY_NOT, "refused by code") if ours else None


def _of_a_socket(kind: Label | None) -> Label:
    """What is not there or may not be used: of who wanted to connect, a socket that nobody listens at."""
    if kind is None or kind.category is not is_.REFUSED.category:
        return is_.OS_FAULT
    return is_.STORE_REFUSED if kind.severity is is_.STORE_REFUSED.severity else is_.REFUSED


def _in_text(text: object) -> int | Code | None:
    """The errno in the text of an error of the system that has none, or what else such a text says."""
    # asyncio joins the attempts to reach several addresses into one text, and shutil lists what it could not copy
    if isinstance(text, list):
        text = " ".join(str(one) for one in text[:_MAX_LISTED])
    if not isinstance(text, str):
        return None
    if any(needle in text for needle in _MISSING):
        return Code(is_.MISCONFIGURED, "missing file")
    if text == "Invalid data stream":
        return Code(is_.UNPARSABLE, "bz2")
    found = {int(digits) for digits in _ERRNO_IN_TEXT.findall(text)}
    if len(found) > 1:
        # an address of a kind that this host has none of, beside those that were tried
        found.discard(errno.EADDRNOTAVAIL)
    if len(found) > 1 and all(known.ERRNO.get(one) in _NO_LINK for one in found):
        return Code(is_.UNREACHABLE, "several errno")
    return found.pop() if len(found) == 1 else None


_GAI = {
    number: label
    for label, names in (
        (is_.MISCONFIGURED, "EAI_SERVICE"),
        (is_.BUG, "EAI_FAMILY EAI_SOCKTYPE EAI_BADFLAGS EAI_BADHINTS"),
        (is_.OUT_OF_MEMORY, "EAI_MEMORY"),
    )
    for name in names.split()
    if (number := getattr(socket, name, None)) is not None
}
"""Numbers of getaddrinfo (RFC 3493, 6.1) that tell of how it was asked, and not of a name that is not found."""


def _address(exc: BaseException, _label: Label | None) -> Code | None:
    number = number_of(getattr(exc, "errno", None))
    return named(_GAI.get(number or 0), f"getaddrinfo {number}")


_NO_PROGRAM = frozenset({126, 127})


def _child(exc: BaseException, _label: Label | None) -> Code | None:
    # what a shell says of a program that is not there, or may not be run
    number = number_of(getattr(exc, "returncode", None))
    return Code(is_.MISCONFIGURED, f"exit {number}") if number in _NO_PROGRAM else None


# --- databases --------------------------------------------------------------------------------------------------------
def _sqlstate(exc: BaseException, _label: Label | None) -> Code | None:
    for name in ("sqlstate", "pgcode"):
        state = getattr(exc, name, None)
        if isinstance(state, str) and len(state) == 5:
            said = text_of_postgres(state, first) if isinstance(first := first_of(exc), str) else None
            return named(said or sql_codes.label_of_sqlstate(state), f"SQLSTATE {state}")
    return None


_DSN = ("connection info string", "connection option", "invalid dsn", "invalid URI")


def read_postgres(exc: BaseException, label: Label | None) -> Code | None:
    """PostgreSQL: a SQLSTATE, or the words of libpq where there was no session to have one."""
    text = first_of(exc)
    if (code := _sqlstate(exc, label)) is not None:
        return code
    if label is None or not isinstance(text, str):
        return None
    if label == is_.BUG._replace(voice=label.voice) and any(needle in text for needle in _DSN):
        return Code(is_.MISCONFIGURED, "connection string")
    if label.category is not is_.STORE_AWAY.category:
        return None
    return word_of_libpq(text)


def read_mysql(exc: BaseException, label: Label | None) -> Code | None:
    """MySQL and MariaDB: their number, else a SQLSTATE."""
    for value in (getattr(exc, "errno", None), first_of(exc)):
        number = number_of(value)
        if number is not None and number > 0 and (means := sql_codes.label_of_mysql(number)):
            if means in {is_.STORE_AWAY, is_.STORE_REFUSED} and "timed out" in str(exc)[:2_000]:
                means = is_.SILENT if means is is_.STORE_AWAY else is_.CONNECT_SILENT
            return Code(text_of_mysql(number, str(exc)) or means, f"MySQL {number}")
    return _sqlstate(exc, label) or read_misuse(exc, label)


_SQLITE_NUMBERS = ("sqlite_errorcode", "extendedresult", "result")


def _sqlite(exc: BaseException, label: Label | None) -> Code | None:
    number = next((one for name in _SQLITE_NUMBERS if (one := number_of(getattr(exc, name, None)))), None)
    if number is None:
        # what the module says itself, of a row or of how it was called; there is no link that could fail
        lost = label is not None and label.category is is_.STORE_AWAY.category
        return Code(text_of_sqlite(str(first_of(exc))) or is_.BUG, "SQLite, no code") if lost else None
    label = sql_codes.SQLITE.get(number) or sql_codes.SQLITE.get(number & 0xFF)
    if number & 0xFF == 1:
        label = text_of_sqlite(str(first_of(exc))) or is_.BUG
    return named(label, f"SQLite {getattr(exc, 'sqlite_errorname', number)}")


_DRIVER_OF_ORACLE = {
    **dict.fromkeys((1002, 1003, 1006), is_.BUG),
    4001: is_.MISCONFIGURED,
    4003: is_.MISCONFIGURED,
    4008: is_.BUG,
    4009: is_.BUG,
    4010: is_.BUG,
    4017: is_.MISCONFIGURED,
    4018: is_.MISCONFIGURED,
    4022: is_.BUG,
    4023: is_.BUG,
    4028: is_.MISCONFIGURED,
    4029: is_.CONTRADICTION,
    6002: is_.NO_TRUST,
    1001: is_.STORE_AWAY,
    2049: is_.MISCONFIGURED,
    3001: is_.MISCONFIGURED,  # its other mode has to be set up for it
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
        label = sql_codes.label_of_oracle(number) if match[1] == "ORA" else _DRIVER_OF_ORACLE.get(number)
        if label is None and match[1] == "DPY" and 2000 <= number < 4000:
            label = is_.BUG  # called wrongly, or for what it cannot do
        return named(label, f"{match[1]}-{match[2]}")
    return None


def _sql_server(exc: BaseException, _label: Label | None) -> Code | None:
    first = first_of(exc)
    if (number := number_of(first)) is not None:
        return named(sql_codes.label_of_sql_server(number), f"SQL Server {number}")
    text = str(exc)[:2_000]
    for digits in _NATIVE.findall(text):
        # a number in brackets may be any; what is a bug besides, the class says
        if (label := sql_codes.label_of_sql_server(int(digits))) not in {None, is_.BUG}:
            return Code(label, f"SQL Server {digits}")
    return named(sql_codes.label_of_sqlstate(first), f"SQLSTATE {first}") if isinstance(first, str) else None


def read_mongo(exc: BaseException, _label: Label | None) -> Code | None:
    """MongoDB: its number, also of the first of several writes."""
    has_label = getattr(exc, "has_error_label", None)
    if callable(has_label) and has_label("TransientTransactionError"):
        return Code(is_.CONTENTION, "TransientTransactionError")
    if type(exc).__name__ == "ServerSelectionTimeoutError" and "timed out (configured" in str(exc)[:_MAX_TEXT]:
        return Code(is_.CONNECT_SILENT._replace(severity=is_.STORE_AWAY.severity), "no server answers")
    numbers: list[object] = []
    details = getattr(exc, "details", None)
    if isinstance(details, Mapping):
        numbers += [error.get("code") for error in details.get("writeErrors") or () if isinstance(error, Mapping)]
    numbers.append(getattr(exc, "code", None))
    for value in numbers:
        number = number_of(value)
        if number is not None and (means := label_of_mongo(number)):
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


_CALL_OF_A_CLIENT = as_pattern(r"\w+Api\.\w+\Z")
"""What the makers of clients from an OpenAPI document call their methods, whose arguments pydantic checks."""


def _pydantic(exc: BaseException, _label: Label | None) -> Code | None:
    # a model of settings that does not validate is no bug in the code
    title = getattr(exc, "title", None)
    if isinstance(title, str) and _CALL_OF_A_CLIENT.match(title):
        return Code(is_.BUG, f"arguments of {title}")
    settings = isinstance(title, str) and title.endswith(("Settings", "Config", "Configuration"))
    return Code(is_.MISCONFIGURED, f"model {title}") if settings else None


_READERS_OF: tuple[tuple[CodeReader, str], ...] = (
    (read_postgres, "psycopg psycopg2 asyncpg"),
    (read_mysql, "pymysql MySQLdb mysql asyncmy aiomysql mariadb"),
    (_sqlite, "sqlite3 apsw"),
    (_child, "subprocess"),
    (read_oracle, "oracledb cx_Oracle"),
    (_sql_server, "pyodbc pymssql"),
    (read_redis, "redis valkey aioredis coredis"),
    (read_mongo, "pymongo"),
    (_pony, "pony"),
    (read_misuse, "peewee playhouse tortoise"),
    (_pydantic, "pydantic_core"),
    *READERS_OF_SERVICES,
    *READERS_OF_PROTOCOLS,
    *READERS_OF_REPLIES,
    *READERS_OF_VENDORS,
    *READERS_OF_KITS,
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
    **{package: reader for reader, packages in READERS_OF_SEARCH for package in packages.split()},
    "curl_cffi": read_curl,
    "httpx": read_http_protocol,
    "httpx2": read_http_protocol,
    "httpx_ws": read_close,
    "websockets": read_close,
    **{package: reader for reader, packages in MORE_READERS_OF_VENDORS for package in packages.split()},
    **{package: reader for reader, packages in MORE_READERS_OF_KITS for package in packages.split()},
}
# what a server should answer, not what one has answered
_NO_CODE_OF_A_PEER = frozenset({"aiohttp.http_exceptions"})
# FFmpeg has a class for each number; those of a file server are about its files
_NO_ERRNO = frozenset({"SSLError", "gaierror", "herror", "TypesenseClientError", "FFmpegError", "SMBException"})


_OF_SQLSTATES = frozenset({"sqlstate", "pgcode"})
ATTRIBUTES_READ: Mapping[CodeReader, frozenset[str]] = {
    read_words: frozenset(),
    read_interpreter: frozenset(),
    read_libpq: frozenset(),
    read_misuse: frozenset(),
    read_oracle: frozenset(),
    read_redis: frozenset(),
    _errno: frozenset({"errno", "filename"}),
    _address: frozenset({"errno"}),
    _child: frozenset({"returncode"}),
    _sqlite: frozenset({*_SQLITE_NUMBERS, "sqlite_errorname"}),
    _sqlstate: _OF_SQLSTATES,
    read_postgres: _OF_SQLSTATES,
    read_mysql: _OF_SQLSTATES | {"errno"},
    any_response: frozenset({"response"}),
    read_http_protocol: frozenset(),
    TEXTS_OF_SOCKS: frozenset(),
}
"""By reader, of those that look at few: the attributes that they look at beside text, arguments and cause. The last one
looks at more where there is a response."""


BLIND_TO_NUMBERS: frozenset[CodeReader] = frozenset(
    {
        TEXTS_OF_SOCKS, read_http_protocol, read_interpreter, read_libpq, read_misuse, read_redis, read_postgres,
        any_response, _address, _child, _errno, _sqlite, _sqlstate,
    }
)  # fmt: skip
"""The readers that search texts for no number, but for that after `Errno`."""


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
    if "gaierror" in names:
        readers.append(_address)
    if issubclass(cls, OSError) and names.isdisjoint(_NO_ERRNO):
        readers.append(_errno)
    if cls in {Exception, RuntimeError, BufferError}:
        readers.append(read_interpreter)
    if not [one for one in readers if one is not read_words] and cls.__module__ != "builtins":
        readers += [_sqlstate, read_libpq, any_response]
    return tuple(readers)
