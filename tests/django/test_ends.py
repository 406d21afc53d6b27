"""The end of a Django project on a real ASGI server, which ends the process by a signal."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from failsoft.audit.keys import KeyRing
from failsoft.audit.opening import open_store
from failsoft.audit.statements import Seal, said
from failsoft.audit.verifying import verify
from failsoft_django import get_asgi_application
from failsoft_django.asgi import LifespanHandler

KEY = bytes(range(32))
PROJECT = """
SECRET_KEY = "x"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "shop"
INSTALLED_APPS = ["failsoft_django"]
MIDDLEWARE = ["failsoft_django.FailsoftMiddleware"]
FAILSOFT = {"audit": {"url": "sqlite:///audit.db", "keys": {"active": "k", "ring": {"k": "env:AUDIT_KEY"}}}}

async def crash(request):
    raise RuntimeError

from django.urls import path
urlpatterns = [path("crash", crash)]
"""


def serve(folder: Path, maker: str) -> str:
    """Start uvicorn, have one failure, end it as an operator would. What it has said."""
    (folder / "shop.py").write_text(PROJECT)
    (folder / "served.py").write_text(f"from {maker} import get_asgi_application\napp = get_asgi_application()\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "shop", "AUDIT_KEY": KEY.hex()}
    command = [sys.executable, "-m", "uvicorn", "served:app", "--port", str(port), "--log-level", "warning"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        while True:
            assert process.poll() is None, (folder / "log").read_text()
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/crash", timeout=30).status_code == 500
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    finally:
        process.kill()
        process.wait()
    return (folder / "log").read_text()


@pytest.mark.parametrize(("maker", "closed"), [("failsoft_django", True), ("django.core.asgi", False)])
def test_the_chain_is_closed_and_sealed_where_the_application_hears_of_its_end(
    tmp_path: Path, maker: str, closed: bool
) -> None:
    said_by_it = serve(tmp_path, maker)
    store = open_store(f"sqlite:///{tmp_path}/audit.db")
    assert verify(store, keys=KeyRing({"k": KEY}, "k"), fields=True).ok
    (lane,) = store.lanes()
    kinds = [entry.kind for entry in store.chain(lane)]
    seals = [said(one) for one in store.statements("seal", lane)]
    assert (kinds[-1] == "trail.closed") is closed
    assert [one.closing for one in seals if isinstance(one, Seal)] == ([True] if closed else [])
    assert ("failsoft_django.get_asgi_application()" in said_by_it) is not closed
    ran = subprocess.run(
        [sys.executable, "-m", "failsoft.cli", "check", "--app", "served:app"],
        cwd=tmp_path, env=os.environ | {"AUDIT_KEY": KEY.hex(), "DJANGO_SETTINGS_MODULE": "shop"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ("does not hear of its end" in ran.stdout) is not closed
    # and it is what `failsoft audit verify` tells
    (tmp_path / "failsoft.toml").write_text(
        '[audit]\nurl = "sqlite:///audit.db"\n[audit.keys]\nactive = "k"\nring = { k = "env:AUDIT_KEY" }\n'
    )
    ran = subprocess.run(
        [sys.executable, "-m", "failsoft.cli", "audit", "verify", "--json"],
        cwd=tmp_path, env=os.environ | {"AUDIT_KEY": KEY.hex()}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (told,) = json.loads(ran.stdout)["lanes"]
    assert told["closed"] is closed


def test_a_life_is_begun_and_ended_and_everything_else_is_djangos() -> None:
    app = get_asgi_application()
    assert isinstance(app, LifespanHandler)
    sent: list[Any] = []

    async def live() -> None:
        incoming = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive() -> Any:
            return {"type": next(incoming)}

        async def send(message: Any) -> None:
            sent.append(message["type"])

        await app({"type": "lifespan"}, receive, send)
        with pytest.raises(ValueError, match="websocket"):
            await app({"type": "websocket"}, receive, send)

    asyncio.run(live())
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
