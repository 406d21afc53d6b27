"""Objects of applications with secrets in them and without, written without a look at the rules. All made up."""

from __future__ import annotations

import argparse
import array
import collections
import contextlib
import dataclasses
import datetime as dt
import decimal
import email.message
import enum
import fractions
import http.client
import ipaddress
import itertools
import json
import pathlib
import queue
import re
import sqlite3
import subprocess
import types
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypedDict
from urllib.parse import urlsplit

import attrs
import msgspec
import pydantic

from evaluations.sanitizer.case import Case
from evaluations.sanitizer.make import make

__all__ = ["CASES"]

CASES: list[Case] = []

GROUP, MODELS, ERRORS = "eighth-objects", "eighth-models", "eighth-raised"
CLEAN, CLEAN_MODELS, CLEAN_ERRORS = "clean-eighth-objects", "clean-eighth-models", "clean-eighth-raised"
STRICT = "eighth-strict-objects"


@dataclasses.dataclass
class DatabaseConfig:
    """How to reach a database."""

    host: str
    port: int
    user: str
    password: str
    options: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class WebhookTarget:
    """Where events are sent."""

    url: str
    signing_secret: str | None
    events: tuple[str, ...] = ("order.paid",)


@dataclasses.dataclass(slots=True)
class Job:
    """What a worker was given to do."""

    id: uuid.UUID
    queue: str
    arguments: list[Any]
    attempts: int = 0


@dataclasses.dataclass
class Person:
    """A row about somebody."""

    id: int
    first_name: str
    last_name: str
    birth_date: str


@attrs.define
class ApiClient:
    """A client of another service."""

    base_url: str
    api_key: str
    timeout: float = 10.0


@attrs.frozen
class Shipment:
    """A parcel."""

    number: str
    contact: str
    weight: decimal.Decimal


class LoginForm(pydantic.BaseModel):
    """What somebody typed."""

    username: str
    password: str
    remember: bool = False


class PaymentRequest(pydantic.BaseModel):
    """What is to be paid, and by which card."""

    amount: decimal.Decimal
    currency: str
    card_number: str


class Envelope(pydantic.BaseModel):
    """A model that holds others."""

    kind: str
    login: LoginForm | None = None
    headers: dict[str, str] = {}
    sent: dt.datetime = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


class StrictForm(pydantic.BaseModel):
    """A form that turns short values away."""

    api_token: str = pydantic.Field(min_length=60)
    quantity: int = pydantic.Field(le=10)


class TokenEvent(msgspec.Struct):
    """A message about a token."""

    client: str
    refresh_token: str
    scopes: list[str] = []


class Reading(msgspec.Struct, frozen=True):
    """What a sensor measured."""

    sensor: str
    value: float


class Endpoint(NamedTuple):
    """Host, port and key."""

    host: str
    port: int
    api_key: str


class Row(TypedDict):
    """A row of an export."""

    email: str
    plan: str


class State(enum.Enum):
    """Of an order."""

    OPEN = "open"
    PAID = "paid"


class Permission(enum.IntFlag):
    """What one may do."""

    READ = 1
    WRITE = 2


class Credentials:
    """Shows all that it holds."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self.password = password

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, password={self.password!r})"


class Pool:
    """Shows nothing that matters."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __repr__(self) -> str:
        return f"<Pool size={self.size} checked_out=0 overflow=-5>"


class ApiError(Exception):
    """An error with the request that was answered."""

    def __init__(self, status: int, request: dict[str, Any]) -> None:
        super().__init__(f"upstream answered {status}")
        self.status = status
        self.request = request
        self.args = (status, request)


class QuotaError(Exception):
    """An error that tells numbers."""

    def __init__(self, used: int, limit: int) -> None:
        super().__init__(used, limit)
        self.used = used
        self.limit = limit

    def __str__(self) -> str:
        return f"used {self.used} of {self.limit} tokens"


def _positive(group: str, name: str, build: Callable[[], Any], *secrets: str, keeps: tuple[str, ...] = ()) -> None:
    tier = "strict" if group == STRICT else "core"
    CASES.append(Case(f"{group}/{name}", group, tier, build, secrets, keeps))


def _clean(group: str, name: str, build: Callable[[], Any], check: Callable[[Any, Any], str] | None = None) -> None:
    CASES.append(Case(f"{group}/{name}", group, "core", build, check=check))


def _of(kind: str, name: str) -> str:
    return make(kind, f"eighth {name}")


def _caught(error: BaseException, cause: BaseException | None = None, *notes: str) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:
        for note in notes:
            caught.add_note(note)
        return caught


def _of_call(call: Callable[[], Any]) -> BaseException:
    """What a call raises."""
    try:
        call()
    except Exception as error:
        return error
    msg = "raised nothing"
    raise AssertionError(msg)


def _objects() -> None:
    pw, other, key = _of("pw", "first"), _of("pw", "second"), _of("alnum:40", "key")
    token, jwt, iban = _of("url:43", "token"), _of("jwt", "jwt"), _of("iban:FR", "iban")
    card, phone, aws = _of("card:mastercard", "card"), _of("like:+4793d6", "phone"), _of("aws-secret:40", "aws")

    def add(name: str, build: Callable[[], Any], *secrets: str, keeps: tuple[str, ...] = ()) -> None:
        _positive(GROUP, name, build, *secrets, keeps=keeps)

    add("bytes-form", lambda: f"login=ane&password={pw}&lang=nb".encode(), pw, keeps=("lang=nb",))
    add("bytes-json", lambda: json.dumps({"api_key": key, "page": 12}).encode(), key, keeps=('"page": 12',))
    add("bytes-header", lambda: b"Authorization: Bearer " + jwt.encode() + b"\r\nHost: api.example.test\r\n", jwt)
    add("bytearray", lambda: bytearray(f"redis://:{pw}@cache-2:6379/0", "ascii"), pw, keeps=("cache-2:6379",))
    add("dict-bytes-values", lambda: {b"host": b"api.example.test", b"x-api-key": key.encode()}, key)
    add(
        "asgi-headers",
        lambda: [(b"accept", b"*/*"), (b"cookie", f"sessionid={token}".encode())],
        token,
        keeps=("accept",),
    )
    add("tuple-connect", lambda: ("connect", {"host": "pg-1", "password": pw}, 5432), pw, keeps=("pg-1", "5432"))
    add("set-of-urls", lambda: {f"amqp://svc:{pw}@rabbit-1/prod", "amqp://rabbit-2/prod"}, pw, keeps=("rabbit-2",))
    add("frozenset-mail", lambda: frozenset({"siri.moe@example.no", "cron"}), "siri.moe", keeps=("cron",))
    add("deque-lines", lambda: collections.deque(["GET /", f"X-Auth-Token: {token}"]), token, keeps=("GET /",))
    add(
        "defaultdict",
        lambda: collections.defaultdict(dict, {"smtp": {"user": "bot", "password": pw}}),
        pw,
        keeps=("smtp", "bot"),
    )
    add("ordered", lambda: collections.OrderedDict(user="svc", client_secret=key, region="eu"), key, keeps=("eu",))
    add("chain-map", lambda: collections.ChainMap({"SECRET_KEY": key}, {"DEBUG": "off"}), key, keeps=("DEBUG",))
    add("mapping-proxy", lambda: types.MappingProxyType({"access_token": jwt, "retry": 3}), jwt, keeps=("retry",))
    add("namespace", lambda: types.SimpleNamespace(host="imap.example.test", password=pw), pw)
    add("argparse", lambda: argparse.Namespace(verbose=1, token=token, output="report.csv"), token)
    add("named-tuple", lambda: Endpoint("api.example.test", 443, key), key, keeps=("api.example.test", "443"))
    add("opaque", lambda: Credentials("roy", pw), pw)
    add("opaque-in-list", lambda: [Credentials("roy", pw), "next"], pw, keeps=("next",))
    add(
        "opaque-under-key", lambda: {"pool": Pool(5), "auth": Credentials("kim", other)}, other, keeps=("<Pool size=5",)
    )
    add(
        "dict-with-types",
        lambda: {
            "id": uuid.UUID("0d3c6f0e-50a8-4b0f-8d4e-2a6f0c7b9e11"),
            "at": dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
            "total": decimal.Decimal("19.90"),
            "card_number": card,
        },
        card,
        keeps=("0d3c6f0e-50a8-4b0f-8d4e-2a6f0c7b9e11", "19.90"),
    )
    add("row", lambda: [Row(email="jan.foss@example.no", plan="team")], "jan.foss", keeps=("team",))
    add("key-is-mail", lambda: {"eli.vang@example.no": 2, "other": 1}, "eli.vang", keeps=("other",))
    add("nested-deep", lambda: {"a": [{"b": ({"c": {"private_key": key}},)}], "z": "end-77"}, key, keeps=("end-77",))
    add("iban-in-tuple", lambda: ("payout", iban, decimal.Decimal("120.00")), iban, keeps=("payout", "120.00"))
    add("phones", lambda: {"to": [phone, "+12"], "template": "otp-2"}, phone, keeps=("otp-2",))
    add("environment", lambda: dict(zip(["HOME", "AWS_SECRET_ACCESS_KEY"], ["/srv/app", aws], strict=True)), aws)
    add("log-arguments", lambda: ("%s failed after %d tries", (f"password={pw}", 3)), pw, keeps=("%s failed",))
    add("path", lambda: {"file": pathlib.PurePosixPath(f"/tmp/token={token}/x"), "mode": "rb"}, token)
    add("split-url", lambda: urlsplit(f"ftp://edi:{pw}@ftp.example.test/in"), pw, keeps=("ftp.example.test",))
    add("message", _message_with(pw), pw)
    add("int-card", lambda: {"card_number": int(card), "exp_year": 2029}, card, keeps=("2029",))


def _message_with(pw: str) -> Callable[[], Any]:
    def build() -> Any:
        message = email.message.EmailMessage()
        message["Subject"] = "Your account"
        message.set_content(f"Your new password: {pw}\n")
        return {"mail": message.as_string(), "queue": "outgoing"}

    return build


def _models() -> None:
    pw, key, token = _of("pw", "model"), _of("hex:40", "model"), _of("url:64", "model")
    card, hook = _of("card:amex", "model"), _of("stripe-hook", "model")

    def add(name: str, build: Callable[[], Any], *secrets: str, keeps: tuple[str, ...] = ()) -> None:
        _positive(MODELS, name, build, *secrets, keeps=keeps)

    add("dataclass", lambda: DatabaseConfig("pg-1", 5432, "web", pw), pw, keeps=("pg-1", "5432"))
    add(
        "dataclass-options",
        lambda: DatabaseConfig("pg-2", 5432, "web", "", {"sslmode": "require", "sslpassword": pw}),
        pw,
        keeps=("require",),
    )
    add("dataclass-frozen", lambda: WebhookTarget("https://a.example.test/in", hook), hook, keeps=("order.paid",))
    add(
        "dataclass-slots",
        lambda: Job(
            uuid.UUID("5b0f2c1e-9d3a-4a6b-8c7d-1e2f3a4b5c6d"), "mail", ["siv.lund@example.no", {"token": token}]
        ),
        "siv.lund",
        token,
        keeps=("mail",),
    )
    add("dataclass-list", lambda: [DatabaseConfig(f"pg-{n}", 5432, "web", pw) for n in (1, 2)], pw, keeps=("pg-2",))
    add("attrs", lambda: ApiClient("https://api.example.test", key), key, keeps=("https://api.example.test", "10.0"))
    add(
        "attrs-frozen",
        lambda: Shipment("SH-12", "marit.vik@example.no", decimal.Decimal("2.5")),
        "marit.vik",
        keeps=("SH-12", "2.5"),
    )
    add("pydantic", lambda: LoginForm(username="rune", password=pw), pw)
    add(
        "pydantic-card",
        lambda: PaymentRequest(amount=decimal.Decimal("12.90"), currency="NOK", card_number=card),
        card,
        keeps=("12.90", "NOK"),
    )
    add(
        "pydantic-nested",
        lambda: Envelope(kind="kiosk-login", login=LoginForm(username="rune", password=pw)),
        pw,
        keeps=("kiosk-login",),
    )
    add(
        "pydantic-headers",
        lambda: Envelope(kind="call", headers={"Authorization": f"Bearer {token}", "Accept": "text/plain"}),
        token,
        keeps=("text/plain",),
    )
    add("pydantic-dumped", lambda: LoginForm(username="rune", password=pw).model_dump(), pw, keeps=("username",))
    add("pydantic-json", lambda: LoginForm(username="rune", password=pw).model_dump_json(), pw, keeps=("remember",))
    add("msgspec", lambda: TokenEvent("spa", token, ["read"]), token, keeps=("spa", "read"))
    add("msgspec-in-dict", lambda: {"event": TokenEvent("spa", token), "offset": 881}, token, keeps=("881",))
    add("model-in-queue-item", lambda: (1, ApiClient("https://b.example.test", key)), key, keeps=("b.example.test",))


def _raised() -> None:
    pw, key, jwt = _of("pw", "error"), _of("alnum:32", "error"), _of("jwt", "error")

    def add(name: str, build: Callable[[], Any], *secrets: str, keeps: tuple[str, ...] = ()) -> None:
        _positive(ERRORS, name, build, *secrets, keeps=keeps)

    add("value-error", lambda: ValueError(f"bad dsn mysql://web:{pw}@mysql-1/shop"), pw, keeps=("mysql-1/shop",))
    add("caught", lambda: _caught(RuntimeError(f"token={key} was refused")), key, keeps=("was refused",))
    add("key-error", lambda: KeyError("tove.ask@example.no"), "tove.ask")
    add("args-dict", lambda: RuntimeError("call failed", {"api_key": key, "page": 12}), key, keeps=("call failed",))
    add(
        "own-class",
        lambda: ApiError(401, {"url": "https://a.example.test/v1", "headers": {"Authorization": f"Bearer {jwt}"}}),
        jwt,
        keeps=("401", "https://a.example.test/v1"),
    )
    add(
        "called-process",
        lambda: subprocess.CalledProcessError(2, ["mysqldump", "--user=backup", f"--password={pw}", "shop"]),
        pw,
        keeps=("mysqldump", "shop"),
    )
    add("timeout-expired", lambda: subprocess.TimeoutExpired(f"mc alias set s3 --token {key}", 30), key)
    add(
        "os-error",
        lambda: FileNotFoundError(2, "No such file or directory", f"/srv/in/access_token={key}/a.csv"),
        key,
    )
    add("group", lambda: ExceptionGroup("two failed", [ValueError(f"password={pw}"), KeyError("page")]), pw)
    add("in-dict", lambda: {"error": ValueError(f"Invalid token: {jwt}"), "retry": "in 30 s"}, jwt, keeps=("in 30 s",))
    add(
        "pydantic-errors",
        lambda: _errors_of(lambda: StrictForm(api_token=key, quantity=3)),
        key,
        keeps=("string_too_short",),
    )
    add(
        "pydantic-text", lambda: str(_of_call(lambda: StrictForm(api_token=key, quantity=3))), key, keeps=("api_token",)
    )
    add(
        "bad-status",
        lambda: http.client.BadStatusLine(f"X-Api-Key: {key}"),
        key,
    )


def _errors_of(call: Callable[[], Any]) -> Any:
    error = _of_call(call)
    assert isinstance(error, pydantic.ValidationError)
    return error.errors(include_url=False)


def _strict() -> None:
    _positive(
        STRICT,
        "dataclass",
        lambda: Person(12, "Solfrid", "Haukeland", "1969-04-22"),
        "Solfrid",
        "Haukeland",
        "1969-04-22",
    )
    _positive(STRICT, "dict-date", lambda: {"birth_date": dt.date(1969, 4, 22), "id": 1201}, "1969", keeps=("1201",))
    _positive(STRICT, "address", lambda: {"client": ipaddress.ip_address("203.0.113.9"), "port": 50112}, "203.0.113.9")
    _positive(STRICT, "tuple", lambda: ("accepted", ("10.77.3.12", 50112)), "10.77.3.12", keeps=("accepted", "50112"))
    _positive(
        STRICT,
        "error",
        lambda: ConnectionRefusedError(111, "Connect call failed ('10.9.8.71', 6379)"),
        "10.9.8.71",
        keeps=("Connect call failed",),
    )


def _untouched(given: Any, got: Any) -> str:
    """The same iterator, from which nothing was drawn."""
    if got is not given:
        return "is another object"
    return "" if next(got) == 1 else "was drawn from"


def _itself(given: Any, got: Any) -> str:
    return "" if got is given else "is another object"


def _counted() -> Iterator[int]:
    yield from (1, 2, 3)


def _without_objects() -> None:
    def add(name: str, build: Callable[[], Any], check: Callable[[Any, Any], str] | None = None) -> None:
        _clean(CLEAN, name, build, check)

    add("generator", _counted, _untouched)
    add("iterator", lambda: iter([1, 2]), _untouched)
    add("count", lambda: itertools.count(1), _untouched)
    add("map", lambda: map(int, ("1", "2")), _untouched)
    add("decimal", lambda: {"total": decimal.Decimal("1290.00"), "vat": decimal.Decimal("0.25")})
    add("fraction", lambda: [fractions.Fraction(3, 7), 2.5, 10**30, complex(1, 2)])
    add("times", lambda: (dt.datetime(2026, 11, 20, 9, 1, tzinfo=dt.UTC), dt.date(2026, 1, 2), dt.timedelta(hours=3)))
    add("uuid", lambda: {"session_count": 3, "request_id": uuid.UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")})
    add("path", lambda: [pathlib.PurePosixPath("/etc/ssl/private"), pathlib.PurePosixPath("secrets/README.md")])
    add("enum", lambda: {"state": State.PAID, "may": Permission.READ | Permission.WRITE, State.OPEN: 1})
    add("bytes-png", lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10")
    add("bytes-gzip", lambda: [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", b"", b"ok"])
    add("array", lambda: array.array("i", [1, 2, 3]))
    add("range", lambda: [range(5), slice(1, None, 2)])
    add("flags", lambda: {"password": None, "has_token": True, "mfa_required": False, "secret": None})
    add("empty", lambda: {"password": "", "tokens": [], "secrets": {}, "cookies": ()})
    add("counts", lambda: collections.Counter({"prompt_tokens": 512, "completion_tokens": 96}))
    add("deque", lambda: collections.deque([1, "two", 3.0], maxlen=9))
    add("ordered", lambda: collections.OrderedDict([("z", 1), ("token_count", 88), ("a", 2)]))
    add("defaultdict", lambda: collections.defaultdict(list, {"keys": ["id", "name"]}))
    add("tuple-keys", lambda: {("tenant", 7): "ok", 12: "int key", None: 1, 2.5: "x"})
    add("frozen", lambda: frozenset({"read:orders", "write:orders"}))
    add("pool", lambda: Pool(5), _itself)
    add("names", lambda: [Pool, len, Permission])
    add("pattern", lambda: re.compile(r"(?i)authorization:\s*bearer\s+(\S+)"))
    add("url", lambda: urlsplit("https://api.example.test:8443/v1/tokens/rotate?page=2"))
    add("memory", lambda: memoryview(b"plain"), _itself)
    add("queue", queue.SimpleQueue, _itself)
    add("context", contextlib.nullcontext, _itself)
    add("address", lambda: {"bind": ipaddress.ip_address("127.0.0.1"), "net": ipaddress.ip_network("10.0.0.0/8")})
    add("recursion-free", lambda: {"children": [{"children": [{"children": []}]}]})
    add("long", lambda: {"rows": [{"id": n, "hash": f"{n:064x}", "status": "done"} for n in range(200)]})


def _without_models() -> None:
    def add(name: str, build: Callable[[], Any]) -> None:
        _clean(CLEAN_MODELS, name, build)

    add("dataclass", lambda: DatabaseConfig("pg-1", 5432, "web", "", {"sslmode": "require"}))
    add("dataclass-none", lambda: WebhookTarget("https://a.example.test/in", None))
    add("job", lambda: Job(uuid.UUID("8e1d0c2b-3a4f-4b5c-9d6e-7f8091a2b3c4"), "reports", [2026, "pdf", None]))
    add("attrs", lambda: ApiClient("https://api.example.test", ""))
    add("pydantic", lambda: Envelope(kind="ping", headers={"Accept": "*/*"}))
    add("pydantic-empty", lambda: LoginForm(username="", password="", remember=True))
    add("msgspec", lambda: Reading("inlet-4", 21.75))
    add("msgspec-list", lambda: [Reading("inlet-4", 21.75), Reading("inlet-5", 22.0)])
    add("class", lambda: {"model": LoginForm, "form": StrictForm})


def _without_raised() -> None:
    def add(name: str, build: Callable[[], Any]) -> None:
        _clean(CLEAN_ERRORS, name, build)

    add("key-error", lambda: KeyError("api_key"))
    add("attribute", lambda: _of_call(lambda: Pool(1).password))  # type: ignore[attr-defined]
    add("type-error", lambda: TypeError("connect() missing 1 required positional argument: 'password'"))
    add("os-error", lambda: PermissionError(13, "Permission denied", "/run/secrets/db_password"))
    add("process", lambda: subprocess.CalledProcessError(1, ["git", "fetch", "--tags", "origin"]))
    add("sqlite", lambda: sqlite3.IntegrityError("UNIQUE constraint failed: user.email"))
    add("quota", lambda: QuotaError(90112, 100000))
    add("group", lambda: ExceptionGroup("workers", [TimeoutError("timed out"), QuotaError(1, 2)]))
    add("caught", lambda: _caught(RuntimeError("could not refresh token"), TimeoutError(), "attempt 3 of 5"))
    add("unicode", lambda: UnicodeDecodeError("utf-8", b"\xff\xfe", 0, 1, "invalid start byte"))
    add(
        "quantity",
        lambda: _errors_of(lambda: StrictForm.model_validate({"api_token": None, "quantity": 99})),
    )
    add("json", lambda: _of_call(lambda: json.loads('{"token": }')))


_objects()
_models()
_raised()
_strict()
_without_objects()
_without_models()
_without_raised()
