"""The language itself, and what the interpreter finds."""

from __future__ import annotations

import asyncio
import codecs
import concurrent.futures
import contextvars
import dataclasses
import enum
import importlib
import importlib.metadata
import io
import locale
import queue
import re
import statistics
import string
import sys
import threading
import weakref
from decimal import Decimal

from evaluations.classifier.cases import case

bug = {"transient": False, "status": 500, "severity": "high"}


@case("python", "system", **bug)
def attribute_of_none() -> None:
    None.strip()  # type: ignore[attr-defined]


@case("python", "system", **bug)
def missing_key() -> None:
    {"a": 1}["b"]


@case("python", "system", **bug)
def index_out_of_range() -> None:
    list[int]()[0]


@case("python", "system", **bug)
def wrong_operand() -> None:
    1 + "1"  # type: ignore[operator]


@case("python", "system", **bug)
def wrong_arguments() -> None:
    len(1, 2)  # type: ignore[call-arg, arg-type]


@case("python", "system", **bug)
def division_by_zero() -> None:
    1 / 0


@case("python", "system", **bug)
def unbound() -> None:
    if not sys:
        x = 1
    x


@case("python", "system", **bug)
def assertion() -> None:
    assert [] == [1], "totals differ"


@case("python", "system", **bug, note="a view that converts without a check has the bug; nobody parsed a format here")
def int_of_text() -> None:
    int("abc")


@case("python", "system", **bug)
def too_many_to_unpack() -> None:
    _a, _b = [1, 2, 3]


@case("python", "system", **bug)
def recursion() -> None:
    def again() -> None:
        again()

    again()


@case("python", "system", **bug)
def changed_while_iterating() -> None:
    names = {"a": 1}
    for name in names:
        names[name + "x"] = 1


@case("python", "system", **bug)
def not_implemented() -> None:
    raise NotImplementedError  # as an abstract method does


@case("python", "system", **bug)
def abstract_class() -> None:
    io.RawIOBase().read(1)


@case("python", "system", **bug)
def frozen_instance() -> None:
    @dataclasses.dataclass(frozen=True)
    class Point:
        x: int

    Point(1).x = 2  # type: ignore[misc]


@case("python", "system", **bug)
def dead_weak_reference() -> None:
    proxy = weakref.proxy(type("Thing", (), {})())
    proxy.name


@case("python", "system", **bug)
def generator_already_running() -> None:
    def loop():  # type: ignore[no-untyped-def]
        yield next(one)

    one = loop()
    next(one)


@case("python", "system", **bug)
def stop_iteration() -> None:
    next(iter([]))


@case("python", "system", **bug)
def float_overflow() -> None:
    2.0**10_000


@case("python", "system", **bug)
def syntax_error() -> None:
    compile("def f(:", "<rules>", "exec")


@case("python", "system", **bug)
def bad_pattern() -> None:
    re.compile("(")


@case("python", "system", **bug)
def format_without_value() -> None:
    text = "{name}"
    text.format()


@case("python", "system", **bug)
def template_without_value() -> None:
    string.Template("$name").substitute()


@case("python", "system", **bug)
def mean_of_nothing() -> None:
    statistics.mean([])


@case("python", "system", **bug)
def bad_enum() -> None:
    enum.IntEnum("Colour", "RED")("BLUE")


@case("python", "system", **bug)
def not_ascii() -> None:
    "Müller".encode("ascii")


@case("python", "system", **bug)
def surrogate() -> None:
    "\ud800".encode()


@case("python", "system", **bug, note="the name of an encoding that does not exist, in the code")
def unknown_encoding() -> None:
    codecs.lookup("utf-9000")


@case("python", "system", **bug)
def context_variable() -> None:
    contextvars.ContextVar[str]("user").get()


@case("python", "system", **bug)
def decimal_division() -> None:
    Decimal(1) / Decimal(0)


@case("python", "system", **bug)
def read_of_written() -> None:
    with io.BytesIO() as buffer:
        wrapper = io.BufferedWriter(buffer)
        wrapper.read()  # type: ignore[attr-defined]


@case("python", "system", **bug)
def not_readable(tmp: str = "/dev/null") -> None:
    with open(tmp, "w") as file:
        file.read()


@case("python", "system", **bug)
def closed_file() -> None:
    with io.StringIO() as buffer:
        pass
    buffer.read()


@case("python", "configuration", **bug)
def missing_module() -> None:
    importlib.import_module("a_driver_that_is_not_there")


@case("python", "configuration", **bug)
def missing_name() -> None:
    exec("from json import a_name_that_is_not_there")


@case("python", "configuration", **bug)
def missing_distribution() -> None:
    importlib.metadata.version("a-distribution-that-is-not-there")


@case("python", "configuration", **bug)
def missing_variable() -> None:
    import os

    os.environ["FAILSOFT_CORPUS_IS_NOT_SET"]


@case("python", "configuration", **bug)
def bad_locale() -> None:
    locale.setlocale(locale.LC_ALL, "xx_XX.nonsense")


@case("python", "resource", transient=False, status=(500, 503), severity="critical")
def out_of_memory() -> None:
    bytearray(2**62)


@case("python", "resource", transient=True, status=503, severity="medium")
def queue_is_full() -> None:
    one: queue.Queue[int] = queue.Queue(1)
    one.put(1)
    one.put_nowait(2)


@case("python", "resource", transient=True, status=503, severity="medium")
async def asyncio_queue_is_full() -> None:
    one: asyncio.Queue[int] = asyncio.Queue(1)
    one.put_nowait(1)
    one.put_nowait(2)


@case("python", "system", **bug, note="nothing was there; a queue that is read by a view promises it")
def queue_is_empty() -> None:
    queue.Queue().get_nowait()


@case("python", "network", transient=True, status=504, severity="medium", note="a builtin timeout says no more")
def future_not_done() -> None:
    release = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        future = pool.submit(release.wait, 2)
        try:
            future.result(timeout=0.01)
        finally:
            release.set()


@case("python", "network", transient=True, status=504, severity="medium")
async def wait_for() -> None:
    await asyncio.wait_for(asyncio.Event().wait(), 0.01)


@case("python", "network", transient=True, status=504, severity="medium")
async def timeout_block() -> None:
    async with asyncio.timeout(0.01):
        await asyncio.Event().wait()


@case("python", "system", **bug)
def pool_shut_down() -> None:
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    pool.submit(int)


@case("python", "system", **bug)
def result_twice() -> None:
    future: concurrent.futures.Future[int] = concurrent.futures.Future()
    future.set_result(1)
    future.set_result(2)


@case("python", "system", **bug)
async def no_result_yet() -> None:
    asyncio.get_running_loop().create_future().result()


@case("python", "concurrency", transient=True, status=503, severity="medium")
def broken_barrier() -> None:
    barrier = threading.Barrier(2)
    barrier.wait(0.01)


@case("python", "system", **bug)
def lock_not_held() -> None:
    threading.Lock().release()


@case("python", "resource", transient=True, status=503, severity=("medium"), note="a thread that cannot be had")
def no_more_threads() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    size = threading.stack_size(2**30)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, hard))
    try:
        threading.Thread(target=int).start()
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        threading.stack_size(size)


@case("python", "system", **bug)
async def group_of_bugs() -> None:
    async def fails() -> None:
        raise KeyError("total")

    async with asyncio.TaskGroup() as group:
        group.create_task(fails())


@case("python", "system", **bug, note="the least recoverable member decides")
async def group_of_bug_and_timeout() -> None:
    async def slow() -> None:
        raise TimeoutError

    async def fails() -> None:
        {}["total"]

    async with asyncio.TaskGroup() as group:
        group.create_task(slow())
        group.create_task(fails())


@case("python", "network", transient=True, status=(502, 503), severity="medium")
async def group_of_refusals() -> None:
    from evaluations.classifier.raisers._peers import HOST, closed_port

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(asyncio.open_connection(HOST, closed_port()))


@case("python", "network", transient=True, status=(502, 503), severity="medium")
def runtime_error_from_refusal() -> None:
    import socket

    from evaluations.classifier.raisers._peers import HOST, closed_port

    try:
        socket.create_connection((HOST, closed_port()))
    except OSError as exc:
        raise RuntimeError("inventory lookup failed") from exc


@case("python", "system", **bug)
def runtime_error_from_bug() -> None:
    try:
        {}["sku"]
    except KeyError as exc:
        raise RuntimeError("inventory lookup failed") from exc


@case("python", "system", **bug, note="a context without a cause is no reason")
def bug_while_handling_a_refusal() -> None:
    import socket

    from evaluations.classifier.raisers._peers import HOST, closed_port

    try:
        socket.create_connection((HOST, closed_port()))
    except OSError:
        list[int]()[0]


@case("python", "business_logic", transient=False, status=(409, 422), severity="low")
def domain_rule_from_missing_key() -> None:
    class OutOfStock(Exception):
        pass

    try:
        {}["sku"]
    except KeyError as exc:
        raise OutOfStock("SKU-7") from exc
