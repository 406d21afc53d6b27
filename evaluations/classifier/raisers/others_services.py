"""Vendors that are not in the other modules, each against a server on loopback that answers as the vendor does."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import contentful
import discord
import discord.http
import dropbox
import gspread
import httpx
import httpx_sse
import mollie.api.client
import niquests
import notion_client
import pinecone
import praw
import prawcore
import pyactiveresource.connection
import pyairtable
import pysolr
import pywebpush
import razorpay
import resend
import simple_salesforce
import spotipy
import square
import square.core.api_error
import telegram
import telegram.request
import tweepy
from arango import ArangoClient
from atlassian import Confluence
from couchdb import Server as CouchServer
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model
from requests_oauthlib import OAuth1Session, OAuth2Session
from trino import dbapi as trino

from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    CONTENTION,
    DOWN,
    EDITED,
    FAILED,
    GATEWAY,
    LINK,
    NO_TRUST,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    add_links,
    free_port,
)

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

_DUPLICATE = Means("data_integrity", False, 409, "medium")
_AWAY = Means("network", True, (502, 503), "high")
"""The link to a store of ours."""
_STORE_SLOW = Means("external_service", True, (503, 504), "medium")


# --- Notion, Airtable, Contentful, Confluence ---------------------------------------------------------------------
def _notion(url: str) -> Any:
    return notion_client.Client(auth="no-token", base_url=url, timeout_ms=300, retry=False).users.list()


def _notion_error(status: int, code: str) -> Answer:
    return Answer(status, {"object": "error", "status": status, "code": code, "message": f"about {code}"})


add_answers(
    "notion-client",
    _notion,
    {
        "token_refused": (REFUSED_US, _notion_error(401, "unauthorized")),
        "restricted": (REFUSED_US, _notion_error(403, "restricted_resource")),
        "missing": (FAILED, _notion_error(404, "object_not_found")),
        "conflict": (FAILED, _notion_error(409, "conflict_error")),
        "throttled": (THROTTLED, _notion_error(429, "rate_limited")),
        "unavailable": (DOWN, _notion_error(503, "service_unavailable")),
        "gateway": (DOWN, GATEWAY),
    },
)
add_links("notion-client", _notion, leave_out=("cut_off",))


def _airtable(url: str) -> Any:
    api = pyairtable.Api("no-key", endpoint_url=url, timeout=(0.3, 0.3), retry_strategy=None)
    return api.table("app1", "Table").all()


add_answers(
    "pyairtable",
    _airtable,
    {
        "key_refused": (REFUSED_US, Answer(401, {"error": {"type": "AUTHENTICATION_REQUIRED", "message": "no"}})),
        "unprocessable": (FAILED, Answer(422, {"error": {"type": "INVALID_REQUEST", "message": "no"}})),
        "throttled": (THROTTLED, Answer(429, {"errors": [{"error": "RATE_LIMIT_REACHED"}]})),
        "unavailable": (DOWN, Answer(503, "")),
    },
)


def _contentful(url: str) -> Any:
    client = contentful.Client(
        "space", "no-token", api_url=url.removeprefix("http://"), https=False, timeout_s=0.3, max_rate_limit_retries=0
    )
    return client.entries()


add_answers(
    "contentful",
    _contentful,
    {
        "token_refused": (REFUSED_US, Answer(401, {"sys": {"id": "AccessTokenInvalid"}, "message": "invalid"})),
        "missing": (FAILED, Answer(404, {"sys": {"id": "NotFound"}, "message": "not found"})),
        "throttled": (
            THROTTLED,
            Answer(429, {"sys": {"id": "RateLimitExceeded"}}, {"x-contentful-ratelimit-reset": "1"}),
        ),
        "server_error": (FAILED, Answer(500, {"sys": {"id": "ServerError"}, "message": "oops"})),
        "bad_gateway": (DOWN, Answer(502, {"sys": {"id": "x"}, "message": "oops"})),
    },
)


def _confluence(url: str) -> Any:
    return Confluence(url, username="u", password="no", timeout=1).get_page_by_id("1")  # type: ignore[no-untyped-call]


add_answers(
    "atlassian-python-api",
    _confluence,
    {
        "forbidden": (REFUSED_US, Answer(403, {"message": "not permitted"})),
        "server_error": (FAILED, Answer(500, {"message": "oops"})),
        "unavailable": (DOWN, Answer(503, {"message": "down"})),
    },
)


# --- payments: Mollie, Razorpay, Square ---------------------------------------------------------------------------
def _mollie(url: str) -> Any:
    client = mollie.api.client.Client(api_endpoint=url, timeout=0.3)
    client.set_api_key("test_" + "a" * 30)
    return client.payments.get("tr_1234567")


def _mollie_error(status: int, title: str) -> Answer:
    return Answer(status, {"status": status, "title": title, "detail": "so it is"}, type="application/hal+json")


add_answers(
    "mollie-api-python",
    _mollie,
    {
        "key_refused": (REFUSED_US, _mollie_error(401, "Unauthorized Request")),
        "missing": (FAILED, _mollie_error(404, "Not Found")),
        "unprocessable": (FAILED, _mollie_error(422, "Unprocessable Entity")),
        "unavailable": (DOWN, _mollie_error(503, "Service Unavailable")),
    },
)
add_links("mollie-api-python", _mollie, leave_out=("cut_off",))


def _razorpay(url: str) -> Any:
    return razorpay.Client(auth=("k", "s"), base_url=url).order.all(timeout=0.3)


def _razorpay_error(status: int, code: str) -> Answer:
    return Answer(status, {"error": {"code": code, "description": "so it is"}})


add_answers(
    "razorpay",
    _razorpay,
    {
        "bad_request": (FAILED, _razorpay_error(400, "BAD_REQUEST_ERROR")),
        "gateway_error": (DOWN, _razorpay_error(502, "GATEWAY_ERROR")),
        "server_error": (FAILED, _razorpay_error(500, "SERVER_ERROR")),
    },
)


def _signature_of_webhook() -> Any:
    return razorpay.Client(auth=("k", "s")).utility.verify_webhook_signature("{}", "0" * 64, "secret")


add("razorpay", "webhook_signature", Means("authentication", False, (400, 401, 403), "low"), _signature_of_webhook)


def _square(url: str) -> Any:
    return square.Square(token="no-token", base_url=url, timeout=0.3).locations.list(request_options={"max_retries": 0})


def _square_error(status: int, category: str, code: str) -> Answer:
    return Answer(status, {"errors": [{"category": category, "code": code, "detail": "so it is"}]})


add_answers(
    "squareup",
    _square,
    {
        "token_refused": (REFUSED_US, _square_error(401, "AUTHENTICATION_ERROR", "UNAUTHORIZED")),
        "throttled": (THROTTLED, _square_error(429, "RATE_LIMIT_ERROR", "RATE_LIMITED")),
        "server_error": (FAILED, _square_error(500, "API_ERROR", "INTERNAL_SERVER_ERROR")),
        "unavailable": (DOWN, _square_error(503, "API_ERROR", "SERVICE_UNAVAILABLE")),
    },
)


# --- messages: Telegram, Discord, Twitter, Reddit, push -----------------------------------------------------------
async def _telegram(url: str) -> Any:
    request = telegram.request.HTTPXRequest(read_timeout=0.3, connect_timeout=0.3)
    bot = telegram.Bot("1:none", base_url=f"{url}/bot", request=request)
    async with request:
        return await bot.send_message(1, "x", read_timeout=0.3)


def _telegram_sync(url: str) -> Any:
    return asyncio.run(_telegram(url))


def _telegram_error(status: int, description: str, **parameters: Any) -> Answer:
    return Answer(status, {"ok": False, "error_code": status, "description": description, "parameters": parameters})


add_answers(
    "python-telegram-bot",
    _telegram_sync,
    {
        "token_refused": (REFUSED_US, _telegram_error(401, "Unauthorized")),
        "blocked": (FAILED, _telegram_error(403, "Forbidden: bot was blocked by the user")),
        "chat_missing": (FAILED, _telegram_error(400, "Bad Request: chat not found")),
        "flood": (THROTTLED, _telegram_error(429, "Too Many Requests: retry after 7", retry_after=7)),
        "gateway": (DOWN, _telegram_error(502, "Bad Gateway")),
    },
)
add_links("python-telegram-bot", _telegram_sync, leave_out=("cut_off",))


async def _discord(url: str) -> Any:
    discord.http.Route.BASE = url
    client = discord.Client(intents=discord.Intents.none(), max_ratelimit_timeout=30)
    async with client:
        await client.login("no.to.ken")


def _discord_sync(url: str) -> Any:
    return asyncio.run(_discord(url))


add_answers(
    "discord.py",
    _discord_sync,
    {
        "token_refused": (REFUSED_US, Answer(401, {"message": "401: Unauthorized", "code": 0})),
        "forbidden": (REFUSED_US, Answer(403, {"message": "Missing Permissions", "code": 50013})),
        "missing": (FAILED, Answer(404, {"message": "Unknown User", "code": 10013})),
        "bad_request": (FAILED, Answer(400, {"message": "Invalid Form Body", "code": 50035})),
    },
)
add("discord.py", "refused", LINK, lambda: _discord_sync(f"http://127.0.0.1:{free_port()}"))


def _tweepy(url: str) -> Any:
    client = tweepy.Client("no-token")
    request = client.session.request

    def elsewhere(method: str, to: str, **more: Any) -> Any:
        return request(method, to.replace("https://api.twitter.com", url), timeout=0.3, **more)

    client.session.request = elsewhere  # type: ignore[method-assign,assignment]
    return client.get_me(user_auth=False)


add_answers(
    "tweepy",
    _tweepy,
    {
        "token_refused": (REFUSED_US, Answer(401, {"title": "Unauthorized", "detail": "Unauthorized"})),
        "forbidden": (REFUSED_US, Answer(403, {"title": "Forbidden", "detail": "You are not permitted"})),
        "missing": (FAILED, Answer(404, {"title": "Not Found"})),
        "throttled": (THROTTLED, Answer(429, {"title": "Too Many Requests"})),
        "unavailable": (DOWN, Answer(503, {"title": "Service Unavailable"})),
    },
)


def _reddit(url: str) -> Any:
    reddit = praw.Reddit(
        client_id="x",
        client_secret="no",
        user_agent="x",
        oauth_url=url,
        reddit_url=url,
        timeout=0.3,
        check_for_updates=False,
        username="u",
        password="p",
    )
    return reddit.user.me()


add_answers(
    "praw",
    _reddit,
    {
        "client_refused": (REFUSED_US, Answer(401, {"message": "Unauthorized", "error": 401})),
        "grant_refused": (REFUSED_US, Answer(200, {"error": "invalid_grant"})),
    },
)


def _reddit_core(url: str) -> Any:
    requestor = prawcore.Requestor(user_agent="others of loopback", oauth_url=url, reddit_url=url, timeout=0.3)
    authorizer = prawcore.ImplicitAuthorizer(
        authenticator=prawcore.UntrustedAuthenticator(client_id="x", requestor=requestor),
        access_token="no-token",
        expires_in=3_600,
        scope="read",
    )
    with prawcore.session(authorizer=authorizer) as session:
        session._retry_strategy_class = _Once
        return session.request(method="GET", path="/api/v1/me")


class _Once(prawcore.sessions.RetryStrategy):  # type: ignore[misc]
    """No second attempt."""

    def _sleep_seconds(self) -> None:
        return None

    def consume_available_retry(self) -> Any:
        return self

    def should_retry_on_failure(self) -> bool:
        return False


add_answers(
    "prawcore",
    _reddit_core,
    {
        "forbidden": (REFUSED_US, Answer(403, {"message": "Forbidden"})),
        "missing": (FAILED, Answer(404, {"message": "Not Found"})),
        "throttled": (THROTTLED, Answer(429, {"message": "Too Many Requests"}, {"retry-after": "5"})),
        "server_error": (FAILED, Answer(500, {"message": "oops"})),
        "unavailable": (DOWN, Answer(503, {"message": "oops"})),
    },
)
add("prawcore", "refused", LINK, lambda: _reddit_core(f"http://127.0.0.1:{free_port()}"))

_KEY = "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM"


def _push(url: str) -> Any:
    target = {"endpoint": f"{url}/push/1", "keys": {"p256dh": _KEY, "auth": "tBHItJI5svbpez7KI4CCXg"}}
    return pywebpush.webpush(target, "hello", timeout=0.3)


add_answers(
    "pywebpush",
    _push,
    {
        "gone": (FAILED, Answer(410, "push subscription has unsubscribed or expired")),
        "throttled": (THROTTLED, Answer(429, "slow down")),
        "unavailable": (DOWN, Answer(503, "down")),
        "unauthorized": (REFUSED_US, Answer(403, "the key in the authorization header does not correspond")),
    },
)


def _resend(url: str) -> Any:
    resend.api_key, resend.api_url = "no-key", url
    return resend.Emails.send({"from": "a@b.example", "to": "c@d.example", "subject": "x", "html": "x"})


def _resend_error(status: int, name: str) -> Answer:
    return Answer(status, {"statusCode": status, "name": name, "message": f"about {name}"})


add_answers(
    "resend",
    _resend,
    {
        "key_missing": (REFUSED_US, _resend_error(401, "missing_api_key")),
        "key_refused": (REFUSED_US, _resend_error(403, "invalid_api_key")),
        "field_missing": (FAILED, _resend_error(422, "missing_required_fields")),
        "throttled": (THROTTLED, _resend_error(429, "rate_limit_exceeded")),
        "server_error": (FAILED, _resend_error(500, "application_error")),
    },
)


# --- Google Sheets, Salesforce, Spotify, Shopify, Dropbox ---------------------------------------------------------
class _Anybody:
    """Credentials of nobody."""


def _sheets(url: str) -> Any:
    client = gspread.http_client.HTTPClient.__new__(gspread.http_client.HTTPClient)
    client.session, client.timeout = niquests.Session(), 0.3
    return client.request("get", url)


def _google_error(status: int, name: str) -> Answer:
    return Answer(status, {"error": {"code": status, "message": f"about {name}", "status": name}})


add_answers(
    "gspread",
    _sheets,
    {
        "forbidden": (REFUSED_US, _google_error(403, "PERMISSION_DENIED")),
        "missing": (FAILED, _google_error(404, "NOT_FOUND")),
        "throttled": (THROTTLED, _google_error(429, "RESOURCE_EXHAUSTED")),
        "unavailable": (DOWN, _google_error(503, "UNAVAILABLE")),
    },
)


def _salesforce(url: str) -> Any:
    client = simple_salesforce.Salesforce(session_id="no-session", instance_url=url)
    client.base_url = f"{url}/"
    return client.query("SELECT Id FROM Account")


def _salesforce_error(status: int, code: str) -> Answer:
    return Answer(status, [{"errorCode": code, "message": f"about {code}"}])


add_answers(
    "simple-salesforce",
    _salesforce,
    {
        "session_expired": (REFUSED_US, _salesforce_error(401, "INVALID_SESSION_ID")),
        "forbidden": (REFUSED_US, _salesforce_error(403, "INSUFFICIENT_ACCESS")),
        "missing": (FAILED, _salesforce_error(404, "NOT_FOUND")),
        "server_error": (FAILED, _salesforce_error(500, "UNKNOWN_EXCEPTION")),
        "unavailable": (DOWN, _salesforce_error(503, "SERVER_UNAVAILABLE")),
    },
)


def _spotify(url: str) -> Any:
    client = spotipy.Spotify(auth="no-token", requests_timeout=0.3, retries=0, status_retries=0)
    client.prefix = f"{url}/v1/"
    return client.track("11dFghVXANMlKmJXsNCbNl")


add_answers(
    "spotipy",
    _spotify,
    {
        "token_expired": (REFUSED_US, Answer(401, {"error": {"status": 401, "message": "The access token expired"}})),
        "missing": (FAILED, Answer(404, {"error": {"status": 404, "message": "Non existing id"}})),
        "throttled": (THROTTLED, Answer(429, {"error": {"status": 429, "message": "x"}}, {"Retry-After": "4"})),
    },
)


def _shopify(url: str) -> Any:
    return pyactiveresource.connection.Connection(url, timeout=0.3).get("/admin/shop.json")


add_answers(
    "pyactiveresource",
    _shopify,
    {
        "token_refused": (REFUSED_US, Answer(401, {"errors": "Invalid API key"})),
        "missing": (FAILED, Answer(404, {"errors": "Not Found"})),
        "invalid": (FAILED, Answer(422, {"errors": {"title": ["can't be blank"]}})),
        "throttled": (THROTTLED, Answer(429, {"errors": "Exceeded 2 calls per second"})),
        "server_error": (FAILED, Answer(500, {"errors": "oops"})),
    },
)
add_links("pyactiveresource", _shopify, leave_out=("cut_off",))


def _dropbox(url: str) -> Any:
    client = dropbox.Dropbox("no-token", timeout=0.3, max_retries_on_error=0, max_retries_on_rate_limit=0)
    session = client._session
    post = session.post

    def elsewhere(to: str, **more: Any) -> Any:
        return post(to.replace("https://api.dropboxapi.com", url), **more)

    session.post = elsewhere
    return client.users_get_current_account()


add_answers(
    "dropbox",
    _dropbox,
    {
        "token_expired": (
            REFUSED_US,
            Answer(401, {"error_summary": "expired_access_token/", "error": {".tag": "expired_access_token"}}),
        ),
        "throttled": (
            THROTTLED,
            Answer(
                429,
                {
                    "error_summary": "too_many_requests/",
                    "error": {"reason": {".tag": "too_many_requests"}, "retry_after": 3},
                },
            ),
        ),
        "bad_input": (FAILED, Answer(400, "Error in call", type="text/plain")),
        "server_error": (FAILED, Answer(500, "oops", type="text/plain")),
        "unavailable": (DOWN, Answer(503, "oops", type="text/plain")),
    },
)
add("dropbox", "refused", LINK, lambda: _dropbox(f"http://127.0.0.1:{free_port()}"))


# --- search and stores over HTTP ----------------------------------------------------------------------------------
def _pinecone(url: str) -> Any:
    return pinecone.Pinecone(api_key="no-key", host=url).list_indexes()


add_answers(
    "pinecone",
    _pinecone,
    {
        "key_refused": (REFUSED_US, Answer(401, "Invalid API Key", type="text/plain")),
        "forbidden": (REFUSED_US, Answer(403, "Forbidden", type="text/plain")),
        "missing": (FAILED, Answer(404, {"error": {"code": "NOT_FOUND", "message": "x"}, "status": 404})),
    },
)


def _solr(url: str) -> Any:
    return pysolr.Solr(f"{url}/solr/things", timeout=0.3).search("x")


add_answers(
    "pysolr",
    _solr,
    {
        "server_error": (FAILED, Answer(500, {"error": {"msg": "oops", "code": 500}})),
        "unavailable": (DOWN, Answer(503, {"error": {"msg": "no servers hosting shard", "code": 503}})),
    },
)
add("pysolr", "refused", _AWAY, lambda: _solr(f"http://127.0.0.1:{free_port()}"))


def _couch(url: str) -> Any:
    return CouchServer(url)["things"]["1"]


add_answers(
    "CouchDB",
    _couch,
    {
        "missing": (ABSENT, Answer(404, {"error": "not_found", "reason": "missing"})),
        "server_error": (FAILED, Answer(500, {"error": "internal_server_error", "reason": "x"})),
        "credentials": (REFUSED_US, Answer(401, {"error": "unauthorized", "reason": "Name or password is incorrect."})),
    },
)


def _couch_save(url: str) -> Any:
    store = CouchServer(url)
    return store.resource("things").put_json("1", body={"_id": "1"})


add_answers(
    "CouchDB",
    _couch_save,
    {"edited": (EDITED, Answer(409, {"error": "conflict", "reason": "Document update conflict."}))},
)


def _arango(url: str) -> Any:
    return ArangoClient(hosts=url, request_timeout=0.3).db("x", username="u", password="p")


def _arango_error(status: int, number: int, message: str) -> Answer:
    return Answer(status, {"error": True, "code": status, "errorNum": number, "errorMessage": message})


add_answers(
    "python-arango",
    lambda url: _arango(url).collection("things").insert({"_key": "1"}),
    {
        "duplicate": (_DUPLICATE, _arango_error(409, 1210, "unique constraint violated")),
        "no_collection": (OUR_SETTINGS, _arango_error(404, 1203, "collection or view not found: things")),
        "credentials": (REFUSED_US, _arango_error(401, 11, "not authorized to execute this request")),
    },
)
add_answers(
    "python-arango",
    lambda url: _arango(url).collection("things").update({"_key": "1", "_rev": "_a"}, check_rev=True),
    {"edited": (EDITED, _arango_error(412, 1200, "conflict, _rev values do not match"))},
)
add_answers(
    "python-arango",
    lambda url: _arango(url).aql.execute("FOR x IN"),
    {
        "syntax": (OUR_BUG, _arango_error(400, 1501, "syntax error, unexpected end of query string")),
        "lock_timeout": (CONTENTION, _arango_error(409, 18, "timeout waiting to lock key")),
    },
)


class _Thing(Model):
    class Meta:
        table_name, region = "things", "eu-west-1"
        aws_access_key_id = aws_secret_access_key = "none"
        connect_timeout_seconds = read_timeout_seconds = 0.3
        max_retry_attempts = 0
        host = ""

    key = UnicodeAttribute(hash_key=True)
    amount = NumberAttribute(default=0)


def _dynamo(call: Any) -> Any:
    def run(url: str) -> Any:
        class Here(_Thing):
            class Meta(_Thing.Meta):
                host = url

        return call(Here)

    return run


def _dynamo_error(status: int, kind: str) -> Answer:
    return Answer(
        status,
        {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": f"about {kind}"},
        type="application/x-amz-json-1.0",
    )


_TABLE = {
    "Table": {
        "TableName": "things",
        "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
    }
}


def _dynamo_add(name: str, means: Means, call: Any, answer: Answer) -> None:
    add_answers("pynamodb", _dynamo(call), {name: (means, answer)})


_dynamo_add(
    "condition_failed",
    EDITED,
    lambda model: model("1").save(condition=model.amount == 1),
    _dynamo_error(400, "ConditionalCheckFailedException"),
)
_dynamo_add("missing", ABSENT, lambda model: model.get("1"), Answer(200, {}, type="application/x-amz-json-1.0"))
_dynamo_add(
    "throughput",
    THROTTLED,
    lambda model: model.get("1"),
    _dynamo_error(400, "ProvisionedThroughputExceededException"),
)
_dynamo_add("no_table", OUR_SETTINGS, lambda model: model.get("1"), _dynamo_error(400, "ResourceNotFoundException"))
_dynamo_add("server_error", DOWN, lambda model: model.get("1"), _dynamo_error(500, "InternalServerError"))
_dynamo_add(
    "token_refused", REFUSED_US, lambda model: model.get("1"), _dynamo_error(400, "UnrecognizedClientException")
)


def _trino(url: str) -> Any:
    port = int(url.rpartition(":")[2])
    cursor = trino.connect(host="127.0.0.1", port=port, user="u", max_attempts=1, request_timeout=0.3).cursor()
    return cursor.execute("SELECT x")


def _trino_error(kind: str, name: str, message: str) -> Answer:
    error = {"message": message, "errorCode": 1, "errorName": name, "errorType": kind, "failureInfo": {"type": "x"}}
    return Answer(200, {"id": "1", "infoUri": "x", "stats": {"state": "FAILED"}, "error": error})


add_answers(
    "trino",
    _trino,
    {
        "syntax": (OUR_BUG, _trino_error("USER_ERROR", "SYNTAX_ERROR", "line 1:8: mismatched input 'x'")),
        "no_table": (OUR_SETTINGS, _trino_error("USER_ERROR", "TABLE_NOT_FOUND", "line 1:8: Table 'x' does not exist")),
        "memory": (
            Means("resource", True, 503, "medium"),
            _trino_error("INSUFFICIENT_RESOURCES", "CLUSTER_OUT_OF_MEMORY", "Query killed because the cluster is out"),
        ),
        "internal": (FAILED, _trino_error("INTERNAL_ERROR", "GENERIC_INTERNAL_ERROR", "oops")),
        "credentials": (REFUSED_US, Answer(401, "Access Denied: Invalid credentials", type="text/plain")),
        "unavailable": (DOWN, Answer(503, "Service Unavailable", type="text/plain")),
    },
)
add("trino", "refused", _AWAY, lambda: _trino(f"http://127.0.0.1:{free_port()}"))


# --- HTTP clients, one more ---------------------------------------------------------------------------------------
def _niquests(url: str) -> Any:
    answer = niquests.get(url, timeout=0.3)
    answer.raise_for_status()
    return answer.json()


add_links("niquests", _niquests)
add_answers(
    "niquests",
    _niquests,
    {
        "token_refused": (REFUSED_US, Answer(401)),
        "missing": (FAILED, Answer(404)),
        "throttled": (THROTTLED, Answer(429)),
        "unavailable": (DOWN, Answer(503)),
        "timeout_above": (SLOW, Answer(504)),
        "nonsense": (FAILED, NONSENSE),
        "loop": (FAILED, Answer(302, headers={"Location": "/again"})),
    },
)
add("niquests", "no_scheme", OUR_BUG, lambda: niquests.get("//nowhere"))
add("niquests", "wrong_scheme", OUR_BUG, lambda: niquests.get("gopher://nowhere"))
add("niquests", "no_trust", NO_TRUST, lambda: niquests.get(_untrusted(), timeout=1))


def _untrusted() -> str:
    from evaluations.classifier.raisers._peers import untrusted_url

    return untrusted_url()


def _events(url: str) -> Any:
    with httpx.Client(timeout=0.3) as client, httpx_sse.connect_sse(client, "GET", url) as source:
        return list(source.iter_sse())


add_answers("httpx-sse", _events, {"no_events": (FAILED, NONSENSE)})


def _token(url: str) -> Any:
    session = OAuth2Session(client_id="x", scope=["a"], redirect_uri="https://app.example/back")
    session.scope_change_warning = False
    return session.fetch_token(url.replace("http://", "http://"), code="x", client_secret="no", timeout=0.3)


def _oauth_error(status: int, error: str) -> Answer:
    return Answer(status, {"error": error, "error_description": f"about {error}"})


add_answers(
    "requests-oauthlib",
    _token,
    {
        "client_refused": (REFUSED_US, _oauth_error(401, "invalid_client")),
        "unavailable": (DOWN, _oauth_error(503, "temporarily_unavailable")),
        "no_token": (FAILED, Answer(200, {"hello": "there"})),
    },
)
add_answers(
    "requests-oauthlib",
    lambda url: OAuth1Session("x", client_secret="no").fetch_request_token(url, timeout=0.3),
    {"request_denied": (REFUSED_US, Answer(401, "denied", type="text/plain"))},
)
