"""Codes of services and brokers: AWS and those who speak like it, gRPC, Kafka, and any HTTP answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.aws import label_of_aws
from failsoft.errors.catalogue.kafka import label_of_kafka
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.catalogue.sql_codes import label_of_sqlstate
from failsoft.errors.code import Code, CodeReader, first_of, named, number_of
from failsoft.errors.peers import upstream
from failsoft.errors.store_texts import text_of_postgres

__all__ = ["READERS_OF_SERVICES", "any_response", "read_grpc", "read_kafka"]

_MAX_TEXT = 2_000
_SQLSTATE = as_pattern(r"\bSQLState: ([0-9A-Z]{5})\b")
_AWS_IN_TEXT = as_pattern(r"An error occurred \((\w+)\)")
_CLIENT_PACKAGES = frozenset({"requests", "httpx", "aiohttp", "urllib3", "niquests", "curl_cffi", "treq", "urllib"})


def any_response(exc: BaseException, label: Label | None) -> Code | None:
    """An exception of nobody we know that carries the response of a client library."""
    response = getattr(exc, "response", None)
    if response is None or str(type(response).__module__).partition(".")[0] not in _CLIENT_PACKAGES:
        return None
    return upstream(exc, label)


# SNS says no more than that something is not there, and it is the topic that it was asked to work with
_NOT_FOUND = frozenset({"NotFound", "NotFoundException"})
_NEED_WHAT_IS_SET_UP = frozenset(
    {"Publish", "PublishBatch", "Subscribe", "GetTopicAttributes", "SetTopicAttributes", "ListSubscriptionsByTopic"}
)
# a secret, a key or a table that is set up beforehand, and is not to be there any more
_DELETED = as_pattern(r"\b(?:marked|scheduled|pending) (?:for )?deletion\b")
# Cognito: the password is that of our client
_OF_A_LOGIN = frozenset({"NotAuthorizedException", "UserNotFoundException"})
_LOGINS = frozenset({"InitiateAuth", "AdminInitiateAuth", "RespondToAuthChallenge", "ConfirmForgotPassword"})


# what an account may have so many of; the same code limits how often others are called
_MAKES = as_pattern(
    r"(?:Create|Add|Register|Associate|Attach|Enable|Allocate|Tag|Put(?!Item|Record|Event|Object|Metric|Log))"
)
_SIMULTANEOUS = as_pattern(r"\b(?:simultaneous|concurrent|too many|rate|per second|throttl)", re.IGNORECASE)


def _counts(operation: object, text: str) -> bool:
    """Whether a limit is one of how many things there may be, which no moment later changes."""
    made = isinstance(operation, str) and _MAKES.match(operation) is not None
    return made and _SIMULTANEOUS.search(text[:_MAX_TEXT]) is None


def _aws(exc: BaseException, label: Label | None) -> Code | None:
    response = getattr(exc, "response", None)
    if not isinstance(response, Mapping) and (said := _AWS_IN_TEXT.search(str(exc)[:2_000])):
        return named(label_of_aws(said[1]), f"AWS {said[1]}")
    if not isinstance(response, Mapping):
        # MinIO speaks S3: the code is on the exception, the response is that of urllib3
        code = getattr(exc, "code", None)
        means = label_of_aws(code) if isinstance(code, str) else None
        return Code(means, f"S3 {code}") if means else upstream(exc, label)
    error, meta = response.get("Error") or {}, response.get("ResponseMetadata") or {}
    code, status = error.get("Code"), number_of(meta.get("HTTPStatusCode"))
    if code == "TransactionCanceledException":
        code = _reason_of_transaction(response) or code
    operation = getattr(exc, "operation_name", None)
    if (told := _said_of_aws(code, str(error.get("Message"))[:2_000], operation)) is not None:
        return told
    means = label_of_aws(str(code)) or (known.label_of_upstream(status) if status else None) or is_.UPSTREAM_FAILED
    wait = (meta.get("HTTPHeaders") or {}).get("retry-after")
    return Code(means, f"AWS {code}", wait if isinstance(wait, str) else None)


def _said_of_aws(code: object, text: str, operation: object) -> Code | None:
    """What the message or the operation tells beside a code."""
    if code in _NOT_FOUND and operation in _NEED_WHAT_IS_SET_UP:
        return Code(is_.MISCONFIGURED, f"AWS {code}")
    if (state := _SQLSTATE.search(text)) is not None:
        # the Data API passes on what the database said
        return named(text_of_postgres(state[1], text) or label_of_sqlstate(state[1]), f"SQLSTATE {state[1]}")
    if code == "LimitExceededException" and _counts(operation, text):
        return Code(is_.QUOTA_SPENT, f"AWS {code}")
    if code == "MessageRejected" and "not verified" in text:
        return Code(is_.REFUSED_US, f"AWS {code}")
    if _DELETED.search(text) is not None:
        return Code(is_.MISCONFIGURED, f"AWS {code}, deleted")
    if code in _OF_A_LOGIN and operation in _LOGINS:
        return Code(is_.WHO_ARE_YOU, f"AWS {code}")
    return None


def _reason_of_transaction(response: Mapping[str, Any]) -> str | None:
    """The code behind DynamoDB's "transaction cancelled": of the reasons, the first that is one."""
    reasons = response.get("CancellationReasons")
    for reason in reasons if isinstance(reasons, list) else ():
        code = reason.get("Code") if isinstance(reason, Mapping) else None
        if isinstance(code, str) and code != "None":
            return {"ConditionalCheckFailed": "ConditionalCheckFailedException"}.get(code, code)
    return None


_GRPC_OURS: tuple[tuple[str, Label], ...] = (
    ("exception serializing request", is_.BUG),
    ("exception calling application", is_.UPSTREAM_FAILED),
    ("channel closed", is_.BUG),
    ("message larger than max", is_.TOO_BIG_FOR_PEER),
)
"""What never left this process, whatever status it was given."""
_GRPC_LINK: tuple[tuple[str, Label], ...] = (
    # what listens there answers, and it is no server of gRPC
    ("failed parsing http", is_.UPSTREAM_FAILED),
    ("http1.x server", is_.UPSTREAM_FAILED),
    ("certificate_verify", is_.NO_TRUST),
    ("handshake failed", is_.NO_TRUST),
    ("failed to connect", is_.REFUSED),
    ("name resolution", is_.DNS),
    ("dns resolution", is_.DNS),
    ("hostname lookup", is_.DNS),
    ("address lookup", is_.DNS),
    ("connection refused", is_.REFUSED),
    ("connection reset", is_.BROKEN),
    ("socket closed", is_.BROKEN),
    ("broken pipe", is_.BROKEN),
    ("goaway", is_.BROKEN),
    # a server that stops, in the middle of calls
    ("cancelling all calls", is_.BROKEN),
)


_GRPC_TOLD = frozenset({"UNAVAILABLE", "INTERNAL", "CANCELLED", "RESOURCE_EXHAUSTED"})


def read_grpc(exc: BaseException, _label: Label | None) -> Code | None:
    """gRPC: the status, and the words of its details where no peer was reached."""
    ask: Any = getattr(exc, "code", None)
    name = getattr(ask() if callable(ask) else ask, "name", None)
    label = known.GRPC.get(str(name))
    if name in _GRPC_TOLD:
        tell: Any = getattr(exc, "details", None)
        text = str(tell() if callable(tell) else tell)[:2_000].lower()
        label = next((means for needle, means in _GRPC_OURS if needle in text), label)
    if name == "UNAVAILABLE":
        label = next((means for needle, means in _GRPC_LINK if needle in text), label)
    return named(label, f"gRPC {name}")


def read_kafka(exc: BaseException, label: Label | None) -> Code | None:
    """Kafka: the name of the error in the protocol, and whether it may be repeated."""
    error: Any = first_of(exc)
    ask = getattr(error, "name", None)
    if callable(ask):
        name = str(ask())
        means = label_of_kafka(name) or is_.UPSTREAM_FAILED
        may_repeat = getattr(error, "retriable", None)
        if means is is_.UPSTREAM_FAILED and callable(may_repeat) and may_repeat():
            means = is_.UPSTREAM_NOT_NOW
        return Code(means, f"Kafka {name}")
    if getattr(exc, "retriable", False) is True and label == is_.UPSTREAM_FAILED:
        return Code(is_.UPSTREAM_NOT_NOW, "retriable")
    return None


READERS_OF_SERVICES: tuple[tuple[CodeReader, str], ...] = (
    (_aws, "botocore boto3 minio"),
    (read_grpc, "grpc"),
    (read_kafka, "kafka aiokafka cimpl confluent_kafka"),
)
"""Readers, and the packages whose exceptions they are asked about."""
