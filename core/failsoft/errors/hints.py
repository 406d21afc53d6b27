"""What the place where an exception arose adds to what it is."""

from __future__ import annotations

from collections.abc import Sequence

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.failure import Frame
from failsoft.errors.frames import Frames
from failsoft.errors.taxonomy import Category, Severity

__all__ = ["broke_while_answering", "may_be_refined", "refine_by_place"]

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
    "/xmlrpc/client.py",
)  # fmt: skip
_STORES = (
    "-packages/psycopg/", "-packages/psycopg2/", "-packages/psycopg_pool/", "-packages/asyncpg/", "-packages/pymysql/",
    "-packages/aiomysql/", "-packages/asyncmy/", "-packages/MySQLdb/", "-packages/oracledb/", "-packages/redis/",
    "-packages/pymongo/", "-packages/motor/", "-packages/elastic_transport/", "-packages/cassandra/",
    "-packages/neo4j/", "-packages/aiormq/", "-packages/aio_pika/", "-packages/kombu/", "-packages/amqp/",
    "-packages/aiokafka/", "-packages/nats/", "-packages/pymemcache/",
)  # fmt: skip
_BROKEN_LINKS = frozenset({"BrokenPipeError", "ConnectionResetError", "ConnectionAbortedError"})


def refine_by_place(label: Label, name: str, frames: Sequence[Frame]) -> tuple[Label, str] | None:
    """The label that fits the place better, and why.

    Parameters:
        label: what the class or the code says.
        name: name of the class.
        frames: of the exception, outermost call first.
    """
    if not frames:
        return None
    if name == "KeyError" and _function(frames) == "_Environ.__getitem__":
        return is_.MISCONFIGURED, "os.environ"
    if broke_while_answering(name, frames):
        return is_.DISCONNECTED, "while sending the response"
    if label == is_.UNPARSABLE and _any(frames, _NEAR, _CLIENT):
        return is_.UPSTREAM_FAILED, "while reading a peer's answer"
    lost = label.category is Category.NETWORK and label.severity is Severity.MEDIUM and label.status != 504
    if lost and _any(frames, _NEAR, _STORE):
        return label._replace(severity=Severity.HIGH), "on the way to a store"
    return None


_SERVER, _CLIENT, _STORE = 1, 2, 4
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
    return label.category is Category.NETWORK or label == is_.UNPARSABLE or name == "KeyError"


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
    path = file.replace("\\", "/")
    kinds = ((_SERVER, _SERVERS), (_CLIENT, _CLIENTS), (_STORE, _STORES))
    return sum(kind for kind, places in kinds if any(place in path for place in places))
