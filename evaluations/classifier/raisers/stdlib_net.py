"""Sockets and the protocols that the standard library speaks."""

from __future__ import annotations

import asyncio
import contextlib
import ftplib
import http.client
import imaplib
import poplib
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
import xmlrpc.client

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import (
    HOST,
    authority_file,
    base_url,
    black_hole,
    closed_port,
    dialogue,
    hang_up,
    listening,
    reset,
    saying,
    silence,
    tls_port,
    untrusted_url,
)

link = {"transient": True, "status": (502, 503), "severity": "medium"}
silent = {"transient": True, "status": 504, "severity": "medium"}
no_trust = {"transient": False, "status": (502, 503), "severity": "high"}
nonsense = {"transient": False, "status": (502, 503), "severity": "medium"}
refused_us = {"transient": False, "status": (502, 503), "severity": "high"}
not_now = {"transient": True, "status": (502, 503), "severity": "medium"}
bug = {"transient": False, "status": 500, "severity": "high"}


@case("python", "network", **link)
def socket_refused() -> None:
    socket.create_connection((HOST, closed_port()))


@case("python", "network", **silent)
def socket_connect_silent() -> None:
    with black_hole() as port:
        socket.create_connection((HOST, port), timeout=0.1)


@case("python", "network", **silent)
def socket_silent() -> None:
    with listening(silence) as port, socket.create_connection((HOST, port), timeout=0.1) as one:
        one.recv(1)


@case("python", "network", **link)
def socket_reset() -> None:
    with listening(reset) as port, socket.create_connection((HOST, port), timeout=2) as one:
        one.sendall(b"x" * 100)
        while one.recv(100):
            pass


@case("python", "network", **link)
def socket_broken_pipe() -> None:
    one, two = socket.socketpair()
    two.close()
    with one:
        one.sendall(b"x")


@case("python", "network", **link)
def socket_unknown_host() -> None:
    socket.getaddrinfo("shop.invalid", 443)


@case("python", "network", **link)
def socket_not_connected() -> None:
    with socket.socket() as one:
        one.getpeername()


@case("python", "network", **link)
async def streams_refused() -> None:
    await asyncio.open_connection(HOST, closed_port())


@case("python", "network", **link)
async def streams_refused_by_all() -> None:
    await asyncio.open_connection("localhost", closed_port())


@case("python", "network", **link)
async def streams_cut() -> None:
    with listening(saying(b"12345", at_once=True)) as port:
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            await reader.readexactly(10)
        finally:
            writer.close()


@case("python", "external_service", **nonsense)
async def streams_endless_line() -> None:
    with listening(saying(b"x" * 10_000, at_once=True)) as port:
        reader, writer = await asyncio.open_connection(HOST, port, limit=100)
        try:
            await reader.readuntil(b"\n")
        finally:
            writer.close()


# --- TLS --------------------------------------------------------------------------------------------------------------
def _handshake(port: int, name: str = HOST, context: ssl.SSLContext | None = None) -> None:
    context = context or ssl.create_default_context()
    with socket.create_connection((HOST, port), timeout=2) as plain:
        context.wrap_socket(plain, server_hostname=name)


@case("python", "network", **no_trust)
def tls_untrusted() -> None:
    _handshake(tls_port())


@case("python", "network", **no_trust)
def tls_other_host() -> None:
    _handshake(tls_port("shop.test"), context=ssl.create_default_context(cafile=authority_file()))


@case("python", "network", **no_trust)
def tls_expired() -> None:
    _handshake(tls_port(expired=True), context=ssl.create_default_context(cafile=authority_file()))


@case("python", "network", **no_trust, note="versions do not meet; nothing changes by itself")
def tls_no_version() -> None:
    context = ssl.create_default_context(cafile=authority_file())
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    _handshake(tls_port(), context=context)


@case("python", "network", **no_trust)
def tls_to_plain() -> None:
    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        _handshake(port)


@case("python", "network", **link)
def tls_hang_up() -> None:
    with listening(hang_up) as port:
        _handshake(port)


@case("python", "network", **link)
def tls_reset() -> None:
    with listening(reset) as port:
        _handshake(port)


@case("python", "configuration", **bug)
def tls_no_certificate_file() -> None:
    ssl.create_default_context(cafile="/etc/failsoft-corpus/ca.pem")


# --- HTTP -------------------------------------------------------------------------------------------------------------
def _open(path: str, timeout: float = 2) -> bytes:
    with urllib.request.urlopen(base_url() + path, timeout=timeout) as answer:
        return bytes(answer.read())


@case("python", "network", **link)
def urllib_refused() -> None:
    urllib.request.urlopen(f"http://{HOST}:{closed_port()}/")


@case("python", "network", **link)
def urllib_unknown_host() -> None:
    urllib.request.urlopen("http://shop.invalid/")


@case("python", "network", **no_trust)
def urllib_untrusted() -> None:
    urllib.request.urlopen(untrusted_url(), timeout=2)


@case("python", "network", **silent)
def urllib_silent() -> None:
    _open("/slow", 0.1)


@case("python", "network", **silent)
def urllib_connect_silent() -> None:
    with black_hole() as port:
        urllib.request.urlopen(f"http://{HOST}:{port}", timeout=0.1)


@case("python", "network", **silent)
def urllib_trickle() -> None:
    _open("/trickle", 0.1)


@case("python", "network", **link)
def urllib_cut() -> None:
    _open("/cut")


@case("python", "network", **link)
def urllib_cut_chunk() -> None:
    _open("/cut-chunk")


@case("python", "network", **link)
def urllib_closed() -> None:
    _open("/close")


@case("python", "network", **link)
def urllib_reset() -> None:
    _open("/reset")


@case("python", "external_service", **nonsense)
def urllib_loop() -> None:
    _open("/loop")


@case("python", "external_service", **nonsense)
def urllib_not_http() -> None:
    _open("/not-http")


@case("python", "external_service", **nonsense)
def urllib_long_line() -> None:
    _open("/long-line")


@case("python", "system", **bug)
def urllib_no_scheme() -> None:
    urllib.request.urlopen("shop.example.test/orders")


@case("python", "system", **bug)
def http_bad_path() -> None:
    http.client.HTTPConnection(HOST, 80).putrequest("GET", "/a b")


@case("python", "system", **bug)
def http_two_requests() -> None:
    with contextlib.closing(http.client.HTTPConnection(HOST, int(base_url().rpartition(":")[2]))) as one:
        one.request("GET", "/")
        one.request("GET", "/")


def _statuses() -> None:
    table = (
        (400, "external_service", nonsense),
        (401, "authentication", refused_us),
        (403, "authentication", refused_us),
        (404, "external_service", nonsense),
        (429, "resource", {**not_now, "status": 503}),
        (500, "external_service", nonsense),
        (502, "external_service", not_now),
        (503, "external_service", not_now),
        (504, "external_service", {**not_now, "status": (502, 503, 504)}),
    )
    for status, category, more in table:

        def urllib_status(status: int = status) -> None:
            _open(f"/status/{status}")

        def xmlrpc_status(status: int = status) -> None:
            xmlrpc.client.ServerProxy(f"{base_url()}/status/{status}").system.listMethods()

        for raiser in (urllib_status, xmlrpc_status):
            raiser.__name__ = f"{raiser.__name__}_{status}"
            case("python", category, **more)(raiser)


_statuses()


@case("python", "external_service", **nonsense)
def xmlrpc_not_xml() -> None:
    xmlrpc.client.ServerProxy(f"{base_url()}/garbage").system.listMethods()


@case("python", "external_service", **nonsense)
def xmlrpc_fault() -> None:
    body = xmlrpc.client.dumps(xmlrpc.client.Fault(4, "no such order")).encode()
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with listening(saying(page)) as port:
        xmlrpc.client.ServerProxy(f"http://{HOST}:{port}").order()


# --- mail and files ---------------------------------------------------------------------------------------------------
def _smtp(greeting: bytes, answers: dict[bytes, bytes], *, login: bool = False) -> None:
    answers = {b"EHLO": b"250-mail.example.test\r\n250 AUTH PLAIN LOGIN\r\n", b"QUIT": b"221 bye\r\n", **answers}
    with listening(dialogue(greeting, answers, b"250 fine\r\n")) as port, smtplib.SMTP(HOST, port, timeout=2) as mail:
        if login:
            mail.login("shop", "wrong")
        mail.sendmail("a@example.test", ["b@example.test"], b"Subject: hello\r\n\r\nhello")


_GREETING = b"220 mail.example.test\r\n"


@case("python", "network", **link)
def smtp_refused() -> None:
    smtplib.SMTP(HOST, closed_port())


@case("python", "network", **silent)
def smtp_silent() -> None:
    with listening(silence) as port:
        smtplib.SMTP(HOST, port, timeout=0.1)


@case("python", "network", **link)
def smtp_hangs_up() -> None:
    with listening(saying(b"", at_once=True)) as port:
        smtplib.SMTP(HOST, port, timeout=2)


@case("python", "external_service", **not_now)
def smtp_not_now() -> None:
    _smtp(b"421 too busy\r\n", {})


@case("python", "external_service", **nonsense)
def smtp_never() -> None:
    _smtp(b"554 no service here\r\n", {})


@case("python", "authentication", **refused_us)
def smtp_login() -> None:
    _smtp(_GREETING, {b"AUTH": b"535 5.7.8 not accepted\r\n"}, login=True)


@case("python", "external_service", **nonsense)
def smtp_sender() -> None:
    _smtp(_GREETING, {b"MAIL": b"553 5.1.8 sender refused\r\n"})


@case("python", "external_service", **nonsense)
def smtp_recipient() -> None:
    _smtp(_GREETING, {b"RCPT": b"550 5.1.1 no such user\r\n"})


@case("python", "external_service", **not_now, note="greylisting")
def smtp_recipient_later() -> None:
    _smtp(_GREETING, {b"RCPT": b"451 4.7.1 greylisted, come again\r\n"})


@case("python", "external_service", **nonsense)
def smtp_data() -> None:
    _smtp(_GREETING, {b"DATA": b"554 5.7.1 looks like spam\r\n"})


@case("python", "network", **link)
def smtp_cut_off() -> None:
    _smtp(_GREETING, {b"RCPT": b""})


@case("python", "configuration", **bug, note="our settings ask for what the server does not offer")
def smtp_no_starttls() -> None:
    with (
        listening(dialogue(_GREETING, {b"QUIT": b"221 bye\r\n"}, b"250 fine\r\n")) as port,
        smtplib.SMTP(HOST, port, timeout=2) as mail,
    ):
        mail.starttls()


def _ftp(answers: dict[bytes, bytes]) -> None:
    answers = {b"USER": b"331 and the password\r\n", b"PASS": b"230 come in\r\n", **answers}
    with listening(dialogue(b"220 hello\r\n", answers, b"200 fine\r\n")) as port, ftplib.FTP(timeout=2) as ftp:
        ftp.connect(HOST, port)
        ftp.login("shop", "wrong")
        ftp.cwd("/orders")


@case("python", "authentication", **refused_us)
def ftp_login() -> None:
    _ftp({b"PASS": b"530 not you\r\n"})


@case("python", "external_service", **nonsense)
def ftp_no_folder() -> None:
    _ftp({b"CWD": b"550 no such folder\r\n"})


@case("python", "external_service", **not_now)
def ftp_not_now() -> None:
    _ftp({b"CWD": b"450 busy\r\n"})


@case("python", "external_service", **nonsense)
def ftp_nonsense() -> None:
    _ftp({b"CWD": b"what?\r\n"})


@case("python", "network", **link)
def ftp_hangs_up() -> None:
    _ftp({b"CWD": b""})


def _imap(answers: dict[bytes, bytes]) -> None:
    answers = {b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n", **answers}
    with listening(dialogue(b"* OK hello\r\n", answers, b"{tag} OK fine\r\n")) as port:
        with imaplib.IMAP4(HOST, port, timeout=2) as mail:
            mail.login("shop", "wrong")
            mail.search(None, "ALL")


@case("python", "authentication", **refused_us)
def imap_login() -> None:
    _imap({b"LOGIN": b"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"})


@case("python", "system", **bug, note="a command in a state that does not allow it")
def imap_wrong_state() -> None:
    _imap({})


@case("python", "external_service", **nonsense)
def imap_bad() -> None:
    _imap({b"LOGIN": b"{tag} BAD what?\r\n"})


@case("python", "network", **link)
def imap_hangs_up() -> None:
    _imap({b"LOGIN": b""})


@case("python", "authentication", **refused_us)
def pop_login() -> None:
    talk = dialogue(b"+OK hello\r\n", {b"PASS": b"-ERR [AUTH] invalid credentials\r\n"}, b"+OK\r\n")
    with listening(talk) as port, contextlib.closing(poplib.POP3(HOST, port, timeout=2)) as mail:
        mail.user("shop")
        mail.pass_("wrong")


@case("python", "external_service", **nonsense)
def pop_no_message() -> None:
    talk = dialogue(b"+OK hello\r\n", {b"RETR": b"-ERR no such message\r\n"}, b"+OK\r\n")
    with listening(talk) as port, contextlib.closing(poplib.POP3(HOST, port, timeout=2)) as mail:
        mail.retr(3)
