"""The places an exception came through, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from failsoft.errors.failure import Frame

__all__ = ["MAX_FRAMES", "Frames"]

MAX_FRAMES = 100
"""Of a longer traceback the outermost and the innermost are kept, half and half."""


class Frames(Sequence["Frame"]):
    """The frames of one exception, outermost call first.

    Keeps no frame and no traceback, only where in which code each of them stood; names and line numbers are read out of
    that when somebody looks. Most failures are counted and answered without anybody looking.
    """

    __slots__ = ("_made", "_places")

    def __init__(self, tb: TracebackType | None) -> None:
        places: list[tuple[CodeType, int]] = []
        add = places.append
        while tb is not None:
            add((tb.tb_frame.f_code, tb.tb_lasti))
            tb = tb.tb_next
        if len(places) > MAX_FRAMES:
            half = MAX_FRAMES // 2
            places = places[:half] + places[-half:]
        self._places = places
        self._made: tuple[Frame, ...] | None = None

    def _frames(self) -> tuple[Frame, ...]:
        made = self._made
        if made is None:
            made = self._made = tuple(
                [(code.co_filename, _line(code, offset), code.co_qualname) for code, offset in self._places]
            )
        return made

    def files(self, last: int) -> list[str]:
        """The file names of the innermost frames, so many at most; no line number is read for that."""
        return [code.co_filename for code, _ in self._places[-last:]]

    def places(self) -> list[tuple[str, str]]:
        """File name and qualified function of each frame, outermost call first; no line number is read for that."""
        return [(code.co_filename, code.co_qualname) for code, _ in self._places]

    @property
    def function(self) -> str:
        """Qualified name of the innermost function, empty if there is none."""
        return self._places[-1][0].co_qualname if self._places else ""

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Frame, ...]: ...
    def __getitem__(self, index: Any) -> Any:
        return self._frames()[index]

    def __iter__(self) -> Iterator[Frame]:
        return iter(self._frames())

    def __eq__(self, other: object) -> bool:
        return self._frames() == (other._frames() if isinstance(other, Frames) else other)

    def __hash__(self) -> int:
        return hash(self._frames())

    def __repr__(self) -> str:
        return repr(self._frames())

    def __reduce__(self) -> tuple[Any, ...]:
        # a code object cannot be pickled; what it says can
        return tuple, (self._frames(),)


_MOST_LINES = 8_192
_lines: dict[tuple[int, int], tuple[CodeType, int]] = {}
"""What was read before, for it takes long to read and the same places fail again. The code is kept with it, so that no
other one gets its identity."""


def _line(code: CodeType, offset: int) -> int:
    known = _lines.get((id(code), offset))
    if known is None:
        known = code, _read_line(code, offset)
        if len(_lines) >= _MOST_LINES:
            _lines.clear()
        _lines[id(code), offset] = known
    return known[1]


def _read_line(code: CodeType, offset: int) -> int:
    """The line of an instruction; the first of its function where it belongs to none, as in compiled extensions."""
    for start, end, line in code.co_lines():
        if start <= offset < end:
            return line or code.co_firstlineno
    return code.co_firstlineno
