"""Removes records from files that were put aside, so that who reads meanwhile, or after a crash, finds it done or not.

What is left of each file is written anew into `FILE.purge/making`. One rename makes `making` to `made`: from then on a
file in there counts instead of the one of the same name that was put aside (see `reading_lines`), whose place it takes.
Whatever a crash leaves half done, the next removal finishes.
"""

from __future__ import annotations

import os
import shutil
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from failsoft.audit.lines import gap_line, place_of
from failsoft.audit.reading_lines import MADE, identity_of, purging, rotated
from failsoft.audit.statements import Tombstone
from failsoft.audit.stores import StoreError

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Graves", "finish", "removing", "rewrite", "sync_directory"]

_MAKING = "making"


class Graves:
    """What tombstones say is removed, and which of it was met."""

    def __init__(self, tombstones: Sequence[Tombstone]) -> None:
        self._graves: dict[str, list[tuple[int, int, int]]] = {}
        self._met = [bytearray((one.last - one.first) // 8 + 1) for one in tombstones]
        for number, one in enumerate(tombstones):
            self._graves.setdefault(one.of, []).append((one.first, one.last, number))
        for graves in self._graves.values():
            graves.sort()

    @property
    def counts(self) -> list[int]:
        """Records that were met, of each tombstone; one that is there twice is one."""
        return [sum(byte.bit_count() for byte in met) for met in self._met]

    def hold(self, line: bytes) -> bool:
        """Whether a line is a record that is removed."""
        place = place_of(line)
        graves = None if place is None else self._graves.get(place[0])
        if place is None or graves is None:
            return False
        sequence = place[1]
        at = bisect_right(graves, sequence, key=lambda grave: grave[0]) - 1
        if at < 0 or sequence > graves[at][1]:
            return False
        first, _, number = graves[at]
        byte, bit = divmod(sequence - first, 8)
        self._met[number][byte] |= 1 << bit
        return True

    def reach(self, path: Path) -> bool:
        """Whether any of it is in a file."""
        with suppress(FileNotFoundError), path.open("rb") as lines:
            return any(map(self.hold, lines))
        return False


@contextmanager
def removing(path: Path) -> Iterator[Path]:
    """The directory in which files are made anew, ours alone; what a crash has left in it was finished.

    Raises:
        StoreError: another process removes records.
    """
    folder, fd = purging(path), None
    while fd is None:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        fd = _held(folder)
    try:
        finish(path)
        shutil.rmtree(folder / _MAKING, ignore_errors=True)
        yield folder
    finally:
        with suppress(OSError):  # not empty after an error
            folder.rmdir()
        if fd >= 0:
            os.close(fd)


def rewrite(path: Path, graves: Graves, tombstones: bytes) -> bool:
    """Write what is left of the files that were put aside, with the tombstones, and have it count.

    For who is `removing`.

    Returns:
        False: there was nothing to remove, and nothing was changed.
    """
    making = purging(path) / _MAKING
    wanted = [one for one in rotated(path) if graves.reach(one)]
    if not wanted:
        return False
    making.mkdir(mode=0o700)
    for source in wanted:
        _copy(source, making / source.name, graves, tombstones if source is wanted[-1] else b"")
    sync_directory(making)
    making.rename(making.with_name(MADE))
    sync_directory(making.parent)
    finish(path)
    return True


def finish(path: Path) -> None:
    """Have files that were made anew take the places of those that they count for."""
    made = purging(path) / MADE
    if made.is_dir():
        for one in sorted(made.iterdir()):
            one.replace(path.with_name(one.name))
        sync_directory(path.parent)
        made.rmdir()


def sync_directory(path: Path) -> None:
    """Have the names in a directory on the disk. Where directories cannot be opened, the system sees to it."""
    if fcntl is None:  # pragma: no cover - Windows
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _copy(source: Path, target: Path, graves: Graves, more: bytes) -> None:
    gone = 0
    with source.open("rb") as lines, _made_like(lines, target) as out:
        for line in lines:
            if graves.hold(line):
                gone += 1
                continue
            if gone:
                out.write(gap_line(gone))
                gone = 0
            out.write(line if line.endswith(b"\n") else line + b"\n")
        out.write((gap_line(gone) if gone else b"") + more)
        out.flush()
        os.fsync(out.fileno())


def _made_like(source: BinaryIO, target: Path) -> BinaryIO:
    """A new file, for the same people."""
    status = os.fstat(source.fileno())
    out = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    if hasattr(os, "fchown"):
        with suppress(PermissionError):
            os.fchown(out.fileno(), status.st_uid, status.st_gid)
        os.fchmod(out.fileno(), status.st_mode & 0o777)
    return out


def _held(folder: Path) -> int | None:
    """A directory, locked; None: it is not the one of this name any more. Below 0 where there are no locks."""
    if fcntl is None:  # pragma: no cover - Windows
        return -1
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if folder.exists() and identity_of(os.fstat(fd)) == identity_of(folder.stat()):
            return fd
    except BlockingIOError:
        os.close(fd)
        raise StoreError("another process removes records from these files") from None
    os.close(fd)
    return None
