"""Calls of other services over HTTP and web sockets, with the clients that nearly everybody uses."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any

import aiohttp
import httpcore
import httpx
import requests
import urllib3
import websockets
import websockets.sync.client
import websockets.sync.server

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    answering,
    bug,
    declined,
    distrusted,
    exhausted,
    failed,
    nonsense,
    not_now,
    refused,
    refused_us,
    silent,
    throttled,
    unpaid,
)
from evaluations.classifier.raisers._peers import (
    base_url,
    black_hole,
    closed_port,
    listening,
    reset,
    saying,
    silence,
    untrusted_url,
)


class InventoryError(Exception):
    """An application's own class for whatever goes wrong when it asks the warehouse."""


def closed_url() -> str:
    """Nobody is there."""
    return f"http://127.0.0.1:{closed_port()}/"


# --- requests ---------------------------------------------------------------------------------------------------------
@case("requests", **refused)
def fresh_e_warehouse_refuses() -> None:
    requests.get(closed_url(), timeout=2)


@case("requests", **silent)
def fresh_e_rates_never_come() -> None:
    requests.get(f"{base_url()}/slow/rates", timeout=0.2)


@case("requests", **silent)
def fresh_e_no_connection_in_time() -> None:
    with black_hole() as port:
        requests.post(f"http://127.0.0.1:{port}/orders", json={"order": 7}, timeout=(0.2, 2))


@case("requests", **distrusted)
def fresh_e_certificate_of_nobody() -> None:
    requests.get(f"{untrusted_url()}/x", timeout=2)


@case("requests", **not_now)
def fresh_e_maintenance() -> None:
    requests.get(f"{base_url()}/status/503/stock", timeout=2).raise_for_status()


@case("requests", **failed)
def fresh_e_peer_has_a_bug() -> None:
    requests.post(f"{base_url()}/status/500/stock", json={"sku": "A-1"}, timeout=2).raise_for_status()


@case("requests", **refused_us)
def fresh_e_our_key_is_revoked() -> None:
    requests.get(f"{base_url()}/status/401/me", timeout=2).raise_for_status()


@case("requests", **throttled)
def fresh_e_too_many_calls() -> None:
    requests.get(f"{base_url()}/status/429/search", timeout=2).raise_for_status()


@case("requests", **nonsense)
def fresh_e_page_where_json_was_due() -> None:
    requests.get(f"{base_url()}/garbage", timeout=2).json()


@case("requests", **refused)
def fresh_e_download_breaks_off() -> None:
    with requests.get(f"{base_url()}/cut-chunk", timeout=2, stream=True) as answer:
        for _ in answer.iter_content(1_024):
            pass


@case("requests", **refused)
def fresh_e_proxy_is_down() -> None:
    proxies = {"http": f"http://127.0.0.1:{closed_port()}"}
    requests.get("http://rates.example.test/", proxies=proxies, timeout=2)


@case("requests", **bug)
def fresh_e_header_is_a_number() -> None:
    requests.get(base_url(), headers={"X-Tenant": 42}, timeout=2)  # type: ignore[dict-item]


@case("requests", **silent)
def fresh_e_wrapped_by_a_client_of_ours() -> None:
    try:
        requests.get(f"{base_url()}/slow", timeout=0.2)
    except requests.RequestException as exc:
        raise InventoryError("could not fetch the stock") from exc


@case("requests", **nonsense)
def fresh_e_redirects_in_circles() -> None:
    session = requests.Session()
    session.max_redirects = 3
    session.get(f"{base_url()}/loop", timeout=2)


# --- httpx ------------------------------------------------------------------------------------------------------------
@case("httpx", **refused)
async def fresh_e_profile_service_refuses() -> None:
    async with httpx.AsyncClient() as client:
        await client.get(closed_url())


@case("httpx", **silent)
async def fresh_e_profile_service_is_silent() -> None:
    async with httpx.AsyncClient(timeout=0.2) as client:
        await client.get(f"{base_url()}/slow")


@case("httpx", **silent)
def fresh_e_connect_takes_too_long() -> None:
    with black_hole() as port:
        httpx.get(f"http://127.0.0.1:{port}/", timeout=0.2)


@case("httpx", **exhausted)
async def fresh_e_pool_of_one() -> None:
    limits = httpx.Limits(max_connections=1)
    async with httpx.AsyncClient(limits=limits, timeout=httpx.Timeout(2, pool=0.1)) as client:
        async with client.stream("GET", f"{base_url()}/trickle"):
            await client.get(base_url())


@case("httpx", **refused)
def fresh_e_hangs_up_without_a_word() -> None:
    httpx.get(f"{base_url()}/close", timeout=2)


@case("httpx", **refused)
def fresh_e_reset_by_the_balancer() -> None:
    httpx.get(f"{base_url()}/reset", timeout=2)


@case("httpx", **not_now)
def fresh_e_bad_gateway() -> None:
    httpx.get(f"{base_url()}/status/502/x", timeout=2).raise_for_status()


@case("httpx", **refused_us)
def fresh_e_scope_is_missing() -> None:
    httpx.delete(f"{base_url()}/status/403/users/7", timeout=2).raise_for_status()


@case("httpx", **declined)
def fresh_e_our_payload_is_refused() -> None:
    httpx.post(f"{base_url()}/status/422/orders", json={"quantity": -1}, timeout=2).raise_for_status()


@case("httpx", **nonsense)
def fresh_e_not_gzip_at_all() -> None:
    httpx.get(f"{base_url()}/bad-gzip", timeout=2)


@case("httpx", **nonsense)
def fresh_e_empty_answer() -> None:
    httpx.get(f"{base_url()}/empty", timeout=2).json()


@case("httpx", **bug)
def fresh_e_client_was_closed_at_shutdown() -> None:
    client = httpx.Client()
    client.close()
    client.get(base_url())


@case("httpx", **bug)
def fresh_e_stream_read_twice() -> None:
    with httpx.stream("GET", f"{base_url()}/html", timeout=2) as answer:
        for _ in answer.iter_raw():
            pass
        for _ in answer.iter_raw():
            pass


@case("httpx", **distrusted)
def fresh_e_self_signed_in_staging() -> None:
    httpx.get(untrusted_url(), timeout=2)


@case("httpx", **throttled)
def fresh_e_runtime_error_from_a_429() -> None:
    try:
        httpx.get(f"{base_url()}/status/429/geo", timeout=2).raise_for_status()
    except httpx.HTTPStatusError as exc:
        raise RuntimeError("geocoding failed") from exc


# --- urllib3 ----------------------------------------------------------------------------------------------------------
@case("urllib3", **refused)
def fresh_e_retries_on_a_closed_port() -> None:
    urllib3.PoolManager(retries=urllib3.Retry(2, backoff_factor=0)).request("GET", closed_url())


@case("urllib3", **silent)
def fresh_e_read_timeout_without_retries() -> None:
    urllib3.PoolManager().request("GET", f"{base_url()}/slow", timeout=0.2, retries=False)


@case("urllib3", **silent)
def fresh_e_read_timeout_after_retries() -> None:
    urllib3.PoolManager().request("GET", f"{base_url()}/slow", timeout=0.1, retries=1)


@case("urllib3", **not_now)
def fresh_e_503_until_retries_are_used_up() -> None:
    retries = urllib3.Retry(1, status_forcelist=[503], backoff_factor=0, respect_retry_after_header=False)
    urllib3.PoolManager().request("GET", f"{base_url()}/status/503/x", retries=retries)


@case("urllib3", **refused)
def fresh_e_body_shorter_than_announced() -> None:
    urllib3.PoolManager().request("GET", f"{base_url()}/cut", retries=False)


@case("urllib3", **distrusted)
def fresh_e_unknown_issuer() -> None:
    urllib3.PoolManager(retries=False).request("GET", untrusted_url())


@case("urllib3", **exhausted)
def fresh_e_blocking_pool_is_empty() -> None:
    pool = urllib3.HTTPConnectionPool("127.0.0.1", int(base_url().rpartition(":")[2]), maxsize=1, block=True)
    held = pool.urlopen("GET", "/trickle", preload_content=False)
    with contextlib.closing(held):
        pool.urlopen("GET", "/", pool_timeout=0.1, retries=False)


@case("urllib3", **bug)
def fresh_e_pool_was_closed() -> None:
    pool = urllib3.HTTPConnectionPool("127.0.0.1", int(base_url().rpartition(":")[2]))
    pool.close()
    pool.urlopen("GET", "/")


# --- aiohttp ----------------------------------------------------------------------------------------------------------
async def _get(url: str, **options: Any) -> None:
    async with aiohttp.ClientSession(**options) as session, session.get(url) as answer:
        await answer.json()


@case("aiohttp", **refused)
async def fresh_e_nobody_at_home() -> None:
    await _get(closed_url())


@case("aiohttp", **refused)
async def fresh_e_disconnected_before_the_answer() -> None:
    await _get(f"{base_url()}/close")


@case("aiohttp", **silent)
async def fresh_e_total_timeout() -> None:
    await _get(f"{base_url()}/slow", timeout=aiohttp.ClientTimeout(total=0.2))


@case("aiohttp", **silent)
async def fresh_e_socket_read_timeout() -> None:
    await _get(f"{base_url()}/slow", timeout=aiohttp.ClientTimeout(sock_read=0.2))


@case("aiohttp", **nonsense)
async def fresh_e_html_instead_of_json() -> None:
    await _get(f"{base_url()}/html")


@case("aiohttp", **refused)
async def fresh_e_payload_not_completed() -> None:
    await _get(f"{base_url()}/cut")


@case("aiohttp", **not_now)
async def fresh_e_gateway_says_503() -> None:
    await _get(f"{base_url()}/status/503/x", raise_for_status=True)


@case("aiohttp", **refused_us)
async def fresh_e_service_token_refused() -> None:
    await _get(f"{base_url()}/status/401/x", raise_for_status=True)


@case("aiohttp", **declined)
async def fresh_e_customer_unknown_to_the_peer() -> None:
    await _get(f"{base_url()}/status/404/customers/9", raise_for_status=True)


@case("aiohttp", **distrusted)
async def fresh_e_certificate_not_verified() -> None:
    await _get(untrusted_url())


@case("aiohttp", **bug)
async def fresh_e_session_is_closed() -> None:
    session = aiohttp.ClientSession()
    await session.close()
    await session.get(base_url())


# --- httpcore ---------------------------------------------------------------------------------------------------------
@case("httpcore", **refused)
def fresh_e_no_listener() -> None:
    httpcore.request("GET", closed_url())


@case("httpcore", **silent)
def fresh_e_no_byte_in_time() -> None:
    httpcore.request("GET", f"{base_url()}/slow", extensions={"timeout": {"read": 0.2}})


@case("httpcore", **refused)
def fresh_e_answer_cut_in_the_head() -> None:
    httpcore.request("GET", f"{base_url()}/cut-head")


@case("httpcore", **bug)
def fresh_e_newline_in_a_header() -> None:
    httpcore.request("GET", base_url(), headers={"X-Note": "two\r\nlines"})


# --- websockets -------------------------------------------------------------------------------------------------------
def _knock(page: bytes) -> None:
    with listening(saying(page)) as port, websockets.sync.client.connect(f"ws://127.0.0.1:{port}/feed"):
        pass


@case("websockets", **refused)
async def fresh_e_feed_is_down() -> None:
    await websockets.connect(f"ws://127.0.0.1:{closed_port()}/feed")


@case("websockets", **refused_us)
def fresh_e_feed_refuses_our_key() -> None:
    _knock(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")


@case("websockets", **not_now)
def fresh_e_feed_is_overloaded() -> None:
    _knock(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")


@case("websockets", **silent)
def fresh_e_handshake_never_ends() -> None:
    with listening(silence) as port:
        websockets.sync.client.connect(f"ws://127.0.0.1:{port}/feed", open_timeout=0.3)


@case("websockets", **refused)
def fresh_e_feed_lost_without_a_close_frame() -> None:
    def vanish(connection: websockets.sync.server.ServerConnection) -> None:
        connection.socket.shutdown(socket.SHUT_RDWR)

    with websockets.sync.server.serve(vanish, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        with websockets.sync.client.connect(f"ws://127.0.0.1:{port}/") as feed:
            feed.recv(timeout=2)


@case("websockets", note="its causes say that the link ended", **refused)
async def fresh_e_feed_reset_in_the_handshake() -> None:
    with listening(reset) as port:
        await websockets.connect(f"ws://127.0.0.1:{port}/feed")


# --- several at once --------------------------------------------------------------------------------------------------
@case("httpx", **silent)
async def fresh_e_two_of_two_timed_out() -> None:
    async with httpx.AsyncClient(timeout=0.2) as client, asyncio.TaskGroup() as group:
        group.create_task(client.get(f"{base_url()}/slow/a"))
        group.create_task(client.get(f"{base_url()}/slow/b"))


@case("requests", **unpaid)
def fresh_e_plan_is_used_up() -> None:
    with answering(402, {"error": "monthly quota exceeded, upgrade your plan"}) as url:
        requests.get(f"{url}/translate", timeout=2).raise_for_status()
