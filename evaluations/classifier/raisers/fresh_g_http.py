"""Set g: clients of HTTP, WebSocket and gRPC, and a peer that fails."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
from typing import Any

import aiohttp
import grpc
import grpc.aio
import httpx
import pycurl
import requests
import tornado.httpclient
import urllib3
import websockets
import zeep

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import answering, closed_port, peer, tls_peer

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
LINK: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "medium"}
SILENT: dict[str, Any] = {"transient": True, "status": 504, "severity": "medium"}
TRUST: dict[str, Any] = {"transient": False, "status": (502, 503), "severity": "high"}
FAILED: dict[str, Any] = {"transient": False, "status": (502, 503), "severity": "medium"}
BUSY: dict[str, Any] = {"transient": True, "status": 503, "severity": "medium"}
LATER: dict[str, Any] = {"transient": True, "status": (502, 503, 504), "severity": "medium"}
OURS: dict[str, Any] = {"transient": False, "status": (500, 502, 503), "severity": "high"}
HTML = "<html><body><h1>Maintenance</h1></body></html>"


def _get(status: int, body: str = "", **headers: str) -> None:
    with answering(status, body, headers) as url:
        httpx.get(url + "/v1/rates").raise_for_status()


@case("httpx", "external_service", **FAILED)
def fresh_g_httpx_500() -> None:
    _get(500, "oops")


@case("httpx", "external_service", **LATER)
def fresh_g_httpx_502() -> None:
    _get(502, HTML)


@case("httpx", "external_service", **LATER)
def fresh_g_httpx_503() -> None:
    _get(503, HTML)


@case("httpx", "external_service", **FAILED)
def fresh_g_httpx_400() -> None:
    _get(400, '{"error": "currency is required"}')


@case("httpx", "external_service", **FAILED)
def fresh_g_httpx_404() -> None:
    _get(404)


@case("httpx", "authentication", **OURS)
def fresh_g_httpx_401() -> None:
    _get(401)


@case("httpx", "resource", **BUSY)
def fresh_g_httpx_429() -> None:
    _get(429, **{"Retry-After": "30"})


@case("httpx", "network", **LINK)
def fresh_g_httpx_refused() -> None:
    httpx.get(f"http://127.0.0.1:{closed_port()}")


@case("httpx", "network", **SILENT)
def fresh_g_httpx_read_timeout() -> None:
    with peer(silent=True) as port:
        httpx.get(f"http://127.0.0.1:{port}", timeout=0.1)


@case("httpx", "network", **LINK)
def fresh_g_httpx_cut_off() -> None:
    with peer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") as port:
        httpx.get(f"http://127.0.0.1:{port}")


@case("httpx", "network", **TRUST)
def fresh_g_httpx_unknown_authority() -> None:
    with tls_peer() as port:
        httpx.get(f"https://localhost:{port}")


@case("httpx", "external_service", **FAILED)
def fresh_g_httpx_html_for_json() -> None:
    with answering(200, HTML, kind="text/html") as url:
        httpx.get(url).json()


@case("httpx", "external_service", **FAILED)
def fresh_g_httpx_redirects() -> None:
    with answering(302, "", {"Location": "/again"}) as url:
        httpx.get(url, follow_redirects=True)


@case("httpx", "configuration", **BUG)
def fresh_g_httpx_no_scheme() -> None:
    httpx.get("rates.internal.example/v1")


@case("httpx", "system", **BUG)
async def fresh_g_httpx_client_closed() -> None:
    client = httpx.AsyncClient()
    await client.aclose()
    await client.get("http://127.0.0.1/")


@case("httpx", "resource", **BUSY)
async def fresh_g_httpx_pool() -> None:
    limits = httpx.Limits(max_connections=1)
    with peer(silent=True) as port:
        async with httpx.AsyncClient(limits=limits, timeout=httpx.Timeout(2, pool=0.1)) as client:
            first = asyncio.create_task(client.get(f"http://127.0.0.1:{port}"))
            await asyncio.sleep(0.05)
            try:
                await client.get(f"http://127.0.0.1:{port}")
            finally:
                first.cancel()


def _fetch(status: int, body: str = "", **headers: str) -> None:
    with answering(status, body, headers) as url:
        requests.get(url + "/v1/stock", timeout=3).raise_for_status()


@case("requests", "external_service", **FAILED)
def fresh_g_requests_500() -> None:
    _fetch(500, "oops")


@case("requests", "authentication", **OURS)
def fresh_g_requests_401() -> None:
    _fetch(401)


@case("requests", "resource", **BUSY)
def fresh_g_requests_429() -> None:
    _fetch(429)


@case("requests", "network", **LINK)
def fresh_g_requests_refused() -> None:
    requests.get(f"http://127.0.0.1:{closed_port()}", timeout=3)


@case("requests", "network", **SILENT)
def fresh_g_requests_read_timeout() -> None:
    with peer(silent=True) as port:
        requests.get(f"http://127.0.0.1:{port}", timeout=0.1)


@case("requests", "network", **LINK)
def fresh_g_requests_cut_off() -> None:
    with peer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf") as port:
        requests.get(f"http://127.0.0.1:{port}", timeout=3)


@case("requests", "network", **TRUST)
def fresh_g_requests_unknown_authority() -> None:
    with tls_peer() as port:
        requests.get(f"https://localhost:{port}", timeout=3)


@case("requests", "external_service", **FAILED)
def fresh_g_requests_html_for_json() -> None:
    with answering(200, HTML, kind="text/html") as url:
        requests.get(url, timeout=3).json()


@case("requests", "configuration", **BUG)
def fresh_g_requests_ca_bundle() -> None:
    requests.get("https://127.0.0.1/", verify="/nonexistent/ca.pem", timeout=3)


@case("requests", "external_service", **FAILED)
def fresh_g_requests_bad_gzip() -> None:
    with answering(200, "plain", {"Content-Encoding": "gzip"}) as url:
        requests.get(url, timeout=3)


async def _aget(status: int, body: str = "", kind: str = "application/json") -> Any:
    with answering(status, body, kind=kind) as url:
        async with aiohttp.ClientSession(raise_for_status=True) as session, session.get(url) as answer:
            return await answer.json()


@case("aiohttp", "resource", **BUSY)
async def fresh_g_aiohttp_429() -> None:
    await _aget(429)


@case("aiohttp", "authentication", **OURS)
async def fresh_g_aiohttp_403() -> None:
    await _aget(403)


@case("aiohttp", "external_service", **FAILED)
async def fresh_g_aiohttp_html_for_json() -> None:
    await _aget(200, HTML, "text/html")


@case("aiohttp", "network", **LINK)
async def fresh_g_aiohttp_refused() -> None:
    async with aiohttp.ClientSession() as session:
        await session.get(f"http://127.0.0.1:{closed_port()}")


@case("aiohttp", "network", **LINK)
async def fresh_g_aiohttp_hung_up() -> None:
    with peer() as port:
        async with aiohttp.ClientSession() as session:
            await session.get(f"http://127.0.0.1:{port}")


@case("aiohttp", "network", **LINK)
async def fresh_g_aiohttp_cut_off() -> None:
    with peer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") as port:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}") as answer:
            await answer.read()


@case("aiohttp", "network", **SILENT)
async def fresh_g_aiohttp_silent() -> None:
    with peer(silent=True) as port:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as session:
            await session.get(f"http://127.0.0.1:{port}")


@case("aiohttp", "system", **BUG)
async def fresh_g_aiohttp_session_closed() -> None:
    session = aiohttp.ClientSession()
    await session.close()
    await session.get("http://127.0.0.1/")


@case("urllib3", "network", **LINK)
def fresh_g_urllib3_refused() -> None:
    urllib3.PoolManager(retries=1).request("GET", f"http://127.0.0.1:{closed_port()}")


@case("urllib3", "external_service", **LATER)
def fresh_g_urllib3_too_many_503() -> None:
    again = urllib3.Retry(total=2, status_forcelist=[503], backoff_factor=0)
    with answering(503) as url:
        urllib3.PoolManager(retries=again).request("GET", url)


@case("pycurl", "network", **LINK)
def fresh_g_curl_refused() -> None:
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, f"http://127.0.0.1:{closed_port()}/")
    curl.perform()


@case("tornado", "external_service", **LATER)
async def fresh_g_tornado_client_503() -> None:
    with answering(503) as url:
        await tornado.httpclient.AsyncHTTPClient(force_instance=True).fetch(url)


@case("websockets", "network", **LINK)
async def fresh_g_websockets_refused() -> None:
    await websockets.connect(f"ws://127.0.0.1:{closed_port()}")


@case("websockets", "external_service", **LATER)
async def fresh_g_websockets_503() -> None:
    with answering(503) as url:
        await websockets.connect(url.replace("http", "ws")).__aenter__()


@case("websockets", "authentication", **OURS)
async def fresh_g_websockets_401() -> None:
    with answering(401) as url:
        await websockets.connect(url.replace("http", "ws")).__aenter__()


@case("websockets", "configuration", **BUG)
async def fresh_g_websockets_scheme() -> None:
    await websockets.connect("https://feed.internal.example/")


@case("zeep", "external_service", **FAILED)
def fresh_g_soap_nonsense() -> None:
    with answering(200, HTML + "&", kind="text/html") as url:
        zeep.Client(url + "/service?wsdl")


def _call(code: grpc.StatusCode, text: str, timeout: float = 3) -> None:
    class Refuse(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            return grpc.unary_unary_rpc_method_handler(lambda _, context: context.abort(code, text))

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(1), [Refuse()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            channel.unary_unary("/shop.Stock/Get")(json.dumps({}).encode(), timeout=timeout)
    finally:
        server.stop(None)


@case("grpcio", "external_service", **LATER)
def fresh_g_grpc_unavailable_answer() -> None:
    _call(grpc.StatusCode.UNAVAILABLE, "shutting down for maintenance")


@case("grpcio", "external_service", **FAILED)
def fresh_g_grpc_internal() -> None:
    _call(grpc.StatusCode.INTERNAL, "nil pointer")


@case("grpcio", "external_service", **FAILED)
def fresh_g_grpc_not_found() -> None:
    _call(grpc.StatusCode.NOT_FOUND, "no such item")


@case("grpcio", "resource", **BUSY)
def fresh_g_grpc_exhausted() -> None:
    _call(grpc.StatusCode.RESOURCE_EXHAUSTED, "rate limit of 100 requests per second exceeded")


@case("grpcio", "authentication", **OURS)
def fresh_g_grpc_unauthenticated() -> None:
    _call(grpc.StatusCode.UNAUTHENTICATED, "token is expired")


@case("grpcio", "authentication", **OURS)
def fresh_g_grpc_permission() -> None:
    _call(grpc.StatusCode.PERMISSION_DENIED, "role stock.reader is required")


@case("grpcio", "concurrency", transient=True, status=(409, 503), severity="medium")
def fresh_g_grpc_aborted() -> None:
    _call(grpc.StatusCode.ABORTED, "transaction was aborted due to a concurrent modification")


@case("grpcio", "network", **LINK)
def fresh_g_grpc_refused() -> None:
    with grpc.insecure_channel(f"127.0.0.1:{closed_port()}") as channel:
        channel.unary_unary("/shop.Stock/Get")(b"", timeout=2)


@case("grpcio", "network", **SILENT)
async def fresh_g_grpc_deadline() -> None:
    with peer(silent=True) as port:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            await channel.unary_unary("/shop.Stock/Get")(b"", timeout=0.2, wait_for_ready=True)
