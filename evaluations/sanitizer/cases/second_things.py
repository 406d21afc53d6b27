"""Classes and helpers for values that were written without a look at the rules."""

from __future__ import annotations

import base64
import collections
import dataclasses
import email.message
import enum
import http.cookies
import json
import typing

import attrs
import pydantic

__all__ = [
    "Account",
    "ApiError",
    "Book",
    "Client",
    "Color",
    "Conf",
    "Cursor",
    "FrozenMap",
    "Gateway",
    "Guarded",
    "Headers",
    "Login",
    "Loud",
    "MultiDict",
    "Outer",
    "PasswordPolicy",
    "Patient",
    "Plain",
    "Row",
    "S3Settings",
    "Signup",
    "SqlRow",
    "Token",
    "Tokenizer",
    "Usage",
    "Wallet",
    "b64",
    "chained",
    "cookie",
    "enum_secret",
    "iban",
    "jwt",
    "luhn",
    "mail",
    "noted",
]


def luhn(digits):
    total = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def iban(country, body):
    number = int("".join(str(int(c, 36)) for c in f"{body}{country}00"))
    return f"{country}{98 - number % 97:02}{body}"


def b64(text):
    return base64.b64encode(text.encode()).decode()


def jwt(sub):
    def part(o):
        return base64.urlsafe_b64encode(json.dumps(o).encode()).decode().rstrip("=")

    return (
        part({"alg": "HS256", "typ": "JWT"})
        + "."
        + part({"sub": sub, "exp": 1799999999})
        + ".k3Vw_qZr9LtYb2NxHs7uPfDg5MjWc8Ea1RiTo4XvKlQ"
    )


@dataclasses.dataclass
class Account:
    login: str
    password: str
    quota: int = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Gateway:
    base_url: str
    merchantSecret: str
    timeout: float = 2.5


@dataclasses.dataclass
class Outer:
    title: str
    inner: typing.Any


class Login(typing.NamedTuple):
    username: str
    passphrase: str
    attempts: int


Row = collections.namedtuple("Row", ["id", "email", "pwd_hash", "plan"])  # noqa: PYI024


@attrs.define
class S3Settings:
    bucket: str
    access_key_id: str
    secret_access_key: str


@attrs.frozen
class Patient:
    ward: str
    mrn: str
    bed: int


class Signup(pydantic.BaseModel):
    display: str
    newPassword: str
    terms_accepted: bool = True


class Wallet(pydantic.BaseModel):
    owner_ref: str
    card_number: str
    cvc: str
    expires: str


class Conf(pydantic.BaseModel):
    region: str
    tokens: dict[str, str]


class Guarded(pydantic.BaseModel):
    service: str
    api_key: pydantic.SecretStr


class Plain:
    def __init__(self, **fields):
        self.__dict__.update(fields)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.__dict__.items())})"


class Client(Plain):
    pass


class Loud:
    """An object whose text is its own."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


class Headers(collections.UserDict):
    pass


class FrozenMap(collections.abc.Mapping):
    def __init__(self, data):
        self._data = dict(data)

    def __getitem__(self, key):
        return self._data[key]

    def __iter__(self):
        return iter(self._data)

    def __len__(self):
        return len(self._data)

    def __repr__(self):
        return f"FrozenMap({self._data!r})"


class MultiDict(dict):
    """As Django's QueryDict: key to list."""


class SqlRow(tuple):  # noqa: SLOT001
    """As a row of SQLAlchemy: a tuple that knows its columns."""

    _fields: tuple = ()

    def __new__(cls, fields, values):
        self = super().__new__(cls, values)
        self._fields = tuple(fields)
        return self

    @property
    def _mapping(self):
        return dict(zip(self._fields, self, strict=True))


class ApiError(Exception):
    def __init__(self, status, payload):
        super().__init__(status, payload)
        self.status = status
        self.payload = payload


class Color(enum.Enum):
    RED = "red"
    KEY = "keynote"


class Cursor(typing.NamedTuple):
    page_token_count: int
    token_index: int
    has_next: bool


@dataclasses.dataclass
class Token:
    kind: str
    start: int
    end: int
    text: str


@dataclasses.dataclass
class PasswordPolicy:
    min_length: int
    password_required: bool
    password_max_age_days: int


@attrs.define
class Tokenizer:
    tokenizer: str
    max_tokens: int
    eos_token: str


class Book(pydantic.BaseModel):
    author: str
    title: str
    keywords: list[str]


class Usage(pydantic.BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


def mail():
    m = email.message.Message()
    m["Host"] = "hooks.parcel.example"
    m["X-Auth-Token"] = "zN48tqLw0xYvR7"
    m["Content-Type"] = "text/plain"
    return m


def cookie():
    c = http.cookies.SimpleCookie()
    c["sessionid"] = "w8dk20fjq7xplz5m"
    c["lang"] = "fi"
    return c


def chained():
    e = RuntimeError("sync failed for tenant north-4")
    e.credentials = {"client_secret": "Plover+Tarn-5521"}
    return e


def noted():
    e = ValueError("cannot open vault drawer")
    e.add_note("tried with password=Gannet!Slate77")
    return e


def enum_secret():
    return enum.Enum("Creds", {"API_KEY": "mq82-vvLt-90xz-RRno", "REGION": "eu-north-1"})
