"""Secrets that an application knows by their form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.sanitize import Sanitizer, UserPattern

ENGINES = [
    Sanitizer(engine=engine, patterns=[
        UserPattern("employee_no", r"EMP-\d{6}"),
        UserPattern("case_no", r"(?i)case[-_ ]?no\W{0,3}(?P<secret>\d{4,10})"),
        UserPattern("note", r"note=(.*)", 1),
        UserPattern("last", r"z$"),
    ])
    for engine in ("auto", "python")
]  # fmt: skip


@pytest.mark.parametrize("sanitizer", ENGINES)
@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("found EMP-123456, gone", "found [REDACTED:employee_no], gone"),
        ("Case no: 123456 closed", "Case no: [REDACTED:case_no] closed"),
        ("note=any words\nnext", "note=[REDACTED:note]\nnext"),
        ("note= EMP-123456 by ada@example.com", "note=[REDACTED:note]"),
        ("EMP-٣٣٣٣٣٣", "[REDACTED:employee_no]"),
        ("zzzz", "zzz[REDACTED:last]"),
        ("[REDACTED:employee_no] and z.", "[REDACTED:employee_no] and z."),
    ],
)
def test_what_a_pattern_finds_goes(sanitizer: Sanitizer, text: str, cleaned: str) -> None:
    assert sanitizer.text(text) == cleaned
    assert sanitizer.text(sanitizer.text(text)) == sanitizer.text(text)


@pytest.mark.parametrize("sanitizer", ENGINES)
def test_values_too(sanitizer: Sanitizer) -> None:
    assert sanitizer.value({"id": ["EMP-123456"], "raw": b"EMP-123456"}) == {
        "id": ["[REDACTED:employee_no]"],
        "raw": b"[REDACTED:employee_no]",
    }


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["EMP-", "123456", "note=", "z", "\n", " ", "[REDACTED:email]", "[REDACTED:jwt#0a1b]", "case no ", "é", "٣"]
        ),
        max_size=12,
    ).map("".join)
)
def test_it_is_done_at_once_and_markers_stay(text: str) -> None:
    first = ENGINES[0].text(text)
    assert ENGINES[1].text(text) == first
    assert ENGINES[0].text(first) == first
    for marker in ("[REDACTED:email]", "[REDACTED:jwt#0a1b]"):
        assert first.count(marker) == text.count(marker)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (UserPattern("x", "(a+)+$"), "exponential"),
        (UserPattern("x", "("), "not a regular expression"),
        (UserPattern("X!", "a"), "expected a name"),
        (UserPattern("x", "a", 1), "no group"),
        (UserPattern("x", "a", "secret"), "no group"),
    ],
)
def test_a_bad_pattern_is_refused(pattern: UserPattern, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Sanitizer(patterns=[pattern])


NUMBERED = [
    Sanitizer(engine=engine, patterns=[UserPattern("emp", r"EMP-?\d{6}"), UserPattern("customer", r"\b8\d{8}\b")])
    for engine in ("auto", "python")
]


@pytest.mark.parametrize("sanitizer", NUMBERED)
@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("GET /e/EMP%2D123456?x=1", "GET /e/[REDACTED:emp]?x=1"),
        (r'{"who": "EMP\u002d123456"}', '{"who": "[REDACTED:emp]"}'),
        ("<b>EMP&#45;123456</b>", "<b>[REDACTED:emp]</b>"),
        ("body dGhpcyBpcyBFTVAtMTIzNDU2IGZvciB5b3U=", "body [REDACTED:encoded]"),
        ("EMP%2D12345 and %25", "EMP%2D12345 and %25"),
    ],
)
def test_one_layer_of_encoding_hides_nothing_from_a_pattern(sanitizer: Sanitizer, text: str, cleaned: str) -> None:
    assert sanitizer.text(text) == cleaned
    assert sanitizer.text(cleaned) == cleaned


@pytest.mark.parametrize("sanitizer", NUMBERED)
@pytest.mark.parametrize(
    ("given_value", "cleaned"),
    [
        ({"EMP123456": 1}, {"[REDACTED:emp]": 1}),
        ({812345678: "x"}, {"[REDACTED:customer]": "x"}),
        ({"customer": 812345678}, {"customer": "[REDACTED:customer]"}),
        ([Decimal(812345678), 812345678.5], ["[REDACTED:customer]", "[REDACTED:customer].5"]),
        ({"EMP12": 81, "n": [1, True, None, 2.5]}, {"EMP12": 81, "n": [1, True, None, 2.5]}),
    ],
)
def test_a_pattern_holds_for_keys_and_numbers(sanitizer: Sanitizer, given_value: Any, cleaned: Any) -> None:
    assert sanitizer.value(given_value) == cleaned
