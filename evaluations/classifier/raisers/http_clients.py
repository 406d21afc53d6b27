"""HTTP clients against a peer that fails in every way: the same scenarios by every client."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import httplib2
import httpx
import requests
import urllib3
from urllib3.util.retry import Retry

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import HOST, base_url, black_hole, closed_port, untrusted_url

link: dict[str, Any] = {"category": "network", "transient": True, "status": (502, 503), "severity": "medium"}
silent: dict[str, Any] = {"category": "network", "transient": True, "status": 504, "severity": "medium"}
no_trust: dict[str, Any] = {"category": "network", "transient": False, "status": (502, 503), "severity": "high"}
nonsense: dict[str, Any] = {
    "category": "external_service",
    "transient": False,
    "status": (502, 503),
    "severity": "medium",
}
refused_us: dict[str, Any] = {
    "category": "authentication",
    "transient": False,
    "status": (502, 503),
    "severity": "high",
}
not_now: dict[str, Any] = {**nonsense, "transient": True}
bug: dict[str, Any] = {"category": "system", "transient": False, "status": 500, "severity": "high"}
our_bug = bug
throttled: dict[str, Any] = {"category": "resource", "transient": True, "status": 503, "severity": "medium"}
pool: dict[str, Any] = throttled
quota: dict[str, Any] = {"category": "resource", "transient": False, "status": (502, 503), "severity": "high"}

STATUSES: dict[int, dict[str, Any]] = {
    400: nonsense,
    401: refused_us,
    402: quota,
    403: refused_us,
    404: nonsense,
    409: nonsense,
    422: nonsense,
    429: throttled,
    500: nonsense,
    502: not_now,
    503: not_now,
    504: {**not_now, "status": (502, 503, 504)},
}
PATHS: dict[str, dict[str, Any]] = {
    "/garbage": nonsense,
    "/cut": link,
    "/cut-chunk": link,
    "/bad-gzip": nonsense,
    "/not-http": nonsense,
    "/loop": nonsense,
    "/close": link,
    "/reset": link,
    "/empty": nonsense,
}

Fetch = Callable[[str, float], Any]


def _requests(url: str, timeout: float) -> None:
    answer = requests.get(url, timeout=timeout)
    answer.raise_for_status()
    answer.json()


def _httpx(url: str, timeout: float) -> None:
    answer = httpx.get(url, timeout=timeout, follow_redirects=True)
    answer.raise_for_status()
    answer.json()


async def _httpx_async(url: str, timeout: float) -> None:
    async with httpx.AsyncClient(timeout=timeout, follow_redirects=True) as client:
        answer = await client.get(url)
        answer.raise_for_status()
        answer.json()


async def _aiohttp(url: str, timeout: float) -> None:
    limits = aiohttp.ClientTimeout(total=5, sock_connect=timeout, sock_read=timeout)
    async with aiohttp.ClientSession(timeout=limits, raise_for_status=True) as session, session.get(url) as answer:
        await answer.json()


def _urllib3(url: str, timeout: float) -> None:
    with urllib3.PoolManager(retries=Retry(0, redirect=3)) as manager:
        manager.request("GET", url, timeout=timeout).json()


def _httplib2(url: str, timeout: float) -> None:
    with_limit = httplib2.Http(timeout=timeout)
    try:
        with_limit.request(url)
    finally:
        with_limit.close()


FETCHERS: dict[str, tuple[str, Fetch]] = {
    "requests": ("", _requests),
    "httpx": ("", _httpx),
    "httpx_async": ("async_", _httpx_async),
    "aiohttp": ("", _aiohttp),
    "urllib3": ("", _urllib3),
    "httplib2": ("", _httplib2),
}
# these answer with the status as it is, and read no JSON
_SAY_NOTHING_OF_A_STATUS = frozenset({"urllib3", "httplib2"})

_READS_IT = {"httplib2": ("/garbage", "/empty"), "aiohttp": ("/empty",)}


def _scenarios(client: str) -> Iterator[tuple[str, dict[str, Any], Callable[[], str], float]]:
    yield "refused", link, lambda: f"http://{HOST}:{closed_port()}/", 2
    yield "unknown_host", link, lambda: "http://shop.invalid/", 2
    yield "untrusted", no_trust, untrusted_url, 2
    yield "silent", silent, lambda: base_url() + "/slow", 0.1
    yield "trickle", silent, lambda: base_url() + "/trickle", 0.1
    for path, label in PATHS.items():
        if path in _READS_IT.get(client, ()):
            continue
        yield path.strip("/").replace("-", "_"), label, lambda path=path: base_url() + path, 1  # type: ignore[misc]
    if client not in _SAY_NOTHING_OF_A_STATUS:
        for status, label in STATUSES.items():
            yield f"status_{status}", label, lambda status=status: f"{base_url()}/status/{status}", 1  # type: ignore[misc]
    if client not in _SAY_NOTHING_OF_A_STATUS:
        yield "no_scheme", bug, lambda: "shop.example.test/orders", 1
        yield "bad_scheme", bug, lambda: "gopher://shop.example.test/orders", 1


def _define(client: str, name: str, label: dict[str, Any], url: Callable[[], str], timeout: float) -> None:
    prefix, fetch = FETCHERS[client]

    def raiser() -> Any:
        return fetch(url(), timeout)

    raiser.__name__ = prefix + name
    case(client.partition("_")[0], **label)(raiser)


for _client in FETCHERS:
    for _name, _label, _url, _timeout in _scenarios(_client):
        _define(_client, _name, _label, _url, _timeout)


def _connect_silent(client: str) -> None:
    prefix, fetch = FETCHERS[client]

    async def wait(url: str) -> None:
        await fetch(url, 0.1)

    def connect_silent() -> None:
        with black_hole() as port:
            url = f"http://{HOST}:{port}/"
            if asyncio.iscoroutinefunction(fetch):
                asyncio.run(wait(url))
            else:
                fetch(url, 0.1)

    connect_silent.__name__ = prefix + "connect_silent"
    case(client.partition("_")[0], **silent)(connect_silent)


for _client in FETCHERS:
    _connect_silent(_client)


# --- what only one of them does ---------------------------------------------------------------------------------------
@case("httpx", **pool)
def pool_exhausted() -> None:
    limits = httpx.Limits(max_connections=1)
    timeout = httpx.Timeout(2, pool=0.05)
    with httpx.Client(limits=limits, timeout=timeout) as client, client.stream("GET", base_url() + "/trickle"):
        client.get(base_url())


@case("urllib3", **pool)
def pool_empty() -> None:
    port = int(base_url().rpartition(":")[2])
    with urllib3.HTTPConnectionPool(HOST, port, maxsize=1, block=True) as one:
        first = one.request("GET", "/trickle", preload_content=False)
        try:
            one.request("GET", "/", pool_timeout=0.05)
        finally:
            first.close()


@case("httpx", **bug)
def closed_client() -> None:
    client = httpx.Client()
    client.close()
    client.get(base_url())


@case("aiohttp", **bug)
async def closed_session() -> None:
    session = aiohttp.ClientSession()
    await session.close()
    await session.get(base_url())


@case("httpx", **bug)
def stream_consumed() -> None:
    with httpx.stream("GET", base_url()) as answer:
        list(answer.iter_raw())
        list(answer.iter_raw())


@case("httpx", **bug)
def stream_not_read() -> None:
    with httpx.stream("GET", base_url()) as answer:
        answer.text


@case("httpx", **bug)
def bad_header() -> None:
    httpx.get(base_url(), headers={"X-Name": "a\nb"})


@case("requests", **bug)
def bad_header_of_requests() -> None:
    requests.get(base_url(), headers={"X-Name": "a\nb"}, timeout=1)


@case("requests", **not_now, note="the attempts are used up by answers of 503")
def retries_of_503() -> None:
    with requests.Session() as session:
        retry = Retry(2, backoff_factor=0, status_forcelist=[503], respect_retry_after_header=False)
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retry))
        session.get(base_url() + "/status/503", timeout=1)


@case("urllib3", **not_now)
def retries_of_502() -> None:
    with urllib3.PoolManager() as manager:
        retries = Retry(2, backoff_factor=0, status_forcelist=[502])
        manager.request("GET", base_url() + "/status/502", retries=retries)


@case("requests", **link)
def proxy_refused() -> None:
    requests.get("http://shop.example.test/", proxies={"http": f"http://{HOST}:{closed_port()}"}, timeout=1)


@case("httpx", **link)
def proxy_refused_by_httpx() -> None:
    with httpx.Client(proxy=f"http://{HOST}:{closed_port()}") as client:
        client.get("http://shop.example.test/")


@case("requests", "configuration", transient=False, status=500, severity="high")
def no_bundle() -> None:
    requests.get(untrusted_url(), verify="/etc/failsoft-corpus/ca.pem", timeout=1)


@case("aiohttp", **nonsense)
async def wrong_type() -> None:
    async with aiohttp.ClientSession() as session, session.get(base_url() + "/html") as answer:
        await answer.json()


@case("aiohttp", **silent)
async def total_timeout() -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as session:
        await session.get(base_url() + "/slow")


@case("aiohttp", **refused_us, note="the handshake of a websocket is refused")
async def websocket_403() -> None:
    async with aiohttp.ClientSession() as session:
        await session.ws_connect(base_url() + "/status/403")


@case("requests", **link)
def wrapped_refusal() -> None:
    try:
        requests.get(f"http://{HOST}:{closed_port()}", timeout=1)
    except requests.RequestException as exc:
        raise RuntimeError("catalogue unavailable") from exc


@case("httpx", **refused_us)
def wrapped_401() -> None:
    class CatalogueError(Exception):
        pass

    try:
        _httpx(base_url() + "/status/401", 1)
    except httpx.HTTPError as exc:
        raise CatalogueError("catalogue unavailable") from exc


@case("httpx", **throttled)
async def group_of_429() -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(_httpx_async(base_url() + "/status/429", 1))


try:
    import pycurl
except ImportError:
    pass
else:

    def _curl(url: str, **options: Any) -> None:
        handle = pycurl.Curl()
        try:
            handle.setopt(pycurl.URL, url)
            handle.setopt(pycurl.WRITEDATA, io.BytesIO())
            for name, value in options.items():
                handle.setopt(getattr(pycurl, name), value)
            handle.perform()
        finally:
            handle.close()

    @case("pycurl", **link)
    def curl_refused() -> None:
        _curl(f"http://{HOST}:{closed_port()}/")

    @case("pycurl", **link)
    def curl_unknown_host() -> None:
        _curl("http://shop.invalid/")

    @case("pycurl", **silent)
    def curl_silent() -> None:
        _curl(base_url() + "/slow", TIMEOUT_MS=100)

    @case("pycurl", **no_trust)
    def curl_untrusted() -> None:
        _curl(untrusted_url())

    @case("pycurl", **link)
    def curl_cut() -> None:
        _curl(base_url() + "/cut")

    @case("pycurl", **link)
    def curl_closed() -> None:
        _curl(base_url() + "/close")

    @case("pycurl", **nonsense)
    def curl_loop() -> None:
        _curl(base_url() + "/loop", FOLLOWLOCATION=True, MAXREDIRS=3)

    @case("pycurl", **nonsense)
    def curl_bad_gzip() -> None:
        _curl(base_url() + "/bad-gzip", ACCEPT_ENCODING="gzip")

    @case("pycurl", **bug)
    def curl_bad_scheme() -> None:
        _curl("gopherx://shop.example.test/")

    @case("pycurl", **refused_us, note="FAILONERROR: the status is in the text")
    def curl_403() -> None:
        _curl(base_url() + "/status/403", FAILONERROR=True)

    @case("pycurl", **not_now)
    def curl_503() -> None:
        _curl(base_url() + "/status/503", FAILONERROR=True)
