"""Servers in processes of their own, which can be killed whole or by the worker."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

__all__ = ["KEY", "KINDS", "Server", "children", "free_port", "memory"]

ROOT = Path(__file__).parents[2]
KINDS = ("uvicorn", "gunicorn")
KEY = bytes(range(32)).hex()
"""The key of the trails here, which the servers read from the environment."""


class Server:
    """A server on a port that stays the same as often as it is started.

    Parameters:
        kind: `uvicorn` or `gunicorn`.
        settings: of Failsoft.
        log: file that takes what the server says.
        workers: with gunicorn and several, the application is loaded before they are forked.
    """

    def __init__(self, kind: str, settings: dict[str, Any], log: Path, *, workers: int = 1, threads: int = 8) -> None:
        self.kind = kind
        self.settings = settings
        self.log = log
        self.workers = workers
        self.threads = threads
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, timeout: float = 60.0) -> None:
        """Start, and wait until it answers."""
        env = {
            **os.environ,
            "AUDITED": json.dumps(self.settings),
            "AUDIT_KEY": KEY,
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        }
        with self.log.open("ab") as log:
            # a process group of its own, to be killed whole
            self.process = subprocess.Popen(
                self._command(), env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                self.get("/ok")
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.kill()
        raise RuntimeError(f"{self.kind} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    def get(self, path: str, timeout: float = 60.0) -> tuple[int, dict[str, Any]]:
        """Status and JSON of an answer.

        Raises:
            OSError: there is none.
        """
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def pids(self) -> list[int]:
        """The processes that answer requests."""
        if self.process is None:
            return []
        if self.kind == "uvicorn" and self.workers == 1:
            return [self.process.pid]
        return [pid for pid in children(self.process.pid) if b"resource_tracker" not in _command_line(pid)]

    def kill(self) -> None:
        """End all of it at once, as a machine's out-of-memory killer would (SIGKILL)."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            self.process = None

    def stop(self, timeout: float = 60.0) -> bool:
        """Ask it to end, as an operator would. False if it had to be killed."""
        if self.process is None:
            return True
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self.process = None
        return True

    def _command(self) -> list[str]:
        if self.kind == "uvicorn":
            more = ["--workers", str(self.workers)] if self.workers > 1 else []
            return [
                sys.executable, "-m", "uvicorn", "evaluations.audit.served:asgi", "--port", str(self.port),
                "--log-level", "error", "--no-access-log", *more,
            ]  # fmt: skip
        return [
            sys.executable, "-m", "gunicorn", "evaluations.audit.served:wsgi", "--bind", f"127.0.0.1:{self.port}",
            "--worker-class", "gthread", "--threads", str(self.threads), "--workers", str(self.workers),
            "--log-level", "error", "--keep-alive", "60", *(["--preload"] if self.workers > 1 else []),
        ]  # fmt: skip


def memory(pid: int) -> tuple[int, int]:
    """Resident memory of a process in kB: now, and the most there ever was."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]), int(lines["VmHWM"].split()[0])


def children(pid: int) -> list[int]:
    """The processes that a process has started, and that are not gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
