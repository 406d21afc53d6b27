"""Which format and which language an answer has."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failsoft.problem import accepted_format, accepted_language
from failsoft.problem.negotiate import language_tag

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
FORMATS = {"json", "html", "text"}


@pytest.mark.parametrize(
    "accept",
    [
        None, "", " ", ",", ";", "*/*", "*", "garbage", "text", "text/", "/html", "text/html;q=x", "text/html;q=",
        "text/html;q=-1", "text/html;q=nan", "text/html;q=1e3", "\x00", "é/ü", "text/html;q=0",
        "application/json", "application/problem+json", "application/vnd.api+json", "application/*", "image/png",
        "text/html, application/json", "application/json, text/html", "text/html;q=0.5, application/json;q=0.6",
        "application/json, text/plain, */*", "text/html, */*", "*/*;q=0.5, application/json;q=0.1",
        'application/json;profile="a,text/html"', "application/json;q=0, application/problem+json",
    ],
)  # fmt: skip
def test_json_is_the_answer_unless_something_else_is_wanted_more(accept: str | None) -> None:
    assert accepted_format(accept) == "json"


@pytest.mark.parametrize(
    "accept",
    [
        FIREFOX, "text/html", "TEXT/HTML", "text/*", "text/html ; q=0.9 , application/json ; q=0.8",
        "text/html;level=1",
        "text/html, application/json;q=0", "text/html, text/plain", "garbage,, text/html", "text/html;q=2",
    ],
)  # fmt: skip
def test_a_browser_gets_a_page(accept: str) -> None:
    assert accepted_format(accept) == "html"


@pytest.mark.parametrize("accept", ["text/plain", "text/plain, text/html;q=0.5", "text/plain;q=0.3, */*;q=0.1"])
def test_who_asks_for_text_gets_text(accept: str) -> None:
    assert accepted_format(accept) == "text"


@given(st.text(max_size=300) | st.text("texhml/*+json,;q=0.19 -", max_size=300))
def test_any_accept_header_is_answered(accept: str) -> None:
    assert accepted_format(accept) in FORMATS


@given(st.lists(st.sampled_from(["text/html", "application/json", "*/*", "text/plain;q=0.2", "x;;q=,"]), max_size=6))
def test_json_named_without_a_quality_is_never_outranked(others: list[str]) -> None:
    assert accepted_format(",".join([*others, "application/json"])) == "json"


@pytest.mark.parametrize("unit", ["text/html,", "text/html;q=0.", ",", ";", "a/b;c=d;", " ", "text/html\t;"])
def test_of_a_huge_header_only_the_start_is_read(unit: str) -> None:
    huge = (unit * 100_000)[:100_000]
    assert accepted_format("application/json," + huge) == "json"
    assert accepted_format(huge + ",application/json;q=0.1") in FORMATS
    assert accepted_language("de," + huge, ("en", "de")) == "de"


def test_a_range_beyond_the_bound_is_not_seen() -> None:
    assert accepted_format("a/b," * 40 + "text/html") == "json"
    assert accepted_format("a/b," * 10 + "text/html") == "html"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("DE-at", "de"),
        ("de-AT-1996, fr;q=0.9", "de"),
        ("fr;q=0.9, de", "de"),
        ("it, fr;q=0.3", "fr"),
        ("it", "en"),
        ("*", "en"),
        ("it, *;q=0.5", "en"),
        ("en;q=0, *", "de"),
        ("de;q=0", "en"),
        ("de;q=0, de-AT", "en"),
        ("de;q=oops, fr", "fr"),
        ("zh-Hant-x-private", "zh-Hant"),
        ("zh", "en"),
        ("\ud800, de", "de"),
        ("de;q=0.1, *;q=0.8", "en"),
        ("en;q=0.1, *;q=0.8", "de"),
        ("*;q=0.5, fr", "fr"),
        ("en;q=0, de;q=0, fr;q=0, zh-Hant;q=0", "en"),
        ("en;q=0, de;q=0.2, fr;q=0, zh-Hant;q=0, *", "de"),
        ("de_DE", "de"),
        ("de-DE;q=0.9, fr;q=0.901", "fr"),
        ("fr;Q=0.1, de;q=0.2", "de"),
        ("de;q=٣, fr;q=0.1", "fr"),
        ("zh-Hant-TW;q=0.7, fr;q=0.6", "zh-Hant"),
        ("zh-Hans, fr;q=0.6", "fr"),
        ("de;q=0.0000001, fr;q=0", "en"),
    ],
)
def test_the_language_is_looked_up_from_exact_to_general(header: str | None, language: str) -> None:
    assert accepted_language(header, ("en", "de", "fr", "zh-Hant")) == language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("pt-BR, pt;q=0.9", "pt-BR"),
        ("pt-PT, pt;q=0.9, es;q=0.8", "es"),
        ("pt", "en"),
        ("pt-BR-x-a, en;q=0.9", "pt-BR"),
        ("PT-br", "pt-BR"),
    ],
)
def test_a_regional_language_is_not_given_to_who_asks_for_another_region(header: str, language: str) -> None:
    assert accepted_language(header, ("en", "pt-BR", "es")) == language


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("de", "de"), ("pt_BR", "pt-BR"), ("PT-br", "pt-BR"), ("zh_hant_tw", "zh-Hant-TW"), ("sr@latin", "sr-Latn"),
        ("sr_RS.UTF-8@latin", "sr-Latn-RS"), ("ca@valencia", "ca-valencia"), ("de-x-AB-Cdef", "de-x-ab-cdef"),
        ("es-419", "es-419"), ("sl-1994", "sl-1994"),
        ("", None), ("*", None), ("C", None), ("de-", None), ("de--AT", None), ("deutschland", None), ("d e", None),
        ("de\n", None), ("../x", None),
    ],
)  # fmt: skip
def test_a_locale_is_a_language_tag(name: str, tag: str | None) -> None:
    assert language_tag(name) == tag


def test_the_first_language_is_the_default() -> None:
    assert accepted_language("it", ("fr", "en")) == "fr"


@given(st.text(max_size=200) | st.text(string.ascii_letters + "-*,;q=0.19 ", max_size=200))
def test_any_accept_language_gives_a_language_there_is(header: str) -> None:
    assert accepted_language(header, ("en", "de-AT", "fr")) in {"en", "de-AT", "fr"}
