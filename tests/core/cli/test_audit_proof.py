"""`failsoft audit verify`, `head`, `rotate`, `purge` and `reconcile`."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from evaluations.tampering.trail import KEYS, Made, make

from audit_stores import STORES, postgres, tampering
from failsoft import Failsoft
from failsoft.audit.keys import key_of
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.statements import to_line
from failsoft.audit.stores import Query
from failsoft.audit.verifying import verify
from failsoft.audit.views import mapping_of
from failsoft.cli.main import cli

SETTINGS = """
service = "shop"
[audit]
url = "env:AUDIT_URL"
retention = "{retention}"
{more}
[audit.keys]
active = "2026-11"
ring = {{ "2026-11" = "env:KEY_NEW", "2025-11" = "env:KEY_OLD" }}
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("trail") / "template.db", random.Random(21))


@pytest.fixture
def made(template: Made, audit_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A trail in each kind of store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUDIT_URL", audit_url)
    monkeypatch.setenv("KEY_NEW", base64.b64encode(bytes(range(32))).decode())
    monkeypatch.setenv("KEY_OLD", base64.b64encode(bytes(range(1, 33))).decode())
    configure()
    return template.poured(audit_url)


in_sqlite = pytest.mark.parametrize("audit_url", ["sqlite"], indirect=True)
"""For what is about that kind of store, or about none."""


def configure(retention: str = "7y", more: str = "") -> None:
    Path("failsoft.toml").write_text(SETTINGS.format(retention=retention, more=more))


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli, ["audit", *arguments], input=answer)


def tamper(statement: str, *values: Any) -> None:
    with tampering(os.environ["AUDIT_URL"], Path.cwd()) as connection:
        connection.execute(statement, values)


def one_line(result: Result) -> str:
    assert result.exit_code == 2, result.output
    lines = result.stderr.strip().splitlines()
    assert len([line for line in lines if line.startswith("Error")]) == 1
    assert "Traceback" not in result.output
    return lines[-1]


# --- verify


def test_a_good_trail_verifies(made: Made) -> None:
    result = run("verify")
    assert result.exit_code == 0, result.output
    for lane, length in made.lengths.items():
        assert re.search(rf"{lane} +{length} +1 +{length} +{length} by its links and the key", result.output)
    assert "nothing was found" in result.output


def test_an_altered_record_is_named_and_written_down(made: Made) -> None:
    lane = made.lanes[1]
    tamper("UPDATE failsoft_audit SET code = 'OTHER' WHERE lane = ? AND sequence = 7", lane)
    result = run("verify")
    assert result.exit_code == 1
    assert f"lane {lane}, record 7 (" in result.output
    said = [mapping_of(found, KEYS) for found in made.store().search(Query(kinds=("trail.verified",)))]
    assert [record["details"]["faults"] for record in said] == [1]
    assert said[0]["details"]["findings"][0]["first"] == 7
    assert said[0]["severity"] == "critical"


def test_nothing_is_written_when_it_is_asked_not_to(made: Made) -> None:
    tamper("UPDATE failsoft_audit SET code = 'OTHER' WHERE lane = ? AND sequence = 7", made.lanes[1])
    before = list(made.store().search(Query()))
    assert run("verify", "--read-only").exit_code == 1
    assert list(made.store().search(Query())) == before


def test_json_has_what_was_found(made: Made) -> None:
    lane = made.lanes[1]
    tamper("DELETE FROM failsoft_audit WHERE lane = ? AND sequence = 7", lane)
    result = run("verify", "--json", "--read-only")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["ok"] is False
    faults = [one for one in found["findings"] if one["fault"]]
    assert [(one["kind"], one["lane"], one["first"], one["last"]) for one in faults] == [("missing", lane, 7, 7)]
    assert {one["lane"]: one["chain"] for one in found["lanes"]}[lane] == 6


def test_an_anchor_shows_what_was_cut_off(made: Made) -> None:
    anchor = Path("anchors.log")
    anchor.write_text("2026-11-26 INFO something else\n" + "".join(f"INFO {to_line(a)}\n" for a in made.last_anchors))
    lane = next(one for one in made.lanes if made.lengths[one] > made.known[one])
    end = made.lengths[lane]
    tamper("DELETE FROM failsoft_audit WHERE lane = ? AND sequence = ?", lane, end)
    tamper("DELETE FROM failsoft_audit_lane WHERE lane = ?", lane)
    assert run("verify", "--read-only").exit_code == 0
    result = run("verify", "--read-only", "--anchor", str(anchor))
    assert result.exit_code == 1
    assert f"lane {lane}, record {end} (before " in result.output
    assert ": truncated: " in result.output


def test_an_auditor_verifies_without_a_secret(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("public.json").write_text(run("head", "--public-keys").stdout)
    monkeypatch.delenv("KEY_NEW")
    monkeypatch.delenv("KEY_OLD")
    result = run("verify", "--public-keys", "public.json")
    assert result.exit_code == 0, result.output
    assert "what no signature covers yet is known only to be a chain" in result.output
    tamper("UPDATE failsoft_audit SET code = 'OTHER' WHERE lane = ? AND sequence = 7", made.lanes[1])
    assert run("verify", "--public-keys", "public.json").exit_code == 1


def test_one_lane_and_one_time_can_be_asked_for(made: Made) -> None:
    result = run("verify", "--json", "--lane", made.lanes[2])
    assert [lane["lane"] for lane in json.loads(result.stdout)["lanes"]] == [made.lanes[2]]
    recent = json.loads(run("verify", "--json", "--since", "2026-09-21T14:14:00Z").stdout)
    assert recent["ok"]
    assert 0 < recent["entries"] < sum(made.lengths.values())


@in_sqlite
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--lane", "nowhere"), "there is no lane 'nowhere'"),
        (("--since", "yesterday"), "expected a time such as"),
        (("--anchor", "failsoft.toml"), "holds no anchor"),
        (("--public-keys", "failsoft.toml"), "does not hold public keys"),
    ],
)
def test_what_it_cannot_use_is_said_in_one_line(arguments: tuple[str, ...], says: str, made: Made) -> None:
    assert says in one_line(run("verify", *arguments))


@in_sqlite
@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: tamper("ALTER TABLE failsoft_audit DROP COLUMN record"), "was altered"),
        (lambda: tamper("DROP TABLE failsoft_audit_statement"), "failsoft_audit_statement"),
        (lambda: tamper("UPDATE failsoft_audit_schema SET version = 99"), "schema 99"),
        (lambda: Path("audit.db").write_bytes(b"nonsense " * 1000), "not a database"),
    ],
)
def test_a_store_that_is_not_as_it_should_be_is_said_in_one_line(
    act: Callable[[], None], says: str, made: Made
) -> None:
    act()
    assert says in one_line(run("verify"))


@in_sqlite
def test_an_empty_trail_does_not_pass(tmp_path: Path, made: Made) -> None:
    Path("audit.db").unlink()
    assert "nothing in the trail" in one_line(run("verify"))


@in_sqlite
def test_a_key_that_cannot_be_read_is_said_in_one_line(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEY_OLD")
    assert "env:KEY_OLD" in one_line(run("verify"))


def test_records_of_an_unknown_key_are_one_finding(made: Made) -> None:
    lane = made.lanes[1]
    tamper("UPDATE failsoft_audit SET key_id = '2031-01' WHERE lane = ? AND sequence = 5", lane)
    result = run("verify", "--json", "--read-only")
    faults = [one for one in json.loads(result.stdout)["findings"] if one["fault"]]
    assert [(one["first"], one["lane"]) for one in faults] == [(5, lane)]


# --- head


def test_head_is_an_anchor_of_all_lanes(made: Made) -> None:
    result = run("head")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    Path("anchor").write_text(result.stdout)
    assert run("verify", "--anchor", "anchor").exit_code == 0
    lane = made.lanes[0]
    for table in ("failsoft_audit", "failsoft_audit_lane", "failsoft_audit_statement"):
        tamper(f"DELETE FROM {table} WHERE lane = ?", lane)
    found = run("verify", "--read-only", "--anchor", "anchor")
    assert found.exit_code == 1
    assert f"lane {lane}, records 1 to {made.lengths[lane]}" in found.output
    assert "vanished" in found.output


# --- rotate


def test_rotate_makes_a_key_and_says_what_to_write(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing_failsoft() as fs:
        assert fs.audit.record("invoice.voided")
    result = run("rotate", "--id", "2027-01", "--file", "new.key")
    assert result.exit_code == 0, result.output
    assert Path("new.key").stat().st_mode & 0o777 == 0o600
    assert len(key_of(Path("new.key").read_text())) == 32
    text = SETTINGS.format(retention="7y", more="")
    Path("failsoft.toml").write_text(text[: text.index("[audit.keys]")] + result.stdout)
    assert 'active = "2027-01"' in Path("failsoft.toml").read_text()
    with closing_failsoft() as fs:
        assert fs.audit.record("invoice.voided")
        assert fs.flush()
        kinds = [(one["kind"], one.get("details")) for one in fs.audit.query(kind="key.rotated")]
    assert kinds == [("key.rotated", {"from": "2026-11", "to": "2027-01"})]
    assert run("verify").exit_code == 0
    with closing_failsoft() as fs:
        assert fs.audit.record("invoice.voided")
        assert fs.flush()
        assert len(list(fs.audit.query(kind="key.rotated"))) == 1


def closing_failsoft() -> Failsoft:
    return Failsoft("failsoft.toml")


@in_sqlite
def test_rotate_overwrites_nothing(made: Made) -> None:
    Path("new.key").write_text("precious")
    assert "is there already" in one_line(run("rotate", "--file", "new.key"))
    assert Path("new.key").read_text() == "precious"
    assert "an id stays with its key" in one_line(run("rotate", "--id", "2026-11", "--env", "X"))


@in_sqlite
def test_rotate_prints_no_key_for_an_environment_variable(made: Made) -> None:
    result = run("rotate", "--id", "2027-01", "--env", "SHOP_KEY")
    assert result.exit_code == 0
    assert '"2027-01" = "env:SHOP_KEY"' in result.stdout
    assert "export SHOP_KEY=" in result.stderr
    assert not re.search(r"[A-Za-z0-9+/]{43}=", result.output)


# --- purge


def test_purge_removes_what_is_due_and_the_rest_verifies(made: Made) -> None:
    configure("1d")
    before = sum(made.lengths.values())
    dry = run("purge", "--dry-run")
    assert dry.exit_code == 0
    assert dry.stdout.count(" due") == len(made.lanes)
    result = run("purge", "--export-to", "out", "--yes")
    assert result.exit_code == 0, result.output
    assert f"{before} records removed" in result.output
    assert run("verify", "--read-only").exit_code == 0
    said = [mapping_of(found, KEYS) for found in made.store().search(Query(kinds=("retention.purged",)))]
    assert sum(record["details"]["records"] for record in said) == before
    assert said[0]["details"]["reason"] == "retention 1d"
    assert run("purge", "--dry-run").stdout.endswith(": nothing\n")


def test_a_dry_run_changes_nothing(made: Made) -> None:
    configure("1d")
    entries = list(made.store().search(Query()))
    statements = list(made.store().statements())
    assert run("purge", "--dry-run").exit_code == 0
    assert list(made.store().search(Query())) == entries
    assert list(made.store().statements()) == statements


def test_purge_asks_first(made: Made) -> None:
    configure("1d")
    assert run("purge", "--export-to", "out", answer="n\n").exit_code == 1
    assert len(list(made.store().search(Query()))) == sum(made.lengths.values())


def test_purge_wants_an_export_and_overwrites_none(made: Made) -> None:
    configure("1d")
    assert run("purge", "--yes").exit_code == 2
    Path("out").mkdir()
    Path("out/records.jsonl").write_text("precious")
    assert "is there already" in one_line(run("purge", "--yes", "--export-to", "out"))
    assert Path("out/records.jsonl").read_text() == "precious"
    Path("manifest.json").write_text('{"files": []}')
    refused = run("purge", "--yes", "--export", "manifest.json")
    assert refused.exit_code == 1
    assert "does not hold" in refused.stderr
    assert len(list(made.store().search(Query()))) == sum(made.lengths.values())


def test_purge_refuses_what_does_not_verify(made: Made) -> None:
    configure("1d")
    tamper("UPDATE failsoft_audit SET code = 'OTHER' WHERE lane = ? AND sequence = 3", made.lanes[0])
    result = run("purge", "--yes", "--export-to", "out")
    assert result.exit_code == 1
    assert "do not verify" in result.stderr
    assert len(list(made.store().search(Query()))) == sum(made.lengths.values())


def test_purge_leaves_what_is_held(made: Made) -> None:
    configure("1d", '[[audit.holds]]\nsince = 2026-01-01\nreason = "case 4711"\n')
    result = run("purge", "--yes", "--export-to", "out")
    assert result.exit_code == 0
    assert "held: case 4711" in result.stdout
    assert len(list(made.store().search(Query()))) == sum(made.lengths.values())


@in_sqlite
def test_purge_without_a_retention_removes_nothing(made: Made) -> None:
    Path("failsoft.toml").write_text(SETTINGS.format(retention="x", more="").replace('retention = "x"', ""))
    assert "kept for ever" in one_line(run("purge"))


# --- reconcile


def test_reconcile_copies_what_is_missing_both_ways(made: Made, tmp_path: Path) -> None:
    made.copy(tmp_path / "backup.db")
    lane, other = made.lanes[1], made.lanes[2]
    tamper("DELETE FROM failsoft_audit WHERE lane = ? AND sequence IN (4, 5)", lane)
    tamper("DELETE FROM failsoft_audit_statement WHERE lane = ? AND number = 1", lane)
    with closing(sqlite3.connect("backup.db")) as connection:
        connection.execute("DELETE FROM failsoft_audit WHERE lane = ?", (other,))
        connection.commit()
    dry = run("reconcile", "--with", "sqlite:///backup.db", "--dry-run", "--json")
    assert json.loads(dry.stdout)["copied"] == {"primary": 3, "backup": made.lengths[other]}
    result = run("reconcile", "--with", "sqlite:///backup.db")
    assert result.exit_code == 0, result.output
    assert run("verify").exit_code == 0
    assert verify(SqliteStore("backup.db"), keys=KEYS).ok
    again = json.loads(run("reconcile", "--with", "sqlite:///backup.db", "--json").stdout)
    assert again["copied"]["primary"] == 0
    assert again["count"] == 0


def test_reconcile_overwrites_nothing_and_copies_nothing_forged(made: Made, tmp_path: Path) -> None:
    made.copy(tmp_path / "backup.db")
    lane = made.lanes[1]
    tamper("UPDATE failsoft_audit SET code = 'OTHER' WHERE lane = ? AND sequence = 6", lane)
    tamper("DELETE FROM failsoft_audit WHERE lane = ? AND sequence = 9", lane)
    with closing(sqlite3.connect("backup.db")) as connection:
        connection.execute("UPDATE failsoft_audit SET code = 'OTHER' WHERE lane = ? AND sequence = 9", (lane,))
        connection.commit()
    result = run("reconcile", "--with", "sqlite:///backup.db")
    assert result.exit_code == 1
    assert f"lane {lane}, record 6: not the same in both stores" in result.output
    assert f"lane {lane}, record 9: not in the primary, and not copied: its link does not hold" in result.output
    kept = [entry.code for entry in made.store().chain(lane) if entry.sequence == 6]
    assert kept == ["OTHER"]


def records(made: Made) -> int:
    return len(list(made.store().search(Query())))


@pytest.fixture(params=STORES)
def backed(request: pytest.FixtureRequest, template: Made, made: Made, tmp_path: Path) -> Iterator[Made]:
    """The backup of `made`, of each kind, with the same trail."""
    with ExitStack() as stack:
        folder = tmp_path / "backup"
        folder.mkdir()
        url = f"{request.param}:///{folder}/audit.data"
        if request.param == "postgresql":
            url = stack.enter_context(postgres())
        os.environ["BACKUP_URL"] = url
        yield template.poured(url)


@in_sqlite
def test_reconcile_removes_from_the_backup_what_was_purged(made: Made, backed: Made) -> None:
    configure("1d")
    before = sum(made.lengths.values())
    assert run("purge", "--yes", "--export-to", "out").exit_code == 0
    assert records(backed) == before
    dry = json.loads(run("reconcile", "--with", "env:BACKUP_URL", "--dry-run", "--json").stdout)
    assert (dry["purged"], dry["count"], records(backed)) == (before, 0, before)
    found = json.loads(run("reconcile", "--with", "env:BACKUP_URL", "--json").stdout)
    assert (found["purged"], found["count"], found["copied"]["primary"]) == (before, 0, 0)
    # the command itself wrote into the store afterwards
    assert run("reconcile", "--with", "env:BACKUP_URL").exit_code == 0
    for one in (made, backed):
        assert verify(one.store(), keys=KEYS).ok
        assert not [entry for lane in made.lanes for entry in one.store().chain(lane)]


@in_sqlite
def test_purge_removes_the_same_from_the_backup(made: Made, backed: Made) -> None:
    configure("1d", 'backup = "env:BACKUP_URL"')
    result = run("purge", "--yes", "--export-to", "out")
    assert result.exit_code == 0, result.output
    assert f"{sum(made.lengths.values())} records removed from the backup" in result.output
    stones = list(made.store().statements("tombstone"))
    assert list(backed.store().statements("tombstone")) == stones != []
    assert list(backed.store().search(Query())) == list(made.store().search(Query()))
    assert verify(backed.store(), keys=KEYS).ok
    found = json.loads(run("reconcile", "--json").stdout)
    assert (found["purged"], found["count"], found["copied"]) == (0, 0, {"primary": 0, "backup": 0})


@in_sqlite
def test_a_purge_that_did_not_come_to_the_backup_is_made_up_for(made: Made, backed: Made) -> None:
    configure("1d")
    assert run("purge", "--yes", "--export-to", "out").exit_code == 0
    configure("1d", 'backup = "env:BACKUP_URL"')
    result = run("purge", "--yes")
    assert f"{sum(made.lengths.values())} records removed from the backup" in result.output
    assert verify(backed.store(), keys=KEYS).ok
    assert run("purge", "--yes").output.endswith(": nothing\n")


def test_nothing_is_purged_where_the_backup_cannot_be_or_has_other_records(made: Made, tmp_path: Path) -> None:
    configure("1d", 'backup = "sqlite:///no/backup.db"')
    assert "the backup" in one_line(run("purge", "--yes", "--export-to", "out"))
    made.copy(tmp_path / "backup.db")
    with closing(sqlite3.connect("backup.db")) as connection, connection:
        connection.execute("UPDATE failsoft_audit SET code = 'OTHER' WHERE lane = ? AND sequence = 6", made.lanes[:1])
    configure("1d", 'backup = "sqlite:///backup.db"')
    result = run("purge", "--yes", "--export-to", "out")
    assert result.exit_code == 1
    assert "record 6: not the same in both stores" in result.stderr
    assert records(made) == sum(made.lengths.values())


@in_sqlite
def test_what_nobody_signed_removes_nothing_from_the_other_store(made: Made, tmp_path: Path) -> None:
    made.copy(tmp_path / "backup.db")
    configure("1d")
    assert run("purge", "--yes", "--export-to", "out").exit_code == 0
    forged = "UPDATE failsoft_audit_statement SET signature = zeroblob(64) WHERE type = 'tombstone'"
    tamper(forged)
    before = sum(made.lengths.values())
    result = run("reconcile", "--with", "sqlite:///backup.db")
    assert result.exit_code == 1
    assert "tombstone 1" in result.output
    assert len(list(SqliteStore("backup.db").search(Query(until=2**62)))) >= before


@in_sqlite
def test_reconcile_wants_to_know_with_what(made: Made) -> None:
    assert "no audit.backup" in one_line(run("reconcile"))
    assert "backup: " in one_line(run("reconcile", "--with", "mysql://shop:hunter2@db/x"))


@in_sqlite
def test_tampering_that_is_found_is_an_incident_and_told(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    module, pages = ModuleType("shop_pages"), list[Any]()
    module.page = pages.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop_pages", module)
    configure(more='[[audit.notifications]]\ncall = "shop_pages:page"')
    tamper("UPDATE failsoft_audit SET code = 'OTHER' WHERE lane = ? AND sequence = 7", made.lanes[1])
    assert run("verify").exit_code == 1
    (page,) = pages
    assert (page["data"]["rule"], page["data"]["severity"]) == ("tampering", "critical")
    kinds = ("trail.opened", "trail.verified", "incident.opened", "notification.sent")
    query = Query(kinds=kinds, newest_first=True, limit=len(kinds))
    said = [mapping_of(found, KEYS) for found in made.store().search(query)]
    assert {record["kind"] for record in said} == set(kinds)
    assert len({record["lane"] for record in said}) == 1
