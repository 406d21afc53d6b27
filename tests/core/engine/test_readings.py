"""What every adapter must read of a request the same way, and the ids it is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clocks import NOW
from failsoft.http import retry_after_seconds
from failsoft.ids import new_error_id, new_request_id, support_reference
from failsoft.requests import TrustedProxies, well_formed_id


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        (" 12 ", 12),
        ("007", 7),
        ("1.5", None),
        ("-1", None),
        ("+1", None),
        ("1e3", None),
        ("²", None),
        ("٣", None),
        ("soon", None),
        ("9" * 65, None),
        ("Fri, 99 Foo 2026 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str | None, seconds: float | None) -> None:
    found = retry_after_seconds(value, NOW)
    assert found == seconds or (value == "Mon, 01 Jan 0001 00:00:00 +2359" and found == 0)


@pytest.mark.parametrize(("offset", "seconds"), [(90, 90), (-90, 0), (0, 0)])
def test_a_date_counts_from_now_and_never_backwards(offset: float, seconds: float) -> None:
    now = datetime.fromtimestamp(NOW, UTC).replace(microsecond=0)
    text = format_datetime(now + timedelta(seconds=offset), usegmt=True)
    assert retry_after_seconds(text, now.timestamp()) == seconds


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert retry_after_seconds("Sun, 22 Nov 2026 00:02:10", datetime(2026, 11, 22, 0, 2, tzinfo=UTC).timestamp()) == 10


@given(st.text(max_size=70) | st.from_regex(r"[A-Z][a-z]{2}, \d{1,4} [A-Z][a-z]{2} \d{1,6} [\d:]{1,12} [+-]?\w{1,6}"))
def test_whatever_a_peer_writes_is_a_number_of_seconds_or_nothing(text: str) -> None:
    found = retry_after_seconds(text, NOW)
    assert found is None or found >= 0


@pytest.mark.parametrize("text", ["a", "req-1", "A.b_C-9", "x" * 128])
def test_a_well_formed_request_id_may_be_kept(text: str) -> None:
    assert well_formed_id(text)


@pytest.mark.parametrize("text", ["", "x" * 129, "a b", "a\n", "a\r\nX: y", "ä", "../../etc", "a;b", '"', "a\x00"])
def test_others_may_not(text: str) -> None:
    assert not well_formed_id(text)


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        ([], "10.0.0.1", "6.6.6.6", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6", "6.6.6.6"),
        (["10.0.0.0/8"], "10.0.0.1", None, "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.0/8"], None, "6.6.6.6", None),
        (["10.0.0.0/8"], "unix:", "6.6.6.6", "unix:"),
        (["10.0.0.0/8"], "8.8.8.8", "6.6.6.6", "8.8.8.8"),
        (["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 6.6.6.6, 10.0.0.2", "6.6.6.6"),
        (["10.0.0.0/8"], "10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        (["10.0.0.0/8"], "10.0.0.1", "forged, nonsense", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "6.6.6.6, <script>", "10.0.0.1"),
        (["::1"], "::1", "2001:db8::7", "2001:db8::7"),
        (["*"], "9.9.9.9", "6.6.6.6, 7.7.7.7", "6.6.6.6"),
        (["10.0.0.1/8"], "10.9.9.9", "6.6.6.6", "6.6.6.6"),
    ],
)
def test_the_client_is_the_nearest_that_is_no_proxy_of_ours(
    trusted: list[str], peer: str | None, forwarded: str | None, client: str | None
) -> None:
    assert TrustedProxies(trusted).client(peer, forwarded) == client


def test_endless_chains_of_proxies_are_cut() -> None:
    forged = "6.6.6.6, " + ", ".join(["10.0.0.2"] * 10_000)
    assert TrustedProxies(["10.0.0.0/8"]).client("10.0.0.1", forged) == "10.0.0.2"


def test_what_is_no_network_is_refused() -> None:
    with pytest.raises(ValueError, match=r"proxy\.example"):
        TrustedProxies(["proxy.example"])


def test_error_ids_are_uuids_that_sort_by_time() -> None:
    made = [new_error_id(NOW + seconds) for seconds in range(100)]
    assert made == sorted(made)
    for number, text in enumerate(made):
        found = UUID(text)
        assert (found.version, found.variant, str(found)) == (7, "specified in RFC 4122", text)
        assert found.int >> 80 == int((NOW + number) * 1000)
    assert len({new_error_id(NOW) for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize("now", [0.0, -5.0, 1e15])
def test_an_odd_clock_still_gives_an_id(now: float) -> None:
    assert UUID(new_error_id(now)).version == 7


def test_request_ids_are_ids_that_we_would_accept() -> None:
    made = {new_request_id() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(well_formed_id(text) and len(text) == 32 for text in made)


def test_support_references_can_be_spoken() -> None:
    made = {support_reference(new_error_id(NOW)) for _ in range(1000)}
    assert len(made) == 1000
    for text in made:
        assert (len(text), text[4]) == (9, "-")
        assert not set(text) & set("ILOU")
