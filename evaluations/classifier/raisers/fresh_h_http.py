"""Small clients of protocols: WebSocket, proxies, ICMP, SFTP, SMB, CoAP, MQTT, Matrix, Overpass."""

from __future__ import annotations

import asyncio
from typing import Any

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_h import (
    BUG,
    FAILED,
    HTML,
    ODD_REQUEST,
    OUR_KEY,
    REFUSED,
    SILENT,
    THROTTLED,
    UNAVAILABLE,
    answering,
    closed_port,
    refusing,
    talking,
)


def _overpass(base: str) -> None:
    import overpy

    overpy.Overpass(url=base, max_retry_count=0, retry_timeout=0.1).query("node(1);out;")


@case("overpy", "resource", **THROTTLED)
def fresh_h_too_many_requests() -> None:
    with answering(429, HTML) as base:
        _overpass(base)


@case("overpy", "external_service", transient=True, status=(502, 503, 504), severity="medium")
def fresh_h_gateway_timeout() -> None:
    with answering(504, HTML) as base:
        _overpass(base)


@case("overpy", "external_service", **ODD_REQUEST)
def fresh_h_bad_request() -> None:
    with answering(400, "<p><strong>Error</strong>: line 1: parse error: Unknown type </p>") as base:
        _overpass(base)


@case("overpy", "external_service", **FAILED)
def fresh_h_content_type_unknown() -> None:
    with answering(200, "node;1", headers={"Content-Type": "text/csv"}) as base:
        _overpass(base)


@case("overpy", "network", **REFUSED)
def fresh_h_overpy_refused() -> None:
    _overpass(refusing())


def _ws(base: str) -> None:
    import httpx
    from httpx_ws import connect_ws

    with httpx.Client() as client, connect_ws(f"{base}/feed", client) as link:
        link.receive_text(timeout=1)


_UPGRADED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
)


@case("httpx-ws", "authentication", **OUR_KEY)
def fresh_h_upgrade_unauthorized() -> None:
    with answering(401, "unauthorized") as base:
        _ws(base)


@case("httpx-ws", "external_service", **UNAVAILABLE)
def fresh_h_upgrade_unavailable() -> None:
    with answering(503, HTML) as base:
        _ws(base)


@case("httpx-ws", "network", **REFUSED, note="the peer hung up without a closing frame")
def fresh_h_link_lost() -> None:
    with talking(_UPGRADED, read_first=True) as (host, port):
        _ws(f"http://{host}:{port}")


@case("httpx-ws", "external_service", **UNAVAILABLE, note="closed with 1013: try again later")
def fresh_h_closed_try_again_later() -> None:
    with talking(_UPGRADED, read_first=True, tail=b"\x88\x11\x03\xf5try again later") as (host, port):
        _ws(f"http://{host}:{port}")


def _socks(url: str, *, timeout: float = 2) -> None:
    from python_socks.sync import Proxy

    Proxy.from_url(url).connect("api.example.com", 443, timeout=timeout)


@case("python-socks", "network", **REFUSED)
def fresh_h_proxy_refused() -> None:
    _socks(f"socks5://127.0.0.1:{closed_port()}")


@case("python-socks", "network", **SILENT)
def fresh_h_proxy_silent() -> None:
    with talking(silent=True) as (host, port):
        _socks(f"socks5://{host}:{port}", timeout=0.3)


@case("python-socks", "authentication", **OUR_KEY)
def fresh_h_proxy_password_refused() -> None:
    with talking(b"\x05\x02", b"\x01\x01", read_first=True) as (host, port):
        _socks(f"socks5://app:secret@{host}:{port}")


@case("python-socks", "network", **REFUSED, note="the proxy says that the target refused")
def fresh_h_target_refused() -> None:
    with talking(b"\x05\x00", b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00", read_first=True) as (host, port):
        _socks(f"socks5://{host}:{port}")


@case("icmplib", "network", **SILENT)
def fresh_h_no_echo() -> None:
    from icmplib import ICMPRequest, ICMPv4Socket

    with ICMPv4Socket("127.0.0.1", privileged=True) as link:
        link.receive(ICMPRequest("127.0.0.2", 4711, 1), timeout=0.2)


@case("icmplib", "system", **BUG)
def fresh_h_socket_closed() -> None:
    from icmplib import ICMPRequest, ICMPv4Socket

    link = ICMPv4Socket("127.0.0.1", privileged=True)
    link.close()
    link.send(ICMPRequest("127.0.0.1", 1, 1))


def _smb(port: int, *, timeout: float = 1) -> None:
    from smb.SMBConnection import SMBConnection

    SMBConnection("app", "secret", "web", "files", is_direct_tcp=True).connect("127.0.0.1", port, timeout=timeout)


@case("pysmb", "network", **REFUSED)
def fresh_h_pysmb_refused() -> None:
    _smb(closed_port())


@case("pysmb", "network", **SILENT)
def fresh_h_pysmb_silent() -> None:
    with talking(silent=True) as (_, port):
        _smb(port, timeout=0.3)


@case("pysmb", "system", **BUG)
def fresh_h_not_connected() -> None:
    from smb.SMBConnection import SMBConnection

    SMBConnection("app", "secret", "web", "files").listPath("invoices", "/")


async def _coap(path: str, *, port: int | None = None) -> None:
    import aiocoap
    from aiocoap import resource

    class Broken(resource.Resource):
        async def render_get(self, request: Any) -> Any:
            raise aiocoap.error.ServiceUnavailable

    class Closed(resource.Resource):
        async def render_get(self, request: Any) -> Any:
            raise aiocoap.error.Unauthorized

    site = resource.Site()
    site.add_resource(["broken"], Broken())
    site.add_resource(["closed"], Closed())
    own = closed_port()
    server = await aiocoap.Context.create_server_context(site, bind=("127.0.0.1", own))
    client = await aiocoap.Context.create_client_context()
    try:
        message = aiocoap.Message(code=aiocoap.GET, uri=f"coap://127.0.0.1:{port or own}/{path}")
        await asyncio.wait_for(client.request(message).response_raising, 3)
    finally:
        await client.shutdown()
        await server.shutdown()


@case("aiocoap", "external_service", **ODD_REQUEST)
async def fresh_h_not_found() -> None:
    await _coap("nothing")


@case("aiocoap", "external_service", **UNAVAILABLE)
async def fresh_h_service_unavailable() -> None:
    await _coap("broken")


@case("aiocoap", "authentication", **OUR_KEY)
async def fresh_h_unauthorized() -> None:
    await _coap("closed")


@case("aiocoap", "network", **REFUSED)
async def fresh_h_aiocoap_refused() -> None:
    await _coap("lamp", port=closed_port())


async def _mqtt(port: int, *, version: int = 4) -> None:
    import gmqtt

    client = gmqtt.Client("web-1")
    client.set_auth_credentials("app", "secret")
    client.set_config({"reconnect_retries": 0})
    await asyncio.wait_for(client.connect("127.0.0.1", port, version=version), 2)


@case("gmqtt", "network", transient=True, status=(502, 503), severity="high", note="a broker of ours")
async def fresh_h_broker_refused() -> None:
    await _mqtt(closed_port())


@case("gmqtt", "authentication", **OUR_KEY)
async def fresh_h_not_authorized() -> None:
    with talking(b"\x20\x03\x00\x87\x00", read_first=True) as (_, port):
        await _mqtt(port, version=5)


@case("gmqtt", "system", **BUG)
async def fresh_h_payload_is_an_object() -> None:
    import gmqtt

    gmqtt.Client("web-1").publish("a", object())


async def _matrix(base: str) -> None:
    import nio

    client = nio.AsyncClient(base, "@bot:example.com", config=nio.AsyncClientConfig(max_timeouts=1, request_timeout=1))
    client.access_token = "token"
    client.user_id = "@bot:example.com"
    try:
        await client.joined_rooms()
    finally:
        await client.close()


@case("matrix-nio", "system", **BUG, note="the code sends before it logs in")
async def fresh_h_not_logged_in() -> None:
    import nio

    client = nio.AsyncClient("http://127.0.0.1:9", "@bot:example.com")
    try:
        await client.room_send("!room:example.com", "m.room.message", {"msgtype": "m.text", "body": "hi"})
    finally:
        await client.close()


@case("matrix-nio", "network", **REFUSED)
async def fresh_h_matrix_nio_refused() -> None:
    await _matrix(refusing())


@case("matrix-nio", "network", **SILENT)
async def fresh_h_matrix_nio_silent() -> None:
    with answering(silent=True) as base:
        await _matrix(base)


def _events(base: str) -> None:
    import requests
    from sseclient import SSEClient

    with requests.get(base, stream=True, timeout=0.5) as answer:
        answer.raise_for_status()
        for _ in SSEClient(answer).events():
            pass


@case("sseclient-py", "network", **REFUSED, note="cut off in the middle of the stream")
def fresh_h_stream_cut_off() -> None:
    with answering(200, "data: 1\n\ndata: 2", headers={"Content-Type": "text/event-stream"}, cut=True) as base:
        _events(base)


@case("sseclient-py", "network", **SILENT)
def fresh_h_stream_silent() -> None:
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\ndata: 1\n\n"
    with talking(start, b"", read_first=True) as (host, port):
        _events(f"http://{host}:{port}")
