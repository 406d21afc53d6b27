"""Conditions and functions that a user writes for a policy: how they are given, checked, loaded and asked."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from failsoft.errors.exceptions import Fault, RejectedError, SettingsError
from failsoft.errors.failure import Failure
from failsoft.errors.taxonomy import Category
from failsoft.kinds import Kind, is_reference
from failsoft.options import Options, shown
from failsoft.references import resolve, unfit

__all__ = ["CONDITIONS", "FUNCTION", "complaint", "faults_of", "loaded", "meets", "name_of"]

O = TypeVar("O", bound=Options)  # noqa: E741 - it stands for options
_CATEGORIES: Mapping[Any, Category] = {category.value: category for category in Category}


def _parse_conditions(value: object) -> tuple[Any, ...]:
    items = tuple(value) if isinstance(value, (list, tuple, set, frozenset)) else (value,)
    items = tuple(_CATEGORIES.get(item, item) if isinstance(item, str) else item for item in items)
    if items and all(callable(item) or isinstance(item, Category) or is_reference(item) for item in items):
        return items
    raise ValueError("not a condition")


def _parse_function(value: object) -> Any:
    if (callable(value) and not isinstance(value, type)) or is_reference(value):
        return value
    raise ValueError("not a function")


CONDITIONS = Kind(
    'classes of exceptions, categories, or functions of the failure; in a file a category or "package.module:name", or '
    "a list",
    _parse_conditions,
)
FUNCTION = Kind('a function, or "package.module:name" of one', _parse_function)


def complaint(item: object, arguments: int, *, classes: bool = False) -> str | None:
    """Why something cannot be asked, in words; None if it can, or is only known when it is loaded.

    Parameters:
        arguments: how many the function is called with.
        classes: classes of exceptions may stand in place of a function.
    """
    if isinstance(item, str):
        return None
    if isinstance(item, type):
        if not classes:
            return "expected a function, not a class"
        if not issubclass(item, Exception):
            return "expected a class derived from Exception; others end a call whatever its policy says"
        return None
    if not callable(item) or type(item).__hash__ is None:
        return "expected a function"
    return unfit(item, arguments)


def faults_of(items: Iterable[object], path: str, *, no_rejections: str = "") -> Iterator[Fault]:
    """What is wrong with conditions.

    Parameters:
        no_rejections: why a class of `RejectedError` makes no sense there; empty: it does.
    """
    for item in items:
        said = complaint(item, 1, classes=True)
        if said is None and no_rejections and isinstance(item, type) and issubclass(item, RejectedError):
            said = f"expected no rejection: {no_rejections}"
        if said is not None:
            yield Fault(path, shown(item) if isinstance(item, str) else _named(item), said)


def loaded(options: O, path: str, names: Iterable[str], check: Callable[[O], Iterable[Fault]]) -> O:
    """The same options with the code that they name by `"package.module:name"`.

    Parameters:
        names: of the fields that may name code: functions, or tuples of conditions.
        check: what is wrong with the code, once it is there.

    Raises:
        SettingsError: there is no such code, or it does not fit; lists all faults.
    """
    faults: list[Fault] = []
    made = copy.copy(options)
    for name in names:
        value = getattr(options, name)
        place = f"{path}.{name}"
        found = tuple(_load(item, place, faults) for item in value) if isinstance(value, tuple) else value
        object.__setattr__(made, name, _load(found, place, faults))
    faults = faults or list(check(made))
    if faults:
        raise SettingsError(faults)
    return made


def _load(item: Any, path: str, faults: list[Fault]) -> Any:
    return resolve(item, path, faults) if is_reference(item) else item


def meets(conditions: Iterable[Any], failure: Failure, exc: BaseException | None) -> bool:
    """Whether one of the conditions holds.

    Raises:
        Exception: what a function of the user's raises.
    """
    for condition in conditions:
        if isinstance(condition, type):
            if isinstance(exc, condition):
                return True
        elif isinstance(condition, Category):
            if failure.category is condition:
                return True
        elif condition(failure):
            return True
    return False


def _named(item: object) -> str:
    return f"<{getattr(item, '__qualname__', type(item).__qualname__)}>"


def name_of(function: object) -> str:
    """How a function of the user's is called in records."""
    return str(getattr(function, "__qualname__", type(function).__qualname__))
