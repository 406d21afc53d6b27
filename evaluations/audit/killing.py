"""Killed at random moments, again and again: what had been answered, and what of it is on record?"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing

from evaluations.audit.load import Answer, quantile
from evaluations.audit.trial import Outcome, Trial, loading, trial

__all__ = ["killed"]

_WHOLE = 0.1
"""How often the whole server is killed, and not one of its workers."""
_HELD = (0.0, 0.3, 8.0)
"""Seconds for which the store is locked, where it is: also longer than an answer waits for its record."""
WINDOW = 0.05
"""Seconds that records wait for others, in batched mode."""


def killed(kind: str, durability: str, rounds: int, seed: int, *, pause: float = 0.0, trouble: bool = False) -> Outcome:
    """Kill a server under load.

    Parameters:
        pause: of each of eight clients, in seconds; 0: as much load as the server bears.
        trouble: the store is locked every now and then, so that records go to the journal.
    """
    rng, outcome = random.Random(seed), Outcome()
    deaths = Deaths()
    with trial(kind, workers=2, durability=durability, seal_interval="2s") as made:
        made.server.start()
        with loading(made, clients=8, pause=pause) as load:
            for number in range(rounds):
                if made.server.process is None:
                    made.server.start()
                if not load.wait_for(rng.randint(5, 60)):
                    outcome.faults.append(f"round {number}: the server no longer answers")
                    break
                held = rng.choice(_HELD) if trouble else 0.0
                locked = threading.Thread(target=_lock, args=(made, held))
                if held:
                    locked.start()
                time.sleep(rng.uniform(0.0, max(held, 0.4)))
                _kill(made, rng, deaths)
                if held:
                    locked.join()
        made.settle()
        missing = made.reckon(load.answers, outcome)
    ages = [age for answer in missing if (age := deaths.age(answer)) is not None]
    living = len(missing) - len(ages)
    outcome.figures |= {"kills": rounds, "requests cut off": load.broken}
    outcome.demand(not living, f"{living} answers of processes that were not killed have no record")
    if durability == "sync":
        waited = sorted(round(answer.took, 2) for answer in missing)
        outcome.demand(not missing, f"{len(missing)} answers have no record; they took {waited[:1]} to {waited[-1:]} s")
    else:
        late = sum(age > WINDOW for age in ages)
        most = max(Counter(answer.worker for answer in missing).values(), default=0)
        outcome.figures |= {
            "most of one process": most,
            "median of them ms": round(1e3 * quantile(ages, 0.5), 1),
            "oldest of them ms": round(1e3 * max(ages, default=0.0), 1),
            "p99 of them ms": round(1e3 * quantile(ages, 0.99), 1),
            "older than 50 ms": late,
        }
    return outcome


class Deaths:
    """When which process was killed."""

    def __init__(self) -> None:
        self._of = dict[int, float]()
        self._whole = list[float]()

    def note(self, pid: int | None) -> None:
        """A process was killed just now; None: all that lived."""
        if pid is None:
            self._whole.append(time.monotonic())
        else:
            self._of.setdefault(pid, time.monotonic())

    def age(self, answer: Answer) -> float | None:
        """How long before the death of its process an answer had left, in seconds. None: it was not killed."""
        died = [at for at in (*self._whole, self._of.get(answer.worker, -1.0)) if at >= answer.at]
        return min(died) - answer.at if died else None


def _kill(made: Trial, rng: random.Random, deaths: Deaths) -> None:
    pids = made.server.pids()
    pid = None if rng.random() < _WHOLE or not pids else rng.choice(pids)
    if pid is None:
        made.server.kill()
    else:
        os.kill(pid, signal.SIGKILL)
    deaths.note(pid)


def _lock(made: Trial, seconds: float) -> None:
    """Hold the store's lock for a while, as somebody would with a transaction of their own."""
    with closing(sqlite3.connect(made.database, timeout=30, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
