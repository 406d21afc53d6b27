"""`failsoft audit search`, `show`, `export` and `report`."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from audit_stores import tampering
from failsoft import ComplianceError, Failsoft
from failsoft.audit.archives import proven
from failsoft.audit.opening import open_store
from failsoft.audit.periods import period_of
from failsoft.audit.purging import stretches
from failsoft.cli.main import cli

SETTINGS = """
service = "shop"
environment = "test"
[audit]
url = "env:AUDIT_URL"
{more}
[audit.keys]
active = "a"
ring = {{ "a" = "env:AUDIT_KEY" }}
"""
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[2J"


@pytest.fixture
def place(audit_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUDIT_URL", audit_url)
    monkeypatch.setenv("AUDIT_KEY", "ab" * 32)
    Path("failsoft.toml").write_text(SETTINGS.format(more=""))
    return tmp_path


@pytest.fixture
def error_id(place: Path) -> str:
    """A trail with two failures, a hostile record and some of the application's own; of the first its id."""
    with Failsoft(place / "failsoft.toml") as fs:
        problem = fs.handle(RuntimeError(f"roof on fire {HOSTILE}"))
        fs.handle(ConnectionRefusedError(111, "Connection refused"))
        fs.audit.record("invoice.voided", actor="=cmd|' /C calc'!A0", number="+7", note=HOSTILE)
    return problem.error_id


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["audit", *arguments])


in_sqlite = pytest.mark.parametrize("audit_url", ["sqlite"], indirect=True)
"""For what is the same whichever store there is."""


def tamper(statement: str, *values: str) -> None:
    with tampering(os.environ["AUDIT_URL"], Path.cwd()) as connection:
        connection.execute(statement, values)


def one_line(result: Result) -> str:
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.strip().splitlines()
    return line


def search(*arguments: str) -> list[dict[str, Any]]:
    found = json.loads(run("search", "--json", *arguments).stdout)
    assert isinstance(found, list)
    return found


# --- search


def test_search_prints_a_table_the_newest_first(error_id: str) -> None:
    result = run("search", "--kind", "failure.handled")
    assert result.exit_code == 0
    head, *rows = result.stdout.splitlines()
    assert head.split()[:3] == ["time", "severity", "kind"]
    assert len(rows) == 2
    assert rows[1].endswith(error_id)
    assert rows == list(reversed(run("search", "--kind", "failure.handled", "--oldest-first").stdout.splitlines()[1:]))


def test_search_finds_by_each_of_its_options(error_id: str) -> None:
    (failure,) = search("--error-id", error_id)
    assert failure["error"]["message"].startswith("roof on fire")
    for option, value in (("--code", failure["code"]), ("--status", "500"), ("--severity", "high"), ("--since", "1h")):
        assert error_id in [one["error_id"] for one in search(option, value)], option
    assert [one["kind"] for one in search("--kind", "invoice.voided", "--kind", "no.such")] == ["invoice.voided"]
    assert len(search("--limit", "1")) == 1


@pytest.mark.usefixtures("error_id")
def test_what_is_not_there_is_exit_status_1() -> None:
    for arguments in (["--code", "NONE"], ["--until", "1970-01-02"], ["--user", "ada"], ["--client", "10.0.0.1"]):
        result = run("search", *arguments)
        assert (result.exit_code, result.stdout, result.stderr) == (1, "", "no record fits\n")
    assert run("search", "--json", "--code", "NONE").stdout == "[]\n"


@in_sqlite
@pytest.mark.usefixtures("error_id")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "--since", "soon"], "expected a time such as"),
        (["search", "--severity", "hihg"], 'did you mean "high"?'),
        (["show", "rabbit"], "expected the id of an error or how it begins, a support reference"),
        (["report", "--period", "2026-Q5"], "expected a period"),
        (["report", "--since", "2026-11-02", "--until", "2026-11-01"], "ends before it begins"),
        (["export", "out", "--sealed-before", "soon", "--raw"], "expected a time such as"),
        (["export", "out", "--raw", "--format", "csv"], "cannot export records as csv in the form 'stored'"),
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], said: str) -> None:
    assert said in one_line(run(*arguments))


@in_sqlite
@pytest.mark.parametrize("arguments", [["search"], ["show", "1"], ["export", "out"], ["report", "--period", "2026"]])
def test_what_cannot_be_read_is_one_line_and_nothing_is_made(
    place: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    assert re.search(r"there is no file '.*audit\.db'", one_line(run(*arguments)))
    assert sorted(path.name for path in place.iterdir()) == ["failsoft.toml"]
    Path("audit.db").write_bytes(b"no database at all")
    assert "audit.db" in one_line(run(*arguments))
    assert Path("audit.db").read_bytes() == b"no database at all"
    Path("audit.db").unlink()
    monkeypatch.delenv("AUDIT_KEY")
    assert "AUDIT_KEY" in one_line(run(*arguments))
    Path("failsoft.toml").write_text("service = 'shop'")
    assert "no [audit] table" in one_line(run(*arguments))


@in_sqlite
@pytest.mark.usefixtures("error_id")
def test_another_key_under_the_same_id_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", "cd" * 32)
    assert "another key than the one that has written" in one_line(run("search"))


# --- show


def test_show_has_everything_opened_and_the_place_in_the_chain(error_id: str) -> None:
    result = run("show", error_id)
    assert result.exit_code == 0
    assert "roof on fire <script>" in result.stdout
    assert "\x1b" not in result.stdout
    assert re.search(r"linked +yes", result.stdout)
    assert re.search(r"by the key +yes", result.stdout)
    assert re.search(r"sealed by +seal 1", result.stdout)


def test_show_finds_the_same_record_by_id_position_and_place(error_id: str) -> None:
    (by_id,) = json.loads(run("show", "--json", error_id).stdout)
    (by_position,) = json.loads(run("show", "--json", str(by_id["position"])).stdout)
    (by_place,) = json.loads(run("show", "--json", f"{by_id['lane']}:{by_id['sequence']}").stdout)
    assert by_id == by_position == {**by_place, "position": by_id["position"]}
    assert by_id["place"]["linked"] is by_id["place"]["keyed"] is True


@pytest.mark.usefixtures("error_id")
@pytest.mark.parametrize("what", ["0199aaaa-0000-7000-8000-000000000001", "999", f"{'0' * 32}:1", "0"])
def test_show_says_what_is_not_there(what: str) -> None:
    result = run("show", what)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"there is no record of {what}\n"


def test_show_says_that_a_record_was_altered(error_id: str) -> None:
    tamper("UPDATE failsoft_audit SET code = 'OTHER' WHERE error_id = ?", error_id)
    assert "NO: it was altered" in run("show", error_id).stdout


# --- export


@pytest.mark.usefixtures("error_id")
def test_an_export_has_a_manifest_that_is_true_and_signed() -> None:
    assert run("export", "out", "--format", "jsonl", "--format", "csv").exit_code == 0
    manifest = json.loads(Path("out/manifest.json").read_bytes())
    lines = [json.loads(line) for line in Path("out/records.jsonl").read_bytes().splitlines()]
    assert manifest["records"] == len(lines) == 5
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
        name: hashlib.sha256(Path("out", name).read_bytes()).hexdigest() for name in ("records.jsonl", "records.csv")
    }
    (lane,) = manifest["lanes"]
    assert (lane["first"], lane["last"], lane["hash"]) == (1, 5, lines[-1]["hash"])
    checked = run("export", "out", "--check")
    assert checked.exit_code == 0
    assert "signed with a known key" in checked.stdout
    (exported,) = search("--kind", "trail.exported")
    assert exported["details"]["records"] == 5


@pytest.mark.usefixtures("error_id")
def test_an_auditor_checks_an_export_with_public_keys_only(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("public.json").write_text(run("head", "--public-keys").stdout)
    assert run("export", "out", "--raw").exit_code == 0
    monkeypatch.delenv("AUDIT_KEY")
    result = run("export", "out", "--check", "--public-keys", "public.json")
    assert result.exit_code == 0
    assert "5 records, 5 links of chains: as the manifest says; signed with a known key" in result.stdout
    assert b"roof on fire" not in Path("out/records.jsonl").read_bytes()


def _altered(name: str, old: bytes, new: bytes) -> Callable[[], None]:
    def act() -> None:
        path = Path("out", name)
        body = path.read_bytes()
        assert old in body
        path.write_bytes(body.replace(old, new, 1))

    return act


@in_sqlite
@pytest.mark.usefixtures("error_id")
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (_altered("records.jsonl", b"CONNECTION", b"CONNECTIOM"), "hash differs"),
        (_altered("manifest.json", b'"records": 5', b'"records": 4'), "signature"),
        (_altered("manifest.json", b'"service": "shop"', b'"service": "shpo"'), "signature"),
        (_altered("statements.txt", b"seal", b"seel"), "SHA-256 differs"),
        (lambda: Path("out/manifest.json").write_text("{}"), "is no manifest"),
    ],
)
def test_a_changed_export_is_found_out(act: Callable[[], None], said: str) -> None:
    assert run("export", "out", "--raw").exit_code == 0
    if "CONNECTION" not in Path("out/records.jsonl").read_text() and said == "hash differs":
        act = _altered("records.jsonl", b'"kind":"failure.handled"', b'"kind":"failure.handleb"')
    act()
    result = run("export", "out", "--check")
    assert result.exit_code == 1
    assert said in result.stderr


@in_sqlite
@pytest.mark.usefixtures("error_id")
def test_an_export_overwrites_nothing_and_leaves_nothing_half_done(place: Path) -> None:
    Path("out").mkdir()
    Path("out/records.csv").write_text("mine")
    assert "is there already" in one_line(run("export", "out", "--format", "jsonl", "--format", "csv"))
    assert [path.name for path in Path("out").iterdir()] == ["records.csv"]
    assert Path("out/records.csv").read_text() == "mine"
    assert run("search", "--kind", "trail.exported").exit_code == 1
    Path("file").write_text("")
    assert "cannot write" in one_line(run("export", "file/out"))


@in_sqlite
@pytest.mark.usefixtures("error_id")
def test_no_cell_of_a_csv_file_is_a_formula() -> None:
    assert run("export", "out", "--format", "csv", "--kind", "invoice.voided").exit_code == 0
    with Path("out/records.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["actor"] == "'=cmd|' /C calc'!A0"
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert json.loads(row["record"])["fields"]["number"] == "+7"


@pytest.mark.usefixtures("error_id")
def test_whole_sealed_stretches_satisfy_a_purge() -> None:
    assert run("export", "out", "--raw", "--sealed-before", "2999-01-01").exit_code == 0
    store = open_store("env:AUDIT_URL")
    due = list(stretches(store, 2**62, ()))
    first = [stretch for stretch in due if stretch.count == 5]
    assert len(proven(Path("out/manifest.json"), first, store)) == 64
    assert run("export", "old", "--raw", "--sealed-before", "2000-01-01").stdout.startswith("0 records")


# --- report


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@in_sqlite
@pytest.mark.usefixtures("error_id")
@pytest.mark.parametrize("form", ["html", "print"])
def test_the_page_holds_no_script_and_nothing_from_elsewhere(form: str) -> None:
    with Failsoft("failsoft.toml") as fs:
        fs.handle(type(f"Evil{HOSTILE}", (Exception,), {})("x"))
    assert run("report", "--since", "1d", "--format", form, "--output", "report.html").exit_code == 0
    page = Path("report.html").read_text()
    seen = _Seen()
    seen.feed(page)
    assert not seen.tags & {"script", "img", "link", "iframe", "svg", "object", "a", "form", "base"}
    assert not [name for name in seen.attributes if name.startswith("on") or name in ("src", "href")]
    assert "&lt;script&gt;" in page
    assert not re.search(r"https?://|url\(|@import", page)
    assert "@page" in page
    assert "verified: nothing was found" in page


@pytest.mark.usefixtures("error_id")
def test_the_report_counts_what_is_there() -> None:
    result = run("report", "--since", "1d", "--format", "json")
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    assert made["totals"]["failures"] == 2
    assert made["totals"]["kinds"]["invoice.voided"] == 1
    assert sum(one["count"] for one in made["failures"]["codes"]) == 2
    assert sum(made["failures"]["severities"].values()) == 2
    assert made["verification"]["ok"] is True
    assert made["gaps"]["unclosed_lanes"] == []
    assert made["gaps"]["records_dropped"] == 0
    empty = json.loads(run("report", "--period", "2001", "--json").stdout)
    assert empty["totals"]["records"] == 0


@pytest.mark.usefixtures("place")
def test_the_report_has_violations_incidents_and_what_was_done() -> None:
    with Failsoft("failsoft.toml") as fs:
        fs.handle(ComplianceError("record of Ada Byron asked for"))
        fs.handle(RuntimeError("roof on fire"))
        with fs.bypass(actor="dr.lovelace", reason=HOSTILE):
            pass
    run("export", "out")
    made = json.loads(run("report", "--since", "1h", "--json").stdout)
    assert (made["totals"]["failures"], made["totals"]["violations"], made["totals"]["incidents"]) == (2, 1, 1)
    assert made["violations"]["severities"]["high"] == 1
    assert "hipaa" in made["violations"]["flags"]
    (incident,) = made["incidents"]["records"]
    assert incident["incident"]["rule"] == "compliance"
    done = made["remediation"]
    assert {one["actor"] for one in done["policies"]["records"]} == {"dr.lovelace"}
    assert done["exports"]["count"] == 1
    page = run("report", "--since", "1h", "--format", "html").stdout
    assert "dr.lovelace" in page.replace("<wbr>", "")
    assert "<script" not in page
    assert "Ada Byron" not in page


@pytest.mark.usefixtures("error_id")
def test_the_report_says_what_the_trail_lacks() -> None:
    tamper("DELETE FROM failsoft_audit WHERE kind = 'trail.closed'")
    result = run("report", "--since", "1d")
    assert result.exit_code == 1
    assert "1 processes not ended in order" in result.stdout
    assert "does not verify" in result.stdout
    assert run("report", "--since", "1d", "--no-verify").exit_code == 0


@in_sqlite
@pytest.mark.usefixtures("error_id")
def test_a_report_overwrites_nothing() -> None:
    Path("report.html").write_text("mine")
    assert "is there already" in one_line(run("report", "--since", "1d", "--output", "report.html"))
    assert Path("report.html").read_text() == "mine"


@pytest.mark.usefixtures("error_id")
def test_that_somebody_reads_is_written_down_if_it_is_wanted() -> None:
    run("search")
    assert search("--kind", "trail.read") == []
    Path("failsoft.toml").write_text(SETTINGS.format(more="record_reads = true"))
    run("search", "--code", "X")
    run("show", "1")
    run("report", "--period", "2026", "--no-verify")
    done = search("--kind", "trail.read", "--oldest-first")
    assert [one["details"]["command"] for one in done] == ["search", "show", "report", "search"]
    assert done[0]["details"]["asked"] == {"code": "X"}
    assert done[0]["actor"]


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-q4", "2026-10-01", "2027-01-01"),
        ("2026-Q1", "2026-01-01", "2026-04-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
    ],
)
def test_periods_are_those_of_the_calendar(name: str, since: str, until: str) -> None:
    found = period_of(name).as_dict()
    assert (found["since"][:10], found["until"][:10]) == (since, until)


@pytest.mark.parametrize("name", ["", "26", "2026-13", "2026-02-30", "2026-Q0", "9999", "0000", "2026-11-22T00"])
def test_what_is_no_period_is_said(name: str) -> None:
    with pytest.raises(ValueError, match="expected a period"):
        period_of(name)
