"""Retries, breakers, limits, loops, templates and tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiobreaker
import anyio
import babel.dates
import babel.numbers
import backoff
import celery
import celery.exceptions
import gevent.event
import jinja2
import limits
import limits.storage
import mako.lookup
import mako.template
import pybreaker
import requests
import tenacity
import trio

from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    THROTTLED,
    Answer,
    Means,
    add,
    free_port,
    serving,
)


def _dead() -> str:
    return f"http://127.0.0.1:{free_port()}"


# --- retries, breakers, limits ----------------------------------------------------------------------------------------
def _throttled() -> Any:
    with serving(Answer(429, {})) as url:
        requests.get(url, timeout=1).raise_for_status()


def _gone() -> Any:
    return requests.get(_dead(), timeout=1)


def _none_is_retried() -> Any:
    return tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda it: it is None), stop=tenacity.stop_after_attempt(2)
    )(lambda: None)


def _breaker_with_reason() -> Any:
    breaker = pybreaker.CircuitBreaker(fail_max=1, reset_timeout=60, throw_new_error_on_trip=False)
    for _ in range(2):
        try:
            breaker.call(_throttled)
        except requests.HTTPError:
            continue


async def _aiobreaker() -> Any:
    breaker = aiobreaker.CircuitBreaker(fail_max=1)

    @breaker
    async def stock() -> None:
        await asyncio.to_thread(_gone)

    await stock()


add(
    "tenacity",
    "throttled_in_vain",
    THROTTLED,
    lambda: tenacity.Retrying(stop=tenacity.stop_after_attempt(2))(_throttled),
)
add(
    "tenacity",
    "result_never_good",
    Means("external_service", True, (502, 503), "medium"),
    _none_is_retried,
    note="nothing failed, the result was never there: what it waited for is not known; system is defensible",
)
add(
    "tenacity",
    "reraised_refusal",
    LINK,
    lambda: tenacity.Retrying(stop=tenacity.stop_after_attempt(2), reraise=True)(_gone),
)
add(
    "backoff",
    "given_up_throttled",
    THROTTLED,
    lambda: backoff.on_exception(backoff.constant, requests.HTTPError, max_tries=2, interval=0)(_throttled)(),
)
add("pybreaker", "open_after_throttling", DOWN, _breaker_with_reason, note="the breaker is open: not now")
add("pybreaker", "listeners_no_list", OUR_BUG, lambda: pybreaker.CircuitBreaker(listeners=4))  # type: ignore[arg-type]
add(
    "aiobreaker",
    "opens_by_refusal",
    Means("external_service", True, (502, 503), "medium"),
    _aiobreaker,
    note="the breaker opens at this very failure; network is defensible, by its cause",
)
add("limits", "scheme_of_storage", OUR_SETTINGS, lambda: limits.storage.storage_from_string("memori://"))
add("limits", "limit_unreadable", OUR_BUG, lambda: limits.parse("five per hour"), note="a text of ours; or a setting")


# --- loops ------------------------------------------------------------------------------------------------------------
async def _anyio_late() -> Any:
    with anyio.fail_after(0.02):
        await anyio.sleep(1)


async def _anyio_group() -> Any:
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.to_thread.run_sync, _gone)
        group.start_soon(anyio.to_thread.run_sync, _gone)


async def _anyio_closed() -> Any:
    send, _receive = anyio.create_memory_object_stream[int](1)
    await send.aclose()
    await send.send(4)


async def _trio_bug() -> Any:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.sleep, "soon")
        nursery.start_soon(trio.sleep, 0)


async def _trio_lock() -> Any:
    trio.Lock().release()


def _gevent_forever() -> Any:
    return gevent.event.AsyncResult().get(timeout=0.02)


add(
    "anyio",
    "deadline",
    Means("network", True, (503, 504), "medium"),
    _anyio_late,
    note="a deadline of ours around what did not answer; a TimeoutError is taken for silence",
)
add("anyio", "group_of_refused", LINK, _anyio_group)
add("anyio", "send_after_close", OUR_BUG, _anyio_closed)
add("trio", "group_of_bugs", OUR_BUG, lambda: trio.run(_trio_bug))
add("trio", "lock_of_nobody", OUR_BUG, lambda: trio.run(_trio_lock))
add("gevent", "result_late", Means("network", True, (503, 504), "medium"), _gevent_forever, note="as a TimeoutError")


# --- templates, languages, tasks --------------------------------------------------------------------------------------
def _jinja(text: str, **values: Any) -> Callable[[], Any]:
    return lambda: jinja2.Environment(undefined=jinja2.StrictUndefined).from_string(text).render(values)


_TASKS = celery.Celery("shop", broker="memory://", backend="cache+memory://")


@_TASKS.task(name="shop.charge", bind=True)
def _charge(self: Any) -> None:
    raise KeyError("iban")


def _result_of_failed() -> Any:
    _TASKS.conf.task_always_eager = True
    try:
        return _charge.delay().get()
    finally:
        _TASKS.conf.task_always_eager = False


def _revoked() -> Any:
    raise celery.exceptions.TaskRevokedError("terminated")


add("Jinja2", "macro_arguments", OUR_BUG, _jinja("{% macro a(x) %}{% endmacro %}{{ a(1, 2, 3) }}"))
add("Jinja2", "division", OUR_BUG, _jinja("{{ total / count }}", total=4, count=0))
add(
    "Jinja2",
    "parent_missing",
    OUR_SETTINGS,
    lambda: (
        jinja2.Environment(loader=jinja2.DictLoader({"page": "{% extends 'base.html' %}"}))
        .get_template("page")
        .render()
    ),
)
add(
    "Jinja2",
    "include_of_itself",
    OUR_BUG,
    lambda: jinja2.Environment(loader=jinja2.DictLoader({"a": "{% include 'a' %}"})).get_template("a").render(),
)
add("Mako", "lookup_missing", OUR_SETTINGS, lambda: mako.lookup.TemplateLookup(["/no/such"]).get_template("mail.txt"))
add("Mako", "control_not_closed", OUR_SETTINGS, lambda: mako.template.Template("% if a:\n x\n"))
add("Babel", "number_of_a_client", INVALID, lambda: babel.numbers.parse_decimal("12,x", locale="de_DE"))
add("Babel", "zone_unknown", INVALID, lambda: babel.dates.get_timezone("Mars/Base"))
add("Babel", "format_type_unknown", OUR_BUG, lambda: babel.numbers.format_currency(1, "EUR", format_type="none"))
add("celery", "result_of_a_bug", OUR_BUG, _result_of_failed)
add(
    "celery",
    "revoked",
    Means("business_logic", False, (409, 500, 503), "medium"),
    _revoked,
    made="needs a worker that revokes",
    note="somebody ended the task on purpose; system is defensible",
)
add(
    "celery",
    "serializer_unknown",
    OUR_BUG,
    lambda: _charge.apply_async(serializer="xmls"),
    note="a name in the code; configuration is defensible",
)
