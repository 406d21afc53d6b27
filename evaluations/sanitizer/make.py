"""Secrets and personal data that look real and are not: made at run time, so that no scanner finds one here.

`make("stripe", seed)` gives the same text for the same seed. A name may carry arguments, as `card:visa:spaced`.
"""

from __future__ import annotations

import base64
import json
import random
import re
import string
import uuid
from collections.abc import Callable

__all__ = ["make"]

Maker = Callable[..., str]
_ALNUM = string.ascii_letters + string.digits
_WORDS = (
    "Tulip", "Quartz", "Harbor", "Violet", "Copper", "Walnut", "Meadow", "Falcon", "Saffron", "Glacier", "Juniper",
    "Bramble", "Comet", "Lantern", "Nimbus", "Orchid", "Pepper", "Raven", "Sierra", "Thistle", "Umber", "Zephyr",
)  # fmt: skip


def make(name: str, seed: str) -> str:
    """The text that the maker of this name makes for this seed.

    Raises:
        KeyError: there is no maker of this name.
    """
    head, *arguments = name.split(":")
    return MAKERS[head](random.Random(f"{name} {seed}"), *arguments)


def _pick(r: random.Random, alphabet: str, length: int) -> str:
    return "".join(r.choice(alphabet) for _ in range(int(length)))


def _of(alphabet: str) -> Maker:
    return lambda r, length="32": _pick(r, alphabet, int(length))


def _after(prefix: str, alphabet: str, length: int, end: str = "") -> Maker:
    return lambda r: prefix + _pick(r, alphabet, length) + end


_HEX = "0123456789abcdef"
_URL = _ALNUM + "-_"


_LIKE = re.compile(r"([Uldmouh])(\d+)|p([0-9A-Fa-f]{2})|(j)|(a)")
_CLASSES = {
    "U": string.ascii_uppercase,
    "l": string.ascii_lowercase,
    "d": string.digits,
    "m": _ALNUM,
    "o": string.ascii_lowercase + string.digits,
    "u": string.ascii_uppercase + string.digits,
    "h": "0123456789abcdef",
}


def _like(r: random.Random, *shape: str) -> str:
    """A text of a shape, as `U3l2d4`: capitals, small letters, digits, and `m`, `o`, `u`, `h` for letters and digits
    mixed, small ones, capital ones, hexadecimal ones; `p2F` is an escape, `a` an at sign, `j` the beginning of a JSON
    web token; what else stands there is itself."""

    def drawn(part: re.Match[str]) -> str:
        kind, count, escaped, token, _ = part.groups()
        if kind:
            return _pick(r, _CLASSES[kind], int(count))
        return f"%{escaped}" if escaped else "eyJ" if token else "@"

    return _LIKE.sub(drawn, ":".join(shape))


def _password(r: random.Random) -> str:
    return f"{r.choice(_WORDS)}{r.randint(2, 9)}-{r.choice(_WORDS)}_{r.randint(10, 99)}"


def _symbols(r: random.Random) -> str:
    return _pick(r, string.ascii_letters, 2) + "".join(
        r.choice(string.ascii_letters) + r.choice("!#$^*+~.") + r.choice(string.digits) for _ in range(4)
    )


def _b64(r: random.Random, length: str = "32") -> str:
    return base64.b64encode(r.randbytes(int(length))).decode()


def _b64url(r: random.Random, length: str = "32") -> str:
    return base64.urlsafe_b64encode(r.randbytes(int(length))).decode().rstrip("=")


def _part(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode().rstrip("=")


def _jwt(r: random.Random, kind: str = "signed") -> str:
    head = {"alg": "none" if kind == "unsigned" else r.choice(("HS256", "RS256", "ES256")), "typ": "JWT"}
    claims = {
        "sub": str(r.randint(10**6, 10**7)),
        "iss": "https://id.shop.example",
        "exp": 1790000000 + r.randint(0, 9999),
    }
    text = f"{_part(head)}.{_part(claims)}"
    return f"{text}." if kind == "unsigned" else f"{text}.{_b64url(r, '32')}"


def _pem(r: random.Random, label: str = "RSA PRIVATE KEY", size: str = "600") -> str:
    body = _b64(r, size)
    lines = "\n".join(body[n : n + 64] for n in range(0, len(body), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----"


_BRANDS = {
    "visa": ("4", 16), "mastercard": ("52", 16), "mastercard2": ("2223", 16), "amex": ("37", 15),
    "discover": ("6011", 16), "jcb": ("3530", 16), "diners": ("36", 14), "maestro": ("6759", 16),
    "unionpay": ("62", 16),
}  # fmt: skip


def _card(r: random.Random, brand: str = "visa", form: str = "plain") -> str:
    """A number with the prefix of the brand and the check digit of Luhn (ISO/IEC 7812-1)."""
    prefix, length = _BRANDS[brand]
    digits = prefix + _pick(r, string.digits, length - len(prefix) - 1)
    total = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(digits)))
    number = digits + str(-total % 10)
    if form == "plain":
        return number
    groups = (4, 6, 5) if length == 15 else (4, 6, 4) if length == 14 else (4, 4, 4, 4)
    cut = [number[sum(groups[:n]) : sum(groups[: n + 1])] for n in range(len(groups))]
    return {"spaced": " ", "dashed": "-"}[form].join(cut)


_IBANS = {
    "DE": "n18", "GB": "a4n14", "FR": "n23", "NL": "a4n10", "ES": "n20", "CH": "n17", "IT": "a1n22", "SE": "n20",
    "NO": "n11", "AT": "n16", "BE": "n12", "PL": "n24", "PT": "n21", "IE": "a4n14",
}  # fmt: skip


def _iban(r: random.Random, country: str = "DE", form: str = "plain") -> str:
    """A number of the country's shape whose check digits are right (ISO 13616, mod 97)."""
    shape, body = _IBANS[country], ""
    while shape:
        kind, rest = shape[0], shape[1:]
        count = rest[: next((n for n, c in enumerate(rest) if c.isalpha()), len(rest))]
        body += _pick(r, string.ascii_uppercase if kind == "a" else string.digits, int(count))
        shape = rest[len(count) :]
    number = int("".join(str(int(c, 36)) for c in f"{body}{country}00"))
    whole = f"{country}{98 - number % 97:02}{body}"
    return whole if form == "plain" else " ".join(whole[n : n + 4] for n in range(0, len(whole), 4))


def _ssn(r: random.Random, form: str = "dashed") -> str:
    parts = f"{r.randint(100, 650)}", f"{r.randint(11, 99)}", f"{r.randint(1000, 9999)}"
    return {"dashed": "-", "plain": "", "spaced": " "}[form].join(parts)


def _github(r: random.Random, kind: str = "p") -> str:
    if kind == "fine":
        return "github" + "_pat_" + _pick(r, _ALNUM, 22) + "_" + _pick(r, _ALNUM, 59)
    return f"gh{kind}_" + _pick(r, _ALNUM, 36)


def _slack(r: random.Random, kind: str = "b") -> str:
    numbers = _pick(r, "123456789", 12), _pick(r, "123456789", 13)
    if kind == "app":
        return f"xapp-1-A{_pick(r, string.ascii_uppercase + string.digits, 10)}-{numbers[1]}-{_pick(r, _HEX, 64)}"
    if kind == "hook":
        upper = string.ascii_uppercase + string.digits
        return f"T{_pick(r, upper, 10)}/B{_pick(r, upper, 10)}/{_pick(r, _ALNUM, 24)}"
    return f"xox{kind}-{numbers[0]}-{numbers[1]}-{_pick(r, _ALNUM, 24)}"


def _django(r: random.Random) -> str:
    return f"pbkdf2_sha256$870000${_pick(r, _ALNUM, 22)}${_b64(r, '32')}"


def _argon(r: random.Random) -> str:
    return f"$argon2id$v=19$m=65536,t=3,p=4${_b64(r, '16').rstrip('=')}${_b64(r, '32').rstrip('=')}"


_UPPER = string.ascii_uppercase + string.digits
_CRYPT = "./" + _ALNUM

MAKERS: dict[str, Maker] = {
    "like": _like,
    "pw": _password,
    "pwsym": _symbols,
    "pwlow": lambda r: f"{r.choice(_WORDS).lower()}{r.choice(_WORDS).lower()}{r.randint(1960, 2012)}",
    "phrase": lambda r: " ".join(w.lower() for w in r.sample(_WORDS, 4)),
    "digits": lambda r, n="6": r.choice("123456789") + _pick(r, string.digits, int(n) - 1),
    "hex": _of(_HEX),
    "HEX": _of(_HEX.upper()),
    "alnum": _of(_ALNUM),
    "lower": _of(string.ascii_lowercase + string.digits),
    "upper": _of(_UPPER),
    "url": _of(_URL),
    "b64": _b64,
    "b64url": _b64url,
    "uuid": lambda r: str(uuid.UUID(int=r.getrandbits(128), version=4)),
    "jwt": _jwt,
    "pem": _pem,
    # clouds
    "aws-id": lambda r, kind="AKIA": kind + _pick(r, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
    "aws-secret": _of(_ALNUM + "/+"),
    "aws-session": lambda r: "IQoJb3JpZ2luX2Vj" + _b64(r, "270"),
    "google-key": _after("AI" + "za", _URL, 35),
    "google-oauth": _after("ya" + "29.a0", _URL, 120),
    "google-secret": _after("GOC" + "SPX-", _URL, 28),
    "azure-secret": lambda r: _pick(r, _ALNUM, 3) + "8Q~" + _pick(r, _ALNUM + "_.-", 34),
    "azure-key": lambda r: _b64(r, "64"),
    "digitalocean": _after("dop" + "_v1_", _HEX, 64),
    "databricks": _after("da" + "pi", _HEX, 32),
    "heroku": _after("HR" + "KU-AA", _URL, 58),
    "vault": _after("hv" + "s.CAES", _URL, 90),
    "vault-old": _after("s" + ".", _ALNUM, 24),
    "terraform": lambda r: _pick(r, _ALNUM, 14) + ".atlas" + "v1." + _pick(r, _ALNUM, 67),
    "doppler": _after("dp" + ".pt.", _ALNUM, 43),
    "supabase": _after("sb" + "p_", _HEX, 40),
    "planetscale": _after("pscale" + "_tkn_", _URL, 43),
    "alibaba": _after("LT" + "AI5t", _ALNUM, 18),
    "cloudflare-ca": lambda r: "v1.0-" + _pick(r, _HEX, 24) + "-" + _pick(r, _HEX, 146),
    # code hosting, packages, operations
    "github": _github,
    "gitlab": lambda r, kind="pat": f"gl{kind}-" + _pick(r, _URL, 20),
    "atlassian": _after("ATA" + "TT3xFfGF0", _URL, 172, "=1A2B3C4D"),
    "bitbucket": _after("AT" + "BB", _ALNUM, 32),
    "npm": _after("np" + "m_", _ALNUM, 36),
    "pypi": _after("py" + "pi-AgEIcHlwaS5vcmc", _URL, 150),
    "rubygems": _after("ruby" + "gems_", _HEX, 48),
    "docker": _after("dckr" + "_pat_", _URL, 27),
    "grafana": lambda r: "gl" + "sa_" + _pick(r, _ALNUM, 32) + "_" + _pick(r, _HEX, 8),
    "newrelic": _after("NR" + "AK-", _UPPER, 27),
    "sentry": _after("sntry" + "u_", _HEX, 64),
    "sonar": _after("sq" + "p_", _HEX, 40),
    "postman": lambda r: "PM" + "AK-" + _pick(r, _HEX, 24) + "-" + _pick(r, _HEX, 34),
    "artifactory": _after("AK" + "Cp8", _ALNUM, 69),
    "age": _after("AGE-SECRET" + "-KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58),
    "airtable": lambda r: "pat" + _pick(r, _ALNUM, 14) + "." + _pick(r, _HEX, 64),
    "linear": _after("lin" + "_api_", _ALNUM, 40),
    "notion": _after("nt" + "n_", _ALNUM, 46),
    "figma": _after("fig" + "d_", _URL, 40),
    "pulumi": _after("pu" + "l-", _HEX, 40),
    "flyio": _after("fm" + "2_", _ALNUM + "+/", 120),
    # payment
    "stripe": lambda r, kind="sk", mode="live": f"{kind}_{mode}_" + _pick(r, _ALNUM, 24),
    "stripe-hook": _after("wh" + "sec_", _ALNUM, 32),
    "square": _after("sq0" + "atp-", _URL, 22),
    "square-secret": _after("sq0" + "csp-", _URL, 43),
    "square-access": _after("EAA" + "A", _URL, 60),
    "shopify": lambda r, kind="at": f"shp{kind}_" + _pick(r, _HEX, 32),
    "razorpay": _after("rzp" + "_live_", _ALNUM, 14),
    "braintree": lambda r: "access_token" + "$production$" + _pick(r, _ALNUM.lower(), 16) + "$" + _pick(r, _HEX, 32),
    "plaid": lambda r: "access-" + "production-" + MAKERS["uuid"](r),
    "flutterwave": _after("FLWSECK" + "_TEST-", _HEX, 32, "-X"),
    # chat and mail
    "slack": _slack,
    "discord": lambda r: "M" + _pick(r, _ALNUM, 23) + "." + _pick(r, _ALNUM, 6) + "." + _pick(r, _URL, 27),
    "telegram": lambda r: _pick(r, "123456789", 10) + ":AA" + _pick(r, _URL, 33),
    "sendgrid": lambda r: "SG" + "." + _pick(r, _URL, 22) + "." + _pick(r, _URL, 43),
    "mailgun": _after("key" + "-", _HEX, 32),
    "mailchimp": _after("", _HEX, 32, "-us12"),
    "brevo": lambda r: "xkeysib-" + _pick(r, _HEX, 64) + "-" + _pick(r, _ALNUM, 16),
    "twilio-key": _after("S" + "K", _HEX, 32),
    # language models
    "openai": lambda r: "sk" + "-" + _pick(r, _ALNUM, 20) + "T3Blbk" + "FJ" + _pick(r, _ALNUM, 20),
    "openai-project": _after("sk" + "-proj-", _URL, 120),
    "anthropic": _after("sk" + "-ant-api03-", _URL, 93, "AA"),
    "huggingface": _after("h" + "f_", string.ascii_letters, 34),
    "replicate": _after("r" + "8_", _ALNUM, 37),
    "groq": _after("gs" + "k_", _ALNUM, 52),
    "perplexity": _after("pp" + "lx-", _HEX, 48),
    "openrouter": _after("sk" + "-or-v1-", _HEX, 64),
    "xai": _after("xa" + "i-", _ALNUM, 80),
    "langsmith": lambda r: "lsv2" + "_pt_" + _pick(r, _HEX, 32) + "_" + _pick(r, _HEX, 10),
    "pinecone": _after("pc" + "sk_", _ALNUM, 60),
    # password hashes
    "bcrypt": lambda r: f"${r.choice(('2a', '2b', '2y'))}$12$" + _pick(r, _CRYPT, 53),
    "argon2": _argon,
    "django": _django,
    "werkzeug": lambda r: f"scrypt:32768:8:1${_pick(r, _ALNUM, 16)}${_pick(r, _HEX, 128)}",
    "sha512crypt": lambda r: f"$6$rounds=5000${_pick(r, _CRYPT, 16)}${_pick(r, _CRYPT, 86)}",
    "md5crypt": lambda r: f"$apr1${_pick(r, _CRYPT, 8)}${_pick(r, _CRYPT, 22)}",
    "ssha": lambda r: "{SSHA}" + _b64(r, "28"),
    "mysql": lambda r: "*" + _pick(r, _HEX.upper(), 40),
    "scram": lambda r: f"SCRAM-SHA-256$4096:{_b64(r, '16')}${_b64(r, '32')}:{_b64(r, '32')}",
    # people
    "card": _card,
    "iban": _iban,
    "ssn": _ssn,
}
