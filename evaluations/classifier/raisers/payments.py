"""Payments and webhooks, each against a server on loopback that answers as the vendor does."""

from __future__ import annotations

import os
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import braintree
import paypalrestsdk
import plaid
import stripe
import svix
from plaid.api import plaid_api
from plaid.model.accounts_get_request import AccountsGetRequest

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    GATEWAY,
    NONSENSE,
    REFUSED_US,
    SLOW,
    THROTTLED,
    Answer,
    Means,
    add_answers,
    add_links,
)

PAYMENT_DUE = Means("business_logic", False, 402, "low")

# --- Stripe ----------------------------------------------------------------------------------------------------------
_STRIPE_KEY = "sk_" + "test_" + "not"


def _stripe(url: str) -> Any:
    client = stripe.StripeClient(
        _STRIPE_KEY,
        base_addresses={"api": url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=0.8),
    )
    return client.v1.payment_intents.create({"amount": 100, "currency": "eur"})


def _stripe_error(status: int, type_: str, message: str = "said so", **more: Any) -> Answer:
    headers = {"Request-Id": "req_1", **more.pop("headers", {})}
    return Answer(status, {"error": {"type": type_, "message": message, **more}}, headers)


add_answers(
    "stripe",
    _stripe,
    {
        "card_declined": (
            PAYMENT_DUE,
            _stripe_error(402, "card_error", "Your card was declined.", code="card_declined", decline_code="generic"),
        ),
        "card_expired": (PAYMENT_DUE, _stripe_error(402, "card_error", "Your card has expired.", code="expired_card")),
        "key_refused": (REFUSED_US, _stripe_error(401, "invalid_request_error", "Invalid API Key provided")),
        "not_permitted": (REFUSED_US, _stripe_error(403, "invalid_request_error", "lacks permissions")),
        "parameter_missing": (
            FAILED,
            _stripe_error(400, "invalid_request_error", "Missing required param: amount.", param="amount"),
        ),
        "customer_missing": (
            FAILED,
            _stripe_error(404, "invalid_request_error", "No such customer", code="resource_missing"),
        ),
        "rate_limited": (
            THROTTLED,
            _stripe_error(
                429, "rate_limit_error", "Too many requests", code="rate_limit", headers={"Retry-After": "1"}
            ),
        ),
        "lock_timeout": (
            Means("concurrency", True, (409, 503), "medium"),
            _stripe_error(429, "invalid_request_error", "cannot be accessed right now", code="lock_timeout"),
        ),
        "idempotency": (FAILED, _stripe_error(400, "idempotency_error", "Keys for idempotent requests can only be")),
        "api_error": (FAILED, _stripe_error(500, "api_error", "Something went wrong on Stripe's end")),
        "unavailable": (DOWN, _stripe_error(503, "api_error")),
        "bad_gateway": (DOWN, GATEWAY),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_links("stripe", _stripe)


@case(
    "stripe",
    "authentication",
    transient=False,
    status=401,
    severity="low",
    note="the sender of a webhook is our client",
)
def webhook_signature() -> None:
    stripe.Webhook.construct_event("{}", "t=1,v1=00", "whsec_" + "not")


@case("stripe", "authentication", transient=False, status=401, severity="low")
def webhook_header_missing() -> None:
    stripe.Webhook.construct_event("{}", "", "whsec_" + "not")


@case("stripe", "configuration", transient=False, status=500, severity="high")
def stripe_key_missing() -> None:
    stripe.Charge.create(amount=1, currency="eur", api_key=None)


def _braintree(url: str) -> Any:
    port = url.rpartition(":")[2]
    environment = braintree.Environment("loopback", "127.0.0.1", port, url, False, None)
    configuration = braintree.Configuration(environment, "merchant", "public", "private", timeout=0.8)
    return braintree.BraintreeGateway(configuration).transaction.find("1")


for _status, _name, _means in (
    (401, "unauthenticated", REFUSED_US),
    (403, "forbidden", REFUSED_US),
    (404, "missing", FAILED),
    (408, "request_timeout", SLOW),
    (426, "upgrade_required", FAILED),
    (429, "rate_limited", THROTTLED),
    (500, "server_error", FAILED),
    (503, "unavailable", DOWN),
    (504, "gateway_timeout", SLOW),
    (418, "unexpected", FAILED),
):
    add_answers("braintree", _braintree, {_name: (_means, Answer(_status, "<x/>", type="application/xml"))})
add_links("braintree", _braintree, leave_out=("cut_off", "reset"))


@case(
    "braintree",
    "authentication",
    transient=False,
    status=401,
    severity="low",
    note="the sender of a webhook is our client",
)
def braintree_webhook_signature() -> None:
    gateway = braintree.BraintreeGateway(
        braintree.Configuration(braintree.Environment.Sandbox, "merchant", "public", "private")
    )
    gateway.webhook_notification.parse("public|00", "bm90\n")


def _paypal(url: str) -> Any:
    api = paypalrestsdk.Api(endpoint=url, mode="sandbox", client_id="c", client_secret="not-a-secret")
    return api.get("v1/payments/payment/1")


add_answers(
    "paypalrestsdk",
    _paypal,
    {
        "client_refused": (REFUSED_US, Answer(401, {"error": "invalid_client"})),
        "forbidden": (REFUSED_US, Answer(403, {"name": "NOT_AUTHORIZED"})),
        "server_error": (FAILED, Answer(500, {"name": "INTERNAL_SERVICE_ERROR"})),
        "unavailable": (DOWN, Answer(503, {"name": "SERVICE_UNAVAILABLE"})),
        "missing": (FAILED, Answer(404, {"name": "INVALID_RESOURCE_ID"})),
        "conflict": (FAILED, Answer(409, {"name": "CONFLICT"})),
    },
)


@case("paypalrestsdk", "configuration", transient=False, status=500, severity="high")
def paypal_unconfigured() -> None:
    paypalrestsdk.Api(mode="nonsense", client_id="c", client_secret="not-a-secret")


def _plaid(url: str) -> Any:
    configuration = plaid.Configuration(host=url, api_key={"clientId": "c", "secret": "not-a-secret"})
    client = plaid_api.PlaidApi(plaid.ApiClient(configuration))
    return client.accounts_get(AccountsGetRequest(access_token="not-a-token"), _request_timeout=0.8)


def _plaid_error(status: int, type_: str, code: str) -> Answer:
    body = {"error_type": type_, "error_code": code, "error_message": "said so", "display_message": None}
    return Answer(status, body)


add_answers(
    "plaid-python",
    _plaid,
    {
        "keys_refused": (REFUSED_US, _plaid_error(400, "INVALID_INPUT", "INVALID_API_KEYS")),
        "unauthorized": (REFUSED_US, _plaid_error(401, "INVALID_INPUT", "UNAUTHORIZED")),
        "rate_limited": (THROTTLED, _plaid_error(429, "RATE_LIMIT_EXCEEDED", "ACCOUNTS_LIMIT")),
        "internal": (FAILED, _plaid_error(500, "API_ERROR", "INTERNAL_SERVER_ERROR")),
        "maintenance": (DOWN, _plaid_error(503, "API_ERROR", "PLANNED_MAINTENANCE")),
    },
)


@case("plaid-python", "system", transient=False, status=500, severity="high")
def plaid_type_wrong() -> None:
    AccountsGetRequest(access_token=1)


def _svix(url: str) -> Any:
    options = svix.SvixOptions(server_url=url, retry_schedule=[])
    return svix.Svix("not-a-token", options).application.get("app")


add_answers(
    "svix",
    _svix,
    {
        "unauthorized": (REFUSED_US, Answer(401, {"code": "authentication_failed", "detail": "Invalid token"})),
        "missing": (FAILED, Answer(404, {"code": "not_found", "detail": "Entity not found"})),
        "unprocessable": (FAILED, Answer(422, {"detail": [{"loc": ["body"], "msg": "x", "type": "value_error"}]})),
        "rate_limited": (THROTTLED, Answer(429, {"code": "rate_limited", "detail": "Too many"})),
        "server_error": (FAILED, Answer(500, {"code": "internal", "detail": "oops"})),
    },
)


@case(
    "svix", "authentication", transient=False, status=401, severity="low", note="the sender of a webhook is our client"
)
def svix_signature() -> None:
    headers = {"svix-id": "1", "svix-timestamp": "1", "svix-signature": "v1,bm90"}
    svix.Webhook("whsec_" + "bm90LWEtc2VjcmV0").verify("{}", headers)
