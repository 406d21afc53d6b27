from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from audit_stores import chained, postgres
from failsoft.audit.opening import open_store
from failsoft.audit.stores import Query, StoreError

OLD = """
CREATE TABLE failsoft_audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, lane_sequence INTEGER NOT NULL,
    timestamp TEXT NOT NULL, kind TEXT NOT NULL, error_id TEXT, code TEXT, endpoint TEXT, status INTEGER,
    record TEXT NOT NULL, UNIQUE (lane, lane_sequence)
);
CREATE INDEX failsoft_audit_timestamp ON failsoft_audit (timestamp);
CREATE INDEX failsoft_audit_error_id ON failsoft_audit (error_id);
CREATE INDEX failsoft_audit_code ON failsoft_audit (code, timestamp);
CREATE INDEX failsoft_audit_endpoint ON failsoft_audit (endpoint, timestamp);
INSERT INTO failsoft_audit (lane, lane_sequence, timestamp, kind, record) VALUES ('l', 1, 't', 'failure.handled', '{}');
PRAGMA user_version = 1
"""


@pytest.fixture
def old(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD)
    return path


def test_what_the_first_version_wrote_is_kept_aside(old: Path) -> None:
    store = open_store(f"sqlite:///{old}")
    with pytest.raises(StoreError, match="old schema 1"):
        store.lanes()
    store.check()
    entries = chained(2)
    store.append(entries)
    assert [stored.entry for stored in store.search(Query())] == entries
    store.close()
    with closing(sqlite3.connect(old)) as connection:
        kept = connection.execute("SELECT lane, lane_sequence, record FROM failsoft_audit_unchained").fetchall()
        assert connection.execute("SELECT version FROM failsoft_audit_schema").fetchall() == [(2,)]
    assert kept == [("l", 1, "{}")]


def test_tables_that_were_mended_are_known_on_the_next_connection(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE failsoft_audit (name)")
        for _ in range(3):
            with pytest.raises(StoreError, match="something else"):
                store.check()
        connection.execute("DROP TABLE failsoft_audit")
    for _ in range(2):
        store.check()


def test_a_migration_that_fails_leaves_everything_as_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("CREATE TABLE failsoft_audit_unchained (taken)")
        connection.commit()
    with pytest.raises(StoreError, match="already"):
        open_store(f"sqlite:///{old}").check()
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("SELECT lane FROM failsoft_audit").fetchall() == [("l",)]
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "failsoft_audit_schema" not in names


@pytest.mark.parametrize("use", ["check", "lanes"])
def test_tables_of_a_newer_version_or_altered_ones_are_refused(path: Path, use: str) -> None:
    open_store(f"sqlite:///{path}").check()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE failsoft_audit_statement RENAME COLUMN body TO text")
        connection.commit()
        with pytest.raises(StoreError, match="'failsoft_audit_statement' was altered"):
            getattr(open_store(f"sqlite:///{path}"), use)()
        connection.execute("INSERT INTO failsoft_audit_schema VALUES (99, 0)")
        connection.commit()
    with pytest.raises(StoreError, match="schema 99, this Failsoft knows 2: take a newer Failsoft"):
        getattr(open_store(f"sqlite:///{path}"), use)()


def test_tables_of_others_in_the_same_database_stay_as_they_are(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE users (name)")
        connection.execute("INSERT INTO users VALUES ('ada')")
        connection.commit()
    open_store(f"sqlite:///{path}").check()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM users").fetchall() == [("ada",)]


def start(url: str) -> None:
    store = open_store(url)
    store.check()
    store.append(chained(1))
    store.close()


@pytest.mark.parametrize("kind", ["new", "old"])
def test_of_many_that_start_at_once_on_one_file_one_makes_the_tables(path: Path, kind: str) -> None:
    if kind == "old":
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(OLD)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(start, [f"sqlite:///{path}"] * 8))
    assert len(open_store(f"sqlite:///{path}").lanes()) == 8


def test_of_many_that_start_at_once_on_one_postgresql_one_makes_the_tables() -> None:
    with postgres() as url:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(start, [url] * 8))
        assert len(open_store(url).lanes()) == 8
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            versions = connection.execute("SELECT version FROM failsoft_audit_schema").fetchall()
    assert versions == [(2,)]
