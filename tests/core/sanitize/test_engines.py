"""The search by RE2 and the one without it give the same result."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.sanitize import Sanitizer

pytest.importorskip("re2")

WITH, WITHOUT = Sanitizer(engine="re2"), Sanitizer(engine="python")
STRICT = Sanitizer(engine="re2", tier="strict"), Sanitizer(engine="python", tier="strict")
_FAKE = "s3cr3t" + "-fake-9"
PIECES = [
    "password",
    "Password: ",
    "token=",
    "api_key",
    'sessions.py", line ',
    "session.save()",
    "secret, ",
    "key)",
    "auth/",
    "csrf;",
    " is ",
    "'",
    '"',
    ": ",
    "=",
    " ",
    "\n",
    "\\n",
    "://user:",
    "@example.com",
    "Bearer ",
    "eyJhbGciOiJIUzI1NiJ9.",
    "2026-03-04T10:11:12",
    "+1 415 555 0132",
    "4111 1111 1111 1111",
    "123-45-6789",
    "GB82WEST12345698765432",
    _FAKE,
    "3f0c9b0e-7b1a-4c55-9d0e-0a1b2c3d4e5f",
    "python3.11/site-packages/",
    "11/asyncio/base_events.py",
    "call me at ",
    "TO\u212aEN=",
    "İstanbul",
    "é",
    "\ud800",
    "\x00",
    "中文",
    "[REDACTED:email]",
    "%3D",
    "&quot;",
    "\\u0022",
    "-----BEGIN ",
    "AKIA" + "IOSFODNN7" + "EXAMPLE",
    "ghp_" + "a1B2" * 9,
    "-u root:",
    "name",
    "first_",
    "?code=",
    "Key (",
    ")=(",
    "...",
    "cGFzc3dvcmQ9aHVudGVyMi1hbmQtZmFrZQ==",
    "reset code ",
    "street 12",
    "ſecret",
    "tél: 0",
    "a" * 70 + ",",
]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=14).map("".join))
def test_they_agree_on_anything(text: str) -> None:
    assert WITH.text(text) == WITHOUT.text(text)
    assert STRICT[0].text(text) == STRICT[1].text(text)


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.joinpath("data").iterdir()), ids=lambda path: path.name)
def test_they_agree_on_the_corpus(path: Path) -> None:
    texts = re.split(r"(?<=\n)", path.read_text())
    for text in texts + ["".join(texts)[start : start + 7_000] for start in range(0, sum(map(len, texts)), 7_000)]:
        assert WITH.text(text) == WITHOUT.text(text)
        if text.lstrip().startswith("{"):
            assert WITH.value(_loaded(text)) == WITHOUT.value(_loaded(text))


def _loaded(text: str) -> object:
    try:
        return json.loads(text.rstrip().rstrip(","))
    except ValueError:
        return text


def test_many_finds_in_a_long_text() -> None:
    text = "".join(f"password=hunter{n}-fake; retries {n}; " + "nothing here " * (n % 7) for n in range(400))
    assert WITH.text(text) == WITHOUT.text(text)
    assert "hunter" not in WITH.text(text)
