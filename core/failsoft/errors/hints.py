"""What the place where an exception arose adds to what it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.failure import Frame
from failsoft.errors.taxonomy import Category, Severity

__all__ = ["refine_by_place"]

_INNERMOST = 4
_NEAR = 25
_CLOSE = 3
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
    "/xmlrpc/client.py",
)  # fmt: skip
_STORES = (
    "-packages/psycopg/", "-packages/psycopg2/", "-packages/psycopg_pool/", "-packages/asyncpg/", "-packages/pymysql/",
    "-packages/aiomysql/", "-packages/asyncmy/", "-packages/MySQLdb/", "-packages/oracledb/", "-packages/redis/",
    "-packages/pymongo/", "-packages/motor/", "-packages/elastic_transport/", "-packages/cassandra/",
    "-packages/neo4j/", "-packages/aiormq/", "-packages/aio_pika/", "-packages/kombu/", "-packages/amqp/",
    "-packages/aiokafka/", "-packages/nats/", "-packages/pymemcache/",
)  # fmt: skip
_OF_SETTINGS = (
    "-packages/pydantic_settings/", "-packages/dynaconf/", "-packages/environs/", "-packages/decouple.py",
    "-packages/ariadne/utils.py",
)  # fmt: skip
# a builtin exception out of one of these says what it is by where it was raised
_BUILTIN_FROM: tuple[tuple[Label, tuple[str, ...]], ...] = (
    (
        is_.MISCONFIGURED,
        (
            "-packages/decouple.py", "-packages/dynaconf/", "-packages/environs/", "-packages/dotenv/",
            "-packages/starlette/config.py", "-packages/flask/config.py", "-packages/sanic/config.py",
            "-packages/django/apps/registry.py", "-packages/pyramid/renderers.py", "-packages/pyramid/config/",
            "-packages/tornado/template.py", "-packages/chameleon/loader.py", "-packages/mako/lookup.py",
            "-packages/msal/authority.py", "-packages/firebase_admin/__init__.py", "-packages/maxminddb/",
            "-packages/geoip2/database.py", "-packages/braintree/configuration.py", "/logging/config.py",
        ),
    ),
    (
        is_.CONTRADICTION,
        ("-packages/passlib/handlers/", "-packages/passlib/utils/handlers.py", "-packages/pyotp/otp.py"),
    ),
    (
        is_.UNPARSABLE,
        ("-packages/pyotp/__init__.py", "-packages/werkzeug/sansio/multipart.py", "-packages/openpyxl/reader/"),
    ),
)  # fmt: skip
_READS_SETTINGS = re.compile(
    r"(?:parse_connection_str|from_connection_str|load_config|read_config|load_dotenv|from_pyfile|from_envvar"
    r"|load_environment|update_config|load_module_from_file_location)"
)
_READS_ANSWER = re.compile(r"(?:parse|handle|process|read|check)_response|raise_for_(?:status|response)")
_OF_INPUT = frozenset({is_.UNPARSABLE, is_.INVALID, is_.UNPROCESSABLE})
_SAYS_LITTLE = frozenset({is_.BUG, is_.OS_FAULT})
_ABSENT_SOCKET = frozenset({"FileNotFoundError", "PermissionError"})
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
    if name in _BROKEN_LINKS and _any(frames[-_INNERMOST:], _SERVERS):
        return is_.DISCONNECTED, "while sending the response"
    little = label == is_.UNPARSABLE or ("." not in name and label in _SAYS_LITTLE)
    if little and (better := _by_library(frames[-_CLOSE:])) is not None:
        return better, "in a library that does one thing"
    if name in _ABSENT_SOCKET and label == is_.OS_FAULT and frames[-1][2].endswith("connect"):
        return is_.REFUSED, "a socket that nobody listens at"
    if label in _OF_INPUT and _any(frames[-_NEAR:], _OF_SETTINGS):
        return is_.MISCONFIGURED, "while reading settings"
    if label in _OF_INPUT and _any(frames[-_NEAR:], _CLIENTS):
        return is_.UPSTREAM_FAILED, "while reading a peer's answer"
    lost = label.category is Category.NETWORK and label.severity is Severity.MEDIUM and label.status != 504
    if lost and _any(frames[-_NEAR:], _STORES):
        return label._replace(severity=Severity.HIGH), "on the way to a store"
    return None


def _by_library(frames: Sequence[Frame]) -> Label | None:
    """What a builtin exception means that a library raised: by what the library is for, or what the function does."""
    for filename, _, function in reversed(frames):
        path = filename.replace("\\", "/")
        for label, places in _BUILTIN_FROM:
            if any(place in path for place in places):
                return label
        if "-packages/" in path:
            if _READS_SETTINGS.search(function):
                return is_.MISCONFIGURED
            if _READS_ANSWER.search(function):
                return is_.UPSTREAM_FAILED
    return None


def _any(frames: Sequence[Frame], places: tuple[str, ...]) -> bool:
    for filename, _, _ in frames:
        path = filename.replace("\\", "/")
        if any(place in path for place in places):
            return True
    return False
