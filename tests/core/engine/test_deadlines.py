"""Deadlines that travel: what is read of whoever calls, and what is told to whom we call."""

from __future__ import annotations

import asyncio
import logging
import math
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import failsoft
from both_ways import RequestCall
from clocks import NOW, ManualClock
from core.engine.conftest import Make
from failsoft import Failsoft, Policy, SettingsError
from failsoft.current import current_call
from failsoft.deadlines import noting_deadlines, seconds_left

HEADER = "X-Request-Deadline"
ON = {"request": {"deadline_header": HEADER}}
DAY = 86_400.0


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("1.250", 1.25), ("0", 0.0), ("007", 7.0), (" 3 ", 3.0), ("-1", 0.0), ("-0.5", 0.0),
        ("86401", DAY), ("999999999", DAY),
        ("2026-11-22T00:02:04Z", 0.996), ("2026-11-22T00:02:05.504Z", 2.5), ("2026-11-22T01:02:05.504+01:00", 2.5),
        ("2026-11-21t19:02:05.504000999-05:00", 2.5), ("2026-11-22T00:02:02Z", 0.0),
        ("9999-12-31T23:59:59-23:59", DAY), ("0001-01-01T00:00:00+23:59", 0.0),
    ],
)  # fmt: skip
def test_seconds_and_instants_are_read(text: str, left: float) -> None:
    assert seconds_left(text, NOW) == pytest.approx(left, abs=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "soon", "nan", "inf", "-inf", "1e9", "0x10", "1_000", "+1", ".5", "1.", "1,5", "1, 2", "１", "1" * 10,
        "1." + "0" * 10, "1s", "--1", "2026-11-22", "2026-11-22T00:02:04", "2026-11-22 00:02:04Z",
        "2026-11-22T00:02:60Z", "2026-02-30T00:00:00Z", "2026-11-22T00:02:04+24:00", "20261122T000204Z",
        "Sun, 22 Nov 2026 00:02:04 GMT", "0000-01-01T00:00:00Z", "1\n", "1\x00", "9" * 100_000,
    ],
)  # fmt: skip
def test_anything_else_says_nothing(text: str) -> None:
    assert seconds_left(text, NOW) is None


@given(st.text(max_size=60) | st.from_regex(r"-?\d{1,9}(\.\d{1,9})?|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"))
def test_whatever_comes_is_within_bounds(text: str) -> None:
    left = seconds_left(text, NOW)
    assert left is None or (math.isfinite(left) and 0 <= left <= DAY)


class Asked(RequestCall):
    """A call with one header."""

    def __init__(self, fs: Failsoft, value: Any, method: str = "GET") -> None:
        super().__init__("GET /x", fs.clock.monotonic(), owner=fs)
        self.method = method
        self.value = value

    def header(self, name: str) -> str | None:
        assert name == HEADER.lower()
        if isinstance(self.value, Exception):
            raise self.value
        return self.value  # type: ignore[no-any-return]


def asked(fs: Failsoft, value: Any, **more: Any) -> Asked:
    return noting_deadlines(Asked, fs)(fs, value, **more)


def test_it_is_written_on_the_call(make: Make) -> None:
    fs = make(ON)
    assert asked(fs, "2.5").deadline == fs.clock.monotonic() + 2.5
    assert asked(fs, None).deadline is None


def test_a_websocket_outlives_any(make: Make) -> None:
    assert asked(make(ON), "2.5", method="").deadline is None


def test_where_it_is_not_asked_for_nothing_is_done(fs: Failsoft) -> None:
    assert noting_deadlines(Asked, fs) is Asked


def test_what_cannot_be_read_is_said_once_and_not_shown(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    fs = make(ON)
    make_call = noting_deadlines(Asked, fs)
    with caplog.at_level(logging.WARNING):
        for value in ("s3cr3t", "nan", ValueError("hostile"), "s3cr3t"):
            assert make_call(fs, value).deadline is None
    (record,) = caplog.records
    assert HEADER in record.getMessage()
    assert "s3cr3t" not in record.getMessage()


@pytest.mark.parametrize("wrong", ["", "X Deadline", "X-Deadline:", "Frist-ä", 5])
def test_its_name_is_that_of_a_header(make: Make, wrong: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        make({"request": {"deadline_header": wrong}})
    assert [fault.path for fault in caught.value.faults] == ["request.deadline_header"]


# -- to whom we call


def test_the_time_left_is_told(make: Make, clock: ManualClock) -> None:
    fs = make(ON)
    guard = fs.guard("x", policy=Policy(timeout=2))

    def told() -> list[dict[str, str]]:
        found = [failsoft.deadline_headers()]
        clock.advance(0.7506)
        found.append(failsoft.deadline_headers())
        clock.advance(5)
        return [*found, failsoft.deadline_headers()]

    assert guard.call(told) == [{HEADER: "2.000"}, {HEADER: "1.249"}, {HEADER: "0.000"}]
    assert failsoft.deadline_headers() == {}


def test_switched_off_nothing_is_told(fs: Failsoft) -> None:
    assert fs.guard("x", policy=Policy(timeout=2)).call(failsoft.deadline_headers) == {}


def test_what_is_only_observed_has_no_deadline_to_tell(make: Make) -> None:
    fs = make(ON)
    call = asked(fs, "5")
    call.mode = "observe"
    token = current_call.set(call)
    try:
        assert (failsoft.deadline_headers(), failsoft.remaining()) == ({}, None)
    finally:
        current_call.reset(token)


def test_a_request_carries_it(make: Make) -> None:
    guard = make(ON).guard("x", policy=Policy(timeout=2))

    def carry() -> dict[str, str]:
        request = SimpleNamespace(headers={"Accept": "*/*", HEADER: "9.000"})
        failsoft.carry_deadline(request)
        return request.headers

    async def acarry() -> dict[str, str]:
        request = SimpleNamespace(headers={"Accept": "*/*"})
        await failsoft.acarry_deadline(request)
        return request.headers

    assert guard.call(carry) == {"Accept": "*/*", HEADER: "2.000"}
    assert asyncio.run(guard.acall(acarry)) == {"Accept": "*/*", HEADER: "2.000"}
    assert carry() == {"Accept": "*/*", HEADER: "9.000"}
