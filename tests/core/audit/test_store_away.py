"""A store that cannot be reached: when the app starts, later, and one that holds the line and says nothing."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from evaluations.audit.trial import Skipped
from evaluations.audit.troubles import Control, small_disk
from evaluations.audit.troubles import postgres as own_server

import failsoft
from audit_stores import chained
from audited import stored
from failsoft.audit.journal import Journal
from failsoft.audit.keys import KeyRing
from failsoft.audit.opening import open_store
from failsoft.audit.stores import AwayError, StoreError
from failsoft.audit.verifying import verify
from failsoft.errors import SettingsError
from failsoft.events import AuditMissed, AuditStoreChanged, Event

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: processes are found in /proc"),
    pytest.mark.xdist_group("audit-away"),
]
KEY = bytes(range(32)).hex()
RING = KeyRing({"k": bytes(range(32))}, "k")


class Server:
    """A PostgreSQL of the tests' own, and databases in it."""

    def __init__(self, url: str, control: Control) -> None:
        self.control = control
        self._url = url
        self._made = 0

    def database(self) -> str:
        """The URL of a new one."""
        self.up()
        self._made += 1
        with psycopg.connect(self._url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE audit_{self._made}")
        return self._url.replace("/postgres", f"/audit_{self._made}")

    def up(self) -> None:
        with psycopg_or_none(self._url) as connection:
            if connection is None:
                self.control("start")

    def down(self) -> None:
        self.control("stop", "-m", "fast")


@contextmanager
def psycopg_or_none(url: str) -> Iterator[psycopg.Connection[Any] | None]:
    try:
        connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        yield None
        return
    with connection:
        yield connection


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        with own_server() as (url, control):
            yield Server(url, control)
    except Skipped as reason:
        pytest.skip(str(reason))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT_TEST_AUDIT_KEY", KEY)


@pytest.fixture
def audit(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def settings(url: str, **audit: Any) -> dict[str, Any]:
        keys = {"active": "k", "ring": {"k": "env:FAILSOFT_TEST_AUDIT_KEY"}}
        return {"audit": {"url": url, "journal": str(tmp_path / "journal"), "keys": keys} | audit}

    return settings


class Heard:
    """What the audit says of its store."""

    def __init__(self, fs: failsoft.Failsoft) -> None:
        self.told: list[Event] = []
        self._some = threading.Condition()
        fs.events.subscribe(self._hear, AuditStoreChanged, AuditMissed)

    def _hear(self, event: Event) -> None:
        with self._some:
            self.told.append(event)
            self._some.notify_all()

    @property
    def answering(self) -> list[bool]:
        return [one.answering for one in self.told if isinstance(one, AuditStoreChanged)]

    def wait_for(self, *answering: bool) -> None:
        with self._some:
            assert self._some.wait_for(lambda: self.answering[-len(answering) :] == [*answering], 60), self.told


def waiting(folder: Path) -> list[Any]:
    """The entries in the journals."""
    found = []
    for path in sorted((folder / "journal").glob("*.journal")):
        found += [line.entry for line in Journal(path.parent, path.stem).lines() if line.entry is not None]
    return found


def whole(url: str, failures: int) -> None:
    """So many failures are recorded, each once, in chains that hold and are closed; the start is an incident."""
    report = verify(open_store(url), keys=RING, fields=True)
    assert report.ok, list(report.faults)
    kinds = [record["kind"] for record in stored(url, own=True)]
    assert kinds.count("failure.handled") == failures
    assert kinds.count("trail.opened") == kinds.count("trail.closed") == 1


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR and "audit" in one.name]


# --- at the start


def test_an_app_starts_though_its_postgresql_is_down_and_hands_over_when_it_is_back(
    server: Server, audit: Callable[..., dict[str, Any]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.database()
    server.down()
    with failsoft.Failsoft(audit(url, durability="sync")) as fs:
        heard = Heard(fs)
        assert fs.audit.away
        for _ in range(3):
            fs.handle(RuntimeError("x"))
        assert [entry.kind for entry in waiting(tmp_path)].count("failure.handled") == 3
        server.up()
        heard.wait_for(True)
        assert not fs.audit.away
        fs.handle(RuntimeError("y"))
    whole(url, failures=4)
    (said,) = errors(caplog)
    assert said.startswith(f"audit: the store does not answer: PostgreSQL 127.0.0.1:{server.control.port}/audit_")
    assert "Connection refused" in said
    assert str(tmp_path / "journal") in said
    # the same alarm as for a store that goes away later
    incidents = [one["incident"]["rule"] for one in stored(url, keys=RING, kinds=("incident.opened",))]
    assert incidents == ["store_failing"]
    assert list((tmp_path / "journal").iterdir()) == []
    assert not [one for one in heard.told if isinstance(one, AuditMissed)]


def test_an_app_starts_though_somebody_holds_the_lock_of_its_sqlite_file(
    audit: Callable[..., dict[str, Any]], path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{path}"
    open_store(url).check()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        fs = failsoft.Failsoft(audit(url, durability="sync"))
        fs.handle(RuntimeError("x"))
        assert [entry.kind for entry in waiting(tmp_path)].count("failure.handled") == 1
        connection.execute("ROLLBACK")
    fs.close()
    whole(url, failures=1)
    assert "database is locked" in errors(caplog)[0]


def test_an_app_starts_though_the_disk_of_its_store_is_full(
    audit: Callable[..., dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    try:
        with small_disk(1) as disk:
            ballast = disk / "ballast"
            with pytest.raises(OSError, match="No space"), ballast.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            fs = failsoft.Failsoft(audit(f"sqlite:///{disk}/audit.db", durability="sync"))
            assert fs.audit.away
            fs.handle(RuntimeError("x"))
            ballast.unlink()
            fs.close()
            whole(f"sqlite:///{disk}/audit.db", failures=1)
    except Skipped as reason:
        pytest.skip(str(reason))
    assert "audit: the store does not answer: SQLite file" in errors(caplog)[0]


def test_who_insists_on_the_store_does_not_start_without_it(audit: Callable[..., dict[str, Any]]) -> None:
    settings = audit("postgresql://shop@127.0.0.1:1/audit", required_at_start=True)
    with pytest.raises(SettingsError, match=r"refused.*required_at_start") as caught:
        failsoft.Failsoft(settings)
    assert [fault.path for fault in caught.value.faults] == ["audit.url"]


def test_without_a_store_and_without_a_journal_nothing_starts(
    audit: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "journal").write_text("a file where the directory should be")
    with pytest.raises(SettingsError, match=r"audit\.journal.*cannot be written.*Connection refused"):
        failsoft.Failsoft(audit("postgresql://shop@127.0.0.1:1/audit"))


def test_what_is_reached_and_wrong_is_refused_as_ever(server: Server, audit: Callable[..., dict[str, Any]]) -> None:
    url = server.database()
    for wrong, says in (
        (url + "_missing", "does not exist"),
        (url.replace("failsoft@", "nobody@"), "does not exist"),
        (url + "?sslmode=require", "SSL"),
        (url + "?sslmode=never", "sslmode"),
    ):
        with pytest.raises(SettingsError, match=says):
            failsoft.Failsoft(audit(wrong))
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE failsoft_audit (name text)")
    with pytest.raises(SettingsError, match="something else"):
        failsoft.Failsoft(audit(url))


def test_a_backup_that_is_down_at_the_start_gets_its_records_later(
    server: Server, audit: Callable[..., dict[str, Any]], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.database()
    server.down()
    with failsoft.Failsoft(audit(f"sqlite:///{path}", backup=url, durability="sync")) as fs:
        assert not fs.audit.away
        fs.handle(RuntimeError("x"))
        server.up()
    whole(f"sqlite:///{path}", failures=1)
    whole(url, failures=1)
    assert "PostgreSQL" in errors(caplog)[0]


# --- reached later, and wrong


OLD = "CREATE TABLE failsoft_audit (lane text, lane_sequence int8, timestamp text, record text)"


def test_an_old_schema_is_brought_forward_when_it_is_reached(
    server: Server, audit: Callable[..., dict[str, Any]]
) -> None:
    url = server.database()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(OLD)
    server.down()
    with failsoft.Failsoft(audit(url)) as fs:
        fs.handle(RuntimeError("x"))
        server.up()
    whole(url, failures=1)
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM failsoft_audit_unchained").fetchone() == (0,)


def test_a_store_that_turns_out_to_be_wrong_is_told_and_records_stay_in_the_journal(
    server: Server, audit: Callable[..., dict[str, Any]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.database()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE failsoft_audit (name text)")
    server.down()
    fs = failsoft.Failsoft(audit(url, durability="sync"))
    heard = Heard(fs)
    fs.handle(RuntimeError("x"))
    server.up()
    heard.wait_for(False)
    assert fs.audit.away
    assert "audit: the store cannot be used as it is: PostgreSQL" in errors(caplog)[-1]
    assert "something else" in errors(caplog)[-1]
    fs.handle(RuntimeError("y"))
    assert [entry.kind for entry in waiting(tmp_path)].count("failure.handled") == 2
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        assert connection.execute("SELECT * FROM failsoft_audit").fetchall() == []
        connection.execute("DROP TABLE failsoft_audit")
    heard.wait_for(False, True)
    fs.close()
    whole(url, failures=2)
    incidents = [one["incident"]["rule"] for one in stored(url, keys=RING, kinds=("incident.opened",))]
    assert incidents == ["store_failing", "store_unusable"]


def test_a_store_that_knows_another_key_gets_nothing(
    server: Server, audit: Callable[..., dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    url = server.database()
    with failsoft.Failsoft(audit(url)) as fs:
        fs.handle(RuntimeError("x"))
    server.down()
    monkeypatch.setenv("FAILSOFT_TEST_AUDIT_KEY", "cd" * 32)
    fs = failsoft.Failsoft(audit(url, durability="sync"))
    heard = Heard(fs)
    fs.handle(RuntimeError("y"))
    server.up()
    heard.wait_for(False)
    fs.close()
    assert "another key than the one that has written" in errors(caplog)[-1]
    whole(url, failures=1)
    assert [entry.kind for entry in waiting(tmp_path)].count("failure.handled") == 1
    # at the next start it is reached at once, and refused
    with pytest.raises(SettingsError, match="another key"):
        failsoft.Failsoft(audit(url))


# --- there, and silent


def test_a_silent_store_holds_up_nobody_for_longer_than_the_settings_say(
    server: Server, audit: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    url = server.database()
    settings = audit(url, durability="sync", store_timeout="300ms", max_wait="20s")
    with failsoft.Failsoft(settings) as fs:
        heard = Heard(fs)
        fs.handle(RuntimeError("before"))
        server.control.signal(signal.SIGSTOP)
        try:
            for _ in range(3):
                fs.handle(RuntimeError("meanwhile"))
            heard.wait_for(False)
            assert [entry.kind for entry in waiting(tmp_path)].count("failure.handled") == 3
        finally:
            server.control.signal(signal.SIGCONT)
        heard.wait_for(False, True)
        fs.handle(RuntimeError("after"))
    whole(url, failures=5)
    assert not [one for one in heard.told if isinstance(one, AuditMissed)]


def test_a_silent_store_does_not_keep_the_app_from_ending(
    server: Server, audit: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    url = server.database()
    fs = failsoft.Failsoft(audit(url, durability="sync", store_timeout="300ms"))
    fs.handle(RuntimeError("before"))
    server.control.signal(signal.SIGSTOP)
    try:
        fs.handle(RuntimeError("meanwhile"))
        fs.close()
        assert [entry.kind for entry in waiting(tmp_path)][-1] == "trail.closed"
    finally:
        server.control.signal(signal.SIGCONT)
    # the next process brings what was left
    with failsoft.Failsoft(audit(url)) as fs:
        fs.handle(RuntimeError("after"))
    assert [one["kind"] for one in stored(url)].count("failure.handled") == 3
    assert verify(open_store(url), keys=RING).ok


def test_a_child_knows_that_the_store_of_its_parent_is_away(
    server: Server, audit: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    url = server.database()
    server.down()
    fs = failsoft.Failsoft(audit(url, durability="sync"))
    child = os.fork()
    if child == 0:
        away = fs.audit.away
        fs.handle(RuntimeError("child"))
        os._exit(0 if away and fs.audit.away else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    fs.handle(RuntimeError("parent"))
    server.up()
    fs.close()
    assert sorted(one["kind"] for one in stored(url)).count("failure.handled") == 2
    assert list((tmp_path / "journal").iterdir()) == []


# --- what a store says of itself


def test_what_may_pass_is_told_from_what_is_wrong(server: Server, path: Path) -> None:
    url = server.database()
    open_store(f"sqlite:///{path}").append(chained(1))
    server.down()
    for away in (url, "postgresql://shop@127.0.0.1:1/audit", f"postgresql://shop@/audit?host={path.parent}"):
        for use in ("check", "look", "lanes"):
            with pytest.raises(AwayError):
                getattr(open_store(away), use)()
    for wrong in (
        f"sqlite:///{path.parent}/missing/audit.db",
        f"sqlite:///{path.parent}",
        "postgresql://a@127.0.0.1/c?d=e",
    ):
        for use in ("check", "look"):
            with pytest.raises(StoreError) as caught:
                getattr(open_store(wrong), use)()
            assert not isinstance(caught.value, AwayError)


def test_looking_at_a_store_changes_nothing(server: Server, path: Path) -> None:
    url = server.database()
    open_store(url).look()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    for scheme in ("sqlite", "jsonl"):
        open_store(f"{scheme}:///{path}").look()
        assert not path.exists()
