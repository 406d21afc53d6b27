"""Replies of servers of mail and of files: what their words add to their codes."""

from __future__ import annotations

import ftplib
import imaplib
import poplib
import smtplib

import pytest

from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier

_CLASSIFIER = Classifier(clock=SystemClock())
_TO = "a@example.test"


@pytest.mark.parametrize(
    ("exc", "category", "transient"),
    [
        (smtplib.SMTPSenderRefused(530, b"5.7.0 Authentication required", _TO), "authentication", False),
        (smtplib.SMTPSenderRefused(530, b"5.7.0 Must issue a STARTTLS command first", _TO), "configuration", False),
        (smtplib.SMTPSenderRefused(554, b"5.7.1 Relay access denied", _TO), "authentication", False),
        (smtplib.SMTPSenderRefused(421, b"4.7.0 Too many messages", _TO), "resource", True),
        (smtplib.SMTPSenderRefused(550, b"5.4.5 Daily user sending limit exceeded", _TO), "resource", False),
        (smtplib.SMTPRecipientsRefused({_TO: (452, b"4.5.3 too many recipients")}), "resource", True),
        (
            smtplib.SMTPRecipientsRefused({_TO: (450, b"busy"), "b@example.test": (550, b"no such user")}),
            "external_service",
            False,
        ),
        (imaplib.IMAP4.error("[PRIVACYREQUIRED] TLS first"), "configuration", False),
        (imaplib.IMAP4.error("[ALERT] Too many simultaneous connections."), "resource", True),
        (imaplib.IMAP4.error("Invalid credentials (Failure)"), "authentication", False),
        (imaplib.IMAP4.error("Unknown IMAP4 command: FOO"), "system", False),
        (imaplib.IMAP4.abort("command: SELECT => unexpected response: b'what'"), "external_service", False),
        (imaplib.IMAP4.abort("command: SELECT => shutting down"), "external_service", True),
        (imaplib.IMAP4.abort("command: SELECT => socket error: EOF"), "network", True),
        (poplib.error_proto("-ERR EOF"), "network", True),
        (poplib.error_proto("-ERR maildrop already locked"), "concurrency", True),
        (ftplib.error_perm("550 Permission denied."), "authentication", False),
        (ftplib.error_perm("550 No such file."), "external_service", False),
        (ftplib.error_perm("530 Non-anonymous sessions must use encryption."), "configuration", False),
    ],
)
def test_the_words_of_a_reply_say_what_its_code_leaves_open(exc: Exception, category: str, transient: bool) -> None:
    failure = _CLASSIFIER.classify(exc)
    assert (failure.category, failure.transient) == (category, transient)
