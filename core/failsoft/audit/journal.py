"""The journal: a file next to the application that takes records while the store does not.

One file for each lane, `LANE.journal`, in a directory that workers share. A line is a checksum (CRC-32, 8 hexadecimal
digits), a space, and JSON of an entry or a statement; every write is on the disk before it returns. The writer of a
lane holds a lock on its file (`flock`) as long as it lives, so that others can tell what a dead process has left.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from failsoft.audit.entry import Entry
from failsoft.audit.statements import Statement

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: what a dead process has left is taken up by its own name only
    fcntl = None  # type: ignore[assignment]

__all__ = ["Journal", "Line", "left_behind", "try_folder"]

_SUFFIX = ".journal"


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a line holds: one of these."""

    entry: Entry | None = None
    statement: Statement | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode


class Journal:
    """The journal of one lane. Made when it is first written to.

    Parameters:
        folder: made if it is not there, for its owner only.
        lane: id of the lane.
    """

    def __init__(self, folder: Path, lane: str) -> None:
        self.path = folder / f"{lane}{_SUFFIX}"
        self._file: BinaryIO | None = None
        self.torn = 0
        """Lines that could not be read: what a process was writing when it ended."""

    def write(self, entries: Sequence[Entry], statements: Sequence[Statement] = ()) -> None:
        """Have them on the disk, all of them or none.

        Raises:
            OSError: that cannot be.
        """
        lines = [Line(entry=entry) for entry in entries] + [Line(statement=one) for one in statements]
        data = b"".join(_line(line) for line in lines)
        file = self._file or self._opened()
        start = file.seek(0, os.SEEK_END)
        try:
            file.write(data)
            file.flush()
            os.fdatasync(file.fileno())
        except OSError:
            with suppress(OSError):
                # half a line would hide what comes after it
                file.truncate(start)
            raise

    def lines(self, first: int = 0, last: int | None = None) -> Iterator[Line]:
        """What is in it, in the order of writing. Lines that are torn are counted and passed over.

        Parameters:
            first, last: bytes, from where and up to where; a writer may be at work behind that.
        """
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            file.seek(first)
            for raw in file:
                first += len(raw)
                if last is not None and first > last:
                    return
                line = _read(raw)
                if line is None:
                    self.torn += 1
                else:
                    yield line

    @property
    def size(self) -> int:
        """Bytes that are in it."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return self.size == 0

    def clear(self) -> None:
        """All of it is in the store."""
        if self._file is not None:
            self._file.truncate(0)

    def take_over(self) -> bool:
        """Take the lock of a file that its writer has left behind. False if it lives."""
        try:
            self._file = self.path.open("r+b")
        except OSError:
            return False
        if _lock(self._file):
            return True
        self.close()
        return False

    def remove(self) -> None:
        """Delete the file; the lock goes with it."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.close()

    def close(self) -> None:
        """Close the file. In a forked child this leaves the parent its lock."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()

    def _opened(self) -> BinaryIO:
        folder = self.path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # it gets its name when it is locked: else somebody could take it for one that was left, and delete it
        nameless = self.path.with_suffix(".new")
        made = not self.path.exists()
        number = os.open(nameless if made else self.path, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(number, "r+b")
        _lock(file)
        if made:
            nameless.rename(self.path)
            _sync(folder)
        self._file = file
        return file


def try_folder(folder: Path) -> None:
    """See that journals can be written there.

    Raises:
        OSError: they cannot.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # not the name of a journal, and not that of another process that tries
    number, name = tempfile.mkstemp(prefix=".try-", dir=folder)
    try:
        os.write(number, b"failsoft")
        os.fsync(number)
    finally:
        os.close(number)
        Path(name).unlink(missing_ok=True)


def left_behind(folder: Path) -> Iterator[Journal]:
    """The journals whose writers are gone, locked for us."""
    for path in sorted(folder.glob(f"*{_SUFFIX}")):
        journal = Journal(folder, path.name.removesuffix(_SUFFIX))
        if journal.take_over():
            yield journal


def _line(line: Line) -> bytes:
    data = _encode(line)
    return b"%08x %s\n" % (zlib.crc32(data), data)


def _read(raw: bytes) -> Line | None:
    checksum, _, data = raw.rstrip(b"\n").partition(b" ")
    if not raw.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(data):
        return None
    try:
        return _decode(data)
    except (msgspec.MsgspecError, ValueError):
        return None


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk. Where folders cannot be opened, the system sees to it."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _lock(file: BinaryIO) -> bool:
    if fcntl is None:  # pragma: no cover - as above
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
