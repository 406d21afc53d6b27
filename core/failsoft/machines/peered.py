"""A circuit breaker that several workers have in common, each with a machine of its own.

It decides by itself, as every breaker does, with two differences: it follows where others say that the circuit stands,
and it probes only while it holds the lease, or while nobody can be asked.
"""

from __future__ import annotations

from failsoft.machines.breaker import BreakerMachine
from failsoft.machines.circuit import BreakerRules, BreakerSnapshot, Permit, Rejection, State
from failsoft.machines.peers import Peers, Progress, Standing
from failsoft.machines.window import WindowCounts

__all__ = ["PeeredMachine"]

_WAITING = (State.OPEN, State.HALF_OPEN)
_NUMBERS = {state: number for number, state in enumerate(State)}
_SOON = 1.0
"""Seconds after which to try again where another worker probes."""
_NEAR = 0.5


class PeeredMachine(BreakerMachine):
    """One worker's machine of a shared circuit.

    Parameters:
        peers: what it knows of the others.
    """

    __slots__ = ("_quiet", "peers")

    def __init__(self, rules: BreakerRules, peers: Peers) -> None:
        self.peers = peers
        self._quiet = 0
        super().__init__(rules)

    def admit(self, now: float) -> Permit | Rejection:
        """As any breaker; after the open period only with leave to probe."""
        if not self.closed and self.state in _WAITING and now >= self.shut_until:
            self._lose_probes(now)
            if now >= self.shut_until and not self.peers.called(now):
                return Rejection(self.state, self._wait(now))
        return super().admit(now)

    def follow(self, state: State, until: float, rounds: int, reason: str, now: float) -> None:
        """Stand where other workers say that the circuit stands.

        Parameters:
            until: end of the open period, in monotonic seconds.
            rounds: rounds of probes that failed since the circuit was last closed.
        """
        if state in _WAITING:
            if self.state != State.OPEN:
                self._change(_NUMBERS[State.OPEN], now, reason)
            self._rounds_failed = rounds
            self._period = self._rules.period_after(rounds)
            self._opened_at = min(now, until - self._period)
            # the others may have been told how long it is to be
            self._stated = until - self._period > now + _NEAR
            self.shut_until = until
        elif state != State.CLOSED or not self.closed:
            self._command(_NUMBERS[state], now, reason)
        elif reason == "reset":
            self.reset(now)

    @property
    def told(self) -> int:
        """The number of the generation, as the others are told it. Those that began with nothing to tell do not count.

        May be read without the lock.
        """
        return self.generation - self._quiet

    def restore(self, snapshot: BreakerSnapshot, age: float, now: float) -> None:
        """As any breaker. A closed circuit that is closed again is no news: what it counts is its own."""
        before, closed = self.generation, self.closed
        super().restore(snapshot, age, now)
        if closed and self.closed:
            self._quiet += self.generation - before

    def lend(self, until: float, progress: Progress) -> None:
        """Leave to probe until then, going on with what others have found out in this round."""
        peers = self.peers
        peers.probe_until, peers.progress, peers.turned_away = until, progress, 0
        known = self._round.progress
        ahead = progress.successes + progress.failures > known.successes + known.failures
        if self.state == State.HALF_OPEN and ahead and not self._round.in_flight:
            self._round.resume(progress)

    def stand_alone(self, now: float) -> None:
        """The others cannot be asked any more: probe at one's own risk, and not at the same time as they."""
        peers = self.peers
        if not peers.alone:
            peers.alone, peers.progress = True, Progress()
            if self.state == State.OPEN:
                self.shut_until = max(self.shut_until, now) + self._period * peers.spread

    def standing(self) -> Standing:
        """How it stands, for the others."""
        peers, history = self.peers, self.history
        return Standing(
            state=self.state,
            generation=self.told,
            until=self.shut_until,
            rounds=self._rounds_failed,
            reason=history[-1].reason if history else "",
            probing=self._round.in_flight,
            progress=self._round.progress if self.state == State.HALF_OPEN else peers.progress,
            turned_away=peers.turned_away,
            called_at=peers.called_at,
        )

    @property
    def failing(self) -> bool:
        """The window held failures or slow calls when it was last asked. May be read without the lock."""
        return bool(self._window.failures or self._window.slow)

    @property
    def place(self) -> int:
        """Moves with the calls that are recorded, if old ones leave by being replaced."""
        return self._window.place

    def counts(self, now: float) -> WindowCounts:
        """What the window holds."""
        self.gather()
        return self._window.counts(now)

    def judge(self, others: WindowCounts, now: float) -> None:
        """Judge the rates over this window and those of the others together. Only a closed circuit can open."""
        if self.closed:
            self.gather()
            own = self._window.counts(now)
            total = own.total + others.total
            self._judge_rates(total, own.failures + others.failures, own.slow + others.slow, now)

    def _begin_round(self) -> None:
        self._round.resume(self.peers.progress)

    def _put_off(self, now: float) -> bool:
        """The open period is over, and another worker probes."""
        return now >= self.shut_until and not self.peers.may_probe(now)

    def _turns_away(self, now: float) -> bool:
        return self._put_off(now) or super()._turns_away(now)

    def _wait(self, now: float) -> float:
        if self.state in _WAITING and self._put_off(now):
            return min(_SOON, self._rules.open_duration)
        wait = super()._wait(now)
        if self.peers.alone and self.state == State.HALF_OPEN and now >= self._round.lease_end:
            wait += self._longer_period() * self.peers.spread
        return wait

    def _open(self, at: float, reason: str) -> None:
        super()._open(at, reason)
        if self.peers.alone:
            self.shut_until += self._period * self.peers.spread
