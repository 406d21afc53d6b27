"""Reading raw values by annotation: the decoder under every class of options."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.kinds import Network, Url, format_duration, parse_frequency
from failsoft.options import Duration, Options, Rate, Reference, Secret, decode, describe_type, parse_duration, shown
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.retry import Retry


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf(Options):
    size: Annotated[int, Meta(ge=1, le=9)] = 1
    limit: Annotated[int, Meta(ge=1)] = 9
    not_: Annotated[bool, Meta()] = False

    def check(self, path: str) -> Iterable[Fault]:
        if self.size > self.limit:
            yield Fault(f"{path}.size", str(self.size), "expected at most limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree(Options):
    name: Annotated[str, Meta(min_length=1)]
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    named: Annotated[Mapping[str, Leaf], Meta(description="by name")] = None  # type: ignore[assignment]
    text: str | Mapping[str, str] = ""


def read(hint: Any, raw: Any) -> tuple[Any, list[str]]:
    faults: list[Fault] = []
    value = decode(hint, raw, "x", faults)
    return value, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("hint", "raw", "value"),
    [
        (int, 3, 3),
        (float, 3, 3.0),
        (bool, True, True),
        (Duration, "250ms", 0.25),
        (Duration, "1.5h", 5400.0),
        (Duration, "7y", 7 * 365.25 * 86400),
        (Duration, 2, 2.0),
        (Duration | None, None, None),
        (int | Duration, "30s", 30.0),
        (int | Duration, 30.0, 30.0),
        (int | Duration, 30, 30),
        (Rate, "50%", 0.5),
        (Rate, 1, 1.0),
        (Annotated[Rate | None, Meta(description="d")], "5 %", 0.05),
        (Secret, "env:NAME", "env:NAME"),
        (Reference, "shop.errors:Body.render", "shop.errors:Body.render"),
        (Network, "10.1.2.3/8", "10.0.0.0/8"),
        (Network, "::1", "::1/128"),
        (Url, "https://x.example/e/", "https://x.example/e/"),
        (Colour, "red", Colour.RED),
        (Annotated[tuple[Colour, ...], Meta(description="d")], ["blue"], (Colour.BLUE,)),
        (Literal["a", "b"] | bool, "a", "a"),
        (str | Mapping[str, str], {"en": "x"}, {"en": "x"}),
    ],
)
def test_a_good_value_is_read(hint: Any, raw: Any, value: Any) -> None:
    got, faults = read(hint, raw)
    assert faults == []
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("hint", "raw", "fault"),
    [
        (int, 3.0, "x = 3.0: expected a whole number"),
        (int, True, "x = true: expected a whole number"),
        (float, float("nan"), "x = nan: expected a number"),
        (float, True, "x = true: expected a number"),
        (bool, 1, "x = 1: expected true or false"),
        (str, 5, "x = 5: expected a text"),
        (Annotated[int, Meta(ge=1, le=9)], 0, "x = 0: expected a whole number from 1 to 9"),
        (Annotated[int | None, Meta(ge=1)], 0, "x = 0: expected a whole number at least 1"),
        (Annotated[Duration, Meta(gt=0)], "0s", "x = '0s': expected a duration such as"),
        (Duration, "-2s", "x = '-2s': expected a duration"),
        (Duration, "2 sec", "x = '2 sec': expected a duration"),
        (Duration, "٣s", "x = '٣s': expected a duration"),
        (Duration, float("inf"), "x = inf: expected a duration"),
        (Duration, "9" * 400 + "s", "expected a duration"),
        (Duration, 10**400, "expected a duration"),
        (Duration, True, "x = true: expected a duration"),
        (Rate, 0, "x = 0: expected a share above 0"),
        (Rate, "101%", "x = '101%': expected a share above 0"),
        (Reference, "shop.errors.body", """x = 'shop.errors.body': expected "package.module:name\""""),
        (Network, "10.0.0.0/33", "x = '10.0.0.0/33': expected an IP address"),
        (Network, 10, "x = 10: expected an IP address"),
        (Url, "ftp://x", "x = 'ftp://x': expected a URL that begins with http://"),
        (Colour, "reed", """x = 'reed': expected one of "red", "blue"; did you mean "red"?"""),
        (Literal["auto", "keep"], "Auto", """x = 'Auto': expected one of "auto", "keep"; did you mean "auto"?"""),
        (Literal["auto", "keep"] | None, "kep", """x = 'kep': expected one of "auto", "keep"; did you mean "keep"?"""),
        (bool | Literal["key"], "kee", """x = 'kee': expected true or false or "key\""""),
        (tuple[str, ...], "abc", "x = 'abc': expected a list of texts"),
        (tuple[Leaf, ...], {"size": 1}, "x = {…}: expected a list of tables"),
        (Annotated[tuple[str, ...], Meta(min_length=1)], [], "x = []: expected a list of texts, not empty"),
        (Mapping[str, str], [1], "x = […]: expected a table"),
        (Leaf, "a", "x = 'a': expected a table"),
        (Leaf, [], "x = []: expected a table"),
        (str, {"a": 1}, "x = {…}: expected a text"),
        (str, object(), "x = <object>: expected a text"),
        (str | int, [1], "x = […]: expected a text or a whole number"),
    ],
)
def test_a_wrong_value_is_one_fault_that_says_what_was_expected(hint: Any, raw: Any, fault: str) -> None:
    _, faults = read(hint, raw)
    assert len(faults) == 1
    assert fault in faults[0]


def test_all_faults_are_found_at_any_depth() -> None:
    raw = {
        "nam": "x",
        "leaf": {"size": 0, "limt": 1},
        "leaves": [{"size": 1}, {"size": "a"}, 5],
        "named": {"a.b": {"not": 1}},
        "text": {"en": 1},
    }
    _, faults = read(Tree, raw)
    assert sorted(faults) == [
        'x.leaf.limt: unknown key; did you mean "limit"?',
        "x.leaf.size = 0: expected a whole number from 1 to 9",
        "x.leaves[1].size = 'a': expected a whole number from 1 to 9",
        "x.leaves[2] = 5: expected a table",
        'x.nam: unknown key; did you mean "name"?',
        'x.name: required: a text, not empty',
        'x.named."a.b".not = 1: expected true or false',
        "x.text.en = 1: expected a text",
    ]  # fmt: skip


def test_fields_are_checked_against_each_other_even_beside_another_fault() -> None:
    _, faults = read(Leaf, {"size": 5, "limit": 2, "not": "no"})
    assert sorted(faults) == [
        "x.not = 'no': expected true or false",
        "x.size = 5: expected at most limit",
    ]


def test_a_check_that_cannot_be_made_beside_a_fault_does_not_hide_the_fault() -> None:
    _, faults = read(Leaf, {"size": 5, "limit": "two"})
    assert faults == ["x.limit = 'two': expected a whole number at least 1"]


def test_python_and_files_are_checked_alike() -> None:
    with pytest.raises(SettingsError) as caught:
        Leaf(size=5, limit=2, not_="no")  # type: ignore[arg-type]
    assert sorted(map(str, caught.value.faults)) == [
        "Leaf.not = 'no': expected true or false",
        "Leaf.size = 5: expected at most limit",
    ]


def test_python_may_write_values_as_the_file_does() -> None:
    tree = Tree(name="x", leaf={"size": 2}, leaves=[{"size": 3}])  # type: ignore[arg-type]
    assert tree.leaf == Leaf(size=2)
    assert tree.leaves == (Leaf(size=3),)


def test_reading_what_was_read_changes_nothing() -> None:
    breaker = CircuitBreaker(window="30s", failure_rate_threshold="50%")  # type: ignore[arg-type]
    assert replace(breaker) == breaker
    assert breaker.window == 30.0
    assert isinstance(breaker.window, float)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_options_are_copied_with_what_was_given(again: Any) -> None:
    retry = Retry(strategy="network", max_attempts=3)
    assert again(retry) == retry
    assert again(retry).given == {"strategy", "max_attempts"}


def test_a_key_beside_a_strategy_overrides_it_even_with_the_usual_default() -> None:
    assert Retry(strategy="network").max_attempts == 10
    assert Retry(strategy="network", max_attempts=3).max_attempts == 3
    retry, faults = read(Retry, {"strategy": "network", "max_attempts": 3})
    assert faults == []
    assert (retry.max_attempts, retry.base_delay, retry.jitter) == (3, 0.05, "equal")


@pytest.mark.parametrize(
    ("raw", "attempts"), [("network", 10), (4, 4), ({"strategy": "external"}, 3), ({}, 3), ({"max_attempts": 7}, 7)]
)
def test_a_retry_has_shorthands(raw: Any, attempts: int) -> None:
    retry, faults = read(Retry, raw)
    assert faults == []
    assert retry.max_attempts == attempts


def test_a_misspelt_strategy_is_found() -> None:
    _, faults = read(Retry, "netwrok")
    assert faults == [
        """x.strategy = 'netwrok': expected one of general, network, external; did you mean "network"?""",
    ]


@pytest.mark.parametrize("raw", [True, 1.5, []])
def test_a_value_that_no_shorthand_reads_names_the_shorthands(raw: Any) -> None:
    _, faults = read(Retry, raw)
    assert len(faults) == 1
    assert "expected a table, the name of a strategy (general, network, external), or a number of attempts" in faults[0]


@pytest.mark.parametrize(
    "path",
    [
        "password",
        "db.passwd",
        "client_secret",
        "x.apiKey",
        "a.access-token",
        "key",
        "keys.key",
        'h."my.token"',
        "key[0]",
    ],
)
def test_what_stands_under_a_sensitive_key_is_never_shown(path: str) -> None:
    assert shown("hunter2", path) == "[hidden]"
    assert shown(12345, path) == "[hidden]"


@pytest.mark.parametrize("path", ["timeout", "match", "id_header", "keyboard", "max_attempts"])
def test_what_stands_under_other_keys_is_shown(path: str) -> None:
    assert shown("hunter2", path) == "'hunter2'"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql://user:hunter2@db/x", "'postgresql://[hidden]@db/x'"),
        ("redis://:hunter2@db", "'redis://[hidden]@db'"),
        ("redis://u:p/hunter2@db", "'redis://[hidden]@db'"),
        ("mysql://db/x?password=hunter2", "'mysql://db/x'"),
    ],
)
def test_a_url_is_shown_without_user_password_and_query(url: str, text: str) -> None:
    assert shown(url, "url") == text


def test_a_secret_pasted_in_place_of_its_reference_is_not_shown() -> None:
    _, faults = read(Secret, "hunter2")
    assert faults == ['x = [hidden]: expected "env:NAME" or "file:PATH"']
    _, faults = read(Secret | None, "hunter2")
    assert faults == ['x = [hidden]: expected "env:NAME" or "file:PATH"']


def test_a_long_value_is_cut_and_a_hostile_one_survived() -> None:
    class Hostile(str):
        __slots__ = ()

        def __repr__(self) -> str:
            raise RuntimeError("no")

    assert len(shown("x" * 500)) == 80
    assert shown(Hostile("x")) == "'x'"
    assert shown(10**5000) == "<int>"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.booleans(), st.binary()))
def test_anything_is_a_duration_or_a_value_error(raw: Any) -> None:
    try:
        seconds = parse_duration(raw)
    except ValueError:
        return
    assert 0 <= seconds < float("inf")


@given(st.integers(min_value=0, max_value=10**10))
def test_a_duration_written_out_is_read_back(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.05, "50ms"),
        (0.0005, "0.5ms"),
        (1, "1s"),
        (1.5, "1500ms"),
        (90, "90s"),
        (300, "5m"),
        (86400, "1d"),
        (1.23456789, "1.234568s"),
    ],
)
def test_a_duration_is_written_in_the_largest_fitting_unit(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_a_type_is_said_in_words() -> None:
    assert describe_type(Annotated[int, Meta(gt=0, lt=5)]) == "a whole number more than 0 less than 5"
    assert describe_type(tuple[Duration, ...]).startswith("a list, each a duration")
    assert describe_type(Annotated[str, Meta(pattern="^a$")]) == "a text, matching `^a$`"
    assert describe_type(Annotated[str, Meta(min_length=2, max_length=3)]) == (
        "a text, of length 2 or more, of length 3 or less"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100/minute", (100, 60.0)),
        ("1 / second", (1, 1.0)),
        ("1000/hour", (1000, 3600.0)),
        ("5/day", (5, 86_400.0)),
        ("20/10s", (20, 10.0)),
        ("20/250ms", (20, 0.25)),
        ("7/2h", (7, 7200.0)),
    ],
)
def test_frequencies(text: str, expected: tuple[int, float]) -> None:
    assert parse_frequency(text) == expected


@pytest.mark.parametrize(
    "raw", ["100", "/minute", "1.5/s", "-1/s", "1/", "1/s", "1/month", "1/0s", "1/1", "0/minute", 5]
)
def test_what_is_no_frequency(raw: Any) -> None:
    with pytest.raises(ValueError, match="not a frequency|not a duration"):
        parse_frequency(raw)
