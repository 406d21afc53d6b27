"""Workers that share circuits, in one process and by one clock: real breakers and exchanges, a naive store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from clocks import ManualClock
from failsoft.beat import Beat
from failsoft.events import Event
from failsoft.machines.breaker import Permit, Rejection
from failsoft.machines.peered import PeeredMachine
from failsoft.machines.shared import Member, Word
from failsoft.outcome import Verdict
from failsoft.policies.circuit_breaker import Breaker, CircuitBreaker
from failsoft.policies.shared_breaker import SharedBreakers
from failsoft.policies.sharing import BreakerSharing
from failsoft.stores import Heard, Mark, Put

NAME = "guard:payments"


@dataclass
class NaiveStore:
    """Keeps everything in a dictionary, and answers with all of it."""

    clock: ManualClock
    epoch: int = 1
    number: int = 0
    born: float = 0.0
    words: dict[str, Word] = field(default_factory=dict)
    reports: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    """Workers that it does not answer."""
    lag: float = 0.0
    """Seconds on the way there, and again on the way back."""

    def __post_init__(self) -> None:
        self.born = self.clock.time() - 60.0

    def empty(self) -> None:
        self.epoch += 1
        self.number = 0
        self.born = self.clock.time()
        self.words.clear()
        self.reports.clear()

    def exchange(self, worker: str, mark: Mark, puts: Sequence[Put], report: bytes | None) -> Heard:
        self.clock.advance(self.lag)
        if worker in self.away:
            raise OSError("away")
        refused = set()
        for name, word in puts:
            known = self.words.get(name, Word())
            if mark.epoch != str(self.epoch) or known.version + 1 != word.version:
                refused.add(name)
                continue
            self.words[name] = word
            self.number += 1
        now = self.clock.time()
        if report is not None:
            self.reports[worker] = (now, report)
        fresh = {name: text for name, (at, text) in self.reports.items() if text and now - at < 5.0}
        heard = Heard(now, self.born, Mark(str(self.epoch), self.number), frozenset(refused), dict(self.words), fresh)
        self.clock.advance(self.lag)
        return heard


class Worker:
    """One process, as far as this concerns it."""

    def __init__(self, store: NaiveStore, options: CircuitBreaker, *, max_age: float = 600.0) -> None:
        self.clock = store.clock
        self.store = store
        self.events: list[Event] = []
        self.reported: list[BaseException] = []
        self.breakers = SharedBreakers(self.clock, self.events.append)
        self.beat = Beat(
            _Opened(),
            self.clock,
            changed=lambda *_: None,
            report=lambda _, error: self.reported.append(error),
        )
        self.sharing = BreakerSharing(self.breakers, store, self.beat, self.clock, max_age=max_age, spread=lambda: 0.1)
        self.beat.attach(self.sharing)
        found = self.breakers.obtain(NAME, options)
        assert found is not None
        self.breaker: Breaker = found

    @property
    def name(self) -> str:
        return self.sharing.worker

    @property
    def machine(self) -> PeeredMachine:
        machine = self.breaker.machine
        assert isinstance(machine, PeeredMachine)
        return machine

    @property
    def member(self) -> Member:
        return self.sharing._links[NAME].member

    @property
    def state(self) -> str:
        return self.breaker.state

    def once(self) -> None:
        self.beat.once()
        assert self.reported == []

    def admit(self) -> Permit | Rejection:
        return self.breaker.admit(self.clock.monotonic())

    def settle(self, permit: Permit, verdict: Verdict) -> None:
        self.breaker.settle(permit, verdict, self.clock.monotonic())

    def call(self, verdict: Verdict) -> Permit | Rejection:
        answer = self.admit()
        if isinstance(answer, Permit):
            self.settle(answer, verdict)
        return answer


class _Opened:
    errors = (OSError,)

    def close(self) -> None:
        """There is nothing."""

    def forget(self) -> None:
        """There is nothing."""


def beats(workers: Sequence[Worker], seconds: float) -> None:
    """Let time pass, with a beat of each worker every 0.2 seconds."""
    clock = workers[0].clock
    end = clock.monotonic() + seconds
    while clock.monotonic() < end:
        clock.advance(0.2)
        for worker in workers:
            worker.once()
