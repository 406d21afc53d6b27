"""Redaction of values: the same shape without secrets, and nothing given in is ever changed."""

from __future__ import annotations

import datetime as dt
import enum
import types
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from http.cookies import Morsel
from itertools import islice
from numbers import Number
from pathlib import PurePath
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.sanitize.beside import (
    NUMBER_NAMES,
    NUMBERED_KINDS,
    ROWS,
    columns_of,
    kind_of_item,
    named_values,
    repeated_fields,
    table_of,
)
from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.dicom import is_tag, without_person
from failsoft.sanitize.entries import VERSIONS, are_few, arguments_of, is_dsn, is_version, same, unique
from failsoft.sanitize.forms import SCOPED_KEY
from failsoft.sanitize.grammar import SHAPES
from failsoft.sanitize.headers import Mark, clean_credentials, is_plain_cookie
from failsoft.sanitize.keys import KeyMatcher, counts, words_of
from failsoft.sanitize.rebuild import (
    fields_of,
    rebuilt_cookie,
    rebuilt_exception,
    rebuilt_mapping,
    rebuilt_object,
    rebuilt_sequence,
    rebuilt_set,
)
from failsoft.sanitize.rules import DISARMING_HEADS, DISARMING_TAILS, word_set
from failsoft.sanitize.scanner import marker
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = ["ValueWalker"]

_ATOMS = (dt.datetime, dt.time, dt.timedelta, dt.tzinfo, enum.Enum)
_CODE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type(...))
_SCALARS = (Number, Decimal, PurePath, uuid.UUID, dt.date, *_ATOMS, *_CODE)
_TEXTS = (str, bytes, bytearray, memoryview)
_CONTAINERS = (dict, list, tuple, set, frozenset, deque, BaseException, Mapping)
_CARD_LEAST = 10**11
# no token is as short as this and an identifier
_SHORT_NAME = 16
# an object under such a name is read name by name; under all others, everything in it is secret
_NAMED_INSIDE = word_set(
    "session authorization csrf signature name address phone card account health_id national_id birth_date dsn"
)
_HARMLESS_INSIDE = DISARMING_TAILS - {"key", "keys", "payload", "object", "instance"}
# so many names without a secret under them are remembered, as long as this at most
_MOST_PLAIN, _LONGEST_PLAIN = 4_096, 64
_HEX = as_pattern(r"[0-9a-fA-F]{32,128}")
_PLAIN: Any = object
_judge = Judge()


class ValueWalker:
    """Walks values. Immutable but for what it remembers: names, never what stands under them. Safe to share between
    threads.

    Parameters:
        text: cleans a text; never raises.
        failed: counts a failure and returns what stands in the place of what could not be cleaned.
        mark: makes the marker of a kind, for a value.
        idle: whether a text is so short and plain that it says nothing.
    """

    __slots__ = ("failed", "idle", "keys", "mark", "max_depth", "max_nodes", "plain", "text")

    def __init__(
        self,
        keys: KeyMatcher,
        text: Callable[[str], str],
        failed: Callable[[], str],
        mark: Mark,
        idle: Callable[[str], bool],
        *,
        max_depth: int,
        max_nodes: int,
    ) -> None:
        self.keys, self.text, self.failed, self.mark, self.idle = keys, text, failed, mark, idle
        self.plain = set[str]()
        """Names that are clean themselves, and under which no more is secret than under none."""
        self.max_depth, self.max_nodes = max_depth, max_nodes

    def walk(self, obj: Any) -> Any:
        """The value without secrets."""
        return _Walk(self).visit(obj, 0, None)


class _Walk:
    """One walk: what is left of the budget, and where it is."""

    __slots__ = ("_idle", "_keys", "_left", "_path", "_plain", "_rules", "_text")

    def __init__(self, rules: ValueWalker) -> None:
        self._rules = rules
        self._keys, self._text, self._idle, self._plain = rules.keys, rules.text, rules.idle, rules.plain
        self._left = rules.max_nodes
        self._path: set[int] = set()

    def visit(self, obj: Any, depth: int, kind: str | None) -> Any:
        """The value without secrets; `kind` says that it stands under a sensitive name."""
        if obj is None or obj is True or obj is False:
            return obj
        self._left -= 1
        own = type(obj)
        if kind is None and (own is float or (own is int and obj < _CARD_LEAST)):
            return obj
        try:
            if own is str or isinstance(obj, _TEXTS):
                return self._string(obj, kind)
            if own is not dict and own is not list and isinstance(obj, _SCALARS):
                return self._scalar(obj, kind)
            return self._nested(obj, depth, kind)
        except (Exception, SystemExit):  # noqa: BLE001 - fail closed: objects may do anything when they are looked at
            return self._rules.failed()

    def _string(self, obj: Any, kind: str | None) -> Any:
        if isinstance(obj, str):
            if kind is None and isinstance(obj, enum.Enum):
                return self._member_of_enum(obj)
            cleaned = self._under(obj, kind)
            return obj if cleaned == obj else cleaned
        raw = bytes(obj)
        plain = raw.decode("utf-8", "surrogateescape")
        cleaned = self._under(plain, kind)
        if cleaned == plain:
            return obj
        encoded = cleaned.encode("utf-8", "surrogateescape")
        return encoded if isinstance(obj, bytes) else type(obj)(encoded)

    def _under(self, value: str, kind: str | None) -> str:
        if kind == "tokens":
            # of a language, or of an API: only the look can tell
            return (
                self._rules.mark("token", value) if looks_random(value) or _HEX.fullmatch(value) else self._text(value)
            )
        if kind is None or (kind == "credential" and SCOPED_KEY.fullmatch(value)):
            return self._text(value)
        if kind == "bound":
            return self._rules.mark("value", value) if value and "[REDACTED:" not in value else value
        if kind in ("authorization", "cookie"):
            return clean_credentials(kind, value, self._rules.mark)
        if kind == "dsn":
            cleaned = self._text(value)
            return (
                cleaned
                if cleaned != value or "[REDACTED:" in value or "://" in value or not is_dsn(value)
                else self._rules.mark(kind, value)
            )
        fits = kind not in SHAPES or SHAPES[kind].match(value.strip())
        if fits and _judge.is_value(value, kind, "", quoted=True, op=":"):
            return self._rules.mark("jwt" if value.startswith("eyJ") else kind, value)
        return self._text(value)

    def _scalar(self, obj: Any, kind: str | None) -> Any:
        if isinstance(obj, enum.Enum):
            return self._member_of_enum(obj)
        if isinstance(obj, _CODE) or (isinstance(obj, _ATOMS) and not (kind == "birth_date" and hasattr(obj, "year"))):
            return obj
        if isinstance(obj, PurePath):
            plain = str(obj)
            cleaned = self._text(plain)
            return obj if cleaned == plain else type(obj)(cleaned)
        kind = None if kind in ("tokens", "bound") else kind
        if isinstance(obj, Number | Decimal):
            if kind is None and not (isinstance(obj, int) and obj >= _CARD_LEAST):
                return obj
            plain = format(obj, "d") if isinstance(obj, int) else str(obj)
            return obj if self._under(plain, kind) == plain else self._rules.mark(kind or "card", plain)
        if kind is None:
            return obj
        harmless = isinstance(obj, dt.date) and kind != "birth_date"
        return obj if harmless else self._rules.mark(kind, str(obj))

    def _member_of_enum(self, obj: enum.Enum) -> Any:
        """A member is itself, unless its value, which its text shows, is a secret."""
        held = obj.value
        if not isinstance(held, str):
            return obj
        kind = self._keys.kind(obj.name)
        if kind and not (is_announced(held, "token") or looks_random(held)):
            kind = None
        return obj if self._under(held, kind) == held else self._rules.mark(kind or "secret", held)

    def _nested(self, obj: Any, depth: int, kind: str | None) -> Any:
        if id(obj) in self._path:
            return marker("cycle")
        container = isinstance(obj, _CONTAINERS)
        fields = None if container else fields_of(obj)
        if not container and fields is None:
            return self._opaque(obj, kind)
        if depth >= self._rules.max_depth:
            return marker("depth")
        if self._left <= 0:
            return marker("bounds")
        self._path.add(id(obj))
        try:
            if fields is not None:
                return self._object(obj, fields, depth, kind)
            if isinstance(obj, BaseException):
                return self._exception(obj, depth)
            if isinstance(obj, Morsel):
                return rebuilt_cookie(obj, self._rules.mark)
            if isinstance(obj, Mapping):
                return self._mapping(obj, depth, kind)
            return self._sequence(obj, depth, kind)
        finally:
            self._path.discard(id(obj))

    def _opaque(self, obj: Any, kind: str | None) -> Any:
        own: Any = type(obj)
        if own.__str__ is _PLAIN.__str__ and own.__repr__ is _PLAIN.__repr__:
            # shows its class and its address
            return obj
        shown = str(obj)
        if type(shown) is not str:
            shown = str.__str__(shown)
        if kind and not (shown.startswith("<") and shown.endswith(">")):
            cleaned = self._under(shown, kind)
            if cleaned != shown:
                return cleaned
        cleaned = self._text(shown)
        if cleaned != shown:
            return cleaned
        told = shown if own.__str__ is _PLAIN.__str__ else repr(obj)
        return obj if told == shown or self._text(told) == told else self._text(told)

    def _inner_kind(self, name: Any, kind: str | None) -> str | None:
        """Kind of a value under a name, itself perhaps inside of something under a sensitive name."""
        if isinstance(name, bytes):
            name = name.decode("latin-1")
        if not isinstance(name, str):
            return kind if kind not in _NAMED_INSIDE else None
        own = None if "=" in name else self._keys.kind(name)
        if own is None and kind is None and words_of(name)[-1:] == ("tokens",):
            return "tokens"
        if own is None and kind in NUMBERED_KINDS and "".join(words_of(name)) in NUMBER_NAMES:
            # `{"passport": {"number": x}}`
            return kind
        if own or kind is None or kind in _NAMED_INSIDE:
            return own
        words = words_of(name)
        harmless = words and (words[0] in DISARMING_HEADS or not _HARMLESS_INSIDE.isdisjoint(words))
        return None if harmless else kind

    def _member(self, name: Any, value: Any, depth: int, kind: str | None) -> Any:
        inner = self._inner_kind(name, kind)
        if self._keys.strict and inner is None:
            if is_version(name, value):
                return value
            value = without_person(name, value, self._rules.mark) if is_tag(name) else value
        if inner and inner not in ("otp", "cvv") and isinstance(name, str) and are_few(value) and counts(name):
            return value
        if inner == kind == "cookie" and is_plain_cookie(name, value):
            return value
        return self.visit(value, depth + 1, inner)

    def _mapping(self, obj: Mapping[Any, Any], depth: int, kind: str | None) -> Any:
        raw = dict.items(obj) if isinstance(obj, dict) else obj.items()
        beside = named_values(self._keys, obj) if isinstance(obj, dict) else {}
        cleaned: dict[Any, Any] = {}
        changed = False
        columns = columns_of(self._keys, obj) if isinstance(obj, dict) else None
        for key, value in self._within(raw, len(obj)):
            if columns and key in ROWS and key not in beside and isinstance(value, list | tuple):
                name = self._key(key, cleaned)
                new = self._rows(value, columns, depth + 1)
            elif kind is None and type(key) is str and key in self._plain and key not in beside:
                name, new = key, self._leaf(value, depth)
            else:
                name = self._key(key, cleaned)
                new = (
                    self.visit(value, depth + 1, beside[key])
                    if key in beside
                    else self._member(key, value, depth, kind)
                )
                if kind is None and name is key:
                    self._remember(key)
            cleaned[name] = new
            changed = changed or new is not value or name is not key
        if len(cleaned) < len(obj):
            cleaned[marker("bounds")] = f"{len(obj) - len(cleaned)} more"
            changed = True
        return rebuilt_mapping(obj, cleaned, changed=changed)

    def _leaf(self, value: Any, depth: int) -> Any:
        """What is found most often under a plain name; the rest is visited."""
        if type(value) is not str:
            return self.visit(value, depth + 1, None)
        self._left -= 1
        if self._idle(value):
            return value
        cleaned = self._text(value)
        return value if cleaned == value else cleaned

    def _remember(self, key: Any) -> None:
        """Note a name that turned out clean and under which nothing is secret."""
        if type(key) is not str or len(key) > _LONGEST_PLAIN or self._inner_kind(key, None) is not None:
            return
        if self._keys.strict and (words_of(key)[-1:] in VERSIONS or is_tag(key)):
            return
        if len(self._plain) >= _MOST_PLAIN:
            self._plain.clear()
        self._plain.add(key)

    def _key(self, key: Any, taken: Mapping[Any, Any]) -> Any:
        if isinstance(key, str | bytes):
            if len(key) <= _SHORT_NAME and isinstance(key, str) and key.isidentifier():
                return key
            cleaned = self._string(key, None)
        elif isinstance(key, tuple | frozenset):
            cleaned = self.visit(key, self._rules.max_depth - 1, None)
            cleaned = key if cleaned == key else cleaned
        elif isinstance(key, _SCALARS) or key is None:
            cleaned = self._scalar(key, None) if isinstance(key, int | enum.Enum) else key
        else:
            cleaned = self._opaque(key, None)
        return key if cleaned is key else unique(cleaned, taken)

    def _rows(self, rows: Any, columns: list[Any], depth: int, *, headed: bool = False) -> Any:
        """Rows whose columns were named before, or by the first of them."""
        cleaned: list[Any] = []
        for index, row in enumerate(self._within(rows, len(rows))):
            if (headed and index == 0) or type(row) not in (list, tuple) or len(row) != len(columns):
                cleaned.append(self.visit(row, depth + 1, None))
                continue
            new = [self._member(name, value, depth + 1, None) for name, value in zip(columns, row, strict=True)]
            cleaned.append(rebuilt_sequence(row, new, changed=any(a is not b for a, b in zip(new, row, strict=True))))
        if missing := len(rows) - len(cleaned):
            cleaned.append(f"{marker('bounds')} {missing} more")
        return rebuilt_sequence(rows, cleaned, changed=True)

    def _sequence(self, obj: Any, depth: int, kind: str | None) -> Any:
        if kind is None and type(obj) in (list, tuple):
            if columns := table_of(self._keys, obj):
                return self._rows(obj, columns, depth, headed=True)
            if parts := arguments_of(obj, self._text):
                obj = rebuilt_sequence(obj, parts, changed=True)
        cleaned: list[Any] = []
        changed = False
        names = getattr(obj, "_fields", ()) if isinstance(obj, tuple) else ()
        for index, value in enumerate(self._within(obj, len(obj))):
            if index < len(names):
                told = None if self._keys.kind(names[index]) else kind_of_item(self._keys, obj, index, value)
                new = self.visit(value, depth + 1, told) if told else self._member(names[index], value, depth, kind)
            else:
                new = self.visit(value, depth + 1, kind or kind_of_item(self._keys, obj, index, value))
            cleaned.append(new)
            changed = changed or new is not value
        if missing := len(obj) - len(cleaned):
            cleaned.append(f"{marker('bounds')} {missing} more")
            changed = True
        if isinstance(obj, set | frozenset):
            members: dict[Any, None] = {}
            for value in cleaned:
                members[unique(value, members)] = None
            return rebuilt_set(obj, list(members), changed=changed)
        return rebuilt_sequence(obj, cleaned, changed=changed)

    def _object(self, obj: Any, fields: Mapping[str, Any], depth: int, kind: str | None) -> Any:
        changes = {}
        repeated = repeated_fields(self._keys, fields)
        for name, value in fields.items():
            new = (
                self.visit(value, depth + 1, repeated[name])
                if name in repeated
                else self._member(name, value, depth, kind)
            )
            if new is not value and not same(new, value):
                changes[name] = new
        return rebuilt_object(obj, changes, self._text) if changes else obj

    def _exception(self, obj: BaseException, depth: int) -> Any:
        def visit(value: Any) -> Any:
            return self.visit(value, depth + 1, None)

        def member(name: str, value: Any) -> Any:
            return self._member(name, value, depth, None)

        return rebuilt_exception(obj, visit, member, self._text)

    def _within(self, items: Iterable[Any], size: int) -> Iterator[Any]:
        # where not all fit, one place is kept for the note about the rest
        return islice(iter(items), size if size <= self._left else self._left - 1)
