"""A deadline on its way through two services, each in a server of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from contract.servers import TESTS, free_port, unique


class Services:
    """The shop and its supplier."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
        port = free_port()
        self.supplier = f"http://127.0.0.1:{port}"
        options = ["--worker-class", "gthread", "--threads", "8", "--log-level", "warning"]
        command = ["gunicorn", "services.supplier:app", "--bind", f"127.0.0.1:{port}", *options]
        self._start(command, f"{self.supplier}/left", {**os.environ, "PYTHONPATH": path})
        port = free_port()
        self.shop = f"http://127.0.0.1:{port}"
        command = ["uvicorn", "services.shop:app", "--port", str(port), "--log-level", "warning"]
        self._start(command, f"{self.shop}/stock", {**os.environ, "PYTHONPATH": path, "SUPPLIER": self.supplier})

    def _start(self, command: list[str], url: str, environ: dict[str, str]) -> None:
        process = subprocess.Popen([sys.executable, "-m", *command], env=environ, cwd=self._folder)
        self._running.append(process)
        for _ in range(600):
            assert process.poll() is None, f"{command[1]} did not start"
            try:
                if httpx.get(url, timeout=30).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"{command[1]} does not answer")

    def get(self, path: str, deadline: str | None = None) -> httpx.Response:
        headers = {} if deadline is None else {"X-Request-Deadline": deadline}
        return httpx.get(f"{self.shop}{path}", headers=headers, timeout=60)

    def said(self, name: str, what: str) -> dict[str, bool]:
        """What the supplier says of a hanging call, as soon as it says this."""
        found: dict[str, bool] = {}
        for _ in range(400):
            found = httpx.get(f"{self.supplier}/said/{name}", timeout=30).json()
            if found[what]:
                break
            time.sleep(0.05)
        return found

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(30)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    made = Services(tmp_path_factory.mktemp("services"))
    yield made
    made.stop()


@pytest.mark.parametrize("path", ["/stock", "/sync", "/guarded"])
def test_it_reaches_the_second_service_shortened_on_the_way(services: Services, path: str) -> None:
    told: Any = services.get(path, "20").json()
    assert 0 < told["left"] < told["supplier"]["left"] <= float(told["supplier"]["header"]) < 20


def test_without_one_the_second_service_has_none(services: Services) -> None:
    told = services.get("/stock").json()
    assert (told["left"], told["supplier"]) == (None, {"left": None, "header": None})


def test_the_limit_of_a_guard_is_told_where_it_is_nearer(services: Services) -> None:
    assert 20 < services.get("/guarded").json()["supplier"]["left"] < 30
    assert 20 < services.get("/guarded", "200").json()["supplier"]["left"] < 30


@pytest.mark.parametrize("path", ["/stock", "/guarded"])
def test_a_second_of_a_caller_ends_both_and_is_no_failure_of_either(services: Services, path: str) -> None:
    name = unique()
    answer = services.get(f"{path}?path=/hang/{name}", "1")
    # the shop's own answer, or what it says of the supplier's, whichever time is over first
    assert answer.json()["status"] == 504
    assert services.said(name, "cut") == {"began": True, "cut": True}
    services.get("/guarded")
    assert services.get("/circuit").json() == "closed"


def test_who_has_gone_already_costs_the_second_service_nothing(services: Services) -> None:
    name = unique()
    assert services.get(f"/stock?path=/hang/{name}", "0.000").status_code == 504
    assert httpx.get(f"{services.supplier}/said/{name}", timeout=30).json() == {"began": False, "cut": False}
