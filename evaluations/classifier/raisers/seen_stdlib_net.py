"""Sockets, TLS, HTTP, FTP, mail and SQLite by the standard library."""

from __future__ import annotations

import contextlib
import ftplib
import http.client
import imaplib
import poplib
import smtplib
import socket
import sqlite3
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    DOWN,
    FAILED,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    UNREADABLE,
    Answer,
    Means,
    add,
    serving,
)

_STORE_AWAY = Means("network", True, (502, 503), "high")
_VALUE = Means("data_integrity", False, (400, 409, 422, 500), "medium")


def _put(name: str, means: Means, note: str = "") -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        add("python", name, means, raiser, **({"note": note} if note else {}))
        return raiser

    return register


# --- sockets and TLS --------------------------------------------------------------------------------------------------
@_put("address_not_ours", OUR_SETTINGS)
def _() -> None:
    with socket.socket() as one:
        one.bind(("192.0.2.1", 0))


@_put("message_too_long", OUR_BUG)
def _() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x" * 70_000, (HOST, 9))


@_put("connected_twice", OUR_BUG)
def _() -> None:
    with listening(hang_up) as port, socket.create_connection((HOST, port)) as one:
        one.connect((HOST, port))


@_put(
    "unix_socket_missing",
    _STORE_AWAY,
    "nobody listens there; it says FileNotFoundError; a path set wrongly is defensible",
)
def _() -> None:
    with socket.socket(socket.AF_UNIX) as one:
        try:
            one.connect("/tmp/failsoft-no-such.sock")
        except FileNotFoundError as exc:
            raise ConnectionError("the local agent does not listen") from exc


@_put("tls_ciphers_unknown", OUR_SETTINGS)
def _() -> None:
    ssl.create_default_context().set_ciphers("NO-SUCH-CIPHER")


@_put("tls_authorities_not_pem", OUR_SETTINGS)
def _() -> None:
    ssl.create_default_context(cadata="-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")


# --- HTTP, FTP, mail --------------------------------------------------------------------------------------------------
@_put("http_control_character_in_url", OUR_BUG)
def _() -> None:
    http.client.HTTPConnection(HOST, closed_port()).request("GET", "/a b\n")


@_put("http_response_asked_too_early", OUR_BUG)
def _() -> None:
    http.client.HTTPConnection(HOST, closed_port()).getresponse()


@_put("http_too_many_headers", FAILED)
def _() -> None:
    with serving(Answer(200, b"x", {f"X-A{number}": "1" for number in range(120)})) as url:
        urllib.request.urlopen(url, timeout=1)


@_put("urllib_status_410", FAILED)
def _() -> None:
    with serving(Answer(410, {"error": "gone"})) as url:
        urllib.request.urlopen(url, timeout=1)


@_put("urllib_file_missing", OUR_BUG, "a file: URL; URLError around FileNotFoundError")
def _() -> None:
    urllib.request.urlopen("file:///tmp/failsoft-no-such-file")


@_put("proxy_wants_credentials", REFUSED_US)
def _() -> None:
    with serving(Answer(407, b"", {"Proxy-Authenticate": "Basic"})) as url:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": url}))
        opener.open("http://host.test/", timeout=1)


def _lines(greeting: str, *answers: str) -> Callable[[Any], None]:
    """A server of a protocol of lines: a greeting, then an answer to each line."""

    def talk(connection: Any) -> None:
        connection.settimeout(2)
        with contextlib.suppress(OSError):
            connection.sendall(f"{greeting}\r\n".encode())
            reader: Iterator[bytes] = connection.makefile("rb")
            for answer, line in zip(answers, reader, strict=False):
                tag = line.split(b" ")[0].decode()
                connection.sendall(f"{answer.replace('TAG', tag)}\r\n".encode())
            connection.recv(1)

    return talk


def _smtp(*answers: str) -> Any:
    with listening(_lines("220 mail.test", *answers)) as port, smtplib.SMTP(HOST, port, "x.test", timeout=1) as smtp:
        smtp.sendmail("a@example.test", ["b@example.test"], "Subject: x\n\nx")


for _name, _means, _answers in (
    ("smtp_mailbox_full", FAILED, ("250 ok", "250 ok", "552 5.2.2 mailbox full", "250 ok")),
    (
        "smtp_message_too_large",
        FAILED,
        ("250-mail.test\r\n250 SIZE 10", "552 5.3.4 message size exceeds limit", "250 ok"),
    ),
    ("smtp_closing_down", DOWN, ("250 ok", "421 4.3.2 service shutting down")),
    ("smtp_helo_refused", FAILED, ("502 no EHLO", "550 go away", "221 bye")),
):
    add("python", _name, _means, lambda answers=_answers: _smtp(*answers))


@_put("smtp_not_connected", OUR_BUG)
def _() -> None:
    smtplib.SMTP().sendmail("a@example.test", ["b@example.test"], "x")


@_put("smtp_no_login_offered", FAILED, "the peer cannot do it; a name of a setting is defensible")
def _() -> None:
    with listening(_lines("220 mail.test", "250 ok")) as port, smtplib.SMTP(HOST, port, "x.test", timeout=1) as smtp:
        smtp.ehlo()
        smtp.login("shop", "no-secret")


def _ftp(*answers: str) -> Any:
    with listening(_lines("220 ftp.test", *answers)) as port:
        ftp = ftplib.FTP(timeout=1)
        ftp.connect(HOST, port)
        ftp.login("shop", "x")
        return ftp.mkd("in")


add("python", "ftp_quota", QUOTA, lambda: _ftp("331 who", "230 in", "552 Exceeded storage allocation"))
add("python", "ftp_too_many_users", DOWN, lambda: _ftp("421 Too many connections, try again later"))
add("python", "pop_locked", CONTENTION, lambda: _pop("-ERR [IN-USE] Do you have another POP session running?"))


def _pop(answer: str) -> Any:
    with listening(_lines("+OK ready", "+OK", answer)) as port:
        pop = poplib.POP3(HOST, port, timeout=1)
        pop.user("shop")
        return pop.pass_("x")


@_put("imap_says_goodbye", LINK)
def _() -> None:
    with listening(_lines("* OK ready", "* CAPABILITY IMAP4rev1\r\nTAG OK done", "* BYE shutting down")) as port:
        imaplib.IMAP4(HOST, port, timeout=1).login("shop", "x")


# --- SQLite -----------------------------------------------------------------------------------------------------------
def _sqlite(*statements: str) -> Any:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in statements:
            result = connection.execute(statement).fetchall()
        return result


for _name, _means, _plan in (
    ("sqlite_no_module", OUR_SETTINGS, ("CREATE VIRTUAL TABLE t USING fts99(x)",)),
    ("sqlite_transaction_in_transaction", OUR_BUG, ("BEGIN", "BEGIN")),
    ("sqlite_no_savepoint", OUR_BUG, ("RELEASE failsoft",)),
    ("sqlite_malformed_json", _VALUE, ("SELECT json_extract('{\"a\":', '$.a')",)),
    (
        "sqlite_conflict_without_index",
        OUR_BUG,
        ("CREATE TABLE t (a)", "INSERT INTO t VALUES (1) ON CONFLICT (a) DO NOTHING"),
    ),
    ("sqlite_sum_overflows", _VALUE, ("SELECT sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1)",)),
    ("sqlite_not_utf8", UNREADABLE, ("SELECT CAST(x'ff61' AS TEXT)",)),
):
    add("python", _name, _means, lambda plan=_plan: _sqlite(*plan))


@_put("sqlite_integer_too_large", OUR_BUG, "an OverflowError of the driver")
def _() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("SELECT ?", (2**70,))
