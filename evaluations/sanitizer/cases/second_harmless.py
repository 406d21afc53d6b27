"""Values with nothing secret in them, written without a look at the rules."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import json
import pathlib
import types
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pydantic

from evaluations.sanitizer.case import Case
from evaluations.sanitizer.cases.second_things import (
    Book,
    Guarded,
    PasswordPolicy,
    Token,
    Tokenizer,
    Usage,
)

__all__ = ["CASES"]

CASES: list[Case] = []


def neg(name: str, value: Callable[[], Any], kept: Sequence[str] = ()) -> None:
    """Register a value without any."""
    CASES.append(Case(f"clean-second-value/{name}", "clean-second-value", "core", value))


neg(
    "author-words",
    lambda: {"author": "Ursula", "authors": ["A", "B"], "authority": "city council", "authored_at": "2024-01-02"},
)
neg("keyboard", lambda: {"keyboard": "dvorak", "keyboard_layout": "no", "keystroke_delay": 30, "keynote": "opening"})
neg(
    "session-count",
    lambda: {"session_count": 14, "sessions_per_day": 2.5, "session_timeout": 1800, "session_engine": "cache"},
)
neg(
    "password-policy",
    lambda: {"password_min_length": 12, "password_required": True, "has_password": False, "password_max_age_days": 90},
)
neg(
    "card-count",
    lambda: {"card_count": 52, "card_type": "visa", "cards_dealt": 5, "wildcard": "*.log", "cardinality": "many"},
)
neg(
    "auth-metadata",
    lambda: {
        "auth_type": "ldap",
        "authenticated": True,
        "auth_backend": "app.backends.Ldap",
        "authentication_classes": ["Session"],
    },
)
neg(
    "key-names",
    lambda: {"keys": ["id", "name", "created"], "key_columns": ["id"], "keyword": "boots", "key_prefix": "shop:v2:"},
)
neg("monkey", lambda: {"monkey": "capuchin", "turkey": "roast", "hockey": "ice", "donkey_count": 2})
neg(
    "etag-digest",
    lambda: {
        "etag": '"33a64df551425fcc55e4d42a148795d9f25f89d4"',
        "image": "sha256:0d3f1b2a4c5e6978877665544332211000ffeeddccbbaa998877665544332211",
    },
)
neg("uuid-object", lambda: {"id": uuid.UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7"), "order": uuid.UUID(int=5)})
neg(
    "decimal-date-path",
    lambda: {
        "price": decimal.Decimal("19.90"),
        "at": dt.datetime(2024, 5, 6, 7, 8, tzinfo=dt.UTC),
        "file": pathlib.PurePosixPath("/srv/a/b.txt"),
    },
)
neg("long-ints", lambda: {"order_no": 4000000000000003, "ts_ns": 1717171717171717171, "size": 1234567890123})
neg(
    "bind-markers",
    lambda: {
        "sql": "INSERT INTO users (email, password) VALUES (%(email)s, %(password)s)",
        "alt": "WHERE token = :token AND pin = ?",
    },
)
neg(
    "headers-harmless",
    lambda: [
        ("Host", "a.example"),
        ("Content-Type", "application/json"),
        ("X-Request-Id", "8f14e45f-ceea-467f-a0e6-1c2d3e4f5a6b"),
        ("ETag", "W/abc123"),
    ],
)
neg(
    "environ-harmless",
    lambda: {
        "HOME": "/home/app",
        "SSH_AUTH_SOCK": "/tmp/ssh-1/agent.9",
        "PWD": "/srv/app",
        "OLDPWD": "/srv",
        "XAUTHORITY": "/home/app/.Xauthority",
    },
)
neg("dataclass-policy", lambda: PasswordPolicy(12, True, 90), ["min_length=12", "True", "90"])
neg("dataclass-token", lambda: Token("NAME", 4, 9, "while"), ["NAME", "while"])
neg("attrs-tokenizer", lambda: Tokenizer("bpe", 512, "</s>"), ["bpe", "512", "</s>"])
neg(
    "pydantic-book",
    lambda: Book(author="Brontë", title="The Secret Garden", keywords=["key", "lock"]),
    ["Brontë", "The Secret Garden", "lock"],
)
neg("pydantic-usage", lambda: Usage(prompt_tokens=811, completion_tokens=42, total_tokens=853), ["811", "853"])
neg("pydantic-secretstr", lambda: Guarded(service="mailer", api_key=pydantic.SecretStr("x")), ["mailer"])
neg("exception-plain", lambda: KeyError("password"), ["password"])
neg(
    "exception-os",
    lambda: FileNotFoundError(2, "No such file or directory", "/etc/app/secrets.toml"),
    ["/etc/app/secrets.toml"],
)
neg(
    "pydantic-errors-missing",
    lambda: [
        {"type": "missing", "loc": ["body", "token"], "msg": "Field required"},
        {"type": "int_parsing", "loc": ["query", "page"], "msg": "not an integer", "input": "two"},
    ],
)
neg("argv-code", lambda: ("grep", "-rn", "api_key", "src/"))
neg("terraform-masked", lambda: {"password": "(sensitive value)", "length": 16})
neg("redacted-already", lambda: {"password": "[REDACTED]", "jwt": "[REDACTED:jwt]"})
neg(
    "schema",
    lambda: {
        "properties": {"password": {"type": "string", "minLength": 8}, "token": {"type": "string", "format": "uuid"}},
        "required": ["password"],
    },
)
neg("deque-counter", lambda: [collections.deque([1, 2], maxlen=3), collections.Counter("abca")])
neg("json-string-harmless", lambda: {"body": json.dumps({"author": "Sjón", "token_count": 9, "keys": [1, 2]})})
neg(
    "mapping-proxy-harmless",
    lambda: types.MappingProxyType({"tokenize": True, "secret_santa": "December", "passport_photo": "35x45mm"}),
)
neg("namespace-harmless", lambda: types.SimpleNamespace(password_field="pw", token_url="/token", auth=None), ["/token"])
neg("ssn-lookalike", lambda: {"part": "12-345-6789-B2", "session_name": "alpha", "assn": "assn-9"})
