"""Policies on views: what is repeated, with which request, and what is not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from flask.views import MethodView, View

import failsoft
from clocks import ManualClock
from failsoft import CircuitBreaker, Policy, Retry
from failsoft.events import AttemptTimedOut, ErrorHandled, RetryEnded, RetryScheduled
from flask import Blueprint, Flask, Response, after_this_request, jsonify

LOST = ConnectionResetError
TWICE = {"policies": {"p": {"retry": {"max_attempts": 3, "base_delay": 0}}}}


def on(match: str, **more: Any) -> dict[str, Any]:
    return {**TWICE, "endpoints": [{"match": match, "policy": "p", **more}]}


class Flaky:
    """Fails so often, then works."""

    def __init__(self, times: int, error: Any = LOST) -> None:
        self.left = times
        self.calls = 0
        self.error = error

    def __call__(self) -> int:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return self.calls


# -- which views


def test_a_marked_view_is_repeated(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)

    @app.get("/quotes/<symbol>")
    @failsoft.protect(retry=Retry(base_delay=0))
    def quote(symbol: str) -> Any:
        return f"{symbol} {flaky()}"

    site = make(app)
    assert site.ask("/quotes/ACME").text == "ACME 3"
    assert [e.endpoint for e in site.recorder.of(RetryScheduled)] == ["GET /quotes/{symbol}"] * 2
    assert [e.outcome for e in site.recorder.of(RetryEnded)] == ["success"]
    assert (site.handled, site.signals) == ([], [])


def test_a_view_of_the_settings_is_repeated(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)
    app.add_url_rule("/quotes/<int:number>", view_func=lambda number: str(flaky()), endpoint="quotes")
    assert make(app, on("GET /quotes/{number}")).ask("/quotes/3").text == "3"


def test_a_view_added_after_the_first_request_is_taken_up(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)
    app.add_url_rule("/one", view_func=lambda: "one", endpoint="one")
    site = make(app, on("* /two"))
    assert site.ask("/one").text == "one"
    taken_up = app.view_functions["one"]
    app._got_first_request = False
    app.add_url_rule("/two", view_func=lambda: str(flaky()), endpoint="two")
    assert site.ask("/two").text == "3"
    assert app.view_functions["one"] is taken_up


def test_a_view_of_a_nested_blueprint_is_repeated_under_its_whole_path(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)
    outer, inner = Blueprint("o", __name__, url_prefix="/o/<tenant>"), Blueprint("i", __name__, url_prefix="/i")
    inner.add_url_rule("/x", view_func=lambda tenant: f"{tenant} {flaky()}", endpoint="x")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    assert make(app, on("GET /o/{tenant}/i/x")).ask("/o/acme/i/x").text == "acme 3"


def test_class_based_views_are_repeated(make: Any) -> None:
    flaky = {"of the class": Flaky(2), "of the method": Flaky(2), "decorated": Flaky(2), "plain": Flaky(2)}

    class Plain(View):
        decorators = [failsoft.protect(retry=Retry(base_delay=0))]

        def dispatch_request(self) -> Any:
            return str(flaky["decorated"]())

    @failsoft.protect(retry=Retry(base_delay=0))
    class Marked(MethodView):
        def get(self) -> Any:
            return str(flaky["of the class"]())

    class Methods(MethodView):
        @failsoft.protect(retry=Retry(base_delay=0))
        def get(self) -> Any:
            return str(flaky["of the method"]())

        def post(self) -> Any:
            return str(flaky["plain"]())

    app = Flask("shop")
    app.add_url_rule("/plain", view_func=Plain.as_view("plain"))
    app.add_url_rule("/marked", view_func=Marked.as_view("marked"))
    app.add_url_rule("/methods", view_func=Methods.as_view("methods"))
    site = make(app)
    assert [site.ask(path).text for path in ("/plain", "/marked", "/methods")] == ["3", "3", "3"]
    assert site.ask("/methods", "POST").status == 502
    assert flaky["plain"].calls == 1
    flaky["of the method"].left = 2
    assert site.ask("/methods", "HEAD").status == 200


def test_an_instance_of_a_class_based_view_is_made_for_each_attempt(make: Any) -> None:
    made: list[int] = []
    flaky = Flaky(1)

    class Quote(MethodView):
        def __init__(self) -> None:
            made.append(1)

        def get(self) -> Any:
            return str(flaky())

    app = Flask("shop")
    app.add_url_rule("/q", view_func=Quote.as_view("q"))
    assert make(app, on("GET /q")).ask("/q").text == "2"
    assert len(made) == 2


def test_an_asynchronous_view_is_repeated(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)

    @app.get("/later")
    @failsoft.protect(retry=Retry(base_delay=0))
    async def later() -> Any:
        await asyncio.sleep(0)
        return str(flaky())

    assert make(app).ask("/later").text == "3"


def test_an_asynchronous_view_is_cut_off(make: Any) -> None:
    app = Flask("shop")

    @app.get("/later")
    @failsoft.protect(timeout=0.005)
    async def later() -> Any:
        await asyncio.Event().wait()

    site = make(app)
    answer = site.ask("/later")
    assert (answer.status, answer.json()["code"]) == (504, "TIMEOUT_ERROR")
    assert [e.cut for e in site.recorder.of(AttemptTimedOut)] == [True]
    assert len(site.handled) == 1


def test_a_synchronous_view_knows_its_time_and_is_not_cut_off(make: Any, clock: ManualClock) -> None:
    app = Flask("shop")

    @app.get("/slow")
    @failsoft.protect(timeout=2)
    def slow() -> Any:
        left = failsoft.remaining()
        clock.advance(3)
        return f"{left} {failsoft.remaining()}"

    site = make(app)
    assert site.ask("/slow").text == "2.0 0.0"
    assert [e.cut for e in site.recorder.of(AttemptTimedOut)] == [False]


# -- what is repeated


@pytest.mark.parametrize(
    ("method", "options", "headers", "calls"),
    [
        ("GET", {}, {}, 3),
        ("HEAD", {}, {}, 3),
        ("POST", {}, {}, 1),
        ("PUT", {}, {}, 1),
        ("POST", {"idempotent": True}, {}, 3),
        ("GET", {"idempotent": False}, {}, 1),
        ("POST", {"idempotent": "key"}, {}, 1),
        ("POST", {"idempotent": "key"}, {"Idempotency-Key": "k1"}, 3),
        ("GET", {"idempotent": "key"}, {}, 3),
    ],
)
def test_a_request_is_repeated_if_it_may_be(make: Any, method: str, options: Any, headers: Any, calls: int) -> None:
    app, flaky = Flask("shop"), Flaky(99)
    app.add_url_rule("/x", view_func=lambda: str(flaky()), methods=["GET", "POST", "PUT"], endpoint="x")
    site = make(app, on("* /x", **options))
    assert site.ask("/x", method, headers=headers).status == 502
    assert flaky.calls == calls
    assert len(site.handled) == len(site.signals) == 1


def test_what_is_retried_away_is_told_to_nobody_but_as_a_retry(make: Any, flask_log: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)
    app.add_url_rule("/x", view_func=lambda: str(flaky()), endpoint="x")
    torn: list[Any] = []
    app.teardown_request(torn.append)
    site = make(app, on("GET /x"))
    assert site.ask("/x").status == 200
    assert (site.signals, site.handled, flask_log(), torn) == ([], [], [], [None])


def test_what_is_not_is_told_once_with_its_attempts(make: Any, flask_log: Any) -> None:
    app, flaky = Flask("shop"), Flaky(9)
    app.add_url_rule("/x", view_func=lambda: str(flaky()), endpoint="x")
    torn: list[Any] = []
    app.teardown_request(torn.append)
    site = make(app, on("GET /x"))
    answer = site.ask("/x")
    assert answer.json()["retry"]["allowed"] is True
    assert site.signals == torn
    assert "gave up after attempt 3" in site.signals[0].__notes__[-1]
    assert flask_log() == ["Exception on /x [GET]"]


def test_what_the_application_answers_itself_is_retried_only_if_it_is_trouble(make: Any) -> None:
    class Oops(Exception):
        pass

    app = Flask("shop")
    scripts = {"oops": Flaky(9, Oops), "lost": Flaky(9, LOST)}
    app.add_url_rule("/<name>", view_func=lambda name: str(scripts[name]()), endpoint="x")
    app.register_error_handler(Oops, lambda exc: ("mine", 418))
    app.register_error_handler(LOST, lambda exc: ("mine too", 503))
    site = make(app, on("GET /{name}"))
    assert [(site.ask(f"/{name}").text, scripts[name].calls) for name in scripts] == [("mine", 1), ("mine too", 3)]
    assert site.handled == []


def test_hooks_of_the_request_run_once(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)
    app.add_url_rule("/x", view_func=lambda: str(flaky()), endpoint="x")
    ran: list[str] = []
    app.before_request(lambda: ran.append("before"))
    app.after_request(lambda response: ran.append("after") or response)  # type: ignore[func-returns-value]
    app.teardown_request(lambda exc: ran.append("teardown"))
    assert make(app, on("GET /x")).ask("/x").text == "3"
    assert ran == ["before", "after", "teardown"]


def test_what_an_attempt_did_may_be_undone(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)
    undone: list[int] = []

    @app.get("/x")
    @failsoft.protect(retry=Retry(base_delay=0), before_retry=lambda call: undone.append(call.attempt))
    def x() -> Any:
        return str(flaky())

    assert make(app).ask("/x").text == "3"
    assert undone == [1, 2]


# -- returned responses


def test_a_returned_status_is_retried_and_what_it_holds_is_closed(make: Any, clock: ManualClock) -> None:
    app = Flask("shop")
    closed: list[int] = []
    served: list[int] = []

    @app.get("/x")
    def x() -> Any:
        served.append(1)
        number = len(served)
        response = Response(iter([b"stream"]), 503 if number < 3 else 200, {"Retry-After": "3"})
        response.call_on_close(lambda: closed.append(number))
        return response

    site = make(app, on("GET /x"))
    assert (site.ask("/x").status, closed, clock.slept) == (200, [1, 2, 3], [3, 3])


def test_a_response_thrown_away_for_nothing_is_closed_too(make: Any, clock: ManualClock) -> None:
    app = Flask("shop")
    closed: list[int] = []

    @app.get("/x")
    @failsoft.protect(retry=Retry(base_delay=1, jitter="none"), deadline=5)
    def x() -> Any:
        response = Response("busy", 503)
        response.call_on_close(lambda: closed.append(1))
        return response

    sleep = clock.sleep
    clock.sleep = lambda seconds: sleep(seconds + 60)  # type: ignore[method-assign]
    assert make(app).ask("/x").status == 504
    assert closed == [1]


def test_a_response_that_stays_bad_is_the_applications_own(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/x", view_func=lambda: ({"mine": True}, 503, {"X-Own": "1"}), endpoint="x")
    site = make(app, on("GET /x"))
    answer = site.ask("/x")
    assert (answer.status, answer.json(), answer.header("x-own")) == (503, {"mine": True}, "1")
    assert site.handled == []


# -- circuits


def test_a_circuit_opens_rejects_and_closes(make: Any, clock: ManualClock) -> None:
    app, flaky = Flask("shop"), Flaky(2)

    @app.get("/quotes/<symbol>")
    @failsoft.protect(circuit_breaker=CircuitBreaker(failure_threshold=2, open_duration=30, half_open_calls=1))
    def quote(symbol: str) -> Any:
        return str(flaky())

    site = make(app)
    assert [site.ask(f"/quotes/{n}").status for n in range(2)] == [502, 502]
    site.signals.clear()
    answer = site.ask("/quotes/3")
    assert (answer.status, answer.json()["code"]) == (503, "CIRCUIT_BREAKER_ERROR")
    assert 30 <= int(answer.header("retry-after") or 0) <= 36
    assert (flaky.calls, site.signals) == (2, [])
    clock.advance(30)
    assert site.ask("/quotes/4").text == "3"
    assert dict(site.fs.circuit_breakers.states()) == {"GET /quotes/{symbol}": "closed"}


def test_http_exceptions_of_the_client_are_no_failures(make: Any) -> None:
    app = Flask("shop")

    @app.get("/x")
    @failsoft.protect(circuit_breaker=CircuitBreaker(failure_threshold=1))
    def x() -> Any:
        from flask import abort

        abort(404)

    site = make(app)
    site.ask("/x")
    assert site.fs.circuit_breakers["GET /x"].snapshot().counts.total == 0


def test_what_the_application_answers_itself_is_no_failure(make: Any) -> None:
    app = Flask("shop")

    @app.get("/x")
    @failsoft.protect(circuit_breaker=CircuitBreaker(failure_threshold=1))
    def x() -> Any:
        raise KeyError("of the domain")

    @app.get("/later")
    @failsoft.protect(circuit_breaker=CircuitBreaker(failure_threshold=1))
    async def later() -> Any:
        raise KeyError("of the domain")

    app.register_error_handler(KeyError, lambda exc: ("mine", 418))
    site = make(app)
    for path in ("/x", "/later"):
        assert [site.ask(path).text for _ in range(3)] == ["mine"] * 3
        assert site.fs.circuit_breakers[f"GET {path}"].state == "closed"


def test_a_guard_in_a_view_is_not_retried_twice(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(99)
    site = make(app, on("GET /x"))
    guard = site.fs.guard("upstream", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)
    app.add_url_rule("/x", view_func=lambda: str(guard.call(flaky)), endpoint="x")
    assert site.ask("/x").status == 502
    assert flaky.calls == 3


def test_a_rejection_by_a_guard_is_a_503_with_its_wait_and_no_exception_to_flask(make: Any) -> None:
    app = Flask("shop")
    site = make(app)
    guard = site.fs.guard("upstream", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=1)))
    app.add_url_rule("/x", view_func=lambda: guard.call(Flaky(9)), endpoint="x")
    site.ask("/x")
    site.signals.clear()
    answer = site.ask("/x")
    assert (answer.status, answer.json()["code"]) == (503, "CIRCUIT_BREAKER_ERROR")
    assert answer.header("retry-after")
    assert site.signals == []


# -- views that call views


def test_a_view_that_another_one_calls_is_a_part_of_it(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(99)
    app.add_url_rule("/inner", view_func=lambda: str(flaky()), endpoint="inner")
    app.add_url_rule("/outer", view_func=lambda: app.view_functions["inner"](), endpoint="outer")
    settings = {**TWICE, "endpoints": [{"match": "* /inner", "policy": "p"}, {"match": "* /outer", "policy": "p"}]}
    site = make(app, settings)
    assert site.ask("/outer").status == 502
    assert flaky.calls == 3
    assert [e.attempts for e in site.recorder.of(RetryEnded)] == [3]


def test_a_view_outside_a_request_is_just_a_function(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(1)
    app.add_url_rule("/x", view_func=lambda: flaky(), endpoint="x")
    site = make(app, on("GET /x"))
    site.ask("/nowhere")
    with app.test_request_context("/x"):
        with pytest.raises(LOST):
            app.view_functions["x"]()
        assert app.view_functions["x"]() == 2


def test_answers_of_every_kind_come_through_a_policy(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/tuple", view_func=lambda: ("t", 201, {"X-A": "1"}), endpoint="tuple")
    app.add_url_rule("/dict", view_func=lambda: {"a": 1}, endpoint="dict")
    app.add_url_rule("/list", view_func=lambda: [1], endpoint="list")
    app.add_url_rule("/json", view_func=lambda: jsonify(a=1), endpoint="json")
    app.add_url_rule("/stream", view_func=lambda: iter(["a", "b"]), endpoint="stream")
    app.add_url_rule("/none", view_func=lambda: None, endpoint="none")
    settings = {
        **TWICE,
        "endpoints": [{"match": f"* /{name}", "policy": "p"} for name in app.view_functions if name != "static"],
    }
    site = make(app, settings)
    assert [site.ask(f"/{name}").status for name in ("tuple", "dict", "list", "json", "stream", "none")] == [
        201, 200, 200, 200, 200, 500,
    ]  # fmt: skip
    assert site.ask("/stream").body == b"ab"


def test_functions_for_after_this_request_are_those_of_the_attempt_that_counts(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(2)

    @app.get("/x")
    def x() -> Any:
        @after_this_request
        def stamp(response: Any) -> Any:
            response.headers.add("X-Stamp", "1")
            return response

        return str(flaky())

    assert make(app, on("GET /x")).ask("/x").all("x-stamp") == ["1"]


def test_retry_after_of_an_answer_opens_the_circuit(make: Any) -> None:
    app = Flask("shop")
    breaker = failsoft.CircuitBreaker(trip_on_retry_after=True)
    app.get("/x")(failsoft.protect(circuit_breaker=breaker)(lambda: ("not now", 429, {"Retry-After": "40"})))
    site = make(app)
    answers = [site.ask("/x") for _ in range(2)]
    assert [answer.status for answer in answers] == [429, 503]
    assert answers[1].json()["code"] == "CIRCUIT_BREAKER_ERROR"


def test_failures_of_a_critical_endpoint_are_a_step_more_severe(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/pay", "pay", Flaky(1, ValueError("boom")))
    app.add_url_rule("/lost", "lost", Flaky(9))
    app.add_url_rule("/absent", "absent", Flaky(1, failsoft.NotFoundError("no")))
    app.add_url_rule("/other", "other", Flaky(1, ValueError("boom")))
    rules = [{"match": f"* /{name}", "critical": True} for name in ("pay", "absent")]
    site = make(
        app, {**on("* /lost", critical=True), "endpoints": [*rules, *on("* /lost", critical=True)["endpoints"]]}
    )
    for path in ("/pay", "/absent", "/lost", "/other"):
        site.ask(path)
    told = {event.endpoint: event.failure.severity for event in site.recorder.of(ErrorHandled)}
    assert told == {"GET /pay": "critical", "GET /absent": "info", "GET /lost": "high", "GET /other": "high"}
