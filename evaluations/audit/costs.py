"""What it costs: queueing a record, waiting for it, and the memory of a process in a storm of failures."""

from __future__ import annotations

import gc
import os
import tempfile
import time
from typing import Any

from evaluations.audit.load import quantile
from evaluations.audit.servers import KEY, memory
from evaluations.audit.trial import Outcome, loading, trial

__all__ = ["latency", "queueing", "storm"]

_MODES: dict[str, dict[str, Any] | None] = {"none": None, "batched": {}, "sync": {"durability": "sync"}}
_MOST = 10e-6
"""What queueing may cost, in seconds."""


def queueing(rounds: int = 20) -> Outcome:
    """What a request pays for its record: the call that queues it, while the writer is at work on those before."""
    import logging

    from failsoft import Failsoft
    from failsoft.events import ErrorHandled

    logging.getLogger("failsoft").setLevel(logging.CRITICAL + 1)
    outcome, seen = Outcome(), list[ErrorHandled]()
    os.environ["AUDIT_KEY"] = KEY
    with tempfile.TemporaryDirectory(prefix="failsoft-audit-") as folder:
        audit = {"url": f"sqlite:///{folder}/audit.db", "keys": {"active": "k1", "ring": {"k1": "env:AUDIT_KEY"}}}
        with Failsoft({"audit": audit}) as fs, Failsoft({}) as without:
            unsubscribe = fs.events.subscribe(seen.append, ErrorHandled)
            try:
                raise RuntimeError("the shelf has no bottom")
            except RuntimeError as error:
                fs.handle(error)
            unsubscribe()
            (event,) = seen
            ways = {
                "a record of one's own": lambda: fs.audit.record("shelf.counted", number=1),
                "a failure": lambda: fs.publish(event),
                "a failure, no audit trail": lambda: without.publish(event),
            }
            costs: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(rounds):
                for name, put in ways.items():
                    costs[name] += _timed(put)
                    fs.flush(60)
            dropped = fs.audit.writer.dropped if fs.audit.writer is not None else 0
    for name, some in costs.items():
        for share in (0.5, 0.99):
            outcome.figures[f"{name}: p{100 * share:g} µs"] = round(quantile(some, share) * 1e6, 2)
    added = quantile(costs["a failure"], 0.5) - quantile(costs["a failure, no audit trail"], 0.5)
    outcome.figures["added to a failure: p50 µs"] = round(added * 1e6, 2)
    outcome.demand(added <= _MOST, "queueing a failure costs more than 10 µs")
    outcome.demand(quantile(costs["a record of one's own"], 0.5) <= _MOST, "queueing a record costs more than 10 µs")
    outcome.demand(not dropped, f"{dropped} were dropped, which is cheaper than queueing")
    return outcome


def _timed(put: Any, count: int = 1000) -> list[float]:
    """Seconds that each call took. Less than fit into the queue, so that none is dropped."""
    clock, costs = time.perf_counter, [0.0] * count
    gc.collect()
    for number in range(count):
        begun = clock()
        put()
        costs[number] = clock() - begun
    return costs


def latency(kind: str, clients: int, count: int, rounds: int = 3) -> Outcome:
    """How long the answer to a failure takes without a trail, batched and in sync mode, in interleaved rounds."""
    outcome = Outcome()
    took: dict[str, list[float]] = {mode: [] for mode in _MODES}
    for _ in range(rounds):
        for mode, audit in _MODES.items():
            with trial(kind, **(audit or {})) as made:
                if audit is None:
                    del made.server.settings["audit"], made.server.settings["endpoints"]
                made.server.start()
                with loading(made, clients=clients) as load:
                    load.wait_for(count // 10)
                    warm = len(load.answers)
                    load.wait_for(count)
                took[mode] += [answer.took for answer in load.answers[warm:]]
                made.server.stop()
    for mode, values in took.items():
        outcome.figures |= {
            f"{mode}: p50 ms": round(1e3 * quantile(values, 0.5), 2),
            f"{mode}: p99 ms": round(1e3 * quantile(values, 0.99), 2),
        }
    for share in ("p50", "p99"):
        figures = outcome.figures
        figures[f"added by sync: {share} ms"] = round(figures[f"sync: {share} ms"] - figures[f"none: {share} ms"], 2)
    return outcome


def storm(kind: str, seconds: float, *, away: bool = False) -> Outcome:
    """The memory of a process that handles failures as fast as it can.

    Parameters:
        away: the store is locked all the time.
    """
    import sqlite3
    from contextlib import closing

    outcome, most, failures = Outcome(), list[int](), 0
    with trial(kind) as made:
        made.server.start()
        made.server.get("/burst/500")
        (pid,) = made.server.pids()
        first, _ = memory(pid)
        with closing(sqlite3.connect(made.database, timeout=30, isolation_level=None)) as connection:
            if away:
                connection.execute("BEGIN IMMEDIATE")
            begun = time.monotonic()
            while time.monotonic() - begun < seconds:
                status, _ = made.server.get("/burst/2000")
                outcome.demand(status == 200, f"the storm was answered with {status}")
                failures += 2000
                most.append(memory(pid)[0])
            state = made.server.get("/state")[1]
            _, peak = memory(pid)
            if away:
                connection.execute("ROLLBACK")
        third = max(len(most) // 3, 1)
        outcome.figures |= {
            "seconds": round(time.monotonic() - begun),
            "failures": failures,
            "failures a second": round(failures / (time.monotonic() - begun)),
            "records dropped": state["dropped"],
            "resident MB before": round(first / 1024),
            "first third MB": round(max(most[:third]) / 1024),
            "last third MB": round(max(most[-third:]) / 1024),
            "peak MB": round(peak / 1024),
        }
        made.settle()
        made.reckon([], outcome)
    return outcome
