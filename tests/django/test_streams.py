"""Streams: a failure before the first byte is an answer, one after it breaks off, and is heard of."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
from io import BytesIO
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.urls import path
from project.driver import PATIENT, over_asgi, over_wsgi

import django
import failsoft
from failsoft.current import current_call

BROKEN = RuntimeError("hunter2")
LISTENS = pytest.mark.skipif(django.VERSION < (5, 0), reason="this Django does not hear of clients that go away")
if django.VERSION < (5, 0):  # it leaves the spooled body of a request open when a stream breaks off
    pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


class Source:
    """A stream that breaks off before a chunk, and knows whether it was closed."""

    def __init__(self, *, breaks_at: int | None = None, chunks: int = 3, exc: BaseException = BROKEN) -> None:
        self.breaks_at = breaks_at
        self.chunks = chunks
        self.exc = exc
        self.closed = 0
        self.given = 0
        self.calls: list[Any] = []

    def sync(self) -> Any:
        try:
            for number in range(self.chunks):
                self._step(number)
                yield b"%d," % number
            self._step(self.chunks)
        finally:
            self.closed += 1

    async def asynchronous(self) -> Any:
        try:
            for number in range(self.chunks):
                self._step(number)
                yield b"%d," % number
                await asyncio.sleep(0)
            self._step(self.chunks)
        finally:
            self.closed += 1

    def _step(self, number: int) -> None:
        self.calls.append(current_call.get())
        if number == self.breaks_at:
            raise self.exc
        self.given += 1

    def view(self, request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(self.sync(), content_type="text/csv", headers={"X-Own": "1"})

    async def aview(self, request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(self.asynchronous(), content_type="text/csv", headers={"X-Own": "1"})


def ask(mode: str, where: str = "/x", **extra: Any) -> Any:
    if mode == "wsgi":
        return over_wsgi(where, **extra)
    if mode == "asgi":
        return over_asgi(where, **extra)
    with pytest.warns(Warning, match="must consume synchronous iterators"):
        return over_asgi(where, **extra)


def urls(source: Source, mode: str) -> list[Any]:
    return [path("x", source.aview if mode == "asgi" else source.view)]


MODES = pytest.mark.parametrize("mode", ["wsgi", "asgi", "asgi-sync"])


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_a_stream_that_fails_before_its_first_chunk_is_a_clean_problem(app: Any, logs: Any, mode: str) -> None:
    source = Source(breaks_at=0)
    made = app(urls(source, mode), middleware=["project.middleware.Stamping"])
    answer = ask(mode)
    assert answer.status == 500
    problem = json.loads(answer.body)
    assert problem["code"] == "INTERNAL_ERROR"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert "x-own" not in answer.headers or answer.headers["x-own"] == "1"
    assert answer.headers["x-request-id"] == problem["request_id"]
    assert made.signals == [BROKEN]
    assert [(r.name, bool(r.exc_info)) for r in logs] == [("django.request", True)]
    assert [(event.result, event.endpoint) for event in made.handled] == [("unhandled", "GET /x")]
    assert source.closed == 1


def test_a_synchronous_stream_under_asgi_fails_cleanly_too(app: Any) -> None:
    made = app([path("x", Source(breaks_at=0).view)])
    answer = over_asgi("/x")
    assert (answer.status, json.loads(answer.body)["status"]) == (500, 500)
    assert made.signals == [BROKEN]
    assert len(made.handled) == 1


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_a_stream_that_answers_on_purpose_before_its_first_chunk_is_an_answer(app: Any, mode: str) -> None:
    made = app(urls(Source(breaks_at=0, exc=failsoft.ConflictError("twice")), mode))
    assert json.loads(ask(mode).body)["code"] == "CONFLICT"
    assert made.signals == []
    assert [event.result for event in made.handled] == ["handled"]


@MODES
def test_a_stream_that_fails_after_its_first_chunk_is_broken_off_and_recorded_once(app: Any, mode: str) -> None:
    source = Source(breaks_at=1)
    made = app(urls(source, mode))
    answer = ask(mode)
    assert answer.status == 200
    assert answer.escaped is BROKEN
    assert answer.body == (b"" if mode == "asgi-sync" else b"0,")
    assert mode == "wsgi" or not answer.complete
    assert [(event.result, event.status, event.endpoint) for event in made.handled] == [("skipped", 500, "GET /x")]
    assert made.signals == []


@MODES
def test_a_stream_that_ends_well_is_untouched_and_stays_of_its_kind(app: Any, mode: str) -> None:
    source = Source()
    made = app(urls(source, mode))
    answer = ask(mode)
    assert (answer.status, answer.body, answer.escaped) == (200, b"0,1,2,", None)
    assert answer.headers["x-own"] == "1"
    assert answer.headers["x-request-id"]
    assert made.events == []
    assert source.closed == 1


@MODES
def test_an_empty_stream_stays_empty(app: Any, mode: str) -> None:
    made = app(urls(Source(chunks=0), mode))
    answer = ask(mode)
    assert (answer.status, answer.body) == (200, b"")
    assert made.events == []


def test_only_the_first_chunk_is_taken_before_the_head_leaves(app: Any) -> None:
    source = Source(chunks=10)
    made = app(urls(source, "wsgi"))
    answer = over_wsgi("/x", chunks=2)
    assert answer.body == b"0,1,"
    assert source.given == 2
    assert source.closed == 1
    assert made.events == []


@LISTENS
def test_a_client_that_goes_away_is_no_failure(app: Any) -> None:
    source = Source(chunks=1000)
    made = app(urls(source, "asgi"))
    answer = over_asgi("/x", gone_after=3)
    assert answer.escaped is None
    assert source.given < 1000
    gc.collect()
    assert made.events == []


@LISTENS
def test_a_client_that_goes_away_while_the_view_works_is_no_failure(app: Any) -> None:
    seen: list[str] = []

    async def view(request: Any) -> HttpResponse:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        raise AssertionError

    policies = {"all": {**PATIENT, "circuit_breaker": {"failure_threshold": 1}}}
    rules = [{"match": "GET /x", "policy": "all"}]
    made = app([path("x", view)], failsoft={"policies": policies, "endpoints": rules})
    answer = over_asgi("/x", gone_after=0)
    assert (seen, answer.sent, answer.escaped) == (["cancelled"], [], None)
    assert made.events == []
    assert made.fs.circuit_breakers.states() == {"GET /x": "closed"}


@MODES
def test_an_event_stream_is_not_held_back(app: Any, mode: str) -> None:
    source = Source(breaks_at=0)

    def view(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(source.sync(), content_type="text/event-stream; charset=utf-8")

    async def aview(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(source.asynchronous(), content_type="text/event-stream")

    made = app([path("x", aview if mode == "asgi" else view)])
    answer = ask(mode)
    assert answer.status == 200
    assert answer.escaped is BROKEN
    assert [event.result for event in made.handled] == ["skipped"]


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_the_call_is_known_inside_of_a_stream(app: Any, mode: str) -> None:
    source = Source()
    made = app(urls(source, mode))
    answer = ask(mode)
    assert {call.request_id for call in source.calls} == {answer.headers["x-request-id"]}
    assert {call.owner for call in source.calls} == {made.fs}


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_the_time_limit_of_a_policy_ends_with_the_first_byte(app: Any, mode: str) -> None:
    left: list[float | None] = []

    def sync() -> Any:
        for _ in range(3):
            left.append(failsoft.remaining())
            yield b"."

    async def asynchronous() -> Any:
        for chunk in sync():
            yield chunk

    def view(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(sync())

    async def aview(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(asynchronous())

    rules = {"policies": {"brisk": {"timeout": "9s"}}, "endpoints": [{"match": "GET /x", "policy": "brisk"}]}
    app([path("x", aview if mode == "asgi" else view)], failsoft=rules)
    assert ask(mode).body == b"..."
    assert left == [9.0, None, None]


def test_a_file_is_left_to_the_server_that_can_send_it_by_itself(app: Any) -> None:
    made = app([path("x", lambda request: FileResponse(BytesIO(b"content"), filename="f.bin"))])
    answer = over_wsgi("/x", **{"wsgi.file_wrapper": lambda file, size: (file, size)})
    assert answer.file[0].read() == b"content"
    answer.file[0].close()
    assert over_wsgi("/x").body == b"content"
    assert made.events == []


def test_an_asynchronous_stream_under_wsgi_is_consumed_as_django_does(app: Any) -> None:
    source = Source(breaks_at=1)
    made = app([path("x", source.aview)])
    with pytest.warns(Warning, match="must consume asynchronous iterators"):
        answer = over_wsgi("/x")
    assert answer.escaped is BROKEN
    assert [event.result for event in made.handled] == ["skipped"]


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_an_observed_stream_breaks_as_it_would_without_us(app: Any, mode: str) -> None:
    made = app(urls(Source(breaks_at=0), mode), failsoft={"rollout": {"mode": "observe"}})
    answer = ask(mode)
    assert (answer.status, answer.body, answer.escaped) == (200, b"", BROKEN)
    assert [event.result for event in made.handled] == ["skipped"]


@MODES
def test_a_stream_that_fails_before_its_first_chunk_is_retried(app: Any, mode: str) -> None:
    sources = [Source(breaks_at=0, exc=ConnectionResetError(104, "gone")), Source()]
    todo = list(sources)

    def view(request: Any) -> StreamingHttpResponse:
        return todo.pop(0).view(request)

    async def aview(request: Any) -> StreamingHttpResponse:
        return await todo.pop(0).aview(request)

    rules = {"policies": {"patient": PATIENT}, "endpoints": [{"match": "GET /x", "policy": "patient"}]}
    made = app([path("x", aview if mode == "asgi" else view)], failsoft=rules)
    answer = ask(mode)
    assert (answer.status, answer.body) == (200, b"0,1,2,")
    assert made.kinds() == ["RetryScheduled", "RetryEnded"]
    assert [source.closed for source in sources] == [1, 1]


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_a_stream_that_breaks_off_counts_for_the_circuit(app: Any, mode: str) -> None:
    policy = {"circuit_breaker": {"failure_rate_threshold": 0.5, "minimum_calls": 2}}
    rules = {"policies": {"fuse": policy}, "endpoints": [{"match": "GET /x", "policy": "fuse"}]}
    source = Source(breaks_at=1)
    made = app(urls(source, mode), failsoft=rules)
    for _ in range(2):
        ask(mode)
    assert made.fs.circuit_breakers.states() == {"GET /x": "open"}
    assert len(made.handled) == 2


def test_what_a_discarded_attempt_has_opened_is_closed(app: Any) -> None:
    opened: list[BytesIO] = []

    def view(request: Any) -> FileResponse:
        opened.append(BytesIO(b"x"))
        response = FileResponse(opened[-1])
        response.status_code = 503 if len(opened) < 3 else 200
        return response

    rules = {"policies": {"patient": PATIENT}, "endpoints": [{"match": "GET /x", "policy": "patient"}]}
    app([path("x", view)], failsoft=rules)
    assert over_wsgi("/x").body == b"x"
    assert [file.closed for file in opened] == [True, True, True]


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_what_a_failed_stream_has_opened_is_closed(app: Any, mode: str) -> None:
    closed: list[int] = []

    class Broken:
        def __iter__(self) -> Any:
            return self

        def __next__(self) -> bytes:
            raise BROKEN

        def close(self) -> None:
            closed.append(1)

    app([path("x", lambda request: StreamingHttpResponse(Broken()))])
    assert ask(mode).status == 500
    assert closed == [1]


@contextlib.contextmanager
def counted(signal: Any) -> Any:
    found: list[Any] = []

    def heard(**_: Any) -> None:
        found.append(1)

    signal.connect(heard)
    yield found
    signal.disconnect(heard)


@pytest.mark.parametrize("mode", ["wsgi", "asgi"])
def test_django_hears_the_end_of_a_request_once(app: Any, mode: str) -> None:
    from django.core.signals import request_finished

    app(urls(Source(breaks_at=0), mode))
    with counted(request_finished) as ends:
        ask(mode)
    assert len(ends) == 1
