"""Headers of exceptions: what may be sent, and what is dropped."""

from __future__ import annotations

from typing import Any

import pytest
from h11 import Response
from hypothesis import given
from hypothesis import strategies as st

from failsoft.problem.headers import clean, is_value, merged


@pytest.mark.parametrize(
    "pair",
    [
        ("X-A", "a\r\nSet-Cookie: admin=1"), ("X-A", "a\nb"), ("X-A", "a\rb"), ("X-A", "a\x00b"), ("X-A", "a\x7fb"),
        ("X-A", "snow ☃"), ("X-A", "\ud800"), ("X-A", "a" * 8193), ("X A", "a"), ("X-A:", "a"), ("", "a"),
        ("X\r\nB", "a"),
        ("Ä", "a"), ("X" * 129, "a"), ("X-A", None), (None, "a"), ("X-A", ["a"]), "Xa", ("X-A",), ("X-A", "a", "b"), 7,
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_dropped_and_counted(pair: Any) -> None:
    assert clean([("X-Before", "1"), pair, ("X-After", "2")]) == ((("X-Before", "1"), ("X-After", "2")), 1)


@pytest.mark.parametrize(
    "name",
    ["Content-Type", "content-length", "Transfer-Encoding", "CONNECTION", "Content-Encoding", "Content-Language"],
)
def test_headers_of_another_body_are_left_out(name: str) -> None:
    assert clean([(name, "text/evil")]) == ((), 0)


def test_several_headers_of_one_name_stay_in_order() -> None:
    asked = (("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", 'Basic realm="x"'), ("Set-Cookie", "a=1"))
    assert clean(asked) == (asked, 0)


def test_allow_is_one_header_and_sorted() -> None:
    kept, dropped = clean([("Allow", "POST, GET"), ("allow", "HEAD,GET ,")])
    assert kept == (("Allow", "GET, HEAD, POST"),)
    assert dropped == 0


def test_bytes_and_numbers_become_text_and_outer_blanks_go() -> None:
    assert clean([(b"X-A", b"caf\xe9"), ("X-B", 5), ("X-C", " a\t")])[0] == (
        ("X-A", "café"),
        ("X-B", "5"),
        ("X-C", "a"),
    )


def test_more_headers_than_a_server_takes_are_dropped() -> None:
    kept, dropped = clean([("X-A", str(number)) for number in range(70)])
    assert (len(kept), dropped) == (64, 6)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=40)), max_size=8))
def test_whatever_is_kept_a_server_can_send(pairs: list[tuple[str, str]]) -> None:
    kept, dropped = clean([*pairs, ("X-Good", "1")])
    assert ("X-Good", "1") in kept
    assert dropped <= len(pairs)
    # h11 is a server's own judge: it raises on what the wire cannot carry
    Response(status_code=500, headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in kept])


def test_lists_are_merged_without_repetition() -> None:
    assert merged(["accept, Cookie"], ["Accept", " Accept-Language"]) == "accept, Cookie, Accept-Language"
    assert merged(["Cookie, *"], ["Accept"]) == "*"


def test_a_value_is_text_that_fits_a_line() -> None:
    assert is_value("a b")
    assert not is_value("a\nb")
    assert not is_value(5)
