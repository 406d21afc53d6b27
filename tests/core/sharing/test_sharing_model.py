"""Workers that share a circuit, in any order of calls, beats, outages, crashes and commands."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from clocks import ManualClock
from core.sharing.simulated import NAME, NaiveStore, Worker, beats
from failsoft.machines.breaker import Permit
from failsoft.outcome import Verdict
from failsoft.policies.circuit_breaker import CircuitBreaker
from models import Model, looking

OPTIONS = CircuitBreaker(
    failure_threshold=2,
    open_duration=6.0,
    open_multiplier=2.0,
    max_open_duration=20.0,
    half_open_calls=3,
    half_open_concurrency=2,
    half_open_max_wait=8.0,
)
WORKERS = 3
numbers = st.integers(0, WORKERS - 1)
verdicts = st.sampled_from([Verdict.SUCCESS, Verdict.FAILURE, Verdict.FAILURE, Verdict.IGNORE])


class Sharing(Model):
    """While a worker is answered, its probes are those of all; together they send no more than one worker would."""

    @initialize(lag=st.sampled_from([0.0, 0.0, 0.05, 0.1]))
    def begin(self, lag: float) -> None:
        self.clock = ManualClock()
        self.store = NaiveStore(self.clock, lag=lag)
        self.workers = [Worker(self.store, OPTIONS) for _ in range(WORKERS)]
        self.out: list[tuple[Worker, Permit, int]] = []
        self.sent: dict[int, int] = {}
        for worker in self.workers:
            worker.once()

    def era(self) -> int:
        """The open period that everybody could know of; 0 if there is none."""
        word = self.store.words.get(NAME)
        return word.era if word is not None and word.state == "open" else 0

    def admitted(self, worker: Worker) -> tuple[Permit, int] | None:
        answer = worker.admit()
        if not isinstance(answer, Permit):
            assert answer.retry_after > 0
            return None
        era = self.era() if answer.probe and not worker.machine.peers.alone else 0
        if era:
            self.sent[era] = self.sent.get(era, 0) + 1
            assert self.sent[era] <= OPTIONS.half_open_calls
        return answer, era

    def settled(self, worker: Worker, permit: Permit, era: int, verdict: Verdict) -> None:
        worker.settle(permit, verdict)
        if era and verdict == Verdict.IGNORE:
            # it found out nothing, and its place is given back
            self.sent[era] -= 1

    @rule(number=numbers, verdict=verdicts, times=st.integers(1, 4))
    def call(self, number: int, verdict: Verdict, times: int) -> None:
        worker = self.workers[number]
        for _ in range(times):
            if (found := self.admitted(worker)) is not None:
                self.settled(worker, *found, verdict)

    @rule(number=numbers)
    def hang(self, number: int) -> None:
        worker = self.workers[number]
        if (found := self.admitted(worker)) is not None:
            self.out.append((worker, *found))

    @precondition(lambda self: self.out)
    @rule(data=st.data(), verdict=verdicts)
    def end(self, data: st.DataObject, verdict: Verdict) -> None:
        worker, permit, era = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        # once it was given up, nothing is given back
        verdict = Verdict.FAILURE if verdict == Verdict.IGNORE and era else verdict
        self.settled(worker, permit, era, verdict)

    @rule(seconds=st.sampled_from([0.2, 1.0, 3.0, 7.0]))
    def time_passes(self, seconds: float) -> None:
        beats(self.workers, seconds)

    @rule(seconds=st.sampled_from([0.1, 2.0, 6.0]))
    def all_stand_still(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(number=numbers)
    def one_beats(self, number: int) -> None:
        self.workers[number].once()

    @rule(number=numbers, away=st.booleans())
    def outage(self, number: int, away: bool) -> None:
        (self.store.away.add if away else self.store.away.discard)(self.workers[number].name)

    @rule(number=numbers)
    def crash(self, number: int) -> None:
        self.workers[number] = Worker(self.store, OPTIONS)

    @rule(number=numbers, verb=st.sampled_from(["reset", "reset", "force_open", "disable", "metrics_only"]))
    def command(self, number: int, verb: str) -> None:
        getattr(self.workers[number].breaker, verb)()

    def teardown(self) -> None:
        """Whatever has happened: once all are answered, they agree, and a healthy service is found out to be so."""
        if not hasattr(self, "workers"):
            return
        self.store.away.clear()
        for worker, permit, _ in self.out:
            worker.settle(permit, Verdict.FAILURE)
        beats(self.workers, 20.0)
        assert len({worker.state.replace("half_open", "open") for worker in self.workers}) == 1
        if self.workers[0].state not in ("open", "closed", "half_open"):
            self.workers[0].breaker.reset()
        for _ in range(80):
            for worker in self.workers:
                worker.call(Verdict.SUCCESS)
            beats(self.workers, 1.0)
        assert [worker.state for worker in self.workers] == ["closed"] * WORKERS


TestSharing = Sharing.TestCase
TestSharing.settings = looking(60, 50)
