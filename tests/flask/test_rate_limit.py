"""Rate limits on views: what the answers say, and who is counted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import failsoft
from core.sharing.servers import shared_redis
from failsoft import RateLimit
from failsoft.events import CallRejected, ExactLimitMissed, WouldReject
from flask import Flask, Response, g
from redis_server import service
from wsgi_driver import Answer

POLICY = '"endpoint";q=2;w=60'


def limited(make: Any, view: Any = lambda: {"ok": True}, settings: Any = None, **limit: Any) -> Any:
    """A site with one limited view."""
    app = Flask("shop")
    view.__name__ = "view"
    app.get("/x")(failsoft.protect(rate_limit=RateLimit(**{"rate": "2/minute", **limit}))(view))
    app.get("/free")(lambda: "")
    return make(app, settings)


def said(answer: Answer) -> tuple[str | None, ...]:
    headers = {name.lower(): value for name, value in answer.headers}
    return tuple(headers.get(name) for name in ("ratelimit-policy", "ratelimit", "retry-after"))


async def _later() -> dict[str, bool]:
    await asyncio.sleep(0)
    return {"ok": True}


@pytest.mark.parametrize("view", [lambda: {"ok": True}, _later])
def test_every_answer_says_what_is_left(make: Any, view: Any) -> None:
    site = limited(make, view)
    answers = [site.ask("/x") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert [said(answer) for answer in answers] == [
        (POLICY, '"endpoint";r=1;t=30', None),
        (POLICY, '"endpoint";r=0;t=30', None),
        (POLICY, '"endpoint";r=0;t=30', "30"),
    ]
    assert answers[2].json()["code"] == "RATE_LIMIT_ERROR"
    assert [event.reason for event in site.recorder.of(CallRejected)] == ["rate_limited"]
    assert site.handled == [("GET /x", "failsoft.errors.exceptions.RateLimitError", 429, "handled")]
    assert site.signals == []


def test_head_is_counted_with_get(make: Any) -> None:
    site = limited(make)
    answers = [site.ask("/x", method) for method in ("GET", "HEAD", "HEAD")]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert said(answers[2])[1:] == ('"endpoint";r=0;t=30', "30")


def test_what_has_no_limit_says_nothing(make: Any) -> None:
    site = limited(make)
    assert said(site.ask("/free")) == said(site.ask("/nowhere")) == (None, None, None)


def test_a_failure_of_the_view_says_it(make: Any) -> None:
    def broken() -> str:
        raise RuntimeError("oops")

    answer = limited(make, broken).ask("/x")
    assert (answer.status, said(answer)) == (500, (POLICY, '"endpoint";r=1;t=30', None))


def test_a_failure_while_the_view_is_left_behind_says_it(make: Any) -> None:
    site = limited(make)

    @site.app.after_request
    def broken(response: Response) -> Response:
        raise RuntimeError("oops")

    answer = site.ask("/x")
    assert (answer.status, said(answer)[1]) == (500, '"endpoint";r=1;t=30')


def test_headers_of_the_application_win(make: Any) -> None:
    answer = limited(make, lambda: Response(headers={"RateLimit": '"mine";r=5;t=1'})).ask("/x")
    assert [value for name, value in answer.headers if name.lower() == "ratelimit"] == ['"mine";r=5;t=1']
    assert said(answer)[0] == POLICY


def test_a_handler_of_the_application_answers_in_its_own_words(make: Any) -> None:
    site = limited(make, rate="1/minute")
    site.app.register_error_handler(failsoft.RateLimitError, lambda exc: ("slowly", 429))
    site.ask("/x")
    answer = site.ask("/x")
    assert (answer.status, answer.text) == (429, "slowly")
    assert said(answer) == ('"endpoint";q=1;w=60', '"endpoint";r=0;t=60', "60")


def test_in_mode_observe_nobody_notices(make: Any) -> None:
    site = limited(make, settings={"rollout": {"mode": "observe"}}, rate="1/minute")
    answers = [site.ask("/x") for _ in range(3)]
    assert [(answer.status, said(answer)) for answer in answers] == [(200, (None, None, None))] * 3
    assert len(site.recorder.of(WouldReject)) == 2


@pytest.mark.parametrize("responses", [{"format": "keep"}, {"replace": "unexpected"}])
def test_a_status_of_429_is_sent_whatever_else_is_left_to_the_framework(make: Any, responses: dict[str, str]) -> None:
    site = limited(make, settings={"responses": responses}, rate="1/minute")
    site.ask("/x")
    answer = site.ask("/x")
    assert (answer.status, answer.json()["code"], site.signals) == (429, "RATE_LIMIT_ERROR", [])


# --- who is counted


def test_clients_are_told_apart_by_their_address(make: Any) -> None:
    site = limited(make, rate="1/minute", key="client")
    assert [site.ask("/x", REMOTE_ADDR=f"192.0.2.{n}").status for n in (1, 2, 1)] == [200, 200, 429]


def test_a_header_is_read_whatever_its_spelling(make: Any) -> None:
    site = limited(make, rate="1/minute", key="header:x-API-key")
    assert [site.ask("/x", headers={"X-Api-Key": key}).status for key in ("a", "b", "a")] == [200, 200, 429]


class LoginUser:
    """As Flask-Login keeps one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_authenticated = name != "nobody"

    def get_id(self) -> str:
        if self.name == "broken":
            raise KeyError(self.name)
        return self.name


def test_users_that_flask_login_has_loaded_are_told_apart_and_others_by_their_address(make: Any) -> None:
    site = limited(make, rate="1/minute", key="user")
    users = iter(("ann", "bob", "ann", "nobody", "broken"))

    @site.app.before_request
    def load() -> None:
        g._login_user = LoginUser(next(users))

    assert [site.ask("/x").status for _ in range(5)] == [200, 200, 429, 200, 429]


def test_a_user_that_the_server_knows_is_told_apart(make: Any) -> None:
    site = limited(make, rate="1/minute", key="user")
    assert [site.ask("/x", REMOTE_USER=user).status for user in ("ann", "bob", "ann")] == [200, 200, 429]


# --- shared by workers


@pytest.mark.parametrize("view", [lambda: {"ok": True}, _later])
def test_an_exact_limit_is_one_limit_for_all_workers(make: Any, view: Any) -> None:
    with service() as name:
        settings = {"service": name, "state": {"url": shared_redis()}}
        workers = [limited(make, view, settings, scope="shared", exact=True) for _ in range(2)]
        answers = [workers[turn % 2].ask("/x") for turn in range(4)]
        for worker in workers:
            worker.fs.close()
    late = sum(event.calls for worker in workers for event in worker.recorder.of(ExactLimitMissed))
    statuses = [answer.status for answer in answers]
    assert answers[0].status == 200
    assert statuses.count(200) <= 2 + late
    if late:  # on a busy machine, where each decided for itself; what was answered too late may count twice
        return
    assert statuses == [200, 200, 429, 429]
    assert [said(answer) for answer in answers] == [
        (POLICY, '"endpoint";r=1;t=30', None),
        (POLICY, '"endpoint";r=0;t=30', None),
        (POLICY, '"endpoint";r=0;t=30', "30"),
        (POLICY, '"endpoint";r=0;t=30', "30"),
    ]
    assert answers[2].json()["code"] == "RATE_LIMIT_ERROR"
