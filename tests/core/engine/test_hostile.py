"""Exceptions that do harm to whoever looks at them: the application gets its own exception back, whatever it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import failsoft
import hostile
from both_ways import SYNC, Recorder, Script, Way, request_call
from failsoft import CircuitBreaker, Failsoft, Policy, Retry
from failsoft.events import ErrorHandled, InternalError, RetryEnded
from hostile import HOSTILE, lost_with

Maker = Callable[[], Exception]
ANY = pytest.mark.parametrize("make_error", HOSTILE, ids=lambda maker: maker.__name__)
RETRIED = [
    hostile.BrokenText,
    hostile.BrokenAttributes,
    hostile.NotesOfItsOwn,
    hostile.NoNotes,
    hostile.Falsy,
    hostile.Undecided,
    hostile.NothingInside,
    hostile.EqualToNothing,
    hostile.Frozen,
    hostile.Unhashable,
]
POLICY = Policy(
    timeout=60,
    deadline=600,
    retry=Retry(base_delay=0, max_attempts=3),
    circuit_breaker=CircuitBreaker(failure_threshold=99),
)


@ANY
def test_a_guarded_call_raises_what_the_function_raised(fs: Failsoft, way: Way, make_error: Maker) -> None:
    error = make_error()
    raised: list[BaseException] = []
    turned_into_runtime_error = way.asynchronous and issubclass(type(error), StopIteration)
    try:
        way.call(fs.guard("x", policy=POLICY, idempotent=True), Script(error))
    except Exception as exc:
        raised.append(exc)
    if turned_into_runtime_error:
        assert type(raised[0]) is RuntimeError
    else:
        assert raised[0] is error
    assert fs.circuit_breakers["guard:x"].snapshot().counts.total == 1


@ANY
def test_a_block_lets_the_exception_pass(fs: Failsoft, way: Way, make_error: Maker) -> None:
    error = make_error()
    raised: list[BaseException] = []
    try:
        way.block(fs.guard("x", policy=POLICY), Script(error))
    except Exception as exc:
        raised.append(exc)
    assert raised[0] is error or (way.asynchronous and issubclass(type(error), StopIteration))


@pytest.mark.parametrize("cls", RETRIED, ids=lambda cls: cls.__name__)
def test_a_hostile_exception_is_retried_like_any_other_and_raised_in_the_end(
    fs: Failsoft, way: Way, cls: type[Exception]
) -> None:
    events = Recorder(fs)
    errors = [lost_with(cls)() for _ in range(3)]
    script = Script(*errors)
    raised: list[BaseException] = []
    try:
        way.call(fs.guard("x", policy=POLICY, idempotent=True), script)
    except Exception as exc:
        raised.append(exc)
    assert raised[0] is errors[2]
    assert script.calls == 3
    assert [e.outcome for e in events.of(RetryEnded)] == ["max_attempts"]


@pytest.mark.parametrize("cls", RETRIED, ids=lambda cls: cls.__name__)
def test_a_hostile_exception_survives_a_refused_repetition(fs: Failsoft, clock: Any, cls: type[Exception]) -> None:
    sleep = clock.sleep

    def oversleeps(seconds: float) -> None:
        sleep(seconds + 9999)

    clock.sleep = oversleeps
    error = lost_with(cls)()
    raised: list[BaseException] = []
    try:
        SYNC.call(fs.guard("x", policy=POLICY, idempotent=True), Script(error))
    except Exception as exc:
        raised.append(exc)
    assert raised[0] is error


@pytest.mark.parametrize("cls", [hostile.Frozen, hostile.Falsy, hostile.BrokenText])
def test_a_hostile_exception_of_before_retry_is_raised(fs: Failsoft, way: Way, cls: type[Exception]) -> None:
    error = cls()
    view = failsoft.protect(retry=Retry(base_delay=0), before_retry=Script(error))(Script())
    raised: list[BaseException] = []
    try:
        way.endpoint(fs.endpoints.bind("GET", "/q", view), request_call(fs), Script(ConnectionResetError()))
    except Exception as exc:
        raised.append(exc)
    assert raised[0] is error


def test_one_stored_exception_does_not_grow(fs: Failsoft, way: Way) -> None:
    """Some applications raise the same object again and again."""
    error = ConnectionResetError("stored")
    guard = fs.guard("x", policy=POLICY, idempotent=True)
    for _ in range(20):
        error.__traceback__ = None
        with pytest.raises(ConnectionResetError):
            way.call(guard, Script(error))
    assert len(error.__notes__) == 3


@ANY
def test_handling_an_exception_gives_a_problem(fs: Failsoft, make_error: Maker) -> None:
    events = Recorder(fs)
    error = make_error()
    problem = fs.handle(error)
    assert 400 <= problem.status < 600
    assert problem.error_id
    assert len(problem.to_json()) < 20_000
    handled = events.of(ErrorHandled)
    assert [e.failure.error_id for e in handled] == [problem.error_id]
    assert events.of(InternalError) == []


@ANY
def test_an_exception_raised_from_a_hostile_one_is_handled_too(fs: Failsoft, make_error: Maker) -> None:
    error = RuntimeError("the last thing that happened")
    error.__cause__ = make_error()
    assert 400 <= fs.handle(error).status < 600


def test_what_is_handled_without_a_framework_is_told_once(fs: Failsoft) -> None:
    events = Recorder(fs)
    problem = asyncio.run(fs.ahandle(failsoft.NotFoundError("nothing", user_message="There is no such quote.")))
    assert (problem.status, problem.code, problem.detail) == (404, "NOT_FOUND", "There is no such quote.")
    assert [(e.status, e.result) for e in events.of(ErrorHandled)] == [(404, "handled")]


def test_handling_within_a_call_uses_its_ids(fs: Failsoft) -> None:
    call = request_call(fs, request_id="req-9")
    assert fs.handle(ValueError("x"), call).request_id == "req-9"


def test_a_request_that_cannot_be_described_is_answered(fs: Failsoft) -> None:
    call = request_call(fs, method="HEAD")

    def broken() -> Any:
        raise TypeError("PATH_INFO is None")

    call.describe = broken  # type: ignore[method-assign]
    events = Recorder(fs)
    answer = fs.answer(ValueError("x"), call)
    assert answer.rendered is not None
    assert (answer.rendered.status, answer.rendered.body) == (500, b"")
    assert [e.facts.method for e in events.of(ErrorHandled)] == ["HEAD"]


def test_where_failsoft_itself_fails_there_is_still_an_answer(
    fs: Failsoft, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("our bug, with password=hunter2")

    events = Recorder(fs)
    monkeypatch.setattr(fs._parts.responder, "_make", broken)
    call = request_call(fs)
    answer = fs.answer(ValueError("the original, password=hunter2"), call)
    assert answer.rendered is not None
    assert (answer.rendered.status, answer.failure, answer.reraise) == (500, None, True)
    assert answer.error_id.encode() in answer.rendered.body
    problem = fs.handle(ValueError("the original, password=hunter2"), call)
    assert (problem.status, problem.code, problem.recoverable) == (500, "INTERNAL_ERROR", False)
    assert problem.instance == f"urn:uuid:{problem.error_id}"
    assert [(e.where, e.type) for e in events.of(InternalError)] == [("answer", "RuntimeError")] * 2
    assert caplog.text.count("unhandled ValueError, answered fail-safe") == 2
    assert "the original" in caplog.text
    assert "hunter2" not in caplog.text + "".join(e.message for e in events.of(InternalError))
