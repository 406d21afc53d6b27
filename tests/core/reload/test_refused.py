"""A changed file that cannot be taken over changes nothing, and every reason is said."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

import failsoft
from both_ways import Recorder, Script, Way
from core.reload.conftest import Live
from core.reload.test_taking_over import THRICE, TWICE, attempts
from failsoft.events import SettingsReloaded

BAD = {
    "not TOML": ("[policies.upstream", "FILE: not TOML"),
    "half of it": (THRICE[:30], "FILE: not TOML"),
    "an unknown key": (f"{THRICE}max_atempts = 4\n", 'unknown key; did you mean "max_attempts"?'),
    "a wrong value": ("[policies.upstream]\ntimeout = 'soon'\n", "policies.upstream.timeout = 'soon'"),
    "no policy of this name": (
        f"{THRICE}[[endpoints]]\nmatch = 'GET /x'\npolicy = 'upstraem'\n",
        "endpoints[0].policy",
    ),
    "no policies": ("", "policies.upstream: not there any more"),
    "another service": (f"service = 'shop'\n{THRICE}", "service: changed: takes effect with a restart only"),
    "another way to reload": (f"reload = 'watch'\n{THRICE}", "reload: changed"),
    "an audit": (f"{THRICE}[audit]\nurl = 'sqlite:///a.db'\nencryption = 'off'\n", "audit: changed"),
    "other secrets": (f"{THRICE}[sanitize]\nkeys = ['iban']\n", "sanitize.keys: changed"),
    "another id": (f"{THRICE}[request]\nid_header = 'X-Id'\n", "request.id_header: changed"),
    "other telemetry": (f"{THRICE}[telemetry]\ntraces = false\n", "telemetry.traces: changed"),
    "who sees exceptions": (f"{THRICE}[responses]\nreraise = 'never'\n", "responses.reraise: changed"),
    "new code": (
        f"{THRICE}[[endpoints]]\nmatch = 'GET /x'\nbefore_retry = 'os:abort'\n",
        "endpoints[0].before_retry = 'os:abort': new code is loaded with a restart only",
    ),
    "a new renderer": (
        f"{THRICE}[responses]\nrenderer = 'json:dumps'\n",
        "responses.renderer = 'json:dumps': new code",
    ),
    "a new key function": (
        f"{THRICE}[policies.other]\nrate_limit = {{ rate = '1/second', key = 'os:getpid' }}\n",
        "policies.other.rate_limit.key = 'os:getpid': new code",
    ),
    "a new condition": (
        f"{THRICE}[[rules]]\nname = 'r'\nwhen = {{ not = {{ custom = 'os:getpid' }} }}\nthen = {{ status = 503 }}\n",
        "rules[0].when.not.custom = 'os:getpid': new code",
    ),
}


@pytest.mark.parametrize(("text", "fault"), BAD.values(), ids=BAD)
def test_settings_that_cannot_be_taken_over_change_nothing(live: Live, way: Way, text: str, fault: str) -> None:
    fs = live.start(TWICE)
    guard = fs.guard("x", policy="upstream", idempotent=True)
    way.call(guard, Script("well"))
    before, events = fs.settings, Recorder(fs)
    faults = live.change(text)
    assert any(fault in one for one in faults), faults
    assert (fs.settings is before, attempts(way, guard)) == (True, 2)
    (said,) = events.of(SettingsReloaded)
    assert (said.ok, said.faults, said.text.replace(str(live.path), "FILE").splitlines()) == (
        False,
        len(faults),
        faults,
    )
    assert live.change(THRICE) == []
    assert attempts(way, guard) == 3


def test_every_fault_is_said_at_once_and_where_it_stands(live: Live) -> None:
    live.start(TWICE)
    assert live.change(f"service = 'a'\nenvironment = 'b'\n{THRICE}[sanitize]\ntier = 'strict'\n") == [
        "service: changed: takes effect with a restart only [FILE:1]",
        "environment: changed: takes effect with a restart only [FILE:2]",
        "sanitize.tier: changed: takes effect with a restart only [FILE:7]",
    ]


def test_what_the_code_names_by_then_has_to_be_possible(live: Live) -> None:
    fs = live.start("[policies.p]\nrate_limit = '9/second'\n")
    fs.guard("x", policy="p").call(Script("well"))
    faults = live.change("[policies.p]\nrate_limit = { rate = '9/second', key = 'client' }\n")
    assert faults == [
        "guard:x: rate_limit.key = 'client': expected \"endpoint\" or a function: a guard serves no request"
    ]
    assert fs.settings.policies["p"].rate_limit == failsoft.RateLimit(rate="9/second")
    assert fs.guard("x", policy="p").call(Script("well")) == "well"


@pytest.mark.parametrize(
    "table",
    [
        "[[endpoints]]\nmatch = 'GET /x'\nbefore_retry = '{}'",
        "[responses]\nrenderer = '{}'",
        "[policies.p]\nrate_limit = {{ rate = '1/second', key = '{}' }}",
        "[policies.p.retry]\nretry_on = '{}'",
        "[policies.p.retry]\nignore = ['{}']",
        "[policies.p.retry]\nretry_if_result = '{}'",
        "[policies.p.circuit_breaker]\nrecord = ['network', '{}']",
        "[policies.p.circuit_breaker]\nignore = '{}'",
        "[policies.p.circuit_breaker]\nresult = '{}'",
        "[[rules]]\nname = 'r'\nwhen = {{ any = [{{ custom = '{}' }}] }}\nthen = {{ status = 503 }}",
    ],
)
def test_code_that_is_new_is_not_even_imported(
    live: Live, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "untried.py").write_text("def function(*_): pass\nraise SystemExit('imported')\n")
    live.start("")
    (fault,) = live.change(table.format("untried:function"))
    assert "new code is loaded with a restart only" in fault
    assert "untried" not in sys.modules


def test_code_that_was_loaded_at_the_start_may_come_and_go(live: Live) -> None:
    table = "[[endpoints]]\nmatch = 'GET {}'\nbefore_retry = 'os:getpid'\n"
    live.start(table.format("/x"))
    assert live.change("") == []
    assert live.change(table.format("/y")) == []


def test_neither_a_secret_nor_a_value_beside_it_is_said(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    fs = live.start(TWICE)
    events = Recorder(fs)
    secret = "hunter2-Zq81-correct-horse"
    text = f"{THRICE}[audit]\nurl = 'postgresql://shop:{secret}@db/audit'\nencryption = 'off'\npassword = '{secret}'\n"
    with caplog.at_level(logging.DEBUG):
        faults = live.change(text)
    assert faults
    assert secret not in " ".join([*faults, events.of(SettingsReloaded)[0].text, caplog.text])


@pytest.mark.parametrize("how", ["deleted", "not readable as text", "a directory"])
def test_a_file_that_cannot_be_read_keeps_the_settings_until_it_can(live: Live, way: Way, how: str) -> None:
    fs = live.start(TWICE)
    guard = fs.guard("x", policy="upstream", idempotent=True)
    live.path.unlink()
    if how == "not readable as text":
        live.path.write_bytes(b"\xff\xfe\x00")
    elif how == "a directory":
        live.path.mkdir()
    assert len(live.reload()) == 1
    assert attempts(way, guard) == 2
    if how == "a directory":
        live.path.rmdir()
    assert live.change(THRICE) == []
    assert attempts(way, guard) == 3


def test_a_file_that_is_written_while_it_is_read_is_left_for_the_next_time(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    fs = live.start(TWICE)
    reading = Path.read_bytes

    def slow(path: Path) -> bytes:
        found = reading(path)
        path.write_text(f"{THRICE}# and more\n")
        return found

    monkeypatch.setattr(Path, "read_bytes", slow)
    assert live.change(THRICE) == ["FILE: was written while it was read"]
    monkeypatch.undo()
    assert live.reload() == []
    assert fs.settings.policies["upstream"].retry.max_attempts == 3
