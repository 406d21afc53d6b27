"""Real processes that share one circuit."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.sharing.servers import eventually

SCRIPT = Path(__file__).with_name("worker_process.py")
PROBES = 2
PERIOD = 2.0


class Fleet:
    """Processes that call one backend."""

    def __init__(self, folder: Path, url: str, service: str) -> None:
        self._folder, self._url, self._service = folder, url, service
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.health("up")
        (folder / "reached").touch()

    def start(self, *names: str) -> None:
        for name in names:
            arguments = [sys.executable, str(SCRIPT), str(self._folder), self._url, self._service, name]
            self._running[name] = subprocess.Popen(arguments, stdin=subprocess.PIPE)

    def health(self, word: str) -> None:
        draft = self._folder / "draft"
        draft.write_text(word)
        draft.rename(self._folder / "health")

    def states(self, *names: str) -> set[str]:
        found = (self._folder / f"state-{name}" for name in names or self._running)
        return {path.read_text() if path.exists() else "" for path in found}

    def reached(self) -> list[tuple[float, str]]:
        lines = (line.split() for line in (self._folder / "reached").read_text().splitlines())
        return [(float(at), name) for at, name in lines]

    def kill(self, name: str) -> None:
        process = self._running.pop(name)
        process.kill()
        process.communicate()

    def close(self) -> None:
        (self._folder / "over").touch()
        with ExitStack() as stack:
            for process in self._running.values():
                stack.callback(process.kill)
                process.communicate(timeout=30)


@pytest.fixture
def fleet(tmp_path: Path, url: str, service: str) -> Iterator[Fleet]:
    folder = tmp_path / "fleet"
    folder.mkdir()
    made = Fleet(folder, url, service)
    yield made
    made.close()


def probes_since(fleet: Fleet, start: float) -> list[float]:
    return [at for at, _ in fleet.reached() if at > start]


def most_in_one_period(times: list[float]) -> int:
    # a period is never shorter, however slow the machine is; probes of one round may lie anywhere in between
    return max((sum(at <= other < at + PERIOD - 0.1 for other in times) for at in times), default=0)


def test_four_processes_probe_as_one(fleet: Fleet) -> None:
    names = ("a", "b", "c", "d")
    fleet.start(*names)
    eventually(lambda: fleet.states() == {"closed"}, "all serve")
    fleet.health("down")
    eventually(lambda: fleet.states() == {"open"}, "all have opened")
    start = time.monotonic()
    eventually(lambda: len(probes_since(fleet, start)) >= 5, "some rounds of probes have failed")
    assert most_in_one_period(probes_since(fleet, start)) <= PROBES
    fleet.health("up")
    eventually(lambda: fleet.states() == {"closed"}, "all have closed")


def test_the_circuit_outlives_the_process_that_opened_it(fleet: Fleet) -> None:
    fleet.start("a", "b")
    eventually(lambda: fleet.states() == {"closed"}, "all serve")
    fleet.health("down")
    eventually(lambda: fleet.states() == {"open"}, "all have opened")
    fleet.kill("a")
    start = time.monotonic()
    fleet.start("c")
    eventually(lambda: fleet.states("c") == {"open"}, "the new one has opened")
    eventually(lambda: len(probes_since(fleet, start)) >= 3, "some rounds of probes have failed")
    fleet.health("up")
    eventually(lambda: fleet.states("b", "c") == {"closed"}, "all have closed")


def test_a_process_that_forks_after_its_first_call(fleet: Fleet) -> None:
    fleet.start("a", "b")
    eventually(lambda: fleet.states() == {"closed"}, "all serve")
    (fleet._folder / "fork").touch()
    eventually(lambda: fleet.states("a-child", "b-child") == {"closed"}, "the children serve")
    fleet.health("down")
    everyone = ("a", "b", "a-child", "b-child")
    eventually(lambda: fleet.states(*everyone) == {"open"}, "all have opened")
    start = time.monotonic()
    eventually(lambda: len(probes_since(fleet, start)) >= 4, "some rounds of probes have failed")
    assert most_in_one_period(probes_since(fleet, start)) <= PROBES
    fleet.health("up")
    eventually(lambda: fleet.states(*everyone) == {"closed"}, "all have closed")
