"""New files that are there whole or not at all, and never in the place of another one."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["NewFile", "write_new"]


def write_new(path: Path, data: bytes) -> None:
    """Write a new file, whole or not at all.

    Raises:
        FileExistsError: it is there; see `NewFile`.
        OSError: it cannot be written. Nothing is left of it.
    """
    file = NewFile(path)
    try:
        file.write(data)
        file.end()
    except BaseException:
        file.remove()
        raise


class NewFile:
    """A file that is written beside its place, as `NAME.part`, and gets its name when it is finished and on the disk.

    Who is killed meanwhile leaves at most the part.

    Parameters:
        path: of the file; nothing may be there. Readable for its owner only.

    Raises:
        FileExistsError: the file is there, or a part of it that somebody writes or has left; see `filename`.
        OSError: it cannot be written; also from the other methods. `filename` says which file it is.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._part = path, path.with_name(f"{path.name}.part")
        if os.path.lexists(path):
            raise FileExistsError(17, "there already", str(path))
        self._out: BinaryIO = os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._ended = False

    def write(self, data: bytes) -> None:
        """Add to it."""
        try:
            self._out.write(data)
        except OSError as error:
            raise self._named(error) from None

    def end(self) -> None:
        """Have it on the disk and give it its name."""
        try:
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
            self._take_its_place()
        except OSError as error:
            raise self._named(error) from None
        self._ended = True

    def remove(self) -> None:
        """Take away what was written."""
        with suppress(OSError):  # what waits to be written may find no room
            self._out.close()
        with suppress(OSError):
            (self._path if self._ended else self._part).unlink()

    def _take_its_place(self) -> None:
        try:
            # a link, unlike a new name, never takes the place of what has come there meanwhile
            os.link(self._part, self._path)
        except FileExistsError:
            raise
        except OSError:  # not on every file system
            self._part.rename(self._path)
        else:
            self._part.unlink()

    def _named(self, error: OSError) -> OSError:
        """An error of writing does not say by itself which file it was."""
        if error.filename is None:
            error.filename = str(self._path)
        return error
