"""`failsoft explain`: what it prints, and its exit status."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import failsoft
from failsoft.cli.main import cli

SETTINGS = """
[audit]
url = "sqlite:///audit.db"
encryption = "off"

[errors."shop.errors.OutOfStock"]
status = 409

[[rules]]
name = "window"
when = { message_matches = "(?i)maintenance window" }
then = { category = "external_service", status = 503 }
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def run(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(cli, ["explain", *arguments], input=text)


def test_all_that_is_known_is_printed_one_a_line() -> None:
    done = run("ConnectionRefusedError: [Errno 111] Connection refused")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[:8] == [
        "ConnectionRefusedError: [Errno 111] Connection refused",
        "  category    network",
        "  severity    medium",
        "  transient   yes",
        "  recoverable yes",
        "  status      503",
        "  code        NETWORK_ERROR",
        "  confidence  0.95",
    ]
    assert lines[8].startswith("  fingerprint v1:")
    assert "  0.95  code        network           errno 111" in done.output
    assert "  0.50  pattern     network           connection refused" in done.output


def test_the_mapping_or_rule_that_decided_is_told_with_its_place(place: Path) -> None:
    (place / "failsoft.toml").write_text(SETTINGS)
    mapped = json.loads(run("shop.errors.OutOfStock: tea", "--json").output)
    assert (mapped["status"], mapped["setting"]) == (409, f'{place}/failsoft.toml:6: errors."shop.errors.OutOfStock"')
    ruled = json.loads(run("vendor.Oops: in a Maintenance Window", "--json").output)
    assert (ruled["status"], ruled["setting"]) == (503, f"{place}/failsoft.toml:10: rules[0]")
    assert ruled["evidence"][0] == {
        "source": "rule", "says": "window", "category": "external_service", "confidence": 0.9,
    }  # fmt: skip


def test_a_traceback_comes_by_standard_input() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "/srv/shop/views.py", line 3, in view\n    int("x")\n'
        "ValueError: invalid literal\n\n"
        "The above exception was the direct cause of the following exception:\n\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/shop/views.py", line 5, in view\n    raise RuntimeError("x") from error\n'
        "RuntimeError: x\n"
    )
    done = json.loads(run("-", "--json", text=text).output)
    assert (done["type"], done["chain"], done["fingerprint"]) == ("ValueError", ["cause: ValueError"], None)


def test_secrets_are_not_printed() -> None:
    done = run("RuntimeError: password=hunter2-canary for bob@example.com")
    assert done.exit_code == 0
    assert "hunter2" not in done.output
    assert "bob@" not in done.output


def test_a_class_that_is_not_loaded_is_known_by_its_name_and_that_is_said() -> None:
    assert "note: known by its name only" in run("nowhere.Oops: x").output
    assert "note:" not in run("KeyError: 'x'").output


def test_a_live_error_is_found_by_its_id(place: Path) -> None:
    (place / "failsoft.toml").write_text(SETTINGS)
    with failsoft.Failsoft("failsoft.toml") as fs:
        problem = fs.handle(ConnectionRefusedError(111, "Connection refused"))
    done = json.loads(run(problem.error_id, "--json").output)
    failure = failsoft.classify(ConnectionRefusedError(111, "Connection refused"))
    for name in ("type", "category", "severity", "transient", "code", "confidence", "fingerprint"):
        assert done[name] == getattr(failure, name)
    assert [one["source"] for one in done["evidence"]] == ["code", "catalogue", "pattern"]
    assert problem.error_id in run(problem.error_id).output
    absent = run("0199aaaa-0000-7000-8000-000000000001")
    assert absent.exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (["hello world"], "", 'expected "module.Class: message", or a traceback'),
        (["0199aaaa-0000-7000-8000-000000000001"], "", "have no [audit]"),
        (["0199aaaa-0000-7000-8000-000000000001"], SETTINGS, "there is no file 'audit.db'"),
        (["KeyError"], "servise = 1", 'did you mean "service"?'),
        (
            ["KeyError"],
            '[[rules]]\nname="x"\nwhen={custom="no:fn"}\nthen={status=500}',
            "rules[0].when.custom = 'no:fn'",
        ),
    ],
)
def test_what_cannot_be_explained_is_said(place: Path, arguments: list[str], settings: str, said: str) -> None:
    (place / "failsoft.toml").write_text(settings)
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.output


def test_what_is_secret_by_the_settings_is_not_printed(place: Path) -> None:
    (place / "failsoft.toml").write_text(
        '[sanitize]\ntier = "strict"\nkeys = ["badge"]\n'
        '[[sanitize.patterns]]\nname = "staff"\npattern = "EMP-[0-9]{6}"\n'
    )
    done = run("ValueError: EMP-123456 with badge=tulip from 10.1.2.3")
    assert done.output.splitlines()[0] == "ValueError: [REDACTED:staff] with badge=[REDACTED:badge] from [REDACTED:ip]"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_message_cannot_command_the_terminal(options: list[str]) -> None:
    done = run("-", *options, text="ValueError: \x1b]0;mine\x07 \x9b31m red")
    assert done.exit_code == 0
    assert done.output.replace("\n", "").isprintable()


def test_an_id_is_known_as_clients_have_it(place: Path) -> None:
    (place / "failsoft.toml").write_text(SETTINGS)
    with failsoft.Failsoft("failsoft.toml") as fs:
        problem = fs.handle(KeyError("x"))
    assert problem.instance is not None
    for given in (problem.instance, problem.error_id.upper(), f" {problem.error_id}\n"):
        assert json.loads(run(given, "--json").output)["error_id"] == problem.error_id


def test_code_that_the_settings_name_is_found_in_the_working_directory(place: Path) -> None:
    (place / "shop_words.py").write_text("def any_of_ours(exc, context):\n    return True\n")
    (place / "failsoft.toml").write_text(
        '[[rules]]\nname = "x"\nwhen = { custom = "shop_words:any_of_ours" }\nthen = { status = 503 }\n'
    )
    assert json.loads(run("KeyError", "--json").output)["status"] == 503


def test_settings_that_an_app_would_refuse_are_refused_with_all_places(place: Path) -> None:
    (place / "failsoft.toml").write_text(
        '[classification]\nmodel = "none.bin"\n[telemetry]\nfingerprint = "no:fn"\n'
        '[[rules]]\nname = "x"\nwhen = { custom = "no:fn" }\nthen = { status = 503 }\n'
    )
    done = run("KeyError")
    assert done.exit_code == 2
    for line, path in ((2, "classification.model"), (4, "telemetry.fingerprint"), (7, "rules[0].when.custom")):
        (said,) = [one for one in done.output.splitlines() if path in one]
        assert said.endswith(f"failsoft.toml:{line}]")


def test_a_damaged_audit_trail_is_said_in_one_line(place: Path) -> None:
    (place / "failsoft.toml").write_text(SETTINGS)
    (place / "audit.db").write_text("no database at all")
    done = run("0199aaaa-0000-7000-8000-000000000001")
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1)
    assert "audit.db" in done.output


def test_of_rules_with_one_name_all_places_are_told(place: Path) -> None:
    rule = '[[rules]]\nname = "x"\nwhen = { message_contains = "%s" }\nthen = { status = 503 }\n'
    (place / "failsoft.toml").write_text(rule % "tea" + rule % "rice")
    said = json.loads(run("shop.Oops: rice", "--json").output)["setting"]
    assert said == f"{place}/failsoft.toml:2: rules[0] or {place}/failsoft.toml:6: rules[1]"


def test_a_log_that_is_no_utf_8_is_read_all_the_same() -> None:
    done = CliRunner(charset="utf-8").invoke(cli, ["explain", "-"], input=b"ValueError: caf\xe9 closed")
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "ValueError: caf\ufffd closed")


def test_members_that_do_not_stand_there_are_told_of() -> None:
    done = run("ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)")
    assert "note: not all members of the group stand there" in done.output
