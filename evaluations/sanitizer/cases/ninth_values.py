"""Values of applications with secrets and without, the ninth set, written without a look at the rules. All made up."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import datetime as dt
import decimal
import email.message
import enum
import fractions
import functools
import http.cookies
import ipaddress
import itertools
import logging
import pathlib
import re
import sqlite3
import subprocess
import types
import urllib.error
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import attrs
import msgspec
import pydantic

from evaluations.sanitizer.case import Case, marked
from evaluations.sanitizer.make import make

__all__ = ["CASES"]

CASES: list[Case] = []

GROUP, MODELS, ERRORS = "ninth-objects", "ninth-models", "ninth-raised"
CLEAN, CLEAN_MODELS, CLEAN_ERRORS = "clean-ninth-objects", "clean-ninth-models", "clean-ninth-raised"
STRICT = "ninth-strict-objects"


@dataclasses.dataclass
class BrokerConfig:
    """How to reach a broker."""

    host: str
    port: int
    username: str
    password: str
    tags: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class SignedLink:
    """A link that opens a file for some time."""

    url: str
    lifetime: int


@dataclasses.dataclass
class Deployment:
    """What was put where."""

    image: str
    replicas: int
    brokers: list[BrokerConfig] = dataclasses.field(default_factory=list)


class Member(NamedTuple):
    """A member as a row."""

    id: int
    email: str
    level: str


class Sensor(NamedTuple):
    """A sensor as a row."""

    id: int
    unit: str
    value: float


class SignUp(pydantic.BaseModel):
    """What a new user sends."""

    username: str
    password: str
    newsletter: bool = False


class Gateway(pydantic.BaseModel):
    """A payment gateway."""

    name: str
    api_key: str
    endpoint: str


class Shop(pydantic.BaseModel):
    """A shop with its gateways."""

    title: str
    gateways: list[Gateway]


class StrictPort(pydantic.BaseModel):
    """A model whose fields refuse most input."""

    port: int
    access_token: int = 0


class Product(pydantic.BaseModel):
    """A product."""

    sku: str
    price: decimal.Decimal
    tags: list[str]


@attrs.define
class Mailbox:
    """A mailbox to read from."""

    server: str
    login: str
    password: str


@attrs.frozen
class Rectangle:
    """A shape without anything to hide."""

    width: int
    height: int


class Feed(msgspec.Struct):
    """A feed of prices."""

    url: str
    token: str
    interval: int


class Tick(msgspec.Struct, frozen=True):
    """A price at a time."""

    symbol: str
    price: float


class Credential(enum.Enum):
    """Two ways to sign in."""

    PASSWORD = "password"
    TOKEN = "token"


class Level(enum.IntEnum):
    """How loud it is."""

    LOW = 1
    HIGH = 2


class Opaque:
    """An object that shows nothing of itself."""

    def __init__(self, depth: int) -> None:
        self.depth = depth


class Talkative:
    """An object whose text tells how it connects."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def __repr__(self) -> str:
        return f"<Talkative {self.dsn}>"


class QuotaError(Exception):
    """Too much was asked for."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message, details)


def _secret(maker: str, name: str) -> str:
    """The made secret of a case."""
    return make(maker, f"ninth-values {name}")


def _found(
    group: str,
    name: str,
    maker: str,
    build: Callable[[str], Any],
    *keeps: str,
    tier: str = "core",
    check: Callable[[Any, Any], str] | None = None,
) -> None:
    """Add a case whose value is built around one made secret."""
    secret = _secret(maker, name)
    CASES.append(Case(f"{group}/{name}", group, tier, lambda: build(secret), (secret,), keeps, check))


def _plain(group: str, name: str, build: Callable[[], Any], check: Callable[[Any, Any], str] | None = None) -> None:
    """Add a case with nothing secret in it."""
    CASES.append(Case(f"{group}/{name}", group, "core", build, (), (), check))


def _written(name: str, value: Any, *, group: str = GROUP, tier: str = "core") -> None:
    """Add a case that is written with marks."""
    CASES.append(marked(f"{group}/{name}", value, tier=tier))


def _same_type(given: Any, result: Any) -> str:
    """The result has the type of what was given."""
    return "" if type(given) is type(result) else f"{type(given).__name__} became {type(result).__name__}"


def _same_keys(given: Any, result: Any) -> str:
    """The result has the type, the keys and the order of what was given."""
    return _same_type(given, result) or ("" if list(given) == list(result) else "other keys")


def _same_size(given: Any, result: Any) -> str:
    """No entry was lost."""
    return _same_type(given, result) or ("" if len(given) == len(result) else "an entry was lost")


def _raised(call: Callable[[], object]) -> BaseException:
    """What the call raises.

    Raises:
        AssertionError: it raised nothing.
    """
    try:
        call()
    except Exception as error:
        return error
    msg = "nothing was raised"
    raise AssertionError(msg)


def _chained(secret: str) -> BaseException:
    """An error that was raised from another one."""

    def call() -> None:
        try:
            msg = f"redis://:{secret}@cache.example:6379/0 refused"
            raise ConnectionError(msg)
        except ConnectionError as error:
            text = f"no cache: {error}"
            raise RuntimeError(text) from error

    return _raised(call)


def _record(message: str, *args: object) -> logging.LogRecord:
    """A record of a log with fixed time."""
    record = logging.LogRecord("shop.pay", logging.ERROR, "pay.py", 88, message, args, None)
    record.created, record.msecs, record.relativeCreated = 1772440000.0, 0.0, 0.0
    return record


def _message(**headers: str) -> email.message.Message:
    """A message with these headers."""
    message = email.message.Message()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


def _cookie(value: str) -> http.cookies.SimpleCookie:
    """A jar of two cookies."""
    jar = http.cookies.SimpleCookie()
    jar["theme"], jar["sessionid"] = "dark", value
    return jar


def _count(stop: int) -> Iterator[int]:
    """Numbers one after another."""
    yield from range(stop)


# nested dicts, lists, tuples, sets, bytes
_written("config", {"⟨host⟩": "⟨db.example⟩", "port": 5432, "password": "⟦=pw⟧", "pool": {"⟨size⟩": 20}})
_written("headers-list", [("Host", "⟨api.example⟩"), ("Authorization", "Bearer ⟦=alnum:40⟧"), ("Accept", "⟨*/*⟩")])
_written("headers-dict", {"Accept": "⟨text/html⟩", "X-Api-Key": "⟦=alnum:32⟧", "X-Request-Id": "⟨req-17⟩"})
_written("headers-bytes", [(b"host", "⟨api.example⟩".encode()), (b"authorization", "Bearer ⟦=jwt⟧".encode())])
_written("cookies", {"sessionid": "⟦=lower:32⟧", "theme": "⟨dark⟩"})
_written("environment", {"PATH": "⟨/usr/bin⟩", "STRIPE_SECRET_KEY": "⟦=stripe⟧", "LOG_LEVEL": "⟨debug⟩"})
_written("environment-list", ["⟨PORT=8000⟩", "DB_PASSWORD=⟦=pw⟧", "DATABASE_URL=postgres://app:⟦=pw⟧@⟨db.example/app⟩"])
_written("deep", {"a": [{"b": ({"client_secret": "⟦=url:40⟧", "⟨client_id⟩": "⟨web⟩"},)}]})
_written("tuple", ("⟨connect⟩", "redis://:⟦=pw⟧@⟨cache.example:6379/0⟩", 3))
_written("set", {"⟨read⟩", "⟦=github⟧"})
_written("frozenset", frozenset({"⟨write⟩", "⟦=slack⟧"}))
_written("body-bytes", "⟨user=mira⟩&password=⟦=pw⟧".encode())
_written("body-json-bytes", '{"⟨user⟩":"mira","api_token":"⟦=alnum:40⟧"}'.encode())
_written("key-is-token", {"⟦=github⟧": "⟨ci⟩", "⟨other⟩": "x"})
_written("key-is-email", {"⟦marta.kowal⟧@mail.example": {"⟨visits⟩": 3}})
_written("task-kwargs", {"args": [17, "⟨full⟩"], "kwargs": {"api_key": "⟦=alnum:32⟧", "⟨page⟩": 2}})
_written(
    "graphql",
    {"query": "⟨mutation($password: String!) { login(password: $password) }⟩", "variables": {"password": "⟦=pw⟧"}},
)
_written("json-inside", {"⟨status⟩": 500, "body": '{"refresh_token":"⟦=url:48⟧"}'})
_written("validation", [{"loc": ("body", "⟨password⟩"), "msg": "⟨too short⟩", "input": "⟦Fjord-77⟧"}])
_written("validation-card", [{"loc": ["⟨number⟩"], "msg": "⟨expired⟩", "input": "⟦=card:visa⟧"}])
_written("inspect", {"Config": {"Env": ["⟨LANG=C.UTF-8⟩", "POSTGRES_PASSWORD=⟦=pw⟧"], "Image": "⟨postgres:16⟩"}})
_written("rows", [{"⟨id⟩": 1, "password_hash": "⟦=argon2⟧"}, {"⟨id⟩": 2, "password_hash": "⟦=bcrypt⟧"}])
_written("parameters", ["⟨INSERT INTO members (mail) VALUES (?)⟩", ("⟦nils.berg⟧@mail.example",)])
_written("beside-none", {"password": None, "token": "⟦=alnum:40⟧", "has_token": True, "⟨expires⟩": 3600})
_written("argv", ["⟨sync⟩", "--token=⟦=alnum:40⟧", "⟨--verbose⟩"])
_written("people", [{"email": "⟦lena.fischer⟧@mail.example", "phone": "⟦+4915228817386⟧", "⟨plan⟩": "pro"}])
_written("payout", {"iban": "⟦=iban:DE⟧", "⟨amount⟩": 1250, "⟨currency⟩": "EUR"})
_written("record", {"mrn": "⟦00458821⟧", "⟨ward⟩": "3B"})
_written("multi-values", {"⟨next⟩": ["⟨/home⟩"], "password": ["⟦=pw⟧"], "csrfmiddlewaretoken": ["⟦=alnum:64⟧"]})
_written("oauth", {"access_token": "⟦=jwt⟧", "token_type": "⟨Bearer⟩", "expires_in": 3600, "id_token": "⟦=jwt⟧"})

_found(GROUP, "ordered", "pw", lambda s: collections.OrderedDict(host="db", password=s), "host", check=_same_keys)
_found(
    GROUP, "default", "pw", lambda s: collections.defaultdict(str, {"mode": "x", "passwd": s}), "mode", check=_same_keys
)
_found(GROUP, "deque", "github", lambda s: collections.deque(["start", s], maxlen=5), "start", check=_same_size)
_found(GROUP, "counter", "slack", lambda s: collections.Counter({s: 3, "other": 1}), "other")
_found(GROUP, "chain", "pw", lambda s: collections.ChainMap({"debug": True}, {"password": s}), "debug")
_found(GROUP, "proxy", "alnum:40", lambda s: types.MappingProxyType({"api_token": s, "region": "eu"}), "region")
_found(GROUP, "user-dict", "pw", lambda s: collections.UserDict({"password": s, "zone": "b"}), "zone")
_found(GROUP, "bytearray", "stripe", lambda s: bytearray(f"key {s} refused", "ascii"), check=_same_type)
_found(GROUP, "namespace", "alnum:40", lambda s: types.SimpleNamespace(region="eu", token=s), "region")
_found(GROUP, "arguments", "pw", lambda s: argparse.Namespace(command="sync", password=s), "command")
_found(GROUP, "split-url", "pw", lambda s: urlsplit(f"postgres://app:{s}@db.example/app"), "db.example")
_found(GROUP, "pairs", "pw", lambda s: parse_qsl(f"user=mira&password={s}"), "mira", check=_same_size)
_found(GROUP, "partial", "alnum:32", lambda s: functools.partial(print, api_key=s, sep="-"))
_found(GROUP, "talkative", "pw", lambda s: Talkative(f"mysql://root:{s}@my.example/app"), "my.example")
_found(GROUP, "completed", "pw", lambda s: subprocess.CompletedProcess(["dump", f"--password={s}"], 2), "dump")
_found(GROUP, "cookie-jar", "lower:32", _cookie)
_found(
    GROUP,
    "record-args",
    "pw",
    lambda s: _record("connect %s", f"redis://:{s}@cache.example/0").getMessage(),
    "cache.example",
)
_found(
    GROUP,
    "message",
    "alnum:40",
    lambda s: str(_message(Host="api.example", Authorization=f"Bearer {s}")),
    "api.example",
)
_found(GROUP, "pin-number", "digits:8", lambda s: {"pin": int(s), "tries": 3}, "tries", check=_same_keys)
_found(
    GROUP, "values-beside", "pw", lambda s: {"at": dt.date(2026, 3, 2), "price": decimal.Decimal("9.90"), "password": s}
)

_found(MODELS, "dataclass", "pw", lambda s: BrokerConfig("mq.example", 5672, "app", s), "mq.example")
_found(
    MODELS,
    "dataclass-frozen",
    "hex:64",
    lambda s: SignedLink(f"https://cdn.example/a.png?X-Amz-Signature={s}", 60),
    "cdn.example",
)
_found(MODELS, "dataclass-nested", "pw", lambda s: Deployment("api:1.4", 3, [BrokerConfig("mq", 1, "a", s)]), "api:1.4")
_found(MODELS, "dataclass-in-dict", "pw", lambda s: {"broker": BrokerConfig("mq", 1, "a", s), "retries": 4}, "retries")
_found(
    MODELS, "dataclass-tags", "github", lambda s: BrokerConfig("mq.example", 1, "a", "", {"note": f"use {s}"}), "note"
)
_found(MODELS, "row", "like:l5.l7", lambda s: Member(17, f"{s}@mail.example", "gold"), "gold")
_found(MODELS, "pydantic", "pw", lambda s: SignUp(username="mira", password=s), "mira")
_found(
    MODELS,
    "pydantic-nested",
    "stripe",
    lambda s: Shop(title="Tea", gateways=[Gateway(name="g", api_key=s, endpoint="/v1")]),
    "Tea",
)
_found(
    MODELS, "pydantic-dump", "pw", lambda s: SignUp(username="mira", password=s).model_dump(), "mira", check=_same_keys
)
_found(MODELS, "pydantic-list", "pw", lambda s: [SignUp(username="mira", password=s)], "mira", check=_same_size)
_found(MODELS, "attrs", "pw", lambda s: Mailbox("imap.example", "bot", s), "imap.example")
_found(MODELS, "attrs-tuple", "pw", lambda s: ("poll", Mailbox("imap.example", "bot", s)), "poll")
_found(MODELS, "struct", "alnum:40", lambda s: Feed("wss://ws.example/v2", s, 5), "ws.example")
_found(
    MODELS, "struct-json", "alnum:40", lambda s: msgspec.json.encode(Feed("wss://ws.example/v2", s, 5)), "ws.example"
)

_found(ERRORS, "runtime", "pw", lambda s: RuntimeError(f"postgres://app:{s}@db.example/app is down"), "db.example")
_found(ERRORS, "key", "jwt", KeyError)
_found(ERRORS, "os", "pw", lambda s: OSError(2, "No such file", f"ftp://u:{s}@ftp.example/a.csv"), "ftp.example")
_found(ERRORS, "arguments", "alnum:32", lambda s: QuotaError("over quota", api_key=s, limit=40), "over quota")
_found(
    ERRORS,
    "called",
    "pw",
    lambda s: subprocess.CalledProcessError(2, ["pg_dump", f"postgres://a:{s}@db.example/a"]),
    "pg_dump",
)
_found(
    ERRORS, "timeout", "alnum:40", lambda s: subprocess.TimeoutExpired(f"curl -H 'Authorization: Bearer {s}'", 30), "30"
)
_found(ERRORS, "chained", "pw", _chained, "cache.example")
_found(
    ERRORS, "group", "github", lambda s: ExceptionGroup("two failed", [ValueError(f"bad token {s}"), TypeError("n")])
)
_found(
    ERRORS,
    "http",
    "alnum:40",
    lambda s: ValueError(f"HTTP 401 for https://api.example/me?access_token={s}"),
    "api.example",
)
_found(ERRORS, "unicode", "stripe", lambda s: _raised(lambda: f"key={s}é".encode("ascii")))
_found(
    ERRORS,
    "validation",
    "alnum:40",
    lambda s: _raised(lambda: StrictPort.model_validate({"port": 1, "access_token": s})),
)
_found(
    ERRORS,
    "integrity",
    "like:l5.l7",
    lambda s: sqlite3.IntegrityError(f"Duplicate entry '{s}@mail.example' for key 'u.mail'"),
)
_found(ERRORS, "in-list", "anthropic", lambda s: ["retry", PermissionError(f"invalid x-api-key {s}")], "retry")
_found(ERRORS, "with-note", "pw", lambda s: {"error": ValueError(f"password={s} refused"), "attempt": 2}, "attempt")

# what the strict tier has to find
_written(
    "customer", {"first_name": "⟦Wilhelmina⟧", "last_name": "⟦Osterberg⟧", "⟨plan⟩": "pro"}, group=STRICT, tier="strict"
)
_written(
    "shipping", {"shipping_address": {"street": "⟦Gartenweg 17⟧"}, "⟨carrier⟩": "dpd"}, group=STRICT, tier="strict"
)
_written("birth", {"date_of_birth": "⟦1984-07-19⟧", "⟨source⟩": "import"}, group=STRICT, tier="strict")
_written("peer", {"client_ip": "⟦203.0.113.45⟧", "⟨status⟩": 403}, group=STRICT, tier="strict")
_written("forwarded", [("X-Forwarded-For", "⟦198.51.100.23⟧"), ("Host", "⟨shop.example⟩")], group=STRICT, tier="strict")
_written("device", {"imei": "⟦490154203237518⟧", "⟨model⟩": "P8"}, group=STRICT, tier="strict")
_written("passport", {"passport_number": "⟦C01X00T47⟧", "⟨valid⟩": False}, group=STRICT, tier="strict")
_written("dicom", {"PatientName": "⟦Benedetti^Aurelio⟧", "⟨Modality⟩": "⟨MR⟩"}, group=STRICT, tier="strict")
_written("fhir", {"name": [{"family": "⟦Benedetti⟧"}], "resourceType": "⟨Patient⟩"}, group=STRICT, tier="strict")
_written("names", {"customers": [{"full_name": "⟦Marit Solheim⟧", "⟨id⟩": 4}]}, group=STRICT, tier="strict")
_found(STRICT, "peer-error", "like:203.0.113.d2", lambda s: OSError(f"{s}:443 refused"), "refused", tier="strict")

# nothing to be taken away
_plain(CLEAN, "decimal", lambda: decimal.Decimal("1234.5600"))
_plain(CLEAN, "datetime", lambda: dt.datetime(2026, 3, 2, 9, 12, 44, tzinfo=dt.UTC))
_plain(CLEAN, "timedelta", lambda: {"lifetime": dt.timedelta(hours=1)})
_plain(CLEAN, "uuid", lambda: uuid.UUID("7b1e4f0c-93a4-4e0e-9d2b-51f04c7a0a11"))
_plain(CLEAN, "uuid-keys", lambda: {uuid.UUID(int=7): "done", uuid.UUID(int=8): "failed"})
_plain(CLEAN, "path", lambda: pathlib.PurePosixPath("/run/secrets/db_password"))
_plain(CLEAN, "enum", lambda: Credential.PASSWORD)
_plain(CLEAN, "enum-value", lambda: {"method": Credential.TOKEN, "level": Level.HIGH})
_plain(CLEAN, "bytes", lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
_plain(CLEAN, "bytearray", lambda: bytearray(b"\x00\x01\x02"))
_plain(CLEAN, "fraction", lambda: fractions.Fraction(3, 7))
_plain(CLEAN, "complex", lambda: 3 + 4j)
_plain(CLEAN, "numbers", lambda: [0, -1, 4411, 2**70, 1.5, True, None])
_plain(CLEAN, "booleans", lambda: {"password": True, "token": False, "secret": None})
_plain(CLEAN, "flags", lambda: {"has_password": True, "password_required": False, "token_count": 812})
_plain(CLEAN, "usage", lambda: {"prompt_tokens": 1204, "completion_tokens": 310, "total_tokens": 1514})
_plain(CLEAN, "address", lambda: ipaddress.ip_address("203.0.113.45"))
_plain(CLEAN, "network", lambda: [ipaddress.ip_network("10.42.0.0/16")])
_plain(CLEAN, "pattern", lambda: re.compile(r"password=(\S+)"))
_plain(CLEAN, "range", lambda: range(2, 40, 3))
_plain(CLEAN, "slice", lambda: slice(1, 9, 2))
_plain(CLEAN, "ellipsis", lambda: (..., NotImplemented))
_plain(CLEAN, "generator", lambda: _count(5))
_plain(CLEAN, "iterator", lambda: iter([1, 2, 3]))
_plain(CLEAN, "islice", lambda: itertools.islice(itertools.count(), 4))
_plain(CLEAN, "map", lambda: map(str, [1, 2]))
_plain(CLEAN, "zip-in-dict", lambda: {"pairs": zip("ab", (1, 2), strict=True)})
_plain(CLEAN, "function", lambda: _same_type)
_plain(CLEAN, "class", lambda: BrokerConfig)
_plain(CLEAN, "module", lambda: {"json": types})
_plain(CLEAN, "opaque", lambda: Opaque(3))
_plain(CLEAN, "deque", lambda: collections.deque([1, "two"], maxlen=4))
_plain(CLEAN, "default", lambda: collections.defaultdict(list, {"a": [1]}))
_plain(CLEAN, "counter", lambda: collections.Counter("abracadabra"))
_plain(CLEAN, "ordered", lambda: collections.OrderedDict(b=1, a=2))
_plain(CLEAN, "integer-keys", lambda: {404: "Not Found", 503: "Service Unavailable"})
_plain(CLEAN, "tuple-keys", lambda: {("eu", 1): "ok", ("us", 2): "down"})
_plain(CLEAN, "empty", lambda: [{}, [], (), set(), "", b""])
_plain(CLEAN, "nested", lambda: {"a": [{"b": ({"c": {1, 2}},)}]})
_plain(CLEAN, "headers", lambda: [("Content-Type", "application/json"), ("X-Request-Id", "req_8ZkH2Q1x")])
_plain(CLEAN, "header-names", lambda: ["authorization", "cookie", "x-api-key"])
_plain(CLEAN, "schema", lambda: {"password": {"type": "string", "minLength": 12}, "token": {"type": "string"}})
_plain(CLEAN, "columns", lambda: ("id", "email", "password_hash", "api_token"))
_plain(CLEAN, "query", lambda: {"sql": "SELECT id FROM users WHERE password = %(password)s", "rows": 0})
_plain(CLEAN, "split-url", lambda: urlsplit("https://shop.example/search?q=shoes&page=2"))
_plain(CLEAN, "arguments", lambda: argparse.Namespace(command="sync", verbose=True, limit=40))
_plain(CLEAN, "completed", lambda: subprocess.CompletedProcess(["git", "status"], 0, "clean", ""))
_plain(CLEAN, "commit", lambda: {"commit": "4f2a9c0d1e8b7a6655443322110099aabbccddee", "branch": "main"})
_plain(CLEAN, "message", lambda: str(_message(Subject="Invoice 2026-000417", X_Mailer="shop 1.4")))

_plain(CLEAN_MODELS, "dataclass", lambda: Deployment("shop/api:1.4.2", 3))
_plain(CLEAN_MODELS, "dataclass-frozen", lambda: SignedLink("https://cdn.example/a.png", 60))
_plain(CLEAN_MODELS, "row", lambda: Sensor(7, "kPa", 101.3))
_plain(CLEAN_MODELS, "rows", lambda: [Sensor(7, "kPa", 101.3), Sensor(8, "degC", 21.5)])
_plain(CLEAN_MODELS, "pydantic", lambda: Product(sku="TEA-17", price=decimal.Decimal("9.90"), tags=["green"]))
_plain(CLEAN_MODELS, "pydantic-in-dict", lambda: {"product": Product(sku="T", price=decimal.Decimal(1), tags=[])})
_plain(CLEAN_MODELS, "attrs", lambda: Rectangle(3, 4))
_plain(CLEAN_MODELS, "struct", lambda: Tick("ABC", 12.5))
_plain(CLEAN_MODELS, "model-class", lambda: SignUp)

_plain(CLEAN_ERRORS, "value", lambda: ValueError("Invalid token at line 3, column 14"))
_plain(CLEAN_ERRORS, "key", lambda: KeyError("password"))
_plain(CLEAN_ERRORS, "type", lambda: TypeError("login() missing 1 required positional argument: 'password'"))
_plain(CLEAN_ERRORS, "os", lambda: FileNotFoundError(2, "No such file or directory", "/run/secrets/db_password"))
_plain(CLEAN_ERRORS, "zero", lambda: _raised(lambda: 1 / 0))
_plain(CLEAN_ERRORS, "integrity", lambda: sqlite3.IntegrityError("UNIQUE constraint failed: users.email"))
_plain(CLEAN_ERRORS, "called", lambda: subprocess.CalledProcessError(1, ["git", "push"]))
_plain(CLEAN_ERRORS, "group", lambda: ExceptionGroup("two failed", [ValueError("a"), TypeError("b")]))
_plain(CLEAN_ERRORS, "url", lambda: urllib.error.URLError("timed out"))
_plain(CLEAN_ERRORS, "validation", lambda: _raised(lambda: Product.model_validate({"sku": "T"})))
_plain(CLEAN_ERRORS, "in-dict", lambda: {"error": TimeoutError("no answer within 30 s"), "attempt": 3})
