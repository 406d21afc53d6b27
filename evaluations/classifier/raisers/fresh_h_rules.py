"""Rules of a domain, permissions, versions, locks, pools, and what a database says to them."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_h import BUG, SETTINGS, closed_port

RULE: dict[str, Any] = {"transient": False, "status": (409, 422), "severity": "low"}
CONTENDED: dict[str, Any] = {"transient": True, "status": 503, "severity": "medium"}
NOT_FOUND: dict[str, Any] = {"transient": False, "status": 404, "severity": "info"}


def _order(state: str) -> Any:
    from finite_state_machine import StateMachine, transition

    class Order(StateMachine):
        initial_state = "new"

        def __init__(self) -> None:
            self.state = state
            self.paid = False
            super().__init__()

        @transition(source="new", target="shipped", conditions=[lambda order: order.paid])
        def ship(self) -> None:
            """It goes out."""

    return Order()


@case("finite-state-machine", "business_logic", **RULE)
def fresh_h_invalid_start_state() -> None:
    _order("cancelled").ship()


@case("finite-state-machine", "business_logic", **RULE)
def fresh_h_conditions_not_met() -> None:
    _order("new").ship()


@case("finite-state-machine", "system", **BUG)
def fresh_h_source_of_wrong_type() -> None:
    from finite_state_machine import transition

    transition(source=3.5, target="new")


@case("stockholm", "system", **BUG)
def fresh_h_operand_is_no_amount() -> None:
    from stockholm import Money

    Money("10", currency="EUR") * Money("2", currency="EUR")


def _oso(policy: str) -> Any:
    from oso import Oso

    class Document:
        pass

    oso = Oso()
    oso.register_class(Document)
    oso.load_str(policy)
    return oso, Document()


@case("oso", "authentication", transient=False, status=403, severity="low")
def fresh_h_action_forbidden() -> None:
    oso, document = _oso('allow(_actor, "read", _: Document);')
    oso.authorize("alice", "delete", document)


@case("oso", "configuration", **SETTINGS)
def fresh_h_policy_file_missing() -> None:
    from oso import Oso

    Oso().load_files(["/nonexistent/policy.polar"])


@functools.cache
def _dog() -> Any:
    from eventsourcing.domain import Aggregate, event

    class Dog(Aggregate):
        @event("Registered")
        def __init__(self, name: str) -> None:
            self.name = name

        @event("Renamed")
        def rename(self, name: str) -> None:
            self.name = name

    return Dog


def _application() -> Any:
    from eventsourcing.application import Application

    return Application(env={"PERSISTENCE_MODULE": "eventsourcing.popo"}), _dog()("Fido")


@case("eventsourcing", "validation", **NOT_FOUND)
def fresh_h_aggregate_not_found() -> None:
    app, _ = _application()
    app.repository.get(UUID(int=7))


@case(
    "eventsourcing", "concurrency", transient=False, status=409, severity="low", note="an edit conflict, sent as it is"
)
def fresh_h_two_edits_of_one_version() -> None:
    app, dog = _application()
    app.save(dog)
    first, second = app.repository.get(dog.id), app.repository.get(dog.id)
    first.rename("Rex")
    second.rename("Max")
    app.save(first)
    app.save(second)


@case("eventsourcing", "configuration", **SETTINGS)
def fresh_h_persistence_module_missing() -> None:
    from eventsourcing.application import Application

    Application(env={"PERSISTENCE_MODULE": "eventsourcing_of_nowhere"})


@case("eventsourcing", "configuration", **SETTINGS)
def fresh_h_database_name_not_given() -> None:
    from eventsourcing.application import Application

    Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite"})


@contextlib.contextmanager
def _bag() -> Iterator[Path]:
    import bagit

    with tempfile.TemporaryDirectory(prefix="fresh-h-") as folder:
        Path(folder, "a.txt").write_text("content")
        bagit.make_bag(folder, checksums=["sha256"])
        yield Path(folder)


STORED: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}


@case("bagit", "data_integrity", **STORED, note="an archive of ours whose checksum is wrong")
def fresh_h_checksum_wrong() -> None:
    import bagit

    with _bag() as folder:
        (folder / "data/a.txt").write_text("CONTENT")
        bagit.Bag(str(folder)).validate()


@case("bagit", "data_integrity", **STORED, note="an archive of ours that lacks a file")
def fresh_h_file_lost() -> None:
    import bagit

    with _bag() as folder:
        (folder / "data/a.txt").unlink()
        bagit.Bag(str(folder)).validate()


@contextlib.contextmanager
def _postgres() -> Iterator[Any]:
    import psycopg2
    from dbutils.pooled_db import PooledDB

    address = {"host": "127.0.0.1", "user": "root", "dbname": "test", "options": "-c statement_timeout=4000"}
    pool = PooledDB(psycopg2, maxconnections=3, failures=(psycopg2.InterfaceError,), **address)
    try:
        yield pool
    finally:
        pool.close()


def _run(*statements: str) -> None:
    with _postgres() as pool, contextlib.closing(pool.dedicated_connection()) as link:
        try:
            link.begin()
            for statement in statements:
                link.cursor().execute(statement)
        finally:
            link.rollback()


@case("dbutils", "concurrency", **CONTENDED)
def fresh_h_row_locked_by_another() -> None:
    with _postgres() as pool:
        first, second = pool.dedicated_connection(), pool.dedicated_connection()
        try:
            first.begin()
            second.begin()
            first.cursor().execute("SELECT pg_advisory_xact_lock(470011)")
            second.cursor().execute("SET LOCAL lock_timeout = '100ms'")
            second.cursor().execute("SELECT pg_advisory_xact_lock(470011)")
        finally:
            for link in (first, second):
                link.rollback()
                link.close()


@case("dbutils", "business_logic", **RULE, note="a function of the database that refuses")
def fresh_h_function_raises() -> None:
    _run("DO $$ BEGIN RAISE EXCEPTION 'credit limit of customer exceeded' USING ERRCODE = 'P0001'; END $$")


@case("dbutils", "configuration", **SETTINGS)
def fresh_h_table_missing() -> None:
    _run("SELECT 1 FROM fresh_h_no_such_table")


@case("dbutils", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_h_statement_timeout() -> None:
    _run("SET LOCAL statement_timeout = '50ms'", "SELECT pg_sleep(3)")


@case("dbutils", "data_integrity", transient=False, status=409, severity="medium")
def fresh_h_unique_violation() -> None:
    _run(
        "CREATE TEMPORARY TABLE fresh_h_orders (id int PRIMARY KEY) ON COMMIT DROP",
        "INSERT INTO fresh_h_orders VALUES (1)",
        "INSERT INTO fresh_h_orders VALUES (1)",
    )


@case("dbutils", "configuration", **SETTINGS)
def fresh_h_database_missing() -> None:
    import psycopg2
    from dbutils.pooled_db import PooledDB

    PooledDB(psycopg2, mincached=1, host="127.0.0.1", user="root", dbname="fresh_h_no_such_database")


@case("aioredlock", "concurrency", **CONTENDED)
async def fresh_h_lock_held_by_another() -> None:
    from aioredlock import Aioredlock

    first, second = (Aioredlock([("127.0.0.1", 6379)], retry_count=1) for _ in range(2))
    lock = await first.lock("fresh-h-order-7", lock_timeout=5)
    try:
        await second.lock("fresh-h-order-7", lock_timeout=5)
    finally:
        await first.unlock(lock)
        await first.destroy()
        await second.destroy()


@case("aioredlock", "network", transient=True, status=(502, 503), severity="high", note="our own store is gone")
async def fresh_h_redis_refused() -> None:
    from aioredlock import Aioredlock

    manager = Aioredlock([("127.0.0.1", closed_port())], retry_count=1)
    try:
        await manager.lock("fresh-h-order-8", lock_timeout=5)
    finally:
        await manager.destroy()


@case("aioredlock", "system", **BUG)
async def fresh_h_timeout_of_zero() -> None:
    from aioredlock import Aioredlock

    await Aioredlock([("127.0.0.1", 6379)]).lock("fresh-h-order-9", lock_timeout=-1)


def _maria(*statements: str) -> None:
    import pymysql
    from dbutils.pooled_db import PooledDB

    pool = PooledDB(pymysql, host="127.0.0.1", user="root", failures=(pymysql.InterfaceError,))
    try:
        with contextlib.closing(pool.dedicated_connection()) as link:
            link.begin()
            for statement in statements:
                link.cursor().execute(statement)
    finally:
        pool.close()


@case("dbutils", "business_logic", **RULE, note="a procedure of the database that refuses")
def fresh_h_signal_of_mariadb() -> None:
    _maria("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'order is shipped already'")


@case("dbutils", "configuration", **SETTINGS)
def fresh_h_unknown_database_of_mariadb() -> None:
    _maria("USE fresh_h_no_such_database")


@case("dbutils", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_h_statement_timeout_of_mariadb() -> None:
    _maria("SET STATEMENT max_statement_time = 0.1 FOR SELECT SLEEP(2)")
