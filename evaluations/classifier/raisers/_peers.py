"""Peers on loopback that fail in every way a peer can: refuse, stay silent, reset, cut off, talk nonsense, say no."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import functools
import gzip
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["base_url", "black_hole", "closed_port", "listening", "tls_port", "untrusted_url"]

HOST = "127.0.0.1"
_BUDGET = 3.0
"""Seconds after which a silent peer gives up, so that nothing is left behind."""
_READ = 65_536


@functools.cache
def closed_port() -> int:
    """A port where nobody listens: taken, so that no client connects to itself by chance."""
    one = socket.socket()
    one.bind((HOST, 0))
    atexit.register(one.close)
    return int(one.getsockname()[1])


def free_port() -> int:
    """A port that a server may take."""
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port whose connections are never set up: the backlog of its listener is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((HOST, 0))
        listener.listen(0)
        port = int(listener.getsockname()[1])
        for _ in range(3):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex((HOST, port))
        yield port


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silence(connection: socket.socket) -> None:
    """Take whatever comes, and never answer."""
    connection.settimeout(_BUDGET)
    with contextlib.suppress(OSError):
        while connection.recv(_READ):
            pass


def reset(connection: socket.socket) -> None:
    """Wait for the first bytes, then reset."""
    connection.settimeout(_BUDGET)
    with contextlib.suppress(OSError):
        connection.recv(1)
    _reset(connection)


def hang_up(connection: socket.socket) -> None:
    """Wait for the first bytes, then close."""
    connection.settimeout(_BUDGET)
    with contextlib.suppress(OSError):
        connection.recv(_READ)


def saying(text: bytes, *, at_once: bool = False) -> Callable[[socket.socket], None]:
    """Say one thing, to the first bytes or at once, and close."""

    def talk(connection: socket.socket) -> None:
        connection.settimeout(_BUDGET)
        with contextlib.suppress(OSError):
            if not at_once:
                connection.recv(_READ)
            connection.sendall(text)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(_READ):
                pass

    return talk


def dialogue(greeting: bytes, answers: dict[bytes, bytes], default: bytes) -> Callable[[socket.socket], None]:
    """A protocol of lines: greet, and answer each line by its first word; an answer of nothing hangs up."""

    def talk(connection: socket.socket) -> None:
        connection.settimeout(_BUDGET)
        with contextlib.suppress(OSError), connection.makefile("rb") as lines:
            connection.sendall(greeting)
            for line in lines:
                words = line.split()
                said = next((answers[word.upper()] for word in words[:2] if word.upper() in answers), default)
                if not said:
                    return
                connection.sendall(said.replace(b"{tag}", words[0] if words else b"*"))

    return talk


@contextlib.contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where every connection is treated in the same way, as long as the block runs."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(50)
        closed = threading.Event()

        def serve() -> None:
            while not closed.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=_with_care, args=(talk, connection), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            closed.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(1)


def left_behind(names: list[str]) -> list[str]:
    """Of names that end in the id of a process: those of processes that are gone."""
    return [name for name in names if name[(cut := name.rfind("_") + 1) :].isdigit() and not _lives(int(name[cut:]))]


def _lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def dies_with_us() -> None:
    """For `preexec_fn`: the child is ended with this process, however that ends (prctl, PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, 15)


def _with_care(talk: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection:
        talk(connection)


# --- HTTP -------------------------------------------------------------------------------------------------------------
def _head(status: int, *fields: str, length: int | None = 0) -> bytes:
    lines = [f"HTTP/1.1 {status} Because", "X-Elastic-Product: Elasticsearch", *fields]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode()


_JSON = "Content-Type: application/json"
_PAGES: dict[str, bytes] = {
    "/garbage": _head(200, _JSON, length=21) + b"<html>not JSON</html>",
    "/empty": _head(200, _JSON, length=0),
    "/cut": _head(200, _JSON, length=1_000) + b'{"half": ',
    "/cut-chunk": _head(200, _JSON, "Transfer-Encoding: chunked", length=None) + b"40\r\n{half",
    "/bad-chunk": _head(200, _JSON, "Transfer-Encoding: chunked", length=None) + b"zz\r\nno chunk\r\n",
    "/bad-gzip": _head(200, _JSON, "Content-Encoding: gzip", length=8) + b"not gzip",
    "/cut-gzip": _head(200, _JSON, "Content-Encoding: gzip", length=10) + gzip.compress(b"{}" * 400)[:10],
    "/html": _head(200, "Content-Type: text/html", length=12) + b"<p>Hello</p>",
    "/not-utf8": _head(200, _JSON, length=6) + b'"\xff\xfe\xfa"'.ljust(6),
    "/not-http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "/cut-head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "/loop": _head(302, "Location: /loop"),
    "/to-nowhere": _head(302, "Location: gopher://example.test/"),
    "/long-line": b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n",
}


def _answer_http(connection: socket.socket) -> None:
    connection.settimeout(_BUDGET)
    try:
        path = _read_request(connection)
        if path.startswith("/slow"):
            while connection.recv(_READ):
                pass
        elif path.startswith("/reset"):
            _reset(connection)
        elif path.startswith("/trickle"):
            connection.sendall(_head(200, _JSON, length=100) + b"{")
            while connection.recv(_READ):
                pass
        elif not path.startswith("/close"):
            connection.sendall(_page(path))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(_READ):
                pass
    except OSError:
        pass


def _page(path: str) -> bytes:
    """`/status/503/...` answers with a status whatever follows, the others as their names say."""
    for prefix, page in _PAGES.items():
        if path == prefix or path.startswith((prefix + "/", prefix + "?")):
            return page
    if path.startswith("/status/"):
        status = int(path[8:11])
        body = b'{"error": "as asked for", "message": "as asked for", "status": %d}' % status
        more = [_JSON, "Retry-After: 7"] if status in {429, 503} else [_JSON]
        return _head(status, *more, length=len(body)) + body
    return _head(200, _JSON, length=2) + b"{}"


def _read_request(connection: socket.socket) -> str:
    data = b""
    while b"\r\n\r\n" not in data:
        got = connection.recv(_READ)
        if not got:
            raise ConnectionResetError
        data += got
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            missing = int(value) - len(body)
            while missing > 0 and (got := connection.recv(_READ)):
                missing -= len(got)
    return head.split(b" ")[1].decode("latin-1") if b" " in head else "/"


@functools.cache
def _http_port() -> int:
    return _keep(listening(_answer_http))


def _keep(context: Any) -> int:
    """Enter a context for as long as the process lives."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return int(stack.enter_context(context))


def base_url() -> str:
    """The URL of an HTTP server that answers as the path asks for; see `_PAGES` and `_answer_http`."""
    return f"http://{HOST}:{_http_port()}"


# --- TLS --------------------------------------------------------------------------------------------------------------
@functools.cache
def _authority() -> Any:
    import trustme

    return trustme.CA()


def _serve_tls(host: str, not_after: Any = None) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority().issue_cert(host, not_after=not_after).configure_cert(context)

    def talk(connection: socket.socket) -> None:
        connection.settimeout(_BUDGET)
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
            _answer_http(secured)

    return talk


@functools.cache
def tls_port(host: str = "127.0.0.1", *, expired: bool = False) -> int:
    """A TLS server with a certificate for a host, of an authority that nobody trusts unless told to."""
    import datetime as dt

    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) if expired else None
    return _keep(listening(_serve_tls(host, past)))


@functools.cache
def authority_file() -> str:
    """The certificate of the authority."""
    with tempfile.NamedTemporaryFile(suffix=".pem", delete=False) as file:
        name = file.name
    _authority().cert_pem.write_to_path(name)
    atexit.register(functools.partial(Path(name).unlink, missing_ok=True))
    return name


def untrusted_url() -> str:
    """The same HTTP server behind TLS, with a certificate that is not trusted."""
    return f"https://{HOST}:{tls_port()}"
