"""HTTP clients and WebSockets: what links and peers do, and what we do to them."""

from __future__ import annotations

import base64
import hashlib
import socket
import time
from collections.abc import Callable
from typing import Any

import aiohttp
import httpcore2
import httpx
import httpx2
import requests
import requests.adapters
import urllib3
import websocket
import websockets
import websockets.asyncio.client

from evaluations.classifier.raisers._fresh_b import dead, put, served
from evaluations.classifier.raisers._peers import (
    HOST,
    base_url,
    closed_port,
    listening,
    saying,
    silence,
    tls_port,
    untrusted_url,
)
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NO_TRUST,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    Means,
    serving,
)

_DENIES = saying(b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n')

_FRONT = Means("external_service", True, (502, 503, 504), "medium")


def _through(talk: Callable[[socket.socket], None], call: Callable[[str], Any]) -> Callable[[], Any]:
    """Call with the URL of a proxy, or of a peer, that talks so."""

    def run() -> Any:
        with listening(talk) as port:
            return call(f"http://{HOST}:{port}")

    return run


def _redirect(to: str) -> Answer:
    return Answer(302, headers={"Location": to})


# --- requests ---------------------------------------------------------------------------------------------------------
def _twice_streamed() -> Any:
    with serving(Answer(200, b"a" * 100)) as url:
        answer = requests.get(url, stream=True, timeout=1)
        list(answer.iter_content(10))
        answer._content = False  # type: ignore[attr-defined]
        return list(answer.iter_content(10))


def _checked(url: str) -> Any:
    answer = requests.get(url, timeout=1)
    answer.raise_for_status()
    return answer.json()["price"]


put("requests", "redirected_to_another_scheme", FAILED, served(_redirect("gopher://shop.test/"), _checked))
put("requests", "redirected_to_a_malformed_place", FAILED, served(_redirect("http://[::1/x"), _checked))
put("requests", "not_a_number_as_json", OUR_BUG, lambda: requests.post(dead(), json={"rate": float("nan")}, timeout=1))
put("requests", "stream_consumed", OUR_BUG, _twice_streamed)
put(
    "requests",
    "proxy_wants_credentials",
    REFUSED_US,
    _through(_DENIES, lambda url: requests.get("https://shop.test/", proxies={"https": url}, timeout=1)),
    note="a ProxyError about a tunnel: 407; network is defensible",
)
put(
    "requests",
    "field_of_answer_missing",
    OUR_BUG,
    served(Answer(200, {"cost": 3}), _checked),
    note="a bare KeyError of ours",
)
put("requests", "cloudflare_522", _FRONT, served(Answer(522), _checked), note="the origin was silent, says its front")
put("requests", "authentication_timeout_419", FAILED, served(Answer(419), _checked), note="no standard status")


# --- httpx, httpx2, urllib3, aiohttp ----------------------------------------------------------------------------------
def _written(url: str) -> Any:
    return httpx.post(url, content=b"x" * 20_000_000, timeout=httpx.Timeout(2, write=0.2))


def _deaf(connection: socket.socket) -> None:
    time.sleep(0.8)


def _cookies() -> Any:
    jar = httpx.Cookies()
    jar.set("session", "a", domain="a.test")
    jar.set("session", "b", domain="b.test")
    return jar["session"]


async def _sync_body() -> Any:
    async with httpx.AsyncClient() as client:
        return await client.post(base_url(), content=(part for part in (b"a",)))


put("httpx", "port_malformed", OUR_BUG, lambda: httpx.get("http://shop.test:eighty/"))
put("httpx", "two_cookies_of_one_name", OUR_BUG, _cookies)
put("httpx", "sync_body_for_async_client", OUR_BUG, _sync_body)
put("httpx", "write_never_taken", SILENT, _through(_deaf, _written))
put(
    "httpx",
    "redirected_to_a_malformed_place",
    FAILED,
    served(_redirect("http://[::1/x"), lambda url: httpx.get(url, follow_redirects=True)),
)
put(
    "httpx",
    "proxy_wants_credentials",
    REFUSED_US,
    _through(_DENIES, lambda url: httpx.get("https://shop.test/", proxy=url, timeout=1)),
)
put(
    "httpx",
    "cloudflare_524",
    _FRONT,
    served(Answer(524, "a timeout occurred"), lambda url: httpx.get(url).raise_for_status()),
    note="the front of the peer gave up waiting",
)
put("httpx2", "refused", LINK, lambda: httpx2.get(dead()))
put("httpx2", "silent", SILENT, served(Answer(how="hang"), lambda url: httpx2.get(url, timeout=0.2)))
put("httpx2", "throttled", THROTTLED, served(Answer(429), lambda url: httpx2.get(url).raise_for_status()))
put("httpx2", "unavailable", DOWN, served(Answer(503), lambda url: httpx2.get(url).raise_for_status()))
put("httpx2", "token_refused", REFUSED_US, served(Answer(401), lambda url: httpx2.get(url).raise_for_status()))
put(
    "httpx2",
    "page_for_json",
    FAILED,
    served(NONSENSE, lambda url: httpx2.get(url).json()),
    note="a bare JSONDecodeError",
)
put("httpx2", "untrusted", NO_TRUST, lambda: httpx2.get(untrusted_url()))
put("httpcore2", "hung_up_on", LINK, _through(lambda one: None, lambda url: httpcore2.request("GET", url)))
put("urllib3", "scheme_unknown", OUR_BUG, lambda: urllib3.PoolManager().request("GET", "gopher://shop.test/"))
put("urllib3", "proxy_scheme_unknown", OUR_SETTINGS, lambda: urllib3.ProxyManager("ftp://proxy.test:21"))
put("urllib3", "another_host_for_the_pool", OUR_BUG, lambda: _other_host())
put(
    "urllib3",
    "retry_after_malformed",
    FAILED,
    served(
        Answer(503, headers={"Retry-After": "soon"}), lambda url: urllib3.PoolManager().request("GET", url, retries=1)
    ),
    note="InvalidHeader: nonsense in the header of a 503; transient is defensible",
)
put("urllib3", "read_cut_off", LINK, served(Answer(200, b"{", how="cut"), lambda url: _read_all(url)))


def _other_host() -> Any:
    return urllib3.HTTPConnectionPool("a.test").urlopen("GET", "http://b.test/", assert_same_host=True)


def _read_all(url: str) -> Any:
    return urllib3.PoolManager().request("GET", url, preload_content=False).read()


def _aiohttp(url: str, **more: Any) -> Callable[[], Any]:
    async def run() -> Any:
        async with aiohttp.ClientSession() as session, session.get(url, **more) as answer:
            return await answer.read()

    return run


def _aiohttp_through(talk: Callable[[socket.socket], None]) -> Callable[[], Any]:
    async def run() -> Any:
        with listening(talk) as port:
            return await _aiohttp("https://shop.test/", proxy=f"http://{HOST}:{port}")()

    return run


async def _aiohttp_unix() -> Any:
    async with aiohttp.ClientSession(connector=aiohttp.UnixConnector("/nonexistent/agent.sock")) as session:
        return await session.get("http://agent/")


async def _aiohttp_redirect() -> Any:
    with serving(_redirect("gopher://shop.test/")) as url:
        return await _aiohttp(url)()


_FINGERPRINT = aiohttp.Fingerprint(b"\0" * 32)

put("aiohttp", "proxy_wants_credentials", REFUSED_US, _aiohttp_through(_DENIES))
put("aiohttp", "proxy_refused", LINK, _aiohttp("https://shop.test/", proxy=f"http://{HOST}:{closed_port()}"))
put("aiohttp", "fingerprint_differs", NO_TRUST, _aiohttp(f"https://{HOST}:{tls_port()}", ssl=_FINGERPRINT))
put(
    "aiohttp",
    "local_agent_away",
    LINK,
    _aiohttp_unix,
    note="a socket file that is missing; configuration is defensible",
)
put("aiohttp", "redirected_to_another_scheme", FAILED, _aiohttp_redirect)


# --- WebSockets -------------------------------------------------------------------------------------------------------
def _handshake(then: bytes, wait: float = 0.0) -> Callable[[socket.socket], None]:
    """Take the upgrade, say something, and be silent for a while."""

    def talk(connection: socket.socket) -> None:
        head = connection.recv(65_536).decode("latin-1")
        key = next(line.split(": ")[1] for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key"))
        proof = base64.b64encode(hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest())
        upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        connection.sendall(upgrade + b"Sec-WebSocket-Accept: " + proof + b"\r\n\r\n" + then)
        time.sleep(wait)
        if not wait:
            silence(connection)

    return talk


def _sockets(talk: Callable[[socket.socket], None], **more: Any) -> Callable[[], Any]:
    async def run() -> Any:
        with listening(talk) as port:
            async with websockets.asyncio.client.connect(f"ws://{HOST}:{port}", proxy=None, **more) as link:
                return await link.recv()

    return run


async def _socket_proxy() -> Any:
    with listening(_DENIES) as port:
        return await websockets.asyncio.client.connect("ws://shop.test/", proxy=f"http://{HOST}:{port}")


async def _socket_redirect() -> Any:
    with serving(Answer(302, headers={"Location": "ftp://shop.test/"})) as url:
        return await websockets.asyncio.client.connect(url.replace("http", "ws"), proxy=None)


def _old_socket(talk: Callable[[socket.socket], None], **more: Any) -> Callable[[], Any]:
    def run() -> Any:
        with listening(talk) as port:
            link = websocket.create_connection(f"ws://{HOST}:{port}", timeout=0.3, **more)
            return link.recv()

    return run


def _old_status(status: int) -> Callable[[], Any]:
    return served(Answer(status), lambda url: websocket.create_connection(url.replace("http", "ws"), timeout=1))


put(
    "websockets",
    "keepalive_without_answer",
    SILENT,
    _sockets(_handshake(b"", wait=1.0), ping_interval=0.1, ping_timeout=0.1, close_timeout=0.1),
)
put(
    "websockets", "text_that_is_not_utf_8", FAILED, _sockets(_handshake(b"\x81\x02\xff\xfe")), note="closed by us: 1007"
)
put("websockets", "frame_of_an_unknown_kind", FAILED, _sockets(_handshake(b"\x83\x00")), note="closed by us: 1002")
put("websockets", "proxy_wants_credentials", REFUSED_US, _socket_proxy)
put("websockets", "redirected_to_another_scheme", FAILED, _socket_redirect)
put("websocket-client", "throttled", THROTTLED, _old_status(429))
put("websocket-client", "missing_upstream", FAILED, _old_status(404))
put("websocket-client", "no_message_in_time", SILENT, _old_socket(_handshake(b"", wait=1.0)))
put("websocket-client", "frame_of_an_unknown_kind", FAILED, _old_socket(_handshake(b"\x83\x00")))
put("websocket-client", "text_that_is_not_utf_8", FAILED, _old_socket(_handshake(b"\x81\x02\xff\xfe")))
put(
    "websocket-client",
    "proxy_wants_credentials",
    REFUSED_US,
    _through(
        _DENIES,
        lambda url: websocket.create_connection(
            "ws://shop.test", http_proxy_host=HOST, http_proxy_port=url.rpartition(":")[2], proxy_type="http", timeout=1
        ),
    ),
)
