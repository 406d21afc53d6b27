"""What is wrong with an input, as pairs of a JSON pointer (RFC 6901) and a text.

The rejected value itself is never among them, nor is a part of the location that the client chose where that is known:
such a part becomes `*`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.errors.capture import tidy

__all__ = [
    "MAX_ERRORS",
    "pairs_of_exception",
    "pairs_of_list",
    "pairs_of_msgspec",
    "pairs_of_nested",
    "pairs_of_pydantic",
    "pointer",
]

MAX_ERRORS = 50
_MAX_DEPTH = 10
_MAX_DETAIL = 500
_NAME = as_pattern(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}\Z")
_WHOLE = frozenset({"non_field_errors", "__all__", "__root__", "_schema", "_errors"})
_MSGSPEC_PATH = as_pattern(r" - at `(?:key in )?(\$[^`]*)`\Z")
_MSGSPEC_PART = as_pattern(r"\.([A-Za-z_][\w\-]*)|\[(\d+)\]|\[\.\.\.\]")

# pydantic's own texts by type, where its text would show what the client sent
_PYDANTIC = {
    "enum": "Not one of the permitted values",
    "json_invalid": "Not valid JSON",
    "json_type": "Not valid JSON",
    "literal_error": "Not one of the permitted values",
    "missing": "Field required",
    "union_tag_invalid": "Not one of the permitted kinds",
    "union_tag_not_found": "The kind is missing",
    "url_parsing": "Not a valid URL",
    "uuid_parsing": "Not a valid UUID",
    "value_error": None,
    "assertion_error": None,
}
_FROM_VALIDATOR = ("Value error, ", "Assertion failed, ")


def pointer(parts: Iterable[object]) -> str:
    """A JSON pointer of names and numbers; whatever does not look like the name of a field becomes `*`."""
    steps = []
    for part in parts:
        if isinstance(part, int) and not isinstance(part, bool):
            steps.append(str(part))
        else:
            text = str.__str__(part) if isinstance(part, str) else ""
            steps.append(text if _NAME.match(text) else "*")
    return "".join(f"/{step}" for step in steps)


def pairs_of_pydantic(errors: object) -> tuple[tuple[str, str], ...]:
    """Pairs of the error list of pydantic or FastAPI: tables with `loc`, `type` and `msg`."""
    pairs = []
    for error in _list(errors):
        if not isinstance(error, Mapping):
            continue
        kind = error.get("type")
        loc = list(_list(error.get("loc")))[:_MAX_DEPTH]
        if loc and loc[0] == "body":
            # a pointer is one into the body (RFC 6901); only other places (`query`, `header`, …) are named
            del loc[0]
        if kind == "extra_forbidden" and loc:
            loc[-1] = "*"
        if loc and loc[-1] == "[key]":
            loc[-2:] = ["*"]
        text = _PYDANTIC.get(kind) if isinstance(kind, str) else None
        if text is None:
            text = _text(error.get("msg"))
            for prefix in _FROM_VALIDATOR:
                text = text.removeprefix(prefix)
        pairs.append((pointer(loc), text))
        if len(pairs) == MAX_ERRORS:
            break
    return tuple(pairs)


def pairs_of_nested(detail: object) -> tuple[tuple[str, str], ...]:
    """Pairs of nested tables and lists of texts, as Django REST framework, Django and marshmallow make them."""
    pairs: list[tuple[str, str]] = []
    _walk(detail, (), pairs)
    return tuple(pairs)


def _walk(detail: object, at: tuple[object, ...], pairs: list[tuple[str, str]]) -> None:
    if len(pairs) >= MAX_ERRORS or len(at) > _MAX_DEPTH:
        return
    if isinstance(detail, str):
        pairs.append((pointer(at), _text(detail)))
    elif isinstance(detail, Mapping):
        for key, inner in detail.items():
            _walk(inner, at if key in _WHOLE else (*at, key), pairs)
    elif isinstance(detail, (list, tuple)):
        for index, inner in enumerate(detail):
            _walk(inner, (*at, index) if isinstance(inner, Mapping) else at, pairs)


def pairs_of_list(errors: object, place: str, text: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a list of tables in which one key holds a dotted place and another the text."""
    found = [error for error in _list(errors) if isinstance(error, Mapping)][:MAX_ERRORS]
    return tuple((_dotted(_text(error.get(place))), _text(error.get(text))) for error in found)


def _dotted(place: str) -> str:
    return pointer(int(part) if part.isdecimal() and len(part) <= 4 else part for part in place.split(".") if part)


def pairs_of_msgspec(message: str) -> tuple[tuple[str, str], ...]:
    """The pair of a msgspec message such as ``Expected `int`, got `str` - at `$.items[0].price` ``."""
    match = _MSGSPEC_PATH.search(message)
    parts = [name or (int(index) if index else "*") for name, index in _MSGSPEC_PART.findall(match[1])] if match else []
    text = message[: match.start()] if match else message
    for start in ("Invalid enum value", "Invalid value", "Object contains unknown field"):
        text = start if text.startswith(start) else text
    return ((pointer(parts), tidy(text, _MAX_DETAIL)),)


def pairs_of_exception(exc: BaseException) -> tuple[tuple[str, str], ...]:
    """Pairs of a validator's exception, by the library that raised it; empty for one we do not know."""
    for base in type(exc).__mro__:
        if read := _BY_LIBRARY.get(str(base.__module__).partition(".")[0]):
            return read(exc)
    return ()


def _marshmallow(exc: Any) -> tuple[tuple[str, str], ...]:
    return pairs_of_nested(exc.messages)


def _django(exc: Any) -> tuple[tuple[str, str], ...]:
    return pairs_of_nested(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)


def _jsonschema(exc: Any) -> tuple[tuple[str, str], ...]:
    # the message holds the rejected value
    return ((pointer(exc.absolute_path), f"Does not satisfy {_text(exc.validator)}"),)


def _msgspec(exc: Any) -> tuple[tuple[str, str], ...]:
    return pairs_of_msgspec(str(exc))


_BY_LIBRARY: dict[str, Callable[[Any], tuple[tuple[str, str], ...]]] = {
    "marshmallow": _marshmallow,
    "django": _django,
    "jsonschema": _jsonschema,
    "msgspec": _msgspec,
}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _text(value: object) -> str:
    return tidy(str.__str__(value), _MAX_DETAIL) if isinstance(value, str) else ""
