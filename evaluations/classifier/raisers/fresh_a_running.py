"""What runs at once in the standard library: loops, threads, processes, queues, context variables, child programs."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import copy
import errno
import fcntl
import functools
import mmap
import multiprocessing
import multiprocessing.managers
import os
import queue
import resource
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from evaluations.classifier.raisers._fresh_a import LATE, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, listening, reset, silence, tls_port
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    LINK,
    NO_TRUST,
    OUR_BUG,
    OUR_SETTINGS,
    SILENT,
    Means,
)

_EXHAUSTED = Means("resource", True, 503, "medium")
_FORK = multiprocessing.get_context("fork")


# --- asyncio ----------------------------------------------------------------------------------------------------------
@fresh("python", "task_without_a_loop", OUR_BUG)
def _() -> None:
    async def work() -> None:
        """Never awaited."""

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.create_task(work())


@fresh("python", "lock_of_another_loop", OUR_BUG)
def _() -> None:
    lock = asyncio.Lock()

    async def contend() -> None:
        await lock.acquire()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(lock.acquire(), 0.01)

    asyncio.run(contend())
    asyncio.run(contend())


@fresh("python", "condition_notified_without_its_lock", OUR_BUG)
async def _() -> None:
    asyncio.Condition().notify()


@fresh("python", "task_group_not_entered", OUR_BUG)
async def _() -> None:
    async def work() -> None:
        """Never awaited."""

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asyncio.TaskGroup().create_task(work())


@fresh("python", "barrier_aborted", CONTENTION)
async def _() -> None:
    barrier = asyncio.Barrier(2)
    waiting = asyncio.ensure_future(barrier.wait())
    await asyncio.sleep(0)
    await barrier.abort()
    await waiting


@fresh("python", "async_generator_entered_twice", OUR_BUG)
async def _() -> None:
    async def pages() -> Any:
        await asyncio.sleep(0.05)
        yield 1

    one = pages()
    await asyncio.gather(one.__anext__(), one.__anext__())


@fresh("python", "generator_raised_stop_iteration", OUR_BUG)
def _() -> None:
    def first_of_each(rows: list[list[int]]) -> Any:
        for row in rows:
            yield next(iter(row))

    list(first_of_each([[1], []]))


@fresh("python", "stream_reset_while_draining", LINK)
async def _() -> None:
    with listening(reset) as port:
        _, writer = await asyncio.open_connection(HOST, port)
        for _ in range(200):
            writer.write(b"x" * 65_536)
            await writer.drain()
            await asyncio.sleep(0.002)


@fresh("python", "stream_untrusted", NO_TRUST)
async def _() -> None:
    await asyncio.open_connection(HOST, tls_port(), ssl=ssl.create_default_context())


@fresh("python", "stream_handshake_silent", SILENT, "asyncio's own class: a ConnectionAbortedError")
async def _() -> None:
    with listening(silence) as port:
        await asyncio.open_connection(HOST, port, ssl=ssl.create_default_context(), ssl_handshake_timeout=0.05)


@fresh("python", "server_address_taken", OUR_SETTINGS)
async def _() -> None:
    with listening(silence) as port:
        await asyncio.start_server(lambda *_: None, HOST, port)


@fresh("python", "blocking_socket_given_to_the_loop", OUR_BUG)
async def _() -> None:
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    with socket.socket() as one:
        await loop.sock_connect(one, (HOST, closed_port()))


@fresh("python", "async_program_missing", OUR_SETTINGS, "a program that is not installed")
async def _() -> None:
    await asyncio.create_subprocess_exec("failsoft-fresh-ffprobe", "-v", "quiet")


# --- threads, queues, context variables -------------------------------------------------------------------------------
@fresh("python", "thread_local_not_set", OUR_BUG)
def _() -> None:
    current = threading.local()
    current.tenant = "a"

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: current.tenant).result()


@fresh("python", "signal_handler_in_a_thread", OUR_BUG)
def _() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(signal.signal, signal.SIGUSR1, signal.SIG_DFL).result()


@fresh("python", "priority_queue_of_dicts", OUR_BUG)
def _() -> None:
    jobs: queue.PriorityQueue[Any] = queue.PriorityQueue()
    jobs.put((1, {"order": 7}))
    jobs.put((1, {"order": 8}))


@fresh("python", "task_done_too_often", OUR_BUG)
def _() -> None:
    jobs: queue.Queue[int] = queue.Queue()
    jobs.put(1)
    jobs.get()
    jobs.task_done()
    jobs.task_done()


@fresh("python", "token_of_another_context", OUR_BUG)
async def _() -> None:
    tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant")

    async def enter() -> contextvars.Token[str]:
        return tenant.set("a")

    tenant.reset(await asyncio.create_task(enter()))


@fresh("python", "context_entered_twice", OUR_BUG)
def _() -> None:
    context = contextvars.copy_context()
    context.run(context.run, print)


@fresh("python", "locked_in_a_worker_thread", CONTENTION, "raised in a worker, and had with its result")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/shop.db"
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as first:
            first.execute("CREATE TABLE stock (n int)")
            first.execute("BEGIN IMMEDIATE")

            def write() -> None:
                with contextlib.closing(sqlite3.connect(path, timeout=0.01)) as second:
                    second.execute("INSERT INTO stock VALUES (1)")

            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                pool.submit(write).result()


# --- processes --------------------------------------------------------------------------------------------------------
@fresh("python", "lambda_for_a_process_pool", OUR_BUG)
def _() -> None:
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=_FORK) as pool:
        pool.submit(lambda: 1).result()


@fresh("python", "process_pool_closed", OUR_BUG)
def _() -> None:
    pool = _FORK.Pool(1)
    pool.close()
    pool.join()
    pool.apply(os.getpid)


def _grandchild() -> None:
    _FORK.Process(target=os.getpid).start()


@fresh("python", "daemonic_process_with_a_child", OUR_BUG)
def _() -> None:
    with _FORK.Pool(1) as pool:
        pool.apply(_grandchild)


@fresh("python", "manager_not_reached", LINK, "a manager of ours in another process; high is defensible")
def _() -> None:
    multiprocessing.managers.BaseManager((HOST, closed_port()), authkey=b"not-real").connect()


@fresh("python", "manager_not_started", OUR_BUG)
def _() -> None:
    multiprocessing.managers.SyncManager().dict()


@fresh("python", "start_method_set_twice", OUR_BUG)
def _() -> None:
    multiprocessing.set_start_method("fork", force=True)
    multiprocessing.set_start_method("spawn")


@fresh("python", "lock_is_deep_copied", OUR_BUG)
def _() -> None:
    copy.deepcopy({"client": threading.Lock()})


@fresh("python", "range_locks_crosswise", CONTENTION, "a deadlock of two processes, seen by the kernel")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        first, second = (os.open(f"{folder}/{name}", os.O_RDWR | os.O_CREAT) for name in "ab")
        held, told = os.pipe()
        fcntl.lockf(first, fcntl.LOCK_EX)
        if not (child := os.fork()):
            fcntl.lockf(second, fcntl.LOCK_EX)
            os.write(told, b".")
            fcntl.lockf(first, fcntl.LOCK_EX)
            os._exit(0)
        try:
            os.read(held, 1)
            time.sleep(0.1)
            fcntl.lockf(second, fcntl.LOCK_EX)
        finally:
            os.close(first)
            os.waitpid(child, 0)


@fresh("python", "no_more_processes", _EXHAUSTED, "as a thread that cannot be had")
def _() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NPROC)
    os.setresuid(65_534, 65_534, 0)
    try:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, limits[1]))
        subprocess.run(["/bin/true"], check=True)
    finally:
        os.setresuid(0, 0, 0)
        resource.setrlimit(resource.RLIMIT_NPROC, limits)


@fresh("python", "map_of_too_much_memory", Means("resource", False, (500, 503), "critical"))
def _() -> None:
    mmap.mmap(-1, 1 << 46)


# --- child programs ---------------------------------------------------------------------------------------------------
@fresh("python", "program_without_its_setting", OUR_BUG, "a setting that is not there (configuration) is defensible")
def _() -> None:
    environment: Any = {"BUCKET": os.environ.get("FAILSOFT_FRESH_BUCKET")}
    subprocess.run(["/bin/true"], env=environment, check=True)


@fresh("python", "output_of_a_program_not_utf8", OUR_BUG, "nobody's input; validation is defensible, as for any text")
def _() -> None:
    command = [sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'caf\\xe9')"]
    subprocess.run(command, capture_output=True, encoding="utf-8", check=True)


@fresh("python", "conversion_failed_from_time_limit", LATE, "the wrapper says that it failed, its cause says why")
def _() -> None:
    class ConversionError(Exception):
        """What our own code says."""

    try:
        subprocess.run(["/bin/sleep", "5"], timeout=0.01, check=True)
    except subprocess.TimeoutExpired as exc:
        raise ConversionError("invoice-17.docx") from exc


@fresh("python", "runtime_error_from_a_program_killed_for_memory", OUR_BUG, "a dead child; resource is defensible")
def _() -> None:
    try:
        subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], check=True)
    except subprocess.CalledProcessError as exc:
        raise RuntimeError("thumbnail") from exc


@fresh("python", "program_exits_in_a_view", OUR_BUG, "a SystemExit that escapes is our bug")
def _() -> None:
    import argparse

    with contextlib.redirect_stderr(open(os.devnull, "w")):
        argparse.ArgumentParser("report").parse_args(["--no-such-option"])


# --- the host ---------------------------------------------------------------------------------------------------------
@fresh("python", "input_output_error", Means("system", False, 500, "critical"), "a disk that fails says the same")
def _() -> None:
    with open("/proc/self/mem", "rb", buffering=0) as file:
        file.read(1)


@fresh(
    "python",
    "disk_quota",
    Means("resource", False, (500, 503), "critical"),
    "a full disk; high is defensible",
    "quotas cannot be set up here",
)
def _() -> None:
    raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), "/srv/uploads/17.png")


@fresh("python", "home_of_an_unknown_user", OUR_SETTINGS, "the environment of the process")
def _() -> None:
    Path("~failsoft-fresh/.config").expanduser()


@fresh("python", "user_of_the_host_unknown", OUR_SETTINGS, "the environment of the process, told by a KeyError")
def _() -> None:
    import pwd

    pwd.getpwnam("failsoft-fresh-www")


@fresh("python", "not_a_terminal", OUR_BUG)
def _() -> None:
    import termios

    with open("/dev/null") as file:
        termios.tcgetattr(file)


@fresh("python", "sleep_of_less_than_nothing", OUR_BUG)
def _() -> None:
    time.sleep(-0.5)


@fresh("python", "cached_of_a_dict", OUR_BUG)
def _() -> None:
    @functools.lru_cache
    def price(basket: Any) -> int:
        return len(basket)

    basket: Any = {"a": 1}
    price(basket)
