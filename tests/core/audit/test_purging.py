"""What is removed in order leaves the rest verifiable; what is removed beside that does not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from evaluations.tampering.acts import Forger
from evaluations.tampering.trail import KEYS, WRONG_KEYS, Made, make

from audit_stores import tampering
from audited import CONTEXT
from failsoft.audit.archives import archive, proven
from failsoft.audit.chains import stretch_of
from failsoft.audit.clerk import Clerk
from failsoft.audit.entry import Entry
from failsoft.audit.findings import Report
from failsoft.audit.purging import Stretch, abandoned, stretches
from failsoft.audit.retention import Hold, Period, instant, period
from failsoft.audit.statements import said, state
from failsoft.audit.verifying import verify


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("trail") / "template.db", random.Random(11))


@pytest.fixture
def made(template: Made, audit_url: str) -> Made:
    return template.poured(audit_url)


def due(made: Made, share: float = 0.5, holds: tuple[Hold, ...] = ()) -> list[Stretch]:
    """What is due when so much of the time is over."""
    store = made.store()
    times = sorted(entry.at for lane in made.lanes for entry in store.chain(lane))
    return list(stretches(store, times[int(len(times) * share)], holds))


def part(made: Made) -> Stretch:
    """What is due of a lane that goes on after it."""
    return next(one for one in due(made) if one.last < made.lengths[one.lane] - 1)


def purge(made: Made, wanted: list[Stretch]) -> None:
    store = made.store()
    with Clerk(store, CONTEXT, keys=KEYS, encrypt=True) as clerk:
        for one in wanted:
            (count,) = store.remove([clerk.tombstone(one.seals, "retention 1y", "e" * 64)])
            clerk.record("retention.purged", lane=one.lane, first=one.first, last=one.last)
            assert count == one.count


def checked(made: Made, *, keyed: bool = True) -> Report:
    return verify(
        made.store(), keys=KEYS if keyed else None, public=None if keyed else KEYS.public,
        anchors=made.last_anchors,
    )  # fmt: skip


@contextmanager
def forging(made: Made) -> Iterator[Forger]:
    with tampering(made.url, made.path.parent) as connection:
        yield Forger(made, connection, random.Random(3))


@pytest.mark.parametrize("keyed", [True, False])
def test_what_is_left_after_a_purge_verifies(made: Made, keyed: bool) -> None:
    wanted = due(made)
    assert len(wanted) > 1
    before = sum(made.lengths.values())
    purge(made, wanted)
    report = checked(made, keyed=keyed)
    assert report.ok, [str(finding) for finding in report.faults]
    own = report.lanes[-1].entries
    assert report.entries == before - sum(one.count for one in wanted) + own
    assert {(one.lane, (one.first, one.last)) for one in wanted} == {
        (lane.lane, stretch) for lane in report.lanes for stretch in lane.purged
    }


def test_all_of_a_closed_lane_may_go(made: Made) -> None:
    closed = made.lanes[0]
    wanted = [one for one in due(made, 0.99) if one.lane == closed]
    assert [(one.first, one.last) for one in wanted] == [(1, made.lengths[closed])]
    purge(made, wanted)
    assert checked(made).ok


@pytest.mark.parametrize("audit_url", ["jsonl"], indirect=True)
def test_what_was_purged_is_in_no_file_any_more(made: Made, tmp_path: Path) -> None:
    wanted = due(made)
    entries = [entry for one in wanted for entry in stretch_of(made.store(), one.lane, one.first, one.last)]
    gone = [entry.trace_id.encode() for entry in entries if entry.trace_id]

    def held() -> list[bytes]:
        contents = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jsonl"))
        return [one for one in gone if one in contents]

    assert held() == gone != []
    purge(made, wanted)
    kept = {entry.trace_id for lane in made.lanes for entry in made.store().chain(lane)}
    assert [one for one in held() if one.decode() not in kept] == []


def test_what_was_purged_is_not_due_again(made: Made) -> None:
    wanted, store = due(made), made.store()
    before = max(one.until for one in wanted) + 1
    wanted = list(stretches(store, before, ()))
    purge(made, wanted[:1])
    assert [(one.lane, one.first, one.last) for one in stretches(store, before, ())] == [
        (one.lane, one.first, one.last) for one in wanted[1:]
    ]


def test_only_whole_seals_all_of_them_older_are_due(made: Made) -> None:
    store = made.store()
    before = sorted(entry.at for lane in made.lanes for entry in store.chain(lane))[60]
    for one in stretches(store, before, ()):
        assert (one.first, one.last) == (said(one.seals[0]).first, said(one.seals[-1]).last)  # type: ignore[union-attr]
        assert all(entry.at < before for entry in store.chain(one.lane) if entry.sequence <= one.last)


def test_what_is_held_stays(made: Made) -> None:
    free = due(made)
    hold = Hold(free[0].since, free[0].since + 1, "case 4711")
    held = due(made, holds=(hold,))
    kept = [one for one in held if one.hold is not None]
    assert kept
    assert kept[0].hold == hold
    assert sum(one.count for one in held) == sum(one.count for one in free)
    assert all(one.until < hold.since or one.since >= hold.until for one in held if one.hold is None)  # type: ignore[operator]


@pytest.mark.parametrize("keyed", [True, False])
def test_what_is_deleted_beside_a_purge_is_missing(made: Made, keyed: bool) -> None:
    one = part(made)
    purge(made, [one])
    with forging(made) as forger:
        forger.sql.execute("DELETE FROM failsoft_audit WHERE lane = ? AND sequence = ?", (one.lane, one.last + 1))
    found = [f for f in checked(made, keyed=keyed).faults if f.lane == one.lane]
    assert [(f.kind, f.first, f.last) for f in found] == [("missing", one.last + 1, one.last + 1)]


@pytest.mark.parametrize("keyed", [True, False])
def test_a_tombstone_that_was_changed_is_forged_and_covers_nothing(made: Made, keyed: bool) -> None:
    one = part(made)
    purge(made, [one])
    stone = next(iter(made.store().statements("tombstone")))
    what = msgspec.structs.replace(said(stone), reason="by order of nobody")
    with forging(made) as forger:
        forger.put(state(what, WRONG_KEYS))
    found = list(checked(made, keyed=keyed).faults)
    assert ("forged", "tombstone 1") in [(f.kind, f.statement) for f in found]
    assert ("missing", one.first, one.last) in [(f.kind, f.first, f.last) for f in found]


def test_a_tombstone_that_was_taken_away_leaves_records_missing(made: Made) -> None:
    one = part(made)
    purge(made, [one])
    with forging(made) as forger:
        forger.sql.execute("DELETE FROM failsoft_audit_statement WHERE type = 'tombstone'")
    assert ("missing", one.first, one.last) in [(f.kind, f.first, f.last) for f in checked(made).faults]


def test_a_tombstone_whose_seals_are_gone_is_not_believed(made: Made) -> None:
    one = part(made)
    purge(made, [one])
    with forging(made) as forger:
        forger.sql.execute(
            "DELETE FROM failsoft_audit_statement WHERE type = 'seal' AND lane = ? AND number = 1", (one.lane,)
        )
    kinds = {f.kind for f in checked(made).faults if f.lane == one.lane}
    assert {"vanished", "forged", "missing"} <= kinds


def test_a_removed_record_that_is_there_again_is_inserted(made: Made) -> None:
    one = part(made)
    back = next(made.store().chain(one.lane, one.first + 1))
    purge(made, [one])
    with forging(made) as forger:
        forger.write(one.lane, [back, *forger.entries(one.lane)])
    assert ("inserted", one.first + 1) in [(f.kind, f.first) for f in checked(made).faults]


def test_what_a_crashed_process_left_unsealed_can_be_sealed_and_purged(made: Made) -> None:
    store, far = made.store(), 2**60
    seals = list(abandoned(store, far, KEYS, far))
    unclosed = made.lanes[1:]
    assert [seal.lane for seal in seals] == unclosed
    for seal in seals:
        store.state(seal)
    store.close()
    assert checked(made).ok
    wanted = due(made, 0.999)
    purge(made, list(stretches(made.store(), far, ())))
    report = checked(made)
    assert report.ok, [str(finding) for finding in report.faults]
    assert wanted
    assert report.entries == report.lanes[-1].entries


class Interrupted:
    """A store from which others remove records when half of it was read."""

    def __init__(self, made: Made, wanted: list[Stretch]) -> None:
        self._store, self._made, self._wanted = made.store(), made, wanted

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def chain(self, lane: str, first: int = 1) -> Iterator[Entry]:
        if lane == self._made.lanes[1] and first < 1 and self._wanted:
            purge(self._made, self._wanted)
            self._wanted = []
        return self._store.chain(lane, first)


@pytest.mark.parametrize("keyed", [True, False])
def test_a_verification_sees_a_purge_that_comes_in_between(made: Made, keyed: bool) -> None:
    store = Interrupted(made, due(made))
    report = verify(store, keys=KEYS if keyed else None, public=None if keyed else KEYS.public)
    assert report.ok, [str(finding) for finding in report.faults]
    assert [lane.purged != [] for lane in report.lanes] == [False, True, True, False]


def test_stretches_are_no_longer_than_one_transaction_should_be(made: Made) -> None:
    far = 2**60
    whole = [(one.lane, one.first, one.last) for one in stretches(made.store(), far, ())]
    parts = list(stretches(made.store(), far, (), most=20))
    assert len(parts) > len(whole)
    assert max(one.count for one in parts if len(one.seals) > 1) <= 20
    assert sum(one.count for one in parts) == sum(last - first + 1 for _, first, last in whole)
    purge(made, parts)
    assert checked(made).ok


# --- exports


def test_an_export_is_proven_by_what_it_holds(made: Made, tmp_path: Path) -> None:
    wanted, store = due(made), made.store()
    manifest = archive(store, wanted, tmp_path / "out", 1)
    assert len(proven(manifest, wanted, store)) == 64
    with pytest.raises(FileExistsError):
        archive(store, wanted, tmp_path / "out", 1)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (
            lambda folder: (folder / "records.jsonl").write_bytes((folder / "records.jsonl").read_bytes() + b"\n"),
            "SHA-256",
        ),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "no manifest"),
        (lambda folder: (folder / "records.jsonl").write_text('{"lane": "x"}\n'), "without lane, sequence and hash"),
    ],
)
def test_an_export_that_was_changed_proves_nothing(act: object, says: str, made: Made, tmp_path: Path) -> None:
    wanted, store = due(made), made.store()
    manifest = archive(store, wanted, tmp_path / "out", 1)
    act(manifest.parent)  # type: ignore[operator]
    with pytest.raises(ValueError, match=says):
        proven(manifest, wanted, store)


def test_an_export_of_less_or_of_other_records_proves_nothing(made: Made, tmp_path: Path) -> None:
    wanted, store = due(made), made.store()
    less = archive(store, wanted[1:], tmp_path / "less", 1)
    with pytest.raises(ValueError, match="does not hold"):
        proven(less, wanted, store)
    twice = archive(store, [wanted[0], *wanted], tmp_path / "twice", 1)
    with pytest.raises(ValueError, match="does not hold"):
        proven(twice, wanted, store)


# --- the calendar


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("7y", 84, 0),
        ("6mo", 6, 0),
        ("6 months", 6, 0),
        ("90d", 0, 90),
        ("2w", 0, 14),
        ("1y 6mo", 18, 0),
        ("1 year", 12, 0),
    ],
)
def test_a_span_of_the_calendar_is_read(text: str, months: int, days: int) -> None:
    assert period(text) == Period(months, days)


@pytest.mark.parametrize("text", ["", "0d", "7", 7, None, "7 moons", "6m", "-1y", "1y and", "1.5y"])
def test_what_is_no_span_of_the_calendar_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="calendar"):
        period(text)


@pytest.mark.parametrize(
    ("now", "text", "then"),
    [
        ("2026-03-31", "1mo", "2026-02-28"),
        ("2024-03-31", "1mo", "2024-02-29"),
        ("2024-02-29", "1y", "2023-02-28"),
        ("2024-02-29", "4y", "2020-02-29"),
        ("2026-01-15", "1mo", "2025-12-15"),
        ("2026-03-01", "1mo 1d", "2026-01-31"),
        ("2026-11-26", "7y", "2019-11-26"),
    ],
)
def test_a_retention_counts_by_the_calendar(now: str, text: str, then: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert period(text).before(at) == datetime.fromisoformat(then).replace(tzinfo=UTC)


def test_times_without_a_zone_are_utc() -> None:
    assert instant("2026-01-01") == instant("2026-01-01T00:00:00Z") == instant("2026-01-01T01:00:00+01:00")
