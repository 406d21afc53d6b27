"""The table `[sanitize]`: what is refused at load, and what it does."""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path
from typing import Any

import pytest

import failsoft
from failsoft.errors.exceptions import SettingsError

SECRET = "hunter2" + "-and-fake"


def faults(raw: dict[str, Any]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        failsoft.Failsoft(raw)
    return [str(fault) for fault in caught.value.faults]


def test_every_fault_of_every_pattern_is_said_with_its_place() -> None:
    found = faults(
        {
            "sanitize": {
                "patterns": [
                    {"name": "employee_no", "pattern": r"EMP-\d{6}"},
                    {"name": "a", "pattern": "(a+)+$"},
                    {"name": "b", "pattern": "("},
                    {"name": "B c", "pattern": "x"},
                    {"name": "d", "pattern": "x", "group": "secret"},
                    {"name": "e"},
                ],
                "correlate": True,
            }
        }
    )
    places = [fault.split(" ")[0].rstrip(":") for fault in found]
    assert places == [
        "sanitize.patterns[1].pattern",
        "sanitize.patterns[2].pattern",
        "sanitize.patterns[3].name",
        "sanitize.patterns[4].group",
        "sanitize.patterns[5].pattern",
        "sanitize.correlation_key",
    ]
    assert "exponential" in found[0]


def test_patterns_and_tags_work(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("0123456789abcdef-fake\n")
    patterns = [{"name": "employee_no", "pattern": r"EMP-\d{6}"}]
    sanitize = {"patterns": patterns, "correlate": True, "correlation_key": f"file:{key}"}
    with failsoft.Failsoft({"sanitize": sanitize}) as fs:
        first, second = fs.sanitize("by EMP-123456"), fs.sanitize({"who": "EMP-123456"})
    assert first.startswith("by [REDACTED:employee_no#")
    assert second == {"who": first.removeprefix("by ")}


@pytest.mark.parametrize("content", ["", "short"])
def test_a_key_that_is_no_key_is_a_fault(tmp_path: Path, content: str) -> None:
    key = tmp_path / "key"
    key.write_text(content)
    (fault,) = faults({"sanitize": {"correlate": True, "correlation_key": f"file:{key}"}})
    assert fault.startswith("sanitize.correlation_key")


@pytest.mark.parametrize("sink", ["logs", "telemetry", "audit"])
@pytest.mark.parametrize("environment", ["", "production", "dev"])
def test_a_sink_is_switched_off_in_development_only(sink: str, environment: str) -> None:
    (fault,) = faults({"environment": environment, "sanitize": {"sinks": {sink: "off"}}})
    assert fault.startswith(f"sanitize.sinks.{sink}")
    assert "development" in fault


def test_answers_have_no_switch() -> None:
    (fault,) = faults({"environment": "development", "sanitize": {"sinks": {"responses": "off"}}})
    assert fault.startswith("sanitize.sinks.responses")


@pytest.mark.parametrize("logs", ["on", "off"])
def test_a_log_that_is_switched_off_shows_everything_and_the_answer_nothing(
    logs: str, caplog: pytest.LogCaptureFixture
) -> None:
    raw = {"environment": "development", "sanitize": {"sinks": {"logs": logs}}}
    with failsoft.Failsoft(raw) as fs, caplog.at_level(logging.DEBUG):
        problem = fs.handle(RuntimeError(f"password={SECRET}"))
    said = "\n".join(str(vars(record)) + record.getMessage() for record in caplog.records)
    assert (f"password={SECRET}" in said) == (logs == "off")
    assert SECRET not in str(problem)


def test_re2_without_its_package_is_one_clear_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "re2" else real(name, *rest))
    (fault,) = faults({"sanitize": {"engine": "re2"}})
    assert fault.startswith("sanitize.engine")
    assert "failsoft[re2]" in fault
    with failsoft.Failsoft({"sanitize": {"engine": "auto"}}) as fs:
        assert fs.sanitize(f"password={SECRET}") == "password=[REDACTED:password]"


def test_what_cannot_be_the_name_of_a_variable_is_no_local() -> None:
    found = faults({"sanitize": {"locals": ["order_id", "", "order.id"]}})
    assert [fault.split(" ")[0] for fault in found] == ["sanitize.locals[1]", "sanitize.locals[2]"]


def test_what_names_nothing_is_no_key() -> None:
    found = faults({"sanitize": {"keys": ["badge_no", "", "--"], "safe_keys": [" "]}})
    places = [fault.split(" ")[0] for fault in found]
    assert places == ["sanitize.keys[1]", "sanitize.keys[2]", "sanitize.safe_keys[0]"]
