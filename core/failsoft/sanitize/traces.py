"""Stack traces that may be written down, as text and as data: paths shortened, code lines and messages cleaned.

Of local variables only those are there that `[sanitize] locals` names; they were cleaned when they were read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from failsoft.sanitize.places import code_line, shown_path

__all__ = ["Cleaner", "Link", "format_stack", "stack_as_data"]

_HEADLINE = "Traceback (most recent call last):"
_BETWEEN = {
    "cause": "The above exception was the direct cause of the following exception:",
    "context": "During handling of the above exception, another exception occurred:",
}
_MIN_REPEATS = 3
_FIRST_FRAMES = 10


class Cleaner(Protocol):
    """Cleans a text. Hashable, for places in the code are cleaned once."""

    def __hash__(self) -> int: ...

    def text(self, text: str, /) -> str:
        """The text without secrets and personal data."""
        ...


class Link(Protocol):
    """One exception of a chain."""

    @property
    def type(self) -> str:
        """Qualified class name."""
        ...

    @property
    def message(self) -> str:
        """Its text, not sanitized."""
        ...

    @property
    def frames(self) -> Sequence[tuple[str, int, str]]:
        """File name, line number, qualified name of the function; outermost call first."""
        ...

    @property
    def relation(self) -> str:
        """ "" for the exception itself, else what it is to the one before it: `cause`, `context`, `member`."""
        ...


def format_stack(links: Sequence[Link], sanitizer: Cleaner, *, max_frames: int = 50, message: str | None = None) -> str:
    """A chain of exceptions, written as Python writes it: causes first, members of a group below the group.

    Parameters:
        links: the exception, then its chain.
        max_frames: frames of one exception at most; those in the middle are left out, and counted.
        message: text of the first exception, if it was sanitized already.
    """
    chain, members = _parted(links)
    lines = _chain(chain, sanitizer, max_frames, message)
    for number, member in enumerate(members, 1):
        lines.append(f"  +---------------- {number} ----------------")
        block = "\n".join(_chain(member, sanitizer, max_frames))
        lines += [f"  | {line}" if line else "  |" for line in block.split("\n")]
    if members:
        lines.append("  +------------------------------------")
    return "\n".join(lines)


def _chain(chain: Sequence[Link], sanitizer: Cleaner, max_frames: int, message: str | None = None) -> list[str]:
    lines: list[str] = []
    for index in range(len(chain) - 1, -1, -1):
        lines += _one(chain[index], sanitizer, max_frames, None if index else message)
        if index:
            lines += ["", _BETWEEN.get(chain[index].relation, _BETWEEN["context"]), ""]
    return lines


def _parted(links: Sequence[Link]) -> tuple[list[Link], list[list[Link]]]:
    """The chain itself, and each member of a group with its own chain."""
    chain: list[Link] = []
    members: list[list[Link]] = []
    for link in links:
        if link.relation == "member":
            members.append([link])
        elif members:
            members[-1].append(link)
        else:
            chain.append(link)
    return chain, members


def _one(link: Link, sanitizer: Cleaner, max_frames: int, message: str | None) -> Iterator[str]:
    if frames := link.frames:
        yield _HEADLINE
        # local variables came with the request, all else is of the program
        known = not getattr(frames, "locals", ())
        yield _block(tuple(frames[:]), max_frames, sanitizer) if known else _written(frames, max_frames, sanitizer)
    if message is None:
        message = sanitizer.text(link.message)
    yield f"{link.type}: {message}" if message else link.type


def _written(frames: Sequence[tuple[str, int, str]], most: int, sanitizer: Cleaner) -> str:
    return "\n".join(_frames(frames, most, sanitizer))


_block = lru_cache(maxsize=256)(_written)
"""The same, of frames that fail again and again in the same order. Nothing of a request may be in it."""


def stack_as_data(links: Sequence[Link], sanitizer: Cleaner, *, max_frames: int = 50) -> list[dict[str, Any]]:
    """A chain of exceptions as plain values, fit for JSON: the exception first, then its chain and its members.

    Each is a mapping of `type`, `message`, `relation` ("" for the exception itself, else `cause`, `context` or
    `member`) and `frames`, outermost call first: `file`, `line`, `function`, `code`, and `locals` where some were read.
    Where frames were left out in the middle, `frames_left_out` says how many.

    Parameters:
        links: the exception, then its chain.
        max_frames: frames of one exception at most.
    """
    return [_link_as_data(link, sanitizer, max_frames) for link in links]


def _link_as_data(link: Link, sanitizer: Cleaner, most: int) -> dict[str, Any]:
    data: dict[str, Any] = {"type": link.type, "message": sanitizer.text(link.message), "relation": link.relation}
    frames = []
    first, left_out = _middle(len(link.frames), most)
    for index, (filename, line, function) in enumerate(link.frames):
        if first <= index < first + left_out:
            continue
        file, name = _place(sanitizer, filename, function)
        frame: dict[str, Any] = {"file": file, "line": line, "function": name}
        if code := _code(sanitizer, filename, line):
            frame["code"] = code
        if values := _locals(link.frames, index):
            frame["locals"] = dict(values)
        frames.append(frame)
    data["frames"] = frames
    if left_out:
        data["frames_left_out"] = left_out
    return data


def _middle(count: int, most: int) -> tuple[int, int]:
    """How many of the outermost frames are shown, and how many after them are left out."""
    return min(_FIRST_FRAMES, most // 2), max(count - most, 0)


def _locals(frames: Sequence[tuple[str, int, str]], index: int) -> Mapping[str, str]:
    known: Sequence[Mapping[str, str]] = getattr(frames, "locals", ())
    return known[index] if index < len(known) else {}


@lru_cache(maxsize=4096)
def _place(sanitizer: Cleaner, filename: str, function: str) -> tuple[str, str]:
    """File and function of a frame, cleaned. A program has few places to fail at, and fails there often."""
    head, _, tail = sanitizer.text(f'File "{shown_path(filename)}", in {function}').partition('", in ')
    return head.removeprefix('File "'), tail


@lru_cache(maxsize=4096)
def _code(sanitizer: Cleaner, filename: str, line: int) -> str:
    found = code_line(filename, line)
    return sanitizer.text(found) if found else ""


def _frames(frames: Sequence[tuple[str, int, str]], most: int, sanitizer: Cleaner) -> Iterator[str]:
    first, left_out = _middle(len(frames), most)
    last: tuple[str, int, str] | None = None
    repeats = 0
    for index, frame in enumerate(frames):
        if first <= index < first + left_out:
            if index == first:
                yield from _repeated(repeats)
                yield f"  [{left_out} more frames]"
                last, repeats = None, 0
            continue
        if frame == last:
            repeats += 1
            if repeats >= _MIN_REPEATS:
                continue
        else:
            yield from _repeated(repeats)
            last, repeats = frame, 0
        yield _frame(sanitizer, frame)
        for local, text in _locals(frames, index).items():
            yield f"    {local} = {text}"
    yield from _repeated(repeats)


@lru_cache(maxsize=4096)
def _frame(sanitizer: Cleaner, frame: tuple[str, int, str]) -> str:
    filename, line, function = frame
    file, name = _place(sanitizer, filename, function)
    code = _code(sanitizer, filename, line)
    return f'  File "{file}", line {line}, in {name}' + (f"\n    {code}" if code else "")


def _repeated(repeats: int) -> Iterator[str]:
    if repeats >= _MIN_REPEATS:
        times = repeats - _MIN_REPEATS + 1
        yield f"  [Previous line repeated {times} more time{'s' if times > 1 else ''}]"
