"""Rate limits on endpoints and guards: who is counted, what is said, and what is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import failsoft
from both_ways import Recorder, RequestCall, Script, Way, request_call
from clocks import ManualClock
from core.engine.test_parallel import at_once
from failsoft import CircuitBreaker, Failsoft, Policy, RateLimit, RateLimitError, RequestFacts, Retry, SettingsError
from failsoft.call import Call
from failsoft.events import CallRejected, GuardCompleted, WouldReject
from failsoft.machines.quota import Quota
from failsoft.policies.rate_limit import RateLimiter

LOST = ConnectionResetError


def tenant(call: Call) -> Any:
    """Whom `core.engine.test_rate_limit:tenant` counts."""
    context = dict(call.context or {})
    if "raises" in context:
        raise KeyError(context["raises"])
    return context.get("tenant")


class Visit(RequestCall):
    """A request of somebody."""

    who: str | None = None
    headers: dict[str, str] = {}
    address: str | None = None

    def describe(self) -> RequestFacts:
        return RequestFacts(client=self.address)

    def user(self) -> str | None:
        return self.who

    def header(self, name: str) -> str | None:
        return self.headers.get(name)


def visit(fs: Failsoft, method: str = "GET", **fields: Any) -> Visit:
    call = Visit(f"{method} /x", fs.clock.monotonic(), owner=fs)
    call.method = method
    for name, value in fields.items():
        setattr(call, name, value)
    return call


def limited(fs: Failsoft, rate: str = "2/minute", method: str = "GET", **options: Any) -> Any:
    """The binding of a limited endpoint."""
    view = failsoft.protect(rate_limit=RateLimit(rate=rate, **options))(Script("well"))
    return fs.endpoints.bind(method, "/x", view)


def outcomes(fs: Failsoft, way: Way, binding: Any, calls: list[Visit]) -> list[bool]:
    """Which of the calls were admitted."""
    found = []
    for call in calls:
        try:
            way.endpoint(binding, call, Script("well"))
        except RateLimitError:
            found.append(False)
        else:
            found.append(True)
    return found


# --- the limit


def test_a_call_too_many_is_not_made(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard, script = fs.guard("x", policy=Policy(rate_limit="2/minute")), Script("well")
    assert [way.call(guard, script) for _ in range(2)] == ["well", "well"]
    with pytest.raises(RateLimitError) as caught:
        way.call(guard, script)
    assert script.calls == 2
    assert (caught.value.status, caught.value.code) == (429, "RATE_LIMIT_ERROR")
    assert caught.value.retry_after == pytest.approx(30)
    clock.advance(30)
    assert way.call(guard, script) == "well"
    with pytest.raises(RateLimitError):
        way.call(guard, script)


def test_it_is_told(fs: Failsoft, way: Way) -> None:
    events = Recorder(fs)
    guard = fs.guard("x", policy=Policy(rate_limit="1/minute"))
    way.call(guard, Script("well"))
    with pytest.raises(RateLimitError):
        way.call(guard, Script("well"))
    (rejected,) = events.of(CallRejected)
    assert (rejected.reason, rejected.endpoint) == ("rate_limited", "guard:x")
    assert rejected.retry_after == pytest.approx(60)
    assert [event.error_type for event in events.of(GuardCompleted)] == [None, "RateLimitError"]


def test_it_is_asked_once_however_many_attempts_there_are(fs: Failsoft, way: Way) -> None:
    policy = Policy(rate_limit="2/minute", retry=Retry(max_attempts=4, base_delay=0))
    guard, script = fs.guard("x", policy=policy, idempotent=True), Script(LOST(), LOST(), LOST(), "well")
    assert way.call(guard, script) == "well"
    assert way.call(guard, Script("well")) == "well"
    with pytest.raises(RateLimitError):
        way.call(guard, Script("well"))


def test_a_call_that_is_turned_away_is_not_repeated(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    policy = Policy(rate_limit="1/second", retry=Retry(max_attempts=4, base_delay=2, jitter="none"))
    guard = fs.guard("x", policy=policy, idempotent=True)
    way.call(guard, Script("well"))
    with pytest.raises(RateLimitError):
        way.call(guard, Script("well"))
    assert clock.slept == []


def test_a_retry_outside_does_not_repeat_it_either(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    inner = fs.guard("inner", policy=Policy(rate_limit="1/second"))
    outer = fs.guard("outer", policy=Policy(retry=Retry(base_delay=2, jitter="none")), idempotent=True)
    way.call(inner, Script("well"))
    with pytest.raises(RateLimitError):
        way.run(way.nested(outer, way.through(inner, Script("well"))))
    assert clock.slept == []


def test_the_breaker_hears_nothing_of_it(fs: Failsoft, way: Way) -> None:
    policy = Policy(rate_limit="1/minute", circuit_breaker=CircuitBreaker(failure_threshold=1))
    guard = fs.guard("x", policy=policy)
    way.call(guard, Script("well"))
    for _ in range(3):
        with pytest.raises(RateLimitError):
            way.call(guard, Script("well"))
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    assert (snapshot.state, snapshot.counts.total) == ("closed", 1)


def test_an_open_circuit_is_behind_the_limit(fs: Failsoft, way: Way) -> None:
    policy = Policy(rate_limit="2/minute", circuit_breaker=CircuitBreaker(failure_threshold=1))
    guard = fs.guard("x", policy=policy)
    errors = []
    for _ in range(3):
        with pytest.raises(Exception) as caught:
            way.call(guard, Script(LOST()))
        errors.append(type(caught.value).__name__)
    assert errors == ["ConnectionResetError", "CircuitOpenError", "RateLimitError"]


def test_a_call_whose_time_is_over_spends_nothing(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    binding = limited(fs, "1/minute")
    with pytest.raises(failsoft.OperationTimeoutError):
        way.endpoint(binding, visit(fs, deadline=clock.monotonic() - 1), Script("well"))
    assert outcomes(fs, way, binding, [visit(fs)]) == [True]


def test_a_block_is_counted(fs: Failsoft, way: Way) -> None:
    guard, body = fs.guard("x", policy=Policy(rate_limit="1/minute")), Script("well")
    way.block(guard, body)
    with pytest.raises(RateLimitError):
        way.block(guard, body)
    assert body.calls == 1


def test_a_decorated_function_is_counted(fs: Failsoft, way: Way) -> None:
    @fs.guard("x", policy=Policy(rate_limit="2/minute"))
    def plain() -> str:
        return "well"

    assert [plain(), plain()] == ["well", "well"]
    with pytest.raises(RateLimitError):
        plain()


def test_a_burst_is_what_may_come_at_once(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    binding = limited(fs, "60/minute", burst=2)
    assert outcomes(fs, way, binding, [visit(fs) for _ in range(4)]) == [True, True, False, False]
    clock.advance(1)
    assert outcomes(fs, way, binding, [visit(fs) for _ in range(2)]) == [True, False]


def test_a_step_of_the_wall_clock_changes_nothing(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    binding = limited(fs, "1/minute")
    assert outcomes(fs, way, binding, [visit(fs)]) == [True]
    clock.step_wall(3600)
    assert outcomes(fs, way, binding, [visit(fs)]) == [False]


def test_threads_are_never_admitted_too_often(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=Policy(rate_limit="500/hour"))

    def work(_: int) -> int:
        made = 0
        for _ in range(200):
            try:
                made += guard.call(lambda: 1)
            except RateLimitError:
                pass
        return made

    assert sum(at_once(work)) == 500


def test_one_thread_at_a_time_is_at_the_count(fs: Failsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    limiter, inside, most = RateLimiter("x", RateLimit(rate="9/day")), [], []
    take = Quota.take

    def slow(self: Quota, key: str, now: float) -> Any:
        inside.append(key)
        most.extend(len(inside) for _ in range(200))
        inside.pop()
        return take(self, key, now)

    monkeypatch.setattr(Quota, "take", slow)
    at_once(lambda _: [limiter.admit(Call("x", 0.0), 0.0) for _ in range(100)])
    assert max(most) == 1


# --- which limit it is


def test_each_endpoint_has_its_own(make: Any, way: Way) -> None:
    fs = make(
        {
            "policies": {"p": {"rate_limit": "1/minute"}},
            "endpoints": [{"match": f"GET /{n}", "policy": "p"} for n in "ab"],
        }
    )
    found = [fs.endpoints.bind("GET", f"/{name}", None) for name in "aba"]
    assert [outcomes(fs, way, binding, [visit(fs)])[0] for binding in found] == [True, True, False]


def test_head_is_counted_with_get(fs: Failsoft, way: Way) -> None:
    view = failsoft.protect(rate_limit="1/minute")(Script("well"))
    get, head = (fs.endpoints.bind(method, "/x", view) for method in ("GET", "HEAD"))
    assert outcomes(fs, way, get, [visit(fs)]) == [True]
    assert outcomes(fs, way, head, [visit(fs, "HEAD")]) == [False]


def test_guards_of_one_name_and_limit_share_it(fs: Failsoft, way: Way) -> None:
    policy = Policy(rate_limit="1/minute")
    way.call(fs.guard("x", policy=policy), Script("well"))
    with pytest.raises(RateLimitError):
        way.call(fs.guard("x", policy=policy), Script("well"))


# --- who is counted


@pytest.mark.parametrize(
    ("key", "calls", "expected"),
    [
        ("endpoint", [{"address": "10.0.0.1"}, {"address": "10.0.0.2"}], [True, False]),
        ("client", [{"address": "10.0.0.1"}, {"address": "10.0.0.2"}, {"address": "10.0.0.1"}], [True, True, False]),
        ("client", [{"address": "2001:db8::1"}, {"address": "2001:db8::2:3"}], [True, False]),
        ("client", [{"address": "2001:db8::1"}, {"address": "2001:db8:0:1::1"}], [True, True]),
        ("client", [{"address": "10.0.0.1"}, {"address": "::ffff:10.0.0.1"}], [True, False]),
        ("client", [{"address": "unix:1"}, {"address": "unix:1"}], [True, False]),
        ("client", [{"address": None}, {"address": None}], [True, False]),
        ("user", [{"who": "1"}, {"who": "2"}, {"who": "1"}], [True, True, False]),
        ("user", [{"who": "1", "address": "10.0.0.1"}, {"who": "1", "address": "10.0.0.2"}], [True, False]),
        ("user", [{"address": "10.0.0.1"}, {"address": "10.0.0.2"}, {"address": "10.0.0.1"}], [True, True, False]),
        ("header:X-Key", [{"headers": {"x-key": "a"}}, {"headers": {"x-key": "b"}}], [True, True]),
        ("header:X-Key", [{"headers": {"x-key": "a"}}, {"headers": {"x-key": "a"}}], [True, False]),
        ("header:X-Key", [{}, {"headers": {"x-key": ""}}], [True, False]),
        ("core.engine.test_rate_limit:tenant", [{"context": {"tenant": t}} for t in "aba"], [True, True, False]),
        ("core.engine.test_rate_limit:tenant", [{"context": {"tenant": t}} for t in (None, 7)], [True, False]),
        ("core.engine.test_rate_limit:tenant", [{"context": {"raises": 1}}, {"context": {}}], [True, False]),
    ],
)  # fmt: skip
def test_who_is_counted(fs: Failsoft, way: Way, key: str, calls: list[dict[str, Any]], expected: list[bool]) -> None:
    binding = limited(fs, "1/minute", key=key)
    assert outcomes(fs, way, binding, [visit(fs, **call) for call in calls]) == expected


def test_no_value_of_a_header_is_kept(fs: Failsoft) -> None:
    limiter = RateLimiter("GET /x", RateLimit(rate="9/minute", key="header:Authorization"))
    limiter.admit(visit(fs, headers={"authorization": "Bearer hunter2"}), 0.0)
    kept = list(limiter._quota._keys)
    assert len(kept) == 1
    assert "hunter2" not in kept[0]
    assert len(kept[0]) == 32


def test_a_function_that_fails_is_told_of_once(fs: Failsoft, way: Way, caplog: pytest.LogCaptureFixture) -> None:
    binding = limited(fs, "9/minute", key="core.engine.test_rate_limit:tenant")
    calls = [visit(fs, context={"raises": "hunter2"}) for _ in range(3)]
    assert outcomes(fs, way, binding, calls) == [True, True, True]
    said = [record.getMessage() for record in caplog.records]
    assert said == ["core.engine.test_rate_limit:tenant failed for GET /x: KeyError"]


def test_keys_have_a_bound(fs: Failsoft) -> None:
    limiter = RateLimiter("GET /x", RateLimit(rate="1/day", key="client"))
    for number in range(10_200):
        limiter.admit(visit(fs, address=f"10.0.{number >> 8}.{number & 255}"), 0.0)
    assert limiter.evicted == 200
    assert limiter.admit(visit(fs, address="10.0.0.0"), 0.0).wait is not None


# --- what is said


def test_the_answer_says_what_is_left(fs: Failsoft, way: Way) -> None:
    binding = limited(fs, "2/minute", key="client")
    said = []
    for _ in range(3):
        call = visit(fs, address="10.0.0.1")
        outcomes(fs, way, binding, [call])
        said.append(call.rate_headers)
    policy = ("RateLimit-Policy", '"client";q=2;w=60')
    assert said == [
        (policy, ("RateLimit", '"client";r=1;t=30')),
        (policy, ("RateLimit", '"client";r=0;t=30')),
        (policy, ("RateLimit", '"client";r=0;t=30'), ("Retry-After", "30")),
    ]


@pytest.mark.parametrize(
    ("rate", "key", "said"),
    [
        ("5/second", "endpoint", '"endpoint";q=5;w=1'),
        ("5/500ms", "user", '"user";q=5'),
        ("5/day", "header:X-Key", '"header";q=5;w=86400'),
        ("5/10s", "core.engine.test_rate_limit:tenant", '"key";q=5;w=10'),
    ],
)
def test_what_is_said_of_the_policy(rate: str, key: str, said: str) -> None:
    limiter = RateLimiter("GET /x", RateLimit(rate=rate, key=key))
    assert limiter.admit(Call("GET /x", 0.0), 0.0).headers[0] == ("RateLimit-Policy", said)


def test_without_a_limit_nothing_is_said(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/x", failsoft.protect(timeout=1)(Script()))
    call = visit(fs)
    way.endpoint(binding, call, Script("well"))
    assert call.rate_headers is None


def test_the_problem_says_when_to_come_back(fs: Failsoft, way: Way) -> None:
    binding = limited(fs, "1/hour")
    outcomes(fs, way, binding, [visit(fs)])
    call = visit(fs)
    with pytest.raises(RateLimitError) as caught:
        way.endpoint(binding, call, Script("well"))
    problem = fs.handle(caught.value, call)
    assert (problem.status, problem.code) == (429, "RATE_LIMIT_ERROR")
    assert problem.retry == {"allowed": True, "after": 3600}
    assert dict(problem.headers)["Retry-After"] == dict(call.rate_headers or ())["Retry-After"] == "3600"
    assert "1/hour" not in problem.detail


def test_a_long_wait_is_told_as_it_is(fs: Failsoft, way: Way) -> None:
    binding = limited(fs, "2/day")
    outcomes(fs, way, binding, [visit(fs), visit(fs)])
    with pytest.raises(RateLimitError) as caught:
        way.endpoint(binding, visit(fs), Script("well"))
    assert dict(fs.handle(caught.value).headers)["Retry-After"] == "43200"


# --- modes


def test_in_mode_observe_every_call_is_made_and_it_is_told(make: Any, way: Way) -> None:
    fs = make({"rollout": {"mode": "observe"}})
    events, script = Recorder(fs), Script("well")
    binding = limited(fs, "1/minute")
    calls = [visit(fs, mode="observe") for _ in range(3)]
    for call in calls:
        assert way.endpoint(binding, call, script) == "well"
    assert script.calls == 3
    assert [event.reason for event in events.of(WouldReject)] == ["rate_limited"] * 2
    assert events.of(CallRejected) == []
    assert [call.rate_headers for call in calls] == [None] * 3


def test_a_guard_in_mode_observe_is_never_refused(make: Any, way: Way) -> None:
    fs = make({"rollout": {"mode": "observe"}})
    events, guard = Recorder(fs), fs.guard("x", policy=Policy(rate_limit="1/minute"))
    assert [way.call(guard, Script("well")) for _ in range(3)] == ["well"] * 3
    assert len(events.of(WouldReject)) == 2


def test_who_is_bypassed_is_not_counted(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=Policy(rate_limit="1/minute"))
    with fs.bypass():
        assert [way.call(guard, Script("well")) for _ in range(3)] == ["well"] * 3
    assert way.call(guard, Script("well")) == "well"


def test_a_cancelled_call_has_been_counted_and_leaves_nothing_behind(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=Policy(rate_limit="1/minute"))
    with pytest.raises(asyncio.CancelledError):
        way.call(guard, Script(asyncio.CancelledError()))
    with pytest.raises(RateLimitError):
        way.call(guard, Script("well"))


# --- what is refused


@pytest.mark.parametrize("key", ["client", "user", "header:X-Key"])
def test_a_guard_serves_no_request(fs: Failsoft, way: Way, key: str) -> None:
    guard = fs.guard("x", policy=Policy(rate_limit=RateLimit(rate="1/minute", key=key)))
    with pytest.raises(SettingsError, match='expected "endpoint" or a function: a guard serves no request'):
        way.call(guard, Script("well"))


def test_a_guard_counts_by_a_function(fs: Failsoft, way: Way) -> None:
    options = RateLimit(rate="1/minute", key="core.engine.test_rate_limit:tenant")
    guard = fs.guard("x", policy=Policy(rate_limit=options))
    assert way.call(guard, Script("well")) == "well"
    with pytest.raises(RateLimitError):
        way.call(guard, Script("well"))


def _build(make: Callable[..., Failsoft], key: str) -> object:
    return make({"policies": {"p": {"rate_limit": {"rate": "1/minute", "key": key}}}})


@pytest.mark.parametrize("key", ["core.engine.test_rate_limit:nobody", "no.such.module:fn", "failsoft:__version__"])
def test_a_function_that_is_not_there_is_found_at_once(make: Any, key: str) -> None:
    with pytest.raises(SettingsError, match=r"policies\.p\.rate_limit\.key"):
        _build(make, key)


def test_a_function_that_is_not_there_is_found_on_a_view_too(fs: Failsoft) -> None:
    with pytest.raises(SettingsError, match=r"GET /x: rate_limit\.key"):
        limited(fs, key="no.such.module:fn")


def test_a_request_without_facts_is_counted_with_the_others(fs: Failsoft, way: Way) -> None:
    class Hostile(RequestCall):
        def describe(self) -> RequestFacts:
            raise ValueError("no facts")

    binding = limited(fs, "1/minute", key="client")
    first, second = (Hostile("GET /x", fs.clock.monotonic(), owner=fs) for _ in range(2))
    assert way.endpoint(binding, first, Script("well")) == "well"
    with pytest.raises(RateLimitError):
        way.endpoint(binding, second, Script("well"))


def test_a_call_of_no_adapter_has_neither_headers_nor_user(fs: Failsoft) -> None:
    call = request_call(fs)
    assert (call.header("x-key"), call.user(), call.rate_headers) == (None, None, None)
