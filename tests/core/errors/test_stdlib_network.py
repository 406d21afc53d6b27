"""Links and peers, by what the standard library raises about them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import errno
import ftplib
import http.client
import smtplib
import socket
import ssl
import urllib.error
import xmlrpc.client
from collections.abc import Callable
from email.message import Message

import pytest

from failsoft.errors.failure import Failure

Raised = Callable[..., Failure]


def labelled(failure: Failure) -> tuple[object, ...]:
    return (failure.category, failure.severity, failure.transient, failure.status, failure.code)


def throw(error: BaseException) -> None:
    raise error


NETWORK_502 = ("network", "medium", True, 502, "NETWORK_ERROR")
NETWORK_503 = ("network", "medium", True, 503, "NETWORK_ERROR")
SILENT = ("network", "medium", True, 504, "TIMEOUT_ERROR")
UPSTREAM = ("external_service", "medium", False, 502, "UPSTREAM_ERROR")


def test_a_refused_connection_is_network_and_was_never_sent(raised: Raised) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
    failure = raised(socket.create_connection, address)
    assert labelled(failure) == NETWORK_503
    assert failure.not_sent
    assert failure.evidence[0][:2] == ("code", f"errno {errno.ECONNREFUSED}")


def test_a_refusal_at_every_address_is_one_refusal(raised: Raised) -> None:
    failure = raised(throw, OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] Connect call"))
    assert labelled(failure) == NETWORK_503
    assert failure.not_sent
    mixed = raised(throw, OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 113] No route"))
    assert not mixed.not_sent


def test_a_name_that_is_not_known_was_never_sent(raised: Raised) -> None:
    failure = raised(throw, socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    assert labelled(failure) == NETWORK_503
    assert failure.not_sent


def test_a_url_error_is_what_its_reason_is(raised: Raised) -> None:
    failure = raised(throw, urllib.error.URLError(ConnectionRefusedError(errno.ECONNREFUSED, "refused")))
    assert labelled(failure) == NETWORK_503
    assert failure.not_sent
    assert failure.type == "urllib.error.URLError"


@pytest.mark.parametrize("kind", [ConnectionResetError, BrokenPipeError, ConnectionAbortedError, ConnectionError])
def test_a_link_that_breaks_may_have_carried_the_request(raised: Raised, kind: type[OSError]) -> None:
    for error in (kind(), kind(errno.ECONNRESET, "reset")):
        failure = raised(throw, error)
        assert labelled(failure) == NETWORK_502
        assert not failure.not_sent


@pytest.mark.parametrize(
    "error",
    [
        http.client.RemoteDisconnected("closed"),
        http.client.IncompleteRead(b"x"),
        asyncio.IncompleteReadError(b"", 3),
        ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
        smtplib.SMTPServerDisconnected("gone"),
    ],
)
def test_an_answer_cut_off_in_the_middle_is_network(raised: Raised, error: Exception) -> None:
    assert labelled(raised(throw, error)) == NETWORK_502


def test_a_timeout_is_a_silent_peer(raised: Raised) -> None:
    async def wait() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    async def wait_for() -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 0)

    for call in (lambda: asyncio.run(wait()), lambda: asyncio.run(wait_for())):
        failure = raised(call)
        assert labelled(failure) == SILENT
        assert not failure.disconnected
    assert labelled(raised(throw, TimeoutError(errno.ETIMEDOUT, "timed out"))) == SILENT
    assert labelled(raised(throw, concurrent.futures.TimeoutError())) == SILENT


@pytest.mark.parametrize("number", [errno.EHOSTUNREACH, errno.ENETUNREACH])
def test_an_unreachable_network_proves_nothing_about_what_was_sent(raised: Raised, number: int) -> None:
    failure = raised(throw, OSError(number, "unreachable"))
    assert labelled(failure) == NETWORK_503
    assert not failure.not_sent


def test_a_certificate_that_is_not_trusted_needs_somebody_to_act(raised: Raised) -> None:
    failure = raised(throw, ssl.SSLCertVerificationError(1, "certificate verify failed"))
    assert labelled(failure) == ("network", "high", False, 502, "NETWORK_ERROR")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, ("authentication", "high", False, 502, "UPSTREAM_AUTH_ERROR")),
        (403, ("authentication", "high", False, 502, "UPSTREAM_AUTH_ERROR")),
        (404, UPSTREAM),
        (429, ("resource", "medium", True, 503, "UPSTREAM_THROTTLED")),
        (500, UPSTREAM),
        (502, ("external_service", "medium", True, 502, "UPSTREAM_ERROR")),
        (503, ("external_service", "medium", True, 503, "UPSTREAM_ERROR")),
        (504, ("external_service", "medium", True, 504, "TIMEOUT_ERROR")),
    ],
)
def test_the_status_of_a_peer_is_never_the_status_of_our_answer(
    raised: Raised, status: int, expected: tuple[object, ...]
) -> None:
    headers = Message()
    headers["Retry-After"] = "7"
    failure = raised(throw, urllib.error.HTTPError("http://peer", status, "x", headers, None))
    assert labelled(failure) == expected
    assert failure.retry_after == (7.0 if expected[2] else None)
    assert not failure.retry_after_set


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), ("authentication", "high", False, 502, "UPSTREAM_AUTH_ERROR")),
        (smtplib.SMTPDataError(451, b"later"), ("external_service", "medium", True, 503, "UPSTREAM_ERROR")),
        (smtplib.SMTPDataError(554, b"no"), UPSTREAM),
        (smtplib.SMTPRecipientsRefused({}), UPSTREAM),
        (ftplib.error_temp("421 busy"), ("external_service", "medium", True, 503, "UPSTREAM_ERROR")),
        (ftplib.error_perm("550 no"), UPSTREAM),
        (xmlrpc.client.Fault(1, "no"), UPSTREAM),
        (xmlrpc.client.ProtocolError("u", 503, "x", {}), ("external_service", "medium", True, 503, "UPSTREAM_ERROR")),
    ],
)
def test_peers_of_other_protocols(raised: Raised, error: BaseException, expected: tuple[object, ...]) -> None:
    assert labelled(raised(throw, error)) == expected
