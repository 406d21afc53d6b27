"""Containers with secrets in them, written without a look at the rules. All made up."""

from __future__ import annotations

import collections
from collections.abc import Callable, Sequence
from typing import Any

from evaluations.sanitizer.case import Case
from evaluations.sanitizer.cases.second_things import (
    FrozenMap,
    Headers,
    Login,
    SqlRow,
    b64,
    jwt,
)

__all__ = ["CASES"]

CASES: list[Case] = []


def pos(name: str, value: Callable[[], Any], secrets: list[str], kept: Sequence[str] = (), tier: str = "core") -> None:
    """Register a value with secrets in it."""
    group = "second-value" if tier == "core" else f"second-value-{tier}"
    CASES.append(Case(f"{group}/{name}", group, tier, value, tuple(secrets), tuple(kept)))


pos(
    "camel-apiKey",
    lambda: {"apiKey": "tR5wq9Zm2LxK", "host": "api.fjord.example"},
    ["tR5wq9Zm2LxK"],
    ["apiKey", "api.fjord.example"],
)
pos(
    "header-x-api-key",
    lambda: {"X-Api-Key": "0f9c-b7e1-55aa-dd21", "Accept": "application/json"},
    ["0f9c-b7e1-55aa-dd21"],
    ["X-Api-Key", "application/json"],
)
pos(
    "camel-clientSecret",
    lambda: {"clientId": "web-portal", "clientSecret": "Osprey~Ledge_41"},
    ["Osprey~Ledge_41"],
    ["clientSecret"],
)
pos(
    "bracket-user-password",
    lambda: {"user[name_style]": "short", "user[password]": "mossy-Kettle8", "commit": "Sign in"},
    ["mossy-Kettle8"],
    ["user[password]", "Sign in"],
)
pos(
    "upper-DB_PASSWORD",
    lambda: {"DB_HOST": "pg-main", "DB_PASSWORD": "corgi$Lamp9", "DB_PORT": "5432"},
    ["corgi$Lamp9"],
    ["pg-main", "5432", "DB_PASSWORD"],
)
pos(
    "private-key-pem",
    lambda: {
        "privateKeyPem": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\nQmFzZUZvclRlc3RPbmx5Tm90QVJlYWxLZXk=\n-----END PRIVATE KEY-----\n",
        "kid": "2024-05",
    },
    ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw", "QmFzZUZvclRlc3RPbmx5Tm90QVJlYWxLZXk="],
    ["2024-05"],
)
pos(
    "camel-sessionToken",
    lambda: {"sessionToken": "s9Tq-41xv-Lpz0", "ttl": 900},
    ["s9Tq-41xv-Lpz0"],
    ["900", "sessionToken"],
)
pos("ssn-int", lambda: {"employee": {"ssn": 536224719, "grade": 4}}, ["536224719"], ["grade"])
pos("camel-patientMrn", lambda: {"patientMrn": "MRN0048812", "ward": "B2"}, ["0048812"], ["ward", "B2"])
pos(
    "camel-accountNumber",
    lambda: {"accountNumber": "7731904452", "currency": "CAD"},
    ["7731904452"],
    ["CAD", "accountNumber"],
)
pos(
    "dotted-spring",
    lambda: {"spring.datasource.password": "Vole&Brook12", "spring.datasource.url": "jdbc:postgresql://pg:5432/shop"},
    ["Vole&Brook12"],
    ["jdbc:postgresql://pg:5432/shop", "spring.datasource.password"],
)
pos(
    "pascal-ConsumerSecret",
    lambda: {"ConsumerSecret": "vq71KdmmX0zAq", "Realm": "north"},
    ["vq71KdmmX0zAq"],
    ["Realm", "north"],
)
pos("german-passwort", lambda: {"benutzer": "anlage", "passwort": "Birke#Nebel7"}, ["Birke#Nebel7"], ["passwort"])
pos("french-mot_de_passe", lambda: {"mot_de_passe": "Fougere+Quai9", "langue": "fr"}, ["Fougere+Quai9"], ["langue"])
pos("pin-int", lambda: {"card_pin": 482193, "terminal": "T-9"}, ["482193"], ["T-9"])
pos(
    "oauth-code-exchange",
    lambda: {
        "grant_type": "authorization_code",
        "code": "SplxlOBeZQQYbYS6WxSbIA",
        "redirect_uri": "https://app.example/cb",
    },
    ["SplxlOBeZQQYbYS6WxSbIA"],
    ["authorization_code", "https://app.example/cb"],
)
pos(
    "encryption-key-list",
    lambda: {"encryption_keys": ["ker7-aa09-ZZlm", "ker8-bb10-YYkn"], "rotate_days": 30},
    ["ker7-aa09-ZZlm", "ker8-bb10-YYkn"],
    ["rotate_days", "30"],
)
pos(
    "secret-subtree",
    lambda: {"credentials": {"login": "svc", "value": "Wren=Gorge61"}, "kind": "basic"},
    ["Wren=Gorge61"],
    ["basic", "credentials"],
)
pos(
    "secrets-mapping",
    lambda: {"secrets": {"mailer": "qqT8-mm2L", "ledger": "Xx01vbK9"}, "version": 2},
    ["qqT8-mm2L", "Xx01vbK9"],
    ["version", "mailer"],
)
pos(
    "signing-key",
    lambda: {"webhookSigningKey": "hx_K0r3l8Tt2Zw", "url": "https://hooks.example/in"},
    ["K0r3l8Tt2Zw"],
    ["https://hooks.example/in"],
)
pos(
    "azure-account-key",
    lambda: {
        "conn": "DefaultEndpointsProtocol=https;AccountName=depot;AccountKey=9fQx2LmT0bVzKc81Rw==;EndpointSuffix=core.windows.net"
    },
    ["9fQx2LmT0bVzKc81Rw=="],
    ["AccountName=depot"],
)
pos(
    "url-in-list",
    lambda: ["redis://:Toad_Mill77@cache:6379/1", "redis://cache-b:6379/1"],
    ["Toad_Mill77"],
    ["redis://cache-b:6379/1", "cache:6379/1"],
)
pos(
    "url-query-token",
    lambda: {"callback": "https://cdn.example/f.zip?sig=Zq%2Bk7Lw93mXtR%3D&sv=2022-11-02&sr=b"},
    ["k7Lw93mXtR"],
    ["https://cdn.example/f.zip"],
)
pos(
    "bearer-nested",
    lambda: {"request": {"headers": {"Authorization": "Bearer " + jwt("4410"), "X-Request-Id": "a1b2c3d4"}}},
    [jwt("4410")],
    ["a1b2c3d4"],
)
pos(
    "basic-auth-header",
    lambda: {"headers": {"authorization": "Basic " + b64("ops:Marsh*Finch5"), "user-agent": "curl/8.4"}},
    [b64("ops:Marsh*Finch5")],
    ["curl/8.4"],
)
pos(
    "github-token-unnamed",
    lambda: {"note": "ghp_" + "a8Kd02LqPzXw71TnVbMc93JrYeUs65HgFi4D"},
    ["a8Kd02LqPzXw71TnVbMc93JrYeUs65HgFi4D"],
    ["note"],
)
pos(
    "header-tuples",
    lambda: [("Host", "api.loch.example"), ("Authorization", "Token 7c1ddq0z9kk2mm"), ("Accept", "*/*")],
    ["7c1ddq0z9kk2mm"],
    ["api.loch.example", "*/*"],
)
pos(
    "set-cookie-tuple",
    lambda: [("Content-Length", "12"), ("Set-Cookie", "sid=qm4T9xk2Lp0zVw; Path=/; HttpOnly")],
    ["qm4T9xk2Lp0zVw"],
    ["Content-Length"],
)
pos(
    "k8s-env",
    lambda: {"env": [{"name": "PORT", "value": "8080"}, {"name": "SMTP_PASSWORD", "value": "Auk+Shale66"}]},
    ["Auk+Shale66"],
    ["8080", "SMTP_PASSWORD"],
)
pos(
    "env-strings",
    lambda: {"Env": ["PATH=/usr/bin", "POSTGRES_PASSWORD=Newt%Dell31", "TZ=UTC"]},
    ["Newt%Dell31"],
    ["PATH=/usr/bin", "TZ=UTC"],
)
pos(
    "columns-rows",
    lambda: {"columns": ["id", "password"], "rows": [[1, "bison-Tor9"], [2, "stoat-Fell8"]]},
    ["bison-Tor9", "stoat-Fell8"],
    ["columns"],
)
pos(
    "argv-curl-user",
    lambda: ["curl", "-u", "ci:Merlin-Wold5", "https://repo.example/x.tgz"],
    ["Merlin-Wold5"],
    ["https://repo.example/x.tgz"],
)
pos(
    "sql-row-tuple",
    lambda: SqlRow(["id", "api_key"], [4, "sk_" + "live_" + "8dKq02LmZx71TnVbPc93JrYe"]),
    ["8dKq02LmZx71TnVbPc93JrYe"],
    ["4"],
)
pos(
    "sql-row-mapping",
    lambda: SqlRow(["id", "plan", "reset_token"], [4, "gold", "vv81-kkQz-00pt"])._mapping,
    ["vv81-kkQz-00pt"],
    ["gold"],
)
pos("namedtuple-passphrase", lambda: Login("gale", "seven wet otters", 2), ["seven wet otters"], ["gale"])
pos(
    "deque-dicts",
    lambda: collections.deque([{"step": 1, "token": "gg71LmQz0x"}, {"step": 2, "token": "hh82NnRa1y"}], maxlen=4),
    ["gg71LmQz0x", "hh82NnRa1y"],
    ["step"],
)
pos(
    "ordered-dict",
    lambda: collections.OrderedDict([("realm", "k"), ("secretKey", "Oak9-zzLm-tt"), ("algo", "HS512")]),
    ["Oak9-zzLm-tt"],
    ["HS512", "realm"],
)
pos(
    "defaultdict",
    lambda: collections.defaultdict(list, {"auth_token": ["aa-first-9931", "bb-second-8820"], "hosts": ["h1"]}),
    ["aa-first-9931", "bb-second-8820"],
    ["h1"],
)
pos(
    "user-dict-headers",
    lambda: Headers({"Proxy-Authorization": "Basic " + b64("px:Plum~Weir8"), "Via": "1.1 edge"}),
    [b64("px:Plum~Weir8")],
    ["1.1 edge"],
)
pos(
    "custom-mapping",
    lambda: FrozenMap({"smtp_pass": "Egret,Holt36", "smtp_host": "mx.example"}),
    ["Egret,Holt36"],
    ["mx.example"],
)
pos(
    "chain-map",
    lambda: collections.ChainMap({"debug": False}, {"SECRET_KEY": "django-insecure-9w$k2v!q0z"}),
    ["9w$k2v!q0z"],
    ["debug"],
)
