"""What the client is told: headers, bodies, ids, cookies, modes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask_cors import CORS
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, ServiceUnavailable, TooManyRequests, Unauthorized

import failsoft
from failsoft.events import ErrorHandled, WouldAnswer
from flask import Flask, Response, abort, request, session
from wsgi_driver import ask, environ, pairs

SECRET = "hunter2-canary"


def shop() -> Flask:
    app = Flask("shop")

    @app.get("/ok")
    def ok() -> Any:
        return "ok"

    @app.get("/boom")
    def boom() -> Any:
        raise ValueError(SECRET)

    @app.get("/missing")
    def missing() -> Any:
        raise failsoft.NotFoundError(SECRET)

    @app.get("/busy")
    def busy() -> Any:
        raise ServiceUnavailable("come back later", retry_after=30)

    @app.get("/often")
    def often() -> Any:
        raise TooManyRequests(retry_after=0)

    @app.get("/who")
    def who() -> Any:
        raise Unauthorized(
            www_authenticate=[WWWAuthenticate("basic", {"realm": "the shop"}), WWWAuthenticate("bearer")]
        )

    @app.route("/upload", methods=["POST"])
    def upload() -> Any:
        return str(len(request.get_data()))

    @app.post("/json")
    def reads_json() -> Any:
        return request.get_json()

    return app


# -- headers


def test_a_problem_has_the_headers_of_a_problem(make: Any) -> None:
    answer = make(shop()).ask("/boom", headers={"Accept": "application/json"})
    problem = answer.json()
    assert answer.header("content-type") == "application/problem+json"
    assert answer.header("cache-control") == "no-store"
    assert "Accept" in (answer.header("vary") or "")
    assert answer.header("x-error-id") == problem["error_id"]
    assert answer.header("x-request-id") == problem["request_id"]
    assert answer.header("content-length") == str(len(answer.body))


def test_every_challenge_is_kept(make: Any) -> None:
    assert make(shop()).ask("/who").all("www-authenticate") == ['Basic realm="the shop"', "Bearer"]


def test_retry_after_is_kept(make: Any) -> None:
    site = make(shop())
    answer = site.ask("/busy")
    assert answer.header("retry-after") == "30"
    assert answer.json()["retry"]["after"] == 30


def test_a_browser_gets_a_page(make: Any) -> None:
    answer = make(shop()).ask("/boom", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert SECRET not in answer.text


@pytest.mark.parametrize("path", ["/boom", "/missing", "/nowhere", "/ok"])
def test_head_has_the_headers_of_get_and_no_body(make: Any, path: str) -> None:
    site = make(shop())
    got, head = site.ask(path), site.ask(path, "HEAD")
    assert (head.status, head.body) == (got.status, b"")
    differ = {"X-Request-ID", "X-Error-ID", "Content-Length"}
    assert {n for n, _ in head.headers} ^ {n for n, _ in got.headers} <= differ


@pytest.mark.parametrize("header", ["bad\r\nX-Evil: 1", "snow ☃", "x\x00y"])
def test_a_header_that_cannot_be_sent_does_not_cost_the_answer(make: Any, header: str) -> None:
    app = Flask("shop")

    @app.get("/evil")
    def evil() -> Any:
        raise failsoft.ConflictError("x", headers={"X-Given": header})

    answer = make(app).ask("/evil")
    assert (answer.status, answer.escaped) == (409, None)
    assert answer.header("x-evil") is None


def test_a_response_that_the_server_cannot_send_is_answered_by_a_problem(make: Any) -> None:
    """The head is still in our hands when the server refuses it."""
    app = Flask("shop")

    @app.get("/evil")
    def evil() -> Any:
        return "x", 200, {"X-Evil": "☃"}

    site = make(app)
    answer = site.ask("/evil")
    assert (answer.status, answer.is_problem) == (500, True)
    assert [e[1] for e in site.handled] == ["UnicodeEncodeError"]


# -- ids


def test_every_response_names_its_request(make: Any) -> None:
    site = make(shop())
    ids = [site.ask(path).header("x-request-id") for path in ("/ok", "/boom", "/nowhere", "/ok")]
    assert len(set(ids)) == 4
    assert None not in ids


@pytest.mark.parametrize(("given", "kept"), [("req-1", True), ("a b", False), ("x" * 129, False), ("", False)])
def test_a_callers_id_is_kept_if_it_is_well_formed(make: Any, given: str, kept: bool) -> None:
    answer = make(shop()).ask("/boom", headers={"X-Request-ID": given})
    assert (answer.header("x-request-id") == given) is kept
    assert answer.json()["request_id"] == answer.header("x-request-id")


def test_a_callers_id_may_be_distrusted_and_the_header_named_otherwise(make: Any) -> None:
    site = make(shop(), {"request": {"trust_id": False, "id_header": "X-Correlation"}})
    answer = site.ask("/ok", headers={"X-Correlation": "req-1"})
    assert answer.header("x-correlation") not in (None, "req-1")
    assert answer.header("x-request-id") is None


def test_an_id_that_the_application_sets_stays(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/own", view_func=lambda: ("ok", 200, {"x-request-id": "mine"}))
    assert make(app).ask("/own").all("x-request-id") == ["mine"]


def test_a_list_of_headers_that_an_application_keeps_stays_its_own(make: Any) -> None:
    kept = [("Content-Type", "text/plain"), ("Content-Length", "2")]

    def bare(env: Any, start: Any) -> Any:
        start("200 OK", kept)
        return [b"ok"]

    app = Flask("shop")
    app.wsgi_app = bare  # type: ignore[method-assign,assignment]
    site = make(app)
    first, second = site.ask("/"), site.ask("/")
    assert len(kept) == 2
    assert first.header("x-request-id") != second.header("x-request-id")


# -- what the framework knows by itself


def test_too_large_a_body_is_a_413(make: Any) -> None:
    site = make(shop(), MAX_CONTENT_LENGTH=10)
    answer = site.ask("/upload", "POST", body=b"x" * 11)
    assert (answer.status, answer.is_problem) == (413, True)
    assert site.ask("/upload", "POST", body=b"x" * 10).text == "10"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "text/plain"}, b"{}", 415),
        ({"Content-Type": "application/json"}, b'{"password": "hunter2-canary"', 400),
        ({"Content-Type": "application/json"}, b'{"a": 1}', 200),
    ],
)
def test_json_that_is_none_is_answered_and_not_echoed(
    make: Any, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = make(shop()).ask("/json", "POST", body=body, headers=headers)
    assert answer.status == status
    assert SECRET not in answer.text


# -- cookies and middleware


def test_the_session_is_saved_with_an_error(make: Any) -> None:
    app = Flask("shop")
    app.secret_key = "for tests"

    @app.get("/count/<path>")
    def count(path: str) -> Any:
        session["n"] = session.get("n", 0) + 1
        if path == "missing":
            raise failsoft.NotFoundError
        raise ValueError(path)

    site = make(app)
    for path in ("missing", "boom"):
        assert "session=" in (site.ask(f"/count/{path}").header("set-cookie") or "")


@pytest.mark.parametrize("path", ["/boom", "/missing", "/nowhere", "/ok"])
def test_cross_origin_headers_are_on_errors_too(make: Any, path: str) -> None:
    app = shop()
    CORS(app, origins=["https://shop.example"])
    site = make(app)
    answer = site.ask(path, headers={"Origin": "https://shop.example"})
    assert answer.header("access-control-allow-origin") == "https://shop.example"


def test_options_are_flasks_own(make: Any) -> None:
    answer = make(shop()).ask("/upload", "OPTIONS")
    assert answer.status == 200
    assert sorted((answer.header("allow") or "").split(", ")) == ["OPTIONS", "POST"]


# -- modes and formats


def without_failsoft(path: str) -> Any:
    return ask(shop(), path)


PATHS = ["/ok", "/boom", "/nowhere", "/busy", "/often", "/who"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "settings",
    [{"responses": {"format": "keep"}}, {"rollout": {"mode": "observe"}}, {"rollout": {"mode": "off"}}],
    ids=["keep", "observe", "off"],
)
def test_flasks_own_bodies_stay(make: Any, path: str, settings: Any, flask_log: Any) -> None:
    bare, answer = without_failsoft(path), make(shop(), settings).ask(path)
    assert (answer.status, answer.body, pairs(answer.headers)) == (bare.status, bare.body, pairs(bare.headers))
    assert len(flask_log()) in (0, 2)


@pytest.mark.parametrize("path", PATHS)
def test_keeping_bodies_still_adds_ids_and_tells(make: Any, path: str) -> None:
    site = make(shop(), {"responses": {"format": "keep"}})
    answer = site.ask(path)
    assert answer.header("x-request-id")
    assert [answer.header("x-error-id")] == [e.failure.error_id for e in site.recorder.of(ErrorHandled)] or (
        path == "/ok"
    )


def test_observing_tells_what_would_be_answered(make: Any) -> None:
    site = make(shop(), {"rollout": {"mode": "observe"}})
    answer = site.ask("/missing")
    assert (answer.status, answer.header("x-error-id")) == (500, None)
    assert [(e.status, e.failure.code) for e in site.recorder.of(WouldAnswer)] == [(404, "NOT_FOUND")]


def test_off_and_bypass_leave_no_trace(make: Any) -> None:
    site = make(shop())
    with site.fs.bypass():
        for path in PATHS:
            bare, answer = without_failsoft(path), site.ask(path)
            assert (answer.status, answer.body, sorted(answer.headers)) == (
                bare.status,
                bare.body,
                sorted(bare.headers),
            )
    assert [type(event).__name__ for event in site.recorder.events] == ["BypassChanged", "BypassChanged"]
    assert site.ask("/boom").is_problem


def test_only_unexpected_errors_may_be_replaced(make: Any) -> None:
    site = make(shop(), {"responses": {"replace": "unexpected"}})
    assert site.ask("/nowhere").body == without_failsoft("/nowhere").body
    assert site.ask("/boom").is_problem


def test_an_exempt_endpoint_is_left_alone(make: Any) -> None:
    app = shop()
    turns: list[int] = []

    @app.before_request
    def breaks() -> None:
        turns.append(1)
        if len(turns) == 2:
            raise RuntimeError("in a hook")

    site = make(app, {"endpoints": [{"match": "GET /boom", "exempt": True}]})
    for _ in range(2):
        answer = site.ask("/boom")
        assert answer.body == without_failsoft("/boom").body
    assert site.recorder.events == []


def test_an_endpoint_may_have_a_mode_of_its_own(make: Any) -> None:
    settings = {"rollout": {"mode": "observe"}, "endpoints": [{"match": "GET /boom", "mode": "enforce"}]}
    site = make(shop(), settings)
    assert site.ask("/boom").is_problem
    assert not site.ask("/nowhere").is_problem


def test_the_kill_switch_leaves_bare_flask(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT__DISABLED", "1")
    site = make(shop())
    for path in PATHS:
        bare, answer = without_failsoft(path), site.ask(path)
        assert (answer.status, answer.body, sorted(answer.headers)) == (bare.status, bare.body, sorted(bare.headers))
    assert site.recorder.events == []


def test_a_renderer_of_the_applications_own(make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "shop_bodies.py").write_text("def body(problem, facts):\n    return {'oops': problem.code}")
    monkeypatch.syspath_prepend(tmp_path)
    answer = make(shop(), {"responses": {"renderer": "shop_bodies:body"}}).ask("/boom")
    assert json.loads(answer.body) == {"oops": "INTERNAL_ERROR"}


# -- hostile requests


@pytest.mark.parametrize("path", ["/boom", "/nowhere"])
@pytest.mark.parametrize(
    "more",
    [
        {"PATH_INFO": "/\xff\xfe"},
        {"HTTP_ACCEPT": "\x00" * 100},
        {"HTTP_ACCEPT": "text/html;q=" + "9" * 10_000},
        {"HTTP_ACCEPT_LANGUAGE": ",;q==,,"},
        {"HTTP_TRACEPARENT": "00-" + "g" * 60},
        {"HTTP_X_FORWARDED_FOR": "," * 5000},
        {"REMOTE_ADDR": None},
        {"HTTP_USER_AGENT": "\xff"},
        {"HTTP_HOST": "]["},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "many"},
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
)
def test_a_hostile_request_is_answered(make: Any, path: str, more: dict[str, Any]) -> None:
    answer = make(shop()).ask(path, **more)
    assert 400 <= answer.status < 600
    assert answer.escaped is None


def test_an_environment_without_what_is_usually_there_is_answered(make: Any) -> None:
    env = environ("/boom")
    for name in ("REMOTE_ADDR", "HTTP_HOST", "SCRIPT_NAME", "QUERY_STRING", "SERVER_PROTOCOL"):
        del env[name]
    assert make(shop()).ask("/boom", env=env).status == 500


@pytest.mark.parametrize("index", range(24))
def test_a_hostile_exception_is_answered(make: Any, index: int) -> None:
    from hostile import HOSTILE

    app = Flask("hostile_shop")
    # Flask logs the text as it is, and one with lone surrogates cannot be sent from one test process to another
    app.logger.disabled = True

    @app.get("/hostile")
    def hostile() -> Any:
        raise HOSTILE[index]()

    assert len(HOSTILE) == 24
    answer = make(app).ask("/hostile")
    assert (400 <= answer.status < 600, answer.is_problem, answer.escaped) == (True, True, None)


@pytest.mark.parametrize(
    "error",
    [
        HTTPException(),
        HTTPException("no code", response=Response("own", 404)),
        RequestEntityTooLarge(SECRET * 1000),
    ],
    ids=["no code", "own response", "long text"],
)
def test_odd_http_exceptions_are_flasks_or_ours_but_never_lost(make: Any, error: HTTPException) -> None:
    def build() -> Flask:
        app = Flask("shop")

        @app.get("/odd")
        def odd() -> Any:
            raise error

        return app

    bare, answer = ask(build(), "/odd"), make(build()).ask("/odd")
    if error.code is None:
        # not an error to Flask either
        assert (answer.status, answer.body) == (bare.status, bare.body)
    else:
        assert answer.is_problem
        assert 400 <= answer.status < 600
    assert answer.escaped is None


def test_what_werkzeug_says_of_itself_is_kept(make: Any) -> None:
    app = Flask("shop")

    @app.get("/own")
    def own() -> Any:
        abort(418)

    assert make(app).ask("/own").status == 418
