"""Codes of protocols that libraries hand on in ways of their own: in a text, a dictionary, or an attribute."""

from __future__ import annotations

from collections.abc import Mapping

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.catalogue.sql_codes import label_of_sqlstate
from failsoft.errors.catalogue.store_codes import label_of_clickhouse
from failsoft.errors.code import Code, CodeReader, first_of, named, number_of
from failsoft.errors.complaints import is_throttled
from failsoft.errors.patterns import tells_of_an_answer
from failsoft.errors.store_texts import text_of_postgres

__all__ = [
    "READERS_OF_PROTOCOLS",
    "read_amqp",
    "read_clickhouse",
    "read_close",
    "read_curl",
    "read_http_protocol",
    "read_interpreter",
    "read_ldap",
    "read_mqtt",
    "read_postgres_text",
    "read_zmq",
]

_MAX_TEXT = 2_000
_Texts = tuple[tuple[str, Label], ...]


def _text(exc: BaseException) -> str:
    return str(exc)[:_MAX_TEXT]


def _says(texts: _Texts, lower: str, who: str) -> Code | None:
    return next((Code(means, f"{who}: {needle}") for needle, means in texts if needle in lower), None)


def read_interpreter(exc: BaseException, _label: Label | None) -> Code | None:
    """What the interpreter has no class of its own for."""
    if type(exc) is Exception:
        # suds says a status so
        given = first_of(exc)
        status = number_of(given[0]) if isinstance(given, tuple) and len(given) == 2 else None
        known_status = status is not None and 400 <= status <= 599
        return (
            Code(known.label_of_upstream(status or 0) or is_.UPSTREAM_FAILED, f"HTTP {status}")
            if known_status
            else None
        )
    if type(exc) is BufferError:
        # confluent_kafka, whose buffer of messages is meant
        return Code(is_.QUEUE_FULL, "queue full") if _text(exc) == "Local: Queue full" else None
    if _text(exc).startswith("can't start new thread"):
        return Code(is_.OUT_OF_HANDLES._replace(severity=is_.EXHAUSTED.severity), "threads")
    return None


# --- stores -----------------------------------------------------------------------------------------------------------
def _pg8000(exc: BaseException, _label: Label | None) -> Code | None:
    fields = first_of(exc)
    if isinstance(fields, Mapping):
        state = fields.get("C")
        if not isinstance(state, str):
            return None
        return named(text_of_postgres(state, str(fields.get("M"))) or label_of_sqlstate(state), f"SQLSTATE {state}")
    return Code(is_.BUG, "closed by us") if _text(exc) == "connection is closed" else None


_POSTGRES: _Texts = (
    ("duplicate key value violates", is_.DUPLICATE),
    ("violates foreign key constraint", is_.CONSTRAINT),
    ("violates check constraint", is_.CONSTRAINT),
    ("violates exclusion constraint", is_.CONSTRAINT),
    ("violates not-null constraint", is_.CONSTRAINT),
    ("syntax error at or near", is_.BUG),
    ("could not serialize access", is_.CONTENTION),
    ("due to lock timeout", is_.CONTENTION),
    ("could not obtain lock", is_.CONTENTION),
    ("deadlock detected", is_.DEADLOCK),
    ("due to statement timeout", is_.UPSTREAM_SLOW),
    ("password authentication failed", is_.REFUSED_US),
    ("permission denied for", is_.REFUSED_US),
    ("too many clients already", is_.EXHAUSTED),
)
_NO_RELATION = as_pattern(r"\b(?:relation|column|schema|database|function) \S+ (?:of relation \S+ )?does not exist")


def read_postgres_text(exc: BaseException, _label: Label | None) -> Code | None:
    """PostgreSQL, where a driver hands on the words of the server without their SQLSTATE."""
    lower = _text(exc).lower()
    if _NO_RELATION.search(lower) is not None:
        return Code(is_.MISCONFIGURED, "PostgreSQL: does not exist")
    return _says(_POSTGRES, lower, "PostgreSQL")


_CLICKHOUSE = as_pattern(r"\bCode: (\d+)")


def read_clickhouse(exc: BaseException, _label: Label | None) -> Code | None:
    """ClickHouse: its number, as an attribute or in the text."""
    number = number_of(getattr(exc, "code", None))
    if number is None and (match := _CLICKHOUSE.search(_text(exc))):
        number = int(match[1])
    return named(label_of_clickhouse(number), f"ClickHouse {number}") if number is not None else None


_DUCKDB: _Texts = (
    ("not a valid duckdb database", is_.CORRUPT),
    ("could not set lock", is_.CONTENTION),
    ("no space left", is_.DISK_FULL),
    ("duplicate key", is_.DUPLICATE),
    ("not null constraint", is_.CONSTRAINT),
    ("no transaction is active", is_.BUG),
    ("current transaction is aborted", is_.BUG),
    ("already closed", is_.BUG),
    ("within a transaction", is_.BUG),
    ("csv error on line", is_.UNPARSABLE),
    ("error when sniffing file", is_.UNPARSABLE),
)


def _duckdb(exc: BaseException, _label: Label | None) -> Code | None:
    lower = _text(exc).lower()
    if lower.startswith(("binder error", "catalog error")) and any(words in lower for words in _DUCKDB_STATEMENT):
        return Code(is_.BUG, "DuckDB: a statement")
    return _says(_DUCKDB, lower, "DuckDB")


_DUCKDB_STATEMENT = (
    "ambiguous reference", "must appear in the group by", "no function matches", "aggregate", "window function",
    "values were supplied", "already exists", "cannot mix", "could not choose a best candidate",
)  # fmt: skip
"""What is wrong with a statement, and not with the tables that it names."""


def _lmdb(exc: BaseException, label: Label | None) -> Code | None:
    missing = label is is_.OS_FAULT and "No such file or directory" in _text(exc)
    return Code(is_.MISCONFIGURED, "no such folder") if missing else None


def _typesense(exc: BaseException, _label: Label | None) -> Code | None:
    # an OSError with a status where others have an errno
    number = number_of(getattr(exc, "errno", None))
    if number is None or not 400 <= number <= 599:
        return None
    return Code(known.label_of_upstream(number) or is_.UPSTREAM_FAILED, f"HTTP {number}")


# --- brokers ----------------------------------------------------------------------------------------------------------
_REPLY = as_pattern(r"\((\d{3})[,)]")
_IN_USE = as_pattern(r"\bnot empty\b|\bin use\b")
"""What a broker keeps as others need it, however it was declared."""


def read_amqp(exc: BaseException, _label: Label | None) -> Code | None:
    """AMQP 0-9-1: the reply code by which a broker closes a channel or a connection."""
    text = _text(exc)
    number = next(
        (one for name in ("reply_code", "code", "error_code") if (one := number_of(getattr(exc, name, None)))), None
    )
    if number is None and (match := _REPLY.search(text)):
        number = int(match[1])
    label = known.AMQP.get(number or 0)
    if number == 406 and "delivery tag" in text:
        label = is_.BUG
    elif number == 406 and _IN_USE.search(text) is not None:
        label = is_.UPSTREAM_FAILED
    elif number == 503 and "unknown exchange type" in text:
        label = is_.MISCONFIGURED
    if number == 530 and "not found" in text:
        label = is_.MISCONFIGURED
    return named(label, f"AMQP {number}")


_MQTT: _Texts = (("timed out", is_.SILENT), ("connection refused", is_.STORE_REFUSED))


def read_mqtt(exc: BaseException, _label: Label | None) -> Code | None:
    """MQTT: the reason code of a broker."""
    code = getattr(exc, "rc", first_of(exc))
    number = number_of(getattr(code, "value", code))
    if number is not None and (label := known.MQTT.get(number)):
        return Code(label, f"MQTT {number}")
    return _says(_MQTT, _text(exc).lower(), "MQTT")


_NATS: _Texts = (
    ("authorization violation", is_.REFUSED_US),
    ("authentication", is_.REFUSED_US),
    ("empty response from server", is_.STORE_AWAY),
)


def _nats(exc: BaseException, _label: Label | None) -> Code | None:
    return _says(_NATS, _text(exc).lower(), "NATS")


def read_zmq(exc: BaseException, _label: Label | None) -> Code | None:
    """ZeroMQ: the errno of an address that cannot be used."""
    # EAGAIN is here what a timeout is elsewhere, and the class says so
    number = number_of(getattr(exc, "errno", None))
    label = known.ERRNO.get(number or 0)
    if label in {is_.CONTENTION, None}:
        return None
    return named(is_.MISCONFIGURED if label is is_.REFUSED else label, f"errno {number}")


_LDAP: Mapping[int, Label] = {
    1: is_.BUG,
    2: is_.BUG,
    3: is_.UPSTREAM_SLOW,
    4: is_.UPSTREAM_FAILED,
    7: is_.MISCONFIGURED,
    8: is_.REFUSED_US,
    10: is_.UPSTREAM_FAILED,
    11: is_.EXHAUSTED,
    12: is_.MISCONFIGURED,
    13: is_.MISCONFIGURED,
    16: is_.MISCONFIGURED,
    17: is_.MISCONFIGURED,
    18: is_.BUG,
    19: is_.CONSTRAINT,
    20: is_.DUPLICATE,
    21: is_.BUG,
    32: is_.UPSTREAM_FAILED,
    34: is_.BUG,
    48: is_.REFUSED_US,
    49: is_.WHO_ARE_YOU,
    50: is_.REFUSED_US,
    51: is_.UPSTREAM_NOT_NOW,
    52: is_.UPSTREAM_NOT_NOW,
    53: is_.UPSTREAM_FAILED,
    54: is_.UPSTREAM_FAILED,
    64: is_.CONSTRAINT,
    65: is_.CONSTRAINT,
    66: is_.CONSTRAINT,
    67: is_.CONSTRAINT,
    68: is_.DUPLICATE,
    69: is_.CONSTRAINT,
    71: is_.UPSTREAM_FAILED,
    80: is_.UPSTREAM_FAILED,
}
"""Result codes of RFC 4511, A.1. Whose credentials are wrong (49) is most often somebody's who logs in."""


def read_ldap(exc: BaseException, _label: Label | None) -> Code | None:
    """LDAP: the result code."""
    first = first_of(exc)
    number = number_of(first.get("result") if isinstance(first, dict) else getattr(exc, "result", None))
    return named(_LDAP.get(number or 0), f"LDAP {number}")


# --- the web ----------------------------------------------------------------------------------------------------------
_NOT_HTTP = ("illegal", "too many", "too long", "invalid", "conflicting", "bad content", "multiple", "unsupported")


def read_http_protocol(exc: BaseException, label: Label | None) -> Code | None:
    """h11 has one class for a line that was lost and for nonsense on it."""
    if type(exc).__name__ != "RemoteProtocolError" or label is None:
        return None
    text = _text(exc).lower()
    return Code(is_.UPSTREAM_FAILED, "not HTTP") if any(word in text for word in _NOT_HTTP) else None


_TOO_MANY = as_pattern(r"too many (\d{3}) error responses")


def _urllib3(exc: BaseException, _label: Label | None) -> Code | None:
    if type(exc).__name__ == "ResponseError" and (match := _TOO_MANY.search(_text(exc))):
        return Code(known.label_of_upstream(int(match[1])) or is_.UPSTREAM_FAILED, f"HTTP {match[1]}")
    return None


_CURL_STATUS = as_pattern(r"returned error: (\d{3})")


_CURL_OF_A_PEER = as_pattern(r"HTTP/0\.9|redirect")


def read_curl(exc: BaseException, _label: Label | None) -> Code | None:
    """curl: its own numbers."""
    number = number_of(first_of(exc))
    number = number_of(getattr(exc, "code", None)) if number is None else number
    if number == 22 and (match := _CURL_STATUS.search(_text(exc))):
        return Code(known.label_of_upstream(int(match[1])) or is_.UPSTREAM_FAILED, f"HTTP {match[1]}")
    if number in {1, 3} and _CURL_OF_A_PEER.search(_text(exc)):
        return Code(is_.UPSTREAM_FAILED, f"curl {number}, of a peer")
    if number == 27 and "URL rejected" in _text(exc):
        return Code(is_.BUG, "curl 27, of a URL")
    return named(known.CURL.get(number or 0), f"curl {number}")


def _own_close(exc: BaseException, *, answered: bool) -> Code | None:
    """What it says that it was us who closed a WebSocket: what the peer sent was against the rules or too large, it did
    not answer a ping, or the connection is used once more."""
    number = getattr(getattr(exc, "sent", None), "code", None)
    if not isinstance(number, int):
        return None
    if number == 1000 and answered and getattr(exc, "rcvd_then_sent", None) is False:
        return Code(is_.BUG, "closed before")
    if answered:
        return None
    if "ping timeout" in _text(exc):
        return Code(is_.SILENT, "ping timeout")
    return Code(is_.UPSTREAM_FAILED, f"sent close code {int(number)}") if number in {1002, 1003, 1007, 1009} else None


def read_close(exc: BaseException, _label: Label | None) -> Code | None:
    """How a WebSocket was closed."""
    if type(exc).__name__ == "InvalidMessage" and isinstance(exc.__cause__, EOFError):
        return Code(is_.BROKEN, "end of stream")
    rcvd = getattr(exc, "rcvd", exc)
    code = getattr(rcvd, "code", None)
    number = number_of(getattr(code, "value", code))
    if number is not None and number >= _PRIVATE:
        return Code(_said_in_closing(number, str(getattr(rcvd, "reason", ""))), f"close code {number}")
    if number in {None, 1000} and (own := _own_close(exc, answered=number is not None)) is not None:
        return own
    return named(known.WEBSOCKET.get(number or 0), f"close code {number}")


_PRIVATE = 4_000
_OF_PRIVATE: Mapping[int, Label] = {
    4001: is_.REFUSED_US,
    4003: is_.REFUSED_US,
    4401: is_.REFUSED_US,
    4403: is_.REFUSED_US,
    4408: is_.UPSTREAM_SLOW,
    4429: is_.THROTTLED,
    4500: is_.UPSTREAM_FAILED,
    4503: is_.UPSTREAM_NOT_NOW,
}
"""Codes that applications agree on (RFC 6455, 7.4.2), many by a status of HTTP."""


def _said_in_closing(number: int, reason: str) -> Label:
    """What a peer means that closed with a code of its own: the reason beside it says more than the number."""
    if is_throttled(reason):
        return is_.THROTTLED
    said = tells_of_an_answer(reason)
    return said[0] if said is not None else _OF_PRIVATE.get(number, is_.UPSTREAM_FAILED)


READERS_OF_PROTOCOLS: tuple[tuple[CodeReader, str], ...] = (
    (_pg8000, "pg8000"),
    (read_clickhouse, "clickhouse_connect clickhouse_driver"),
    (_duckdb, "duckdb _duckdb"),
    (_lmdb, "lmdb"),
    (_typesense, "typesense"),
    (read_amqp, "pika aiormq aio_pika amqp"),
    (read_mqtt, "aiomqtt gmqtt"),
    (_nats, "nats"),
    (read_zmq, "zmq"),
    (read_http_protocol, "h11 httpcore"),
    (_urllib3, "urllib3 urllib3_future"),
    (read_curl, "pycurl"),
)
"""The readers, and the packages whose exceptions they read."""
