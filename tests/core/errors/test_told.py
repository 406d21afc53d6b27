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


def grouped() -> None:
    try:
        raise ValueError("k")
    except ValueError as error:
        wrapped = RuntimeError("wrapped")
        wrapped.__cause__ = error
    inner = ExceptionGroup("inner", [ValueError("two\nlines"), OSError(28, "No space left on device")])
    raise ExceptionGroup("outer", [TimeoutError("t"), inner, wrapped])


def printed(call: Callable[[], None]) -> tuple[str, BaseException]:
    try:
        call()
    except Exception as error:
        return traceback.format_exc(), error
    raise AssertionError


def test_the_members_of_a_group_are_read_as_they_are_drawn(classify: Classify) -> None:
    text, error = printed(grouped)
    told = exception_of(f"12:00 job failed\n{text}12:01 next job\n")
    assert told.loaded
    assert told.whole
    assert [(one.type, one.message, one.relation) for one in classify(told.exc).links] == [
        (one.type, one.message, one.relation) for one in classify(error).links
    ]
    assert said(classify(told.exc)) == said(classify(error)) == ("resource", 500, False)


def behind() -> None:
    try:
        raise ExceptionGroup("g", [TimeoutError("t"), ExceptionGroup("i", [ConnectionResetError(104, "reset")])])
    except Exception as error:
        raise RuntimeError("sync failed") from error


def test_a_group_may_be_a_cause(classify: Classify) -> None:
    text, error = printed(behind)
    told = exception_of(text)
    assert isinstance(told.exc.__cause__, ExceptionGroup)
    assert said(classify(told.exc)) == said(classify(error))


def test_members_that_are_not_printed_are_missed() -> None:
    def many() -> None:
        raise ExceptionGroup("g", [TimeoutError(str(number)) for number in range(20)])

    assert not exception_of(printed(many)[0]).whole
    assert not exception_of("ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)").whole
    text = printed(grouped)[0]
    for end in range(0, len(text), 7):
        try:
            exception_of(text[:end])
        except NotUnderstoodError:
            continue


def test_drawings_without_end_end() -> None:
    head = "  + Exception Group Traceback (most recent call last):\n  | ExceptionGroup: g (1 sub-exception)\n"
    deep = "".join(f"{'  ' * depth}+-+---------------- 1 ----------------\n" for depth in range(1, 400))
    assert not exception_of(f"{head}{deep}{'  ' * 400}| KeyError\n").whole
    wide = "".join(f"    +---------------- {number} ----------------\n    | KeyError\n" for number in range(5_000))
    told = exception_of(f"{head}  +-+---------------- 1 ----------------\n    | KeyError\n{wide}")
    assert isinstance(told.exc, ExceptionGroup)


@pytest.mark.parametrize("cls", ["fastapi.exceptions.HTTPException", "starlette.exceptions.HTTPException"])
def test_the_status_that_an_answer_is_printed_with_is_its_own(classify: Classify, cls: str) -> None:
    failure = classify(exception_of(f"{cls}: 404: Not Found").exc)
    assert (failure.status, failure.code, failure.raw_message) == (404, "NOT_FOUND", "404: Not Found")
    assert classify(exception_of(f"{cls}: 999: what").exc).status == 500


HEAD = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n'


@pytest.mark.parametrize("before", ["", "x\n" * 200_000 + HEAD])
def test_of_a_long_message_the_beginning_counts(before: str) -> None:
    told = exception_of(f"{before}shop.errors.Out: {'w o ' * 80_000}")
    assert (type(told.exc).__module__, type(told.exc).__qualname__) == ("shop.errors", "Out")
    assert str(told.exc).startswith("w o w o")
