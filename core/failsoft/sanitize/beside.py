"""What names a value that does not stand under its own name: the entry beside it, the item before it, a column.

`{"name": "password", "value": x}`, `("password", x)`, `{"columns": ["password"], "rows": [[x]]}`, and rows after a
first row of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.sanitize.keys import KeyMatcher, words_of
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.verdict import is_announced

__all__ = [
    "LEAST_REPEATED",
    "MOST_COLUMNS",
    "NUMBERED_KINDS",
    "NUMBER_NAMES",
    "ROWS",
    "columns_of",
    "is_meant_as_email",
    "is_repeat",
    "kind_of_item",
    "named_values",
    "names_email",
    "repeated_fields",
    "table_of",
]

_NAMES = (
    "name", "key", "field", "header", "param", "parameter", "id", "k", "Name", "Key", "attribute", "column", "property",
    "setting", "variable", "option", "label",
)  # fmt: skip
# the way to a field, as validators and patches write it
_WAYS = ("loc", "path", "instancePath", "dataPath", "pointer")
# what was there, what is to be, what came instead
_SIDES = (
    "value", "input", "received", "given", "actual", "got", "rejected", "rejected_value", "rejectedValue",
    "attempted_value", "attemptedValue", "invalid_value", "invalidValue", "old", "new", "before", "after", "from", "to",
    "old_value", "new_value", "oldValue", "newValue", "previous", "current",
)  # fmt: skip
_EMAIL = "email"
_EMAILS = (("e", "mail"), ("email", "address"), ("mail", "address"))
_LONGEST_EMAIL = 320
# a statement, a place for a value in it, and what holds the values
_STATEMENTS = ("sql", "statement", "query", "stmt", "command")
_HOLE = as_pattern(
    r"(?is)\s*(?:select|insert|update|delete|merge|replace|with|call|exec)\b.*(?:\?|%s|%\(\w|\$\d|[:@][a-z_]\w*)"
)
_LONGEST_STATEMENT = 4_096
_BOUND = ("params", "parameters", "bindings", "binds", "args", "values", "bind", "vars")
# of a span of a database, as OpenTelemetry names them, and what tells that it is one
_DATABASE = ("db.query.text", "db.statement", "db.operation.name", "db.operation", "db.system.name", "db.system")
_DATABASE_BOUND = ("db.query.parameter.", "db.operation.parameter.")
# of a JSON web key (RFC 7518, section 6)
_PRIVATE_PARTS = ("d", "p", "q", "dp", "dq", "qi", "k")
_VALUES = ("value", "val", "v", "content", "data", "default", "input", "Value")
# of a request that exchanges an authorization code (RFC 6749, section 4.1.3)
_BESIDE_CODE = ("grant_type", "redirect_uri", "code_verifier", "grantType", "redirectUri", "codeVerifier")
_CODE_LEAST = 8
# what names the columns of rows
_COLUMNS = word_set("columns fields header headers cols column_names fieldnames schema")
# what such a field is called that asks for a password once more
_REPEATS = word_set("confirm confirmation repeat repeated again retype verify reenter")
_BESIDE_REPEATS = _REPEATS | word_set("re enter new value field input it 1 2")
_REPEATS_AS_KEYS = (*sorted(_REPEATS), "re_enter", "confirm_new", "repeat_new", "confirmNew", "confirm2")
LEAST_REPEATED = 8
"""Shorter words in such a field are words."""
NUMBER_NAMES = word_set("number no num nr documentnumber documentno documentid idnumber")
"""What the number of a document is called beside the name of the document."""
NUMBERED_KINDS = word_set("national_id id_number card health_id phone record")
"""Kinds of what has a number."""
_DOCUMENT_TYPES = ("type", "document_type", "documentType", "id_type", "idType", "doc_type", "kind")
_NAMED = frozenset(_NAMES)
# entries without which no other tells what a value is
_TELLING = frozenset(("code", "kty", "Type", *_DOCUMENT_TYPES, *_STATEMENTS, *_WAYS, *_DATABASE))
_COLUMN = as_pattern(r"[^\W\d][\w. -]{0,40}")
_LEAST_ROWS = 2
# of an object that has one name and one value
_MOST_FIELDS = 8
_TOLD = (str, bytes, int)
_HEADER = as_pattern(r"(?i)authorization|cookie|set-cookie|[a-z]{1,16}(?:-[a-z]{1,16}){1,4}")
ROWS = ("rows", "data", "values", "records", "result", "results")
"""What holds the rows."""
MOST_COLUMNS = 64
"""No table is wider."""


def named_values(keys: KeyMatcher, obj: dict[Any, Any]) -> dict[Any, str]:
    """Values with their name beside them: `{"name": "password", "value": x}`, `{"loc": …, "input": x}`."""
    present = dict.keys(obj)
    named = None if _NAMED.isdisjoint(present) else _named(obj)
    kinds: dict[Any, str] = {}
    if named is not None and (kind := keys.kind(named)):
        kinds = {key: kind for key in _VALUES if dict.__contains__(obj, key)} | _sides(obj, kind)
    elif named is not None and names_email(named):
        kinds = _refused_emails(obj, (*_VALUES, *_SIDES))
    elif named is None and dict.__len__(obj) <= _MOST_FIELDS:
        kinds = _announced_alike(keys, obj)
    if not _TELLING.isdisjoint(present):
        kinds |= _told_values(keys, obj)
    return kinds | repeated_fields(keys, obj)


def is_repeat(name: str) -> bool:
    """Whether a field asks for something once more: `confirm`, `repeat_again`."""
    words = words_of(name)
    return not _REPEATS.isdisjoint(words) and _BESIDE_REPEATS.issuperset(words)


def repeated_fields(keys: KeyMatcher, fields: Mapping[Any, Any]) -> dict[Any, str]:
    """Fields beside that of a password in which it is asked for once more, and may differ."""
    repeats = [name for name in _REPEATS_AS_KEYS if name in fields]
    if not repeats or not any(isinstance(name, str) and keys.kind(name) == "password" for name in fields):
        return {}
    values = {name: fields[name] for name in repeats if keys.kind(name) is None}
    return {
        name: "password"
        for name, value in values.items()
        if isinstance(value, str | bytes) and not (value.isalpha() and len(value) < LEAST_REPEATED)
    }


def _named(obj: dict[Any, Any]) -> str | None:
    for key in _NAMES:
        if isinstance(name := dict.get(obj, key), str):
            return name
    return None


def _sides(obj: dict[Any, Any], kind: str) -> dict[Any, str]:
    return {key: kind for key in _SIDES if isinstance(dict.get(obj, key), _TOLD)}


def _refused_emails(obj: dict[Any, Any], sides: Iterable[str]) -> dict[Any, str]:
    """What was refused as an address of e-mail, and is none by its form."""
    return {key: _EMAIL for key in sides if isinstance(value := dict.get(obj, key), str) and is_meant_as_email(value)}


def _told_values(keys: KeyMatcher, obj: dict[Any, Any]) -> dict[Any, str]:
    """Values that other entries make what they are: codes, keys, parameters, what was rejected."""
    kinds: dict[Any, str] = {}
    code, thing = dict.get(obj, "code"), dict.get(obj, "kind")
    if isinstance(code, str) and len(code) >= _CODE_LEAST and any(dict.__contains__(obj, key) for key in _BESIDE_CODE):
        kinds["code"] = "oauth_code"
    if isinstance(dict.get(obj, "kty"), str):
        kinds |= {key: "private_key" for key in _PRIVATE_PARTS if dict.__contains__(obj, key)}
    if isinstance(thing, str) and thing == "Secret":
        # of Kubernetes
        kinds |= {key: "secret" for key in ("data", "stringData") if isinstance(dict.get(obj, key), dict)}
    typed = dict.get(obj, "Type")
    if isinstance(typed, str) and typed == "SecureString":
        # of a parameter store
        kinds["Value"] = "secret"
    if document := _kind_of_document(keys, obj):
        kinds |= {key: document for key in obj if isinstance(key, str) and "".join(words_of(key)) in NUMBER_NAMES}
    if _has_places(obj):
        kinds |= {key: "bound" for key in _BOUND if isinstance(dict.get(obj, key), list | tuple | dict)}
    if any(dict.__contains__(obj, key) for key in _DATABASE):
        bound = (key for key in obj if isinstance(key, str) and key.startswith(_DATABASE_BOUND))
        kinds |= {key: keys.kind(key) or "bound" for key in bound}
    if kind := _kind_of_way(keys, obj):
        kinds |= _sides(obj, kind) if kind != _EMAIL else _refused_emails(obj, _SIDES)
    return kinds


def _kind_of_document(keys: KeyMatcher, obj: dict[Any, Any]) -> str | None:
    """Kind of the document that an object is about: `{"type": "passport", "number": x}`."""
    for key in _DOCUMENT_TYPES:
        if isinstance(named := dict.get(obj, key), str) and (kind := keys.kind(named)) in NUMBERED_KINDS:
            return kind
    return None


def _has_places(obj: dict[Any, Any]) -> bool:
    """Whether a statement has places for values, which then stand beside it."""
    statements = [dict.get(obj, key) for key in _STATEMENTS]
    return any(isinstance(text, str) and _HOLE.match(text[:_LONGEST_STATEMENT]) is not None for text in statements)


def _kind_of_way(keys: KeyMatcher, obj: dict[Any, Any]) -> str | None:
    """Kind of the field that the way in an object leads to: `["body", "password"]`, `/user/password`."""
    for key in _WAYS:
        way = dict.get(obj, key)
        if isinstance(way, str):
            way = re.split(r"[/.]", way)
        if isinstance(way, list | tuple) and (parts := [part for part in way if isinstance(part, str)]):
            return keys.kind(parts[-1]) or (_EMAIL if names_email(parts[-1]) else None)
    return None


def names_email(name: str) -> bool:
    """Whether a field is one for an address of e-mail."""
    return words_of(name)[-1:] == ("email",) or words_of(name)[-2:] in _EMAILS


def is_meant_as_email(text: str) -> bool:
    """Whether a text that was refused as an address is one that somebody meant: `ada@example`."""
    local = text.partition("@")[0].strip()
    return "@" in text and len(text) <= _LONGEST_EMAIL and len(local) > 1 and "[REDACTED:" not in text


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


def columns_of(keys: KeyMatcher, obj: dict[Any, Any]) -> list[Any] | None:
    """Names of columns that an object gives beside its rows, if one of them is sensitive."""
    if _COLUMNS.isdisjoint(dict.keys(obj)):
        return None
    for key in sorted(_COLUMNS):
        names = dict.get(obj, key)
        if isinstance(names, list | tuple) and (columns := _heading(keys, names)):
            return columns
    return None


def _heading(keys: KeyMatcher, names: Any) -> list[Any] | None:
    """Texts, or objects with a name each, if one of them is sensitive."""
    if not 0 < len(names) <= MOST_COLUMNS:
        return None
    texts = [dict.get(name, "name") if isinstance(name, dict) else name for name in names]
    if not all(isinstance(name, str) and len(name) <= MOST_COLUMNS for name in texts):
        return None
    return texts if any(map(keys.kind, texts)) else None


def table_of(keys: KeyMatcher, obj: Any) -> list[Any] | None:
    """Names of columns, where the first row of a list holds them and the others are as long."""
    if len(obj) < _LEAST_ROWS or type(obj) not in (list, tuple):
        return None
    first, second = obj[0], obj[1]
    if type(first) not in (list, tuple) or type(second) not in (list, tuple):
        return None
    if len(first) < 2 or len(first) != len(second) or (len(first) == 2 and keys.kind(str(first[0]))):
        # two may be a name and its value
        return None
    if not all(isinstance(name, str) and _COLUMN.fullmatch(name) for name in first):
        return None
    return _heading(keys, first)


def kind_of_item(keys: KeyMatcher, obj: Any, index: int, value: Any) -> str | None:
    """A value after its name: the second of a pair, or the argument of an option on a command line."""
    if index == 0 or not isinstance(obj, list | tuple) or not isinstance(value, _TOLD):
        return None
    name = obj[index - 1]
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    if not isinstance(name, str) or isinstance(value, bool) or "[REDACTED:" in name:
        return None
    pair = len(obj) == 2 and not isinstance(value, int)
    if not pair and index % 2 and len(obj) % 2 == 0 and _HEADER.fullmatch(name):
        # names and values of headers by turns
        kind = keys.kind(name)
        credentials = kind in ("authorization", "cookie") or is_announced(str(value), "token")
        return kind if credentials else None
    if not pair and not (name.startswith("-") and "=" not in name):
        return None
    # an item such as "secret=x" has its value already
    kind = None if "=" in name else keys.kind(name)
    if kind is None or (isinstance(value, str) and (("=" not in value and keys.kind(value)) or value.startswith("--"))):
        return None
    if isinstance(obj, list) and pair and not (is_announced(str(value)) or kind in ("authorization", "cookie")):
        return None
    return kind
