"""Waits and conditions that a user writes."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest

import failsoft
from both_ways import Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import STOP, CircuitBreaker, Failsoft, Policy, Retry, SettingsError
from failsoft.events import InternalError, RetryEnded, RetryScheduled
from failsoft.run import Reply

LOST = ConnectionResetError


def policy(**options: Any) -> Policy:
    deadline = options.pop("deadline", None)
    return Policy(retry=Retry(**{"jitter": "none", "base_delay": 1, **options}), deadline=deadline)


def attempts(fs: Failsoft, way: Way, of: Policy, error: Exception, *, idempotent: bool = True) -> int:
    script = Script(error)
    with pytest.raises(type(error)):
        way.call(fs.guard("x", policy=of, idempotent=idempotent), script)
    return script.calls


# -- strategies


def test_a_strategy_says_how_long_to_wait(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    asked: list[Any] = []

    def patient(failure: Any, attempt: int, call: Any) -> float:
        asked.append((failure.type, attempt, call.endpoint))
        return 10.0 * attempt

    assert attempts(fs, way, policy(strategy=patient), LOST()) == 3
    assert clock.slept == [10, 20]
    assert asked == [("ConnectionResetError", 1, "guard:x"), ("ConnectionResetError", 2, "guard:x")]


@pytest.mark.parametrize("last_word", [STOP, None])
def test_a_strategy_may_stop(fs: Failsoft, way: Way, clock: ManualClock, last_word: Any) -> None:
    events = Recorder(fs)
    assert attempts(fs, way, policy(strategy=lambda f, n, c: 1 if n == 1 else last_word), LOST()) == 2
    assert clock.slept == [1]
    assert events.of(RetryEnded)[0].outcome == "not_retryable"
    assert events.of(InternalError) == []


def raises(*_: Any) -> float:
    raise LookupError("token=4f3c2a1b9d8e7f6a5b4c3d2e1f0a9b8c")


@pytest.mark.parametrize("nonsense", [-1, float("nan"), float("inf"), True, "2s", [], 1j])
def test_a_strategy_that_makes_no_sense_is_passed_over(
    fs: Failsoft, way: Way, clock: ManualClock, nonsense: Any
) -> None:
    events = Recorder(fs)
    assert attempts(fs, way, policy(strategy=lambda *_: nonsense), LOST()) == 3
    assert clock.slept == [1, 2]
    assert [(event.where, event.type) for event in events.of(InternalError)] == [("retry.strategy", "ValueError")] * 2


def test_a_strategy_that_raises_is_passed_over_and_its_text_is_cleaned(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    events = Recorder(fs)
    assert attempts(fs, way, policy(strategy=raises), LOST()) == 3
    assert clock.slept == [1, 2]
    event = events.of(InternalError)[0]
    assert (event.where, event.type) == ("retry.strategy", "LookupError")
    assert "4f3c2a1b9d8e7f6a5b4c3d2e1f0a9b8c" not in event.message


def test_a_strategy_waits_longer_than_the_peer_asks_not_shorter(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    busy = failsoft.ServiceUnavailableError("busy", retry_after=3)
    attempts(fs, way, policy(strategy=lambda f, n, c: 1.0 if n == 1 else 8.0, max_delay=60, deadline=60), busy)
    assert clock.slept == [3, 8]


def test_a_strategy_is_bounded_by_a_cap_that_is_given_and_by_the_deadline(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    attempts(fs, way, policy(strategy=lambda *_: 50, max_delay=4), LOST())
    assert clock.slept == [4, 4]
    assert attempts(fs, way, policy(strategy=lambda *_: 50, deadline=10), LOST()) == 1


def test_a_strategy_does_not_make_repeatable_what_is_not(fs: Failsoft, way: Way) -> None:
    of = policy(strategy=lambda *_: 0)
    assert attempts(fs, way, of, LOST(), idempotent=False) == 1
    assert attempts(fs, way, of, ValueError("a bug")) == 1


def test_a_status_is_told_to_a_strategy_without_a_failure(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    asked: list[Any] = []

    def strategy(failure: Any, attempt: int, call: Any) -> float:
        asked.append(failure)
        return 7

    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=Retry(strategy=strategy))(Script()))
    assert way.endpoint(binding, request_call(fs), Script(503, 200), reply=Reply) == 200
    assert (asked, clock.slept) == ([None], [7])


class Steps:
    def __call__(self, failure: Any, attempt: int, call: Any) -> float:
        return 5


@pytest.mark.parametrize(
    ("strategy", "name"),
    [
        (None, "exponential"),
        ("network", "network"),
        (raises, "raises"),
        (Steps(), "Steps"),
        (functools.partial(raises), "partial"),
    ],
)
def test_the_history_names_the_strategy(fs: Failsoft, way: Way, clock: ManualClock, strategy: Any, name: str) -> None:
    def slow() -> None:
        clock.advance(0.5)
        raise LOST

    binding = fs.endpoints.bind(
        "GET", "/quotes", failsoft.protect(retry=Retry(strategy=strategy, max_attempts=2))(Script())
    )
    call = request_call(fs)
    with pytest.raises(LOST):
        way.endpoint(binding, call, Script(slow))
    assert call.failure is not None
    (record,) = call.failure.attempts
    assert (record.strategy, record.end) == (name, 0.5)


# -- conditions


class Busy(Exception):
    pass


class VeryBusy(Busy):
    pass


@pytest.mark.parametrize(
    ("options", "error", "made"),
    [
        ({"retry_on": Busy}, VeryBusy("not transient"), 3),
        ({"retry_on": [Busy, KeyError]}, KeyError("k"), 3),
        ({"retry_on": Busy}, LOST("transient, and not named"), 1),
        ({"retry_on": lambda failure: failure.type.endswith("VeryBusy")}, VeryBusy(), 3),
        ({"retry_on": lambda failure: failure.type.endswith("VeryBusy")}, Busy(), 1),
        ({"retry_on": [KeyError, lambda failure: failure.transient]}, LOST(), 3),
        ({"ignore": LOST}, LOST(), 1),
        ({"ignore": [KeyError, ConnectionError]}, LOST(), 1),
        ({"ignore": KeyError}, LOST(), 3),
        ({"ignore": lambda failure: failure.category == "network"}, LOST(), 1),
        ({"retry_on": Busy, "ignore": VeryBusy}, VeryBusy(), 1),
        ({"retry_on": Busy, "ignore": VeryBusy}, Busy(), 3),
        ({"retry_on": Exception}, failsoft.BulkheadFullError("a rejection"), 1),
    ],
)
def test_conditions_decide_what_is_repeated(
    fs: Failsoft, way: Way, options: dict[str, Any], error: Exception, made: int
) -> None:
    assert attempts(fs, way, policy(**options), error) == made


def test_a_condition_does_not_make_repeatable_what_is_not(fs: Failsoft, way: Way) -> None:
    assert attempts(fs, way, policy(retry_on=Busy), Busy(), idempotent=False) == 1


@pytest.mark.parametrize("key", ["retry_on", "ignore"])
def test_a_condition_that_raises_is_reported_and_nothing_is_repeated(fs: Failsoft, way: Way, key: str) -> None:
    events = Recorder(fs)

    def broken(failure: Any) -> bool:
        raise LookupError("broken")

    assert attempts(fs, way, policy(**{key: broken}), LOST()) == 1
    assert [(event.where, event.type) for event in events.of(InternalError)] == [("retry.retry_on", "LookupError")]


def test_a_result_may_be_repeated(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    events = Recorder(fs)
    guard = fs.guard("x", policy=policy(retry_if_result=lambda result: result == "pending"), idempotent=True)
    script = Script("pending", LOST(), "done", "pending")
    assert way.call(guard, script) == "done"
    assert clock.slept == [1, 2]
    assert {(event.failure, event.status) for event in events.of(RetryScheduled) if event.attempt == 1} == {
        (None, None)
    }
    assert way.call(guard, script) == "pending"  # the last one is the result
    assert (script.calls, events.of(RetryEnded)[1].outcome) == (6, "max_attempts")


def test_a_decorated_function_has_its_results_looked_at(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=policy(retry_if_result=lambda result: result is None), idempotent=True)
    script = Script("first", None, "second")
    made = guard(way.fn(script))
    assert [way.run(made), way.run(made)] == ["first", "second"]


def test_a_result_that_is_repeated_is_no_failure_of_the_dependency(fs: Failsoft, way: Way) -> None:
    retry = Retry(base_delay=0, retry_if_result=lambda result: result is None)
    of = Policy(retry=retry, circuit_breaker=CircuitBreaker(failure_threshold=1))
    way.call(fs.guard("x", policy=of, idempotent=True), Script(None))
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_a_function_of_results_that_raises_is_reported(fs: Failsoft, way: Way) -> None:
    events = Recorder(fs)
    guard = fs.guard("x", policy=policy(retry_if_result=lambda result: result.missing), idempotent=True)
    assert way.call(guard, Script("ok")) == "ok"
    assert [event.where for event in events.of(InternalError)] == ["retry.retry_if_result"]


# -- refusals


async def later(*_: Any) -> float:
    return 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"strategy": later}, "nothing is awaited"),
        ({"strategy": lambda failure: 1}, "takes 3 arguments"),
        ({"strategy": dict}, "the name of a strategy"),
        ({"strategy": 3.5}, "the name of a strategy"),
        ({"retry_on": later}, "nothing is awaited"),
        ({"retry_on": lambda: True}, "takes 1 argument$"),
        ({"retry_on": dict}, "derived from Exception"),
        ({"retry_on": KeyboardInterrupt}, "derived from Exception"),
        ({"retry_on": failsoft.CircuitOpenError}, "never repeated"),
        ({"retry_on": []}, "classes of exceptions"),
        ({"retry_on": "ValueError"}, "classes of exceptions"),
        ({"retry_on": LOST, "categories": ["network"]}, "retry_on or categories"),
        ({"ignore": 3}, "classes of exceptions"),
        ({"retry_if_result": ValueError}, "a function"),
        ({"retry_if_result": later}, "nothing is awaited"),
        ({"priority": "urgent"}, 'one of "critical"'),
    ],
)
def test_what_cannot_work_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Retry(**options)
    assert len(caught.value.faults) == 1
    with pytest.raises(SettingsError, match=said):
        Retry(**options)


def test_results_of_endpoints_are_not_looked_at(fs: Failsoft, make: Any) -> None:
    retry = Retry(retry_if_result=lambda result: True)
    with pytest.raises(SettingsError, match="guards only"):
        failsoft.protect(retry=retry)
    with pytest.raises(SettingsError, match="guards only"):
        failsoft.protect(policy=Policy(retry=retry))
    policies = {"upstream": Policy(retry=retry)}
    with pytest.raises(SettingsError, match=r"endpoints\[0\]\.policy.*guards only"):
        make({"policies": policies, "endpoints": [{"match": "GET /", "policy": "upstream"}]})
    with pytest.raises(SettingsError, match="guards only"):
        make({"policies": policies}).endpoints.bind("GET", "/", failsoft.protect(policy="upstream")(Script()))


def test_results_of_what_must_not_be_repeated_are_not_looked_at(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=policy(retry_if_result=lambda result: True))
    with pytest.raises(SettingsError, match="idempotent guards only"):
        way.call(guard, Script("charged"))


# -- by name


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_rules.py").write_text(
        "class Busy(Exception): pass\n"
        "def wait(failure, attempt, call): return 4\n"
        "def worth(failure): return failure.type == 'KeyError'\n"
        "def pending(result): return result == 'pending'\n"
        "number = 3\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


def test_code_is_named_in_the_settings(make: Any, way: Way, clock: ManualClock, code: None) -> None:
    retry = {
        "strategy": "shop_rules:wait",
        "retry_on": ["shop_rules:Busy", "shop_rules:worth"],
        "retry_if_result": "shop_rules:pending",
    }
    fs = make({"policies": {"upstream": {"retry": retry}}})
    script = Script(KeyError("k"), "pending", "done")
    assert way.call(fs.guard("x", policy="upstream", idempotent=True), script) == "done"
    assert clock.slept == [4, 4]


def test_code_is_named_in_a_policy(fs: Failsoft, way: Way, clock: ManualClock, code: None) -> None:
    assert attempts(fs, way, policy(strategy="shop_rules:wait"), LOST()) == 3
    assert clock.slept == [4, 4]


def test_code_that_is_not_there_is_told_of_when_the_instance_is_built(make: Any, code: None) -> None:
    retry = {"strategy": "shop_rules:nothing", "ignore": "shop_rules:number", "retry_if_result": "nowhere:pending"}
    with pytest.raises(SettingsError) as caught:
        make({"policies": {"upstream": {"retry": retry}}})
    assert sorted(fault.path for fault in caught.value.faults) == [
        f"policies.upstream.retry.{key}" for key in ("ignore", "retry_if_result", "strategy")
    ]
    with pytest.raises(SettingsError, match="3 arguments"):
        make({"policies": {"upstream": {"retry": {"strategy": "shop_rules:worth"}}}})


def test_stop_survives_a_pickle() -> None:
    import copy
    import pickle

    assert pickle.loads(pickle.dumps(STOP)) is STOP
    assert copy.deepcopy(STOP) is STOP
    assert repr(STOP) == "failsoft.STOP"
