"""Services that an application calls through their own clients: payments, messages, code hosts."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import braintree
import braintree.exceptions
import github
import gitlab
import paypalrestsdk
import python_http_client
import sendgrid
import slack_sdk
import slack_sdk.web.async_client
import slack_sdk.webhook
import stripe
import twilio.base.exceptions
import twilio.http.http_client
import twilio.request_validator
import twilio.rest

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    Label,
    answering,
    bug,
    declined,
    failed,
    not_now,
    refused,
    refused_us,
    rule,
    settings,
    silent,
    throttled,
    unknown_client,
)
from evaluations.classifier.raisers._peers import base_url, closed_port


class PaymentFailed(Exception):
    """An application's own, for whatever goes wrong with a payment."""


class CardDeclined(Exception):
    """An application's own: the client has to take another card."""


due = rule | {"status": 402}


# --- stripe -----------------------------------------------------------------------------------------------------------
def _stripe(url: str, timeout: float = 3) -> Any:
    options: Any = {"api": url}
    client = stripe.StripeClient(
        "sk_of_nobody",
        base_addresses=options,
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=timeout),
    )
    return client.v1.payment_intents.create({"amount": 100, "currency": "eur"})


def _stripe_says(name: str, meaning: Label, status: int, **error: str) -> None:
    def raiser() -> None:
        with answering(status, {"error": error}) as url:
            _stripe(url)

    raiser.__name__ = f"fresh_e_{name}"
    case("stripe", **meaning)(raiser)


_stripe_says(
    "card_declined",
    due,
    402,
    type="card_error",
    code="card_declined",
    decline_code="insufficient_funds",
    message="Your card has insufficient funds.",
)
_stripe_says("card_expired", due, 402, type="card_error", code="expired_card", message="Your card has expired.")
_stripe_says("key_refused", refused_us, 401, type="invalid_request_error", message="Invalid API Key provided: sk_****")
_stripe_says("too_many_requests", throttled, 429, type="invalid_request_error", message="Too many requests hit the API")
_stripe_says("api_has_an_error", failed, 500, type="api_error", message="An unknown error occurred")
_stripe_says(
    "no_such_customer",
    declined,
    404,
    type="invalid_request_error",
    code="resource_missing",
    message="No such customer: 'cus_1'",
)
_stripe_says(
    "account_lacks_permission",
    refused_us,
    403,
    type="invalid_request_error",
    message="The provided key does not have the required permissions for this endpoint",
)


@case("stripe", **refused)
def fresh_e_payments_are_unreachable() -> None:
    _stripe(f"http://127.0.0.1:{closed_port()}")


@case("stripe", **silent)
def fresh_e_payment_takes_too_long() -> None:
    _stripe(f"{base_url()}/slow", timeout=0.3)


@case("stripe", **unknown_client | {"status": (400, 401)})
def fresh_e_webhook_of_somebody_else() -> None:
    stripe.Webhook.construct_event('{"id": "evt_1"}', "t=1,v1=abc", "whsec_of_nobody")  # type: ignore[no-untyped-call]


@case("stripe", **settings)
def fresh_e_key_was_never_set() -> None:
    before, stripe.api_key = stripe.api_key, None
    try:
        stripe.Customer.retrieve("cus_1")
    finally:
        stripe.api_key = before


@case("stripe", **due)
def fresh_e_own_class_from_a_card_error() -> None:
    with answering(402, {"error": {"type": "card_error", "code": "card_declined", "message": "declined"}}) as url:
        try:
            _stripe(url)
        except stripe.CardError as exc:
            raise CardDeclined("please use another card") from exc


@case("stripe", **refused)
def fresh_e_payment_failed_of_ours() -> None:
    try:
        _stripe(f"http://127.0.0.1:{closed_port()}")
    except stripe.StripeError as exc:
        raise PaymentFailed("order 7") from exc


# --- braintree and paypal ---------------------------------------------------------------------------------------------
def _braintree(url: str) -> None:
    where = urlsplit(url)
    there = braintree.Environment("here", where.hostname, str(where.port), url, False, None)  # type: ignore[no-untyped-call]
    parts = {"merchant_id": "m", "public_key": "p", "private_key": "k", "timeout": 0.5}
    gateway = braintree.BraintreeGateway(braintree.Configuration(there, **parts))  # type: ignore[no-untyped-call]
    gateway.transaction.find("t1")


def _braintree_says(name: str, meaning: Label, status: int) -> None:
    def raiser() -> None:
        with answering(status, "", kind="application/xml") as url:
            _braintree(url)

    raiser.__name__ = f"fresh_e_{name}"
    case("braintree", **meaning)(raiser)


_braintree_says("keys_are_refused", refused_us, 401)
_braintree_says("transaction_unknown", declined, 404)
_braintree_says("server_error", failed, 500)
_braintree_says("unavailable", not_now, 503)
_braintree_says("throttled", throttled, 429)


@case("braintree", **unknown_client | {"status": (400, 401)})
def fresh_e_notification_of_somebody_else() -> None:
    parts = {"merchant_id": "m", "public_key": "p", "private_key": "k"}
    there = braintree.Configuration(braintree.Environment.Sandbox, **parts)  # type: ignore[no-untyped-call]
    braintree.BraintreeGateway(there).webhook_notification.parse("p|abc", "cGF5bG9hZA==\n")


def _paypal(url: str) -> None:
    api = paypalrestsdk.Api({"client_id": "shop", "client_secret": "none", "endpoint": url})
    paypalrestsdk.Payment.find("PAY-1", api=api)


@case("paypalrestsdk", **refused_us)
def fresh_e_client_unknown_to_paypal() -> None:
    with answering(401, {"error": "invalid_client", "error_description": "Client Authentication failed"}) as url:
        _paypal(url)


@case("paypalrestsdk", **failed)
def fresh_e_paypal_has_an_error() -> None:
    with answering(500, {"name": "INTERNAL_SERVICE_ERROR"}) as url:
        _paypal(url)


# --- twilio and sendgrid ----------------------------------------------------------------------------------------------
class _Elsewhere(twilio.http.http_client.TwilioHttpClient):
    """The client of Twilio, sent to a server of ours."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=0.5)
        self.where = url

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        return super().request(method, self.where, *args, **options)


def _twilio(url: str) -> None:
    client = twilio.rest.Client("AC0", "token-of-nobody", http_client=_Elsewhere(url))
    client.messages.create(to="+15005550001", from_="+15005550006", body="Hello")


def _twilio_says(name: str, meaning: Label, status: int, code: int, message: str) -> None:
    def raiser() -> None:
        with answering(status, {"code": code, "message": message, "status": status}) as url:
            _twilio(url)

    raiser.__name__ = f"fresh_e_{name}"
    case("twilio", **meaning)(raiser)


_twilio_says("token_is_wrong", refused_us, 401, 20003, "Authenticate")
_twilio_says("messages_a_second", throttled, 429, 20429, "Too Many Requests")
_twilio_says("recipient_has_opted_out", declined, 400, 21610, "Attempt to send to unsubscribed recipient")
_twilio_says("service_unavailable", not_now, 503, 20503, "Service is unavailable")


@case("twilio", **silent)
def fresh_e_message_is_not_taken_in_time() -> None:
    _twilio(f"{base_url()}/slow")


def _sendgrid(status: int) -> None:
    with answering(status, {"errors": [{"message": "as the status says"}]}) as url:
        client = sendgrid.SendGridAPIClient("SG.of-nobody", host=url)
        client.send(sendgrid.Mail("a@example.test", "b@example.test", "Hello", "text"))


@case("sendgrid", **refused_us)
def fresh_e_mail_key_was_rotated() -> None:
    _sendgrid(401)


@case("sendgrid", **throttled)
def fresh_e_mails_a_second() -> None:
    _sendgrid(429)


@case("sendgrid", **declined)
def fresh_e_mail_is_malformed() -> None:
    _sendgrid(400)


@case("sendgrid", **not_now)
def fresh_e_mail_api_is_down() -> None:
    try:
        _sendgrid(503)
    except python_http_client.HTTPError as exc:
        raise RuntimeError("receipt was not sent") from exc


# --- slack ------------------------------------------------------------------------------------------------------------
def _slack(body: Any, status: int = 200, *fields: str) -> None:
    with answering(status, body, *fields) as url:
        slack_sdk.WebClient("xoxb-of-nobody", base_url=f"{url}/").chat_postMessage(channel="#orders", text="Hello")


@case("slack_sdk", **refused_us)
def fresh_e_token_was_revoked() -> None:
    _slack({"ok": False, "error": "token_revoked"})


@case("slack_sdk", **throttled)
def fresh_e_ratelimited() -> None:
    _slack({"ok": False, "error": "ratelimited"}, 429, "Retry-After: 30")


@case("slack_sdk", note="a channel is set up beforehand", **settings | {"status": (500, 502)})
def fresh_e_channel_was_never_made() -> None:
    _slack({"ok": False, "error": "channel_not_found"})


@case("slack_sdk", **refused_us)
def fresh_e_scope_was_never_granted() -> None:
    _slack({"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "users:read"})


@case("slack_sdk", **failed)
def fresh_e_slack_answers_500() -> None:
    _slack("oops", 500)


@case("slack_sdk", **refused)
def fresh_e_webhook_is_unreachable() -> None:
    slack_sdk.webhook.WebhookClient(f"http://127.0.0.1:{closed_port()}/hook").send(text="Hello")


# --- code hosts -------------------------------------------------------------------------------------------------------
def _github(status: int, message: str, *fields: str) -> None:
    with answering(status, {"message": message}, *fields) as url:
        client = github.Github(base_url=url, auth=github.Auth.Token("none"), retry=None, timeout=2)
        client.get_repo("owner/shop")


@case("PyGithub", **refused_us)
def fresh_e_bad_credentials() -> None:
    _github(401, "Bad credentials")


@case("PyGithub", **declined)
def fresh_e_repository_was_deleted() -> None:
    _github(404, "Not Found")


@case("PyGithub", **throttled)
def fresh_e_rate_limit_of_the_hour() -> None:
    _github(403, "API rate limit exceeded for user ID 7.", "X-RateLimit-Remaining: 0")


@case("PyGithub", **not_now)
def fresh_e_code_host_is_down() -> None:
    _github(502, "Server Error")


@case("PyGithub", **declined)
def fresh_e_validation_failed() -> None:
    _github(422, "Validation Failed")


def _gitlab(status: int, message: str) -> None:
    with answering(status, {"message": message}) as url:
        client = gitlab.Gitlab(url, private_token="none", retry_transient_errors=False)
        client.projects.get("shop", obey_rate_limit=False)


@case("python-gitlab", **refused_us)
def fresh_e_unauthorized() -> None:
    _gitlab(401, "401 Unauthorized")


@case("python-gitlab", **declined)
def fresh_e_project_not_found() -> None:
    _gitlab(404, "404 Project Not Found")


@case("python-gitlab", **throttled)
def fresh_e_retry_later() -> None:
    _gitlab(429, "Retry later")


@case("python-gitlab", **failed)
def fresh_e_internal_server_error() -> None:
    _gitlab(500, "500 Internal Server Error")


# --- several ----------------------------------------------------------------------------------------------------------
@case("slack_sdk", **refused_us)
async def fresh_e_two_channels_with_one_token() -> None:
    with answering(200, {"ok": False, "error": "invalid_auth"}) as url:
        client = slack_sdk.web.async_client.AsyncWebClient("xoxb-of-nobody", base_url=f"{url}/")
        async with asyncio.TaskGroup() as group:
            group.create_task(client.chat_postMessage(channel="#a", text="Hello"))
            group.create_task(client.chat_postMessage(channel="#b", text="Hello"))


@case("twilio", **bug)
def fresh_e_message_without_a_body() -> None:
    client = twilio.rest.Client("AC0", "token-of-nobody")
    client.messages.create(body="Hello")  # type: ignore[call-arg]
