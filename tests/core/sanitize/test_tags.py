"""Tags by which equal values are known in markers."""

from __future__ import annotations

import re

import pytest
from evaluations.sanitizer.cases import load

from failsoft.sanitize import Sanitizer
from failsoft.sanitize.tags import Tagger

TAGGING = Sanitizer(correlation_key=b"k" * 32, tier="strict")
OTHER = Sanitizer(correlation_key=b"q" * 32)
TAG = re.compile(r"\[REDACTED:\w+#([0-9a-f]{4})\]")


def tag(text: object) -> str:
    (found,) = TAG.findall(str(text))
    return str(found)


def test_the_same_value_has_the_same_tag_wherever_it_stands() -> None:
    secret = "hunter2" + "-and-fake"
    tags = {
        tag(TAGGING.text(f"password={secret}")),
        tag(TAGGING.text(f'{{"password": "{secret}"}}')),
        tag(TAGGING.value({"password": secret})),
        tag(TAGGING.value({"password": secret.encode()})),
        tag(TAGGING.value([("password", secret)])),
        tag(TAGGING.header("X-Api-Key", secret)),
    }
    assert len(tags) == 1
    assert tag(TAGGING.text(f"password={secret}x")) not in tags
    assert tag(OTHER.text(f"password={secret}")) not in tags


@pytest.mark.parametrize(
    "spellings",
    [
        ("mail Ada@Example.com now", "from <ada@example.com>"),
        ("card 4111 1111 1111 1111", "card 4111-1111-1111-1111", "card 4111111111111111"),
        ("call +1 415 555 0132", "call +1-415-555-0132"),
        ("peer 203.0.113.7", "from 203.0.113.7:80"),
        ("iban GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
    ],
)
def test_however_it_is_written(spellings: tuple[str, ...]) -> None:
    assert len({tag(TAGGING.text(text)) for text in spellings}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "password=hunter2-and-fake for ada@example.com at 203.0.113.7 token [REDACTED:jwt] card 4111 1111 1111 1111",
        "Authorization: Bearer abcdef0123456789 and [REDACTED:email#3f9a], password: [REDACTED:password#0000]",
        '{"password": "[REDACTED:password#12ab]", "note": "x@example.org"}',
        "password%3Dhunter2-and-fake%26x=1",
        "cannot reach postgresql://shop:hunter2-and-fake@db.internal:5432/shop",
        "https://ada:hunter2-and-fake@proxy:3128 and redis://:hunter2-and-fake@cache/0",
        "https://ada%40example.com:hunter2-and-fake@git.example/a.git",
        "send: 'AUTH PLAIN AGFkYQBodW50ZXIyLWFuZC1mYWtl\\r\\n'",
        "USER ada\n+OK\nPASS hunter2-and-fake\n-ERR",
        "A1 LOGIN ada@example.com hunter2-and-fake",
    ],
)
def test_a_marker_stays_as_it_is(text: str) -> None:
    once = TAGGING.text(text)
    assert TAGGING.text(once) == once
    assert Sanitizer(tier="strict").text(once) == once
    for marker in re.findall(r"\[REDACTED:[^\]]+\]", text):
        assert marker in once


@pytest.mark.parametrize("tier", ["core", "strict"])
def test_no_case_changes_a_second_time(tier: str) -> None:
    tagging = TAGGING if tier == "strict" else Sanitizer(correlation_key=b"k" * 32)
    plain = Sanitizer(tier="strict") if tier == "strict" else Sanitizer()
    changed = []
    for case in load():
        given = case.build()
        if case.tier != tier or not isinstance(given, str):
            continue
        once = tagging.text(given)
        if {tagging.text(once), plain.text(once)} != {once}:
            changed.append(case.listed)
    assert changed == []


def test_a_value_that_is_a_marker_stays() -> None:
    once = TAGGING.value({"password": "hunter2-and-fake", "email": "ada@example.com", "n": {"pin": 48151623}})
    assert TAGGING.value(once) == once
    assert Sanitizer().value(once) == once


def test_what_was_not_read_has_no_tag() -> None:
    loop: list[object] = []
    loop.append(loop)
    assert TAGGING.value(loop) == ["[REDACTED:cycle]"]


def test_without_a_key_there_is_none_and_a_short_one_is_refused() -> None:
    assert Sanitizer().text("mail ada@example.com") == "mail [REDACTED:email]"
    with pytest.raises(ValueError, match="16 bytes"):
        Tagger(b"short")
