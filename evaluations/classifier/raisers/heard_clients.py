"""HTTP and web socket clients: misuse, peers that misbehave, statuses seldom met."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

import aiohttp
import httpcore
import httpx
import niquests
import requests
import requests.adapters
import urllib3

from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    GATEWAY,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    THROTTLED,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
    serving,
)

_POOL = Means("resource", True, 503, "medium")
_CRASH = Means("system", False, 500, "high")


def _dead() -> str:
    return f"http://127.0.0.1:{free_port()}"


def _status(module: Any) -> Callable[[str], Any]:
    def call(url: str) -> Any:
        module.get(url, timeout=2).raise_for_status()

    return call


def _with_env(name: str, value: str, call: Callable[[], Any]) -> Any:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        return call()
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


# --- requests ---------------------------------------------------------------------------------------------------------
add_answers(
    "requests",
    _status(requests),
    {
        "status_405": (FAILED, Answer(405, {"detail": 'Method "GET" not allowed.'})),
        "status_408": (Means("external_service", True, (502, 503, 504), "medium"), Answer(408, {})),
        "status_451": (FAILED, Answer(451, {})),
        "status_529": (DOWN, Answer(529, {"error": "overloaded"})),
    },
)


def _body_read_twice() -> Any:
    with serving(Answer(200, b"x" * 50_000)) as url:
        answer = requests.get(url, stream=True, timeout=1)
        list(answer.iter_content(100))
        return answer.content


def _bad_proxy() -> Any:
    return requests.get("http://shop.test/", proxies={"http": "http:///no-host"}, timeout=1)


def _json_of_gateway() -> Any:
    with serving(Answer(200, "<html>maintenance</html>", type="text/html")) as url:
        return requests.post(url, json={"sku": 4}, timeout=1).json()


def _client_certificate_missing() -> Any:
    return requests.get("https://127.0.0.1:9/", cert=("/no/such/client.pem", "/no/such/client.key"), timeout=1)


def _silent_socks() -> Any:
    return requests.get("http://shop.test/", proxies={"http": "socks5://127.0.0.1:9"}, timeout=1)


add("requests", "client_certificate_missing", OUR_SETTINGS, _client_certificate_missing)
add("requests", "body_consumed", OUR_BUG, _body_read_twice)
add("requests", "proxy_malformed", OUR_SETTINGS, _bad_proxy)
add("requests", "socks_without_its_driver", OUR_SETTINGS, _silent_socks)
add("requests", "page_of_maintenance", FAILED, _json_of_gateway)
add("requests", "timeout_of_text", OUR_BUG, lambda: requests.get(_dead(), timeout="5"))  # type: ignore[arg-type]
add("requests", "header_is_a_number", OUR_BUG, lambda: requests.get(_dead(), headers={"X-Shop": 4}))  # type: ignore[dict-item]


# --- httpx ------------------------------------------------------------------------------------------------------------
add_answers(
    "httpx",
    _status(httpx),
    {
        "status_410": (FAILED, Answer(410, {})),
        "status_423": (Means("concurrency", True, (502, 503), "medium"), Answer(423, {"error": "locked"})),
        "status_507": (FAILED, Answer(507, {})),
        "redirect_not_followed": (FAILED, Answer(302, b"", {"Location": "/login"})),
    },
)


def _httpx_pool() -> Any:
    async def run() -> None:
        with serving(Answer(how="hang")) as url:
            limits = httpx.Limits(max_connections=1)
            timeout = httpx.Timeout(1, pool=0.1)
            async with httpx.AsyncClient(limits=limits, timeout=timeout) as client:
                first = asyncio.create_task(client.get(url))
                await asyncio.sleep(0.1)
                try:
                    await client.get(url)
                finally:
                    first.cancel()

    return run()


def _httpx_stream_twice() -> Any:
    with serving(Answer(200, b"abc")) as url, httpx.Client() as client, client.stream("GET", url) as answer:
        list(answer.iter_raw())
        return list(answer.iter_raw())


def _httpx_without_request() -> Any:
    return httpx.Response(500).raise_for_status()


def _httpx_decoding() -> Any:
    with serving(Answer(200, b"no brotli, no deflate", {"Content-Encoding": "deflate"})) as url:
        return httpx.get(url)


add("httpx", "pool_of_async_client", _POOL, _httpx_pool)
add("httpx", "stream_twice", OUR_BUG, _httpx_stream_twice)
add("httpx", "status_without_request", OUR_BUG, _httpx_without_request)
add("httpx", "deflate_of_nonsense", FAILED, _httpx_decoding)
add(
    "httpx",
    "no_host",
    OUR_BUG,
    lambda: httpx.get("/api/stock"),
    note="a relative address without base_url: a bug or a setting",
)
add(
    "httpx",
    "proxy_scheme_from_environment",
    OUR_SETTINGS,
    lambda: _with_env("HTTP_PROXY", "ftp://127.0.0.1:21", lambda: httpx.get(_dead())),
)
add("httpx", "proxy_refused", LINK, lambda: httpx.get("http://shop.test/", proxy=_dead()))


# --- urllib3, httpcore, niquests --------------------------------------------------------------------------------------
def _urllib3_pool_closed() -> Any:
    pool = urllib3.HTTPConnectionPool("127.0.0.1", 9)
    pool.close()
    return pool.request("GET", "/")


def _httpcore_pool() -> Any:
    with serving(Answer(how="hang")) as url, httpcore.ConnectionPool(max_connections=1) as pool:
        waits = {"timeout": {"pool": 0.1, "read": 2}}
        held = threading.Thread(target=_quietly, args=(lambda: pool.request("GET", url, extensions=waits),))
        held.start()
        threading.Event().wait(0.1)
        return pool.request("GET", url, extensions=waits)


def _quietly(call: Callable[[], Any]) -> None:
    try:
        call()
    except Exception:
        return


def _httpcore_cut() -> Any:
    with serving(Answer(200, b"half", how="cut")) as url:
        return httpcore.request("GET", url)


def _urllib3_redirects() -> Any:
    with serving(Answer(302, b"", {"Location": "/again"})) as url:
        return urllib3.PoolManager().request("GET", url, retries=urllib3.Retry(redirect=1, backoff_factor=0))


def _urllib3_429() -> Any:
    with serving(Answer(429, {})) as url:
        again = urllib3.Retry(total=1, status_forcelist=[429], respect_retry_after_header=False)
        return urllib3.PoolManager().request("GET", url, retries=again)


def _with_no_bundle(url: str) -> Any:
    pool = urllib3.PoolManager(ca_certs="/no/such/ca.pem", retries=False)
    return pool.request("GET", url.replace("http:", "https:"))


add("urllib3", "pool_closed", OUR_BUG, _urllib3_pool_closed)
add(
    "urllib3",
    "port_malformed",
    OUR_BUG,
    lambda: urllib3.PoolManager().request("GET", "http://shop.test:port/"),
    note="an address of ours that is malformed: a bug, or a setting",
)
add("urllib3", "retries_of_429", THROTTLED, _urllib3_429)
add("urllib3", "redirects_limited", FAILED, _urllib3_redirects)
add(
    "urllib3", "proxy_away", LINK, lambda: urllib3.ProxyManager(_dead(), retries=False).request("GET", "http://x.test/")
)
add("urllib3", "bundle_missing", OUR_SETTINGS, lambda: _against(_with_no_bundle))
add("httpcore", "pool_is_full", _POOL, _httpcore_pool)
add("httpcore", "body_cut", LINK, _httpcore_cut)
add(
    "httpcore",
    "header_with_newline",
    OUR_BUG,
    lambda: _against(lambda url: httpcore.request("GET", url, headers={"X-A": "a\r\nb"})),
)


def _against(call: Callable[[str], Any]) -> Any:
    with serving(Answer(200, {})) as url:
        return call(url)


add_answers(
    "niquests",
    _status(niquests),
    {
        "gateway_page": (DOWN, GATEWAY),
        "paid_plan": (QUOTA, Answer(402, {"message": "Upgrade your plan"})),
        "forbidden_for_us": (REFUSED_US, Answer(403, {"message": "key lacks scope"})),
    },
)


# --- aiohttp ----------------------------------------------------------------------------------------------------------
def _aio(call: Callable[[aiohttp.ClientSession, str], Any], answer: Answer | None, **more: Any) -> Callable[[], Any]:
    async def run() -> None:
        async with aiohttp.ClientSession(**more) as session:
            if answer is None:
                await call(session, _dead())
                return
            with serving(answer) as url:
                await call(session, url)

    return run


async def _aio_ok(session: aiohttp.ClientSession, url: str) -> None:
    async with session.get(url) as response:
        response.raise_for_status()
        await response.json()


async def _aio_two_bodies(session: aiohttp.ClientSession, url: str) -> None:
    await session.post(url, json={}, data=b"x")


async def _aio_after_release(session: aiohttp.ClientSession, url: str) -> None:
    response = await session.get(url)
    response.close()
    await response.read()


async def _aio_websocket_text(session: aiohttp.ClientSession, url: str) -> None:
    await session.ws_connect(url)


async def _aio_long_header(session: aiohttp.ClientSession, url: str) -> None:
    await session.get(url)


async def _aio_cannot_serialize(session: aiohttp.ClientSession, url: str) -> None:
    await session.post(url, json={"when": object()})


add(
    "aiohttp",
    "status_408_raised",
    Means("external_service", True, (502, 503, 504), "medium"),
    _aio(_aio_ok, Answer(408, {}), raise_for_status=True),
)
add("aiohttp", "status_410_raised", FAILED, _aio(_aio_ok, Answer(410, {})))
add("aiohttp", "page_instead_of_json", FAILED, _aio(_aio_ok, NONSENSE))
add("aiohttp", "json_cut_in_itself", FAILED, _aio(_aio_ok, Answer(200, '{"items": [')))
add("aiohttp", "two_bodies", OUR_BUG, _aio(_aio_two_bodies, Answer(200, {})))
add(
    "aiohttp",
    "read_after_close",
    OUR_BUG,
    _aio(_aio_after_release, Answer(200, b"x" * 300_000)),
    note="the library calls it a connection that is closed; we closed it",
)
add("aiohttp", "upgrade_declined", FAILED, _aio(_aio_websocket_text, Answer(200, "hello")))
add("aiohttp", "headers_too_long", FAILED, _aio(_aio_long_header, Answer(200, {}, {"X-Long": "x" * 20_000})))
add("aiohttp", "body_not_serializable", OUR_BUG, _aio(_aio_cannot_serialize, Answer(200, {})))
