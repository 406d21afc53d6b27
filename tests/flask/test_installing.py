"""Putting Failsoft into an application: factories, several applications, commands, the report."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from flask.views import MethodView

import failsoft
from failsoft import Failsoft, Retry, SettingsError
from failsoft_flask import FlaskFailsoft
from failsoft_flask.inspect import report
from flask import Blueprint, Flask, current_app
from wsgi_driver import ask

LOST = ConnectionResetError


def boom() -> Any:
    raise ValueError("x")


def shop(name: str = "shop") -> Flask:
    app = Flask(name)
    app.add_url_rule("/boom", view_func=boom)
    return app


# -- where settings come from


def test_settings_are_a_mapping_a_file_or_the_config(tmp_path: Path) -> None:
    file = tmp_path / "failsoft.toml"
    file.write_text('service = "from a file"')
    configured = shop()
    configured.config["FAILSOFT"] = {"service": "from the config"}
    argument = shop()
    argument.config["FAILSOFT"] = {"service": "not this one"}
    found = [
        FlaskFailsoft().init_app(configured),
        FlaskFailsoft().init_app(shop(), str(file)),
        FlaskFailsoft(settings={"service": "of the extension"}).init_app(shop()),
        FlaskFailsoft(settings={"service": "not this one"}).init_app(argument, {"service": "of init_app"}),
        FlaskFailsoft().init_app(shop()),
    ]
    assert [fs.settings.service for fs in found] == [
        "from the config",
        "from a file",
        "of the extension",
        "of init_app",
        "",
    ]
    for fs in found:
        fs.close()


def test_wrong_settings_are_refused_and_the_application_stays_as_it_was() -> None:
    app = shop()
    before = app.wsgi_app
    with pytest.raises(SettingsError, match="rollout.mode"):
        FlaskFailsoft(app, {"rollout": {"mode": "enforced"}})
    assert "failsoft" not in app.extensions
    assert app.wsgi_app == before
    assert FlaskFailsoft().init_app(app) is app.extensions["failsoft"].fs


# -- how often, and into how many


def test_installing_twice_is_installing_once() -> None:
    app = shop()
    extension = FlaskFailsoft(app)
    layer = app.wsgi_app
    fs = extension.init_app(app)
    assert FlaskFailsoft().init_app(app, {"service": "another"}) is fs
    assert app.wsgi_app is layer
    answer = ask(app, "/boom")
    assert len(answer.all("x-request-id")) == 1
    fs.close()


def test_one_extension_serves_several_applications() -> None:
    extension = FlaskFailsoft()

    def create_app(name: str, threshold: int) -> Flask:
        app = shop(name)
        breaker = {"failure_threshold": threshold}
        app.config["FAILSOFT"] = {
            "policies": {"p": {"circuit_breaker": breaker}},
            "endpoints": [{"match": "GET /boom", "policy": "p"}],
        }
        extension.init_app(app)
        return app

    one, other = create_app("one", 1), create_app("other", 99)
    codes = [ask(app, "/boom").json()["code"] for app in (one, one, other, other)]
    assert codes == ["INTERNAL_ERROR", "CIRCUIT_BREAKER_ERROR", "INTERNAL_ERROR", "INTERNAL_ERROR"]
    for app in (one, other):
        with app.app_context():
            assert extension.fs is current_app.extensions["failsoft"].fs
            extension.fs.close()


def test_a_ready_instance_may_be_handed_in() -> None:
    with Failsoft({"service": "ready"}) as fs:
        extension = FlaskFailsoft(fs=fs)
        one, other = shop("one"), shop("other")
        assert extension.init_app(one) is extension.init_app(other) is fs
        assert ask(one, "/boom").is_problem


def test_the_instance_is_known_within_an_application_only() -> None:
    extension = FlaskFailsoft()
    with pytest.raises(RuntimeError, match="application context"):
        _ = extension.fs
    with shop().app_context(), pytest.raises(RuntimeError, match="call init_app"):
        _ = extension.fs


def test_the_instance_is_there_even_if_it_is_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT__DISABLED", "1")
    app = shop()
    before = app.wsgi_app
    extension = FlaskFailsoft(app)
    with app.app_context():
        guard = extension.fs.guard("x", policy="upstream")
        assert guard.call(lambda: "ran") == "ran"
    assert app.wsgi_app == before
    assert report(app) is not None


def test_blueprints_may_come_later() -> None:
    app = Flask("shop")
    FlaskFailsoft(app)
    blueprint = Blueprint("b", __name__, url_prefix="/b")
    calls: list[int] = []

    @blueprint.get("/x")
    @failsoft.protect(retry=Retry(base_delay=0))
    def x() -> Any:
        calls.append(1)
        raise LOST

    app.register_blueprint(blueprint)
    assert ask(app, "/b/x").status == 502
    assert len(calls) == 3


def test_one_view_in_two_applications_has_two_policies() -> None:
    calls: list[int] = []

    @failsoft.protect(policy="p")
    def view() -> Any:
        calls.append(1)
        raise LOST

    counts = []
    for attempts in (2, 4):
        app = Flask("shop")
        app.add_url_rule("/x", view_func=view)
        FlaskFailsoft(app, {"policies": {"p": {"retry": {"max_attempts": attempts, "base_delay": 0}}}})
        calls.clear()
        ask(app, "/x")
        counts.append(len(calls))
    assert counts == [2, 4]


def test_the_first_requests_of_many_threads_are_all_protected() -> None:
    calls: list[int] = []
    app = Flask("shop")
    for number in range(200):
        app.add_url_rule(f"/other/{number}", endpoint=f"other{number}", view_func=lambda: "ok")

    @app.get("/x")
    def x() -> Any:
        calls.append(1)
        raise LOST

    settings = {
        "policies": {"p": {"retry": {"max_attempts": 3, "base_delay": 0}}},
        "endpoints": [{"match": "* /x", "policy": "p"}],
    }
    with Failsoft(settings) as fs:
        FlaskFailsoft(app, fs=fs)
        barrier = threading.Barrier(8)

        def work() -> None:
            barrier.wait()
            ask(app, "/x")

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(calls) == 24


# -- commands and the report


SETTINGS = {
    "policies": {"p": {"retry": 2}},
    "endpoints": [
        {"match": "GET /quotes/{symbol}", "policy": "p"},
        {"match": "GET /health", "exempt": True},
        {"match": "GET /gone", "policy": "p"},
    ],
}


def reported() -> Flask:
    app = Flask("shop")

    @app.route("/quotes/<symbol>", methods=["GET", "POST"])
    def quote(symbol: str) -> Any:
        return symbol

    @app.get("/health")
    def health() -> Any:
        return "ok"

    @app.get("/marked")
    @failsoft.protect(timeout=2, mode="observe")
    def marked() -> Any:
        return "ok"

    blueprint = Blueprint("b", __name__, url_prefix="/b")
    blueprint.register_error_handler(LOST, lambda exc: "mine")
    app.register_blueprint(blueprint)
    FlaskFailsoft(app, SETTINGS)
    app.register_error_handler(404, lambda exc: ("mine", 404))
    return app


def test_the_report_lists_what_holds_where() -> None:
    app = reported()
    found = report(app)
    assert found is not None
    assert {(e.key, e.policy, e.mode) for e in found.endpoints if "static" not in e.key} == {
        ("GET /quotes/{symbol}", "p", "enforce"),
        ("POST /quotes/{symbol}", "", "enforce"),
        ("GET /health", "", "off"),
        ("GET /marked", "inline", "observe"),
    }
    views = {e.key: e.view for e in found.endpoints}
    assert views["GET /marked"].endswith("reported.<locals>.marked")
    assert found.shadowed_handlers == ("app: NotFound", "b: ConnectionResetError")
    assert found.unmatched_endpoints == ("GET /gone",)


def test_asking_for_the_report_changes_nothing() -> None:
    app = reported()
    once, twice = report(app), report(app)
    assert once == twice
    assert ask(app, "/quotes/ACME").text == "ACME"


def test_what_is_no_application_of_ours_has_no_report() -> None:
    assert report(object()) is None
    assert report(Flask("bare")) is None


def test_the_commands_are_flasks_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "failsoft.toml"
    file.write_text('service = "shop"\n[rollout]\nmode = "enforced"\n')
    monkeypatch.chdir(tmp_path)
    app = shop()
    FlaskFailsoft(app)
    result = app.test_cli_runner().invoke(args=["failsoft", "check"])
    assert result.exit_code == 1
    assert "rollout.mode" in result.output
    file.write_text('service = "shop"\n')
    assert app.test_cli_runner().invoke(args=["failsoft", "check"]).exit_code == 0


def test_the_commands_know_the_settings_of_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        audit = {"url": f"sqlite:///{tmp_path / name}.db", "encryption": "off"}
        app = shop()
        fs = FlaskFailsoft(app, settings={"audit": audit}).init_app(app)
        fs.audit.record(f"shop.{name}")
        fs.close()
        result = app.test_cli_runner().invoke(args=["failsoft", "audit", "search", "--severity", "info"])
        assert result.exit_code == 0, result.output
        assert f"shop.{name}" in result.output


# -- marks that name a policy which is not there


def nothing_there() -> Any:
    return failsoft.protect(policy="nothing")(lambda: "never")


def test_a_policy_that_is_not_there_is_told_at_the_first_request_to_whoever_runs_it_and_at_its_own_to_the_client(
    make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    site = make(Flask("shop"))
    site.app.add_url_rule("/x", view_func=nothing_there(), endpoint="x", methods=["GET", "POST"])
    site.app.add_url_rule("/fine", view_func=lambda: "fine", endpoint="fine")
    assert site.ask("/fine").status == 200
    said = [r.getMessage() for r in caplog.records if (r.name, r.levelname) == ("failsoft", "ERROR")]
    assert [text.split(" = ")[0] for text in said] == ["GET /x", "POST /x"]
    assert site.ask("/x").status == 500
    assert [e[:2] for e in site.handled] == [("GET /x", "failsoft.errors.exceptions.SettingsError")]


def test_a_policy_that_is_not_there_is_refused_at_once_where_the_view_is_known() -> None:
    class Thing(MethodView):
        post = nothing_there()

    app = Flask("shop")
    app.add_url_rule("/x", view_func=nothing_there(), endpoint="x")
    app.add_url_rule("/y", view_func=Thing.as_view("thing"))
    before = app.wsgi_app
    with pytest.raises(failsoft.SettingsError) as caught:
        FlaskFailsoft(app)
    assert [fault.path for fault in caught.value.faults] == ["GET /x", "POST /y"]
    assert "failsoft" not in app.extensions
    assert app.wsgi_app == before


def test_a_policy_that_the_settings_name_in_the_place_of_one_that_is_not_there_holds(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/x", view_func=nothing_there(), endpoint="x")
    rule = {"match": "GET /x", "policy": "patient"}
    assert make(app, {"policies": {"patient": {"retry": 2}}, "endpoints": [rule]}).ask("/x").body == b"never"
