"""Stores of the audit trail for tests: entries to put in, and a PostgreSQL with a schema of the test's own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from evaluations.tampering.trail import pour

from audited import KEYS
from failsoft.audit.entry import Entry
from failsoft.audit.keys import KeyRing
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.opening import open_store
from observed import NOW

__all__ = [
    "SERVER", "STORES", "chained", "emptied", "lane", "postgres", "record_of", "spawn", "tampering", "with_options",
]  # fmt: skip

STORES = ("sqlite", "postgresql", "jsonl")
"""Every store that can be read and purged."""

HERE = Path(__file__).parent
SERVER = os.environ.get("FAILSOFT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1/test")


def lane(keys: KeyRing | None = KEYS) -> Lane:
    return Lane(new_lane_id(NOW), keys=keys, encrypt=keys is not None)


def record_of(number: int, **members: Any) -> dict[str, Any]:
    """A record with all that can be searched for."""
    return {
        "schema": 2,
        "kind": "failure.handled",
        "at": int(NOW * 1e6) + number,
        "endpoint": f"GET /{number % 3}",
        "error": {"id": f"error-{number}", "code": f"CODE_{number % 2}", "severity": "high", "message": "plain-canary"},
        "request": {"user": f"user-{number % 4}", "client": "192.0.2.7", "request_id": f"req-{number}"},
        "response": {"status": 500 + number % 2},
        "trace_id": f"{number:032x}",
        **members,
    }


def chained(count: int, of: Lane | None = None) -> list[Entry]:
    """The next entries of a lane."""
    of = of or lane()
    return [of.encode(record_of(of.sequence + 1)) for _ in range(count)]


def spawn(mode: str, where: object, **options: Any) -> subprocess.Popen[str]:
    """A process that writes records into a file or to a URL; see `audit_process`."""
    folders = [str(HERE), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(folders)}
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning"]
    return subprocess.Popen(
        [*command, str(HERE / "core/audit/audit_process.py"), mode, str(where)], env=environ, text=True, **options
    )


def with_options(url: str, options: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}options={quote(options, safe='')}"


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL whose tables nobody else sees. Skips without a server, but fails where CI is true."""
    try:
        admin = psycopg.connect(SERVER, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL ({type(error).__name__}); FAILSOFT_TEST_POSTGRES names one")
    name = f"failsoft_test_{uuid.uuid4().hex[:12]}"
    with admin:
        admin.execute(f"CREATE SCHEMA {name}")
        try:
            yield with_options(SERVER.replace("postgresql://", "postgresql+psycopg://"), f"-csearch_path={name}")
        finally:
            # a reading that a failed test left behind holds a lock
            admin.execute("SET lock_timeout = '5s'")
            admin.execute(f"DROP SCHEMA {name} CASCADE")


def emptied(url: str) -> str:
    """A store without anything in it."""
    if url.startswith("postgresql"):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            found = connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'failsoft_%' "
                "AND relname <> 'failsoft_audit_schema' AND relnamespace = current_schema()::regnamespace"
            )
            if tables := ", ".join(name for (name,) in found):
                connection.execute(f"TRUNCATE {tables}".encode())
    else:
        path = _file(url)
        for one in path.parent.glob(f"{path.stem}*"):
            one.unlink()
    return url


@contextmanager
def tampering(url: str, folder: Path) -> Iterator[sqlite3.Connection]:
    """The tables of any store as SQLite; afterwards the store holds what stands there then."""
    in_place = url.startswith("sqlite:")
    path = _file(url) if in_place else folder / "tampered.db"
    if not in_place:
        path.unlink(missing_ok=True)
        pour(open_store(url), SqliteStore(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection
    if not in_place:
        pour(SqliteStore(path), open_store(emptied(url)))


def _file(url: str) -> Path:
    return Path(url.partition("://")[2][1:])
