"""Options: frozen values with a schema, decoded and checked the same way from a settings file and from Python.

A class of options is a frozen dataclass that inherits from `Options`; each field is annotated with its type and a
`msgspec.Meta` (bounds, description). `decode` reads a mapping into it and collects *every* fault instead of stopping
at the first. No fault ever shows the value of a secret.
"""

from __future__ import annotations

import dataclasses
import math
import re
import typing
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Self

import msgspec
from msgspec import Meta

from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.kinds import (
    Duration,
    Kind,
    Rate,
    Reference,
    Secret,
    describe_bounds,
    did_you_mean,
    join_path,
    parse_duration,
    shorten,
)
from failsoft.sanitize import sanitize
from failsoft.sanitize.keys import KeyMatcher

__all__ = [
    "Duration",
    "Options",
    "Rate",
    "Reference",
    "Secret",
    "decode",
    "describe_type",
    "did_you_mean",
    "fields_of",
    "hints_of",
    "is_options",
    "members",
    "parse_duration",
    "shorten",
    "shown",
    "unwrap",
]

_SENSITIVE = KeyMatcher(keys=("key",))
_USERINFO = re.compile(r"(?<=://)\S*@")


def shown(value: object, path: str = "") -> str:
    """A wrong value as a fault may show it: short, nothing from inside tables, lists and objects, no secret.

    What stands under a sensitive key is hidden, and so are the user, password and query of a URL. The rest is
    sanitized.
    """
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[…]" if value else "[]"
    if isinstance(value, bool):
        return str(value).lower()
    if value is not None and not isinstance(value, (str, int, float)):
        return f"<{type(value).__name__}>"
    key = re.split(r"[.\"]", re.sub(r"(\[\d+\])+\Z", "", path).rstrip('"'))[-1]
    if _SENSITIVE.kind(key):
        return "[hidden]"
    if isinstance(value, str) and "://" in value:
        value = _USERINFO.sub("[hidden]@", value).partition("?")[0]
    # a secret may stand where none belongs, as a DSN among the durations
    return shorten(sanitize(value) if isinstance(value, str) else value)


class _Given:
    """Remembers which fields were named when the object was made."""

    __slots__ = ("_given",)
    _given: frozenset[str]

    def __new__(cls, *_: Any, **given: Any) -> Self:
        self = super().__new__(cls)
        object.__setattr__(self, "_given", frozenset(given))
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        fields = dataclasses.fields(self)  # type: ignore[arg-type]  # every class below is a dataclass
        return _restore, (type(self), self._given, {field.name: getattr(self, field.name) for field in fields})


def _restore(cls: type[_Given], given: frozenset[str], values: Mapping[str, Any]) -> _Given:
    self = cls.__new__(cls, **dict.fromkeys(given))
    for name, value in values.items():
        object.__setattr__(self, name, value)
    return self


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Options(_Given):
    """Base of all options. Values are checked when the object is made.

    A field whose name ends in an underscore is read from the key without it (`not_` from `not`).

    Raises:
        SettingsError: a value has the wrong type or is out of bounds; lists all of them.
    """

    shorthand: ClassVar[Callable[[Any], Mapping[str, Any] | None] | None] = None
    """Reads a value that is no table (as `"network"` for a retry) into one; None where it cannot."""

    expected: ClassVar[str] = "a table"
    """What may stand here, in words; names the shorthand where there is one."""

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        _settle(self, type(self).__name__, faults, self.given)
        if faults:
            raise SettingsError(faults)

    def presets(self) -> Mapping[str, Any]:
        """Values that stand for fields not given, where one field decides about others."""
        return {}

    def check(self, path: str) -> Iterable[Fault]:  # noqa: ARG002 - the hook's argument
        """Faults that concern several fields at once. A field that has a fault of its own is None here."""
        return ()

    @property
    def given(self) -> frozenset[str]:
        """Names of the fields that were given, even if their value is the default."""
        return self._given


def hints_of(cls: type) -> Mapping[str, Any]:
    """The annotations of the fields of a class of options, `Annotated` kept."""
    return _read_class(cls)[0]


def fields_of(cls: type) -> Mapping[str, str]:
    """The keys of a class of options, as they stand in a file, and the names of their fields."""
    return _read_class(cls)[1]


@cache
def _read_class(cls: type) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    hints = typing.get_type_hints(cls, include_extras=True)
    own = {f.name: hints[f.name] for f in dataclasses.fields(cls) if f.init}
    return own, {name.removesuffix("_"): name for name in own}


def unwrap(hint: Any) -> tuple[Any, Kind | None, list[Meta]]:
    """An annotation without its `Annotated`: the bare type, its kind if it has one, and its bounds."""
    if typing.get_origin(hint) is not Annotated:
        return hint, None, []
    kinds = [meta for meta in hint.__metadata__ if isinstance(meta, Kind)]
    return hint.__origin__, kinds[0] if kinds else None, [m for m in hint.__metadata__ if isinstance(m, Meta)]


def members(base: Any) -> tuple[Any, ...]:
    """The alternatives of a union without None; empty for anything else."""
    if typing.get_origin(base) not in (typing.Union, UnionType):
        return ()
    return tuple(arg for arg in typing.get_args(base) if arg is not type(None))


def is_options(base: Any) -> bool:
    """Whether a bare type is a class of options."""
    return isinstance(base, type) and issubclass(base, Options)


_NAMES = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
_PLURALS = {str: "texts", int: "whole numbers", float: "numbers"}


def describe_type(hint: Any) -> str:
    """What a field expects, in words."""
    base, kind, metas = unwrap(hint)
    if kind is not None:
        return kind.expected + describe_bounds(metas)
    if alternatives := members(base):
        return " or ".join(describe_type(Annotated[arg, *metas] if metas else arg) for arg in alternatives)
    return _describe_bare(base) + describe_bounds(metas)


def _describe_bare(base: Any) -> str:
    origin = typing.get_origin(base)
    if is_options(base):
        return str(base.expected)
    if choices := _choices_of(base):
        quoted = [f'"{choice}"' if isinstance(choice, str) else shown(choice) for choice in choices]
        return quoted[0] if len(quoted) == 1 else "one of " + ", ".join(quoted)
    if origin in (tuple, list, frozenset, set):
        inner, kind, metas = unwrap(typing.get_args(base)[0])
        if kind is None and inner in _PLURALS:
            return f"a list of {_PLURALS[inner]}{describe_bounds(metas)}"
        return "a list of tables" if is_options(inner) else f"a list, each {describe_type(typing.get_args(base)[0])}"
    if base is dict or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return "a table"
    return _NAMES.get(base, getattr(base, "__name__", str(base)))


def _choices_of(base: Any) -> tuple[Any, ...]:
    """The values that a bare type allows, if they can be listed."""
    if typing.get_origin(base) is typing.Literal:
        return typing.get_args(base)
    return tuple(member.value for member in base) if isinstance(base, type) and issubclass(base, Enum) else ()


def decode(hint: Any, raw: Any, path: str, faults: list[Fault], source: str = "") -> Any:
    """Read a raw value by its annotation; add a `Fault` for each thing wrong.

    Options inside options, tables of options and lists are walked, so that all faults are found at once. What is
    returned is to be used only if no fault was added: a faulty value is None, an object that holds one is incomplete.

    Parameters:
        hint: the annotation, `Annotated` included.
        path: where the value stands, for the faults; "" at the top.
        source: what the faults name as the place that the value came from.
    """
    base, kind, metas = unwrap(hint)
    origin = typing.get_origin(base)
    if kind is not None:
        try:
            return _leaf(Annotated[base, *metas] if metas else base, kind.parse(raw))
        except ValueError:
            faults.append(
                Fault(path, "[hidden]" if kind.secret else shown(raw, path), f"expected {describe_type(hint)}", source)
            )
            return None
    if members(base):
        return _decode_union(hint, raw, path, faults, source)
    if is_options(base):
        return _decode_options(base, raw, path, faults, source)
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(raw, Mapping):
        inner = typing.get_args(base)[1]
        return {str(k): decode(inner, v, join_path(path, str(k)), faults, source) for k, v in raw.items()}
    if origin in (tuple, list, frozenset) and isinstance(raw, (list, tuple, set, frozenset)):
        return _decode_list(hint, raw, path, faults, source)
    return _decode_leaf(hint, raw, path, faults, source)


def _leaf(hint: Any, raw: Any) -> Any:
    """A single value, checked by msgspec.

    Raises:
        ValueError: it is not what `hint` says, or not finite.
    """
    try:
        value = msgspec.convert(raw, hint, strict=True)
    except (msgspec.ValidationError, TypeError) as error:
        raise ValueError(str(error)) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not finite")
    return value


def _decode_leaf(hint: Any, raw: Any, path: str, faults: list[Fault], source: str) -> Any:
    base, _, metas = unwrap(hint)
    if base is Any or base is object:
        return raw
    # a table or a list gets here only where none was asked for, and msgspec would read it more kindly than we do
    listed = typing.get_origin(base) in (tuple, list, frozenset)
    if not listed and not isinstance(raw, (Mapping, list, tuple)):
        try:
            return _leaf(Annotated[base, *metas] if metas else base, raw)
        except ValueError:
            pass
    hint_text = did_you_mean(raw, map(str, _choices_of(base))) if isinstance(raw, str) else ""
    faults.append(Fault(path, shown(raw, path), f"expected {describe_type(hint)}{hint_text}", source))
    return None


def _decode_list(hint: Any, raw: Iterable[Any], path: str, faults: list[Fault], source: str) -> Any:
    base, _, metas = unwrap(hint)
    inner = typing.get_args(base)[0]
    items = [decode(inner, item, f"{path}[{index}]", faults, source) for index, item in enumerate(raw)]
    if any(len(items) < (m.min_length or 0) or len(items) > (m.max_length or len(items)) for m in metas):
        faults.append(Fault(path, "[…]" if items else "[]", f"expected {describe_type(hint)}", source))
    return typing.get_origin(base)(items)


def _decode_union(hint: Any, raw: Any, path: str, faults: list[Fault], source: str) -> Any:
    base, _, metas = unwrap(hint)
    if raw is None and type(None) in typing.get_args(base):
        return None
    alternatives = [Annotated[arg, *metas] if metas else arg for arg in members(base)]
    best: list[Fault] = []
    value: Any = None
    for alternative in alternatives:
        trial: list[Fault] = []
        read = decode(alternative, raw, path, trial, source)
        if not trial:
            return read
        # a fault deeper inside means that this alternative was meant
        if not best or max(len(f.path) for f in trial) > max(len(f.path) for f in best):
            best, value = trial, read
    if len(alternatives) == 1 or any(fault.path != path for fault in best):
        faults.extend(best)
        return value
    faults.append(Fault(path, best[0].value, f"expected {describe_type(hint)}", source))
    return None


def _decode_options(cls: type[Options], raw: Any, path: str, faults: list[Fault], source: str) -> Options | None:
    if isinstance(raw, cls):
        return raw
    if not isinstance(raw, Mapping) and cls.shorthand is not None:
        expanded = cls.shorthand(raw)
        raw = raw if expanded is None else expanded
    if not isinstance(raw, Mapping):
        faults.append(Fault(path, shown(raw, path), f"expected {cls.expected}", source))
        return None
    mine: list[Fault] = []
    keys, hints = fields_of(cls), hints_of(cls)
    values: dict[str, Any] = {}
    for key, item in raw.items():
        place = join_path(path, str(key))
        if name := keys.get(str(key)):
            values[name] = decode(hints[name], item, place, mine, source)
        else:
            mine.append(Fault(place, "", "unknown key" + did_you_mean(str(key), keys), source))
    for field in dataclasses.fields(cls):
        if field.init and field.name not in values and _is_required(field):
            key = field.name.removesuffix("_")
            mine.append(Fault(join_path(path, key), "", f"required: {describe_type(hints[field.name])}", source))
    made = _incomplete(cls, values, path, mine) if mine else _construct(cls, values, path, mine)
    faults.extend(fault if fault.source else fault._replace(source=source) for fault in mine)
    return made


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _construct(cls: type[Options], values: Mapping[str, Any], path: str, faults: list[Fault]) -> Options:
    try:
        return cls(**values)
    except SettingsError as error:
        for fault in error.faults:
            tail = fault.path.removeprefix(cls.__name__).lstrip(".")
            faults.append(fault._replace(path=f"{path}.{tail}" if path and tail else path or tail))
        return _unchecked(cls, values)


def _incomplete(cls: type[Options], values: Mapping[str, Any], path: str, faults: list[Fault]) -> Options:
    """An object with faults, so that what concerns several fields is checked in spite of them. Nobody may keep it."""
    self = _unchecked(cls, values)
    _settle(self, path, faults, frozenset())
    return self


def _unchecked(cls: type[Options], values: Mapping[str, Any]) -> Options:
    self = cls.__new__(cls, **values)
    for field in dataclasses.fields(cls):
        default = field.default_factory() if callable(field.default_factory) else field.default
        if field.init or default is not dataclasses.MISSING:
            value = values.get(field.name, None if default is dataclasses.MISSING else default)
            object.__setattr__(self, field.name, value)
    return self


def _settle(self: Options, path: str, faults: list[Fault], raw: frozenset[str]) -> None:
    """Put in the presets, decode them and the fields that are still raw, and look for faults among several fields."""
    hints = hints_of(type(self))
    presets = {name: value for name, value in self.presets().items() if name not in self.given}
    for name in hints:
        if name in presets or name in raw:
            value = presets[name] if name in presets else getattr(self, name)
            read = decode(hints[name], value, join_path(path, name.removesuffix("_")), faults)
            object.__setattr__(self, name, read)
    known = {fault.path for fault in faults}
    try:
        # beside a faulty field, what is said of the object as a whole may come from just that field
        found = [fault for fault in self.check(path) if fault.path not in known | ({path} if known else set())]
    except TypeError:
        # a check that meets the None of a faulty field must not hide the faults found so far
        if not known:
            raise
    else:
        faults.extend(found)
