"""What is acknowledged is there: the journal, waiting for the record, seals and anchors, the backup."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

import failsoft
from audited import CONTEXT, KEYS, stored
from failsoft.audit.anchors import ANCHOR_LOGGER, Anchors
from failsoft.audit.entry import GENESIS, link
from failsoft.audit.journal import Journal, left_behind
from failsoft.audit.keeping import Keeper
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.opening import open_store
from failsoft.audit.records import record
from failsoft.audit.statements import Heads, Seal, from_line, said
from failsoft.audit.stores import Query, UnstorableError
from failsoft.audit.writer import AuditWriter, Rhythm
from failsoft.call import Call
from failsoft.clock import SystemClock
from failsoft.events import AuditMissed, AuditRecordsLost, AuditStoreChanged, Event
from failsoft_asgi import FailsoftMiddleware, install
from failsoft_flask import FlaskFailsoft
from flask import Flask
from observed import NOW, ManualClock

KEY = "ab" * 32


def entries(count: int, lane: Lane | None = None) -> list[Any]:
    lane = lane or Lane(new_lane_id(NOW), keys=KEYS, encrypt=True)
    return [lane.encode(record("test.made", NOW + n, CONTEXT, details={"n": n})) for n in range(count)]


def draft(context: Any) -> dict[str, Any]:
    return record("test.made", NOW, context, details={"n": 1})


def chain_is_whole(path: Path) -> int:
    """Number of entries; every lane is chained without a gap."""
    store = open_store(f"sqlite:///{path}")
    count = 0
    for lane in store.lanes():
        head, number = GENESIS, 0
        for entry in store.chain(lane):
            number += 1
            head = link(head, entry)
            assert (entry.sequence, entry.hash) == (number, head)
        count += number
    return count


class Away(SqliteStore):
    """A store that can be away."""

    away = False

    def append(self, entries: Any) -> None:
        if self.away:
            raise sqlite3.OperationalError("database is locked")
        super().append(entries)

    def heads(self) -> Any:
        if self.away:
            raise sqlite3.OperationalError("database is locked")
        return super().heads()


# --- the journal


def test_a_journal_gives_back_what_it_was_given(tmp_path: Path) -> None:
    lane = Lane(new_lane_id(NOW), keys=KEYS, encrypt=True)
    made = entries(3, lane)
    seal = lane.seal(5, {})
    journal = Journal(tmp_path, lane.id)
    journal.write(made[:2])
    journal.write(made[2:], [seal])
    assert [line.entry or line.statement for line in journal.lines()] == [*made, seal]
    assert journal.path.stat().st_mode & 0o777 == 0o600
    journal.close()


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_torn_line_costs_only_itself(tmp_path: Path, cut: int) -> None:
    made = entries(3)
    journal = Journal(tmp_path, made[0].lane)
    journal.write(made)
    data = journal.path.read_bytes()
    journal.path.write_bytes(data[:-cut])
    assert [line.entry for line in journal.lines()] == made[:2]
    assert journal.torn == 1
    journal.close()


def test_a_line_that_was_altered_is_not_taken_for_one(tmp_path: Path) -> None:
    made = entries(2)
    journal = Journal(tmp_path, made[0].lane)
    journal.write(made)
    journal.path.write_bytes(journal.path.read_bytes().replace(b'"test.made"', b'"test.fake"', 1))
    assert [line.entry for line in journal.lines()] == made[1:]
    journal.close()


def test_the_journal_of_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    made = entries(1)
    journal = Journal(tmp_path, made[0].lane)
    journal.write(made)
    assert list(left_behind(tmp_path)) == []
    journal.close()
    (found,) = left_behind(tmp_path)
    assert [line.entry for line in found.lines()] == made
    found.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_journal_that_is_just_being_made_is_not_taken_for_one_that_was_left(tmp_path: Path) -> None:
    ended = threading.Event()

    def clear_away() -> None:
        while not ended.is_set():
            for found in left_behind(tmp_path):
                found.remove()

    clearing = threading.Thread(target=clear_away)
    clearing.start()
    try:
        for _ in range(200):
            made = entries(1)
            journal = Journal(tmp_path, made[0].lane)
            journal.write(made)
            assert [line.entry for line in journal.lines()] == made
            journal.remove()
    finally:
        ended.set()
        clearing.join()


# --- the file of the store


def test_a_second_connection_does_not_make_the_first_lose_its_locks(tmp_path: Path) -> None:
    path, made = tmp_path / "audit.db", entries(4)
    store = open_store(f"sqlite:///{path}")
    store.append(made[:2])
    open_store(f"sqlite:///{path}").check()
    store.heads()
    # the last one to close a file deletes its write-ahead log, if nobody has a lock on it
    other = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM failsoft_audit_key'); c.commit()"
    )
    subprocess.run([sys.executable, "-c", other, str(path)], check=True)
    store.append(made[2:])
    assert [one.entry for one in open_store(f"sqlite:///{path}").search(Query())] == made
    store.close()


# --- keeping


def test_while_the_store_is_away_the_journal_takes_everything_and_gives_it_back_in_order(tmp_path: Path) -> None:
    clock, told = ManualClock(), list[object]()
    store = Away(tmp_path / "audit.db")
    keeper = Keeper(store, tmp_path / "spill", clock, changed=told.append)
    made = entries(6)
    keeper.open(made[0].lane)
    assert keeper.keep(made[:2])
    store.away = True
    assert keeper.keep(made[2:3])
    assert keeper.keep(made[3:5])
    assert len(list(store.search(Query()))) == 2
    store.away = False
    clock.now += 10
    assert keeper.keep(made[5:])
    assert keeper.catch_up()
    assert [one.entry for one in store.search(Query())] == made
    assert [type(one) for one in told] == [sqlite3.OperationalError, type(None)]
    assert keeper.close()
    assert list((tmp_path / "spill").iterdir()) == []


def test_while_somebody_tries_to_reach_the_store_who_writes_knows_the_journal_only(tmp_path: Path) -> None:
    entered, gate = threading.Event(), threading.Event()

    class Silent(Away):
        def append(self, entries: Any) -> None:
            super().append([])
            entered.set()
            assert gate.wait(60)
            super().append(entries)

    store, made = Silent(tmp_path / "audit.db"), entries(3)
    keeper = Keeper(store, tmp_path / "spill", SystemClock())
    keeper.open(made[0].lane)
    store.away = True
    assert keeper.keep(made[:1])
    store.away = False
    trying = threading.Thread(target=keeper.catch_up, kwargs={"now": True})
    trying.start()
    assert entered.wait(60)
    writing = threading.Thread(target=lambda: (keeper.keep(made[1:]), keeper.heads()))
    writing.start()
    writing.join(60)
    assert not writing.is_alive()
    assert [line.entry for line in Journal(tmp_path / "spill", made[0].lane).lines()] == made
    gate.set()
    trying.join()
    assert [one.entry for one in store.search(Query())] == made
    assert keeper.close()


def test_catching_up_comes_to_an_end_though_more_comes_all_the_time(tmp_path: Path) -> None:
    store, lane = Away(tmp_path / "audit.db"), Lane(new_lane_id(NOW), keys=KEYS, encrypt=True)
    keeper = Keeper(store, tmp_path / "spill", SystemClock())
    made = entries(3_000, lane)
    keeper.open(lane.id)
    store.away = True
    assert keeper.keep(made)
    store.away, ended = False, threading.Event()

    def bring() -> None:
        while not ended.is_set():
            more = entries(5, lane)
            made.extend(more)
            assert keeper.keep(more)

    bringing = threading.Thread(target=bring)
    bringing.start()
    try:
        assert keeper.catch_up(now=True)
        assert not keeper.away
    finally:
        ended.set()
        bringing.join()
    assert list(store.chain(lane.id)) == made
    assert keeper.close()
    assert list((tmp_path / "spill").iterdir()) == []


def test_what_a_dead_process_left_is_brought_to_the_store(tmp_path: Path) -> None:
    made = entries(300)
    journal = Journal(tmp_path / "spill", made[0].lane)
    journal.write(made)
    journal.close()
    store = SqliteStore(tmp_path / "audit.db")
    store.append(made[:7])
    keeper = Keeper(store, tmp_path / "spill", SystemClock())
    assert keeper.catch_up()
    assert [one.entry for one in store.search(Query())] == made
    assert list((tmp_path / "spill").iterdir()) == []


def test_where_nothing_keeps_them_they_are_to_be_brought_again(tmp_path: Path) -> None:
    store = Away(tmp_path / "audit.db")
    store.away = True
    (tmp_path / "spill").write_text("a file where the directory should be")
    keeper = Keeper(store, tmp_path / "spill", ManualClock())
    made = entries(1)
    keeper.open(made[0].lane)
    assert not keeper.keep(made)
    keeper.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_the_journal_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = entries(2)
    journal = Journal(tmp_path, made[0].lane)
    journal.write(made[:1])
    real = os.fdatasync

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdatasync", full)
    with pytest.raises(OSError, match="No space"):
        journal.write(made[1:])
    monkeypatch.setattr(os, "fdatasync", real)
    journal.write(made[1:])
    assert [line.entry for line in journal.lines()] == made
    journal.close()


# --- the writer


def test_a_ticket_is_done_when_the_record_is_on_the_disk(tmp_path: Path, writers: Callable[..., AuditWriter]) -> None:
    path = tmp_path / "audit.db"
    writer = writers(SqliteStore(path, full_sync=True), keys=KEYS, encrypt=True, interval=0)
    for number in range(1, 4):
        assert writer.submit(draft).result(30) is True
        assert len(list(stored(path))) == number


def test_a_ticket_says_at_once_that_nothing_keeps_the_record_and_it_is_kept_later(
    tmp_path: Path, writers: Callable[..., AuditWriter]
) -> None:
    store = Away(tmp_path / "audit.db")
    writer = writers(store, keys=KEYS, encrypt=True, interval=0)
    assert writer.submit(draft).result(30) is True
    store.away = True
    assert writer.submit(draft).result(30) is False
    assert writer.submit(draft).result(0) is False
    store.away = False
    assert writer.flush(30)
    assert len(list(stored(tmp_path / "audit.db"))) == 3
    assert chain_is_whole(tmp_path / "audit.db") == 4


def test_a_lane_is_opened_closed_and_sealed(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    writer = AuditWriter(SqliteStore(path), CONTEXT, keys=KEYS, encrypt=True, rhythm=Rhythm(seal_after=5, interval=0))
    for _ in range(7):
        assert writer.submit(draft).result(30)
    assert writer.close()
    kinds = [found["kind"] for found in sorted(stored(path, own=True), key=lambda found: found["sequence"])]
    assert kinds == ["trail.opened", *["test.made"] * 7, "trail.closed"]
    seals = [said(one) for one in SqliteStore(path).statements("seal")]
    assert [(one.first, one.last, one.closing) for one in seals if isinstance(one, Seal)] == [
        (1, 5, False),
        (6, 9, True),
    ]
    assert all(KEYS.verifies(one.key_id, one.body.encode(), one.signature) for one in SqliteStore(path).statements())


def test_at_rest_the_chain_is_closed_and_what_comes_later_begins_another(tmp_path: Path) -> None:
    path, sent = tmp_path / "audit.db", list[Any]()
    anchors = Anchors([("list", sent.append)])
    writer = AuditWriter(SqliteStore(path), CONTEXT, keys=KEYS, anchors=anchors, rhythm=Rhythm(interval=0))
    assert writer.rest(30)
    for _ in range(2):
        assert writer.submit(draft).result(30)
        assert writer.rest(30)
        assert writer.rest(30)
    store = SqliteStore(path)
    assert len(store.lanes()) == 2
    for lane in store.lanes():
        assert [entry.kind for entry in store.chain(lane)] == ["trail.opened", "test.made", "trail.closed"]
        (seal,) = [said(one) for one in store.statements("seal", lane)]
        assert isinstance(seal, Seal)
        assert (seal.last, seal.closing) == (3, True)
    assert len(sent) == 2
    assert writer.close(30)
    assert len(sent) == 2


def test_a_seal_that_the_store_did_not_take_is_not_forgotten(tmp_path: Path) -> None:
    class NoStatements(SqliteStore):
        refuse = True

        def state(self, statement: Any) -> None:
            if self.refuse:
                raise sqlite3.OperationalError("disk is full")
            super().state(statement)

    path = tmp_path / "audit.db"
    store = NoStatements(path)
    keeper = Keeper(store, tmp_path / "spill", SystemClock())
    writer = AuditWriter(keeper, CONTEXT, keys=KEYS, encrypt=True, rhythm=Rhythm(seal_after=2, interval=0))
    for _ in range(3):
        assert writer.submit(draft).result(30)
    store.refuse = False
    assert writer.close()
    assert [one.number for one in store.statements("seal")] == list(range(1, len(list(store.statements("seal"))) + 1))
    assert chain_is_whole(path) == 5


def test_the_queue_spills_into_the_journal_before_it_is_full(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    started, gate = threading.Event(), threading.Event()

    class Slow(SqliteStore):
        def append(self, entries: Any) -> None:
            started.set()
            gate.wait(30)
            super().append(entries)

    keeper = Keeper(Slow(path), tmp_path / "spill", SystemClock())
    writer = AuditWriter(keeper, CONTEXT, rhythm=Rhythm(queue_size=20, batch=2, interval=0))
    writer.put(draft)
    assert started.wait(30)
    for _ in range(20):
        assert writer.put(draft)
    gate.set()
    assert writer.close(30)
    assert (writer.dropped, writer.lost, chain_is_whole(path)) == (0, 0, 23)


def test_who_has_to_wait_for_a_place_waits_but_not_in_an_event_loop(tmp_path: Path) -> None:
    started, gate = threading.Event(), threading.Event()

    class Slow(SqliteStore):
        def append(self, entries: Any) -> None:
            started.set()
            gate.wait(30)
            super().append(entries)

    rhythm = Rhythm(queue_size=1, batch=1, interval=0, overload="wait", max_wait=30)
    writer = AuditWriter(Slow(tmp_path / "audit.db"), CONTEXT, rhythm=rhythm)
    writer.put(draft)
    assert started.wait(30)
    writer.put(draft)

    async def in_a_loop() -> bool:
        return writer.put(draft)

    assert asyncio.run(in_a_loop()) is False
    opener = threading.Timer(0.1, gate.set)
    opener.start()
    assert writer.put(draft) is True
    opener.join()
    assert writer.close(30)


def test_the_backup_has_the_same_entries_and_its_faults_stay_its_own(tmp_path: Path) -> None:
    from failsoft.audit.backup import Backup

    first, second = tmp_path / "first.db", tmp_path / "second.db"
    store = Away(second)
    backup = Backup(Keeper(store, tmp_path / "spill", SystemClock()))
    writer = AuditWriter(SqliteStore(first), CONTEXT, keys=KEYS, encrypt=True, backup=backup, rhythm=Rhythm(interval=0))
    assert writer.submit(draft).result(30)
    store.away = True
    assert writer.submit(draft).result(30)
    store.away = False
    assert writer.close(30)
    assert list(SqliteStore(first).search(Query())) == list(SqliteStore(second).search(Query()))
    assert list(SqliteStore(first).statements()) == list(SqliteStore(second).statements())


def test_the_clock_may_step_back(tmp_path: Path) -> None:
    clock = ManualClock()
    writer = AuditWriter(SqliteStore(tmp_path / "audit.db"), CONTEXT, keys=KEYS, clock=clock, rhythm=Rhythm(interval=0))
    assert writer.submit(draft).result(30)
    clock.now -= 86_400
    assert writer.submit(lambda context: record("test.made", clock.time(), context)).result(30)
    assert writer.close(30)
    assert chain_is_whole(tmp_path / "audit.db") == 4


def test_a_chain_that_is_closed_while_the_store_is_away_is_brought_there_though_another_has_begun(
    tmp_path: Path,
) -> None:
    path, clock = tmp_path / "audit.db", ManualClock()
    store = Away(path)
    writer = AuditWriter(Keeper(store, tmp_path / "spill", clock), CONTEXT, keys=KEYS, rhythm=Rhythm(interval=0))
    assert writer.submit(draft).result(30)
    store.away = True
    assert writer.submit(draft).result(30)
    assert writer.rest(30)
    assert writer.submit(draft).result(30)
    store.away = False
    clock.now += 60
    assert writer.close(30)
    assert (len(store.lanes()), chain_is_whole(path), writer.lost) == (2, 7, 0)
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_record_that_the_store_refuses_for_good_is_counted_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    append = SqliteStore.append

    def refuse(self: SqliteStore, entries: Any) -> None:
        if any(entry.kind == "failure.handled" for entry in entries):
            raise UnstorableError("no such column")
        append(self, entries)

    told: list[Any] = []
    # an incident would have a record of its own, in a thread of its own
    quiet = [{"rule": "records_lost", "enabled": False}]
    with failsoft.Failsoft(trail(tmp_path, incidents=quiet)) as fs:
        fs.events.subscribe(told.append, AuditRecordsLost)
        fs.handle(RuntimeError("x"))
        assert fs.flush(30)
        monkeypatch.setattr(SqliteStore, "append", refuse)
        fs.handle(RuntimeError("y"))
        assert fs.flush(30)
        monkeypatch.undo()
        assert fs.audit.writer is not None
        assert fs.audit.writer.lost == 1
    assert [(one.count, "refused it for good" in one.why) for one in told] == [(1, True)]
    assert "refused it for good (UnstorableError)" in caplog.text


# --- anchors


def lines_of(path: Path) -> list[Heads]:
    found = [said(from_line(line)) for line in path.read_text().splitlines()]
    assert all(isinstance(one, Heads) for one in found)
    return found  # type: ignore[return-value]


SENT: list[Any] = []


def test_heads_are_sent_wherever_the_settings_say(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    SENT.clear()
    settings = trail(tmp_path, anchors=["log", "span", f"file:{tmp_path}/heads/heads.jsonl", f"{__name__}:SENT.append"])
    with caplog.at_level(logging.INFO, ANCHOR_LOGGER), failsoft.Failsoft(settings) as fs:
        fs.handle(RuntimeError("x"))
    (head,) = lines_of(tmp_path / "heads/heads.jsonl")
    entries = list(open_store(f"sqlite:///{tmp_path}/audit.db").search(Query()))
    assert head.heads == {entries[-1].entry.lane: (3, entries[-1].entry.hash.hex())}
    (message,) = [one.getMessage() for one in caplog.records if one.name == ANCHOR_LOGGER]
    assert said(from_line(message)) == head
    assert [said(one) for one in SENT] == [head]


def test_heads_are_sent_once_a_minute_if_there_is_something_new(tmp_path: Path) -> None:
    clock, sent = ManualClock(), list[Any]()
    anchors = Anchors([("list", sent.append)])
    store = SqliteStore(tmp_path / "audit.db")
    writer = AuditWriter(store, CONTEXT, keys=KEYS, clock=clock, anchors=anchors, rhythm=Rhythm(interval=0))
    assert writer.submit(draft).result(30)
    assert writer.flush(30)
    assert sent == []
    clock.now += 61
    assert writer.submit(draft).result(30)
    assert writer.flush(30)
    assert len(sent) == 1
    clock.now += 61
    writer._handle([])
    assert len(sent) == 1
    assert writer.close(30)
    assert len(sent) == 2


def test_an_anchor_that_fails_harms_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = trail(tmp_path, anchors=[f"{__name__}:failing", f"file:{tmp_path}/heads.jsonl"])
    with failsoft.Failsoft(settings) as fs:
        fs.handle(RuntimeError("x"))
    assert len(lines_of(tmp_path / "heads.jsonl")) == 1
    assert "anchor" in caplog.text


def failing(statement: object) -> None:
    raise RuntimeError("the bucket is gone")


# --- waiting for the record, through every door


def trail(folder: Path, **audit: Any) -> dict[str, Any]:
    os.environ["TEST_AUDIT_KEY"] = KEY
    keys = {"active": "k", "ring": {"k": "env:TEST_AUDIT_KEY"}}
    return {"audit": {"url": f"sqlite:///{folder}/audit.db", "keys": keys} | audit}


class Door:
    """An application with three views that fail, one of which requires its record."""

    def __init__(self, get: Callable[[str], tuple[int, dict[str, Any]]], fs: failsoft.Failsoft) -> None:
        self.get = get
        self.fs = fs


REQUIRED = {"endpoints": [{"match": "GET /required", "audit": "required"}]}


async def through_asgi(app: Any, path: str) -> tuple[int, dict[str, Any]]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        response = await client.get(path)
    return response.status_code, response.json()


def starlette_door(settings: dict[str, Any]) -> Iterator[Door]:
    async def fail(request: Any) -> Any:
        raise RuntimeError("x")

    app = Starlette(routes=[Route("/plain", fail), Route("/required", fail)])
    fs = install(app, settings=settings)
    yield Door(lambda path: asyncio.run(through_asgi(app, path)), fs)
    fs.close()


def asgi_door(settings: dict[str, Any]) -> Iterator[Door]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError("x")

    fs = failsoft.Failsoft(settings)
    yield Door(lambda path: asyncio.run(through_asgi(FailsoftMiddleware(app, fs=fs), path)), fs)
    fs.close()


def flask_door(settings: dict[str, Any]) -> Iterator[Door]:
    app = Flask("shop")
    fs = failsoft.Failsoft(settings)
    FlaskFailsoft(app, fs=fs)

    def fail() -> Any:
        raise RuntimeError("x")

    app.add_url_rule("/plain", "plain", fail)
    app.add_url_rule("/required", "required", fail)
    client = app.test_client()
    yield Door(lambda path: ((r := client.get(path)).status_code, r.json), fs)
    fs.close()


@pytest.fixture(params=[starlette_door, asgi_door, flask_door])
def open_door(request: pytest.FixtureRequest) -> Iterator[Callable[[dict[str, Any]], Door]]:
    opened: list[Iterator[Door]] = []

    def make(settings: dict[str, Any]) -> Door:
        opened.append(request.param(settings))
        return next(opened[-1])

    yield make
    for one in opened:
        next(one, None)


def test_an_answer_leaves_when_its_record_is_on_the_disk(
    tmp_path: Path, open_door: Callable[[dict[str, Any]], Door]
) -> None:
    door = open_door(trail(tmp_path, durability="sync"))
    for number in range(1, 4):
        status, body = door.get("/plain")
        assert status == 500
        with closing(sqlite3.connect(tmp_path / "audit.db")) as connection:
            ids = [one for (one,) in connection.execute("SELECT error_id FROM failsoft_audit WHERE code IS NOT NULL")]
        assert len(ids) == number
        assert ids[-1] == body["error_id"]


def test_while_the_store_is_away_answers_wait_for_the_journal_only(
    tmp_path: Path, open_door: Callable[[dict[str, Any]], Door], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []
    door = open_door(trail(tmp_path, durability="sync") | REQUIRED)
    door.fs.events.subscribe(told.append, AuditStoreChanged, AuditMissed)
    door.get("/plain")
    monkeypatch.setattr(SqliteStore, "append", _away)
    monkeypatch.setattr(SqliteStore, "heads", _away)
    statuses = [door.get(path)[0] for path in ("/plain", "/required", "/plain")]
    assert statuses == [500, 500, 500]
    monkeypatch.undo()
    door.fs.close()
    assert len(list(stored(tmp_path / "audit.db", kinds=("failure.handled",)))) == 4
    chain_is_whole(tmp_path / "audit.db")
    assert [one.answering for one in told if isinstance(one, AuditStoreChanged)] == [False, True]
    assert not [one for one in told if isinstance(one, AuditMissed)]


def test_where_nothing_keeps_the_record_only_who_requires_it_is_refused(
    tmp_path: Path, open_door: Callable[[dict[str, Any]], Door], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []
    door = open_door(trail(tmp_path, durability="sync") | REQUIRED)
    door.fs.events.subscribe(told.append, AuditMissed, AuditRecordsLost)
    door.get("/plain")
    monkeypatch.setattr(SqliteStore, "append", _away)
    monkeypatch.setattr(Journal, "write", _away)
    assert door.get("/plain")[0] == 500
    if door.fs.endpoints.matched:
        status, body = door.get("/required")
        assert (status, body["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert "audit" not in json.dumps(body)
    assert next(one.calls for one in told if isinstance(one, AuditMissed)) == 1
    monkeypatch.undo()
    assert door.fs.flush(30)


def test_a_batched_trail_lets_only_the_endpoint_wait_that_requires_it(
    tmp_path: Path, open_door: Callable[[dict[str, Any]], Door]
) -> None:
    door = open_door(trail(tmp_path) | REQUIRED)
    status, body = door.get("/required")
    assert status == 500
    if door.fs.endpoints.matched:
        assert [one["error_id"] for one in stored(tmp_path / "audit.db")] == [body["error_id"]]


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The files that the process has had brought to the disk."""
    found: list[int] = []
    real = os.fdatasync

    def counting(number: int) -> None:
        real(number)
        found.append(os.fstat(number).st_ino)

    monkeypatch.setattr(os, "fdatasync", counting)
    return found


def test_a_record_that_is_required_is_on_the_disk_though_the_trail_is_batched(
    tmp_path: Path, open_door: Callable[[dict[str, Any]], Door], synced: list[int]
) -> None:
    url = {"url": f"jsonl:///{tmp_path}/audit.jsonl"}
    door = open_door(trail(tmp_path, **url))
    door.get("/plain")
    assert door.fs.flush(30)
    assert synced == []
    other = tmp_path / "other"
    other.mkdir()
    door = open_door(trail(other, url=f"jsonl:///{other}/audit.jsonl") | REQUIRED)
    door.get("/required")
    if door.fs.endpoints.matched:
        assert (other / "audit.jsonl").stat().st_ino in synced


def test_a_record_that_is_required_since_a_reload_is_on_the_disk(tmp_path: Path, synced: list[int]) -> None:
    url, text = f"jsonl:///{tmp_path}/audit.jsonl", '[audit]\nurl = "{}"\nencryption = "off"\n'
    (tmp_path / "failsoft.toml").write_text(text.format(url))
    app = Flask("shop")
    FlaskFailsoft(app, fs=(fs := failsoft.Failsoft(tmp_path / "failsoft.toml")))
    app.add_url_rule("/required", "required", lambda: 1 / 0)
    app.test_client().get("/required")
    assert fs.flush(30)
    assert synced == []
    endpoint = '[[endpoints]]\nmatch = "GET /required"\naudit = "required"\n'
    (tmp_path / "failsoft.toml").write_text(text.format(url) + endpoint)
    assert fs.reload() == ()
    app.test_client().get("/required")
    assert synced
    fs.close()


def test_what_escapes_a_guard_outside_of_a_request_is_recorded_before_whoever_handles_it_goes_on(
    tmp_path: Path,
) -> None:
    def kept() -> list[str]:
        # as another process sees it
        with closing(sqlite3.connect(tmp_path / "audit.db")) as connection:
            return [one for (one,) in connection.execute("SELECT error_id FROM failsoft_audit WHERE code IS NOT NULL")]

    def refused() -> None:
        raise ConnectionRefusedError

    async def arefused() -> None:
        raise ConnectionRefusedError

    async def job() -> str:
        try:
            await guard.acall(arefused)
        except ConnectionRefusedError as error:
            return (await fs.ahandle(error)).error_id
        return ""

    with failsoft.Failsoft(trail(tmp_path, durability="sync")) as fs:
        guard = fs.guard("stock", policy=failsoft.Policy(retry=2), idempotent=True)
        for number in range(1, 4):
            with pytest.raises(ConnectionRefusedError) as caught:
                guard.call(refused)
            # an adapter's way: an answer, and then the wait for its record
            call = Call("stock", fs.clock.monotonic(), owner=fs)
            fs.answer(caught.value, call)
            assert call.ticket is not None
            assert fs.hold(call) is None
            assert call.failure is not None
            assert kept()[-1] == call.failure.error_id
            assert len(kept()) == 2 * number - 1
            error_id = asyncio.run(job())
            assert kept()[-1] == error_id


def test_handling_without_a_framework_waits_too(tmp_path: Path) -> None:
    with failsoft.Failsoft(trail(tmp_path, durability="sync")) as fs:
        problem = fs.handle(RuntimeError("x"))
        assert [one["error_id"] for one in stored(tmp_path / "audit.db")] == [problem.error_id]
        problem = asyncio.run(fs.ahandle(RuntimeError("y")))
        assert [one["error_id"] for one in stored(tmp_path / "audit.db")][1:] == [problem.error_id]


def _away(*_: Any, **__: Any) -> Any:
    raise OSError("away")
