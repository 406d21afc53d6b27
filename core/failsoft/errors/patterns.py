"""What the words of a message suggest, where nothing better is known.

They are the weakest voice of all but silence: of a class of the application they name a category and a severity, and of
a peer that failed which fault of the server our client is told; they blame no client, nor do they make anything
retryable. A library that talks to a peer words its messages itself, so that of its exceptions they say as well how the
link failed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.codes import label_of_upstream
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.stems import Sought
from failsoft.errors.taxonomy import Category, Severity

__all__ = [
    "guess_by_message",
    "how_a_peer_failed",
    "is_closed",
    "is_undefined",
    "misses_a_dependency",
    "misses_a_key",
    "names_a_setting",
    "tells_of_an_answer",
    "what_happened",
]

_MAX_MESSAGE = 1_500


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
    (_CORRUPT, ("database disk image is malformed", "data corruption", "corrupted page", "corruption: ")),
    (_HOST, ("no space left on device", "out of memory", "cannot allocate memory", "disk full", "disk is full")),
    (_CONCURRENCY, (
        "deadlock", "could not serialize", "serialization failure", "lock wait timeout", "database is locked",
        "could not obtain lock", "lockbusy", "failed to acquire", "could not acquire", "unable to acquire",
        "lock hold", "already held by", "could not be obtained", "no locks available",
        "lock not available", "write conflict", "version conflict",
    )),
    (_RESOURCE._replace(local=True), ("can't start new thread",)),
    (_RESOURCE, (
        "too many connections", "too many open files", "pool exhausted", "pool limit",
        "queuepool limit", "connection pool is full", "rate limit", "too many requests", "quota exceeded",
        "resource exhausted", "not enough balance", "insufficient balance", "insufficient credit", "out of credit",
        "remaining connection slots", "too many clients",
    )),
    (_NETWORK._replace(severity=Severity.HIGH), (
        "certificate verify failed", "certificate has expired", "certificate_verify_failed", "invalid peer certificate",
        "invalidcertificate", "unknownissuer", "[ssl: wrong_version_number]",
        "[ssl: record_layer_failure]", "self-signed certificate", "self signed certificate", "tls handshake",
        "ssl handshake",
    )),
    (_OUR_KEYS, (
        "invalid api key", "incorrect api key", "incorrect access_key", "invalid access key",
        "password authentication failed", "invalid credentials",
        "authorization failed", "invalid access_token",
        "authentication failed", "access denied", "unauthorized", "invalid auth token", "invalid access token",
        "permission is denied", "expired session", "session expired", "please login", "please log in",
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
        "must be given", "must be provided", "must be passed", "() first",
        "wrong type", "no literal value", "mutually exclusive", "invalid input of type", "can not be none",
        "cannot be none", "must not be none", "but was not supplied", "another coroutine", "already running",
        "not been started",
    )),
    (_NETWORK, (
        "connection refused", "connection reset", "connection aborted", "connection closed", "broken pipe",
        "name or service not known", "name resolution", "getaddrinfo failed", "nodename nor servname",
        "no route to host", "network is unreachable", "network error", "unable to connect", "could not connect",
        "couldn't connect", "could not establish", "failed to establish", "cannot connect",
        "failed to connect", "known_hosts", "timed out", "timeout",
        "unexpected eof", "server disconnected", "err_connection_", "err_name_not_resolved",
        "could not open socket", "no response received", "did not respond", "did not answer", "no answer from",
        "no reply from", "no response from", "not responding", "could not reach", "cannot reach", "can't reach",
        "unable to reach", "is unreachable",
    )),
    (_UPSTREAM, (
        "bad gateway", "service unavailable", "gateway time-out", "temporarily unavailable", "upstream",
        "maintenance", "internal server error", "is overloaded", "over capacity",
        "is unavailable", "currently unavailable", " is down", "downstream", "is offline", "try again later",
    )),
)  # fmt: skip

_OPEN = r"\bcircuit\b(?:.breaker)?(?: \S+)? (?:is |still |now |has )?open(?:ed)?\b|\bbreaker (?:is |still )?open\b"
"""A breaker lets nothing through to a peer that failed before."""
_OPEN_CIRCUIT = as_pattern(_OPEN)

_PEERS: tuple[tuple[Label, re.Pattern[str]], ...] = (
    (is_.NO_TRUST, as_pattern(r"certificate|unknownissuer|wrong_version|record_layer|(?:tls|ssl) handshake")),
    (is_.UNREACHABLE, as_pattern(
        r"refused|err_name_not|could not open socket"
        r"|(?:could not|couldn't|cannot|can't|unable to|failed to|failed client) (?:establish|connect|resolve)"
        r"|connect call failed|name resolution|getaddrinfo|name or service|nodename|no route|failed to establish"
        r"|is unreachable|(?:could not|cannot|can't|unable to) reach"
    )),
    (is_.BROKEN, as_pattern(
        r"(?:connection|stream|socket|link) (?:was )?(?:reset|aborted|closed|lost|broken)|broken pipe|disconnected"
        r"|unexpected eof|network error|closed by"
    )),
    (is_.SILENT, as_pattern(
        r"time ?d? ?out|did not (?:respond|answer)(?! (?:with|in) )|no (?:response|answer|reply) (?:received|from)"
        r"|not responding"
    )),
)  # fmt: skip
_ANSWERS: tuple[tuple[Label, re.Pattern[str]], ...] = (
    (is_.THROTTLED, as_pattern(r"too many requests|rate limit")),
    (is_.UPSTREAM_SLOW, as_pattern(r"gateway time-?out")),
    (is_.UPSTREAM_DOWN, as_pattern(r"bad gateway")),
    (
        is_.UPSTREAM_NOT_NOW,
        as_pattern(
            r"service unavailable|temporarily unavailable|maintenance|is overloaded|unavailable|is down"
            rf"|over capacity|is offline|again later|{_OPEN}"
        ),
    ),
)

_SHARED: tuple[tuple[Label, re.Pattern[str]], ...] = (
    (is_.CONTENTION, as_pattern(
        r"deadlock|serializ|serialis|lock wait|lock timeout|is locked|(?:obtain|acquire) (?:\S+ ){0,3}lock"
        r"|lock (?:not available|hold|is held)|already held by|write conflict"
    )),
    (is_.THROTTLED, as_pattern(r"too many requests|rate limit")),
    (is_.EXHAUSTED, as_pattern(
        r"too many (?:connections|clients)|pool (?:exhausted|limit|is full)|queuepool|connection slots"
    )),
)  # fmt: skip

_OF_SETTINGS = Sought(
    r"(?:secret|api|access|encryption|fernet|private|signing)[ _-]?keys?\b|\bpem\b|certificate file|credentials?\b"
    r"|\b(?:ur[li]|dsn|hosts?|hostname)\b|\b(?:transport|renderer|driver|backend|middleware|template|fonts?)\b"
    r"|\binstall|initiali[sz]e |initiali[sz]ed\b|configur|environment variable|\bsettings?\b",
    re.IGNORECASE,
)
_COMPLAINS = as_pattern(
    r"\bmust\b|\bshould\b|no such|\bno \S+ (?:key|app|was)|\bnot\b|n't\b|unknown|invalid|unable"
    r"|missing|expected|required|\bneither\b"
    r"|\bneeds? an? |\bno '|unsupported|could not|failed",
    re.IGNORECASE,
)
_KEY = (
    r"(?:\w+_(?:ur[li]|key|token|secret)|api[ _-]?key|credential|access[ _-]?token|auth[ _-]?token"
    r"|environment variable)s?"
)
_NO_KEY = as_pattern(
    rf"\b(?:no|missing|without|could not find|unable to locate|set(?:ting)?|provide|define) (?:\S+ ){{0,3}}{_KEY}\b"
    rf"|\bnot set (?:an? |the |your )?{_KEY}\b"
    rf"|\b(?:need to|have to|must|should|please) (?:pass|provide|supply|specify|give|define) (?:\S+ ){{0,4}}?"
    rf"(?:{_KEY}|token|credentials|password)\b"
    rf"|\b{_KEY} (?:(?:is|are|was|were|must be|has|have) ){{0,2}}(?:not |been )?(?:set|provided|found|configured|given"
    r"|missing|required|unset|empty)\b"
    r"|\bno (?:\w+ )?(?:token|password|key) (?:was )?(?:provided|given|set|supplied|configured|specified)\b",
    re.IGNORECASE,
)
_WRONG_KEY = as_pattern(rf"\b(?:invalid|incorrect|wrong|bad|expired|revoked) (?:\S+ )?{_KEY}\b", re.IGNORECASE)
_CLOSED = as_pattern(
    r"\b(?:already|is|was|been) closed\b(?! (?:by|before|cleanly|unexpectedly|while|during))"
    r"|\bno longer be used\b",
    re.IGNORECASE,
)
_NO_DEPENDENCY = as_pattern(
    r"\b(?:pip3? install|(?:need|have|try) to (?:pip )?install|please install|either install|not installed)\b",
    re.IGNORECASE,
)
_UNDEFINED = as_pattern(
    r"\bnot (?:been )?(?:defined|configured|registered)\b"
    r"|\bno (?:\w+ ){1,4}?(?:is |was |has been )?(?:configured|defined|registered)\b",
    re.IGNORECASE,
)
_REASON = as_pattern(r"\W*(?:bad gateway|service unavailable|internal server error|gateway time-?out)\b", re.IGNORECASE)
_NONSENSE = as_pattern(
    r"\b(?:invalid|bad|unexpected|malformed|garbled) (?:greeting|handshake|banner|reply|response)\b"
    r"|\blooks like http\b|\b(?:bad|illegal|invalid) ?status ?line\b",
    re.IGNORECASE,
)
_CALL_FIRST = as_pattern(r"\b(?:call|run|await|use) [\w.]+\(\) (?:first|before)\b", re.IGNORECASE)
_NO_TRUST = as_pattern(r"\bcertificate[ _]verify[ _]failed\b|\bcertificate has expired\b", re.IGNORECASE)
_LOGIN = as_pattern(
    r"\bauthentication (?:failed|failure)\b"
    r"|\bunable to authenticate\b|\binvalid (?:user ?name|login|credentials)\b|\blogin incorrect\b",
    re.IGNORECASE,
)
_PROXY = as_pattern(
    r"\b(?:proxy|tunnel|CONNECT)\b.{0,60}?(?:status|failed|code|HTTP(?:/\d\.\d)?|response|rejected"
    r"|refused)\W{0,3}([45]\d\d)\b"
    r"|\A\W{0,3}(407)\b|proxy authentication required",
    re.IGNORECASE,
)
"""What a proxy answered that was asked for a tunnel."""
_HANDSHAKE = as_pattern(
    r"\b(?:connection|handshake)\b (?:\w+ )?(?:error|failed|refused|rejected|status)\W{1,3}([45]\d\d)\b", re.IGNORECASE
)
_MAX_SETTINGS = 400


def guess_by_message(message: str) -> tuple[Label, str] | None:
    """What a message suggests, and the words that do."""
    return _guess_by_text(message[:_MAX_MESSAGE]) if message else None


@lru_cache(maxsize=1_024)
def _guess_by_text(text: str) -> tuple[Label, str] | None:
    # the same exception is often raised again with the same text
    lower = _SET_TIMEOUT.sub("", text.lower())
    if (found := _find(_MESSAGES, lower)) is not None:
        return found
    return None if (opened := _OPEN_CIRCUIT.search(lower)) is None else (_UPSTREAM, opened[0])


_SET_TIMEOUT = as_pattern(
    r"timeout['\"]?\s?[:=]\s?(?:none|\d)|\w_timeout\w*|\btimeout_\w+"
    r"|\btimeouts?['\"`]? (?:values?|parameter|argument|option|setting|must|should|cannot be|has to|is expected)\b"
)
"""A timeout that is set, and none that was over."""


@lru_cache(maxsize=1_024)
def names_a_setting(message: str) -> str | None:
    """The word by which a message complains of something that is set up once: a URL, a key, a driver."""
    found = _OF_SETTINGS.search(message[:_MAX_SETTINGS])
    return found[0].lower() if found is not None and _COMPLAINS.search(message[:_MAX_SETTINGS]) is not None else None


def misses_a_key(message: str) -> bool:
    """Whether a message says that there are no credentials, rather than that a peer refused them."""
    text = message[:_MAX_SETTINGS]
    return _NO_KEY.search(text) is not None and _WRONG_KEY.search(text) is None


def misses_a_dependency(message: str) -> bool:
    """Whether a message says that something was not installed."""
    return _NO_DEPENDENCY.search(message[:_MAX_SETTINGS]) is not None


def is_undefined(message: str) -> bool:
    """Whether a message says that something was not set up beforehand."""
    return _UNDEFINED.search(message[:_MAX_SETTINGS]) is not None


def how_a_peer_failed(message: str) -> tuple[Label, str] | None:
    """What a message of a library that talks to a peer says of the link or of the answer, status and all."""
    guess = guess_by_message(message)
    if guess is None or _NONSENSE.search(message[:_MAX_SETTINGS]) is not None:
        return None
    table = _PEERS if guess[0].category is Category.NETWORK else _ANSWERS
    text = message[:_MAX_MESSAGE].lower()
    return next(((label, found[0]) for label, words in table if (found := words.search(text)) is not None), None)


def what_happened(message: str) -> tuple[Label, str] | None:
    """What a message names that happened, where nothing but the message is known: how a link failed, what a peer
    answered, what ran out, or that others were there at the same time."""
    if "()" in message and (called := _CALL_FIRST.search(message[:_MAX_SETTINGS])) is not None:
        return is_.BUG, called[0].lower()
    guess = guess_by_message(message)
    if guess is None or guess[0].category not in {Category.RESOURCE, Category.CONCURRENCY}:
        told = how_a_peer_failed(message)
        # of an application it may be a plan, or a machine
        return None if told is not None and told[1] == "maintenance" else told
    text = message[:_MAX_MESSAGE].lower()
    return next(((label, one[0]) for label, words in _SHARED if (one := words.search(text)) is not None), None)


def is_closed(message: str) -> bool:
    """Whether a message says that something had been closed before it was used."""
    return _CLOSED.search(message[:_MAX_SETTINGS]) is not None


def tells_of_an_answer(message: str) -> tuple[Label, str] | None:
    """What a message says of a peer that is said to be out of reach, and did answer: with the reason phrase of a
    status (RFC 9110, 15.6), that it does not know us, or in no language that was expected."""
    if (found := _REASON.match(message)) is not None:
        return is_.UPSTREAM_FAILED if "internal" in found[0].lower() else is_.UPSTREAM_NOT_NOW, "a reason phrase"
    if (found := _PROXY.search(message[:_MAX_SETTINGS])) is not None:
        status = int(found[1] or found[2] or 407)
        return label_of_upstream(status) or is_.UPSTREAM_FAILED, f"a proxy, HTTP {status}"
    if (found := _HANDSHAKE.search(message[:_MAX_SETTINGS])) is not None:
        return label_of_upstream(int(found[1])) or is_.UPSTREAM_FAILED, f"a handshake, HTTP {found[1]}"
    if (found := _NO_TRUST.search(message[:_MAX_SETTINGS])) is not None:
        return is_.NO_TRUST, found[0].lower()
    if (found := _LOGIN.search(message[:_MAX_SETTINGS])) is not None:
        return is_.REFUSED_US, found[0].lower()
    found = _NONSENSE.search(message[:_MAX_SETTINGS])
    return None if found is None else (is_.UPSTREAM_FAILED, found[0].lower())


def _find(table: tuple[tuple[Label, tuple[str, ...]], ...], text: str) -> tuple[Label, str] | None:
    for label, needles in table:
        for needle in needles:
            if needle in text:
                return label, needle
    return None
