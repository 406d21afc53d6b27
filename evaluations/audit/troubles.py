"""The store taken away under load: a full disk, a lock, a database that stops; and a clock that is set back."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from evaluations.audit.load import Load
from evaluations.audit.reading import read
from evaluations.audit.servers import children, free_port
from evaluations.audit.trial import Outcome, Skipped, Trial, answered, loading, trial

__all__ = [
    "clock_set_back",
    "disk_full",
    "everything_full",
    "flooded",
    "locked",
    "postgres_frozen",
    "postgres_late",
    "postgres_stopped",
]

_PATHS = ("/fail", "/fail", "/ok")
_CLIENTS, _PAUSE = 4, 0.02
_MAX_WAIT = 5.0
"""What `max_wait` is where the settings do not say."""


def locked(kind: str, seconds: float) -> Outcome:
    """Somebody holds the lock of the SQLite file."""
    outcome = Outcome()
    with trial(kind, workers=2, durability="sync") as made:
        made.server.start()
        with _load(made) as load:
            load.wait_for(50)
            with closing(sqlite3.connect(made.database, timeout=30, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                before = len(load.answers)
                time.sleep(seconds)
                outcome.figures["answers while it lasted"] = len(load.answers) - before
                connection.execute("ROLLBACK")
            load.wait_for(100)
        _close(made, load, outcome)
    return outcome


def disk_full(kind: str, seconds: float) -> Outcome:
    """The file system of the store is full; the journal is on another one."""
    outcome = Outcome()
    with small_disk(192) as disk, trial(kind, workers=2, durability="sync", url=f"sqlite:///{disk}/audit.db") as made:
        made.server.start()
        with _load(made) as load:
            load.wait_for(50)
            _fill(disk)
            before = len(load.answers)
            time.sleep(seconds)
            outcome.figures["answers while it lasted"] = len(load.answers) - before
            (disk / "ballast").unlink()
            load.wait_for(100)
        _close(made, load, outcome)
    return outcome


def everything_full(kind: str, seconds: float) -> Outcome:
    """The file system of store and journal is full: nothing can be kept, and only who insists on a record gets none."""
    outcome = Outcome()
    # with two workers SQLite's log alone may grow to 32 MB, and the disk is to be full by the ballast only
    with small_disk(192) as disk:
        options = {"url": f"sqlite:///{disk}/audit.db", "journal": disk / "journal", "max_wait": "500ms"}
        with trial(kind, workers=2, durability="sync", **options) as made:
            made.server.start()
            with _load(made) as load:
                load.wait_for(50)
                _fill(disk)
                begun, before = time.monotonic(), len(load.answers)
                time.sleep(seconds)
                status, _ = made.server.get("/required")
                outcome.demand(status == 503, f"an endpoint that requires its record answered {status}")
                outcome.figures["answers while it lasted"] = len(load.answers) - before
                ended = time.monotonic()
                (disk / "ballast").unlink()
                time.sleep(6)  # the writer tries again after 5 s at most
                status, _ = made.server.get("/required")
                outcome.demand(status == 500, f"with room again, such an endpoint answered {status}")
                load.wait_for(100)
            answered(load.answers, load.broken, outcome)
            made.settle()
            missing = made.reckon(load.answers, outcome)
            sure = [one for one in missing if not begun - 1 <= one.at <= ended + 6]
            outcome.demand(not sure, f"{len(sure)} answers have no record that were given before or after")
            said = made.log.read_text(errors="replace")
            outcome.demand("journal cannot be written" in said, "the log does not say that the journal is full")
    return outcome


def postgres_stopped(kind: str, seconds: float) -> Outcome:
    """A PostgreSQL of our own: stopped in order, killed, started again."""
    outcome = Outcome()
    with postgres() as (url, control), trial(kind, workers=2, durability="sync", url=url) as made:
        _start(made)
        with _load(made) as load:
            for how in ("fast", "immediate"):
                load.wait_for(50)
                control("stop", "-m", how)
                before = len(load.answers)
                time.sleep(seconds)
                outcome.figures[f"answers while it was away ({how})"] = len(load.answers) - before
                control("start")
            load.wait_for(100)
        _close(made, load, outcome)
    return outcome


def postgres_frozen(kind: str, seconds: float) -> Outcome:
    """A PostgreSQL of our own that no longer says anything, as behind a cut line."""
    outcome = Outcome()
    with postgres() as (url, control), trial(kind, workers=2, durability="sync", url=url) as made:
        _start(made)
        with _load(made) as load:
            load.wait_for(50)
            control.signal(signal.SIGSTOP)
            try:
                before = len(load.answers)
                time.sleep(seconds)
                outcome.figures["answers while it lasted"] = len(load.answers) - before
            finally:
                control.signal(signal.SIGCONT)
            load.wait_for(100)
        _close(made, load, outcome)
        took = outcome.figures["answer max ms"]
        outcome.demand(took < 1e3 * _MAX_WAIT, f"an answer left after {took} ms, without its record on a disk")
    return outcome


def postgres_late(kind: str, seconds: float) -> Outcome:
    """A PostgreSQL of our own that is not there when the servers start, and comes later."""
    outcome = Outcome()
    with postgres() as (url, control), trial(kind, workers=2, durability="sync", url=url) as made:
        control("stop", "-m", "fast")
        _start(made)
        with _load(made) as load:
            load.wait_for(50)
            before = len(load.answers)
            time.sleep(seconds)
            outcome.figures["answers before it was there"] = len(load.answers) - before
            control("start")
            load.wait_for(100)
        _close(made, load, outcome)
        said = made.log.read_text(errors="replace")
        outcome.demand("the store does not answer: PostgreSQL" in said, "the log does not say that the store is away")
    return outcome


def flooded(kind: str, overload: str, count: int, seconds: float) -> Outcome:
    """More failures at once than the queue holds (10,000), while the store holds up the writer. Threads that bring one
    too many have to wait, or it is dropped; who asks for something else gets it."""
    outcome, answers = Outcome(), list[tuple[int, Any]]()
    options = {"durability": "batched", "overload": overload, "store_timeout": "60s", "max_wait": "60s"}
    with postgres() as (url, control), trial(kind, url=url, **options) as made:
        _start(made)
        made.server.get("/fail")
        with loading(made, clients=1, paths=("/ok",), pause=0.05) as load:
            control.signal(signal.SIGSTOP)
            try:
                burst = threading.Thread(target=lambda: answers.append(made.server.get(f"/burst/{count}", 300)))
                burst.start()
                burst.join(seconds)
                waited = burst.is_alive()
            finally:
                control.signal(signal.SIGCONT)
            burst.join()
        outcome.demand(answers == [(200, {"count": count})], f"the burst was answered {answers}")
        outcome.demand(not load.broken, f"{load.broken} requests got no answer meanwhile")
        outcome.demand(waited is (overload == "wait"), "nobody waited" if overload == "wait" else "somebody waited")
        _, state = made.server.get("/state")
        outcome.figures |= {"failures": count, "dropped": state["dropped"], "other answers": len(load.answers)}
        made.settle()
        made.reckon((), outcome)
        kept = outcome.figures["records"] - 2  # the first failure, and that of `settle`
        outcome.demand(kept == count - state["dropped"], f"{count} failures left {kept} records")
        outcome.demand(bool(state["dropped"]) is (overload == "drop"), f"{state['dropped']} records were dropped")
    return outcome


def clock_set_back(kind: str, seconds: float) -> Outcome:
    """The time of day goes back by an hour, by ten days, and forward again."""
    outcome = Outcome()
    with trial(kind, durability="sync", seal_interval="1s") as made:
        made.server.start()
        with _load(made) as load:
            for step in (-3600, -864_000, 867_600):
                load.wait_for(50)
                made.server.get(f"/clock?seconds={step}")
            load.wait_for(100)
        _close(made, load, outcome)
    return outcome


def _start(made: Trial) -> None:
    try:
        made.server.start()
    except RuntimeError as error:
        if "not available in this version" in str(error) or "cannot keep records in" in str(error):
            raise Skipped("this version writes no audit records to PostgreSQL") from None
        raise


def _load(made: Trial) -> Load:
    return loading(made, clients=_CLIENTS, paths=_PATHS, pause=_PAUSE)


def _close(made: Trial, load: Load, outcome: Outcome) -> None:
    answered(load.answers, load.broken, outcome)
    made.settle()
    missing = made.reckon(load.answers, outcome)
    outcome.demand(not missing, f"{len(missing)} answers have no record")
    kinds = read(made.url).kinds
    outcome.figures["records dropped"] = kinds["records.dropped"]


def _fill(disk: Path) -> None:
    """Leave no room on a file system."""
    with (disk / "ballast").open("wb", buffering=0) as file:
        block = bytes(65536)
        while len(block) >= 1:
            try:
                if file.write(block) < len(block):
                    block = block[: len(block) // 2]
            except OSError:
                block = block[: len(block) // 2]


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A file system of its own in memory.

    Raises:
        Skipped: only the superuser of a Linux can mount one.
    """
    folder = Path(tempfile.mkdtemp(prefix="failsoft-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        folder.rmdir()
        raise Skipped("mounting a small file system needs the superuser")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()


@contextmanager
def postgres() -> Iterator[tuple[str, Control]]:
    """A PostgreSQL of our own: its URL, and what starts and stops it.

    Raises:
        Skipped: it is not installed.
    """
    if shutil.which("initdb") is None and not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        raise Skipped("PostgreSQL is not installed")
    control = Control()
    try:
        control("start")
        yield f"postgresql+psycopg://failsoft@127.0.0.1:{control.port}/postgres", control
    finally:
        control.remove()


class Control:
    """Starts and stops a PostgreSQL in a folder of its own. It refuses to run as root, and is handed to `postgres`."""

    def __init__(self) -> None:
        found = shutil.which("initdb")
        self._bin = Path(found).parent if found else max(Path("/usr/lib/postgresql").glob("*/bin"))
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="failsoft-postgres-"))
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "failsoft", "-A", "trust", "--no-sync")

    def __call__(self, action: str, *arguments: str) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        more = ["-o", options, "-l", str(self._folder / "log")] if action == "start" else []
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", *more, action, *arguments)

    def signal(self, number: int) -> None:
        """Send a signal to all of its processes."""
        first = int((self._folder / "data/postmaster.pid").read_text().split()[0])
        for pid in (first, *children(first)):
            os.kill(pid, number)

    def remove(self) -> None:
        """Stop it, and delete its folder."""
        try:
            self("stop", "-m", "immediate")
        except subprocess.CalledProcessError:
            pass
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._bin / program), *arguments]
        # a server inherits what it is given: pipes would never be at their end
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(command, stdout=said, stderr=said, cwd="/", check=False)
            if done.returncode:
                said.seek(0)
                raise subprocess.CalledProcessError(done.returncode, command, said.read().decode(errors="replace"))
