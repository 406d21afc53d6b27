"""The request that a further attempt is given: its body, and what was read from it."""

from __future__ import annotations

import io
from typing import Any

import pytest

from flask import Flask, request

LOST = ConnectionResetError
TWICE = {"policies": {"p": {"retry": {"max_attempts": 3, "base_delay": 0}}}}


def on(match: str, **more: Any) -> dict[str, Any]:
    return {**TWICE, "endpoints": [{"match": match, "policy": "p", **more}]}


class Flaky:
    """Fails so often, then works."""

    def __init__(self, times: int, error: Any = LOST) -> None:
        self.left = times
        self.calls = 0
        self.error = error

    def __call__(self) -> int:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.error
        return self.calls


# -- the request, put back


READERS = {
    "data": lambda: request.get_data().decode(),
    "not cached": lambda: request.get_data(cache=False).decode(),
    "stream": lambda: request.stream.read().decode(),
    "input": lambda: request.environ["wsgi.input"].read().decode(),
    "form": lambda: request.form["a"],
    "json": lambda: request.get_json()["a"],
    "mutated json": lambda: request.get_json().pop("a"),
    "file": lambda: request.files["f"].read().decode(),
    "file stream": lambda: request.files["f"].stream.read().decode(),
    "values": lambda: request.values["a"],
}
FORM = ("application/x-www-form-urlencoded", b"a=payload")
JSON = ("application/json", b'{"a": "payload"}')
MULTI = (
    "multipart/form-data; boundary=X",
    b'--X\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\npayload\r\n--X--\r\n',
)
SENT = {
    "data": ("text/plain", b"payload"), "not cached": ("text/plain", b"payload"), "stream": ("text/plain", b"payload"),
    "input": ("text/plain", b"payload"), "form": FORM, "json": JSON, "mutated json": JSON, "file": MULTI,
    "file stream": MULTI, "values": FORM,
}  # fmt: skip


def reading(how: str, app: Flask, before: bool = False) -> Flaky:
    flaky = Flaky(2)

    @app.post("/x")
    def x() -> Any:
        read = READERS[how]()
        flaky()
        return f"{flaky.calls} {read}"

    return flaky


@pytest.mark.parametrize("how", READERS)
def test_each_attempt_reads_the_same_body(make: Any, how: str) -> None:
    app = Flask("shop")
    reading(how, app)
    kind, body = SENT[how]
    answer = make(app, on("POST /x", idempotent=True)).ask("/x", "POST", body=body, headers={"Content-Type": kind})
    assert answer.text == "3 payload"


@pytest.mark.parametrize("how", ["form", "json", "file", "data", "values"])
def test_also_where_a_hook_has_read_it_before(make: Any, how: str) -> None:
    app = Flask("shop")
    reading(how, app)
    app.before_request(lambda: READERS[how]() and None)
    kind, body = SENT[how]
    answer = make(app, on("POST /x", idempotent=True)).ask("/x", "POST", body=body, headers={"Content-Type": kind})
    assert answer.text == "3 payload"


def test_a_stream_that_a_hook_has_drained_stays_drained(make: Any) -> None:
    """As it does without us."""
    app, flaky = Flask("shop"), Flaky(2)
    app.before_request(lambda: request.stream.read() and None)
    app.add_url_rule("/x", view_func=lambda: f"{flaky()} {request.stream.read()!r}", methods=["POST"], endpoint="x")
    assert make(app, on("POST /x", idempotent=True)).ask("/x", "POST", body=b"payload").text == "3 b''"


def test_what_an_attempt_wrote_on_the_request_is_gone(make: Any) -> None:
    app = Flask("shop")
    seen: list[Any] = []
    app.before_request(lambda: setattr(request, "user", "from the hook"))

    @app.put("/x")
    def x() -> Any:
        seen.append((request.user, getattr(request, "scratch", None)))  # type: ignore[attr-defined]
        request.user, request.scratch = "changed", "left over"  # type: ignore[attr-defined]
        if len(seen) < 3:
            raise LOST
        return "ok"

    assert make(app, on("PUT /x", idempotent=True)).ask("/x", "PUT", body=b"x").text == "ok"
    assert seen == [("from the hook", None)] * 3


def test_a_body_that_is_too_large_to_keep_is_read_by_the_application_alone(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(9)

    @app.post("/x")
    def x() -> Any:
        assert len(request.get_data()) == 1_048_577
        flaky()

    site = make(app, on("POST /x", idempotent=True))
    assert site.ask("/x", "POST", body=b"x" * 1_048_577).status == 502
    assert flaky.calls == 1


def test_a_body_of_unknown_length_is_not_kept(make: Any) -> None:
    app, flaky = Flask("shop"), Flaky(9)

    @app.post("/x")
    def x() -> Any:
        assert request.get_data() == b"chunked"
        flaky()

    more = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": io.BytesIO(b"chunked"), "wsgi.input_terminated": True}
    assert make(app, on("POST /x", idempotent=True)).ask("/x", "POST", **more).status == 502
    assert flaky.calls == 1


class Watched(io.BytesIO):
    """A body that knows whether anybody has read it."""

    touched = False

    def read(self, *args: Any) -> bytes:
        self.touched = True
        return super().read(*args)

    def readinto(self, *args: Any) -> int:
        self.touched = True
        return super().readinto(*args)


def test_a_body_is_not_touched_for_a_request_that_is_not_repeated_anyway(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/x", view_func=lambda: "ok", methods=["POST"], endpoint="x")
    body = Watched(b"x" * 100)
    more = {"wsgi.input": body, "CONTENT_LENGTH": "100"}
    assert make(app, on("POST /x")).ask("/x", "POST", **more).text == "ok"
    assert not body.touched


def test_a_body_that_the_application_would_refuse_is_refused_only_if_it_reads_it(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/never", view_func=lambda: "never read", methods=["POST"], endpoint="never")
    app.add_url_rule("/read", view_func=lambda: request.get_data(), methods=["POST"], endpoint="read")
    site = make(app, on("* /never", idempotent=True), MAX_CONTENT_LENGTH=10)
    assert site.ask("/never", "POST", body=b"x" * 11).text == "never read"
    site = make(_again(), on("* /read", idempotent=True), MAX_CONTENT_LENGTH=10)
    assert site.ask("/read", "POST", body=b"x" * 11).status == 413


def _again() -> Flask:
    app = Flask("shop")
    app.add_url_rule("/read", view_func=lambda: request.get_data(), methods=["POST"], endpoint="read")
    return app


def test_a_body_that_is_cut_short_is_the_applications_to_judge(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/never", view_func=lambda: "never read", methods=["POST"], endpoint="never")
    more = {"wsgi.input": io.BytesIO(b"short"), "CONTENT_LENGTH": "100"}
    assert make(app, on("* /never", idempotent=True)).ask("/never", "POST", **more).text == "never read"
