"""Rules and the machine that counts by them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failsoft.audit.incidents import BUILT_IN, IncidentBook, Moved, Rule, Sighting

BURST = Rule(name="burst", categories=("authentication",), count=3, window=60.0, by="client", quiet=300.0)


def book(*rules: Rule) -> IncidentBook:
    numbers = itertools.count(1)
    return IncidentBook(rules or (BURST,), lambda _: str(next(numbers)))


def refused(client: str = "192.0.2.7", **fields: Any) -> Sighting:
    return Sighting(**({"at": 0.0, "category": "authentication", "client": client} | fields))


def said(moved: list[Moved]) -> list[tuple[str, str, str]]:
    return [(one.what, one.incident.subject, one.reason) for one in moved]


def test_so_many_within_the_window_open_an_incident_and_no_fewer() -> None:
    watching = book()
    assert watching.see(refused(error_id="a"), 0.0) == []
    assert watching.see(refused(error_id="b"), 30.0) == []
    (moved,) = watching.see(refused(error_id="c", at=7.0), 60.0)
    assert (moved.what, moved.incident.count, moved.incident.error_ids) == ("opened", 3, ("a", "b", "c"))
    assert moved.incident.opened == 7.0


def test_what_is_spread_wider_than_the_window_opens_none() -> None:
    watching = book()
    assert [watching.see(refused(), now) for now in (0.0, 40.0, 80.0, 120.0, 160.0)] == [[]] * 5
    assert said(watching.see(refused(), 161.0)) == [("opened", "192.0.2.7", "")]


def test_each_client_is_counted_for_itself_and_nobody_in_particular_is_not() -> None:
    watching = book()
    for client in ("a", "b", "", "a", "b", "", "", ""):
        assert watching.see(refused(client), 0.0) == []
    assert said(watching.see(refused("b"), 1.0)) == [("opened", "b", "")]
    assert said(watching.see(refused("a"), 1.0)) == [("opened", "a", "")]


def test_while_one_is_open_repetitions_are_counted_and_it_closes_when_it_is_quiet() -> None:
    watching = book()
    for _ in range(3):
        watching.see(refused(), 0.0)
    assert [watching.see(refused(), now) for now in (100.0, 200.0)] == [[], []]
    assert watching.due() == 500.0
    assert watching.tick(499.0) == []
    (closed,) = watching.tick(500.0)
    assert (closed.what, closed.reason, closed.incident.count) == ("closed", "quiet", 5)
    assert watching.due() is None
    for _ in range(2):
        assert watching.see(refused(), 501.0) == []
    assert said(watching.see(refused(), 501.0)) == [("opened", "192.0.2.7", "")]


def test_a_rule_counts_by_code_category_or_flag() -> None:
    by_code = Rule(name="a", codes=("CARD_*",))
    by_flag = Rule(name="b", flags=("pci",))
    assert by_code.concerns(Sighting(at=0, code="CARD_LEAK"))
    assert not by_code.concerns(Sighting(at=0, code="DISCARD_X"))
    assert by_flag.concerns(Sighting(at=0, flags=("hipaa", "pci")))
    assert not by_flag.concerns(Sighting(at=0, flags=("hipaa",)))
    assert not BUILT_IN["tampering"].concerns(Sighting(at=0, code="tampering"))
    assert BUILT_IN["tampering"].concerns(Sighting(at=0, trouble="tampering"))
    assert not by_code.concerns(Sighting(at=0, trouble="tampering", code="CARD_LEAK"))


@pytest.mark.parametrize(
    ("sighting", "rules"),
    [
        (Sighting(at=0, code="HIPAA_COMPLIANCE_ERROR", category="business_logic"), ["compliance"]),
        (Sighting(at=0, code="ENCRYPTION_ERROR", category="configuration"), ["encryption"]),
        (Sighting(at=0, trouble="records_lost", number=4), ["records_lost"]),
        (Sighting(at=0, trouble="tampering"), ["tampering"]),
        (Sighting(at=0, code="NOT_FOUND", category="validation"), []),
    ],
)
def test_what_is_an_incident_by_default_at_once(sighting: Sighting, rules: list[str]) -> None:
    moved = book(*BUILT_IN.values()).see(sighting, 0.0)
    assert [one.incident.rule.name for one in moved] == rules


def test_bursts_by_default() -> None:
    watching = book(*BUILT_IN.values())
    opened = [
        (number, one.incident.rule.name)
        for number in range(1, 121)
        for one in watching.see(refused(f"client-{number % 12}", user="root" if number > 100 else ""), number / 4)
    ]
    assert (100, "authentication_flood") in opened
    assert "account_burst" in {name for _, name in opened}
    assert sum(name == "authentication_burst" for _, name in opened) == 12


def test_a_thousand_may_be_open_and_the_one_seen_longest_ago_makes_room() -> None:
    watching = book(Rule(name="r", categories=("authentication",), by="client"))
    for number in range(1_000):
        watching.see(refused(str(number)), float(number) / 100)
    watching.see(refused("0"), 11.0)
    moved = watching.see(refused("one more"), 11.0)
    assert said(moved) == [("opened", "one more", ""), ("closed", "1", "displaced")]
    assert len(watching.open) == 1_000


@given(st.lists(st.tuples(st.integers(0, 5_000), st.floats(0, 5)), max_size=300), st.integers(1, 4))
def test_it_never_holds_more_than_it_may_and_opens_one_at_a_time(steps: list[tuple[int, float]], count: int) -> None:
    rule = Rule(name="r", categories=("authentication",), count=count, window=10.0, by="client", quiet=20.0)
    watching, now, open_ = book(rule), 0.0, set[str]()
    for client, step in steps:
        now += step
        for one in watching.see(refused(str(client % 7)), now):
            if one.what == "opened":
                assert one.incident.subject not in open_
                open_.add(one.incident.subject)
            else:
                open_.remove(one.incident.subject)
        assert {incident.subject for incident in watching.open} == open_


def test_a_flood_of_clients_does_not_fill_the_memory() -> None:
    watching = book(Rule(name="r", categories=("authentication",), count=1_000, by="client"))
    for number in range(5_000):
        watching.see(refused(f"client-{number}"), 0.0)
    assert len(watching._counters["r"]) == 100


def test_ending_closes_all() -> None:
    watching = book(Rule(name="r", categories=("authentication",), by="client"))
    watching.see(refused("a"), 0.0)
    assert said(watching.end()) == [("closed", "a", "ended")]
    assert watching.open == ()
