"""Codes that an exception of an unknown library carries, by the customs of libraries: an HTTP status, a SQLSTATE, gRPC.

Which attribute is asked depends on the kind of the package: the `code` of a client of HTTP is a status, that of a
database driver is a number of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from itertools import pairwise
from typing import Any

from failsoft.errors.answer_words import word_of_answer
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.aws import AWS
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.catalogue.sql_codes import label_of_sqlstate
from failsoft.errors.catalogue.store_codes import REDIS
from failsoft.errors.code import Code, CodeReader
from failsoft.errors.codes import read_mongo, read_mysql, read_oracle, read_postgres
from failsoft.errors.conventions import CLEAR, label_of_words
from failsoft.errors.driver_codes import read_snowflake, read_tarantool, read_tds, read_trino
from failsoft.errors.packages import Kind, Package
from failsoft.errors.patterns import guess_by_message
from failsoft.errors.peers import IN_FULL, means_of_a_bad_request, of_our_request, retry_after_of, status_in
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

__all__ = ["readers_of_package"]

# dict and not Mapping, which takes long to say of a class that it is none
_RESPONSES = ("response", "resp", "http_response", "raw_response")
_STATUSES = ("status_code", "http_status", "status", "http_code", "response_code", "http_status_code", "statusCode")
_STATUSES_OF_RESPONSES = (*_STATUSES, "code")
_STATUSES_AND_CODES = (*_STATUSES, "code", "error_code", "errcode")
_REFUSALS = frozenset({400, 401, 403})
_WAITS = ("retry_after", "retry_after_seconds")
_REPEATS = ("retryable", "retriable", "is_retryable", "is_retriable", "should_retry", "temporary", "is_transient")
# of a peer's word for it: that our request was wrong is no more than that it failed
_SAYS_NOTHING = frozenset({is_.UPSTREAM_FAILED, is_.BUG, is_.INVALID})
_SQLSTATE = re.compile(r"\bSQLSTATE\W{0,3}([0-9A-Z]{5})\b|\A\[?([0-9A-Z]{2}[0-9]{3})\]?(?:\W|\Z)")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PHRASES = {int(one): one.phrase.lower() for one in HTTPStatus}
_BODIES = ("body", "json_body", "data", "text", "details", "response_data", "payload")
"""Where clients keep the body of an answer, once it is read."""
_CODES = ("code", "type", "error_code", "errorCode", "name", "reason", "error_type", "status")
_MAX_BODY = 20_000
_OF_A_RATE = re.compile(r" (?:concurren\w*|rate|requests?|calls?|usage|tokens?) ")
_MAX_TEXT = 2_000
_MAX_ARGS = 8


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


def _number(value: object) -> int | None:
    """A status of a failure, as a number or as digits."""
    if isinstance(value, str) and len(value) == 3 and value.isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
        return int(value)
    return None


def _http(exc: BaseException, label: Label | None, names: tuple[str, ...] = _STATUSES) -> Code | None:
    response = _response_of(exc)
    if response is not None and not isinstance(response, dict):
        status = _status_of(response, _STATUSES_OF_RESPONSES)
        if status is not None:
            return _peer(status, label, exc, response)
    status = _status_of(exc, names)
    if status is None:
        return None
    if response is None and label is not None and label.category is Category.NETWORK and str(status) not in str(exc):
        # what failed on the link had no answer; the number was made up to have one
        return None
    return _peer(status, label, exc, response)


def _response_of(exc: BaseException) -> object:
    for name in _RESPONSES:
        if (response := getattr(exc, name, None)) is not None:
            return response
    # named after the library, as `nomad_resp`
    own = getattr(exc, "__dict__", None)
    return next((value for name, value in own.items() if name.endswith(("_resp", "_response"))), None) if own else None


def _status_of(carrier: object, names: tuple[str, ...]) -> int | None:
    for name in names:
        if (value := getattr(carrier, name, None)) is not None and (status := _number(value)) is not None:
            return status
    return None


def _http_in_text(exc: BaseException, label: Label | None) -> Code | None:
    """A status that is named as one in the text, or stands among the arguments beside its phrase."""
    if label is not None and label.voice is Voice.SAYS:
        return None
    for number, phrase in pairwise(exc.args[:_MAX_ARGS]):
        status = _number(number)
        if status is not None and isinstance(phrase, str) and phrase.lower() == _PHRASES.get(status):
            return _peer(status, label, exc)
    said = status_in(str(exc))
    return None if said is None else _peer(said, label, exc)


def _of_response(exc: BaseException, label: Label | None) -> Code | None:
    # without a response, the status is what we should answer
    return None if getattr(exc, "response", None) is None else _http(exc, label)


_OF_A_LOGIN = frozenset({is_.WHO_ARE_YOU.status, is_.YOU_MAY_NOT.status})
_OF_THE_PEER = frozenset({404, 405, 406, 408, 409, 410, 413, 415, 425, 429, *range(500, 600)})
_OF_US = frozenset({400, 403})
"""What a service of identity says of our request, unless a class or a word of OAuth tells of a login."""


def _of_identity(exc: BaseException, label: Label | None) -> Code | None:
    """The status of a service of identity, where it tells of that service and not of who logs in: such a service is a
    peer as any other. What an exception has by its class alone is an answer of ours, as those of a provider are."""
    owner = getattr(exc, "__dict__", None) or {}
    status = next((one for name in _STATUSES if (one := _number(owner.get(name))) is not None), None)
    silent = label is not None and label.voice is Voice.MUTE and "invalid_grant" not in str(exc)[:_MAX_TEXT]
    if status is not None and (status in _OF_THE_PEER or (silent and status in _OF_US)):
        return _peer(status, None, exc)
    ours = _number(getattr(type(exc), "status_code", None))
    if label is not None and ours != label.status and {ours, label.status} == _OF_A_LOGIN:
        means = is_.WHO_ARE_YOU if ours == is_.WHO_ARE_YOU.status else is_.YOU_MAY_NOT
        return Code(means, f"our {ours}")
    return None


def _http_or_code(exc: BaseException, label: Label | None) -> Code | None:
    return _http(exc, label, _STATUSES_AND_CODES)


def _peer(status: int, label: Label | None, exc: BaseException, response: object = None) -> Code | None:
    if label is not None and (ours := of_our_request(status, label)) is not None:
        return Code(ours, f"HTTP {status}")
    code = _of_status(status, label, exc)
    # what will not pass is not waited for
    return code if code is None or not code.label.transient else code._replace(retry_after=_wait(exc, response))


def _of_status(status: int, label: Label | None, exc: BaseException) -> Code | None:
    means = known.label_of_upstream(status)
    if means is not None and status in _REFUSALS and label is not None and label.category is Category.RESOURCE:
        # some peers refuse so who calls too often
        return None
    if means is is_.QUOTA_SPENT and label is not None and label.category is Category.BUSINESS_LOGIC:
        return None
    if means is None and status == 400:
        means = means_of_a_bad_request(exc)
    if (said := _said_beside(status, means, label, exc)) is not None:
        return said
    if means is None:
        if status == 412:
            return Code(is_.EDIT_CONFLICT, "HTTP 412")
        if status < 500 and label is not None and _says(label):
            # the class says more than "a peer would not"
            return None
        means = is_.UPSTREAM_FAILED
    if means == is_.UPSTREAM_FAILED and _may_be_repeated(exc):
        means = is_.UPSTREAM_DOWN
    return Code(means, f"HTTP {status}")


_LIMITS = frozenset({is_.QUOTA_SPENT, is_.THROTTLED})
_TOLD_BY_WORDS = {401: _LIMITS, 402: {is_.PAYMENT_DUE}, 403: _LIMITS, 429: {is_.QUOTA_SPENT}}
"""What only a word beside a status says: whose money is due, that a limit will not pass, or that it is one at all."""


def _said_beside(status: int, means: Label | None, label: Label | None, exc: BaseException) -> Code | None:
    """What a code in words says more exactly than the status beside it."""
    only = _TOLD_BY_WORDS.get(status)
    if only is None and means not in {None, is_.UPSTREAM_FAILED}:
        return None
    said = _worded(exc, label, status)
    return said if said is None or only is None or said.label in only else None


def _may_be_repeated(exc: BaseException) -> bool:
    """Whether a library says of a failure that it may be repeated."""
    return any(getattr(exc, name, None) is True for name in _REPEATS)


def _says(label: Label) -> bool:
    if label.voice is Voice.SAYS:
        return label != is_.BUG
    return label.category in {Category.CONCURRENCY, Category.CONFIGURATION}


def _worded(exc: BaseException, label: Label | None, status: int = 0) -> Code | None:
    """A code in words, as `rate_limit_exceeded` or `QueueNotFound`: it is chosen as the name of a class is."""
    open_ = status not in IN_FULL and (label is None or label.voice is not Voice.SAYS)
    # without an answer, that no time was left is a client's own word
    if open_ and (said := word_of_answer(exc)) is not None and (status or said.label != is_.UPSTREAM_SLOW):
        return said
    for text in _codes_in_words(exc):
        if isinstance(text, str) and 4 <= len(text) <= 60 and " " not in text:
            words = f" {' '.join(_WORD.findall(text)).lower()} "
            said = label_of_words(words, Kind.CLIENT)
            if said is not None and said.confidence >= CLEAR and said.label not in _SAYS_NOTHING:
                # it is us whom a peer does not know
                ours = said.label.category is Category.AUTHENTICATION
                label = is_.REFUSED_US if ours else said.label._replace(voice=Voice.SAYS)
                # of how many there may be, which is no pool that runs out for a moment
                counted = label == is_.EXHAUSTED and " limit " in words and _OF_A_RATE.search(words) is None
                return Code(is_.QUOTA_SPENT if counted else label, text)
    return None


def _codes_in_words(exc: BaseException) -> Iterator[object]:
    for name in ("error_code", "code", "error", "error_type"):
        yield getattr(exc, name, None)
    for body in (_read(getattr(exc, name, None)) for name in _BODIES):
        if type(body) is dict:
            errors = body.get("errors")
            first = errors[0] if type(errors) is list and errors else None
            for owner in (body.get("error"), body, first, body.get("detail")):
                if type(owner) is dict:
                    yield from (owner.get(name) for name in _CODES)


def _read(body: object) -> object:
    """The body of an answer; generated clients keep it as the text that came."""
    if not isinstance(body, (str, bytes)) or len(body) > _MAX_BODY or body[:1] not in {"{", b"{"}:
        return body
    try:
        read: object = json.loads(body)
    except ValueError:
        return None
    return read


def _wait(*carriers: object) -> str | None:
    """How long a peer asks to wait: a `Retry-After` among headers, or an attribute of that name."""
    for carrier in carriers:
        for name in _WAITS:
            value = getattr(carrier, name, None)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return str(value)
        if (text := retry_after_of(carrier)) is not None:
            return text
    return None


def _sqlstate(exc: BaseException, _label: Label | None) -> Code | None:
    for name in ("sqlstate", "pgcode", "sql_state", "SQLState"):
        state = getattr(exc, name, None)
        if isinstance(state, str) and (code := _state(state)) is not None:
            return code
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
    number = _number(getattr(exc, "smtp_code", None)) or _number(getattr(exc, "code", None))
    if number is None or number not in _REPLIES:
        return None
    return Code(label_of_reply(number, str(exc)), f"SMTP {number}")


def _grpc(exc: BaseException, _label: Label | None) -> Code | None:
    ask: Any = getattr(exc, "code", None) or getattr(exc, "grpc_status_code", None)
    if ask is None and not isinstance(status := getattr(exc, "status", None), HTTPStatus):
        ask = status
    name = getattr(ask() if callable(ask) else ask, "name", None)
    means = known.GRPC.get(name) if isinstance(name, str) else None
    return None if means is None else Code(means, f"gRPC {name}", _wait(exc))


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
            status = _number(meta.get("HTTPStatusCode"))
            headers = meta.get("HTTPHeaders")
            wait = headers.get("retry-after") if isinstance(headers, dict) else None
    if not isinstance(code, str):
        code = next((one for name in _WORDS_OF_CLOUDS if isinstance(one := _asked(exc, name), str)), None)
    if status is None:
        status = _number(_asked(exc, "get_status_code"))
    means = _word_of_a_cloud(code) if isinstance(code, str) else None
    if means is None and status is not None:
        means = known.label_of_upstream(status) or is_.UPSTREAM_FAILED
    return None if means is None else Code(means, str(code or status), wait if isinstance(wait, str) else _wait(exc))


def _http_of_a_store(exc: BaseException, label: Label | None) -> Code | None:
    """The answer of a store of ours over HTTP: what contradicts what is stored, and what is wrong in our query."""
    code = _http(exc, label)
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
    code = _http_or_code(exc, label) or _http_in_text(exc, label)
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


_OF_MAIL = (_smtp,)
# a protocol has its codes, whoever speaks it; a package says which it speaks by its name or the names of its classes
_SPOKEN: tuple[tuple[re.Pattern[str], tuple[CodeReader, ...]], ...] = tuple(
    (re.compile(words, re.IGNORECASE), readers)
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
    (re.compile(words, re.IGNORECASE), reader)
    for words, reader in (
        (r"postgres|\bpg|pg(?:\b|\d|_)|\badbc", read_postgres),
        (r"postgre", _postgres_code),
        (r"postgre|\bpg|psql|pg(?:\b|\d|_)", read_postgres_text),
        (r"oracle", read_oracle),
        (r"clickhouse", read_clickhouse),
        (r"snowflake", read_snowflake),
        (r"tarantool", read_tarantool),
        (r"mssql|\b(?:py)?tds|sql ?server", read_tds),
        (r"presto|athena", read_trino),
        (r"grpc", read_grpc),
        (r"kafka", read_kafka),
        (r"oauth", read_oauth),
        (r"web ?sockets?|\bws", read_close),
    )
)
"""Protocols besides which an exception may carry other codes."""
_OF_KIND: Mapping[Kind, tuple[CodeReader, ...]] = {
    Kind.STORE: (_sqlstate, read_oracle, _grpc, _http_of_a_store, _http_in_text, _remote_class),
    Kind.CLIENT: (_grpc, _cloud, _http_or_code, _worded, _http_in_text),
    Kind.AUTH: (_of_response, _of_identity),
    Kind.BROKER: (_grpc, _cloud, _http_of_a_broker),
    Kind.UNKNOWN: (_grpc, _cloud, _http_or_code),
}
