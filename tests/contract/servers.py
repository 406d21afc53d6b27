"""The contract applications on real servers over real sockets."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1]
NAMES = ("starlette", "fastapi", "django-wsgi", "django-asgi", "flask")


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    broken: bool = False
    """The body broke off before its announced end."""

    def header(self, name: str) -> str | None:
        found = self.all(name)
        return found[0] if found else None

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """One application behind one server process."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def asynchronous(self) -> bool:
        return self.name in ("starlette", "fastapi", "django-asgi")

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            broken = False
            try:
                data = response.read()
            except http.client.IncompleteRead as error:
                data, broken = error.partial, True
            except (ConnectionError, ValueError):
                data, broken = b"", True
            return Reply(response.status, response.getheaders(), data, broken)
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.request("GET", path, headers={key.replace("_", "-"): value for key, value in headers.items()})

    def events(self, request_id: str, *, wanted: str | None = None) -> list[dict[str, Any]]:
        """The events of a request, waiting a moment for one that comes after the response."""
        for _ in range(200):
            found: list[dict[str, Any]] = self.get(f"/_events?id={request_id}").json()
            if wanted is None or any(event["event"] == wanted for event in found):
                return found
            time.sleep(0.02)
        return found


def unique() -> str:
    """A key that no other test uses."""
    return uuid.uuid4().hex


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(name: str, port: int) -> list[str]:
    if name == "flask":
        target = "contract.apps.flask_app:app"
    elif name == "django-wsgi":
        target = "contract.apps.django_app:app"
    else:
        module = {"starlette": "starlette_app", "fastapi": "fastapi_app", "django-asgi": "django_app"}[name]
        options = ["--log-level", "warning", "--port", str(port), "--lifespan", "off" if "django" in name else "on"]
        return [sys.executable, "-m", "uvicorn", f"contract.apps.{module}:app", *options]
    return [
        sys.executable, "-m", "gunicorn", target, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
        "--threads", "8", "--log-level", "warning", "--limit-request-field_size", "16380",
    ]  # fmt: skip


def start(name: str, **environ: str) -> Server:
    """Start an application, and wait until it answers."""
    folder = Path(tempfile.mkdtemp(prefix=f"failsoft-contract-{name}-"))
    port = free_port()
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "CONTRACT_DB": str(folder / "shop.db"),
        "CONTRACT_AUDIT": str(folder / "audit.db"),
        "CONTRACT_ASYNC": "1" if name == "django-asgi" else "0",
        **environ,
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command(name, port), env=env, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    server = Server(name, port, process, folder)
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            if server.get("/ok").status == 200:
                return server
        except OSError:
            time.sleep(0.05)
    process.kill()
    raise RuntimeError(f"{name} did not start:\n{(folder / 'server.log').read_text()[-4000:]}")


def stop(server: Server) -> None:
    """Ask the server to end, as an operator would."""
    server.process.send_signal(signal.SIGTERM)
    try:
        server.process.wait(15)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
