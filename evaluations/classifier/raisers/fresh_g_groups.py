"""Set g: retries, breakers, state machines, locks, and groups of exceptions."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import anyio
import filelock
import httpx
import pybreaker
import statemachine
import tenacity
import transitions

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import (
    OutOfStock,
    closed_port,
    folder,
    peer,
    rates,
)

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
LINK: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "medium"}
SILENT: dict[str, Any] = {"transient": True, "status": 504, "severity": "medium"}
BUSY: dict[str, Any] = {"transient": True, "status": 503, "severity": "medium"}
LATER: dict[str, Any] = {"transient": True, "status": (502, 503, 504), "severity": "medium"}
RULE: dict[str, Any] = {"transient": False, "status": (409, 422), "severity": "low"}


@case("transitions", "business_logic", **RULE)
def fresh_g_transition_refused() -> None:
    states = transitions.Machine(states=["draft", "paid", "shipped"], initial="draft", auto_transitions=False)
    states.add_transition("ship", "paid", "shipped")
    states.ship()  # type: ignore[attr-defined]


@case("python-statemachine", "business_logic", **RULE)
def fresh_g_state_machine_refused() -> None:
    class Order(statemachine.StateMachine):
        draft = statemachine.State(initial=True)
        paid = statemachine.State()
        shipped = statemachine.State(final=True)
        pay = draft.to(paid)
        ship = paid.to(shipped)

    Order().ship()


@case("tenacity", "network", note="it is what the last attempt was", **LINK)
def fresh_g_retries_of_refused() -> None:
    @tenacity.retry(stop=tenacity.stop_after_attempt(2))
    def load() -> None:
        httpx.get(f"http://127.0.0.1:{closed_port()}")

    load()


@case("tenacity", "external_service", note="it is what the last attempt was", **LATER)
def fresh_g_retries_of_503() -> None:
    tenacity.Retrying(stop=tenacity.stop_after_attempt(2))(rates, 503)


@case("tenacity", "system", note="it is what the last attempt was", **BUG)
def fresh_g_retries_of_bug() -> None:
    tenacity.Retrying(stop=tenacity.stop_after_attempt(2))(dict.__getitem__, {}, "total")


@case("pybreaker", "external_service", transient=True, status=503, severity="medium", note="a peer that failed often")
def fresh_g_breaker_open() -> None:
    breaker = pybreaker.CircuitBreaker(fail_max=1, reset_timeout=60)
    with contextlib.suppress(pybreaker.CircuitBreakerError, httpx.HTTPError):
        breaker.call(rates, 503)
    breaker.call(rates, 503)


@case("filelock", "concurrency", **BUSY)
def fresh_g_file_locked() -> None:
    with folder() as here, filelock.FileLock(here / "a.lock"):
        filelock.FileLock(here / "a.lock", timeout=0.05).acquire()


async def _fail(exc: type[BaseException], *args: Any) -> None:
    await asyncio.sleep(0.01)
    raise exc(*args)


async def _connect() -> None:
    await asyncio.open_connection("127.0.0.1", closed_port())


async def _arates(status: int) -> None:
    await asyncio.to_thread(rates, status)


@case("python", "network", **LINK)
async def fresh_g_group_of_refused() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_connect())
        group.create_task(_connect())


@case("python", "system", note="the bug can be helped least", **BUG)
async def fresh_g_group_of_refused_and_bug() -> None:
    raise BaseExceptionGroup(
        "two of three failed",
        [
            one
            for one in await asyncio.gather(_connect(), _fail(KeyError, "total"), return_exceptions=True)
            if isinstance(one, BaseException)
        ],
    )


@case("python", "system", **BUG)
async def fresh_g_group_of_bug() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_fail(TypeError, "unsupported operand"))
        group.create_task(asyncio.sleep(1))


@case("anyio", "external_service", **LATER)
async def fresh_g_anyio_group_of_503() -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_arates, 503)


@case("anyio", "business_logic", note="a group of one rule", **RULE)
async def fresh_g_anyio_group_of_rule() -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(_fail, OutOfStock, "A1")


@case("anyio", "validation", transient=False, status=(400, 422), severity="low")
async def fresh_g_group_in_group() -> None:
    async with anyio.create_task_group() as outer, anyio.create_task_group() as inner:
        outer.start_soon(asyncio.sleep, 0)
        inner.start_soon(asyncio.to_thread, json.loads, "{")


@case("anyio", "network", **SILENT)
async def fresh_g_fail_after() -> None:
    with peer(silent=True) as port:
        async with await anyio.connect_tcp("127.0.0.1", port) as link:
            with anyio.fail_after(0.05):
                await link.receive()


@case("python", "system", made="a worker raises it so", note="the member that can be helped least", **BUG)
def fresh_g_group_of_rule_and_bug() -> None:
    raise ExceptionGroup("2 of 5 lines failed", [OutOfStock("A1"), AttributeError("'NoneType' has no attribute 'id'")])


@case("python", "network", made="connecting to several addresses raises it so", **LINK)
def fresh_g_group_of_addresses() -> None:
    raise ExceptionGroup("all failed", [ConnectionRefusedError(111, "Connection refused"), TimeoutError("timed out")])
