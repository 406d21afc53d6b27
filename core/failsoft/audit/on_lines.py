"""The audit trail in files of JSON lines that the workers of one host share.

They append to one file, each batch in one piece under a lock. From time to time that file is put aside under another
name, `audit-000017-20261126T235959Z.jsonl` of `audit.jsonl`, and a new one is begun.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from failsoft.audit.entry import Entry
from failsoft.audit.lines import KEY, of_line, place_of, to_line
from failsoft.audit.reading_lines import LinesReader, identity_of, rotated
from failsoft.audit.removing import Graves, removing, rewrite, sync_directory
from failsoft.audit.statements import Statement, Tombstone, said
from failsoft.audit.stores import MOST_HEADS, AwayError, KeyFacts, Query, Stored, StoreError, passes
from failsoft.clock import Clock, SystemClock

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["LinesStore", "Rotation"]

_UNITS = {"hour": 3600, "day": 86_400}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """When a file is put aside.

    Attributes:
        size: bytes that a file has at most, if one batch is not larger by itself.
        every: a file holds what was written in one hour or day (UTC); `never`: its size alone decides.
    """

    size: int = 256 * 1024 * 1024
    every: Literal["hour", "day", "never"] = "day"


class LinesStore:
    """An `AuditStore` and a `ReadableStore` of files.

    Parameters:
        path: of the file that is written; made if it is not there, readable for its owner only. Its directory must
            exist.
        full_sync: what is appended is on the disk before `append` returns.
        busy_timeout: seconds to wait for another process that writes.
    """

    def __init__(
        self,
        path: Path,
        *,
        full_sync: bool = False,
        rotation: Rotation | None = None,
        busy_timeout: float = 5.0,
        clock: Clock | None = None,
    ) -> None:
        self.path = path
        self._full_sync = full_sync
        self._rotation = rotation or Rotation()
        self._busy_timeout = busy_timeout
        self._clock = clock or SystemClock()
        self._fd: int | None = None
        self._last: dict[str, int] = {}
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._heard: tuple[tuple[int, int], int] = ((0, 0), 0)
        self._reader = LinesReader(path)

    @property
    def name(self) -> str:
        return f"JSON lines in {str(self.path)!r}"

    # --- writing

    def look(self) -> None:
        if not self.path.parent.is_dir():
            raise StoreError(f"directory {str(self.path.parent)!r} does not exist")
        if self.path.exists():
            self.check()

    def sync_fully(self) -> None:
        self._full_sync = True

    def hurry(self, seconds: float | None) -> None:
        """It waits for a lock only, and not for long."""

    def check(self) -> None:
        if not self.path.parent.is_dir():
            raise StoreError(f"directory {str(self.path.parent)!r} does not exist")
        try:
            with self._locked():
                pass
        except OSError as error:
            kind = AwayError if passes(error) else StoreError
            raise kind(f"cannot use {str(self.path)!r}: {error.strerror or error}") from None
        finally:
            self.close()

    def append(self, entries: Sequence[Entry]) -> None:
        new = [entry for entry in entries if entry.sequence > self._last.get(entry.lane, 0)]
        if new:
            self._write(b"".join(map(to_line, new)))
        for entry in new:
            self._last[entry.lane] = entry.sequence

    def state(self, statement: Statement) -> None:
        self._write(to_line(statement))

    def learn(self, key: KeyFacts) -> None:
        self._write(to_line(key))

    def heads(self) -> Mapping[str, tuple[int, bytes]]:
        # those of the current file: a note for the writers, no evidence
        latest: dict[str, bytes] = {}
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            identity, read = identity_of(os.fstat(file.fileno())), 0
            if identity == self._heard[0] and self._heard[1] <= os.fstat(file.fileno()).st_size:
                read = self._heard[1]
            file.seek(read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                read += len(line)
                if place := place_of(line):
                    latest[place[0]] = line
            self._heard = identity, read
        for lane, line in latest.items():
            if (found := of_line(line)) and (entry := found.entry):
                self._heads.pop(lane, None)
                self._heads[lane] = entry.sequence, entry.hash
        for lane in list(self._heads)[:-MOST_HEADS]:
            del self._heads[lane]
        return dict(self._heads)

    def known_keys(self) -> Sequence[KeyFacts]:
        # every file begins with the keys of the one before
        found: dict[str, KeyFacts] = {}
        for path in (*rotated(self.path)[-1:], self.path):
            for key in _keys_in(path):
                found.setdefault(key.key_id, key)
        return list(found.values())

    def close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def forget(self) -> None:
        # locks belong to the open file, which the child shares with its parent until it closes its own descriptor
        self.close()

    # --- reading

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()

    def lanes(self) -> Sequence[str]:
        return self._reader.lanes()

    def see_readable(self) -> None:
        self._reader.see_readable()

    def chain(self, lane: str, first: int = 1) -> Iterator[Entry]:
        return self._reader.chain(lane, first)

    def search(self, query: Query) -> Iterator[Stored]:
        return self._reader.search(query)

    def statements(self, type: str | None = None, lane: str | None = None) -> Iterator[Statement]:  # noqa: A002
        return self._reader.statements(type, lane)

    def remove(self, tombstones: Sequence[Statement]) -> Iterator[int]:
        with removing(self.path):
            graves = [what for what in map(said, tombstones) if isinstance(what, Tombstone)]
            known = {(statement.lane, statement.number) for statement in self._reader.statements("tombstone")}
            if known & {(statement.lane, statement.number) for statement in tombstones}:
                raise StoreError("a tombstone of this number is there already")
            wanted = Graves(graves)
            if wanted.reach(self.path):
                with self._locked(anew=True):
                    pass
            if tombstones and not rewrite(self.path, wanted, b"".join(map(to_line, tombstones))):
                self._write(b"".join(map(to_line, tombstones)))
        yield from wanted.counts

    # --- the file

    def _write(self, lines: bytes) -> None:
        with self._locked(room_for=len(lines)) as fd:
            size = os.fstat(fd).st_size
            if size and os.pread(fd, 1, size - 1) != b"\n":
                lines = b"\n" + lines  # a process was killed in the middle of a line
            try:
                rest = memoryview(lines)
                while rest:
                    rest = rest[os.write(fd, rest) :]
                if self._full_sync:
                    os.fdatasync(fd)
            except BaseException:
                with suppress(OSError):
                    os.ftruncate(fd, size)
                raise

    @contextmanager
    def _locked(self, room_for: int = 0, *, anew: bool = False) -> Iterator[int]:
        """The file for appending, ours alone. After an error it is opened anew."""
        try:
            fd = self._current()
            if anew or (room_for and self._is_due(os.fstat(fd), room_for)):
                fd = self._begin_anew(fd)
            yield fd
            _unlock(fd)
        except BaseException:
            self.close()
            raise

    def _begin_anew(self, fd: int) -> int:
        """Put the file aside, which is locked, and begin another one, which is, too."""
        if os.fstat(fd).st_size:
            keys = b"".join(map(to_line, _keys_in(self.path)))
            self._put_aside()
            fd = self._current()
            os.write(fd, keys)
        return fd

    def _current(self) -> int:
        """The file that the path names now, locked."""
        while True:
            if self._fd is None:
                made = not self.path.exists()
                self._fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
                if made and self._full_sync:
                    sync_directory(self.path.parent)
            self._lock(self._fd)
            with suppress(FileNotFoundError):
                if identity_of(os.fstat(self._fd)) == identity_of(self.path.stat()):
                    return self._fd
            self.close()  # put aside by another process, moved or deleted

    def _lock(self, fd: int) -> None:
        deadline = self._clock.monotonic() + self._busy_timeout
        while fcntl is not None:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self._clock.monotonic() >= deadline:
                    raise TimeoutError(None, "another process does not let go of it") from None
                self._clock.sleep(0.002)
            else:
                return

    def _is_due(self, status: os.stat_result, more: int) -> bool:
        if status.st_size == 0:
            return False
        unit = _UNITS.get(self._rotation.every)
        is_old = unit is not None and status.st_mtime // unit < self._clock.time() // unit
        return is_old or status.st_size + more > self._rotation.size

    def _put_aside(self) -> None:
        """Give the file its last name; the caller holds its lock. Numbers decide the order: the clock may go back."""
        names = rotated(self.path)
        number = 1 + (int(names[-1].stem.split("-")[-2]) if names else 0)
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock.time()))
        self.path.rename(self.path.with_name(f"{self.path.stem}-{number:06}-{stamp}{self.path.suffix}"))
        if self._full_sync:
            sync_directory(self.path.parent)
        self.close()


def _keys_in(path: Path) -> Iterator[KeyFacts]:
    with suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            if line.startswith(KEY) and (found := of_line(line)) and found.key is not None:
                yield found.key


def _unlock(fd: int) -> None:
    if fcntl is not None:
        fcntl.flock(fd, fcntl.LOCK_UN)
