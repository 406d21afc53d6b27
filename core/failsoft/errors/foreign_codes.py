"""Codes that an exception of an unknown library carries, by the customs of libraries: an HTTP status, a SQLSTATE, gRPC.

Which attribute is asked depends on the kind of the package: the `code` of a client of HTTP is a status, that of a
database driver is a number of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.aws import AWS
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.catalogue.sql_codes import label_of_sqlstate
from failsoft.errors.catalogue.store_codes import REDIS
from failsoft.errors.code import Code, CodeReader
from failsoft.errors.codes import read_mongo, read_mysql, read_oracle, read_postgres
from failsoft.errors.conventions import CLEAR, label_of_words
from failsoft.errors.driver_codes import read_aerospike, read_snowflake, read_tarantool, read_tds, read_trino
from failsoft.errors.foreign_answers import (
    OF_ANSWERS,
    read_http,
    read_http_in_text,
    read_http_or_code,
    read_identity,
    read_response,
    read_worded,
    status_number,
    wait_of,
)
from failsoft.errors.packages import Kind, Package
from failsoft.errors.patterns import guess_by_message
from failsoft.errors.peers import upstream
from failsoft.errors.protocols import (
    read_amqp,
    read_clickhouse,
    read_close,
    read_curl,
    read_ldap,
    read_mqtt,
    read_postgres_text,
    read_zmq,
)
from failsoft.errors.replies import label_of_reply, read_ftp
from failsoft.errors.service_codes import read_grpc, read_kafka
from failsoft.errors.store_texts import read_redis, text_of_postgres
from failsoft.errors.taxonomy import Category
from failsoft.errors.vendor_codes import read_oauth

__all__ = ["ATTRIBUTES_OF_CUSTOM", "CUSTOM_BLIND_TO_NUMBERS", "readers_of_package"]

_SQLSTATE = as_pattern(r"\bSQLSTATE\W{0,3}([0-9A-Z]{5})\b|\A\[?([0-9A-Z]{2}[0-9]{3})\]?(?:\W|\Z)")
_WORD = as_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MAX_TEXT = 2_000


def readers_of_package(package: Package, cls: type) -> tuple[CodeReader, ...]:
    """The readers that are asked about exceptions of a class of an unknown library, in order."""
    names = " ".join((package.name, *[base.__name__ for base in cls.__mro__[:-3]]))
    for words, readers in _SPOKEN:
        if words.search(names):
            if readers == _OF_MAIL:
                # who sends mail may as well do so over HTTP
                return (*readers, *_OF_KIND.get(package.kind, ()))
            return (*readers, _sqlstate) if package.is_driver else readers
    spoken = tuple(reader for words, reader in _SPOKEN_TOO if words.search(names))
    return (*spoken, *_OF_KIND.get(package.kind, ()))


def _sqlstate(exc: BaseException, _label: Label | None) -> Code | None:
    for name in ("sqlstate", "pgcode", "sql_state", "SQLState"):
        state = getattr(exc, name, None)
        if isinstance(state, str) and (code := _state(state)) is not None:
            told = text_of_postgres(state, first) if isinstance(first := next(iter(exc.args), None), str) else None
            return code if told is None else code._replace(label=told)
    first = exc.args[0] if exc.args else None
    if isinstance(first, dict) and isinstance(state := first.get("C"), str):
        # the field of that name in an error of PostgreSQL's protocol
        said = text_of_postgres(state, str(first.get("M")))
        return _state(state) if said is None else Code(said, f"SQLSTATE {state}")
    if isinstance(first, str) and (found := _SQLSTATE.search(first[:_MAX_TEXT])) is not None:
        return _state(found[1] or found[2])
    return None


_POSTGREST: tuple[tuple[str, Label], ...] = (
    ("PGRST003", is_.EXHAUSTED),
    ("PGRST0", is_.STORE_AWAY),
    ("PGRST116", is_.NOT_THERE),
    ("PGRST1", is_.BUG),
    ("PGRST2", is_.MISCONFIGURED),
    ("PGRST3", is_.REFUSED_US),
)


def _postgres_code(exc: BaseException, _label: Label | None) -> Code | None:
    """A SQLSTATE that is called a code, as PostgREST gives it that passes on what PostgreSQL said, or one of its own:
    of the link to the database, of our request, of the schema, of our token (docs.postgrest.org, Errors)."""
    state = getattr(exc, "code", None)
    if not isinstance(state, str):
        return None
    group = next((label for start, label in _POSTGREST if state.startswith(start)), None)
    return _state(state) if group is None else Code(group, state)


def _state(state: str) -> Code | None:
    means = label_of_sqlstate(state) if len(state) == 5 else None
    return None if means is None else Code(means, f"SQLSTATE {state}")


def _redis_reply(exc: BaseException, _label: Label | None) -> Code | None:
    """The first word of an error reply, in capitals by the protocol's custom."""
    first = exc.args[0] if exc.args else None
    word = first.partition(" ")[0] if isinstance(first, str) else ""
    means = REDIS.get(word) if word.isupper() else None
    return None if means is None else Code(means, word)


_REPLIES = frozenset(
    {421, 432, *range(450, 460), *range(500, 505), 521, 523, 530, *range(534, 539), 541, *range(550, 572)}
)
"""Reply codes of mail servers; 400, 403 or 429 are HTTP's."""


def _smtp(exc: BaseException, _label: Label | None) -> Code | None:
    number = status_number(getattr(exc, "smtp_code", None)) or status_number(getattr(exc, "code", None))
    if number is None or number not in _REPLIES:
        return None
    return Code(label_of_reply(number, str(exc)), f"SMTP {number}")


def _grpc(exc: BaseException, _label: Label | None) -> Code | None:
    ask: Any = getattr(exc, "code", None) or getattr(exc, "grpc_status_code", None)
    if ask is None and not isinstance(status := getattr(exc, "status", None), HTTPStatus):
        ask = status
    name = getattr(ask() if callable(ask) else ask, "name", None)
    means = known.GRPC.get(name) if isinstance(name, str) else None
    return None if means is None else Code(means, f"gRPC {name}", wait_of(exc))


_ACME_WORD = as_pattern(r"\burn:ietf:params:acme:error:(\w+)")


def _acme(exc: BaseException, _label: Label | None) -> Code | None:
    """The type of a problem that an authority for certificates tells of (RFC 8555, 6.7)."""
    found = next(
        (
            one
            for text in (getattr(exc, "typ", None), getattr(exc, "type", None), str(exc)[:_MAX_TEXT])
            if isinstance(text, str) and (one := _ACME_WORD.search(text)) is not None
        ),
        None,
    )
    return None if found is None else Code(known.ACME.get(found[1], is_.UPSTREAM_FAILED), f"ACME {found[1]}")


_WORDS_OF_CLOUDS = ("code", "error_code", "get_error_code")


def _asked(exc: BaseException, name: str) -> object:
    """An attribute, or what the method of that name answers."""
    value: Any = getattr(exc, name, None)
    return value() if name.startswith("get_") and callable(value) else value


def _word_of_a_cloud(code: str) -> Label | None:
    """A code by name; of one with a point in it, as `AuthFailure.SignatureFailure`, the first part says what failed."""
    label = AWS.get(code) or known.GRPC.get(code)
    return label if label is not None or "." not in code else AWS.get(code.partition(".")[0])


def _cloud(exc: BaseException, _label: Label | None) -> Code | None:
    """Codes by name, as botocore and those who speak to the same services give them."""
    response: Any = getattr(exc, "response", None)
    wait = None
    code: object = None
    status: int | None = None
    if isinstance(response, dict):
        error, meta = response.get("Error"), response.get("ResponseMetadata")
        if isinstance(error, dict):
            code = error.get("Code")
        if isinstance(meta, dict):
            status = status_number(meta.get("HTTPStatusCode"))
            headers = meta.get("HTTPHeaders")
            wait = headers.get("retry-after") if isinstance(headers, dict) else None
    if not isinstance(code, str):
        code = next((one for name in _WORDS_OF_CLOUDS if isinstance(one := _asked(exc, name), str)), None)
    if status is None:
        status = status_number(_asked(exc, "get_status_code"))
    means = _word_of_a_cloud(code) if isinstance(code, str) else None
    if means is None and status is not None:
        means = known.label_of_upstream(status) or is_.UPSTREAM_FAILED
    return None if means is None else Code(means, str(code or status), wait if isinstance(wait, str) else wait_of(exc))


def _http_of_a_store(exc: BaseException, label: Label | None) -> Code | None:
    """The answer of a store of ours over HTTP: what contradicts what is stored, and what is wrong in our query."""
    code = read_http(exc, label)
    if code is None or code.label != is_.UPSTREAM_FAILED:
        return code
    guess = guess_by_message(str(exc))
    if code.says == "HTTP 409":
        duplicate = guess is not None and guess[0].category is Category.DATA_INTEGRITY
        return code._replace(label=is_.DUPLICATE if duplicate else is_.EDIT_CONFLICT)
    if code.says == "HTTP 400" and "syntax error" in str(exc)[:_MAX_TEXT].lower():
        return code._replace(label=is_.BUG)
    return code


def _http_of_a_broker(exc: BaseException, label: Label | None) -> Code | None:
    """The answer of a broker over HTTP: what it does not know, a queue or a topic, is set up beforehand."""
    code = read_http_or_code(exc, label) or read_http_in_text(exc, label)
    return code if code is None or code.says != "HTTP 404" else code._replace(label=is_.MISCONFIGURED)


def _remote_class(exc: BaseException, _label: Label | None) -> Code | None:
    """The name of the exception in a store that a reply passes on, as those written in Java do."""
    name = getattr(exc, "exception", None)
    if not isinstance(name, str) or not name.endswith(("Exception", "Error")):
        return None
    said = label_of_words(f" {' '.join(_WORD.findall(name)).lower()} ", Kind.STORE)
    if said is None or said.confidence < CLEAR:
        return None
    label = said.label._replace(voice=Voice.SAYS)
    return Code(is_.UPSTREAM_FAILED if label == is_.NOT_THERE else label, name)


_OF_CLOUDS = OF_ANSWERS | {*_WORDS_OF_CLOUDS, "get_status_code", "grpc_status_code"}
ATTRIBUTES_OF_CUSTOM: Mapping[CodeReader, frozenset[str]] = {
    upstream: OF_ANSWERS,
    read_http: OF_ANSWERS,
    read_http_or_code: OF_ANSWERS,
    read_http_in_text: OF_ANSWERS,
    read_worded: OF_ANSWERS,
    _http_of_a_store: OF_ANSWERS,
    _http_of_a_broker: OF_ANSWERS,
    _grpc: _OF_CLOUDS,
    _cloud: _OF_CLOUDS,
    _remote_class: frozenset({"exception"}),
    _sqlstate: frozenset({"sqlstate", "pgcode", "sql_state", "SQLState"}),
}
"""By reader: the attributes that it looks at beside text and arguments."""
CUSTOM_BLIND_TO_NUMBERS: frozenset[CodeReader] = frozenset(ATTRIBUTES_OF_CUSTOM) - {_sqlstate}
"""The readers that search texts for no number but a status."""
_OF_MAIL = (_smtp,)
# a protocol has its codes, whoever speaks it; a package says which it speaks by its name or the names of its classes
_SPOKEN: tuple[tuple[re.Pattern[str], tuple[CodeReader, ...]], ...] = tuple(
    (as_pattern(words, re.IGNORECASE), readers)
    for words, readers in (
        (r"mysql|maria", (read_mysql,)),
        (r"redis|valkey|keydb", (read_redis, _redis_reply)),
        (r"mongo", (read_mongo,)),
        (r"amqp|rabbit|rmq", (read_amqp,)),
        (r"mqtt", (read_mqtt,)),
        (r"zmq|zeromq", (read_zmq,)),
        (r"curl", (read_curl,)),
        (r"ldap", (read_ldap,)),
        (r"(?<!s)ftp", (read_ftp,)),
        (r"smtp|mail(?!gun|jet|chimp)", _OF_MAIL),
    )
)
_SPOKEN_TOO: tuple[tuple[re.Pattern[str], CodeReader], ...] = tuple(
    (as_pattern(words, re.IGNORECASE), reader)
    for words, reader in (
        (r"postgres|\bpg|pg(?:\b|\d|_)|\badbc", read_postgres),
        (r"postgre", _postgres_code),
        (r"postgre|\bpg|psql|pg(?:\b|\d|_)", read_postgres_text),
        (r"oracle", read_oracle),
        (r"clickhouse", read_clickhouse),
        (r"snowflake", read_snowflake),
        (r"aerospike", read_aerospike),
        (r"tarantool", read_tarantool),
        (r"mssql|\b(?:py)?tds|sql ?server", read_tds),
        (r"presto|athena", read_trino),
        (r"grpc", read_grpc),
        (r"acme", _acme),
        (r"kafka", read_kafka),
        (r"oauth", read_oauth),
        (r"web ?sockets?|\bws", read_close),
    )
)
"""Protocols besides which an exception may carry other codes."""
_OF_KIND: Mapping[Kind, tuple[CodeReader, ...]] = {
    Kind.STORE: (_sqlstate, read_oracle, _grpc, _http_of_a_store, read_http_in_text, _remote_class),
    Kind.CLIENT: (_grpc, _cloud, read_http_or_code, read_worded, read_http_in_text),
    Kind.AUTH: (read_response, read_identity),
    Kind.BROKER: (_grpc, _cloud, _http_of_a_broker),
    Kind.UNKNOWN: (_grpc, _cloud, read_http_or_code),
}
