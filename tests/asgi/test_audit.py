"""What the audit trail says of who asked."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import failsoft
from asgi.harness import TestClient
from failsoft import current
from failsoft_asgi import install


class Alice:
    is_authenticated = True
    identity = "alice"


class LoggedIn:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "user": Alice()} if scope["type"] == "http" else scope, receive, send)


def fails(_: Request) -> Response:
    raise RuntimeError("x")


def voids(request: Request) -> Response:
    current.owner().audit.record("invoice.voided", number=request.path_params["number"])
    return Response(status_code=204)


def test_a_record_says_who_asked_and_from_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", base64.b64encode(bytes(32)).decode())
    audit = {
        "url": f"sqlite:///{tmp_path / 'audit.db'}",
        "keys": {"active": "a", "ring": {"a": "env:AUDIT_KEY"}},
        "client": "network",
    }
    fs = failsoft.Failsoft({"audit": audit, "responses": {"reraise": "never"}})
    app = Starlette(routes=[Route("/fails", fails), Route("/invoices/{number}", voids, methods=["DELETE"])])
    install(app, fs=fs)
    client = TestClient(LoggedIn(app), client=("192.0.2.77", 4711), raise_server_exceptions=False)
    assert client.get("/fails").status_code == 500
    assert client.delete("/invoices/7").status_code == 204
    assert fs.flush()
    found = {record["kind"]: record for record in fs.audit.query(user="alice", client="192.0.2.77")}
    fs.close()
    assert set(found) == {"failure.handled", "invoice.voided"}
    for record in found.values():
        assert record["request"]["user"] == "alice"
        assert record["request"]["client"] == "192.0.2.0/24"
        assert record["request"]["request_id"]
    assert found["failure.handled"]["endpoint"] == "GET /fails"
    assert found["invoice.voided"]["fields"] == {"number": "7"}
