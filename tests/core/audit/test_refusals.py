"""What a store refuses for good leaves a gap that is told in the chain; no other gap passes for one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from evaluations.tampering.acts import Forger, relinked
from evaluations.tampering.trail import WRONG_KEYS, Made

from audit_stores import record_of, tampering
from audited import CONTEXT, KEYS
from failsoft.audit.archives import archive, proven
from failsoft.audit.clerk import Clerk
from failsoft.audit.entry import Entry, link
from failsoft.audit.fields import to_json
from failsoft.audit.findings import Finding, Report
from failsoft.audit.keys import KeyRing
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.opening import open_store
from failsoft.audit.purging import stretches
from failsoft.audit.reconciling import reconcile
from failsoft.audit.records import Draft, record
from failsoft.audit.stores import Query
from failsoft.audit.verifying import verify
from failsoft.audit.writer import AuditWriter
from observed import NOW

AT = 1_795_305_723.0

databases = pytest.mark.parametrize("audit_url", ["sqlite", "postgresql"], indirect=True)
"""Those that can refuse a record."""


def refuse(url: str, code: str = "REFUSED") -> None:
    """Have the database take no record of this code."""
    store = open_store(url)
    store.check()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.partition(":///")[2])) as connection:
            connection.execute(
                f"CREATE TRIGGER failsoft_refusing BEFORE INSERT ON failsoft_audit WHEN NEW.code = '{code}' "
                "BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
    else:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"ALTER TABLE failsoft_audit ADD CONSTRAINT refusing CHECK (code <> '{code}')".encode())


def allow(url: str) -> None:
    if url.startswith("postgresql"):
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("ALTER TABLE failsoft_audit DROP CONSTRAINT IF EXISTS refusing")


def draft(code: str) -> Draft:
    return lambda context: record("failure.handled", AT, context, error={"code": code, "id": "x", "message": "y"})


@pytest.fixture
def url(audit_url: str) -> Any:
    """An empty store, in which nothing is refused afterwards any more."""
    yield audit_url
    allow(audit_url)


@pytest.fixture
def lane(url: str, writers: Callable[..., AuditWriter]) -> str:
    """A lane with records 1 to 8, of which the store refused 3, 4 and 6, and 7 says so."""
    refuse(url)
    writer = writers(open_store(url), keys=KEYS, encrypt=True, interval=30)
    tickets = [writer.submit(draft(code)) for code in ("A", "REFUSED", "REFUSED", "B", "REFUSED")]
    assert writer.flush(30)
    assert [ticket.result(30) for ticket in tickets] == [True, False, False, True, False]
    writer.close()
    assert writer.lost == 3
    (lane,) = open_store(url).lanes()
    assert [entry.sequence for entry in open_store(url).chain(lane)] == [1, 2, 5, 7, 8]
    return lane


def checked(url: str, *, keyed: bool = True) -> Report:
    return verify(open_store(url), keys=KEYS if keyed else None, public=None if keyed else KEYS.public, fields=keyed)


def faults(report: Report) -> list[tuple[str, int | None, int | None]]:
    return [(one.kind, one.first, one.last) for one in report.faults]


def remarks(report: Report) -> list[Finding]:
    return [one for one in report.findings if one.kind == "refused"]


@databases
@pytest.mark.parametrize("keyed", [True, False])
def test_a_gap_that_the_store_made_is_a_remark(url: str, lane: str, keyed: bool) -> None:
    report = checked(url, keyed=keyed)
    assert report.ok, [str(finding) for finding in report.faults]
    assert [str(one) for one in remarks(report)] == [
        f"lane {lane}, record {number}: refused: refused by the store, told by record 7 of lane {lane}"
        for number in (3, 4, 6)
    ]
    assert (report.lanes[0].chain, report.lanes[0].entries, report.lanes[0].seal) == (8, 5, 8)


@databases
def test_a_record_that_is_gone_beside_a_gap_is_missing(url: str, lane: str, tmp_path: Path) -> None:
    with tampering(url, tmp_path) as connection:
        connection.execute("DELETE FROM failsoft_audit WHERE sequence = 5")
    assert faults(checked(url)) == [("missing", 5, 5)]


@databases
def test_without_the_record_that_tells_of_it_a_gap_is_a_fault(url: str, lane: str, tmp_path: Path) -> None:
    with tampering(url, tmp_path) as connection:
        connection.execute("DELETE FROM failsoft_audit WHERE sequence = 7")
    assert faults(checked(url)) == [("missing", 3, 4), ("missing", 6, 7)]


@databases
@pytest.mark.parametrize("keyed", [True, False])
def test_what_was_changed_before_a_gap_is_seen_though_its_hash_leads_nowhere(
    url: str, lane: str, keyed: bool, tmp_path: Path
) -> None:
    with tampering(url, tmp_path) as connection:
        forger = Forger(Made(Path(), url), connection, None)  # type: ignore[arg-type]  # no choice is left to it
        entries = forger.entries(lane)
        changed = [msgspec.structs.replace(entries[1], code="OTHER")]
        forger.write(lane, [entries[0], *relinked([entries[0], *changed], 2, remac=True)[1:], *entries[2:]])
    found = faults(checked(url, keyed=keyed))
    assert any(kind in ("altered", "forged") and (first or 0) <= 2 <= (last or 0) for kind, first, last in found), found


def excuse(entry: Entry, sequence: int, of: Entry, before: Entry, keys: KeyRing | None) -> Entry:
    """A record by somebody without the key, that says that the store has refused another one."""
    told = {"lane": of.lane, "sequence": of.sequence, "previous": before.hash.hex(), "hash": of.hash.hex(), "why": "x"}
    text = to_json({"lane": entry.lane, "sequence": sequence, "refused": [told]}).decode()
    made = Entry(
        lane=entry.lane, sequence=sequence, at=entry.at, kind="records.refused", key_id=entry.key_id, record=text
    )  # fmt: skip
    digest = link(entry.hash, made)
    mac = None if keys is None else keys.mac(str(entry.key_id), entry.lane, digest)
    return Entry(**{name: getattr(made, name) for name in Entry.__struct_fields__} | {"hash": digest, "mac": mac})


@databases
@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("where", ["end", "middle", "own lane"])
def test_who_takes_a_record_out_cannot_say_that_it_was_refused(
    url: str, lane: str, keyed: bool, where: str, tmp_path: Path
) -> None:
    with tampering(url, tmp_path) as connection:
        forger = Forger(Made(Path(), url), connection, None)  # type: ignore[arg-type]  # no choice is left to it
        entries = forger.entries(lane)
        gone = entries.pop(1)
        if where == "end":
            entries.append(excuse(entries[-1], 9, gone, entries[0], WRONG_KEYS))
        elif where == "middle":
            forged = excuse(entries[1], 6, gone, entries[0], WRONG_KEYS)
            entries = [*entries[:2], *relinked([forged, *entries[2:]], 7, remac=True)]
        else:
            own = Entry(lane="ab" * 16, sequence=0, at=1, kind="", record="", hash=bytes(32))
            forger.write(own.lane, [excuse(own, 1, gone, entries[0], None)])
        forger.write(lane, entries)
    found = faults(checked(url, keyed=keyed))
    assert any(kind == "missing" and (first or 0) <= 2 <= (last or 0) for kind, first, last in found), found


@databases
def test_a_refusal_in_another_lane_counts_and_a_lane_may_end_with_one(url: str) -> None:
    store = open_store(url)
    one, other = (Lane(new_lane_id(NOW), keys=KEYS, encrypt=True) for _ in range(2))
    entries = [one.encode(record_of(number, kind="trail.opened")) for number in range(3)]
    store.append(entries[:2])
    told = {"lane": one.id, "sequence": 3, "previous": "", "hash": entries[2].hash.hex(), "why": "x"}
    store.append([other.encode(record_of(1, kind="trail.opened")), other.encode(record_of(2, kind="trail.closed"))])
    store.state(one.seal(1, {}))
    assert faults(checked(url)) == [("truncated", 3, 3)]
    store.append([other.encode(record_of(3, kind="records.refused") | {"refused": [told]})])
    report = checked(url)
    assert report.ok, [str(finding) for finding in report.faults]
    assert [one.first for one in remarks(report)] == [3]
    store.close()


@databases
def test_a_stretch_with_a_gap_is_exported_and_purged(url: str, lane: str, tmp_path: Path) -> None:
    store = open_store(url)
    due = list(stretches(store, 2**60, ()))
    assert len(proven(archive(store, due, tmp_path / "out", 1, KEYS), due, store)) == 64
    with Clerk(store, CONTEXT, keys=KEYS, encrypt=True) as clerk:
        assert list(store.remove([clerk.tombstone(one.seals, "retention", "") for one in due])) == [5]
        clerk.record("retention.purged")
    assert checked(url).ok


@databases
def test_what_one_store_refuses_the_other_one_keeps(url: str, lane: str, tmp_path: Path) -> None:
    store, backup = open_store(url), open_store(f"jsonl:///{tmp_path}/backup.jsonl")
    own = Lane(new_lane_id(NOW), keys=KEYS, encrypt=True)
    entries = [own.encode(record_of(1, kind="trail.opened"))]
    entries += [own.encode(record_of(number, error={"code": code})) for number, code in ((2, "REFUSED"), (3, "C"))]
    backup.append(entries)
    found = reconcile(store, backup, keys=KEYS)
    assert (found.refused, found.count, found.copied["primary"]) == (1, 0, 2)
    assert [entry.sequence for entry in open_store(url).chain(own.id)] == [1, 3]
    assert len(list(backup.search(Query()))) == 8
