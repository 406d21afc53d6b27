"""Exceptions as they stand in logs."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable

import pytest

from failsoft.errors.failure import Failure
from failsoft.errors.told import NotUnderstoodError, exception_of

Classify = Callable[..., Failure]


def said(failure: Failure) -> tuple[str, int, bool]:
    return failure.category.value, failure.status, failure.transient


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KeyError: 'sku'", ("system", 500, False)),
        ("TimeoutError", ("network", 504, True)),
        ("ConnectionRefusedError: [Errno 111] Connection refused", ("network", 503, True)),
        ("UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff", ("validation", 400, False)),
        ("pymongo.errors.DuplicateKeyError: E11000 duplicate key", ("data_integrity", 409, False)),
        ("stripe._error.RateLimitError: slow down", ("resource", 503, True)),
        ("shop.errors.OutOfStock: tea\nand coffee", ("business_logic", 409, False)),
    ],
)
def test_a_line_is_known_by_the_name_of_its_class(
    classify: Classify, text: str, expected: tuple[str, int, bool]
) -> None:
    told = exception_of(text)
    failure = classify(told.exc)
    assert said(failure) == expected
    assert failure.links[0].type == text.partition(":")[0]
    assert failure.raw_message in {text.partition(": ")[2], text.partition(": ")[2].strip("'")}


def test_nothing_is_imported() -> None:
    before = set(sys.modules)
    exception_of("antigravity.Weightless: up")
    exception_of("sqlalchemy_utils.exceptions.ImproperlyConfigured: no")
    assert set(sys.modules) == before


def fail() -> None:
    try:
        try:
            int("x")
        except ValueError:
            raise KeyError("sku")  # noqa: B904 - a context is wanted
    except KeyError as error:
        raise RuntimeError("no\nway") from error


def test_a_traceback_is_read_with_what_it_was_raised_from() -> None:
    try:
        fail()
    except RuntimeError:
        text = traceback.format_exc()
    told = exception_of(text)
    cause = told.exc.__cause__
    assert cause is not None
    assert [type(one) for one in (told.exc, cause, cause.__context__)] == [RuntimeError, KeyError, ValueError]
    assert (str(told.exc), cause.args) == ("no\nway", ("sku",))
    assert told.frames


def test_the_last_lines_are_enough(classify: Classify) -> None:
    text = (
        '  File "/srv/venv/lib/python3.12/site-packages/httpx/_models.py", line 832, in json\n'
        "    return jsonlib.loads(self.content, **kwargs)\n"
        "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)\n"
    )
    failure = classify(exception_of(text).exc)
    assert said(failure) == ("external_service", 502, False)
    assert failure.evidence[0].says.endswith("while reading a peer's answer")


@pytest.mark.parametrize(
    "text", ["", "   ", "hello world", "12: x", "a b: c", "\x00", "Traceback (most recent call last):"]
)
def test_a_text_without_an_exception_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstoodError):
        exception_of(text)


def test_a_huge_text_ends() -> None:
    lines = "".join(f'  File "/x/{n}.py", line 1, in f\n    call()\n' for n in range(20_000))
    told = exception_of(f"Traceback (most recent call last):\n{lines}ValueError: x")
    assert isinstance(told.exc, ValueError)
