"""Verification: what is said and is no fault, trails without keys, records that the store cannot read."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from evaluations.tampering.trail import KEYS, WRONG_KEYS, Made, make

from failsoft.audit.keys import KeyRing
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.statements import from_line, to_line
from failsoft.audit.verifying import verify


def written(path: Path, times: list[int], *, keys: KeyRing | None = KEYS, kind: str = "trail.opened") -> Lane:
    """A lane with one record at each of these seconds."""
    store = SqliteStore(path)
    store.check()
    lane = Lane(new_lane_id(times[0]), keys=keys, encrypt=keys is not None)
    for at in times:
        store.append([lane.encode({"kind": kind, "at": at * 1_000_000, "fields": {"note": "x"}})])
        kind = "invoice.voided"
    store.close()
    return lane


def kinds(report: Any) -> list[tuple[str, int | None]]:
    return [(finding.kind, finding.first) for finding in report.findings]


def test_a_clock_that_goes_back_is_said_and_is_no_fault(tmp_path: Path) -> None:
    written(tmp_path / "a.db", [100, 101, 50, 51, 102])
    report = verify(SqliteStore(tmp_path / "a.db"), keys=KEYS)
    assert report.ok
    assert kinds(report) == [("unclosed", 5), ("clock", 3)]
    assert "2 times, by up to 51.000 s" in report.findings[1].words


def test_a_lane_that_is_not_opened_as_lanes_are_is_a_fault(tmp_path: Path) -> None:
    written(tmp_path / "a.db", [100, 101], kind="invoice.paid")
    assert ("unopened", 1) in kinds(verify(SqliteStore(tmp_path / "a.db"), keys=KEYS))


def test_a_trail_without_keys_is_no_fault_unless_there_are_some(tmp_path: Path) -> None:
    written(tmp_path / "a.db", [100, 101, 102], keys=None)
    store = SqliteStore(tmp_path / "a.db")
    report = verify(store)
    assert report.ok
    assert (report.lanes[0].chain, report.lanes[0].mac, report.lanes[0].seal) == (3, None, 0)
    assert kinds(verify(store, keys=KEYS))[0] == ("unsigned", 1)
    allowed = verify(store, keys=KEYS, allow_unsigned=True)
    assert allowed.ok
    assert allowed.lanes[0].mac is None


def test_a_sealed_field_that_does_not_open_is_named(tmp_path: Path) -> None:
    lane = written(tmp_path / "a.db", [100, 101])
    store = SqliteStore(tmp_path / "a.db")
    record = {"kind": "x.y", "sealed": {"fields": "AAAA"}, "lane": lane.id, "sequence": 3, "at": 102_000_000}
    store.append([Lane.encode(lane, record)])
    store.close()
    assert verify(store, keys=KEYS).ok
    assert ("unreadable", 3) in kinds(verify(store, keys=KEYS, fields=True))


def test_a_record_that_is_no_text_any_more_is_named(tmp_path: Path) -> None:
    lane = written(tmp_path / "a.db", [100, 101, 102])
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("UPDATE failsoft_audit SET record = CAST(x'7bff7d' AS TEXT) WHERE sequence = 2")
        connection.commit()
    found = [f for f in verify(SqliteStore(tmp_path / "a.db"), keys=KEYS).faults if f.lane == lane.id]
    assert "unreadable" in {f.kind for f in found}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("trail") / "trail.db", random.Random(8))


def test_verification_may_begin_with_what_was_sealed_after_a_time(made: Made) -> None:
    store = SqliteStore(made.path)
    full = verify(store, keys=KEYS)
    middle = sorted(entry.at for lane in made.lanes for entry in store.chain(lane))[60]
    part = verify(store, keys=KEYS, since=middle)
    assert part.ok
    assert 0 < part.entries < full.entries
    assert [lane.chain for lane in part.lanes] == [lane.chain for lane in full.lanes]
    assert any((lane.first or 1) > 1 for lane in part.lanes)


def test_an_anchor_that_nobody_has_signed_is_left_out_and_that_is_said(made: Made) -> None:
    forged = Lane(made.lanes[1], keys=WRONG_KEYS, encrypt=False).heads(1, {made.lanes[2]: (10_000, bytes(32))})
    good = made.last_anchors
    report = verify(SqliteStore(made.path), keys=KEYS, anchors=[forged, *good])
    assert report.ok
    assert ("ignored", "1 anchors are not signed with a key that is at hand, and were left out") in {
        (f.kind, f.words) for f in report.findings
    }
    assert report.anchors == len(good)


def test_an_anchor_survives_a_log_line(made: Made) -> None:
    for anchor in made.anchors:
        assert from_line(f"2026-11-26 12:00:00 INFO failsoft.audit {to_line(anchor)} trailing") == anchor
    with pytest.raises(ValueError, match="no statement"):
        from_line("INFO {}")


def test_what_is_found_is_told_at_once_and_how_far_it_has_come(made: Made, tmp_path: Path) -> None:
    path = made.copy(tmp_path / "copy.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM failsoft_audit WHERE lane = ? AND sequence = 3", (made.lanes[1],))
        connection.commit()
    told: list[Any] = []
    ticks: list[tuple[int, int]] = []
    report = verify(
        SqliteStore(path), keys=KEYS, found=told.append, tick=lambda more, total: ticks.append((more, total))
    )
    assert told == report.findings
    assert sum(more for more, _ in ticks) == report.entries
    assert {total for _, total in ticks} == {sum(made.lengths.values())}
