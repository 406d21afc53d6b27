"""Values with nothing secret in them: each comes back equal, of the same type, untouched and unconsumed."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import logging
import pathlib
import re
import threading
import types
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import attrs
import httpx
import msgspec
import pydantic
from sqlalchemy import URL, column, select

from evaluations.sanitizer.case import Case

CASES: list[Case] = []


def _case(
    name: str, build: Callable[[], Any], check: Callable[[Any, Any], str] | None = None, tier: str = "core"
) -> None:
    group = "clean-value" if tier == "core" else "clean-value-strict"
    CASES.append(Case(f"{group}/{name}", group, tier, build, check=check))


class Colour(enum.Enum):
    RED = "red"


class Kind(enum.StrEnum):
    TOKEN = "token"


class Bits(enum.IntFlag):
    READ = 1


class Row(NamedTuple):
    id: int
    key: str


@dataclasses.dataclass(frozen=True)
class Item:
    sku: str
    price: decimal.Decimal
    has_password: bool = False
    token: str | None = None


@dataclasses.dataclass
class Cart:
    items: list[Item]
    seen: dt.datetime


class Page(pydantic.BaseModel):
    number: int
    password: str | None = None
    token_count: int = 0


class Hidden(pydantic.BaseModel):
    secret: pydantic.SecretStr


@attrs.define
class Shape:
    name: str
    key_length: int


class Packed(msgspec.Struct):
    id: int
    tags: list[str]


class Plain:
    """An object of the application, opaque to others."""

    def __init__(self) -> None:
        self.seen = 0


class Counting:
    """Iterating it would be noticed."""

    def __init__(self) -> None:
        self.drawn = 0

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        self.drawn += 1
        return self.drawn


def _unconsumed(given: Any, got: Any) -> str:
    first = next(iter(given if not isinstance(given, dict) else given["rows"]), None)
    inner = got if not isinstance(given, dict) else got["rows"]
    same = inner is (given if not isinstance(given, dict) else given["rows"])
    return "" if first == 1 and same else f"consumed or replaced: first item {first!r}"


def _rows() -> Iterator[int]:
    yield from (1, 2, 3)


def _identical(given: Any, got: Any) -> str:
    return "" if got is given else "is another object"


_SCALARS: dict[str, Any] = {
    "none": None, "true": True, "zero": 0, "int": 1234567890123, "negative": -7, "float": 0.1, "inf": float("inf"),
    "complex": 1 + 2j, "empty-text": "", "empty-bytes": b"", "ellipsis": ..., "decimal": decimal.Decimal("12.50"),
    "fraction": fractions.Fraction(1, 3), "date": dt.date(2026, 11, 2), "time": dt.time(10, 11, 12),
    "datetime": dt.datetime(2026, 11, 2, 10, 11, tzinfo=dt.UTC), "timedelta": dt.timedelta(seconds=90),
    "uuid": uuid.UUID("3fa85f64-5717-4562-b3fc-2c963f66afa6"), "path": pathlib.PurePosixPath("/srv/app/token_store.py"),
    "enum": Colour.RED, "str-enum": Kind.TOKEN, "flag": Bits.READ, "bytes": b"\x00\xff\x10binary\x00",
    "bytes-text": b"hello world", "bytearray": bytearray(b"abc"), "range": range(10), "type": dict, "ip": ipaddress.ip_address("10.2.3.4"),
    "network": ipaddress.ip_network("10.0.0.0/8"), "compiled": re.compile("a+"), "slice": slice(1, 5),
}  # fmt: skip
for _name, _value in _SCALARS.items():
    _case(_name, lambda value=_value: value)

_VALUES: dict[str, Callable[[], Any]] = {
    "dict": lambda: {"id": 7, "status": "open", "tags": ["a", "b"], "total": decimal.Decimal("12.50")},
    "flags": lambda: {"has_password": True, "password_required": False, "token_count": 3, "is_token_valid": None},
    "nulls": lambda: {"password": None, "token": None, "api_key": None},
    "empties": lambda: {"password": "", "tokens": [], "secrets": {}},
    "booleans-under-keys": lambda: {"password": True, "secret": False},
    "ids": lambda: {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "00f067aa0ba902b7", "request_id": "5f0c9d8e7b6a4f3e"},
    "commit": lambda: {"commit": "9fceb02d0ae598e95dc970b74767f19372d61af8", "etag": "33a64df551425fcc55e4d42a148795d9f25f89d4"},
    "usage": lambda: {"prompt_tokens": 812, "completion_tokens": 64, "max_tokens": 4096},
    "primary-key": lambda: {"primary_key": "id", "sort_key": "created_at", "partition_key": "tenant-7", "foreign_key": "user_id"},
    "keys": lambda: {"key": "orders:7", "keys": ["a", "b"], "keyboard": "de", "key_id": "2026-11", "keyword": "shoes"},
    "public": lambda: {"public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4pPqYqQ5cJmQeYk6oJ0ZrXyE1uVqv3", "fingerprint": "SHA256:p2QAMXNIC1TJYWeI"},
    "author": lambda: {"author": "ada", "authority": "example.com", "authored_at": "2026-11-02"},
    "token-type": lambda: {"token_type": "Bearer", "expires_in": 3600, "scope": "openid profile"},
    "errors": lambda: {"password": ["This field is required."], "email": ["Enter a valid email address."]},
    "errors-loc": lambda: [{"loc": ("body", "password"), "msg": "Field required", "type": "missing"}],
    "timestamps": lambda: {"password_changed_at": dt.datetime(2026, 11, 2, tzinfo=dt.UTC), "token_expires": 1790000000},
    "order": lambda: collections.OrderedDict([("b", 1), ("a", 2)]),
    "defaultdict": lambda: collections.defaultdict(list, {"a": [1]}),
    "counter": lambda: collections.Counter("abracadabra"),
    "deque": lambda: collections.deque([1, 2, 3], maxlen=5),
    "frozenset": lambda: frozenset({"a", "b"}),
    "tuple": lambda: (1, "two", (3.0, None)),
    "set": lambda: {1, 2, 3},
    "namedtuple": lambda: Row(7, "orders"),
    "dataclass": lambda: Item("A-7", decimal.Decimal("9.99")),
    "dataclass-nested": lambda: Cart([Item("A-7", decimal.Decimal("9.99"))], dt.datetime(2026, 11, 2, tzinfo=dt.UTC)),
    "pydantic": lambda: Page(number=2),
    "pydantic-in-list": lambda: [Page(number=1), Page(number=2, token_count=12)],
    "pydantic-hidden": lambda: Hidden(secret=pydantic.SecretStr("")),
    "attrs": lambda: Shape("key", 32),
    "msgspec": lambda: Packed(7, ["a"]),
    "namespace": lambda: types.SimpleNamespace(status=200, token=None),
    "mapping-proxy": lambda: types.MappingProxyType({"a": 1}),
    "mixed-keys": lambda: {1: "a", None: "b", (1, 2): "c", 1.5: "d", Colour.RED: "e"},
    "bytes-keys": lambda: {b"host": b"shop", b"accept": b"*/*"},
    "nested-empty": lambda: {"a": [], "b": {}, "c": (), "d": set()},
    "split-url": lambda: urlsplit("https://api.example.com/v1/orders?page=2"),
    "httpx-url": lambda: httpx.URL("https://api.example.com/v1/orders?page=2"),
    "sqlalchemy-url": lambda: URL.create("postgresql+psycopg", "shop", None, "db1", 5432, "shop"),
    "list-of-lines": lambda: ["GET / HTTP/1.1", "Host: shop", "Accept: */*"],
    "argv": lambda: ["shop", "serve", "--port", "8000", "--token-file", "/run/secrets/token"],
    "matrix": lambda: [[0.5 * n for n in range(20)] for _ in range(20)],
    "stack": lambda: "\n".join(f'  File "/srv/app/shop/a{n}.py", line {n}, in step_{n}\n    step_{n + 1}(request)' for n in range(60)),
    "log-extra": lambda: {"levelname": "ERROR", "lineno": 12, "pathname": "/app/a.py", "process": 812, "taskName": None},
    "scope": lambda: {"type": "http", "method": "GET", "path": "/orders", "headers": [(b"host", b"shop")], "query_string": b"page=2"},
    "card-brand": lambda: {"card_brand": "visa", "last4": "4242", "exp_month": 12, "card_id": "card_1"},
    "metrics": lambda: {"http.server.duration": 0.0123, "http.route": "/login", "db.system": "postgresql"},
}  # fmt: skip
for _name, _build in _VALUES.items():
    _case(_name, _build)

_case("generator", _rows, _unconsumed)
_case("iterator", lambda: iter([1, 2, 3]), _unconsumed)
_case("map", lambda: map(int, "123"), _unconsumed)
_case("custom-iterator", Counting, _unconsumed)
_case("generator-in-dict", lambda: {"rows": _rows(), "n": 1}, _unconsumed)
_case("opaque", Plain, _identical)
_case("lock", threading.Lock, _identical)
_case("function", lambda: _rows, _identical)
_case("logger", lambda: logging.getLogger("shop"), _identical)
_case("module", lambda: dt, _identical)
_case("statement", lambda: select(column("password")), _identical)
_case("exception", lambda: ValueError("no such order", 404))
_case("key-error", lambda: KeyError("password"))
_case("os-error", lambda: FileNotFoundError(2, "No such file or directory", "/srv/app/token.txt"))


def _cyclic() -> Any:
    body: dict[str, Any] = {"id": 7}
    body["self"] = body
    return body


def _cycle_kept(given: Any, got: Any) -> str:
    return "" if got["id"] == 7 and list(got) == ["id", "self"] and list(given) == ["id", "self"] else f"is {got!r}"


_case("cycle", _cyclic, _cycle_kept)
_case("loopback", lambda: {"version": "1.2.3.4", "count": 4}, tier="strict")
_case("counts", lambda: {"name_length": 12, "patient_count": 3, "address_id": None}, tier="strict")
_case("technical-names", lambda: {"class_name": "Order", "hostname": "db1", "filename": "a.csv"}, tier="strict")
_case("date", lambda: {"created": dt.date(2026, 11, 2)}, tier="strict")
