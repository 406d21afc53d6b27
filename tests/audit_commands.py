"""The commands about the audit trail in tests: settings, a trail with hostile records, and how a command is run."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from failsoft import Failsoft
from failsoft.cli.main import cli

__all__ = ["HOSTILE", "configure", "fill", "one_line", "run"]

SETTINGS = """
service = "shop"
[audit]
url = "{url}"
{more}
[audit.keys]
active = "a"
ring = {{ "a" = "env:AUDIT_KEY" }}
"""
HOSTILE = "\x1b]0;owned\x07\x1b[2J \x9b31m \u202egnp.exe \ud800 ü"


def configure(url: str = "sqlite:///audit.db", more: str = "") -> None:
    Path("failsoft.toml").write_text(SETTINGS.format(url=url, more=more))


def fill() -> None:
    with Failsoft("failsoft.toml") as fs:
        fs.handle(RuntimeError(f"boom {HOSTILE}"))
        fs.audit.record("invoice.voided", note=HOSTILE, **{f"key{HOSTILE}": 1})


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["audit", *arguments])


def one_line(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    assert not line.startswith("Error: :")
    return line
