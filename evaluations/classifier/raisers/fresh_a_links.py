"""Clients of the standard library: sockets, TLS, HTTP, mail, FTP, XML-RPC, sockets of other services."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import http
import http.client
import json
import os
import socket
import ssl
import tempfile
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Callable, Iterator
from typing import Any

from evaluations.classifier.raisers._fresh_a import fresh
from evaluations.classifier.raisers._peers import (
    HOST,
    base_url,
    black_hole,
    closed_port,
    listening,
    saying,
    silence,
)
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NO_TRUST,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    SILENT,
    Answer,
    serving,
)

_VALUE = "a bug, also where the client's input led to it"


# --- sockets ----------------------------------------------------------------------------------------------------------
@fresh("python", "name_of_a_host_too_long", OUR_BUG, "a UnicodeError of the codec of names; validation is defensible")
def _() -> None:
    socket.create_connection(("a" * 64 + ".example.test", 443), timeout=0.5)


@fresh("python", "port_above_the_last", OUR_BUG, "an OverflowError; a port set wrongly is defensible")
def _() -> None:
    with socket.socket() as one:
        one.connect((HOST, 443_000))


@fresh("python", "no_route_to_host", LINK, "a firewall says the same", "no host can be left without a route here")
def _() -> None:
    raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))


@fresh("python", "name_not_resolved_for_now", LINK, made="a resolver that is down cannot be set up here")
def _() -> None:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


@fresh("python", "connection_aborted", LINK, made="the kernel says so only on rare occasions")
def _() -> None:
    raise ConnectionAbortedError(errno.ECONNABORTED, os.strerror(errno.ECONNABORTED))


@fresh("python", "agent_socket_refuses", LINK, "a file of a socket that nobody serves any more; high is defensible")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as one:
        one.bind(f"{folder}/agent.sock")
        with socket.socket(socket.AF_UNIX) as two:
            two.connect(f"{folder}/agent.sock")


@fresh("python", "socket_path_too_long", OUR_SETTINGS, "where the folder is, is set; a bug is defensible")
def _() -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("/run/" + "failsoft/" * 14 + "agent.sock")


@fresh("python", "closed_socket_used", OUR_BUG)
def _() -> None:
    one = socket.socket()
    one.close()
    one.sendall(b"PING\r\n")


@fresh("python", "request_of_a_text", OUR_BUG)
def _() -> None:
    with listening(silence) as port, socket.create_connection((HOST, port)) as one:
        text: Any = "PING\r\n"
        one.sendall(text)


@fresh("python", "service_error_from_silent_connect", SILENT)
def _() -> None:
    class ServiceError(Exception):
        """What our own client says."""

    with black_hole() as port:
        try:
            socket.create_connection((HOST, port), timeout=0.05)
        except OSError as exc:
            raise ServiceError("scanner") from exc


# --- TLS --------------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _strict_server(prepare: Callable[[ssl.SSLContext], None]) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A TLS server with a whim, and the context of a client that trusts it."""
    import trustme

    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(server)
    prepare(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)

    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            server.wrap_socket(connection, server_side=True).recv(1)

    with listening(talk) as port:
        yield port, client


def _shake_hands(port: int, client: ssl.SSLContext) -> None:
    with socket.create_connection((HOST, port), timeout=1) as plain:
        with client.wrap_socket(plain, server_hostname=HOST) as secured:
            secured.recv(1)


@fresh("python", "tls_client_certificate_wanted", NO_TRUST, "who we are was asked: authentication is defensible")
def _() -> None:
    def prepare(server: ssl.SSLContext) -> None:
        server.verify_mode = ssl.CERT_REQUIRED

    with _strict_server(prepare) as (port, client):
        _shake_hands(port, client)


@fresh("python", "tls_version_refused_by_peer", NO_TRUST)
def _() -> None:
    def prepare(server: ssl.SSLContext) -> None:
        server.minimum_version = ssl.TLSVersion.TLSv1_3

    with _strict_server(prepare) as (port, client):
        client.maximum_version = ssl.TLSVersion.TLSv1_2
        _shake_hands(port, client)


@fresh("python", "tls_handshake_silent", SILENT)
def _() -> None:
    with listening(silence) as port, socket.create_connection((HOST, port), timeout=0.1) as plain:
        ssl.create_default_context().wrap_socket(plain, server_hostname=HOST)


@fresh("python", "tls_key_of_another_certificate", OUR_SETTINGS)
def _() -> None:
    import trustme

    authority = trustme.CA()
    one, other = authority.issue_cert("a.example.test"), authority.issue_cert("b.example.test")
    with tempfile.TemporaryDirectory() as folder:
        one.cert_chain_pems[0].write_to_path(f"{folder}/cert.pem")
        other.private_key_pem.write_to_path(f"{folder}/key.pem")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")


@fresh("python", "tls_without_the_name_of_the_host", OUR_BUG)
def _() -> None:
    with listening(silence) as port, socket.create_connection((HOST, port)) as plain:
        ssl.create_default_context().wrap_socket(plain)


@fresh("python", "tls_authorities_malformed", OUR_SETTINGS)
def _() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write("not a certificate\n")
        file.flush()
        ssl.create_default_context(cafile=file.name)


# --- http.client and urllib -------------------------------------------------------------------------------------------
def _said(text: bytes) -> None:
    with listening(saying(text)) as port:
        connection = http.client.HTTPConnection(HOST, port, timeout=1)
        connection.request("GET", "/stock")
        connection.getresponse().read()


@fresh("python", "http_protocol_unknown", FAILED)
def _() -> None:
    _said(b"HTTP/4.2 200 OK\r\n\r\n")


@fresh("python", "http_status_not_a_number", FAILED)
def _() -> None:
    _said(b"HTTP/1.1 OK fine\r\n\r\n")


@fresh("python", "http_header_of_ours_with_a_newline", OUR_BUG, _VALUE)
def _() -> None:
    http.client.HTTPConnection(HOST, closed_port()).request("GET", "/", headers={"X-Name": "a\r\nX-Admin: 1"})


@fresh("python", "http_body_of_a_number", OUR_BUG)
def _() -> None:
    with listening(silence) as port:
        body: Any = 3
        http.client.HTTPConnection(HOST, port, timeout=0.5).request("POST", "/", body=body)


def _by_proxy(answer: bytes) -> None:
    with listening(saying(answer)) as port:
        connection = http.client.HTTPSConnection(HOST, port, timeout=1)
        connection.set_tunnel("shop.example.test", 443)
        connection.request("GET", "/")


@fresh("python", "tunnel_wants_credentials", REFUSED_US, "of the proxy; an OSError that says it")
def _() -> None:
    _by_proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")


@fresh("python", "tunnel_unavailable", DOWN, "of the proxy; an OSError that says it")
def _() -> None:
    _by_proxy(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")


@fresh("python", "urllib_download_cut", LINK)
def _() -> None:
    with serving(Answer(200, b"PK", how="cut")) as url, tempfile.TemporaryDirectory() as folder:
        urllib.request.urlretrieve(f"{url}/report.zip", f"{folder}/report.zip")


@fresh("python", "urllib_data_not_bytes", OUR_BUG)
def _() -> None:
    data: Any = "quantity=3"
    urllib.request.urlopen(f"{base_url()}/orders", data, timeout=1)


@fresh("python", "urllib_status_402", QUOTA)
def _() -> None:
    urllib.request.urlopen(f"{base_url()}/status/402", timeout=1)


@fresh("python", "urllib_status_413", FAILED, "our request was too large for the peer")
def _() -> None:
    urllib.request.urlopen(f"{base_url()}/status/413", b"x", timeout=1)


@fresh("python", "price_service_error_from_html", FAILED, "the wrapper says what failed, and of whom")
def _() -> None:
    class PriceServiceError(Exception):
        """What our own client says."""

    with urllib.request.urlopen(f"{base_url()}/garbage", timeout=1) as answer:
        try:
            json.load(answer)
        except ValueError as exc:
            raise PriceServiceError("prices could not be read") from exc


@fresh("python", "group_of_two_peers_down", DOWN, "the same of both: the group is what they are")
async def _() -> None:
    def ask(status: int) -> None:
        urllib.request.urlopen(f"{base_url()}/status/{status}", timeout=1)

    asked = (asyncio.to_thread(ask, status) for status in (503, 502))
    failed = [one for one in await asyncio.gather(*asked, return_exceptions=True) if isinstance(one, Exception)]
    raise ExceptionGroup("no supplier answered", failed)


@fresh("python", "http_status_unknown", OUR_BUG, "a number of no status, out of our own table")
def _() -> None:
    http.HTTPStatus(799)


# --- more of TLS and of remote calls ----------------------------------------------------------------------------------
@fresh("python", "xmlrpc_of_none", OUR_BUG)
def _() -> None:
    xmlrpc.client.ServerProxy(f"{base_url()}/rpc").book(None)


@fresh("python", "xmlrpc_integer_too_large", OUR_BUG)
def _() -> None:
    xmlrpc.client.ServerProxy(f"{base_url()}/rpc").book(2**40)
