"""The threads of a guard under changed settings."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from core.engine.test_offload import Hang, crew, cut, hang, starts_in_time, until
from core.reload.conftest import Live
from failsoft import BulkheadFullError

__all__ = ["hang", "starts_in_time"]


def policy(text: str) -> str:
    return f"[policies.p]\n{text}\n"


@pytest.fixture(autouse=True)
def _let_go(hang: Hang) -> Iterator[None]:
    yield
    hang.let_go()


def test_more_threads_are_there_at_once(live: Live, hang: Hang) -> None:
    fs = live.start(policy('timeout = "5ms"\noffload = 1'))
    guard = fs.guard("x", policy="p")
    cut(guard, hang)
    with pytest.raises(BulkheadFullError):
        guard.call(lambda: "never")
    assert live.change(policy('timeout = "60s"\noffload = 2')) == []
    assert guard.call(lambda: "well") == "well"
    assert (crew(fs).threads, crew(fs).abandoned) == (2, 1)


def test_fewer_are_left_as_they_come_back(live: Live, hang: Hang) -> None:
    fs = live.start(policy('timeout = "5ms"\noffload = 3'))
    guard = fs.guard("x", policy="p")
    for _ in range(3):
        cut(guard, hang)
    assert live.change(policy('timeout = "60s"\noffload = 1')) == []
    with pytest.raises(BulkheadFullError):
        guard.call(lambda: "never")
    hang.let_go()
    until(lambda: crew(fs).abandoned == 0)
    until(lambda: crew(fs).running == 0)
    assert guard.call(lambda: "well") == "well"
    assert crew(fs).threads == 1


def test_a_guard_that_is_offloaded_no_more_runs_where_it_is_called(live: Live) -> None:
    fs = live.start(policy('timeout = "60s"\noffload = 1'))
    guard = fs.guard("x", policy="p")
    thread = guard.call(threading.current_thread)
    assert live.change(policy('timeout = "60s"')) == []
    assert guard.call(threading.current_thread) is threading.current_thread()
    assert "guard:x" not in fs.offloads
    thread.join(60)
    assert not thread.is_alive()


def test_a_change_that_takes_the_limit_away_is_refused(live: Live) -> None:
    fs = live.start(policy('timeout = "60s"\noffload = 1'))
    guard = fs.guard("x", policy="p")
    assert live.change(policy("offload = 1")) == [
        "policies.p.offload: expected together with timeout or deadline [FILE:2]"
    ]
    assert guard.call(threading.current_thread) is not threading.current_thread()
