from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from failsoft.bus import Bus
from failsoft.events import (
    CallRejected,
    CircuitBreakerTransition,
    GuardCompleted,
    InternalError,
    RetryEnded,
    RetryScheduled,
    StateStoreChanged,
    WouldAnswer,
    WouldReject,
    WouldRetry,
    WouldTimeout,
)
from failsoft.machines.slots import Slots
from failsoft.observers.otel import MetricsObserver, Telemetry
from observed import SECRET, failure, handled

if TYPE_CHECKING:
    from otel.conftest import Sdk


@pytest.fixture
def observer(sdk: Sdk) -> MetricsObserver:
    return MetricsObserver(meter_provider=sdk.meters)


def only(points: dict[frozenset[tuple[str, object]], Any]) -> tuple[dict[str, object], Any]:
    ((attributes, point),) = points.items()
    return dict(attributes), point


def test_errors_are_counted_by_class_code_category_result_status_and_route(sdk: Sdk, observer: MetricsObserver) -> None:
    observer(handled(failure(SECRET)))
    observer(handled(failure(SECRET, error_id="other")))
    attributes, point = only(sdk.points("failsoft.errors"))
    assert attributes == {
        "error.type": "shop.QuoteError",
        "failsoft.error.code": "QUOTE_ERROR",
        "failsoft.error.category": "external_service",
        "failsoft.error.result": "unhandled",
        "http.route": "/quotes/{symbol}",
        "http.response.status_code": 500,
    }
    assert point.value == 2


def test_requests_without_a_route_share_one_series(sdk: Sdk, observer: MetricsObserver) -> None:
    for number in range(50):
        observer(handled(failure(status=404), endpoint="__unmatched__", request_id=str(number)))
    attributes, point = only(sdk.points("failsoft.errors"))
    assert "http.route" not in attributes
    assert point.value == 50


def test_classes_made_at_run_time_do_not_make_series_without_end(sdk: Sdk, observer: MetricsObserver) -> None:
    for number in range(1_000):
        observer(handled(failure(type=f"Made{number}")))
    points = sdk.points("failsoft.errors")
    assert len(points) == 201
    assert sum(point.value for point in points.values()) == 1_000


@pytest.mark.parametrize(
    ("event", "name", "attributes", "value"),
    [
        (
            RetryEnded(at=0, endpoint="GET /q", attempts=3, outcome="success"),
            "failsoft.retries", {"failsoft.endpoint": "GET /q", "outcome": "success"}, 2,
        ),
        (
            CallRejected(at=0, endpoint="GET /q", reason="circuit_open"),
            "failsoft.rejections", {"failsoft.endpoint": "GET /q", "reason": "circuit_open"}, 1,
        ),
        (
            CircuitBreakerTransition(at=0, name="GET /q", from_state="closed", to_state="open", reason="5 failures"),
            "failsoft.circuit_breaker.transitions", {"name": "GET /q", "from": "closed", "to": "open"}, 1,
        ),
        (
            InternalError(at=0, where="render", type="TypeError", message="m"),
            "failsoft.internal_errors", {"where": "render"}, 1,
        ),
        (
            StateStoreChanged(at=0, answering=False, store="redis", reason="TimeoutError"),
            "failsoft.state.changes", {"store": "redis", "answering": False}, 1,
        ),
        (handled(result="fallback"), "failsoft.fallbacks", {"failsoft.endpoint": "GET /quotes/{symbol}"}, 1),
        (
            WouldRetry(at=0, endpoint="GET /q", attempt=1, failure=None),
            "failsoft.would", {"failsoft.endpoint": "GET /q", "kind": "retry"}, 1,
        ),
        (
            WouldReject(at=0, endpoint="GET /q", reason="circuit_open"),
            "failsoft.would", {"failsoft.endpoint": "GET /q", "kind": "reject"}, 1,
        ),
        (
            WouldTimeout(at=0, endpoint="GET /q", limit=1, duration=2),
            "failsoft.would", {"failsoft.endpoint": "GET /q", "kind": "timeout"}, 1,
        ),
        (
            WouldAnswer(at=0, endpoint="GET /q", failure=failure(), status=500),
            "failsoft.would", {"failsoft.endpoint": "GET /q", "kind": "answer"}, 1,
        ),
    ],
)  # fmt: skip
def test_each_event_has_its_counter(
    event: Any, name: str, attributes: dict[str, object], value: int, sdk: Sdk, observer: MetricsObserver
) -> None:
    observer(event)
    found, point = only(sdk.points(name))
    assert (found, point.value) == (attributes, value)


def test_guarded_calls_have_a_duration_in_seconds(sdk: Sdk, observer: MetricsObserver) -> None:
    observer(GuardCompleted(at=0, endpoint="guard:payments", duration=0.25))
    observer(GuardCompleted(at=0, endpoint="guard:payments", duration=2, error_type="TimeoutError"))
    points = {dict(key).get("error.type"): point for key, point in sdk.points("failsoft.call.duration").items()}
    assert (points[None].sum, points["TimeoutError"].sum) == (0.25, 2)
    assert points[None].explicit_bounds[0] == 0.005


def test_the_state_of_each_breaker_is_one_among_zeros(sdk: Sdk) -> None:
    states = {"GET /q": "open"}
    observer = MetricsObserver(lambda: states, meter_provider=sdk.meters)

    def shown() -> dict[object, int]:
        points = sdk.points("failsoft.circuit_breaker.state")
        return {dict(key)["state"]: point.value for key, point in points.items()}

    zeros = dict.fromkeys(["closed", "open", "half_open", "forced_open", "disabled", "metrics_only"], 0)
    assert shown() == zeros | {"open": 1}
    states["GET /q"] = "half_open"
    assert shown() == zeros | {"half_open": 1}
    observer.close()
    assert shown() == {}


def test_two_instances_in_one_process_both_report_their_breakers(sdk: Sdk) -> None:
    observers = [MetricsObserver(lambda n=n: {n: "open"}, meter_provider=sdk.meters) for n in ("a", "b")]  # type: ignore[misc]
    names = {dict(key)["name"] for key in sdk.points("failsoft.circuit_breaker.state")}
    assert names == {"a", "b"}
    assert len(observers) == 2


def test_the_slots_of_a_bulkhead_are_shown_as_they_are(sdk: Sdk) -> None:
    slots: Slots[str] = Slots(3, 2)
    observer = MetricsObserver(slots=lambda: {"GET /q": slots.snapshot()}, meter_provider=sdk.meters)

    def shown() -> list[list[float]]:
        names = ("limit", "in_use", "waiting")
        return [[point.value for point in sdk.points(f"failsoft.bulkhead.{name}").values()] for name in names]

    assert shown() == [[3], [0], [0]]
    for _ in range(3):
        slots.take()
    slots.queue("somebody")
    assert shown() == [[3], [3], [1]]
    observer.close()
    assert shown() == [[], [], []]


def test_the_abandoned_threads_of_a_guard_are_shown_as_they_are(sdk: Sdk) -> None:
    abandoned = {"guard:payments": 0}
    observer = MetricsObserver(abandoned=lambda: abandoned, meter_provider=sdk.meters)

    def shown() -> dict[Any, float]:
        return {dict(key)["name"]: point.value for key, point in sdk.points("failsoft.offload.abandoned").items()}

    assert shown() == {"guard:payments": 0}
    abandoned["guard:payments"] = 3
    assert shown() == {"guard:payments": 3}
    observer.close()
    assert shown() == {}


def test_telemetry_connects_what_is_on_to_the_stream_and_disconnects_it(
    sdk: Sdk, make: Callable[..., Telemetry]
) -> None:
    bus, opened = Bus(), {"from_state": "closed", "to_state": "open", "reason": "5 failures"}
    disconnect = make().subscribe(bus, lambda: {"GET /q": "open"})
    bus.publish(CircuitBreakerTransition(at=2, name="GET /q", **opened))
    bus.publish(RetryScheduled(at=2, attempt=1, delay=0, failure=None))
    assert len(sdk.points("failsoft.circuit_breaker.transitions")) == 1
    assert len(sdk.points("failsoft.circuit_breaker.state")) == 6
    (record,) = sdk.records
    assert (record.event_name, record.severity_text) == ("failsoft.circuit_breaker.state_change", "WARN")
    assert record.timestamp == 2_000_000_000
    assert dict(record.attributes) == {
        "failsoft.circuit_breaker.name": "GET /q",
        "failsoft.circuit_breaker.state": "open",
        "failsoft.circuit_breaker.previous_state": "closed",
        "failsoft.circuit_breaker.reason": "5 failures",
    }
    disconnect()
    bus.publish(CircuitBreakerTransition(at=3, name="GET /q", **opened))
    assert len(sdk.records) == 1
    assert sdk.points("failsoft.circuit_breaker.state") == {}


def test_a_transition_that_does_not_open_is_no_warning(sdk: Sdk, make: Callable[..., Telemetry]) -> None:
    make().transition(CircuitBreakerTransition(at=0, name="x", from_state="open", to_state="half_open", reason=""))
    assert sdk.records[0].severity_text == "INFO"


def test_what_is_switched_off_is_not_connected(sdk: Sdk, make: Callable[..., Telemetry]) -> None:
    bus = Bus()
    make(metrics=False, logs=False).subscribe(bus)
    assert not bus.wanted(CircuitBreakerTransition)
