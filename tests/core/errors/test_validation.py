from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from failsoft.errors.failure import Failure
from failsoft.errors.validation import pairs_of_nested, pairs_of_pydantic, pointer

Raised = Callable[..., Failure]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), ""),
        (("body", "lines", 0, "count"), "/body/lines/0/count"),
        (("body", "what the client wrote"), "/body/*"),
        (("body", "a/b"), "/body/*"),
        (("body", "4111 1111"), "/body/*"),
        (("body", "x" * 65), "/body/*"),
        (("header", "user-agent"), "/header/user-agent"),
        (("body", object(), True), "/body/*/*"),
    ],
)
def test_a_pointer_names_fields_and_hides_what_is_none(parts: tuple[Any, ...], expected: str) -> None:
    assert pointer(parts) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "missing", "loc": ("a",), "msg": "anything"}, ("/a", "Field required")),
        ({"type": "value_error", "loc": ("a",), "msg": "Value error, too old"}, ("/a", "too old")),
        ({"type": "assertion_error", "loc": ("a",), "msg": "Assertion failed, no"}, ("/a", "no")),
        ({"type": "extra_forbidden", "loc": ("a", "hunter2"), "msg": "x"}, ("/a/*", "x")),
        ({"type": "string_type", "loc": ("a", "hunter2", "[key]"), "msg": "x"}, ("/a/*", "x")),
        ({"type": "enum", "loc": ("a",), "msg": "not hunter2"}, ("/a", "Not one of the permitted values")),
        ({"type": "union_tag_invalid", "loc": ("a",), "msg": "hunter2"}, ("/a", "Not one of the permitted kinds")),
        ({"type": 7, "loc": "a", "msg": 7}, ("", "")),
    ],
)
def test_the_errors_of_pydantic(error: dict[str, Any], expected: tuple[str, str]) -> None:
    assert pairs_of_pydantic([error]) == (expected,)


@pytest.mark.parametrize("errors", [None, 7, "text", [7, None], {"a": 1}])
def test_errors_that_are_none_are_left_out(errors: object) -> None:
    assert pairs_of_pydantic(errors) == ()


def test_nested_errors_are_laid_flat_and_bounded() -> None:
    detail: Any = {
        "name": ["a", "b"],
        "lines": [{}, {"count": ["c"]}],
        "non_field_errors": ["d"],
        "address": {"_schema": ["e"]},
    }
    assert set(pairs_of_nested(detail)) == {
        ("/name", "a"), ("/name", "b"), ("/lines/1/count", "c"), ("", "d"), ("/address", "e"),
    }  # fmt: skip
    assert len(pairs_of_nested({f"f{number}": ["x"] for number in range(1_000)})) == 50
    for _ in range(100):
        detail = {"deeper": detail}
    assert pairs_of_nested(detail) == ()


class Line(msgspec.Struct, forbid_unknown_fields=True):
    count: int


class Order(msgspec.Struct):
    lines: list[Line]


@pytest.mark.parametrize(
    ("body", "status", "errors"),
    [
        (b'{"lines": [{"count": 1}, {"count": "hunter2"}]}', 400, (("/lines/1/count", "Expected `int`, got `str`"),)),
        (b'{"lines": [{"count": 1, "hunter2": 1}]}', 400, (("/lines/0", "Object contains unknown field"),)),
        (b"{}", 400, (("", "Object missing required field `lines`"),)),
        (b"{", 400, ()),
    ],
)
def test_the_errors_of_msgspec(raised: Raised, body: bytes, status: int, errors: tuple[object, ...]) -> None:
    failure = raised(msgspec.json.decode, body, type=Order)
    assert failure.status == status
    assert failure.errors == errors
    assert not failure.expected
    assert failure.code == ("VALIDATION_ERROR" if errors else "BAD_REQUEST")
