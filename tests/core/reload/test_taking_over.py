"""A changed file is taken over whole, and a call under way ends by what it began with."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

import failsoft
from both_ways import Recorder, Script, Way, request_call
from core.reload.conftest import Live
from failsoft import Failsoft, Policy
from failsoft.endpoints import Endpoints
from failsoft.events import Event, InternalError, SettingsReloaded
from failsoft.retries import Retries

LOST = ConnectionResetError

TWICE = "[policies.upstream.retry]\nmax_attempts = 2\nbase_delay = 0\n"
THRICE = "[policies.upstream.retry]\nmax_attempts = 3\nbase_delay = 0\n"


def attempts(way: Way, guard: failsoft.Guard) -> int:
    script = Script(LOST())
    with pytest.raises(LOST):
        way.call(guard, script)
    return script.calls


def test_a_guard_goes_by_the_new_policy(live: Live, way: Way) -> None:
    """Trap: the registry claims to reload, and everything made before keeps what it was made with."""
    fs = live.start(TWICE)
    guard = fs.guard("x", policy="upstream", idempotent=True)
    decorated = guard(script := Script(LOST()))
    assert attempts(way, guard) == 2
    assert live.change(THRICE) == []
    assert attempts(way, guard) == 3
    with pytest.raises(LOST):
        decorated()
    assert script.calls == 3
    assert fs.settings.policies["upstream"].retry == failsoft.Retry(max_attempts=3, base_delay=0)


def test_an_endpoint_goes_by_the_new_tables(live: Live, way: Way) -> None:
    table = '[[endpoints]]\nmatch = "GET /quotes/{symbol}"\npolicy = "upstream"\n'
    fs = live.start(TWICE + table)
    view = Script("well")
    bound = fs.endpoints.bind("GET", "/quotes/{symbol}", view)
    assert bound.policy == "upstream"
    assert live.change(THRICE + table + 'mode = "observe"\n') == []
    again = fs.endpoints.bind("GET", "/quotes/{symbol}", view)
    assert (again.policy, again.mode) == ("upstream", "observe")
    assert live.change(THRICE) == []
    assert fs.endpoints.bind("GET", "/quotes/{symbol}", view).pipeline is None


def test_a_new_policy_can_be_named_at_once(live: Live, way: Way) -> None:
    fs = live.start("")
    guard = fs.guard("x", policy="upstream", idempotent=True)
    with pytest.raises(failsoft.SettingsError):
        guard.call(Script("well"))
    assert live.change(TWICE) == []
    assert attempts(way, guard) == 2


def test_the_rollout_changes(live: Live, way: Way) -> None:
    fs = live.start(TWICE)
    guard = fs.guard("x", policy="upstream", idempotent=True)
    for mode, made in (("observe", 1), ("off", 1), ("enforce", 2)):
        assert live.change(f'{TWICE}[rollout]\nmode = "{mode}"\n') == []
        assert (attempts(way, guard), fs.roll_mode()) == (made, mode)
    assert live.change(f"{TWICE}[rollout]\npercent = 0\n") == []
    assert (attempts(way, guard), fs.enforces) == (1, False)


def test_errors_rules_and_responses_change(live: Live) -> None:
    fs = live.start("")
    assert fs.handle(LookupError("x")).status == 500
    changed = """
        [responses]
        type_base = "https://errors.example.com/"
        [errors."builtins.LookupError"]
        status = 409
        code = "TAKEN"
        [[rules]]
        name = "maintenance"
        when = { message_contains = "maintenance" }
        then = { status = 503, category = "external_service" }
    """
    assert live.change(changed) == []
    problem = fs.handle(LookupError("x"))
    assert (problem.status, problem.code, problem.type) == (409, "TAKEN", "https://errors.example.com/taken")
    assert fs.classify(RuntimeError("in maintenance")).status == 503
    assert live.change("") == []
    assert fs.handle(LookupError("x")).status == 500


def test_a_call_under_way_ends_by_the_policy_it_began_with(live: Live, way: Way) -> None:
    fs = live.start(THRICE)
    guard = fs.guard("x", policy="upstream", idempotent=True)
    assert live.change(TWICE) == []
    way.call(guard, Script("well"))  # from now on it is in a hurry
    assert live.change(THRICE) == []

    def reloading() -> Exception:
        if script.calls == 1:
            assert live.change(TWICE) == []
        return LOST()

    script = Script(reloading)
    with pytest.raises(LOST):
        way.call(guard, script)
    assert script.calls == 3
    assert attempts(way, guard) == 2


def test_an_attempt_under_way_is_retried_by_the_policy_it_began_with(live: Live, way: Way) -> None:
    fs = live.start(THRICE)
    view = failsoft.protect(policy="upstream")(Script("well"))

    def reloading() -> Exception:
        live.change(TWICE)
        return LOST()

    script = Script(reloading)
    with pytest.raises(LOST):
        way.endpoint(fs.endpoints.bind("GET", "/x", view), request_call(fs), script)
    assert script.calls == 3
    assert fs.endpoints.bind("GET", "/x", view).pipeline.limits.retry.max_attempts == 2


def test_a_guard_that_is_bound_in_the_middle_of_a_reload_is_bound_anew(
    live: Live, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    fs = live.start(THRICE)
    guard, looking_up = fs.guard("x", policy="upstream", idempotent=True), Endpoints.guard

    def slow(self: Endpoints, key: str, policy: Any) -> Any:
        found = looking_up(self, key, policy)
        monkeypatch.undo()
        assert live.change(TWICE) == []
        return found

    monkeypatch.setattr(Endpoints, "guard", slow)
    assert attempts(way, guard) == 3
    assert attempts(way, guard) == 2


# --- where settings come from


def test_variables_hold_as_at_the_start(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT__POLICIES__UPSTREAM__RETRY__MAX_ATTEMPTS", "7")
    fs = live.start(TWICE)
    monkeypatch.setenv("FAILSOFT__POLICIES__UPSTREAM__RETRY__MAX_ATTEMPTS", "9")
    monkeypatch.setenv("FAILSOFT__SERVICE", "other")
    assert live.change(THRICE.replace("base_delay = 0", "base_delay = 1")) == []
    retry = fs.settings.policies["upstream"].retry
    assert retry is not None
    assert (retry.max_attempts, retry.base_delay) == (7, 1)


def test_another_working_directory_does_not_matter(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    live.path = Path("failsoft.toml")
    fs = live.start(TWICE)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (tmp_path / "failsoft.toml").write_text(THRICE)
    assert fs.reload() == ()
    assert fs.settings.policies["upstream"].retry == failsoft.Retry(max_attempts=3, base_delay=0)


@pytest.mark.parametrize("settings", [None, {}, {"service": "shop"}, failsoft.Settings()])
def test_what_comes_from_no_file_cannot_be_read_again(settings: Any) -> None:
    with Failsoft(settings) as fs:
        assert [fault.expected for fault in fs.reload()] == ["expected a file to read again: there is none"]


@pytest.mark.parametrize("reload", ["watch", "sighup"])
def test_what_comes_from_no_file_cannot_be_watched(reload: str) -> None:
    with pytest.raises(failsoft.SettingsError, match="these settings come from no file"):
        Failsoft({"reload": reload})


def test_one_that_is_closed_or_switched_off_takes_nothing_over(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    fs = live.start(TWICE)
    fs.close()
    assert len(live.change(THRICE)) == 1
    monkeypatch.setenv("FAILSOFT__DISABLED", "1")
    off = live.start(TWICE)
    assert len(live.change(THRICE)) == 1
    assert (off.roll_mode(), off.enforces, dict(off.settings.policies)) == ("off", False, {})


# --- what is said of it


def test_what_came_of_it_is_logged(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    live.start(TWICE)
    with caplog.at_level(logging.DEBUG, "failsoft.errors"):
        live.change(THRICE)
        live.change(f"service = 'shop'\n{THRICE}")
    good, bad = caplog.records
    assert (good.levelname, good.getMessage()) == ("INFO", "the changed settings are in force")
    assert bad.levelname == "ERROR"
    assert bad.getMessage().replace(str(live.path), "FILE") == (
        "the changed settings were refused, the old ones stay in force (1 faults): "
        "service: changed: takes effect with a restart only [FILE:1]"
    )
    assert vars(bad)["failsoft_faults"] == 1


@pytest.mark.parametrize("broken", [False, True])
def test_who_is_told_may_reload_again(live: Live, monkeypatch: pytest.MonkeyPatch, broken: bool) -> None:
    """No lock is held while an observer runs."""
    fs, told = live.start(TWICE), []

    def again(event: Event) -> None:
        told.append(type(event).__name__)
        if len(told) == 1:
            fs.reload()

    fs.events.subscribe(again, SettingsReloaded, InternalError)
    if broken:
        monkeypatch.setattr("failsoft.build.renewed", None)
    live.change(THRICE)
    assert len(told) == (4 if broken else 2)


def test_a_fault_of_our_own_keeps_the_settings(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    fs = live.start(TWICE)
    events, before = Recorder(fs), fs.settings

    def broken(*_: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("failsoft.build.renewed", broken)
    assert live.change(THRICE) == ["settings: Failsoft itself failed: RuntimeError"]
    assert fs.settings is before
    assert events.names() == ["InternalError", "SettingsReloaded"]
    assert "hunter2" not in events.events[0].message


def test_a_policy_written_in_code_stays_as_it_is(live: Live, way: Way) -> None:
    fs = live.start("")
    guard = fs.guard("x", policy=Policy(retry=failsoft.Retry(max_attempts=2, base_delay=0)), idempotent=True)
    assert attempts(way, guard) == 2
    assert live.change(THRICE) == []
    assert attempts(way, guard) == 2


def test_what_is_first_met_while_settings_are_taken_over_goes_by_the_new_ones(
    live: Live, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    def text(number: int) -> str:
        return (
            f"[policies.p]\ntimeout = 60\nbulkhead = {number}\noffload = {number}\n"
            f"[policies.p.circuit_breaker]\nfailure_threshold = {number}\nwindow = {number}\n"
            f"[policies.p.retry]\nbudget = {{ min_per_second = {number} }}\n"
        )

    fs = live.start(text(30))
    known, met = fs.guard("known", policy="p"), fs.guard("met", policy="p")
    way.call(known, Script("ok"))
    adopt = Retries.adopt

    def meanwhile(retries: Retries, others: Retries) -> None:
        adopt(retries, others)
        monkeypatch.setattr(Retries, "adopt", adopt)
        way.call(met, Script("ok"))

    monkeypatch.setattr(Retries, "adopt", meanwhile)
    assert live.change(text(30).replace("30", "4").replace("window = 4", 'window = "30s"')) == []
    way.call(met, Script("ok"))
    for name in ("guard:known", "guard:met"):
        options = fs.circuit_breakers[name].options
        assert (options.failure_threshold, options.rules().window_seconds) == (4, 30.0)
        assert fs.bulkheads[name].snapshot().limit == 4
        assert fs.offloads[name].snapshot().threads == 4
