"""Wrapped exceptions, groups, and clients that went away."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import time
import wsgiref.handlers
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

import failsoft
from failsoft.errors.exceptions import CircuitOpenError, NotFoundError, OperationTimeoutError
from failsoft.errors.failure import Failure
from failsoft.events import ErrorHandled

Classify = Callable[..., Failure]


class ServiceError(Exception):
    pass


class RepositoryFailure(ValueError):
    pass


class OutOfStock(Exception):
    pass


class InsufficientFundsError(RuntimeError):
    pass


def behind(wrapper: BaseException, cause: BaseException) -> BaseException:
    try:
        try:
            raise cause
        except BaseException as error:
            raise wrapper from error
    except BaseException as error:
        return error


def unparsable() -> BaseException:
    try:
        json.loads("<html>")
    except ValueError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("name", ["InvoiceNotRendered", "CouldNotStoreScan", "UnableToReachShop"])
def test_why_something_was_not_done_its_cause_says(classify: Classify, name: str) -> None:
    failure = classify(behind(type(name, (Exception,), {})("x"), ConnectionRefusedError()))
    assert (failure.category, failure.status) == ("network", 503)


@pytest.mark.parametrize(
    ("name", "text", "category", "status"),
    [
        ("PriceServiceError", "prices could not be read", "external_service", 502),
        ("InventoryClientError", "x", "external_service", 502),
        ("SynchronizationFailure", "unexpected response from the warehouse", "external_service", 502),
        ("SynchronizationFailure", "The carrier API returned no JSON", "external_service", 502),
        ("SnapshotRepositoryError", "x", "data_integrity", 500),
        # a service alone may be a layer of our own, and a client may be who asks us
        ("ServiceError", "x", "validation", 400),
        ("BadClientError", "x", "validation", 400),
    ],
)
def test_a_wrapper_tells_whose_text_it_was_that_could_not_be_read(
    classify: Classify, name: str, text: str, category: str, status: int
) -> None:
    failure = classify(behind(type(name, (Exception,), {})(text), unparsable()))
    assert (failure.category, failure.status) == (category, status)


@pytest.mark.parametrize(
    "wrapper", [RuntimeError("x"), Exception("x"), OSError("x"), ServiceError(), RepositoryFailure()]
)
def test_a_class_that_says_nothing_takes_the_label_of_its_cause(classify: Classify, wrapper: Exception) -> None:
    failure = classify(behind(wrapper, ConnectionRefusedError()))
    assert (failure.category, failure.status, failure.transient) == ("network", 503, True)
    assert failure.type == "ConnectionRefusedError"
    assert failure.not_sent
    assert failure.links[0].type.endswith(type(wrapper).__name__)
    assert failure.links[1].relation == "cause"


def test_wrappers_are_looked_through_one_by_one(classify: Classify) -> None:
    failure = classify(behind(RuntimeError("a"), behind(ServiceError("b"), behind(Exception("c"), KeyError("d")))))
    assert (failure.type, failure.category) == ("KeyError", "system")


@pytest.mark.parametrize(("domain", "status"), [(OutOfStock(), 409), (InsufficientFundsError(), 402)])
def test_a_domain_exception_keeps_its_meaning_whatever_it_was_raised_from(
    classify: Classify, domain: Exception, status: int
) -> None:
    failure = classify(behind(domain, sqlite3.IntegrityError("UNIQUE constraint failed")))
    assert (failure.category, failure.status, failure.transient) == ("business_logic", status, False)
    assert not failure.expected


def test_an_exception_that_says_something_keeps_it(classify: Classify) -> None:
    failure = classify(behind(KeyError("x"), ConnectionRefusedError()))
    assert (failure.type, failure.category, failure.status) == ("KeyError", "system", 500)


def test_a_context_is_no_reason(classify: Classify) -> None:
    error = RuntimeError("x")
    error.__context__ = ConnectionRefusedError()
    failure = classify(error)
    assert (failure.category, failure.status) == ("system", 500)
    assert failure.links[1].relation == "context"


def test_a_generator_that_raised_stop_iteration_is_a_bug(raised: Classify) -> None:
    def numbers() -> object:
        yield next(iter(()))

    failure = raised(lambda: list(numbers()))  # type: ignore[call-overload]
    assert (failure.type, failure.category) == ("StopIteration", "system")


def test_an_http_answer_keeps_its_status_and_learns_from_its_cause_what_failed(classify: Classify) -> None:
    failure = classify(behind(HTTPException(502, "vendor"), ConnectionRefusedError()))
    assert (failure.status, failure.code, failure.category) == (502, "UPSTREAM_ERROR", "network")
    assert failure.transient
    assert not failure.expected
    refused = classify(behind(HTTPException(404), ConnectionRefusedError()))
    assert (refused.status, refused.category, refused.expected) == (404, "validation", True)
    internal = classify(behind(HTTPException(500), ConnectionRefusedError()))
    assert (internal.status, internal.code, internal.category) == (500, "INTERNAL_ERROR", "network")


def test_a_cause_that_was_cut_off_is_no_cause(classify: Classify) -> None:
    try:
        try:
            raise ConnectionRefusedError(111, "refused")
        except OSError:
            raise ServiceError("no") from None
    except ServiceError as error:
        failure = classify(error)
    assert (failure.category, failure.status, failure.transient) == ("system", 500, False)
    assert len(failure.links) == 1


@pytest.mark.parametrize(
    "members",
    [
        [
            ConnectionRefusedError(111, "x"),
            ExceptionGroup("in", [TimeoutError(), ExceptionGroup("in", [KeyError("y")])]),
        ],
        [ExceptionGroup("in", [behind(RuntimeError(), KeyError("y"))]), TimeoutError()],
    ],
)
def test_the_least_recoverable_decides_however_deep_it_stands(classify: Classify, members: list[Exception]) -> None:
    for error in (ExceptionGroup("out", members), behind(RuntimeError("x"), ExceptionGroup("out", members))):
        failure = classify(error)
        assert (failure.type, failure.status, failure.transient) == ("KeyError", 500, False)


def test_a_group_that_holds_itself_by_its_causes_ends(classify: Classify) -> None:
    inner = ServiceError("x")
    group = ExceptionGroup("out", [inner, TimeoutError()])
    inner.__cause__ = group
    failure = classify(group)
    # within itself it says no more than its other member
    assert failure.category in {"network", "system"}


class Outcome:
    """What the retrying libraries keep of the last attempt."""

    def exception(self) -> BaseException:
        return TimeoutError("read")


def test_who_gave_up_says_what_the_last_attempt_said(classify: Classify) -> None:
    class RetryError(Exception):
        last_attempt = Outcome()

    failure = classify(RetryError("gave up"))
    assert (failure.category, failure.status, failure.transient) == ("network", 504, True)
    assert not failure.not_sent


def test_a_context_says_only_that_the_client_is_gone(classify: Classify) -> None:
    error = ServiceError("x")
    error.__context__ = ConnectionRefusedError(111, "refused")
    assert (classify(error).category, classify(error).status) == ("system", 500)
    error.__context__ = ClientDisconnect()
    assert classify(error).status == 499


def test_what_becomes_a_4xx_by_inference_is_still_an_error_to_operators(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with failsoft.Failsoft() as fs:
        events: list[ErrorHandled] = []
        fs.events.subscribe(lambda event: events.append(event) if isinstance(event, ErrorHandled) else None)
        inferred = fs.handle(sqlite3.IntegrityError("UNIQUE constraint failed: room.name"))
        meant = fs.handle(failsoft.ConflictError("taken"))
    assert (inferred.status, meant.status) == (409, 409)
    assert [event.result for event in events] == ["unhandled", "handled"]
    assert [event.failure.expected for event in events] == [False, True]
    levels = [record.levelname for record in caplog.records if record.name == "failsoft.errors"]
    assert levels == ["ERROR"]


def test_a_circle_of_causes_is_understood(classify: Classify) -> None:
    one, two = RuntimeError("one"), RuntimeError("two")
    one.__cause__, two.__cause__ = two, one
    assert (classify(one).status, classify(one).category) == (500, "system")


def test_starlettes_complaint_about_a_started_response_is_what_it_was_raised_from(classify: Classify) -> None:
    complaint = RuntimeError("Caught handled exception, but response already started.")
    failure = classify(behind(complaint, HTTPException(404)))
    assert (failure.status, failure.type) == (404, "starlette.exceptions.HTTPException")


def test_a_rejection_of_ours_behind_a_wrapper_is_still_one(classify: Classify) -> None:
    failure = classify(behind(ServiceError(), CircuitOpenError(name="x", retry_after=3)))
    assert failure.rejected
    assert (failure.code, failure.retry_after) == ("CIRCUIT_BREAKER_ERROR", 3)


# --- groups -----------------------------------------------------------------------------------------------------------
def test_a_group_of_one_is_its_member(classify: Classify) -> None:
    failure = classify(ExceptionGroup("g", [HTTPException(404, headers={"X-A": "1"})]))
    assert (failure.status, failure.expected, failure.headers) == (404, True, (("X-A", "1"),))


def test_a_group_of_equals_is_what_they_are(classify: Classify) -> None:
    failure = classify(ExceptionGroup("g", [ConnectionRefusedError(), ExceptionGroup("h", [socket.gaierror(-2, "x")])]))
    assert (failure.category, failure.status, failure.transient, failure.not_sent) == ("network", 503, True, True)


def test_one_member_that_may_have_been_sent_is_enough(classify: Classify) -> None:
    failure = classify(ExceptionGroup("g", [ConnectionRefusedError(), ConnectionResetError()]))
    assert failure.transient
    assert not failure.not_sent


def test_in_a_mixed_group_the_least_recoverable_decides(classify: Classify) -> None:
    bug = classify(ExceptionGroup("g", [ConnectionRefusedError(), HTTPException(404), KeyError("x")]))
    assert (bug.type, bug.status, bug.transient) == ("KeyError", 500, False)
    lasting = classify(ExceptionGroup("g", [ConnectionRefusedError(), HTTPException(404)]))
    assert (lasting.status, lasting.transient, lasting.expected) == (404, False, False)
    mixed = classify(ExceptionGroup("g", [TimeoutError(), ConnectionResetError()]))
    assert mixed.transient


def test_a_real_task_group(raised: Classify) -> None:
    async def missing() -> None:
        raise NotFoundError("no such quote")

    async def slow() -> None:
        await asyncio.Event().wait()

    async def view() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(slow())
            group.create_task(missing())

    failure = raised(lambda: asyncio.run(view()))
    assert (failure.status, failure.code, failure.disconnected) == (404, "NOT_FOUND", False)


def test_a_group_that_was_wrapped_is_still_its_members(classify: Classify) -> None:
    failure = classify(behind(RuntimeError("x"), ExceptionGroup("g", [HTTPException(409), HTTPException(409)])))
    assert failure.status == 409


def test_the_longest_wait_of_a_group_is_told(classify: Classify) -> None:
    members = [HTTPException(503, headers={"Retry-After": str(seconds)}) for seconds in (3, 30, 10)]
    assert classify(ExceptionGroup("g", members)).retry_after == 30


def test_a_member_of_another_class_is_seen_however_many_there_are(classify: Classify) -> None:
    group = ExceptionGroup("g", [*(TimeoutError("t") for _ in range(3_000)), KeyError("k")])
    failure = classify(group)
    assert (failure.type, failure.status, failure.transient) == ("KeyError", 500, False)
    equals = classify(ExceptionGroup("g", [TimeoutError("t") for _ in range(3_000)]))
    assert (equals.type, equals.transient) == ("TimeoutError", True)


def test_of_members_beyond_any_bound_nothing_good_is_thought(classify: Classify) -> None:
    failure = classify(ExceptionGroup("g", [ConnectionRefusedError(111, "no") for _ in range(10_001)]))
    assert (failure.type, failure.transient, failure.not_sent) == ("ConnectionRefusedError", False, False)
    many = [type(f"Slow{n}", (TimeoutError,), {})() for n in range(400)]
    assert not classify(ExceptionGroup("g", many)).transient


def test_a_large_group_takes_its_time_by_its_length(classify: Classify) -> None:
    def seconds(members: int) -> float:
        group = ExceptionGroup("g", [ValueError(str(number)) for number in range(members)])
        took = []
        for _ in range(3):
            before = time.process_time()
            classify(group)
            took.append(time.process_time() - before)
        return min(took)

    assert seconds(40_000) < 1


def test_what_is_not_done_is_not_waited_for(classify: Classify) -> None:
    attempt: Future[None] = Future()
    gave_up = ServiceError("x")
    gave_up.last_attempt = attempt  # type: ignore[attr-defined]
    assert classify(gave_up).status == 500
    attempt.set_exception(ConnectionRefusedError(111, "no"))
    assert classify(gave_up).status == 503


def test_a_huge_tree_of_groups_ends(classify: Classify) -> None:
    wrapper = RuntimeError("again")
    group = ExceptionGroup("g", [wrapper, *(KeyError(str(number)) for number in range(500))])
    wrapper.__cause__ = ExceptionGroup("h", [group, group])
    nested = group
    for _ in range(200):
        nested = ExceptionGroup("n", [nested, nested])
    assert classify(nested).status == 500


# --- clients that went away -------------------------------------------------------------------------------------------
def gone(failure: Failure) -> bool:
    if failure.disconnected:
        assert (failure.status, failure.severity, failure.code) == (499, "info", "CLIENT_DISCONNECTED")
        assert failure.expected
        assert not failure.transient
    return failure.disconnected


def test_a_disconnect_is_found_wherever_it_stands(classify: Classify) -> None:
    assert gone(classify(ClientDisconnect()))
    assert gone(classify(behind(HTTPException(400, "There was an error parsing the body"), ClientDisconnect())))
    late = KeyError("x")
    late.__context__ = behind(RuntimeError(), ClientDisconnect())
    assert gone(classify(late))
    assert gone(classify(asyncio.CancelledError()))
    assert gone(classify(GeneratorExit()))


def test_an_error_while_a_cancelled_request_is_cleaned_up_is_a_disconnect() -> None:
    from failsoft.clock import SystemClock
    from failsoft.errors.classifier import Classifier

    failures: list[Failure] = []

    async def view() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise KeyError("cleaning up")

    async def server() -> None:
        async def serve() -> None:
            try:
                await view()
            except Exception as error:
                failures.append(Classifier(clock=SystemClock()).classify(error))

        task = asyncio.create_task(serve())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(server())
    assert gone(failures[0])


def test_a_cancellation_by_a_timeout_of_this_side_is_no_disconnect() -> None:
    from failsoft.clock import SystemClock
    from failsoft.errors.classifier import Classifier

    async def view() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            raise ServiceError("quote service") from error

    async def served() -> Failure:
        try:
            async with asyncio.timeout(0):
                await view()
        except Exception as error:
            return Classifier(clock=SystemClock()).classify(error)
        raise AssertionError

    assert not gone(asyncio.run(served()))


def test_a_cancellation_inside_of_a_loop_that_a_synchronous_view_ran_is_no_disconnect(classify: Classify) -> None:
    async def connect() -> None:
        worker = asyncio.create_task(asyncio.Event().wait())
        await asyncio.sleep(0)
        worker.cancel()
        try:
            await worker
        except asyncio.CancelledError as error:
            raise ServiceError("login was refused") from error

    try:
        asyncio.run(connect())
    except ServiceError as error:
        failure = classify(error)
    assert not gone(failure)
    assert failure.severity == "high"


def test_a_timeout_is_no_disconnect_though_it_works_by_cancelling(classify: Classify) -> None:
    assert not gone(classify(behind(TimeoutError(), asyncio.CancelledError())))
    assert not gone(classify(behind(OperationTimeoutError(), asyncio.CancelledError())))
    assert not gone(classify(behind(ServiceError(), behind(TimeoutError(), asyncio.CancelledError()))))


def test_a_generator_that_was_closed_earlier_is_no_disconnect(classify: Classify) -> None:
    error = KeyError("x")
    error.__context__ = GeneratorExit()
    assert not gone(classify(error))


def test_a_broken_pipe_under_a_server_is_the_client_and_elsewhere_a_peer(raised: Classify) -> None:
    class Response(wsgiref.handlers.SimpleHandler):
        def __init__(self, fd: int) -> None:
            super().__init__(None, os.fdopen(fd, "wb", buffering=0), None, {})  # type: ignore[arg-type]

    reader, writer = os.pipe()
    os.close(reader)
    response = Response(writer)
    assert gone(raised(response._write, b"x"))
    assert not gone(raised(os.write, writer, b"x"))
    response.stdout.close()
