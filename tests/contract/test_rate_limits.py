"""A rate limit at work on an endpoint: what every answer says of it, and what is said to who comes too often."""

from __future__ import annotations

import re
from typing import Any

from contract.servers import Reply, Server, unique
from contract.test_errors import check_problem, masked

POLICY = '"header";q=2;w=86400'


HALF_A_DAY = re.compile(r"(?<!\d)43[12]\d\d(?!\d)")
"""In seconds, some minutes of a slow machine allowed."""


def timeless(text: str | None) -> str | None:
    return None if text is None else HALF_A_DAY.sub("43200", text)


def said(reply: Reply) -> tuple[str | None, str | None, str | None]:
    limit, after = timeless(reply.header("ratelimit")), timeless(reply.header("retry-after"))
    return reply.header("ratelimit-policy"), limit, after


def test_every_answer_says_what_is_left(server: Server) -> None:
    who = unique()
    replies = [server.get("/limited", X_Who=who) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert [said(reply) for reply in replies] == [
        (POLICY, '"header";r=1;t=43200', None),
        (POLICY, '"header";r=0;t=43200', None),
        (POLICY, '"header";r=0;t=43200', "43200"),
    ]
    assert server.get("/limited", X_Who=unique()).status == 200


def test_who_comes_too_often_gets_a_problem(server: Server) -> None:
    who = unique()
    reply = [server.get("/limited", X_Who=who) for _ in range(3)][-1]
    problem = check_problem(reply)
    assert (problem["status"], problem["code"]) == (429, "RATE_LIMIT_ERROR")
    assert problem["retry"]["allowed"] is True
    assert str(problem["retry"]["after"]) == reply.header("retry-after")
    events = server.events(reply.header("x-request-id") or "")
    assert [event["event"] for event in events] == ["CallRejected", "ErrorHandled"]
    assert (events[0]["reason"], events[1]["result"]) == ("rate_limited", "handled")


def test_an_answer_to_an_error_says_it_too(server: Server) -> None:
    reply = server.get("/limited?fail=client", X_Who=unique())
    assert (reply.status, said(reply)) == (404, (POLICY, '"header";r=1;t=43200', None))


def test_an_endpoint_without_a_limit_says_nothing_of_one(server: Server) -> None:
    assert said(server.get("/ok")) == (None, None, None)


def test_all_frameworks_send_the_same_bytes_to_who_comes_too_often(servers: dict[str, Server]) -> None:
    def answer(server: Server) -> Any:
        who = unique()
        status, body, headers = masked([server.get("/limited", X_Who=who) for _ in range(3)][-1])
        return status, timeless(body.decode()), [(name, timeless(value)) for name, value in headers]

    answers = {name: answer(server) for name, server in servers.items()}
    first = answers.pop("starlette")
    for name, other in answers.items():
        assert other == first, name
