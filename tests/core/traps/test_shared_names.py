"""One name in two places, and exceptions that are not meant to count."""

from __future__ import annotations

import abc
import asyncio
import logging
from pathlib import Path

import pytest

import failsoft
from both_ways import ASYNC, SYNC, Script, Way
from failsoft import CircuitBreaker, Failsoft, Policy

LOST = ConnectionResetError


def fail(way: Way, guard: failsoft.Guard, times: int, error: type[Exception] = LOST) -> None:
    for _ in range(times):
        with pytest.raises(error):
            way.call(guard, Script(error()))


def test_a_second_definition_of_a_name_is_said_aloud_and_changes_nothing(
    fs: Failsoft, caplog: pytest.LogCaptureFixture
) -> None:
    """Trap: the threshold of a second decorator is silently dropped, and its list of exclusions silently taken."""
    first = fs.guard("db", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=100)))
    second = fs.guard("db", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=1)))
    fail(SYNC, first, 1)
    with caplog.at_level(logging.WARNING, "failsoft"):
        fail(SYNC, second, 1)
    breaker = fs.circuit_breakers["guard:db"]
    assert (breaker.state, breaker.options.failure_threshold) == ("closed", 100)
    assert "guard:db is there already, with other options, which stay in force" in caplog.text


def test_two_users_of_a_name_share_its_circuit(fs: Failsoft) -> None:
    """Trap: circuits of the same name hide each other, so that one is open while the monitor says all are closed."""
    policy = Policy(circuit_breaker=CircuitBreaker(failure_threshold=3))
    one, other = fs.guard("x", policy=policy), fs.guard("x", policy=policy)
    fail(SYNC, one, 3)
    assert fs.circuit_breakers.states() == {"guard:x": "open"}
    with pytest.raises(failsoft.CircuitOpenError):
        other.call(Script("well"))


def test_synchronous_and_asynchronous_calls_share_a_circuit(fs: Failsoft) -> None:
    """Trap: the same dependency has one breaker for `def` and another one for `async def`."""
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=4)))

    @guard
    def plain() -> None:
        raise LOST

    @guard
    async def asynchronous() -> None:
        raise LOST

    for _ in range(2):
        with pytest.raises(LOST):
            plain()
        with pytest.raises(LOST):
            asyncio.run(asynchronous())
    for way in (SYNC, ASYNC):
        with pytest.raises(failsoft.CircuitOpenError):
            way.call(guard, Script("well"))


class InsufficientFunds(Exception, metaclass=abc.ABCMeta):
    """A rule of the business, of a class whose class is not `type`."""


MEANT = {
    f"{__name__}.InsufficientFunds": {"category": "business_logic", "status": 409, "transient": False},
}


def test_an_exception_that_is_excluded_excludes_no_other(make: object, way: Way) -> None:
    """Trap: a class made by `ABCMeta` is taken for a predicate, its instances are true, and nothing counts any more."""
    InsufficientFunds.__module__ = __name__
    fs = make({"errors": MEANT})  # type: ignore[operator]
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=3)))
    fail(way, guard, 10, InsufficientFunds)
    assert fs.circuit_breakers["guard:x"].state == "closed"
    fail(way, guard, 3, OSError)
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_an_exception_that_is_excluded_is_no_success(make: object, way: Way) -> None:
    """Trap: what is excluded counts as a success, and ends the row of failures around it."""
    fs = make({"errors": MEANT})  # type: ignore[operator]
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=4)))
    for _ in range(2):
        fail(way, guard, 2)
        if fs.circuit_breakers["guard:x"].state == "closed":
            fail(way, guard, 1, InsufficientFunds)
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_settings_that_are_read_again_are_obeyed_by_what_is_there(tmp_path: Path, way: Way) -> None:
    """Trap: a registry says that it takes new settings, and everything made before keeps the old ones."""
    path = tmp_path / "failsoft.toml"
    path.write_text("[policies.p.circuit_breaker]\nfailure_threshold = 9\n")
    with Failsoft(path) as fs:
        guard = fs.guard("x", policy="p")
        fail(way, guard, 2)
        path.write_text("[policies.p.circuit_breaker]\nfailure_threshold = 3\n")
        assert fs.reload() == ()
        fail(way, guard, 1)
        assert fs.circuit_breakers["guard:x"].state == "open"
        assert guard is not fs.guard("x", policy="p")
        with pytest.raises(failsoft.CircuitOpenError):
            way.call(fs.guard("x", policy="p"), Script("never"))
