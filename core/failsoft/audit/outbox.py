"""Notifications that were not delivered yet, in a file, so that a restart does not lose them.

Each process has a file of its own, and holds a lock on it for as long as it lives. A file whose lock is free belongs to
a process that is gone: whoever takes the lock takes over what is in it. So nothing is taken over from the living, and
nothing twice.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from failsoft.audit.notices import Notice

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]  # then there is no outbox

__all__ = ["Outbox"]

_PATTERN: Final = "notifications-*.jsonl"
_log = logging.getLogger("failsoft.audit")


class _Line(msgspec.Struct, omit_defaults=True):
    channel: str
    notice: Notice | None = None
    """It waits; None: `done` is out."""
    done: str = ""


_decoder = msgspec.json.Decoder(_Line)
_encode = msgspec.json.Encoder().encode


class Outbox:
    """What waits to be delivered. Used by several threads.

    Parameters:
        directory: made, for its owner only, when something has to be kept and it is not there.

    Attributes:
        failures: how often the file could not be written; then a restart may lose what waits.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.failures = 0
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.RLock()
        self._file: int | None = None
        self._path: Path | None = None
        self._waiting: set[tuple[str, str]] = set()
        self._closed = False

    def check(self) -> str | None:
        """What speaks against using it, in one line; None: nothing."""
        if fcntl is None:  # pragma: no cover - Windows
            return "not available on this system, which has no file locks of that kind"
        if not self._directory.is_dir():
            return "expected a directory that exists"
        return None if os.access(self._directory, os.W_OK | os.X_OK) else "expected a directory that may be written"

    def add(self, channel: str, notice: Notice) -> None:
        """Keep a notice until it is `done`. It is on the disk when this returns. Never raises."""
        with self._lock:
            if not self._closed and fcntl is not None:
                self._waiting.add((channel, notice.id))
                self._write(_Line(channel, notice), sync=True)

    def done(self, channel: str, notice: Notice) -> None:
        """It was delivered, or given up."""
        with self._lock:
            if self._closed or (channel, notice.id) not in self._waiting:
                return
            self._waiting.discard((channel, notice.id))
            if self._waiting:
                self._write(_Line(channel, done=notice.id), sync=False)
            elif self._file is not None:
                with suppress(OSError):
                    os.ftruncate(self._file, 0)

    def orphans(self) -> bool:
        """Whether there are files of processes that are gone, or of others that live."""
        with self._lock:
            return fcntl is not None and any(path != self._path for path in self._directory.glob(_PATTERN))

    def adopt(self) -> list[tuple[str, Notice]]:
        """What processes that are gone had not delivered, by channel; it is this one's from now on."""
        found: list[tuple[str, Notice]] = []
        if fcntl is None:  # pragma: no cover - as above
            return found
        for path in sorted(self._directory.glob(_PATTERN)):
            if path != self._path:
                with suppress(OSError):
                    found += self._taken_over(path)
        return found

    def close(self) -> None:
        """Let go of the file. What waits in it is for the next process."""
        with self._lock:
            self._closed = True
            if self._file is None or self._path is None:
                return
            if not self._waiting:
                with suppress(OSError):
                    self._path.unlink()
            os.close(self._file)
            self._file = self._path = None

    def forget(self) -> None:
        """In a forked child: the file, and what waits in it, are the parent's."""
        if self._file is not None:
            with suppress(OSError):
                # the lock stays: the parent has the same open file
                os.close(self._file)
        self._reset()

    def _write(self, line: _Line, *, sync: bool) -> None:
        try:
            if self._file is None:
                self._open()
            assert self._file is not None  # noqa: S101 - opened above
            os.write(self._file, _encode(line) + b"\n")
            if sync:
                os.fsync(self._file)
        except OSError as error:
            self.failures += 1
            if self.failures & (self.failures - 1) == 0:  # 1st, 2nd, 4th, 8th …: said, but not in a storm
                _log.warning("audit: the outbox of notifications cannot be written: %s", type(error).__name__)

    def _open(self) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        while self._file is None:
            path = self._directory / f"notifications-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
            if _locked(file):
                self._file, self._path = file, path
            else:
                # somebody took it for left behind, before it was locked
                os.close(file)

    def _taken_over(self, path: Path) -> Iterator[tuple[str, Notice]]:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if not _locked(file):
                return
            size = os.fstat(file).st_size
            waiting: dict[tuple[str, str], Notice] = {}
            for text in os.pread(file, size, 0).splitlines():
                # the last line may be torn
                with suppress(msgspec.MsgspecError):
                    line = _decoder.decode(text)
                    if line.notice is not None:
                        waiting[line.channel, line.notice.id] = line.notice
                    else:
                        waiting.pop((line.channel, line.done), None)
            for (channel, _), notice in waiting.items():
                self.add(channel, notice)
                yield channel, notice
            path.unlink()
        finally:
            os.close(file)


def _locked(file: int) -> bool:
    """Whether the lock is ours, and the file still has its name."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return os.fstat(file).st_nlink > 0
