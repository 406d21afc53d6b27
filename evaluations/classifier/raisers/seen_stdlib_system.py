"""The operating system, processes, threads, sockets and mail by the standard library."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import errno
import hashlib
import importlib
import importlib.resources
import multiprocessing
import multiprocessing.connection
import multiprocessing.shared_memory
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers.scaffold_http import (
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    Means,
    add,
)


def _put(name: str, means: Means, note: str = "") -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        add("python", name, means, raiser, **({"note": note} if note else {}))
        return raiser

    return register


# --- files and the system ---------------------------------------------------------------------------------------------
@_put("other_device", OUR_BUG, "EXDEV: os.rename between file systems")
def _() -> None:
    with tempfile.NamedTemporaryFile(dir="/dev/shm", delete=False) as file:
        pass
    try:
        os.rename(file.name, f"/tmp/{Path(file.name).name}")
    finally:
        os.unlink(file.name)


@_put("seek_in_a_pipe", OUR_BUG)
def _() -> None:
    read, write = os.pipe()
    try:
        os.lseek(read, 0, os.SEEK_SET)
    finally:
        os.close(read)
        os.close(write)


@_put("null_in_a_path", OUR_BUG)
def _() -> None:
    Path("uploads/a\0.png").read_bytes()


def _read_only() -> None:
    raise OSError(errno.EROFS, "Read-only file system", "/srv/uploads/a.png")


add(
    "python",
    "read_only_file_system",
    OUR_SETTINGS,
    _read_only,
    made="no file system is mounted read-only here",
    note="a mount; the operating system (system) is defensible",
)


@_put("move_onto_what_is_there", OUR_BUG)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("a/x", "b/x"):
            Path(folder, name).parent.mkdir()
            Path(folder, name).touch()
        shutil.move(str(Path(folder, "a/x")), str(Path(folder, "b")))


@_put("package_data_missing", OUR_SETTINGS, "a file of the installation; a bug (system) is defensible")
def _() -> None:
    importlib.resources.files("email").joinpath("templates/order.html").read_text()


@_put("entry_point_gone", OUR_SETTINGS, "an import of a name that the module no longer has")
def _() -> None:
    exec("from json import loads_strict", {})


@_put("import_relative_to_nothing", OUR_BUG)
def _() -> None:
    importlib.import_module(".views")


@_put("hash_unknown", OUR_BUG, "a name in our code; configuration is defensible")
def _() -> None:
    hashlib.new("md7", b"x")


# --- processes, threads, tasks ----------------------------------------------------------------------------------------
@_put("program_not_executable", OUR_SETTINGS, "as a program that is not there")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "convert")
        path.write_text("#!/bin/sh\n")
        subprocess.run([str(path)], check=True)


@_put("program_of_another_format", OUR_SETTINGS, "ENOEXEC; the operating system (system) is defensible")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "convert")
        path.write_bytes(b"\x00\x01\x02")
        path.chmod(0o755)
        subprocess.run([str(path)], check=True)


@_put("arguments_too_long", OUR_BUG)
def _() -> None:
    subprocess.run(["true", "x" * 3_000_000], check=True)


@_put("child_terminated_by_signal", OUR_BUG, "a child process that died")
def _() -> None:
    subprocess.run([sys.executable, "-c", "import os; os.abort()"], check=True, stderr=subprocess.DEVNULL)


@_put("thread_started_twice", OUR_BUG)
def _() -> None:
    thread = threading.Thread(target=int)
    thread.start()
    thread.start()


@_put("thread_joins_itself", OUR_BUG)
def _() -> None:
    threading.current_thread().join()


@_put("semaphore_released_too_often", OUR_BUG)
def _() -> None:
    threading.BoundedSemaphore(1).release()


@_put("loop_within_a_loop", OUR_BUG)
async def _() -> None:
    coroutine = asyncio.sleep(0)
    try:
        asyncio.run(coroutine)
    finally:
        coroutine.close()


@_put("coroutine_awaited_twice", OUR_BUG)
async def _() -> None:
    async def price() -> int:
        return 1

    one = price()
    await one
    await one


@_put("loop_closed", OUR_BUG)
def _() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    loop.call_soon(print)


@_put("task_group_with_refused_and_bug", OUR_BUG, "the least recoverable member decides")
async def _() -> None:
    async def refused() -> None:
        try:
            await asyncio.open_connection(HOST, closed_port())
        except OSError as exc:
            raise ConnectionError("prices are away") from exc

    async def bug() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0.2)
        {"a": 1}["b"]

    async with asyncio.TaskGroup() as group:
        group.create_task(refused())
        group.create_task(bug())


@_put("task_group_with_silent_peers", Means("network", True, 504, "medium"))
async def _() -> None:
    async def slow() -> None:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)

    async with asyncio.TaskGroup() as group:
        group.create_task(slow())
        group.create_task(slow())


@_put("futures_unfinished", Means("system", True, 504, "medium"), "as a pool's result that is late")
def _() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        wait = threading.Event()
        try:
            list(concurrent.futures.as_completed([pool.submit(wait.wait, 1)], timeout=0.02))
        finally:
            wait.set()


@_put("future_cancelled", OUR_BUG, "our code cancelled it and asked for it; transient is defensible")
def _() -> None:
    future: concurrent.futures.Future[int] = concurrent.futures.Future()
    future.cancel()
    future.result()


@_put("worker_result_not_sendable", OUR_BUG)
def _() -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.apply(threading.Lock)


@_put("worker_raised_a_bug", OUR_BUG)
def _() -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.apply(int, ("twelve",))


@_put("manager_key_wrong", REFUSED_US)
def _() -> None:
    with multiprocessing.connection.Listener((HOST, 0), authkey=b"right") as listener:

        def serve() -> None:
            with contextlib.suppress(Exception):
                listener.accept()

        threading.Thread(target=serve, daemon=True).start()
        multiprocessing.connection.Client(listener.address, authkey=b"wrong")


@_put("pipe_at_its_end", LINK, "the other process closed its end; a dead child (system) is defensible")
def _() -> None:
    ours, theirs = multiprocessing.Pipe()
    theirs.close()
    ours.recv()


@_put("shared_memory_gone", OUR_BUG)
def _() -> None:
    multiprocessing.shared_memory.SharedMemory("failsoft-no-such-block")
