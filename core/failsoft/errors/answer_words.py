"""Words inside of a peer's answer that say what it means: a code of an error, as `account_inactive` or `THROTTLED`.

Many peers answer with a status that says little, or with 200, and put a word beside it. Each has words of its own, and
yet they are made of the same ones; so they are read as names of classes are, whoever chose them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeGuard

from failsoft.deferred import as_pattern
from failsoft.errors.capture import text_of
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.code import Code

__all__ = ["ATTRIBUTES_WITH_WORDS", "label_of_word", "word_of_answer", "words_in"]

_MAX_TEXT = 2_000
_MAX_WORD = 60
_MAX_ERRORS = 4
_ATTRIBUTES = ("error_code", "code", "error", "errorCode", "err_code", "reason", "type", "fault_code", "faultcode")
_KEYS = ("code", "error_code", "errorCode", "error", "err_code", "type", "name", "reason", "status", "__type")
_BODIES = ("body", "json_body", "data", "details", "response_data", "response_body", "payload", "error", "errors",
           "response", "fault")  # fmt: skip
ATTRIBUTES_WITH_WORDS = frozenset({*_ATTRIBUTES, *_BODIES})
_IN_TEXT = as_pattern(
    r"[\"'](?:code|error|error_?code|err_?code|type|reason|status|__type)[\"']\s?:\s?[\"']([A-Za-z][\w.:\-]{3,60})[\"']"
    r"|\burn:[\w.:-]{2,80}?:errors?:([A-Za-z]\w{3,60})",
    re.IGNORECASE,
)
_PART = as_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def _row(label: Label, words: str) -> tuple[Label, re.Pattern[str]]:
    return label, as_pattern(rf" (?:{words})")


_NO_LONGER = r"expired|revoked|inactive|disabled|deactivated|suspended|locked|deleted|blocked|banned|closed"
_PROOF = (
    r"(?:access |refresh |bearer |auth(?:entication)? |id |app |bot |user |client |api |security |session |secret )*"
    r"(?:tokens?|api keys?|access keys?|key ids?|keys? pair|secret|credentials?|client(?: id| secret)?|session(?: id)?"
    r"|signature|jwt|password|log ?in|grant type|certificate)"
)
# asked in this order
_ROWS: tuple[tuple[Label, re.Pattern[str]], ...] = (
    _row(
        is_.QUOTA_SPENT,
        r"(?:\w+ )*?(?:insufficient|not enough|no|out of|low) (?:account )?(?:quota|balance|credits?)"
        r"|(?:\w+ )?(?:balance|credits?|quota) (?:is )?(?:insufficient|exhausted|spent|depleted|too low|exceeded|empty)"
        r"|(?:\w+ )?billing (?:hard|soft|limit|error|not|disabled|required|inactive)|payment (?:is )?required"
        r"|(?:monthly|daily|plan|quota|storage|spend(?:ing)?|usage|hard|credit|trial|license|seat) (?:\w+ )?limit"
        r"|(?:subscription|trial|plan|license) (?:\w+ )?(?:expired|inactive|required|ended)"
        r"|account past due|past due|upgrade required",
    ),
    _row(
        is_.THROTTLED,
        r"(?:\w+ )*?(?:rate ?limit\w*|throttl\w*|too many (?:requests|calls|connections|queries)|slow ?down"
        r"|flood(?: wait)?)"
        r"|(?:request|call|concurren\w*|api|query|message) (?:rate )?limit (?:\w+ )?(?:exceeded|reached)"
        r"|over (?:query|request|rate) limit|limit exceeded (?:exception )?\Z",
    ),
    _row(
        is_.CONTENTION, r"lock timeout|(?:resource|row|record|object) (?:is )?locked|deadlock|concurrent modification"
    ),
    _row(
        is_.REFUSED_US,
        r"(?:\w+ )??(?:unauthenticated|unauthori[sz]ed|forbidden|not (?:authenticated|authed|authori[sz]ed|permitted))"
        rf"|(?:invalid|bad|expired|missing|revoked|wrong|unknown|inactive|unrecogni[sz]ed|no"
        rf"|incorrect) (?:auth\w*|{_PROOF})"
        r"(?: \w+)?\Z"
        rf"|{_PROOF} (?:\w+ )?(?:{_NO_LONGER}|invalid|missing|required|mismatch|does not match|not (?:found|valid))"
        rf"|(?:{_NO_LONGER}) (?:account|user|client)|(?:account|user|organi[sz]ation|org|team|tenant|workspace"
        rf"|app|application|bot) (?:is )?(?:{_NO_LONGER})"
        r"|(?:failed|invalid|missing|no|unknown) auth\w*|auth(?:entication|orization|enticate)?"
        r" (?:failed|failure|error|required|denied|expired|invalid)"
        r"|(?:\w+ )?access (?:denied|not configured|revoked)|permissions? (?:denied|error|required|missing)"
        r"|(?:no|missing) permissions?"
        r"|(?:missing|insufficient|invalid) (?:\w+ )?(?:scopes?|permissions?|access|privileges?|rights|role)"
        r"|(?:org )?login required|ip (?:\w+ )*?not (?:allowed|whitelisted)|two factor|not allowed token type"
        r"|security token (?:\w+ )?(?:unavailable|invalid|expired)|invalid security",
    ),
    _row(
        is_.UPSTREAM_SLOW,
        r"(?:request |gateway |operation |query |upstream |connection |server )?(?:timed? ?out|timeout)(?: error)?\Z"
        r"|deadline exceeded",
    ),
    _row(
        is_.UPSTREAM_NOT_NOW,
        r"(?:\w+ )*?(?:temporarily |currently )?(?:unavailable|not available|not ready)"
        r"|(?:\w+ )?over ?loaded(?: error)?|(?:\w+ )?(?:capacity exceeded"
        r"|over capacity|at capacity|no capacity|out of capacity)|(?:\w+ )?busy|maintenance|try again"
        r"|retry (?:later|request)"
        r"|(?:\w+ )?pending\Z|warming up|(?:\w+ )?(?:is )?loading|starting up|shutting down",
    ),
    _row(is_.THROTTLED, r"resources? exhausted"),
)
_SILENT_ABOUT = frozenset({"", "error", "errors", "exception", "fault", "client", "server"})


@lru_cache(maxsize=1_024)
def label_of_word(word: str) -> Label | None:
    """What a word means that a peer chose for an error; None: no more than that it failed."""
    # the part before a colon tells whose word it is, as `wsse:FailedAuthentication` and `com.x#ThrottlingException`
    own = re.split(r"[:#/]", word)[-1]
    parts = [part.lower() for part in _PART.findall(own)]
    if not parts or (len(parts) == 1 and parts[0] in _SILENT_ABOUT):
        return None
    phrase = " " + " ".join(parts)
    for label, words in _ROWS:
        if (found := words.match(phrase)) is not None and (found.end() == len(phrase) or phrase[found.end()] == " "):
            return label
    return None


def word_of_answer(exc: BaseException) -> Code | None:
    """The first word in an answer that says more than that a peer failed."""
    for word in words_in(exc):
        if (label := label_of_word(word)) is not None:
            return Code(label._replace(voice=Voice.SAYS), word)
    return None


def words_in(exc: BaseException) -> Iterator[str]:
    """The words of the answer that an exception carries: as attributes, in a body, or in its text."""
    for carrier in (exc, getattr(exc, "fault", None), getattr(exc, "error", None)):
        for name in _ATTRIBUTES:
            if _is_word(value := getattr(carrier, name, None)):
                yield value
    for name in _BODIES:
        yield from _in_body(getattr(exc, name, None), 0)
    for found in _IN_TEXT.finditer(text_of(exc)[:_MAX_TEXT]):
        yield found[1] or found[2]


def _is_word(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 4 <= len(value) <= _MAX_WORD and " " not in value


def _in_body(body: Any, depth: int) -> Iterator[str]:
    if isinstance(body, (list, tuple)):
        for one in body[:_MAX_ERRORS]:
            yield from _in_body(one, depth + 1)
        return
    if not isinstance(body, Mapping):
        # a response that has read its body, as Slack's
        body = getattr(body, "data", None) if depth == 0 else None
        if not isinstance(body, Mapping):
            return
    for name in ("extensions", "error", "errors"):
        if depth < 3 and isinstance(inner := body.get(name), (Mapping, list)):
            yield from _in_body(inner, depth + 1)
    for name in _KEYS:
        if _is_word(value := body.get(name)):
            yield value
