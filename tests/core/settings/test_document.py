"""The reference in the docs is the schema."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import Meta

from failsoft.options import Options, fields_of, hints_of, unwrap
from failsoft.policies.policy import Policy
from failsoft.settings.document import settings_reference
from failsoft.settings.notbuilt import NOT_BUILT

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "settings.md"


def classes() -> list[type[Options]]:
    todo, done = list(Options.__subclasses__()), []
    while todo:
        cls = todo.pop()
        todo += cls.__subclasses__()
        if cls.__module__.startswith("failsoft."):
            done.append(cls)
    return sorted(done, key=lambda cls: cls.__name__)


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == settings_reference(), "python -m failsoft.settings.document > docs/reference/settings.md"


def test_the_page_comes_from_the_command_line() -> None:
    made = subprocess.run([sys.executable, "-m", "failsoft.settings.document"], capture_output=True, check=True)
    assert made.stdout.decode() == settings_reference()
    assert made.stderr == b""


@pytest.mark.parametrize("cls", classes(), ids=lambda cls: cls.__name__)
def test_every_key_is_described(cls: type[Options]) -> None:
    for name, hint in hints_of(cls).items():
        assert any(isinstance(meta, Meta) and meta.description for meta in unwrap(hint)[2]), f"{cls.__name__}.{name}"


@pytest.mark.parametrize("cls", classes(), ids=lambda cls: cls.__name__)
def test_every_key_is_on_the_page(cls: type[Options]) -> None:
    page = settings_reference()
    assert all(f"| `{key}` |" in page for key in fields_of(cls))


def test_what_is_not_built_is_on_the_page_and_not_in_the_schema() -> None:
    page = settings_reference()
    for missing in NOT_BUILT:
        assert f"| `{missing.path.replace('*', 'NAME')}` |" in page
    assert "hedge" not in fields_of(Policy)
