"""Mail and files by the standard library: SMTP, IMAP, POP and FTP servers that say no, or not now."""

from __future__ import annotations

import ftplib
import imaplib
import poplib
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from evaluations.classifier.raisers._fresh_a import fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, dialogue, listening
from evaluations.classifier.raisers.scaffold_http import DOWN, FAILED, LINK, OUR_BUG, QUOTA, REFUSED_US, THROTTLED

_VALUE = "a bug, also where the client's input led to it"


# --- mail -------------------------------------------------------------------------------------------------------------
_SMTP = {b"EHLO": b"250-hi\r\n250 AUTH PLAIN LOGIN\r\n", b"QUIT": b"221 bye\r\n"}


def _send(answers: dict[bytes, bytes], *, login: bool = False, to: str = "b@example.test") -> None:
    message = EmailMessage()
    message["From"], message["To"] = "a@example.test", to
    message.set_content("Hello")
    with listening(dialogue(b"220 hi\r\n", {**_SMTP, **answers}, b"250 ok\r\n")) as port:
        with smtplib.SMTP(HOST, port, timeout=1) as client:
            if login:
                client.login("shop", "not-real")
            client.send_message(message)


@fresh("python", "smtp_login_not_now", DOWN, "454: for the moment, it says; authentication is defensible")
def _() -> None:
    _send({b"AUTH": b"454 4.7.0 Temporary authentication failure\r\n"}, login=True)


@fresh("python", "smtp_storage_short", DOWN, "452: theirs is short for the moment; resource is defensible")
def _() -> None:
    _send({b"DATA": b"452 4.3.1 Insufficient system storage\r\n"})


@fresh("python", "smtp_daily_quota", QUOTA, "not a little later; external_service is defensible")
def _() -> None:
    _send({b"MAIL": b"550 5.4.5 Daily user sending quota exceeded\r\n"})


@fresh("python", "smtp_not_authenticated", REFUSED_US)
def _() -> None:
    _send({b"MAIL": b"530 5.7.0 Authentication required\r\n"})


@fresh("python", "smtp_address_not_ascii", FAILED, "the peer does not take such addresses; validation is defensible")
def _() -> None:
    _send({}, to="zoë@example.test")


@fresh("python", "smtp_line_without_end", FAILED)
def _() -> None:
    _send({b"MAIL": b"250 " + b"a" * 9_000 + b"\r\n"})


@fresh("python", "mail_header_with_a_newline", OUR_BUG, _VALUE)
def _() -> None:
    EmailMessage()["Subject"] = "Order 7\nBcc: c@example.test"


@fresh("python", "mail_delivery_failed_from_refused", LINK, "says what failed; the link is why")
def _() -> None:
    try:
        smtplib.SMTP(HOST, closed_port(), timeout=1)
    except OSError as exc:
        raise RuntimeError("receipt not sent") from exc


def _imap(answer: bytes) -> None:
    answers = {b"LOGIN": answer, b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"}
    with listening(dialogue(b"* OK hi\r\n", answers, b"* BYE\r\n{tag} OK done\r\n")) as port:
        with imaplib.IMAP4(HOST, port, timeout=1) as client:
            client.login("shop", "not-real")


@fresh("python", "imap_unavailable", DOWN, "RFC 5530: UNAVAILABLE is for now")
def _() -> None:
    _imap(b"{tag} NO [UNAVAILABLE] User authentication backend is down\r\n")


@fresh("python", "imap_too_many_connections", THROTTLED, "a limit of theirs; other connections end")
def _() -> None:
    _imap(b"{tag} NO [LIMIT] Too many simultaneous connections\r\n")


@fresh("python", "imap_nonsense", FAILED)
def _() -> None:
    _imap(b"HTTP/1.1 400 Bad Request\r\n")


@fresh("python", "pop_not_now", DOWN, "RFC 3206: SYS/TEMP is for now")
def _() -> None:
    answers = {b"PASS": b"-ERR [SYS/TEMP] mailbox is on a server that is being restarted\r\n"}
    with listening(dialogue(b"+OK hi\r\n", answers, b"+OK\r\n")) as port:
        client = poplib.POP3(HOST, port, timeout=1)
        client.user("shop")
        client.pass_("not-real")


def _ftp(answers: dict[bytes, bytes], act: Callable[[ftplib.FTP], Any]) -> None:
    with listening(dialogue(b"220 hi\r\n", answers, b"200 ok\r\n")) as port:
        client = ftplib.FTP(timeout=1)
        client.connect(HOST, port)
        act(client)


@fresh("python", "ftp_data_refused", LINK)
def _() -> None:
    port = closed_port()
    passive = f"229 Entering (|||{port}|)\r\n".encode()
    _ftp({b"PASV": f"227 (127,0,0,1,{port >> 8},{port & 255})\r\n".encode(), b"EPSV": passive}, lambda ftp: ftp.nlst())


@fresh("python", "ftp_command_unknown", FAILED, "the server does not know it; a bug is defensible")
def _() -> None:
    _ftp({b"MLST": b"502 Command not implemented\r\n"}, lambda ftp: ftp.sendcmd("MLST a"))


@fresh("python", "ftp_transfer_aborted", DOWN, "426: come again")
def _() -> None:
    _ftp({b"RETR": b"426 Connection closed; transfer aborted\r\n"}, lambda ftp: ftp.voidcmd("RETR a.csv"))
