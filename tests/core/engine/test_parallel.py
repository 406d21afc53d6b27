"""Threads, processes and copies."""

from __future__ import annotations

import copy
import os
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Script
from clocks import ManualClock
from failsoft import Budget, CircuitBreaker, Failsoft, FailsoftError, Policy, Retry
from failsoft.current import current_call

LOST = ConnectionResetError
THREADS = 8


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What each of eight threads came to, all of them starting together."""
    barrier = threading.Barrier(THREADS)
    results: list[Any] = [None] * THREADS

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work(number)
        except BaseException as exc:
            results[number] = exc

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    return results


def test_no_call_is_lost_from_the_count(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=10**6, window=4000)))

    def work(number: int) -> None:
        for turn in range(400):
            outcome = LOST() if (turn + number) % 4 == 0 else "ok"
            try:
                SYNC.call(guard, Script(outcome)) if turn % 2 else SYNC.block(guard, Script(outcome))
            except LOST:
                pass
            assert current_call.get() is None

    assert at_once(work) == [None] * THREADS
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    assert (counts.total, counts.failures) == (3200, 800)
    assert len(guard._open) == 0


def test_only_so_many_probes_get_through_however_many_knock(fs: Failsoft, clock: ManualClock) -> None:
    breaker = CircuitBreaker(failure_threshold=1, open_duration=5, half_open_calls=4, half_open_concurrency=2)
    guard = fs.guard("x", policy=Policy(circuit_breaker=breaker))
    with pytest.raises(LOST):
        guard.call(Script(LOST()))
    clock.advance(5)
    all_others_are_rejected = threading.Barrier(THREADS)

    def probe() -> str:
        all_others_are_rejected.wait(30)
        return "well"

    def work(number: int) -> Any:
        try:
            return guard.call(probe)
        except failsoft.CircuitOpenError:
            all_others_are_rejected.wait(30)
            return "rejected"

    results = at_once(work)
    assert (results.count("well"), results.count("rejected")) == (2, 6)
    assert fs.circuit_breakers["guard:x"].snapshot().probes_in_flight == 0


def test_a_budget_is_not_overdrawn(fs: Failsoft) -> None:
    policy = Policy(retry=Retry(base_delay=0, max_attempts=3, budget=Budget(ratio=0.1, min_per_second=0)))
    guard = fs.guard("x", policy=policy, idempotent=True)

    def work(number: int) -> int:
        calls = 0
        for _ in range(250):
            script = Script(LOST())
            with pytest.raises(LOST):
                guard.call(script)
            calls += script.calls
        return calls

    attempts = sum(at_once(work))
    assert attempts == 2000 + 200


def test_a_guard_binds_once_for_all_threads(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=8)))

    def work(number: int) -> None:
        with pytest.raises(LOST):
            guard.call(Script(LOST()))

    at_once(work)
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_bindings_of_a_route_are_one_for_all_threads(fs: Failsoft) -> None:
    view = failsoft.protect(circuit_breaker=True)(Script())
    bindings = at_once(lambda number: fs.endpoints.bind("GET", "/x", view))
    assert len({id(binding) for binding in bindings}) == 1


def test_the_stand_in_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from failsoft import facade

    monkeypatch.setattr(facade, "_fallback", [])
    made = at_once(lambda number: facade._default())
    assert len({id(one) for one in made}) == 1
    made[0].close()


# -- processes


def in_child(work: Callable[[], str]) -> str:
    """What a forked child says."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writable, work().encode())
        finally:
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
class TestForking:
    def test_what_was_built_before_works_in_each_child(self, fs: Failsoft) -> None:
        guard = fs.guard(
            "x",
            policy=Policy(retry=Retry(base_delay=0), circuit_breaker=CircuitBreaker(failure_threshold=3)),
            idempotent=True,
        )

        def work() -> str:
            with pytest.raises(LOST):
                guard.call(Script(LOST()))
            return fs.circuit_breakers["guard:x"].state

        assert in_child(work) == "open"
        assert guard.call(lambda: "parent") == "parent"
        assert fs.circuit_breakers["guard:x"].state == "closed"

    def test_ids_and_jitter_differ_between_processes(self) -> None:
        with Failsoft({}) as fs:
            from failsoft.ids import new_error_id, new_request_id

            def work() -> str:
                return f"{new_request_id()} {new_error_id(0.0)} {fs.rng.random()} {fs.handle(ValueError()).error_id}"

            said = [work(), in_child(work), in_child(work)]
        for parts in zip(*(line.split() for line in said), strict=True):
            assert len(set(parts)) == 3

    def test_randomness_that_was_handed_in_stays_as_it_is(self, fs: Failsoft) -> None:
        first, second = (in_child(lambda: str(fs.rng.random())) for _ in range(2))
        assert first == second


# -- copies


def exceptions() -> list[FailsoftError]:
    fields: dict[str, Any] = {
        "user_message": {"en": "Sorry.", "de": "Leider."},
        "details": {"n": 1},
        "retry_after": 2.5,
        "headers": {"X-A": "1"},
        "severity": "low",
    }
    found: list[FailsoftError] = []
    todo: list[type[FailsoftError]] = [FailsoftError]
    while todo:
        cls = todo.pop()
        if cls.__module__ != "failsoft.errors.exceptions":
            continue
        todo.extend(cls.__subclasses__())
        found.append(cls("it broke", **fields))
    return found


@pytest.mark.parametrize("error", exceptions(), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_exceptions_survive_being_copied(error: FailsoftError, copied: Callable[[Any], Any]) -> None:
    other = copied(error)
    assert type(other) is type(error)
    assert vars(other) == vars(error)
    assert (str(other), other.args, other.to_dict()) == (str(error), error.args, error.to_dict())


def test_what_a_call_raised_survives_too(fs: Failsoft) -> None:
    policy = Policy(
        retry=Retry(base_delay=0, raise_exhausted=True), circuit_breaker=CircuitBreaker(failure_threshold=3)
    )
    guard = fs.guard("x", policy=policy, idempotent=True)
    caught: list[Exception] = []
    for _ in range(2):
        try:
            guard.call(Script(LOST()))
        except Exception as exc:
            caught.append(exc)
    for error in caught:
        other = pickle.loads(pickle.dumps(error))
        assert (type(other), str(other)) == (type(error), str(error))
    assert (pickle.loads(pickle.dumps(caught[1])).name, caught[1].__class__) == ("guard:x", failsoft.CircuitOpenError)
