"""What the settings have a name for and this version does not do. Such a key is refused, never ignored."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from failsoft.errors.exceptions import Fault
from failsoft.kinds import join_path
from failsoft.options import shown

__all__ = ["NOT_BUILT", "NotBuilt", "refuse"]


class NotBuilt(NamedTuple):
    """A key, or some values of a key, whose feature is not there."""

    path: str
    """Keys joined by dots; `*` stands for any name, `[]` for any item of a list."""
    feature: str
    """What is missing, in words."""
    values: tuple[str, ...] = ()
    """Patterns (`fnmatch`) of the values that are refused; empty: the key itself is."""


NOT_BUILT = (
    NotBuilt("policies.*.fallback", "falling back to another result"),
    NotBuilt("policies.*.hedge", "hedging calls"),
)
"""Everything that is refused. A feature that comes in loses its line here and gains its field in `schema`."""


def refuse(tree: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The settings without what is not built, and a fault for each thing taken out."""
    rest = dict(tree)
    faults: list[Fault] = []
    for missing in NOT_BUILT:
        *above, key = missing.path.split(".")
        for path, table in _tables(rest, above):
            if key in table and _refused(missing, table[key]):
                value = table.pop(key)
                expected = f"not available in this version ({missing.feature})"
                place = join_path(path, key)
                faults.append(Fault(place, shown(value, place) if missing.values else "", expected))
    return rest, faults


def _refused(missing: NotBuilt, value: object) -> bool:
    if not missing.values:
        return True
    return isinstance(value, str) and any(fnmatch.fnmatchcase(value.lower(), pattern) for pattern in missing.values)


def _tables(table: dict[str, Any], steps: list[str], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables that some steps lead to, copied on the way so that the caller's own stay as they are."""
    if not steps:
        yield path, table
        return
    step, *rest = steps
    name = step.removesuffix("[]")
    for key in list(table) if name == "*" else [name]:
        place, inner = join_path(path, key), table.get(key)
        if isinstance(inner, Mapping):
            table[key] = dict(inner)
            yield from _tables(table[key], rest, place)
        elif step.endswith("[]") and isinstance(inner, (list, tuple)):
            table[key] = [dict(item) if isinstance(item, Mapping) else item for item in inner]
            for number, item in enumerate(table[key]):
                if isinstance(item, dict):
                    yield from _tables(item, rest, f"{place}[{number}]")
