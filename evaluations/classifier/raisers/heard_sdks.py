"""SDKs of services: other answers of their peers than the plain statuses, and misuse of the SDK itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import braintree
import cohere
import github
import gitlab
import google.genai
import hubspot
import huggingface_hub
import jira
import openai
import plaid
import pydantic
import sendgrid
import slack_sdk
import stripe
from mistralai.client import Mistral
from plaid.api import plaid_api
from plaid.model.accounts_get_request import AccountsGetRequest
from slack_sdk.web.async_client import AsyncWebClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as TwilioClient

from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    SLOW,
    THROTTLED,
    WHO,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
    serving,
)

_DECLINED = Means("business_logic", False, (402, 409, 422), "low")
_WORDS: list[Any] = [{"role": "user", "content": "hello"}]


def _served(answer: Answer, call: Callable[[str], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with serving(answer) as url:
            return call(url)

    return run


# --- OpenAI, Anthropic -----------------------------------------------------------------------------------------------
def _openai(url: str, **more: Any) -> openai.OpenAI:
    return openai.OpenAI(api_key="not-a-key", base_url=url, max_retries=0, timeout=0.8, **more)


def _fault(code: str | None, kind: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def _stream_cut(url: str) -> Any:
    return list(_openai(url).chat.completions.create(model="gpt-4o", messages=_WORDS, stream=True))


def _parsed_filtered(url: str) -> Any:
    class Reply(pydantic.BaseModel):
        mood: str

    return _openai(url).chat.completions.parse(model="gpt-4o", messages=_WORDS, response_format=Reply)


_CHOICE = {"index": 0, "finish_reason": "content_filter", "message": {"role": "assistant", "content": None}}
_COMPLETION = {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o", "choices": [_CHOICE]}
_HALF = 'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"g","choices":[]}\n\n'

add_answers(
    "openai",
    lambda url: _openai(url).images.generate(model="gpt-image-1", prompt="a hat"),
    {
        "billing_hard_limit": (
            QUOTA, Answer(400, _fault("billing_hard_limit_reached", "image_generation_user_error", "Billing hard limit"))
        ),
        "moderation_blocked": (
            FAILED,
            Answer(400, _fault("moderation_blocked", "image_generation_user_error", "rejected by the safety system")),
        ),
    },
)
add_answers("openai", _stream_cut, {"stream_breaks_off": (LINK, Answer(200, _HALF, how="cut", type="text/event-stream"))})
add("openai", "filtered_while_parsing", FAILED, _served(Answer(200, _COMPLETION), _parsed_filtered),
    note="the peer answered, without content: filtered")
add("openai", "file_not_found_upstream", FAILED,
    _served(Answer(404, _fault(None, "invalid_request_error", "No such File object: file-x")),
            lambda url: _openai(url).files.retrieve("file-x")))
add("openai", "empty_id", OUR_BUG, lambda: _openai("http://127.0.0.1:1").files.retrieve(""))
add("openai", "argument_missing", OUR_BUG,
    lambda: _openai("http://127.0.0.1:1").chat.completions.create(model="gpt-4o"))  # type: ignore[call-overload]
add("openai", "azure_without_endpoint", OUR_SETTINGS, lambda: openai.AzureOpenAI(api_key="not-a-key", api_version="2026-01-01"))


def _anthropic(url: str, **more: Any) -> Any:
    client = anthropic.Anthropic(api_key="not-a-key", base_url=url, max_retries=0, timeout=0.8)
    return client.messages.create(model="claude-x", max_tokens=more.pop("max_tokens", 9), messages=_WORDS, **more)


def _claude(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


add_answers(
    "anthropic",
    _anthropic,
    {
        "credit_too_low": (QUOTA, Answer(400, _claude("invalid_request_error", "Your credit balance is too low to access"))),
        "timed_out_upstream": (SLOW, Answer(504, _claude("timeout_error", "Request timed out"))),
        "billing": (QUOTA, Answer(402, _claude("billing_error", "There is an issue with your billing"))),
        "prompt_too_long": (FAILED, Answer(400, _claude("invalid_request_error", "prompt is too long: 210000 tokens"))),
    },
)
add("anthropic", "no_credentials", OUR_SETTINGS,
    lambda: anthropic.Anthropic(api_key=None, auth_token=None, base_url="http://127.0.0.1:1").messages.create(
        model="claude-x", max_tokens=9, messages=_WORDS))
add("anthropic", "must_stream", OUR_BUG, lambda: anthropic.Anthropic(api_key="x", base_url="http://127.0.0.1:1").messages
    .create(model="claude-x", max_tokens=900_000, messages=_WORDS))


# --- Cohere, Mistral, Google, Hugging Face ---------------------------------------------------------------------------
def _cohere(url: str) -> Any:
    client = cohere.ClientV2("not-a-key", base_url=url, timeout=1)
    return client.embed(model="m", input_type="classification", texts=["a"], embedding_types=["float"],
                        request_options={"max_retries": 0})


def _mistral(url: str) -> Any:
    return Mistral(api_key="not-a-key", server_url=url, timeout_ms=800).models.list()


def _gemini(url: str) -> Any:
    options = google.genai.types.HttpOptions(base_url=url, timeout=900)
    client = google.genai.Client(api_key="not-a-key", http_options=options)
    return client.models.embed_content(model="e", contents="a")


def _google(status: int, name: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": status, "message": message, "status": name}})


add_answers("cohere", _cohere, {
    "trial_key_spent": (THROTTLED, Answer(429, {"message": "You are using a Trial key, which is limited to 1000 calls"})),
    "gateway_silent": (SLOW, Answer(504, {"message": "upstream timeout"})),
})
add_answers("mistralai", _mistral, {
    "payment_due": (QUOTA, Answer(402, {"message": "payment required"})),
    "models_down": (DOWN, Answer(502, "<html>bad gateway</html>", type="text/html")),
})
add_answers("google-genai", _gemini, {
    "location": (FAILED, _google(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")),
    "argument": (FAILED, _google(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")),
    "key_invalid": (REFUSED_US, _google(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.")),
})
add("google-genai", "no_key_given", OUR_SETTINGS, lambda: google.genai.Client(api_key=None))
add("huggingface_hub", "revision_missing", FAILED,
    _served(Answer(404, {"error": "Invalid rev id: x"}, {"X-Error-Code": "RevisionNotFound"}),
            lambda url: huggingface_hub.HfApi(endpoint=url, token=False).model_info("a/b", revision="x")))
add("huggingface_hub", "offline_without_copy", OUR_SETTINGS,
    lambda: huggingface_hub.hf_hub_download("a/b", "c.json", local_files_only=True, cache_dir="/tmp/heard-no-cache"),
    note="a file of the installation that was never fetched; external_service is defensible")


# --- payments ----------------------------------------------------------------------------------------------------------
def _stripe(url: str, **more: Any) -> Any:
    client = stripe.StripeClient("sk_test_none", base_addresses={"api": url}, max_network_retries=0)
    return client.v1.payment_intents.confirm("pi_1")


def _stripe_fault(status: int, **error: Any) -> Answer:
    return Answer(status, {"error": error})


add_answers("stripe", _stripe, {
    "insufficient_funds": (_DECLINED, _stripe_fault(
        402, type="card_error", code="card_declined", decline_code="insufficient_funds", message="insufficient funds")),
    "strong_authentication": (_DECLINED, _stripe_fault(
        402, type="card_error", code="authentication_required", message="This card requires authentication.")),
    "unexpected_state": (FAILED, _stripe_fault(
        400, type="invalid_request_error", code="payment_intent_unexpected_state", message="already succeeded")),
    "api_key_expired": (REFUSED_US, _stripe_fault(401, type="invalid_request_error", code="api_key_expired", message="Expired")),
})
add("stripe", "webhook_too_old", WHO, lambda: stripe.Webhook.construct_event("{}", _old_signature(), "whsec_none"))


def _old_signature() -> str:
    import hashlib
    import hmac

    return "t=1000,v1=" + hmac.new(b"whsec_none", b"1000.{}", hashlib.sha256).hexdigest()


def _gateway() -> braintree.BraintreeGateway:
    return braintree.BraintreeGateway(
        braintree.Configuration(braintree.Environment.Sandbox, "merchant", "public", "private"))


add("braintree", "no_merchant", OUR_SETTINGS,
    lambda: braintree.Configuration(braintree.Environment.Sandbox, "", "public", "private"))
add("braintree", "keys_unknown", OUR_BUG, lambda: _gateway().transaction.sale({"amounts": "1"}))
add("braintree", "empty_id", OUR_BUG, lambda: _gateway().customer.find(" "),
    note="the SDK says NotFoundError without asking anybody: an empty id of ours")
add("braintree", "webhook_payload_malformed", WHO, lambda: _gateway().webhook_notification.parse("a|b", "no payload!"),
    note="InvalidSignatureError for a payload with impossible characters; validation is defensible")


def _plaid(url: str) -> Any:
    client = plaid_api.PlaidApi(plaid.ApiClient(plaid.Configuration(host=url, api_key={"clientId": "c", "secret": "x"})))
    return client.accounts_get(AccountsGetRequest(access_token="access-x"))


def _plaid_fault(status: int, kind: str, code: str) -> Answer:
    return Answer(status, {"error_type": kind, "error_code": code, "error_message": code.lower(), "display_message": None})


add_answers("plaid-python", _plaid, {
    "login_required": (FAILED, _plaid_fault(400, "ITEM_ERROR", "ITEM_LOGIN_REQUIRED")),
    "institution_down": (DOWN, _plaid_fault(400, "INSTITUTION_ERROR", "INSTITUTION_DOWN")),
})
add("plaid-python", "peer_away", LINK, lambda: _plaid(f"http://127.0.0.1:{free_port()}"))


# --- mail, telephones, chat -------------------------------------------------------------------------------------------
class _Loopback(TwilioHttpClient):
    def __init__(self, url: str) -> None:
        super().__init__(timeout=0.8)
        self.url = url

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        return super().request(method, self.url + "/x", *args, **more)


def _twilio(url: str) -> Any:
    client = TwilioClient("AC" + "0" * 32, "not-a-token", http_client=_Loopback(url))
    return client.messages.create(to="+15005550001", from_="+15005550006", body="x")


add_answers("twilio", _twilio, {
    "opted_out": (FAILED, Answer(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400})),
    "suspended": (REFUSED_US, Answer(401, {"code": 20005, "message": "Account not active", "status": 401})),
    "queue_full": (THROTTLED, Answer(429, {"code": 21611, "message": "SMS queue is full.", "status": 429})),
})
add_answers("sendgrid", lambda url: sendgrid.SendGridAPIClient("SG.none", host=url).send({"personalizations": []}), {
    "credits_spent": (QUOTA, Answer(401, {"errors": [{"message": "Maximum credits exceeded", "field": None}]})),
})


def _slack(url: str) -> Any:
    client = slack_sdk.WebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
    return client.chat_postMessage(channel="C1", text="x")


async def _slack_async(answer: Answer) -> Any:
    with serving(answer) as url:
        client = AsyncWebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
        return await client.users_info(user="U1")


add_answers("slack_sdk", _slack, {
    "archived": (FAILED, Answer(200, {"ok": False, "error": "is_archived"})),
    "token_revoked": (REFUSED_US, Answer(200, {"ok": False, "error": "token_revoked"})),
    "ratelimited_in_body": (THROTTLED, Answer(200, {"ok": False, "error": "ratelimited"})),
    "fatal": (FAILED, Answer(200, {"ok": False, "error": "fatal_error"})),
})
add("slack_sdk", "async_silent", SILENT, lambda: _async_silent())
add("slack_sdk", "async_missing_user", FAILED, lambda: _slack_async(Answer(200, {"ok": False, "error": "user_not_found"})))


async def _async_silent() -> Any:
    with serving(Answer(how="hang")) as url:
        client = AsyncWebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
        return await client.users_info(user="U1")


# --- GitHub, GitLab, Jira, HubSpot ----------------------------------------------------------------------------------
def _issue(url: str) -> Any:
    client = github.Github(base_url=url, auth=github.Auth.Token("x"), retry=None, timeout=1, seconds_between_requests=0,
                           seconds_between_writes=0)
    return client.get_repo("a/b", lazy=True).create_issue("title")


def _gitlab(url: str) -> Any:
    return gitlab.Gitlab(url, private_token="x", timeout=1).projects.get(1, lazy=True).mergerequests.create(
        {"source_branch": "a", "target_branch": "b", "title": "c"})


add_answers("PyGithub", _issue, {
    "issues_disabled": (FAILED, Answer(410, {"message": "Issues are disabled for this repo"})),
    "empty_repository": (FAILED, Answer(409, {"message": "Git Repository is empty."})),
    "page_of_unicorn": (DOWN, Answer(503, "<html>unicorn</html>", type="text/html")),
})
add("PyGithub", "title_not_text", OUR_BUG, lambda: github.Github().get_repo("a/b", lazy=True).create_issue(4))  # type: ignore[arg-type]
add_answers("python-gitlab", _gitlab, {
    "merge_request_exists": (FAILED, Answer(409, {"message": ["Another open merge request already exists"]})),
    "throttled": (THROTTLED, Answer(429, "Retry later", {"RateLimit-Remaining": "0"}, type="text/plain")),
})
add("python-gitlab", "no_such_section", OUR_SETTINGS, lambda: gitlab.Gitlab.from_config("nowhere", ["/no/such.cfg"]))
add("python-gitlab", "attributes_left_out", OUR_BUG,
    lambda: gitlab.Gitlab("http://127.0.0.1:1").projects.get(1, lazy=True).issues.create({}))


def _jira(url: str) -> Any:
    client = jira.JIRA(url, token_auth="x", max_retries=0, timeout=1, get_server_info=False)
    return client.create_issue(project="A", summary="x", issuetype={"name": "Bug"})


add_answers("jira", _jira, {
    "field_rejected": (FAILED, Answer(400, {"errorMessages": [], "errors": {"summary": "Field cannot be set."}})),
    "captcha": (REFUSED_US, Answer(403, {"errorMessages": ["CAPTCHA_CHALLENGE"]}, {"X-Authentication-Denied-Reason": "C"})),
})


def _hubspot(url: str) -> Any:
    client = hubspot.HubSpot(access_token="x")
    api = client.crm.contacts.basic_api
    api.api_client.configuration.host = url
    return api.get_by_id("1")


add_answers("hubspot-api-client", _hubspot, {
    "scopes_missing": (REFUSED_US, Answer(403, {"status": "error", "category": "MISSING_SCOPES", "message": "scopes"})),
    "conflict": (FAILED, Answer(409, {"status": "error", "category": "CONFLICT", "message": "Contact already exists"})),
})
add("hubspot-api-client", "peer_away", LINK, lambda: _hubspot(f"http://127.0.0.1:{free_port()}"))
add("openai", "page_without_api", FAILED, _served(NONSENSE, lambda url: list(_openai(url).models.list())),
    note="HTML where JSON was due; the SDK stumbles over it")
