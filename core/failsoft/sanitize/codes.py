"""Codes that open something once: those sent to a phone, and those of OAuth that are exchanged for a token."""

from __future__ import annotations

import re
from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.checks import looks_random, mixed
from failsoft.sanitize.scanner import Anchor, Scan, Span, marker
from failsoft.sanitize.verdict import Judge, is_announced

__all__ = ["code_signs", "code_words"]

_SENT = as_pattern(r"\d{4,8}(?![\w.-])")
_YOURS = as_pattern(
    r"(?i)\b(?:your|one-time|single-use)(?:[ +](?!error|status|exit|zip|postal|country|promo|discount|reason"
    r"|area)\w{2,16}){0,3}[ +]$"
)
_CODE = as_pattern(r"[?&](?:code|ticket|state|nonce)=([^\s&\"'<>\\#;,)\]}]{1,2048})")
_LONG_CODE = as_pattern(r"(?:\\?[\"']?\s?[=:]\s?|\s)\\?[\"']?([\w/.-]{16,512})")
_CODE_LEAST = 8
_EXCHANGE = as_pattern(r"authorization_code|grant_?[tT]ype|redirect_?[uU]ri|code_?[vV]erifier|oauth")
_BESIDE = 240
_NAMED_CODE = as_pattern(r"[a-z\d]+(?:[_.-][a-z\d]+)+|[A-Z\d]+(?:[_.-][A-Z\d]+)+")
_STATE = as_pattern(r"[A-Za-z0-9_-]{16,128}")
_BEFORE_CODE = as_pattern(r"(?<![\w.-])(\d{4,8}) ?$")
_OF_CODE = as_pattern(r"(?i)(?:[\w-]{1,16} ){0,3}(?:code|otp|pin|passcode|password)\b")
_WORDY = as_pattern(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*\.?")
_judge = Judge()


def _sent_code(scan: Scan, start: int, end: int) -> Span | int:
    """`Your login code is 482913`, as a message to a phone has it."""
    match = _SENT.match(scan.text, end)
    return (end, match.end(), marker("otp")) if match and _YOURS.search(scan.before(start, 48)) else end


def _code_before(scan: Scan, start: int, end: int) -> Span | int:
    """`482913 is your login code`."""
    match = _BEFORE_CODE.search(scan.before(start, 24)) if _OF_CODE.match(scan.text, end) else None
    if match is None:
        return end
    first = start - (len(match.string) - match.start(1))
    return first, first + len(match[1]), marker("otp")


def oauth_code(scan: Scan, start: int, end: int) -> Span | int:
    """A code, ticket or state in a query string; `code=42` and `state=open` are not meant."""
    match = _CODE.match(scan.text, start)
    if match is None or len(match[1]) < _CODE_LEAST:
        return end
    value = match[1]
    if value.isdigit() or (_WORDY.fullmatch(value) and not looks_random(value)) or not mixed(value):
        return end
    if not _judge.is_value(value, "token", "", quoted=True, op="="):
        return end
    return match.start(1), match.end(), marker("oauth_code")


def _long_code(scan: Scan, start: int, end: int) -> Span | int:
    """An authorization code outside of a query: only what no error code looks like."""
    match = _LONG_CODE.match(scan.text, end)
    if match is None or not scan.free(start):
        return end
    if not (looks_random(match[1]) or match[1].startswith("4/0") or _is_exchanged(scan, start, match)):
        return end
    return match.start(1), match.end(1), marker("oauth_code")


def _new_state(scan: Scan, _start: int, end: int) -> Span | int:
    """requests-oauthlib: `Generated new state x.`, which an answer is known by."""
    match = _STATE.match(scan.text, end)
    return (end, match.end(), marker("csrf")) if match and looks_random(match.group()) else end


def _is_exchanged(scan: Scan, start: int, code: re.Match[str]) -> bool:
    """Whether a code stands in a request that exchanges it for a token."""
    if not is_announced(code[1], "token") or _NAMED_CODE.fullmatch(code[1]):
        return False
    if scan.text[code.start(1) - 1] not in ("'", '"'):
        return "invalid_grant" in scan.before(start, 64)
    first, last = max(0, start - _BESIDE), code.end() + _BESIDE
    return _EXCHANGE.search(scan.text, first, last) is not None


def code_words() -> Iterator[Anchor]:
    """Anchors in any case."""
    for words in ("new state ", "supplied state "):
        yield Anchor(words, _new_state)
    for words in ("is your ", "as your "):
        yield Anchor(words, _code_before)
    yield Anchor("code+is+", _sent_code, r"(?=\d{4,8}\b)")
    yield Anchor("code is ", _sent_code, r"(?=\d{4,8}\b)")
    yield Anchor("code: ", _sent_code, r"(?=\d{4,8}\b)")
    yield Anchor("code", _long_code, r"(?=\\?[\"']?\s?[=:]?\s?\\?[\"']?[a-z0-9/_.-]{16})")


def code_signs() -> Iterator[Anchor]:
    """Anchors that are signs."""
    for name in ("code", "ticket", "state", "nonce"):
        yield Anchor(f"?{name}=", oauth_code)
        yield Anchor(f"&{name}=", oauth_code)
