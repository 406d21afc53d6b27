"""Objects with secrets in them: dataclasses, pydantic, attrs and msgspec models, exceptions, and what libraries hand out."""

from __future__ import annotations

import collections
import dataclasses
import logging
import pathlib
import types
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import attrs
import httpx
import msgspec
import pydantic
from starlette.datastructures import Headers, QueryParams
from werkzeug.datastructures import ImmutableMultiDict

from evaluations.sanitizer.case import Case
from evaluations.sanitizer.make import make

CASES: list[Case] = []


def _case(name: str, kind: str, *keeps: str, tier: str = "core", of: int = 1) -> Callable[[Callable[..., Any]], Any]:
    """Register a function that is given secrets of a kind and builds a value around them."""

    def register(build: Callable[..., Any]) -> Callable[..., Any]:
        group = "object" if tier == "core" else "object-strict"
        secrets = tuple(make(kind, f"{name} {n}") for n in range(of)) if kind in _MADE else (kind,) * of
        CASES.append(Case(f"{group}/{name}", group, tier, lambda: build(*secrets), secrets, keeps))
        return build

    return register


_MADE = {"pw", "hex:40", "hex:32", "alnum:32", "alnum:40", "jwt", "github", "stripe", "uuid", "card", "url:40", "ssn"}
_MAIL = "ada.lovelace"


@dataclasses.dataclass
class Login:
    user: str
    password: str
    tries: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    api_key: str
    region: str = "eu"


@dataclasses.dataclass
class Account:
    name: str
    login: Login
    tags: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Checked:
    """Refuses whatever is not the real thing, as value objects do."""

    token: str

    def __post_init__(self) -> None:
        if len(self.token) != 40:
            msg = "not a token"
            raise ValueError(msg)


class Credentials(NamedTuple):
    access_key: str
    secret_key: str
    region: str = "eu"


Pair = collections.namedtuple("Pair", ["name", "value"])  # noqa: PYI024


class Form(pydantic.BaseModel):
    user: str
    password: str


class Strictly(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, strict=True)
    pin: int
    note: str = "none"


class Order(pydantic.BaseModel):
    id: int
    form: Form
    headers: dict[str, str] = {}


class Extra(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    id: int


@attrs.define
class Hook:
    url: str
    signing_secret: str


@attrs.frozen
class Point:
    region: str
    client_secret: str


class Packed(msgspec.Struct):
    user: str
    otp: str


class Opaque:
    def __init__(self, token: str) -> None:
        self._token = token

    def __repr__(self) -> str:
        return f"<Client token={self._token!r} region='eu'>"


class Broken:
    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        msg = f"cannot show {self.token}"
        raise RuntimeError(msg)


class PaymentError(Exception):
    def __init__(self, message: str, api_key: str) -> None:
        super().__init__(message)
        self.api_key = api_key


_case("dataclass", "pw", "ada")(lambda s: Login("ada", s))
_case("dataclass-frozen", "alnum:32", "eu")(Frozen)
_case("dataclass-nested", "pw", "billing", "b2")(lambda s: Account("billing", Login("ada", s), ["b2"]))
_case("dataclass-in-list", "pw", "ada", of=2)(lambda a, b: [Login("ada", a), Login("bob", b)])
_case("dataclass-free-text", "github", "eu")(lambda s: Account(f"key {s}", Login("eu", "")))
_case("dataclass-checked", "hex:40")(Checked)
_case("namedtuple-typed", "alnum:40", "eu")(lambda s: Credentials("none", s))
_case("namedtuple-plain", "pw", "DB_HOST", of=1)(lambda s: [Pair("DB_HOST", "db1"), Pair("DB_PASSWORD", s)])
_case("namedtuple-in-dict", "alnum:40", "eu")(lambda s: {"aws": Credentials("none", s)})
_case("pydantic", "pw", "ada")(lambda s: Form(user="ada", password=s))
_case("pydantic-frozen-int", "482913", "none")(lambda s: Strictly(pin=int(s)))
_case("pydantic-nested", "pw", "ada")(lambda s: Order(id=7, form=Form(user="ada", password=s)))
_case("pydantic-header", "url:40", "application/json")(
    lambda s: Order(
        id=7, form=Form(user="ada", password=""), headers={"Authorization": f"Bearer {s}", "A": "application/json"}
    )
)
_case("pydantic-extra", "hex:40", "kept")(lambda s: Extra.model_validate({"id": 7, "api_token": s, "other": "kept"}))
_case("pydantic-in-dict", "pw", "body")(lambda s: {"body": Form(user="ada", password=s)})
_case("attrs", "alnum:32", "https://shop.example.com/hook")(lambda s: Hook("https://shop.example.com/hook", s))
_case("attrs-frozen", "alnum:40", "eu")(lambda s: Point("eu", s))
_case("attrs-url", "url:40", "shop.example.com")(lambda s: Hook(f"https://shop.example.com/h?token={s}", ""))
_case("msgspec", "482913", "ada")(lambda s: Packed("ada", s))
_case("namespace", "hex:40", "eu")(lambda s: types.SimpleNamespace(token=s, region="eu"))
_case("opaque-repr", "hex:40")(Opaque)
_case("opaque-in-list", "hex:40", "first")(lambda s: ["first", Opaque(s)])
_case("broken-repr", "hex:40", "first")(lambda s: {"n": "first", "client": Broken(s)})
_case("opaque-under-key", "hex:40", "eu")(lambda s: {"credentials": Opaque(s), "region": "eu"})


_case("text-in-list-under-key", "hex:40", "eu")(lambda s: {"api_token": ["first", [s]], "region": "eu"})
_case("exception", "pw", "connect")(lambda s: ValueError(f"cannot connect: password={s}"))
_case("exception-args", _MAIL, "404")(lambda s: KeyError(f"{s}@example.com", 404))
_case("exception-attribute", "alnum:40", "declined")(lambda s: PaymentError(f"declined (api_key={s})", s))
_case("exception-oserror", _MAIL)(
    lambda s: FileNotFoundError(2, "No such file or directory", f"/tmp/{s}@example.com.csv")
)
_case("exception-unicode", "hex:40")(
    lambda s: UnicodeDecodeError("utf-8", f"token={s}".encode(), 0, 1, "invalid start byte")
)
_case("exception-in-dict", "stripe", "card")(lambda s: {"error": ValueError(f"bad key {s}"), "kind": "card"})
_case("exception-in-list", "jwt", "twice")(lambda s: ["twice", RuntimeError(f"rejected {s}")])


@_case("exception-group", "pw", "two failed", of=2)
def _group(one: str, two: str) -> Any:
    return ExceptionGroup("two failed", [ValueError(f"password={one}"), OSError(f"redis://:{two}@cache/0")])


@_case("exception-notes", "hex:40", "rejected")
def _notes(secret: str) -> Any:
    error = ValueError("rejected")
    error.add_note(f"sent X-Auth-Token: {secret}")
    return error


@_case("pydantic-error", "pw", "password")
def _pydantic_error(secret: str) -> Any:
    class Short(pydantic.BaseModel):
        password: str = pydantic.Field(max_length=3)

    try:
        return Short(password=secret)
    except pydantic.ValidationError as error:
        return error


@_case("httpx-error", "url:40", "api.example.com")
def _httpx_error(secret: str) -> Any:
    request = httpx.Request("GET", f"https://api.example.com/v1?api_key={secret}")
    try:
        return httpx.Response(401, request=request).raise_for_status()
    except httpx.HTTPStatusError as error:
        return error


_case("ordered-dict", "pw", "ada")(lambda s: collections.OrderedDict([("user", "ada"), ("password", s)]))
_case("defaultdict", "pw", "ada")(lambda s: collections.defaultdict(str, {"user": "ada", "password": s}))
_case("counter", _MAIL, "other")(lambda s: collections.Counter({f"{s}@example.com": 3, "other": 1}))
_case("deque", "github", "first")(lambda s: collections.deque(["first", s], maxlen=5))
_case("chain-map", "pw", "ada")(lambda s: collections.ChainMap({"user": "ada"}, {"password": s}))
_case("mapping-proxy", "pw", "ada")(lambda s: types.MappingProxyType({"user": "ada", "password": s}))
_case("user-dict", "pw", "ada")(lambda s: collections.UserDict({"user": "ada", "password": s}))
_case("user-string", "pw", "failed")(lambda s: collections.UserString(f"password={s} failed"))
_case("bytearray", "pw")(lambda s: bytearray(f"password={s}".encode()))
_case("memoryview", "pw")(lambda s: memoryview(f"password={s}".encode()))
_case("uuid-under-key", "uuid", "login")(lambda s: {"session_id": uuid.UUID(s), "event": "login"})
_case("path", "jwt")(lambda s: pathlib.PurePosixPath(f"/verify/{s}"))
_case("starlette-headers", "url:40", "shop")(lambda s: Headers({"host": "shop", "authorization": f"Bearer {s}"}))
_case("starlette-query", "url:40", "page")(lambda s: QueryParams(f"page=2&access_token={s}"))
_case("werkzeug-multidict", "pw", "ada")(lambda s: ImmutableMultiDict([("user", "ada"), ("password", s)]))
_case("httpx-headers", "alnum:32", "shop")(lambda s: httpx.Headers({"host": "shop", "x-api-key": s}))
_case("httpx-url", "url:40", "api.example.com")(lambda s: httpx.URL(f"https://api.example.com/?token={s}"))
_case("split-url", "pw", "db1")(lambda s: urlsplit(f"postgresql://shop:{s}@db1/shop"))
_case("slice-of-kwargs", "pw", "db1")(lambda s: (("db1",), {"password": s}))
_case("str-subclass", "pw", "failed")(lambda s: type("Text", (str,), {})(f"password={s} failed"))
_case("dict-subclass", "pw", "ada")(lambda s: type("Body", (dict,), {})(user="ada", password=s))
_case("list-subclass", "github", "main")(lambda s: type("Args", (list,), {})(["main", s]))
_case("log-record", "pw")(
    lambda s: logging.LogRecord("shop", 40, "/app/a.py", 7, f"login failed, password={s}", (), None)
)


@_case("cycle", "pw", "ada")
def _cycle(secret: str) -> Any:
    body: dict[str, Any] = {"user": "ada", "password": secret}
    body["self"] = body
    return body


@_case("list-cycle", "github", "first")
def _list_cycle(secret: str) -> Any:
    items: list[Any] = ["first", secret]
    items.append(items)
    return items


@_case("shared", "pw", "ada")
def _shared(secret: str) -> Any:
    login = {"user": "ada", "password": secret}
    return [login, login]


_case("wide", "hex:40", "k0")(lambda s: {**{f"k{n}": n for n in range(300)}, "token": s})
_case("wide-beyond", "hex:40")(lambda s: [*range(5000), f"token={s}"])
_case("long-text-end", "pw", "begin")(lambda s: "begin " + "all is well. " * 3000 + f"password={s}")
_case("long-text-cut", "github", "begin")(lambda s: "begin " + "a b " * 16377 + s + " the end" * 100)
_case("huge-text", "hex:40", "begin")(lambda s: "begin " + "nothing to see here. " * 50000 + f"token={s}")
_case("stack-begin", "pw", "all is well")(lambda s: f"password={s}\n" + "all is well\n" * 300)


@_case("deep-list", "github")
def _deep(value: Any) -> Any:
    for _ in range(200):
        value = [value]
    return value


@_case("generator-beside", "pw", "ada")
def _generator_beside(secret: str) -> Any:
    def rows() -> Iterator[int]:
        yield 1

    return {"user": "ada", "password": secret, "rows": rows()}


_case("names-dataclass", "Lovelace-Byron", tier="strict")(lambda s: types.SimpleNamespace(last_name=s))
_case("ip-in-exception", "203.0.113.177", "refused", tier="strict")(lambda s: OSError(f"refused by {s}"))
