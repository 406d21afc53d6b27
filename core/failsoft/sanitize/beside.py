"""Values of a structure whose name stands beside them, not above: `{"name": "password", "value": x}`."""

from __future__ import annotations

from typing import Any

from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.verdict import is_announced

__all__ = ["announced", "announced_by"]

_NAMES = ("name", "key", "field", "header", "param", "parameter", "id", "k", "Name", "Key")
# of a JSON web key (RFC 7518, section 6)
_PRIVATE_PARTS = ("d", "p", "q", "dp", "dq", "qi", "k")
_VALUES = ("value", "val", "v", "content", "data", "default", "input", "Value")
# of an object that has one name and one value
_MOST_FIELDS = 8
_TOLD = (str, bytes, int)


def announced(keys: KeyMatcher, obj: dict[Any, Any]) -> dict[Any, str]:
    """Values with their name beside them: `{"name": "password", "value": x}`, `{"loc": …, "input": x}`."""
    kinds: dict[Any, str] = {}
    named = None
    for key in _NAMES:
        if isinstance(name := dict.get(obj, key), str):
            named = name
            break
    if named is not None and (kind := keys.kind(named)):
        kinds = {key: kind for key in _VALUES if dict.__contains__(obj, key)}
    elif named is None and dict.__len__(obj) <= _MOST_FIELDS:
        kinds = _announced_alike(keys, obj)
    if isinstance(dict.get(obj, "kty"), str):
        kinds |= {key: "private_key" for key in _PRIVATE_PARTS if dict.__contains__(obj, key)}
    loc = dict.get(obj, "loc")
    if isinstance(loc, list | tuple) and dict.__contains__(obj, "input"):
        path = [part for part in loc if isinstance(part, str)]
        if path and (kind := keys.kind(path[-1])):
            kinds["input"] = kind
    return kinds


def _announced_alike(keys: KeyMatcher, obj: dict[Any, Any]) -> dict[Any, str]:
    """Values and names that are called alike: `{"ParameterKey": "password", "ParameterValue": x}`."""
    kinds: dict[Any, str] = {}
    for field in dict.keys(obj):
        if not isinstance(field, str) or field[-5:] not in ("value", "Value"):
            continue
        for end in ("Key", "Name", "key", "name"):
            named = dict.get(obj, field[:-5] + end)
            if isinstance(named, str) and (kind := keys.kind(named)):
                kinds[field] = kind
    return kinds


def announced_by(keys: KeyMatcher, obj: Any, index: int, value: Any) -> str | None:
    """A value after its name: the second of a pair, or the argument of an option on a command line."""
    if index == 0 or not isinstance(obj, list | tuple) or not isinstance(value, _TOLD):
        return None
    name = obj[index - 1]
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    if not isinstance(name, str) or isinstance(value, bool) or "[REDACTED:" in name:
        return None
    pair = len(obj) == 2 and not isinstance(value, int)
    if not pair and not (name.startswith("-") and "=" not in name):
        return None
    kind = keys.kind(name)
    if kind is None or (isinstance(value, str) and (keys.kind(value) or value.startswith("--"))):
        return None
    if isinstance(obj, list) and pair and not (is_announced(str(value)) or kind in ("authorization", "cookie")):
        return None
    return kind
