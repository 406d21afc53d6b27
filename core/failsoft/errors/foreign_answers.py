"""The answer of a peer that an exception of an unknown library carries, by the customs of libraries: an HTTP status, as
an attribute, on a response or in the text, and a code in words beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from itertools import pairwise

from failsoft.deferred import as_pattern
from failsoft.errors.answer_words import ATTRIBUTES_WITH_WORDS, word_of_answer
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.code import Code
from failsoft.errors.conventions import CLEAR, label_of_words
from failsoft.errors.fleeting import compare
from failsoft.errors.packages import Kind
from failsoft.errors.peers import (
    ATTRIBUTES_OF_PEERS,
    IN_FULL,
    STATUSES_OF_PEERS,
    asks_to_be_repeated,
    means_of_a_bad_request,
    of_our_request,
    retry_after_of,
    status_in,
)
from failsoft.errors.taxonomy import Category

__all__ = [
    "OF_ANSWERS",
    "OF_RESPONSES",
    "read_http",
    "read_http_in_text",
    "read_http_or_code",
    "read_identity",
    "read_response",
    "read_worded",
    "status_number",
    "wait_of",
]

# dict and not Mapping, which takes long to say of a class that it is none
_RESPONSES = ("response", "resp", "http_response", "raw_response")
_STATUSES = ("status_code", "http_status", "status", "http_code", "response_code", "http_status_code", "statusCode")
_STATUSES_OF_RESPONSES = (*_STATUSES, "code")
_STATUSES_AND_CODES = (*_STATUSES, "code", "error_code", "errcode")
_REFUSALS = frozenset({400, 401, 403})
_WAITS = ("retry_after", "retry_after_seconds")
_REPEATS = ("retryable", "retriable", "is_retryable", "is_retriable", "should_retry", "temporary", "is_transient")
# of a peer's word for it: that our request was wrong is no more than that it failed
_SAYS_NOTHING = frozenset({is_.UPSTREAM_FAILED, is_.BUG, is_.INVALID})
_WORD = as_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PHRASES = {int(one): one.phrase.lower() for one in HTTPStatus}
_BODIES = ("body", "json_body", "data", "text", "details", "response_data", "payload")
"""Where clients keep the body of an answer, once it is read."""
_CODES = ("code", "type", "error_code", "errorCode", "name", "reason", "error_type", "status")
OF_ANSWERS = frozenset(
    {
        *_RESPONSES, *_STATUSES_AND_CODES, *_WAITS, *_REPEATS, *_BODIES, *ATTRIBUTES_WITH_WORDS, *ATTRIBUTES_OF_PEERS,
        "error_type", "headers",
    }
)  # fmt: skip
"""All attributes that are looked at here, and by whom these ask; and those whose names end as those of a response."""
OF_RESPONSES = frozenset({*_STATUSES_OF_RESPONSES, *STATUSES_OF_PEERS, *_WAITS, "headers", "data"})
"""All that is looked at of a response."""
_MAX_BODY = 20_000
_OF_A_RATE = as_pattern(r" (?:concurren\w*|rate|requests?|calls?|usage|tokens?) ")
_MAX_TEXT = 2_000
_MAX_ARGS = 8


def status_number(value: object) -> int | None:
    """A status of a failure, as a number or as digits."""
    if isinstance(value, str) and len(value) == 3 and value.isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
        return int(value)
    return None


def read_http(exc: BaseException, label: Label | None, names: tuple[str, ...] = _STATUSES) -> Code | None:
    response = _response_of(exc)
    if response is not None and not isinstance(response, dict):
        status = _status_of(response, _STATUSES_OF_RESPONSES)
        if status is not None:
            return _peer(status, label, exc, response)
    status = _status_of(exc, names)
    if status is None:
        return None
    if response is None and label is not None and label.category is Category.NETWORK:
        compare()
        if str(status) not in str(exc):
            # what failed on the link had no answer; the number was made up to have one
            return None
    return _peer(status, label, exc, response)


def _response_of(exc: BaseException) -> object:
    for name in _RESPONSES:
        if (response := getattr(exc, name, None)) is not None:
            return response
    # named after the library, as `nomad_resp`
    own = getattr(exc, "__dict__", None)
    return next((value for name, value in own.items() if name.endswith(("_resp", "_response"))), None) if own else None


def _status_of(carrier: object, names: tuple[str, ...]) -> int | None:
    for name in names:
        if (value := getattr(carrier, name, None)) is not None and (status := status_number(value)) is not None:
            return status
    return None


def read_http_in_text(exc: BaseException, label: Label | None) -> Code | None:
    """A status that is named as one in the text, or stands among the arguments beside its phrase."""
    if label is not None and label.voice is Voice.SAYS and label != is_.UPSTREAM_NOT_NOW:
        return None
    for number, phrase in pairwise(exc.args[:_MAX_ARGS]):
        status = status_number(number)
        if status is not None and isinstance(phrase, str) and phrase.lower() == _PHRASES.get(status):
            return _peer(status, label, exc)
    said = status_in(str(exc))
    return None if said is None else _peer(said, label, exc)


def read_response(exc: BaseException, label: Label | None) -> Code | None:
    # without a response, the status is what we should answer
    return None if getattr(exc, "response", None) is None else read_http(exc, label)


_OF_A_LOGIN = frozenset({is_.WHO_ARE_YOU.status, is_.YOU_MAY_NOT.status})
_OF_THE_PEER = frozenset({404, 405, 406, 408, 409, 410, 413, 415, 425, 429, *range(500, 600)})
_OF_US = frozenset({400, 403})
"""What a service of identity says of our request, unless a class or a word of OAuth tells of a login."""


def read_identity(exc: BaseException, label: Label | None) -> Code | None:
    """The status of a service of identity, where it tells of that service and not of who logs in: such a service is a
    peer as any other. What an exception has by its class alone is an answer of ours, as those of a provider are."""
    owner = getattr(exc, "__dict__", None) or {}
    status = next((one for name in _STATUSES if (one := status_number(owner.get(name))) is not None), None)
    silent = label is not None and label.voice is Voice.MUTE and "invalid_grant" not in str(exc)[:_MAX_TEXT]
    if status is not None and (status in _OF_THE_PEER or (silent and status in _OF_US)):
        return _peer(status, None, exc)
    ours = status_number(getattr(type(exc), "status_code", None))
    if label is not None and ours != label.status and {ours, label.status} == _OF_A_LOGIN:
        means = is_.WHO_ARE_YOU if ours == is_.WHO_ARE_YOU.status else is_.YOU_MAY_NOT
        return Code(means, f"our {ours}")
    return None


def read_http_or_code(exc: BaseException, label: Label | None) -> Code | None:
    return read_http(exc, label, _STATUSES_AND_CODES)


def _peer(status: int, label: Label | None, exc: BaseException, response: object = None) -> Code | None:
    if label is not None and (ours := of_our_request(status, label)) is not None:
        return Code(ours, f"HTTP {status}")
    code = _of_status(status, label, exc)
    # what will not pass is not waited for
    return code if code is None or not code.label.transient else code._replace(retry_after=wait_of(exc, response))


def _of_status(status: int, label: Label | None, exc: BaseException) -> Code | None:
    means = known.label_of_upstream(status)
    if means is not None and status in _REFUSALS and label is not None and label.category is Category.RESOURCE:
        # some peers refuse so who calls too often
        return None
    if means is is_.QUOTA_SPENT and label is not None and label.category is Category.BUSINESS_LOGIC:
        return None
    if means is None and status == 400:
        means = means_of_a_bad_request(exc)
    if (said := _said_beside(status, means, label, exc)) is not None:
        return said
    if means is None:
        if status == 412:
            return Code(is_.EDIT_CONFLICT, "HTTP 412")
        if status < 500 and label is not None and _says(label):
            # the class says more than "a peer would not"
            return None
        means = is_.UPSTREAM_FAILED
    if means == is_.UPSTREAM_FAILED and (_may_be_repeated(exc) or (status == 500 and asks_to_be_repeated(exc))):
        means = is_.UPSTREAM_DOWN
    return Code(means, f"HTTP {status}")


_LIMITS = frozenset({is_.QUOTA_SPENT, is_.THROTTLED})
_TOLD_BY_WORDS = {401: _LIMITS, 402: {is_.PAYMENT_DUE}, 403: _LIMITS, 429: {is_.QUOTA_SPENT}}
"""What only a word beside a status says: whose money is due, that a limit will not pass, or that it is one at all."""


def _said_beside(status: int, means: Label | None, label: Label | None, exc: BaseException) -> Code | None:
    """What a code in words says more exactly than the status beside it."""
    only = _TOLD_BY_WORDS.get(status)
    if only is None and means not in {None, is_.UPSTREAM_FAILED}:
        return None
    said = read_worded(exc, label, status)
    return said if said is None or only is None or said.label in only else None


def _may_be_repeated(exc: BaseException) -> bool:
    """Whether a library says of a failure that it may be repeated."""
    return any(getattr(exc, name, None) is True for name in _REPEATS)


def _says(label: Label) -> bool:
    if label.voice is Voice.SAYS:
        return label != is_.BUG
    return label.category in {Category.CONCURRENCY, Category.CONFIGURATION}


def read_worded(exc: BaseException, label: Label | None, status: int = 0) -> Code | None:
    """A code in words, as `rate_limit_exceeded` or `QueueNotFound`: it is chosen as the name of a class is."""
    open_ = status not in IN_FULL and (label is None or label.voice is not Voice.SAYS)
    # without an answer, that no time was left is a client's own word
    if open_ and (said := word_of_answer(exc)) is not None and (status or said.label != is_.UPSTREAM_SLOW):
        return said
    for text in _codes_in_words(exc):
        if isinstance(text, str) and 4 <= len(text) <= 60 and " " not in text:
            words = f" {' '.join(_WORD.findall(text)).lower()} "
            custom = label_of_words(words, Kind.CLIENT)
            if custom is not None and custom.confidence >= CLEAR and custom.label not in _SAYS_NOTHING:
                # it is us whom a peer does not know
                ours = custom.label.category is Category.AUTHENTICATION
                label = is_.REFUSED_US if ours else custom.label._replace(voice=Voice.SAYS)
                # of how many there may be, which is no pool that runs out for a moment
                counted = label == is_.EXHAUSTED and " limit " in words and _OF_A_RATE.search(words) is None
                return Code(is_.QUOTA_SPENT if counted else label, text)
    return None


def _codes_in_words(exc: BaseException) -> Iterator[object]:
    for name in ("error_code", "code", "error", "error_type"):
        yield getattr(exc, name, None)
    for body in (_read(getattr(exc, name, None)) for name in _BODIES):
        if type(body) is dict:
            errors = body.get("errors")
            first = errors[0] if type(errors) is list and errors else None
            for owner in (body.get("error"), body, first, body.get("detail")):
                if type(owner) is dict:
                    yield from (owner.get(name) for name in _CODES)


def _read(body: object) -> object:
    """The body of an answer; generated clients keep it as the text that came."""
    if not isinstance(body, (str, bytes)) or len(body) > _MAX_BODY or body[:1] not in {"{", b"{"}:
        return body
    try:
        read: object = json.loads(body)
    except ValueError:
        return None
    return read


def wait_of(*carriers: object) -> str | None:
    """How long a peer asks to wait: a `Retry-After` among headers, or an attribute of that name."""
    for carrier in carriers:
        for name in _WAITS:
            value = getattr(carrier, name, None)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return str(value)
        if (text := retry_after_of(carrier)) is not None:
            return text
    return None
