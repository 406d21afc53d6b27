"""HTTP clients: certificates, arguments of ours, answers of a status that is met less often."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import httpx
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from evaluations.classifier.raisers._fresh_c import fresh
from evaluations.classifier.raisers._peers import (
    HOST,
    authority_file,
    base_url,
    closed_port,
    listening,
    saying,
    tls_port,
)
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NO_TRUST,
    OUR_BUG,
    OUR_SETTINGS,
    SLOW,
    Answer,
    Means,
    serving,
)

_OURS = "a value of ours; configuration is defensible where it comes from a setting"
_PLAIN = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
"""What a server of plain HTTP says to a greeting of TLS."""


# --- requests ---------------------------------------------------------------------------------------------------------
@fresh("requests", "certificate_of_another_host", NO_TRUST)
def _() -> None:
    requests.get(f"https://{HOST}:{tls_port('shop.example.test')}", verify=authority_file(), timeout=2)


@fresh("requests", "certificate_expired", NO_TRUST)
def _() -> None:
    requests.get(f"https://{HOST}:{tls_port(HOST, expired=True)}", verify=authority_file(), timeout=2)


@fresh("requests", "origin_down_521", DOWN, "a status of a front: the server behind it is down")
def _() -> None:
    with serving(Answer(521, "<title>521: Web server is down</title>", type="text/html")) as url:
        requests.get(url, timeout=2).raise_for_status()


@fresh("requests", "retries_of_504", SLOW)
def _() -> None:
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(total=1, status_forcelist=[504], backoff_factor=0)))
    session.get(f"{base_url()}/status/504", timeout=2)


@fresh("requests", "proxy_unavailable", DOWN, "the proxy answered 503; network is defensible")
def _() -> None:
    with listening(saying(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")) as port:
        requests.get("https://api.example.test/v1/rates", proxies={"https": f"http://{HOST}:{port}"}, timeout=2)


@fresh("requests", "header_not_latin", OUR_BUG)
def _() -> None:
    requests.get(base_url(), headers={"X-Customer": "Łukasz"}, timeout=2)


@fresh("requests", "timeout_is_a_text", OUR_BUG, _OURS)
def _() -> None:
    requests.get(base_url(), timeout="30 s")  # type: ignore[arg-type]


@fresh("requests", "response_of_a_refusal_is_none", OUR_BUG, "the handler of an error reads an answer that never came")
def _() -> None:
    try:
        requests.get(f"http://{HOST}:{closed_port()}", timeout=2)
    except requests.RequestException as exc:
        print(exc.response.status_code)  # type: ignore[union-attr]


@fresh("requests", "status_411", FAILED)
def _() -> None:
    with serving(Answer(411, {"error": "length required"})) as url:
        requests.post(url, timeout=2).raise_for_status()


# --- urllib3 ----------------------------------------------------------------------------------------------------------


@fresh("urllib3", "chunks_end_too_early", LINK, "hung up between two chunks")
def _() -> None:
    page = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{'a':\r\n"
    with listening(saying(page)) as port, urllib3.PoolManager(retries=False, timeout=2) as pool:
        pool.request("GET", f"http://{HOST}:{port}/prices")


@fresh("urllib3", "retries_of_500", FAILED, "500 again and again; that it is repeated at all says somebody hopes")
def _() -> None:
    with urllib3.PoolManager(retries=Retry(total=2, status_forcelist=[500]), timeout=2) as pool:
        pool.request("GET", f"{base_url()}/status/500")


# --- httpx ------------------------------------------------------------------------------------------------------------
@fresh("httpx", "certificate_of_another_host", NO_TRUST)
def _() -> None:
    import ssl

    context = ssl.create_default_context(cafile=authority_file())
    httpx.get(f"https://{HOST}:{tls_port('shop.example.test')}", verify=context, timeout=2)


@fresh("httpx", "tls_to_a_plain_port", NO_TRUST, "https for a server of http; configuration is defensible")
def _() -> None:
    with listening(saying(_PLAIN)) as port:
        httpx.get(f"https://{HOST}:{port}", timeout=2)


@fresh("httpx", "newline_at_the_end_of_the_url", OUR_BUG, _OURS)
def _() -> None:
    httpx.get(f"{base_url()}/v1/prices\n", timeout=2)


@fresh("httpx", "url_of_none", OUR_BUG, _OURS)
def _() -> None:
    httpx.get(None, timeout=2)  # type: ignore[arg-type]


@fresh("httpx", "status_405", FAILED)
def _() -> None:
    httpx.post(f"{base_url()}/status/405", timeout=2).raise_for_status()


@fresh("httpx", "status_413", FAILED, "what we sent was too large for a peer")
async def _() -> None:
    async with httpx.AsyncClient(timeout=2) as client:
        (await client.put(f"{base_url()}/status/413", content=b"a" * 1_000)).raise_for_status()


@fresh("httpx", "stream_read_after_closing", OUR_BUG)
def _() -> None:
    with httpx.Client(timeout=2) as client, client.stream("GET", f"{base_url()}/html") as answer:
        pass
    answer.read()


@fresh("httpx", "client_of_a_loop_that_ended", OUR_BUG, "one client for two loops")
def _() -> None:
    client = httpx.AsyncClient(timeout=2)
    with serving(Answer(200, {"ok": True})) as url:
        asyncio.run(client.get(url))
        asyncio.run(client.get(url))


# --- aiohttp ----------------------------------------------------------------------------------------------------------
async def _aiohttp(url: str | None, **options: Any) -> None:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
        session.get(url, **options) as answer,  # type: ignore[arg-type]
    ):
        answer.raise_for_status()
        await answer.json()


@fresh("aiohttp", "certificate_of_another_host", NO_TRUST)
async def _() -> None:
    import ssl

    context = ssl.create_default_context(cafile=authority_file())
    await _aiohttp(f"https://{HOST}:{tls_port('shop.example.test')}", ssl=context)


@fresh("aiohttp", "parameter_is_none", OUR_BUG)
async def _() -> None:
    await _aiohttp(base_url(), params={"page": 1, "after": None})


@fresh("aiohttp", "tls_to_a_plain_port", NO_TRUST, "https for a server of http; configuration is defensible")
async def _() -> None:
    with listening(saying(_PLAIN)) as port:
        await _aiohttp(f"https://{HOST}:{port}")


@fresh("aiohttp", "session_outside_of_a_loop", OUR_BUG)
def _() -> None:
    aiohttp.ClientSession()


@fresh("aiohttp", "header_of_ours_with_a_newline", OUR_BUG, "a key with a newline at its end is a setting, as often")
async def _() -> None:
    await _aiohttp(base_url(), headers={"X-Api-Version": "2025-01\n"})


@fresh("aiohttp", "view_wants_another_type", Means("validation", False, 415, "low"))
async def _() -> None:
    from aiohttp import web

    raise web.HTTPUnsupportedMediaType(text="send application/json")


@fresh("aiohttp", "chunk_of_nonsense", FAILED, "no chunk at all; network is defensible")
async def _() -> None:
    await _aiohttp(f"{base_url()}/bad-chunk")


@fresh("httpx", "client_of_a_proxy_without_scheme", OUR_SETTINGS, "a proxy as it is written in a setting")
def _() -> None:
    httpx.Client(proxy="proxy.example.test:3128")
