from __future__ import annotations

import random
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import psycopg
import pytest
from evaluations.tampering.trail import Made, make

from audit_stores import SERVER, chained, lane, postgres, spawn
from audited import CONTEXT, KEYS, stored
from failsoft.audit.clerk import Clerk
from failsoft.audit.findings import Report
from failsoft.audit.on_postgres import PostgresStore
from failsoft.audit.opening import Store, open_store
from failsoft.audit.purging import Stretch, stretches
from failsoft.audit.stores import Query, StoreError, UnstorableError
from failsoft.audit.verifying import verify
from observed import SECRET

DRIVEN = SERVER.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def url() -> Iterator[str]:
    with postgres() as found:
        yield found


@pytest.fixture
def admin(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


def test_many_processes_write_to_one_database_at_once_and_lose_nothing(url: str) -> None:
    processes = [spawn("write", url) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    found: dict[str, list[int]] = {}
    for record in stored(url, own=True):
        if record["kind"] != "trail.closed":
            found.setdefault(record["lane"], []).append(record["sequence"])
    assert [sorted(numbers) for numbers in found.values()] == [list(range(1, 202))] * 4


def test_many_hosts_write_while_records_are_purged_and_all_is_verified(url: str, tmp_path: Path) -> None:
    made = make(tmp_path / "old.db", random.Random(41), keys=KEYS).poured(url)
    old = sum(made.lengths.values())
    writers = [spawn("hosts", url, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(3)]
    try:
        assert [one.stdout.readline() for one in writers] == ["ready\n"] * 3  # type: ignore[union-attr]
        verified: list[Report] = []
        store = open_store(url)
        wanted = list(stretches(store, made_until(made), ()))
        purging = threading.Thread(target=remove, args=(store, wanted))
        purging.start()
        while purging.is_alive() or len(verified) < 2:
            verified.append(verify(open_store(url), keys=KEYS, fields=True))
        purging.join()
    finally:
        counts = [int(one.communicate("")[0] or 0) for one in writers]
    assert [one.returncode for one in writers] == [0, 0, 0]
    last = verify(open_store(url), keys=KEYS, fields=True)
    for report in (*verified, last):
        assert report.ok, [str(finding) for finding in report.faults]
    removed = sum(one.count for one in wanted)
    assert 0 < removed < old
    # each process adds that it began and that it ended; whoever removed says what, too
    assert last.entries == old - removed + sum(counts) + 2 * 3 + len(wanted) + 2
    hosts = {record.get("host") for record in stored(url, keys=KEYS, own=True) if record["kind"] == "failure.handled"}
    assert len(hosts & {f"web-{one.pid}" for one in writers}) == 3


def made_until(made: Made) -> int:
    times = [entry.at for lane in made.lanes for entry in made.store().chain(lane)]
    return max(times)


def remove(store: Store, wanted: list[Stretch]) -> None:
    with Clerk(store, CONTEXT, keys=KEYS, encrypt=True) as clerk:
        tombstones = [clerk.tombstone(one.seals, "retention 1y", "") for one in wanted]
        for one, count in zip(wanted, store.remove(tombstones), strict=True):
            clerk.record("retention.purged", lane=one.lane, records=count)


def test_after_a_fork_each_process_writes_its_own_records_once(url: str) -> None:
    assert spawn("forks", url).wait(60) == 0
    ids = [record["error"]["id"] for record in stored(url)]
    assert len(ids) == len(set(ids)) == 30


def test_after_a_connection_was_dropped_the_next_one_is_new(url: str, admin: psycopg.Connection[Any]) -> None:
    store, own = PostgresStore(url), lane()
    entries = chained(4, own)
    store.append(entries[:2])
    with store._writing() as connection:
        pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    ended = admin.execute("SELECT pg_terminate_backend(%s)", (pid,)).fetchall()
    assert ended
    with pytest.raises(psycopg.OperationalError):
        store.append(entries[2:])
    store.append(entries[2:])
    assert list(store.chain(own.id)) == entries
    store.close()


def test_a_locked_table_is_not_waited_for_for_ever(url: str, admin: psycopg.Connection[Any]) -> None:
    store = PostgresStore(url, patience=0.3)
    store.check()
    entries = chained(2)
    with admin.transaction():
        admin.execute("LOCK TABLE failsoft_audit")
        with pytest.raises(Exception, match="lock timeout"):
            store.append(entries)
    store.append(entries)
    assert len(list(store.search(Query()))) == 2
    store.close()


@contextmanager
def mute() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_server_that_says_nothing_to_a_new_connection_is_given_up() -> None:
    with mute() as port:
        store = PostgresStore(f"postgresql://127.0.0.1:{port}/test", connect_timeout=2)
        with pytest.raises(StoreError, match="cannot use the PostgreSQL"):
            store.check()


class Stopper:
    """Between a client and the server; when it is told to stop, it passes nothing on, but holds the line."""

    def __init__(self, port: int) -> None:
        self.stopped = threading.Event()
        self._target = ("127.0.0.1", port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65_536):
                if self.stopped.is_set():
                    return
                other.sendall(data)
        except OSError:
            pass

    def close(self) -> None:
        self._server.close()


def test_a_server_that_stopped_in_the_middle_is_given_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(SERVER)
    monkeypatch.setattr("failsoft.audit.on_postgres._GRACE", 0.2)
    with closing(Stopper(int(parts.get("port") or 5432))) as stopper:
        user = f"{parts['user']}@" if parts.get("user") else ""
        options = url.partition("?")[2]
        through = f"postgresql://{user}127.0.0.1:{stopper.port}/{parts['dbname']}?{options}"
        store = PostgresStore(through, patience=0.3, connect_timeout=2)
        store.append(chained(1))
        stopper.stopped.set()
        with pytest.raises(psycopg.OperationalError, match="does not answer"):
            store.append(chained(1))
        store.close()


def test_what_can_never_be_stored_is_said_to_be(url: str) -> None:
    store, own = open_store(url), lane()
    store.check()
    with pytest.raises(UnstorableError):
        store.append([msgspec.structs.replace(chained(1)[0], kind=None)])
    store.append(chained(1, own))
    store.close()


def test_no_more_of_a_commit_is_left_to_chance_than_was_asked_for(url: str) -> None:
    relaxed = url.replace("options=", "options=-csynchronous_commit%3Doff%20")
    for full_sync, expected in ((False, "off"), (True, "on")):
        store = PostgresStore(relaxed, full_sync=full_sync)
        with store._writing() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == expected
        store.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"{DRIVEN.rpartition('/')[0]}/failsoft_no_such_{SECRET[:7]}", "does not exist"),
        (f"postgresql://failsoft_no_such:{quote(SECRET)}@127.0.0.1:1/test", "refused"),
        (f"postgresql://shop:p@{SECRET}#x@127.0.0.1/test", "%40"),
        ("postgresql://127.0.0.1:port/test", "not a URL"),
        (f"postgresql://shop:{SECRET}@127.0.0.1/test?connect_timeout={SECRET}", "cannot use"),
    ],
)
def test_what_cannot_be_connected_to_is_said_in_one_line(url: str, says: str) -> None:
    with postgres():
        pass
    with pytest.raises(StoreError, match=says) as caught:
        open_store(url).check()
    assert len(str(caught.value).splitlines()) == 1
    assert SECRET not in str(caught.value)


def test_tables_of_something_else_are_refused(url: str, admin: psycopg.Connection[Any]) -> None:
    admin.execute("CREATE TABLE failsoft_audit (name text)")
    with pytest.raises(StoreError, match="something else"):
        open_store(url).check()
    assert admin.execute("SELECT count(*) FROM pg_class WHERE relname = 'failsoft_audit_schema' "
                         "AND relnamespace = current_schema()::regnamespace").fetchone() == (0,)  # fmt: skip


def test_a_role_needs_no_more_than_the_docs_say(url: str, admin: psycopg.Connection[Any]) -> None:
    open_store(url).check()
    (schema,) = admin.execute("SELECT current_schema()").fetchone() or ("",)
    role = f"{schema}_writer"
    admin.execute(f"CREATE ROLE {role}")
    try:
        admin.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}")
        store = open_store(url.replace("options=", f"options=-crole%3D{role}%20"))
        assert store.lanes() == []
        with pytest.raises(StoreError, match="may not write"):
            store.check()
        admin.execute(f"GRANT INSERT ON ALL TABLES IN SCHEMA {schema} TO {role}")
        admin.execute(f"GRANT UPDATE ON failsoft_audit_lane TO {role}")
        admin.execute(f"GRANT USAGE ON SEQUENCE failsoft_audit_position_seq TO {role}")
        store.check()
        own = lane()
        entries = chained(4, own)
        for first in (0, 1, 2):
            store.append(entries[first : first + 2])
        store.state(own.seal(1, store.heads()))
        assert list(store.chain(own.id)) == entries
        with pytest.raises(Exception, match="permission denied"):
            list(store.remove([own.tombstone(1, {}, seals=list(store.statements()), reason="none")]))
        store.close()
    finally:
        admin.execute(f"DROP OWNED BY {role}")
        admin.execute(f"DROP ROLE {role}")


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="needs pg_dump")
def test_what_is_sealed_stands_nowhere_in_a_dump(url: str, admin: psycopg.Connection[Any]) -> None:
    store = open_store(url)
    store.append(chained(50))
    store.close()
    (schema,) = admin.execute("SELECT current_schema()").fetchone() or ("",)
    dumped = subprocess.run(["pg_dump", "--schema", schema, SERVER], capture_output=True, check=True).stdout
    assert b"error-7" in dumped
    for plain in (b"plain-canary", b"user-1", b"192.0.2.7", b"req-7"):
        assert plain not in dumped
        assert plain.hex().encode() not in dumped
