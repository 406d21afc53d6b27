"""Retry, circuit breaker, timeout and deadline at work on an endpoint."""

from __future__ import annotations

import time

import pytest

from contract.servers import Server, unique
from contract.test_errors import check_problem


def test_a_retry_succeeds_on_the_third_attempt_with_one_effect_committed(server: Server) -> None:
    key = unique()
    reply = server.get(f"/retry/{key}?fail=2")
    assert (reply.status, reply.json()) == (200, {"key": key, "attempt": 3})
    assert server.get(f"/_effects/{key}").json() == [3]
    events = server.events(reply.header("x-request-id") or "")
    assert [e["event"] for e in events] == ["RetryScheduled", "RetryScheduled", "RetryEnded"]
    assert events[-1]["outcome"] == "success"


def test_a_retry_gives_up_with_the_last_failure(server: Server) -> None:
    key = unique()
    reply = server.get(f"/retry/{key}?fail=9")
    problem = check_problem(reply)
    assert reply.status in (502, 503)
    assert problem["retry"]["allowed"] is True
    assert server.get(f"/_effects/{key}").json() == []
    events = server.events(reply.header("x-request-id") or "")
    assert [e["event"] for e in events] == ["RetryScheduled", "RetryScheduled", "RetryEnded", "ErrorHandled"]
    assert events[2]["outcome"] == "max_attempts"
    assert events[3]["failure"]["attempts"] == 2


def test_a_body_is_replayed(server: Server) -> None:
    body = b"x" * 50_000
    reply = server.request("POST", f"/replay/{unique()}?fail=2", body=body)
    assert (reply.status, reply.json()["attempt"], reply.json()["length"]) == (200, 3, len(body))


def test_a_body_read_as_a_stream_is_replayed(server: Server) -> None:
    reply = server.request("POST", f"/replay/{unique()}?fail=1&read=stream", body=b"y" * 1000)
    assert (reply.status, reply.json()["attempt"], reply.json()["length"]) == (200, 2, 1000)


def test_a_body_too_large_to_keep_is_not_repeated(server: Server) -> None:
    body = b"x" * (2 * 1024 * 1024)
    key = unique()
    assert server.request("POST", f"/replay/{key}?fail=1", body=body).status in (502, 503)
    again = server.request("POST", f"/replay/{key}?fail=1", body=body)
    assert (again.status, again.json()["attempt"], again.json()["length"]) == (200, 2, len(body))


def test_a_post_is_not_repeated_unless_it_says_so(server: Server) -> None:
    assert server.request("POST", f"/plain/{unique()}?fail=1", body=b"x").status in (502, 503)


def test_an_idempotency_key_makes_a_post_repeatable(server: Server) -> None:
    assert server.request("POST", f"/keyed/{unique()}?fail=1", body=b"x").status in (502, 503)
    reply = server.request("POST", f"/keyed/{unique()}?fail=1", body=b"x", headers={"Idempotency-Key": "k1"})
    assert (reply.status, reply.json()["attempt"]) == (200, 2)


def test_a_returned_status_is_retried(server: Server) -> None:
    reply = server.get(f"/status/503?key={unique()}&fail=2")
    assert (reply.status, reply.json()["attempt"]) == (200, 3)


def test_a_returned_status_that_stays_is_the_applications_own_answer(server: Server) -> None:
    reply = server.get(f"/status/503?key={unique()}")
    assert (reply.status, reply.json()) == (503, {"written": "by the app", "attempt": 3})
    assert reply.header("x-own") == "1"


@pytest.mark.parametrize("status", [200, 400, 404, 500, 501])
def test_other_returned_statuses_are_not_retried(server: Server, status: int) -> None:
    reply = server.get(f"/status/{status}?key={unique()}")
    assert (reply.status, reply.json()["attempt"]) == (status, 1)


def test_what_the_application_handles_is_not_retried(server: Server) -> None:
    reply = server.get(f"/handled-retry/{unique()}")
    assert (reply.status, reply.json()) == (418, {"handled": "by the app"})


def test_a_circuit_opens_rejects_and_closes_again(server: Server) -> None:
    for _ in range(3):
        assert server.get("/breaker?fail=error").status in (502, 503)
    reply = server.get("/breaker")
    problem = check_problem(reply, 503, "CIRCUIT_BREAKER_ERROR")
    assert problem["recoverable"] is True
    assert problem["retry"]["allowed"] is True
    assert int(reply.header("retry-after") or 0) == problem["retry"]["after"] >= 1
    assert server.get("/_breakers").json()["GET /breaker"] == "open"
    for _ in range(200):
        if server.get("/breaker").status == 200:
            break
        time.sleep(0.02)
    assert server.get("/_breakers").json()["GET /breaker"] == "closed"
    assert server.get("/breaker").status == 200


def test_a_failed_probe_opens_the_circuit_again(server: Server) -> None:
    for _ in range(3):
        server.get("/breaker?fail=error")
    assert server.get("/breaker").json()["code"] == "CIRCUIT_BREAKER_ERROR"
    for _ in range(200):
        reply = server.get("/breaker?fail=error")
        if reply.json()["code"] != "CIRCUIT_BREAKER_ERROR":
            break
        time.sleep(0.02)
    assert server.get("/breaker").json()["code"] == "CIRCUIT_BREAKER_ERROR"
    for _ in range(200):
        if server.get("/breaker").status == 200:
            break
        time.sleep(0.02)
    assert server.get("/breaker").status == 200


def test_a_clients_own_mistakes_open_no_circuit(server: Server) -> None:
    for _ in range(10):
        assert server.get("/breaker-client?fail=client").status == 404
    assert server.get("/breaker-client").status == 200


def test_returned_server_errors_open_the_circuit_and_keep_their_body(server: Server) -> None:
    for _ in range(3):
        reply = server.get("/breaker-status?fail=status")
        assert (reply.status, reply.json()) == (500, {"written": "by the app"})
    check_problem(server.get("/breaker-status"), 503, "CIRCUIT_BREAKER_ERROR")


def test_an_attempt_over_its_time_is_cut_off(server: Server) -> None:
    reply = server.get("/slow")
    check_problem(reply, 504, "TIMEOUT_ERROR")
    kinds = [e["event"] for e in server.events(reply.header("x-request-id") or "")]
    assert kinds == ["AttemptTimedOut", "ErrorHandled"]


def test_an_attempt_within_its_time_is_untouched(server: Server) -> None:
    assert server.get("/slow?for=0.01").json() == {"ok": True}


def test_a_synchronous_view_is_never_cut_off_but_told_its_time(server: Server) -> None:
    reply = server.get("/slow-sync")
    assert (reply.status, reply.json()) == (200, {"ok": True, "had": True})
    events = server.events(reply.header("x-request-id") or "")
    assert [(e["event"], e["kind"]) for e in events] == [("AttemptTimedOut", "timeout")]


def test_a_retry_stops_before_a_wait_that_would_pass_the_deadline(server: Server) -> None:
    reply = server.get("/deadline")
    assert reply.status in (502, 503)
    events = server.events(reply.header("x-request-id") or "")
    ended = [e for e in events if e["event"] == "RetryEnded"]
    assert [e["outcome"] for e in ended] == ["deadline"]
    assert 1 <= ended[0]["attempts"] <= 4
