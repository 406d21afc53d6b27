"""Codes of vendors' kits that are no HTTP status, or say more than the one beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.code import Code, CodeReader, named, number_of
from failsoft.errors.peers import status_of_peer, upstream

__all__ = ["MORE_READERS_OF_KITS", "READERS_OF_KITS"]


def _words(*rows: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, words in rows for word in words.split()}


def _numbers(*rows: tuple[Label, tuple[int, ...]]) -> dict[int, Label]:
    return {number: label for label, numbers in rows for number in numbers}


_PLAID = _words(
    # of the link to a bank, that its owner has to mend
    (
        is_.REFUSED_US,
        """
        ITEM_LOGIN_REQUIRED ITEM_LOCKED INVALID_CREDENTIALS INVALID_MFA INSUFFICIENT_CREDENTIALS USER_SETUP_REQUIRED
        MFA_NOT_SUPPORTED INVALID_ACCESS_TOKEN INVALID_API_KEYS UNAUTHORIZED_ENVIRONMENT ACCESS_NOT_GRANTED
        """,
    ),
    (is_.THROTTLED, "RATE_LIMIT ACCOUNTS_LIMIT BALANCE_LIMIT TRANSACTIONS_LIMIT INSTITUTION_RATE_LIMIT"),
    (is_.QUOTA_SPENT, "ADDITION_LIMIT"),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        INSTITUTION_DOWN INSTITUTION_NOT_RESPONDING INSTITUTION_NOT_AVAILABLE PRODUCT_NOT_READY PLANNED_MAINTENANCE
        """,
    ),
)
"""Words in the body of an answer of Plaid, which comes with status 400."""


def _plaid(exc: BaseException, _label: Label | None) -> Code | None:
    body = getattr(exc, "body", None)
    found = _ERROR_CODE.search(body[:_MAX_TEXT]) if isinstance(body, str) else None
    return None if found is None else named(_PLAID.get(found[1]), f"Plaid {found[1]}")


_ERROR_CODE = as_pattern(r'"error_code": ?"(\w+)"')
_MAX_TEXT = 4_000
_SALESFORCE = _words(
    (is_.CONTENTION, "UNABLE_TO_LOCK_ROW ROW_LOCK_ERROR"),
    (is_.THROTTLED, "CONCURRENT_API_LIMIT_EXCEEDED TOO_MANY_APEX_REQUESTS EXCEEDED_ID_LIMIT"),
    (is_.QUOTA_SPENT, "REQUEST_LIMIT_EXCEEDED STORAGE_LIMIT_EXCEEDED LICENSE_LIMIT_EXCEEDED LIMIT_EXCEEDED"),
    (is_.UPSTREAM_NOT_NOW, "SERVER_UNAVAILABLE SERVER_BUSY"),
    (is_.UPSTREAM_SLOW, "QUERY_TIMEOUT"),
    (
        is_.REFUSED_US,
        """
        INVALID_SESSION_ID INVALID_LOGIN INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY API_DISABLED_FOR_ORG
        INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY INVALID_OPERATION_WITH_EXPIRED_PASSWORD PASSWORD_LOCKOUT
        """,
    ),
    (is_.BUG, "MALFORMED_QUERY INVALID_FIELD INVALID_TYPE"),
)
"""Words in the body of an answer of Salesforce (SOAP API, ExceptionCode and StatusCode)."""


def _salesforce(exc: BaseException, _label: Label | None) -> Code | None:
    content = getattr(exc, "content", None)
    errors = content if isinstance(content, list) else [content]
    for error in errors[:1]:
        word = error.get("errorCode") if isinstance(error, Mapping) else getattr(exc, "code", None)
        if isinstance(word, str) and (means := _SALESFORCE.get(word)) is not None:
            return Code(means, f"Salesforce {word}")
    return None


_META = _numbers(
    (is_.UPSTREAM_NOT_NOW, (1, 2)),
    (is_.THROTTLED, (4, 17, 32, 341, 368, 613, 80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80014)),
    (is_.REFUSED_US, (10, 102, 190, 200, 294)),
    (is_.UPSTREAM_FAILED, (3, 100, 506, 803)),
)
"""Codes of errors of Meta's Graph API; 200 to 299 are permissions."""


def _meta(exc: BaseException, label: Label | None) -> Code | None:
    ask: Any = getattr(exc, "api_error_code", None) or getattr(exc, "code", None)
    number = number_of(ask() if callable(ask) else ask)
    means = _META.get(number) if number is not None else None
    if means is None and number is not None and 200 <= number <= 299:
        means = is_.REFUSED_US
    tell: Any = getattr(exc, "api_transient_error", None)
    if means in {None, is_.UPSTREAM_FAILED} and callable(tell) and tell() is True:
        means = is_.UPSTREAM_NOT_NOW
    if means is not None:
        return Code(means, f"Meta {number}")
    status: Any = getattr(exc, "http_status", None)
    if callable(status) and (number := number_of(status())) is not None and number >= 500:
        return Code(is_.UPSTREAM_NOT_NOW if number in {502, 503, 504} else is_.UPSTREAM_FAILED, f"HTTP {number}")
    return upstream(exc, label)


_JSON_RPC = _numbers(
    (is_.BROKEN, (-32000,)),
    (is_.SILENT, (-32001,)),
    (is_.UPSTREAM_FAILED, (-32002, -32600, -32601, -32602, -32603, -32700)),
)
"""MCP's codes: the link closed, no answer in time, and those of JSON-RPC 2.0."""
_ETHEREUM = _numbers((is_.THROTTLED, (-32005, 429)), (is_.UPSTREAM_NOT_NOW, (-32002,)))
"""Of EIP-1474 what will pass; -32000 is whatever a node calls an invalid input."""


def _mcp(exc: BaseException, _label: Label | None) -> Code | None:
    number = getattr(getattr(exc, "error", None), "code", None)
    if not isinstance(number, int):
        return None
    if number == 408:
        # the client's own: what was sent had no answer in time
        return Code(is_.SILENT, "MCP 408")
    return named(_JSON_RPC.get(number), f"JSON-RPC {number}")


def _ethereum(exc: BaseException, _label: Label | None) -> Code | None:
    response = getattr(exc, "rpc_response", None)
    error = response.get("error") if isinstance(response, Mapping) else None
    number = error.get("code") if isinstance(error, Mapping) else None
    return named(_ETHEREUM.get(number), f"JSON-RPC {number}") if isinstance(number, int) else None


_GOOGLE_MAPS = _words(
    (is_.THROTTLED, "OVER_QUERY_LIMIT RESOURCE_EXHAUSTED"),
    (is_.QUOTA_SPENT, "OVER_DAILY_LIMIT"),
    (is_.REFUSED_US, "REQUEST_DENIED PERMISSION_DENIED"),
    (is_.UPSTREAM_NOT_NOW, "UNKNOWN_ERROR"),
    (is_.UPSTREAM_FAILED, "INVALID_REQUEST NOT_FOUND ZERO_RESULTS MAX_WAYPOINTS_EXCEEDED MAX_ELEMENTS_EXCEEDED"),
)


def _google_maps(exc: BaseException, _label: Label | None) -> Code | None:
    word = getattr(exc, "status", None)
    return named(_GOOGLE_MAPS.get(word), f"Google Maps {word}") if isinstance(word, str) else None


_TWILIO = _numbers(
    (is_.REFUSED_US, (10001, 20005, 30002)),
    (is_.QUOTA_SPENT, (63038,)),
    (is_.THROTTLED, (14107, 30001, 30022, 63018)),
)
"""Of Twilio's codes those that the status beside them does not tell."""


def _twilio(exc: BaseException, _label: Label | None) -> Code | None:
    number = number_of(getattr(exc, "code", None))
    return None if number is None else named(_TWILIO.get(number), f"Twilio {number}")


_POSTMARK = _numbers(
    (is_.REFUSED_US, (10, 400, 401, 411, 412, 413)),
    (is_.QUOTA_SPENT, (405,)),
    (is_.THROTTLED, (429,)),
    (is_.UPSTREAM_NOT_NOW, (100, 500, 503)),
)
"""Postmark's codes are its own, though some look like those of HTTP: 405 is "ran out of credits"."""


def _postmark(exc: BaseException, _label: Label | None) -> Code | None:
    number = number_of(getattr(exc, "error_code", None))
    return None if number is None else Code(_POSTMARK.get(number, is_.UPSTREAM_FAILED), f"Postmark {number}")


_BINANCE = _numbers(
    (is_.UPSTREAM_NOT_NOW, (-1000, -1001, -1008, -1016)),
    (is_.UPSTREAM_SLOW, (-1006, -1007)),
    (is_.THROTTLED, (-1003, -1015, -1034)),
    (is_.REFUSED_US, (-1002, -1022, -2014, -2015)),
    # the clock of this machine
    (is_.MISCONFIGURED, (-1021,)),
)


def _binance(exc: BaseException, label: Label | None) -> Code | None:
    number = getattr(exc, "code", None)
    means = _BINANCE.get(number) if isinstance(number, int) else None
    return upstream(exc, label) if means is None else Code(means, f"Binance {number}")


_LOGINS = _words(
    (
        is_.WHO_ARE_YOU,
        """
        invalid_credentials bad_jwt no_authorization session_expired session_not_found otp_expired
        email_not_confirmed phone_not_confirmed refresh_token_not_found refresh_token_already_used
        reauthentication_needed reauthentication_not_valid flow_state_expired flow_state_not_found mfa_challenge_expired
        mfa_verification_failed mfa_verification_rejected bad_code_verifier captcha_failed insufficient_aal
        """,
    ),
    (is_.YOU_MAY_NOT, "user_banned not_admin signup_disabled email_address_not_authorized"),
    (is_.RULE_REFUSES, "user_already_exists email_exists phone_exists identity_already_exists same_password"),
    (is_.INVALID, "weak_password validation_failed email_address_invalid bad_json"),
    (is_.NOT_THERE, "user_not_found identity_not_found mfa_factor_not_found"),
    (is_.OUR_LIMIT, "over_request_rate_limit over_email_send_rate_limit over_sms_send_rate_limit"),
    (is_.UPSTREAM_SLOW, "request_timeout hook_timeout"),
    (is_.UPSTREAM_FAILED, "unexpected_failure"),
    (
        is_.MISCONFIGURED,
        "provider_disabled email_provider_disabled phone_provider_disabled oauth_provider_not_supported",
    ),
)
"""What Supabase says of the login of our client; it limits by the client, too."""


def _logins(exc: BaseException, label: Label | None) -> Code | None:
    word = getattr(exc, "code", None)
    if isinstance(word, str) and (means := _LOGINS.get(word)) is not None:
        return Code(means, f"Supabase {word}")
    code = upstream(exc, label)
    if code is not None and code.says in {"HTTP 400", "HTTP 401"}:
        return code._replace(label=is_.WHO_ARE_YOU)
    return code


def _of_a_login(_exc: BaseException, label: Label | None) -> Code | None:
    # the status beside it is a peer's, and what it is about is the login of our client
    return Code(label, "login") if label == is_.WHO_ARE_YOU else None


def _of_identity(exc: BaseException, label: Label | None) -> Code | None:
    if (status_of_peer(getattr(exc, "response", None), exc) or 0) >= 500:
        # a service that fails has refused nobody
        return upstream(exc, None)
    return _of_a_login(exc, label) or upstream(exc, label)


_NETCONF = _words(
    (is_.CONTENTION, "in-use lock-denied"),
    (is_.REFUSED_US, "access-denied"),
    (is_.UPSTREAM_NOT_NOW, "resource-denied"),
)
"""RFC 6241, appendix A."""


def _netconf(exc: BaseException, _label: Label | None) -> Code | None:
    tag = getattr(exc, "_tag", None)
    return named(_NETCONF.get(tag), f"NETCONF {tag}") if isinstance(tag, str) else None


_MESSAGEBIRD = _numbers(
    (is_.REFUSED_US, (2,)),
    (is_.QUOTA_SPENT, (25,)),
    (is_.UPSTREAM_NOT_NOW, (99,)),
)


def _messagebird(exc: BaseException, _label: Label | None) -> Code | None:
    number = next((one for one in _codes_of(getattr(exc, "errors", None))), None)
    return named(_MESSAGEBIRD.get(number), f"MessageBird {number}") if number is not None else None


def _codes_of(errors: object) -> Iterator[int]:
    for error in errors if isinstance(errors, list) else ():
        if isinstance(number := getattr(error, "code", None), int):
            yield number


READERS_OF_KITS: tuple[tuple[CodeReader, str], ...] = (
    (_meta, "facebook_business facebook"),
    (_mcp, "mcp"),
    (_ethereum, "web3"),
    (_google_maps, "googlemaps"),
    (_postmark, "postmarker"),
    (_binance, "binance"),
    (_logins, "supabase_auth gotrue"),
    (_of_a_login, "workos"),
    (_of_identity, "keycloak okta"),
    (_netconf, "ncclient"),
    (_messagebird, "messagebird"),
)
"""Readers by package, as in `codes`."""

MORE_READERS_OF_KITS: tuple[tuple[CodeReader, str], ...] = (
    (_salesforce, "simple_salesforce"),
    (_plaid, "plaid"),
    (_twilio, "twilio"),
)
"""Those that are asked before the status of an answer is."""
