"""What can be done about a failure: a closed set of actions, and which of them fit.

The names are verbs that a machine can map to actions. What fits is looked up by code, then by category, and depends on
whether time alone may cure it; the settings may say it for an exception or a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from failsoft.errors.taxonomy import Category

__all__ = ["Advice", "Audience", "Suggestion", "suggest"]


class Audience(StrEnum):
    """Who can follow a suggestion."""

    CLIENT = "client"
    """Who sent the request, and nobody in the house."""
    MACHINE = "machine"
    """Code of the house, without anybody looking at it."""
    OPERATOR = "operator"
    """A person of the house."""


class Suggestion(StrEnum):
    """An action that may end the trouble."""

    RETRY = "retry"
    RETRY_LATER = "retry_later"
    RECONNECT = "reconnect"
    SWITCH_ENDPOINT = "switch_endpoint"
    WAIT_FOR_DEPENDENCY = "wait_for_dependency"
    REDUCE_BATCH = "reduce_batch"
    REDUCE_LOAD = "reduce_load"
    REFRESH_CREDENTIALS = "refresh_credentials"
    FREE_RESOURCES = "free_resources"
    SCALE_UP = "scale_up"
    RAISE_LIMIT = "raise_limit"
    RESTART = "restart"
    CHECK_CONNECTION = "check_connection"
    CHECK_CREDENTIALS = "check_credentials"
    CHECK_SETTINGS = "check_settings"
    CHECK_DATA = "check_data"
    FIX_CODE = "fix_code"
    FIX_INPUT = "fix_input"
    SIGN_IN = "sign_in"
    REQUEST_ACCESS = "request_access"
    RELOAD_AND_MERGE = "reload_and_merge"
    CONTACT_SUPPORT = "contact_support"

    @property
    def text(self) -> str:
        """What it means, in a sentence for operators."""
        return _ADVICE[self].text

    @property
    def audience(self) -> Audience:
        """Who can follow it."""
        return _ADVICE[self].audience


class Advice(NamedTuple):
    """What is said about a suggestion."""

    audience: Audience
    text: str


_CLIENT, _MACHINE, _OPERATOR = Audience.CLIENT, Audience.MACHINE, Audience.OPERATOR

_ADVICE: Mapping[Suggestion, Advice] = MappingProxyType(
    {
        Suggestion.RETRY: Advice(_MACHINE, "Do it again at once; it lost a race that it may win now."),
        Suggestion.RETRY_LATER: Advice(_MACHINE, "Do it again after a wait that grows, or after `Retry-After`."),
        Suggestion.RECONNECT: Advice(_MACHINE, "Drop the connection and open a new one."),
        Suggestion.SWITCH_ENDPOINT: Advice(_MACHINE, "Use another host, replica or region that does the same."),
        Suggestion.WAIT_FOR_DEPENDENCY: Advice(_MACHINE, "Hold calls back until the dependency answers again."),
        Suggestion.REDUCE_BATCH: Advice(_MACHINE, "Send less at a time."),
        Suggestion.REDUCE_LOAD: Advice(_MACHINE, "Call less often, or fewer calls at the same time."),
        Suggestion.REFRESH_CREDENTIALS: Advice(_MACHINE, "Get a new token, or read the credentials again."),
        Suggestion.FREE_RESOURCES: Advice(_MACHINE, "Give back memory, disk space, handles or connections."),
        Suggestion.SCALE_UP: Advice(_OPERATOR, "Add workers, connections, memory or disk."),
        Suggestion.RAISE_LIMIT: Advice(_OPERATOR, "Raise a limit of ours, or a quota at the peer."),
        Suggestion.RESTART: Advice(_OPERATOR, "Restart the process, or move off the machine."),
        Suggestion.CHECK_CONNECTION: Advice(
            _OPERATOR, "Look at DNS, certificates, firewalls and whether the peer is up."
        ),
        Suggestion.CHECK_CREDENTIALS: Advice(_OPERATOR, "Look at our credentials at the peer, and what they permit."),
        Suggestion.CHECK_SETTINGS: Advice(_OPERATOR, "Look at settings, environment, modules, tables and templates."),
        Suggestion.CHECK_DATA: Advice(_OPERATOR, "Look at the stored data that is named, and mend it."),
        Suggestion.FIX_CODE: Advice(_OPERATOR, "Find the bug by the stack, and mend it."),
        Suggestion.FIX_INPUT: Advice(_CLIENT, "Correct the request."),
        Suggestion.SIGN_IN: Advice(_CLIENT, "Sign in, or send valid credentials."),
        Suggestion.REQUEST_ACCESS: Advice(_CLIENT, "Ask for the permission that is missing."),
        Suggestion.RELOAD_AND_MERGE: Advice(_CLIENT, "Load the current state, and apply the change to that."),
        Suggestion.CONTACT_SUPPORT: Advice(_CLIENT, "Tell the support, with the reference."),
    }
)

_S = Suggestion
_Both = tuple[tuple[Suggestion, ...], tuple[Suggestion, ...]]
"""What fits where time alone may cure it, and where it may not."""


def _always(*suggestions: Suggestion) -> _Both:
    return suggestions, suggestions


_OUR_BUG = (_S.FIX_CODE, _S.CONTACT_SUPPORT)
_INPUT = _always(_S.FIX_INPUT)
_AFTER_A_WAIT = (_S.RETRY_LATER,)

_BY_CODE: Mapping[str, _Both] = {
    "AUTHZ_ERROR": _always(_S.REQUEST_ACCESS),
    "AUTH_ERROR": _always(_S.SIGN_IN),
    "BAD_REQUEST": _INPUT,
    "BIAS_DETECTION_ERROR": _always(_S.FIX_INPUT, _S.CONTACT_SUPPORT),
    "BULKHEAD_FULL": _always(_S.RETRY_LATER, _S.REDUCE_LOAD, _S.SCALE_UP),
    "BUSINESS_RULE": _INPUT,
    "CIRCUIT_BREAKER_ERROR": _always(_S.WAIT_FOR_DEPENDENCY, _S.SWITCH_ENDPOINT),
    "CLIENT_DISCONNECTED": _always(),
    "CONCURRENCY_ERROR": ((_S.RETRY, _S.RETRY_LATER), (_S.RELOAD_AND_MERGE,)),
    "CONFIGURATION_ERROR": _always(_S.CHECK_SETTINGS, _S.CONTACT_SUPPORT),
    "DATA_INTEGRITY_ERROR": _always(_S.CHECK_DATA, _S.CONTACT_SUPPORT),
    "DATA_PROCESSING_ERROR": _always(_S.FIX_INPUT, _S.REDUCE_BATCH),
    "DEADLOCK": _always(_S.RETRY, _S.REDUCE_BATCH),
    "ENCRYPTION_ERROR": _always(_S.CHECK_SETTINGS, _S.CHECK_CREDENTIALS, _S.CONTACT_SUPPORT),
    "FILE_UPLOAD_ERROR": _INPUT,
    "HIPAA_COMPLIANCE_ERROR": _always(_S.REQUEST_ACCESS, _S.CONTACT_SUPPORT),
    "INTERNAL_ERROR": ((_S.RETRY_LATER, _S.RESTART), _OUR_BUG),
    "METHOD_NOT_ALLOWED": _INPUT,
    "NETWORK_ERROR": (
        (_S.RECONNECT, _S.RETRY_LATER, _S.SWITCH_ENDPOINT, _S.CHECK_CONNECTION),
        (_S.CHECK_CONNECTION, _S.CHECK_SETTINGS, _S.SWITCH_ENDPOINT),
    ),
    "NOT_FOUND": _INPUT,
    "PAYLOAD_TOO_LARGE": _always(_S.REDUCE_BATCH, _S.FIX_INPUT),
    "PAYMENT_REQUIRED": _INPUT,
    "PIPELINE_ERROR": _always(_S.FIX_INPUT, _S.CHECK_DATA),
    "RATE_LIMIT_ERROR": _always(_S.RETRY_LATER, _S.REDUCE_LOAD, _S.RAISE_LIMIT),
    "RESOURCE_EXHAUSTED": (
        (_S.RETRY_LATER, _S.FREE_RESOURCES, _S.REDUCE_LOAD, _S.SCALE_UP),
        (_S.FREE_RESOURCES, _S.REDUCE_BATCH, _S.SCALE_UP),
    ),
    "SERVICE_UNAVAILABLE": ((_S.RETRY_LATER, _S.WAIT_FOR_DEPENDENCY), (_S.CONTACT_SUPPORT,)),
    "SETTINGS_ERROR": _always(_S.CHECK_SETTINGS),
    "TIMEOUT_ERROR": (
        (_S.RETRY_LATER, _S.REDUCE_BATCH, _S.SWITCH_ENDPOINT),
        (_S.REDUCE_BATCH, _S.RAISE_LIMIT, _S.CHECK_CONNECTION),
    ),
    "UNSUPPORTED_MEDIA_TYPE": _INPUT,
    "UPSTREAM_AUTH_ERROR": _always(_S.REFRESH_CREDENTIALS, _S.CHECK_CREDENTIALS),
    "UPSTREAM_ERROR": (
        (_S.RETRY_LATER, _S.SWITCH_ENDPOINT, _S.WAIT_FOR_DEPENDENCY),
        (_S.SWITCH_ENDPOINT, _S.FIX_CODE, _S.CONTACT_SUPPORT),
    ),
    "UPSTREAM_THROTTLED": ((_S.RETRY_LATER, _S.REDUCE_LOAD, _S.RAISE_LIMIT), (_S.RAISE_LIMIT, _S.REDUCE_LOAD)),
    "VALIDATION_ERROR": _INPUT,
}
"""By code. `CONFLICT`, `FALLBACK_FAILED` and `RETRY_EXHAUSTED`, which may be anything, go by their category."""

_BY_CATEGORY: Mapping[tuple[Category, bool], _Both] = {
    (Category.NETWORK, False): _BY_CODE["NETWORK_ERROR"],
    (Category.AUTHENTICATION, False): _BY_CODE["UPSTREAM_AUTH_ERROR"],
    (Category.VALIDATION, False): (_AFTER_A_WAIT, _OUR_BUG),
    (Category.RESOURCE, False): _BY_CODE["RESOURCE_EXHAUSTED"],
    (Category.EXTERNAL_SERVICE, False): _BY_CODE["UPSTREAM_ERROR"],
    (Category.CONFIGURATION, False): _BY_CODE["CONFIGURATION_ERROR"],
    (Category.BUSINESS_LOGIC, False): (_AFTER_A_WAIT, (_S.CONTACT_SUPPORT,)),
    (Category.SYSTEM, False): _BY_CODE["INTERNAL_ERROR"],
    (Category.CONCURRENCY, False): _BY_CODE["CONCURRENCY_ERROR"],
    (Category.DATA_INTEGRITY, False): _BY_CODE["DATA_INTEGRITY_ERROR"],
    (Category.NETWORK, True): (_AFTER_A_WAIT, (_S.FIX_INPUT,)),
    (Category.AUTHENTICATION, True): _always(_S.SIGN_IN, _S.REQUEST_ACCESS),
    (Category.VALIDATION, True): (_AFTER_A_WAIT, (_S.FIX_INPUT,)),
    (Category.RESOURCE, True): (_BY_CODE["RATE_LIMIT_ERROR"][0], (_S.REDUCE_BATCH, _S.FIX_INPUT)),
    (Category.EXTERNAL_SERVICE, True): (_AFTER_A_WAIT, (_S.FIX_INPUT,)),
    (Category.CONFIGURATION, True): (_AFTER_A_WAIT, (_S.FIX_INPUT, _S.CONTACT_SUPPORT)),
    (Category.BUSINESS_LOGIC, True): (_AFTER_A_WAIT, (_S.FIX_INPUT,)),
    (Category.SYSTEM, True): (_AFTER_A_WAIT, (_S.FIX_INPUT,)),
    (Category.CONCURRENCY, True): ((_S.RELOAD_AND_MERGE, _S.RETRY_LATER), (_S.RELOAD_AND_MERGE,)),
    (Category.DATA_INTEGRITY, True): _always(_S.FIX_INPUT, _S.RELOAD_AND_MERGE),
}
"""By category and whether the answer blames the request (a status below 500)."""


def suggest(code: str, category: Category, *, transient: bool, status: int) -> tuple[Suggestion, ...]:
    """What can be done about a failure, what helps most first. At most four.

    Parameters:
        transient: time alone may cure it.
        status: of the answer; a code whose meaning belongs to the other class of statuses goes by its category.
    """
    both = _BY_CODE.get(code)
    if both is None or (status < 500 and code in _OURS):
        both = _BY_CATEGORY[category, status < 500]
    return both[not transient]


_OURS = frozenset({"INTERNAL_ERROR", "DATA_INTEGRITY_ERROR", "CONFIGURATION_ERROR", "NETWORK_ERROR", "UPSTREAM_ERROR"})
"""Codes that name our own trouble, and say nothing of a request that is turned away."""
