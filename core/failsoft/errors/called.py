"""What a frame had called that leaves no frame of its own: what is compiled raises where it was called.

The place of the failing instruction names the call, and what stands before its first parenthesis names the module or
the object that was asked. Nothing is called or looked up but in dictionaries.
"""

from __future__ import annotations

import dis
from types import BuiltinFunctionType, CodeType, FrameType, ModuleType, TracebackType
from typing import Any, NamedTuple

from failsoft.errors.fleeting import answered
from failsoft.errors.packages import Kind, is_third_party, package_of

__all__ = ["function_called", "library_called", "name_called"]

_MAX_FRAMES = 2_000
_MAX_CALLS = 1_024
_IMPORTING = "<frozen importlib"
_LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW", "LOAD_DEREF"})
_OF_MODULES = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})
_MEMBERS = frozenset({"LOAD_ATTR", "LOAD_METHOD"})


class _Call(NamedTuple):
    """`index.search(…)` is the name `index` and the member `search`."""

    name: str
    members: tuple[str, ...]
    of_module: bool
    """The name is one of the module, and not a variable of the function."""


_calls: dict[tuple[int, int], tuple[CodeType, _Call | None]] = {}
"""What was found before. The code is kept with it, so that no other one gets its identity."""


def library_called(exc: BaseException) -> Kind | None:
    """What the package is for whose compiled function raised an exception; None if it was raised by other code."""
    tb = _innermost(exc.__traceback__)
    if tb is None:
        return None
    call = _call_at(tb.tb_frame.f_code, tb.tb_lasti)
    module = None if call is None else _module_of(call, tb.tb_frame)
    kind = package_of(module).kind if module is not None and is_third_party(module) else None
    if call is not None and not call.of_module:
        # a variable may hold another thing the next time
        answered(library_called, exc, kind)
    return kind


def name_called(code: CodeType, offset: int) -> str | None:
    """The last name of what was called at a place: `connect` of `self.link.connect(…)`."""
    call = _call_at(code, offset)
    return None if call is None else call.members[-1] if call.members else call.name


def function_called(exc: BaseException) -> str | None:
    """The function that raised an exception, if it is a compiled one: `pickle.loads`, or `socket.connect` of a method,
    by the module that its object is of. Frames of the import system say nothing."""
    tb = _innermost(exc.__traceback__, _IMPORTING)
    if tb is None:
        return None
    call = _call_at(tb.tb_frame.f_code, tb.tb_lasti)
    if call is None:
        return None
    function = _function_of(call, tb.tb_frame)
    if not call.of_module:
        answered(function_called, exc, function)
    return function


def _function_of(call: _Call, frame: FrameType) -> str | None:
    owner, home = _find(call.name, frame), None
    for member in call.members:
        home = _home_of(owner) or home
        owner = owner.__dict__.get(member) if type(owner) is ModuleType or _is_plain(owner) else None
    if type(owner) is BuiltinFunctionType or (isinstance(owner, type) and not call.members):
        home = _home_of(owner)
    name = call.members[-1] if call.members else getattr(owner, "__name__", None)
    return None if home is None or type(name) is not str else f"{home.partition('.')[0].lstrip('_')}.{name}"


def _innermost(tb: TracebackType | None, passed_over: str | None = None) -> TracebackType | None:
    found = tb
    for _ in range(_MAX_FRAMES):
        if tb is None:
            break
        if passed_over is None or not tb.tb_frame.f_code.co_filename.startswith(passed_over):
            found = tb
        tb = tb.tb_next
    return found


def _call_at(code: CodeType, offset: int) -> _Call | None:
    known = _calls.get((id(code), offset))
    if known is None:
        if len(_calls) >= _MAX_CALLS:
            _calls.clear()
        known = _calls[id(code), offset] = code, _find_call(code, offset)
    return known[1]


def _find_call(code: CodeType, offset: int) -> _Call | None:
    before: list[dis.Instruction] = []
    for one in dis.get_instructions(code):
        if one.offset > offset:
            break
        before.append(one)
    if not before or not before[-1].opname.startswith("CALL") or before[-1].positions is None:
        return None
    start = before[-1].positions[0], before[-1].positions[2]
    name: str | None = None
    members: list[str] = []
    of_module = False
    for one in before:
        if one.positions is None or (one.positions[0], one.positions[2]) != start or type(one.argval) is not str:
            continue
        if one.opname in _LOADS:
            name, members, of_module = one.argval, [], one.opname in _OF_MODULES
        elif one.opname in _MEMBERS:
            members.append(one.argval)
    return None if name is None else _Call(name, tuple(members), of_module)


def _find(name: str, frame: FrameType) -> Any:
    return frame.f_locals.get(name, frame.f_globals.get(name))


def _module_of(call: _Call, frame: FrameType) -> str | None:
    owner = _find(call.name, frame)
    for member in call.members:
        module = _home_of(owner)
        if module is None or is_third_party(module):
            return module
        # no attribute is asked for: it might be computed
        owner = owner.__dict__.get(member) if _is_plain(owner) else None
    return _home_of(owner)


def _is_plain(owner: Any) -> bool:
    try:
        methods: tuple[object, object] = type(owner).__getattribute__, object.__getattribute__
        return methods[0] is methods[1] and type(getattr(owner, "__dict__", None)) is dict
    except Exception:  # noqa: BLE001 - a class of whatever kind may stand there
        return False


def _home_of(thing: Any) -> str | None:
    if thing is None:
        return None
    if type(thing) is ModuleType:
        return str(thing.__name__)
    try:
        module = getattr(thing if isinstance(thing, type) else type(thing), "__module__", None)
        if module == "builtins":
            # a function that is compiled has a module of its own
            module = getattr(thing, "__module__", None)
    except Exception:  # noqa: BLE001 - a class of whatever kind may stand there
        return None
    return module if type(module) is str else None
