"""What a circuit breaker counts where its options say so, and opening for as long as the other side asks."""

from __future__ import annotations

import queue
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import failsoft
from both_ways import ASYNC, SYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import Category, CircuitBreaker, Failsoft, Failure, Guard, Policy, Retry, SettingsError
from failsoft.events import CircuitBreakerTransition, InternalError
from failsoft.run import Reply

LOST = ConnectionResetError


class Maintenance(Exception):
    """Of the application; the usual rule calls it a failure of a guard."""


def guarded(fs: Failsoft, **options: Any) -> Guard:
    options = {"failure_threshold": 3, "half_open_calls": 1, **options}
    return fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(**options)))


def protected(fs: Failsoft, **options: Any) -> Any:
    breaker = CircuitBreaker(failure_threshold=3, **options)
    return fs.endpoints.bind("GET", "/quotes", failsoft.protect(circuit_breaker=breaker)(Script()))


def meet(way: Way, guard: Guard, *errors: BaseException) -> None:
    for error in errors:
        with pytest.raises(type(error)):
            way.call(guard, Script(error))


def counts(fs: Failsoft, name: str = "guard:x") -> tuple[int, int]:
    """Failures, and all that was counted."""
    held = fs.circuit_breakers[name].snapshot().counts
    return held.failures, held.total


@pytest.mark.parametrize(
    "record",
    [
        LOST,
        [LOST],
        "network",
        [Category.NETWORK, "resource"],
        lambda failure: failure.category is Category.NETWORK,
        [Maintenance, lambda failure: failure.type == "ConnectionResetError"],
    ],
)
def test_record_says_what_a_failure_is_and_nothing_else_counts(fs: Failsoft, way: Way, record: Any) -> None:
    guard = guarded(fs, record=record)
    meet(way, guard, LOST(), KeyError("usually a failure of a guard"))
    assert counts(fs) == (1, 1)


def test_record_may_name_what_usually_says_nothing(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, record=[failsoft.NotFoundError])
    meet(way, guard, failsoft.NotFoundError("x"))
    assert counts(fs) == (1, 1)


def test_ignore_is_stronger_than_record(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, record=[OSError, Maintenance], ignore=[LOST, lambda failure: failure.raw_message == "planned"])
    meet(way, guard, LOST(), Maintenance("planned"), BrokenPipeError(), Maintenance("sudden"))
    assert counts(fs) == (2, 2)


def test_ignore_alone_leaves_the_usual_rule_for_all_others(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, ignore="network")
    meet(way, guard, LOST(), TimeoutError(), KeyError(), failsoft.ValidationError("x"))
    assert counts(fs) == (1, 1)


def test_a_probe_that_is_ignored_gives_its_permit_back(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = guarded(fs, ignore=Maintenance)
    meet(way, guard, LOST(), LOST(), LOST())
    clock.advance(30)
    meet(way, guard, Maintenance(), Maintenance())
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.probes_in_flight, snapshot.probes_left) == ("half_open", 0, 1)
    assert way.call(guard, Script("well")) == "well"
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_a_rejection_counts_for_nothing_whatever_the_conditions_say(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, record=lambda failure: True)
    meet(way, guard, failsoft.CircuitOpenError(name="inner"), failsoft.BulkheadFullError(name="inner"))
    assert counts(fs) == (0, 0)


@pytest.mark.parametrize("key", ["record", "ignore"])
def test_a_condition_that_fails_is_reported_and_the_usual_rule_decides(fs: Failsoft, way: Way, key: str) -> None:
    def broken(failure: Failure) -> bool:
        raise ZeroDivisionError

    events = Recorder(fs)
    guard = guarded(fs, **{key: broken})
    meet(way, guard, LOST(), failsoft.NotFoundError("x"))
    assert counts(fs) == (1, 1)
    assert [event.where for event in events.of(InternalError)] == [f"circuit_breaker.{key}"] * 2


def test_conditions_hold_for_endpoints_too(fs: Failsoft, way: Way) -> None:
    binding = protected(fs, record=KeyError)
    for error in (KeyError(), LOST()):
        with pytest.raises(type(error)):
            way.endpoint(binding, request_call(fs), Script(error))
    assert counts(fs, "GET /quotes") == (1, 1)


def test_a_result_may_be_a_failure(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, result=lambda result: result == "ill")
    assert [way.call(guard, Script(answer)) for answer in ("well", "ill", "ill")] == ["well", "ill", "ill"]
    assert counts(fs) == (2, 3)
    assert way.call(guard, Script("ill")) == "ill"
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_a_guard_that_need_not_be_idempotent_is_asked_from_the_first_call_on(fs: Failsoft, way: Way) -> None:
    asked = []
    guard = guarded(fs, result=asked.append)
    for number in range(5):
        way.call(guard, Script(number))
    assert asked == [0, 1, 2, 3, 4]


def test_results_decide_over_retry_and_circuit_breaker_apart(fs: Failsoft, way: Way) -> None:
    policy = Policy(
        retry=Retry(max_attempts=3, base_delay=0, retry_if_result=lambda result: result == "pending"),
        circuit_breaker=CircuitBreaker(result=lambda result: result == "ill"),
    )
    guard = fs.guard("x", policy=policy, idempotent=True)
    assert way.call(guard, Script("pending", "ill", "never")) == "ill"
    assert counts(fs) == (1, 2)


def test_a_result_condition_that_fails_is_reported_and_the_result_is_a_success(fs: Failsoft, way: Way) -> None:
    events = Recorder(fs)
    guard = guarded(fs, result=lambda result: result.missing)
    assert way.call(guard, Script("text")) == "text"
    assert counts(fs) == (0, 1)
    assert [event.where for event in events.of(InternalError)] == ["circuit_breaker.result"]


def test_endpoints_refuse_to_look_at_results(make: Any) -> None:
    breaker = CircuitBreaker(result=lambda result: True)
    with pytest.raises(SettingsError, match=r"circuit_breaker\.result: for guards only"):
        failsoft.protect(circuit_breaker=breaker)
    with pytest.raises(SettingsError, match=r"circuit_breaker\.result is for guards only"):
        make(
            {
                "policies": {"p": {"circuit_breaker": {"result": len}}},
                "endpoints": [{"match": "GET /quotes", "policy": "p"}],
            }
        )
    fs = make({"policies": {"p": {"circuit_breaker": {"result": len}}}})
    with pytest.raises(SettingsError, match=r"circuit_breaker\.result: for guards only"):
        fs.endpoints.bind("GET", "/quotes", failsoft.protect(policy="p")(Script()))


@pytest.mark.parametrize(
    ("status", "failures", "total"), [(200, 0, 1), (429, 1, 1), (404, 0, 0), (500, 0, 0), (503, 1, 1)]
)
def test_statuses_say_which_responses_are_failures(
    fs: Failsoft, way: Way, status: int, failures: int, total: int
) -> None:
    binding = protected(fs, statuses=[429, 503])
    assert way.endpoint(binding, request_call(fs), Script(status), reply=Reply) == status
    assert counts(fs, "GET /quotes") == (failures, total)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"record": "nonsense"}, "classes of exceptions, categories"),
        ({"record": [dict, 3]}, "classes of exceptions, categories"),
        ({"record": KeyboardInterrupt}, "derived from Exception"),
        ({"record": failsoft.CircuitOpenError}, "says nothing about the other side"),
        ({"ignore": lambda: True}, "takes 1 argument"),
        ({"result": ValueError}, "a function"),
        ({"statuses": [42]}, "from 100 to 599"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        CircuitBreaker(**options)


RULES = """
calls = []


class Busy(Exception):
    pass


def number(failure):
    calls.append(failure.type)
    return failure.type == "ValueError"


def ill(result):
    return result == "ill"


nothing = 7
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "breaker_rules.py").write_text(RULES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "breaker_rules", raising=False)


@pytest.mark.usefixtures("rules")
def test_a_settings_file_names_them(make: Any, way: Way) -> None:
    breaker = {
        "record": ["network", "breaker_rules:Busy", "breaker_rules:number"],
        "ignore": "builtins:TimeoutError",
        "result": "breaker_rules:ill",
    }
    fs = make({"policies": {"upstream": {"circuit_breaker": breaker}}})
    guard = fs.guard("x", policy="upstream")
    meet(way, guard, LOST(), sys.modules["breaker_rules"].Busy(), ValueError(), KeyError(), TimeoutError())
    assert way.call(guard, Script("ill")) == "ill"
    assert counts(fs) == (4, 4)


@pytest.mark.usefixtures("rules")
def test_code_that_is_not_there_is_found_at_start(make: Any) -> None:
    breaker = {"record": ["nowhere:Busy"], "ignore": "breaker_rules:nothing", "result": "breaker_rules:missing"}
    with pytest.raises(SettingsError) as caught:
        make({"policies": {"upstream": {"circuit_breaker": breaker}}})
    assert sorted(fault.path for fault in caught.value.faults) == [
        f"policies.upstream.circuit_breaker.{key}" for key in ("ignore", "record", "result")
    ]


# what each exception is by the usual rule (None: nothing), and all conditions that fit it
KINDS: list[tuple[Exception, bool, set[str]]] = [
    (LOST(), True, {"network", "lost", "os", "any"}),
    (TimeoutError(), True, {"network", "os", "any"}),
    (KeyError(), True, {"system", "any"}),
    (Maintenance(), True, {"any"}),
    (failsoft.ValidationError("x"), False, {"any", "validation"}),
    (queue.Full(), False, {"any", "resource"}),
    (failsoft.BulkheadFullError(name="x"), False, set()),
]
CONDITIONS: dict[str, Any] = {
    "network": "network", "system": Category.SYSTEM, "validation": "validation", "resource": "resource",
    "lost": LOST, "os": OSError, "any": lambda failure: True,
}  # fmt: skip
CHOSEN = st.none() | st.lists(st.sampled_from(sorted(CONDITIONS)), min_size=1, max_size=3)


@settings(deadline=None, max_examples=150)
@given(
    record=CHOSEN, ignore=CHOSEN, met=st.lists(st.integers(0, len(KINDS) - 1), max_size=12), asynchronous=st.booleans()
)
def test_any_conditions_count_as_a_naive_reading_of_them_does(
    record: list[str] | None, ignore: list[str] | None, met: list[int], asynchronous: bool
) -> None:
    options = {
        key: [CONDITIONS[name] for name in names] for key, names in (("record", record), ("ignore", ignore)) if names
    }
    expected = 0
    with Failsoft(clock=ManualClock()) as fs:
        guard = guarded(fs, failure_threshold=99, **options)
        guard_way = ASYNC if asynchronous else SYNC
        guard_way.call(guard, Script("well"))
        for number in met:
            error, usual, fits = KINDS[number]
            meet(guard_way, guard, error)
            if not fits.intersection(ignore or ()):
                expected += usual if record is None else bool(fits.intersection(record))
        assert counts(fs) == (expected, expected + 1)


# --- what never left this process


def of_a_pool() -> Exception:
    return httpx.PoolTimeout("no connection came free")


def test_what_never_left_this_process_is_neither_success_nor_failure(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    guard = guarded(fs)
    meet(way, guard, LOST(), LOST(), *(of_a_pool() for _ in range(5)))
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.counts.total, snapshot.consecutive_failures) == (2, 2)
    meet(way, guard, LOST())
    clock.advance(30)
    meet(way, guard, of_a_pool(), of_a_pool())
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.probes_left) == ("half_open", 1)


def test_record_may_ask_for_it(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, record=["resource"])
    meet(way, guard, of_a_pool())
    assert counts(fs) == (1, 1)


def test_an_endpoint_is_not_opened_by_an_exhausted_pool(fs: Failsoft, way: Way) -> None:
    binding = protected(fs)
    with pytest.raises(httpx.PoolTimeout):
        way.endpoint(binding, request_call(fs), Script(of_a_pool()))
    assert counts(fs, "GET /quotes") == (0, 0)


# --- Retry-After


def throttled(seconds: object = 12, status: int = 429) -> Exception:
    request = httpx.Request("GET", "https://quotes.example.com/")
    response = httpx.Response(status, headers={"Retry-After": str(seconds)}, request=request)
    return httpx.HTTPStatusError("not now", request=request, response=response)


def test_retry_after_opens_the_circuit_for_that_long(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    events = Recorder(fs)
    guard = guarded(fs, trip_on_retry_after=True)
    meet(way, guard, throttled(12))
    breaker = fs.circuit_breakers["guard:x"]
    assert (breaker.state, breaker.snapshot().retry_after) == ("open", 12)
    (event,) = events.of(CircuitBreakerTransition)
    assert (event.to_state, event.reason, event.retry_after) == ("open", "retry_after", 12)
    clock.advance(12)
    assert way.call(guard, Script("well")) == "well"
    assert breaker.state == "closed"


def test_it_is_off_unless_asked_for(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs)
    meet(way, guard, throttled(12))
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_no_open_period_is_longer_than_the_longest(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, trip_on_retry_after=True, max_open_duration=60)
    meet(way, guard, throttled(86_400))
    assert fs.circuit_breakers["guard:x"].snapshot().retry_after == 60


def test_of_threshold_and_retry_after_the_longer_period_holds(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, trip_on_retry_after=True, failure_threshold=1, open_duration=30)
    meet(way, guard, throttled(5))
    assert fs.circuit_breakers["guard:x"].snapshot().retry_after == 30
    fs.circuit_breakers["guard:x"].reset()
    meet(way, guard, throttled(45))
    assert fs.circuit_breakers["guard:x"].snapshot().retry_after == 45


def test_a_probe_that_is_told_to_wait_opens_the_circuit_again(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = guarded(fs, trip_on_retry_after=True, half_open_calls=3)
    meet(way, guard, LOST(), LOST(), LOST())
    clock.advance(30)
    meet(way, guard, throttled(99))
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.retry_after, snapshot.rounds_failed) == ("open", 99, 1)


def test_a_retry_ends_when_the_circuit_opens_for_retry_after(fs: Failsoft, way: Way) -> None:
    policy = Policy(retry=Retry(max_attempts=5), circuit_breaker=CircuitBreaker(trip_on_retry_after=True))
    script = Script(throttled(0.5, 503), "well")
    with pytest.raises(httpx.HTTPStatusError):
        way.call(fs.guard("x", policy=policy, idempotent=True), script)
    assert script.calls == 1


def test_a_result_of_an_older_generation_opens_nothing(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, trip_on_retry_after=True)

    def overtaken() -> None:
        fs.circuit_breakers["guard:x"].reset()
        raise throttled(50)

    with pytest.raises(httpx.HTTPStatusError):
        way.call(guard, overtaken)
    assert fs.circuit_breakers["guard:x"].state == "closed"


@pytest.mark.parametrize("error", [failsoft.RateLimitError("of ours", retry_after=9), of_a_pool()])
def test_what_is_no_failure_asks_for_nothing(fs: Failsoft, way: Way, error: Exception) -> None:
    guard = guarded(fs, trip_on_retry_after=True)
    meet(way, guard, error)
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_what_is_ignored_asks_for_nothing(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, trip_on_retry_after=True, ignore=httpx.HTTPStatusError)
    meet(way, guard, throttled())
    assert fs.circuit_breakers["guard:x"].state == "closed"


@pytest.mark.parametrize(("status", "state"), [(429, "open"), (503, "open"), (404, "closed"), (500, "closed")])
def test_a_returned_response_may_ask_for_it(fs: Failsoft, way: Way, status: int, state: str) -> None:
    binding = protected(fs, trip_on_retry_after=True)
    way.endpoint(binding, request_call(fs), Script(status), reply=lambda status: Reply(status, 20.0))
    breaker = fs.circuit_breakers["GET /quotes"]
    assert (breaker.state, breaker.snapshot().retry_after) == (state, 20 if state == "open" else 0)


def test_an_endpoint_that_raises_it_is_opened_too(fs: Failsoft, way: Way) -> None:
    binding = protected(fs, trip_on_retry_after=True)
    with pytest.raises(failsoft.ServiceUnavailableError):
        way.endpoint(binding, request_call(fs), Script(failsoft.ServiceUnavailableError("x", retry_after=7)))
    assert fs.circuit_breakers["GET /quotes"].snapshot().retry_after == 7


def test_an_operator_is_not_overruled(fs: Failsoft, way: Way) -> None:
    guard = guarded(fs, trip_on_retry_after=True)
    way.call(guard, Script("well"))
    fs.circuit_breakers["guard:x"].disable()
    meet(way, guard, throttled())
    assert fs.circuit_breakers["guard:x"].state == "disabled"
