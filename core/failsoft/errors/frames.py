"""The places an exception came through, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType, FrameType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, overload

if TYPE_CHECKING:
    from failsoft.errors.failure import Frame

__all__ = ["MAX_FRAMES", "Frames"]

MAX_FRAMES = 100
"""Of a longer traceback the outermost and the innermost are kept, half and half."""


class Frames(Sequence["Frame"]):
    """The frames of one exception, outermost call first.

    Keeps no frame and no traceback, only where in which code each of them stood; names and line numbers are read out of
    that when somebody looks. Most failures are counted and answered without anybody looking.

    Parameters:
        tb: the traceback.
        locals_of: reads the local variables of a frame that are to be known, as texts. It is asked at once, for the
            innermost 20.
    """

    __slots__ = ("_codes", "_made", "_offsets", "locals")

    def __init__(
        self, tb: TracebackType | None, locals_of: Callable[[FrameType], Mapping[str, str]] | None = None
    ) -> None:
        self.locals: Sequence[Mapping[str, str]] = _locals(tb, locals_of) if locals_of is not None else ()
        """By frame, if any were asked for."""
        codes: list[CodeType] = []
        offsets: list[int] = []
        add_code, add_offset = codes.append, offsets.append
        while tb is not None:
            add_code(tb.tb_frame.f_code)
            add_offset(tb.tb_lasti)
            tb = tb.tb_next
        if len(codes) > MAX_FRAMES:
            codes, offsets = _bounded(codes), _bounded(offsets)
        self._codes = codes
        self._offsets = offsets
        self._made: tuple[Frame, ...] | None = None

    def _frames(self) -> tuple[Frame, ...]:
        made = self._made
        if made is None:
            made = self._made = _read(self._codes, self._offsets)
        return made

    def codes(self, last: int) -> list[CodeType]:
        """The code of the innermost frames, so many at most; none if they came from another process."""
        return [] if self._made is not None else self._codes[-last:]

    def add_to(self, parts: list[Any], kept: list[Any], last: int) -> bool:
        """Add to the parts of a key which codes the innermost frames are of, and where in them each stood.

        Parameters:
            kept: gets the codes, because the key has the identities of them.
            last: so many frames at most.

        Returns:
            False: the traceback is so long that not all of it is known, or it came from another process.
        """
        codes, offsets = self._codes, self._offsets
        number = len(codes)
        if number >= MAX_FRAMES or self._made is not None:
            return False
        if number > last:
            codes, offsets = codes[-last:], offsets[-last:]
            if codes[-1].co_filename.startswith("<frozen importlib"):
                # of these as many may follow as there are packages in packages
                return False
        parts.append(len(codes))
        parts += map(id, codes)
        parts += offsets
        kept.append(codes)
        return True

    def files(self, last: int) -> list[str]:
        """The file names of the innermost frames, so many at most; no line number is read for that."""
        if self._made is not None:
            return [one[0] for one in self._made[-last:]]
        return [code.co_filename for code in self._codes[-last:]]

    def places(self) -> Iterator[tuple[str, str]]:
        """File name and qualified function of each frame, innermost call first; no line number is read for that."""
        if self._made is not None:
            return ((file, function) for file, _, function in reversed(self._made))
        return ((code.co_filename, code.co_qualname) for code in reversed(self._codes))

    @property
    def place(self) -> tuple[CodeType, int] | None:
        """The innermost code and where in it the failing instruction is; None if there is none."""
        return (self._codes[-1], self._offsets[-1]) if self._codes else None

    @property
    def function(self) -> str:
        """Qualified name of the innermost function, empty if there is none."""
        if self._made is not None:
            return self._made[-1][2] if self._made else ""
        return self._codes[-1].co_qualname if self._codes else ""

    def __len__(self) -> int:
        return len(self._codes)

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
        return (_restored, (self._frames(), tuple(self.locals))) if self.locals else (tuple, (self._frames(),))


def _restored(made: tuple[Frame, ...], local: tuple[Mapping[str, str], ...]) -> Frames:
    frames = Frames(None)
    frames._made, frames.locals = made, local
    frames._codes, frames._offsets = [_restored.__code__] * len(made), [0] * len(made)
    return frames


_T = TypeVar("_T")


def _bounded(items: list[_T]) -> list[_T]:
    half = MAX_FRAMES // 2
    return items if len(items) <= MAX_FRAMES else items[:half] + items[-half:]


def _locals(
    tb: TracebackType | None, locals_of: Callable[[FrameType], Mapping[str, str]]
) -> Sequence[Mapping[str, str]]:
    frames: list[FrameType] = []
    while tb is not None:
        frames.append(tb.tb_frame)
        tb = tb.tb_next
    frames = _bounded(frames)
    outer = max(len(frames) - _WITH_LOCALS, 0)
    found = [{} if index < outer else locals_of(frame) for index, frame in enumerate(frames)]
    return found if any(found) else ()


_WITH_LOCALS = 20
_MOST_STACKS = 512
_stacks: dict[tuple[int, ...], tuple[list[CodeType], tuple[Frame, ...]]] = {}
"""What was read before, for it takes long to read and the same places fail again. The codes are kept with it, so that
no other ones get their identities."""


def _read(codes: list[CodeType], offsets: list[int]) -> tuple[Frame, ...]:
    key = (*map(id, codes), *offsets)
    known = _stacks.get(key)
    if known is None:
        frames = [
            (code.co_filename, _line(code, offset), code.co_qualname)
            for code, offset in zip(codes, offsets, strict=True)
        ]
        if len(_stacks) >= _MOST_STACKS:
            _stacks.clear()
        known = _stacks[key] = codes, tuple(frames)
    return known[1]


_MOST_LINES = 8_192
_lines: dict[tuple[int, int], tuple[CodeType, int]] = {}
"""The same of one place: stacks end in the same places and differ in how they came there."""


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
