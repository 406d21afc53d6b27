"""An exception as plain values: texts and frames of it, its chain and its group members.

Taken at once and without looking at source files, because a framework may erase the traceback as soon as its handler
ran. Nothing here trusts the exception: its `__str__` may raise, its attributes may lie, its chain may be a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from failsoft.errors.failure import Link
from failsoft.errors.frames import Frames

__all__ = [
    "bare_name",
    "capture",
    "cause_of",
    "context_of",
    "frames_of",
    "is_alone",
    "is_suppressed",
    "links_of",
    "members_of",
    "qualified_name",
    "text_of",
    "tidy",
    "unfold",
]

_LEAST_ROOM = 1_024
_LONGEST_WORD = 8_192

# the slots of BaseException itself, so that a property of a sub-class can neither lie nor raise
_cause = BaseException.__dict__["__cause__"].__get__
_context = BaseException.__dict__["__context__"].__get__
_suppress = BaseException.__dict__["__suppress_context__"].__get__
_traceback = BaseException.__dict__["__traceback__"].__get__
_members = BaseExceptionGroup.__dict__["exceptions"].__get__
_qualname = type.__dict__["__qualname__"].__get__
_module = type.__dict__["__module__"].__get__


def capture(exc: BaseException, *, max_links: int = 12, max_text: int = 65_536) -> tuple[Link, ...]:
    """The exception, then its chain and, of a group, its members. Never raises.

    Parameters:
        exc: the exception.
        max_links: at most so many exceptions.
        max_text: characters of text in all; an exception after the first keeps at least 1,024 of its own.
    """
    return links_of(unfold(exc, max_links), max_text)


def links_of(
    chain: list[tuple[BaseException, str]],
    max_text: int = 65_536,
    locals_of: Callable[[FrameType], Mapping[str, str]] | None = None,
) -> tuple[Link, ...]:
    """What `capture` gives, of exceptions that are unfolded already.

    Parameters:
        locals_of: reads the local variables of a frame that are to be known. By default none are.
    """
    links = []
    for exc, relation in chain:
        text = text_of(exc, max_text)
        links.append(Link(qualified_name(type(exc)), text, Frames(_traceback(exc), locals_of), relation))
        max_text = max(max_text - len(text), _LEAST_ROOM)
    return tuple(links)


def is_alone(exc: BaseException) -> bool:
    """Whether nothing hangs on an exception: no cause, no context, no members."""
    return _cause(exc) is None and _context(exc) is None and not isinstance(exc, BaseExceptionGroup)


def unfold(exc: BaseException, limit: int) -> list[tuple[BaseException, str]]:
    """The exception and what hangs on it, each once, with its relation: `cause`, `context` or `member`.

    A context that was suppressed (`raise … from None`) is left out, as in a printed traceback.
    """
    if is_alone(exc):
        return [(exc, "")]
    found: list[tuple[BaseException, str]] = []
    seen: set[int] = set()
    waiting = [(exc, "")]
    while waiting and len(found) < limit:
        one, relation = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        found.append((one, relation))
        before: BaseException | None = _cause(one)
        if before is not None:
            waiting.append((before, "cause"))
        elif not _suppress(one) and (before := _context(one)) is not None:
            waiting.append((before, "context"))
        if isinstance(one, BaseExceptionGroup):
            waiting.extend((member, "member") for member in reversed(members_of(one)[:limit]))
    return found


def cause_of(exc: BaseException) -> BaseException | None:
    """`__cause__`, whatever a sub-class says of it."""
    cause: BaseException | None = _cause(exc)
    return cause


def context_of(exc: BaseException) -> BaseException | None:
    """`__context__`, suppressed or not."""
    context: BaseException | None = _context(exc)
    return context


def is_suppressed(exc: BaseException) -> bool:
    """Whether the context was cut off."""
    return bool(_suppress(exc))


def frames_of(exc: BaseException, locals_of: Callable[[FrameType], Mapping[str, str]] | None = None) -> Frames:
    """Where an exception came through."""
    return Frames(_traceback(exc), locals_of)


def members_of(group: BaseExceptionGroup[Any]) -> tuple[BaseException, ...]:
    """The members of a group, not unfolded."""
    return tuple(_members(group))


def qualified_name(cls: type) -> str:
    """Module and qualified name of a class, `builtins` left out."""
    name: str = _qualname(cls)
    module: object = _module(cls)
    if module == "builtins" or type(module) is not str:
        return name
    return f"{module}.{name}"


def bare_name(cls: type) -> str:
    """The name of a class, whatever its metaclass says of it."""
    name: str = _qualname(cls)
    return name.rpartition(".")[2]


def text_of(exc: BaseException, limit: int = 65_536) -> str:
    """The text of an exception with its notes, at most `limit` characters and fit to be encoded. Never raises."""
    try:
        text = str.__str__(str(exc))
        notes = getattr(exc, "__notes__", None)
        if type(notes) is list and notes:
            text = "\n".join([text, *(note for note in notes if type(note) is str)])
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - a hostile __str__ may raise anything
        return f"<unprintable {bare_name(type(exc))}>"
    # most are so; to call for it takes as long as all of this
    return text if len(text) <= limit and text.isascii() else tidy(text, limit)


def tidy(text: str, limit: int) -> str:
    """A text of at most about `limit` characters that can be encoded."""
    if len(text) > limit:
        text = _cut(text, limit)
    if not text.isascii():
        # a lone surrogate would break every encoder that comes after
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def _cut(text: str, limit: int) -> str:
    """Cut between words, so that no piece of a secret is left that nobody would recognize."""
    start = max(limit - _LONGEST_WORD, 0)
    end = max(text.rfind(" ", start, limit), text.rfind("\n", start, limit))
    return f"{text[: end if end > 0 else start]} … [{len(text)} characters]"
