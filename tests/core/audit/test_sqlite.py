from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from audit_stores import chained, spawn
from audited import stored
from failsoft.audit.entry import Entry
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.opening import open_store
from failsoft.audit.stores import StoreError
from failsoft.audit.writer import AuditWriter
from failsoft.observers.audit import AuditObserver
from observed import SECRET, failure, handled


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

    def _connect(self) -> sqlite3.Connection:
        connection = super()._connect()
        if self.pages:
            connection.execute(f"PRAGMA max_page_count = {self.pages}")
        return connection


def test_a_full_disk_loses_nothing_once_there_is_space_again(path: Path, writers: Callable[..., AuditWriter]) -> None:
    store = SmallDisk(path)
    store.pages = 40
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
    open_store(f"sqlite:///{path}").check()
    assert path.stat().st_mode & 0o777 == 0o600


def test_trying_a_store_leaves_nothing_open(path: Path) -> None:
    open_store(f"sqlite:///{path}").check()
    assert [item.name for item in path.parent.iterdir()] == ["audit.db"]


def test_a_relative_url_names_a_file_in_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///audit.db").check()
    open_store(f"sqlite:///{tmp_path}/other.db").check()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["audit.db", "other.db"]


def test_reading_makes_no_file_and_changes_none(path: Path) -> None:
    with pytest.raises(StoreError, match=r"audit\.db' does not exist"):
        open_store(f"sqlite:///{path}").lanes()
    assert list(path.parent.iterdir()) == []
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE users (name)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="no audit trail"):
        open_store(f"sqlite:///{path}").lanes()
    assert path.read_bytes() == before


def test_a_file_that_may_only_be_read_is_read_but_not_written(path: Path) -> None:
    store = open_store(f"sqlite:///{path}")
    entries = chained(3)
    store.append(entries)
    store.close()
    if shutil.which("unshare") is None or os.getuid() != 0:
        path.chmod(0o400)
        path.parent.chmod(0o500)
        command: list[str] = []
    else:  # for root every file can be written, but for one on a medium that cannot be
        mount = f'mount --bind "{path.parent}" "{path.parent}" && mount -o remount,bind,ro "{path.parent}" && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", mount, "sh"]
    code = (
        "import sys; from failsoft.audit.opening import open_store; from failsoft.audit.stores import StoreError\n"
        "store = open_store('sqlite:///' + sys.argv[1]); print(len(list(store.chain(sys.argv[2]))))\n"
        "try: store.check()\nexcept StoreError as error: print(error)"
    )
    ran = subprocess.run(
        [*command, sys.executable, "-c", code, str(path), entries[0].lane], capture_output=True, text=True, check=False
    )
    path.parent.chmod(0o700)
    if "unshare" in ran.stderr or "mount" in ran.stderr:
        pytest.skip("no private mounts here")
    first, second = ran.stdout.splitlines()
    assert first == "3"
    assert "audit.db" in second
    assert "cannot" in second


def foreign(path: Path, statement: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (lambda path: f"sqlite:///{path.parent}/missing/audit.db", "does not exist"),
        (lambda path: f"sqlite:///{path.parent}", "cannot use"),
        (lambda path: "sqlite:////proc/audit.db", "(cannot use|does not exist)"),
        (lambda path: foreign(path, "CREATE TABLE failsoft_audit (name)"), "something else"),
        (lambda path: foreign(path, "CREATE TABLE failsoft_audit_schema (name)"), "something else"),
        (lambda path: "mysql://shop:hunter2-canary@db/audit", "'mysql'"),
        (lambda path: "audit.db", "expected sqlite:///"),
        (lambda path: "sqlite://audit.db", "name of a file"),
        (lambda path: "sqlite:///", "name of a file"),
        (lambda path: "sqlite:///:memory:", "name of a file"),
        (lambda path: "stdout:///hunter2-canary", "nothing behind it"),
        (lambda path: "jsonl://hunter2-canary", "name of a file"),
        (lambda path: f"jsonl:///{path.parent}/missing/audit.jsonl", "does not exist"),
        (lambda path: f"jsonl:///{path.parent}", "cannot use"),
        (lambda path: "env:FAILSOFT_TEST_NO_SUCH_VARIABLE", "FAILSOFT_TEST_NO_SUCH_VARIABLE"),
        (lambda path: f"file:{path}", "No such file or directory"),
    ],
)
def test_a_store_that_cannot_be_used_is_refused_in_one_line(url: Callable[[Path], str], says: str, path: Path) -> None:
    with pytest.raises(StoreError, match=says) as caught:
        open_store(url(path)).check()
    assert len(str(caught.value).splitlines()) == 1
    assert SECRET not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database " * 100)
    for use in ("check", "lanes"):
        with pytest.raises(StoreError, match="not a database"):
            getattr(open_store(f"sqlite:///{path}"), use)()


def test_a_url_may_be_kept_where_secrets_are(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT_TEST_AUDIT_URL", f"sqlite:///{path}")
    open_store("env:FAILSOFT_TEST_AUDIT_URL").check()
    assert path.exists()


# --- processes


def lengths(path: Path | str) -> list[int]:
    """How many records each lane has, sorted; none has a gap. The record that closes it is not counted."""
    found: dict[str, list[int]] = {}
    for record in stored(path, own=True):
        if record["kind"] != "trail.closed":
            found.setdefault(record["lane"], []).append(record["sequence"])
    assert all(sorted(lane) == list(range(1, len(lane) + 1)) for lane in found.values())
    return sorted(map(len, found.values()))


def test_many_processes_write_one_file_at_once_and_lose_nothing(path: Path) -> None:
    processes = [spawn("write", path) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    assert lengths(path) == [201] * 4
    assert len({record["error"]["id"] for record in stored(path)}) == 800


def test_a_killed_process_leaves_a_readable_file_and_loses_only_what_waited(path: Path) -> None:
    with spawn("killed", path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found = [record["error"]["id"] for record in stored(path)]
    # on a busy machine some of those that wait may go with the last batch
    assert found == [*[f"stored-{n}" for n in range(200)], *[f"waiting-{n}" for n in range(len(found) - 200)]]
    assert spawn("write", path).wait(60) == 0
    assert lengths(path) == [201, len(found) + 1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_after_a_fork_each_process_writes_its_own_records_once(path: Path) -> None:
    assert spawn("forks", path).wait(60) == 0
    counted = Counter(record["error"]["id"].partition("-")[0] for record in stored(path))
    assert counted == {"before": 5, "waiting": 5, "after": 5, "child0": 5, "child1": 5, "child2": 5}
    assert lengths(path) == [6, 6, 6, 16]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
