"""Payments, messages and code hosting: what their servers answer, and what we do wrongly."""

from __future__ import annotations

from typing import Any

import braintree
import github
import gitlab
import hvac
import jira
import jwt
import pusher
import python_http_client
import requests
import sendgrid
import slack_sdk
import slack_sdk.socket_mode
import stripe
import svix
import twilio.jwt
import twilio.rest
import zenpy
from sendgrid.helpers.mail import From, Mail, To
from twilio.http.http_client import TwilioHttpClient
from twilio.twiml.voice_response import VoiceResponse

from evaluations.classifier.raisers._fresh_b import DUE, put, served
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    OUR_BUG,
    REFUSED_US,
    SLOW,
    THROTTLED,
    WHO,
    Answer,
    Means,
    add_answers,
)


def _put_answers(library: str, call: Any, answers: dict[str, tuple[Means, Answer]]) -> None:
    add_answers(library, call, {f"fresh_b_{name}": one for name, one in answers.items()})


# --- Stripe, Braintree ------------------------------------------------------------------------------------------------
def _client(url: str) -> stripe.StripeClient:
    bases: Any = {"api": url, "connect": url}
    http = stripe.RequestsClient(timeout=1)
    return stripe.StripeClient("no-key", base_addresses=bases, max_network_retries=0, http_client=http)


def _stripe(url: str) -> Any:
    return _client(url).v1.payment_intents.create({"amount": 100, "currency": "eur"})


def _said(status: int, kind: str, message: str, **more: Any) -> Answer:
    return Answer(status, {"error": {"type": kind, "message": message, **more}}, {"Request-Id": "req_1"})


def _granted(url: str) -> Any:
    return _client(url).oauth.token(params={"grant_type": "authorization_code", "code": "ac_1"})


_put_answers(
    "stripe",
    _stripe,
    {
        "card_stolen": (
            DUE,
            _said(402, "card_error", "Your card was declined.", code="card_declined", decline_code="stolen_card"),
        ),
        "amount_too_small": (
            FAILED,
            _said(400, "invalid_request_error", "Amount must be at least 50", code="amount_too_small"),
        ),
        "key_in_use_now": (
            Means("concurrency", True, (409, 503), "medium"),
            _said(
                409,
                "idempotency_error",
                "There is another request with this key in progress",
                code="idempotency_key_in_use",
            ),
        ),
        "gateway_timeout": (SLOW, Answer(504, "<html>", type="text/html")),
    },
)
put(
    "stripe",
    "code_of_oauth_used",
    Means("authentication", False, (401, 502), "low"),
    served(Answer(400, {"error": "invalid_grant", "error_description": "code already used"}), _granted),
    note="the code came with our client; our credentials are defensible",
)
put(
    "stripe",
    "event_malformed",
    OUR_BUG,
    lambda: stripe.Event.construct_from({"id": "evt"}, "no-key").data,
    note="an AttributeError of ours",
)


def _braintree(url: str) -> Any:
    port = url.rpartition(":")[2]
    environment = braintree.Environment("loopback", "127.0.0.1", port, url, False, None)
    configuration = braintree.Configuration(environment, "merchant", "public", "private", timeout=1)
    return braintree.BraintreeGateway(configuration)


_GATEWAY = braintree.BraintreeGateway(braintree.Configuration(braintree.Environment.Sandbox, "m", "p", "k"))

put(
    "braintree",
    "challenge_malformed",
    WHO,
    lambda: _GATEWAY.webhook_notification.verify("no challenge"),
    note="whoever asks is not the gateway; validation is defensible",
)
put(
    "braintree",
    "page_instead_of_xml",
    FAILED,
    served(Answer(200, "<html><br></html>", type="text/html"), lambda url: _braintree(url).transaction.find("1")),
)


# --- Twilio, SendGrid, Slack ------------------------------------------------------------------------------------------
class _Loopback(TwilioHttpClient):
    def __init__(self, url: str) -> None:
        super().__init__(timeout=1)
        self.url = url

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        return super().request(method, self.url + "/x", *args, **more)


def _twilio(url: str) -> Any:
    client = twilio.rest.Client("AC" + "0" * 32, "not-a-token", http_client=_Loopback(url))
    return client.messages.create(to="+15005550001", from_="+15005550006", body="x")


_put_answers(
    "twilio",
    _twilio,
    {
        "balance_spent": (
            Means("resource", False, 503, "high"),
            Answer(403, {"code": 20008, "message": "Account balance is too low", "status": 403}),
        ),
        "bad_gateway": (DOWN, Answer(502, {"message": "upstream"})),
    },
)
put(
    "twilio",
    "token_of_a_client",
    WHO,
    lambda: twilio.jwt.Jwt.from_jwt(jwt.encode({"a": 1}, "x" * 40, "HS256"), "y" * 40),
)
put("twilio", "twiml_of_no_text", OUR_BUG, lambda: VoiceResponse().append(4))


def _sendgrid(url: str) -> Any:
    client = sendgrid.SendGridAPIClient("SG.not-a-key")
    client.client = python_http_client.Client(host=url, request_headers={}, version=3, timeout=1)
    return client.send(Mail(From("a@example.test"), To("b@example.test"), "s", plain_text_content="t"))


put("sendgrid", "method_not_allowed", FAILED, served(Answer(405, {"errors": []}), _sendgrid))
put(
    "python-http-client",
    "throttled",
    THROTTLED,
    served(Answer(429), lambda url: python_http_client.Client(host=url).stats.get()),
)


def _slack(url: str) -> Any:
    client = slack_sdk.WebClient("not-a-token", base_url=f"{url}/api/", timeout=1, retry_handlers=[])
    return client.chat_postMessage(channel="C1", text="x")


def _no(error: str, status: int = 200, **more: Any) -> Answer:
    return Answer(status, {"ok": False, "error": error, **more})


_put_answers(
    "slack_sdk",
    _slack,
    {
        "not_in_channel": (FAILED, _no("not_in_channel")),
        "message_too_long": (FAILED, _no("msg_too_long")),
        "service_unavailable": (DOWN, _no("service_unavailable", 503)),
        "account_inactive": (REFUSED_US, _no("account_inactive")),
    },
)
put(
    "slack_sdk",
    "socket_not_connected",
    OUR_BUG,
    lambda: slack_sdk.socket_mode.SocketModeClient(app_token="x").send_message("a"),
)


# --- GitHub, GitLab, Jira, Vault, Pusher, Zendesk, Svix, Algolia ------------------------------------------------------
def _github(url: str) -> Any:
    return github.Github(auth=github.Auth.Token("not-a-token"), base_url=url, retry=None, timeout=1).get_repo(
        "octo/cat"
    )


_put_answers(
    "PyGithub",
    _github,
    {
        "user_agent_refused": (FAILED, Answer(403, {"message": "Missing or invalid User Agent string"})),
        "moved_for_legal_reasons": (FAILED, Answer(451, {"message": "Repository access blocked"})),
        "gateway_timeout": (SLOW, Answer(504, {"message": "We couldn't respond to your request in time"})),
    },
)
put(
    "PyGithub",
    "attribute_of_another_kind",
    FAILED,
    served(Answer(200, {"id": "four"}), lambda url: _github(url).id),
    note="BadAttributeException: the answer is not what it should be",
)
put("PyGithub", "branch_is_none", OUR_BUG, lambda: github.Github().get_repo("a/b", lazy=True).get_branch(None))  # type: ignore[arg-type]
put(
    "python-gitlab",
    "merge_blocked",
    FAILED,
    served(
        Answer(405, {"message": "405 Method Not Allowed"}),
        lambda url: (
            gitlab.Gitlab(url, private_token="x").projects.get(1, lazy=True).mergerequests.get(2, lazy=True).merge()
        ),
    ),
)
put(
    "jira",
    "throttled",
    THROTTLED,
    served(
        Answer(429, {"errorMessages": ["Rate limit exceeded."]}),
        lambda url: jira.JIRA(url, token_auth="x", max_retries=0, timeout=1, get_server_info=False).issue("A-1"),
    ),
)
put(
    "jira",
    "gateway_silent",
    SLOW,
    served(
        Answer(504, "<html>", type="text/html"),
        lambda url: jira.JIRA(url, token_auth="x", max_retries=0, timeout=1, get_server_info=False).issue("A-1"),
    ),
)
put(
    "hvac",
    "unsupported_operation",
    FAILED,
    served(
        Answer(405, {"errors": ["unsupported operation"]}),
        lambda url: hvac.Client(url, "x").secrets.kv.v2.read_secret("a", raise_on_deleted_version=True),
    ),
)
put(
    "pusher",
    "webhook_unsigned",
    OUR_BUG,
    lambda: pusher.Pusher("1", "key", "no-secret").authenticate("private-a", "no socket"),
    note="a ValueError over the client's socket id; validation is defensible",
)
put("zenpy", "throttled_for_long", THROTTLED, lambda: _zendesk(Answer(429, {"error": "x"}, {"Retry-After": "900"})))
put(
    "svix",
    "conflict",
    FAILED,
    served(
        Answer(409, {"code": "conflict", "detail": "exists"}),
        lambda url: svix.Svix("x", svix.SvixOptions(server_url=url)).application.get("a"),
    ),
)


def _zendesk(answer: Answer) -> Any:
    def call(url: str) -> Any:
        client = zenpy.Zenpy(subdomain="shop", email="a@example.test", token="x", timeout=1, ratelimit_budget=1)
        return client.users._check_response(requests.get(url, timeout=1))

    return served(answer, call)()


def _raise(exc: Exception) -> Any:
    raise exc
