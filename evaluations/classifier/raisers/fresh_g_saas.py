"""Set g: what one pays for by the call: payments, mail, chat, language models, search."""

from __future__ import annotations

import json
from typing import Any

import algoliasearch.search.client
import anthropic
import github
import gitlab
import ollama
import openai
import sendgrid
import slack_sdk
import slack_sdk.errors
import stripe
import twilio.base.exceptions
import twilio.http.http_client
import twilio.rest
import typesense

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import answering, closed_port, peer

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
LINK: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "medium"}
SILENT: dict[str, Any] = {"transient": True, "status": 504, "severity": "medium"}
FAILED: dict[str, Any] = {"transient": False, "status": (502, 503), "severity": "medium"}
BUSY: dict[str, Any] = {"transient": True, "status": 503, "severity": "medium"}
LATER: dict[str, Any] = {"transient": True, "status": (502, 503, 504), "severity": "medium"}
OURS: dict[str, Any] = {"transient": False, "status": (500, 502, 503), "severity": "high"}


def _pay(url: str) -> None:
    client = stripe.StripeClient("sk_x", base_addresses={"api": url}, max_network_retries=0)
    client.v1.payment_intents.create({"amount": 1200, "currency": "eur"})


def _stripe(status: int, **error: Any) -> None:
    with answering(status, json.dumps({"error": error})) as url:
        _pay(url)


@case("stripe", "business_logic", transient=False, status=(402, 409, 422), severity="low")
def fresh_g_card_declined() -> None:
    _stripe(402, type="card_error", code="card_declined", decline_code="generic_decline", message="Card declined.")


@case("stripe", "business_logic", transient=False, status=(402, 409, 422), severity="low")
def fresh_g_insufficient_funds() -> None:
    text = "Your card has insufficient funds."
    _stripe(402, type="card_error", code="card_declined", decline_code="insufficient_funds", message=text)


@case("stripe", "authentication", **OURS)
def fresh_g_stripe_key() -> None:
    _stripe(401, type="invalid_request_error", message="Invalid API Key provided: sk_x")


@case("stripe", "resource", **BUSY)
def fresh_g_stripe_rate() -> None:
    _stripe(429, type="invalid_request_error", code="rate_limit", message="Too many requests.")


@case("stripe", "external_service", **FAILED)
def fresh_g_stripe_parameter() -> None:
    _stripe(400, type="invalid_request_error", param="amount", message="Invalid integer: 12.00")


@case("stripe", "external_service", **FAILED)
def fresh_g_stripe_500() -> None:
    _stripe(500, type="api_error", message="An error occurred internally with Stripe.")


@case(
    "stripe", "authentication", transient=False, status=(400, 401, 403), severity="low", note="the sender is our client"
)
def fresh_g_stripe_webhook() -> None:
    stripe.Webhook.construct_event('{"id": "evt_1"}', "t=1,v1=ab", "whsec_x", tolerance=None)


class _Web(twilio.http.http_client.TwilioHttpClient):
    """Sends everything to a server of ours."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=3)
        self.url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """As the library's, elsewhere."""
        return super().request(method, self.url + "/sms.json", *args, **kwargs)


def _sms(url: str) -> None:
    client = twilio.rest.Client("AC0", "x", http_client=_Web(url))
    client.messages.create(to="+15005550006", from_="+15005550006", body="x")


def _twilio(status: int, code: int, text: str) -> None:
    with answering(status, json.dumps({"code": code, "message": text, "status": status, "more_info": ""})) as url:
        _sms(url)


@case("twilio", "authentication", **OURS)
def fresh_g_twilio_401() -> None:
    _twilio(401, 20003, "Authenticate")


@case("twilio", "resource", **BUSY)
def fresh_g_twilio_429() -> None:
    _twilio(429, 20429, "Too Many Requests")


@case("twilio", "external_service", **LATER)
def fresh_g_twilio_503() -> None:
    _twilio(503, 20503, "Service unavailable")


def _mail(status: int, text: str) -> None:
    with answering(status, json.dumps({"errors": [{"message": text, "field": None}]})) as url:
        sendgrid.SendGridAPIClient("x", host=url).send({"personalizations": []})


@case("sendgrid", "authentication", **OURS)
def fresh_g_sendgrid_401() -> None:
    _mail(401, "The provided authorization grant is invalid, expired, or revoked")


@case("sendgrid", "external_service", **FAILED)
def fresh_g_sendgrid_400() -> None:
    _mail(400, "The from email does not contain a valid address.")


def _slack(status: int, body: str, **headers: str) -> None:
    with answering(status, body, headers) as url:
        slack_sdk.WebClient("xoxb-x", base_url=url + "/api/").chat_postMessage(channel="#orders", text="x")


@case("slack_sdk", "authentication", **OURS)
def fresh_g_slack_auth() -> None:
    _slack(200, '{"ok": false, "error": "invalid_auth"}')


@case("slack_sdk", "authentication", **OURS)
def fresh_g_slack_scope() -> None:
    _slack(200, '{"ok": false, "error": "missing_scope", "needed": "chat:write", "provided": "identify"}')


@case("slack_sdk", "resource", **BUSY)
def fresh_g_slack_rate() -> None:
    _slack(429, '{"ok": false, "error": "ratelimited"}', **{"Retry-After": "20"})


def _gpt(url: str, **options: Any) -> None:
    client = openai.OpenAI(api_key="x", base_url=url, max_retries=0, **options)
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "hi"}])


def _openai(status: int, code: str | None, kind: str, text: str) -> None:
    with answering(status, json.dumps({"error": {"message": text, "type": kind, "param": None, "code": code}})) as url:
        _gpt(url)


@case("openai", "authentication", **OURS)
def fresh_g_openai_key() -> None:
    _openai(401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided: x.")


@case("openai", "resource", **BUSY)
def fresh_g_openai_rate() -> None:
    text = "Rate limit reached for gpt-4o on requests per min (RPM): Limit 500, Used 500. Please try again in 120ms."
    _openai(429, "rate_limit_exceeded", "requests", text)


@case("openai", "resource", transient=False, status=503, severity="high", note="somebody has to pay")
def fresh_g_openai_quota() -> None:
    text = "You exceeded your current quota, please check your plan and billing details."
    _openai(429, "insufficient_quota", "insufficient_quota", text)


@case("openai", "external_service", **FAILED)
def fresh_g_openai_500() -> None:
    _openai(500, None, "server_error", "The server had an error while processing your request.")


@case("openai", "external_service", **LATER)
def fresh_g_openai_503() -> None:
    _openai(503, None, "server_error", "The engine is currently overloaded, please try again later")


@case("openai", "network", **SILENT)
def fresh_g_openai_silent() -> None:
    with peer(silent=True) as port:
        _gpt(f"http://127.0.0.1:{port}", timeout=0.1)


@case("openai", "configuration", **BUG)
def fresh_g_openai_no_key() -> None:
    openai.OpenAI(base_url="http://127.0.0.1")


def _claude(status: int, kind: str, text: str) -> None:
    with answering(status, json.dumps({"type": "error", "error": {"type": kind, "message": text}})) as url:
        client = anthropic.Anthropic(api_key="x", base_url=url, max_retries=0)
        client.messages.create(model="claude-x", max_tokens=9, messages=[{"role": "user", "content": "hi"}])


@case("anthropic", "external_service", **LATER)
def fresh_g_anthropic_overloaded() -> None:
    _claude(529, "overloaded_error", "Overloaded")


@case("anthropic", "resource", **BUSY)
def fresh_g_anthropic_rate() -> None:
    _claude(429, "rate_limit_error", "This request would exceed your organization's rate limit.")


@case("anthropic", "authentication", **OURS)
def fresh_g_anthropic_key() -> None:
    _claude(401, "authentication_error", "invalid x-api-key")


@case("anthropic", "external_service", **FAILED)
def fresh_g_anthropic_400() -> None:
    _claude(400, "invalid_request_error", "messages: roles must alternate between user and assistant")


@case("ollama", "network", **LINK)
def fresh_g_ollama_refused() -> None:
    ollama.Client(f"http://127.0.0.1:{closed_port()}").chat("m", [])


def _github(status: int, text: str) -> None:
    with answering(status, json.dumps({"message": text})) as url:
        github.Github(base_url=url, retry=None, auth=github.Auth.Token("x")).get_repo("shop/web")


@case("PyGithub", "external_service", **FAILED)
def fresh_g_github_404() -> None:
    _github(404, "Not Found")


@case("PyGithub", "resource", **BUSY)
def fresh_g_github_rate() -> None:
    _github(403, "API rate limit exceeded for user ID 1.")


@case("python-gitlab", "external_service", **LATER)
def fresh_g_gitlab_502() -> None:
    with answering(502, "GitLab is not responding", kind="text/html") as url:
        gitlab.Gitlab(url, "x").projects.get(1)


@case("algoliasearch", "authentication", **OURS)
async def fresh_g_algolia_key() -> None:
    from algoliasearch.http.hosts import CallType, Host, HostsCollection
    from algoliasearch.search.config import SearchConfig

    with answering(403, '{"message": "Invalid Application-ID or API key", "status": 403}') as url:
        settings = SearchConfig("APP", "x")
        host = Host("127.0.0.1", scheme="http", port=int(url.rsplit(":", 1)[1]), accept=CallType.READ | CallType.WRITE)
        settings.hosts = HostsCollection([host])
        async with algoliasearch.search.client.SearchClient.create_with_config(settings) as client:
            await client.get_object("product", "7")


def _typesense(status: int, text: str) -> None:
    with answering(status, json.dumps({"message": text})) as url:
        node = {"host": "127.0.0.1", "port": url.rsplit(":", 1)[1], "protocol": "http"}
        client = typesense.Client({"nodes": [node], "api_key": "x", "num_retries": 0})
        client.collections["product"].documents.search({"q": "shoe", "query_by": "name"})


@case("typesense", "configuration", note="the collection is set up beforehand", **BUG)
def fresh_g_typesense_404() -> None:
    _typesense(404, "Could not find a collection named `product`.")
