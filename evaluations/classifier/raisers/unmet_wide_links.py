"""Links of many kinds: serial ports, proxies, clocks, shares, browsers that are steered, Google's own HTTP client."""

from __future__ import annotations

import json
import os
import pty
import socket
from collections.abc import Callable
from typing import Any

import fsspec
import hiredis
import httplib2
import keyring.core
import ntplib
import serial
import smbclient
import socks
from googleapiclient.discovery import build_from_document
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, silence
from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    serving,
)

_RULED_OUT = Means("authentication", False, (502, 503), "high")


# --- serial ports: a scale, a printer, a door -------------------------------------------------------------------------
def _port_unplugged() -> None:
    ours, theirs = pty.openpty()
    with serial.Serial(os.ttyname(theirs), timeout=1) as port:
        os.close(ours)
        os.close(theirs)
        port.read(1)


def _port_stuck() -> None:
    serial.serial_for_url("loop://", baudrate=50, write_timeout=0.05).write(b"label" * 200)


def _port_closed() -> None:
    port = serial.serial_for_url("loop://")
    port.close()
    port.read(1)


add("pyserial", "refused", LINK, lambda: serial.serial_for_url(f"socket://{HOST}:{closed_port()}"))
add("pyserial", "unplugged", LINK, _port_unplugged, note="doubtful: the device is gone until somebody plugs it in")
add("pyserial", "stuck", SILENT, _port_stuck)
add("pyserial", "closed", OUR_BUG, _port_closed)


# --- proxies ----------------------------------------------------------------------------------------------------------
def _through(*says: bytes, kind: int = socks.SOCKS5, **more: Any) -> None:
    def talk(connection: socket.socket) -> None:
        connection.settimeout(2)
        for one in says:
            connection.recv(4096)
            connection.sendall(one)

    with listening(talk) as port, socks.socksocket() as link:
        link.set_proxy(kind, HOST, port, **more)
        link.settimeout(2)
        link.connect(("192.0.2.1", 80))


_OPEN = b"\x05\x00"
_REST = b"\x00\x01\x00\x00\x00\x00\x00\x00"
add("PySocks", "password", REFUSED_US, lambda: _through(b"\x05\x02", b"\x01\x01", username="shop", password="x"))
add(
    "PySocks",
    "target_refused",
    LINK,
    lambda: _through(_OPEN, b"\x05\x05" + _REST),
    note="the proxy says what became of its link to the target",
)
add("PySocks", "by_ruleset", _RULED_OUT, lambda: _through(_OPEN, b"\x05\x02" + _REST))
add("PySocks", "no_socks", FAILED, lambda: _through(b"HTTP/1.1 400 Bad Request\r\n\r\n"))


# --- clocks, shares, replies of Redis ---------------------------------------------------------------------------------
def _clock() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind((HOST, 0))
        ntplib.NTPClient().request(HOST, port=mute.getsockname()[1], timeout=0.3)


def _share(port: int) -> Any:
    return smbclient.listdir(
        rf"\\{HOST}\invoices", port=port, username="shop", password="x", connection_timeout=1, connection_cache={}
    )


def _share_that(talk: Callable[[socket.socket], None]) -> Any:
    with listening(talk) as port:
        return _share(port)


def _reply(text: bytes) -> Any:
    reader = hiredis.Reader()
    reader.feed(text)
    return reader.gets()


add("ntplib", "silent", SILENT, _clock)
add("smbprotocol", "refused", LINK, lambda: _share(closed_port()))
add("smbprotocol", "hung_up", LINK, lambda: _share_that(hang_up))
add("smbprotocol", "silent", SILENT, lambda: _share_that(silence))
add("hiredis", "no_redis", FAILED, lambda: _reply(b"HTTP/1.1 400 Bad Request\r\n"))
add("keyring", "no_such_backend", OUR_SETTINGS, lambda: keyring.core.load_keyring("absent_backend.Keyring"))
add("fsspec", "no_such_protocol", OUR_SETTINGS, lambda: fsspec.filesystem("s4"))
add("fsspec", "not_installed", OUR_SETTINGS, lambda: fsspec.filesystem("gcs"))


# --- a browser that is steered ----------------------------------------------------------------------------------------
def _w3c(status: int, error: str, message: str) -> Answer:
    return Answer(status, {"value": {"error": error, "message": message, "stacktrace": ""}})


def _page(method: str, path: str) -> Answer:
    if path == "/session":
        return Answer(200, {"value": {"sessionId": "s1", "capabilities": {"browserName": "chrome"}}})
    if path.endswith("/element"):
        return _w3c(404, "no such element", "no such element: Unable to locate element: #price")
    return _w3c(500, "unknown error", "unknown error: net::ERR_CONNECTION_REFUSED")


def _browser(url: str) -> Any:
    return webdriver.Remote(url, options=webdriver.ChromeOptions())


def _browsing(act: Callable[[Any], Any]) -> Callable[[], None]:
    def run() -> None:
        with serving(_page) as url:
            act(_browser(url))

    return run


def _session(answer: Answer) -> None:
    with serving(answer) as url:
        _browser(url)


add(
    "selenium",
    "versions_differ",
    Means("configuration", False, (500, 502, 503), "high"),
    lambda: _session(_w3c(500, "session not created", "This version of ChromeDriver only supports Chrome 114")),
    note="doubtful: external_service, were it not for the two versions that we installed",
)
add("selenium", "no_such_element", FAILED, _browsing(lambda one: one.find_element(By.ID, "price")))
add("selenium", "page_refused", LINK, _browsing(lambda one: one.get("http://supplier.example/")))
add(
    "selenium",
    "waited_in_vain",
    Means("external_service", True, (503, 504), "medium"),
    _browsing(lambda one: WebDriverWait(one, 0.2).until(lambda _: False)),
    note="doubtful: the page answered, without what we waited for",
)


# --- Google's APIs by their descriptions ------------------------------------------------------------------------------
_DESCRIPTION = {
    "kind": "discovery#restDescription",
    "name": "shelf",
    "version": "v1",
    "servicePath": "",
    "batchPath": "batch",
    "parameters": {},
    "schemas": {"Book": {"id": "Book", "type": "object", "properties": {}}},
    "resources": {
        "books": {
            "methods": {
                "get": {
                    "id": "shelf.books.get",
                    "path": "books/{id}",
                    "httpMethod": "GET",
                    "parameters": {
                        "id": {"type": "string", "required": True, "location": "path", "pattern": "^[a-z]+$"}
                    },
                    "parameterOrder": ["id"],
                    "response": {"$ref": "Book"},
                }
            }
        }
    },
}


def _book(url: str, **parameters: str) -> Any:
    description = json.dumps({**_DESCRIPTION, "rootUrl": f"{url}/", "baseUrl": f"{url}/"})
    service = build_from_document(description, http=httplib2.Http(timeout=1))
    return service.books().get(**(parameters or {"id": "moby"})).execute()


def _google(status: int, reason: str, message: str, domain: str = "global") -> Answer:
    errors = [{"domain": domain, "reason": reason, "message": message}]
    return Answer(status, {"error": {"code": status, "message": message, "errors": errors}})


add_answers(
    "google-api-python-client",
    _book,
    {
        "rate_limit": (THROTTLED, _google(403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits")),
        "daily_limit": (QUOTA, _google(403, "dailyLimitExceeded", "Daily Limit Exceeded", "usageLimits")),
        "absent": (FAILED, _google(404, "notFound", "Requested entity was not found.")),
    },
)
add("google-api-python-client", "argument_malformed", OUR_BUG, lambda: _book("http://api.example", id="A 9"))
