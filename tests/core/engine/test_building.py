"""From settings to a wired instance: all faults at once, and nothing left behind."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import failsoft
from failsoft import CircuitBreaker, Failsoft, SettingsError


def faults_of(settings: Any) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        Failsoft(settings)
    return {fault.path: fault.expected for fault in caught.value.faults}


def test_code_that_is_missing_gives_all_faults_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_with_a_bug.py").write_text("raise ZeroDivisionError('at import')")
    (tmp_path / "shop_unfinished.py").write_text("def quotes(:")
    (tmp_path / "shop_fine.py").write_text("LIMIT = 3\ndef undo(call): ...")
    monkeypatch.syspath_prepend(tmp_path)
    hooks = [
        "shop_nowhere:undo",
        "shop_with_a_bug:undo",
        "shop_unfinished:undo",
        "shop_fine:nothing",
        "shop_fine:LIMIT",
        "shop_fine:undo",
    ]
    found = faults_of(
        {
            "responses": {"renderer": "shop_nowhere:body"},
            "endpoints": [{"match": f"GET /{number}", "before_retry": hook} for number, hook in enumerate(hooks)],
            "rules": [
                {
                    "name": "ours",
                    "when": {"custom": "shop_nowhere:rule"},
                    "then": {"category": "system", "severity": "low"},
                    "confidence": 0.9,
                }
            ],
        }
    )
    assert {path for path in found if "rules" not in path} == {
        "responses.renderer",
        *(f"endpoints[{number}].before_retry" for number in range(5)),
    }
    assert any(path.startswith("rules") for path in found)
    assert "at import" in found["endpoints[1].before_retry"]
    assert "SyntaxError" in found["endpoints[2].before_retry"]
    assert found["endpoints[4].before_retry"] == "expected a callable"


def test_code_that_cannot_be_imported_shows_no_secret_and_names_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop_leaky.py").write_text("raise OSError('postgresql://shop:hunter2@db/shop\\nis down')")
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "failsoft.toml"
    file.write_text(
        '[responses]\nrenderer = "shop_leaky:body"\n'
        '[[rules]]\nname = "x"\nwhen = { custom = "shop_leaky:rule" }\nthen = { status = 503 }\n'
        '[audit]\nurl = "sqlite:////nowhere/to/be.db"\nencryption = "off"\n'
    )
    with pytest.raises(SettingsError) as caught:
        Failsoft(file)
    assert "hunter2" not in str(caught.value)
    assert {(fault.path, fault.source) for fault in caught.value.faults} == {
        ("responses.renderer", f"{file}:2"),
        ("rules[0].when.custom", f"{file}:5"),
        ("audit.url", f"{file}:8"),
    }
    assert not any("\n" in fault.expected for fault in caught.value.faults)


def test_a_module_that_ends_the_process_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_quits.py").write_text("raise SystemExit(0)")
    monkeypatch.syspath_prepend(tmp_path)
    assert "SystemExit" in faults_of({"responses": {"renderer": "shop_quits:body"}})["responses.renderer"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files cannot be listed here")
def test_wrong_settings_leave_no_open_database_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'audit.db'}"
    faults = faults_of({"audit": {"url": url, "encryption": "off"}, "responses": {"renderer": "shop_nowhere:body"}})
    assert set(faults) == {"responses.renderer"}
    held = [str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()]
    assert [path for path in held if path.startswith(str(tmp_path))] == []


def test_a_hook_of_the_settings_is_called(make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "shop_hooks.py").write_text("seen = []\nundo = seen.append")
    monkeypatch.syspath_prepend(tmp_path)
    fs = make(
        {
            "policies": {"upstream": {"retry": {"base_delay": 0}}},
            "endpoints": [{"match": "GET /q", "policy": "upstream", "before_retry": "shop_hooks:undo"}],
        }
    )
    import shop_hooks  # type: ignore[import-not-found]

    from both_ways import SYNC, Script, request_call

    call = request_call(fs)
    SYNC.endpoint(fs.endpoints.bind("GET", "/q", None), call, Script(ConnectionResetError(), "ok"))
    assert shop_hooks.seen == [call]


def test_closing_may_be_repeated_and_calls_go_on(make: Any, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'audit.db'}"
    fs = make({"audit": {"url": url, "encryption": "off"}, "policies": {"upstream": {"retry": 2}}})
    guard = fs.guard("x", policy="upstream")
    fs.handle(ValueError("x"))
    for _ in range(3):
        fs.close()
    assert fs.closed
    assert guard.call(lambda: "still answered") == "still answered"
    assert fs.handle(ValueError("y")).status == 500
    with contextlib.closing(sqlite3.connect(tmp_path / "audit.db")) as database:
        assert database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0


def test_an_instance_is_a_context_manager() -> None:
    with Failsoft({}) as fs:
        assert not fs.closed
    assert fs.closed


def test_an_instance_does_what_the_module_does(fs: Failsoft) -> None:
    assert fs.classify(ConnectionResetError()).status == 502
    assert fs.sanitize("password=hunter2") == "password=[REDACTED:password]"
    assert fs.sanitize({"password": "hunter2", "n": [1, ("a",)]}) == {
        "password": failsoft.sanitize({"password": "hunter2"})["password"],
        "n": [1, ("a",)],
    }
    marked = fs.protect(timeout=1)(lambda: None)
    assert fs.endpoints.bind("GET", "/x", marked).pipeline is not None
    assert fs.remaining() is None


def test_a_window_of_calls_and_one_of_seconds_are_told_apart() -> None:
    calls, seconds = CircuitBreaker(window=30).rules(), CircuitBreaker(window="30s").rules()
    assert (calls.window, calls.window_seconds) == (30, None)
    assert seconds.window_seconds == 30.0
