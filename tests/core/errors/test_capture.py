from __future__ import annotations

import asyncio
import pickle
from traceback import walk_tb
from types import TracebackType
from typing import Any

import pytest

from failsoft.errors import frames
from failsoft.errors.capture import capture


def boom(depth: int) -> None:
    if depth:
        boom(depth - 1)
    raise ValueError("boom")


def caught(call: Any, *args: Any) -> BaseException:
    try:
        call(*args)
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_an_exception_becomes_its_type_its_text_and_its_frames() -> None:
    (link,) = capture(caught(boom, 2))
    assert (link.type, link.message, link.relation) == ("ValueError", "boom", "")
    assert [name for _, _, name in link.frames] == ["caught", "boom", "boom", "boom"]
    filename, line, _ = link.frames[-1]
    assert filename == __file__
    assert boom.__code__.co_firstlineno < line < boom.__code__.co_firstlineno + 4


def test_frames_say_what_the_traceback_said_also_when_that_is_gone() -> None:
    error = caught(boom, 3)
    said = [(frame.f_code.co_filename, line, frame.f_code.co_qualname) for frame, line in walk_tb(error.__traceback__)]
    (link,) = capture(error)
    error.__traceback__ = None
    assert list(link.frames) == said
    assert link.frames[1:] == tuple(said[1:])
    assert pickle.loads(pickle.dumps(link)) == link


def test_a_frame_without_a_line_of_its_own_has_the_first_of_its_function() -> None:
    error = caught(boom, 0)
    frame = error.__traceback__.tb_frame  # type: ignore[union-attr]
    strange = TracebackType(None, frame, -1, 7)
    (link,) = capture(error.with_traceback(strange))
    assert [line for _, line, _ in link.frames] == [frame.f_code.co_firstlineno]


def test_a_type_is_named_with_its_module_unless_it_is_builtin() -> None:
    assert capture(asyncio.QueueFull())[0].type == "asyncio.queues.QueueFull"
    assert capture(KeyError("x"))[0].type == "KeyError"


def test_notes_follow_the_text() -> None:
    error = ValueError("boom")
    error.add_note("attempt 1 failed")
    error.add_note("attempt 2 failed")
    assert capture(error)[0].message == "boom\nattempt 1 failed\nattempt 2 failed"


@pytest.mark.parametrize("notes", ["text", 7, [3, b"x"], None])
def test_notes_that_are_none_are_left_out(notes: object) -> None:
    error = ValueError("boom")
    error.__notes__ = notes  # type: ignore[assignment]
    assert capture(error)[0].message == "boom"


def test_a_cause_comes_before_a_context_and_each_is_named() -> None:
    def run() -> None:
        try:
            try:
                raise KeyError("root")
            except KeyError:
                raise ValueError("middle")  # noqa: B904 - a context is what is wanted
        except ValueError as error:
            raise RuntimeError("top") from error

    assert [(link.type, link.relation) for link in capture(caught(run))] == [
        ("RuntimeError", ""),
        ("ValueError", "cause"),
        ("KeyError", "context"),
    ]


def test_a_suppressed_context_is_left_out() -> None:
    def run() -> None:
        try:
            raise KeyError("hidden")
        except KeyError:
            raise ValueError("shown") from None

    assert [link.type for link in capture(caught(run))] == ["ValueError"]


def test_members_of_a_group_are_listed_with_their_own_causes() -> None:
    inner = RuntimeError("member")
    inner.__cause__ = KeyError("why")
    group = ExceptionGroup("all", [inner, ExceptionGroup("nested", [TypeError("deep")])])
    assert [(link.type, link.relation) for link in capture(group)] == [
        ("ExceptionGroup", ""),
        ("RuntimeError", "member"),
        ("KeyError", "cause"),
        ("ExceptionGroup", "member"),
        ("TypeError", "member"),
    ]


def test_a_circle_of_causes_ends() -> None:
    one, two = ValueError("one"), KeyError("two")
    one.__cause__, two.__cause__ = two, one
    assert [link.type for link in capture(one)] == ["ValueError", "KeyError"]


def test_a_long_chain_is_cut() -> None:
    error = first = ValueError("0")
    for number in range(1, 3_000):
        error.__context__ = ValueError(str(number))
        error = error.__context__
    assert [link.message for link in capture(first, max_links=5)] == ["0", "1", "2", "3", "4"]


def test_a_deep_traceback_keeps_its_two_ends() -> None:
    (link,) = capture(caught(boom, 400))
    assert len(link.frames) == 100
    assert link.frames[0][2] == "caught"
    assert link.frames[-1][1] == boom.__code__.co_firstlineno + 3


def test_a_long_text_is_cut_between_words_and_says_how_long_it_was() -> None:
    (link,) = capture(ValueError("word " * 20_000 + "token=abcdef"), max_text=1_003)
    assert link.message.endswith("word … [100012 characters]")
    assert 990 < len(link.message) < 1_040


def test_a_cut_leaves_no_piece_of_a_long_word() -> None:
    (link,) = capture(ValueError("secret: " + "x" * 100_000), max_text=2_000)
    assert link.message == "secret: … [100008 characters]"


def test_later_texts_share_the_room_but_keep_some_of_their_own() -> None:
    error = ValueError("a " * 5_000)
    error.__cause__ = KeyError("b")
    error.__cause__.__cause__ = ValueError("c " * 5_000)
    sizes = [len(link.message) for link in capture(error, max_text=2_000)]
    assert sizes[0] > 1_900
    assert sizes[1] == len("'b'")
    assert 900 < sizes[2] < 1_100


def test_a_text_can_always_be_encoded() -> None:
    (link,) = capture(ValueError("name \udcff é"))
    assert link.message.encode("utf-8").decode("utf-8") == "name \\udcff é"


class Unprintable(Exception):
    def __str__(self) -> str:
        raise self.args[0]


@pytest.mark.parametrize("error", [ValueError("no"), RecursionError(), asyncio.CancelledError(), MemoryError()])
def test_a_text_that_cannot_be_had_is_replaced(error: BaseException) -> None:
    assert capture(Unprintable(error))[0].message == "<unprintable Unprintable>"


def test_an_interrupt_while_the_text_is_made_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        capture(Unprintable(KeyboardInterrupt()))


def test_a_text_that_is_no_plain_text_is_made_one() -> None:
    class Loud(str):
        __slots__ = ()

        def __len__(self) -> int:
            raise ValueError("do not measure me")

    class Odd(Exception):
        def __str__(self) -> str:
            return Loud("odd")

    message = capture(Odd())[0].message
    assert message == "odd"
    assert type(message) is str


def test_attributes_that_lie_are_not_asked() -> None:
    class Liar(Exception):
        @property
        def __cause__(self) -> BaseException:  # type: ignore[override]
            raise ValueError("never")

        @property
        def __traceback__(self) -> Any:  # type: ignore[override]
            return "no traceback"

    def run() -> None:
        raise Liar("lie")

    (link,) = capture(caught(run))
    assert link.message == "lie"
    assert [frame[2].rpartition(".")[2] for frame in link.frames] == ["caught", "run"]


def test_the_repr_of_a_failure_shows_no_text() -> None:
    from failsoft import ServiceUnavailableError, classify

    error = ServiceUnavailableError(
        "password=hunter2",
        user_message="hunter2",
        details={"password": "hunter2"},
        headers={"X-Debug": "hunter2"},
    )
    error.__cause__ = KeyError("hunter2")
    error.add_note("hunter2")
    failure = classify(error)
    assert "hunter2" in failure.raw_message
    assert "hunter2" not in repr(failure)
    assert failure.error_id in repr(failure)


def test_lines_that_were_read_are_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_MOST_LINES", 2)
    monkeypatch.setattr(frames, "_lines", {})
    for _ in range(3):
        (link,) = capture(caught(boom, 5))
        assert link.frames[-1][1] == boom.__code__.co_firstlineno + 3
        assert len(frames._lines) <= 2
