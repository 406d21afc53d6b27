"""A process that calls a backend through a guard: `python worker_process.py FOLDER URL SERVICE NAME`.

In the folder, `health` says `up` or `down`; each call that reaches the backend adds a line to `reached`; the state of
the circuit is in `state-NAME`. A file `fork` makes it fork once, the child being `NAME-child`. It ends with its input.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import failsoft
from failsoft.settings import Settings, State

POLICY = failsoft.Policy(
    circuit_breaker=failsoft.CircuitBreaker(
        failure_threshold=3,
        open_duration=2.0,
        open_multiplier=1.0,
        half_open_calls=2,
        half_open_concurrency=2,
    )
)


def serve(folder: Path, url: str, service: str, name: str) -> None:
    fs = failsoft.Failsoft(Settings(service=service, state=State(url=url)))
    payments = fs.guard("payments", policy=POLICY)

    def backend() -> None:
        with (folder / "reached").open("a") as log:
            log.write(f"{time.monotonic()} {name}\n")
        if (folder / "health").read_text() == "down":
            raise OSError("down")

    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    said, forked = "", False
    while not over.is_set():
        try:
            payments.call(backend)
        except (OSError, failsoft.CircuitOpenError):
            pass
        state = fs.circuit_breakers["guard:payments"].state
        if state != said:
            said = state
            draft = folder / f"draft-{name}"
            draft.write_text(state)
            draft.rename(folder / f"state-{name}")
        if not forked and (folder / "fork").exists():
            forked = True
            if os.fork() == 0:
                name, said = f"{name}-child", ""
                over = threading.Event()
                threading.Thread(target=lambda event=over: _until_gone(folder, event), daemon=True).start()
        time.sleep(0.01)
    fs.close()


def _until_gone(folder: Path, over: threading.Event) -> None:
    while not (folder / "over").exists():
        time.sleep(0.05)
    over.set()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), *sys.argv[2:])
