"""Payments, subscriptions, exchanges, shops, advertisements."""

from __future__ import annotations

import http.client
from typing import Any

import Adyen
import binance
import binance.exceptions
import ccxt
import chargebee
import chargebee.api_error
import facebook_business.api
import facebook_business.exceptions
import gocardless_pro
import recurly
import web3
import web3.exceptions

from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    INVALID,
    LINK,
    NONSENSE,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
)

_DECLINED = Means("business_logic", False, (402, 409, 422), "low")
_RULE = Means("business_logic", False, (409, 422), "low")


def _dead() -> str:
    return f"http://{HOST}:{closed_port()}"


# --- debits and cards -------------------------------------------------------------------------------------------------
def _mandate(url: str) -> Any:
    return gocardless_pro.Client(access_token="none", base_url=url, timeout=1).payments.get("PM1")


def _cancel(url: str) -> Any:
    return gocardless_pro.Client(access_token="none", base_url=url, timeout=1).payments.cancel("PM1")


def _gocardless(status: int, kind: str, reason: str, message: str) -> Answer:
    errors = [{"reason": reason, "message": message}]
    return Answer(status, {"error": {"code": status, "type": kind, "message": message, "errors": errors}})


add_answers(
    "gocardless-pro",
    _cancel,
    {
        "already_submitted": (
            _RULE,
            _gocardless(422, "invalid_state", "cancellation_failed", "Payment is already submitted"),
        )
    },
)
add_answers(
    "gocardless-pro",
    _mandate,
    {
        "token": (
            REFUSED_US,
            _gocardless(401, "invalid_api_usage", "access_token_not_found", "The access token was not found"),
        ),
        "limited": (THROTTLED, _gocardless(429, "invalid_api_usage", "rate_limit_exceeded", "Rate limit exceeded")),
        "internal": (FAILED, _gocardless(500, "gocardless", "internal_server_error", "Uh-oh!")),
    },
)


def _pay(url: str) -> Any:
    client = Adyen.Adyen(xapikey="none", platform="test")
    client.client.api_checkout_version = None
    client.client._determine_api_url = lambda *_: url  # type: ignore[method-assign]
    client.client.http_timeout = 1
    return client.checkout.payments_api.payments({"amount": {"value": 1, "currency": "EUR"}, "reference": "1"})


def _adyen(status: int, code: str, message: str, kind: str) -> Answer:
    return Answer(status, {"status": status, "errorCode": code, "message": message, "errorType": kind})


add_answers(
    "Adyen",
    _pay,
    {
        "key": (REFUSED_US, _adyen(401, "000", "HTTP Status Response - Unauthorized", "security")),
        "merchant": (FAILED, _adyen(422, "901", "Invalid Merchant Account", "security")),
        "failed": (FAILED, _adyen(500, "905", "Payment details are not supported", "configuration")),
    },
)


# --- subscriptions ----------------------------------------------------------------------------------------------------
def _customer(url: str) -> Any:
    client = chargebee.Chargebee("none", site="shop", protocol="http")
    chargebee.Chargebee.verify_ca_certs = False
    client.env.api_endpoint = url
    return client.Customer.retrieve("1")


def _chargebee(status: int, code: str, message: str, **more: str) -> Answer:
    return Answer(status, {"message": message, "api_error_code": code, "error_code": code, **more})


add_answers(
    "chargebee",
    _customer,
    {
        "card": (
            _DECLINED,
            _chargebee(402, "payment_processing_failed", "Card was declined", type="payment"),
        ),
        "absent": (FAILED, _chargebee(404, "resource_not_found", "Customer not found", type="invalid_request")),
        "limited": (THROTTLED, _chargebee(429, "api_request_limit_exceeded", "Limit", type="operation_failed")),
        "busy": (DOWN, _chargebee(503, "site_not_ready", "Site is not ready", type="operation_failed")),
    },
)


_REQUEST = {"X-Request-Id": "1"}


def _account(url: str) -> Any:
    client = recurly.Client("none", timeout=1)
    host, port = url.removeprefix("http://").split(":")
    client._BaseClient__conn = http.client.HTTPConnection(host, int(port), timeout=1)
    return client.get_account("code-1")


add_answers(
    "recurly",
    _account,
    {
        "absent": (FAILED, Answer(404, {"error": {"type": "not_found", "message": "Couldn't find Account"}}, _REQUEST)),
        "key": (REFUSED_US, Answer(401, {"error": {"type": "unauthorized", "message": "Invalid API key"}}, _REQUEST)),
        "silent": (SILENT, Answer(how="hang")),
    },
)


# --- exchanges and chains ---------------------------------------------------------------------------------------------
def _price(url: str) -> Any:
    client = binance.Client(ping=False, requests_params={"timeout": 1})
    client.API_URL = f"{url}/api"
    return client.get_symbol_ticker(symbol="BTCEUR")


def _kraken(url: str) -> Any:
    exchange = ccxt.kraken({"timeout": 800, "enableRateLimit": False})
    exchange.urls["api"] = {"public": url, "private": url}
    return exchange.fetch_time()


def _chain(url: str) -> Any:
    provider = web3.Web3.HTTPProvider(url, request_kwargs={"timeout": 0.5}, exception_retry_configuration=None)
    return web3.Web3(provider).eth.get_transaction("0x" + "0" * 64)


def _balance(url: str) -> Any:
    provider = web3.Web3.HTTPProvider(url, request_kwargs={"timeout": 0.5}, exception_retry_configuration=None)
    return web3.Web3(provider).eth.block_number


add_answers(
    "python-binance",
    _price,
    {
        "banned": (THROTTLED, Answer(418, {"code": -1003, "msg": "Way too many requests; IP banned until 1."})),
        "no_symbol": (FAILED, Answer(400, {"code": -1121, "msg": "Invalid symbol."})),
        "nonsense": (FAILED, NONSENSE),
    },
)
add_answers(
    "ccxt",
    _kraken,
    {
        "maintenance": (DOWN, Answer(200, {"error": ["EService:Unavailable"]})),
        "limited": (THROTTLED, Answer(200, {"error": ["EAPI:Rate limit exceeded"]})),
        "silent": (SILENT, Answer(how="hang")),
    },
)
add("ccxt", "refused", LINK, lambda: _kraken(_dead()))
add_answers(
    "web3",
    _chain,
    {"no_transaction": (FAILED, Answer(200, {"jsonrpc": "2.0", "id": 0, "result": None}))},
)
add_answers(
    "web3",
    _balance,
    {
        "limited": (
            THROTTLED,
            Answer(200, {"jsonrpc": "2.0", "id": 0, "error": {"code": -32005, "message": "rate limit exceeded"}}),
        ),
    },
)
add(
    "web3",
    "bad_address",
    INVALID,
    lambda: web3.Web3().eth.get_balance("0xd3cda913deb6f67967b99d67acdfa1712c293601"),
    note="doubtful: the client's address, unless it is ours",
)


# --- advertisements --------------------------------------------------------------------------------------------
def _ads(url: str) -> Any:
    api = facebook_business.api.FacebookAdsApi.init("1", "none", "none", timeout=1)
    return api.call("GET", url)


def _graph(status: int, code: int, kind: str, message: str, **more: Any) -> Answer:
    return Answer(status, {"error": {"message": message, "type": kind, "code": code, **more}})


add_answers(
    "facebook_business",
    _ads,
    {
        "token": (REFUSED_US, _graph(400, 190, "OAuthException", "Error validating access token: Session has expired")),
        "limited": (THROTTLED, _graph(400, 17, "OAuthException", "User request limit reached", is_transient=True)),
        "transient": (DOWN, _graph(500, 2, "OAuthException", "Service temporarily unavailable", is_transient=True)),
    },
)
