"""What is at work by name is bounded: what was not used for long makes room, and nobody is left with two."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Script, Way, request_call
from clocks import ManualClock
from failsoft import Bulkhead, CircuitBreaker, CircuitOpenError, Failsoft, Guard, Policy, Retry
from failsoft.endpoints import Endpoints
from failsoft.policies.registry import IDLE, LIMIT
from failsoft.retries import Retries

LOST = ConnectionResetError
BREAKER = Policy(circuit_breaker=CircuitBreaker(failure_threshold=2))
ROOM = Policy(bulkhead=Bulkhead(max_concurrent=2), circuit_breaker=CircuitBreaker(failure_threshold=2))


@pytest.fixture
def few(fs: Failsoft) -> Failsoft:
    """An instance that has room for three of each."""
    fs.circuit_breakers._limit = fs.bulkheads._limit = 3
    return fs


def used(way: Way, fs: Failsoft, *names: str, policy: Policy = BREAKER) -> list[Guard]:
    guards = [fs.guard(name, policy=policy) for name in names]
    for guard in guards:
        way.call(guard, Script("well"))
    return guards


def names(fs: Failsoft) -> list[str]:
    return [name.removeprefix("guard:") for name in fs.circuit_breakers]


def test_of_too_many_the_one_that_was_used_longest_ago_goes(few: Failsoft, way: Way, clock: ManualClock) -> None:
    for name in ("a", "b", "c"):
        used(way, few, name)
        clock.advance(2)
    used(way, few, "a")
    used(way, few, "d")
    assert names(few) == ["a", "c", "d"]


def test_who_was_used_meanwhile_is_not_the_eldest_any_more(few: Failsoft, way: Way, clock: ManualClock) -> None:
    for name in ("a", "b", "c", "d"):
        used(way, few, name)
        clock.advance(0.25)
    assert names(few) == ["b", "c", "d"]
    few.guard_pipeline("guard:b", BREAKER)
    used(way, few, "b")
    used(way, few, "e")
    assert names(few) == ["b", "d", "e"]


def test_a_guard_in_a_hurry_is_seen_to_be_used(few: Failsoft, way: Way, clock: ManualClock) -> None:
    (hurried,) = used(way, few, "hurried")
    used(way, few, "b", "c")
    for _ in range(100):
        clock.advance(0.25)
        way.call(hurried, Script("well"))
    used(way, few, "d")
    assert "hurried" in names(few)


@pytest.mark.parametrize("verb", [None, "force_open", "disable", "metrics_only"])
def test_a_circuit_that_is_not_closed_stays(few: Failsoft, way: Way, clock: ManualClock, verb: str | None) -> None:
    guards = used(way, few, "a", "b")
    if verb is None:
        for _ in range(2):
            with pytest.raises(LOST):
                way.call(guards[0], Script(LOST()))
    else:
        getattr(few.circuit_breakers["guard:a"], verb)()
    before = few.circuit_breakers["guard:a"]
    for number in range(10):
        clock.advance(2 * IDLE)
        used(way, few, f"new {number}")
    assert few.circuit_breakers["guard:a"] is before
    assert "b" not in names(few)


def test_a_bulkhead_with_a_call_inside_stays(few: Failsoft, way: Way, clock: ManualClock) -> None:
    (guard,) = used(way, few, "a", policy=ROOM)
    before = few.bulkheads["guard:a"]

    def inside() -> str:
        for number in range(5):
            clock.advance(2 * IDLE)
            used(SYNC, few, f"new {number}", policy=ROOM)
        assert few.bulkheads["guard:a"] is before
        return "well"

    assert way.call(guard, inside) == "well"
    clock.advance(2)
    used(way, few, "x", "y", "z", policy=ROOM)
    assert "guard:a" not in few.bulkheads


def test_when_none_can_go_the_new_one_has_none_and_that_is_said_once(
    few: Failsoft, way: Way, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a", "b", "c"):
        used(way, few, name)
        few.circuit_breakers[f"guard:{name}"].force_open()
    used(way, few, "d", "e")
    assert names(few) == ["a", "b", "c"]
    said = [record.getMessage() for record in caplog.records if record.name == "failsoft"]
    assert said == ["there are 3 circuit breakers; guard:d and all further ones have none"]


def test_who_has_none_gets_one_as_soon_as_there_is_room(few: Failsoft, way: Way, clock: ManualClock) -> None:
    for name in ("a", "b", "c"):
        used(way, few, name)
        few.circuit_breakers[f"guard:{name}"].force_open()
    (late,) = used(way, few, "late")
    view = failsoft.protect(policy=BREAKER)(Script())

    def breaker_of_the_view() -> Any:
        pipeline = few.endpoints.bind("GET", "/quotes", view).pipeline
        return pipeline and pipeline.limits.breaker

    assert breaker_of_the_view() is None
    for name in ("a", "b"):
        few.circuit_breakers[f"guard:{name}"].reset()
    clock.advance(2)
    way.call(late, Script("well"))
    assert names(few) == ["b", "c", "late"]
    assert breaker_of_the_view() is few.circuit_breakers["GET /quotes"]


def test_what_was_idle_for_an_hour_goes_when_something_new_comes(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    used(way, fs, "a", "b", policy=ROOM)
    clock.advance(IDLE - 1)
    used(way, fs, "b", "c", policy=ROOM)
    assert names(fs) == ["a", "b", "c"]
    clock.advance(IDLE / 30)
    used(way, fs, "d", policy=ROOM)
    assert names(fs) == ["b", "c", "d"]
    assert list(fs.bulkheads) == [f"guard:{name}" for name in ("b", "c", "d")]


def test_who_held_it_finds_the_one_that_is_there_now(few: Failsoft, way: Way, clock: ManualClock) -> None:
    (guard,) = used(way, few, "a")
    evicted = few.circuit_breakers["guard:a"]
    clock.advance(2)
    used(way, few, "b", "c", "d")
    assert evicted.gone
    assert "a" not in names(few)
    for _ in range(2):
        with pytest.raises(LOST):
            way.call(guard, Script(LOST()))
    assert (few.circuit_breakers["guard:a"].state, evicted.state) == ("open", "closed")
    other = few.guard("a", policy=BREAKER)
    for holder in (guard, other):
        with pytest.raises(CircuitOpenError):
            way.call(holder, Script("never"))


def test_an_endpoint_finds_the_one_that_is_there_now(few: Failsoft, way: Way, clock: ManualClock) -> None:
    view = failsoft.protect(policy=BREAKER)(Script())

    def request(*outcomes: Any) -> Any:
        binding = few.endpoints.bind("GET", "/quotes", view)
        return way.endpoint(binding, request_call(few), Script(*outcomes))

    request("well")
    evicted = few.circuit_breakers["GET /quotes"]
    clock.advance(2)
    used(way, few, "b", "c", "d")
    assert "GET /quotes" not in few.circuit_breakers
    for _ in range(2):
        with pytest.raises(LOST):
            request(LOST())
    assert (few.circuit_breakers["GET /quotes"].state, evicted.state) == ("open", "closed")
    with pytest.raises(CircuitOpenError):
        request("never")
    assert few.endpoints.bind("GET", "/quotes", view) is few.endpoints.bind("GET", "/quotes", view)


@pytest.mark.parametrize("outcome", ["well", LOST()])
def test_a_call_under_way_on_one_that_goes_ends_as_it_would(
    few: Failsoft, way: Way, clock: ManualClock, outcome: Any
) -> None:
    (guard,) = used(way, few, "a")
    evicted = few.circuit_breakers["guard:a"]

    def meanwhile() -> Any:
        clock.advance(2)
        used(SYNC, few, "b", "c", "d")
        assert "a" not in names(few)
        return Script(outcome)()

    if outcome == "well":
        assert way.call(guard, meanwhile) == "well"
    else:
        with pytest.raises(LOST):
            way.call(guard, meanwhile)
    assert evicted.snapshot().counts.failures == int(outcome != "well")
    assert way.call(guard, Script("well")) == "well"
    assert few.circuit_breakers["guard:a"].snapshot().counts.failures == 0


def test_threads_that_hold_a_guard_never_count_on_two_circuits(few: Failsoft, clock: ManualClock) -> None:
    """Those under way when it goes may end on the old one; who begins afterwards is on the one that all can see."""
    guard, rounds, crowd = few.guard("a", policy=ROOM), 40, 4
    at_the_start, at_the_end = threading.Barrier(crowd + 1), threading.Barrier(crowd + 1)
    found: list[list[Any]] = [[] for _ in range(rounds)]
    wrong: list[str] = []

    def caller() -> None:
        for number in range(rounds):
            at_the_start.wait()
            for _ in range(20):
                try:
                    guard.call(Script("well"))
                except failsoft.BulkheadFullError:
                    pass
                except Exception as exc:
                    wrong.append(repr(exc))
            at_the_end.wait()
            # the crowd has come to rest: whoever calls now has to be seen in the registry
            planned = getattr(guard.plan, "pipeline", None)
            found[number].append(planned and planned.limits.breaker)

    threads = [threading.Thread(target=caller) for _ in range(crowd)]
    for thread in threads:
        thread.start()
    for number in range(rounds):
        at_the_start.wait()
        for other in range(3):
            clock.advance(2)
            few.guard_pipeline(f"guard:{number}.{other}", ROOM)
        at_the_end.wait()
    for thread in threads:
        thread.join()
    assert wrong == []
    guard.call(Script("well"))
    breaker = few.circuit_breakers["guard:a"]
    assert few.guard_pipeline("guard:a", ROOM).limits.breaker is breaker
    before = breaker.snapshot().counts.total
    for _ in range(10):
        guard.call(Script("well"))
    assert breaker.snapshot().counts.total == before + 10
    assert sum(not each.gone for each in {id(each): each for part in found for each in part if each}.values()) <= 1


def test_tasks_that_hold_a_guard_come_back_to_the_one_that_is_there(few: Failsoft, clock: ManualClock) -> None:
    guard = few.guard("a", policy=ROOM)

    async def well() -> str:
        await asyncio.sleep(0)
        return "well"

    async def caller() -> None:
        for _ in range(30):
            try:
                assert await guard.acall(well) == "well"
            except failsoft.BulkheadFullError:
                await asyncio.sleep(0)

    async def others() -> None:
        for number in range(60):
            clock.advance(2)
            few.guard_pipeline(f"guard:{number}", ROOM)
            await asyncio.sleep(0)

    async def main() -> None:
        await asyncio.gather(caller(), caller(), caller(), others())

    asyncio.run(main())
    asyncio.run(guard.acall(well))
    assert few.guard_pipeline("guard:a", ROOM).limits.breaker is few.circuit_breakers["guard:a"]
    assert few.bulkheads["guard:a"].snapshot().in_use == 0


def test_the_books_of_retries_make_room_too_and_are_found_again(
    fs: Failsoft, way: Way, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fs.endpoints, "retries", Retries(limit=2))
    retry = Policy(retry=Retry(base_delay=0))
    (guard,) = used(way, fs, "a", policy=retry)
    for name in ("b", "c"):
        clock.advance(2)
        used(way, fs, name, policy=retry)
    assert fs.retries.names() == ["guard:b", "guard:c"]
    clock.advance(2)
    way.call(guard, Script("well"))
    assert fs.retries.names() == ["guard:a", "guard:c"]
    assert fs.retries.statistics("a").operations == 1
    assert len(fs.retries._budgets) == 2


def test_names_without_bound_take_no_memory_without_bound(fs: Failsoft, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(LIMIT + 200):
        pipeline = fs.guard_pipeline(f"guard:{number}", ROOM)
        assert pipeline.limits.breaker is not None
    assert len(fs.circuit_breakers) == len(fs.bulkheads) == LIMIT
    assert len(fs.endpoints._guards) <= LIMIT
    assert f"guard:{LIMIT + 199}" in fs.circuit_breakers
    assert caplog.records == []


def test_bindings_without_bound_take_no_memory_without_bound(fs: Failsoft) -> None:
    endpoints: Endpoints = fs.endpoints
    views = [Script() for _ in range(LIMIT + 10)]
    for view in views:
        endpoints.bind("GET", "/quotes", view)
    assert len(endpoints._bindings) <= LIMIT
    assert endpoints.bind("GET", "/quotes", views[-1]) is endpoints.bind("GET", "/quotes", views[-1])
