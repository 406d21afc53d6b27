"""Policies whose parts contradict each other: refused with the reason, or warned of, in settings and code alike."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner

import failsoft
from failsoft import CircuitBreaker, Failsoft, Policy, Retry, SettingsError
from failsoft.cli.main import cli
from failsoft.machines.backoff import Backoff

BREAKER = "circuit_breaker."
IMPOSSIBLE: list[tuple[dict[str, Any], str, str]] = [
    (
        {"circuit_breaker": {"minimum_calls": 30, "window": 20}},
        BREAKER + "minimum_calls",
        "30: expected at most window (20), which never holds more",
    ),
    (
        {"circuit_breaker": {"half_open_concurrency": 4}},
        BREAKER + "half_open_concurrency",
        "4: expected at most half_open_calls (3), which is all there are in a round",
    ),
    (
        {"circuit_breaker": {"max_open_duration": "10s"}},
        BREAKER + "max_open_duration",
        "10s: expected at least open_duration (30s)",
    ),
    ({"retry": {"base_delay": 9, "max_delay": 2}}, "retry.base_delay", "9.0: expected at most max_delay (2.0)"),
    (
        {"timeout": "3s", "deadline": "2s"},
        "timeout",
        "3s: expected at most deadline (2s), which ends the call before",
    ),
]
POSSIBLE: list[dict[str, Any]] = [
    {"circuit_breaker": True},
    {"circuit_breaker": {"window": 5}},
    {"circuit_breaker": {"open_duration": "10m"}},
    {"circuit_breaker": {"minimum_calls": 500, "window": "30s"}},
    {"circuit_breaker": {"minimum_calls": 20, "window": 20, "half_open_concurrency": 3}},
    {"circuit_breaker": {"open_duration": "5m", "max_open_duration": "5m"}},
    {"timeout": "2s", "deadline": "2s"},
    {"deadline": "2s", "bulkhead": {"max_concurrent": 1, "max_queue": 1, "max_wait": "2s"}},
    {"timeout": "1s", "circuit_breaker": {"slow_call_rate_threshold": 0.5, "slow_call_duration": "900ms"}},
    {"timeout": "1s", "deadline": "3300ms", "retry": {"max_attempts": 3}},
]


@pytest.mark.parametrize(("policy", "path", "said"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_in_settings_and_in_code(policy: dict[str, Any], path: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Failsoft({"policies": {"upstream": policy}})
    assert [str(fault) for fault in caught.value.faults] == [f"policies.upstream.{path} = {said} [settings]"]
    with pytest.raises(SettingsError) as caught:
        Policy(**policy)
    (fault,) = caught.value.faults
    assert str(fault) == f"Policy.{path} = {said}"


@pytest.mark.parametrize("policy", POSSIBLE)
def test_what_just_goes_together_is_taken(policy: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with Failsoft({"policies": {"upstream": policy}}) as fs:
        assert fs.settings.warnings() == ()
    assert caplog.records == []


def test_an_open_period_longer_than_the_usual_cap_is_its_own_cap() -> None:
    rules = CircuitBreaker(open_duration="10m").rules()
    assert (rules.open_duration, rules.max_open_duration) == (600.0, 600.0)


HARDLY_MEANT: list[tuple[dict[str, Any], str]] = [
    (
        {"timeout": "2s", "deadline": "5s", "retry": {"max_attempts": 3}},
        "deadline = 5s: shorter than all that it allows (6300ms): 3 attempts of up to 2s, waits of up to 300ms",
    ),
    (
        {"deadline": "1s", "retry": {"max_attempts": 4, "backoff": "constant", "base_delay": "500ms"}},
        "deadline = 1s: shorter than all that it allows (1500ms): 4 attempts, waits of up to 1500ms",
    ),
    (
        {"timeout": "1s", "deadline": "2s", "retry": {"strategy": lambda *_: 0, "max_attempts": 3}},
        "deadline = 2s: shorter than all that it allows (3s): 3 attempts of up to 1s",
    ),
    (
        {"timeout": "1s", "circuit_breaker": {"slow_call_rate_threshold": 0.5, "slow_call_duration": "1s"}},
        "circuit_breaker.slow_call_duration = 1s: not below timeout (1s), which ends a call before it is slow",
    ),
    (
        {"deadline": "2s", "bulkhead": {"max_concurrent": 1, "max_queue": 1, "max_wait": "3s"}},
        "bulkhead.max_wait = 3s: longer than deadline (2s), which ends the wait before",
    ),
]


@pytest.mark.parametrize(("policy", "said"), HARDLY_MEANT)
def test_what_is_hardly_meant_is_warned_of_at_start(
    policy: dict[str, Any], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with Failsoft({"policies": {"upstream": policy}}):
        pass
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warned == [f"policies.upstream.{said} [settings]"]


def test_what_is_written_in_code_is_warned_of_once_when_it_is_bound(caplog: pytest.LogCaptureFixture) -> None:
    policy = Policy(timeout=2, deadline=5, retry=Retry())
    with Failsoft() as fs:
        for _ in range(2):
            fs.endpoints.bind("GET", "/quotes", failsoft.protect(policy=policy)(lambda: None))
            fs.guard("x", policy=policy).call(lambda: None)
    places = [record.getMessage().partition(" = ")[0] for record in caplog.records]
    assert places == ["GET /quotes.deadline", "guard:x.deadline"]


def test_check_shows_it_and_finds_nothing_wanting(tmp_path: Path) -> None:
    file = tmp_path / "failsoft.toml"
    file.write_text('[policies.up]\ntimeout = "2s"\ndeadline = "5s"\nretry = 3\n')
    result = CliRunner().invoke(cli, ["--settings", str(file), "check"])
    assert result.exit_code == 0
    assert f"warning: {file}:3: policies.up.deadline = 5s: shorter than all that it allows" in result.output
    found = json.loads(CliRunner().invoke(cli, ["--settings", str(file), "check", "--json"]).output)
    assert [fault["path"] for fault in found["warnings"]] == ["policies.up.deadline"]


@pytest.mark.parametrize("jitter", ["none", "full", "equal", "decorrelated", "proportional"])
def test_no_waits_are_longer_than_the_longest(jitter: Any) -> None:
    curve = Backoff(kind="exponential", base_delay=0.5, max_delay=3.0, multiplier=2.0, jitter=jitter)
    longest = curve.longest(5)
    for seed in range(200):
        rng, previous, total = Random(seed), None, 0.0
        for attempt in range(1, 6):
            previous = curve.delay(attempt, previous, rng)
            total += previous
        assert total <= longest <= 5 * curve.max_delay
