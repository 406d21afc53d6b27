"""`failsoft relabel` and `failsoft train`: corrections, and a model that has learnt them."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
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
"""
needs_numpy = pytest.mark.skipif(importlib.util.find_spec("numpy") is None, reason="numpy is not installed")


class LedgerFault(Exception):
    """Says nothing that anybody knows."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "failsoft.toml").write_text(SETTINGS)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def recorded(exc: Exception) -> str:
    with failsoft.Failsoft("failsoft.toml") as fs:
        return str(fs.handle(exc).error_id)


def lines(place: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (place / "failsoft-corrections.jsonl").read_text().splitlines()]


def test_a_correction_keeps_the_class_the_words_and_no_numbers(place: Path) -> None:
    fault = LedgerFault("posting 4711 of batch 12 skewed, password=hunter2hunter2")
    error_id = recorded(fault)
    done = run("relabel", error_id, "data_integrity")
    assert done.exit_code == 0
    (line,) = lines(place)
    assert line["error_id"] == error_id
    assert line["type"].endswith("LedgerFault")
    assert line["category"] == "data_integrity"
    assert line["was"] == failsoft.classify(fault).category
    assert "4711" not in line["message"]
    assert "hunter2" not in line["message"]


def test_what_is_not_recorded_or_no_category_is_refused(place: Path) -> None:
    recorded(LedgerFault("x"))
    absent = run("relabel", "0199a5c2-0000-7000-8000-000000000000", "system")
    assert (absent.exit_code, absent.output) == (1, "there is no record of 0199a5c2-0000-7000-8000-000000000000\n")
    assert run("relabel", "0199a5c2-0000-7000-8000-000000000000", "nonsense").exit_code == 2
    assert not (place / "failsoft-corrections.jsonl").exists()


def test_a_correction_that_has_no_effect_is_told_of() -> None:
    known, unknown = recorded(KeyError("sku")), recorded(LedgerFault("posting of rent skewed"))
    assert (
        "the text model is not asked about it, as it is known by catalogue (KeyError)"
        in run("relabel", known, "data_integrity").output
    )
    assert "note:" not in run("relabel", unknown, "data_integrity").output


def correct(place: Path) -> None:
    made = [
        {"type": f"shop.Ledger{kind}", "message": f"posting of {word} skewed", "category": "data_integrity"}
        for kind in ("Fault", "Skew", "Drift", "Gap")
        for word in ("rent", "tea", "salt")
    ]
    (place / "failsoft-corrections.jsonl").write_text("".join(json.dumps(one) + "\n" for one in made))


@needs_numpy
def test_the_model_learns_what_was_corrected_and_the_settings_name_it(place: Path) -> None:
    correct(place)
    done = run("train", "--output", "mine.bin")
    assert done.exit_code == 0, done.output
    found = re.search(r"held out, by class: (\d+) of 12 right before, 12 of 12 after", done.output)
    assert found is not None, done.output
    assert int(found[1]) < 12
    exc = LedgerFault("posting of wages skewed")
    with failsoft.Failsoft({"classification": {"model": "mine.bin"}}) as fs:
        failure = fs.classify(exc)
    assert (failure.category, failure.status, failure.transient) == ("data_integrity", 500, False)
    assert failsoft.Failsoft({}).classify(exc).category == "system"


@needs_numpy
def test_the_same_corrections_give_the_same_weights(place: Path) -> None:
    correct(place)
    for name in ("one.bin", "two.bin"):
        run("train", "--output", name)
    assert (place / "one.bin").read_bytes() == (place / "two.bin").read_bytes()


def test_without_corrections_or_with_broken_ones_nothing_is_written(place: Path) -> None:
    assert run("train").exit_code == 2
    (place / "failsoft-corrections.jsonl").write_text('{"type": "x"}\n')
    done = run("train")
    assert (done.exit_code, "line 1: no correction" in done.output) == (2, True)
    assert not (place / "failsoft-model.bin").exists()


@needs_numpy
def test_what_is_held_out_has_never_been_learnt_also_where_the_settings_name_a_trained_model(place: Path) -> None:
    correct(place)
    first = run("train")
    (place / "failsoft.toml").write_text('[classification]\nmodel = "failsoft-model.bin"\n')
    assert run("train").output == first.output


@needs_numpy
def test_it_starts_from_other_weights_where_they_are_named(place: Path) -> None:
    correct(place)
    run("train", "--output", "one.bin")
    assert run("train", "--start", "one.bin", "--output", "two.bin").exit_code == 0
    assert (place / "one.bin").read_bytes() != (place / "two.bin").read_bytes()
    (place / "one.bin").write_bytes(b"FSM1")
    done = run("train", "--start", "one.bin")
    assert (done.exit_code, done.output) == (2, "Error: one.bin: no file of weights\n")


@pytest.mark.parametrize(
    "line", ["[" * 100_000, "7", "null", '"x"', '{"type": "x", "message": "y", "category": "fog"}', "\udcff"]
)
def test_a_line_that_is_no_correction_is_named(place: Path, line: str) -> None:
    (place / "failsoft-corrections.jsonl").write_bytes(b"\n" + line.encode("utf-8", "surrogateescape") + b"\n")
    done = run("train")
    assert done.exit_code == 2
    assert done.output.startswith("Error: failsoft-corrections.jsonl, line 2: no correction (")


@needs_numpy
def test_files_that_cannot_be_used_are_named(place: Path) -> None:
    correct(place)
    for arguments in (["--corrections", "none.jsonl"], ["--output", "none/model.bin"], ["--start", "none.bin"]):
        done = run("train", *arguments)
        assert (done.exit_code, done.output.startswith(f"Error: {arguments[1]} cannot be ")) == (2, True)
    assert {one.name for one in place.iterdir()} == {"failsoft.toml", "failsoft-corrections.jsonl"}


def test_a_file_whose_last_line_was_cut_off_takes_another(place: Path) -> None:
    error_id = recorded(LedgerFault("skewed\u2028and split"))
    (place / "failsoft-corrections.jsonl").write_text('{"type": "x", "message": "y", "category": "system"}')
    assert run("relabel", error_id.upper(), "data_integrity").exit_code == 0
    assert [one["category"] for one in lines(place)] == ["system", "data_integrity"]


def test_several_at_once_lose_nothing(place: Path) -> None:
    ids = [recorded(LedgerFault(f"of {word}")) for word in ("rent", "tea", "salt", "rice")]
    command = [sys.executable, "-m", "failsoft.cli", "relabel"]
    running = [subprocess.Popen([*command, one, "data_integrity"], stdout=subprocess.DEVNULL) for one in ids]
    assert [one.wait(60) for one in running] == [0] * len(ids)
    assert sorted(one["error_id"] for one in lines(place)) == sorted(ids)


def test_what_is_no_id_and_a_trail_that_cannot_be_read_are_said(place: Path) -> None:
    done = run("relabel", "ValueError: x", "system")
    assert (done.exit_code, done.output) == (2, "Error: expected the id of an error, not 'ValueError: x'\n")
    (place / "audit.db").write_text("no database at all")
    done = run("relabel", "0199a5c2-0000-7000-8000-000000000000", "system")
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1)


def test_without_numpy_one_line_names_the_extra(place: Path) -> None:
    correct(place)
    program = "import sys; sys.modules['numpy'] = None; sys.argv[1:] = ['train']; from failsoft.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'Error: training needs numpy: pip install "failsoft[analytics]"\n'
    assert not (place / "failsoft-model.bin").exists()
