"""What the commands about the audit trail do with stores, keys, roles, disks and terminals that are not as they should
be: one line that says it, a status that fits, nothing overwritten, nothing half."""

from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from audit_commands import configure, fill, one_line, run
from audit_stores import SERVER, postgres
from failsoft import Failsoft
from failsoft.audit import new_files
from failsoft.audit.opening import open_store
from failsoft.audit.stores import Query

READING = (["search"], ["verify"], ["report", "--since", "1d"], ["head"], ["show", "2"], ["export", "out"])


def sql(*statements: str) -> None:
    with closing(sqlite3.connect("audit.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


# --- the store


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("done", "said"),
    [
        (["DROP INDEX failsoft_audit_code", "ALTER TABLE failsoft_audit DROP COLUMN code"], "it has no column 'code'"),
        (["ALTER TABLE failsoft_audit_key RENAME COLUMN public TO open"], "it has no column 'public'"),
        (["INSERT INTO failsoft_audit_schema VALUES (3, 1)"], "take a newer Failsoft"),
        (["DELETE FROM failsoft_audit_schema"], "the table 'failsoft_audit_schema' is empty: it was altered"),
        (["DROP TABLE failsoft_audit", "CREATE TABLE failsoft_audit (id INTEGER)"], "or is of something else"),
    ],
)
def test_tables_that_are_not_ours_are_said_in_one_line(done: list[str], said: str) -> None:
    sql(*done)
    for command in READING:
        line = one_line(run(*command))
        assert said in line
        assert "failsoft.toml:4]" in line
    assert not Path("out").exists()


@pytest.mark.usefixtures("place")
def test_columns_of_other_types_are_refused_by_who_writes() -> None:
    sql(
        "CREATE TABLE other AS SELECT position, lane, CAST(sequence AS TEXT) sequence, at, kind, severity, code, "
        "endpoint, status, error_id, trace_id, user_index, client_index, request_index, key_id, record, hash, mac "
        "FROM failsoft_audit",
        "DROP TABLE failsoft_audit",
        "ALTER TABLE other RENAME TO failsoft_audit",
    )
    with pytest.raises(Exception, match="its column 'sequence' is TEXT, not BIGINT"):
        Failsoft("failsoft.toml")
    # a reader sees what is there, and verification what was done to it
    assert run("search").exit_code == 0
    assert run("verify", "--read-only").exit_code == 1
    assert "has not the form that it was written in" in one_line(run("export", "out"))
    assert list(Path("out").iterdir()) == []


@pytest.mark.usefixtures("place")
def test_reading_makes_and_migrates_nothing() -> None:
    Path("other.db").touch()
    with closing(sqlite3.connect("other.db")) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
        connection.commit()
    before = Path("other.db").read_bytes()
    configure("sqlite:///other.db")
    for command in READING:
        assert "there is no audit trail in it" in one_line(run(*command))
    assert Path("other.db").read_bytes() == before
    with closing(sqlite3.connect("other.db")) as connection:
        connection.execute("CREATE TABLE failsoft_audit (lane, lane_sequence, timestamp, record)")
        connection.commit()
    for command in READING:
        assert "old schema 1: start the application once" in one_line(run(*command))


@pytest.mark.usefixtures("place")
def test_standard_output_and_a_server_that_is_down_are_one_line() -> None:
    for command in READING:
        configure("stdout://")
        assert "standard output cannot be read" in one_line(run(*command))
        configure("postgresql://shop:s3cr3t-and-fake@127.0.0.1:1/shop")
        line = one_line(run(*command))
        assert "Connection refused" in line
        assert "s3cr3t" not in line


@pytest.mark.usefixtures("place")
def test_a_row_that_breaks_readers_is_shown_as_far_as_it_goes() -> None:
    sql("UPDATE failsoft_audit SET record = 'null', hash = 5, mac = 'x', kind = 7 WHERE sequence = 2")
    assert run("search").exit_code == 0
    assert "NO: it was altered" in run("show", "2").stdout
    assert run("report", "--since", "1d").exit_code == 1
    assert "has not the form" in one_line(run("export", "out"))


# --- roles


@pytest.fixture
def reader() -> Iterator[str]:
    """The URL of a trail in PostgreSQL for a role that may only read."""
    name = f"failsoft_reader_{os.getpid()}"
    with postgres() as url, psycopg.connect(SERVER, autocommit=True) as admin:
        configure(url)
        fill()
        schema = url.rpartition("search_path%3D")[2]
        admin.execute(f"CREATE ROLE {name} LOGIN")
        try:
            admin.execute(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
            admin.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {name}")
            yield url.replace("postgres@", f"{name}@")
        finally:
            admin.execute(f"DROP OWNED BY {name}")
            admin.execute(f"DROP ROLE {name}")


@pytest.mark.usefixtures("place")
def test_a_role_that_may_only_read_can_search_show_verify_report_anchor_and_export(reader: str) -> None:
    configure(reader)
    for command in READING:
        result = run(*command)
        assert result.exit_code == 0, result.output
    assert "could not record it in the trail" in result.stderr
    assert "permission denied" in result.stderr
    assert "[SQL" not in result.stderr
    assert run("export", "out", "--check").exit_code == 0


@pytest.mark.usefixtures("place")
def test_who_cannot_be_written_down_reads_nothing_where_reading_is_recorded(reader: str) -> None:
    configure(reader, "record_reads = true")
    for command in (["search"], ["show", "2"], ["report", "--since", "1d"], ["export", "out"]):
        assert "permission denied" in one_line(run(*command))
    assert not Path("out").exists()


# --- keys


@pytest.mark.usefixtures("place")
def test_another_key_under_the_same_id_makes_no_anchor_and_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", "cd" * 32)
    for command in (["head"], ["head", "--public-keys"]):
        assert "another key than the one that has written" in one_line(run(*command))
    result = run("verify")
    assert result.exit_code == 1
    assert "another key than the one that has written" in result.stderr
    found = open_store("sqlite:///audit.db").search(Query(kinds=("trail.verified", "incident.opened")))
    assert list(found) == []


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "there is nothing"),
        (b"short", "expected a key of 256 bits"),
        (b"ab" * 31, "expected a key of 256 bits"),
        (b"\xff" * 32, "what is there is no text"),
        (None, "No such file or directory"),
    ],
)
def test_a_key_file_that_is_none_is_one_line_that_does_not_show_it(data: bytes | None, said: str) -> None:
    path = Path("failsoft.toml")
    path.write_text(path.read_text().replace("env:AUDIT_KEY", "file:audit.key"))
    if data is not None:
        Path("audit.key").write_bytes(data)
    line = one_line(run("search"))
    assert said in line
    assert "short" not in line


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("text", ["ab" * 32 + "\r\n\n", "\ufeff" + "AB" * 32, "\n" + "ab" * 32])
def test_a_key_file_may_have_what_editors_add(text: str) -> None:
    path = Path("failsoft.toml")
    path.write_text(path.read_text().replace("env:AUDIT_KEY", "file:audit.key"))
    Path("audit.key").write_text(text, encoding="utf-8")
    assert run("verify").exit_code == 0


@pytest.mark.usefixtures("place")
def test_a_trail_without_keys_is_called_what_it_is() -> None:
    public = run("head", "--public-keys").stdout
    Path("public.json").write_text(public)
    assert "is known only to be a chain" in run("verify", "--public-keys", "public.json").stdout
    Path("failsoft.toml").write_text('[audit]\nurl = "sqlite:///plain.db"\nencryption = "off"')
    fill()
    assert "whoever can write to the store can make all of it anew" in run("verify").stdout


@pytest.mark.usefixtures("place")
def test_a_new_key_is_not_put_where_it_cannot_be() -> None:
    Path("there").write_text("precious")
    assert "is there already" in one_line(run("rotate", "--id", "b", "--file", "there"))
    assert Path("there").read_text() == "precious"
    assert "No such file or directory" in one_line(run("rotate", "--id", "b", "--file", "nowhere/key"))
    result = run("rotate", "--id", "b", "--env", "NOT A NAME")
    assert result.exit_code == 2
    assert result.stdout == ""


@pytest.mark.usefixtures("place")
def test_anchors_that_are_all_somebody_elses_are_no_anchors(monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = run("head").stdout
    Path("anchors").write_text(anchor.replace('"key_id": "a"', '"key_id": "b"'))
    for command in (["verify"], ["report", "--since", "1d"]):
        assert "none of the anchors is signed" in one_line(run(*command, "--anchor", "anchors"))
    # in a log of JSON lines it is one of the texts
    Path("anchors").write_text(json.dumps({"logger": "failsoft.audit.anchor", "message": anchor.strip()}))
    assert "1 anchors" in run("verify", "--anchor", "anchors").stdout


# --- files


@pytest.mark.usefixtures("place")
def test_nothing_is_written_where_something_is_or_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("out").mkdir()
    Path("out/records.jsonl").write_text("precious")
    assert "is there already" in one_line(run("export", "out"))
    assert [path.read_text() for path in Path("out").iterdir()] == ["precious"]
    Path("page").write_text("precious")
    assert "is there already" in one_line(run("report", "--since", "1d", "--output", "page"))
    assert Path("page").read_text() == "precious"
    assert "there is no directory 'nowhere'" in one_line(run("report", "--since", "1d", "--output", "nowhere/page"))
    result = run("export", "")
    assert result.exit_code == 2
    assert "there is nothing" in result.stderr
    assert not Path("manifest.json").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.usefixtures("place")
def test_a_full_disk_leaves_nothing_half(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open
    # whatever is written goes to a device that is full
    monkeypatch.setattr(new_files.os, "open", lambda path, *rest: os.dup2(opened("/dev/full", 1), opened(path, *rest)))
    Path("out").mkdir()
    line = one_line(run("export", "out"))
    assert "No space left on device: 'out/records.jsonl'" in line
    assert list(Path("out").iterdir()) == []
    assert "No space left on device: 'page'" in one_line(run("report", "--since", "1d", "--output", "page"))
    assert "No space left on device" in one_line(run("rotate", "--id", "b", "--file", "new.key"))
    assert not [path for path in Path().iterdir() if path.name.startswith(("page", "new.key"))]


@pytest.mark.usefixtures("place")
def test_who_is_interrupted_leaves_nothing_half_and_has_a_status_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(new_files.NewFile, "end", interrupted)
    for command in (["export", "out"], ["report", "--since", "1d", "--output", "page"]):
        result = run(*command)
        assert (result.exit_code, result.stderr) == (130, "interrupted\n")
    assert list(Path("out").iterdir()) == []
    assert not [path for path in Path().iterdir() if path.name.startswith("page")]


@pytest.mark.usefixtures("place")
def test_no_formula_begins_within_a_cell_where_a_spreadsheet_separates_by_something_else() -> None:
    said = 'x;=cmd()\t+1+1\n@SUM(A1); "-2;fine;a-b'
    with Failsoft("failsoft.toml") as fs:
        fs.audit.record("invoice.voided", actor=said, note=said)
    assert run("export", "out", "--format", "csv").exit_code == 0
    text = Path("out/records.csv").read_text()
    for piece in re.split(r"[;\t\n]", text):
        assert not piece.lstrip(' "').startswith(("=", "+", "-", "@")), piece
    with Path("out/records.csv").open(newline="", encoding="utf-8") as file:
        rows = [json.loads(row["record"]) for row in csv.DictReader(file)]
    assert [row["fields"]["note"] for row in rows if row.get("actor")] == [said]


@pytest.mark.usefixtures("place")
def test_a_manifest_that_somebody_made_up_is_one_line() -> None:
    assert run("export", "out", "--raw").exit_code == 0
    path = Path("out/manifest.json")
    good = json.loads(path.read_text())
    for made_up in (
        [], {}, {"type": "export", "version": 1, "files": []}, good | {"lanes": [7]}, good | {"form": []},
        good | {"records": "x"}, good | {"files": [7]}, good | {"files": [{"name": "../x", "sha256": "0"}]},
        {name: value for name, value in good.items() if name != "lanes"}, good | {"signature": 7},
    ):  # fmt: skip
        path.write_text(json.dumps(made_up))
        result = run("export", "out", "--check")
        assert (result.exit_code, result.stdout) == (1, "")
        assert len(result.stderr.splitlines()) == 1, result.output
