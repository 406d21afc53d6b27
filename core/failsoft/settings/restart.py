"""What of changed settings can be taken over while running, and what takes a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from failsoft.errors.exceptions import Fault
from failsoft.kinds import Reference, is_reference, join_path
from failsoft.options import Options, fields_of, hints_of, members, unwrap
from failsoft.policies.conditions import CONDITIONS, FUNCTION
from failsoft.policies.rate_limit import RateLimit
from failsoft.policies.retry import STRATEGY
from failsoft.settings.schema import Settings

__all__ = ["changes_of", "needs_restart", "references_of"]

_LIVE = ("rollout", "responses", "policies", "endpoints", "errors", "rules", "classification")
"""The tables that can change while running."""
_FIXED = ("responses.reraise",)
"""Keys of these tables that cannot: what was wired by them stays wired."""
_CODE = (unwrap(Reference)[1], CONDITIONS, FUNCTION, STRATEGY)
"""The kinds of values that name code."""


def needs_restart(old: Settings, new: Settings, loaded: AbstractSet[str]) -> list[Fault]:
    """The changes that a running app cannot take over, each as a fault.

    Parameters:
        loaded: the references to code that the app was started with. What they name is in memory, so they may come and
            go; a new one would run code that nobody has tried.
    """
    faults = [
        _fault(path, "changed: takes effect with a restart only", new)
        for path in _changes(old, new, "")
        if path.partition(".")[0] not in _LIVE or path in _FIXED
    ]
    for name in old.policies:
        if name not in new.policies:
            path = join_path("policies", name)
            faults.append(_fault(path, "not there any more: code may name it, so it can only go with a restart", new))
    for path, reference in references_of(new):
        if reference not in loaded:
            faults.append(_fault(path, "new code is loaded with a restart only", new, repr(reference)))
    return faults


def references_of(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Everything that names code (`package.module:name`), with the path at which it stands."""
    if isinstance(value, RateLimit) and value.function is not None:
        yield join_path(path, "key"), value.function
    if isinstance(value, Options):
        for key, name in fields_of(type(value)).items():
            below, place = getattr(value, name), join_path(path, key)
            if _may_name_code(hints_of(type(value))[name]):
                named = below if isinstance(below, tuple) else (below,)
                yield from ((place, one) for one in named if is_reference(one))
            else:
                yield from references_of(below, place)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from references_of(item, join_path(path, str(key)))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from references_of(item, f"{path}[{index}]")


def _may_name_code(hint: Any) -> bool:
    return any(unwrap(one)[1] in _CODE for one in (hint, *members(unwrap(hint)[0])))


def _changes(old: Any, new: Any, path: str) -> Iterator[str]:
    """The paths at which two trees of options differ, as deep as both have the same table."""
    if isinstance(old, Options) and type(old) is type(new):
        for key, name in fields_of(type(old)).items():
            yield from _changes(getattr(old, name), getattr(new, name), join_path(path, key))
    elif old != new:
        yield path


def changes_of(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """The paths at which two trees of settings differ, as deep as both have the same form. Never their values."""
    if isinstance(old, Options) and type(old) is type(new):
        for key, name in fields_of(type(old)).items():
            yield from changes_of(getattr(old, name), getattr(new, name), join_path(path, key))
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from changes_of(old.get(key), new.get(key), join_path(path, str(key)))
    elif isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from changes_of(one, other, f"{path}[{number}]")
    elif old != new:
        yield path


def _fault(path: str, expected: str, settings: Settings, value: str = "") -> Fault:
    return Fault(path, value, expected, settings.source_of(path))
