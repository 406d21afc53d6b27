"""Where a class of exceptions comes from, and what kind of package that is, found without importing anything.

Only what is loaded is looked at: the files of modules, the names of sub-modules, and the names of classes beside the
one in question. A kind is a context for names: a `NotFound` of a client of HTTP is a peer's, that of an ORM is ours.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from enum import Enum, auto
from itertools import islice
from typing import Any, NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue.packages import KINDS
from failsoft.errors.files import is_installed

__all__ = ["Kind", "Package", "assume_installed", "is_third_party", "kind_of_top", "package_of"]


class Kind(Enum):
    """What a package is for."""

    CLIENT = auto()
    """Talks to a service of somebody else: over HTTP, gRPC, or by a vendor's kit."""
    STORE = auto()
    """Talks to a store of the application: a database, a cache."""
    BROKER = auto()
    """Talks to a broker of messages, or is a queue of tasks."""
    AUTH = auto()
    """Tells clients from impostors: tokens, signatures, passwords."""
    PARSER = auto()
    """Reads or checks data."""
    FRAMEWORK = auto()
    """Serves requests."""
    CONFIG = auto()
    """Reads settings, or fills templates."""
    LOCK = auto()
    """Makes others wait."""
    LIMITER = auto()
    """Limits the application's own clients."""
    LINK = auto()
    """Runs tasks and moves bytes, for clients and servers alike."""
    UNKNOWN = auto()


class Package(NamedTuple):
    """What is known of a package."""

    name: str
    kind: Kind
    is_driver: bool
    """Its classes are named as PEP 249 asks of a driver of databases."""
    is_known: bool = False
    """Its kind is not guessed, but known by its name."""
    validates: bool = False
    """It has a class of its own for data that is not valid."""


_STANDARD = frozenset(sys.stdlib_module_names) | {"builtins", "__main__", "__mp_main__"}
_MAX_MODULES = 400
_MAX_NAMES = 400
_MAX_PACKAGES = 1_024

# parts of the name of a package, and what they tell; what is written first decides among equals
_IN_NAME: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.LIMITER, as_pattern(r"limit|throttl")),
    (Kind.LOCK, as_pattern(r"(?<![bc])lock")),
    (
        Kind.CONFIG,
        as_pattern(
            r"conf(?!lu|er)|settings|environ|dotenv|decouple|templat|\A(?:mako|jinja|chameleon|genshi|liquid|mustache|chevron)"
        ),
    ),
    # what extends a framework is for what its name says beside
    (Kind.AUTH, as_pattern(r"jwt|jose|oauth|oidc|saml|passw|passlib|webauthn|otp|sign|crypt|hash|argon|_?auth(?!or)")),
    (
        Kind.FRAMEWORK,
        as_pattern(
            r"framework|^(?:flask|django|bottle|cherrypy|pyramid|tornado|sanic|quart|litestar|blacksheep|falcon|robyn|"
            r"fastapi|starlette|aiohttp_(?!client))|wsgi|asgi|websocket.?server"
        ),
    ),
    (
        Kind.BROKER,
        as_pattern(r"kafka|amqp|rabbit|mq|nats|queue|celery|broker|pulsar|stomp|pubsub|worker|tasks?\Z|kombu|stalk"),
    ),
    (
        Kind.STORE,
        as_pattern(
            r"sql|mongo|redis|valkey|memcache|cache|bson|cassandra|scylla|neo4j|arango|elastic"
            r"|opensearch|couch|influx|clickhouse|duck|db(?:$|\W|_|[a-z]?\d)|\Adb|oracle|firebird|pony|orm\b|orm_|_orm"
            r"|postgres|\Apg|pg(?:\Z|\d|_)|ldap|etcd|zookeeper|kazoo|milvus|qdrant|weaviate|pinecone|chroma"
        ),
    ),
    (Kind.CLIENT, as_pattern(r"rpc|_api\Z|_sdk\Z|_client\Z")),
    (
        Kind.PARSER,
        as_pattern(
            r"json|yaml|toml|xml|csv|html|pars|valid|schema|serial|codec|pack(?!age)|decod|pdf|xls|docx|imag|date|phone"
            r"|email|proto|avro|marsh|form(?!at)|lex|markup|markdown|unicod|regex|ical|vobject|zip|compress"
            r"|zst|\Alz\d|brotli|\A(?:un)?rar|snappy|\Axl|font|barcode|iban|uuid|ulid|calend|asn1|cbor|capnp|pickle|geojson"
            r"|gpx|kml|dicom|epub|ebook|\Aqr"
        ),
    ),
    (
        Kind.CLIENT,
        as_pattern(
            r"http|urllib|(?<!c)api|sdk|client|rest|soap|grpc|rpc|aws|boto|azure|google|cloud|request|curl|web|bot|ai\Z|\Aai|llm"
            r"|ssh|ftp|smtp|mail|socket|git|storage|s3"
        ),
    ),
)
_MODULES_OF: tuple[tuple[Kind, frozenset[str]], ...] = (
    (Kind.FRAMEWORK, frozenset({"wsgi", "asgi", "routing", "routes", "middleware", "blueprints", "templating"})),
    (Kind.STORE, frozenset({"cursor", "cursors", "pool", "orm", "queries", "dialects", "transaction", "sql"})),
    (Kind.BROKER, frozenset({"channel", "exchange", "broker", "consumer", "producer", "queue"})),
    (Kind.CLIENT, frozenset({"api", "client", "http", "http_client", "rest", "endpoints", "webhooks", "transport"})),
    (
        Kind.PARSER,
        frozenset({"parser", "decoder", "lexer", "scanner", "validator", "validators", "tokenizer", "types"}),
    ),
    (Kind.AUTH, frozenset({"jwt", "jws", "jwk", "claims", "signer", "oauth2", "grants"})),
    (Kind.CONFIG, frozenset({"template", "templates", "renderer", "renderers", "filters", "tags", "builtin_loaders"})),
)
_HTTP_CLIENTS = frozenset({"httpx", "requests", "aiohttp", "urllib3", "grpc", "httpcore"})
_LINKS = frozenset({"socket", "ssl", "urlopen", "ftplib", "smtplib", "imaplib", "telnetlib", "open_connection"})
_SERVERS = frozenset({"werkzeug", "starlette", "django", "flask", "fastapi", "asgiref"})
_TELLING = _HTTP_CLIENTS | _LINKS | _SERVERS
_BESIDE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.FRAMEWORK,
        as_pattern(r"MethodNotAllowed|NotAcceptable|UnsupportedMediaType|EntityTooLarge|NoRoute|Disconnect"),
    ),
    (
        Kind.CLIENT,
        as_pattern(
            r"Api|API|HTTP|Http|RateLimit|TooManyRequests|BadGateway|ServerError|Unauthorized|PaymentRequired|BadRequest"
            r"|RequestE|Redirect|Proxy|TLS|SSL|DNS|StatusE"
        ),
    ),
    (Kind.STORE, as_pattern(r"Integrity|Deadlock|Transaction|Cursor|Pool|Query|Duplicate|Table|Cluster|Operational")),
    (Kind.BROKER, as_pattern(r"Channel|Exchange|AMQP|Consumer|Broker|Topic|Queue|Nack")),
    (Kind.AUTH, as_pattern(r"Signature|Token|Audience|Issuer|Claim|JWK|JWS|JWE|Hash|Password")),
    (Kind.PARSER, as_pattern(r"Pars|Decod|Syntax|Schema|Valid|Malformed|Lexer|Scanner|Format")),
)
_OF_LIMITS = as_pattern(r"rate_?limit|\blimiter|throttl")
_PEP_249 = frozenset({"DatabaseError", "OperationalError", "IntegrityError", "ProgrammingError"})
_HOMES = ("errors", "exceptions", "exc", "error", "err", "_exceptions", "_errors")

_packages: dict[tuple[str, int], Package] = {}
_installed: dict[str, bool] = {}


def is_third_party(module: str) -> bool:
    """Whether a module belongs to an installed package: not to Python, to Failsoft or to the application."""
    top = module.partition(".")[0]
    known = _installed.get(top)
    if known is None:
        known = top not in _STANDARD and top != "failsoft" and _is_installed(module, top)
        if len(_installed) >= _MAX_PACKAGES:
            _installed.clear()
        if top in sys.modules:
            _installed[top] = known
    return known


def kind_of_top(top: str) -> Kind | None:
    """The kind of a package that is known by its name."""
    name = KINDS.get(top) or KINDS.get(top.lower())
    return None if name is None else Kind[name.upper()]


def assume_installed(top: str) -> None:
    """A package is an installed one, though nothing of it is loaded."""
    _installed[top] = True


def package_of(module: str) -> Package:
    """What kind of package a module belongs to, as far as loaded modules tell."""
    # what is imported later may tell more, so a package is looked at once more when it has grown
    top = _top_of(module)
    grown = sum(f"{top}.{home}" in sys.modules for home in _HOMES)
    known = _packages.get((module, grown))
    if known is None:
        if len(_packages) >= _MAX_PACKAGES:
            _packages.clear()
        known = _packages[module, grown] = _look(module, top)
    return known


def _is_installed(module: str, top: str) -> bool:
    for name in (top, module):
        values = _values(name)
        places = [values.get("__file__"), *_folders(values.get("__path__"))]
        if any(isinstance(place, str) and is_installed(place) for place in places):
            return True
    if module in sys.modules or top in sys.modules or "." in module:
        return False
    # a compiled module may call itself by its last name only, as `cimpl` of confluent_kafka
    tail = f".{module}"
    return any(name.endswith(tail) and "." in name and is_third_party(name) for name in list(sys.modules))


def _values(module: str) -> dict[str, Any]:
    """The globals of a loaded module. A module may be lazy, and must not be woken."""
    try:
        values = object.__getattribute__(sys.modules[module], "__dict__")
    except (KeyError, AttributeError):
        return {}
    return values if type(values) is dict else {}


def _folders(path: Any) -> list[object]:
    try:
        return list(path or ())[:2]
    except Exception:  # noqa: BLE001 - a module may put anything there
        return []


def _top_of(module: str) -> str:
    """The name of the package: the first part, or two where the first is a namespace, as `google` and `azure` are."""
    first, _, rest = module.partition(".")
    if rest and first in sys.modules and not _values(first).get("__file__"):
        return f"{first}.{rest.partition('.')[0]}"
    return first


def _look(module: str, top: str) -> Package:
    names = frozenset(_names_beside(module, top))
    is_driver = names >= _PEP_249
    kind = Kind.STORE if is_driver else _kind(module, top, names)
    validates = any(word in name for name in names for word in ("Validation", "Invalid", "Document"))
    return Package(top, kind, is_driver, kind_of_top(top) is not None, validates)


def _kind(module: str, top: str, names: frozenset[str]) -> Kind:
    inside = ".".join(module.removeprefix(top).split(".")[1:3])
    if "template" in inside:
        return Kind.CONFIG
    if _OF_LIMITS.search(inside):
        return Kind.LIMITER
    if (known := kind_of_top(top)) is not None:
        return known
    score = dict.fromkeys(Kind, 0.0)
    for weight, name in ((3.5, top), (1.5, inside)):
        for kind, pattern in _IN_NAME:
            if pattern.search(name.lower()):
                score[kind] += weight
                break
    _count_modules(top, score)
    errors = [name for name in names if name.endswith(("Error", "Exception", "Expired", "Found", "Timeout"))]
    for kind, pattern in _BESIDE:
        score[kind] += sum(0.5 for _ in islice(filter(pattern.search, errors), 4))
    best = max(score, key=lambda kind: score[kind])
    return best if score[best] >= 1.0 else Kind.UNKNOWN


def _count_modules(top: str, score: dict[Kind, float]) -> None:
    """Add what the names of the modules of a package tell, and what these have imported."""
    inner = _modules_below(top)
    tails = {name.rpartition(".")[2].lstrip("_") for name in inner}
    for kind, usual in _MODULES_OF:
        weight, most = (1.5, 4) if kind is Kind.FRAMEWORK else (0.5, 2)
        score[kind] += min(len(tails & usual), most) * weight
    used = {name for module in inner for name in _TELLING & _values(module).keys()}
    if top not in _HTTP_CLIENTS and not used.isdisjoint(_HTTP_CLIENTS):
        score[Kind.CLIENT] += 1.5
    elif top not in _HTTP_CLIENTS and not used.isdisjoint(_LINKS):
        score[Kind.CLIENT] += 1.0
    if top not in _SERVERS and not used.isdisjoint(_SERVERS):
        score[Kind.FRAMEWORK] += 2.5


def _names_beside(module: str, top: str) -> Iterator[str]:
    """Names of what is defined where the class is, and where its package keeps its errors."""
    for name in dict.fromkeys((module, top, *(f"{top}.{home}" for home in _HOMES))):
        for key, value in list(_values(name).items())[:_MAX_NAMES]:
            # not isinstance: a lazy object would have to say what it is
            if issubclass(type(value), type) and issubclass(value, BaseException) and value.__module__ != "builtins":
                yield key


def _modules_below(top: str) -> list[str]:
    found, listed, before = [top], _listed(), f"\n{top}."
    at = listed.find(before)
    while at >= 0 and len(found) <= _MAX_MODULES:
        end = listed.index("\n", at + 1)
        found.append(listed[at + 1 : end])
        at = listed.find(before, end)
    return found


_listing: tuple[int, str, str] = (0, "", "\n")
"""How many modules were loaded, the last of them, and their names, one a line: an application may have thousands."""


def _listed() -> str:
    global _listing  # noqa: PLW0603 - replaced whole, so that threads may share it
    count, last, listed = _listing
    if count != len(sys.modules) or last != next(reversed(sys.modules)):
        names = list(sys.modules)
        listed = "\n".join(["", *names, ""])
        _listing = len(names), names[-1], listed
    return listed
