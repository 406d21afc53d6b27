"""What shared state costs a guarded call: `python -m benchmarks.shared_state [ROUNDS]`.

Three processes, in interleaved rounds: nothing shared, a Redis that answers, a Redis that is paused. Each call is timed
by itself. Prints JSON. Wants `redis-server` on the PATH and the extra `redis`; starts two servers of its own.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import failsoft
from failsoft.settings import Settings, State

CALLS = 200_000
SHARES = (0.5, 0.99, 0.999)
ROOT = Path(__file__).parents[1]
_pin = ["taskset", "-c", "0"] if shutil.which("taskset") else []
POLICY = failsoft.Policy(circuit_breaker=failsoft.CircuitBreaker(failure_rate_threshold=0.5))


@contextmanager
def server() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A redis-server of its own."""
    binary = shutil.which("redis-server")
    if binary is None:
        raise SystemExit("redis-server is not on the PATH")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        arguments = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(arguments, cwd=Path(folder), stdout=subprocess.DEVNULL)
        try:
            yield process, f"redis://127.0.0.1:{port}/0"
        finally:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


def work() -> None:
    """What is guarded."""


def batch(call: Callable[[], None], times: list[int]) -> None:
    """Time some calls, each by itself."""
    read = time.perf_counter_ns
    for _ in range(CALLS):
        begun = read()
        call()
        times.append(read() - begun)


def child(url: str) -> None:
    """One process: for each line on its input, wait for the store to be as the line says, and print a batch."""
    fs = failsoft.Failsoft(Settings(service="bench", state=State(url=url)))
    guarded = fs.guard("payments", policy=POLICY)(work)
    beat = fs._parts.beat
    for line in sys.stdin:
        end = time.monotonic() + 30
        while beat is not None and (not beat.running or beat.answering != (line.strip() == "answering")):
            guarded()
            time.sleep(0.02)
            if time.monotonic() > end:
                raise SystemExit("the store did not come to the state to be measured")
        times: list[int] = []
        batch(guarded, times)
        times.sort()
        print(json.dumps([times[int(len(times) * share)] for share in SHARES]), flush=True)
    fs.close()


class Measured:
    """A process to be measured."""

    def __init__(self, url: str) -> None:
        command = [*_pin, sys.executable, "-m", "benchmarks.shared_state", "--child", url]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.rounds: list[list[float]] = []

    def measure(self, state: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{state}\n")
        self._process.stdin.flush()
        self.rounds.append(json.loads(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


def main(rounds: int) -> None:
    with server() as (_, answering), server() as (paused, silent):
        made = {
            "nothing shared": (Measured("memory://"), "answering"),
            "Redis answers": (Measured(answering), "answering"),
            "Redis paused": (Measured(silent), "away"),
        }
        for measured, _ in made.values():
            measured.measure("answering")
            measured.rounds.clear()
        paused.send_signal(signal.SIGSTOP)
        for number in range(rounds):
            order = list(made)
            for name in order[number % 3 :] + order[: number % 3]:
                measured, state = made[name]
                measured.measure(state)
        for measured, _ in made.values():
            measured.close()
    base = made["nothing shared"][0].rounds
    rows = {
        name: [
            [
                round(statistics.median(found[place] for found in measured.rounds)),
                round(statistics.median(a[place] / b[place] for a, b in zip(measured.rounds, base, strict=True)), 3),
            ]
            for place in range(len(SHARES))
        ]
        for name, (measured, _) in made.items()
    }
    print(json.dumps({"rounds": rounds, "calls": CALLS, "rows": rows}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
