"""Which scripts the flaky upstream accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from example_apps.flaky_upstream import Script, Step
from example_apps.flaky_upstream.script import FAULTS


@pytest.mark.parametrize(
    "script",
    [
        None,
        "steps",
        {"steps": {}},
        {"step": []},
        ["reset"],
        [{}],
        [{"fault": "explode"}],
        [{"fault": ["reset"]}],
        [{"fault": "reset", "often": 1}],
        [{"fault": "reset", "path": "quotes"}],
        [{"fault": "reset", "path": 1}],
        [{"fault": "reset", "key": 1}],
        [{"fault": "reset", "count": 0}],
        [{"fault": "reset", "count": 1.5}],
        [{"fault": "reset", "count": True}],
        [{"fault": "reset", "count": 1, "seconds": 1}],
        [{"fault": "reset", "seconds": float("nan")}],
        [{"fault": "reset", "seconds": -1}],
        [{"fault": "reset", "ms": 1}],
        [{"fault": "latency"}],
        [{"fault": "latency", "ms": "1"}],
        [{"fault": "status"}],
        [{"fault": "status", "status": 200}],
        [{"fault": "status", "status": 503.5}],
        [{"fault": "reset", "retry_after": 1}],
        [{"fault": "status", "status": 503, "retry_after": "1\r\nX-Evil: 1"}],
    ],
    ids=lambda script: json.dumps(script)[:60],
)
def test_a_faulty_script_is_refused(script: object) -> None:
    with pytest.raises(ValueError, match=r"^(step 1:|a script is) "):
        Script.parse(script)


def test_the_refusal_names_the_step_and_its_fault() -> None:
    with pytest.raises(ValueError, match=f"^step 2: fault must be one of {', '.join(FAULTS)}$"):
        Script.parse([{"fault": "reset"}, {"fault": "rest"}])


@pytest.mark.parametrize("data", [{}, [], {"steps": []}])
def test_a_script_may_be_empty(data: object) -> None:
    assert list(Script.parse(data).steps) == []


def test_json_and_toml_say_the_same(tmp_path: Path) -> None:
    file = tmp_path / "script.toml"
    file.write_text('[[steps]]\npath = "/quotes"\nfault = "status"\nstatus = 429\nretry_after = 7\nseconds = 2\n')
    step = Step(path="/quotes", fault="status", status=429, retry_after=7, seconds=2)
    table = {"path": "/quotes", "fault": "status", "status": 429, "retry_after": 7, "seconds": 2}
    assert list(Script.load(file).steps) == list(Script.parse([table]).steps) == [step]
