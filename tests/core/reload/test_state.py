"""What circuit breakers, budgets and limits have counted outlives the settings by which they counted it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Recorder, RequestCall, Script, Way
from clocks import ManualClock
from core.reload.conftest import Live
from failsoft import Failsoft, Guard, RateLimitError, RequestFacts
from failsoft.events import CircuitBreakerTransition

LOST = ConnectionResetError


def breaking(**options: Any) -> str:
    lines = "".join(f"{key} = {value!r}\n" for key, value in {"failure_threshold": 3, **options}.items())
    return f"[policies.p.circuit_breaker]\n{lines}"


def fail(way: Way, guard: Guard, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(LOST):
            way.call(guard, Script(LOST()))


def snapshot(fs: Failsoft) -> Any:
    return fs.circuit_breakers["guard:x"].snapshot()


@pytest.fixture
def x(live: Live) -> Any:
    """A guard under the policy `p`."""

    def make(text: str) -> tuple[Failsoft, Guard]:
        fs = live.start(text)
        return fs, fs.guard("x", policy="p")

    return make


# --- circuit breakers


@pytest.mark.parametrize("changed", [breaking(), breaking(failure_threshold=9), breaking(window="30s")])
def test_an_open_circuit_stays_open(x: Any, live: Live, way: Way, clock: ManualClock, changed: str) -> None:
    fs, guard = x(breaking())
    fail(way, guard, 3)
    clock.advance(10)
    breaker, events = fs.circuit_breakers["guard:x"], Recorder(fs)
    assert live.change(changed) == []
    assert (fs.circuit_breakers["guard:x"] is breaker, breaker.state) == (True, "open")
    with pytest.raises(failsoft.CircuitOpenError) as caught:
        way.call(guard, Script("well"))
    assert caught.value.retry_after == 20
    assert events.of(CircuitBreakerTransition) == []


def test_thresholds_change_in_place(x: Any, live: Live, way: Way) -> None:
    fs, guard = x(breaking(failure_threshold=9))
    fail(way, guard, 2)
    assert live.change(breaking(failure_threshold=3)) == []
    assert snapshot(fs).consecutive_failures == 2
    fail(way, guard)
    assert snapshot(fs).state == "open"


def test_the_slow_duration_changes_in_place_also_on_the_quick_way(
    x: Any, live: Live, way: Way, clock: ManualClock
) -> None:
    slow = {"slow_call_rate_threshold": 1.0, "minimum_calls": 2, "window": 10}
    fs, guard = x(breaking(slow_call_duration=60, **slow))
    for _ in range(20):
        way.call(guard, Script("well"))
    assert live.change(breaking(slow_call_duration=1, **slow)) == []
    for _ in range(10):
        way.call(guard, Script(lambda: clock.advance(2)))
    assert snapshot(fs).state == "open"


def test_durations_change_in_place_for_a_period_under_way(x: Any, live: Live, way: Way, clock: ManualClock) -> None:
    fs, guard = x(breaking(open_duration=300, max_open_duration=900, half_open_calls=1))
    fail(way, guard, 3)
    clock.advance(10)
    assert live.change(breaking(open_duration=30, max_open_duration=900, half_open_calls=1)) == []
    assert snapshot(fs).retry_after == 20
    clock.advance(20)
    fail(way, guard)
    assert snapshot(fs).retry_after == 60
    assert live.change(breaking(open_duration=50, max_open_duration=90, half_open_calls=1)) == []
    assert snapshot(fs).retry_after == 90


@pytest.mark.parametrize("window", [50, "60s"])
def test_another_window_begins_empty(x: Any, live: Live, way: Way, window: Any) -> None:
    fs, guard = x(breaking(failure_threshold=9, failure_rate_threshold=0.5, minimum_calls=4, window=40))
    fail(way, guard, 3)
    same = breaking(failure_threshold=8, failure_rate_threshold=0.5, minimum_calls=4, window=40)
    assert live.change(same) == []
    assert (snapshot(fs).counts.total, snapshot(fs).counts.failures) == (3, 3)
    other = breaking(failure_threshold=9, failure_rate_threshold=0.5, minimum_calls=4, window=window)
    assert live.change(other) == []
    assert (snapshot(fs).state, snapshot(fs).counts.total, snapshot(fs).consecutive_failures) == ("closed", 0, 3)
    fail(way, guard, 3)
    assert (snapshot(fs).state, snapshot(fs).counts.failures) == ("closed", 3)
    fail(way, guard)
    assert snapshot(fs).state == "open"


def test_thirty_calls_and_thirty_seconds_are_two_windows(x: Any, live: Live, way: Way, clock: ManualClock) -> None:
    fs, guard = x(breaking(failure_threshold=99, window=30))
    fail(way, guard, 3)
    assert live.change(breaking(failure_threshold=99, window=30.0)) == []
    assert snapshot(fs).counts.total == 0
    fail(way, guard, 3)
    clock.advance(60)
    assert snapshot(fs).counts.total == 0


def test_a_full_window_of_successes_is_not_taken_for_another_one(x: Any, live: Live, way: Way) -> None:
    fs, guard = x(breaking(window=10))
    for _ in range(12):
        way.call(guard, Script("well"))
    assert live.change(breaking(window=20)) == []
    for _ in range(5):
        way.call(guard, Script("well"))
    assert snapshot(fs).counts.total == 5


@pytest.mark.parametrize("calls", [1, 2, 5])
def test_a_probe_that_is_out_belongs_to_the_round_that_begins_again(
    x: Any, live: Live, way: Way, clock: ManualClock, calls: int
) -> None:
    fs, guard = x(breaking(half_open_calls=3, half_open_max_wait=30))
    fail(way, guard, 3)
    clock.advance(30)

    def during() -> str:
        assert live.change(breaking(half_open_calls=calls, half_open_max_wait=10)) == []
        assert (snapshot(fs).state, snapshot(fs).probes_in_flight, snapshot(fs).probes_left) == (
            "half_open",
            1,
            calls - 1,
        )
        return "well"

    assert way.call(guard, Script(during)) == "well"
    for _ in range(calls - 1):
        assert snapshot(fs).state == "half_open"
        way.call(guard, Script("well"))
    assert snapshot(fs).state == "closed"


def test_a_round_whose_terms_stay_goes_on(x: Any, live: Live, way: Way, clock: ManualClock) -> None:
    fs, guard = x(breaking(half_open_calls=3))
    fail(way, guard, 3)
    clock.advance(30)
    way.call(guard, Script("well"))
    assert live.change(breaking(half_open_calls=3, open_duration=60)) == []
    assert (snapshot(fs).probe_successes, snapshot(fs).probes_left) == (1, 2)


def test_a_lost_probe_is_found_by_the_new_time(x: Any, live: Live, clock: ManualClock) -> None:
    fs, guard = x(breaking(half_open_calls=1, half_open_max_wait=300, open_duration=10))

    async def main() -> None:
        for _ in range(3):
            with pytest.raises(LOST):
                guard.call(Script(LOST()))
        clock.advance(10)
        probe = asyncio.create_task(guard.acall(asyncio.Event().wait))
        await asyncio.sleep(0)
        assert live.change(breaking(half_open_calls=1, half_open_max_wait=20, open_duration=10)) == []
        clock.advance(20)
        with pytest.raises(failsoft.CircuitOpenError):
            guard.call(Script("well"))
        assert snapshot(fs).history[-1].reason == "half_open_max_wait"
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)

    asyncio.run(main())


@pytest.mark.parametrize("verb", ["force_open", "disable", "metrics_only"])
def test_the_word_of_an_operator_stands(x: Any, live: Live, way: Way, verb: str) -> None:
    fs, guard = x(breaking())
    way.call(guard, Script("well"))
    getattr(fs.circuit_breakers["guard:x"], verb)()
    before = snapshot(fs).state
    assert live.change(breaking(failure_threshold=1, window=7)) == []
    assert snapshot(fs).state == before


def test_a_breaker_that_protects_nothing_any_more_is_forgotten(x: Any, live: Live, way: Way) -> None:
    fs, guard = x(breaking())
    fail(way, guard, 3)
    assert live.change("[policies.p]\ntimeout = 5\n") == []
    assert dict(fs.circuit_breakers) == {}
    assert way.call(guard, Script("well")) == "well"
    assert live.change(breaking()) == []
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_a_refused_file_changes_no_breaker(x: Any, live: Live, way: Way) -> None:
    fs, guard = x(breaking())
    fail(way, guard, 2)
    assert live.change(f"service = 'shop'\n{breaking(failure_threshold=99, window=7)}") != []
    assert fs.circuit_breakers["guard:x"].options.failure_threshold == 3
    assert (
        live.change(f"{breaking(failure_threshold=99)}[policies.p.rate_limit]\nrate = '1/second'\nkey = 'client'\n")
        != []
    )
    assert fs.circuit_breakers["guard:x"].options.failure_threshold == 3
    fail(way, guard)
    assert snapshot(fs).state == "open"


# --- budgets


def retrying(**budget: float) -> str:
    lines = "".join(f"{key} = {value}\n" for key, value in budget.items())
    return f"[policies.p.retry]\nbase_delay = 0\nmax_attempts = 2\n[policies.p.retry.budget]\n{lines}"


def test_a_budget_that_is_spent_stays_spent(live: Live, way: Way) -> None:
    fs = live.start(retrying(ratio=0, min_per_second=0.3))
    guard = fs.guard("x", policy="p", idempotent=True)

    def retries(calls: int) -> int:
        script = Script(LOST())
        for _ in range(calls):
            with pytest.raises(LOST):
                way.call(guard, script)
        return script.calls - calls

    assert retries(5) == 3
    assert live.change(retrying(ratio=0, min_per_second=0.3) + "# the same\n") == []
    assert retries(5) == 0
    assert live.change(retrying(ratio=0, min_per_second=0.5)) == []
    assert retries(5) == 2


# --- rate limits


class Visit(RequestCall):
    address = ""

    def describe(self) -> RequestFacts:
        return RequestFacts(client=self.address)

    def header(self, name: str) -> str | None:
        return "the same"


def admitted(fs: Failsoft, address: str, times: int) -> int:
    """How many of so many requests of a client come through."""
    binding = fs.endpoints.bind("GET", "/x", VIEW)
    passed = 0
    for _ in range(times):
        call = Visit("GET /x", fs.clock.monotonic(), owner=fs)
        call.method, call.address = "GET", address
        try:
            binding.pipeline.call(call, Script("well"))  # type: ignore[union-attr]
        except RateLimitError:
            continue
        passed += 1
    return passed


VIEW = failsoft.protect(policy="p")(Script("well"))


def limiting(rate: str, **more: str) -> str:
    lines = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f"[policies.p.rate_limit]\nrate = '{rate}'\n{lines}"


def test_what_a_client_has_spent_stays_spent(live: Live, clock: ManualClock) -> None:
    fs = live.start(limiting("10/minute", key="'client'"))
    assert admitted(fs, "192.0.2.1", 8) == 8
    assert live.change(limiting("10/minute", key="'client'") + "# the same\n") == []
    assert admitted(fs, "192.0.2.1", 8) == 2
    assert live.change(limiting("30/minute", key="'client'")) == []
    assert (admitted(fs, "192.0.2.1", 40), admitted(fs, "192.0.2.2", 40)) == (20, 30)
    clock.advance(2)
    assert admitted(fs, "192.0.2.1", 40) == 1


def test_who_has_spent_more_than_there_is_now_waits_for_one_call_only(live: Live, clock: ManualClock) -> None:
    fs = live.start(limiting("1000/minute"))
    assert admitted(fs, "", 900) == 900
    assert live.change(limiting("6/minute")) == []
    assert admitted(fs, "", 5) == 0
    clock.advance(10)
    assert admitted(fs, "", 5) == 1


def test_who_is_counted_in_another_way_begins_anew(live: Live) -> None:
    fs = live.start(limiting("2/minute"))
    assert admitted(fs, "192.0.2.1", 5) == 2
    assert live.change(limiting("2/minute", key="'client'")) == []
    assert admitted(fs, "192.0.2.1", 5) == 2


def test_the_same_value_of_another_header_is_another_caller(live: Live) -> None:
    fs = live.start(limiting("2/minute", key="'header:X-Key'"))
    assert admitted(fs, "", 5) == 2
    assert live.change(limiting("2/minute", key="'header:X-Other'")) == []
    assert admitted(fs, "", 5) == 2
    assert live.change(limiting("3/minute", key="'header:X-Other'")) == []
    assert admitted(fs, "", 5) == 1


def test_a_limit_may_come_and_go(live: Live) -> None:
    fs = live.start(limiting("2/minute"))
    assert admitted(fs, "", 5) == 2
    assert live.change("[policies.p]\ntimeout = 5\n") == []
    assert admitted(fs, "", 5) == 5
    assert live.change(limiting("2/minute")) == []
    assert admitted(fs, "", 5) == 2


# --- bulkheads


def filling(**options: Any) -> str:
    lines = "".join(f"{key} = {value}\n" for key, value in options.items())
    return f"[policies.p.bulkhead]\n{lines}"


def test_who_has_a_slot_keeps_it_and_the_others_go_by_the_new_number(x: Any, live: Live, way: Way) -> None:
    fs, guard = x(filling(max_concurrent=1, max_queue=0))
    bulkhead = []

    def inside() -> str:
        bulkhead.append(fs.bulkheads["guard:x"])
        with pytest.raises(failsoft.BulkheadFullError):
            SYNC.call(guard, Script("well"))
        assert live.change(filling(max_concurrent=2, max_queue=0)) == []
        assert SYNC.call(guard, Script("well")) == "well"
        assert live.change(filling(max_concurrent=1, max_queue=0)) == []
        with pytest.raises(failsoft.BulkheadFullError):
            SYNC.call(guard, Script("well"))
        return "well"

    assert way.call(guard, Script(inside)) == "well"
    assert fs.bulkheads["guard:x"] is bulkhead[0]
    assert (bulkhead[0].snapshot().limit, bulkhead[0].snapshot().in_use) == (1, 0)
    assert way.call(guard, Script("well")) == "well"


def test_a_limit_that_is_found_by_itself_may_come_and_go(x: Any, live: Live, way: Way) -> None:
    fs, guard = x(filling(max_concurrent=3))
    way.call(guard, Script("well"))
    for text, limit in ((filling(adaptive="'aimd'", max_concurrent=50), None), (filling(max_concurrent=3), 3)):
        assert live.change(text) == []
        for _ in range(20):
            assert way.call(guard, Script("well")) == "well"
        snapshot = fs.bulkheads["guard:x"].snapshot()
        assert snapshot.in_use == 0
        assert limit is None or snapshot.limit == limit


def test_a_bulkhead_that_protects_nothing_any_more_is_forgotten(x: Any, live: Live, way: Way) -> None:
    fs, guard = x(filling(max_concurrent=3))
    way.call(guard, Script("well"))
    assert live.change("[policies.p]\ntimeout = 5\n") == []
    assert dict(fs.bulkheads) == {}


def test_other_conditions_hold_at_once(x: Any, live: Live, way: Way) -> None:
    fs, guard = x(breaking(result="builtins:callable"))
    assert way.call(guard, lambda: len) is len
    assert snapshot(fs).counts == (1, 1, 0)
    assert live.change(breaking(ignore="network")) == []
    fail(way, guard, 3)
    assert way.call(guard, lambda: len) is len
    assert (snapshot(fs).counts, snapshot(fs).state) == ((2, 1, 0), "closed")
