"""Settings from environment variables: `FAILSOFT__POLICIES__UPSTREAM__TIMEOUT=2s`."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from failsoft.errors.exceptions import Fault
from failsoft.options import Options, decode, fields_of, hints_of, is_options, members, unwrap

__all__ = ["PREFIX", "Variable", "disabled", "hint_below", "options_at", "variables_of"]

PREFIX = "FAILSOFT__"
_TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class Variable(NamedTuple):
    """One variable that is a setting."""

    name: str
    names: tuple[str, ...]
    """What stands between the double underscores."""
    text: str

    def keys(self, hint: Any, tree: Any) -> tuple[tuple[str, ...], Any]:
        """The keys that are meant, and the annotation of the value.

        Upper and lower case, and `-`, `.` and `_`, count as the same: first among the keys that are there, then among
        those of the schema. A name that is neither is taken in lower case.
        """
        keys: list[str] = []
        for name in self.names:
            present = tree if isinstance(tree, Mapping) else {}
            key = _same(name, present) or _same(name, _keys_of(hint)) or name.lower()
            keys.append(key)
            hint, tree = hint_below(hint, key), present.get(key)
        return tuple(keys), hint

    def value(self, hint: Any) -> Any:
        """The text as a TOML value, as `true` or `false`, or as it is: the first of these that the setting takes."""
        readings = [*_toml(self.text), self.text]
        if (truth := _TRUTH.get(self.text.strip().lower())) is not None:
            readings.append(truth)
        for reading in readings:
            faults: list[Fault] = []
            decode(hint, reading, "", faults)
            if not faults:
                return reading
        return readings[0]


def variables_of(environ: Mapping[str, str]) -> list[Variable]:
    """The variables that are settings, tables before what is in them."""
    found = [
        Variable(name, tuple(name[len(PREFIX) :].split("__")), text)
        for name, text in environ.items()
        if name.upper().startswith(PREFIX) and name.upper() != f"{PREFIX}DISABLED"
    ]
    return sorted(found, key=lambda variable: (len(variable.names), variable.name))


def disabled(environ: Mapping[str, str]) -> bool:
    """Whether `FAILSOFT__DISABLED` is set: Failsoft then leaves the bare framework.

    Any text but `0`, `false`, `no`, `off` and the empty one counts: who reaches for this switch means it.
    """
    return environ.get(f"{PREFIX}DISABLED", "").strip().lower() not in ("", "0", "false", "no", "off")


def hint_below(hint: Any, key: str) -> Any:
    """The annotation of a key of a table; `Any` if the schema does not know it."""
    for base in _bases(hint):
        if is_options(base) and key in fields_of(base):
            return hints_of(base)[fields_of(base)[key]]
        origin = typing.get_origin(base)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return typing.get_args(base)[1]
    return Any


def options_at(hint: Any) -> type[Options] | None:
    """The class of options that an annotation allows, if any."""
    return next((base for base in _bases(hint) if is_options(base)), None)


def _bases(hint: Any) -> Iterable[Any]:
    base, _, _ = unwrap(hint)
    return [unwrap(member)[0] for member in members(base)] or [base]


def _keys_of(hint: Any) -> Iterable[str]:
    found = options_at(hint)
    return fields_of(found) if found else ()


def _same(name: str, keys: Iterable[str]) -> str | None:
    """The key that a name means, the most literal one first."""
    alike = [key for key in keys if _plain(key) == _plain(name)]
    return min(alike, key=lambda key: (key.lower() != name.lower(), key), default=None)


def _plain(name: str) -> str:
    return re.sub(r"[-.]", "_", name).casefold()


def _toml(text: str) -> list[Any]:
    import tomllib  # noqa: PLC0415 - most environments say nothing to us

    try:
        read = tomllib.loads(f"value = {text}")
    except (RecursionError, ValueError):
        return []
    # a line break in the text must not smuggle in a second key
    return [read["value"]] if len(read) == 1 else []
