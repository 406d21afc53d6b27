"""Stack traces that may be written down."""

from __future__ import annotations

from failsoft.errors.failure import Link
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
