"""Mail, files and pages fetched by lesser clients; addresses; the doubles of a peer that tests put in its place."""

from __future__ import annotations

import contextlib
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

import aioftp
import dkim
import furl
import httptools
import httpx
import hyperlink
import imapclient
import netaddr
import premailer
import requests
import requests_mock
import responses
import respx
import rfc3986
import rfc3986.validators
import vcr
from requests_toolbelt.downloadutils.stream import stream_response_to_file
from requests_toolbelt.multipart.decoder import MultipartDecoder

from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    UNPARSABLE,
    Answer,
    Means,
    add,
    add_answers,
    serving,
)

_LIMIT = Means("resource", True, 503, "medium")
_SIGNATURE = Means("authentication", False, (400, 401, 403), "low")


# --- a peer that talks in lines ---------------------------------------------------------------------------------------
class _Lines(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        greeting, answers = self.server.script  # type: ignore[attr-defined]
        if greeting is None:
            threading.Event().wait(1.5)
            return
        self.wfile.write(greeting)
        for line in self.rfile:
            words = line.split()
            tag, verb = (words[0], words[1]) if greeting.startswith(b"*") else (b"", words[0])
            answer = answers.get(verb.upper(), b"OK done\r\n")
            if answer is None:
                return
            self.wfile.write(answer if answer.startswith(b"* BYE") else (tag + b" " + answer).lstrip())


@contextlib.contextmanager
def _lines(greeting: bytes | None, **answers: bytes | None) -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Lines) as server:
        server.daemon_threads, server.block_on_close = True, False
        server.script = (greeting, {verb.encode(): answer for verb, answer in answers.items()})  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


# --- IMAP -------------------------------------------------------------------------------------------------------------
_IMAP = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"


def _imap(act: Any, greeting: bytes | None = _IMAP, **answers: bytes | None) -> Any:
    def run() -> Any:
        with _lines(greeting, **answers) as port:
            client = imapclient.IMAPClient("127.0.0.1", port, ssl=False, timeout=0.5)
            return act(client)

    return run


def _inbox(client: Any) -> Any:
    client.login("ada", "wrong")
    client.select_folder("Orders")
    return client.search("ALL")


add(
    "IMAPClient",
    "login_refused",
    REFUSED_US,
    _imap(_inbox, LOGIN=b"NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"),
)
add(
    "IMAPClient",
    "no_folder",
    OUR_SETTINGS,
    _imap(_inbox, SELECT=b"NO [NONEXISTENT] Unknown Mailbox: Orders\r\n"),
    note="a folder that has to be set up beforehand; external_service is defensible",
)
add("IMAPClient", "dropped", LINK, _imap(_inbox, SELECT=None))
add("IMAPClient", "silent", SILENT, _imap(_inbox, greeting=None))


# --- FTP --------------------------------------------------------------------------------------------------------------
def _ftp(greeting: bytes, **answers: bytes | None) -> Any:
    async def run() -> None:
        with _lines(greeting, **answers) as port:
            async with aioftp.Client.context("127.0.0.1", port, "shop", "wrong", socket_timeout=1) as client:
                await client.change_directory("/prices")

    return run


_LOGIN: dict[str, bytes | None] = {"USER": b"331 password\r\n", "PASS": b"230 hello\r\n"}
add(
    "aioftp",
    "login_refused",
    REFUSED_US,
    _ftp(b"220 ftp\r\n", USER=b"331 password\r\n", PASS=b"530 Login incorrect.\r\n"),
)
add(
    "aioftp",
    "full",
    _LIMIT,
    _ftp(b"421 Too many connections (8) from this IP\r\n"),
    note="a peer's limit of connections",
)
add(
    "aioftp",
    "folder_missing",
    Means("external_service", False, (500, 502, 503), "medium"),
    _ftp(b"220 ftp\r\n", **_LOGIN, CWD=b"550 No such directory.\r\n", QUIT=b"221 bye\r\n"),
    note="as a peer's 404; what has to be set up beforehand would be configuration",
)
add("aioftp", "dropped", LINK, _ftp(b"220 ftp\r\n", USER=None))

# --- mail that came ---------------------------------------------------------------------------------------------------
_SIGNED = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=shop.example; s=a; h=from;\r\n"
    b" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\nFrom: a@shop.example\r\n\r\n"
)


add(
    "dkimpy",
    "signature_incomplete",
    _SIGNATURE,
    lambda: dkim.DKIM(_SIGNED.replace(b"s=a; ", b"")).verify(dnsfunc=lambda *a, **k: b""),
    note="a signature that lacks a part; validation is defensible",
)
add(
    "premailer",
    "sheet_missing",
    OUR_SETTINGS,
    lambda: premailer.Premailer('<link rel="stylesheet" href="none.css"><p>x', base_path="/no/such/folder").transform(),
)
add_answers(
    "premailer",
    lambda url: premailer.Premailer(f'<link rel="stylesheet" href="{url}/a.css"><p>x').transform(),
    {"sheet_missing_at_the_peer": (FAILED, Answer(404, "no"))},
)


# --- uploads and downloads --------------------------------------------------------------------------------------------
def _decoded(url: str) -> Any:
    return MultipartDecoder.from_response(requests.get(url, timeout=1))


add_answers(
    "requests-toolbelt",
    _decoded,
    {
        "not_multipart": (FAILED, Answer(200, {"a": 1})),
        "part_malformed": (FAILED, Answer(200, b"--x\r\nno header here\r\n--x--", type="multipart/mixed; boundary=x")),
    },
)
add(
    "requests-toolbelt",
    "file_exists",
    OUR_BUG,
    lambda: _download_twice(),
    note="the code downloads to a path that is taken; concurrency and business_logic are defensible",
)


def _download_twice() -> Any:
    with serving(Answer(200, "x")) as url, tempfile.NamedTemporaryFile() as taken:
        return stream_response_to_file(requests.get(url, stream=True, timeout=1), path=taken.name)


# --- addresses --------------------------------------------------------------------------------------------------------
add(
    "furl",
    "port_malformed",
    INVALID,
    lambda: furl.furl("http://shop.example:port/"),
    note="a ValueError; a client's URL",
)
add("hyperlink", "port_malformed", INVALID, lambda: hyperlink.URL.from_text("http://shop.example:port/"))
add("hyperlink", "not_text", OUR_BUG, lambda: hyperlink.URL.from_text(b"http://shop.example"))


def _allowed(address: str) -> Any:
    validator = rfc3986.validators.Validator().allow_schemes("https").require_presence_of("scheme", "host")
    return lambda: validator.validate(rfc3986.uri_reference(address))


add("rfc3986", "scheme_not_allowed", INVALID, _allowed("gopher://shop.example"))
add("netaddr", "malformed", INVALID, lambda: netaddr.IPNetwork("10.0.0.0/64"))
add(
    "netaddr",
    "vendor_unknown",
    Means("validation", False, (404, 422, 400), "info"),
    lambda: netaddr.EUI("FE-FF-FF-FF-FF-01").oui,
    note="not registered: what the client names is not there",
)


# --- parsers of HTTP --------------------------------------------------------------------------------------------------
class _Heard:
    """Hears nothing."""


add(
    "httptools",
    "request_malformed",
    UNPARSABLE,
    lambda: httptools.HttpRequestParser(_Heard()).feed_data(b"HELLO\r\n\r\n"),
)
add(
    "httptools",
    "answer_malformed",
    FAILED,
    lambda: httptools.HttpResponseParser(_Heard()).feed_data(b"HTTP/1.1 banana\r\n\r\n"),
    note="the answer of a peer",
)


# --- doubles of a peer ------------------------------------------------------------------------------------------------
def _never_called() -> Any:
    with responses.RequestsMock() as double:
        double.get("http://shop.example/prices")


def _requests_mock() -> Any:
    with requests_mock.Mocker():
        return requests.get("http://shop.example/prices", timeout=1)


def _respx() -> Any:
    with respx.mock:
        return httpx.get("http://shop.example/prices")


def _cassette() -> Any:
    with (
        tempfile.TemporaryDirectory() as folder,
        vcr.use_cassette(f"{folder}/a.yaml", record_mode="none"),
    ):
        return requests.get("http://shop.example/prices", timeout=1)


_DOUBLE = "a double that does not expect the call: our test, not a link"
_OURS = Means("system", False, (500, 502, 503), "high")
add("responses", "never_called", OUR_BUG, _never_called)
add("respx", "not_expected", OUR_BUG, _respx, note=_DOUBLE)
add("vcrpy", "not_recorded", OUR_BUG, _cassette, note=_DOUBLE)
add(
    "requests-mock",
    "not_expected",
    _OURS,
    _requests_mock,
    note=f"{_DOUBLE}; it is a ConnectionError: network is defensible",
)
