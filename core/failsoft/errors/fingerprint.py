"""Which failures are the same one again: a short text that groups them, whatever their ids, values and line numbers.

It is made of the classes of the exception and its causes, and of at most five functions of the application that it came
through. Where it came through none, of the text with everything variable taken out. A deploy that shifts lines, an
asynchronous view in place of a synchronous one, a decorator more or less, and another Python change nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import sysconfig
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from failsoft.errors.files import is_installed

if TYPE_CHECKING:
    from failsoft.errors.failure import Failure, Link

__all__ = ["DEFAULT", "GROUPS", "OTHER", "Groups", "fingerprint_of", "template_of"]

VERSION = "v1"
"""Changes when the same failure gets another fingerprint than before."""
OTHER = f"{VERSION}:other"
"""The group of all that are too many."""
DEFAULT = "{{default}}"
"""In what a function of the application gives back: the parts that the fingerprint is made of by itself."""
GROUPS = 5_000
"""As many groups are told apart at a time; and half as many more of those that only their texts tell apart."""

_MAX_FRAMES = 5
_MAX_TOKENS = 8
_MAX_TEXT = 300
_MAX_PARTS = 20
_MAX_FILES = 8_192
_MAX_PLACES = 8_192
_QUIET = 3_600.0
"""Seconds. A group that was not seen for so long makes room for a new one."""

# Python 3.12 runs these in the function around them, 3.11 in a frame of their own; wrappers stand for what they wrap
_NO_FUNCTION = frozenset({"<listcomp>", "<dictcomp>", "<setcomp>"})
_WRAPPERS = frozenset({"wrapper", "wrapped", "inner", "decorated", "decorator", "_wrapper", "_wrapped", "_inner"})
_QUOTED = re.compile(r"""(?<!\w)'[^'\n]*'(?!\w)|"[^"\n]*"|`[^`\n]*`""")
_VARIABLE = re.compile(r"\d|@|\A\W*/|://")


def template_of(message: str) -> str:
    """A text with what varies taken out: at most eight words, `<*>` for quoted values, numbers, addresses and paths."""
    words: list[str] = []
    for word in _QUOTED.sub("<*>", message[:_MAX_TEXT]).split():
        plain = "<*>" if "<*>" in word or _VARIABLE.search(word) is not None else word
        if plain != "<*>" or not words or words[-1] != "<*>":
            words.append(plain)
        if len(words) == _MAX_TOKENS:
            break
    return " ".join(words)


def fingerprint_of(parts: Iterable[str]) -> str:
    """The fingerprint of a failure whose parts are these."""
    text = "\x1f".join(parts)
    return f"{VERSION}:{hashlib.blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


_alive: weakref.WeakSet[Groups] = weakref.WeakSet()


def _begin_anew_after_fork() -> None:
    for groups in list(_alive):
        groups.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew_after_fork)


class Groups:
    """Tells the groups of failures, as many as there is room for. Safe to share among threads.

    Parameters:
        function: the application's own: takes a failure, gives texts that take the place of the parts (`DEFAULT` among
            them stands for those), or None to leave it at these.
        room: groups to tell apart. When all are taken, one that was quiet for an hour makes room; else a failure of a
            new group belongs to `OTHER`, so that hostile input cannot make up groups without end. Failures that came
            through no function of the application have half as much room of their own: whoever makes up texts does not
            hide a new failure of the application.
    """

    def __init__(self, function: Callable[[Failure], Any] | None = None, *, room: int = GROUPS) -> None:
        self._function = function
        self._room = room
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._seen_by_text: OrderedDict[str, float] = OrderedDict()
        self._known: dict[tuple[str, ...], str] = {}
        self._lock = threading.Lock()
        _alive.add(self)
        self.report: Callable[[str, BaseException], object] | None = None
        """Is told what the application's function raised."""
        self.errors = 0
        """How often the application's function raised or gave what cannot be used; the failure was grouped without."""

    def __reduce__(self) -> tuple[Any, ...]:
        # what a failure is grouped by belongs to this process; a copy elsewhere is grouped by default
        return Groups, ()

    def forget(self) -> None:
        """Begin anew in a forked process, where a lock that another thread held is never let go."""
        self._lock = threading.Lock()

    def of(self, failure: Failure) -> str:
        """The fingerprint of a failure. Never raises."""
        types, functions = _told(failure.links)
        parts = _parts(failure.links, types, functions)
        if self._function is not None:
            parts = self._ask(self._function, failure, parts)
        name = self._known.get(parts)
        if name is None:
            name = fingerprint_of(parts)
            if len(self._known) >= self._room:
                self._known.clear()
            self._known[parts] = name
        if functions:
            return self._admit(self._seen, self._room, name, failure.timestamp)
        return self._admit(self._seen_by_text, self._room // 2, name, failure.timestamp)

    def _ask(self, function: Callable[[Failure], Any], failure: Failure, parts: tuple[str, ...]) -> tuple[str, ...]:
        try:
            given = function(failure)
            if given is None:
                return parts
            texts = [given] if isinstance(given, str) else list(given)[:_MAX_PARTS]
            own = [part for text in texts for part in (parts if text == DEFAULT else (_text(text),))]
            return tuple(own) or parts
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - the application's function must not cost the answer
            self.errors += 1
            if self.report is not None:
                self.report("telemetry.fingerprint", error)
            return parts

    def _admit(self, seen: OrderedDict[str, float], room: int, name: str, now: float) -> str:
        with self._lock:
            if name not in seen and len(seen) >= room:
                oldest = next(iter(seen))
                if now - seen[oldest] < _QUIET:
                    return OTHER
                del seen[oldest]
            seen[name] = now
            seen.move_to_end(name)
        return name


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise TypeError(type(given))
    return given[:_MAX_TEXT]


def parts_of(links: Sequence[Link]) -> tuple[str, ...]:
    """What a failure is told apart by: classes along the chain of causes, and functions, or the text in their place."""
    return _parts(links, *_told(links))


def _told(links: Sequence[Link]) -> tuple[list[str], list[str]]:
    """The classes along the chain of causes, and the functions of the application of the first that has any."""
    chain = [link for number, link in enumerate(links) if number == 0 or link.relation == "cause"]
    for link in chain:
        if functions := _functions(link):
            return [one.type for one in chain], functions
    return [one.type for one in chain], []


def _parts(links: Sequence[Link], types: Sequence[str], functions: Sequence[str]) -> tuple[str, ...]:
    if functions:
        return (*types, *functions)
    return (*types, template_of(links[0].message)) if types else ()


def _functions(link: Link) -> list[str]:
    """The innermost functions of the application that an exception came through, recursion once."""
    inward = getattr(link.frames, "places", None)
    places: Iterable[tuple[str, str]] = (
        inward() if inward is not None else ((one[0], one[2]) for one in reversed(link.frames))
    )
    found: list[str] = []
    last = ""
    for place in places:
        name = _names.get(place)
        if name is None:
            name = _name(place)
        if name and name != last:
            last = name
            found.append(name)
            if len(found) == _MAX_FRAMES:
                break
    return found


_names: dict[tuple[str, str], str] = {}
"""By file and qualified function: what it is called in a fingerprint; empty if it says nothing. A program has few
places to fail at, and fails there often."""


def _name(place: tuple[str, str]) -> str:
    file, function = place
    module = _modules.get(file)
    if module is None:
        module = _learn(file)
    if len(_names) >= _MAX_PLACES:
        _names.clear()
    name = _names[place] = f"{module}:{function}" if module and not _is_no_function(function) else ""
    return name


def _is_no_function(function: str) -> bool:
    last = function.rpartition(".")[2]
    return last in _NO_FUNCTION or (last in _WRAPPERS and "<locals>" in function)


_modules: dict[str, str] = {}
"""By file: the path of the module as it is imported, with slashes; empty if it is none of the application."""


def _learn(file: str) -> str:
    if len(_modules) >= _MAX_FILES:
        _modules.clear()
    module = _modules[file] = _module_of(file)
    return module


def _directories() -> tuple[str, ...]:
    names = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib")]
    # Failsoft itself, also where it runs out of a checkout
    names += [str(Path(__file__).parents[1]), str(Path(os.__file__).parent)]
    return tuple(dict.fromkeys(f"{os.path.realpath(name)}{os.sep}" for name in names if name))


_NOT_OURS = _directories()
_ADAPTERS = re.compile(r"[/\\]failsoft_(?:asgi|django|flask|pytest)[/\\]")


def _module_of(file: str) -> str:
    if file.startswith("<") or is_installed(file) or _ADAPTERS.search(file):
        return ""
    path = os.path.realpath(file) if Path(file).is_absolute() else file
    if path.startswith(_NOT_OURS):
        return ""
    roots = [f"{os.path.realpath(root or os.curdir)}{os.sep}" for root in sys.path if isinstance(root, str)]
    root = max((one for one in roots if path.startswith(one)), key=len, default="")
    # by what it is imported as, not by where it was put: a deploy may put it elsewhere
    inside = path[len(root) :].replace("\\", "/") if root else "/".join(Path(path).parts[-3:])
    return inside.removesuffix(".py").removesuffix("/__init__")
