"""Settings that change while a Starlette or FastAPI app serves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

import failsoft
from asgi.harness import ask
from clocks import ManualClock
from failsoft import Failsoft
from failsoft_asgi import install

POLICY = "[policies.p.retry]\nmax_attempts = 3\nbase_delay = 0\n"
KINDS = pytest.mark.parametrize("kind", ["starlette", "mounted", "fastapi"])


class Flaky:
    """Fails twice of three times."""

    def __init__(self) -> None:
        self.calls = 0

    async def view(self, request: Request) -> Response:
        self.calls += 1
        if self.calls % 3:
            raise ConnectionResetError
        return PlainTextResponse("well")


@pytest.fixture
def fs(tmp_path: Path) -> Iterator[Failsoft]:
    (tmp_path / "failsoft.toml").write_text(POLICY)
    with Failsoft(tmp_path / "failsoft.toml", clock=ManualClock()) as made:
        yield made


def app_of(kind: str, view: Any) -> Any:
    if kind == "fastapi":
        app = FastAPI()
        app.add_api_route("/t/x", view, response_model=None)
        return app
    if kind == "mounted":
        return Starlette(routes=[Mount("/t", routes=[Route("/x", view)])])
    return Starlette(routes=[Route("/t/x", view)])


@KINDS
def test_an_endpoint_that_is_protected_later_is_protected(fs: Failsoft, tmp_path: Path, kind: str) -> None:
    app = app_of(kind, Flaky().view)
    install(app, fs=fs)
    for tables, statuses in (
        ("", [503, 503, 200]),
        ('[[endpoints]]\nmatch = "GET /t/x"\npolicy = "p"\n', [200, 200, 200]),
        ('[[endpoints]]\nmatch = "GET /t/x"\npolicy = "p"\nmode = "off"\n', [503, 503, 200]),
        ("", [503, 503, 200]),
    ):
        (tmp_path / "failsoft.toml").write_text(POLICY + tables)
        assert fs.reload() == ()
        found = [_status(app) for _ in range(3)]
        assert [status == 200 for status in found] == [status == 200 for status in statuses]


def _status(app: Any) -> int:
    answer = ask(app, "/t/x")
    return answer.status if answer.sent else 500


def test_a_request_under_way_ends_by_the_policy_it_began_with(fs: Failsoft, tmp_path: Path) -> None:
    calls = []

    async def view(request: Request) -> Response:
        calls.append(1)
        (tmp_path / "failsoft.toml").write_text(POLICY.replace("3", "1"))
        assert fs.reload() == ()
        raise ConnectionResetError

    app = Starlette(routes=[Route("/x", failsoft.protect(policy="p")(view))])
    install(app, fs=fs)
    ask(app, "/x")
    assert len(calls) == 3
    ask(app, "/x")
    assert len(calls) == 4


def test_answers_change(fs: Failsoft, tmp_path: Path) -> None:
    async def view(request: Request) -> Response:
        raise LookupError("x")

    app = Starlette(routes=[Route("/x", view)])
    install(app, fs=fs)
    assert ask(app, "/x").json()["code"] == "INTERNAL_ERROR"
    (tmp_path / "failsoft.toml").write_text(f'{POLICY}[errors."builtins.LookupError"]\nstatus = 409\ncode = "TAKEN"\n')
    assert fs.reload() == ()
    answer = ask(app, "/x")
    assert (answer.status, answer.json()["code"]) == (409, "TAKEN")


def test_the_rollout_changes(fs: Failsoft, tmp_path: Path) -> None:
    async def view(request: Request) -> Response:
        raise failsoft.NotFoundError("x")

    app = Starlette(routes=[Route("/x", view)])
    install(app, fs=fs)
    assert ask(app, "/x").is_problem
    (tmp_path / "failsoft.toml").write_text(f'{POLICY}[rollout]\nmode = "off"\n')
    assert fs.reload() == ()
    answer = ask(app, "/x")
    assert not answer.is_problem
    (tmp_path / "failsoft.toml").write_text(POLICY)
    assert fs.reload() == ()
    assert ask(app, "/x").is_problem
