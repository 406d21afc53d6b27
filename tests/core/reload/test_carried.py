"""What reloading does to bulkheads, and to code that retries name."""

from __future__ import annotations

from pathlib import Path

import pytest

from failsoft import Failsoft

TOML = """
[policies.p]
bulkhead = {{ max_concurrent = {slots} }}
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_bulkhead_keeps_its_calls_and_goes_by_its_new_size(tmp_path: Path) -> None:
    file = written(tmp_path / "failsoft.toml", TOML.format(slots=3))
    with Failsoft(file) as fs:
        guard = fs.guard("x", policy="p")
        with guard, guard:
            before = fs.bulkheads["guard:x"]
            written(file, TOML.format(slots=7))
            assert fs.reload() == ()
            assert guard.call(lambda: 1) == 1
            assert fs.bulkheads["guard:x"] is before
            assert (before.snapshot().limit, before.snapshot().in_use) == (7, 2)
        assert before.snapshot().in_use == 0


def test_a_bulkhead_that_nothing_wants_is_dropped(tmp_path: Path) -> None:
    file = written(tmp_path / "failsoft.toml", TOML.format(slots=3))
    with Failsoft(file) as fs:
        fs.guard("x", policy="p").call(lambda: 1)
        written(file, "[policies.p]\ntimeout = 1\n")
        assert fs.reload() == ()
        assert dict(fs.bulkheads) == {}


def test_one_that_becomes_adaptive_begins_where_its_options_say(tmp_path: Path) -> None:
    file = written(tmp_path / "failsoft.toml", TOML.format(slots=3))
    with Failsoft(file) as fs:
        guard = fs.guard("x", policy="p")
        guard.call(lambda: 1)
        adaptive = 'adaptive = "aimd", max_concurrent = 9, min_concurrent = 2, initial_concurrent = 5'
        written(file, f"[policies.p]\nbulkhead = {{ {adaptive} }}\n")
        assert fs.reload() == ()
        guard.call(lambda: 1)
        assert fs.bulkheads["guard:x"].snapshot().limit == 5


@pytest.mark.parametrize("line", ['strategy = "json:dumps"', 'retry_on = ["json:JSONDecodeError"]'])
def test_code_that_a_retry_names_anew_takes_a_restart(tmp_path: Path, line: str) -> None:
    file = written(tmp_path / "failsoft.toml", "[policies.p.retry]\nmax_attempts = 2\n")
    with Failsoft(file) as fs:
        written(file, f"[policies.p.retry]\nmax_attempts = 2\n{line}\n")
        (fault,) = fs.reload()
        assert "restart" in fault.expected
