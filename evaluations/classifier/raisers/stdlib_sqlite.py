"""SQLite by the standard library."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path

from evaluations.classifier.cases import case

_SCHEMA = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT UNIQUE NOT NULL, age INTEGER CHECK (age >= 0));
CREATE TABLE sale (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer(id));
INSERT INTO customer VALUES (1, 'a@example.test', 3);
"""


@contextlib.contextmanager
def _shop(path: str = ":memory:"):  # type: ignore[no-untyped-def]
    with contextlib.closing(sqlite3.connect(path, timeout=0.05)) as connection:
        connection.executescript(_SCHEMA)
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


constraint = {"transient": False, "status": 409, "severity": "medium"}
bug = {"transient": False, "status": 500, "severity": "high"}


@case("python", "data_integrity", **constraint)
def sqlite_unique() -> None:
    with _shop() as shop:
        shop.execute("INSERT INTO customer VALUES (2, 'a@example.test', 1)")


@case("python", "data_integrity", **constraint)
def sqlite_primary_key() -> None:
    with _shop() as shop:
        shop.execute("INSERT INTO customer VALUES (1, 'b@example.test', 1)")


@case("python", "data_integrity", **constraint)
def sqlite_foreign_key() -> None:
    with _shop() as shop:
        shop.execute("INSERT INTO sale VALUES (1, 77)")


@case("python", "data_integrity", transient=False, status=(400, 409, 422), severity="medium")
def sqlite_check() -> None:
    with _shop() as shop:
        shop.execute("INSERT INTO customer VALUES (2, 'b@example.test', -1)")


@case("python", "data_integrity", transient=False, status=(400, 409, 422, 500), severity="medium")
def sqlite_not_null() -> None:
    with _shop() as shop:
        shop.execute("INSERT INTO customer VALUES (2, NULL, 1)")


@case("python", "data_integrity", transient=False, status=(400, 409, 422, 500), severity="medium")
def sqlite_mismatch() -> None:
    with _shop() as shop:
        shop.execute("INSERT INTO sale VALUES ('text', 1)")


@case("python", "configuration", **bug)
def sqlite_no_table() -> None:
    with _shop() as shop:
        shop.execute("SELECT * FROM is_not_there")


@case("python", "configuration", **bug)
def sqlite_no_column() -> None:
    with _shop() as shop:
        shop.execute("SELECT is_not_there FROM sale")


@case("python", "system", **bug)
def sqlite_syntax() -> None:
    with _shop() as shop:
        shop.execute("SELEKT 1")


@case("python", "system", **bug)
def sqlite_too_few_values() -> None:
    with _shop() as shop:
        shop.execute("SELECT ?, ?", (1,))


@case("python", "system", **bug)
def sqlite_wrong_type() -> None:
    with _shop() as shop:
        shop.execute("SELECT ?", (object(),))


@case("python", "system", **bug)
def sqlite_closed() -> None:
    with _shop() as shop:
        pass
    shop.execute("SELECT 1")


@case("python", "system", **bug)
def sqlite_two_statements() -> None:
    with _shop() as shop:
        shop.execute("SELECT 1; SELECT 2")


@case("python", "system", **bug)
def sqlite_other_thread() -> None:
    import concurrent.futures

    with _shop() as shop, concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(shop.execute, "SELECT 1").result()


@case("python", "concurrency", transient=True, status=503, severity="medium")
def sqlite_locked() -> None:
    with tempfile.TemporaryDirectory() as folder, _shop(f"{folder}/a.db") as one:
        with contextlib.closing(sqlite3.connect(f"{folder}/a.db", timeout=0.05)) as two:
            one.execute("BEGIN IMMEDIATE")
            two.execute("BEGIN IMMEDIATE")


@case("python", "concurrency", transient=True, status=503, severity="medium")
def sqlite_table_locked() -> None:
    url = "file:failsoft_corpus?mode=memory&cache=shared"
    with contextlib.closing(sqlite3.connect(url, uri=True)) as one:
        with contextlib.closing(sqlite3.connect(url, uri=True)) as two:
            one.execute("CREATE TABLE a (b)")
            one.execute("BEGIN IMMEDIATE")
            one.execute("INSERT INTO a VALUES (1)")
            two.execute("SELECT * FROM a")


@case("python", "configuration", **bug)
def sqlite_cannot_open() -> None:
    sqlite3.connect("/failsoft-corpus/is/not/there.db")


@case("python", "configuration", **bug, note="a file mounted or opened read-only")
def sqlite_read_only() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with _shop(f"{folder}/a.db"):
            pass
        with contextlib.closing(sqlite3.connect(f"file:{folder}/a.db?mode=ro", uri=True)) as one:
            one.execute("DELETE FROM sale")


@case("python", "data_integrity", transient=False, status=500, severity="critical")
def sqlite_not_a_database() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.db").write_bytes(b"not a database at all" * 100)
        with contextlib.closing(sqlite3.connect(f"{folder}/a.db")) as one:
            one.execute("SELECT * FROM customer")


@case("python", "data_integrity", transient=False, status=500, severity="critical")
def sqlite_malformed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.db")
        with _shop(str(path)):
            pass
        data = bytearray(path.read_bytes())
        data[4096:8192] = b"\xff" * 4096
        path.write_bytes(data)
        with contextlib.closing(sqlite3.connect(path)) as one:
            one.execute("SELECT * FROM customer").fetchall()


@case("python", "resource", transient=False, status=(500, 503), severity="critical")
def sqlite_full() -> None:
    with _shop() as shop:
        shop.execute("PRAGMA max_page_count = 10")
        shop.execute("CREATE TABLE big AS SELECT zeroblob(100000) AS data")


@case("python", "resource", transient=False, status=(413, 500), severity="medium")
def sqlite_too_big() -> None:
    with _shop() as shop:
        shop.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000)
        shop.execute("SELECT ?", ("x" * 2_000,))


@case("python", "system", **bug)
def sqlite_function_failed() -> None:
    with _shop() as shop:
        shop.create_function("broken", 0, lambda: 1 / 0)
        shop.execute("SELECT broken()")


@case("python", "external_service", transient=True, status=(503, 504), severity="medium", note="as a statement timeout")
def sqlite_interrupted() -> None:
    with _shop() as shop:
        shop.set_progress_handler(lambda: 1, 1_000)
        shop.execute(
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        ).fetchall()


@case("python", "business_logic", transient=False, status=(409, 422), severity="low", note="a rule, in a trigger")
def sqlite_trigger() -> None:
    with _shop() as shop:
        shop.execute("CREATE TRIGGER t BEFORE DELETE ON customer BEGIN SELECT RAISE(ABORT, 'customers stay'); END")
        shop.execute("DELETE FROM customer")
