"""What holds for every text and every value."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from failsoft.sanitize import Sanitizer, keyed, verdict

SANITIZER, OTHER = Sanitizer(), Sanitizer()
CANARY = "Canary7Fake"

_FRAGMENTS = """password token api_key secret session key Key (a)=(b) = : => " ' \\" \\ ( ) [ ] { } < > , ; & ? % %3D
    &quot;
    hunter2 abc123def456 Bearer Basic Authorization: Cookie: a=b -----BEGIN https:// user:pw@host jane@example.com
    4111111111111111 +14155552671 123-45-6789 DE89370400440532013000 [REDACTED:token] [REDACTED: eyJ AKIA ghp_
    is for of -p --password input_value= loc args= None null required $1 ${X} 2026-11-22 10.0.0.4 é \ud800"""
FRAGMENTS = st.sampled_from(_FRAGMENTS.split())
TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.one_of(FRAGMENTS, st.sampled_from([" ", "\n", ""]), st.text(max_size=6)), max_size=14).map("".join),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS, st.binary(max_size=20), st.uuids()
)
KEYS = st.one_of(st.text(max_size=8), st.sampled_from(["user", "id", "note", "items", "token_count"]), st.integers())
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=20,
)
HIDDEN = st.sampled_from(
    [
        {"password": CANARY},
        {"apiKey": CANARY},
        {"client-secret": CANARY.encode()},
        {"tokens": [], "access_token": CANARY},
        f"password={CANARY}",
        f'{{"secret": "{CANARY}"}}',
        f"Authorization: Bearer {CANARY}",
        f"postgres://app:{CANARY}@db/x",
        f"<password>{CANARY}</password>",
        f"--password {CANARY}",
        f"token%3D{CANARY}".encode(),
        ("Authorization", f"Bearer {CANARY}"),
        {"name": "password", "value": CANARY},
        {"credentials": {"a": [CANARY]}},
        ValueError(f"bad password={CANARY}"),
        {f"token={CANARY}": 1},
        {f"password={CANARY}"},
    ]
)


@settings(deadline=None, max_examples=400)
@given(TEXTS)
def test_what_was_sanitized_once_is_not_changed_by_a_second_time(text: str) -> None:
    once = SANITIZER.text(text)
    assert SANITIZER.text(once) == once


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_no_text_makes_it_fail(text: str) -> None:
    sanitizer = Sanitizer(tier="strict") if len(text) < 3 else SANITIZER
    sanitizer.text(text)
    assert sanitizer.failures == 0


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="abcdefghij .,!?\n", max_size=200))
def test_prose_without_secrets_is_not_touched(text: str) -> None:
    assert SANITIZER.text(text) == text


_VALUE = st.one_of(
    st.from_regex(r"[A-Za-z0-9_.!?^+~=#@;&$-]{3,24}", fullmatch=True),
    st.from_regex(r"\+?[0-9][0-9 ()/-]{3,16}", fullmatch=True),
    st.sampled_from(
        [
            "0a1b2c3d4e5f6a7b", "abcdefgh-1jklmnop.Q", "is-4f9a8b7c6d5e4f3a2b",
            "sha256withRSA", "2048-bit", "put-your-key-1", "your_key_2", "settings.key1", "oauth2!", "pkcs8.", "u8-x",
            "api_key-1", "a1->b2", "change_me1", "__a1__", "password1", "x1(", "sk1[", "ed25519-sha1", "cvv2;",
        ]
    ),
)  # fmt: skip


@settings(deadline=None, max_examples=800)
@example("", "dob", "=", "a9X00b1b", " ")
@example("&", "api_key", "=", "1Xb0abXaX1#x", "")
@example("", "secret", "=", "key-1", " is missing")
@example('next"', "token", '": "', "ab1x2", '"}')
@example("{'", "password", "': '", "hunter2x", "', 'a': 1} but got 'abc12345'")
@example("<", "authorization", ": bearer ", "abcdefgh12345678", " of ada>")
@example(":param ", "Authorization", ": Token ", "abcdefgh12345678", "")
@given(
    st.sampled_from(
        ["", '"', '{"', "?", ";", "first ", 'unexpected "', "'", "{'", "<", "/", "@", "{", ":param ", "b'"]
    ),
    st.sampled_from(
        ["password", "api_key", "token", "auth", "session_id", "otp", "secret", "first_name", "cookie", "a.pin", "dob",
         "Authorization", "Proxy-Authorization", "a.authorization", "tokens", "passwords"]
    ),
    st.sampled_from(
        ["=", ": ", " = ", " == ", " is ", '="', '": "', '":"', "=>", "': '", "':'", ": Bearer ", ": bearer ",
         ": Basic ", '": "Bearer ', "': 'Token ", "=Bearer "]
    ),
    _VALUE,
    st.sampled_from(
        ["", " ", ")", "(", "[", "<", '"', '"}', '", "b": 1', ", ok", "\n", ";x=1", "'", "'}", "', 'b': 1}", " = y",
         "=y", "', the value: 'abc12345x'", "'} but got 'abc12345x'", " and more", "> x"]
    ),
)  # fmt: skip
def test_the_short_ways_find_what_the_long_ways_find(lead: str, name: str, op: str, value: str, after: str) -> None:
    text = f"{lead}{name}{op}{value}{after}"
    short = SANITIZER.text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdict, "_EVIDENT", re.compile("(?!)"))
        patch.setattr(keyed, "plainly_assigned", lambda _: None)
        # another one, as the first one remembers what it found
        assert OTHER.text(text) == short


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.ip_addresses(v=4).map(str), st.uuids().map(str)))
def test_addresses_and_uuids_are_no_numbers_of_people(text: str) -> None:
    assert SANITIZER.text(text) == text
    assert SANITIZER.text(f"from {text}, again") == f"from {text}, again"
    assert SANITIZER.value([text]) == [text]


@st.composite
def nested(draw: st.DrawFn) -> Any:
    """A value with a secret somewhere in it."""
    value = draw(HIDDEN)
    for _ in range(draw(st.integers(0, 5))):
        others = draw(st.lists(VALUES, max_size=3))
        at = draw(st.integers(0, len(others)))
        items = [*others[:at], value, *others[at:]]
        match draw(st.integers(0, 2)):
            case 0:
                value = items
            case 1:
                value = tuple(items)
            case _:
                value = {f"k{number}": item for number, item in enumerate(items)}
    return value


@settings(deadline=None, max_examples=300)
@given(nested())
def test_a_planted_secret_never_survives(value: Any) -> None:
    assert CANARY not in repr(SANITIZER.value(value))


def _same_shape(cleaned: Any, value: Any) -> bool:
    if isinstance(value, dict):
        return (
            type(cleaned) is type(value)
            and len(cleaned) == len(value)
            and all(_same_shape(new, old) for new, old in zip(cleaned.values(), value.values(), strict=True))
        )
    if isinstance(value, list | tuple):
        return (
            type(cleaned) is type(value)
            and len(cleaned) == len(value)
            and all(_same_shape(new, old) for new, old in zip(cleaned, value, strict=True))
        )
    return type(cleaned) is type(value) or isinstance(cleaned, str)


@settings(deadline=None, max_examples=300)
@given(VALUES)
def test_the_shape_stays_and_nothing_given_is_changed(value: Any) -> None:
    before = copy.deepcopy(value)
    cleaned = SANITIZER.value(value)
    assert value == before
    assert _same_shape(cleaned, value)


@settings(deadline=None, max_examples=200)
@given(VALUES)
def test_a_value_that_was_sanitized_once_is_not_changed_by_a_second_time(value: Any) -> None:
    once = SANITIZER.value(value)
    assert SANITIZER.value(once) == once
