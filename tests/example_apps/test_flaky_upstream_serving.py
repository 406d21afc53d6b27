"""The three ways to run the flaky upstream: in this event loop, in a thread, as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from example_apps.flaky_upstream import Script, Step, in_thread, serve

ROOT = Path(__file__).parents[2]


def start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "example_apps.flaky_upstream", *arguments]
    env = {**os.environ, "PYTHONWARNINGS": "error"}
    return subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_plays_its_script_and_ends_on_a_signal(tmp_path: Path, number: int) -> None:
    script = tmp_path / "script.toml"
    script.write_text('[[steps]]\npath = "/quotes"\nfault = "status"\nstatus = 503\ncount = 2\n')
    with start("--port", "0", "--script", str(script)) as process:
        assert process.stdout is not None
        announced = process.stdout.readline()
        assert announced.startswith("listening on http://127.0.0.1:")
        with httpx.Client(base_url=announced.split()[-1], trust_env=False) as client:
            assert [client.get("/quotes/ACME").status_code for _ in range(3)] == [503, 503, 200]
            process.send_signal(number)
            rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest, errors) == (0, "", "")


@pytest.mark.parametrize("text", ["steps = 1", "[[steps]]", "not toml", None])
def test_a_script_that_cannot_be_used_stops_it_at_the_start(tmp_path: Path, text: str | None) -> None:
    script = tmp_path / "script.toml"
    if text is not None:
        script.write_text(text)
    with start("--script", str(script)) as process:
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out) == (2, "")
    assert "error: " in errors


def test_it_serves_inside_the_event_loop_of_its_caller() -> None:
    async def scenario() -> list[int]:
        script = Script([Step(fault="status", status=503, count=1)])
        async with serve(script) as upstream, httpx.AsyncClient(base_url=upstream.url, trust_env=False) as client:
            return [(await client.get("/quotes/ACME")).status_code for _ in range(2)]

    assert asyncio.run(scenario()) == [503, 200]


def test_a_script_given_at_the_start_can_be_played_again_elsewhere() -> None:
    script = Script([Step(path="/quotes", fault="status", status=503, count=1)])
    for _ in range(2):
        with in_thread(serve(script)) as upstream, httpx.Client(base_url=upstream.url, trust_env=False) as client:
            assert [client.get("/quotes/ACME").status_code for _ in range(2)] == [503, 200]


def test_a_taken_port_is_an_error_of_the_caller() -> None:
    with in_thread(serve()) as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"), in_thread(serve(port=port)):
            pytest.fail("two servers on one port")


def test_it_ends_though_requests_are_held_and_connections_idle() -> None:
    with ExitStack() as connections:
        with in_thread(serve(Script([Step(fault="blackout")]))) as upstream:
            client = connections.enter_context(httpx.Client(base_url=upstream.url, trust_env=False))
            address = urlsplit(upstream.url)
            held = connections.enter_context(socket.create_connection((address.hostname, address.port), timeout=30))
            held.sendall(b"GET /quotes/ACME HTTP/1.1\r\n\r\n")
            while client.get("/_stats").json()["held"] == 0:
                pass
        assert held.recv(1) == b""
