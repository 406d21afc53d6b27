"""What a service runs on: retries and breakers, loops, pools and threads, values and imports."""

from __future__ import annotations

import asyncio
import concurrent.futures
import concurrent.futures.process
import contextlib
import datetime as dt
import decimal
import importlib
import importlib.metadata
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import anyio
import anyio.abc
import backoff
import httpx
import pybreaker
import requests
import tenacity

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    bug,
    contention,
    exhausted,
    not_now,
    refused,
    refused_us,
    settings,
    silent,
    throttled,
)
from evaluations.classifier.raisers._peers import (
    base_url,
    closed_port,
    listening,
    reset,
    silence,
)

closed = f"http://127.0.0.1:{closed_port()}/"


# --- tenacity, backoff, pybreaker -------------------------------------------------------------------------------------
@case("tenacity", **refused)
def fresh_e_three_times_refused() -> None:
    @tenacity.retry(stop=tenacity.stop_after_attempt(3))
    def ask() -> None:
        requests.get(closed, timeout=1)

    ask()


@case("tenacity", **not_now)
async def fresh_e_two_times_503() -> None:
    async for attempt in tenacity.AsyncRetrying(stop=tenacity.stop_after_attempt(2)):
        with attempt:
            httpx.get(f"{base_url()}/status/503/x").raise_for_status()


@case("tenacity", **bug)
def fresh_e_a_bug_is_retried() -> None:
    @tenacity.retry(stop=tenacity.stop_after_attempt(2))
    def count(order: dict[str, int]) -> int:
        return order["quantity"]

    count({})


@case("tenacity", **refused_us)
def fresh_e_retry_error_in_a_class_of_ours() -> None:
    class GatewayError(Exception):
        """Whatever goes wrong at the gateway."""

    @tenacity.retry(stop=tenacity.stop_after_attempt(2))
    def ask() -> None:
        requests.get(f"{base_url()}/status/401/x", timeout=1).raise_for_status()

    try:
        ask()
    except tenacity.RetryError as exc:
        raise GatewayError("gave up") from exc


@case("backoff", **silent)
def fresh_e_gives_up_after_two() -> None:
    @backoff.on_exception(backoff.constant, requests.Timeout, max_tries=2, interval=0, jitter=None)
    def ask() -> None:
        requests.get(f"{base_url()}/slow", timeout=0.1)

    ask()


@case("backoff", **throttled)
def fresh_e_gives_up_on_429() -> None:
    @backoff.on_exception(backoff.constant, httpx.HTTPStatusError, max_tries=2, interval=0, jitter=None)
    def ask() -> None:
        httpx.get(f"{base_url()}/status/429/x").raise_for_status()

    ask()


@case("pybreaker", **not_now)
def fresh_e_circuit_is_open() -> None:
    breaker = pybreaker.CircuitBreaker(fail_max=1, reset_timeout=60)
    with contextlib.suppress(Exception):
        breaker.call(requests.get, closed, timeout=1)
    breaker.call(requests.get, closed, timeout=1)


# --- asyncio and anyio ------------------------------------------------------------------------------------------------
@case("python", note="what was awaited is a peer, which says nothing", **silent)
async def fresh_e_asyncio_waits_for_a_peer() -> None:
    with listening(silence) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer):
            await asyncio.wait_for(reader.readline(), 0.2)


@case("python", **refused)
async def fresh_e_asyncio_stream_ends_too_early() -> None:
    with listening(lambda connection: connection.sendall(b"half")) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer):
            await reader.readexactly(100)


@case("python", **refused)
async def fresh_e_asyncio_nobody_listens() -> None:
    await asyncio.open_connection("127.0.0.1", closed_port())


@case("python", **exhausted)
async def fresh_e_asyncio_queue_is_full() -> None:
    jobs: asyncio.Queue[int] = asyncio.Queue(1)
    jobs.put_nowait(1)
    jobs.put_nowait(2)


@case("python", **bug)
def fresh_e_asyncio_run_within_a_loop() -> None:
    async def view() -> None:
        asyncio.run(asyncio.sleep(0))

    asyncio.run(view())


@case("python", **bug)
async def fresh_e_asyncio_awaited_twice() -> None:
    once = asyncio.sleep(0)
    await once
    await once


@case("anyio", **bug)
async def fresh_e_group_of_two_bugs() -> None:
    async def fails(order: dict[str, int]) -> None:
        print(order["total"])

    async with anyio.create_task_group() as group:
        group.start_soon(fails, {})
        group.start_soon(fails, {})


@case("anyio", **refused)
async def fresh_e_anyio_connects_to_nobody() -> None:
    await anyio.connect_tcp("127.0.0.1", closed_port())


@case("anyio", **silent)
async def fresh_e_fail_after_on_a_peer() -> None:
    with listening(silence) as port, anyio.fail_after(0.2):
        stream = await anyio.connect_tcp("127.0.0.1", port)
        await stream.receive()


@case("anyio", **refused)
async def fresh_e_peer_resets_the_stream() -> None:
    with listening(reset) as port:
        stream = await anyio.connect_tcp("127.0.0.1", port)
        await stream.send(b"hello")
        await stream.receive()


# --- pools and threads ------------------------------------------------------------------------------------------------
def _dies() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@case("python", **bug)
def fresh_e_worker_was_killed() -> None:
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        pool.submit(_dies).result()


@case("python", **bug)
def fresh_e_pool_after_shutdown() -> None:
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    pool.submit(_dies)


@case("python", **bug)
def fresh_e_task_of_a_lambda() -> None:
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        pool.submit(lambda: 1).result()


@case("python", **refused)
def fresh_e_future_of_a_thread() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(urllib.request.urlopen, closed, timeout=1).result()


@case("python", **bug)
def fresh_e_lock_released_by_nobody() -> None:
    threading.Lock().release()


@case("python", **exhausted)
def fresh_e_queue_of_jobs_is_full() -> None:
    jobs: queue.Queue[int] = queue.Queue(1)
    jobs.put(1)
    jobs.put(2, timeout=0.05)


@case("python", **bug)
def fresh_e_child_ends_with_a_fault() -> None:
    subprocess.run([sys.executable, "-c", "raise SystemExit(3)"], check=True, capture_output=True)


# --- values and imports -----------------------------------------------------------------------------------------------
@case("python", **bug)
def fresh_e_price_is_no_decimal() -> None:
    decimal.Decimal("12,50")


@case("python", **bug)
def fresh_e_share_of_nothing() -> None:
    print(decimal.Decimal(7) / decimal.Decimal(0))


@case("python", **bug)
def fresh_e_date_in_another_order() -> None:
    dt.datetime.strptime("27.11.2030", "%Y-%m-%d")


@case("python", **bug)
def fresh_e_aware_and_naive() -> None:
    print(dt.datetime.now(dt.UTC) - dt.datetime(2030, 1, 1))


@case("python", **bug)
def fresh_e_thirtieth_of_february() -> None:
    dt.date(2030, 2, 30)


@case("python", **bug)
def fresh_e_identifier_is_no_uuid() -> None:
    uuid.UUID("order-7")


@case("python", **settings)
def fresh_e_driver_is_not_installed() -> None:
    importlib.import_module("fresh_e_postgres_driver")


@case("python", **settings)
def fresh_e_name_that_a_module_lacks() -> None:
    from http.client import HTTP3Connection  # type: ignore[attr-defined]  # noqa: F401


@case("python", **settings)
def fresh_e_version_of_what_is_not_installed() -> None:
    importlib.metadata.version("fresh-e-plugin")


@case("python", note="a KeyError of the environment", **settings)
def fresh_e_variable_of_the_environment() -> None:
    print(os.environ["FRESH_E_DATABASE_URL"])


@case("python", **contention)
def fresh_e_lock_file_is_held() -> None:
    import fcntl

    with tempfile.TemporaryFile() as one, Path(f"/proc/self/fd/{one.fileno()}").open("rb") as other:
        fcntl.flock(one, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


# --- mixed ------------------------------------------------------------------------------------------------------------
@case("python", note="a bug among what may pass: the bug decides", **bug)
async def fresh_e_a_bug_and_a_peer() -> None:
    async def asks() -> None:
        with listening(reset) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"hello")
            try:
                await reader.readexactly(9)
            finally:
                writer.close()

    async def fails(order: dict[str, int]) -> None:
        await asyncio.sleep(0)
        try:
            await asyncio.sleep(0.5)
        finally:
            print(order["total"])

    async with asyncio.TaskGroup() as group:
        group.create_task(asks())
        group.create_task(fails({}))


@case("python", **bug)
def fresh_e_recursion_without_an_end() -> None:
    def parent(node: object) -> object:
        return parent(node)

    parent(None)
