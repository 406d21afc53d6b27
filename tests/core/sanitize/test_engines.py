"""The search by RE2 and the one without it give the same result."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from failsoft.sanitize import Sanitizer, gate
from failsoft.sanitize.gate import linear

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
    "(",
    '("',
    'session.flush>", line 2',
    "@app.route",
    "://",
    "scott/tiger",
    "re_exceptions",
    "sk_live_" + "a1B2" * 2,
    "glpat-" + "a1B2" * 3,
    "csk-" + "a1B2" * 8,
    "xoxb-" + "a1B2" * 2,
    "::1",
    "10.0.0.7",
    "/home/ada/",
]


@settings(max_examples=600, deadline=None)
@example("://passwordİstanbul@example.com")
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


@pytest.mark.parametrize(
    "token",
    [
        "sk_live_" + "a1B2" * 2,
        "xoxb-" + "a1B2" * 3,
        "glpat-" + "a1B2" * 3,
        "tskey-" + "auth-a1B2" * 2,
        "SG." + "a1B2" * 2 + "." + "c3D4" * 4,
        "dp.pt." + "a1B2" * 5,
        "csk-" + "a1B2" * 8,
        "ck_" + "0a1b" * 10,
        "re_" + "a1B2" * 2 + "_" + "c3D4" * 5,
        "ghp_" + "a1B2" * 4,
        "whsec_" + "a+B2" * 4,
    ],
)
@pytest.mark.parametrize("sanitizer", [WITH, WITHOUT, *STRICT], ids=["re2", "python", "re2 strict", "python strict"])
def test_the_shortest_token_of_a_vendor_goes_wherever_it_stands(sanitizer: Sanitizer, token: str) -> None:
    for before, after in (("", ""), ("used ", " here"), ("«", "»"), ("x" * 700 + " ", "\n" + "y" * 700)):
        cleaned = sanitizer.text(f"{before}{token}{after}")
        assert token not in cleaned
        assert cleaned.startswith(before)
        assert cleaned.endswith(after)


def test_a_token_without_a_digit_goes() -> None:
    token = "pat" + "aBcDeFgHiJkLmN" + "." + "abcdef" * 10 + "abcd"
    for sanitizer in (WITH, WITHOUT):
        assert sanitizer.text(f"used {token} here") == "used [REDACTED:airtable_token] here"


@pytest.mark.parametrize(
    "code",
    [
        "    self.check_exception(response)\n",
        "with map_httpcore_exceptions():\n",
        "with Session(engine) as session:\n",
        "return session.request(method=method, url=url)\n",
        'File "<@beartype(orm.session.Session.flush)>", line 2, in flush\n',
        "release shop@1.4.2, worker shop-api-7d9c6b5f4-x2x9z",
        "@app.get\ndef route(): ...\n",
        "GET http://127.0.0.1:8000/orders and https://shop.example/a@2x\n",
    ],
)
@pytest.mark.parametrize("sanitizer", [WITH, WITHOUT], ids=["re2", "python"])
def test_code_that_only_looks_like_the_beginning_of_a_secret_stays(sanitizer: Sanitizer, code: str) -> None:
    assert sanitizer.text(code) == code


class Documented:
    """RE2 as another version of its wrapper may have it: nothing in it but what is documented."""

    groups = 0

    def __init__(self, pattern: str, *, latin: bool = False) -> None:
        self.search = linear(pattern, latin=latin).search


def _of_another_version() -> Sanitizer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "linear", lambda text, **how: linear(text, **how) and Documented(text, **how))
        return Sanitizer(engine="re2")


OTHER = _of_another_version()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_another_version_of_the_wrapper_finds_the_same(text: str) -> None:
    assert OTHER.text(text) == WITH.text(text)
