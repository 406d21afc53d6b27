"""Mail and the names of hosts, against servers on loopback."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import aioimaplib
import aiosmtplib
import dns.resolver

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    INVALID,
    LINK,
    SILENT,
    Means,
    add,
    free_port,
)


# --- mail and names --------------------------------------------------------------------------------------------------
def _smtp_server(*replies: str) -> int:
    """A mail server that says one line after another."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(1.5)
                for reply in replies:
                    connection.sendall(reply.encode() + b"\r\n")
                    connection.recv(4_096)
        except OSError:
            pass
        finally:
            listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


async def _send_mail(port: int, **options: Any) -> None:
    await aiosmtplib.send(
        "Subject: x\r\n\r\nx",
        sender="a@b.example",
        recipients=["c@d.example"],
        hostname="127.0.0.1",
        port=port,
        timeout=0.5,
        start_tls=False,
        **options,
    )


_HELLO = ("220 hello", "250-mail\r\n250 AUTH PLAIN LOGIN")
add("aiosmtplib", "refused", LINK, lambda: asyncio.run(_send_mail(free_port())))
add("aiosmtplib", "silent", SILENT, lambda: _silent(lambda port: asyncio.run(_send_mail(port))))
add(
    "aiosmtplib",
    "credentials",
    Means("authentication", False, 502, "high"),
    lambda: asyncio.run(
        _send_mail(_smtp_server(*_HELLO, "535 5.7.8 Authentication failed", "535 no"), username="a", password="b")
    ),
)
add(
    "aiosmtplib",
    "sender_refused",
    FAILED,
    lambda: asyncio.run(_send_mail(_smtp_server(*_HELLO, "550 5.7.1 denied", "250 ok"))),
)
add(
    "aiosmtplib",
    "recipient_refused",
    FAILED,
    lambda: asyncio.run(_send_mail(_smtp_server(*_HELLO, "250 ok", "550 5.1.1 no such user", "250 ok"))),
)
add(
    "aiosmtplib",
    "greylisted",
    DOWN,
    lambda: asyncio.run(_send_mail(_smtp_server(*_HELLO, "451 4.7.1 try again later", "250 ok"))),
)
add("aiosmtplib", "disconnected", LINK, lambda: asyncio.run(_send_mail(_smtp_server("220 hello"))))
add("aiosmtplib", "not_now", DOWN, lambda: asyncio.run(_send_mail(_smtp_server("421 too busy"))))


def _silent(work: Callable[[int], Any]) -> Any:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return work(int(listener.getsockname()[1]))


@case("aioimaplib", "network", transient=True, status=504, severity="medium")
async def imap_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = aioimaplib.IMAP4("127.0.0.1", listener.getsockname()[1], timeout=0.3)
        await client.wait_hello_from_server()


def _resolver(rcode: int | None, answer: bool = True) -> Any:
    import dns.message

    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(1.5)

    def serve() -> None:
        try:
            for _ in range(6):
                wire, address = listener.recvfrom(4_096)
                if not answer:
                    continue
                reply = dns.message.make_response(dns.message.from_wire(wire))
                reply.set_rcode(rcode or 0)
                listener.sendto(reply.to_wire(), address)
        except OSError:
            pass
        finally:
            listener.close()

    threading.Thread(target=serve, daemon=True).start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], listener.getsockname()[1]
    resolver.lifetime = resolver.timeout = 0.3
    return resolver.resolve("shop.example", "MX")


DNS = Means("network", True, (502, 503), "medium")
add(
    "dnspython",
    "no_such_domain",
    Means("network", False, (502, 503), "medium"),
    lambda: _resolver(3),
    note="an answer: the name is not there, nor will it be",
)
add("dnspython", "no_answer", Means("network", False, (502, 503), "medium"), lambda: _resolver(0))
add("dnspython", "server_fails", DNS, lambda: _resolver(2))
add("dnspython", "too_late", SILENT, lambda: _resolver(None, answer=False))
add("dnspython", "name_malformed", INVALID, lambda: dns.name.from_text("a..b"), note="a name that the client gave")
