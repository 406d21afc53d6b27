"""What a peer's HTTP answer means, read from the exception of the client that carries it."""

from __future__ import annotations

import re
from http import HTTPStatus

from failsoft.deferred import as_pattern
from failsoft.errors.answer_words import word_of_answer
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.code import Code
from failsoft.errors.reading import header_pairs
from failsoft.errors.taxonomy import Category

__all__ = [
    "ATTRIBUTES_OF_PEERS",
    "IN_FULL",
    "STATUSES_OF_PEERS",
    "asks_to_be_repeated",
    "lower_text_of",
    "means_of_a_bad_request",
    "of_our_request",
    "retry_after_of",
    "status_in",
    "status_of_peer",
    "upstream",
]

_MAX_TEXT = 2_000

_STATUS_NAMES = (
    "status_code", "status", "http_status", "code", "response_code", "http_code", "http_status_code", "statusCode",
    "errcode",
)  # fmt: skip
STATUSES_OF_PEERS = frozenset(_STATUS_NAMES)
ATTRIBUTES_OF_PEERS = STATUSES_OF_PEERS | {"response", "meta", "headers"}
# a class that says one of these knows more than the status beside it: GitHub limits by 403, others time out by 408
_KNOWS_BETTER = frozenset({Category.RESOURCE, Category.NETWORK, Category.BUSINESS_LOGIC, Category.CONCURRENCY})
_SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
# 400 is how some say 401: Google's "API key not valid", Plaid's INVALID_API_KEYS
_KEY_REFUSED = as_pattern(r"api[ _-]?keys? (?:is )?(?:not valid|invalid|expired)|invalid[ _-]api[ _-]?keys?\b")

_MAY_BE_REPEATED = as_pattern(r"\b(?:you (?:can|may)|please|should) (?:\w+ )?(?:retry|repeat)\b")
"""What a peer adds to a failure of its own that will pass."""
_SPENT_IN_TEXT = as_pattern(r"credit balance is too low|insufficient (?:credits?|balance|quota)|out of credits?")
_ANY_PHRASE = "|".join(one.phrase for one in HTTPStatus if one >= 400)
# RFC 9110, 15.6, and RFC 6585; of other statuses it may be the server that says it
_OWN_PHRASES = "|".join(rf"{int(one)}(?=\W{{1,3}}{one.phrase})" for one in HTTPStatus if one >= 500 or one == 429)
_NUMBER = as_pattern(r"[45]\d\d")
_STATUS_IN_TEXT = as_pattern(
    r"\b(?:HTTP(?:/\d(?:\.\d)?)?|HTTP (?:resp|response|error|code)|HTTP status|status code|(?:returned"
    r"|answered|responded|replied|failed|got|a r[ée]pondu|antwortete?|respondi[óo])(?: (?:with|an?|http|status"
    r"|response|error|code))*|status"
    r"|response|with (?:status |error |response )?code)\W{0,3}([45]\d\d)\b"
    # so many rows were returned
    r"(?! (?!(?:status|was|is|as|has|errors)\b)[a-z]+s\b)"
    rf"|\b({_OWN_PHRASES}|[45]\d\d(?= (?:client|server) error\W{{1,3}}(?:{_ANY_PHRASE})\b))",
    re.IGNORECASE,
)


def lower_text_of(exc: BaseException) -> str:
    """The start of an exception's text, in lower case."""
    return str(exc)[:_MAX_TEXT].lower()


def status_of_peer(*carriers: object) -> int | None:
    """The first HTTP status from 300 on that one of the objects carries under one of the usual names."""
    for carrier in carriers:
        if carrier is None:
            continue
        for name in _STATUS_NAMES:
            value = getattr(carrier, name, None)
            if isinstance(value, int) and not isinstance(value, bool) and 300 <= value <= 599:
                return int(value)
    return None


def status_in(text: str) -> int | None:
    """A status of a failure that a text names as one."""
    found = _STATUS_IN_TEXT.search(text[:_MAX_TEXT]) if _NUMBER.search(text) is not None else None
    return None if found is None else int(found[1] or found[2])


def means_of_a_bad_request(exc: BaseException) -> Label | None:
    """What a peer means by 400 that has another status elsewhere; None if it is our request."""
    text = lower_text_of(exc)
    if _KEY_REFUSED.search(text):
        return is_.REFUSED_US
    if "could not serialize access" in text or "deadlock" in text:
        return is_.CONTENTION
    return is_.QUOTA_SPENT if _SPENT_IN_TEXT.search(text) else None


def asks_to_be_repeated(exc: BaseException) -> bool:
    """Whether a peer says of a failure of its own that the same may be asked once more."""
    return _MAY_BE_REPEATED.search(lower_text_of(exc)) is not None


def upstream(exc: BaseException, label: Label | None) -> Code | None:
    """A peer's HTTP answer that a client's exception carries."""
    response = getattr(exc, "response", None)
    status = status_of_peer(response, getattr(exc, "meta", None), exc)
    if status is None:
        return word_of_answer(exc) if label is None or (label != is_.BUG and _says_little(label)) else None
    says, wait = f"HTTP {status}", retry_after_of(response) or retry_after_of(exc)
    if status == 429 and getattr(exc, "code", None) in _SPENT:
        return Code(is_.QUOTA_SPENT, says, wait)
    clear = label if label is not None and _is_clear(label) else None
    if clear is not None and (ours := of_our_request(status, clear)) is not None:
        return Code(ours, says)
    if clear is not None and clear.category in _KNOWS_BETTER:
        return Code(clear, says, wait)
    means = known.label_of_upstream(status)
    if means is None and status == 400:
        means = means_of_a_bad_request(exc)
    if means is None and status == 500 and asks_to_be_repeated(exc):
        means = is_.UPSTREAM_DOWN
    if means is None and status not in IN_FULL and _says_little(label) and (said := word_of_answer(exc)) is not None:
        return said._replace(says=f"{says}, {said.says}", retry_after=wait)
    if means is None and clear is not None:
        return None
    return Code(means or is_.UPSTREAM_FAILED, says, wait)


_OF_OUR_REQUEST = frozenset({400, 403, 404, 405, 406, 409, 410, 413, 415, 422})


def of_our_request(status: int, label: Label) -> Label | None:
    """What a class means more exactly where a peer answers with a status that blames our request: what it does not
    offer will not be there in a moment, and a limit of how many there may be does not pass. None: what it says."""
    if status not in _OF_OUR_REQUEST:
        return None
    if label.transient and label.category is Category.EXTERNAL_SERVICE and label.status == is_.UPSTREAM_NOT_NOW.status:
        return is_.UPSTREAM_FAILED
    return is_.QUOTA_SPENT if label._replace(voice=Voice.SAYS) == is_.EXHAUSTED else None


IN_FULL = frozenset({404, 405, 413, 414, 431})
"""What they say of our request is all there is to say, whatever words stand beside."""


def _says_little(label: Label | None) -> bool:
    """Whether a class says no more than that a peer failed, so that a word in its answer may say what."""
    return label is None or label._replace(voice=Voice.SAYS) in {is_.UPSTREAM_FAILED, is_.BUG}


def _is_clear(label: Label) -> bool:
    return label.voice is Voice.SAYS or label.category is Category.CONCURRENCY


def retry_after_of(carrier: object) -> str | None:
    """The `Retry-After` among the headers of a response or an exception."""
    headers = getattr(carrier, "headers", None)
    if not headers:
        return None
    get = getattr(headers, "get", None)
    if type(headers) is not dict and callable(get):
        # headers of a client find a name in whatever case
        value = get("Retry-After")
        return value if isinstance(value, str) else None
    return next((value for name, value in header_pairs(headers) if name.lower() == "retry-after"), None)
