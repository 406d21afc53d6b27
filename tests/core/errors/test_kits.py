"""What vendors' kits, servers and sockets say in codes of their own, or in words beside a status."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[[BaseException], Failure]


def foreign(path: str, *args: object, **attributes: object) -> BaseException:
    """An exception that looks like one of a library that is not installed."""
    module, _, name = path.rpartition(".")
    error: BaseException = type(name, (Exception,), {"__module__": module})(*args)
    error.__dict__.update(attributes)
    return error


def salesforce(status: int, word: str) -> BaseException:
    content = [{"errorCode": word, "message": "m"}]
    return foreign("simple_salesforce.exceptions.SalesforceGeneralError", status=status, content=content)


def ask(value: object) -> Callable[[], object]:
    return lambda: value


MEANINGS = [
    (salesforce(400, "UNABLE_TO_LOCK_ROW"), "concurrency", True, 503),
    (salesforce(403, "REQUEST_LIMIT_EXCEEDED"), "resource", False, 503),
    (salesforce(404, "NOT_FOUND"), "external_service", False, 502),
    (
        foreign("facebook_business.exceptions.FacebookRequestError", api_error_code=ask(17), http_status=ask(400)),
        "resource",
        True,
        503,
    ),
    (
        foreign("facebook_business.exceptions.FacebookRequestError", api_error_code=ask(250)),
        "authentication",
        False,
        502,
    ),
    (
        foreign(
            "facebook_business.exceptions.FacebookRequestError", api_error_code=ask(9), api_transient_error=ask(True)
        ),
        "external_service",
        True,
        503,
    ),
    (
        foreign("facebook_business.exceptions.FacebookRequestError", api_error_code=ask(None), http_status=ask(502)),
        "external_service",
        True,
        503,
    ),
    (foreign("plaid.exceptions.ApiException", status=400, body='{"error_code": "INSTITUTION_DOWN"}'),
     "external_service", True, 503),
    (foreign("twilio.base.exceptions.TwilioRestException", status=429, code=63038), "resource", False, 503),
    (foreign("mcp.shared.exceptions.McpError", error=SimpleNamespace(code=-32000)), "network", True, 502),
    (foreign("mcp.shared.exceptions.McpError", error=SimpleNamespace(code=408)), "network", True, 504),
    (foreign("mcp.shared.exceptions.McpError", error=SimpleNamespace(code=-32602)), "external_service", False, 502),
    (foreign("web3.exceptions.Web3RPCError", rpc_response={"error": {"code": -32005}}), "resource", True, 503),
    (foreign("googlemaps.exceptions.ApiError", status="OVER_DAILY_LIMIT"), "resource", False, 503),
    (foreign("postmarker.exceptions.ClientError", error_code=405), "resource", False, 503),
    (foreign("postmarker.exceptions.ClientError", error_code=402), "external_service", False, 502),
    (foreign("binance.exceptions.BinanceAPIException", code=-2015, status_code=400), "authentication", False, 502),
    (
        foreign("supabase_auth.errors.AuthApiError", status=400, code="invalid_credentials"),
        "authentication",
        False,
        401,
    ),
    (foreign("supabase_auth.errors.AuthApiError", status=401, code=None), "authentication", False, 401),
    (foreign("supabase_auth.errors.AuthApiError", status=503, code=None), "external_service", True, 503),
    (foreign("workos._errors.MfaChallengeError", status_code=403), "authentication", False, 401),
    (foreign("smbprotocol.exceptions.SMBOSError", ntstatus=0xC0000043), "concurrency", True, 503),
    (foreign("ncclient.operations.rpc.RPCError", _tag="lock-denied"), "concurrency", True, 503),
    (foreign("messagebird.client.ErrorException", errors=[SimpleNamespace(code=25)]), "resource", False, 503),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "category", "transient", "status"), MEANINGS, ids=[type(one[0]).__name__ for one in MEANINGS]
)
def test_a_code_of_a_kit(classify: Classify, error: BaseException, category: str, transient: bool, status: int) -> None:
    failure = classify(error)
    assert (failure.category, failure.transient, failure.status) == (category, transient, status)


def closed(sent: int | None, received: int | None, text: str = "", *, first: bool | None = None) -> BaseException:
    frames = {name: None if code is None else SimpleNamespace(code=code) for name, code in
              (("sent", sent), ("rcvd", received))}  # fmt: skip
    return foreign("websockets.exceptions.ConnectionClosedError", text, rcvd_then_sent=first, **frames)


def test_who_closed_a_web_socket(classify: Classify) -> None:
    too_large, silent = closed(1009, None), closed(1011, None, "sent 1011 (internal error) keepalive ping timeout")
    assert (classify(too_large).category, classify(too_large).transient) == ("external_service", False)
    assert (classify(silent).category, classify(silent).status) == ("network", 504)
    assert classify(closed(1000, 1000, first=False)).category == "system"
    assert classify(closed(1000, 1000, first=True)).category == "network"
    assert classify(closed(None, 4401)).category == "authentication"
    assert classify(closed(None, None)).category == "network"


def test_curl_that_could_not_read_a_peer(classify: Classify) -> None:
    assert classify(foreign("pycurl.error", 1, "Received HTTP/0.9 when not allowed")).category == "external_service"
    assert classify(foreign("pycurl.error", 1, 'Protocol "foo" not supported')).category == "system"
    assert classify(foreign("pycurl.error", 27, "URL rejected: Bad IPv6 address")).category == "system"
    assert classify(foreign("pycurl.error", 27, "out of memory")).category == "resource"
