"""Budgets that calls share, priorities, and statistics."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Script, Way, request_call
from clocks import ManualClock
from failsoft import Budget, CircuitBreaker, Failsoft, Policy, Retry
from failsoft.machines.budget import Priority, RetryBudget
from failsoft.retries import Retries, RetryStatistics, SharedBudget
from failsoft.run import Reply

LOST = ConnectionResetError
POOR = {"base_delay": 0, "max_attempts": 2, "budget": {"ratio": 1, "min_per_second": 0}}


def settings(**policy: Any) -> dict[str, Any]:
    return {"policies": {"upstream": {"retry": {**POOR, **policy.pop("retry", {})}, **policy}}}


def calls_counted(fs: Failsoft, clock: ManualClock) -> int:
    """How many calls the budget knows: at a ratio of 1, as many as it grants retries."""
    budget = fs.endpoints.retries.tally("upstream", "guard:asking", Budget()).budget
    return sum(budget.withdraw(clock.monotonic()) for _ in range(100))


# -- one call, one deposit


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_call_counts_once_however_deep_guards_nest(make: Any, way: Way, clock: ManualClock, depth: int) -> None:
    fs = make(settings())
    call = way.fn(Script("ok"))
    for number in range(depth):
        call = way.nested(fs.guard(f"g{number}", policy="upstream"), call)
    for _ in range(3):
        way.run(call)
    assert calls_counted(fs, clock) == 3


def test_guards_that_nest_only_at_times_are_found_out(make: Any, way: Way, clock: ManualClock) -> None:
    fs = make(settings())
    inner, outer = (fs.guard(name, policy="upstream") for name in ("inner", "outer"))
    for guard in (inner, outer, outer, inner):
        way.call(guard, Script("ok"))
    nested = way.nested(outer, way.through(inner, Script("ok")))
    clock.advance(2)  # now and then a call goes the long way, on which the guard shows itself
    for _ in range(3):
        way.run(nested)
    assert calls_counted(fs, clock) == 4 + 3


def test_guards_with_a_limit_of_time_show_themselves_from_the_start(make: Any, way: Way, clock: ManualClock) -> None:
    fs = make(settings(retry={"max_attempts": 1}, deadline=5))
    inner, outer = (fs.guard(name, policy="upstream") for name in ("inner", "outer"))
    for guard in (inner, outer):
        way.call(guard, Script("ok"))
    way.run(way.nested(outer, way.through(inner, Script("ok"))))
    assert calls_counted(fs, clock) == 2 + 1


def test_what_fails_on_the_quick_way_counts_once_too(make: Any, way: Way, clock: ManualClock) -> None:
    fs = make(settings(retry={"max_attempts": 1}, deadline=5))
    inner, outer = (fs.guard(name, policy="upstream") for name in ("inner", "outer"))
    for guard in (inner, outer):
        way.call(guard, Script("ok"))
    with pytest.raises(LOST):
        way.call(inner, Script(LOST()))
    with pytest.raises(LOST):
        way.run(way.nested(outer, way.through(inner, Script(LOST()))))
    assert calls_counted(fs, clock) == 2 + 1 + 1


def test_a_guard_within_itself_counts_once(make: Any, way: Way, clock: ManualClock) -> None:
    fs = make(settings())
    guard = fs.guard("g", policy="upstream")
    for _ in range(3):
        way.run(way.nested(guard, way.through(guard, Script("ok"))))
    assert calls_counted(fs, clock) == 3


def test_only_who_has_to_show_itself_does(make: Any, way: Way) -> None:
    fs = make(settings())
    inner, outer = (fs.guard(name, policy="upstream") for name in ("inner", "outer"))
    seen: list[str] = []

    def look() -> None:
        call = failsoft.current.current_call.get()
        seen.append("" if call is None else call.endpoint)

    for guard in (inner, inner, outer, outer):
        way.call(guard, look)
    assert seen == ["guard:inner", "", "guard:outer", ""]
    for _ in range(2):
        fs.events.subscribe(print)()  # the quick way is left once
        way.run(way.nested(outer, way.through(inner, Script("ok"))))
    seen.clear()
    for guard in (inner, inner, outer, outer):
        way.call(guard, look)
    assert seen[1::2] == ["", "guard:outer"]


def test_nor_twice_where_the_inner_one_fails_first(make: Any, way: Way, clock: ManualClock) -> None:
    fs = make(settings(retry={"max_attempts": 1}))
    inner, outer = fs.guard("inner", policy="upstream"), fs.guard("outer", policy="upstream")
    with pytest.raises(LOST):
        way.run(way.nested(outer, way.through(inner, Script(LOST()))))
    assert calls_counted(fs, clock) == 1


def test_nor_within_an_endpoint_or_a_block_of_the_same_policy(make: Any, way: Way, clock: ManualClock) -> None:
    fs = make(settings())
    guard = fs.guard("inner", policy="upstream")
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(policy="upstream")(Script()))
    way.endpoint(binding, request_call(fs), lambda: SYNC.call(guard, Script("ok")))
    assert calls_counted(fs, clock) == 1
    way.block(fs.guard("outer", policy="upstream"), lambda: SYNC.call(guard, Script("ok")))
    assert calls_counted(fs, clock) == 1


def test_nor_where_another_policy_stands_between(make: Any, way: Way, clock: ManualClock) -> None:
    fs = make(settings())
    between = fs.guard("between", policy=Policy(deadline=5))
    inner, outer = fs.guard("inner", policy="upstream"), fs.guard("outer", policy="upstream")
    way.run(way.nested(outer, way.nested(between, way.through(inner, Script("ok")))))
    assert calls_counted(fs, clock) == 1


def test_calls_beside_each_other_count_each(make: Any, way: Way, clock: ManualClock) -> None:
    fs = make(settings())
    guard, between = fs.guard("g", policy="upstream"), fs.guard("between", policy=Policy(deadline=5))
    for _ in range(2):
        way.run(way.nested(between, way.through(guard, Script("ok"))))
    assert calls_counted(fs, clock) == 2


def test_attempts_inside_are_paid_once(make: Any, way: Way) -> None:
    fs = make(settings(retry={"max_attempts": 3, "budget": {"ratio": 2, "min_per_second": 0}}))
    inner, outer = (fs.guard(name, policy="upstream", idempotent=True) for name in ("inner", "outer"))
    scripts = [Script(LOST()) for _ in range(2)]
    for script in scripts:
        with pytest.raises(LOST):
            way.run(way.nested(outer, way.through(inner, script)))
    assert [script.calls for script in scripts] == [3, 3]


# -- priorities


def spend(fs: Failsoft, way: Way, priority: str | None, name: str = "x") -> int:
    """How many retries calls of a priority get, of a budget of 40 in all."""
    retry = Retry(
        base_delay=0,
        max_attempts=2,
        priority=priority,
        budget=Budget(ratio=0, min_per_second=4),  # type: ignore[arg-type]
    )
    guard = fs.guard(name, policy=Policy(retry=retry), idempotent=True)
    script = Script(LOST())
    for _ in range(100):
        with pytest.raises(LOST):
            way.call(guard, script)
    return script.calls - 100


@pytest.mark.parametrize(
    ("priority", "retries"),
    [("critical", 80), ("high", 60), ("normal", 40), (None, 40), ("low", 30), ("background", 20)],
)
def test_the_less_important_leave_something_of_the_budget(
    fs: Failsoft, way: Way, priority: str | None, retries: int
) -> None:
    assert spend(fs, way, priority) == retries


def test_an_endpoint_hands_its_priority_down_to_guards_that_have_none(make: Any, way: Way) -> None:
    fs = make({"endpoints": [{"match": "GET /reports", "priority": "background"}]})
    reports = fs.endpoints.bind("GET", "/reports", Script())
    quotes = fs.endpoints.bind("GET", "/quotes", failsoft.protect(priority="low")(Script()))
    for number, (binding, own, expected) in enumerate(
        [(reports, None, 20), (reports, "critical", 80), (quotes, None, 30)]
    ):
        spent: list[int] = []
        way.endpoint(binding, request_call(fs), lambda: spent.append(spend(fs, SYNC, own, f"x{number}")))
        assert spent == [expected]


def test_a_guard_hands_its_priority_down_too(fs: Failsoft, way: Way) -> None:
    outer = fs.guard("outer", policy=Policy(retry=Retry(priority="background")))
    spent: list[int] = []
    for _ in range(2):  # the first call goes the long way, the second the quick one
        way.call(outer, lambda: spent.append(spend(fs, SYNC, None, f"x{len(spent)}")))
    assert spent == [20, 20]


def test_the_settings_win_over_the_mark(make: Any) -> None:
    fs = make({"endpoints": [{"match": "GET /", "priority": "high"}]})
    view = failsoft.protect(retry=Retry(priority="low"), priority="background")(Script())
    assert fs.endpoints.bind("GET", "/", view).pipeline.limits.priority == "high"
    assert fs.endpoints.bind("GET", "/other", view).pipeline.limits.priority == "background"


def test_a_priority_alone_protects_nothing_else(make: Any, way: Way) -> None:
    fs = make({"endpoints": [{"match": "GET /", "priority": "low"}]})
    script = Script(LOST())
    with pytest.raises(LOST):
        way.endpoint(fs.endpoints.bind("GET", "/", Script()), request_call(fs), script)
    assert script.calls == 1


# -- statistics


def test_a_name_has_its_books(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("payments", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)
    for script in (Script("ok"), Script("ok"), Script(LOST(), "ok"), Script(LOST(), LOST(), "ok")):
        way.call(guard, script)
    for error in (LOST(), ValueError("a bug")):
        with pytest.raises(type(error)):
            way.call(guard, Script(error))
    with pytest.raises(KeyboardInterrupt):
        way.call(guard, Script(KeyboardInterrupt()))
    expected = RetryStatistics(
        name="payments",
        operations=7,
        successes=4,
        failures=2,
        cancelled=1,
        retries=5,
        attempts={1: 4, 2: 1, 3: 2},
        average_attempts=12 / 7,
    )
    assert fs.retries.statistics("payments") == expected
    assert fs.retries.statistics("guard:payments").operations == 7
    assert fs.retries.names() == ["guard:payments"]


def test_an_endpoint_has_its_books(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/quotes/{symbol}", failsoft.protect(retry=Retry(base_delay=0))(Script()))
    for script in (Script(200), Script(503, 200), Script(503)):
        way.endpoint(binding, request_call(fs), script, reply=Reply)
    found = fs.retries.statistics("GET /quotes/{symbol}")
    assert (found.operations, found.successes, found.failures, found.attempts) == (3, 2, 1, {1: 1, 2: 1, 3: 1})


def test_blocks_and_late_results_are_in_the_books(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0), timeout=1))
    way.block(guard, Script("ok"))
    with pytest.raises(LOST):
        way.block(guard, Script(LOST()))
    for _ in range(2):
        way.call(guard, lambda: clock.advance(5))
    found = fs.retries.statistics("x")
    assert (found.operations, found.successes, found.failures, found.attempts) == (4, 3, 1, {1: 4})


def test_calls_turned_away_are_not_in_the_books(fs: Failsoft, way: Way) -> None:
    of = Policy(retry=Retry(max_attempts=1), circuit_breaker=CircuitBreaker(failure_threshold=1))
    guard = fs.guard("x", policy=of)
    with pytest.raises(LOST):
        way.call(guard, Script(LOST()))
    for _ in range(3):
        with pytest.raises(failsoft.CircuitOpenError):
            way.call(guard, Script("never"))
    fs.circuit_breakers["guard:x"].force_open()
    with pytest.raises(failsoft.CircuitOpenError):
        way.call(guard, Script("never"))
    assert fs.retries.statistics("x").operations == 1


def test_calls_turned_away_do_not_pile_up(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=Policy(retry=Retry(), rate_limit="1/day"))
    way.call(guard, Script("ok"))
    for _ in range(1000):
        with pytest.raises(failsoft.RateLimitError):
            way.call(guard, Script("never"))
    (tally,) = fs.retries._tallies.values()
    assert len(tally._begun) <= 256
    assert fs.retries.statistics("x").operations == 1


@pytest.mark.parametrize("limit", [None, 60], ids=["bare", "limited"])
def test_calls_that_go_well_do_not_pile_up(fs: Failsoft, way: Way, limit: float | None) -> None:
    guard = fs.guard("x", policy=Policy(retry=Retry(), timeout=limit))
    fn = way.fn(Script("ok"))

    async def many() -> None:
        for _ in range(1000):
            await guard.acall(fn)

    if way.asynchronous:
        asyncio.run(many())
    else:
        for _ in range(1000):
            guard.call(fn)
    (tally,) = fs.retries._tallies.values()
    assert len(tally.noted) <= 256
    assert fs.retries.statistics("x").operations == 1000


def test_who_asks_for_a_retry_does_so_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = SharedBudget(Budget(ratio=0, min_per_second=0.1))
    way_back = budget.remember()
    inside, go_on = threading.Event(), threading.Event()
    asked = RetryBudget.withdraw
    granted: list[bool] = []

    def slowly(self: RetryBudget, now: float, priority: Priority = "normal") -> bool:
        inside.set()
        go_on.wait(60)
        return asked(self, now, priority)

    monkeypatch.setattr(RetryBudget, "withdraw", slowly)
    first = threading.Thread(target=lambda: granted.append(budget.withdraw(1.0)))
    first.start()
    assert inside.wait(60)
    monkeypatch.setattr(RetryBudget, "withdraw", asked)
    others = [
        threading.Thread(target=lambda: granted.append(budget.withdraw(1.0))),
        threading.Thread(target=budget.collect),
        threading.Thread(target=lambda: budget.adopt(Budget(ratio=0, min_per_second=0.1))),
        threading.Thread(target=way_back),
        threading.Thread(target=budget.remember),
    ]
    for other in others:
        other.start()
    # long enough for who does not wait; whoever waits, waits however long it is
    alone = []
    for other in others:
        other.join(0.1)
        alone.append(other.is_alive())
    go_on.set()
    for thread in (first, *others):
        thread.join(60)
    assert all(alone)


def test_a_call_inside_another_is_in_the_books_though_the_budget_knows_it(make: Any, way: Way) -> None:
    fs = make(settings())
    inner, outer = fs.guard("inner", policy="upstream"), fs.guard("outer", policy="upstream")
    for _ in range(3):
        way.run(way.nested(outer, way.through(inner, Script("ok"))))
    assert [fs.retries.statistics(name).operations for name in ("inner", "outer")] == [3, 3]


def test_an_unknown_name_has_empty_books(fs: Failsoft) -> None:
    found = fs.retries.statistics("nobody")
    assert (found.operations, found.attempts, found.average_attempts) == (0, {}, 0.0)


def test_a_name_with_two_policies_has_one_book(fs: Failsoft, way: Way) -> None:
    for attempts in (2, 3):
        way.call(fs.guard("x", policy=Policy(retry=Retry(max_attempts=attempts))), Script("ok"))
    assert fs.retries.statistics("x").operations == 2


def test_threads_lose_nothing(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)

    def work() -> None:
        for number in range(1000):
            guard.call(Script(*[LOST()] * (number % 10 == 0), "ok"))
            if number % 100 == 0:
                fs.retries.statistics("x")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = fs.retries.statistics("x")
    assert (found.operations, found.successes) == (4000, 4000)
    assert sum(found.attempts.values()) == 4000


def test_a_cancelled_call_is_neither(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0)))

    async def main() -> None:
        task = asyncio.create_task(guard.acall(asyncio.sleep, 60))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    found = fs.retries.statistics("x")
    assert (found.operations, found.cancelled, found.failures) == (1, 1, 0)


def test_of_too_many_names_the_one_called_longest_ago_is_forgotten() -> None:
    retries = Retries(limit=3)
    tallies = {name: retries.tally(name, name, Budget()) for name in "abc"}
    for at, name in enumerate("bca"):
        tallies[name].begin(float(at))
    retries.tally("d", "d", Budget())
    assert retries.names() == ["a", "c", "d"]
    for _ in range(1000):
        tallies["b"].begin(5.0)
        tallies["b"].passed()
    assert len(tallies["b"]._begun) <= 257


def test_old_calls_of_one_name_do_not_count_as_new_because_another_asks() -> None:
    retries = Retries()
    often, seldom = (retries.tally("upstream", key, Budget(ratio=1, min_per_second=0)) for key in ("often", "seldom"))
    for _ in range(50):
        seldom.begin(0.0)
    often.begin(3600.0)
    assert [often.budget.withdraw(3600.0) for _ in range(3)] == [True, False, False]
