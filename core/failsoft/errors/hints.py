"""What the place where an exception arose adds to what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from types import CodeType
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.entries import is_making, limits_time, of_an_installation, was_to_write
from failsoft.errors.errands import of_frames
from failsoft.errors.failure import Frame
from failsoft.errors.files import in_package, is_standard, slashed
from failsoft.errors.frames import Frames
from failsoft.errors.packages import Kind, package_of
from failsoft.errors.places import OF_INPUT, kind_of_file, kind_of_frame, kind_of_place, refine_by_library
from failsoft.errors.purposes import purpose_of
from failsoft.errors.taxonomy import Category, Severity

__all__ = ["SETTING_UP", "Placed", "broke_while_answering", "may_be_refined", "refine_by_place"]

SETTING_UP = "setting up a client"
"""Why a value that a constructor refuses is one of our settings."""
_INNERMOST = 4
_NEAR = 25
_SERVERS = (
    "-packages/uvicorn/", "-packages/hypercorn/", "-packages/gunicorn/", "-packages/waitress/", "-packages/daphne/",
    "-packages/granian/", "-packages/cheroot/", "-packages/eventlet/wsgi.py", "-packages/gevent/pywsgi.py",
    "-packages/werkzeug/serving.py", "-packages/django/core/servers/",
    "/wsgiref/handlers.py", "/socketserver.py", "/http/server.py",
)  # fmt: skip
_CLIENTS = (
    "-packages/httpx/", "-packages/httpcore/", "-packages/requests/", "-packages/niquests/", "-packages/urllib3/",
    "-packages/aiohttp/client", "-packages/botocore/", "-packages/openai/", "-packages/anthropic/",
    "-packages/stripe/", "-packages/googleapiclient/", "-packages/google/api_core/", "-packages/azure/",
    "-packages/httpx2/", "-packages/httpcore2/", "-packages/google/genai/", "-packages/groq/", "-packages/together/",
    "-packages/mistralai/", "-packages/cohere/", "-packages/ollama/", "-packages/huggingface_hub/",
    "-packages/replicate/",
    "-packages/langchain_core/output_parsers/", "-packages/twilio/", "-packages/slack_sdk/", "-packages/github/",
    "-packages/gitlab/", "-packages/jira/", "-packages/hvac/", "-packages/consul/", "-packages/kubernetes/client/",
    "-packages/docker/api/", "-packages/algoliasearch/", "-packages/braintree/", "-packages/plaid/", "-packages/svix/",
    "-packages/minio/", "-packages/jwt/jwks_client.py", "-packages/google/auth/",
    "-packages/requests_toolbelt/multipart/decoder.py",
    "/xmlrpc/client.py",
)  # fmt: skip
_STORES = (
    "-packages/psycopg/", "-packages/psycopg2/", "-packages/psycopg_pool/", "-packages/asyncpg/", "-packages/pymysql/",
    "-packages/aiomysql/", "-packages/asyncmy/", "-packages/MySQLdb/", "-packages/oracledb/", "-packages/redis/",
    "-packages/pymongo/", "-packages/motor/", "-packages/elastic_transport/", "-packages/cassandra/",
    "-packages/neo4j/", "-packages/aiormq/", "-packages/aio_pika/", "-packages/kombu/", "-packages/amqp/",
    "-packages/aiokafka/", "-packages/nats/", "-packages/pymemcache/", "-packages/mysql/", "-packages/pg8000/",
    "-packages/pymssql", "-packages/pika/", "-packages/kafka/", "-packages/paho/", "-packages/aiomqtt/",
    "-packages/stomp/", "-packages/valkey/", "-packages/coredis/", "-packages/clickhouse_connect/",
    "-packages/qdrant_client/", "-packages/typesense/", "-packages/meilisearch/", "-packages/weaviate/",
    "-packages/influxdb_client/", "-packages/elasticsearch/", "-packages/opensearchpy/",
)  # fmt: skip
_SET_UP = ("url", "uri", "dsn", "config", "option", "setting", "resolve_transport", "validate_read")
_BUGS = frozenset({"ValueError", "KeyError", "TypeError", "AttributeError"})
_LAST_FRAMES: tuple[tuple[str, str, Label, str], ...] = (
    ("FileNotFoundError", "/subprocess.py", is_.MISCONFIGURED, "a program that is not installed"),
    ("BlockingIOError", "/subprocess.py", is_.EXHAUSTED, "no more processes"),
    ("FileNotFoundError", "/ssl.py", is_.MISCONFIGURED, "a file of certificates"),
    ("EOFError", "/ftplib.py", is_.BROKEN, "the line ended"),
    ("EOFError", "/gzip.py", is_.UNPARSABLE, "an archive that ends early"),
    ("EOFError", "/bz2.py", is_.UNPARSABLE, "an archive that ends early"),
    ("EOFError", "/lzma.py", is_.UNPARSABLE, "an archive that ends early"),
    ("EOFError", "/_compression.py", is_.UNPARSABLE, "an archive that ends early"),
    ("EOFError", "/compression/_common/_streams.py", is_.UNPARSABLE, "an archive that ends early"),
    ("KeyError", "/zipfile.py", is_.NOT_THERE, "no such member of an archive"),
    ("KeyError", "/zipfile/__init__.py", is_.NOT_THERE, "no such member of an archive"),
    ("OpenSSL.crypto.Error", "/OpenSSL/", is_.UNPARSABLE, "a certificate or a key, no link"),
    ("LookupError", "/sqlalchemy/sql/sqltypes.py", is_.CONTRADICTION, "a stored value that is none of an enumeration"),
    ("sqlalchemy.exc.ArgumentError", "/sqlalchemy/engine/url.py", is_.MISCONFIGURED, "the URL of a database"),
)
"""Class, place in the path of the innermost frame, label, and why."""
_PLACED = frozenset(
    {name.rpartition(".")[2] for name, *_ in _LAST_FRAMES}
    | {"TimeoutError", "EOFError", "ModuleNotFoundError", "ImportError"}
)
_SAYS_LITTLE = frozenset({is_.BUG, is_.OS_FAULT})
_BROKEN_LINKS = frozenset({"BrokenPipeError", "ConnectionResetError", "ConnectionAbortedError"})


_OF_VALUES = frozenset(
    {"ValueError", "TypeError", "UnicodeDecodeError", "json.decoder.JSONDecodeError", "decimal.InvalidOperation"}
)
_ROW = 8
# what makes values of the columns of a row that was read
_ROWS = as_pattern(
    r"-packages/(?:sqlalchemy/(?:engine/_(?:result|processors)_cy\.|(?:sql|dialects)/.*?\bresult_processor\b)"
    r"|django/db/models/sql/compiler\.py .*\bapply_converters|peewee\.py .*\.python_value"
    r"|psycopg/types/.*Loader\.load|tortoise/.*\bto_python_value|pony/orm/.*\bsql2py"
    r"|pynamodb/attributes\.py .*deserialize)"
    r"|/sqlalchemy/engine/_(?:result|processors)_cy\.py "
    r"|/sqlite3/dbapi2\.py .*\bconvert_"
)


class Placed(NamedTuple):
    """What a place says."""

    better: tuple[Label, str] | None
    """The label that fits it better, and why."""
    library: Kind | None
    """What the package is for that the innermost function belongs to; None: it is no installed package's."""


_NOWHERE = Placed(None, library=None)


def refine_by_place(label: Label, name: str, frames: Sequence[Frame]) -> Placed:
    """What the place adds to a label.

    Parameters:
        label: what the class or the code says.
        name: name of the class.
        frames: of the exception, outermost call first.
    """
    if not frames:
        return _NOWHERE
    if not isinstance(frames, Frames) or not (codes := frames.codes(_NEAR)):
        return Placed(_refine(label, name, frames), kind_of_frame(frames[-1][0], frames[-1][2]))
    # by what the label says: many are made anew for each exception
    key = (label, name, *map(id, codes))
    known = _known.get(key)
    if known is None:
        if len(_known) >= _MOST_PLACES:
            _known.clear()
        placed = Placed(_refine(label, name, frames), kind_of_frame(codes[-1].co_filename, codes[-1].co_qualname))
        known = _known[key] = placed, codes
    return known[0]


_MOST_PLACES = 2_048
_known: dict[tuple[object, ...], tuple[Placed, Sequence[CodeType]]] = {}
"""What was found before: the same functions fail again and again. The codes that the key has the identities of are kept
with it, so that no other ones get them."""


def _refine(label: Label, name: str, frames: Sequence[Frame]) -> tuple[Label, str] | None:
    if name == "KeyError" and _function(frames).startswith("_Environ.__"):
        return is_.MISCONFIGURED, "os.environ"
    near = _near(frames)
    if label in _MISUSED and _leads_nowhere(near):
        return is_.UPSTREAM_FAILED, "while following a redirect"
    if (better := _by_last_frame(label, name, near)) is not None:
        return better
    if broke_while_answering(name, frames):
        return is_.DISCONNECTED, "while sending the response"
    if name in _OF_VALUES and (label == is_.BUG or label in OF_INPUT) and any(map(_reads_a_row, near[-_ROW:])):
        return is_.CONTRADICTION, "a stored value that cannot be read"
    if (better := _by_library(label, name, near)) is not None:
        return better
    if label in OF_INPUT and (whose := _whose_data(label, name, frames, near)) is not None:
        return whose
    lost = label.category is Category.NETWORK and label.severity is Severity.MEDIUM and label.status != 504
    if lost and _any(frames, _NEAR, _STORE):
        return label._replace(severity=Severity.HIGH), "on the way to a store"
    return None


def _by_library(label: Label, name: str, frames: Sequence[Frame]) -> tuple[Label, str] | None:
    """What the library adds, by what it is for and by what it was called for."""
    says_little = label == is_.BUG or label in OF_INPUT
    if says_little and (better := _by_entry(name, frames)) is not None:
        return better
    if (better := refine_by_library(label, name, frames)) is not None or not says_little:
        return better
    if (better := _by_errand(label, name, frames)) is not None:
        return better
    making = label == is_.BUG and name in _PLAIN and _is_for_data(frames[-1]) and is_making(frames)
    return (is_.BUG, "while making something") if making else None


def _is_for_data(frame: Frame) -> bool:
    return kind_of_frame(frame[0], frame[2]) in _FOR_DATA


_FOR_DATA = frozenset({Kind.PARSER, Kind.UNKNOWN, Kind.AUTH})
_NOT_FOUND = as_pattern(r"(?:File|Package|Template|Directory)NotFound(?:Error|Exception)?\Z|\bNoSuchFile")


def _by_entry(name: str, frames: Sequence[Frame]) -> tuple[Label, str] | None:
    """What a library was called for that reads data, but for that it was not to read any."""
    if _NOT_FOUND.search(name) is not None and (word := of_an_installation(frames)) is not None:
        return is_.MISCONFIGURED, f"while looking for a {word}"
    plain = name in _PLAIN
    if (
        (plain or "." in name)
        and kind_of_frame(frames[-1][0], frames[-1][2]) in _FOR_DATA
        and was_to_write(frames, strictly=not plain)
    ):
        return is_.BUG, "while writing"
    return None


_PLAIN = frozenset(
    {"ValueError", "KeyError", "IndexError", "RuntimeError", "Exception", "OverflowError", "struct.error"}
)


_UNREADABLE = _OF_VALUES | {"KeyError", "EOFError", "binascii.Error", "_pickle.UnpicklingError", "zlib.error"}


def _by_errand(label: Label, name: str, frames: Sequence[Frame]) -> tuple[Label, str] | None:
    """What a value that a library refuses was for."""
    if name not in _UNREADABLE and name != "AssertionError":
        return None
    errand = of_frames(frames)
    if errand == "signed" and name in _UNREADABLE:
        return is_.MISCONFIGURED, "while signing a request with a key of ours"
    if errand == "queued" and name in _UNREADABLE:
        return is_.CONTRADICTION, "while reading what was queued or kept"
    if errand == "set up" and label == is_.BUG and name in {"ValueError", "AssertionError"}:
        return is_.MISCONFIGURED, SETTING_UP
    return None


def _is_own(name: str, file: str) -> bool:
    """Whether a class is of the client that a file belongs to."""
    return in_package(file).startswith(f"{name.partition('.')[0]}/") and kind_of_file(file) is Kind.CLIENT


def _whose_data(label: Label, name: str, frames: Sequence[Frame], near: Sequence[Frame]) -> tuple[Label, str] | None:
    """Whose data could not be read, where it is not our client's."""
    if label == is_.INVALID and _is_own(name, near[-1][0]):
        # a client may have a class for what it was given, and not for what it was sent
        return None
    if name.startswith("graphql.") and any("-packages/gql/" in frame[0] for frame in near):
        return is_.BUG, "a query of our own"
    if _any(frames, _NEAR, _CLIENT) or _called_client(name, near):
        return is_.UPSTREAM_FAILED, "while reading a peer's answer"
    return purpose_of(near)


_MISUSED = frozenset({is_.BUG, is_.INVALID, is_.UNPARSABLE, is_.MISCONFIGURED})


# not httpx's `_send_handling_redirects`, through which every call goes
_TO_ELSEWHERE = as_pattern(r"(?:\A|\.)(?!\w*handling)\w*redirect\w*\Z|\.http_error_30\d\Z", re.IGNORECASE)


def _leads_nowhere(frames: Sequence[Frame]) -> bool:
    """Whether a client was on its way to where an answer had sent it: what is wrong with that place is the peer's
    fault."""
    for filename, _, function in reversed(frames):
        path = slashed(filename)
        kind = kind_of_file(path)
        if kind is None and not is_standard(path):
            return False
        if _TO_ELSEWHERE.search(function) is not None and (path.endswith("/urllib/request.py") or kind in _CALLERS):
            return True
    return False


_CALLERS = frozenset({Kind.CLIENT, Kind.LINK})


_SERVER, _CLIENT, _STORE = 1, 2, 4
_OF_KIND = {Kind.CLIENT: _CLIENT, Kind.STORE: _STORE, Kind.BROKER: _STORE}
_MOST_FILES = 8_192
_kinds: dict[str, int] = {}
"""What each file belongs to, as a sum of the three above: the same files come again and again."""


def broke_while_answering(name: str, frames: Sequence[Frame]) -> bool:
    """Whether a link broke in a server that was sending a response: the client is gone."""
    return name in _BROKEN_LINKS and _any(frames, _INNERMOST, _SERVER)


def _function(frames: Sequence[Frame]) -> str:
    return frames.function if isinstance(frames, Frames) else frames[-1][2]


def may_be_refined(label: Label, name: str) -> bool:
    """Whether there is a place that would change a label; a quick look, for the sake of those that none does."""
    return label.category is Category.NETWORK or label in OF_INPUT or label in _SAYS_LITTLE or name in _PLACED


def _near(frames: Sequence[Frame]) -> Sequence[Frame]:
    """The innermost frames; their line numbers are not read, which takes long."""
    if isinstance(frames, Frames):
        return [(file, 0, function) for file, function in islice(frames.places(), _NEAR)][::-1]
    return frames[-_NEAR:]


def _by_last_frame(label: Label, name: str, frames: Sequence[Frame]) -> tuple[Label, str] | None:
    """What the innermost function was about, where the class alone says little."""
    path = slashed(frames[-1][0])
    for cls, place, better, why in _LAST_FRAMES:
        if name == cls and place in path:
            if better == is_.NOT_THERE and any(kind_of_place(frame[0]) is Kind.PARSER for frame in frames):
                return is_.UNPARSABLE, "an archive that is none of this format"
            return better, why
    if name == "EOFError" and label == is_.BUG:
        for kind, better in ((_STORE, is_.STORE_AWAY), (_CLIENT, is_.BROKEN)):
            if _any(frames, _INNERMOST, kind):
                return better, "the line ended"
    if label == is_.SILENT and name.endswith("TimeoutError") and limits_time(path):
        return is_.CHILD_HUNG, "a limit of time for work of ours"
    if name == "TimeoutError" and any("-packages/asyncpg/pool.py" in frame[0] for frame in frames):
        return is_.POOL_SILENT, "waiting for a pool"
    if label == is_.BUG and name in _BUGS and any(_sets_up(frame) for frame in frames[-3:]):
        return is_.MISCONFIGURED, "setting up a client"
    return None


def _reads_a_row(frame: Frame) -> bool:
    return _ROWS.search(slashed(f"{frame[0]} {frame[2]}")) is not None


def _sets_up(frame: Frame) -> bool:
    where = f"{frame[0].rpartition('/')[2]} {frame[2]}".lower()
    return any(word in where for word in _SET_UP) and _any((frame,), 1, _STORE)


_SERVES = as_pattern(
    r"(?:\A|/)_?(?:web_|web\.py|servers?(?:[/._]|\Z)|servicer)|[/_]server\.py\Z"
    r"|\A(?:tornado/(?:httpserver|httputil|routing)|twisted/web/(?:http|resource)|thrift\w*/http)"
)
"""Of a library that serves as well as it calls, the part that serves: what cannot be read there, a client sent."""


def _called_client(name: str, frames: Sequence[Frame]) -> bool:
    """Whether what our code called, and what that called in turn, has a client of a peer in it that says nothing of its
    own of what it could not read."""
    own = name.partition(".")[0]
    for filename, _, _ in reversed(frames):
        inside = in_package(filename)
        if not inside and not is_standard(filename):
            return False
        if inside and (inside.startswith(own) or _SERVES.search(inside) is not None):
            return False
        if inside and package_of(inside.removesuffix(".py").replace("/", ".")).kind is Kind.CLIENT:
            return True
    return False


def _any(frames: Sequence[Frame], near: int, kind: int) -> bool:
    files = frames.files(near) if isinstance(frames, Frames) else [one[0] for one in frames[-near:]]
    for file in files:
        known = _kinds.get(file)
        if (_learn(file) if known is None else known) & kind:
            return True
    return False


def _learn(file: str) -> int:
    if len(_kinds) >= _MOST_FILES:
        _kinds.clear()
    kind = _kinds[file] = _kind_of(file)
    return kind


def _kind_of(file: str) -> int:
    path = slashed(file)
    kinds = ((_SERVER, _SERVERS), (_CLIENT, _CLIENTS), (_STORE, _STORES))
    found = sum(kind for kind, places in kinds if any(place in path for place in places))
    return found or _OF_KIND.get(kind_of_place(path) or Kind.UNKNOWN, 0)
