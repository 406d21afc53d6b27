"""Clients of services over HTTP that no other module met: what becomes of an answer that is none."""

from __future__ import annotations

import json
from typing import Any

import assemblyai
import caldav
import httpx
import ldclient
import mailersend
import mailjet_rest
import mailtrap
import mattermostdriver
import openrouteservice
import taxjar
import trello
import UnleashClient
import vk_api
from cerebras.cloud.sdk import Cerebras
from coinbase.rest import RESTClient
from discord_webhook import DiscordEmbed, DiscordWebhook
from dwollav2 import Client as Dwolla
from exa_py import Exa
from firecrawl import Firecrawl
from flagsmith import Flagsmith
from optimizely.config_manager import PollingConfigManager
from optimizely.error_handler import RaiseExceptionErrorHandler
from optimizely.optimizely import Optimizely
from paddle_billing import Client as Paddle
from sgqlc.endpoint.http import HTTPEndpoint
from sgqlc.operation import Operation
from sgqlc.types import Field, String, Type, global_schema
from todoist_api_python.api import TodoistAPI
from UnleashClient.utils import InstanceAllowType

from evaluations.classifier.raisers._fresh_d import RULE, SETUP, detoured, fresh, raw, refusal
from evaluations.classifier.raisers._peers import HOST, closed_port, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    GATEWAY,
    INVALID,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    serving,
)

_MAIL = {"Messages": [{"From": {"Email": "shop@example.test"}, "To": [{"Email": "ann@example.test"}]}]}


# --- mail -------------------------------------------------------------------------------------------------------------
def _mailjet(answer: Answer) -> None:
    with serving(answer) as url:
        client = mailjet_rest.Client(auth=("not", "real"), version="v3.1", api_url=url, timeout=0.5)
        client.send.create(data=_MAIL).raise_for_status()


@fresh("mailjet-rest", "key_refused", REFUSED_US)
def _() -> None:
    _mailjet(refusal(401, ErrorMessage="API key authentication/authorization failure", StatusCode=401))


@fresh("mailjet-rest", "silent", SILENT)
def _() -> None:
    _mailjet(Answer(how="hang"))


@fresh("mailjet-rest", "too_many", THROTTLED)
def _() -> None:
    _mailjet(refusal(429, ErrorMessage="Too many requests", StatusCode=429))


def _mailtrap(answer: Answer) -> None:
    address = mailtrap.Address(email="shop@example.test")
    mail = mailtrap.Mail(sender=address, to=[mailtrap.Address(email="ann@example.test")], subject="Paid", text="Thanks")
    with detoured(answer):
        mailtrap.MailtrapClient(token="not-real").send(mail)


@fresh("mailtrap", "token_refused", REFUSED_US)
def _() -> None:
    _mailtrap(refusal(401, errors=["Unauthorized"]))


@fresh("mailtrap", "subject_refused", FAILED)
def _() -> None:
    _mailtrap(refusal(400, errors=["'subject' is required"]))


@fresh("mailtrap", "inbox_not_set", OUR_SETTINGS)
def _() -> None:
    mailtrap.MailtrapClient(token="not-real", sandbox=True)


def _mailersend(script: Any) -> None:
    with detoured(script):
        mailersend.MailerSendClient(api_key="not-real", max_retries=0, timeout=1).domains.list_domains()


@fresh("mailersend", "too_many", THROTTLED)
def _() -> None:
    _mailersend(refusal(429, message="Too Many Attempts."))


@fresh("mailersend", "token_refused", REFUSED_US)
def _() -> None:
    _mailersend(refusal(401, message="Unauthenticated."))


@fresh("mailersend", "reset", LINK)
def _() -> None:
    _mailersend(Answer(how="reset"))


@fresh("mailersend", "key_missing", OUR_SETTINGS)
def _() -> None:
    mailersend.MailerSendClient(api_key=None)


# --- teams ------------------------------------------------------------------------------------------------------------
def _todoist(answer: Answer) -> None:
    with serving(answer) as url:

        def astray(request: httpx.Request) -> httpx.Response:
            return httpx.Client().send(httpx.Request(request.method, f"{url}{request.url.path}"))

        TodoistAPI("not-real", client=httpx.Client(transport=httpx.MockTransport(astray))).get_task("7")


@fresh("todoist-api-python", "token_refused", REFUSED_US)
def _() -> None:
    _todoist(Answer(401, "Unauthorized", type="text/plain"))


@fresh("todoist-api-python", "task_absent", FAILED)
def _() -> None:
    _todoist(refusal(404, error="Task not found", error_code=478))


@fresh("todoist-api-python", "no_json", FAILED)
def _() -> None:
    _todoist(NONSENSE)


def _trello(answer: Answer) -> None:
    with detoured(answer):
        trello.TrelloClient(api_key="not-real", token="not-real").get_board("7")


@fresh("py-trello", "token_refused", REFUSED_US)
def _() -> None:
    _trello(Answer(401, "invalid token", type="text/plain"))


@fresh("py-trello", "too_many", THROTTLED, "429 by its words alone")
def _() -> None:
    _trello(Answer(429, '{"error":"API_TOKEN_LIMIT_EXCEEDED","message":"Rate limit exceeded"}'))


@fresh("py-trello", "token_for_hooks_missing", OUR_SETTINGS)
def _() -> None:
    trello.TrelloClient(api_key="not-real").list_hooks()


def _mattermost(answer: Answer) -> None:
    with serving(answer) as url:
        port = int(url.rpartition(":")[2])
        options = {"url": HOST, "port": port, "scheme": "http", "token": "not-real"}
        mattermostdriver.Driver(options).posts.create_post(options={"channel_id": "7", "message": "Paid"})


@fresh("mattermostdriver", "token_expired", REFUSED_US)
def _() -> None:
    _mattermost(refusal(401, message="Invalid or expired session, please login again.", status_code=401))


@fresh("mattermostdriver", "channel_closed_to_us", REFUSED_US)
def _() -> None:
    _mattermost(refusal(403, message="You do not have the appropriate permissions.", status_code=403))


@fresh("mattermostdriver", "message_too_large", FAILED, "413 of a peer: our message; 413 of ours is defensible")
def _() -> None:
    _mattermost(refusal(413, message="Content too large", status_code=413))


@fresh("discord-webhook", "silent", SILENT)
def _() -> None:
    with serving(Answer(how="hang")) as url:
        DiscordWebhook(url=f"{url}/api/webhooks/7/not-real", content="Paid", timeout=0.3).execute()


@fresh("discord-webhook", "colour_out_of_range", OUR_BUG)
def _() -> None:
    DiscordEmbed(title="Paid", color="ffffffff")


def _vk(code: int, text: str) -> None:
    with detoured(Answer(200, {"error": {"error_code": code, "error_msg": text, "request_params": []}})):
        vk_api.VkApi(token="not-real").method("wall.post", {"message": "Paid"})


@fresh("vk-api", "token_refused", REFUSED_US)
def _() -> None:
    _vk(5, "User authorization failed: invalid access_token (4).")


@fresh("vk-api", "flood", THROTTLED)
def _() -> None:
    _vk(9, "Flood control: too much messages sent to user")


@fresh("vk-api", "gateway_down", DOWN)
def _() -> None:
    with detoured(GATEWAY):
        vk_api.VkApi(token="not-real").method("wall.post", {"message": "Paid"})


def _caldav(answer: bytes) -> None:
    with listening(saying(answer)) as port:
        client = caldav.DAVClient(url=f"http://{HOST}:{port}/dav/", username="shop", password="not-real", timeout=1)
        client.calendar(url=f"http://{HOST}:{port}/dav/rooms/").search(event=True)


@fresh("caldav", "password_refused", REFUSED_US)
def _() -> None:
    _caldav(raw(401, "", 'WWW-Authenticate: Basic realm="calendars"'))


@fresh("caldav", "calendar_absent", FAILED, "404 of a peer; what has to be set up beforehand is defensible")
def _() -> None:
    _caldav(raw(404, "<error/>"))


@fresh("caldav", "too_many", THROTTLED)
def _() -> None:
    _caldav(raw(429, "<error/>", "Retry-After: 7"))


@fresh("caldav", "no_xml", FAILED, "a page where XML was due")
def _() -> None:
    _caldav(raw(207, "<html><body>Welcome</body>"))


# --- LLM and search ---------------------------------------------------------------------------------------------------
def _cerebras(answer: Answer) -> None:
    with serving(answer) as url:
        client = Cerebras(api_key="not-real", base_url=url, max_retries=0, timeout=0.5, warm_tcp_connection=False)
        client.chat.completions.create(messages=[{"role": "user", "content": "Hello"}], model="llama")


@fresh("cerebras-cloud-sdk", "too_many_tokens", THROTTLED)
def _() -> None:
    _cerebras(refusal(429, message="Tokens per minute limit exceeded", type="too_many_tokens_error", code="tokens"))


@fresh("cerebras-cloud-sdk", "silent", SILENT)
def _() -> None:
    _cerebras(Answer(how="hang"))


@fresh("cerebras-cloud-sdk", "context_too_long", FAILED, "our request; validation is defensible")
def _() -> None:
    _cerebras(refusal(400, message="Please reduce the length of the messages", code="context_length_exceeded"))


@fresh("cerebras-cloud-sdk", "key_missing", OUR_SETTINGS)
def _() -> None:
    Cerebras()


@fresh("exa-py", "key_missing", OUR_SETTINGS)
def _() -> None:
    Exa()


def _exa(answer: Answer) -> None:
    with serving(answer) as url:
        Exa("not-real", base_url=url).search("shoes")


@fresh("exa-py", "key_refused", REFUSED_US)
def _() -> None:
    _exa(refusal(401, error="Invalid API key", tag="INVALID_API_KEY"))


@fresh("exa-py", "no_credits", QUOTA)
def _() -> None:
    _exa(refusal(402, error="You have exceeded your credits limit", tag="NO_MORE_CREDITS"))


def _firecrawl(answer: Answer) -> None:
    with serving(answer) as url:
        Firecrawl(api_key="not-real", api_url=url).scrape("https://example.com")


@fresh("firecrawl-py", "no_credits", QUOTA)
def _() -> None:
    _firecrawl(refusal(402, success=False, error="Insufficient credits to perform this request."))


@fresh("firecrawl-py", "too_many", THROTTLED)
def _() -> None:
    _firecrawl(refusal(429, success=False, error="Rate limit exceeded. Consumed (req/min): 11"))


@fresh("firecrawl-py", "page_too_slow", Means("external_service", True, (503, 504), "medium"), "408 of a peer")
def _() -> None:
    _firecrawl(refusal(408, success=False, error="The scrape operation timed out before completing", code="SCRAPE"))


@fresh("firecrawl-py", "site_not_supported", FAILED, "403 of a peer that is about the site; authentication: defensible")
def _() -> None:
    _firecrawl(refusal(403, success=False, error="This website is no longer supported, please reach out to us."))


@fresh("assemblyai", "key_missing", OUR_SETTINGS)
def _() -> None:
    assemblyai.settings.api_key = None
    assemblyai.Transcriber().transcribe("https://example.com/call.mp3")


def _assemblyai(answer: Answer) -> None:
    with serving(answer) as url:
        assemblyai.settings.api_key = "not-real"
        assemblyai.settings.base_url = url
        assemblyai.Transcriber().transcribe("https://example.com/call.mp3")


@fresh("assemblyai", "key_refused", REFUSED_US)
def _() -> None:
    _assemblyai(refusal(401, error="Authentication error, API token missing/invalid"))


@fresh("assemblyai", "balance_negative", QUOTA, "400 of a peer that wants money")
def _() -> None:
    _assemblyai(refusal(400, error="Your current account balance is negative. Please top up to continue."))


# --- maps, taxes, money -----------------------------------------------------------------------------------------------
def _ors(answer: Answer, **more: Any) -> None:
    with serving(answer) as url:
        client = openrouteservice.Client(
            key="not-real", base_url=url, retry_over_query_limit=False, timeout=0.4, **more
        )
        client.directions(coordinates=[(8.68, 49.41), (8.69, 49.42)])


@fresh("openrouteservice", "no_route", FAILED, "404 of a peer: a place of the client's that no road leads to")
def _() -> None:
    _ors(Answer(404, {"error": {"code": 2010, "message": "Could not find routable point within a radius of 350.0"}}))


@fresh("openrouteservice", "too_many", THROTTLED)
def _() -> None:
    _ors(refusal(429, error="Rate limit exceeded"))


@fresh("openrouteservice", "silent", SILENT)
def _() -> None:
    _ors(Answer(how="hang"), retry_timeout=1)


@fresh("openrouteservice", "key_missing", OUR_SETTINGS)
def _() -> None:
    openrouteservice.Client()


def _taxjar(answer: Answer) -> None:
    with serving(answer) as url:
        client = taxjar.Client(api_key="not-real")
        client.api_url = f"{url}/"
        client.timeout = 0.4
        client.rates_for_location("90404")


@fresh("taxjar", "token_refused", REFUSED_US)
def _() -> None:
    _taxjar(refusal(401, error="Unauthorized", detail="Not Authorized for route 'GET /v2/rates/90404'", status=401))


@fresh("taxjar", "postcode_refused", FAILED, "400 of a peer; an address of the client's: validation is defensible")
def _() -> None:
    _taxjar(refusal(400, error="Bad Request", detail="to_zip 90404 is not used within to_state NY", status=400))


@fresh("taxjar", "silent", SILENT)
def _() -> None:
    _taxjar(Answer(how="hang"))


def _dwolla(answer: Answer) -> None:
    with detoured(answer):
        client = Dwolla(key="not-real", secret="not-real", environment="sandbox")
        client.Token(access_token="not-real").post("transfers", {"amount": {"currency": "USD", "value": "7.00"}})


@fresh("dwollav2", "token_expired", REFUSED_US)
def _() -> None:
    _dwolla(refusal(401, code="ExpiredAccessToken", message="Generate a new one with your refresh token."))


@fresh("dwollav2", "transfer_refused", FAILED, "400 of a peer; a rule of the domain is defensible")
def _() -> None:
    _dwolla(refusal(400, code="ValidationError", message="Validation error(s) present."))


@fresh("dwollav2", "environment_unknown", OUR_SETTINGS)
def _() -> None:
    Dwolla(key="not-real", secret="not-real", environment="staging")


def _paddle(answer: Answer) -> None:
    with detoured(answer):
        Paddle("not-real").subscriptions.get("sub_01h7k")


def _paddle_error(code: str, detail: str) -> dict[str, Any]:
    return {"error": {"type": "request_error", "code": code, "detail": detail, "documentation_url": ""}}


@fresh("paddle-python-sdk", "subscription_locked", FAILED, "409 of a peer; a state of the domain is defensible")
def _() -> None:
    _paddle(Answer(409, _paddle_error("subscription_locked_pending_changes", "Cannot be updated, it is locked.")))


@fresh("paddle-python-sdk", "key_refused", REFUSED_US)
def _() -> None:
    _paddle(Answer(403, _paddle_error("forbidden", "You aren't permitted to perform this request.")))


@fresh("paddle-python-sdk", "gateway_down", DOWN)
def _() -> None:
    _paddle(GATEWAY)


@fresh("coinbase-advanced-py", "keys_missing", OUR_SETTINGS)
def _() -> None:
    RESTClient().get_accounts()


@fresh("coinbase-advanced-py", "key_is_no_key", OUR_SETTINGS)
def _() -> None:
    RESTClient(api_key="organizations/7", api_secret="not-real").get_accounts()


@fresh("coinbase-advanced-py", "service_down", DOWN)
def _() -> None:
    with detoured(Answer(503, "upstream connect error or disconnect/reset before headers", type="text/plain")):
        RESTClient().get_public_products()


# --- flags ------------------------------------------------------------------------------------------------------------
def _flagsmith(answer: Answer) -> Any:
    with serving(answer) as url:
        return Flagsmith(environment_key="not-real", api_url=f"{url}/api/v1/").get_environment_flags()


@fresh("flagsmith", "environment_refused", REFUSED_US, "it says neither status nor why")
def _() -> None:
    _flagsmith(refusal(401, detail="Authentication credentials were not provided."))


@fresh("flagsmith", "feature_unknown", SETUP, "a flag that has to be set up")
def _() -> None:
    _flagsmith(Answer(200, [])).is_feature_enabled("new_checkout")


@fresh("flagsmith", "key_missing", OUR_SETTINGS)
def _() -> None:
    Flagsmith()


@fresh("optimizely-sdk", "key_missing", OUR_SETTINGS)
def _() -> None:
    PollingConfigManager()


_FLAGS: dict[str, Any] = {
    "version": "4",
    "revision": "7",
    "projectId": "1",
    "accountId": "1",
    "sdkKey": "not-real",
    "environmentKey": "production",
    **{name: [] for name in ("experiments", "groups", "events", "audiences", "attributes", "layers", "variables")},
    **{name: [] for name in ("featureFlags", "rollouts", "typedAudiences")},
    "anonymizeIP": True,
}


@fresh("optimizely-sdk", "experiment_unknown", SETUP, "an experiment that has to be set up")
def _() -> None:
    Optimizely(json.dumps(_FLAGS), error_handler=RaiseExceptionErrorHandler).activate("new_checkout", "ann")


@fresh("optimizely-sdk", "event_unknown", SETUP, "an event that has to be set up")
def _() -> None:
    Optimizely(json.dumps(_FLAGS), error_handler=RaiseExceptionErrorHandler).track("paid", "ann")


@fresh("launchdarkly-server-sdk", "not_configured", OUR_SETTINGS)
def _() -> None:
    ldclient.get().variation("new-checkout", ldclient.Context.create("ann"), False)


@fresh("UnleashClient", "several_at_once", OUR_BUG, "a setting is as defensible")
def _() -> None:
    mode = InstanceAllowType.BLOCK
    for _ in range(2):
        UnleashClient.UnleashClient("http://127.0.0.1:1/api", "shop", multiple_instance_mode=mode)


# --- GraphQL ----------------------------------------------------------------------------------------------------------
class Query(Type):
    name = Field(String)


global_schema.query_type = Query


@fresh("sgqlc", "errors_in_the_answer", FAILED)
def _() -> None:
    operation = Operation(Query)
    operation.name()
    with serving(Answer(200, {"errors": [{"message": "Something went wrong", "path": ["name"]}], "data": None})) as url:
        operation + HTTPEndpoint(url)(operation)


@fresh("sgqlc", "field_unknown", OUR_BUG)
def _() -> None:
    Operation(Query).price()


_ = (RULE, INVALID, closed_port)
