"""The fixtures, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import asyncio

import failsoft
import pytest
from failsoft.events import RetryEnded

fs = failsoft.Failsoft({"policies": {"upstream": {
    "retry": {"base_delay": "30s", "max_delay": "30s", "jitter": "none"},
    "circuit_breaker": {"failure_threshold": 3, "open_duration": "30s"}}}})
payments = failsoft.guard("payments", policy="upstream", idempotent=True)


def test_clock(failsoft_clock, failsoft_fault, failsoft_events):
    fault = failsoft_fault("guard:payments", raises=ConnectionResetError, times=1)
    assert payments.call(lambda: "paid") == "paid"
    assert failsoft_clock.slept == [30]
    assert failsoft_events.one(RetryEnded).outcome == "success"
    assert fault.fired == 1


def test_opens(failsoft_no_sleep, failsoft_fault):
    failsoft_fault("guard:payments", raises=ConnectionResetError)
    with pytest.raises(ConnectionResetError):
        payments.call(lambda: "paid")
    assert failsoft_no_sleep == [30, 30]


def test_clock_stood_still_for_the_circuit(failsoft_clock):
    assert fs.circuit_breakers["guard:payments"].state == "open"
    failsoft_clock.advance(31)
    assert payments.call(lambda: "paid") == "paid"


def test_forced(failsoft_force_closed):
    failsoft_force_closed("guard:payments")
    assert payments.call(lambda: "paid") == "paid"


def test_disabled(failsoft_disabled):
    assert payments.call(lambda: "paid") == "paid"


def test_asynchronous(failsoft_force_open):
    failsoft_force_open("guard:payments")

    async def pay():
        return "paid"

    with pytest.raises(failsoft.CircuitOpenError):
        asyncio.run(payments.acall(pay))


def test_never_fires(failsoft_fault):
    failsoft_fault("guard:paymints", raises=ConnectionResetError)


class TestChosen:
    @pytest.fixture
    def failsoft_instance(self):
        with failsoft.Failsoft() as other:
            yield other

    def test_chosen(self, failsoft_instance, failsoft_clock):
        assert failsoft_instance.clock is failsoft_clock
        assert fs.clock is not failsoft_clock
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "error", *arguments]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_shop.py").write_text(TESTS)
    return tmp_path


def test_the_fixtures_are_found_and_work(folder: Path) -> None:
    done = run(folder, "-q", "-rA")
    assert "8 passed, 1 error" in done.stdout, done.stdout
    assert "the fault of 'guard:paymints' never fired" in done.stdout


def test_they_are_listed_with_what_they_do(folder: Path) -> None:
    listed = run(folder, "--fixtures", "-q").stdout
    for name in ("clock", "no_sleep", "disabled", "events", "fault", "force_open", "force_closed", "instance"):
        assert f"failsoft_{name} " in listed


def test_whoever_does_not_use_them_loads_nothing(folder: Path) -> None:
    (folder / "test_shop.py").write_text(
        "def test_unused():\n"
        "    import sys\n"
        "    assert not {'failsoft', 'msgspec', 'opentelemetry'} & set(sys.modules)\n"
    )
    done = run(folder, "-q")
    assert done.returncode == 0, done.stdout
