"""The circuit breaker as a pure state machine.

    closed     calls pass and are counted         -> open       too many failures in a row, or too high a rate
    open       calls are rejected                 -> half_open  at the first admission after the open period
    half_open  a few probes pass                  -> closed     enough of them succeeded
                                                  -> open       that can no longer happen, or a probe was lost

An operator may put it into forced_open (rejects all), disabled (passes all, counts nothing) or metrics_only (passes
all, counts); only `reset` leads back. `trip` opens it for a stated time.

Every transition starts a new generation. A permit belongs to the generation that issued it, and a result that arrives
in another one is dropped: a late failure does not prolong an open period, and a late success closes nothing.

The machine reads no clock and takes no lock: the caller hands in `now` (monotonic seconds) and holds its own lock
around each method. Transitions are gathered, not announced: whenever `pending` is not 0 after a call, take them with
`drain` under the same lock, and publish them after letting go of it.

A healthy call needs no permit. Read `generation`, then `closed`, both without the lock and in this order; if it is
closed run the call, then `record` it under that generation. A transition in between makes the result a late one. While
`steady` is true, also read without the lock, a success that was not slow need not be recorded: over a window in calls
nothing is to be done, over one in seconds the time of its end is added to `noted`, and counted when somebody looks.

Time passes lazily: nothing happens between calls, but each call finds what a timer would have left. The model is
Nygard's (Release It!, 2007), with the windows and rates of resilience4j; generations and leases are added.
"""

from __future__ import annotations

from collections import deque
from math import inf, isclose

from failsoft.machines.circuit import BreakerRules, BreakerSnapshot, Permit, Rejection, State, Transition
from failsoft.machines.probes import ProbeRound
from failsoft.machines.window import CountWindow, TimeWindow, Window, taken
from failsoft.outcome import Verdict

__all__ = ["BreakerMachine", "BreakerRules", "BreakerSnapshot", "Permit", "Rejection", "State", "Transition"]

_HISTORY = 32

# States are numbers inside, because each call compares them and an enum member costs a look-up in its class.
_STATES = tuple(State)
_CLOSED, _OPEN, _HALF_OPEN, _FORCED_OPEN, _DISABLED, _METRICS_ONLY = range(len(_STATES))
_IGNORE = Verdict.IGNORE


class BreakerMachine:
    """One circuit breaker. The caller holds a lock around every method; the attributes may be read without.

    Parameters:
        rules: taken as valid.
    """

    __slots__ = (
        "_consecutive",
        "_counting",
        "_failure_rate",
        "_failure_run",
        "_history",
        "_minimum",
        "_opened_at",
        "_period",
        "_round",
        "_rounds_failed",
        "_rules",
        "_slow_after",
        "_slow_rate",
        "_state",
        "_stated",
        "_window",
        "closed",
        "generation",
        "noted",
        "pending",
        "shut_until",
        "steady",
    )

    def __init__(self, rules: BreakerRules) -> None:
        self.closed = True
        """The state is closed."""
        self.generation = 0
        """The number of the current generation, never repeated."""
        self.pending = 0
        """Transitions that `drain` would return."""
        self.shut_until = -inf
        """Before this time, in monotonic seconds, every call is rejected for certain."""
        self.steady = False
        self._state = _CLOSED
        self._counting = True
        self._obey(rules)
        self._consecutive = 0
        self._take_window(rules)
        self._round = ProbeRound(rules)
        self._history: tuple[Transition, ...] = ()
        self._opened_at: float | None = None
        self._stated = False
        self._rounds_failed = 0
        self._period = min(rules.open_duration, rules.max_open_duration)

    def _take_window(self, rules: BreakerRules) -> None:
        self._window: Window = _window_of(rules)
        # a deque takes and gives in one step, whatever threads there are
        self.noted: deque[float] | None = None if rules.window_seconds is None else deque()
        """When calls went well that the window does not know yet. None: it need not."""
        self.steady = self.closed and self.noted is not None and not self._consecutive
        """Closed, and the window holds successes only, and is full or one in seconds: one more changes nothing else."""

    def gather(self) -> None:
        """Count what was noted."""
        window = self._window
        if self.noted and isinstance(window, TimeWindow):
            window.successes(sorted(taken(self.noted)))

    def _obey(self, rules: BreakerRules) -> None:
        self._rules = rules
        # What is not set never comes true, so that no call has to ask whether it is set.
        self._failure_run = _or_never(rules.failure_threshold)
        self._failure_rate = _or_never(rules.failure_rate_threshold)
        self._slow_rate = _or_never(rules.slow_call_rate_threshold)
        self._slow_after = _or_never(rules.slow_call_duration)
        in_calls = rules.window_seconds is None
        self._minimum = min(rules.minimum_calls, rules.window) if in_calls else rules.minimum_calls

    @property
    def state(self) -> State:
        """Where it stands. An open period that has ended stays `open` until the next admission."""
        return _STATES[self._state]

    def admit(self, now: float) -> Permit | Rejection:
        """Ask to make one call. May end an open period, or a round whose probe was lost."""
        if self.closed:
            return Permit(self.generation, now)
        self._lose_probes(now)
        if self._state == _OPEN and now >= self.shut_until:
            self._change(_HALF_OPEN, now, "open_duration")
            self._begin_round()
        state = self._state
        if state == _HALF_OPEN and self._round.free():
            permit = Permit(self.generation, now, True)
            self._round.send(permit, now)
            return permit
        if state in (_DISABLED, _METRICS_ONLY):
            return Permit(self.generation, now)
        return Rejection(_STATES[state], self._wait(now))

    def settle(self, permit: Permit, verdict: Verdict, now: float) -> None:
        """Report what became of an admitted call; `Verdict.IGNORE` only gives the permit back.

        A second report for the same probe, and any report from another generation, is dropped.
        """
        if permit.probe:
            self._settle_probe(permit, verdict, now)
        else:
            self.record(permit.generation, verdict, now - permit.started, now)

    def record(self, generation: int, verdict: Verdict, duration: float, now: float) -> None:
        """Report a call that was no probe, and so needed no permit.

        Parameters:
            generation: the generation it was admitted in.
            verdict: success, failure, or neither.
            duration: its own time in seconds, to tell whether it was slow.
            now: when it ended.
        """
        if generation != self.generation or not self._counting:
            return
        self.gather()
        window = self._window
        if not verdict:
            self._consecutive = 0
            window.record(now, False, duration > self._slow_after)
        elif verdict == _IGNORE:
            return
        else:
            self._consecutive += 1
            window.record(now, True, duration > self._slow_after)
        # A success can open the circuit too: it may be the call that makes up the minimum.
        if window.failures or window.slow:
            self.steady = False
            if self.closed:
                self._judge(now)
        elif window.full or self.noted is not None:
            self.steady = self.closed

    def trip(self, now: float, duration: float, reason: str) -> None:
        """Open for a stated time, as when the other side said how long (`Retry-After`).

        Open already, the longer of both periods holds and nothing else changes. Against an operator's word, and for
        a duration that is not above 0, it does nothing. `max_open_duration` bounds it, since others state it.
        """
        self._lose_probes(now)
        if not duration > 0 or self._state not in (_CLOSED, _OPEN, _HALF_OPEN):
            return
        until = now + min(self._rules.max_open_duration, duration)
        if self._state != _OPEN:
            self._open(now, reason)
        elif until <= self.shut_until:
            return
        self.shut_until = until
        self._stated = True

    def reset(self, now: float) -> None:
        """Close and forget: window, row of failures, failed rounds, calls under way."""
        if self.closed:
            self.generation += 1
            self._forget(now)
        else:
            self._command(_CLOSED, now, "reset")

    def force_open(self, now: float) -> None:
        """Reject everything until `reset`."""
        self._command(_FORCED_OPEN, now, "force_open")

    def disable(self, now: float) -> None:
        """Pass everything and count nothing until `reset`."""
        self._command(_DISABLED, now, "disable")

    def metrics_only(self, now: float) -> None:
        """Pass everything and count it, from nothing, until `reset`."""
        self._command(_METRICS_ONLY, now, "metrics_only")

    def restore(self, snapshot: BreakerSnapshot, age: float, now: float) -> None:
        """Stand as a snapshot says that was taken `age` seconds ago, in this process or another.

        The time since then has passed. Probes that were out are lost with those who sent them: a half-open round begins
        again. Results of calls that were admitted before are late ones.

        Raises:
            ValueError: snapshot or age cannot be; then nothing has changed.
        """
        snapshot.check(age)
        rules, shift, state = self._rules, now - age - snapshot.at, _STATES.index(snapshot.state)
        earlier = tuple(moved._replace(at=moved.at + shift) for moved in snapshot.history)
        self._history = (*earlier, *self._undrained())[-_HISTORY:]
        if state == self._state:
            self._enter(state)
        else:
            self._change(state, now, "restore")
        self._window.refill(now, snapshot.counts, snapshot.consecutive_failures, age)
        self._consecutive = snapshot.consecutive_failures
        self._opened_at = None if snapshot.opened_at is None else snapshot.opened_at + shift
        self._rounds_failed = snapshot.rounds_failed
        self._period = rules.period_after(snapshot.rounds_failed)
        self._round.begin()
        if state == _OPEN:
            self.shut_until = now + min(rules.max_open_duration, snapshot.retry_after - age)
            since = self._opened_at
            self._stated = since is None or not isclose(self.shut_until, since + self._period, abs_tol=1e-6)

    def adopt(self, rules: BreakerRules) -> None:
        """Go by other rules from now on, in the same state and generation.

        What was counted stays, unless the window is another one: that begins empty. An open period is as long as the
        new rules say, counted from when it began, unless its length was stated. A half-open round whose terms have
        changed begins again, and the probes that are out belong to it.
        """
        before = self._rules
        self._obey(rules)
        if (rules.window, rules.window_seconds) != (before.window, before.window_seconds):
            self._take_window(rules)
        self._round = self._round.under(rules)
        self._period = rules.period_after(self._rounds_failed)
        if self._state == _OPEN and self._opened_at is not None and not self._stated:
            self.shut_until = self._opened_at + self._period

    def forget_probes(self) -> None:
        """Probes that are out do not come back, and their places are free: the process was forked."""
        self._round.abandon()

    def drain(self) -> tuple[Transition, ...]:
        """The transitions since the last drain, oldest first; past 32 the oldest are lost."""
        fresh = self._undrained()
        self.pending = 0
        return fresh

    def _undrained(self) -> tuple[Transition, ...]:
        return self._history[-self.pending :] if self.pending else ()

    @property
    def history(self) -> tuple[Transition, ...]:
        """The latest transitions, oldest first, at most 32."""
        return self._history

    def snapshot(self, now: float) -> BreakerSnapshot:
        """Everything that can be told at `now`. Changes no state, even where the next admission would."""
        self.gather()
        probing = self._state == _HALF_OPEN
        full = probing and self._turns_away(now)
        rejecting = full or self._state in (_OPEN, _FORCED_OPEN)
        return BreakerSnapshot(
            at=now,
            state=self.state,
            generation=self.generation,
            counts=self._window.counts(now),
            consecutive_failures=self._consecutive,
            opened_at=self._opened_at,
            retry_after=max(0.0, self._wait(now)) if rejecting else 0.0,
            rounds_failed=self._rounds_failed,
            probes_in_flight=self._round.in_flight,
            probes_left=self._round.left if probing else 0,
            probe_successes=self._round.successes,
            probe_failures=self._round.failures,
            history=self.history,
        )

    def _judge(self, now: float) -> None:
        if self._consecutive >= self._failure_run:
            self._open(now, "failure_threshold")
            return
        window = self._window
        self._judge_rates(window.total, window.failures, window.slow, now)

    def _judge_rates(self, total: int, failures: int, slow: int, now: float) -> None:
        if total < self._minimum:
            return
        if failures and failures / total >= self._failure_rate:
            self._open(now, "failure_rate_threshold")
        elif slow and slow / total >= self._slow_rate:
            self._open(now, "slow_call_rate_threshold")

    def _begin_round(self) -> None:
        self._round.begin()

    def _turns_away(self, now: float) -> bool:
        """Whether a half-open circuit would not admit one more probe."""
        return now >= self._round.lease_end or not self._round.free()

    def _settle_probe(self, permit: Permit, verdict: Verdict, now: float) -> None:
        self._lose_probes(now)
        if not self._round.take_back(permit) or verdict == _IGNORE:
            return
        self._round.count(bool(verdict), now - permit.started > self._slow_after)
        reason = self._round.decision()
        if reason == "success_threshold":
            self._change(_CLOSED, now, reason)
            self._forget(now)
        elif reason:
            self._open(now, reason)

    def _lose_probes(self, now: float) -> None:
        lease_end = self._round.lease_end
        if now >= lease_end:
            self._open(lease_end, "half_open_max_wait")

    def _wait(self, now: float) -> float:
        if self._state == _OPEN:
            return self.shut_until - now
        if self._state == _HALF_OPEN:
            left = self._round.lease_end - now
            return min(self._rules.open_duration, left) if left > 0 else left + self._longer_period()
        return self._rules.open_duration

    def _open(self, at: float, reason: str) -> None:
        if self._state == _HALF_OPEN:
            self._rounds_failed += 1
            self._period = self._longer_period()
        self._change(_OPEN, at, reason)
        self._opened_at = at
        self._stated = False
        self.shut_until = at + self._period

    def _longer_period(self) -> float:
        return min(self._rules.max_open_duration, self._period * self._rules.open_multiplier)

    def _command(self, state: int, now: float, verb: str) -> None:
        if state == self._state:
            return
        self._change(state, now, verb)
        if state == _FORCED_OPEN:
            self._opened_at = now
        else:
            self._forget(now)

    def _change(self, state: int, at: float, reason: str) -> None:
        # a tuple, for most circuits never open, and an empty deque takes more than all the rest
        self._history = (*self._history, Transition(_STATES[self._state], _STATES[state], reason, at))[-_HISTORY:]
        self.pending += 1
        self._enter(state)

    def _enter(self, state: int) -> None:
        self.gather()
        self.generation += 1
        self._state = state
        self._counting = state in (_CLOSED, _METRICS_ONLY)
        self.steady = False
        self.shut_until = inf if state == _FORCED_OPEN else -inf
        self._round.abandon()
        self.closed = state == _CLOSED

    def _forget(self, now: float) -> None:
        self._window.reset(now)
        if self.noted is not None:
            self.noted.clear()
        self.steady = self.closed and self.noted is not None
        self._consecutive = 0
        self._opened_at = None
        self._rounds_failed = 0
        self._period = min(self._rules.open_duration, self._rules.max_open_duration)
        self._round.begin()


def _window_of(rules: BreakerRules) -> Window:
    return CountWindow(rules.window) if rules.window_seconds is None else TimeWindow(rules.window_seconds)


def _or_never(threshold: float | None) -> float:
    return inf if threshold is None else threshold
