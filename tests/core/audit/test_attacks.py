"""What somebody does who knows tables and code, and whose means go beyond writing: old keys, other trails, logs.

What a random forger does who has only the tables is in `test_tampering`.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from evaluations.tampering.trail import KEYS, Made, make
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from failsoft.audit.ends import heads_now
from failsoft.audit.entry import COLUMNS, Entry, link, link_row
from failsoft.audit.findings import Report
from failsoft.audit.keys import KeyRing
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.statements import Seal, Statement, from_line, said, state, to_line
from failsoft.audit.stores import Query, Stored
from failsoft.audit.verifying import verify
from failsoft.audit.views import mapping_of

START = 1_790_000_000
LEAKED = KeyRing({"2025-11": bytes(range(1, 33))}, "2025-11")
"""The old key of the trail, which somebody has got hold of. It is still in the ring, for the records of its time."""


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make(tmp_path / "trail.db", random.Random(11))


def written(path: Path, count: int = 3, *, keys: KeyRing | None = KEYS, at: int = START, sealed: bool = True) -> Lane:
    """A lane, opened, with so many records, and perhaps closed."""
    store = SqliteStore(path)
    store.check()
    lane = Lane(new_lane_id(at), keys=keys, encrypt=keys is not None)
    kinds = ["trail.opened", *["invoice.voided"] * (count - 1)]
    for number, kind in enumerate(kinds):
        store.append([lane.encode({"kind": kind, "at": (at + number) * 1_000_000, "fields": {"note": "secret"}})])
    if sealed:
        store.state(lane.seal(at * 1_000_000, store.heads()))
    store.close()
    return lane


def sql(path: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement, values in statements:
            connection.execute(statement, values)
        connection.commit()


def kinds(report: Report, lane: str = "") -> set[str]:
    return {finding.kind for finding in report.faults if lane in ("", finding.lane)}


def append(path: Path, *entries: Entry, statements: tuple[Statement, ...] = ()) -> None:
    store = SqliteStore(path)
    store.append(entries)
    for statement in statements:
        store.state(statement)
    store.close()


# --- keys


@pytest.mark.parametrize("keyed", [True, False])
def test_who_has_an_old_key_cannot_go_on_with_a_lane_of_a_newer_one(tmp_path: Path, keyed: bool) -> None:
    path = tmp_path / "a.db"
    lane = written(path, sealed=False)
    forger = Lane.resumed(lane.id, LEAKED, None, lane.sequence, lane.head, 0, 0)
    append(path, forger.encode({"kind": "invoice.paid", "at": (START + 9) * 1_000_000}))
    report = verify(SqliteStore(path), keys=KEYS if keyed else None, public=None if keyed else KEYS.public)
    (fault,) = report.faults
    assert (fault.kind, fault.first) == ("forged", 4)
    assert "'2025-11'" in fault.words
    assert report.lanes[0].chain == 3


def test_a_lane_under_an_old_key_that_is_in_the_ring_is_believed(tmp_path: Path) -> None:
    """What the documents say of it: a key that was given away must leave the ring, or it stays good."""
    path = tmp_path / "a.db"
    written(path)
    forged = written(path, keys=LEAKED, at=START + 5)
    assert verify(SqliteStore(path), keys=KEYS).ok
    without = KeyRing({"2026-11": bytes(range(32))}, "2026-11")
    assert "unknown_key" in kinds(verify(SqliteStore(path), keys=without), forged.id)


def test_a_record_that_claims_another_key_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    lane = written(path)
    for key_id in ("2025-11", "unheard-of", None):
        sql(path, ("UPDATE failsoft_audit SET key_id = ? WHERE sequence = 1", (key_id,)))
        assert kinds(verify(SqliteStore(path), keys=KEYS), lane.id)


def test_sealed_fields_that_were_replaced_by_plain_ones_are_seen_and_never_pass_for_opened_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    written(path)
    (entry,) = [e for e in SqliteStore(path).chain(next(iter(SqliteStore(path).lanes()))) if e.sequence == 2]
    record = json.loads(entry.record)
    del record["sealed"]
    record["fields"] = {"note": "nothing happened"}
    text = json.dumps(record)
    fresh = msgspec.structs.replace(entry, record=text)
    (before,) = [e for e in SqliteStore(path).chain(entry.lane) if e.sequence == 1]
    # with the hash made anew, and without
    for digest in (entry.hash, link(before.hash, fresh)):
        sql(path, ("UPDATE failsoft_audit SET record = ?, hash = ? WHERE sequence = 2", (text, digest)))
        assert {"altered", "forged"} & kinds(verify(SqliteStore(path), keys=KEYS))


def test_a_sealed_field_opens_in_its_own_place_only(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    one, other = written(path), written(path, at=START + 50)
    store = SqliteStore(path)
    source = next(iter(store.chain(one.id, 2)))
    sealed = json.loads(source.record)["sealed"]
    for lane, sequence, name in ((one.id, 3, "fields"), (other.id, 2, "fields"), (one.id, 2, "details")):
        record = {"lane": lane, "sequence": sequence, "sealed": {name: sealed["fields"]}}
        moved = msgspec.structs.replace(source, lane=lane, sequence=sequence, record=json.dumps(record))
        found = mapping_of(Stored(0, moved), KEYS)
        assert found["unreadable"] == [name]
        assert name not in found


def test_no_nonce_is_used_twice_where_a_record_cannot_be_encoded() -> None:
    lane = Lane(new_lane_id(START), keys=KEYS, encrypt=True)
    with pytest.raises(KeyError):
        lane.encode({"kind": "a.b", "fields": {"x": 1}})
    first = lane.encode({"kind": "a.b", "at": 1, "fields": {"x": 2}})
    assert (first.sequence, lane.sequence) == (1, 1)


# --- keys that are not there


def unsigned_tombstone(lane: Lane, seals: list[Statement]) -> Statement:
    first, last = said(seals[0]), said(seals[-1])
    assert isinstance(first, Seal)
    assert isinstance(last, Seal)
    forger = Lane(new_lane_id(START + 99), keys=None, encrypt=False)
    return forger.tombstone(1, {}, seals=seals, reason="retention")


def test_an_unsigned_tombstone_buries_nothing_that_was_signed_even_where_unsigned_lanes_are_allowed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.db"
    lane = written(path)
    store = SqliteStore(path)
    stone = unsigned_tombstone(lane, list(store.statements("seal", lane.id)))
    assert list(store.remove([stone])) == [3]
    store.close()
    report = verify(store, keys=KEYS, allow_unsigned=True)
    assert "unsigned" in kinds(report, stone.lane)
    assert {"truncated", "vanished"} & kinds(report, lane.id)
    assert not report.lanes[0].purged


def test_nor_does_it_with_a_seal_made_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    lane, other = written(path), written(path, at=START + 50)
    anchor = heads_now(SqliteStore(path), KEYS, START + 60.0)
    sql(
        path,
        ("DELETE FROM failsoft_audit WHERE lane = ?", (lane.id,)),
        ("DELETE FROM failsoft_audit_statement WHERE lane = ?", (lane.id,)),
    )
    seal = Seal(lane=lane.id, number=1, at=1, heads={}, first=1, last=9, since=1, until=1, hash="00" * 32)
    append(path, statements=(state(seal, None), unsigned_tombstone(lane, [state(seal, None)])))
    for anchors in ([], [anchor]):
        report = verify(SqliteStore(path), keys=KEYS, anchors=anchors, allow_unsigned=True)
        assert {"truncated", "vanished"} & kinds(report, lane.id)
        assert not kinds(report, other.id)


def test_a_tombstone_under_an_unknown_key_buries_nothing_that_was_signed(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    lane = written(path)
    store = SqliteStore(path)
    strange = Lane(new_lane_id(START + 99), keys=KeyRing({"odd": bytes(32)}, "odd"), encrypt=False)
    stone = strange.tombstone(1, {}, seals=list(store.statements("seal", lane.id)), reason="retention")
    assert list(store.remove([stone])) == [3]
    store.close()
    assert "forged" in kinds(verify(store, keys=KEYS), lane.id)


def test_an_unsigned_seal_cannot_follow_on_a_signed_one_even_where_unsigned_lanes_are_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    lane = written(path)
    body = said(next(iter(SqliteStore(path).statements("seal"))))
    assert isinstance(body, Seal)
    digest = next(iter(SqliteStore(path).statements("seal"))).digest
    forged = state(
        msgspec.structs.replace(body, number=2, previous=digest, first=4, last=4, hash="00" * 32, closing=True), None
    )
    append(path, statements=(forged,))
    assert "unsigned" in kinds(verify(SqliteStore(path), keys=KEYS, allow_unsigned=True), lane.id)


def test_a_lane_without_keys_stays_allowed_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    written(path, keys=None)
    written(path, at=START + 50)
    assert verify(SqliteStore(path), keys=KEYS, allow_unsigned=True).ok
    assert "unsigned" in kinds(verify(SqliteStore(path), keys=KEYS))


# --- other trails, other times


def copied(source: Path, target: Path, lanes: list[str]) -> None:
    there, here = SqliteStore(source), SqliteStore(target)
    here.check()
    for lane in lanes:
        append(target, *there.chain(lane), statements=tuple(there.statements("seal", lane)))


def test_a_lane_of_another_trail_with_the_same_keys_is_seen_by_the_lanes_that_it_names(
    made: Made, tmp_path: Path
) -> None:
    path = tmp_path / "a.db"
    written(path)
    copied(made.path, path, made.lanes[2:3])
    assert kinds(verify(SqliteStore(path), keys=KEYS)) == {"vanished"}


def test_a_whole_trail_copied_into_one_with_the_same_keys_is_not_seen(made: Made, tmp_path: Path) -> None:
    """What the documents say of it: every trail has keys of its own."""
    path = tmp_path / "a.db"
    written(path)
    copied(made.path, path, made.lanes)
    assert verify(SqliteStore(path), keys=KEYS).ok


def test_a_seal_of_another_trail_is_seen(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    written(path)
    stranger = next(iter(SqliteStore(made.path).statements("seal")))
    append(path, statements=(stranger,))
    assert kinds(verify(SqliteStore(path), keys=KEYS), stranger.lane) == {"vanished"}


def test_a_trail_that_was_put_back_to_an_earlier_time_is_seen_by_an_anchor_only(tmp_path: Path) -> None:
    path, backup = tmp_path / "a.db", tmp_path / "backup.db"
    written(path)
    with closing(sqlite3.connect(path)) as connection, closing(sqlite3.connect(backup)) as copy:
        connection.backup(copy)
    later = written(path, at=START + 50)
    anchor = heads_now(SqliteStore(path), KEYS, START + 60.0)
    assert verify(SqliteStore(backup), keys=KEYS).ok
    assert kinds(verify(SqliteStore(backup), keys=KEYS, anchors=[anchor])) == {"vanished"}
    assert kinds(verify(SqliteStore(backup), public=KEYS.public, anchors=[anchor]), later.id) == {"vanished"}


# --- logs


def test_what_a_client_has_written_into_the_log_cannot_pass_for_an_anchor(made: Made) -> None:
    lane = made.lanes[0]
    bodies = [
        {"type": "heads", "version": 1, "lane": lane, "number": 1, "at": 1, "heads": {lane: [10_000, "00" * 32]}},
        {"type": "seal"},
    ]
    lines = [
        {"type": "heads", "lane": lane, "number": 1, "key_id": key_id, "body": json.dumps(body), "signature": signature}
        for body in bodies
        for key_id, signature in ((None, None), ("2026-11", "AAAA"), ("evil", "AAAA"))
    ]
    injected = [from_line(f"ERROR ValueError: not a number: {json.dumps(line)}") for line in lines]
    report = verify(SqliteStore(made.path), keys=KEYS, anchors=[*injected, *made.last_anchors])
    assert report.ok, kinds(report)
    assert report.anchors == len(made.last_anchors)


@pytest.mark.parametrize(
    "formatted",
    [
        lambda line: f"2026-11-26 12:00:00 INFO GET /things/{{id}} {line} trailing",
        lambda line: json.dumps({"at": 1, "logger": "failsoft.audit.anchor", "message": line}),
        lambda line: "time=1 " + json.dumps({"event": f"anchor: {line}"}),
    ],
    ids=["text", "json", "event"],
)
def test_an_anchor_is_found_in_whatever_form_a_log_has(formatted: Callable[[str], str], made: Made) -> None:
    for anchor in made.last_anchors:
        assert from_line(formatted(to_line(anchor))) == anchor
    for broken in ("[" * 5000, '{"a":' * 5000, '{"message": "\\"signature\\""}', "[1]"):
        with pytest.raises(ValueError, match="no statement"):
            from_line(broken + '{"signature"')


# --- one encoding for each entry


_cells = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(), st.binary())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.tuples(*[_cells] * (len(COLUMNS) - 2)))
def test_what_is_hashed_can_be_read_back_so_that_no_two_entries_have_the_same_bytes(row: tuple[Any, ...]) -> None:
    text = msgspec.msgpack.encode(row)
    back = msgspec.msgpack.decode(text)
    assert [(type(one), one) for one in back] == [(type(one), one) for one in row]


def test_every_column_and_every_type_counts_for_the_hash() -> None:
    lane = Lane(new_lane_id(START), keys=KEYS, encrypt=True)
    entry = lane.encode(
        {"kind": "a.b", "at": 1, "endpoint": "GET /", "request": {"user": "u", "client": "c", "request_id": "r"}}
    )
    seen = {link(bytes(32), entry)}
    row = [getattr(entry, name) for name in COLUMNS[:-2]]
    for number in range(len(row)):
        for other in ("", b"", None, 0, "x", b"x"):
            if other != row[number] or type(other) is not type(row[number]):
                seen.add(link_row(bytes(32), (*row[:number], other, *row[number + 1 :])))
    assert len(seen) == 1 + sum(
        other != one or type(other) is not type(one) for one in row for other in ("", b"", None, 0, "x", b"x")
    )


def test_a_row_that_was_made_to_break_readers_is_shown_as_unreadable_and_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    written(path)
    for text in ("null", "[]", "7", '{"sealed": 3}', '{"sealed": {"x": 1}, "lane": [], "kind": {}}', "{", '"' * 9):
        sql(path, ("UPDATE failsoft_audit SET record = ? WHERE sequence = 2", (text,)))
        found = [mapping_of(stored, KEYS) for stored in SqliteStore(path).search(Query())]
        assert [(one["position"], one["sequence"]) for one in found] == [(1, 1), (2, 2), (3, 3)]
        assert not verify(SqliteStore(path), keys=KEYS).ok
