"""Words of stores and of their drivers, where they say more than the code or the class that comes with them."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.catalogue.store_codes import REDIS
from failsoft.errors.code import Code, first_of, named

__all__ = [
    "read_libpq",
    "read_misuse",
    "read_redis",
    "text_of_mysql",
    "text_of_postgres",
    "text_of_sqlite",
    "word_of_libpq",
]

_MAX_TEXT = 2_000
_Coded = tuple[tuple[str, str, Label], ...]

_DAMAGED = (
    'could not open file "base/', 'could not open file "global/', 'could not open file "pg_', "could not read block",
    "missing chunk number", "unexpected chunk number", "could not access status of transaction", "unexpected zeros",
    "invalid memory alloc request size", "compressed pglz data is corrupt", "re-find parent key", "left-link changed",
)  # fmt: skip
"""Files of a database that are gone or hold something else (PostgreSQL has a state of its own for few of them)."""
_PREPARED = ("_pg3_", "__asyncpg_")
_OF_ANOTHER_TYPE = ("expected str, got", "offset-naive", "sized iterable container expected")
_POSTGRES: _Coded = (
    ("42883", "operator does not exist", is_.BUG),
    ("42883", "operator is not unique", is_.BUG),
    ("0A000", "is not available", is_.MISCONFIGURED),
    ("0A000", "cached plan must not change", is_.CONTENTION),
    ("0A000", "cached statement plan is invalid", is_.CONTENTION),
    ("55000", "must be loaded via", is_.MISCONFIGURED),
    ("55000", "has not been populated", is_.MISCONFIGURED),
    ("55000", "wal_level", is_.MISCONFIGURED),
    ("22023", "invalid value for parameter", is_.MISCONFIGURED),
    ("42501", "must be owner of", is_.REFUSED_US),
    # who changes tables there was sent to the wrong server; what writes rows may be heard by the next primary
    ("25006", "cannot execute create", is_.MISCONFIGURED),
    ("25006", "cannot execute alter", is_.MISCONFIGURED),
    ("25006", "cannot execute drop", is_.MISCONFIGURED),
    ("25006", "cannot execute truncate", is_.MISCONFIGURED),
    ("42704", "large object", is_.CONTRADICTION),
    # statements that a driver prepares by itself, behind a pooler that gives each transaction another session
    *((state, f'statement "{name}', is_.MISCONFIGURED) for state in ("26000", "42P05") for name in _PREPARED),
    ("53400", "temp_file_limit", is_.TOO_BIG_FOR_PEER),
    # asyncpg cannot send what is of another type; a text that is no number may be a client's, another object is ours
    *(("22000", words, is_.BUG) for words in _OF_ANOTHER_TYPE),
    ("08P01", "bind message supplies", is_.BUG),
    ("08P01", "no such database", is_.MISCONFIGURED),
    ("08P01", "no more connections allowed", is_.EXHAUSTED),
    ("XX000", "could not open relation with oid", is_.CONTENTION),
    ("XX000", "tuple concurrently updated", is_.CONTENTION),
    ("XX000", "max clients reached", is_.EXHAUSTED),
    *((state, words, is_.CORRUPT) for state in ("XX000", "58P01") for words in _DAMAGED),
    ("XX000", "max client conn", is_.EXHAUSTED),
    ("XX000", "tenant or user not found", is_.REFUSED_US),
)
"""SQLSTATE, words of the server or of a pooler in front of it, and what they mean."""

# libpq gives no SQLSTATE where there was no session yet, nor does a pooler that refused one
_LIBPQ: tuple[tuple[str, Label], ...] = (
    ("authentication failed", is_.REFUSED_US),
    ("no pg_hba.conf entry", is_.REFUSED_US),
    ("pg_hba.conf rejects", is_.REFUSED_US),
    ("tenant or user not found", is_.REFUSED_US),
    ("no password supplied", is_.MISCONFIGURED),
    ("no such database", is_.MISCONFIGURED),
    ("unsupported startup parameter", is_.MISCONFIGURED),
    # the connection is as it should be, and the statement is not
    ("number of parameters must be", is_.BUG),
    ("is not currently accepting connections", is_.STORE_NOT_NOW),
    ("is being accessed by other users", is_.CONTENTION),
    ('database "', is_.MISCONFIGURED),
    ("too many clients", is_.EXHAUSTED),
    ("remaining connection slots", is_.EXHAUSTED),
    ("too many connections", is_.EXHAUSTED),
    ("no more connections allowed", is_.EXHAUSTED),
    ("max clients", is_.EXHAUSTED),
    ("max_client_conn", is_.EXHAUSTED),
    ("query_wait_timeout", is_.EXHAUSTED),
    ('role "', is_.REFUSED_US),
    ("starting up", is_.STORE_NOT_NOW),
    ("shutting down", is_.STORE_NOT_NOW),
    ("in recovery mode", is_.STORE_NOT_NOW),
    ("not yet accepting connections", is_.STORE_NOT_NOW),
    ("server login has been failing", is_.STORE_NOT_NOW),
    ("session is read-only", is_.STORE_NOT_NOW),
    ("server is in hot standby", is_.STORE_NOT_NOW),
    ("connection refused", is_.STORE_REFUSED),
    ("translate host name", is_.STORE_REFUSED),
    ("resolve host", is_.STORE_REFUSED),
    ("name or service not known", is_.STORE_REFUSED),
    ("timeout expired", is_.CONNECT_SILENT),
    ("certificate file", is_.MISCONFIGURED),
    ("private key file", is_.MISCONFIGURED),
    ("certificate", is_.NO_TRUST),
    ("does not support ssl", is_.NO_TRUST),
    ("the connection is closed", is_.BUG),
)
_OF_LIBPQ = ("connection to server", "[libpq]", "could not translate host name", "no pg_hba.conf entry")


def word_of_libpq(text: str) -> Code | None:
    """What the words of libpq, or of a pooler, say of a session that there was none of."""
    lower = text[:_MAX_TEXT].lower()
    return next((Code(means, f"libpq: {needle}") for needle, means in _LIBPQ if needle in lower), None)


def read_libpq(exc: BaseException, _label: Label | None) -> Code | None:
    """The words of libpq, where a driver hands them on that nobody knows; they are its own."""
    text = str(exc)[:_MAX_TEXT]
    lower = text.lower()
    return word_of_libpq(text) if any(words in lower for words in _OF_LIBPQ) else None


_MYSQL: _Coded = (
    # the connector gives the number of a statement that took too long to a link that was silent
    ("3024", "read operation timed out", is_.SILENT),
    ("3024", "write operation timed out", is_.SILENT),
    ("1005", "errno: 28", is_.DISK_FULL),
    ("1005", "", is_.BUG),
    ("1030", "error 28", is_.DISK_FULL),
    ("1030", "error 168", is_.CORRUPT),
    ("1026", "errno: 28", is_.DISK_FULL),
    ("1180", "error 149", is_.DEADLOCK),
    ("1290", "--read-only", is_.STORE_NOT_NOW),
    ("1290", "--super-read-only", is_.STORE_NOT_NOW),
    ("1290", "--rds", is_.STORE_NOT_NOW),
    ("1290", "", is_.MISCONFIGURED),
    ("1047", "wsrep", is_.STORE_NOT_NOW),
    ("1047", "", is_.BUG),
)

_SQLITE: tuple[tuple[str, Label], ...] = (
    ("no such savepoint", is_.BUG),
    # written in our statement, as a name that is misspelt
    ("no such function", is_.BUG),
    ("malformed match expression", is_.BUG),
    ("no such rowid", is_.NOT_THERE),
    ("foreign key mismatch", is_.MISCONFIGURED),
    ("cannot open shared object", is_.MISCONFIGURED),
    ("no such", is_.MISCONFIGURED),
    # a migration that ran before
    (" already exists", is_.MISCONFIGURED),
    ("duplicate column name", is_.MISCONFIGURED),
    ("has no column", is_.MISCONFIGURED),
    ("unknown database", is_.MISCONFIGURED),
    ("unknown tokenizer", is_.MISCONFIGURED),
    ("malformed json", is_.BAD_ROW),
    ("integer overflow", is_.BAD_ROW),
    ("json cannot hold blob values", is_.BAD_ROW),
    ("could not decode to utf-8", is_.CONTRADICTION),
    ("is locked", is_.CONTENTION),
    ("disk i/o error", is_.MACHINE_DAMAGED),
    ("is full", is_.DISK_FULL),
    ("unable to open database", is_.MISCONFIGURED),
    ("readonly database", is_.MISCONFIGURED),
    ("extension", is_.MISCONFIGURED),
    ("malformed", is_.CORRUPT),
    ("not a database", is_.CORRUPT),
    ("unsupported file format", is_.CORRUPT),
)

_MISUSE = (
    "already opened", "already closed", "cursor closed", "cursor is closed", "connection is closed",
    "connection not open", "connection closed by", "not opened", "execute() first", "query first", "not executed",
    "unexecuted", "no result set", "commands out of sync", "outside of a transaction", "within a transaction",
    "no transaction", "scroll mode", "while transaction is open", "not initialized", "must be initialized",
    "not bound to", "closed database", "no results to fetch", "nothing to fetch", "uninitialized", "different thread",
    "another thread",
)  # fmt: skip
"""What drivers say to those who call them wrongly, in classes that are otherwise about the link."""
_NOT_MISUSE = ("unexpectedly", "by server", "by the server", "by remote", "by peer")


def _coded(table: _Coded, code: str, text: str) -> Label | None:
    lower: str | None = None
    for one, words, means in table:
        if one == code:
            lower = text[:_MAX_TEXT].lower() if lower is None else lower
            if words in lower:
                return means
    return None


def text_of_postgres(state: str, text: str) -> Label | None:
    """What the words of PostgreSQL say beyond an SQLSTATE."""
    return _coded(_POSTGRES, state, text)


def text_of_mysql(number: int, text: str) -> Label | None:
    """What the words of MySQL say beyond its number."""
    return _coded(_MYSQL, str(number), text)


def text_of_sqlite(text: str) -> Label | None:
    """What SQLite says in words only: its general error, or none at all."""
    lower = text[:_MAX_TEXT].lower()
    return next((means for words, means in _SQLITE if words in lower), None)


def read_misuse(exc: BaseException, label: Label | None) -> Code | None:
    """A driver's complaint about how it was called, in a class that says nothing of it."""
    if label is None or label.voice is Voice.SAYS or label.status == 500:
        return None
    text = str(exc)[:_MAX_TEXT].lower()
    if any(words in text for words in _NOT_MISUSE):
        return None
    return next((Code(is_.BUG, words) for words in _MISUSE if words in text), None)


# replies that begin with ERR, which the libraries cut off
_REDIS_SETTINGS = (
    "nogroup", "dbindex", "db index", "invalid db index", "no such master", "no such index", "unknown index name",
    "select is not allowed in cluster", "this instance has cluster support disabled", "unsupported protocol version",
    "client sent auth, but no password", "auth <password> called without any password",
    "the xgroup subcommand requires", "unknown argument for config",
)  # fmt: skip
_REDIS_STARTS: tuple[tuple[tuple[str, ...], Label, str], ...] = (
    (("too many connections", "no connection available"), is_.POOL_EXHAUSTED, "pool"),
    (_REDIS_SETTINGS, is_.MISCONFIGURED, "what has to be set up beforehand"),
    (("background save already", "background append only file rewriting already"), is_.CONTENTION, "in progress"),
    (("bad data format", "dump payload version", "error trying to load the dump"), is_.CONTRADICTION, "stored data"),
    (("string exceeds maximum allowed size", "max number of"), is_.TOO_BIG_FOR_PEER, "too large"),
    (("timeout limit was reached",), is_.UPSTREAM_SLOW, "time limit"),
)
_REDIS_WORDS: tuple[tuple[tuple[str, ...], Label, str], ...] = (
    (("max number of clients",), is_.EXHAUSTED, "clients"),
    (("authentication required", "username-password"), is_.REFUSED_US, "authentication"),
    (("read only replica",), is_.STORE_NOT_NOW, "replica"),
    (("cluster mode is not enabled",), is_.MISCONFIGURED, "no cluster"),
    (("update is not supported when duplicate_policy",), is_.DUPLICATE, "duplicate"),
    (("no space left",), is_.DISK_FULL, "disk"),
)
# their commands have a dot; where the server does not know one, the module is not loaded
_REDIS_MODULES = ("ft.", "json.", "ts.", "bf.", "cf.", "cms.", "topk.", "tdigest.", "graph.", "vector.")
_REDIS_CALLS: tuple[tuple[str, str], ...] = (
    ("LockError", "unlocked lock"),
    ("LockError", "is already unlocked"),
    ("LockError", "with no timeout"),
    ("LockError", "must be less than"),
    ("ClusterException", "is closed"),
    ("ClusterException", "deprecated"),
    ("ClusterException", "no way to dispatch"),
    ("ClusterException", "missing key"),
    ("ClusterException", "all keys must"),
    ("ClusterException", "must map to"),
    ("ClusterException", "must be a"),
    ("ClusterException", "not supported"),
    ("ClusterException", "not support"),
    ("ClusterException", "not allowed"),
    ("ClusterException", "is blocked"),
    ("ClusterException", "cannot be used"),
    ("ClusterException", "number of keys"),
    ("RedisError", "cannot issue"),
    ("ValkeyError", "cannot issue"),
    ("RedisError", "only supported with"),
    ("ValkeyError", "buffer is closed"),
    ("ConnectionError", "connection has data"),
)
"""End of the name of a class, and what it says to those who call it wrongly."""
_REDIS_SET_UP = (
    "requires at least one node",
    "argument 'db'",
    "startup_nodes",
    "protocol must be",
    "invalid resp",
)
_REDIS_TLS = "invalid ssl certificate requirements"


def read_redis(exc: BaseException, label: Label | None) -> Code | None:
    """Redis: the words of its replies, and of clients that could not ask."""
    text = first_of(exc)
    if not isinstance(text, str):
        return None
    if text.startswith("Error ") and " connecting to " in text:
        if "[SSL: " in text and "EOF" not in text:
            return Code(is_.NO_TRUST, "while connecting")
        return Code(is_.STORE_REFUSED, "while connecting")
    if text.startswith("Timeout connecting"):
        return Code(is_.CONNECT_SILENT, "while connecting")
    lower = text[:_MAX_TEXT].lower()
    said = _redis_words(lower) or _redis_client(type(exc).__name__, lower)
    if said is not None:
        return said
    word = text.partition(" ")[0].rstrip(":")
    if (means := REDIS.get(word)) is not None:
        return Code(means, word) if label is None or label.voice is Voice.SAYS else None
    return _what_we_asked(lower, word) if type(exc).__name__.endswith(("ResponseError", "ReplyError")) else None


def _redis_words(lower: str) -> Code | None:
    for words, means, says in _REDIS_WORDS:
        if any(one in lower for one in words):
            return Code(means, says)
    return next((Code(means, says) for starts, means, says in _REDIS_STARTS if lower.startswith(starts)), None)


def _redis_client(name: str, lower: str) -> Code | None:
    """What a client says of how it was called, or set up."""
    if lower.startswith(_REDIS_TLS):
        return Code(is_.MISCONFIGURED, "an argument of the client")
    if name.endswith(("ClusterException", "ConnectionError")) and any(one in lower for one in _REDIS_SET_UP):
        return Code(is_.MISCONFIGURED, "an argument of the client")
    return next((Code(is_.BUG, words) for cls, words in _REDIS_CALLS if name.endswith(cls) and words in lower), None)


def _what_we_asked(lower: str, word: str) -> Code | None:
    """A reply without a word of its own, which is what a wrong command gets."""
    if lower.startswith("unknown command"):
        module = lower.removeprefix("unknown command").strip(" '`\"").startswith(_REDIS_MODULES)
        return Code(is_.MISCONFIGURED if module else is_.BUG, "unknown command")
    return named(None if len(word) > 3 and word.isupper() else is_.BUG, "what we asked for")
