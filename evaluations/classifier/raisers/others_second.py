"""A second round of libraries that no other module covers, labelled after the first had been looked at."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import Any

import aerospike
import aiocache
import aiohttp_retry
import cachetools
import casbin
import chromadb
import Crypto.Cipher.AES
import Crypto.PublicKey.RSA
import cssselect
import faststream.nats
import gel
import hubspot
import ijson
import isodate
import itemloaders
import networkx as nx
import OpenSSL.crypto
import parsel
import piccolo.columns
import piccolo.engine.sqlite
import piccolo.table
import postmarker.core
import procrastinate
import procrastinate.exceptions
import pycountry
import pydantic_extra_types.payment
import pymilvus
import pyparsing
import saq
import saq.job
import simpleeval
import slack_bolt
import snowflake.connector
import social_core.exceptions
import surrealdb
import tomlkit
import uritemplate
import webob.exc
import yarl
from django.conf import settings
from exchangelib import errors as exchange

from evaluations.classifier.raisers._peers import closed_port
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    DOWN,
    FAILED,
    INVALID,
    MAY_NOT,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
)

if not settings.configured:
    settings.configure()

logging.getLogger("root").setLevel(logging.CRITICAL)
_AWAY = Means("network", True, (502, 503), "high")
_HOST = "127.0.0.1"
_TOKEN = Means("authentication", False, (400, 401, 403), "low")
_DUPLICATE = Means("data_integrity", False, 409, "medium")


# --- what a client sends ------------------------------------------------------------------------------------------
add("cssselect", "malformed", INVALID, lambda: cssselect.parse("a["))
add("cssselect", "pseudo_unknown", INVALID, lambda: cssselect.HTMLTranslator().css_to_xpath("a::nope"))
add("parsel", "xpath_malformed", INVALID, lambda: parsel.Selector("<a/>").xpath("//["))
add("pyparsing", "malformed", INVALID, lambda: pyparsing.Word("a").parse_string("b", parse_all=True))
add("ijson", "malformed", INVALID, lambda: list(ijson.items(io.BytesIO(b'{"a": [1, '), "a.item")))
add("isodate", "malformed", INVALID, lambda: isodate.parse_duration("P1Z"))
add("isodate", "date_malformed", INVALID, lambda: isodate.parse_date("not a date"))
add("tomlkit", "malformed", Means("validation", False, (400, 422), "low"), lambda: tomlkit.parse("a = = 1"))
add("simpleeval", "name_unknown", INVALID, lambda: simpleeval.simple_eval("a + 1"), note="a formula of a client")
add("simpleeval", "too_large", INVALID, lambda: simpleeval.simple_eval("9 ** 9 ** 9"))
add("uritemplate", "expanded", OUR_BUG, lambda: uritemplate.expand(None))
add("yarl", "port_malformed", INVALID, lambda: yarl.URL("http://host:port/"), note="doubtful: a URL of a client")
add(
    "pycountry",
    "unknown",
    Means("validation", False, (400, 404, 422), "low"),
    lambda: pycountry.countries.search_fuzzy("zzqq"),
)
add(
    "pydantic-extra-types", "card", INVALID, lambda: pydantic_extra_types.payment.PaymentCardNumber.validate_digits("x")
)
add(
    "pyOpenSSL",
    "certificate",
    INVALID,
    lambda: OpenSSL.crypto.load_certificate(OpenSSL.crypto.FILETYPE_PEM, b"no"),
    note="doubtful",
)
add("itemloaders", "no_selector", OUR_BUG, lambda: itemloaders.ItemLoader().add_xpath("a", "//a"))

# --- users and rights ---------------------------------------------------------------------------------------------
add(
    "pycryptodome",
    "tag",
    Means("authentication", False, (400, 401, 403), "low"),
    lambda: _aes(),
    note="doubtful: MAC check failed",
)
add("casbin", "model_malformed", OUR_SETTINGS, lambda: casbin.Enforcer(casbin.Model(), "/no/such/policy.csv"))


def _aes() -> Any:
    cipher = Crypto.Cipher.AES.new(b"0" * 16, Crypto.Cipher.AES.MODE_GCM, nonce=b"0" * 12)
    return cipher.decrypt_and_verify(b"x" * 16, b"y" * 16)


for _name, _means in (("AuthCanceled", _TOKEN),):

    def _social(name: str = _name) -> None:
        raise getattr(social_core.exceptions, name)("github")

    add("social-auth-core", _name.lower(), _means, _social, made="needs a whole login")


# --- services -----------------------------------------------------------------------------------------------------
def _hubspot(url: str) -> Any:
    client = hubspot.HubSpot(access_token="no")
    api = client.crm.contacts.basic_api
    api.api_client.configuration.host = url
    return api.get_page(limit=1, _request_timeout=0.3)


add_answers(
    "hubspot-api-client",
    _hubspot,
    {
        "token_refused": (REFUSED_US, Answer(401, {"category": "INVALID_AUTHENTICATION", "message": "x"})),
        "missing": (FAILED, Answer(404, {"message": "x"})),
        "throttled": (THROTTLED, Answer(429, {"category": "RATE_LIMITS", "message": "x"})),
        "server_error": (FAILED, Answer(500, {"message": "x"})),
        "unavailable": (DOWN, Answer(503, {"message": "x"})),
    },
)


def _postmark(url: str) -> Any:
    client = postmarker.core.PostmarkClient(server_token="no", timeout=0.3)
    client.root_api_url = url
    type(client).root_api_url = url
    return client.emails.send(From="a@b.example", To="c@d.example", Subject="x", HtmlBody="x")


add_answers(
    "postmarker",
    _postmark,
    {
        "token_refused": (REFUSED_US, Answer(401, {"ErrorCode": 10, "Message": "No Account or Server API tokens"})),
        "inactive_recipient": (FAILED, Answer(422, {"ErrorCode": 406, "Message": "Inactive recipient"})),
        "unavailable": (DOWN, Answer(503, {"ErrorCode": 100, "Message": "Maintenance"})),
    },
)


async def _retrying(url: str) -> Any:
    options = aiohttp_retry.ExponentialRetry(attempts=1)
    async with (
        aiohttp_retry.RetryClient(retry_options=options, raise_for_status=True) as client,
        client.get(url) as got,
    ):
        return await got.json()


add_answers(
    "aiohttp-retry",
    lambda url: asyncio.run(_retrying(url)),
    {"unavailable": (DOWN, Answer(503)), "missing": (FAILED, Answer(404)), "nonsense": (FAILED, NONSENSE)},
)


def _chroma(url: str) -> Any:
    return chromadb.HttpClient(
        host=_HOST, port=int(url.rpartition(":")[2]), settings=chromadb.Settings(anonymized_telemetry=False)
    )


add("chromadb-client", "refused", _AWAY, lambda: _chroma(f"http://x:{free_port()}"))


def _gel(port: int) -> Any:
    with gel.create_client(
        host=_HOST, port=port, user="u", password="no", database="x", tls_security="insecure", wait_until_available=0
    ) as client:
        return client.query("SELECT 1")


add("gel", "refused", _AWAY, lambda: _gel(closed_port()))
add("gel", "no_project", OUR_SETTINGS, lambda: gel.create_client("no_such_instance").query("SELECT 1"))


def _snowflake(url: str) -> Any:
    port = int(url.rpartition(":")[2])
    return snowflake.connector.connect(
        user="u", password="no", account="a", host=_HOST, port=port, protocol="http", login_timeout=1, network_timeout=1
    )


add_answers(
    "snowflake-connector-python",
    _snowflake,
    {
        "credentials": (
            REFUSED_US,
            Answer(
                200,
                {
                    "success": False,
                    "code": "390100",
                    "message": "Incorrect username or password was specified.",
                    "data": {},
                },
            ),
        ),
    },
)
add(
    "snowflake-connector-python",
    "no_account",
    OUR_SETTINGS,
    lambda: snowflake.connector.connect(user="u", password="p"),
)


async def _surreal() -> Any:
    async with surrealdb.AsyncSurreal(f"ws://{_HOST}:{closed_port()}") as store:
        return await store.query("SELECT 1")


add("surrealdb", "refused", _AWAY, lambda: asyncio.run(_surreal()))
add(
    "aerospike",
    "refused",
    _AWAY,
    lambda: aerospike.client({"hosts": [(_HOST, closed_port())], "policies": {"login_timeout_ms": 300}}).connect(),
)


def _milvus() -> Any:
    return pymilvus.MilvusClient(uri=f"http://{_HOST}:{closed_port()}", timeout=0.5)


add("pymilvus", "refused", Means("network", True, (502, 503, 504), "high"), _milvus)


class _Band(piccolo.table.Table, db=piccolo.engine.sqlite.SQLiteEngine(path=":memory:")):  # type: ignore[call-arg]
    name = piccolo.columns.Varchar(unique=True)


add("piccolo", "no_table", OUR_SETTINGS, lambda: asyncio.run(_band()))


async def _band() -> Any:
    return await _Band.select()


# --- work ---------------------------------------------------------------------------------------------------------
add("procrastinate", "not_open", OUR_BUG, lambda: _procrastinate())
add(
    "procrastinate",
    "task_unknown",
    OUR_SETTINGS,
    lambda: _procrastinate_unknown(),
    note="doubtful: a task that no worker knows",
)


def _procrastinate() -> Any:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector())

    @app.task
    def work() -> None:
        """Nothing."""

    return work.defer()


def _procrastinate_unknown() -> Any:
    raise procrastinate.exceptions.TaskNotFound("work")


add("faststream", "not_started", OUR_BUG, lambda: asyncio.run(faststream.nats.NatsBroker().publish("x", "things")))


async def _saq() -> Any:
    queue = saq.Queue.from_url(f"redis://{_HOST}:{closed_port()}")
    await queue.enqueue("work")


add("saq", "refused", _AWAY, lambda: asyncio.run(_saq()))
add("saq", "scheme_unknown", OUR_SETTINGS, lambda: saq.Queue.from_url("nope://x"))


async def _aiocache_timeout() -> Any:
    cache = aiocache.SimpleMemoryCache(timeout=0.05)
    cache._get = lambda *_a, **_k: asyncio.sleep(5)
    return await cache.get("a")


add("aiocache", "timeout", SILENT, lambda: asyncio.run(_aiocache_timeout()))
add("cachetools", "too_large", OUR_BUG, lambda: cachetools.LRUCache(1, getsizeof=len).__setitem__("a", "long"))
add("networkx", "no_node", OUR_BUG, lambda: nx.shortest_path(nx.Graph(), 1, 2), note="doubtful")
add("WebOb", "not_found", ABSENT, lambda: _webob(404), made="the view raises it")
add("WebOb", "forbidden", MAY_NOT, lambda: _webob(403), made="the view raises it")
add("slack_bolt", "no_token", OUR_SETTINGS, lambda: slack_bolt.App(token=None, signing_secret=None))
add("google-auth", "no_file", OUR_SETTINGS, lambda: _google())


def _webob(status: int) -> None:
    raise webob.exc.status_map[status]("so it is")


def _google() -> Any:
    import google.auth

    return google.auth.load_credentials_from_file("/no/such/key.json")


for _name, _means in (
    ("ErrorServerBusy", Means("external_service", True, (502, 503), "medium")),
    ("ErrorAccessDenied", REFUSED_US),
    ("ErrorItemNotFound", FAILED),
    ("UnauthorizedError", REFUSED_US),
    ("ErrorInternalServerTransientError", Means("external_service", True, (502, 503), "medium")),
):

    def _exchange(name: str = _name) -> None:
        cls = getattr(exchange, name)
        raise cls("so it is")

    add("exchangelib", _name.lower(), _means, _exchange, made="needs a server of Exchange")
