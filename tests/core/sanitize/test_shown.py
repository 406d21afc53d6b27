"""Objects, containers and numbers that tell more than their fields, entries and types do."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

import numpy as np
import pytest
from pydantic import BaseModel
from starlette.datastructures import Headers, QueryParams
from werkzeug.datastructures import CombinedMultiDict, ImmutableMultiDict, MultiDict

from failsoft.sanitize import Sanitizer

SANITIZER = Sanitizer()
SECRET = "hunter2" + "-and-fake"
CARD = "4" + "1" * 15


@dataclass
class Conf:
    host: str
    value: str

    def __str__(self) -> str:
        return f"host={self.host} password={self.value}"


@dataclass
class Beside:
    host: str
    value: str = field(default="x", repr=False)

    def __repr__(self) -> str:
        return f"Beside({self.host!r}, password={self.value!r})"


class Model(BaseModel):
    host: str

    def __str__(self) -> str:
        return f"postgresql://shop:{SECRET}@{self.host}/shop"


class Choice(enum.Enum):
    CONFIG = {"password": SECRET}
    PAIR = ("password", SECRET)
    CARD = int(CARD)
    PLAIN = ("token", "Access token")
    NUMBER = 3


class Spoken(enum.IntEnum):
    ONE = 1

    def __str__(self) -> str:
        return f"password={SECRET}"


class Pair(NamedTuple):
    a: int
    b: int


class Refusal(Exception):
    def __repr__(self) -> str:
        return f"Refusal(password={SECRET!r})"


def talkative(base: type) -> Callable[..., Any]:
    return type("Talkative", (base,), {"__repr__": lambda _: f"password={SECRET}", "__str__": base.__str__})


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        (Conf("h", SECRET), "host=h password=[REDACTED:password]"),
        (Beside("h", SECRET), "Beside('h', password='[REDACTED:password]')"),
        (Model(host="h"), "postgresql://shop:[REDACTED:password]@h/shop"),
        (Choice.CONFIG, "<Choice.CONFIG: {'password': '[REDACTED:password]'}>"),
        (Choice.PAIR, "<Choice.PAIR: ('password', '[REDACTED:password]')>"),
        (Choice.CARD, "[REDACTED:card]"),
        (Spoken.ONE, 1),
        (Refusal("x"), "Refusal(password='[REDACTED:password]')"),
        (talkative(dict)(a=1), {"a": 1}),
        (talkative(list)([1]), [1]),
        (talkative(Pair)(1, 2), (1, 2)),
        (talkative(set)({1}), {1}),
        (talkative(frozenset)({1}), frozenset({1})),
        (talkative(int)(5), 5),
        (talkative(float)(1.5), 1.5),
        (talkative(bytes)(b"x"), b"x"),
        (talkative(bytearray)(b"x"), bytearray(b"x")),
        (talkative(Decimal)("1.5"), "password=[REDACTED:password]"),
    ],
)
def test_what_only_a_class_tells_is_not_let_through(given: Any, cleaned: Any) -> None:
    result = SANITIZER.value({"x": given})["x"]
    assert (type(result), result) == (type(cleaned), cleaned)


@pytest.mark.parametrize("given", [Conf("h", ""), Beside("h", ""), Choice.PLAIN, Choice.NUMBER])
def test_what_tells_nothing_secret_is_itself(given: Any) -> None:
    assert SANITIZER.value(given) is given


def test_a_text_that_a_library_wrote_for_a_class_is_that_of_its_fields() -> None:
    @dataclass
    class Row:
        name: str
        password: str

    cleaned = SANITIZER.value(Row("x", SECRET))
    assert (type(cleaned), cleaned.name, cleaned.password) == (Row, "x", "[REDACTED:password]")


class Equal(str):
    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True


class Coded(bytes):
    def decode(self, *_: Any) -> str:
        return "x"


def test_texts_are_read_whatever_their_class_says_of_them() -> None:
    assert str(SANITIZER.value(Equal(f"password={SECRET}"))) == "password=[REDACTED:password]"
    assert SANITIZER.value(Coded(f"password={SECRET}".encode())) == b"password=[REDACTED:password]"


@pytest.mark.parametrize(
    "number",
    [
        int(CARD), -int(CARD), float(CARD), Decimal(CARD), Decimal(f"-{CARD}.00"), Fraction(CARD), np.int64(CARD),
        np.uint64(CARD), np.float64(CARD),
    ],
)  # fmt: skip
def test_the_number_of_a_card_goes_whatever_its_type(number: Any) -> None:
    assert SANITIZER.value(number) == "[REDACTED:card]"
    assert SANITIZER.value({"n": [number]}) == {"n": ["[REDACTED:card]"]}
    assert SANITIZER.value({number: 1}) == {"[REDACTED:card]": 1}


@pytest.mark.parametrize(
    "number",
    [
        0, -1, 1.5, 10**12, -(10**12), 1764278018000.0, 10**40, float("inf"), 1e300, Decimal("1E+1000000"),
        Decimal(f"{CARD}.5"), float(CARD[:-1] + "2"), complex(1, 2), np.int64(5), np.float32(1.5),
    ],
)  # fmt: skip
def test_other_numbers_stay(number: Any) -> None:
    result = SANITIZER.value(number)
    assert (type(result), result) == (type(number), number)


@pytest.mark.parametrize("number", [float("nan"), Decimal("NaN"), Decimal("sNaN"), np.nan])
def test_what_is_no_number_stays(number: Any) -> None:
    assert SANITIZER.value(number) is number


def test_cookies_lose_their_values_and_keep_their_attributes() -> None:
    cookies: SimpleCookie = SimpleCookie()
    cookies["sessionid"] = SECRET
    cookies["sessionid"]["path"] = "/shop"
    cookies["sessionid"]["httponly"] = True
    cookies["basket"] = f"{SECRET}-2"
    before = cookies.output()
    result = SANITIZER.value({"cookies": cookies, "one": cookies["basket"]})
    assert type(result["cookies"]) is SimpleCookie
    assert result["cookies"].output().splitlines() == [
        "Set-Cookie: basket=[REDACTED:cookie]",
        "Set-Cookie: sessionid=[REDACTED:session]; HttpOnly; Path=/shop",
    ]
    assert result["one"].OutputString() == "basket=[REDACTED:cookie]"
    assert cookies.output() == before
    assert SANITIZER.value(result) == result


def test_entries_that_others_hold_are_kept() -> None:
    query = ImmutableMultiDict([("a", "1"), ("a", "2"), ("password", SECRET)])
    form = MultiDict([("b", "3"), ("a", "4")])
    result = SANITIZER.value(CombinedMultiDict([query, form]))
    assert type(result) is CombinedMultiDict
    assert sorted(result.items(multi=True)) == [
        ("a", "1"), ("a", "2"), ("a", "4"), ("b", "3"), ("password", "[REDACTED:password]"),
    ]  # fmt: skip
    assert type(result.dicts[0]) is ImmutableMultiDict
    assert query["password"] == SECRET


def test_several_entries_of_one_name_are_kept() -> None:
    assert SANITIZER.value(QueryParams(f"a=1&a=2&password={SECRET}")) == {
        "a": ["1", "2"],
        "password": "[REDACTED:password]",
    }
    headers = Headers(raw=[(b"set-cookie", b"a=b1c2"), (b"x", b"1"), (b"set-cookie", b"c=d3e4")])
    assert SANITIZER.value(headers) == {"set-cookie": ["[REDACTED:cookie]"] * 2, "x": "1"}
    for clean in (QueryParams("a=1&a=2"), Headers(raw=[(b"via", b"a"), (b"via", b"b")])):
        assert SANITIZER.value(clean) is clean
