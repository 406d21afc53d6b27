from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audited import stored
from failsoft.audit.entry import Entry
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.opening import open_store
from failsoft.audit.stores import StoreError
from failsoft.audit.writer import AuditWriter
from failsoft.observers.audit import AuditObserver
from observed import SECRET, failure, handled

HERE = Path(__file__).parent


class SmallDisk(SqliteStore):
    """A file that cannot grow beyond `pages`."""

    pages: int | None = None

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.full = threading.Event()

    def append(self, entries: Sequence[Entry]) -> None:
        try:
            super().append(entries)
        except sqlite3.OperationalError:
            self.full.set()
            raise

    def _open(self) -> sqlite3.Connection:
        connection = super()._open()
        if self.pages:
            connection.execute(f"PRAGMA max_page_count = {self.pages}")
        return connection


def test_a_full_disk_loses_nothing_once_there_is_space_again(path: Path, writers: Callable[..., AuditWriter]) -> None:
    store = SmallDisk(path)
    store.pages = 30
    writer = writers(store, batch=8)
    observer = AuditObserver(writer)
    for number in range(200):
        observer(handled(failure(error_id=str(number))))
    assert store.full.wait(30)
    assert not writer.flush(0)
    store.pages = None
    assert writer.flush(30)
    assert [record["error"]["id"] for record in stored(path)] == [str(number) for number in range(200)]
    assert writer.lost == 0


def test_records_are_found_again_by_what_they_are_about(path: Path, writers: Callable[..., AuditWriter]) -> None:
    writer = writers(SqliteStore(path))
    observer = AuditObserver(writer)
    for number in range(10):
        observer(handled(failure(error_id=str(number)), endpoint=f"GET /{number % 2}"))
    writer.flush()
    assert [r["error"]["id"] for r in stored(path, limit=3)] == ["0", "1", "2"]
    assert [r["error"]["id"] for r in stored(path, after=8)] == ["8", "9"]
    assert [r["error"]["id"] for r in stored(path, error_id="4")] == ["4"]
    assert [r["error"]["id"] for r in stored(path, endpoint="GET /1", limit=2)] == ["1", "3"]
    assert list(stored(path, kinds=("records.dropped",))) == []


def test_an_entry_that_was_stored_already_is_not_stored_twice(path: Path) -> None:
    store = SqliteStore(path)
    entry = Entry(
        lane="l", lane_sequence=1, timestamp="t", kind="k", error_id=None, code=None, endpoint=None, status=None,
        record=b"{}",
    )  # fmt: skip
    store.append([entry])
    store.append([entry])
    store.close()
    assert len(list(stored(path))) == 1


def test_a_file_that_is_moved_away_is_made_again(path: Path, writers: Callable[..., AuditWriter]) -> None:
    writer = writers(SqliteStore(path))
    observer = AuditObserver(writer)
    observer(handled(failure(error_id="old")))
    assert writer.flush()
    for name in ("audit.db", "audit.db-wal", "audit.db-shm"):
        path.with_name(name).rename(path.with_name(f"moved-{name}"))
    observer(handled(failure(error_id="new")))
    assert writer.flush()
    assert [record["error"]["id"] for record in stored(path)] == ["new"]


def test_the_file_is_its_owners_only(path: Path) -> None:
    open_store(f"sqlite:///{path}")
    assert path.stat().st_mode & 0o777 == 0o600


def test_opening_a_store_leaves_nothing_open(path: Path) -> None:
    open_store(f"sqlite:///{path}")
    assert [item.name for item in path.parent.iterdir()] == ["audit.db"]


def test_a_relative_url_names_a_file_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_store("sqlite:///audit.db").path == Path("audit.db")
    assert open_store(f"sqlite:///{tmp_path}/other.db").path == tmp_path / "other.db"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["audit.db", "other.db"]


def foreign(path: Path, statement: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (lambda path: f"sqlite:///{path.parent}/missing/audit.db", "does not exist"),
        (lambda path: f"sqlite:///{path.parent}", "cannot write"),
        (lambda path: "sqlite:////proc/audit.db", "cannot write"),
        (lambda path: foreign(path, "CREATE TABLE users (name)"), "something else"),
        (lambda path: foreign(path, "PRAGMA user_version = 99"), "schema 99"),
        (lambda path: "mysql://shop:hunter2-canary@db/audit", "'mysql'"),
        (lambda path: "postgresql+psycopg:///hunter2-canary", "psycopg'"),
        (lambda path: "audit.db", "expected sqlite:///"),
        (lambda path: "sqlite://audit.db", "expected sqlite:///"),
        (lambda path: "sqlite:///", "name of a file"),
        (lambda path: "sqlite:///:memory:", "name of a file"),
    ],
)
def test_a_store_that_cannot_be_used_is_refused_at_the_start_in_one_line(
    url: Callable[[Path], str], says: str, path: Path
) -> None:
    with pytest.raises(StoreError, match=says) as caught:
        open_store(url(path))
    assert len(str(caught.value).splitlines()) == 1
    assert SECRET not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database " * 100)
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:///{path}")


# --- processes


def spawn(mode: str, path: Path, **options: Any) -> subprocess.Popen[str]:
    folders = [str(HERE.parents[1]), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(folders)}
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning"]
    return subprocess.Popen(
        [*command, str(HERE / "audit_process.py"), mode, str(path)], env=environ, text=True, **options
    )


def lanes(path: Path) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for record in stored(path):
        found.setdefault(record["lane"], []).append(record["sequence"])
    return found


def test_many_processes_write_one_file_at_once_and_lose_nothing(path: Path) -> None:
    processes = [spawn("write", path) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    assert [sorted(lane) for lane in lanes(path).values()] == [list(range(1, 201))] * 4
    assert len({record["error"]["id"] for record in stored(path)}) == 800


def test_a_killed_process_leaves_a_readable_file_and_loses_only_what_waited(path: Path) -> None:
    with spawn("killed", path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [record["error"]["id"] for record in stored(path)] == [f"stored-{n}" for n in range(200)]
    assert spawn("write", path).wait(60) == 0
    assert [len(lane) for lane in lanes(path).values()] == [200, 200]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_after_a_fork_each_process_writes_its_own_records_once(path: Path) -> None:
    assert spawn("forks", path).wait(60) == 0
    counted = Counter(record["error"]["id"].partition("-")[0] for record in stored(path))
    assert counted == {"before": 5, "waiting": 5, "after": 5, "child0": 5, "child1": 5, "child2": 5}
    assert sorted(map(sorted, lanes(path).values())) == [list(range(1, 6))] * 3 + [list(range(1, 16))]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
