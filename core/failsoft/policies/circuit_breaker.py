"""Circuit breaker: leave alone what is failing. Options, and the machine under a lock."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from threading import RLock
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from failsoft.clock import Clock
from failsoft.current import EPOCH
from failsoft.errors.exceptions import Fault
from failsoft.events import CircuitBreakerCommanded, CircuitBreakerTransition, Event
from failsoft.kinds import format_duration
from failsoft.machines.breaker import BreakerMachine, BreakerRules, BreakerSnapshot, Permit, Rejection
from failsoft.options import Duration, Options, Rate
from failsoft.outcome import Verdict
from failsoft.policies.conditions import CONDITIONS, FUNCTION, complaint, faults_of, loaded, name_of
from failsoft.policies.registry import LIMIT, Registry

__all__ = ["Breaker", "Breakers", "CircuitBreaker"]

_Verb = Literal["reset", "force_open", "disable", "metrics_only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitBreaker(Options):
    """When a circuit opens, how long it stays open, and how it is tried again.

    With no threshold given, a failure rate of 50 % over 100 calls (minimum 20) opens it.
    """

    failure_threshold: Annotated[
        int | None, Meta(description="Failures in a row that open it. Absent: not counted.")
    ] = None
    failure_rate_threshold: Annotated[
        Rate | None, Meta(description="Share of failures in the window that opens it. 0.5 if no threshold is given.")
    ] = None
    slow_call_rate_threshold: Annotated[
        Rate | None, Meta(description="Share of slow calls in the window that opens it. Absent: not counted.")
    ] = None
    slow_call_duration: Annotated[
        Duration | None, Meta(description="A call that takes longer is slow. Required by `slow_call_rate_threshold`.")
    ] = None
    minimum_calls: Annotated[int, Meta(ge=1, description="Calls in the window before a rate decides.")] = 20
    window: Annotated[
        int | Duration, Meta(description='The last so many calls (a number), or a span of time (`"30s"`).')
    ] = 100
    open_duration: Annotated[Duration, Meta(description="How long it stays open the first time.")] = 30.0
    open_multiplier: Annotated[float, Meta(ge=1, description="Each reopening waits so much longer.")] = 2.0
    max_open_duration: Annotated[
        Duration, Meta(description="Cap of the open time; where it is absent, at least `open_duration`.")
    ] = 300.0
    half_open_calls: Annotated[int, Meta(ge=1, description="Probes in all, per round.")] = 3
    half_open_concurrency: Annotated[int, Meta(ge=1, description="Probes at the same time.")] = 1
    half_open_max_wait: Annotated[
        Duration, Meta(description="How long a probe may be out before it counts as lost.")
    ] = 30.0
    success_threshold: Annotated[
        int | None,
        Meta(description="Successful probes that close it. Absent: as many as keep the failure rate below its "
        "threshold, or all where there is none."),
    ] = None  # fmt: skip
    record: Annotated[
        Annotated[Any, CONDITIONS] | None,
        Meta(description="What is a failure, in place of the usual rule; any other exception then counts as nothing."),
    ] = None
    ignore: Annotated[
        Annotated[Any, CONDITIONS] | None,
        Meta(description="What is neither success nor failure, whatever else says so."),
    ] = None
    result: Annotated[
        Annotated[Any, FUNCTION] | None,
        Meta(description="Function of a result that says whether it is a failure. For guards."),
    ] = None
    statuses: Annotated[
        tuple[Annotated[int, Meta(ge=100, le=599)], ...] | None,
        Meta(description="Statuses of a returned response that are failures, also of an exception. Absent: 500 and "
        "above."),
    ] = None  # fmt: skip
    trip_on_retry_after: Annotated[
        bool,
        Meta(description="Open at once for as long as a `Retry-After` of the other side says, up to "
        "`max_open_duration`: of a failure, or of a returned 429 or 503."),
    ] = False  # fmt: skip
    scope: Annotated[
        Literal["endpoint", "policy"], Meta(description="One breaker for each endpoint, or one for all that share it.")
    ] = "endpoint"

    expected: ClassVar[str] = "a table, or true for the defaults"
    shorthand: ClassVar[Callable[[Any], Mapping[str, Any] | None] | None] = staticmethod(
        lambda raw: {} if raw is True else None
    )

    def check(self, path: str) -> Iterable[Fault]:
        if self.slow_call_rate_threshold is not None and self.slow_call_duration is None:
            yield Fault(f"{path}.slow_call_duration", "", "required by slow_call_rate_threshold")
        if self.failure_threshold is not None and self.failure_threshold < 1:
            yield Fault(f"{path}.failure_threshold", str(self.failure_threshold), "expected at least 1")
        if not self.window or self.window < 1:
            yield Fault(f"{path}.window", str(self.window), "expected at least 1 call or 1 second")
        if self.success_threshold is not None and not 1 <= self.success_threshold <= self.half_open_calls:
            expected = f"expected from 1 to half_open_calls ({self.half_open_calls})"
            yield Fault(f"{path}.success_threshold", str(self.success_threshold), expected)
        yield from self._check_code(path)
        yield from self._contradictions(path)

    def _check_code(self, path: str) -> Iterable[Fault]:
        if self.result is not None and (said := complaint(self.result, 1)):
            yield Fault(f"{path}.result", f"<{name_of(self.result)}>", said)
        why = "what was not let through says nothing about the other side"
        yield from faults_of(self.record or (), f"{path}.record", no_rejections=why)
        yield from faults_of(self.ignore or (), f"{path}.ignore")

    def _contradictions(self, path: str) -> Iterable[Fault]:
        if "minimum_calls" in self.given and type(self.window) is int and self.minimum_calls > self.window:
            expected = f"expected at most window ({self.window}), which never holds more"
            yield Fault(f"{path}.minimum_calls", str(self.minimum_calls), expected)
        if self.half_open_concurrency > self.half_open_calls:
            expected = f"expected at most half_open_calls ({self.half_open_calls}), which is all there are in a round"
            yield Fault(f"{path}.half_open_concurrency", str(self.half_open_concurrency), expected)
        if "max_open_duration" in self.given and self.open_duration > self.max_open_duration:
            longest, shown = format_duration(self.max_open_duration), format_duration(self.open_duration)
            yield Fault(f"{path}.max_open_duration", longest, f"expected at least open_duration ({shown})")

    def loaded(self, path: str) -> CircuitBreaker:
        """The same with the code that it names by `"package.module:name"`.

        Raises:
            SettingsError: there is no such code, or it does not fit; lists all faults.
        """
        return loaded(self, path, ("record", "ignore", "result"), lambda made: made._check_code(path))

    def rules(self) -> BreakerRules:
        """What the machine goes by."""
        return _rules(self, isinstance(self.window, int))


@lru_cache(maxsize=256)
def _rules(options: CircuitBreaker, counted: bool) -> BreakerRules:
    # shared by all breakers with these options; 30 calls and 30.0 seconds are equal, and must be told apart
    rate = options.failure_rate_threshold
    if rate is None and options.failure_threshold is None and options.slow_call_rate_threshold is None:
        rate = 0.5
    return BreakerRules(
        failure_threshold=options.failure_threshold,
        failure_rate_threshold=rate,
        slow_call_rate_threshold=options.slow_call_rate_threshold,
        slow_call_duration=options.slow_call_duration,
        minimum_calls=options.minimum_calls,
        window=int(options.window) if counted else 100,
        window_seconds=None if counted else float(options.window),
        open_duration=options.open_duration,
        open_multiplier=options.open_multiplier,
        max_open_duration=max(options.max_open_duration, options.open_duration),
        half_open_calls=options.half_open_calls,
        half_open_concurrency=options.half_open_concurrency,
        half_open_max_wait=options.half_open_max_wait,
        success_threshold=options.success_threshold,
    )


class Breaker:
    """One circuit breaker at work: the machine, a lock around it, and its transitions published after the lock."""

    __slots__ = ("_clock", "_lock", "_publish", "gone", "machine", "name", "options", "used")

    def __init__(self, name: str, options: CircuitBreaker, clock: Clock, publish: Callable[[Event], None]) -> None:
        self.name = name
        self.options = options
        self._clock = clock
        self._publish = publish
        # the garbage collector may end an abandoned call in the thread that is inside
        self._lock = RLock()
        self.used = -inf
        """When it was last asked to admit a call, in monotonic seconds. Guards in a hurry ask each second only."""
        self.gone = False
        """It is not in the registry any more; another one may be there under its name."""
        self.machine = self._new()
        """What decides. Only what it says may be read without the lock is for others to look at."""

    def __repr__(self) -> str:
        return f"<Breaker {self.name!r} {self.state}>"

    @property
    def state(self) -> str:
        """`closed`, `open`, `half_open`, `forced_open`, `disabled` or `metrics_only`."""
        return str(self.machine.state)

    @property
    def spare(self) -> bool:
        """It is closed, so that nothing is lost but counts if it has to make room."""
        return self.machine.closed

    @property
    def rejecting(self) -> bool:
        """Whether a call would be turned away now. Asks without taking a permit."""
        return not self.machine.closed and self.snapshot().retry_after > 0

    def admit(self, now: float) -> Permit | Rejection:
        """Ask to run one call at `now` (monotonic seconds)."""
        machine = self.machine
        with self._lock:
            self.used = now
            answer = machine.admit(now)
            moved = machine.drain() if machine.pending else ()
        if moved:
            self._announce(moved)
        return answer

    def settle(
        self, permit: Permit, verdict: Verdict, now: float, *, late: bool = False, asked: float | None = None
    ) -> None:
        """Hand a permit back.

        Parameters:
            late: it took longer than its time limit, so it counts as slow however fast that is.
            asked: seconds for which the other side wants to be left alone (`Retry-After`).
        """
        if late:
            permit.started = -inf
        machine = self.machine
        with self._lock:
            # of another generation, it says nothing about this one
            trips = asked is not None and self.options.trip_on_retry_after and permit.generation == machine.generation
            machine.settle(permit, verdict, now)
            if trips and asked is not None:
                machine.trip(now, asked, "retry_after")
            moved = machine.drain() if machine.pending else ()
        if moved:
            self._announce(moved)

    def record(self, generation: int, duration: float, now: float) -> None:
        """Count a success that needed no permit, the circuit being closed in `generation` when it began.

        Parameters:
            duration: its own time in seconds.
        """
        machine = self.machine
        with self._lock:
            machine.record(generation, Verdict.SUCCESS, duration, now)
            moved = machine.drain() if machine.pending else ()
        if moved:
            self._announce(moved)

    def gather(self) -> None:
        """Count successes that needed no permit and were only noted."""
        with self._lock:
            self.machine.gather()

    def broke_off(self, permit: Permit, now: float) -> None:
        """One more failure for a call that had been settled: its stream broke off."""
        self.settle(Permit(permit.generation, now), Verdict.FAILURE, now)

    def adopt(self, options: CircuitBreaker) -> None:
        """Go by other options from now on, in the same state; a changed window begins empty."""
        with self._lock:
            self.options = options
            self.machine.adopt(options.rules())

    def snapshot(self) -> BreakerSnapshot:
        """Everything that can be told of it now."""
        with self._lock:
            return self.machine.snapshot(self._clock.monotonic())

    def reset(self, *, actor: str | None = None, reason: str | None = None) -> None:
        """Close, and forget what was counted.

        Parameters:
            actor: who wants it, for the audit trail.
            reason: why, for the audit trail.
        """
        self._command("reset", actor, reason)

    def force_open(self, *, actor: str | None = None, reason: str | None = None) -> None:
        """Reject everything until `reset`. Parameters are those of `reset`."""
        self._command("force_open", actor, reason)

    def disable(self, *, actor: str | None = None, reason: str | None = None) -> None:
        """Let everything pass and count nothing until `reset`. Parameters are those of `reset`."""
        self._command("disable", actor, reason)

    def metrics_only(self, *, actor: str | None = None, reason: str | None = None) -> None:
        """Let everything pass, and count, until `reset`. Parameters are those of `reset`."""
        self._command("metrics_only", actor, reason)

    def restore(self, snapshot: BreakerSnapshot, *, age: float) -> None:
        """Stand as a snapshot says, which was taken before, here or in another process.

        An open circuit stays open for what is left of its time, counts come back as far as the window reaches, and what
        an operator has ordered holds. Calls under way are not counted any more.

        Parameters:
            age: seconds since it was taken.

        Raises:
            ValueError: snapshot or age cannot be; then nothing has changed.
        """
        with self._lock:
            self.machine.restore(snapshot, age, self._clock.monotonic())
            moved = self.machine.drain()
        self._announce(moved)

    def remember(self) -> Callable[[], None]:
        """The way back to how it stands now."""
        with self._lock:
            self.machine.gather()
            noted = self.machine.noted
            # what others append meanwhile without the lock is theirs
            kept = copy.deepcopy(self.machine, {} if noted is None else {id(noted): deque()})

        def restore() -> None:
            self._put(copy.deepcopy(kept))

        return restore

    def renew(self) -> None:
        """Be as new."""
        self._put(self._new())

    def _new(self) -> BreakerMachine:
        return BreakerMachine(self.options.rules())

    def forget(self) -> None:
        """Begin anew in a forked process: the lock may be held, and probes may be out, by threads left behind."""
        torn, self._lock = not self._lock.acquire(blocking=False), RLock()
        if torn:
            # one of them was about to change it, and nobody knows how far it came
            self.machine = self._new()
        self.machine.forget_probes()

    def _put(self, machine: BreakerMachine) -> None:
        with self._lock:
            self.machine = machine
        EPOCH.end()

    def _command(self, verb: _Verb, actor: str | None, reason: str | None) -> None:
        with self._lock:
            before = self.state
            getattr(self.machine, verb)(self._clock.monotonic())
            moved, after = self.machine.drain(), self.state
        self._announce(moved)
        self._publish(
            CircuitBreakerCommanded(
                at=self._clock.time(),
                endpoint=self.name,
                name=self.name,
                command=verb,
                from_state=before,
                to_state=after,
                actor=actor,
                reason=reason,
            )
        )

    def _announce(self, moved: Iterable[Any]) -> None:
        for transition in moved:
            opened = transition.to_state == "open"
            self._publish(
                CircuitBreakerTransition(
                    at=self._clock.time(),
                    endpoint=self.name,
                    name=self.name,
                    from_state=str(transition.from_state),
                    to_state=str(transition.to_state),
                    reason=transition.reason,
                    retry_after=self.snapshot().retry_after if opened else None,
                )
            )


class Breakers(Registry[Breaker, CircuitBreaker]):
    """The circuit breakers of one Failsoft by name."""

    def __init__(self, clock: Clock, publish: Callable[[Event], None], *, limit: int = LIMIT) -> None:
        super().__init__("circuit breaker", clock, limit=limit)
        self._publish = publish
        self._waiting: dict[str, tuple[BreakerSnapshot, float]] = {}

    def _make(self, name: str, options: CircuitBreaker) -> Breaker:
        return Breaker(name, options, self._clock, self._publish)

    def state_of(self, name: str) -> str | None:
        """The state of one; None where there is none."""
        found = self._there.get(name)
        return None if found is None else found.state

    def states(self) -> dict[str, str]:
        """The state of each."""
        return {name: breaker.state for name, breaker in self._there.items()}

    def snapshots(self) -> dict[str, BreakerSnapshot]:
        """Everything that can be told of each, to be kept for `restore`."""
        return {name: breaker.snapshot() for name, breaker in self._there.items()}

    def restore(self, snapshots: Mapping[str, BreakerSnapshot], *, age: float) -> None:
        """Let each stand as its snapshot says; one that is not there yet does as soon as it is made.

        Parameters:
            snapshots: by name; of more than there may be circuit breakers, the first ones count.
            age: seconds since they were taken.

        Raises:
            ValueError: a snapshot or the age cannot be; then nothing has changed.
        """
        for name, snapshot in snapshots.items():
            try:
                snapshot.check(age)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        taken = self._clock.monotonic() - age
        self._waiting = {name: (snapshot, taken) for name, snapshot in [*snapshots.items()][: self._limit]}
        for name, breaker in self._there.items():
            self._welcome(name, breaker)

    def _welcome(self, name: str, made: Breaker) -> None:
        waiting = self._waiting.pop(name, None)
        if waiting is not None:
            snapshot, taken = waiting
            made.restore(snapshot, age=max(0.0, self._clock.monotonic() - taken))
