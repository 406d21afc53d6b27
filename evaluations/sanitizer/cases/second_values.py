"""Objects, texts and rows with secrets in them, written without a look at the rules. All made up."""

from __future__ import annotations

import argparse
import functools
import io
import json
import subprocess
import types
import urllib.error
import urllib.parse
from collections.abc import Callable, Sequence
from typing import Any

from evaluations.sanitizer.case import Case
from evaluations.sanitizer.cases.second_things import (
    Account,
    Client,
    Gateway,
    Loud,
    MultiDict,
    Outer,
    Patient,
    Signup,
    cookie,
    enum_secret,
    iban,
    jwt,
    luhn,
    noted,
)

__all__ = ["CASES"]

CASES: list[Case] = []


def pos(name: str, value: Callable[[], Any], secrets: list[str], kept: Sequence[str] = (), tier: str = "core") -> None:
    """Register a value with secrets in it."""
    group = "second-value" if tier == "core" else f"second-value-{tier}"
    CASES.append(Case(f"{group}/{name}", group, tier, value, tuple(secrets), tuple(kept)))


pos(
    "multi-dict",
    lambda: MultiDict({"q": ["otter"], "access_token": ["e7Lq-92vT-zz"], "page": ["2"]}),
    ["e7Lq-92vT-zz"],
    ["otter"],
)
pos(
    "split-result",
    lambda: urllib.parse.urlsplit("ftp://drop:Puffin-Ness4@files.example/in/a.csv"),
    ["Puffin-Ness4"],
    ["files.example", "/in/a.csv"],
)
pos("key-is-email", lambda: {"ingrid.aaltonen@post.example": 3, "total": 3}, ["ingrid.aaltonen"], ["total"])
pos("key-is-token", lambda: {"glpat-" + "Qz81kLm_0vTx5Rw92bNc": {"uses": 4}}, ["Qz81kLm_0vTx5Rw92bNc"], ["uses"])
pos(
    "two-secret-keys",
    lambda: {"Bearer qwLm0zTx81vKr52": 1, "Bearer ppNn9yUu72wJs41": 2},
    ["qwLm0zTx81vKr52", "ppNn9yUu72wJs41"],
    ["1", "2"],
)
pos("set-of-jwts", lambda: {jwt("61"), "plain"}, [jwt("61")], ["plain"])
pos(
    "frozenset-urls",
    lambda: frozenset({"mysql://u:Dunlin*Quay1@m1/db", "mysql://m2/db"}),
    ["Dunlin*Quay1"],
    ["mysql://m2/db"],
)
pos("dataclass", lambda: Account("fen", "Smew/Strath8"), ["Smew/Strath8"], ["quota", "5"])
pos(
    "dataclass-nested",
    lambda: Outer("nightly", [Account("a1", "Teal&Glen4"), {"x": Gateway("https://p.example", "mS-8813-zzqq")}]),
    ["Teal&Glen4", "mS-8813-zzqq"],
    ["nightly"],
)
pos("attrs-frozen-mrn", lambda: Patient("C4", "88410277", 12), ["88410277"], ["C4", "12"])
pos(
    "pydantic-signup",
    lambda: Signup(display="Kestrel", newPassword="Brae_Pipit55"),
    ["Brae_Pipit55"],
    ["Kestrel", "True"],
)
pos(
    "namespace",
    lambda: types.SimpleNamespace(user="esker", db_pass="Garth^Brant7", port=5433),
    ["Garth^Brant7"],
    ["5433"],
)
pos(
    "argparse-namespace",
    lambda: argparse.Namespace(verbose=True, registry_password="Nook-Whimbrel3", tag="v7"),
    ["Nook-Whimbrel3"],
    ["v7"],
)
pos(
    "plain-object",
    lambda: Client(endpoint="https://sms.example", auth_token="0b1c-LpQ2-93zz", retries=3),
    ["0b1c-LpQ2-93zz"],
    ["https://sms.example"],
)
pos("object-own-repr", lambda: Loud("<Session user='ridge' sessionid='ss8Lq0zT71xv' age=4>"), ["ss8Lq0zT71xv"], ["age"])
pos("enum-member", lambda: enum_secret().API_KEY, ["mq82-vvLt-90xz-RRno"])
pos(
    "exception-text-url",
    lambda: ConnectionError("Cannot reach mongodb://root:Hag~Wheatear1@mongo-0:27017/admin"),
    ["Hag~Wheatear1"],
    ["mongo-0:27017/admin"],
)
pos("exception-key", lambda: KeyError("sk_" + "live_" + "Zx71TnVbPc93JrYe8dKq02Lm"), ["Zx71TnVbPc93JrYe8dKq02Lm"])
pos(
    "exception-multi-args",
    lambda: PermissionError(13, "denied", "/srv/dl?token=Lq8Zt0Xv33"),
    ["Lq8Zt0Xv33"],
    ["denied"],
)
pos(
    "called-process-error",
    lambda: subprocess.CalledProcessError(1, ["mysqldump", "--password=Carr#Godwit8", "shop"]),
    ["Carr#Godwit8"],
    ["mysqldump", "shop"],
)
pos("exception-in-list", lambda: [ValueError("login failed with password 'Beck!Ruff40'"), 7], ["Beck!Ruff40"], ["7"])
pos(
    "exception-note",
    lambda: {"notes": noted().__notes__, "message": str(noted())},
    ["Gannet!Slate77"],
    ["vault drawer"],
)
pos("simple-cookie", lambda: {k: m.OutputString() for k, m in cookie().items()}, ["w8dk20fjq7xplz5m"], ["lang"])
pos("partial", lambda: functools.partial(print, "x", token="Ll0-qqZt-88vv"), ["Ll0-qqZt-88vv"])
pos("bytes-body", lambda: b'{"username": "brow", "password": "Scaur=Knot51"}', ["Scaur=Knot51"], ["username"])
pos(
    "bytearray-form",
    lambda: bytearray(b"grant_type=password&password=Rigg_Plover6&scope=a"),
    ["Rigg_Plover6"],
    ["grant_type"],
)
pos(
    "memory-in-dict",
    lambda: {"raw": b"Authorization: Bearer zLq0-81Tx-vvKr-52\r\nHost: h\r\n"},
    ["zLq0-81Tx-vvKr-52"],
    ["Host: h"],
)
pos(
    "json-in-json",
    lambda: {"Records": [{"eventID": "e-1", "body": json.dumps({"msg": {"password": "Pike<Crake>3"}})}]},
    ["Pike<Crake>3"],
    ["e-1"],
)
pos(
    "jwk-private",
    lambda: {"kty": "EC", "crv": "P-256", "kid": "k-3", "private_key": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X5fCE9-E9LI"},
    ["jpsQnnGQmL-YBIffH1136cspYG6-0iY7X5fCE9-E9LI"],
    ["P-256", "k-3"],
)
pos(
    "environ",
    lambda: {
        "HOME": "/home/app",
        "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEJr0LmQz81kTx",
        "LANG": "C.UTF-8",
        "PGPASSWORD": "Cleugh?Garganey3",
        "DATABASE_URL": "postgres://x:Linn!Pochard8@d/e",
    },
    ["FwoGZXIvYXdzEJr0LmQz81kTx", "Cleugh?Garganey3", "Linn!Pochard8"],
    ["/home/app", "C.UTF-8"],
)
pos(
    "wsgi-environ",
    lambda: {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/cart",
        "QUERY_STRING": "id=4&token=Kk0Lq8ZtXv",
        "HTTP_COOKIE": "sessionid=p0o9i8u7y6t5r4; lang=en",
        "HTTP_AUTHORIZATION": "Bearer Tz71Lq02vvKr52mm",
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(b""),
    },
    ["Kk0Lq8ZtXv", "p0o9i8u7y6t5r4", "Tz71Lq02vvKr52mm"],
    ["/cart", "https", "id=4"],
)
pos(
    "asgi-session",
    lambda: {"type": "http", "session": {"_auth_user_id": "3", "oauth_token": "sS-71-kkLq-02"}, "path": "/x"},
    ["sS-71-kkLq-02"],
    ["/x"],
)
pos(
    "lambda-event",
    lambda: {
        "httpMethod": "PUT",
        "headers": {"x-amz-security-token": "IQoJb3JpZ2luX2VjELmQz81kTxvv0"},
        "requestContext": {"requestId": "rq-88"},
    },
    ["IQoJb3JpZ2luX2VjELmQz81kTxvv0"],
    ["PUT", "rq-88"],
)
pos(
    "frame-locals",
    lambda: {"frame": "login", "locals": {"self": "<View>", "passwd": "'Hirst-Bittern8'", "n": "3"}},
    ["Hirst-Bittern8"],
    ["<View>"],
)
pos(
    "email-anywhere",
    lambda: {"comment": "ask solveig.nygaard@works.example about it"},
    ["solveig.nygaard"],
    ["about it"],
)
pos("phone-national", lambda: {"phone": "0171 5558823", "lang": "de"}, ["5558823"], ["de"])
pos("phone-e164", lambda: ["call", "+4915755588231"], ["15755588231"], ["call"])
pos("iban-unnamed", lambda: {"ref": iban("DE", "370400440532013999")}, [iban("DE", "370400440532013999")], ["ref"])
pos(
    "card-grouped",
    lambda: {
        "memo": f"paid with {luhn('453201511283036')[:4]} {luhn('453201511283036')[4:8]} {luhn('453201511283036')[8:12]} {luhn('453201511283036')[12:]} at till 2"
    },
    [luhn("453201511283036")[:4] + " " + luhn("453201511283036")[4:8] + " " + luhn("453201511283036")[8:12]],
    ["at till 2"],
)
pos(
    "strict-name-address",
    lambda: {"first_name": "Torbjørn", "last_name": "Kvalheim", "street_address": "14 Heather Close", "order": 8},
    ["Torbjørn", "Kvalheim", "14 Heather Close"],
    ["order"],
    tier="strict",
)
pos("strict-ip", lambda: {"REMOTE_ADDR": "203.0.113.77", "path": "/a"}, ["203.0.113.77"], ["/a"], tier="strict")
