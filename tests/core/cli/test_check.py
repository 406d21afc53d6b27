"""The command line: what it prints, and its exit status (0 good, 1 found wanting, 2 could not run)."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner, Result

import failsoft
from failsoft.cli.check import INSPECTORS
from failsoft.cli.main import COMMANDS, cli
from failsoft.inspection import STORE_AWAY, AppReport, EndpointReport

GOOD = 'service = "shop"\n[policies.upstream]\ntimeout = "2s"\n'
BAD = 'servise = "shop"\n[rollout]\nmode = "on"\npercent = 200\n'
SOUND = AppReport(
    framework="toy",
    endpoints=(
        EndpointReport("GET /quotes/{symbol}", "upstream", "enforce", "shop.quote"),
        EndpointReport("GET /", "", "observe", "shop.index"),
    ),
    shadowed_handlers=("ValueError",),
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


@pytest.fixture
def app_module(place: Path) -> Iterator[str]:
    (place / "toyshop.py").write_text(
        "from failsoft.settings import load\n"
        "class Inner:\n    app = 'the app'\n"
        "def make():\n    return Inner.app\n"
        "def broken():\n    load({'servise': 1}, environ={})\n"
        "def crash():\n    raise RuntimeError('boom')\n"
        "def quits():\n    raise SystemExit(0)\n"
        "def leak():\n    raise RuntimeError('postgresql://shop:hunter2@db/shop')\n"
    )
    yield "toyshop"
    sys.modules.pop("toyshop", None)


def adapter(monkeypatch: pytest.MonkeyPatch, name: str, answer: AppReport | None) -> list[object]:
    """Put an adapter's `inspect` in place. Returns the apps it was asked about."""
    asked: list[object] = []

    def report(app: object) -> AppReport | None:
        asked.append(app)
        return answer

    module = ModuleType(name)
    module.report = report  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, name, module)
    return asked


def run(*args: str, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(cli, args, env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_a_good_file_is_said_to_be_good(place: Path) -> None:
    (place / "shop.toml").write_text(GOOD)
    result = run("check", "shop.toml")
    assert (result.exit_code, result.stdout) == (0, "shop.toml: good\n")


def test_every_fault_is_printed_at_once_one_a_line(place: Path) -> None:
    (place / "shop.toml").write_text(BAD)
    result = run("check", "shop.toml")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        'shop.toml:1: servise: unknown key; did you mean "service"?',
        """shop.toml:3: rollout.mode = 'on': expected one of "off", "observe", "enforce\"""",
        "shop.toml:4: rollout.percent = 200: expected a number from 0 to 100",
    ]


def test_catalogues_are_read(place: Path) -> None:
    (place / "shop.toml").write_text('[responses]\nlanguages = ["en", "it"]\ncatalogues = ["locale"]\n')
    result = run("check", "shop.toml")
    assert result.exit_code == 1
    expected = "shop.toml:3: responses.catalogues[0] = 'locale': expected a directory; there is none"
    assert result.stdout.splitlines() == [expected]


def test_environment_variables_count(place: Path) -> None:
    (place / "shop.toml").write_text(GOOD)
    result = run("check", "shop.toml", env={"FAILSOFT__ROLLOUT__MODE": "on"})
    assert result.exit_code == 1
    assert result.stdout.startswith("environment FAILSOFT__ROLLOUT__MODE: rollout.mode = 'on': expected one of")


def test_a_warning_leaves_the_file_good(place: Path) -> None:
    (place / "shop.toml").write_text(GOOD + 'deadline = "3s"\nretry = 2\n')
    result = run("check", "shop.toml")
    assert result.exit_code == 0
    warning, good = result.stdout.splitlines()
    assert warning.startswith("warning: shop.toml:4: policies.upstream.deadline = 3s: shorter than all that it allows")
    assert good == "shop.toml: good"


def test_a_file_that_is_not_toml_is_one_line(place: Path) -> None:
    (place / "shop.toml").write_text("a = \n")
    result = run("check", "shop.toml")
    assert result.exit_code == 1
    assert result.stdout == "shop.toml:1:5: shop.toml: not TOML: Invalid value (at line 1, column 5)\n"


def test_the_nearest_file_upward_is_checked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "failsoft.toml").write_text(GOOD)
    (place / "src").mkdir()
    monkeypatch.chdir(place / "src")
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, f"{place / 'failsoft.toml'}: good\n")


def test_the_file_of_the_group_is_checked_and_the_argument_wins(place: Path) -> None:
    (place / "good.toml").write_text(GOOD)
    (place / "bad.toml").write_text(BAD)
    assert run("--settings", "good.toml", "check").exit_code == 0
    assert run("--settings", "good.toml", "check", "bad.toml").exit_code == 1


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["check"], "there is no failsoft.toml here or above"),
        (["check", "none.toml"], "'none.toml' does not exist"),
        (["--settings", "none.toml", "check"], "'none.toml' does not exist"),
        (["chekc"], "No such command 'chekc'"),
        (["check", "--app", "toyshop"], "expected module:app, not 'toyshop'"),
        (["check", "--app", "no_such_module:app"], "could not import no_such_module:app: ModuleNotFoundError"),
        (["check", "--app", "toyshop:nothing"], "could not import toyshop:nothing: AttributeError"),
        (["check", "--app", "toyshop:crash()"], "could not import toyshop:crash(): RuntimeError: boom"),
        (["check", "--app", "toyshop:quits()"], "could not import toyshop:quits(): SystemExit: 0"),
    ],
)
def test_what_cannot_run_exits_with_2_and_says_why(app_module: str, args: list[str], message: str) -> None:
    result = run(*args)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert message in result.stderr


def test_an_import_that_fails_shows_no_secret(app_module: str) -> None:
    result = run("check", "--app", "toyshop:leak()")
    assert result.exit_code == 2
    assert "could not import toyshop:leak(): RuntimeError: postgresql://" in result.stderr
    assert "hunter2" not in result.output


@pytest.mark.parametrize("name", ["toyshop:Inner.app", "toyshop:make()"])
def test_an_app_is_imported_from_here_and_shown(app_module: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    not_mine = adapter(monkeypatch, INSPECTORS[0], None)
    mine = adapter(monkeypatch, INSPECTORS[1], SOUND)
    result = run("check", "--app", name)
    assert not_mine == mine == ["the app"]
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "toy: 2 endpoints",
        "  GET /quotes/{symbol}  upstream  enforce  shop.quote",
        "  GET /                 -         observe  shop.index",
        "handlers of the application that answer in place of Failsoft:",
        "  ValueError",
    ]


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (AppReport(framework="toy", unmatched_endpoints=("GET /x",)), "[[endpoints]] that match nothing:"),
        (AppReport(framework="toy", unused_marks=("shop.lost",)), "marks that no route leads to:"),
    ],
)
def test_what_is_asked_for_and_not_in_force_is_found_wanting(
    app_module: str, monkeypatch: pytest.MonkeyPatch, report: AppReport, line: str
) -> None:
    adapter(monkeypatch, INSPECTORS[0], report)
    result = run("check", "--app", "toyshop:Inner.app")
    assert result.exit_code == 1
    assert line in result.stdout.splitlines()


def test_an_app_that_no_adapter_knows_could_not_be_checked(app_module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in INSPECTORS[:-1]:
        adapter(monkeypatch, name, None)
    monkeypatch.setitem(sys.modules, INSPECTORS[-1], None)
    result = run("check", "--app", "toyshop:Inner.app")
    assert result.exit_code == 2
    assert "no Failsoft was found in this str; not asked: failsoft_flask" in result.stderr


def test_faults_that_the_app_meets_are_printed(app_module: str) -> None:
    result = run("check", "--app", "toyshop:broken()")
    assert result.exit_code == 1
    assert result.stdout == 'settings: servise: unknown key; did you mean "service"?\n'


def test_json_says_all_of_it(place: Path, app_module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter(monkeypatch, INSPECTORS[0], SOUND)
    (place / "shop.toml").write_text(BAD)
    result = run("check", "shop.toml", "--app", "toyshop:make()", "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert said["ok"] is False
    assert said["settings"] == "shop.toml"
    assert said["faults"][0] == {
        "path": "servise",
        "value": "",
        "expected": 'unknown key; did you mean "service"?',
        "source": "shop.toml:1",
    }
    assert said["warnings"] == []
    assert said["app"] == {
        "framework": "toy",
        "endpoints": [
            {"key": "GET /quotes/{symbol}", "policy": "upstream", "mode": "enforce", "view": "shop.quote"},
            {"key": "GET /", "policy": "", "mode": "observe", "view": "shop.index"},
        ],
        "shadowed_handlers": ["ValueError"],
        "unmatched_endpoints": [],
        "notes": [],
        "unused_marks": [],
    }


def test_json_of_a_good_file(place: Path) -> None:
    (place / "shop.toml").write_text(GOOD)
    result = run("check", "shop.toml", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "ok": True, "settings": "shop.toml", "faults": [], "warnings": [], "app": None,
    }  # fmt: skip


@pytest.mark.parametrize("args", [["version"], ["--version"]])
def test_the_version_is_printed(args: list[str]) -> None:
    result = run(*args)
    assert result.exit_code == 0
    assert version("failsoft") in result.stdout


def test_every_command_is_there_and_says_what_it_does() -> None:
    said = run("--help").stdout
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.get_short_help_str()[:20] in said


def test_the_group_can_be_used_inside_another() -> None:
    outer = click.Group("manage", commands={"failsoft": cli})
    result = CliRunner().invoke(outer, ["failsoft", "version"])
    assert (result.exit_code, result.stdout) == (0, version("failsoft") + "\n")


def test_a_real_process_reports_by_its_exit_status(place: Path) -> None:
    (place / "failsoft.toml").write_text(BAD)
    done = subprocess.run([sys.executable, "-m", "failsoft.cli", "check"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 3
    assert done.stderr == ""


def test_without_click_one_line_names_the_extra() -> None:
    program = "import sys; sys.modules['click'] = None; from failsoft.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "failsoft: the command line needs the extra cli: pip install 'failsoft[cli]'\n"


def test_a_url_of_a_store_that_means_something_else_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "failsoft.toml"
    file.write_text('[state]\nurl = "redis://user:se/cret@host/0"\n')
    result = CliRunner().invoke(cli, ["check", str(file)])
    assert result.exit_code == 1
    assert f"{file}:2" in result.output
    assert "state.url" in result.output
    assert "cret" not in result.output


def test_what_a_reference_leads_to_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_HERE", raising=False)
    file = tmp_path / "failsoft.toml"
    file.write_text('[state]\nurl = "env:NOT_HERE"\n')
    assert CliRunner().invoke(cli, ["check", str(file)]).exit_code == 0


def test_weights_that_cannot_be_read_are_a_fault_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "failsoft.toml"
    file.write_text(f'[classification]\nmodel = "{tmp_path}/none.bin"\n')
    result = CliRunner().invoke(cli, ["check", str(file)])
    assert result.exit_code == 1
    assert result.output.startswith(f"{file}:2: classification.model = ")


# --- stores of the audit trail

TRAIL = '[audit]\nurl = "{url}"\nencryption = "off"\n'


def test_a_store_that_cannot_be_reached_is_told_and_is_a_fault_only_where_it_is_required(place: Path) -> None:
    (place / "failsoft.toml").write_text(TRAIL.format(url="postgresql://shop:hunter2-canary@127.0.0.1:1/audit"))
    found = run("check")
    assert found.exit_code == 0
    assert found.output.startswith("warning: ")
    assert "audit.url: cannot be reached now: cannot use the PostgreSQL: connection failed" in found.output
    assert "hunter2-canary" not in found.output
    (place / "failsoft.toml").write_text((place / "failsoft.toml").read_text() + "required_at_start = true\n")
    found = run("check", "--json")
    assert found.exit_code == 1
    assert [one["path"] for one in json.loads(found.output)["faults"]] == ["audit.url"]


def test_a_store_that_cannot_be_used_is_a_fault_and_one_that_is_not_there_yet_is_not_made(place: Path) -> None:
    (place / "failsoft.toml").write_text(TRAIL.format(url="sqlite:///audit.db"))
    assert run("check").exit_code == 0
    assert not (place / "audit.db").exists()
    with closing(sqlite3.connect(place / "audit.db")) as connection:
        connection.execute("CREATE TABLE failsoft_audit (name)")
    found = run("check")
    assert found.exit_code == 1
    assert "audit.url: the table 'failsoft_audit' was altered, or is of something else" in found.output


def test_a_store_that_only_the_machine_of_the_app_knows_is_not_looked_for(place: Path) -> None:
    (place / "failsoft.toml").write_text(TRAIL.format(url="env:FAILSOFT_TEST_NO_SUCH_VARIABLE"))
    assert run("check").exit_code == 0


def test_an_app_whose_store_is_away_says_so(app_module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter(monkeypatch, INSPECTORS[0], replace(SOUND, notes=(STORE_AWAY,)))
    found = run("check", "--app", f"{app_module}:make()")
    assert found.exit_code == 0
    assert "warning: the store of the audit trail cannot be reached: records go to the journal" in found.output


FAULTY = """
[responses]
debgu = true
catalogues = ["nowhere"]

[classification]
model = "missing.bin"

[[rules]]
name = "r"
when = { custom = "nowhere.to.be:found" }
then = { status = 200 }

[[rules]]
name = "s"
when = { message_matches = "" }
then = { status = 404 }
"""


def test_all_that_is_wrong_is_told_at_once_here_and_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text(FAULTY)
    checked = CliRunner().invoke(cli, ["check", "bad.toml"])
    with pytest.raises(failsoft.SettingsError) as refused:
        failsoft.Failsoft("bad.toml")
    paths = [fault.path for fault in refused.value.faults]
    assert paths == [
        "responses.debgu",
        "responses.catalogues[0]",
        "classification.model",
        "rules[0].when.custom",
        "rules[0].then.status",
        "rules[1].when.message_matches",
    ]
    lines = checked.output.splitlines()
    # code is imported by the app alone
    assert [any(path in line for line in lines) for path in paths] == [path != "rules[0].when.custom" for path in paths]
    explained = CliRunner().invoke(cli, ["--settings", "bad.toml", "explain", "ValueError: x"])
    assert explained.exit_code == 2
    assert all(path in explained.output for path in paths)
