"""Answers to a server that asks who is there (SASL, RFC 4422): base64 after the name of a mechanism."""

from __future__ import annotations

from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.scanner import Anchor, Scan, Span, marker

__all__ = ["sasl_words"]

_MECHANISMS = ("plain", "login", "xoauth2", "oauthbearer", "cram-md5")
# no word has a digit, a capital inside of it, or padding
_ANSWER = r"((?=[A-Za-z+/]*+[0-9=]|[A-Z]?[a-z+/]*+[A-Z])[A-Za-z0-9+/]{8,16384}={0,2})(?![\w-])"
_GAP = r"(?:[\"']? [\"']?(?:\{\d{1,5}\+?\}\s{1,2})?|[\"']>)"
_AFTER = as_pattern(_GAP + _ANSWER)
# SMTP (RFC 4954), IMAP, ManageSieve, XMPP
_ASKED = as_pattern(r"(?i)(?:\bauth(?:enticate)? [\"']?|mechanism=[\"'])$")
_RESPONSE = as_pattern(_ANSWER)
_NAMED = as_pattern(r"\b(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|CRAM-MD5)\b")
_BEFORE = 240
# "Password:" in base64, in lower case, and what is sent next
_PROMPTS = ("ugfzc3dvcmq6", "cgfzc3dvcmq6", "ugfzc3dvcmqa")
_SENT = as_pattern(r"[^\n]{0,40}\n(?:reply: [^\n]{0,120}\n){0,2}send: b?'([A-Za-z0-9+/]{4,1024}={0,2})(?=\\r\\n')")
_BIND = "'authentication': {"
_QUOTED = as_pattern(r"b?[\"'](?!\[REDACTED)([^\"'\n]{1,256})[\"']")


def _asked(scan: Scan, start: int, end: int) -> Span | int:
    """`AUTH PLAIN x`, `AUTHENTICATE "PLAIN" "x"`, `mechanism='PLAIN'>x</auth>`."""
    match = _AFTER.match(scan.text, end)
    if match is None or not _ASKED.search(scan.text, max(0, start - 16), start):
        return end
    return match.start(1), match.end(1), marker("basic")


def _response(scan: Scan, start: int, end: int) -> Span | int:
    """`AUTH 1 PLAIN service=imap resp=x`, as Dovecot has it."""
    match = _RESPONSE.match(scan.text, end)
    if match is None or not _NAMED.search(scan.before(start, _BEFORE)):
        return end
    return match.start(1), match.end(1), marker("basic")


def _simple(scan: Scan, start: int, end: int) -> Span | int:
    """ldap3 writes the request of a simple bind (RFC 4511, section 4.2)."""
    value = _QUOTED.match(scan.text, end) if scan.before(start, 24).endswith(_BIND) else None
    return (value.start(1), value.end(1), marker("password")) if value else end


def _prompted(scan: Scan, _start: int, end: int) -> Span | int:
    """What smtplib sends when it was asked for the password, as its debug output shows it."""
    sent = _SENT.match(scan.text, end)
    return (sent.start(1), sent.end(1), marker("password")) if sent else end


def sasl_words() -> Iterator[Anchor]:
    """Anchors in any case."""
    for mechanism in _MECHANISMS:
        yield Anchor(mechanism, _asked, r"(?=[\"']?[ >][\"']?[a-z0-9+/{])")
    yield Anchor("'simple': ", _simple, "(?=[b\"'])")
    for prompt in _PROMPTS:
        yield Anchor(f"334 {prompt}", _prompted)
    yield Anchor("resp=", _response, "(?=[a-z0-9+/]{8})")
