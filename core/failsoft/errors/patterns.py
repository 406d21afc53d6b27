"""What the name of an application's class says, and what the words of a message suggest, where nothing better is known.

A name was chosen once, by somebody who knew what the class is for: it says what the catalogue would. The words of a
message are the weakest voice of all but silence: they name a category and a severity, and never a status, nor do they
make anything retryable.
"""

from __future__ import annotations

import re
from functools import lru_cache

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.taxonomy import Category, Severity

__all__ = [
    "guess_by_message",
    "guess_by_name",
    "is_closed",
    "is_mute_name",
    "misses_a_key",
    "names_a_setting",
    "tells_of_an_answer",
    "words_of",
]

_MAX_MESSAGE = 1_000


def _guess(category: Category, severity: Severity) -> Label:
    return is_.BUG._replace(category=category, severity=severity)


_NETWORK = _guess(Category.NETWORK, Severity.MEDIUM)
_UPSTREAM = _guess(Category.EXTERNAL_SERVICE, Severity.MEDIUM)
_RESOURCE = _guess(Category.RESOURCE, Severity.MEDIUM)
_HOST = _guess(Category.RESOURCE, Severity.CRITICAL)
_CONCURRENCY = _guess(Category.CONCURRENCY, Severity.MEDIUM)
_INTEGRITY = _guess(Category.DATA_INTEGRITY, Severity.MEDIUM)
_CORRUPT = _guess(Category.DATA_INTEGRITY, Severity.CRITICAL)
_SETTINGS = _guess(Category.CONFIGURATION, Severity.HIGH)
_OUR_KEYS = _guess(Category.AUTHENTICATION, Severity.HIGH)

_MISUSE = _guess(Category.SYSTEM, Severity.HIGH)

_MESSAGES: tuple[tuple[Label, tuple[str, ...]], ...] = (
    (_CORRUPT, ("database disk image is malformed", "data corruption", "corrupted page")),
    (_HOST, ("no space left on device", "out of memory", "cannot allocate memory", "disk full", "disk is full")),
    (_CONCURRENCY, (
        "deadlock", "could not serialize", "serialization failure", "lock wait timeout", "database is locked",
        "could not obtain lock", "lock not available", "write conflict", "version conflict",
    )),
    (_RESOURCE._replace(local=True), ("can't start new thread",)),
    (_RESOURCE, (
        "too many connections", "too many open files", "pool exhausted", "pool limit",
        "queuepool limit", "connection pool is full", "rate limit", "too many requests", "quota exceeded",
        "resource exhausted", "remaining connection slots", "too many clients",
    )),
    (_NETWORK._replace(severity=Severity.HIGH), ("certificate verify failed", "certificate has expired")),
    (_OUR_KEYS, (
        "invalid api key", "incorrect api key", "password authentication failed", "invalid credentials",
        "authentication failed", "access denied",
    )),
    (_INTEGRITY, (
        "duplicate key", "unique constraint", "foreign key constraint", "violates check constraint",
        "violates not-null", "integrity constraint", "checksum mismatch", "checksum error",
    )),
    (_SETTINGS, (
        "improperly configured", "not configured", "missing configuration", "missing setting",
        "environment variable", "env variable", "no module named", "no such table", "no such column",
        "undefined table", "private key file",
        "key file", "pem file",
    )),
    (_MISUSE, (
        " is closed", "already closed", "driver closed", "client closed", "operation is in progress",
        "in current state",
        "not bound to", "unread result", "is required when", "cannot exceed", "must be str", "must be a ",
        "must be an ",
        "must be one of", "must be of type", "no active ", "outside of a", "missing the required", "unexpected keyword",
        "must be given", "must be provided", "must be passed",
        "wrong type", "no literal value",
    )),
    (_NETWORK, (
        "connection refused", "connection reset", "connection aborted", "connection closed", "broken pipe",
        "name or service not known", "name resolution", "getaddrinfo failed", "nodename nor servname",
        "no route to host", "network is unreachable", "network error", "unable to connect", "could not connect",
        "couldn't connect", "cannot connect", "failed to connect", "known_hosts", "timed out", "timeout",
        "unexpected eof", "server disconnected",
    )),
    (_UPSTREAM, (
        "bad gateway", "service unavailable", "gateway time-out", "temporarily unavailable", "upstream",
        "maintenance", "internal server error",
    )),
)  # fmt: skip

_NAMES: tuple[tuple[Label, tuple[str, ...]], ...] = (
    (is_.SILENT, ("timeout", "timed out", "deadline exceeded")),
    (is_.UNREACHABLE, (
        "connection closed", "connection lost", "connection refused", "cannot connect", "cannot reach",
        "could not connect", "could not reach",
    )),
    (is_.OUR_LIMIT, ("rate limit", "ratelimit", "too many requests", "too many attempts", "throttl")),
    (is_.EXHAUSTED, ("quota",)),
    (is_.UPSTREAM_NOT_NOW, (
        "service unavailable", "upstream unavailable", "gateway unavailable", "provider unavailable",
    )),
    (is_.MISCONFIGURED, ("missing setting", "missing config", "missing env", "missing credential", "missing secret")),
    (is_.PAYMENT_DUE, (
        "insufficient fund", "insufficient balance", "insufficient credit", "payment required", "payment declined",
        "card declined", "not enough money", "not enough credit", "overdrawn", "overdraft",
    )),
    (is_.YOU_MAY_NOT, (
        "forbidden", "permission", "access denied", "not permitted", "insufficient permission", "insufficient right",
        "insufficient scope", "insufficient privilege", "authorization", "not authorized",
    )),
    (is_.WHO_ARE_YOU, (
        "unauthorized", "unauthenticated", "not authenticated", "token expired", "expired token", "invalid token",
        "invalid credential", "bad credential", "wrong password", "invalid password", "session expired",
        "invalid session", "invalid signature", "bad signature", "login required", "not logged in",
    )),
    (is_.RULE_REFUSES, (
        "insufficient", "out of stock", "out of range of", "out of", "not enough", "declined", "already", "not allowed",
        "ineligible", "not eligible", "cannot", "closed", "cancelled", "canceled", "sold", "limit reached",
        "limit exceeded", "over limit", "business", "rule", "policy violation", "illegal state", "invalid state",
        "invalid transition", "illegal transition", "suspended", "blocked", "account locked", "locked out",
        "unavailable for", "not available", "minimum", "maximum", "fraud", "expired", "not refundable", "in use",
    )),
    (is_.EDIT_CONFLICT, ("conflict", "stale", "optimistic", "concurrent", "modified", "version mismatch")),
    (is_.CONTENTION, ("lock", "deadlock", "concurrency", "race")),
    (is_.WHO_ARE_YOU, ("credentials", "authentication", "login")),
    (is_.NOT_THERE, ("not found", "does not exist", "no such", "unknown")),
    (is_.EXHAUSTED, ("exhausted", "too many", "overload", "capacity", "pool")),
    (is_.MISCONFIGURED, ("config", "configuration", "setting", "misconfigured", "environment", "dependency missing")),
    (is_.CONTRADICTION, ("corrupt", "inconsistent", "integrity", "mismatch")),
    (is_.DUPLICATE, ("duplicate", "constraint", "not unique")),
    (is_.TOO_LARGE, ("too large", "too big")),
    (is_.INVALID, ("validation", "invalid", "malformed", "bad request", "unsupported", "missing", "parse", "too long")),
    (is_.UNREACHABLE, ("connection", "network", "unreachable", "dns", "disconnected")),
    (is_.UPSTREAM_NOT_NOW, ("unavailable", "outage", "maintenance", "not ready")),
    (is_.UPSTREAM_FAILED, (
        "upstream", "gateway", "external", "third party", "provider", "remote", "vendor",
    )),
)  # fmt: skip
_SAID_BY_CAUSES = frozenset({Category.NETWORK, Category.EXTERNAL_SERVICE, Category.RESOURCE})
"""Of what failed outside, the cause knows more than whoever named a class for it."""

_OF_SETTINGS = re.compile(
    r"(?:secret|api|access|encryption|fernet|private|signing)[ _-]?keys?\b|\bpem\b|certificate file|credentials?\b"
    r"|\b(?:ur[li]|dsn|hosts?|hostname)\b|\b(?:transport|renderer|driver|backend|middleware|template)\b"
    r"|\binstall|initiali[sz]e |initiali[sz]ed\b|configur|environment variable|\bsettings?\b",
    re.IGNORECASE,
)
_COMPLAINS = re.compile(
    r"\bmust\b|\bshould\b|no such|\bno \S+ (?:key|app|was)|\bnot\b|n't\b|unknown|invalid|unable"
    r"|missing|expected|required"
    r"|\bno '|unsupported|could not|failed",
    re.IGNORECASE,
)
_KEY = r"(?:api[ _-]?key|credential|access[ _-]?token|auth[ _-]?token|environment variable)s?"
_NO_KEY = re.compile(
    rf"\b(?:no|missing|without|could not find|unable to locate|set(?:ting)?|provide|define) (?:\S+ ){{0,3}}{_KEY}\b"
    rf"|\b{_KEY} (?:(?:is|are|was|were|must be|has|have) ){{0,2}}(?:not |been )?(?:set|provided|found|configured|given"
    r"|missing|required|unset|empty)\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"\b(?:already|is|was|been) closed\b(?! by)", re.IGNORECASE)
_REASON = re.compile(r"\W*(?:bad gateway|service unavailable|internal server error|gateway time-?out)\b", re.IGNORECASE)
_NONSENSE = re.compile(
    r"\b(?:invalid|bad|unexpected|malformed|garbled) (?:greeting|handshake|banner|reply|response)\b"
    r"|\blooks like http\b",
    re.IGNORECASE,
)
_MAX_SETTINGS = 400

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|\d+")
_SUFFIX = re.compile(r"(?: (?:error|exception|failure|failed|fault|err))+\Z")


def words_of(name: str) -> str:
    """The words of a class name in lower case: `OutOfStockError` gives `out of stock error`."""
    return " ".join(_WORD.findall(name)).lower()


def guess_by_name(name: str) -> tuple[Label, str] | None:
    """What the name of a class suggests that an application wrote itself, and the words that do."""
    return _find(_NAMES, f" {words_of(name)} ", at_start_of_word=True)


def guess_by_message(message: str) -> tuple[Label, str] | None:
    """What a message suggests, and the words that do."""
    return _guess_by_text(message[:_MAX_MESSAGE]) if message else None


@lru_cache(maxsize=1_024)
def _guess_by_text(text: str) -> tuple[Label, str] | None:
    # the same exception is often raised again with the same text
    return _find(_MESSAGES, text.lower())


@lru_cache(maxsize=1_024)
def names_a_setting(message: str) -> str | None:
    """The word by which a message complains of something that is set up once: a URL, a key, a driver."""
    found = _OF_SETTINGS.search(message[:_MAX_SETTINGS])
    return found[0].lower() if found is not None and _COMPLAINS.search(message[:_MAX_SETTINGS]) is not None else None


def misses_a_key(message: str) -> bool:
    """Whether a message says that there are no credentials, rather than that a peer refused them."""
    return _NO_KEY.search(message[:_MAX_SETTINGS]) is not None


def is_closed(message: str) -> bool:
    """Whether a message says that something had been closed before it was used."""
    return _CLOSED.search(message[:_MAX_SETTINGS]) is not None


def tells_of_an_answer(message: str) -> tuple[Label, str] | None:
    """What a message says of a peer that is said to be out of reach, and did answer: with the reason phrase of a
    status (RFC 9110, 15.6), or in no language that was expected."""
    if (found := _REASON.match(message)) is not None:
        return is_.UPSTREAM_FAILED if "internal" in found[0].lower() else is_.UPSTREAM_NOT_NOW, "a reason phrase"
    found = _NONSENSE.search(message[:_MAX_SETTINGS])
    return None if found is None else (is_.UPSTREAM_FAILED, found[0].lower())


def _find(
    table: tuple[tuple[Label, tuple[str, ...]], ...], text: str, *, at_start_of_word: bool = False
) -> tuple[Label, str] | None:
    prefix = " " if at_start_of_word else ""
    for label, needles in table:
        for needle in needles:
            if prefix + needle in text:
                return label, needle
    return None


def is_mute_name(name: str) -> bool:
    """Whether a class name says no more than that something failed: `ServiceError`, `PaymentFailure`, `RetryError`.

    `OutOfStock` and `InsufficientFundsError` say what; they keep their meaning whatever they were raised from.
    """
    words = words_of(name)
    guess = guess_by_name(name)
    if guess is not None and (guess[0].category not in _SAID_BY_CAUSES or guess[0] == is_.UPSTREAM_NOT_NOW):
        return False
    return guess is not None or _SUFFIX.search(f" {words}") is not None
