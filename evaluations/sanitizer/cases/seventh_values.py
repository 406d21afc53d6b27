"""Objects as applications hand them to a logger, with secrets in them and without. Written without a look at the rules."""

from __future__ import annotations

import argparse
import array
import ast
import collections
import dataclasses
import datetime as dt
import decimal
import email.message
import enum
import fractions
import functools
import io
import itertools
import logging
import pathlib
import re
import subprocess
import sys
import types
import uuid
import zoneinfo
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import attrs
import msgspec
import pydantic

from evaluations.sanitizer.case import Case
from evaluations.sanitizer.make import make

__all__ = ["CASES"]

CASES: list[Case] = []

_GROUP, _CLEAN, _STRICT, _CLEAN_STRICT = (
    "seventh-values", "clean-seventh-values", "seventh-strict-values", "clean-seventh-strict-values",
)  # fmt: skip


@dataclasses.dataclass
class Broker:
    """Where jobs go to."""

    url: str
    heartbeat: int
    password: str | None = None


@dataclasses.dataclass(frozen=True)
class Subscriber:
    """Who gets a newsletter."""

    email: str
    locale: str
    token: str = dataclasses.field(repr=False, default="")


@dataclasses.dataclass
class Policy:
    """Words that sound of secrets, with nothing behind them."""

    password_required: bool
    token_ttl: int
    has_secret: bool = False
    api_key: str | None = None


class Grant(NamedTuple):
    """An answer of an authorization server."""

    access_token: str
    expires_in: int
    scope: str


class Lexeme(NamedTuple):
    """A token of a parser, not of a client."""

    token: str
    line: int
    column: int


@attrs.frozen
class Tunnel:
    """A way through a bastion."""

    host: str
    user: str
    passphrase: str


class Payout(msgspec.Struct):
    """Money that leaves."""

    reference: str
    iban: str
    cents: int


class Account(pydantic.BaseModel):
    """What a client signs up with."""

    login: str
    password: str
    plan: str


class Masked(pydantic.BaseModel):
    """A model that takes care of itself."""

    host: str
    password: pydantic.SecretStr


class Grammar(enum.Enum):
    """Kinds of tokens."""

    TOKEN = "token"
    SECRET = "secret"


class GatewayError(Exception):
    """An answer that was not what was asked for."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status


def _secret(
    name: str,
    build: Callable[..., Any],
    *makers: str,
    keeps: tuple[str, ...] = (),
    plain: tuple[str, ...] = (),
    tier: str = "core",
) -> None:
    """A case whose object is built of secrets that are made, and of others that stand in the code."""
    name = f"{_GROUP if tier == 'core' else _STRICT}/{name}"
    made = tuple(make(maker, f"{name} {n}") for n, maker in enumerate(makers))
    CASES.append(
        Case(
            name,
            name.partition("/")[0],
            tier,
            functools.partial(build, *made),
            tuple(dict.fromkeys(made + plain)),
            keeps,
        )
    )


def _clean(
    name: str, build: Callable[[], Any], check: Callable[[Any, Any], str] | None = None, tier: str = "core"
) -> None:
    group = _CLEAN if tier == "core" else _CLEAN_STRICT
    CASES.append(Case(f"{group}/{name}", group, tier, build, check=check))


def _identical(given: object, got: object) -> str:
    return "" if given is got else "is another object"


def _yields(*items: object) -> Callable[[Any, Any], str]:
    """The iterator that came back has all of its items yet."""
    return lambda given, got: "" if tuple(got) == items else "was drawn from"


# objects of an application's own


_secret("dataclass", lambda p: Broker("amqp://rabbit:5672//", 30, p), "pw", keeps=("amqp://rabbit:5672//", "heartbeat"))
_secret("dataclass-url", lambda p: [Broker(f"amqp://jobs:{p}@rabbit/prod", 30)], "pwlow", keeps=("30",))
_secret(
    "dataclass-hidden-field",
    lambda t: {"to": Subscriber("mirela.stan@posta.example", "ro", t)},
    "url:43",
    plain=("mirela.stan",),
    keeps=("locale",),
)
_secret("named-tuple", lambda t: Grant(t, 3600, "read:orders"), "jwt", keeps=("3600", "read:orders"))
_secret(
    "attrs", lambda p: Tunnel("bastion.example.com", "deploy", p), "phrase", keeps=("bastion.example.com", "deploy")
)
_secret("msgspec", lambda i: (Payout("PO-118", i, 118040),), "iban:PT", keeps=("PO-118", "118040"))
_secret(
    "pydantic", lambda p: Account(login="otto", password=p, plan="gold"), "pwsym", keeps=("otto", "gold", "password")
)
_secret(
    "pydantic-beside-masked",
    lambda t: {"smtp": Masked(host="smtp.example.com", password=pydantic.SecretStr("x")), "api_token": t},
    "hex:40",
    keeps=("smtp.example.com", "**********"),
)
_secret("namespace-of-arguments", lambda t: argparse.Namespace(region="eu", token=t), "github:fine", keeps=("eu",))
_secret(
    "simple-namespace",
    lambda p: types.SimpleNamespace(host="db-1", port=5432, password=p),
    "pw",
    keeps=("db-1", "5432"),
)

# exceptions


_secret(
    "exception-text",
    lambda p: ConnectionError(f"Error 111 connecting to redis://:{p}@cache-1:6379/0. Connection refused."),
    "alnum:24",
    keeps=("Error 111", "cache-1:6379/0. Connection refused."),
)
_secret(
    "exception-with-body",
    lambda t: GatewayError(401, {"error": "invalid_client", "client_secret": t}),
    "url:40",
    keeps=("401", "invalid_client"),
)
_secret(
    "exception-group",
    lambda t: ExceptionGroup("2 of 5 failed", [TimeoutError("after 30 s"), ValueError(f"bad token={t}")]),
    "hex:40",
    keeps=("2 of 5 failed", "after 30 s"),
)


def _noted(p: str) -> Exception:
    error = RuntimeError("migration 0041 failed")
    error.add_note(f"dsn was postgresql://shop:{p}@db-1/shop")
    return error


_secret("exception-note", _noted, "pw", keeps=("migration 0041 failed", "db-1/shop"))
_secret(
    "called-process-error",
    lambda p: subprocess.CalledProcessError(2, ["mysql", "-h", "db-2", f"--password={p}"], stderr=b"ERROR 1045"),
    "alnum:16",
    keeps=("mysql", "db-2"),
)
_secret(
    "completed-process",
    lambda t: subprocess.CompletedProcess(["gh", "auth", "token"], 0, stdout=f"{t}\n"),
    "github:o",
    keeps=("gh",),
)
_secret(
    "unicode-error",
    lambda p: UnicodeDecodeError("utf-8", f"login=ren\xe9&password={p}".encode("latin-1"), 9, 10, "invalid"),
    "pw",
    keeps=("utf-8",),
)

# containers of the standard library


_secret(
    "ordered-dict",
    lambda s: collections.OrderedDict([("client_id", "shop-web"), ("client_secret", s), ("grant", "code")]),
    "hex:64",
    keeps=("shop-web", "grant"),
)
_secret(
    "default-dict",
    lambda a, b: collections.defaultdict(list, {"api_keys": [a, b], "regions": ["eu-1"]}),
    "alnum:32",
    "alnum:32",
    keeps=("eu-1",),
)
_secret(
    "counter-of-mails",
    lambda: collections.Counter({"ivana.babic@posta.example": 3, "other": 1}),
    plain=("ivana.babic",),
    keeps=("other",),
)
_secret(
    "deque", lambda t: collections.deque(["GET /", f"GET /x?access_token={t}"], maxlen=5), "url:43", keeps=("GET /",)
)
_secret("set", lambda a, b: {a, b, "eu-central-1"}, "stripe", "slack", keeps=("eu-central-1",))
_secret("frozenset", lambda: frozenset({"lajos.kis@posta.example"}), plain=("lajos.kis",))
_secret(
    "proxy-of-a-mapping",
    lambda t: types.MappingProxyType({"x-vault-token": t, "accept": "*/*"}),
    "vault",
    keeps=("accept", "*/*"),
)
_secret(
    "chain-map",
    lambda p: collections.ChainMap({"DB_PASSWORD": p}, {"DB_HOST": "db-1", "DB_PORT": "5432"}),
    "pw",
    keeps=("db-1", "5432"),
)
_secret(
    "tuple-of-task",
    lambda: (("hugo.silva@correio.example", 17), {"template": "welcome"}),
    plain=("hugo.silva",),
    keeps=("17", "welcome"),
)
_secret(
    "rich-mix",
    lambda c: {
        "id": uuid.UUID("4db6a1f2-88b0-4f7a-9c1b-6f22d4b1a500"),
        "total": decimal.Decimal("118.40"),
        "at": dt.datetime(2026, 11, 27, 8, 14, 22, tzinfo=dt.UTC),
        "card": {"number": c, "brand": "visa"},
    },
    "card:visa",
    keeps=("4db6a1f2-88b0-4f7a-9c1b-6f22d4b1a500", "118.40", "2026-11-27 08:14:22", "brand"),
)
_secret(
    "bytes-form", lambda p: f"user=otto&password={p}&next=%2Fcart".encode(), "pwlow", keeps=("otto", "next=%2Fcart")
)
_secret("bytes-json", lambda t: {"body": f'{{"refresh_token":"{t}","v":2}}'.encode()}, "url:64", keeps=("body",))
_secret(
    "bytearray", lambda k: bytearray(f"X-Api-Key: {k}\r\nHost: api.example.com".encode()), "hex:40", keeps=("Host",)
)

# what the standard library hands out


_secret("split-url", lambda p: urlsplit(f"ftp://stock:{p}@ftp.example.com/out/a.csv"), "pw", keeps=("/out/a.csv",))
_secret("partial", lambda p: functools.partial(print, "db-1", password=p), "pw")
_secret("match", lambda t: re.search(r"\S+$", f"token is {t}"), "github")
_secret(
    "path-of-a-person", lambda: pathlib.PurePosixPath("/srv/exports/emeka.obi@imel.example/a.pdf"), plain=("emeka.obi",)
)


def _mail(t: str) -> email.message.EmailMessage:
    message = email.message.EmailMessage()
    message["To"] = "sofie.maes@post.example"
    message["Subject"] = "Reset"
    message.set_content(f"https://shop.example/reset?token={t}\n")
    return message


_secret("mail", _mail, "url:32", plain=("sofie.maes",))
_secret(
    "log-record",
    lambda t: logging.makeLogRecord({"name": "shop", "msg": f"rotated api_key={t}", "levelname": "INFO"}),
    "alnum:32",
)
_secret(
    "record-arguments",
    lambda p: {"msg": "login %s failed for %s", "args": ({"username": "otto", "password": p}, "web-3")},
    "pw",
    keeps=("login %s failed for %s", "otto", "web-3"),
)

# of the strict tier


@dataclasses.dataclass
class Guest:
    """Who comes."""

    first_name: str
    last_name: str
    date_of_birth: dt.date
    room: int


_secret(
    "dataclass-guest",
    lambda: Guest("Franciszka", "Zawadzka", dt.date(1987, 4, 13), 118),
    plain=("Franciszka", "Zawadzka", "1987-04-13"),
    keeps=("118",),
    tier="strict",
)
_secret(
    "peer-name",
    lambda: {"peername": ("198.51.100.61", 51344), "ssl": False},
    plain=("198.51.100.61",),
    keeps=("51344",),
    tier="strict",
)
_secret(
    "passport-in-list",
    lambda: [{"passport_number": "P4827193"}, {"seat": "14C"}],
    plain=("P4827193",),
    keeps=("14C",),
    tier="strict",
)

# nothing secret in them


_clean("policy", lambda: Policy(True, 900))
_clean("policies", lambda: {"web": Policy(False, 60, True), "cli": [Policy(True, 3600)]})
_clean("lexemes", lambda: [Lexeme("secret", 3, 9), Lexeme("=", 3, 16), Lexeme("token", 3, 18)])
_clean("masked-model", lambda: Masked(host="smtp.example.com", password=pydantic.SecretStr("x")))
_clean("enum", lambda: {"kind": Grammar.TOKEN, "other": Grammar.SECRET})
_clean("decimal", lambda: {"pin": None, "amount": decimal.Decimal("4827.1936"), "rate": fractions.Fraction(1, 3)})
_clean(
    "moments", lambda: (dt.datetime(2026, 11, 27, 8, 14), dt.date(2026, 11, 27), dt.timedelta(minutes=15), dt.time(8))
)
_clean("zone", lambda: {"tz": zoneinfo.ZoneInfo("UTC"), "at": dt.datetime(2026, 11, 27, tzinfo=dt.UTC)})
_clean("uuid", lambda: [uuid.UUID("0192f3c4-7d1e-7cc3-9a2b-4d5e6f708192")])
_clean(
    "paths",
    lambda: {"secret_file": pathlib.PurePosixPath("/run/secrets/db_password"), "key": pathlib.Path("a/key.pem")},
)
_clean("numbers", lambda: [4827193650482719, -1, 0.48271936, 3 + 4j, float("inf"), True, None])
_clean("bytes", lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00")
_clean("byte-array", lambda: {"chunk": bytearray(b"\x00\x01\x02\xff" * 4)})
_clean(
    "memory-view",
    lambda: memoryview(b"header only"),
    lambda given, got: "" if bytes(got) == bytes(given) else "differs",
)
_clean("array", lambda: array.array("I", [4827, 1936, 5048]))
_clean("ranges", lambda: [range(3), slice(1, 4), Ellipsis, NotImplemented])
_clean("classes", lambda: [Account, Grant, dict, ValueError])
_clean("function", lambda: make, _identical)
_clean("module", lambda: sys, _identical)
_clean("pattern", lambda: re.compile(r"(?i)(password|token|secret)\s*=\s*(\S+)"))
_clean("default-dict", lambda: collections.defaultdict(int, {"tokens": 3}),
       lambda given, got: "" if got == given and got.default_factory is int else "lost its factory")  # fmt: skip
_clean("deque", lambda: collections.deque(["login", "logout"], maxlen=2),
       lambda given, got: "" if got == given and got.maxlen == 2 else "lost its bound")  # fmt: skip
_clean("ordered-dict", lambda: collections.OrderedDict(z=1, password=None, a=2))
_clean("chain-map", lambda: collections.ChainMap({"token_ttl": 900}, {"region": "eu-1"}))
_clean("proxy-of-a-mapping", lambda: types.MappingProxyType({"accept": "*/*", "auth": None}))
_clean("mixed-keys", lambda: {1: "a", (2, "b"): "c", None: "d", b"e": 5.0, frozenset({6}): True})
_clean("key-error", lambda: KeyError("SECRET_KEY"))
_clean("type-error", lambda: TypeError("login() missing 1 required positional argument: 'password'"))
_clean("os-error", lambda: PermissionError(13, "Permission denied", "/run/secrets/token"))
_clean("exception-group", lambda: ExceptionGroup("auth", [KeyError("token"), TimeoutError()]),
       lambda given, got: "" if repr(got) == repr(given) else "differs")  # fmt: skip
_clean("syntax-tree", lambda: ast.parse("password = get_password(user)"), _identical)
_clean(
    "partial", lambda: functools.partial(int, base=2), lambda given, got: "" if got("101") == 5 else "cannot be called"
)
_clean("grammar-of-url", lambda: urlsplit("https://id.example.com/oauth/token?grant_type=password#top"))


def _numbers() -> Iterator[int]:
    yield from (1, 2, 3)


_clean("generator", _numbers, _yields(1, 2, 3))
_clean("list-iterator", lambda: iter(["token", "secret"]), _yields("token", "secret"))
_clean("chain", lambda: itertools.chain([1], [2]), _yields(1, 2))
_clean("map", lambda: map(str, [1, 2]), _yields("1", "2"))


def _stream() -> io.StringIO:
    stream = io.StringIO("line one\nline two\n")
    stream.readline()
    return stream


_clean("stream", _stream, lambda given, got: "" if got.read() == "line two\n" else "was read")


def _circle() -> list[Any]:
    circle: list[Any] = ["token_ttl", 900]
    circle.append(circle)
    return circle


_clean("circle", _circle, lambda given, got: "" if got[:2] == ["token_ttl", 900] and len(got) == 3 else "differs")
_clean("meeting", lambda: {"starts": dt.date(2026, 11, 27), "first_name": None, "name_required": True}, tier="strict")
_clean("versions", lambda: {"version": "1.2.3.4", "build": (131, 0, 6778, 85)}, tier="strict")
