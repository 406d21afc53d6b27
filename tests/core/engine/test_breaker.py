"""A circuit breaker around calls: what counts, what does not, and what comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Guard, Policy, Retry
from failsoft.events import CallRejected, CircuitBreakerTransition, GuardCompleted
from failsoft.run import Reply

LOST = ConnectionResetError


def breaking(fs: Failsoft, name: str = "x", **options: Any) -> Guard:
    options = {"failure_threshold": 3, "open_duration": 30, "half_open_calls": 1, **options}
    return fs.guard(name, policy=Policy(circuit_breaker=CircuitBreaker(**options)))


def fail(way: Way, guard: Guard, times: int = 1, error: BaseException | None = None) -> None:
    for _ in range(times):
        with pytest.raises(type(error or LOST())):
            way.call(guard, Script(error or LOST()))


def test_failures_in_a_row_open_the_circuit_and_calls_are_rejected(fs: Failsoft, way: Way) -> None:
    guard, untouched = breaking(fs), Script("never")
    fail(way, guard, 3)
    assert fs.circuit_breakers["guard:x"].state == "open"
    with pytest.raises(failsoft.CircuitOpenError) as caught:
        way.call(guard, untouched)
    assert untouched.calls == 0
    assert (caught.value.name, caught.value.state, caught.value.retry_after) == ("guard:x", "open", 30)


def test_the_call_that_opens_the_circuit_raises_its_own_exception(fs: Failsoft, way: Way) -> None:
    guard = breaking(fs, failure_threshold=1)
    error = LOST("mine")
    with pytest.raises(LOST) as caught:
        way.call(guard, Script(error))
    assert caught.value is error


def test_each_rejection_is_a_new_exception(fs: Failsoft, way: Way) -> None:
    guard = breaking(fs, failure_threshold=1)
    fail(way, guard)
    caught = []
    for _ in range(2):
        with pytest.raises(failsoft.CircuitOpenError) as one:
            way.call(guard, Script())
        caught.append(one.value)
    assert caught[0] is not caught[1]
    assert caught[0].error_id != caught[1].error_id
    assert [error.__context__ for error in caught] == [None, None]


def test_every_attempt_is_recorded(fs: Failsoft, way: Way) -> None:
    policy = Policy(retry=Retry(max_attempts=4, base_delay=0), circuit_breaker=CircuitBreaker(failure_threshold=99))
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=policy, idempotent=True), Script(LOST()))
    assert fs.circuit_breakers["guard:x"].snapshot().counts.failures == 4


def test_a_rejection_is_never_retried(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    policy = Policy(retry=Retry(max_attempts=4), circuit_breaker=CircuitBreaker(failure_threshold=1))
    guard = fs.guard("x", policy=policy, idempotent=True)
    fail(way, guard)
    events = Recorder(fs)
    with pytest.raises(failsoft.CircuitOpenError):
        way.call(guard, Script())
    assert clock.slept == []
    assert [(e.reason, e.retry_after) for e in events.of(CallRejected)] == [("circuit_open", 30)]
    assert "RetryScheduled" not in events.names()


def test_a_probe_closes_the_circuit_again(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    events = Recorder(fs)
    guard = breaking(fs)
    fail(way, guard, 3)
    clock.advance(30)
    assert way.call(guard, Script("well")) == "well"
    assert fs.circuit_breakers["guard:x"].state == "closed"
    moves = [(e.from_state, e.to_state, e.reason) for e in events.of(CircuitBreakerTransition)]
    assert moves == [
        ("closed", "open", "failure_threshold"),
        ("open", "half_open", "open_duration"),
        ("half_open", "closed", "success_threshold"),
    ]


def test_a_probe_that_fails_opens_it_for_longer(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = breaking(fs, open_multiplier=2, max_open_duration=100)
    fail(way, guard, 3)
    waits = []
    for _ in range(4):
        clock.advance(fs.circuit_breakers["guard:x"].snapshot().retry_after)
        fail(way, guard)
        waits.append(fs.circuit_breakers["guard:x"].snapshot().retry_after)
    assert waits == [60, 100, 100, 100]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_only_so_many_probes_are_out_at_once(fs: Failsoft, way: Way, clock: ManualClock, concurrency: int) -> None:
    guard = breaking(fs, half_open_calls=3, half_open_concurrency=concurrency)
    fail(way, guard, 3)
    clock.advance(30)
    admitted, rejected = [], []

    def probe() -> None:
        admitted.append(fs.circuit_breakers["guard:x"].snapshot().probes_in_flight)
        try:
            SYNC.call(guard, probe)
        except failsoft.CircuitOpenError:
            rejected.append(1)

    way.call(guard, probe)
    assert admitted == list(range(1, concurrency + 1))
    assert rejected == [1]


@pytest.mark.parametrize(
    "error",
    [
        failsoft.NotFoundError("nothing"),
        failsoft.ValidationError("wrong"),
        failsoft.RateLimitError("turned away inside"),
        failsoft.CircuitOpenError(name="inner"),
        asyncio.CancelledError(),
        KeyboardInterrupt(),
        SystemExit(3),
    ],
    ids=lambda error: type(error).__name__,
)
class TestWhatSaysNothingAboutHealth:
    def test_is_neither_success_nor_failure(self, fs: Failsoft, way: Way, error: BaseException) -> None:
        guard = breaking(fs)
        fail(way, guard, 2)
        fail(way, guard, 5, error)
        counts = fs.circuit_breakers["guard:x"].snapshot()
        assert (counts.counts.total, counts.consecutive_failures, counts.state) == (2, 2, "closed")
        fail(way, guard, 1)
        assert fs.circuit_breakers["guard:x"].state == "open"

    def test_returns_the_permit_of_a_probe(
        self, fs: Failsoft, way: Way, clock: ManualClock, error: BaseException
    ) -> None:
        guard = breaking(fs)
        fail(way, guard, 3)
        clock.advance(30)
        fail(way, guard, 4, error)
        snapshot = fs.circuit_breakers["guard:x"].snapshot()
        assert (snapshot.state, snapshot.probes_in_flight, snapshot.probes_left) == ("half_open", 0, 1)
        assert way.call(guard, Script("well")) == "well"
        assert fs.circuit_breakers["guard:x"].state == "closed"


@pytest.mark.parametrize(("status", "failures"), [(200, 0), (404, 0), (429, 0), (500, 1), (501, 1), (503, 1)])
def test_a_returned_5xx_is_a_failure(fs: Failsoft, way: Way, status: int, failures: int) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(circuit_breaker=True)(Script()))
    assert way.endpoint(binding, request_call(fs), Script(status), reply=Reply) == status
    counts = fs.circuit_breakers["GET /quotes"].snapshot().counts
    assert (counts.failures, counts.total) == (failures, int(status < 400 or status >= 500))


def test_what_the_application_answers_itself_is_no_failure(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(circuit_breaker=True)(Script()))
    for expected, failures in ((True, 0), (False, 1)):
        with pytest.raises(KeyError):
            way.endpoint(
                binding, request_call(fs), Script(KeyError("domain")), expected=lambda _, expected=expected: expected
            )
        assert fs.circuit_breakers["GET /quotes"].snapshot().counts.failures == failures


def test_trouble_is_a_failure_even_where_the_application_answers_it(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(circuit_breaker=True)(Script()))
    with pytest.raises(LOST):
        way.endpoint(binding, request_call(fs), Script(LOST()), expected=lambda exc: True)
    assert fs.circuit_breakers["GET /quotes"].snapshot().counts.failures == 1


def test_results_of_an_older_generation_change_nothing(fs: Failsoft, way: Way) -> None:
    guard = breaking(fs)

    def overtaken() -> str:
        fail(SYNC, guard, 3)
        return "late success"

    assert way.call(guard, overtaken) == "late success"
    assert fs.circuit_breakers["guard:x"].state == "open"
    before = fs.circuit_breakers["guard:x"].snapshot()
    assert (before.counts.total, before.retry_after) == (3, 30)


def test_a_late_failure_does_not_prolong_the_open_time(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = breaking(fs)

    def overtaken() -> None:
        fail(SYNC, guard, 3)
        clock.advance(20)
        raise LOST

    with pytest.raises(LOST):
        way.call(guard, overtaken)
    assert fs.circuit_breakers["guard:x"].snapshot().retry_after == 10


WAYS_OF_A_SUCCESS: dict[str, dict[str, Any]] = {
    "bare": {},
    "retried": {"retry": 2},
    "limited": {"timeout": 60},
    "seated": {"bulkhead": 4},
    "all": {"retry": 2, "timeout": 60, "bulkhead": 4},
}


@pytest.mark.parametrize("heard", [False, True], ids=["", "heard"])
@pytest.mark.parametrize("parts", WAYS_OF_A_SUCCESS.values(), ids=list(WAYS_OF_A_SUCCESS))
@pytest.mark.parametrize(("window", "enough"), [(3, 1), ("30s", 4)])
def test_a_slow_success_counts_on_whatever_way_it_comes(
    fs: Failsoft, way: Way, clock: ManualClock, parts: Any, window: Any, enough: int, heard: bool
) -> None:
    if heard:
        fs.events.subscribe(lambda _: None, GuardCompleted)
    options = CircuitBreaker(
        slow_call_rate_threshold=0.3, slow_call_duration=1, minimum_calls=1, window=window, failure_threshold=9
    )
    guard = fs.guard("x", policy=Policy(circuit_breaker=options, **parts))
    for _ in range(4):
        way.call(guard, Script("well"))
    breaker = fs.circuit_breakers["guard:x"]
    assert breaker.machine.steady
    way.call(guard, lambda: clock.advance(1))
    assert breaker.state == "closed"
    assert breaker.snapshot().counts.slow == 0
    for slow in range(1, enough + 1):
        assert breaker.state == "closed"
        # a plan is good for a second
        way.call(guard, Script("well"))
        way.call(guard, lambda: clock.advance(1.1))
        assert breaker.snapshot().counts.slow == slow
    assert [breaker.state, breaker.snapshot().history[-1].reason] == ["open", "slow_call_rate_threshold"]


@pytest.mark.parametrize("heard", [False, True], ids=["", "heard"])
@pytest.mark.parametrize("parts", WAYS_OF_A_SUCCESS.values(), ids=list(WAYS_OF_A_SUCCESS))
@pytest.mark.parametrize("window", [10, "30s"])
def test_a_success_counts_on_whatever_way_it_comes(
    fs: Failsoft, way: Way, parts: Any, window: Any, heard: bool
) -> None:
    if heard:
        fs.events.subscribe(lambda _: None, GuardCompleted)
    options = CircuitBreaker(failure_threshold=2, window=window)
    guard = fs.guard("x", policy=Policy(circuit_breaker=options, **parts))
    for failures in range(1, 4):
        fail(way, guard)
        way.call(guard, Script("well"))
        assert fs.circuit_breakers["guard:x"].snapshot().counts == (2 * failures, failures, 0)
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_slow_calls_open_the_circuit(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    options = {"slow_call_rate_threshold": 0.5, "slow_call_duration": 1, "minimum_calls": 4, "failure_threshold": None}
    guard = breaking(fs, **options)
    for seconds in (0.1, 1.0, 1.01):
        way.call(guard, lambda seconds=seconds: clock.advance(seconds))
    assert fs.circuit_breakers["guard:x"].state == "closed"
    way.call(guard, lambda: clock.advance(2))
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_a_failure_rate_opens_the_circuit(fs: Failsoft, way: Way) -> None:
    guard = breaking(fs, failure_threshold=None, failure_rate_threshold=0.5, minimum_calls=4, window=4)
    for outcome in ("ok", LOST(), "ok"):
        try:
            way.call(guard, Script(outcome))
        except LOST:
            pass
    assert fs.circuit_breakers["guard:x"].state == "closed"
    fail(way, guard)
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_a_window_in_seconds_forgets(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = breaking(fs, failure_threshold=None, failure_rate_threshold=0.5, minimum_calls=4, window="10s")
    fail(way, guard, 3)
    clock.advance(11)
    fail(way, guard, 3)
    assert fs.circuit_breakers["guard:x"].state == "closed"
    fail(way, guard)
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_a_step_of_the_wall_clock_changes_nothing(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = breaking(fs)
    fail(way, guard, 3)
    for step in (-3600, 7200):
        clock.step_wall(step)
        assert fs.circuit_breakers["guard:x"].snapshot().retry_after == 30
        with pytest.raises(failsoft.CircuitOpenError):
            way.call(guard, Script())


def test_one_breaker_for_all_that_share_a_policy(make: Any, way: Way) -> None:
    fs = make({"policies": {"upstream": {"circuit_breaker": {"failure_threshold": 2, "scope": "policy"}}}})
    one, other = fs.guard("one", policy="upstream"), fs.guard("other", policy="upstream")
    fail(way, one)
    fail(way, other)
    assert dict(fs.circuit_breakers).keys() == {"policy:upstream"}
    view = failsoft.protect(policy="upstream")(Script())
    for call in (
        lambda: way.call(one, Script()),
        lambda: way.call(other, Script()),
        lambda: way.endpoint(fs.endpoints.bind("GET", "/quotes", view), request_call(fs), Script()),
    ):
        with pytest.raises(failsoft.CircuitOpenError):
            call()


def test_each_endpoint_has_its_own_breaker_otherwise(make: Any, way: Way) -> None:
    fs = make({"policies": {"upstream": {"circuit_breaker": {"failure_threshold": 2}}}})
    fail(way, fs.guard("one", policy="upstream"), 2)
    assert way.call(fs.guard("other", policy="upstream"), Script("ok")) == "ok"


def test_an_operator_may_take_over(fs: Failsoft, way: Way) -> None:
    guard = breaking(fs)
    way.call(guard, Script("ok"))
    breaker = fs.circuit_breakers["guard:x"]
    breaker.force_open()
    assert breaker.state == "forced_open"
    with pytest.raises(failsoft.CircuitOpenError) as caught:
        way.call(guard, Script())
    assert caught.value.state == "forced_open"
    for verb, state in ((breaker.disable, "disabled"), (breaker.metrics_only, "metrics_only")):
        verb()
        fail(way, guard, 5)
        assert breaker.state == state
    assert breaker.snapshot().counts.failures == 5
    breaker.reset()
    assert breaker.state == "closed"
    assert way.call(guard, Script("ok")) == "ok"


def test_the_first_definition_of_a_name_holds_and_the_second_is_told_of(
    fs: Failsoft, way: Way, caplog: pytest.LogCaptureFixture
) -> None:
    fail(way, breaking(fs, failure_threshold=2), 1)
    assert caplog.records == []
    fail(way, breaking(fs, failure_threshold=50), 1)
    assert fs.circuit_breakers["guard:x"].state == "open"
    assert "guard:x is there already, with other options" in caplog.text
