"""Values built of dicts, lists, tuples, sets and bytes, as request bodies, settings and log records are."""

from __future__ import annotations

from typing import Any

from evaluations.sanitizer.case import marked

_b = str.encode
"""Bytes with marks in them."""

_SHAPES: dict[str, Any] = {
    "login-body": {"⟨username⟩": "⟨ada⟩", "password": "⟦=pw⟧", "remember": True},
    "nested": {"⟨db⟩": {"⟨host⟩": "⟨db.internal⟩", "auth": {"user": "shop", "password": "⟦=pw⟧"}}},
    "list-of-dicts": {"users": [{"⟨id⟩": 1, "token": "⟦=hex:40⟧"}, {"⟨id⟩": 2, "token": "⟦=hex:40⟧"}]},
    "camel": {"clientSecret": "⟦=alnum:40⟧", "⟨clientId⟩": "⟨shop-web⟩"},
    "kebab": {"x-api-key": "⟦=alnum:40⟧", "⟨x-request-id⟩": "⟨5f0c9d8e⟩"},
    "pascal": {"ApiKey": "⟦=alnum:32⟧", "⟨Region⟩": "⟨eu⟩"},
    "upper": {"DB_PASSWORD": "⟦=pw⟧", "⟨DB_HOST⟩": "⟨db1⟩"},
    "dotted": {"spring.datasource.password": "⟦=pw⟧", "⟨server.port⟩": 8080},
    "bracketed": {"card[number]": "⟦=card⟧", "card[cvc]": "⟦=digits:3⟧", "⟨amount⟩": 1250},
    "slashed": {"config/db/password": "⟦=pw⟧"},
    "wsgi-environ": {"HTTP_AUTHORIZATION": "Bearer ⟦=url:40⟧", "⟨PATH_INFO⟩": "⟨/cart⟩", "wsgi.version": (1, 0)},
    "asgi-scope": {
        "⟨type⟩": "http",
        "headers": [(_b("⟨host⟩"), b"shop"), (b"authorization", _b("Bearer ⟦=url:40⟧")), (b"cookie", _b("sid=⟦=hex:32⟧"))],
        "query_string": _b("token=⟦=url:32⟧&page=2"),
    },
    "headers-dict": {"Authorization": "Basic ⟦=b64:20⟧", "⟨Accept⟩": "⟨*/*⟩"},
    "cookies": {"cookies": {"sessionid": "⟦=lower:32⟧", "csrftoken": "⟦=alnum:32⟧"}, "⟨method⟩": "GET"},
    "set-cookie-list": {"Set-Cookie": ["session=⟦=url:60⟧; HttpOnly", "csrf_token=⟦=url:40⟧; Path=/"]},
    "tuple-pairs": [("⟨grant_type⟩", "client_credentials"), ("client_secret", "⟦=alnum:40⟧")],
    "name-value": [{"name": "⟨HOST⟩", "value": "⟨db1⟩"}, {"name": "API_TOKEN", "value": "⟦=hex:40⟧"}],
    "har-headers": {"headers": [{"name": "Authorization", "value": "Bearer ⟦=url:40⟧"}, {"name": "⟨Accept⟩", "value": "*/*"}]},
    "form-lists": {"⟨username⟩": ["ada"], "password": ["⟦=pw⟧"]},
    "list-under-key": {"recovery_codes": ["⟦=lower:10⟧", "⟦=lower:10⟧"], "⟨left⟩": 2},
    "tuple-under-key": {"api_keys": ("⟦=alnum:32⟧", "⟦=alnum:32⟧")},
    "set-under-key": {"tokens": {"⟦=hex:40@a⟧", "⟦=hex:40@b⟧"}},
    "frozenset": frozenset({"⟦=github⟧", "⟨main⟩"}),
    "dict-under-key": {"credentials": {"login": "robot", "secret": "⟦=pw⟧"}},
    "secret-in-key": {"⟦ada.lovelace⟧@example.com": {"⟨attempts⟩": 3}},
    "token-in-key": {"⟦=github⟧": "⟨expired⟩", "other": 1},
    "two-secret-keys": {"⟦ada.lovelace⟧@example.com": "⟨x1⟩", "⟦grace.hopper⟧@example.com": "⟨x2⟩"},
    "bytes-value": {"payload": _b("user=ada&password=⟦=pw⟧")},
    "bytes-under-key": {"private_key": _b("⟦=alnum:40⟧"), "⟨alg⟩": "ES256"},
    "bytes-alone": _b("redis://:⟦=pw⟧@cache:6379"),
    "int-under-key": {"⟨user⟩": 7, "pin": 482913, "⟨otp_sent⟩": True},
    "json-text-inside": {"⟨body⟩": '{"api_key": "⟦=alnum:32⟧", "n": 1}'},
    "url-inside": {"⟨url⟩": "https://api.example.com/v1?access_token=⟦=url:40⟧&⟨page=1⟩"},
    "dsn-inside": {"DATABASE_URL": "postgresql://shop:⟦=pw⟧@⟨db.internal⟩/shop"},
    "list-of-texts": ["⟨mysqldump⟩", "-u", "root", "--password=⟦=pw⟧", "⟨shop⟩"],
    "argv-pair": ["⟨docker⟩", "login", "--password", "⟦=alnum:24⟧", "⟨registry.example.com⟩"],
    "tuple-args": ("⟨login failed for %s⟩", "⟦ada.lovelace⟧@example.com"),
    "sql-parameters": {"⟨statement⟩": "⟨SELECT 1⟩", "parameters": {"password": "⟦=pw⟧", "email": "⟦ada.lovelace⟧@example.com"}},
    "celery-kwargs": {"⟨task⟩": "mail.send", "kwargs": {"to": "⟦ada.lovelace⟧@example.com", "smtp_password": "⟦=pw⟧"}},
    "sentry-event": {
        "exception": {"values": [{"⟨type⟩": "ValueError", "value": "bad key ⟦=stripe⟧"}]},
        "request": {"headers": {"X-Api-Key": "⟦=alnum:32⟧"}, "⟨method⟩": "POST"},
    },
    "span-attributes": {"⟨http.request.method⟩": "GET", "url.full": "https://a.example/?sig=⟦=hex:64⟧", "n": 1},
    "graphql": {"⟨query⟩": "mutation", "variables": {"input": {"newPassword": "⟦=pw⟧", "⟨locale⟩": "de"}}},
    "stripe-charge": {"⟨amount⟩": 1250, "source": {"number": "⟦=card⟧", "cvc": "⟦=digits:3⟧", "⟨exp_month⟩": 12}},
    "card-int": {"⟨id⟩": 7, "card_number": 4242424242424242},
    "bank": {"⟨bic⟩": "COBADEFF", "iban": "⟦=iban:DE⟧", "account_number": "⟦=digits:10⟧"},
    "iban-unnamed": ["⟨payout⟩", "⟦=iban:GB⟧"],
    "ssn": {"ssn": "⟦=ssn:plain⟧", "⟨state⟩": "⟨CA⟩"},
    "phone": {"phone": "⟦030 1234567⟧", "⟨country⟩": "DE"},
    "health": {"mrn": "⟦7741902⟧", "insurance_number": "⟦A123456780⟧", "⟨ward⟩": "⟨B2⟩"},
    "validation-input": {"detail": [{"⟨loc⟩": ["body", "password"], "⟨msg⟩": "too short", "input": "⟦=pwlow⟧"}]},
    "validation-tuple": [{"type": "⟨string_too_short⟩", "loc": ("body", "api_key"), "input": "⟦=alnum:24⟧"}],
    "aws-credentials": {"AccessKeyId": "⟦=aws-id⟧", "SecretAccessKey": "⟦=aws-secret:40⟧", "⟨Expiration⟩": "⟨2026-11-02⟩"},
    "service-account": {"⟨type⟩": "service_account", "private_key": "⟦=pem:PRIVATE KEY:300⟧", "⟨project_id⟩": "shop"},
    "docker-auths": {"auths": {"⟨ghcr.example⟩": {"auth": "⟪base64:⟦robot:Harbor9-Violet_31⟧⟫"}}},
    "kubernetes": {"⟨kind⟩": "Secret", "data": {"password": "⟪base64:⟦=pw⟧⟫"}},
    "oauth-tokens": {"access_token": "⟦=url:60⟧", "⟨token_type⟩": "⟨Bearer⟩", "⟨expires_in⟩": 3600, "refresh_token": "⟦=url:60⟧"},
    "session-data": {"session_key": "⟦=lower:32⟧", "⟨_auth_user_id⟩": "7"},
    "webhook": {"⟨url⟩": "https://shop.example.com/hook", "signing_secret": "⟦=hex:48⟧"},
    "jwt-in-list": [["⟨auth⟩", "⟦=jwt⟧"]],
    "deep": {"a": {"b": {"c": {"d": {"e": {"password": "⟦=pw⟧"}}}}}},
    "very-deep": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": {"j": {"token": "⟦=hex:40⟧"}}}}}}}}}}},
    "unicode-key": {"contraseña": "⟦=pw⟧", "⟨usuario⟩": "⟨ada⟩"},
    "german-key": {"passwort": "⟦=pw⟧", "⟨benutzer⟩": "⟨ada⟩"},
    "bytes-keys": {_b("⟨user⟩"): b"ada", b"password": _b("⟦=pw⟧")},
    "mixed-keys": {1: "⟨one⟩", None: "⟨none⟩", ("a", 1): "token=⟦=hex:40⟧"},
    "hash-under-key": {"⟨id⟩": 7, "password_hash": "⟦=bcrypt⟧"},
    "mfa": {"mfa_secret": "⟦JBSWY3DPEHPK3PXP⟧", "⟨mfa_enabled⟩": True},
    "totp-uri": {"qr": "otpauth://totp/Shop:ada?secret=⟦JBSWY3DPEHPK3PXP⟧&⟨issuer=Shop⟩"},
    "security-answers": {"security_answers": ["⟦Bartholomew⟧", "⟦Marylebone⟧"]},
    "encryption": {"encryption_key": _b("⟦=alnum:32⟧"), "⟨nonce_size⟩": 12},
    "plain-text": "login with password=⟦=pw⟧ ⟨failed⟩",
    "slack-hook": {"⟨channel⟩": "#ops", "webhook_url": "https://hooks.slack.com/services/⟦=slack:hook⟧"},
    "azure": {"AZURE_CLIENT_SECRET": "⟦=azure-secret⟧", "⟨AZURE_TENANT⟩": "⟨acme⟩"},
    "smtp": {"EMAIL_HOST_PASSWORD": "⟦=pw⟧", "⟨EMAIL_HOST⟩": "⟨smtp.example.com⟩"},
    "proxies": {"https": "http://jdoe:⟦=pw⟧@⟨proxy.example:8080⟩"},
    "basic-auth-tuple": {"auth": ("robot", "⟦=pw⟧"), "⟨timeout⟩": 5},
    "basic-auth-named": {"basic_auth": ["elastic", "⟦=pw⟧"], "⟨hosts⟩": ["es:9200"]},
}  # fmt: skip
_INTEGERS = {"int-under-key": ("482913",), "card-int": ("4242424242424242",)}
"""Secrets that are numbers, and so carry no mark."""

_STRICT: dict[str, Any] = {
    "names": {"first_name": "⟦Augusta⟧", "last_name": "⟦Lovelace⟧", "⟨visits⟩": 3},
    "full-name": {"fullName": "⟦Augusta Ada Lovelace⟧", "⟨role⟩": "⟨patient⟩"},
    "birth": {"date_of_birth": "⟦1984-07-12⟧", "⟨sex⟩": "F"},
    "dob": [{"dob": "⟦12.07.1984⟧", "⟨id⟩": 7}],
    "address": {"address": {"street": "⟦77 Zebra Crossing Road⟧", "postal_code": "⟦90210-1234⟧", "⟨country⟩": "⟨US⟩"}},
    "client": {"client": ("⟦203.0.113.177⟧", 51234), "⟨type⟩": "http"},
    "remote-addr": {"REMOTE_ADDR": "⟦203.0.113.178⟧", "⟨SERVER_PORT⟩": "⟨8000⟩"},
    "ip-text": ["⟨refused⟩", "peer ⟦198.51.100.123⟧"],
    "vehicle": {"license_plate": "⟦B-AL 1815 77⟧"},
    "patient": {"patient": {"name": "⟦Augusta Lovelace⟧", "⟨ward⟩": "⟨B2⟩"}},
}

CASES = [
    marked(f"structure/{name}", shape, tier="core", more=_INTEGERS.get(name, ())) for name, shape in _SHAPES.items()
] + [marked(f"structure-strict/{name}", shape, tier="strict") for name, shape in _STRICT.items()]
