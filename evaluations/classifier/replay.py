"""A recorded exception, made again without the library that raised it.

Its classes are new ones with the old names and bases (those of Python and its standard library are the real ones), its
traceback is a real one through functions with the old names, and its attributes hold what was recorded.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["replay"]

_REPLAYED = "__replayed__"


def replay(record: Mapping[str, Any], *, rename: Mapping[str, str] | None = None) -> BaseException:
    """The exception of a record.

    Parameters:
        rename: packages that get another name, by their old one: of classes and in the paths of frames. What is known
            of a package by its name is then not found.
    """
    return _Player(record, rename or {}).play()


class _Player:
    def __init__(self, record: Mapping[str, Any], rename: Mapping[str, str]) -> None:
        self._record = record
        self._rename = rename
        self._classes: list[type] = []
        self._objects: dict[str, type] = {}
        for taken in record.get("classes", ()):
            self._classes.append(self._class(taken))
        self._made: list[BaseException] = []

    def play(self) -> BaseException:
        taken = self._record["exceptions"]
        # members first: a group cannot be made without
        self._made = [None] * len(taken)  # type: ignore[list-item]
        for number in sorted(range(len(taken)), key=lambda one: bool(taken[one].get("members"))):
            self._make(number)
        for one, exc in zip(taken, self._made, strict=True):
            self._fill(exc, one)
        for one, exc in zip(taken, self._made, strict=True):
            _walk(exc, [self._frame(frame) for frame in one.get("frames", ())])
            exc.__cause__ = self._exception(one.get("cause"))
            exc.__context__ = self._exception(one.get("context"))
            exc.__suppress_context__ = one.get("suppressed", False)
        return self._made[0]

    def _make(self, number: int) -> BaseException:
        if (done := self._made[number]) is not None:
            return done
        one = self._record["exceptions"][number]
        cls = self._known_class(one["class"])
        if issubclass(cls, BaseExceptionGroup):
            members = [self._make(member) for member in one["members"] if member is not None]
            exc: BaseException = BaseExceptionGroup.__new__(cls, str(one["args"][0]), members)
        else:
            args = tuple(arg if not isinstance(arg, dict) else None for arg in one.get("args", ()))
            try:
                exc = cls.__new__(cls, *args)
            except TypeError:
                exc = cls.__new__(cls)
        self._made[number] = exc
        return exc

    def _fill(self, exc: BaseException, one: Mapping[str, Any]) -> None:
        if not isinstance(exc, BaseExceptionGroup):
            exc.args = tuple(self._value(arg) for arg in one.get("args", ()))
        for name, value in one.get("attributes", {}).items():
            _put(exc, name, self._value(value))
        got = {name: self._value(value) for name, value in one.get("got", {}).items()}
        called = {name: self._value(value) for name, value in one.get("called", {}).items()}
        if isinstance(type(exc), type) and _is_made(type(exc)):
            vars(exc)[_REPLAYED] = (got, called, one.get("text"))
        for name, value in got.items():
            # an OSError that is given None for a name of a file writes it
            if value is not None or getattr(exc, name, None) is not None:
                _put(exc, name, value)
        for note in one.get("notes", ()):
            exc.add_note(note)

    def _exception(self, number: int | None) -> BaseException | None:
        return None if number is None else self._made[number]

    # --- classes ------------------------------------------------------------------------------------------------------
    def _known_class(self, which: int | str) -> type:
        return self._classes[which] if isinstance(which, int) else _real(which)

    def _class(self, taken: Mapping[str, Any]) -> type:
        body: dict[str, Any] = {name: self._value(value) for name, value in taken.get("attributes", {}).items()}
        body |= {name: _getter(name) for name in taken.get("getters", ())}
        bases = tuple(self._known_class(base) for base in taken.get("bases", ())) or (object,)
        if any(issubclass(base, BaseException) for base in bases):
            body |= {"__str__": _str, "__getattr__": _getattr}
        if parameters := taken.get("parameters"):
            body["__init__"] = _with_parameters(parameters)
        name = taken["name"]
        body |= {"__module__": self._renamed(taken["module"]), "__qualname__": name}
        return types.new_class(name.rpartition(".")[2], bases, exec_body=lambda space: space.update(body))

    def _renamed(self, module: str) -> str:
        top, dot, rest = module.partition(".")
        return self._rename.get(top, top) + dot + rest

    def _frame(self, frame: str) -> tuple[str, str]:
        path, _, function = frame.rpartition(":")
        place, slash, rest = path.partition("/")
        if place == "site-packages":
            top, inner, file = rest.partition("/")
            package = top.removesuffix(".py")
            named = self._rename.get(package, package) + top[len(package) :]
            return f"/venv/lib/python3/{place}{slash}{named}{inner}{file}", function
        return f"/usr/{path}" if path.startswith("lib/") else f"/app/{path}", function

    # --- values -------------------------------------------------------------------------------------------------------
    def _value(self, taken: Any) -> Any:
        if not isinstance(taken, dict):
            return taken
        kind, held = next(iter(taken.items()))
        if kind == "exception":
            return self._made[held]
        if kind == "bytes":
            return held.encode("latin-1", "replace")
        if kind == "map":
            return {key: self._value(value) for key, value in held}
        if kind == "object":
            return self._object(held, taken["with"])
        items = [self._value(item) for item in held]
        return items if kind == "list" else tuple(items)

    def _object(self, path: str, held: Mapping[str, Any]) -> Any:
        module, _, name = path.rpartition(".")
        cls = type(name, (), {"__module__": self._renamed(module), "__qualname__": name})
        made = cls()
        for key, value in held.items():
            plain = self._value(value)
            setattr(made, key.removesuffix("()"), _answering(plain) if key.endswith("()") else plain)
        return made


def _real(path: str) -> type:
    module, _, name = path.rpartition(".")
    while True:
        try:
            found: Any = importlib.import_module(module)
        except ImportError:
            module, _, outer = module.rpartition(".")
            if not module:
                raise
            name = f"{outer}.{name}"
            continue
        for part in name.split("."):
            found = getattr(found, part)
        # `dbm.error` is a tuple of the class and OSError
        return found[0] if isinstance(found, tuple) else found  # type: ignore[no-any-return]


def _answering(value: Any) -> Callable[..., Any]:
    return lambda *_args, **_named: value


def _is_made(cls: type) -> bool:
    return any(vars(base).get("__getattr__") is _getattr for base in cls.__mro__)


def _put(exc: BaseException, name: str, value: Any) -> None:
    try:
        setattr(exc, name, value)
    except (AttributeError, TypeError, ValueError):
        if hasattr(exc, "__dict__"):
            vars(exc).setdefault(name, value)


def _replayed(exc: BaseException) -> tuple[dict[str, Any], dict[str, Any], str | None]:
    return exc.__dict__.get(_REPLAYED, ({}, {}, None))  # type: ignore[no-any-return]


def _getter(name: str) -> property:
    def get(self: BaseException) -> Any:
        if name in self.__dict__:
            return self.__dict__[name]
        got, called, _ = _replayed(self)
        if name in got:
            return got[name]
        if name in called:
            return _answering(called[name])
        raise AttributeError(name)

    def put(self: BaseException, value: Any) -> None:
        self.__dict__[name] = value

    return property(get, put)


def _getattr(self: BaseException, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    got, called, _ = _replayed(self)
    if name in got:
        return got[name]
    if name in called:
        return _answering(called[name])
    if name == "has_error_label" and isinstance(labels := self.__dict__.get("_error_labels"), (list, tuple)):
        return lambda label: label in labels
    raise AttributeError(name)


def _str(self: BaseException) -> str:
    text = _replayed(self)[2]
    if text is None:
        raise ValueError("a text that could not be had")
    return text


def _with_parameters(names: list[str]) -> Any:
    good = [name if name.isidentifier() else "other" for name in names]
    space: dict[str, Any] = {}
    arguments = ", ".join(dict.fromkeys(good))
    exec(f"def __init__(self, {arguments}): pass", space)
    return space["__init__"]


# --- frames -----------------------------------------------------------------------------------------------------------
def _pass_on(exc: BaseException, rest: list[Callable[..., Any]]) -> None:
    rest[0](exc, rest[1:])


def _throw(exc: BaseException, _rest: list[Callable[..., Any]]) -> None:
    raise exc


def _walk(exc: BaseException, frames: list[tuple[str, str]]) -> None:
    """Give an exception a traceback through these files and functions, outermost first."""
    if not frames:
        return
    calls = []
    for place, (path, function) in enumerate(frames):
        template = _throw if place == len(frames) - 1 else _pass_on
        code = template.__code__.replace(
            co_filename=path, co_qualname=function, co_name=function.rpartition(".")[2] or function
        )
        calls.append(types.FunctionType(code, {"__name__": "replayed"}))
    try:
        calls[0](exc, calls[1:])
    except BaseException as caught:
        tb = caught.__traceback__
        exc.__traceback__ = tb.tb_next if tb is not None else None
