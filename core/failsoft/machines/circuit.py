"""The words of a circuit breaker: its states and rules, what it hands out, and what can be seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, NamedTuple

from failsoft.machines.window import WindowCounts

__all__ = ["BreakerRules", "BreakerSnapshot", "Permit", "Rejection", "State", "Transition"]


class State(StrEnum):
    """Where a circuit breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    FORCED_OPEN = "forced_open"
    DISABLED = "disabled"
    METRICS_ONLY = "metrics_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When to open, for how long, and how to find the way back. Checked by whoever makes it; times in seconds.

    At least one of the three thresholds must be set, or the circuit never opens by itself.
    """

    failure_threshold: int | None = None
    """Opens after this many failures in a row. An ignored outcome neither counts nor ends the row."""
    failure_rate_threshold: float | None = None
    """Opens when at least this share of the window's calls failed, 0 to 1."""
    slow_call_rate_threshold: float | None = None
    """Opens when at least this share of the window's calls was slow, 0 to 1."""
    slow_call_duration: float | None = None
    """A call that takes longer than this is slow. None: no call is."""
    minimum_calls: int = 20
    """The rates are not judged on fewer calls than this, or than the window holds."""
    window: int = 100
    """The window in calls, unless `window_seconds` is set."""
    window_seconds: float | None = None
    """The window in seconds, in ten buckets."""
    open_duration: float = 30.0
    """The first open period."""
    open_multiplier: float = 2.0
    """Each failed round of probes makes the next open period this many times longer, until the circuit closes."""
    max_open_duration: float = 300.0
    """No open period is longer, a stated one included."""
    half_open_calls: int = 3
    """Probes in one round. An ignored outcome returns its permit."""
    half_open_concurrency: int = 1
    """Probes in flight at the same time."""
    half_open_max_wait: float = 30.0
    """A probe that has not reported after this long is lost and fails its round. Longer than any call may take."""
    success_threshold: int | None = None
    """Probes that must succeed, at most `half_open_calls`. None: as many as keep the failure rate below its
    threshold, or all of them where there is no such threshold."""

    def period_after(self, rounds_failed: int) -> float:
        """The open period after so many failed rounds of probes."""
        try:
            return min(self.max_open_duration, self.open_duration * self.open_multiplier**rounds_failed)
        except OverflowError:
            return self.max_open_duration


class Permit:
    """Leave to make one call. Hand it back by `settle`, on every path."""

    __slots__ = ("generation", "probe", "started")

    def __init__(self, generation: int, started: float, probe: bool = False) -> None:
        self.generation = generation
        self.probe = probe
        """It takes one of the places of a half-open round."""
        self.started = started
        """When the call's own time began. Move it on if the call had to queue; the lease of a probe does not move."""

    def __deepcopy__(self, _: object) -> Permit:
        # whoever holds it hands it back to a copy of the machine as well
        return self


class Rejection(NamedTuple):
    """The call must not be made."""

    state: State
    retry_after: float
    """Seconds, above 0: to the end of the open period; half-open, to the end of the oldest probe's lease or
    `open_duration`, whichever is sooner; forced open, which has no end, `open_duration`."""


class Transition(NamedTuple):
    """One change of state."""

    from_state: State
    to_state: State
    reason: str
    """The rule that decided (`failure_threshold`, `failure_rate_threshold`, `slow_call_rate_threshold`,
    `open_duration`, `half_open_max_wait`, `success_threshold`), `probe_failures` or `probe_slowness`, the operator's
    verb (`reset`, `force_open`, `disable`, `metrics_only`), `restore`, or the reason given to `trip`."""
    at: float
    """When it took effect, in monotonic seconds. The loss of a probe is dated to the end of its lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSnapshot:
    """One breaker at one moment. As plain data, `to_dict`, it may be kept, and taken over later or elsewhere."""

    at: float = field(compare=False)
    """The moment, in monotonic seconds."""
    state: State
    generation: int
    counts: WindowCounts
    """The window; while the circuit is open, what it held when it opened (in seconds: what is left of it)."""
    consecutive_failures: int
    opened_at: float | None
    """When the latest open period began; None once the circuit has closed."""
    retry_after: float
    """Seconds until a call has a chance; 0 if one would be admitted now."""
    rounds_failed: int
    """Rounds of probes that failed since the circuit was last closed."""
    probes_in_flight: int
    probes_left: int
    """Permits this round can still issue, those in flight left out; 0 unless half-open."""
    probe_successes: int
    """Of this round, or of the latest one since the circuit was closed."""
    probe_failures: int
    history: tuple[Transition, ...]
    """The latest transitions, oldest first, at most 32."""

    def to_dict(self) -> dict[str, Any]:
        """As plain data, fit for JSON; times are in monotonic seconds of this process."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        history = [
            {**moved._asdict(), **{name: str(getattr(moved, name)) for name in _STATES}} for moved in self.history
        ]
        return {**plain, "state": str(self.state), "counts": self.counts._asdict(), "history": history}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> BreakerSnapshot:
        """What `to_dict` made. Keys that it does not know are passed over.

        Raises:
            ValueError: it is nothing of the kind; says what is wrong.
        """
        plain = {each.name: _value(data, each.name) for each in fields(cls)}
        counts, history = plain["counts"], plain["history"]
        plain["state"] = _state(plain["state"], "state")
        plain["counts"] = WindowCounts(*(_value(counts, name, "counts.") for name in WindowCounts._fields))
        _refuse("history", isinstance(history, (list, tuple)), "a list", history)
        plain["history"] = tuple(_transition(moved, f"history[{number}].") for number, moved in enumerate(history))
        made = cls(**plain)
        made.check()
        return made

    def check(self, age: float = 0.0) -> None:
        """See whether it can be, and so long ago.

        Raises:
            ValueError: something cannot; says what.
        """
        _refuse("age", _is_number(age) and age >= 0, "seconds from 0", age)
        _state(self.state, "state")
        for name in _NUMBERS:
            _refuse(name, _is_number(getattr(self, name)), "a number", getattr(self, name))
        for name in _AMOUNTS:
            value = getattr(self, name)
            _refuse(name, type(value) is int and value >= 0, "a whole number from 0", value)
        _refuse("retry_after", self.retry_after >= 0, "seconds from 0", self.retry_after)
        opened = self.opened_at
        _refuse("opened_at", opened is None or _is_number(opened), "a number, or None", opened)
        total, failures, slow = self.counts
        for name, value in self.counts._asdict().items():
            _refuse(f"counts.{name}", type(value) is int and value >= 0, "a whole number from 0", value)
        _refuse("counts", max(failures, slow) <= total, "no more failures or slow calls than calls", tuple(self.counts))
        for number, moved in enumerate(self.history):
            _refuse(f"history[{number}].at", _is_number(moved.at), "a number", moved.at)


_STATES = ("from_state", "to_state")
_NUMBERS = ("at", "retry_after")
_ENDLESS = 1e15
_AMOUNTS = (
    "generation", "consecutive_failures", "rounds_failed", "probes_in_flight", "probes_left", "probe_successes",
    "probe_failures",
)  # fmt: skip


def _refuse(name: str, good: bool, expected: str, value: object) -> None:
    if not good:
        raise ValueError(f"{name}: expected {expected}, not {str(value)[:40]!r}")


def _is_number(value: object) -> bool:
    # as JSON may hold them, whole numbers can be too large for a float
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _ENDLESS


def _value(data: object, name: str, path: str = "") -> Any:
    if not isinstance(data, Mapping) or name not in data:
        raise ValueError(f"{path}{name}: is missing")
    return data[name]


def _state(value: Any, name: str) -> State:
    try:
        return State(value)
    except ValueError:
        raise ValueError(f"{name}: expected one of {', '.join(State)}, not {str(value)[:40]!r}") from None


def _transition(data: object, path: str) -> Transition:
    before, after = (_state(_value(data, name, path), path + name) for name in _STATES)
    return Transition(before, after, str(_value(data, "reason", path)), _value(data, "at", path))
