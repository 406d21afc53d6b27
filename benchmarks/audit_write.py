"""How many audit records a process writes in a second, and where the time goes.

`python -m benchmarks.audit_write [RECORDS] [--server URL]`: failures that were handled become records, sanitized and
built; records become entries, encrypted and chained; entries are stored 256 at a time, as the writer does it. Wall
clock and CPU time of this process, in microseconds for one record: medians over slices of 2,048, and the best slice,
which other processes have disturbed least.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from failsoft.audit.entry import Entry
from failsoft.audit.keys import KeyRing
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.opening import Store, open_store
from failsoft.audit.records import Draft, RecordContext, failure_handled
from failsoft.call import RequestFacts
from failsoft.errors.failure import Failure, Link
from failsoft.errors.taxonomy import Category, Severity
from failsoft.events import ErrorHandled
from failsoft.observers.queued import QueuedWorker
from failsoft.sanitize.sanitizer import Sanitizer

DATABASE = "failsoft_bench_write"
SLICE, BATCH = 2_048, 256
FRAMES = (("shop/app.py", 3, "main"), ("shop/quotes.py", 17, "Quotes.last"), ("shop/client.py", 88, "Client.get"))
KEYS = KeyRing({"2026-11": bytes(range(32))}, "2026-11")
Times = dict[str, list[tuple[float, float]]]


def event(number: int) -> ErrorHandled:
    """A failure like others, but in what tells them apart."""
    message = f"quote service answered 503 for symbol ACME{number} in shop {number % 7}"
    made = Failure(
        type="shop.QuoteError", category=Category.EXTERNAL_SERVICE, severity=Severity.MEDIUM, transient=True,
        recoverable=False, status=500, code="QUOTE_ERROR", confidence=0.9,
        error_id=f"0199aaaa-0000-7000-8000-{number:012x}", timestamp=1.8e9,
        links=(Link("shop.QuoteError", message, FRAMES, ""),),
    )  # fmt: skip
    return ErrorHandled(
        at=1.8e9 + number / 1e4, endpoint="GET /quotes/{symbol}", policy="upstream", request_id=f"req-{number}",
        failure=made, status=500, result="unhandled", source="asgi", duration=0.25, trace_id=f"{number:032x}",
        facts=RequestFacts(method="GET", path=f"/quotes/ACME{number}", client=f"192.0.2.{number % 250}", host="shop"),
    )  # fmt: skip


def built(numbers: Sequence[int]) -> list[Draft]:
    return [partial(failure_handled, event(number)) for number in numbers]


def timed(times: list[tuple[float, float]], action: Callable[[], None], count: int) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    times.append(((time.perf_counter() - wall) / count * 1e6, (time.process_time() - cpu) / count * 1e6))


def store_all(store: Store, entries: Sequence[Entry]) -> None:
    for first in range(0, len(entries), BATCH):
        store.append(entries[first : first + BATCH])


def measure(store: Store, total: int) -> Times:
    """What each step of a record takes."""
    lane = Lane(new_lane_id(time.time()), keys=KEYS, encrypt=True)
    context = RecordContext(sanitizer=Sanitizer(), service="shop", environment="production", host="web-1")
    times: Times = {"build and sanitize": [], "encode": [], "store": []}
    for first in range(0, total, SLICE):
        drafts = built(range(first, first + SLICE))
        records: list[dict[str, object]] = []
        entries: list[Entry] = []
        timed(times["build and sanitize"], lambda: records.extend(draft(context) for draft in drafts), SLICE)
        for number, record in enumerate(records):
            record["request"]["user"] = f"user-{(first + number) * 7919 % 100_000}"  # type: ignore[index]
        timed(times["encode"], lambda: entries.extend(map(lane.encode, records)), SLICE)
        timed(times["store"], lambda: store_all(store, entries), SLICE)
    store.close()
    return times


def queueing() -> Times:
    """What the request's own thread pays."""
    worker: QueuedWorker[Draft] = QueuedWorker(lambda drafts: None, size=SLICE * 2)
    times: Times = {"put": []}
    for first in range(0, 16 * SLICE, SLICE):
        drafts = built(range(first, first + SLICE))
        timed(times["put"], lambda: [worker.put(draft) for draft in drafts] and None, SLICE)
        worker.flush()
    worker.close()
    return times


def show(where: str, times: Times) -> None:
    columns = [
        {step: pick(slice_[which] for slice_ in found) for step, found in times.items()}
        for which in (0, 1)
        for pick in (statistics.median, min)
    ]
    groups = {step: (step,) for step in times}
    if "store" in times:
        groups |= {"**encode and store**": ("encode", "store"), "**all**": tuple(times)}
    for name, steps in groups.items():
        sums = [sum(column[step] for step in steps) for column in columns]
        cells = [f"{value:.1f}" for value in sums] + [f"{1e6 / value:,.0f}" for value in sums[1:]]
        print(f"| {where} | {name} | {' | '.join(cells)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=int, nargs="?", default=100_000)
    parser.add_argument("--server", default=os.environ.get("FAILSOFT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1"))
    options = parser.parse_args()
    print("| store | step | µs | best | CPU µs | best | /s: best | by CPU | by best CPU |")
    print("|---|---|" + "--:|" * 7)
    show("queue", queueing())
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for name, full_sync in (("audit.db", False), ("sync.db", True), ("audit.jsonl", False)):
            scheme = "sqlite" if name.endswith("db") else "jsonl"
            store = open_store(f"{scheme}:///{folder}/{name}", full_sync=full_sync)
            store.check()
            show(f"{scheme}{', full sync' if full_sync else ''}", measure(store, options.records))
    server = sa.make_url(options.server).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with suppress(sa.exc.OperationalError), admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {DATABASE}"))
        try:
            store = open_store(server.set(database=DATABASE).render_as_string(hide_password=False))
            store.check()
            show("postgresql", measure(store, options.records))
        finally:
            connection.execute(sa.text(f"DROP DATABASE {DATABASE} WITH (FORCE)"))


if __name__ == "__main__":
    main()
