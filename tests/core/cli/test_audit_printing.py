"""What the commands about the audit trail print: nothing that commands a terminal, whatever it can show; and what is
found by what a client was told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit_commands import one_line, run
from failsoft import Failsoft

# --- what a client was told


@pytest.mark.usefixtures("place")
def test_a_failure_is_found_by_what_a_client_was_told_of_it() -> None:
    with Failsoft("failsoft.toml") as fs:
        problems = [fs.handle(RuntimeError("one")), fs.handle(RuntimeError("two"))]
    for problem in problems:
        reference = problem.support_reference
        assert reference is not None
        misheard = reference.lower().replace("0", "o").replace("1", "l")
        for what in (problem.error_id, f"urn:uuid:{problem.error_id}", problem.error_id[:-1], reference, misheard):
            found = json.loads(run("show", "--json", what).stdout)
            assert [one["error_id"] for one in found] == [problem.error_id], what
    begins = json.loads(run("show", "--json", problems[0].error_id[:8]).stdout)
    assert {problem.error_id for problem in problems} <= {one["error_id"] for one in begins}
    for what in ("00000000", "ffffffff-ffff", "ZZZZ-ZZZZ"):
        result = run("show", what)
        assert (result.exit_code, result.stdout) == (1, "")
    assert "a support reference" in one_line(run("show", "rabbit"))


# --- terminals


def command(*arguments: str, **environ: str) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "failsoft.cli", "audit", *arguments], env=os.environ | environ, capture_output=True
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252"])
def test_what_would_command_a_terminal_never_reaches_it_and_what_it_cannot_show_stops_nothing(encoding: str) -> None:
    for arguments in (["search", "--json"], ["show", "2"], ["show", "3"], ["show", "3", "--json"]):
        status, out, err = command(*arguments, PYTHONIOENCODING=encoding)
        assert (status, err) == (0, b""), err
        # click takes ASCII for a terminal that was not set up, and writes UTF-8
        text = out.decode(encoding if encoding != "ascii" else "utf-8")
        assert all(letter.isprintable() or letter == "\n" for letter in text), repr(text)
        if "--json" in arguments:
            assert "ü" in str(json.loads(text))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.usefixtures("place")
def test_output_that_finds_no_room_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "failsoft.cli", "audit", "search"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert done.stderr == "Error: cannot write what there is to say: No space left on device\n"


@pytest.mark.usefixtures("place")
def test_who_stops_reading_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "failsoft.cli", "audit", "search", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
