"""Sockets, TLS, names, and HTTP without a library."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import urllib.error
import urllib.request
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
import dns.resolver

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    declined,
    distrusted,
    failed,
    label,
    not_now,
    refused,
    silent,
    throttled,
)
from evaluations.classifier.raisers._peers import (
    authority_file,
    base_url,
    black_hole,
    closed_port,
    listening,
    reset,
    tls_port,
    untrusted_url,
)

closed = f"http://127.0.0.1:{closed_port()}/"


# --- sockets, TLS, names ----------------------------------------------------------------------------------------------
@case("python", **silent)
def fresh_e_socket_connect_in_vain() -> None:
    with black_hole() as port:
        socket.create_connection(("127.0.0.1", port), 0.2)


@case("python", **refused)
def fresh_e_socket_is_reset() -> None:
    with listening(reset) as port, socket.create_connection(("127.0.0.1", port), 2) as link:
        link.sendall(b"hello")
        link.recv(9)


@case("python", note="info if it were the client's; this one is to a peer", **refused)
def fresh_e_socket_pipe_is_broken() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    ours.sendall(b"hello")


@case("python", **distrusted)
def fresh_e_tls_certificate_of_another_host() -> None:
    context = ssl.create_default_context(cafile=authority_file())
    port = tls_port("other.example.test")
    with socket.create_connection(("127.0.0.1", port), 2) as plain:
        context.wrap_socket(plain, server_hostname="shop.example.test")


@case("python", **label("resource", False, (500, 503, 507), "critical"))
def fresh_e_disk_is_full() -> None:
    with Path("/dev/full").open("w") as file:
        file.write("x" * 100_000)


# --- http.client and urllib -------------------------------------------------------------------------------------------
def _raw(path: str, timeout: float = 2) -> None:
    link = http.client.HTTPConnection("127.0.0.1", int(base_url().rpartition(":")[2]), timeout=timeout)
    with contextlib.closing(link):
        link.request("GET", path)
        link.getresponse().read()


@case("python", **refused)
def fresh_e_remote_disconnected() -> None:
    _raw("/close")


@case("python", **refused)
def fresh_e_incomplete_read() -> None:
    _raw("/cut")


@case("python", **failed)
def fresh_e_status_line_of_something_else() -> None:
    _raw("/not-http")


@case("python", **silent)
def fresh_e_http_client_timeout() -> None:
    _raw("/slow", 0.2)


@case("python", **not_now)
def fresh_e_urlopen_503() -> None:
    urllib.request.urlopen(f"{base_url()}/status/503/x", timeout=2)


@case("python", **declined)
def fresh_e_urlopen_404() -> None:
    urllib.request.urlopen(f"{base_url()}/status/404/x", timeout=2)


@case("python", **throttled)
def fresh_e_urlopen_429() -> None:
    urllib.request.urlopen(f"{base_url()}/status/429/x", timeout=2)


@case("python", **refused)
def fresh_e_urlopen_refused() -> None:
    urllib.request.urlopen(closed, timeout=2)


@case("python", **distrusted)
def fresh_e_urlopen_untrusted() -> None:
    urllib.request.urlopen(untrusted_url(), timeout=2)


# --- dnspython --------------------------------------------------------------------------------------------------------
def _resolve(code: int | None) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(3)

        def answer() -> None:
            with contextlib.suppress(OSError):
                for _ in range(4):
                    wire, where = server.recvfrom(4_096)
                    if code is not None:
                        said = dns.message.make_response(dns.message.from_wire(wire))
                        said.set_rcode(code)
                        server.sendto(said.to_wire(), where)

        threading.Thread(target=answer, daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
        resolver.resolve("payments.example.test", "A", lifetime=0.5, search=False)


@case("dnspython", **silent)
def fresh_e_name_server_is_silent() -> None:
    _resolve(None)


@case("dnspython", **label("network", True, (502, 503), "medium"), note="SERVFAIL may pass")
def fresh_e_all_name_servers_failed() -> None:
    _resolve(dns.rcode.SERVFAIL)


@case("python", **silent)
def fresh_e_socket_kernel_gives_up() -> None:
    with black_hole() as port, socket.socket() as one:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 100)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, 1)
        one.connect(("127.0.0.1", port))
