"""How many audit records `failsoft audit verify` compares in a second.

`python -m benchmarks.audit_verify [RECORDS] [--server URL]`: one lane of failures with sealed fields, sealed every
10,000 records, verified five times with what a verifier may have at hand. Medians and the best, by the CPU time of this
process and by the clock.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.audit_write import KEYS, event
from failsoft.audit.deeds import trail_opened
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.opening import Store, open_store
from failsoft.audit.records import RecordContext, failure_handled
from failsoft.audit.verifying import verify
from failsoft.sanitize.sanitizer import Sanitizer

DATABASE = "failsoft_bench_verify"
BATCH, SEAL, ROUNDS = 1_000, 10_000, 5
MODES: dict[str, dict[str, Any]] = {
    "keys": {"keys": KEYS},
    "keys, `--fields`": {"keys": KEYS, "fields": True},
    "public keys": {"public": KEYS.public},
}


def fill(store: Store, total: int) -> None:
    context = RecordContext(sanitizer=Sanitizer(), service="shop", environment="production", host="web-1")
    lane = Lane(new_lane_id(time.time()), keys=KEYS, encrypt=True)
    store.append([lane.encode(trail_opened(1.8e9, context))])
    for first in range(0, total, BATCH):
        store.append([lane.encode(failure_handled(event(number), context)) for number in range(first, first + BATCH)])
        if lane.unsealed >= SEAL:
            store.state(lane.seal(int(1.8e15), {}))
    store.close()


def show(where: str, store: Store) -> None:
    for name, mode in MODES.items():
        clock, cpu = [], []
        for _ in range(ROUNDS):
            begun, used = time.perf_counter(), time.process_time()
            report = verify(store, **mode)
            clock.append(report.entries / (time.perf_counter() - begun))
            cpu.append(report.entries / (time.process_time() - used))
            assert report.ok, [str(finding) for finding in report.faults]
        figures = (statistics.median(cpu), max(cpu), statistics.median(clock), max(clock))
        print(f"| {where} | {name} | {' | '.join(f'{figure:,.0f}' for figure in figures)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=int, nargs="?", default=100_000)
    parser.add_argument("--server", default=os.environ.get("FAILSOFT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1"))
    options = parser.parse_args()
    print("| store | with | /s by CPU | best | /s by the clock | best |")
    print("|---|---|" + "--:|" * 4)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for scheme in ("sqlite", "jsonl"):
            store = open_store(f"{scheme}:///{folder}/{scheme}")
            store.check()
            fill(store, options.records)
            show(scheme, store)
    server = sa.make_url(options.server).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with suppress(sa.exc.OperationalError), admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {DATABASE}"))
        try:
            store = open_store(server.set(database=DATABASE).render_as_string(hide_password=False))
            store.check()
            fill(store, options.records)
            show("postgresql", store)
        finally:
            connection.execute(sa.text(f"DROP DATABASE {DATABASE} WITH (FORCE)"))


if __name__ == "__main__":
    main()
