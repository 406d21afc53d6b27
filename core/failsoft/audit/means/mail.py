"""Notifications by e-mail (SMTP, RFC 5321), encrypted with STARTTLS (RFC 3207) unless the settings say otherwise."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from failsoft.audit.means import RefusedError, TryAgainError
from failsoft.audit.notices import Message

__all__ = ["Mail", "Tls"]

Tls = Literal["starttls", "implicit", "none"]
_MOST_SUBJECT = 200


class Mail:
    """Sends to a mail server.

    Parameters:
        host, port: of the server.
        sender: address that it comes from.
        to: addresses.
        tls: `starttls`, required; `implicit`: from the first byte; `none`: in clear.
        login: name and password, if the server asks for them.
        timeout: seconds for connecting, and for each reply.
    """

    kind = "email"

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        to: Sequence[str],
        tls: Tls,
        login: tuple[str, str] | None,
        timeout: float,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._to = tuple(to)
        self._tls = tls
        self._login = login
        self._timeout = timeout

    def send(self, message: Message, at: float) -> None:
        mail = self._mail(message, at)
        try:
            with self._connected() as server:
                refused = server.send_message(mail, self._sender, self._to)
        except smtplib.SMTPRecipientsRefused as error:
            raise _said("refused all addresses", [code for code, _ in error.recipients.values()]) from None
        except smtplib.SMTPResponseException as error:
            # the text of the reply may name accounts
            raise _said(type(error).__name__, [error.smtp_code]) from None
        except smtplib.SMTPNotSupportedError:
            raise TryAgainError("the server offers no STARTTLS, or no log-in") from None
        if refused:
            # the others have it: sent again, they would have it twice
            raise RefusedError(f"{len(refused)} of {len(self._to)} addresses were refused")

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._tls == "starttls":
                server.starttls(context=context)
            if self._login is not None:
                server.login(*self._login)
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, message: Message, at: float) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = ", ".join(self._to)
        mail["Subject"] = message.subject[:_MOST_SUBJECT]
        mail["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
        mail["Message-ID"] = f"<{message.id}@failsoft.invalid>"
        # no answering machine is to answer (RFC 3834)
        mail["Auto-Submitted"] = "auto-generated"
        if message.severity in ("critical", "high"):
            mail["Importance"] = "high"
        mail.set_content(message.text)
        return mail


def _said(what: str, codes: Sequence[int]) -> Exception:
    text = f"{what}: {', '.join(str(code) for code in sorted(set(codes)))}"
    return RefusedError(text) if codes and all(code >= 500 for code in codes) else TryAgainError(text)
