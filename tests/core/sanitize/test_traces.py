"""Stack traces that may be written down."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.errors.capture import links_of
from failsoft.errors.failure import Frame, Link
from failsoft.sanitize import Sanitizer
from failsoft.sanitize.traces import format_stack

SANITIZER = Sanitizer()
FRAME = ("app/views.py", 12, "Quotes.get")


def test_one_exception_reads_as_python_writes_it_without_source_lines() -> None:
    link = Link("ValueError", "bad password=hunter2", (("app/main.py", 3, "main"), FRAME), "")
    assert format_stack([link], SANITIZER) == (
        "Traceback (most recent call last):\n"
        '  File "app/main.py", line 3, in main\n'
        '  File "app/views.py", line 12, in Quotes.get\n'
        "ValueError: bad password=[REDACTED:password]"
    )


def test_causes_come_first_and_say_what_they_are() -> None:
    links = [
        Link("shop.Error", "", (FRAME,), ""),
        Link("KeyError", "'jane@example.com'", (), "cause"),
        Link("OSError", "down", (), "context"),
    ]
    assert format_stack(links, SANITIZER) == (
        "OSError: down\n"
        "\n"
        "During handling of the above exception, another exception occurred:\n"
        "\n"
        "KeyError: '[REDACTED:email]'\n"
        "\n"
        "The above exception was the direct cause of the following exception:\n"
        "\n"
        "Traceback (most recent call last):\n"
        '  File "app/views.py", line 12, in Quotes.get\n'
        "shop.Error"
    )


def test_members_of_a_group_stand_below_it_with_their_own_causes() -> None:
    links = [
        Link("ExceptionGroup", "two failed", (), ""),
        Link("ValueError", "a", (), "member"),
        Link("KeyError", "'b'", (), "cause"),
        Link("TypeError", "c", (), "member"),
    ]
    assert format_stack(links, SANITIZER) == (
        "ExceptionGroup: two failed\n"
        "  +---------------- 1 ----------------\n"
        "  | KeyError: 'b'\n"
        "  |\n"
        "  | The above exception was the direct cause of the following exception:\n"
        "  |\n"
        "  | ValueError: a\n"
        "  +---------------- 2 ----------------\n"
        "  | TypeError: c\n"
        "  +------------------------------------"
    )


def test_frames_in_the_middle_of_a_long_stack_are_left_out_and_counted() -> None:
    frames = tuple((f"f{number}.py", number, "f") for number in range(100))
    lines = format_stack([Link("E", "", frames, "")], SANITIZER, max_frames=6).split("\n")
    assert lines == [
        "Traceback (most recent call last):",
        '  File "f0.py", line 0, in f',
        '  File "f1.py", line 1, in f',
        '  File "f2.py", line 2, in f',
        "  [94 more frames]",
        '  File "f97.py", line 97, in f',
        '  File "f98.py", line 98, in f',
        '  File "f99.py", line 99, in f',
        "E",
    ]


def test_a_recursion_is_written_once() -> None:
    link = Link("RecursionError", "deep", (FRAME,) * 40, "")
    assert format_stack([link], SANITIZER).split("\n") == [
        "Traceback (most recent call last):",
        *['  File "app/views.py", line 12, in Quotes.get'] * 3,
        "  [Previous line repeated 37 more times]",
        "RecursionError: deep",
    ]


def test_no_links_give_no_text() -> None:
    assert format_stack([], SANITIZER) == ""


PLACES = st.tuples(st.sampled_from(["app/views.py", "app/a@b.example.py", __file__]), st.integers(1, 60), st.just("f"))


class Fresh:
    """A sanitizer that has seen nothing yet."""

    def text(self, text: str, /) -> str:
        return SANITIZER.text(text)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.lists(PLACES, max_size=12).map(tuple)), min_size=2, max_size=6))
def test_a_stack_reads_the_same_whatever_was_written_before(made: list[tuple[str, tuple[Frame, ...]]]) -> None:
    again = Fresh()
    for message, frames in made + made:
        link = Link("E", message, frames, "")
        assert format_stack([link], again, max_frames=8) == format_stack([link], Fresh(), max_frames=8)


def test_a_message_that_was_sanitized_already_is_not_sanitized_again() -> None:
    links = [Link("ValueError", "password=hunter2", (FRAME,), ""), Link("KeyError", "jane@example.com", (), "cause")]
    assert format_stack(links, SANITIZER, message="password=[REDACTED:password]") == format_stack(links, SANITIZER)


class Told(str):
    """A text whose end can be seen."""

    __slots__ = ("__weakref__",)


def with_locals(text: str) -> Link:
    def fail() -> None:
        raise ValueError

    try:
        fail()
    except ValueError as exc:
        (link,) = links_of([(exc, "")], locals_of=lambda _: {"note": text})
    return link


@pytest.mark.parametrize("text", ["nothing to see in a text that is long enough", "of jane@example.com"])
def test_nothing_that_a_request_brought_is_remembered(text: str) -> None:
    def written() -> list[weakref.ref[Told]]:
        message, local = Told(text), Told(f"{text} as well")
        assert f"note = {local}" in format_stack([with_locals(local)], SANITIZER)
        format_stack([Link("E", message, (FRAME,), "")], SANITIZER)
        return [weakref.ref(message), weakref.ref(local)]

    kept = written()
    gc.collect()
    assert [one() for one in kept] == [None, None]


def test_frames_with_other_local_variables_are_written_anew() -> None:
    stacks = [format_stack([with_locals(value)], SANITIZER) for value in ("one", "two")]
    assert "    note = one" in stacks[0].split("\n")
    assert "    note = two" in stacks[1].split("\n")
