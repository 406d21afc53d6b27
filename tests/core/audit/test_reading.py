"""`fs.audit.query`: what was written is found again, opened, from any thread, by all that it can be asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failsoft import Failsoft
from failsoft.audit.asking import asked, iso_of, microseconds
from failsoft.audit.views import without_sealed
from failsoft.errors import SettingsError
from observed import ManualClock

KEY = "ab" * 32
NOW = 1_795_000_000.0


@pytest.fixture
def fs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Failsoft]:
    monkeypatch.setenv("AUDIT_KEY", KEY)
    with Failsoft(settings(tmp_path)) as made:
        yield made


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    keys = {"active": "a", "ring": {"a": "env:AUDIT_KEY"}}
    return {"service": "shop", "audit": {"url": f"sqlite:///{folder / 'audit.db'}", "keys": keys, **more}}


def kinds(fs: Failsoft, **wanted: Any) -> list[str]:
    return [record["kind"] for record in fs.audit.query(**wanted)]


def test_a_failure_is_found_by_everything_it_can_be_asked_for(fs: Failsoft) -> None:
    problem = fs.handle(RuntimeError("the roof is on fire"))
    fs.handle(ConnectionRefusedError(111, "Connection refused"))
    fs.flush()
    (found,) = fs.audit.query(error_id=problem.error_id)
    assert found["error"]["message"] == "the roof is on fire"
    wanted: dict[str, Any] = {
        "since": "1h", "kind": "failure.handled", "code": found["code"], "status": found["status"],
        "severity": found["severity"], "error_id": f"urn:uuid:{problem.error_id.upper()}",
    }  # fmt: skip
    for name in wanted:
        assert problem.error_id in [one["error_id"] for one in fs.audit.query(**{name: wanted[name]})], name
    assert [one["error_id"] for one in fs.audit.query(**wanted)] == [problem.error_id]


def test_several_kinds_and_severities_the_newest_first(fs: Failsoft) -> None:
    for number in range(3):
        fs.audit.record("invoice.voided", severity="low", number=number)
    fs.audit.record("invoice.paid", severity="high")
    fs.flush()
    assert kinds(fs, kind=["invoice.paid", "invoice.voided"]) == ["invoice.voided"] * 3 + ["invoice.paid"]
    assert kinds(fs, severity=("high",)) == ["invoice.paid"]
    newest = [one["fields"]["number"] for one in fs.audit.query(kind="invoice.voided", newest_first=True, limit=2)]
    assert newest == [2, 1]


def test_it_is_read_from_many_threads_while_it_is_written(fs: Failsoft) -> None:
    fs.audit.record("invoice.first")
    fs.flush()
    seen: list[list[int]] = []

    def read() -> None:
        seen.extend([one["sequence"] for one in fs.audit.query()] for _ in range(5))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(300):
        fs.audit.record("invoice.voided", number=number)
    for thread in threads:
        thread.join()
    assert len(seen) == 20
    assert all(sorted(one) == list(range(1, len(one) + 1)) for one in seen)
    fs.flush()
    assert len(kinds(fs, kind="invoice.voided")) == 300


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"since": "yesterday"}, "expected a time such as"),
        ({"since": True}, "expected a time such as"),
        ({"since": float("nan")}, "expected a time such as"),
        ({"until": 1e300}, "expected a time such as"),
        ({"since": "2026-11-02", "until": "2026-11-01"}, "has to be later than since"),
        ({"severity": "hihg"}, 'did you mean "high"?'),
        ({"severity": ["high", 3]}, "severity: expected a text"),
        ({"kind": ""}, "kind: expected a text that is not empty"),
        ({"kind": 7}, "kind: expected a text or several"),
        ({"code": b"X"}, "code: expected a text"),
        ({"user": " "}, "user: expected a text"),
        ({"endpoint": "a\0b"}, "endpoint: expected a text"),
        ({"client": "\ud800"}, "client: expected a text"),
        ({"status": "500"}, "status: expected a whole number"),
        ({"status": True}, "status: expected a whole number"),
        ({"limit": 0}, "limit: expected a whole number from 1"),
        ({"limit": 1.5}, "limit: expected a whole number from 1"),
    ],
)
def test_what_can_never_be_found_is_said_at_once(fs: Failsoft, wanted: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z") as caught:
        fs.audit.query(**wanted)
    assert said in str(caught.value)


def test_without_a_trail_there_is_nothing_to_ask() -> None:
    with Failsoft({}) as fs, pytest.raises(SettingsError, match="no \\[audit\\] table"):
        fs.audit.query()


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("24h", NOW - 86_400),
        ("7d", NOW - 7 * 86_400),
        ("90 s", NOW - 90),
        ("2w", NOW - 14 * 86_400),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC).timestamp()),
        (date(2026, 11, 22), datetime(2026, 11, 22, tzinfo=UTC).timestamp()),
        ("2026-11-22T01:02:03", datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC).timestamp()),
        ("2026-11-22T01:02:03+02:00", datetime(2026, 11, 21, 23, 2, 3, tzinfo=UTC).timestamp()),
        (12.5, 12.5),
    ],
)
def test_times_are_said_in_many_ways(instant: Any, expected: float) -> None:
    assert microseconds(instant, NOW) == int(expected * 1e6)


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_a_time_that_is_shown_can_be_asked_for(at: int) -> None:
    said = iso_of(at)
    assert microseconds(said) == at


@given(st.text(max_size=20))
def test_any_text_for_a_time_is_a_time_or_a_value_error(text: str) -> None:
    try:
        found = asked(None, NOW, since=text).since
    except ValueError:
        return
    assert isinstance(found, int)


def test_reading_is_written_down_if_it_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", KEY)
    with Failsoft(settings(tmp_path, record_reads=True), clock=ManualClock()) as fs:
        fs.audit.record("invoice.voided")
        fs.flush()
        assert len(list(fs.audit.query(kind="invoice.voided", user="ada"))) == 0
        fs.flush()
        read = next(iter(fs.audit.query(kind="trail.read")))  # this one is written down, too
        assert read["details"]["asked"] == {"kind": "invoice.voided", "user": "ada"}


def test_one_record_is_found_by_its_place(fs: Failsoft) -> None:
    fs.audit.record("invoice.voided", number=7)
    fs.flush()
    (found,) = fs.audit.query(kind="invoice.voided")
    assert fs.audit.entry(found["lane"], found["sequence"]) == {**found, "position": 0}
    assert fs.audit.entry(found["lane"], 99) is None
    assert fs.audit.entry("0" * 32, 1) is None


def test_what_is_sealed_can_be_left_out_also_where_nothing_is() -> None:
    clear = {
        "kind": "failure.handled",
        "error": {"id": "1", "message": "secret", "stack": None},
        "fields": {"iban": "secret"},
        "request": "no table",
    }
    shown = without_sealed(clear)
    assert shown["error"] == {"id": "1"}
    assert "fields" not in shown
    assert shown["hidden"] == ["error.message", "fields"]
    assert clear["fields"] == {"iban": "secret"}
