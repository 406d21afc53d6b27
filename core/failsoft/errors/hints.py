"""What the place where an exception arose adds to what it is."""

from __future__ import annotations

from collections.abc import Sequence

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.failure import Frame
from failsoft.errors.taxonomy import Category, Severity

__all__ = ["refine_by_place"]

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
    ("KeyError", "/zipfile.py", is_.NOT_THERE, "no such member of an archive"),
    ("KeyError", "/zipfile/__init__.py", is_.NOT_THERE, "no such member of an archive"),
    ("sqlalchemy.exc.ArgumentError", "/sqlalchemy/engine/url.py", is_.MISCONFIGURED, "the URL of a database"),
)
"""Class, place in the path of the innermost frame, label, and why."""
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
    if name == "KeyError" and frames[-1][2] == "_Environ.__getitem__":
        return is_.MISCONFIGURED, "os.environ"
    if (better := _by_last_frame(label, name, frames)) is not None:
        return better
    if name in _BROKEN_LINKS and _any(frames[-_INNERMOST:], _SERVERS):
        return is_.DISCONNECTED, "while sending the response"
    if label == is_.UNPARSABLE and _any(frames[-_NEAR:], _CLIENTS):
        return is_.UPSTREAM_FAILED, "while reading a peer's answer"
    lost = label.category is Category.NETWORK and label.severity is Severity.MEDIUM and label.status != 504
    if lost and _any(frames[-_NEAR:], _STORES):
        return label._replace(severity=Severity.HIGH), "on the way to a store"
    return None


def _by_last_frame(label: Label, name: str, frames: Sequence[Frame]) -> tuple[Label, str] | None:
    """What the innermost function was about, where the class alone says little."""
    path = frames[-1][0].replace("\\", "/")
    for cls, place, better, why in _LAST_FRAMES:
        if name == cls and place in path:
            return better, why
    if name == "TimeoutError" and _any(frames[-_NEAR:], ("-packages/asyncpg/pool.py",)):
        return is_.POOL_SILENT, "waiting for a pool"
    if label == is_.BUG and name in _BUGS and any(_sets_up(frame) for frame in frames[-3:]):
        return is_.MISCONFIGURED, "setting up a client"
    return None


def _sets_up(frame: Frame) -> bool:
    where = f"{frame[0].rpartition('/')[2]} {frame[2]}".lower()
    return any(word in where for word in _SET_UP) and _any((frame,), _STORES)


def _any(frames: Sequence[Frame], places: tuple[str, ...]) -> bool:
    for filename, _, _ in frames:
        path = filename.replace("\\", "/")
        if any(place in path for place in places):
            return True
    return False
