"""What of a library is loaded beside an exception: its modules, what they import, and their classes of exceptions.

A classifier may look at loaded modules, to tell what kind of package a class is from. So they are recorded with the
corpus, and are put where imported modules are found while it is replayed.
"""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

__all__ = ["Packages", "loaded", "merge", "present"]

Packages = Mapping[str, Any]
"""By import package: `modules`, their names below the package; `imports`, what they import; `errors`, by module."""

_MAX_MODULES = 200
_MAX_NAMES = 80
_HOME = re.compile(r"(?:\A|\.)_?(?:errors?|exceptions?|exc|err)\Z")


def loaded(modules_of_classes: Iterable[str]) -> dict[str, Any]:
    """What is loaded of the packages of some modules.

    Parameters:
        modules_of_classes: names of modules as classes give them.
    """
    found: dict[str, Any] = {}
    wanted = {name for name in modules_of_classes if name.partition(".")[0] not in sys.stdlib_module_names}
    # a compiled module may call itself by its last name only
    loose = tuple(
        f".{name}" for name in wanted if name not in sys.modules and name.partition(".")[0] not in sys.modules
    )
    tops = {name.partition(".")[0] for name in wanted}
    tops |= {name.partition(".")[0] for name in list(sys.modules) if loose and name.endswith(loose)}
    for top in sorted(tops - {"evaluations", "failsoft"}):
        names = [name for name in sorted(sys.modules) if name == top or name.startswith(f"{top}.")]
        names = [name for name in names if sys.modules[name] is not None and _is_installed(sys.modules[name])]
        if names:
            found[top] = _package(top, names, wanted)
    return found


def _package(top: str, names: list[str], wanted: set[str]) -> dict[str, Any]:
    imports: set[str] = set()
    errors: dict[str, list[str]] = {}
    for name in names:
        values = dict(getattr(sys.modules[name], "__dict__", {}))
        imports |= {key for key, value in values.items() if type(value) is types.ModuleType and key in sys.modules}
        if name == top or name in wanted or _HOME.search(name):
            own = [key for key, value in values.items() if _is_error(value)][:_MAX_NAMES]
            if own:
                errors[name.removeprefix(top)] = sorted(own)
    near = tuple({".".join(name.split(".")[:2]) for name in wanted if name.startswith(f"{top}.")})
    keep = sorted((name for name in names if name.count(".") <= 2), key=lambda name: not name.startswith(near))
    keep = keep[:_MAX_MODULES]
    keep += [name for name in wanted if name in names and name not in keep]
    imports = {name for name in imports if name not in sys.stdlib_module_names and not name.startswith("_")}
    below = " ".join(sorted(name.removeprefix(top + ".") for name in keep if name != top))
    return {"modules": below, "imports": " ".join(sorted(imports - {top})), "errors": errors}


def _is_installed(module: Any) -> bool:
    places = [getattr(module, "__file__", None), *list(getattr(module, "__path__", ()))[:1]]
    return any(isinstance(place, str) and "site-packages" in place for place in places)


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException) and value.__module__ != "builtins"


def merge(first: Packages, second: Packages) -> dict[str, Any]:
    """Both together: what two processes had loaded."""
    merged = dict(first)
    for top, more in second.items():
        known = merged.get(top, {"modules": "", "imports": "", "errors": {}})
        merged[top] = {
            **{key: " ".join(sorted({*known[key].split(), *more[key].split()})) for key in ("modules", "imports")},
            "errors": dict(sorted({**known["errors"], **more["errors"]}.items())),
        }
    return dict(sorted(merged.items()))


@contextmanager
def present(packages: Packages, rename: Mapping[str, str] | None = None) -> Iterator[None]:
    """Modules that stand for the recorded ones are found in `sys.modules`, for a while; real ones stay.

    Parameters:
        rename: packages that are there by another name only, by their old one.
    """
    made: dict[str, types.ModuleType] = {}
    for top, taken in packages.items():
        name = (rename or {}).get(top, top)
        made |= _stand_ins(name, taken)
    made = {name: module for name, module in made.items() if name not in sys.modules}
    sys.modules.update(made)
    try:
        yield
    finally:
        for name in made:
            sys.modules.pop(name, None)


def _stand_ins(top: str, taken: Mapping[str, Any]) -> dict[str, types.ModuleType]:
    made = {}
    for below in ["", *taken["modules"].split()]:
        name = f"{top}.{below}" if below else top
        module = made[name] = types.ModuleType(name)
        module.__file__ = f"/venv/lib/python3/site-packages/{name.replace('.', '/')}.py"
        for error in taken["errors"].get(f".{below}" if below else "", ()):
            setattr(module, error, type(error, (Exception,), {"__module__": name}))
    for imported in taken["imports"].split():
        setattr(made[top], imported, True)
    return made
