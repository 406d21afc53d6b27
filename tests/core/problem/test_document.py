"""The document holds what it is given, as valid JSON, whatever that is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.problem import Problem

PLAIN = Problem(title="Not Found", status=404)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


def test_only_what_is_known_is_said() -> None:
    assert PLAIN.to_json() == b'{"type":"about:blank","title":"Not Found","status":404}'


def test_an_extension_cannot_replace_a_member() -> None:
    problem = Problem(title="Not Found", status=404, extensions={"status": 999, "type": "x", "detail": "y", "shop": 1})
    assert problem.to_dict() == {"type": "about:blank", "title": "Not Found", "status": 404, "shop": 1}


def test_false_and_zero_are_said() -> None:
    said = Problem(title="x", status=400, recoverable=False, retry={"allowed": False, "after": 0}).to_dict()
    assert said["recoverable"] is False
    assert said["retry"] == {"allowed": False, "after": 0}


class Raising(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise RuntimeError

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError

    def __len__(self) -> int:
        return 1


def deep() -> Any:
    value: Any = 1
    for _ in range(10_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [object(), "\ud800", {1: object()}, {"a": {"b": object()}}, deep(), 10**400, Raising(), b"\xff", {"\udfff": 1},
     {"a" * 100_000: 1}, ["x" * 100_000] * 100_000, float("nan")],
)  # fmt: skip
def test_an_extension_json_has_no_form_for_does_not_cost_the_document(value: Any) -> None:
    body = Problem(title="Not Found", status=404, detail="\ud800 d", extensions={"extra": value}).to_json()
    said = json.loads(body)
    assert len(body) <= 16_384
    assert (said["title"], said["detail"]) == ("Not Found", "� d")


def test_a_mapping_that_raises_is_left_out() -> None:
    assert json.loads(Problem(title="x", status=400, extensions=Raising(), retry=Raising()).to_json())["status"] == 400


def test_what_is_too_large_loses_extensions_first_then_errors_then_the_ends_of_texts() -> None:
    errors = tuple((f"/{n}", "e" * 100) for n in range(50))
    said = json.loads(Problem(title="t", status=400, errors=errors, extensions={"debug": "d" * 20_000}).to_json())
    assert len(said["errors"]) == 50
    said = json.loads(Problem(title="t", status=400, errors=errors * 3, detail='"' * 20_000).to_json())
    assert 0 < len(said["errors"]) <= 50
    assert said["detail"].endswith("…")


@settings(deadline=None)
@given(st.integers(0, 60_000), st.sampled_from(['"', "\x00", "é", "\U0001f600", "a", "\ud800"]), st.integers(0, 80))
def test_no_document_is_larger_than_its_bound(length: int, unit: str, errors: int) -> None:
    text = unit * length
    problem = Problem(
        type=text, title=text, status=500, detail=text, instance=text, code=text, error_id=text, request_id=text,
        trace_id=text, timestamp=text, guidance=text, support_reference=text, documentation_url=text,
        errors=((text, text),) * errors, extensions={"debug": [text] * 5},
    )  # fmt: skip
    body = problem.to_json()
    assert len(body) <= 16_384
    assert json.loads(body)["status"] == 500


@settings(deadline=None)
@given(ANY_TEXT, st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=3), st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3))
def test_any_text_gives_valid_json(text: str, errors: list[tuple[str, str]], more: dict[str, str]) -> None:
    problem = Problem(title=text, status=500, detail=text, errors=tuple(errors), extensions=more)
    said = json.loads(problem.to_json().decode("utf-8"))
    assert list(said)[:4] == ["type", "title", "status", "detail"]
