"""The deadline of whoever calls: it shortens, it is told to whom we call, and it is no failure of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from contract.servers import Reply, Server, unique
from contract.test_errors import check_problem, masked


def hurried(server: Server, path: str, left: str) -> Reply:
    return server.get(path, X_Request_Deadline=left)


def runs(server: Server, key: str) -> int:
    """How often the view of this key was run before."""
    said: int = server.get(f"/hurry/{key}").json()["run"]
    return said - 1


@pytest.mark.parametrize("path", ["/hurry", "/hurry-sync"])
def test_it_is_the_deadline_of_a_call_without_a_policy(server: Server, path: str) -> None:
    reply = hurried(server, f"{path}/{unique()}", "20.000")
    assert (reply.status, reply.json()) == (200, {"run": 1, "left": 20, "sent": 20})


def test_without_one_there_is_none(server: Server) -> None:
    assert server.get(f"/hurry/{unique()}").json() == {"run": 1, "left": None, "sent": None}


@pytest.mark.parametrize(("told", "left"), [("20", 20), ("40", 30), ("9" * 9, 30)])
def test_it_can_only_shorten_that_of_the_endpoint(server: Server, told: str, left: int) -> None:
    assert hurried(server, f"/hurry-own/{unique()}", told).json() == {"run": 1, "left": left, "sent": left}


@pytest.mark.parametrize("hours", [-7, 0, 5])
def test_an_instant_is_understood(server: Server, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    told = (datetime.now(UTC) + timedelta(minutes=10)).astimezone(zone).isoformat()
    left = hurried(server, f"/hurry/{unique()}", told).json()["left"]
    assert 500 < left <= 600


@pytest.mark.parametrize("told", ["soon", "nan", "inf", "1e3", "", "2026-11-26T10:00:00", "1, 2"])
def test_what_cannot_be_read_is_ignored(server: Server, told: str) -> None:
    assert hurried(server, f"/hurry/{unique()}", told).json() == {"run": 1, "left": None, "sent": None}


@pytest.mark.parametrize("told", ["0", "0.000", "-12.5", "2020-01-01T00:00:00Z"])
@pytest.mark.parametrize("path", ["/hurry", "/hurry-sync", "/hurry-own"])
def test_a_view_is_not_run_for_a_caller_who_has_gone(server: Server, path: str, told: str) -> None:
    key = unique()
    reply = hurried(server, f"{path}/{key}", told)
    check_problem(reply, 504, "TIMEOUT_ERROR")
    assert runs(server, key) == 0
    events = server.events(reply.header("x-request-id") or "")
    assert [event["event"] for event in events] == ["CallRejected", "ErrorHandled"]
    assert (events[0]["reason"], events[0]["endpoint"]) == ("deadline", f"GET {path}/{{key}}")


def test_an_asynchronous_view_is_cut_off(server: Server) -> None:
    key = unique()
    reply = hurried(server, f"/hurry/{key}?for=30", "0.500")
    check_problem(reply, 504, "TIMEOUT_ERROR")
    assert runs(server, key) == 1
    events = server.events(reply.header("x-request-id") or "")
    assert [event["event"] for event in events] == ["AttemptTimedOut", "ErrorHandled"]
    assert events[0]["kind"] == "deadline"


def test_a_synchronous_view_runs_on_and_its_late_result_is_returned(server: Server) -> None:
    reply = hurried(server, f"/hurry-sync/{unique()}?for=0.8", "0.500")
    assert (reply.status, reply.json()["run"]) == (200, 1)
    assert "AttemptTimedOut" in [event["event"] for event in server.events(reply.header("x-request-id") or "")]


def test_a_caller_in_a_hurry_is_no_failure_of_the_endpoint(server: Server) -> None:
    for _ in range(4):  # three failures would open the circuit
        check_problem(hurried(server, "/hurry-fuse?for=30", "0.050"), 504, "TIMEOUT_ERROR")
    assert server.get("/_breakers").json()["GET /hurry-fuse"] == "closed"
    assert server.get("/hurry-fuse?for=0").status == 200


def test_an_exempt_endpoint_knows_of_none(server: Server) -> None:
    assert hurried(server, f"/hurry-off/{unique()}", "0").json() == {"run": 1, "left": None, "sent": None}


def test_where_it_is_observed_nothing_is_changed(server: Server) -> None:
    reply = hurried(server, f"/hurry-observed/{unique()}", "0")
    assert (reply.status, reply.json()) == (200, {"run": 1, "left": None, "sent": None})
    assert [event["event"] for event in server.events(reply.header("x-request-id") or "")] == ["WouldReject"]


def test_all_frameworks_send_the_same_bytes_to_a_caller_who_has_gone(servers: dict[str, Server]) -> None:
    def answer(server: Server, path: str) -> Any:
        return masked(hurried(server, path, "0"))

    for path in ("/hurry/1", "/hurry-sync/1", "/hurry-own/1", "/hurry-fuse"):
        answers = {name: answer(server, path) for name, server in servers.items()}
        first = answers.pop("starlette")
        for name, other in answers.items():
            assert other == first, name
