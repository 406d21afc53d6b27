"""The sanitizer: one list and one matcher for everything that leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, Literal, TypeAlias, TypeVar

from failsoft.sanitize.gate import has_re2
from failsoft.sanitize.headers import clean_header
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.patterns import UserPattern, compiled
from failsoft.sanitize.scanner import marker
from failsoft.sanitize.tags import Tagger
from failsoft.sanitize.text import TextEngine
from failsoft.sanitize.values import ValueWalker

__all__ = ["Engine", "Sanitizer", "Tier", "Untouched", "sanitize"]

Tier: TypeAlias = Literal["standard", "strict"]
Engine: TypeAlias = Literal["auto", "re2", "python"]
_T = TypeVar("_T")
_FAILED = marker("error")
_PATIENCE = 2.0
"""Seconds to wait for another thread that makes what is needed here."""


class Sanitizer:
    """Takes secrets and personal data out of texts, values and headers.

    Each is replaced by a marker that says its kind, as `[REDACTED:password]`; all else stays as it is. What was
    sanitized once is not changed by a second time. No method ever raises: what cannot be sanitized is withheld.
    Its rules never change; safe to share between threads. The last few hundred results are remembered, by a hash of the
    text and without it, as one text passes many doors.

    Parameters:
        keys: more names whose values are secret, as `employee_no`; matched word by word, in any spelling.
        safe_keys: names whose values are not, whatever they look like. Their text is still searched for secrets.
        tier: `strict` also takes away network addresses, names of home directories and words that look random,
            and, under a key that names them, the other identifiers of a person: places, dates, numbers of records.
        patterns: what else is secret by its form.
        engine: what looks for secrets first. `re2` needs the extra of that name and is several times faster on texts
            without any; `auto` takes it where it is installed. The result is the same.
        correlation_key: key material for tags in markers, `[REDACTED:email#3f9a]`: the same tag for the same value
            (see `Tagger`). Absent: no tags.
        max_text: longest result of a text, in characters; what is beyond it is dropped after cleaning, with a note.
        max_depth: how deep values are followed.
        max_nodes: how many values inside of a value are looked at.

    Raises:
        ValueError: a bound below 1, a pattern that is refused, a key that is too short, or the engine `re2` without
            the extra.
    """

    __slots__ = ("_engine", "_failures", "_keys", "_lock", "_making", "_patterned", "_tagger", "_walker")

    _engine: TextEngine | _Unread
    _walker: ValueWalker | _Unread

    def __init__(
        self,
        *,
        keys: Iterable[str] = (),
        safe_keys: Iterable[str] = (),
        tier: Tier = "standard",
        patterns: Iterable[UserPattern] = (),
        engine: Engine = "auto",
        correlation_key: bytes | None = None,
        max_text: int = 65_536,
        max_depth: int = 8,
        max_nodes: int = 2_000,
    ) -> None:
        if min(max_text, max_depth, max_nodes) < 1:
            raise ValueError("max_text, max_depth and max_nodes must be at least 1")
        self._keys = KeyMatcher(keys, safe_keys, strict=tier == "strict")
        if engine == "re2" and not has_re2():
            raise ValueError('engine = "re2" needs the extra re2: pip install "failsoft[re2]"')
        engine = "python" if engine == "python" or not has_re2() else "re2"
        self._tagger = Tagger(correlation_key)
        compiled_patterns = compiled(patterns, engine=engine)
        self._patterned = bool(compiled_patterns)
        unread = _Unread(
            self,
            partial(
                TextEngine,
                self._keys,
                strict=tier == "strict",
                max_text=max_text,
                engine=engine,
                patterns=compiled_patterns,
                tagger=self._tagger,
            ),
            partial(
                ValueWalker,
                self._keys,
                self.text,
                self._failed,
                self._tagger.mark,
                max_depth=max_depth,
                max_nodes=max_nodes,
            ),
        )
        self._engine = self._walker = unread
        self._failures = 0
        self._lock = threading.Lock()
        self._making = threading.Lock()

    @property
    def failures(self) -> int:
        """How often something could not be sanitized and was withheld."""
        return self._failures

    def forget(self) -> None:
        """Begin anew in a forked process, where locks that other threads held are never let go."""
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def prepare(self) -> None:
        """Make now what the first text or value would wait for. A second call does nothing."""
        # a thread that was making it when the process forked never lets go: then it is made twice
        held = self._making.acquire(timeout=_PATIENCE)
        try:
            unread = self._engine
            if isinstance(unread, _Unread):
                engine = unread.engine()
                self._walker = unread.walker(engine.is_idle, engine.by_patterns if self._patterned else None)
                self._engine = engine
        finally:
            if held:
                self._making.release()

    def text(self, value: str, /) -> str:
        """The text without secrets and personal data, all else unchanged."""
        try:
            return self._engine.clean(value if type(value) is str else str(value))
        except (Exception, SystemExit):  # noqa: BLE001 - fail closed, whatever it was
            return self._failed()

    def value(self, obj: _T, /) -> _T:
        """A value of the same shape without secrets and personal data.

        The given value is never changed. Containers come back as new ones of the same type, with the same keys in the
        same order; scalars come back as they are. Where a secret has to go, a marker stands in its place, whatever
        the type was.

        Of an object of another class, its `__str__` and its `__repr__` are called, once each, where the class has its
        own: only so can be known whether they show a secret. What they raise is caught, also the end of a recursion.
        One that never returns holds up the thread, here as in any log that writes the object: nothing in Python can
        interrupt it.
        """
        try:
            cleaned: _T = self._walker.walk(obj)
            return cleaned
        except (Exception, SystemExit):  # noqa: BLE001 - fail closed, whatever it was
            return self._failed()  # type: ignore[return-value]  # a marker has no other type

    def is_sensitive_key(self, name: str) -> bool:
        """Whether what stands under this name is a secret or personal: for a form or a table that decides by the name
        alone whether to show a column, before there is any value."""
        try:
            return self._keys.kind(name) is not None
        except Exception:  # noqa: BLE001 - fail closed, whatever it was
            self._failed()
            return True

    def header(self, name: str, value: str, /) -> str:
        """The value of an HTTP header. Of credentials the scheme stays, of a cookie that is set its attributes."""
        try:
            return clean_header(self._keys, self.text, name, value, self._tagger.mark)
        except Exception:  # noqa: BLE001 - fail closed, whatever it was
            return self._failed()

    def _failed(self) -> str:
        with self._lock:
            self._failures += 1
        return _FAILED


class _Unread:
    """In place of what reads texts and values until it is first needed: to make that takes longer than all the rest."""

    __slots__ = ("_sanitizer", "engine", "walker")

    def __init__(
        self,
        sanitizer: Sanitizer,
        engine: Callable[[], TextEngine],
        walker: Callable[[Callable[[str], bool], Callable[[str], str] | None], ValueWalker],
    ) -> None:
        self._sanitizer = sanitizer
        self.engine = engine
        self.walker = walker

    def clean(self, text: str) -> str:
        self._sanitizer.prepare()
        return self._sanitizer._engine.clean(text)

    def walk(self, obj: Any) -> Any:
        self._sanitizer.prepare()
        return self._sanitizer._walker.walk(obj)


class Untouched:
    """In place of a sanitizer where everything is to be seen, while developing."""

    __slots__ = ()

    def text(self, value: str, /) -> str:
        """The text as it is."""
        return value

    def value(self, obj: _T, /) -> _T:
        """The value as it is."""
        return obj


@cache
def _default() -> Sanitizer:
    return Sanitizer()


def sanitize(value: _T, /) -> _T:
    """A text or a value without secrets and personal data, by the default rules. Never raises.

    See `Sanitizer.text` and `Sanitizer.value`.
    """
    if isinstance(value, str):
        return _default().text(value)  # type: ignore[return-value]  # a text for a text
    return _default().value(value)
