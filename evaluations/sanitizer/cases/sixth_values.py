"""Objects with secrets in them and objects without, written without a look at the rules. All made up."""

from __future__ import annotations

import argparse
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import functools
import http.cookies
import io
import itertools
import logging
import pathlib
import re
import subprocess
import types
import urllib.request
import uuid
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

GROUP, CLEAN, STRICT = "sixth-objects", "clean-sixth-objects", "sixth-strict-objects"


@dataclasses.dataclass
class Mailer:
    """Settings of a sender of mail."""

    host: str
    port: int
    username: str
    password: str


@dataclasses.dataclass(frozen=True, slots=True)
class Peer:
    """Another service, and how to reach it."""

    name: str
    api_token: str
    labels: tuple[str, ...] = ()


@dataclasses.dataclass
class Tenant:
    """Holds another dataclass."""

    id: int
    mailer: Mailer
    notes: dict[str, Any]


@attrs.define
class Grant:
    """What an OAuth client was given."""

    client_id: str
    refresh_token: str
    expires: int


class Signup(pydantic.BaseModel):
    """A form."""

    email: str
    password: str
    plan: str = "free"


class Checkout(pydantic.BaseModel):
    """A form in a form."""

    order: int
    signup: Signup


class Message(msgspec.Struct):
    """What goes through a queue."""

    topic: str
    secret_key: str
    attempt: int = 0


class Login(NamedTuple):
    """User and password."""

    user: str
    password: str
    realm: str


class UpstreamError(Exception):
    """An error that carries more than its message."""

    def __init__(self, message: str, body: dict[str, Any]) -> None:
        super().__init__(message, body)
        self.body = body


class Plan(enum.Enum):
    """Nothing secret."""

    FREE = "free"
    TEAM = "team"


class Quiet:
    """Has a secret inside, and does not show it."""

    def __init__(self) -> None:
        self._mode = "live"

    def __repr__(self) -> str:
        return "<Quiet mode=live>"


class Loud:
    """Shows what it holds."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def __repr__(self) -> str:
        return f"<Loud dsn={self.dsn}>"


def _secret(
    name: str, build: Callable[[], Any], *secrets: str, keeps: tuple[str, ...] = (), tier: str = "core"
) -> None:
    group = STRICT if tier == "strict" else GROUP
    CASES.append(Case(f"{group}/{name}", group, tier, build, secrets, keeps))


def _clean(name: str, build: Callable[[], Any], check: Callable[[Any, Any], str] | None = None) -> None:
    CASES.append(Case(f"{CLEAN}/{name}", CLEAN, "core", build, check=check))


def _of(kind: str, name: str) -> str:
    return make(kind, f"sixth {name}")


def _raised(error: BaseException, cause: BaseException | None = None, note: str = "") -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:
        if note:
            caught.add_note(note)
        return caught


def _with_secrets() -> None:
    pw, other = _of("pw", "one"), _of("pw", "two")
    token, jwt, key = _of("url:43", "token"), _of("jwt", "jwt"), _of("alnum:40", "key")
    card, ssn, hashed = _of("card:visa", "card"), _of("ssn", "ssn"), _of("bcrypt", "hash")
    iban = _of("iban:NL", "iban")

    _secret("dataclass", lambda: Mailer("smtp.example.test", 587, "notify", pw), pw, keeps=("smtp.example.test", "587"))
    _secret("dataclass-frozen", lambda: Peer("inventory", token, ("eu", "beta")), token, keeps=("inventory", "beta"))
    _secret(
        "dataclass-nested",
        lambda: Tenant(7, Mailer("mx.example.test", 25, "ops", pw), {"dsn": f"redis://:{other}@cache-1:6379/0"}),
        pw,
        other,
        keeps=("mx.example.test", "cache-1:6379/0"),
    )
    _secret("attrs", lambda: Grant("spa", token, 1795164900), token, keeps=("spa", "1795164900"))
    _secret("pydantic", lambda: Signup(email="ylva.storm@example.com", password=pw), pw, "ylva.storm", keeps=("free",))
    _secret(
        "pydantic-nested",
        lambda: {"in": Checkout(order=8812, signup=Signup(email="nils.oja@example.com", password=pw))},
        pw,
        "nils.oja",
        keeps=("8812",),
    )
    _secret("msgspec", lambda: Message("orders", key, 2), key, keeps=("orders",))
    _secret("namedtuple", lambda: [Login("bo", pw, "staff")], pw, keeps=("staff",))
    _secret(
        "dict-tuple-values",
        lambda: {"auth": ("merchant-7", pw), "timeout": (3.05, 27), "url": "https://pay.example.test/v1"},
        pw,
        keeps=("https://pay.example.test/v1", "3.05"),
    )
    _secret("bytes", lambda: f"user=web&password={pw}&next=%2Fcart".encode(), pw, keeps=("next=%2Fcart",))
    _secret(
        "bytes-in-headers",
        lambda: [(b"host", b"app.example.test"), (b"authorization", f"Bearer {jwt}".encode())],
        jwt,
        keeps=("app.example.test",),
    )
    _secret("bytearray", lambda: bytearray(f"PASS {pw}\r\nX-Api-Key: {key}\r\n", "ascii"), pw, key)
    _secret(
        "set",
        lambda: {"https://app.example.test/health", f"https://bot:{pw}@git.example.test/a.git"},
        pw,
        keeps=("https://app.example.test/health",),
    )
    _secret("frozenset", lambda: frozenset({"read", f"Bearer {token}"}), token, keeps=("read",))
    _secret("deque", lambda: collections.deque([f"token={token}", "ok"], maxlen=5), token, keeps=("ok",))
    _secret(
        "ordered-dict",
        lambda: collections.OrderedDict([("host", "db-1"), ("passwd", pw), ("port", 5432)]),
        pw,
        keeps=("db-1", "5432"),
    )
    _secret(
        "default-dict",
        lambda: collections.defaultdict(list, {"access_tokens": [token], "scopes": ["read"]}),
        token,
        keeps=("read",),
    )
    _secret("counter", lambda: collections.Counter({"zita.pohl@example.com": 3, "other": 1}), "zita.pohl")
    _secret(
        "mapping-proxy",
        lambda: types.MappingProxyType({"secret_key": key, "debug": False}),
        key,
        keeps=("debug",),
    )
    _secret("namespace", lambda: types.SimpleNamespace(db_password=pw, workers=4), pw, keeps=("workers",))
    _secret("argparse", lambda: argparse.Namespace(token=token, region="eu-north-1"), token, keeps=("eu-north-1",))
    _secret("user-dict", lambda: collections.UserDict({"client_secret": key, "realm": "main"}), key, keeps=("main",))
    _secret(
        "chain-map",
        lambda: collections.ChainMap({"password": pw}, {"mode": "prod", "password": other}),
        pw,
        keeps=("prod",),
    )
    _secret("email-in-key", lambda: {"gerd.maas@example.com": {"failed": 2}, "total": 2}, "gerd.maas", keeps=("total",))
    _secret(
        "two-mails-in-keys",
        lambda: {"lise.dahl@example.com": 1, "rolf.dahl@example.net": 2},
        "lise.dahl",
        "rolf.dahl",
    )
    _secret("bytes-key", lambda: {b"x-api-key": key.encode(), b"accept": b"*/*"}, key, keeps=("*/*",))
    _secret("tuple-pairs", lambda: (("page", "2"), ("api_key", key)), key, keeps=("page",))
    _secret("card-number-as-int", lambda: {"card_number": int(card), "amount": 1250}, card, keeps=("1250",))
    _secret("pin-as-int", lambda: {"pin": 480917, "user_id": 5512}, "480917", keeps=("5512",))
    _secret("ssn-in-list", lambda: ["row 3", ssn, 12.5], ssn, keeps=("row 3", "12.5"))
    _secret("iban-in-tuple", lambda: ("SEPA", iban, decimal.Decimal("88.20")), iban, keeps=("SEPA", "88.20"))
    _secret("opaque-loud", lambda: {"engine": Loud(f"mysql://root:{pw}@db-1/shop"), "n": 31}, pw, keeps=("31",))
    _secret("url-split", lambda: urlsplit(f"https://u:{pw}@git.example.test/a.git?depth=1"), pw, keeps=("depth=1",))
    _secret(
        "request-url",
        lambda: urllib.request.Request(f"https://api.example.test/v1?access_token={token}").full_url,
        token,
        keeps=("https://api.example.test/v1",),
    )
    _secret("partial", lambda: functools.partial(print, "login", f"password={pw}"), pw)

    def cookie() -> Any:
        jar = http.cookies.SimpleCookie()
        jar["sessionid"] = token
        return jar.output()

    _secret("cookie-output", cookie, token)
    _secret(
        "exception",
        lambda: _raised(ConnectionError(f"cannot reach amqp://shop:{pw}@mq.example.test:5672/prod")),
        pw,
        keeps=("mq.example.test:5672/prod",),
    )
    _secret(
        "exception-dict",
        lambda: _raised(UpstreamError("upstream said no", {"api_key": key, "status": 403})),
        key,
        keeps=("upstream said no",),
    )
    _secret("exception-note", lambda: _raised(ValueError("bad row"), note=f"login was bo / password={pw}"), pw)
    _secret(
        "exception-oserror",
        lambda: _raised(FileNotFoundError(2, "No such file or directory", "/exports/tara.lund@example.com.csv")),
        "tara.lund",
        keeps=("No such file or directory",),
    )
    _secret(
        "exception-group",
        lambda: ExceptionGroup("two failed", [ValueError(f"token={token}"), KeyError("page")]),
        token,
        keeps=("page",),
    )
    _secret(
        "called-process",
        lambda: subprocess.CalledProcessError(1, ["pg_dump", f"--dbname=postgresql://web:{pw}@db-1/shop"]),
        pw,
        keeps=("pg_dump",),
    )
    _secret("exception-key", lambda: KeyError("mara.toll@example.com"), "mara.toll")
    _secret(
        "log-record",
        lambda: vars(
            logging.LogRecord("shop.auth", logging.ERROR, "auth.py", 31, "bad token %s", (f"Bearer {jwt}",), None)
        )["args"],
        jwt,
    )
    _secret(
        "row-in-event",
        lambda: {"row": {"id": 17, "password": hashed, "plan": Plan.TEAM, "since": dt.date(2026, 1, 4)}},
        hashed,
        keeps=("17",),
    )
    _secret("list-of-argv", lambda: ["redis-cli", "-a", pw, "--no-auth-warning", "PING"], pw, keeps=("PING",))
    _secret(
        "long-traceback",
        lambda: "\n".join(
            f'  File "/srv/app/module_{n}.py", line {n * 7}, in step_{n}\n'
            + (f"    connect(password='{pw}')" if n == 31 else f"    return step_{n + 1}(value, depth={n})")
            for n in range(60)
        ),
        pw,
        keeps=tuple(f"in step_{n}\n" for n in (0, 1, 30, 31, 32, 59)),
    )
    _secret("deep", lambda: functools.reduce(lambda v, _: {"v": [v]}, range(12), {"api_token": key, "z": "end"}), key)

    _secret(
        "address-dict",
        lambda: {"first_name": "Wilhelmina", "street": "Birkenallee 7", "order": 8812},
        "Wilhelmina",
        "Birkenallee 7",
        keeps=("8812",),
        tier="strict",
    )
    _secret(
        "client-tuple",
        lambda: {"client": ("203.0.113.61", 51344), "path": "/cart"},
        "203.0.113.61",
        keeps=("/cart",),
        tier="strict",
    )
    # Doubt: a date of Python under the key; it is data of a person all the same.
    _secret(
        "birthday",
        lambda: {"date_of_birth": dt.date(1987, 3, 14), "tier": "silver"},
        "1987-03-14",
        "1987, 3, 14",
        keeps=("silver",),
        tier="strict",
    )


def _not_consumed(given: Any, got: Any) -> str:
    if got is not given:
        return "is another iterator"
    return "" if next(iter(got), None) is not None else "was drawn from"


def _numbers() -> Iterator[int]:
    yield from (1, 2, 3)


def _without() -> None:
    _clean("decimal", lambda: {"total": decimal.Decimal("59.90"), "vat": decimal.Decimal("9.57")})
    _clean("fraction", lambda: [fractions.Fraction(1, 3), complex(1, 2), 1e-9, -0.0])
    _clean("dates", lambda: (dt.datetime(2026, 11, 20, 8, 44, 2), dt.date(2026, 11, 20), dt.timedelta(days=3)))
    _clean("zone", lambda: dt.datetime(2026, 11, 20, 8, 44, tzinfo=dt.timezone(dt.timedelta(hours=2))))
    _clean("uuid", lambda: {"id": uuid.UUID("0e7d5a2c-3b52-4e6a-9a0b-55c6a3b8f2d1")})
    _clean("path", lambda: [pathlib.PurePosixPath("/srv/app/secrets.py"), pathlib.PurePosixPath("token.txt")])
    _clean("enum", lambda: {"plan": Plan.TEAM, "plans": list(Plan)})
    _clean("bytes-binary", lambda: bytes(range(256)))
    _clean("bytes-png", lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01")
    _clean("memoryview", lambda: memoryview(b"plain text without anything"))
    _clean("generator", _numbers, _not_consumed)
    _clean("map", lambda: map(str, [1, 2, 3]), _not_consumed)
    _clean("count", lambda: itertools.count(5), _not_consumed)
    _clean("dict-none", lambda: {"password": None, "token": None, "api_key": "", "has_password": True})
    _clean("dict-flags", lambda: {"token_required": True, "password_set": False, "secret_count": 0})
    _clean("dict-int-keys", lambda: {1: "one", 2.5: "two and a half", None: "nothing", (1, 2): "pair"})
    _clean("token-counts", lambda: {"prompt_tokens": 812, "completion_tokens": 164, "max_tokens": 1024})
    _clean("range", lambda: {"ports": range(8000, 8010), "step": slice(0, 10, 2)})
    _clean("set", lambda: {"auth.view_token", "auth.add_user"})
    _clean("frozenset", lambda: frozenset({1, 2, 3}))
    _clean("deque", lambda: collections.deque([1, 2, 3], maxlen=3))
    _clean("default-dict", lambda: collections.defaultdict(int, {"logins": 3}))
    _clean("counter", lambda: collections.Counter("mississippi"))
    _clean("ordered", lambda: collections.OrderedDict([("b", 1), ("a", 2)]))
    _clean("pattern", lambda: re.compile(r"password=(?P<value>\S+)"))
    _clean("function", lambda: urlsplit)
    _clean("class", lambda: Mailer)
    _clean("module", lambda: re)
    _clean("opaque-quiet", lambda: [Quiet.__name__, Plan.FREE, NotImplemented, ...])
    _clean("url-split", lambda: urlsplit("https://api.example.test/v1/tokens?page=2#top"))
    _clean("dataclass", lambda: Peer("inventory", "", ("eu",)))
    _clean("attrs", lambda: Grant("spa", "", 0))
    _clean("struct", lambda: Message("orders", "", 3))
    _clean("pydantic", lambda: Signup(email="", password=""))
    _clean("secret-str", lambda: {"password": pydantic.SecretStr("")})
    _clean("exception", lambda: ValueError("password is required"))
    _clean("exception-key", lambda: KeyError("access_token"))
    _clean("exception-os", lambda: PermissionError(13, "Permission denied", "/run/secrets/db_password"))
    _clean("exception-group", lambda: ExceptionGroup("two failed", [KeyError("token"), TimeoutError()]))
    _clean("string-io", io.StringIO, lambda given, got: "" if got is given else "is another object")
    _clean("huge-int", lambda: {"n": 10**40, "m": -(2**63)})
    _clean("empty", lambda: [{}, [], (), set(), "", b"", None])
    _clean("nested-tuple", lambda: ((1, ("a", ("b", [None, {"c": ()}]))),))
    _clean("trace", lambda: {"trace_id": int("0af7651916cd43dd8448eb211c80319c", 16), "sampled": True})
    _clean("long-list", lambda: [{"id": n, "key": f"row-{n}", "token_count": n * 3} for n in range(400)])
    _clean("long-text", lambda: "\n".join(f"{n:05} step={n} key=row-{n} took={n / 7:.3f}s" for n in range(300)))
    _clean("namespace", lambda: types.SimpleNamespace(verbose=1, password=None))


_with_secrets()
_without()
