from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from audited import CONTEXT, stored
from failsoft.audit.entry import Entry
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.records import RecordContext
from failsoft.audit.statements import Statement
from failsoft.audit.stores import UnstorableError
from failsoft.audit.writer import AuditWriter, Rhythm
from failsoft.call import RequestFacts
from failsoft.errors.failure import AttemptRecord
from failsoft.events import RetryEnded
from failsoft.observers.audit import AuditObserver
from observed import NOW, SECRET, Broken, ManualClock, failure, handled

HERE = Path(__file__).parent
FINGERPRINT = failure().fingerprint


class MemoryStore:
    """Keeps entries in a list. `gate` holds an append up; `fault` makes it raise."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.statements: list[Statement] = []
        self.closed = 0
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.fault: Callable[[Sequence[Entry]], Exception | None] = lambda entries: None

    def append(self, entries: Sequence[Entry]) -> None:
        self.entered.set()
        self.gate.wait()
        if (error := self.fault(entries)) is not None:
            raise error
        self.entries += entries

    def state(self, statement: Statement) -> None:
        self.statements.append(statement)

    def heads(self) -> dict[str, tuple[int, bytes]]:
        return {}

    def hurry(self, seconds: float | None) -> None:
        pass

    def close(self) -> None:
        self.closed += 1

    def forget(self) -> None:
        pass

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(e.record) for e in self.entries if not e.kind.startswith("trail.")]


# --- the record


def test_a_handled_failure_becomes_one_record_with_everything_sanitized(
    path: Path, writers: Callable[..., AuditWriter]
) -> None:
    writer = writers(SqliteStore(path), clock=ManualClock())
    facts = RequestFacts(method="GET", path=f"/quotes/{SECRET}", client="192.0.2.7")
    attempts = (AttemptRecord(1, 0.0, 0.1, 0.05, "ConnectionError"),)
    made = failure(f"password {SECRET}", attempts=attempts, outcome="max_attempts")
    AuditObserver(writer)(handled(made, facts=facts, trace_id="0af7651916cd43dd8448eb211c80319c"))
    assert writer.flush()
    (record,) = stored(path)
    assert SECRET not in json.dumps(record)
    stack = record["error"].pop("stack")
    assert "Quotes.last" in stack
    assert "[REDACTED]" in stack
    assert len(record.pop("lane")) == 32
    assert record == {
        "position": 2,
        "schema": 2,
        "sequence": 2,
        "severity": "medium",
        "code": "QUOTE_ERROR",
        "status": 500,
        "error_id": "0199aaaa-0000-7000-8000-000000000001",
        "kind": "failure.handled",
        "timestamp": "2026-11-22T00:02:03.004Z",
        "service": "shop",
        "environment": "test",
        "release": "",
        "host": "web-1",
        "worker": os.getpid(),
        "source": "asgi",
        "request": {
            "method": "GET",
            "route": "/quotes/{symbol}",
            "path": "/quotes/[REDACTED]",
            "client": "192.0.2.7",
            "user": None,
            "request_id": "req-1",
        },
        "endpoint": "GET /quotes/{symbol}",
        "policy": "upstream",
        "error": {
            "id": "0199aaaa-0000-7000-8000-000000000001",
            "type": "shop.QuoteError",
            "code": "QUOTE_ERROR",
            "category": "external_service",
            "severity": "medium",
            "transient": True,
            "recoverable": False,
            "confidence": 0.9,
            "fingerprint": FINGERPRINT,
            "evidence": [],
            "suggestions": ["retry_later", "switch_endpoint", "wait_for_dependency"],
            "message": "password [REDACTED]",
        },
        "response": {"status": 500, "result": "unhandled"},
        "duration": 0.25,
        "attempts": [
            {"number": 1, "start": 0.0, "duration": 0.1, "delay": 0.05, "type": "ConnectionError", "strategy": ""}
        ],
        "retry_outcome": "max_attempts",
        "retention": "operations",
        "decisions": {"breaker": None, "rejected": None, "timeout": None},
        "recovery": "retry_failed",
        "compliance": [],
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }


def test_what_is_searched_for_has_its_columns(path: Path, writers: Callable[..., AuditWriter]) -> None:
    writer = writers(SqliteStore(path))
    AuditObserver(writer)(handled())
    writer.flush()
    with closing(sqlite3.connect(path)) as connection:
        (row,) = connection.execute(
            "SELECT sequence, at, kind, severity, error_id, code, endpoint, status FROM failsoft_audit "
            "WHERE sequence = 2"
        )
    error_id = "0199aaaa-0000-7000-8000-000000000001"
    assert row == (
        2, 1_795_305_723_004_000, "failure.handled", "medium", error_id, "QUOTE_ERROR", "GET /quotes/{symbol}", 500,
    )  # fmt: skip


def test_a_failure_that_was_meant_has_no_stack(writers: Callable[..., AuditWriter]) -> None:
    store = MemoryStore()
    writer = writers(store)
    AuditObserver(writer)(handled(failure(expected=True, status=404), result="handled"))
    writer.flush()
    assert store.records[0]["error"]["stack"] is None


def test_text_that_utf8_cannot_hold_is_stored_all_the_same(path: Path, writers: Callable[..., AuditWriter]) -> None:
    writer = writers(SqliteStore(path))
    AuditObserver(writer)(handled(failure("a\udc80\0b", code="C\udc80"), endpoint="GET /\udc80"))
    assert writer.flush()
    (record,) = stored(path)
    assert record["error"]["message"] == "a\udc80\0b"
    assert (writer.written, writer.lost) == (2, 0)


def test_where_the_sanitizer_fails_no_text_is_let_through(writers: Callable[..., AuditWriter]) -> None:
    store = MemoryStore()
    writer = writers(store, RecordContext(sanitizer=Broken()))
    AuditObserver(writer)(handled(failure(SECRET)))
    writer.flush()
    (record,) = store.records
    assert record["error"]["code"] == "QUOTE_ERROR"
    assert SECRET not in json.dumps(record)


def test_a_record_that_cannot_be_built_is_named_in_its_place(writers: Callable[..., AuditWriter]) -> None:
    def draft(context: RecordContext) -> dict[str, Any]:
        raise LookupError(SECRET)

    store = MemoryStore()
    writer = writers(store)
    writer.put(draft)
    AuditObserver(writer)(handled())
    writer.flush()
    assert [(record["sequence"], record["kind"]) for record in store.records] == [
        (2, "record.failed"), (3, "failure.handled"),
    ]  # fmt: skip
    assert store.records[0]["details"] == {"type": "LookupError"}
    assert SECRET not in json.dumps(store.records)


def test_other_events_leave_no_record(writers: Callable[..., AuditWriter]) -> None:
    store = MemoryStore()
    writer = writers(store)
    AuditObserver(writer)(RetryEnded(at=0, attempts=2, outcome="max_attempts"))
    writer.flush()
    assert not store.records


# --- the writer


def sequences(store: MemoryStore) -> list[int]:
    return [entry.sequence for entry in store.entries if not entry.kind.startswith("trail.")]


def test_a_full_queue_drops_the_newest_and_the_audit_says_how_many(
    writers: Callable[..., AuditWriter], caplog: pytest.LogCaptureFixture
) -> None:
    store, told = MemoryStore(), list[int]()
    lost = lambda count, why: told.append(count)  # noqa: E731
    writer = writers(store, queue_size=3, batch=1, interval=0, overload="drop", told_lost=lost)
    observer = AuditObserver(writer)
    store.gate.clear()
    observer(handled(failure(error_id="0")))
    assert store.entered.wait(10)
    for number in range(1, 8):
        observer(handled(failure(error_id=str(number))))
    assert writer.dropped == 4
    store.gate.set()
    assert writer.flush()
    assert [record["error"]["id"] if "error" in record else record["details"]["count"] for record in store.records] == [
        "0", 4, "1", "2", "3",
    ]  # fmt: skip
    assert store.records[1]["kind"] == "records.dropped"
    assert sequences(store) == [2, 3, 4, 5, 6]
    assert told == [4]
    assert "records lost: 4: too many were waiting" in caplog.text


def test_while_the_store_is_away_records_wait_and_are_stored_later_in_order(
    writers: Callable[..., AuditWriter],
) -> None:
    store, away, tried = MemoryStore(), threading.Event(), threading.Event()
    away.set()

    def fault(entries: Sequence[Entry]) -> Exception | None:
        tried.set()
        return OSError("away") if away.is_set() else None

    store.fault = fault
    writer = writers(store, batch=4)
    observer = AuditObserver(writer)
    for _ in range(10):
        observer(handled())
    assert tried.wait(10)
    assert not writer.flush(0)
    away.clear()
    assert writer.flush(30)
    assert sequences(store) == list(range(2, 12))
    assert writer.failures >= 1
    assert (writer.written, writer.lost) == (11, 0)


def test_a_store_that_stays_away_does_not_hold_up_closing_and_the_loss_is_said(
    writers: Callable[..., AuditWriter], caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    store.fault = lambda entries: OSError("away")
    writer = writers(store, batch=4)
    for _ in range(10):
        AuditObserver(writer)(handled())
    assert not writer.close(30)
    assert writer.lost == 11
    assert "the store failed to the end" in caplog.text


def test_a_store_that_hangs_while_closing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    store.gate.clear()
    writer = AuditWriter(store, CONTEXT, rhythm=Rhythm(interval=0))
    AuditObserver(writer)(handled())
    assert store.entered.wait(10)
    assert not writer.close(0)
    assert "did not take what waits" in caplog.text
    store.gate.set()
    assert writer.close(30)


def test_an_entry_that_can_never_be_stored_does_not_cost_its_neighbours(
    writers: Callable[..., AuditWriter], caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    store.fault = lambda entries: UnstorableError() if any(e.error_id == "bad" for e in entries) else None
    writer = writers(store)
    for error_id in ("a", "bad", "c"):
        AuditObserver(writer)(handled(failure(error_id=error_id)))
    assert writer.flush()
    assert [entry.error_id for entry in store.entries if entry.error_id] == ["a", "c"]
    assert writer.lost == 1
    assert "refused it for good (UnstorableError)" in caplog.text


def test_closing_stores_what_waits_and_may_be_repeated(path: Path) -> None:
    writer = AuditWriter(SqliteStore(path), CONTEXT, rhythm=Rhythm(interval=600))
    AuditObserver(writer)(handled())
    assert writer.close()
    assert writer.close()
    AuditObserver(writer)(handled())
    assert writer.dropped == 1
    assert not path.with_name("audit.db-wal").exists()
    assert len(list(stored(path))) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_no_connection_is_open_while_the_process_forks(writers: Callable[..., AuditWriter]) -> None:
    store = MemoryStore()
    writer = writers(store)
    AuditObserver(writer)(handled())
    writer.flush()
    child = os.fork()
    if child == 0:
        os._exit(store.closed)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    AuditObserver(writer)(handled())
    assert writer.flush()
    assert sequences(store) == [2, 3]


def test_times_are_utc_with_milliseconds(writers: Callable[..., AuditWriter]) -> None:
    store = MemoryStore()
    writer = writers(store)
    AuditObserver(writer)(handled(at=NOW + 0.9959))
    writer.flush()
    assert store.records[0]["timestamp"] == "2026-11-22T00:02:03.999Z"
