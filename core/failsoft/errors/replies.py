"""Replies of servers of mail and of files: SMTP, IMAP, POP3 and FTP.

Their first digit says whether it will pass, and little more: what was refused, and to whom, the words beside it say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.code import Code, CodeReader, named, number_of
from failsoft.errors.complaints import has_to_be_paid, is_throttled

__all__ = ["READERS_OF_REPLIES", "label_of_reply", "read_ftp"]

_MAX_TEXT = 2_000
_Row = tuple[re.Pattern[str], Label]


def _rows(*rows: tuple[str, Label]) -> tuple[_Row, ...]:
    return tuple((as_pattern(words, re.IGNORECASE), label) for words, label in rows)


# a server that takes credentials or data over TLS only; whether we use it is a setting
_WANTS_TLS = (
    r"starttls command first|\b(?:tls|ssl|encrypt\w+)\b.{0,40}\b(?:required|first)\b|must use (?:encryption|tls|ssl)"
)
_REFUSES = (
    r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not (?:permitted|allowed))|not authenticated|must authenticate"
    r"|authenticat\w+ (?:is )?required|not (?:authori[sz]ed|permitted|allowed) to send|sendasdenied"
    r"|(?:permission|access) (?:is )?denied"
)


# --- SMTP (RFC 5321) --------------------------------------------------------------------------------------------------
_NEVER_CONNECTED = frozenset({"please run connect() first", "Server not connected"})
_SMTP = _rows((_WANTS_TLS, is_.MISCONFIGURED), (_REFUSES, is_.REFUSED_US))


def _read_smtp(exc: BaseException, _label: Label | None) -> Code | None:
    """SMTP: the reply code of a mail server."""
    if "timed out" in str(exc)[:_MAX_TEXT]:
        return Code(is_.SILENT, "timed out")
    if str(exc) in _NEVER_CONNECTED:
        return Code(is_.BUG, "never connected")
    recipients = getattr(exc, "recipients", None)
    if isinstance(recipients, Mapping) and recipients:
        return _of_recipients(recipients)
    number = number_of(getattr(exc, "smtp_code", None)) or number_of(getattr(exc, "code", None))
    if number is None or not 400 <= number <= 599:
        return None
    return Code(label_of_reply(number, str(exc)[:_MAX_TEXT]), f"SMTP {number}")


def _of_recipients(recipients: Mapping[object, object]) -> Code | None:
    """One reply for each of those who were all refused: what will not pass decides."""
    replies = [reply for reply in recipients.values() if isinstance(reply, tuple) and len(reply) == 2]
    codes = [
        Code(label_of_reply(number, str(text)[:_MAX_TEXT]), f"SMTP {number}")
        for one, text in replies
        if (number := number_of(one)) is not None and 400 <= number <= 599
    ]
    return min(codes, key=lambda code: code.label.transient, default=None)


def label_of_reply(number: int, text: str) -> Label:
    """What a mail server means by a reply code and the text beside it."""
    # so many a day, which no moment later brings back; 552 tells of a mailbox of somebody else
    if number != 552 and has_to_be_paid(text):
        return is_.QUOTA_SPENT
    if number < 500:
        return is_.THROTTLED if is_throttled(text) else known.SMTP.get(number, is_.UPSTREAM_NOT_NOW)
    return _said(_SMTP, text) or known.SMTP.get(number, is_.UPSTREAM_FAILED)


# --- IMAP (RFC 5530) and POP3 (RFC 2449, RFC 3206) --------------------------------------------------------------------
_MAILBOX = _rows(
    (r"unknown imap4 command|illegal in state|session already established|\[clientbug\]", is_.BUG),
    (r"(?:tls|stls|ssl) not supported by server|\[privacyrequired\]", is_.MISCONFIGURED),
    (_WANTS_TLS, is_.MISCONFIGURED),
    (r"unexpected response", is_.UPSTREAM_FAILED),
    # a folder that is set up beforehand
    (r"\[nonexistent\]", is_.MISCONFIGURED),
    (r"\[unavailable\]|\[sys/temp\]", is_.UPSTREAM_NOT_NOW),
    (r"\[login-delay\]|\[limit\]|too many (?:simultaneous |concurrent )?connections", is_.THROTTLED),
    (r"\[in-?use\]|already locked|(?:mailbox|maildrop) (?:is )?locked|\[expungeissued\]", is_.CONTENTION),
    (r"\[overquota\]", is_.QUOTA_SPENT),
    (r"\[(?:authenticationfailed|authorizationfailed|expired|auth|noperm)\]", is_.REFUSED_US),
    (r"log ?in (?:failed|incorrect|denied|via)|authenticat\w+ fail|logon failure", is_.REFUSED_US),
    (r"(?:invalid|incorrect|wrong|bad) (?:user ?name|login|password|credentials)", is_.REFUSED_US),
    (r"application-specific password", is_.REFUSED_US),
    (r"-ERR EOF\Z|socket error|\bidle\b|inactiv|autologout", is_.BROKEN),
)


def _read_mailbox(exc: BaseException, _label: Label | None) -> Code | None:
    """The response codes of a mailbox, and the words of servers that have none."""
    text = str(exc)[:_MAX_TEXT]
    if (means := _said(_MAILBOX, text)) is None and type(exc).__name__ == "abort":
        # it said goodbye, as one that is shut down does
        means = is_.UPSTREAM_NOT_NOW
    return named(means, "the reply of a mailbox")


# --- FTP (RFC 959, 4.2) -----------------------------------------------------------------------------------------------
_FTP: Mapping[int, Label] = {
    421: is_.UPSTREAM_NOT_NOW,
    425: is_.UNREACHABLE,
    426: is_.BROKEN,
    430: is_.REFUSED_US,
    450: is_.UPSTREAM_NOT_NOW,
    451: is_.UPSTREAM_NOT_NOW,
    452: is_.QUOTA_SPENT,
    530: is_.REFUSED_US,
    532: is_.REFUSED_US,
    534: is_.REFUSED_US,
    552: is_.DISK_FULL._replace(severity=is_.EXHAUSTED.severity),
}
_FTP_REPLY = as_pattern(r"(?:\A|\bgot )([45]\d\d)\b")
_FTP_SAYS = _rows((_WANTS_TLS, is_.MISCONFIGURED), (r"(?:permission|access) (?:is )?denied", is_.REFUSED_US))


def read_ftp(exc: BaseException, _label: Label | None) -> Code | None:
    """The reply of a server of files."""
    text = str(exc)[:_MAX_TEXT]
    found = _FTP_REPLY.search(text)
    if found is None:
        return None
    number = int(found[1])
    means = is_.THROTTLED if number == 421 and is_throttled(text) else _FTP.get(number)
    return named((_said(_FTP_SAYS, text) if number >= 500 else None) or means, f"FTP {number}")


def _said(rows: tuple[_Row, ...], text: str) -> Label | None:
    return next((label for words, label in rows if words.search(text) is not None), None)


READERS_OF_REPLIES: tuple[tuple[CodeReader, str], ...] = (
    (_read_smtp, "smtplib aiosmtplib"),
    (_read_mailbox, "imaplib poplib imap_tools"),
    (read_ftp, "ftplib"),
)
"""The readers, and the packages whose exceptions they read."""
