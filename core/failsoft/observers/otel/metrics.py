"""Counters, a histogram, the state of circuit breakers and the slots of bulkheads. Endpoint keys and class names are
the only open dimensions, and both are bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from weakref import WeakKeyDictionary, WeakSet

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from failsoft.call import UNMATCHED
from failsoft.events import (
    CallRejected,
    CircuitBreakerTransition,
    ErrorHandled,
    Event,
    ExactLimitMissed,
    GuardCompleted,
    InternalError,
    RetryEnded,
    StateStoreChanged,
    WouldAnswer,
    WouldReject,
    WouldRetry,
    WouldTimeout,
)
from failsoft.machines.slots import SlotsSnapshot
from failsoft.observers.base import route_of
from failsoft.observers.otel.attributes import Attributes
from failsoft.observers.otel.scope import get_meter

__all__ = ["STATES", "MetricsObserver"]

STATES = ("closed", "open", "half_open", "forced_open", "disabled", "metrics_only")
"""The states of a circuit breaker, each a series of `failsoft.circuit_breaker.state`."""

_MAX_TYPES = 200
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
_WOULD: dict[type[Event], str] = {
    WouldAnswer: "answer", WouldReject: "reject", WouldRetry: "retry", WouldTimeout: "timeout",
}  # fmt: skip


class MetricsObserver:
    """Counts what happens.

    ======================================  =================================================================
    `failsoft.errors`                       `error.type` (class), `failsoft.error.code`, `.category`, `.result`,
                                            `http.response.status_code`, `http.route` or `failsoft.endpoint`
    `failsoft.fallbacks`                    `failsoft.endpoint`
    `failsoft.retries`                      attempts after the first: `failsoft.endpoint`, `outcome`
    `failsoft.rejections`                   `failsoft.endpoint`, `reason`
    `failsoft.circuit_breaker.transitions`  `name`, `from`, `to`
    `failsoft.circuit_breaker.state`        1 for the state it is in, 0 for the others: `name`, `state`
    `failsoft.bulkhead.limit`               calls at the same time: `name`
    `failsoft.bulkhead.in_use`              slots taken: `name`
    `failsoft.bulkhead.waiting`             calls in the queue: `name`
    `failsoft.offload.abandoned`            threads that nobody waits for any more: `name`
    `failsoft.call.duration`                seconds, guards only: `failsoft.endpoint`, `error.type`
    `failsoft.exact_limit.missed`           decided without the store: `failsoft.endpoint`, `reason`
    `failsoft.internal_errors`              `where`
    `failsoft.state.changes`                the store of shared state came or went: `store`, `answering`
    `failsoft.would`                        what enforcing would have done: `failsoft.endpoint`, `kind`
    ======================================  =================================================================

    Parameters:
        states: gives the state of each circuit breaker, by name. Asked whenever metrics are collected.
        slots: gives the slots of each bulkhead likewise.
        abandoned: gives how many threads of each offloaded guard nobody waits for any more.
        meter_provider: in place of the global one.
    """

    kinds: tuple[type[Event], ...] = (
        ErrorHandled,
        RetryEnded,
        CallRejected,
        CircuitBreakerTransition,
        GuardCompleted,
        InternalError,
        StateStoreChanged,
        ExactLimitMissed,
        *_WOULD,
    )
    """The events it reads."""

    def __init__(
        self,
        states: Callable[[], Mapping[str, str]] = dict,
        slots: Callable[[], Mapping[str, SlotsSnapshot]] = dict,
        abandoned: Callable[[], Mapping[str, int]] = dict,
        *,
        meter_provider: metrics.MeterProvider | None = None,
    ) -> None:
        meter = get_meter(meter_provider)
        count = meter.create_counter
        self._errors = count("failsoft.errors", "{error}", "Failures that ended a call")
        self._fallbacks = count("failsoft.fallbacks", "{call}", "Calls that got a degraded answer")
        self._retries = count("failsoft.retries", "{attempt}", "Attempts after the first")
        self._rejections = count("failsoft.rejections", "{call}", "Calls that a policy did not let run")
        self._transitions = count("failsoft.circuit_breaker.transitions", "{transition}", "Changes of state")
        self._internal = count("failsoft.internal_errors", "{error}", "Faults in Failsoft itself")
        self._store = count("failsoft.state.changes", "{change}", "Store of shared state: away, or back")
        self._missed = count("failsoft.exact_limit.missed", "{call}", "Calls decided without the store")
        self._would = count("failsoft.would", "{call}", "What enforcing the policies would have done")
        self._duration = meter.create_histogram(
            "failsoft.call.duration", "s", "Duration of guarded calls", explicit_bucket_boundaries_advisory=_BUCKETS
        )
        self._types: set[str] = set()
        self._states = states
        self._slots = slots
        self._abandoned = abandoned
        _watch(self, meter, meter_provider)

    def __call__(self, event: Event) -> None:
        """Count an event; one that is not in `kinds` is passed over."""
        match event:
            case ErrorHandled():
                self._error(event)
            case RetryEnded():
                self._retries.add(max(0, event.attempts - 1), _at(event, outcome=event.outcome))
            case CallRejected():
                self._rejections.add(1, _at(event, reason=event.reason))
            case CircuitBreakerTransition():
                self._transitions.add(1, {"name": event.name, "from": event.from_state, "to": event.to_state})
            case GuardCompleted():
                attributes = _at(event)
                if event.error_type is not None:
                    attributes["error.type"] = self._bounded(event.error_type)
                self._duration.record(event.duration, attributes)
            case InternalError():
                self._internal.add(1, {"where": event.where})
            case StateStoreChanged() | ExactLimitMissed():
                self._shared(event)
            case WouldAnswer() | WouldReject() | WouldRetry() | WouldTimeout():
                self._would.add(1, _at(event, kind=_WOULD[type(event)]))

    def _shared(self, event: StateStoreChanged | ExactLimitMissed) -> None:
        if isinstance(event, StateStoreChanged):
            self._store.add(1, {"store": event.store, "answering": event.answering})
        else:
            self._missed.add(event.calls, _at(event, reason=event.reason))

    def is_heard(self) -> bool:
        """Whether there is an SDK that takes the figures. Where that cannot be seen, yes."""
        return getattr(self._duration, "_real_instrument", self) is not None

    def states(self) -> Mapping[str, str]:
        """The state of each circuit breaker, by name."""
        return self._states()

    def slots(self) -> Mapping[str, SlotsSnapshot]:
        """The slots of each bulkhead, by name."""
        return self._slots()

    def abandoned(self) -> Mapping[str, int]:
        """How many threads of each guard are abandoned, by name."""
        return self._abandoned()

    def close(self) -> None:
        """Report no more states, slots and threads."""
        self._states = self._slots = self._abandoned = dict

    def _error(self, event: ErrorHandled) -> None:
        failure = event.failure
        attributes: Attributes = {
            "error.type": self._bounded(failure.type),
            "failsoft.error.code": failure.code,
            "failsoft.error.category": str(failure.category),
            "failsoft.error.result": event.result,
            "http.response.status_code": event.status,
        }
        if route := route_of(event.endpoint):
            attributes["http.route"] = route
        elif event.endpoint and event.endpoint != UNMATCHED:
            attributes["failsoft.endpoint"] = event.endpoint
        self._errors.add(1, attributes)
        if event.result == "fallback":
            self._fallbacks.add(1, _at(event))

    def _bounded(self, kind: str) -> str:
        """The name of a class, or `_OTHER`: classes can be made at run time, series should not."""
        if kind not in self._types:
            if len(self._types) >= _MAX_TYPES:
                return "_OTHER"
            self._types.add(kind)
        return kind


def _at(event: Event, **more: str) -> Attributes:
    return {"failsoft.endpoint": event.endpoint, **more}


_SLOTS = (
    ("failsoft.bulkhead.limit", "limit", "Calls at the same time that a bulkhead allows"),
    ("failsoft.bulkhead.in_use", "in_use", "Slots of a bulkhead that are taken"),
    ("failsoft.bulkhead.waiting", "waiting", "Calls that wait for a slot"),
)
_ABANDONED = "Threads of a guard that nobody waits for any more"
_lock = Lock()
_watched: WeakKeyDictionary[object, WeakSet[MetricsObserver]] = WeakKeyDictionary()


class _Global:
    """Stands for the global provider, which may be a proxy now and an SDK later."""


_GLOBAL = _Global()


def _watch(observer: MetricsObserver, meter: metrics.Meter, provider: metrics.MeterProvider | None) -> None:
    """Report the observer's states. A meter has one gauge of a name and keeps its first callback, so all observers of
    a provider share it."""
    key: object = _GLOBAL if provider is None else provider
    with _lock:
        observers = _watched.get(key)
        if observers is None:
            observers = _watched[key] = WeakSet()
            create = meter.create_observable_gauge
            create("failsoft.circuit_breaker.state", [_reader(observers)], "1", "State of the circuit breakers")
            for name, field, meaning in _SLOTS:
                create(name, [_slots_reader(observers, field)], "{call}", meaning)
            create("failsoft.offload.abandoned", [_threads_reader(observers)], "{thread}", _ABANDONED)
        observers.add(observer)


def _reader(observers: WeakSet[MetricsObserver]) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def read(_: CallbackOptions) -> Iterable[Observation]:
        states: dict[str, str] = {}
        for observer in list(observers):
            states.update(observer.states())
        for name, now in states.items():
            for state in STATES:
                yield Observation(int(state == now), {"name": name, "state": state})

    return read


def _slots_reader(
    observers: WeakSet[MetricsObserver], field: str
) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def read(_: CallbackOptions) -> Iterable[Observation]:
        for observer in list(observers):
            for name, snapshot in observer.slots().items():
                yield Observation(getattr(snapshot, field), {"name": name})

    return read


def _threads_reader(observers: WeakSet[MetricsObserver]) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def read(_: CallbackOptions) -> Iterable[Observation]:
        for observer in list(observers):
            for name, number in observer.abandoned().items():
                yield Observation(number, {"name": name})

    return read
