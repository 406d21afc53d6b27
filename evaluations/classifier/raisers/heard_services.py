"""SDKs of payments, mail, chat and code: other answers of their peers than the plain statuses."""

from __future__ import annotations

from typing import Any

import braintree
import github
import gitlab
import hubspot
import jira
import plaid
import sendgrid
import slack_sdk
import stripe
from plaid.api import plaid_api
from plaid.model.accounts_get_request import AccountsGetRequest
from slack_sdk.web.async_client import AsyncWebClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client as TwilioClient

from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
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


# --- payments ---------------------------------------------------------------------------------------------------------
def _stripe(url: str, **more: Any) -> Any:
    client = stripe.StripeClient("sk_test_none", base_addresses={"api": url}, max_network_retries=0)
    return client.v1.payment_intents.confirm("pi_1")


def _stripe_fault(status: int, **error: Any) -> Answer:
    return Answer(status, {"error": error})


add_answers(
    "stripe",
    _stripe,
    {
        "insufficient_funds": (
            _DECLINED,
            _stripe_fault(
                402,
                type="card_error",
                code="card_declined",
                decline_code="insufficient_funds",
                message="insufficient funds",
            ),
        ),
        "strong_authentication": (
            _DECLINED,
            _stripe_fault(
                402, type="card_error", code="authentication_required", message="This card requires authentication."
            ),
        ),
        "unexpected_state": (
            FAILED,
            _stripe_fault(
                400, type="invalid_request_error", code="payment_intent_unexpected_state", message="already succeeded"
            ),
        ),
        "api_key_expired": (
            REFUSED_US,
            _stripe_fault(401, type="invalid_request_error", code="api_key_expired", message="Expired"),
        ),
    },
)
add("stripe", "webhook_too_old", WHO, lambda: stripe.Webhook.construct_event("{}", _old_signature(), "whsec_none"))


def _old_signature() -> str:
    import hashlib
    import hmac

    return "t=1000,v1=" + hmac.new(b"whsec_none", b"1000.{}", hashlib.sha256).hexdigest()


def _gateway() -> braintree.BraintreeGateway:
    return braintree.BraintreeGateway(
        braintree.Configuration(braintree.Environment.Sandbox, "merchant", "public", "private")
    )


add(
    "braintree",
    "no_merchant",
    OUR_SETTINGS,
    lambda: braintree.Configuration(braintree.Environment.Sandbox, "", "public", "private"),
)
add("braintree", "keys_unknown", OUR_BUG, lambda: _gateway().transaction.sale({"amounts": "1"}))
add(
    "braintree",
    "empty_id",
    OUR_BUG,
    lambda: _gateway().customer.find(" "),
    note="the SDK says NotFoundError without asking anybody: an empty id of ours",
)
add(
    "braintree",
    "webhook_payload_malformed",
    WHO,
    lambda: _gateway().webhook_notification.parse("a|b", "no payload!"),
    note="InvalidSignatureError for a payload with impossible characters; validation is defensible",
)


def _plaid(url: str) -> Any:
    client = plaid_api.PlaidApi(
        plaid.ApiClient(plaid.Configuration(host=url, api_key={"clientId": "c", "secret": "x"}))
    )
    return client.accounts_get(AccountsGetRequest(access_token="access-x"))


def _plaid_fault(status: int, kind: str, code: str) -> Answer:
    return Answer(
        status, {"error_type": kind, "error_code": code, "error_message": code.lower(), "display_message": None}
    )


add_answers(
    "plaid-python",
    _plaid,
    {
        "login_required": (FAILED, _plaid_fault(400, "ITEM_ERROR", "ITEM_LOGIN_REQUIRED")),
        "institution_down": (DOWN, _plaid_fault(400, "INSTITUTION_ERROR", "INSTITUTION_DOWN")),
    },
)
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


add_answers(
    "twilio",
    _twilio,
    {
        "opted_out": (
            FAILED,
            Answer(400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}),
        ),
        "suspended": (REFUSED_US, Answer(401, {"code": 20005, "message": "Account not active", "status": 401})),
        "queue_full": (THROTTLED, Answer(429, {"code": 21611, "message": "SMS queue is full.", "status": 429})),
    },
)
add_answers(
    "sendgrid",
    lambda url: sendgrid.SendGridAPIClient("SG.none", host=url).send({"personalizations": []}),
    {
        "credits_spent": (QUOTA, Answer(401, {"errors": [{"message": "Maximum credits exceeded", "field": None}]})),
    },
)


def _slack(url: str) -> Any:
    client = slack_sdk.WebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
    return client.chat_postMessage(channel="C1", text="x")


async def _slack_async(answer: Answer) -> Any:
    with serving(answer) as url:
        client = AsyncWebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
        return await client.users_info(user="U1")


add_answers(
    "slack_sdk",
    _slack,
    {
        "archived": (FAILED, Answer(200, {"ok": False, "error": "is_archived"})),
        "token_revoked": (REFUSED_US, Answer(200, {"ok": False, "error": "token_revoked"})),
        "ratelimited_in_body": (THROTTLED, Answer(200, {"ok": False, "error": "ratelimited"})),
        "fatal": (FAILED, Answer(200, {"ok": False, "error": "fatal_error"})),
    },
)
add("slack_sdk", "async_silent", SILENT, lambda: _async_silent())
add(
    "slack_sdk",
    "async_missing_user",
    FAILED,
    lambda: _slack_async(Answer(200, {"ok": False, "error": "user_not_found"})),
)


async def _async_silent() -> Any:
    with serving(Answer(how="hang")) as url:
        client = AsyncWebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
        return await client.users_info(user="U1")


# --- GitHub, GitLab, Jira, HubSpot ------------------------------------------------------------------------------------
def _issue(url: str) -> Any:
    client = github.Github(
        base_url=url,
        auth=github.Auth.Token("x"),
        retry=None,
        timeout=1,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    return client.get_repo("a/b", lazy=True).create_issue("title")


def _gitlab(url: str) -> Any:
    return (
        gitlab.Gitlab(url, private_token="x", timeout=1)
        .projects.get(1, lazy=True)
        .mergerequests.create({"source_branch": "a", "target_branch": "b", "title": "c"}, max_retries=0)
    )


add_answers(
    "PyGithub",
    _issue,
    {
        "issues_disabled": (FAILED, Answer(410, {"message": "Issues are disabled for this repo"})),
        "empty_repository": (FAILED, Answer(409, {"message": "Git Repository is empty."})),
        "page_of_unicorn": (DOWN, Answer(503, "<html>unicorn</html>", type="text/html")),
    },
)
add("PyGithub", "title_not_text", OUR_BUG, lambda: github.Github().get_repo("a/b", lazy=True).create_issue(4))  # type: ignore[arg-type]
add_answers(
    "python-gitlab",
    _gitlab,
    {
        "merge_request_exists": (FAILED, Answer(409, {"message": ["Another open merge request already exists"]})),
        "throttled": (THROTTLED, Answer(429, "Retry later", {"RateLimit-Remaining": "0"}, type="text/plain")),
    },
)
add("python-gitlab", "no_such_section", OUR_SETTINGS, lambda: gitlab.Gitlab.from_config("nowhere", ["/no/such.cfg"]))
add(
    "python-gitlab",
    "attributes_left_out",
    OUR_BUG,
    lambda: gitlab.Gitlab("http://127.0.0.1:1").projects.get(1, lazy=True).issues.create({}),
)


def _jira(url: str) -> Any:
    client = jira.JIRA(url, token_auth="x", max_retries=0, timeout=1, get_server_info=False)
    return client.create_issue(project="A", summary="x", issuetype={"name": "Bug"})


add_answers(
    "jira",
    _jira,
    {
        "field_rejected": (FAILED, Answer(400, {"errorMessages": [], "errors": {"summary": "Field cannot be set."}})),
        "captcha": (
            REFUSED_US,
            Answer(403, {"errorMessages": ["CAPTCHA_CHALLENGE"]}, {"X-Authentication-Denied-Reason": "C"}),
        ),
    },
)


def _hubspot(url: str) -> Any:
    client = hubspot.HubSpot(access_token="x")
    api = client.crm.contacts.basic_api
    api.api_client.configuration.host = url
    return api.get_by_id("1")


add_answers(
    "hubspot-api-client",
    _hubspot,
    {
        "scopes_missing": (
            REFUSED_US,
            Answer(403, {"status": "error", "category": "MISSING_SCOPES", "message": "scopes"}),
        ),
        "conflict": (
            FAILED,
            Answer(409, {"status": "error", "category": "CONFLICT", "message": "Contact already exists"}),
        ),
    },
)
add("hubspot-api-client", "peer_away", LINK, lambda: _hubspot(f"http://127.0.0.1:{free_port()}"))
