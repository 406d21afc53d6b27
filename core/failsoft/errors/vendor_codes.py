"""Codes that vendors' libraries carry: words in the body of an answer, and texts where a class says too little."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.code import Code, CodeReader, code_that_raised, named
from failsoft.errors.driver_codes import read_arango, read_trino
from failsoft.errors.peers import lower_text_of, status_of_peer, upstream
from failsoft.errors.taxonomy import Category

__all__ = ["MORE_READERS_OF_VENDORS", "READERS_OF_VENDORS", "TEXTS_OF_SOCKS", "read_oauth"]


def _words(*rows: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, words in rows for word in words.split()}


_MODELS = _words(
    (is_.UPSTREAM_NOT_NOW, "overloaded_error overloaded engine_overloaded capacity_exceeded server_overloaded"),
    (is_.THROTTLED, "rate_limit_error rate_limit_exceeded tokens requests"),
    (is_.QUOTA_SPENT, "insufficient_quota billing_hard_limit_reached billing_not_active billing_error"),
    (is_.REFUSED_US, "authentication_error permission_error invalid_api_key"),
    (is_.UPSTREAM_SLOW, "timeout_error"),
)
"""Types and codes in the error object of OpenAI, Anthropic and those that follow them."""


_TOO_LARGE = as_pattern(r"\brequest too large\b|maximum context length|prompt is too long|reduce the length of")


def _model(exc: BaseException, label: Label | None) -> Code | None:
    code = upstream(exc, label)
    if code is not None and _TOO_LARGE.search(lower_text_of(exc)):
        # beside the word for a limit of a rate, of which it is more at any time
        return Code(is_.UPSTREAM_FAILED, "too large")
    if code is not None and code.label not in {is_.UPSTREAM_FAILED, label}:
        return code
    if type(exc).__module__.startswith("litellm") and lower_text_of(exc).endswith("connection error."):
        # a status that LiteLLM made up
        return Code(is_.UNREACHABLE, "connection error")
    limit = label is not None and label.category is Category.RESOURCE
    if code is not None and not limit and getattr(exc, "llm_provider", None) == "":
        # LiteLLM did not even know whom to ask; a budget or a limit of its own is of no provider either
        return Code(is_.BUG, "no provider, no request")
    body: Any = getattr(exc, "body", None)
    error = body.get("error", body) if isinstance(body, Mapping) else None
    said = [error.get("code"), error.get("type")] if isinstance(error, Mapping) else []
    for word in (getattr(exc, "code", None), getattr(exc, "type", None), *said):
        if isinstance(word, str) and (means := _MODELS.get(word)):
            return Code(means, word, code.retry_after if code else None)
    return code


def _stripe(exc: BaseException, label: Label | None) -> Code | None:
    # 402 is Stripe's way to say that the customer's card was declined: the class says it
    word = getattr(getattr(exc, "error", None), "code", None)
    if word in {"lock_timeout", "idempotency_key_in_use"}:
        return Code(is_.CONTENTION, str(word))
    if label is is_.REFUSED_US and status_of_peer(exc) is None:
        return Code(is_.MISCONFIGURED, "no key, no request")
    return upstream(exc, label)


_SLACK = _words(
    (
        is_.REFUSED_US,
        """
        access_denied account_inactive ekm_access_denied invalid_auth missing_scope no_permission not_allowed_token_type
        not_authed org_login_required team_access_not_granted token_expired token_revoked two_factor_setup_required
        """,
    ),
    (is_.THROTTLED, "ratelimited rate_limited message_limit_exceeded"),
    (is_.UPSTREAM_NOT_NOW, "service_unavailable team_added_to_org"),
    (is_.UPSTREAM_SLOW, "request_timeout"),
)
"""Words of Slack's `error`, which come with status 200."""


def _slack(exc: BaseException, label: Label | None) -> Code | None:
    response: Any = getattr(exc, "response", None)
    ask = getattr(response, "get", None)
    word = ask("error") if callable(ask) else None
    if isinstance(word, str) and (means := _SLACK.get(word)):
        code = upstream(exc, label)
        return Code(means, f"Slack {word}", code.retry_after if code else None)
    return upstream(exc, label)


_AZURE = _words(
    (
        is_.MISCONFIGURED,
        """
        ContainerNotFound QueueNotFound ShareNotFound TableNotFound FilesystemNotFound SecretNotFound KeyNotFound
        CertificateNotFound SecretDisabled KeyDisabled ResourceGroupNotFound SubscriptionNotFound InvalidResourceName
        InvalidApiVersionParameter MissingSubscriptionRegistration DeploymentNotFound
        """,
    ),
    (is_.THROTTLED, "TooManyRequests Throttled RequestThrottled OperationPerSecondLimitReached"),
    (
        is_.QUOTA_SPENT,
        "QuotaExceeded AccountLimitExceeded InsufficientQuota SubscriptionOverQuota ShareSizeLimitReached",
    ),
    (is_.UPSTREAM_SLOW, "OperationTimedOut"),
    (is_.UPSTREAM_NOT_NOW, "ServerBusy AccountBeingCreated ContainerBeingDeleted QueueBeingDeleted TableBeingDeleted"),
    (is_.DUPLICATE, "EntityAlreadyExists BlobAlreadyExists"),
    (is_.EDIT_CONFLICT, "ConditionNotMet UpdateConditionNotSatisfied TargetConditionNotMet SourceConditionNotMet"),
    (
        is_.CONTENTION,
        """
        LeaseAlreadyPresent LeaseIdMissing LeaseIdMismatchWithBlobOperation LeaseIdMismatchWithContainerOperation
        LeaseIdMismatchWithLeaseOperation LeaseIsBreakingAndCannotBeAcquired FileLockConflict SharingViolation LeaseLost
        LeaseNotPresentWithBlobOperation PendingCopyOperation AnotherOperationInProgress BlobBeingRehydrated
        """,
    ),
    (
        is_.REFUSED_US,
        """
        AccountIsDisabled AuthenticationFailed AuthorizationFailure AuthorizationPermissionMismatch
        AuthorizationProtocolMismatch AuthorizationResourceTypeMismatch AuthorizationServiceMismatch
        AuthorizationSourceIPMismatch InsufficientAccountPermissions InvalidAuthenticationInfo
        KeyVaultAccessTokenInvalid Forbidden ForbiddenByPolicy ForbiddenByRbac
        InvalidAuthenticationToken ExpiredAuthenticationToken LinkedAuthorizationFailed PublicAccessNotPermitted
        NoAuthenticationInformation KeyBasedAuthenticationNotPermitted InvalidSasToken
        """,
    ),
)
"""Error codes of Azure: of its storage, its vault, and its resource manager."""
_AZURE_IN_TEXT = as_pattern(r"(?:ErrorCode:|\bCode: |\"code\": ?\")(\w+)")


def _azure(exc: BaseException, label: Label | None) -> Code | None:
    code: Any = getattr(exc, "error_code", None)
    word = getattr(code, "value", code)
    if not isinstance(word, str) and (found := _AZURE_IN_TEXT.search(str(exc)[:2_000])) is not None:
        word = found[1]
    if isinstance(word, str) and (means := _AZURE.get(word)):
        return Code(means, f"Azure {word}")
    return upstream(exc, label)


_GOOGLE_403: tuple[tuple[str, Label], ...] = (
    ("ratelimitexceeded", is_.THROTTLED),
    ("rate limit exceeded", is_.THROTTLED),
    ("dailylimitexceeded", is_.QUOTA_SPENT),
    ("quotaexceeded", is_.QUOTA_SPENT),
    ("quota exceeded", is_.QUOTA_SPENT),
    ("billing", is_.QUOTA_SPENT),
    ("accessnotconfigured", is_.MISCONFIGURED),
    ("service_disabled", is_.MISCONFIGURED),
    ("has not been used in project", is_.MISCONFIGURED),
    ("retention", is_.UPSTREAM_FAILED),
    ("under active event-based hold", is_.UPSTREAM_FAILED),
)
"""Reasons of Google's 403 that are about no permission."""


_SET_UP = (
    r"(?:bucket|topic|subscription|table|dataset|project|secret|queue|database|instance|model|cluster|keyring|cryptokey"
    r"|endpoint|function)"
)
_GOOGLE_404 = as_pattern(
    rf"\b{_SET_UP}\b.{{0,120}}?(?:not found|not exist)|not found: {_SET_UP}\b|not found \(resource=", re.DOTALL
)
"""What has to be set up beforehand, as the message of a 404 names it."""


def _google_words(exc: BaseException) -> Code | None:
    """What the message of a refusal says beyond its status."""
    name, status = type(exc).__name__, status_of_peer(exc)
    if name in {"Forbidden", "PermissionDenied", "HttpError"} and status == 403:
        text = lower_text_of(exc)
        return next((Code(means, one) for one, means in _GOOGLE_403 if one in text), None)
    if name in {"NotFound", "HttpError"} and status == 404 and _GOOGLE_404.search(lower_text_of(exc)):
        return Code(is_.MISCONFIGURED, "set up beforehand")
    if name == "BadRequest" and "syntax error" in lower_text_of(exc):
        return Code(is_.BUG, "syntax error")
    return None


def _google(exc: BaseException, label: Label | None) -> Code | None:
    if (said := _google_words(exc)) is not None:
        return said
    # the same class for a malformed key file of ours and for a client's malformed token
    if type(exc).__name__ in {"MalformedError", "InvalidValue"} and "service account" not in lower_text_of(exc):
        return Code(is_.WHO_ARE_YOU, "token")
    if type(exc).__name__ == "TransportError" and "could not fetch" in lower_text_of(exc):
        return Code(is_.UPSTREAM_FAILED, "could not fetch")
    return upstream(exc, label)


def _kubernetes(exc: BaseException, label: Label | None) -> Code | None:
    status = status_of_peer(exc)
    if status == 409 and "has been modified" in lower_text_of(exc):
        return Code(is_.EDIT_CONFLICT, "Conflict")
    if status == 403 and "exceeded quota" in lower_text_of(exc):
        return Code(is_.QUOTA_SPENT, "exceeded quota")
    return upstream(exc, label)


_OAUTH = _words(
    (is_.REFUSED_US, "invalid_client unauthorized_client invalid_scope"),
    (is_.UPSTREAM_FAILED, "server_error"),
    (is_.UPSTREAM_NOT_NOW, "temporarily_unavailable authorization_pending"),
    (is_.THROTTLED, "slow_down"),
    (is_.MISCONFIGURED, "redirect_uri_mismatch unsupported_grant_type unsupported_response_type invalid_target"),
)
"""Error codes of OAuth 2.0 (RFC 6749, 4.1.2.1 and 5.2, RFC 8628, 3.5, RFC 8707) that are not about the one who logs
in."""
_OAUTH_CLASSES = frozenset({"OAuthError", "CustomOAuth2Error"})
_CAME_BACK = {**_OAUTH, **_words((is_.UPSTREAM_FAILED, "invalid_request"))}
"""What a client of oauthlib makes of an answer."""


def read_oauth(exc: BaseException, _label: Label | None) -> Code | None:
    """OAuth 2.0: the code of an error that is not about the one who logs in."""
    # a class for each code is what a provider has, which we are then ourselves
    word = getattr(exc, "error", None)
    code = code_that_raised(exc)
    if isinstance(word, str) and code is not None and code.co_name == "raise_from_error":
        return named(_CAME_BACK.get(word), f"OAuth {word}")
    word = word if type(exc).__name__ in _OAUTH_CLASSES else None
    return named(_OAUTH.get(word), f"OAuth {word}") if isinstance(word, str) else None


def _by_text(table: tuple[tuple[str, Label], ...], *classes: str) -> CodeReader:
    """A reader of texts, where one class is raised for everything."""

    def read(exc: BaseException, _label: Label | None) -> Code | None:
        if type(exc).__name__ not in classes:
            return None
        text = lower_text_of(exc)
        return next((Code(means, needle) for needle, means in table if needle in text), None)

    return read


_paramiko = _by_text(
    (
        ("not found in known_hosts", is_.NO_TRUST),
        ("unable to connect", is_.UNREACHABLE),
        ("connection reset", is_.BROKEN),
        ("protocol banner", is_.SILENT),
        ("timeout opening channel", is_.SILENT),
        ("private key", is_.MISCONFIGURED),
        ("unpack requires", is_.MISCONFIGURED),
        ("connection dropped", is_.BROKEN),
        ("session not active", is_.BROKEN),
        ("no existing session", is_.BROKEN),
        ("channel closed", is_.BROKEN),
        ("connection lost", is_.BROKEN),
    ),
    "SSHException",
)
_hvac = _by_text(
    (
        ("check-and-set", is_.EDIT_CONFLICT),
        ("missing client token", is_.REFUSED_US),
        ("invalid username or password", is_.REFUSED_US),
        ("invalid secret id", is_.REFUSED_US),
        ("invalid role", is_.REFUSED_US),
    ),
    "InvalidRequest",
)
_socks = _by_text((("missing dependencies", is_.MISCONFIGURED),), "InvalidSchema")
_no_bundle = _by_text((("no such file or directory", is_.MISCONFIGURED),), "SSLError")
_no_socket = _by_text((("socket is already closed", is_.BUG),), "WebSocketConnectionClosedException")
_jose = _by_text((("pem", is_.MISCONFIGURED), ("key", is_.MISCONFIGURED)), "JWSError", "JWEError")
_wtforms = _by_text((("csrf", is_.YOU_MAY_NOT),), "ValidationError")


def _sendgrid(exc: BaseException, _label: Label | None) -> Code | None:
    # 401 as for a wrong key, and only the body says which
    spent = "maximum credits exceeded" in str(getattr(exc, "body", ""))[:2_000].lower()
    return Code(is_.QUOTA_SPENT, "maximum credits exceeded") if spent else None


_GRAPHQL = _words(
    (is_.WHO_ARE_YOU, "unauthenticated unauthorized not_authenticated token_expired invalid_token login_required"),
    (is_.YOU_MAY_NOT, "forbidden permission_denied access_denied not_authorized"),
    (is_.NOT_THERE, "not_found"),
    (is_.INVALID, "bad_user_input bad_request validation_error invalid_input validation_failed"),
    (
        is_.UNPARSABLE,
        """
        graphql_parse_failed graphql_validation_failed persisted_query_not_found persisted_query_not_supported
        operation_resolution_failure query_too_complex depth_limit_exceeded
        """,
    ),
    (is_.OUR_LIMIT, "throttled rate_limited too_many_requests rate_limit_exceeded"),
    (is_.EDIT_CONFLICT, "conflict"),
    (is_.DUPLICATE, "already_exists"),
    (is_.PAYMENT_DUE, "payment_required"),
    (is_.RULE_REFUSES, "business_rule_violation unprocessable"),
    (is_.UPSTREAM_DOWN, "bad_gateway"),
    (is_.UPSTREAM_NOT_NOW, "service_unavailable"),
    (is_.UPSTREAM_SLOW, "timeout gateway_timeout"),
    (is_.BUG, "internal_server_error"),
)
"""Codes in the extensions of an error that a resolver of ours raises: our answer, as those of a framework are."""


def _graphql(exc: BaseException, _label: Label | None) -> Code | None:
    said = getattr(exc, "extensions", None)
    word = said.get("code") if isinstance(said, Mapping) else None
    if isinstance(word, str) and (means := _GRAPHQL.get(word.lower())) is not None:
        return Code(means, word)
    # of what a resolver met, the exception is only the bearer
    return Code(is_.INVALID, "query") if getattr(exc, "original_error", None) is None else None


def _litestar(exc: BaseException, _label: Label | None) -> Code | None:
    # one class for what a client sent and for what a view returned; only the latter comes from a builtin error
    ours = type(exc.__cause__).__module__ == "builtins" and isinstance(exc.__cause__, TypeError)
    return Code(is_.BUG, "while encoding") if ours and type(exc).__name__ == "SerializationException" else None


_THRIFT = {1: is_.UNREACHABLE, 2: is_.BUG, 3: is_.SILENT, 4: is_.BROKEN}


def _thrift(exc: BaseException, _label: Label | None) -> Code | None:
    """The types of Thrift's `TTransportException`: not open, already open, timed out, end of file."""
    number = getattr(exc, "type", None)
    if type(exc).__name__ != "TTransportException" or not isinstance(number, int):
        return None
    text = lower_text_of(exc)
    return Code(is_.SILENT, "timed out") if "timed out" in text else named(_THRIFT.get(number), f"Thrift {number}")


def _remote_command(exc: BaseException, _label: Label | None) -> Code | None:
    """A command that failed on another host, whose library has the same class for those of this one."""
    result = getattr(exc, "result", None)
    elsewhere = type(result).__module__.partition(".")[0] == "fabric" or isinstance(getattr(exc, "host", None), str)
    return Code(is_.UPSTREAM_FAILED, "a command of another host") if elsewhere else None


TEXTS_OF_SOCKS: CodeReader = _socks
"""Looks at nothing but texts."""
READERS_OF_VENDORS: tuple[tuple[CodeReader, str], ...] = (
    (_model, "openai anthropic groq together litellm mistralai"),
    (_stripe, "stripe"),
    (_slack, "slack_sdk"),
    (_azure, "azure"),
    (_google, "google"),
    (_kubernetes, "kubernetes"),
    (read_oauth, "authlib oauthlib"),
    (_paramiko, "paramiko"),
    (_jose, "jose"),
    (_wtforms, "wtforms"),
    (_graphql, "graphql"),
    (_litestar, "litestar"),
    (read_arango, "arango"),
    (read_trino, "trino prestodb"),
    (_thrift, "thrift thriftpy2"),
)
"""Readers by package, as in `codes`."""

MORE_READERS_OF_VENDORS: tuple[tuple[CodeReader, str], ...] = (
    (_hvac, "hvac"),
    (_socks, "requests niquests"),
    (_no_bundle, "urllib3 urllib3_future"),
    (_no_socket, "websocket"),
    (_sendgrid, "python_http_client"),
    (_remote_command, "invoke plumbum"),
)
"""Those that are asked before the status of an answer is."""
