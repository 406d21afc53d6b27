"""Every snippet of the documentation runs, and comes to what the page says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs.pages import LANGUAGES, ROOT, blocks_of, name_of, pages
from docs.player import same

NOT_RUN = {
    "README.md": ["the demonstration and the whole test suite", "installs packages"],
    "docs/tutorial/audit-report.md": ["installs packages"],
    "docs/tutorial/shop.md": ["makes an environment and installs packages", "installs packages"],
}
"""Blocks that are not run, by page: each is marked there with its reason, and listed here. There are five."""


def _has_something_to_run(page: Path) -> bool:
    return any(block.language in ("python", "toml", "console", "json") for block in blocks_of(page))


@pytest.mark.parametrize("page", [page for page in pages() if _has_something_to_run(page)], ids=name_of)
def test_a_page_runs_from_top_to_bottom(page: Path, tmp_path: Path) -> None:
    if shutil.which("curl") is None and any("$ curl " in block.text for block in blocks_of(page)):
        pytest.skip("this page asks its server with curl, which is not here")
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}"}
    environ.pop("FAILSOFT__DISABLED", None)
    command = [sys.executable, "-m", "docs.player", str(page)]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_block_has_a_language_that_is_looked_after(page: Path) -> None:
    assert {block.language for block in blocks_of(page)} <= set(LANGUAGES)


def test_what_is_not_run_is_listed_here() -> None:
    reasons = {
        name_of(page): [b.marker.removeprefix("not run: ") for b in blocks_of(page) if b.marker.startswith("not run")]
        for page in pages()
    }
    assert {page: listed for page, listed in reasons.items() if listed} == NOT_RUN


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("a\nb\n", "a\nb\n"),
        ("a … c", "a b c"),
        ("one\n…\nfour", "one\ntwo\nthree\nfour\n"),
        ("one\n…\nfour", "one\nfour"),
        ("one\n…", "one"),
        ("…\none", "zero\none"),
        ("error 01a2059c-340e-75cb-812c-80b882610064", "error 01b3169c-340e-75cb-812c-80b882610065"),
        ("at 2026-11-22T01:02:03.004Z", "at 2031-01-01T00:00:00.999Z"),
    ],
)
def test_what_differs_each_time_is_the_same(expected: str, found: str) -> None:
    assert same(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [("a\nb", "a\nc"), ("a … c", "a b d"), ("503", "502"), ("", "anything"), ("a", "a\nmore"), ("a\n…\nc", "a\nb\nd")],
)
def test_what_differs_is_not_the_same(expected: str, found: str) -> None:
    assert not same(expected, found)
