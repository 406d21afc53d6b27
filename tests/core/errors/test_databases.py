"""Databases and caches: SQLite and SQLAlchemy for real, the codes of others on classes that look like theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import exc, orm

from failsoft.errors.failure import Failure

Raised = Callable[..., Failure]


def labelled(failure: Failure) -> tuple[object, ...]:
    return (failure.category, failure.severity, failure.transient, failure.status, failure.code)


BUG = ("system", "high", False, 500, "INTERNAL_ERROR")
SETTINGS = ("configuration", "high", False, 500, "CONFIGURATION_ERROR")
DUPLICATE = ("data_integrity", "medium", False, 409, "CONFLICT")
BAD_ROW = ("data_integrity", "medium", False, 500, "DATA_INTEGRITY_ERROR")
CONTRADICTION = ("data_integrity", "high", False, 500, "DATA_INTEGRITY_ERROR")
CORRUPT = ("data_integrity", "critical", False, 500, "DATA_INTEGRITY_ERROR")
CONTENTION = ("concurrency", "medium", True, 503, "CONCURRENCY_ERROR")
DEADLOCK = ("concurrency", "medium", True, 503, "DEADLOCK")
EXHAUSTED = ("resource", "medium", True, 503, "RESOURCE_EXHAUSTED")
HOST = ("resource", "critical", False, 500, "RESOURCE_EXHAUSTED")
AWAY = ("network", "high", True, 503, "NETWORK_ERROR")
NOT_NOW = ("external_service", "high", True, 503, "UPSTREAM_ERROR")
SLOW = ("external_service", "medium", True, 504, "TIMEOUT_ERROR")
SILENT = ("network", "medium", True, 504, "TIMEOUT_ERROR")
REFUSED_US = ("authentication", "high", False, 502, "UPSTREAM_AUTH_ERROR")
UPSTREAM = ("external_service", "medium", False, 502, "UPSTREAM_ERROR")
NOT_THERE = ("validation", "info", False, 404, "NOT_FOUND")
NO_TRUST = ("network", "high", False, 502, "NETWORK_ERROR")

SCHEMA = """
    create table room (name text primary key, size integer not null check (size > 0));
    create table bed (room text references room(name));
    pragma foreign_keys = on;
    insert into room values ('r1', 1);
"""


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "shop.db", timeout=0, isolation_level=None)
    connection.executescript(SCHEMA)
    yield connection
    connection.close()


STATEMENTS = [
    ("insert into room values ('r1', 1)", DUPLICATE),
    ("insert into bed values ('missing')", DUPLICATE),
    ("insert into room values ('r2', 0)", DUPLICATE),
    ("insert into room values ('r2', null)", DUPLICATE),
    ("select * from missing", SETTINGS),
    ("select missing from room", SETTINGS),
    ("selec", BUG),
]


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS)
def test_sqlite_says_by_code_what_it_is(
    raised: Raised, database: sqlite3.Connection, statement: str, expected: tuple[object, ...]
) -> None:
    failure = raised(database.execute, statement)
    assert labelled(failure) == expected
    assert failure.evidence[0].source == "code"
    assert not failure.expected


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS)
def test_sqlalchemy_and_what_it_wraps_are_the_same(
    raised: Raised, database: sqlite3.Connection, statement: str, expected: tuple[object, ...]
) -> None:
    engine = sqlalchemy.create_engine("sqlite://", creator=lambda: database, poolclass=sqlalchemy.StaticPool)
    with engine.connect() as connection:
        failure = raised(connection.execute, sqlalchemy.text(statement))
    assert labelled(failure) == expected
    assert [one.source for one in failure.evidence][:2] == ["code", "catalogue"]


def test_a_locked_database_is_contention(raised: Raised, database: sqlite3.Connection, tmp_path: Path) -> None:
    database.execute("begin exclusive")
    other = sqlite3.connect(tmp_path / "shop.db", timeout=0)
    failure = raised(other.execute, "select * from room")
    other.close()
    assert labelled(failure) == CONTENTION


def test_a_damaged_database_is_critical(raised: Raised, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    path.write_bytes(b"no database at all, but long enough to be looked at" * 50)
    connection = sqlite3.connect(path)
    failure = raised(connection.execute, "select * from room")
    connection.close()
    assert labelled(failure) == CORRUPT


def test_a_read_only_database_is_configuration(raised: Raised, database: sqlite3.Connection, tmp_path: Path) -> None:
    other = sqlite3.connect(f"file:{tmp_path / 'shop.db'}?mode=ro", uri=True)
    failure = raised(other.execute, "delete from room")
    other.close()
    assert labelled(failure) == SETTINGS


class Base(orm.DeclarativeBase):
    pass


class Room(Base):
    __tablename__ = "room"
    name: orm.Mapped[str] = orm.mapped_column(primary_key=True)
    version: orm.Mapped[int] = orm.mapped_column()
    __mapper_args__ = {"version_id_col": version}


@pytest.fixture
def session() -> Iterator[orm.Session]:
    engine = sqlalchemy.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        session.add_all([Room(name="r1"), Room(name="r2")])
        session.commit()
        yield session
    engine.dispose()


def test_what_a_session_does_not_find(raised: Raised, session: orm.Session) -> None:
    rooms = session.query(Room)
    assert labelled(raised(rooms.filter_by(name="missing").one)) == NOT_THERE
    assert labelled(raised(rooms.one)) == CONTRADICTION


def test_an_edit_by_somebody_else_is_a_conflict(raised: Raised, session: orm.Session) -> None:
    room = session.get_one(Room, "r1")
    session.execute(sqlalchemy.text("update room set version = 7"))
    room.version = 3
    assert labelled(raised(session.flush)) == ("concurrency", "low", True, 409, "CONFLICT")


def test_a_session_that_is_used_after_its_failure_is_a_bug(raised: Raised, session: orm.Session) -> None:
    session.add(Room(name="r1", version=1))
    assert labelled(raised(session.flush)) == DUPLICATE
    session.rollback()
    detached = Room(name="x")
    assert labelled(raised(session.refresh, detached)) == BUG


def test_a_pool_that_has_none_left_was_never_asked(raised: Raised) -> None:
    pool = sqlalchemy.QueuePool(lambda: sqlite3.connect(":memory:"), pool_size=1, max_overflow=0, timeout=0)
    held = pool.connect()
    failure = raised(pool.connect)
    held.close()
    pool.dispose()
    assert labelled(failure) == EXHAUSTED
    assert failure.not_sent


def test_an_unknown_dialect_is_configuration(raised: Raised) -> None:
    assert labelled(raised(sqlalchemy.create_engine, "nosuch://db")) == SETTINGS


# --- drivers that are not installed here ------------------------------------------------------------------------------
def driver(path: str, *args: Any, **attributes: Any) -> Exception:
    """An exception with the name and the codes of a driver's."""
    module, _, name = path.rpartition(".")
    error: Exception = type(name, (Exception,), {"__module__": module})(*args)
    for key, value in attributes.items():
        setattr(error, key, value)
    return error


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("23505", DUPLICATE),
        ("23503", DUPLICATE),
        ("23514", DUPLICATE),
        ("23502", DUPLICATE),
        ("22001", BAD_ROW),
        ("40001", CONTENTION),
        ("40P01", DEADLOCK),
        ("55P03", CONTENTION),
        ("53300", EXHAUSTED),
        ("53100", HOST),
        ("57014", SLOW),
        ("57P01", AWAY),
        ("57P03", NOT_NOW),
        ("08006", AWAY),
        ("28P01", REFUSED_US),
        ("42501", REFUSED_US),
        ("42P01", SETTINGS),
        ("42703", SETTINGS),
        ("3D000", SETTINGS),
        ("42601", BUG),
        ("25P02", BUG),
        ("XX001", CORRUPT),
        ("P0001", ("business_logic", "low", False, 409, "BUSINESS_RULE")),
    ],
)
def test_an_sqlstate_decides_whoever_carries_it(
    raised: Raised, classify: Raised, state: str, expected: tuple[object, ...]
) -> None:
    carriers = [
        driver("psycopg.errors.Whatever", sqlstate=state),
        driver("psycopg2.errors.Whatever", pgcode=state),
        driver("asyncpg.exceptions.Whatever", sqlstate=state),
        driver("shop.database.Whatever", sqlstate=state),
    ]
    for error in carriers:
        assert labelled(classify(error)) == expected
    wrapped = exc.DBAPIError("select 1", {}, carriers[0])
    assert labelled(classify(wrapped)) == expected


@pytest.mark.parametrize(
    ("text", "expected", "not_sent"),
    [
        ('FATAL:  password authentication failed for user "shop"', REFUSED_US, False),
        ("FATAL:  sorry, too many clients already", EXHAUSTED, False),
        ("FATAL:  the database system is starting up", NOT_NOW, False),
        ('FATAL:  database "shop" does not exist', SETTINGS, False),
        ("connection to server at 10.0.0.1 failed: Connection refused", AWAY, True),
        ('could not translate host name "db" to address: Name or service not known', AWAY, True),
        ("connection timeout expired", SILENT, True),
        ("server closed the connection unexpectedly", AWAY, False),
    ],
)
def test_a_connection_to_postgres_that_never_was_says_why_in_words(
    classify: Raised, text: str, expected: tuple[object, ...], not_sent: bool
) -> None:
    for module in ("psycopg", "psycopg2"):
        failure = classify(driver(f"{module}.OperationalError", text))
        assert labelled(failure) == expected
        assert failure.not_sent is not_sent


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1062, DUPLICATE), (1452, DUPLICATE), (1048, DUPLICATE), (1264, BAD_ROW), (1213, DEADLOCK), (1205, CONTENTION),
        (1040, EXHAUSTED),
        (1045, REFUSED_US), (1146, SETTINGS), (1064, BUG), (2003, AWAY), (2013, AWAY), (3024, SLOW), (1114, HOST),
    ],
)  # fmt: skip
def test_the_numbers_of_mysql(classify: Raised, number: int, expected: tuple[object, ...]) -> None:
    assert labelled(classify(driver("pymysql.err.OperationalError", number, "text"))) == expected
    assert labelled(classify(driver("MySQLdb._exceptions.OperationalError", number, "text"))) == expected
    assert labelled(classify(driver("mysql.connector.errors.DatabaseError", "text", errno=number))) == expected
    assert classify(driver("pymysql.err.OperationalError", 2003, "x")).not_sent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ORA-00001: unique constraint (SHOP.PK) violated", DUPLICATE),
        ("ORA-00060: deadlock detected while waiting for resource", DEADLOCK),
        ("ORA-01017: invalid username/password", REFUSED_US),
        ("ORA-00942: table or view does not exist", SETTINGS),
        ("DPY-6005: cannot connect to database", AWAY),
        ("ORA-03113: end-of-file on communication channel", AWAY),
        ("ORA-20001: the credit limit is reached", ("business_logic", "low", False, 409, "BUSINESS_RULE")),
    ],
)
def test_the_numbers_of_oracle(classify: Raised, text: str, expected: tuple[object, ...]) -> None:
    assert labelled(classify(driver("oracledb.exceptions.DatabaseError", text))) == expected


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (("23000", "[23000] Violation of UNIQUE KEY constraint (2627)"), DUPLICATE),
        (("40001", "[40001] Transaction was deadlocked (1205)"), DEADLOCK),
        (("08S01", "[08S01] Communication link failure"), AWAY),
        (("HYT00", "[HYT00] Timeout expired"), SLOW),
        (("42S02", "[42S02] Invalid object name"), SETTINGS),
        (("28000", "[28000] Login failed (18456)"), REFUSED_US),
    ],
)
def test_the_numbers_of_sql_server(classify: Raised, args: tuple[str, ...], expected: tuple[object, ...]) -> None:
    assert labelled(classify(driver("pyodbc.Error", *args))) == expected


@pytest.mark.parametrize(
    ("path", "text", "expected", "not_sent"),
    [
        ("ConnectionError", "Error 111 connecting to redis:6379. Connection refused.", AWAY, True),
        ("ConnectionError", "Connection closed by server.", AWAY, False),
        ("TimeoutError", "Timeout reading from redis:6379", SILENT, False),
        ("TimeoutError", "Timeout connecting to server", SILENT, True),
        ("ResponseError", "OOM command not allowed when used memory > 'maxmemory'.", HOST, False),
        ("ResponseError", "LOADING Redis is loading the dataset in memory", NOT_NOW, False),
        ("ResponseError", "WRONGPASS invalid username-password pair", REFUSED_US, False),
        ("ResponseError", "WRONGTYPE Operation against a key", BUG, False),
        ("ResponseError", "something else", BUG, False),
        ("ResponseError", "OUTOFSTOCK says a script", UPSTREAM, False),
        ("ResponseError", "unknown command 'FT.SEARCH', with args beginning with:", SETTINGS, False),
        ("ResponseError", "MOVED 3999 127.0.0.1:6381", SETTINGS, False),
        ("LockError", "Cannot release an unlocked lock", BUG, False),
        ("AuthenticationError", "Authentication required.", REFUSED_US, False),
        ("MaxConnectionsError", "Too many connections", EXHAUSTED, False),
        ("WatchError", "Watched variable changed.", CONTENTION, False),
        ("ReadOnlyError", "You can't write against a read only replica.", NOT_NOW, False),
        ("BusyLoadingError", "Redis is loading the dataset in memory", NOT_NOW, False),
    ],
)
def test_the_words_of_redis(
    classify: Raised, path: str, text: str, expected: tuple[object, ...], not_sent: bool
) -> None:
    failure = classify(driver(f"redis.exceptions.{path}", text))
    assert labelled(failure) == expected
    assert failure.not_sent is not_sent or path == "MaxConnectionsError"


@pytest.mark.parametrize(
    ("path", "attributes", "expected"),
    [
        ("OperationFailure", {"code": 11000}, DUPLICATE),
        ("OperationFailure", {"code": 112}, CONTENTION),
        ("OperationFailure", {"code": 18}, REFUSED_US),
        ("OperationFailure", {"code": 50}, SLOW),
        ("OperationFailure", {"code": 5107201}, BUG),
        ("OperationFailure", {"code": 9999}, UPSTREAM),
        ("BulkWriteError", {"code": 65, "details": {"writeErrors": [{"code": 11000}]}}, DUPLICATE),
        ("OperationFailure", {"has_error_label": lambda label: label == "TransientTransactionError"}, CONTENTION),
        ("ServerSelectionTimeoutError", {}, AWAY),
        ("WaitQueueTimeoutError", {}, EXHAUSTED),
        ("DuplicateKeyError", {}, DUPLICATE),
        ("NetworkTimeout", {}, SILENT),
    ],
)
def test_the_codes_of_mongodb(
    classify: Raised, path: str, attributes: dict[str, Any], expected: tuple[object, ...]
) -> None:
    base = type("OperationFailure", (Exception,), {"__module__": "pymongo.errors"})
    error = base() if path == "OperationFailure" else type(path, (base,), {"__module__": "pymongo.errors"})()
    for key, value in attributes.items():
        setattr(error, key, value)
    assert labelled(classify(error)) == expected


def test_a_lost_link_to_a_store_is_graver_than_one_to_a_peer(classify: Raised) -> None:
    refused = ConnectionRefusedError(111, "Connection refused")
    error = driver("redis.exceptions.ConnectionError", "no words that say it")
    error.__cause__ = refused
    failure = classify(error)
    assert labelled(failure) == AWAY
    assert failure.not_sent
    assert classify(refused).severity == "medium"


def test_a_password_that_the_database_refuses_is_no_401_of_ours(classify: Raised) -> None:
    failure = classify(driver("asyncpg.exceptions.InvalidPasswordError", sqlstate="28P01"))
    assert labelled(failure) == REFUSED_US


@pytest.mark.parametrize(
    ("path", "text", "attributes", "expected"),
    [
        ("psycopg.errors.CardinalityViolation", "more than one row", {"sqlstate": "21000"}, BUG),
        ("psycopg.errors.FeatureNotSupported", 'extension "x" is not available', {"sqlstate": "0A000"}, SETTINGS),
        ("psycopg.errors.UndefinedFunction", "operator does not exist: text + text", {"sqlstate": "42883"}, BUG),
        ("psycopg.errors.InvalidRegularExpression", "parentheses () not balanced", {"sqlstate": "2201B"}, BUG),
        ("mysql.connector.errors.DatabaseError", "Unknown thread id: 100", {"errno": 1094}, BUG),
        ("mysql.connector.errors.DatabaseError", "running with the --read-only option", {"errno": 1290}, NOT_NOW),
        ("mysql.connector.errors.DatabaseError", "running with --secure-file-priv", {"errno": 1290}, SETTINGS),
        ("peewee.OperationalError", "Connection already opened.", {}, BUG),
        ("peewee.OperationalError", "server closed the connection unexpectedly", {}, AWAY),
        ("sqlite3.OperationalError", "malformed JSON", {"sqlite_errorcode": 1}, BAD_ROW),
        ("sqlite3.OperationalError", "no such savepoint: x", {"sqlite_errorcode": 1}, BUG),
        ("sqlite3.OperationalError", "Could not decode to UTF-8 column 'a'", {}, CONTRADICTION),
        ("duckdb.BinderException", 'Binder Error: Ambiguous reference to column name "a"', {}, BUG),
        ("duckdb.BinderException", 'Binder Error: Referenced column "b" not found', {}, SETTINGS),
        ("neo4j.exceptions.ClientError", "x", {"code": "Neo.ClientError.Database.DatabaseNotFound"}, SETTINGS),
        ("neo4j.exceptions.TransientError", "x", {"code": "Neo.TransientError.Transaction.DeadlockDetected"}, DEADLOCK),
        ("elasticsearch.BadRequestError", "x", {"body": {"error": {"type": "parsing_exception"}}}, BUG),
    ],
)
def test_what_our_statement_says_and_what_is_set_up_are_told_apart(
    classify: Raised, path: str, text: str, attributes: dict[str, Any], expected: tuple[object, ...]
) -> None:
    assert labelled(classify(driver(path, text, **attributes))) == expected


def test_of_several_documents_the_first_that_failed_says_why(classify: Raised) -> None:
    items = [{"index": {"status": 429, "error": {"type": "rejected_execution_exception"}}}]
    failure = classify(driver("opensearchpy.helpers.errors.BulkIndexError", "1 document(s) failed to index.", items))
    assert labelled(failure) == EXHAUSTED
