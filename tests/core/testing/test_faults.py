"""Faults on order."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from typing import Any

import pytest

import failsoft
from both_ways import Script, Way, request_call
from failsoft import CircuitBreaker, Failsoft, Guard, OperationTimeoutError, Policy, Retry, testing

LOST = ConnectionResetError
NAME = "guard:payments"


def test_a_call_fails_before_it_is_made(fs: Failsoft, guard: Guard, way: Way) -> None:
    script = Script("made")
    assert way.call(guard, script) == "made"
    with testing.no_sleep(fs), testing.fault(NAME, raises=LOST) as fault, pytest.raises(LOST):
        way.call(guard, script)
    assert (script.calls, fault.fired) == (1, 3)
    assert fs.circuit_breakers[NAME].snapshot().consecutive_failures == 3
    assert way.call(guard, script) == "made"


def test_a_decorated_function_fails_and_is_retried(fs: Failsoft, guard: Guard, way: Way) -> None:
    script = Script("made")
    made = guard(way.fn(script))
    assert way.run(made) == "made"
    with testing.no_sleep(fs), testing.fault(NAME, raises=LOST("gone"), times=2) as fault:
        assert way.run(made) == "made"
        assert way.run(made) == "made"
    assert (script.calls, fault.fired) == (3, 2)


def test_a_block_fails_as_it_is_entered(fs: Failsoft, guard: Guard, way: Way) -> None:
    body = Script("entered")
    with testing.fault(NAME, raises=LOST), pytest.raises(LOST):
        way.block(guard, body)
    assert body.calls == 0
    assert fs.circuit_breakers[NAME].snapshot().consecutive_failures == 1
    assert way.block(guard, body) == "entered"


def test_an_endpoint_fails(fs: Failsoft, way: Way) -> None:
    script = Script("made")
    binding = fs.endpoints.bind("GET", "/quotes/{symbol}", failsoft.protect(retry=Retry(base_delay=0))(Script()))
    with testing.fault("GET /quotes/<str:symbol>", raises=LOST, times=1) as fault:
        assert way.endpoint(binding, request_call(fs), script) == "made"
    assert (fault.fired, script.calls) == (1, 1)


def test_another_guard_is_left_alone(fs: Failsoft, guard: Guard, way: Way) -> None:
    with testing.fault("guard:other", raises=LOST, must_fire=False) as fault:
        assert way.call(guard, Script("ok")) == "ok"
    assert fault.fired == 0


def test_another_instance_is_left_alone(fs: Failsoft, way: Way) -> None:
    with Failsoft() as other, testing.fault(NAME, raises=LOST, fs=fs, must_fire=False):
        assert way.call(other.guard("payments", policy=Policy()), Script("ok")) == "ok"
        with pytest.raises(LOST):
            way.call(fs.guard("payments", policy=Policy()), Script("never"))


@pytest.mark.parametrize("target", [NAME, "GET /quotes"])
def test_one_that_never_fired_is_an_error(fs: Failsoft, target: str) -> None:
    never_fired = f"the fault of '{target}' never fired"
    with pytest.raises(AssertionError, match=never_fired), testing.fault(target, raises=LOST):
        pass
    with pytest.raises(ZeroDivisionError), testing.fault(target, raises=LOST):
        raise ZeroDivisionError


def test_latency_is_waited_by_the_clock(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("slow", policy=Policy(deadline=5, circuit_breaker=CircuitBreaker(failure_threshold=5)))
    left: list[Any] = []

    def made() -> str:
        left.append(failsoft.remaining())
        return "made"

    with testing.clock(fs) as clock, testing.fault("guard:slow", latency="3s"):
        assert way.call(guard, made) == "made"
        assert clock.slept == [3]
    assert left == [pytest.approx(2)]


def test_an_attempt_that_takes_too_long_is_cut_off(fs: Failsoft) -> None:
    guard = fs.guard("slow", policy=Policy(timeout=0.01))

    async def main() -> None:
        with testing.fault("guard:slow", latency=60):
            await guard.acall(asyncio.sleep, 0)

    with pytest.raises(OperationTimeoutError):
        asyncio.run(main())


def test_an_offloaded_attempt_that_takes_too_long_is_abandoned(fs: Failsoft) -> None:
    guard = fs.guard("slow", policy=Policy(timeout=0.05, offload=1, circuit_breaker=True))
    gate = threading.Event()

    def stuck() -> Exception:
        gate.wait(60)
        return LOST()

    try:
        with testing.fault("guard:slow", raises=stuck), pytest.raises(OperationTimeoutError):
            guard.call(Script("ok"))
        assert fs.offloads["guard:slow"].snapshot().abandoned == 1
        assert fs.circuit_breakers["guard:slow"].snapshot().consecutive_failures == 1
    finally:
        gate.set()


def test_an_offloaded_attempt_that_fails_is_retried(fs: Failsoft) -> None:
    guard = fs.guard("slow", policy=Policy(timeout=60, offload=1, retry=Retry(base_delay=0)), idempotent=True)
    script = Script("ok")
    with testing.fault("guard:slow", raises=LOST, times=2) as struck:
        assert guard.call(script) == "ok"
    assert (struck.fired, script.calls) == (2, 1)


def test_each_failure_is_an_object_of_its_own(fs: Failsoft, guard: Guard, way: Way) -> None:
    error = LOST(104, "gone")
    caught = []
    with testing.no_sleep(fs), testing.fault(NAME, raises=error):
        for _ in range(2):
            with pytest.raises(LOST) as info:
                way.call(guard, Script("never"))
            caught.append(info.value)
    assert caught[0] is not caught[1]
    assert [each.args for each in caught] == [error.args] * 2
    assert [len(each.__notes__) for each in caught] == [3, 3]
    assert not hasattr(error, "__notes__")
    assert error.__traceback__ is None


def test_a_function_makes_what_is_raised(fs: Failsoft, guard: Guard, way: Way) -> None:
    errors = iter([LOST("first"), ValueError("second")])
    fault = testing.fault(NAME, raises=lambda: next(errors))
    with testing.no_sleep(fs), fault, pytest.raises(ValueError, match="second"):
        way.call(guard, Script("never"))


def test_a_base_exception_passes_as_it_does(guard: Guard, way: Way) -> None:
    with testing.fault(NAME, raises=KeyboardInterrupt) as fault, pytest.raises(KeyboardInterrupt):
        way.call(guard, Script("never"))
    assert fault.fired == 1


class Picky(Exception):
    def __init__(self, *, code: int) -> None:
        super().__init__(f"code {code}")


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"raises": Picky}, TypeError, "give a function that makes one"),
        ({"raises": Picky(code=3)}, TypeError, "give a function that makes one"),
        ({"raises": dict}, TypeError, "is no exception"),
        ({"raises": "text"}, TypeError, "expected an exception"),
        ({}, ValueError, "give raises= or latency="),
        ({"raises": LOST, "rate": 0}, ValueError, "never fires"),
        ({"raises": LOST, "rate": 1.5}, ValueError, "never fires"),
        ({"raises": LOST, "times": 0}, ValueError, "never fires"),
        ({"latency": "soon"}, ValueError, "not a duration"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said), testing.fault(NAME, **options):
        pass


@pytest.mark.parametrize("target", ["payments", "quotes", "/quotes", "GET quotes", "guard:", ""])
def test_a_target_that_is_neither_guard_nor_endpoint_is_refused(target: str) -> None:
    with pytest.raises(ValueError, match="or a method and a route"), testing.fault(target, raises=LOST):
        pass


def test_a_function_that_makes_no_exception_is_told_so(guard: Guard, way: Way) -> None:
    with testing.fault(NAME, raises=lambda: "oops"), pytest.raises(TypeError, match="made 'oops'"):  # type: ignore[arg-type,return-value]
        way.call(guard, Script("never"))


def struck(fs: Failsoft, way: Way, seed: int) -> list[bool]:
    guard = fs.guard("often", policy=Policy())
    results = []
    with testing.fault("guard:often", raises=LOST, rate=0.4, seed=seed):
        for _ in range(200):
            try:
                way.call(guard, Script("ok"))
            except LOST:
                results.append(True)
            else:
                results.append(False)
    return results


def test_a_share_of_calls_fails_always_the_same(fs: Failsoft, way: Way) -> None:
    first = struck(fs, way, 1)
    assert 50 < sum(first) < 110
    assert struck(fs, way, 1) == first
    assert struck(fs, way, 2) != first


def test_faults_nest_the_latest_first(fs: Failsoft, guard: Guard, way: Way) -> None:
    plain = fs.guard("payments", policy=Policy())
    with testing.fault(NAME, raises=LOST):
        with testing.fault(NAME, raises=ValueError), pytest.raises(ValueError):
            way.call(plain, Script("never"))
        with pytest.raises(LOST):
            way.call(plain, Script("never"))


def test_threads_share_what_is_left(fs: Failsoft) -> None:
    guard = fs.guard("many", policy=Policy())
    seen: Counter[str] = Counter()
    lock = threading.Lock()

    def work() -> None:
        for _ in range(50):
            try:
                guard.call(Script("ok"))
                outcome = "ok"
            except LOST:
                outcome = "lost"
            with lock:
                seen[outcome] += 1

    with testing.fault("guard:many", raises=LOST, times=70) as fault:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert fault.fired == 70
    assert seen == {"ok": 130, "lost": 70}


def test_a_call_retried_after_the_block_is_left_alone(fs: Failsoft, guard: Guard) -> None:
    script = Script("made")

    async def main() -> Any:
        with testing.no_sleep(fs):
            with testing.fault(NAME, raises=LOST):
                task = asyncio.create_task(guard.acall(_async(script)))
                await asyncio.sleep(0)
            return await task

    assert asyncio.run(main()) == "made"
    assert script.calls == 1


def _async(script: Script) -> Any:
    async def called() -> Any:
        return script()

    return called


def test_where_failsoft_stepped_aside_nothing_fails(fs: Failsoft, guard: Guard, way: Way) -> None:
    with testing.disabled(fs), testing.fault(NAME, raises=LOST, must_fire=False):
        assert way.call(guard, Script("ok")) == "ok"
