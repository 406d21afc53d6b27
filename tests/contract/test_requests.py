"""Requests as clients send them: ids, negotiation, streams, disconnects, bodies."""

from __future__ import annotations

import re
import socket
import time

import pytest

from contract.servers import Server, unique
from contract.test_errors import check_problem, check_silent


def test_a_success_is_unchanged_but_for_the_request_id(server: Server) -> None:
    reply = server.get("/ok")
    assert reply.status == 200
    assert reply.json() == {"ok": True}
    assert re.fullmatch(r"[0-9a-f]{32}", reply.header("x-request-id") or "")
    assert reply.header("x-error-id") is None
    assert reply.header("cache-control") is None


def test_a_well_formed_request_id_is_kept(server: Server) -> None:
    for given in ("abc", "A.b_c-9", "x" * 128):
        assert server.get("/ok", X_Request_ID=given).all("x-request-id") == [given]
        assert server.get("/raise/conflict", X_Request_ID=given).json()["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "a b", "x" * 129, "x" * 10_000, "<script>", "a/b", "ünïcode".encode().decode("latin-1")]
)
def test_any_other_request_id_is_replaced(server: Server, given: str) -> None:
    reply = server.get("/raise/conflict", X_Request_ID=given)
    assert re.fullmatch(r"[0-9a-f]{32}", reply.header("x-request-id") or "")
    assert reply.json()["request_id"] == reply.header("x-request-id")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html;q=0.5,application/json", "application/problem+json"),
        ("text/plain", "text/plain"),
        ("image/png", "application/problem+json"),
        (";;;q=,,/", "application/problem+json"),
        ("text/html;q=0", "application/problem+json"),
        ("a" * 5000, "application/problem+json"),
    ],
)
def test_the_form_of_an_error_is_negotiated_and_never_refused(server: Server, accept: str | None, kind: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    reply = server.request("GET", "/raise/unexpected", headers=headers)
    assert reply.status == 500
    assert (reply.header("content-type") or "").split(";")[0] == kind
    check_silent(reply)


def test_the_trace_of_the_caller_is_named(server: Server) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    reply = server.get("/raise/conflict", traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    assert reply.json()["trace_id"] == trace
    assert "trace_id" not in server.get("/raise/conflict", traceparent="00-zz-00-1").json()


@pytest.mark.parametrize("path", ["/stream/before", "/stream-sync/before"])
def test_a_stream_that_fails_before_its_first_byte_is_a_clean_problem(server: Server, path: str) -> None:
    reply = server.get(path)
    check_problem(reply, 500, "INTERNAL_ERROR")
    check_silent(reply)


def test_a_stream_that_fails_after_its_first_byte_is_broken_off_visibly(server: Server) -> None:
    reply = server.get("/stream/after")
    assert reply.status == 200
    assert reply.broken
    assert reply.body == b"first,"
    request_id = reply.header("x-request-id") or ""
    handled = [e for e in server.events(request_id, wanted="ErrorHandled") if e["event"] == "ErrorHandled"]
    assert [e["result"] for e in handled] == ["skipped"]


def test_a_stream_that_ends_well_is_untouched(server: Server) -> None:
    reply = server.get("/stream/never")
    assert (reply.status, reply.body, reply.broken) == (200, b"first,0,1,2,", False)
    assert server.events(reply.header("x-request-id") or "") == []


def test_a_client_that_goes_away_is_no_failure_of_ours(server: Server) -> None:
    request_id = unique()
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        request = f"GET /stream/slow HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: {request_id}\r\n\r\n"
        connection.sendall(request.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    time.sleep(0.5)
    results = {e.get("result") for e in server.events(request_id)}
    assert results <= {"aborted"}
    assert server.get("/ok").status == 200


def test_an_error_in_a_background_task_leaves_the_answer_alone(server: Server) -> None:
    if server.name not in ("starlette", "fastapi"):
        pytest.skip("this framework has no background tasks")
    reply = server.get("/background")
    assert (reply.status, reply.json()) == (200, {"ok": True})
    handled = server.events(reply.header("x-request-id") or "", wanted="ErrorHandled")
    assert [e["result"] for e in handled] == ["skipped"]


def test_many_paths_make_no_keys(server: Server) -> None:
    for _ in range(50):
        assert server.get(f"/{unique()}/{unique()}").status == 404
    assert not [name for name in server.get("/_breakers").json() if "unmatched" in name]


def test_the_server_still_stands(server: Server) -> None:
    """Runs last in this file: after all that was done to it."""
    assert server.process.poll() is None
    assert server.get("/ok").json() == {"ok": True}
