"""Which Failsoft serves a call: the one of the request, else the first one built, else safe defaults."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
from typing import Any

import pytest

import failsoft
from both_ways import Recorder, Script, Way, request_call
from failsoft import CircuitOpenError, Failsoft, Policy, Retry, SettingsError
from failsoft.current import current_call

LOST = ConnectionResetError


def alone(code: str, **environ: str) -> str:
    """What a fresh process prints, in which nobody has built anything yet."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        check=False,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path), **environ},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_guards_work_before_anything_is_built() -> None:
    code = """
        import failsoft
        guard = failsoft.guard("x", policy=failsoft.Policy(retry=failsoft.Retry(base_delay=0)), idempotent=True)
        calls = []
        def fails():
            calls.append(1)
            raise ConnectionResetError
        try:
            guard.call(fails)
        except ConnectionResetError:
            print(len(calls), failsoft.classify(ConnectionResetError()).status, failsoft.sanitize("password=hunter2"),
                  failsoft.remaining())
    """
    assert alone(code) == "3 502 password=[REDACTED:password] None"


def test_the_stand_in_steps_back_when_an_instance_is_built() -> None:
    code = """
        import failsoft
        guard = failsoft.guard("x", policy=failsoft.Policy(circuit_breaker=True))
        guard.call(lambda: None)
        fs = failsoft.Failsoft({})
        guard.call(lambda: None)
        print(list(fs.circuit_breakers))
    """
    assert alone(code) == "['guard:x']"


def test_importing_and_guarding_start_no_thread() -> None:
    code = """
        import threading, sys
        import failsoft
        failsoft.guard("x", policy="upstream")
        before = threading.active_count()
        failsoft.Failsoft({}).close()
        print(before, threading.active_count(), [m for m in ("flask", "django", "starlette") if m in sys.modules])
    """
    assert alone(code) == "1 1 []"


def test_the_kill_switch_needs_no_settings_for_named_policies() -> None:
    code = """
        import failsoft
        print(failsoft.guard("x", policy="upstream").call(lambda: "ran"))
        with failsoft.guard("y", policy="upstream"):
            print("too")
    """
    assert alone(code, FAILSOFT__DISABLED="1") == "ran\ntoo"


def test_a_name_that_does_not_resolve_is_told_at_the_first_call(make: Any, way: Way) -> None:
    fs = make({"policies": {"upstream": {"timeout": 1}, "slow": {"timeout": 60}}})
    guard = fs.guard("x", policy="upstraem")
    script = Script("never")
    for run in (way.call, way.block):
        with pytest.raises(SettingsError) as caught:
            run(guard, script)
        assert "'upstraem'" in str(caught.value)
        assert "there are: slow, upstream" in str(caught.value)
    assert script.calls == 0
    assert current_call.get() is None


def test_a_marked_view_whose_policy_does_not_resolve_is_told_of(fs: Failsoft) -> None:
    with pytest.raises(SettingsError, match=r"GET /quotes.*there are: none"):
        fs.endpoints.bind("GET", "/quotes", failsoft.protect(policy="upstream")(Script()))


def test_names_bind_at_the_first_call_to_the_first_one_alive(make: Any, way: Way) -> None:
    guard = failsoft.guard("x", policy="upstream", idempotent=True)
    first = make({"policies": {"upstream": {"retry": {"max_attempts": 2, "base_delay": 0}}}})
    make({"policies": {"upstream": {"retry": {"max_attempts": 7, "base_delay": 0}}}})
    script = Script(LOST())
    with pytest.raises(LOST):
        way.call(guard, script)
    assert script.calls == 2
    first.close()
    script = Script(LOST())
    with pytest.raises(LOST):
        way.call(guard, script)
    assert script.calls == 7


def test_a_request_is_served_by_its_own_instance(make: Any, way: Way) -> None:
    make({"policies": {"upstream": {"retry": {"max_attempts": 2, "base_delay": 0}}}})
    mine = make({"policies": {"upstream": {"retry": {"max_attempts": 4, "base_delay": 0}}}})
    guard = failsoft.guard("x", policy="upstream", idempotent=True)
    script = Script(LOST())
    token = current_call.set(request_call(mine))
    try:
        with pytest.raises(LOST):
            way.call(guard, script)
    finally:
        current_call.reset(token)
    assert script.calls == 4


@pytest.mark.parametrize("open_there", [False, True], ids=["closed", "open"])
def test_what_follows_within_no_request_is_served_by_the_first_one_again(make: Any, way: Way, open_there: bool) -> None:
    policies = {"policies": {"upstream": {"circuit_breaker": {"failure_threshold": 3}}}}
    first, second = make(policies), make(policies)
    guard = failsoft.guard("x", policy="upstream")
    token = current_call.set(request_call(second))
    try:
        way.call(guard, Script("ok"))
        if open_there:
            second.circuit_breakers["guard:x"].force_open()
            with pytest.raises(CircuitOpenError):
                way.call(guard, Script("ok"))
    finally:
        current_call.reset(token)
    with pytest.raises(LOST):
        way.call(guard, Script(LOST()))
    failures = [fs.circuit_breakers["guard:x"].snapshot().consecutive_failures for fs in (first, second)]
    assert failures == [1, 0]


def test_a_guard_of_an_instance_stays_with_it(make: Any, way: Way) -> None:
    make()
    mine = make()
    events = Recorder(mine)
    way.call(mine.guard("x", policy=Policy(timeout=9)), Script("ok"))
    assert events.names() == ["GuardCompleted"]


def test_module_level_functions_use_the_instance_of_the_request(make: Any) -> None:
    make()
    mine = make({"errors": {"builtins.KeyError": {"status": 418, "category": "business_logic"}}})
    assert failsoft.classify(KeyError("x")).status == 500
    token = current_call.set(request_call(mine))
    try:
        assert failsoft.classify(KeyError("x")).status == 418
    finally:
        current_call.reset(token)


def test_instances_that_are_gone_are_forgotten() -> None:
    from failsoft import current

    for _ in range(50):
        Failsoft({}).close()
    gc.collect()
    Failsoft({}).close()
    assert len(current._built) <= len(current.instances()) + 1


def test_guards_of_one_name_and_policy_share_what_they_know(fs: Failsoft, way: Way) -> None:
    policy = Policy(retry=Retry(base_delay=0))
    assert fs.guard_pipeline("guard:x", policy) is fs.guard_pipeline("guard:x", Policy(retry=Retry(base_delay=0)))
    assert fs.guard_pipeline("guard:x", policy) is not fs.guard_pipeline("guard:y", policy)


def test_guards_without_bound_do_not_pile_up(fs: Failsoft) -> None:
    policy = Policy(retry=Retry(base_delay=0))
    for number in range(4200):
        fs.guard_pipeline(f"guard:{number}", policy)
    assert len(fs.endpoints._guards) <= 4096
    assert len(fs.retries.names()) == 4096
