"""Workflows, reports, jobs, imports, caches and locks."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from evaluations.classifier.raisers._fresh_f import (
    bug,
    closed_port,
    contention,
    link,
    not_there,
    peer,
    ran_out,
    rule,
    settings,
    silent,
    stored,
    wrong_input,
)


class State(Enum):
    DRAFT = 1
    APPROVED = 2
    DONE = 3


class TransitionNotAllowed(Exception):
    def __init__(self, source: State, target: State) -> None:
        super().__init__(f"{source.name} -> {target.name} is not an allowed transition")


@rule()
def fresh_f_workflow_transition() -> None:
    raise TransitionNotAllowed(State.DONE, State.DRAFT)


class ApprovalMissing(Exception):
    pass


@rule()
def fresh_f_workflow_approval_missing() -> None:
    raise ApprovalMissing("two approvals are required, there is one")


class JobAlreadyFinished(Exception):
    pass


@rule()
def fresh_f_jobs_already_finished() -> None:
    raise JobAlreadyFinished("job 91 is finished and cannot be cancelled")


@rule()
def fresh_f_reports_period_open() -> None:
    class PeriodStillOpen(Exception):
        code = "period_open"

    raise PeriodStillOpen("annual statements are available once the year is closed")


class VorgangAbgeschlossen(Exception):
    pass


@rule()
def fresh_f_workflow_vorgang_abgeschlossen() -> None:
    raise VorgangAbgeschlossen("Der Vorgang ist bereits abgeschlossen und kann nicht mehr geändert werden")


class JobNotFound(Exception):
    pass


@not_there()
def fresh_f_jobs_not_found() -> None:
    raise JobNotFound("no job with id 7f3a")


class ReportDoesNotExist(LookupError):
    pass


@not_there()
def fresh_f_reports_does_not_exist() -> None:
    raise ReportDoesNotExist("report 'turnover-2019' does not exist")


@dataclass
class ImportRowError(Exception):
    row: int
    column: str
    problem: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column!r}: {self.problem}"


@wrong_input()
def fresh_f_import_row_error() -> None:
    raise ImportRowError(17, "price", "not a number")


@wrong_input()
def fresh_f_import_rows_group() -> None:
    raise ExceptionGroup(
        "the uploaded file has errors",
        [ImportRowError(3, "sku", "is required"), ImportRowError(9, "price", "must be positive")],
    )


class UnreadableSpreadsheet(Exception):
    pass


@wrong_input((400, 415, 422))
def fresh_f_import_unreadable_spreadsheet() -> None:
    raise UnreadableSpreadsheet("the file you uploaded is not an Excel workbook")


class InvalidCronExpression(ValueError):
    pass


@wrong_input()
def fresh_f_jobs_invalid_cron() -> None:
    raise InvalidCronExpression("'61 * * * *': minute must be between 0 and 59")


class LockNotAcquired(Exception):
    def __init__(self, name: str, waited: float) -> None:
        super().__init__(f"lock {name!r} was not acquired within {waited} s")


@contention(503)
def fresh_f_locks_not_acquired() -> None:
    lock = threading.Lock()
    with lock:
        if not lock.acquire(timeout=0.02):
            raise LockNotAcquired("invoice-run", 0.02)


class ImportAlreadyRunning(Exception):
    pass


@contention()
def fresh_f_import_already_running() -> None:
    raise ImportAlreadyRunning("an import for this tenant is running, wait until it is done")


class LeaseLost(Exception):
    pass


@contention((409, 503))
def fresh_f_jobs_lease_lost() -> None:
    raise LeaseLost("lease was taken over by another worker")


class OptimisticLockError(Exception):
    pass


@contention(
    (409, 503),
    transient=True,
    severity="medium",
    note="The version is that of our own read and write; the request reads again when it is repeated.",
)
def fresh_f_workflow_retries_after_conflicts() -> None:
    raise OptimisticLockError("gave up after 3 attempts: row was updated concurrently each time")


class QueueFull(Exception):
    pass


@ran_out(transient=True, status=(429, 503), severity="medium")
def fresh_f_jobs_queue_full() -> None:
    raise QueueFull("job queue has reached its capacity of 1000")


@ran_out(transient=True, status=503, severity="medium")
def fresh_f_reports_no_connection_left() -> None:
    class ReportFailed(Exception):
        pass

    engine = create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.05)
    with engine.connect():
        try:
            engine.connect()
        except SQLAlchemyError as exc:
            raise ReportFailed("turnover report") from exc


@ran_out(transient=False, status=(500, 503, 507), severity="critical")
def fresh_f_reports_disk_full() -> None:
    raise RuntimeError("cannot write report: no space left on device")


@link(severity="high", note="A store of ours.")
def fresh_f_cache_redis_refused() -> None:
    class CacheError(Exception):
        pass

    try:
        redis.Redis(port=closed_port(), retry=Retry(NoBackoff(), 0)).get("page:1")
    except redis.RedisError as exc:
        raise CacheError("page cache") from exc


@link(severity="high", note="Our own database.")
def fresh_f_jobs_database_unreachable() -> None:
    class DatabaseUnreachable(Exception):
        pass

    try:
        socket.create_connection(("127.0.0.1", closed_port()), timeout=1)
    except OSError as exc:
        raise DatabaseUnreachable("no connection to the primary database") from exc


@link(504)
def fresh_f_import_source_timeout() -> None:
    class ImportSourceError(Exception):
        pass

    with silent() as port, socket.create_connection(("127.0.0.1", port), timeout=0.1) as connection:
        try:
            connection.recv(1)
        except OSError as exc:
            raise ImportSourceError("supplier feed was not read") from exc


@link(504)
def fresh_f_import_group_of_timeouts() -> None:
    raise ExceptionGroup(
        "feeds not loaded", [TimeoutError("supplier a did not respond"), TimeoutError("supplier b did not respond")]
    )


class FeedProviderFailure(Exception):
    pass


@peer(transient=True)
def fresh_f_import_feed_503_after_retries() -> None:
    raise FeedProviderFailure("giving up after 5 attempts, last answer was 503 Service Unavailable")


@peer(transient=False)
def fresh_f_import_feed_not_xml() -> None:
    raise FeedProviderFailure("supplier delivered a feed that is not valid XML")


@peer(transient=False)
def fresh_f_reports_renderer_500() -> None:
    class PdfServiceError(Exception):
        pass

    raise PdfServiceError("PDF service replied 500: internal error")


class JobPayloadCorrupt(Exception):
    pass


@stored()
def fresh_f_jobs_payload_corrupt() -> None:
    try:
        json.loads('{"job": "mail"')
    except json.JSONDecodeError as exc:
        raise JobPayloadCorrupt("stored payload of job 91 is corrupt") from exc


@stored((400, 409, 422, 500), severity="medium")
def fresh_f_jobs_foreign_key() -> None:
    class StoreError(Exception):
        pass

    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("pragma foreign_keys = on"))
        connection.execute(text("create table runs (id integer primary key)"))
        connection.execute(text("create table steps (run integer references runs (id))"))
        try:
            connection.execute(text("insert into steps values (5)"))
        except SQLAlchemyError as exc:
            raise StoreError("step was not saved") from exc


@stored((400, 409, 422, 500), severity="medium")
def fresh_f_import_not_null() -> None:
    class BatchInsertFailed(Exception):
        pass

    store = sqlite3.connect(":memory:")
    store.execute("create table prices (amount integer not null)")
    try:
        store.execute("insert into prices values (null)")
    except sqlite3.IntegrityError as exc:
        raise BatchInsertFailed("batch 4 was rolled back") from exc
    finally:
        store.close()


@stored((500, 503), severity="critical")
def fresh_f_jobs_database_damaged() -> None:
    class QueueStoreError(Exception):
        pass

    file = Path(tempfile.mkdtemp()) / "jobs.sqlite"
    store = sqlite3.connect(file)
    store.executescript("create table jobs (id integer); insert into jobs values (1);")
    store.close()
    content = bytearray(file.read_bytes())
    content[4096:4196] = b"\xff" * 100
    file.write_bytes(content)
    store = sqlite3.connect(file)
    try:
        store.execute("select * from jobs").fetchall()
    except sqlite3.DatabaseError as exc:
        raise QueueStoreError("jobs could not be read") from exc
    finally:
        store.close()
        shutil.rmtree(file.parent)


@stored()
def fresh_f_workflow_snapshot_contradiction() -> None:
    class WorkflowStateCorrupted(Exception):
        pass

    raise WorkflowStateCorrupted("stored workflow 12 is in step 'paid' but its history ends with 'draft'")


@settings()
def fresh_f_jobs_broker_url_empty() -> None:
    raise RuntimeError("BROKER_URL is empty: set it to the address of the message broker")


@settings()
def fresh_f_reports_no_such_table() -> None:
    class ReportQueryFailed(Exception):
        pass

    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        try:
            connection.execute(text("select * from turnover_2025"))
        except SQLAlchemyError as exc:
            raise ReportQueryFailed("turnover report") from exc


@settings()
def fresh_f_jobs_schedule_file() -> None:
    class ScheduleConfigError(Exception):
        pass

    raise ScheduleConfigError("schedules.yaml: unknown key 'intervall' in job 'cleanup'")


@bug()
def fresh_f_jobs_worker_died() -> None:
    class WorkerLost(Exception):
        pass

    raise WorkerLost("worker exited prematurely: signal 9 (SIGKILL)")


@bug()
def fresh_f_workflow_recursion() -> None:
    class WorkflowEngineError(Exception):
        pass

    def visit(step: int) -> int:
        return visit(step + 1)

    try:
        visit(0)
    except RecursionError as exc:
        raise WorkflowEngineError("graph could not be walked") from exc


@bug()
def fresh_f_cache_key_type() -> None:
    class CacheKeyError(TypeError):
        pass

    raise CacheKeyError("cache keys must be str, not tuple")


@bug()
def fresh_f_jobs_group_with_a_bug() -> None:
    def step(name: str) -> int:
        return {"load": 1}[name]

    faults: list[Exception] = []
    for name in ("extract", "transform"):
        try:
            step(name)
        except KeyError as exc:
            faults.append(exc)
    raise ExceptionGroup("pipeline failed", faults)
