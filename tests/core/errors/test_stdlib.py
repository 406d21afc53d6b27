"""What Python and its standard library raise, raised for real wherever that is safe."""

from __future__ import annotations

import asyncio
import base64
import binascii
import bz2
import configparser
import contextlib
import csv
import ctypes
import decimal
import errno
import gzip
import http.client
import http.cookies
import importlib
import importlib.metadata
import io
import json
import locale
import lzma
import os
import pickle
import queue
import re
import socket
import sqlite3
import ssl
import statistics
import struct
import subprocess
import sys
import tarfile
import threading
import tomllib
import xml.etree.ElementTree as ET
import zipfile
import zlib
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from failsoft.errors.failure import Failure

Raised = Callable[..., Failure]


def labelled(failure: Failure) -> tuple[object, ...]:
    return (failure.category, failure.severity, failure.transient, failure.status, failure.code)


BUG = ("system", "high", False, 500, "INTERNAL_ERROR")
INPUT = ("validation", "low", False, 400, "BAD_REQUEST")
SETTINGS = ("configuration", "high", False, 500, "CONFIGURATION_ERROR")
EXHAUSTED = ("resource", "medium", True, 503, "RESOURCE_EXHAUSTED")
STORED = ("data_integrity", "high", False, 500, "DATA_INTEGRITY_ERROR")
NETWORK_502 = ("network", "medium", True, 502, "NETWORK_ERROR")
NETWORK_503 = ("network", "medium", True, 503, "NETWORK_ERROR")
SILENT = ("network", "medium", True, 504, "TIMEOUT_ERROR")
CONTENTION = ("concurrency", "medium", True, 503, "CONCURRENCY_ERROR")
UPSTREAM = ("external_service", "medium", False, 502, "UPSTREAM_ERROR")


def throw(error: BaseException) -> None:
    raise error


def recurse() -> None:
    recurse()


def query(statement: str) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.execute(statement)


def next_of_nothing() -> None:
    next(iter(()))


def unbound() -> None:
    if not sys.path:
        name = 1
    print(name)


BUGS: dict[str, Callable[[], Any]] = {
    "attribute": lambda: None.missing,  # type: ignore[attr-defined]
    "type": lambda: 1 + "x",  # type: ignore[operator]
    "value": lambda: int("x"),
    "key": lambda: {}["x"],
    "index": lambda: "abc"[7],
    "zero": lambda: 1 / 0,
    "overflow": lambda: 1e308**10,
    "recursion": recurse,
    "stop": next_of_nothing,
    "unbound": unbound,
    "name": lambda: undefined,  # type: ignore[name-defined]  # noqa: F821
    "assertion": lambda: throw(AssertionError("x")),
    "syntax": lambda: compile("1 +", "x", "eval"),
    "indentation": lambda: compile("if 1:\nx", "x", "exec"),
    "encode": lambda: "é".encode("ascii"),
    "not implemented": lambda: throw(NotImplementedError()),
    "runtime": lambda: throw(RuntimeError("x")),
    "nothing at all": lambda: throw(Exception()),
    "regular expression": lambda: re.compile("("),
    "statistics": lambda: statistics.mean([]),
    "struct": lambda: struct.unpack("i", b"x"),
    "pickling": lambda: pickle.dumps(lambda: 1),
    "decimal": lambda: decimal.Decimal("x"),
    "frozen": lambda: throw(__import__("dataclasses").FrozenInstanceError("x")),
    "queue empty": lambda: queue.Queue[int]().get_nowait(),
    "async queue empty": lambda: asyncio.Queue[int]().get_nowait(),
    "future": lambda: asyncio.run(result_of_nothing()),
    "unsupported": lambda: io.StringIO().fileno(),
    "closed file": lambda: closed_file(),
    "bad sql": lambda: query("selec"),
    "closed database": lambda: closed_database(),
    "warning": lambda: throw(DeprecationWarning("old")),
    "http sequence": lambda: http.client.HTTPConnection("h").getresponse(),
    "child": lambda: subprocess.run([sys.executable, "-c", "raise SystemExit(3)"], check=True),
    "no file": lambda: Path("/does/not/exist").read_text(),
    "a directory": lambda: Path("/").read_text(),
    "not a directory": lambda: Path("/dev/null/x").read_text(),
    "file exists": lambda: Path("/").mkdir(),
    "no process": lambda: os.kill(2**22 + 1, 0),
}


async def result_of_nothing() -> None:
    asyncio.get_running_loop().create_future().result()


def closed_file() -> None:
    with Path("/dev/null").open() as file:
        pass
    file.read()


def closed_database() -> None:
    database = sqlite3.connect(":memory:")
    database.close()
    database.execute("select 1")


@pytest.mark.parametrize("call", BUGS.values(), ids=BUGS.keys())
def test_what_the_code_did_wrong_is_a_bug(raised: Raised, call: Callable[[], Any]) -> None:
    failure = raised(call)
    assert labelled(failure) == BUG
    assert not failure.expected
    assert not failure.recoverable


UNREADABLE: dict[str, Callable[[], Any]] = {
    "json": lambda: json.loads("{"),
    "utf-8": lambda: b"\xff".decode(),
    "base64": lambda: base64.b64decode("x"),
    "hex": lambda: binascii.unhexlify("x"),
    "xml": lambda: ET.fromstring("<x"),
    "zip": lambda: zipfile.ZipFile(io.BytesIO(b"no zip")),
    "gzip": lambda: gzip.decompress(b"no gzip at all"),
    "zlib": lambda: zlib.decompress(b"x"),
    "lzma": lambda: lzma.decompress(b"no lzma at all"),
    "tar": lambda: tarfile.open(fileobj=io.BytesIO(b"no tar")),  # noqa: SIM115
    "cookie": lambda: http.cookies.SimpleCookie({"a b": "c"}),
    "csv": lambda: list(csv.reader(['"a'], strict=True)),
}


@pytest.mark.parametrize("call", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_taken_for_input(raised: Raised, call: Callable[[], Any]) -> None:
    failure = raised(call)
    assert labelled(failure) == INPUT
    # inferred, not said: the operators hear of it all the same
    assert not failure.expected
    assert failure.recoverable


MISSING: dict[str, Callable[[], Any]] = {
    "module": lambda: importlib.import_module("does_not_exist"),
    "name": lambda: exec("from os import missing_name"),
    "variable": lambda: os.environ["FAILSOFT_DOES_NOT_EXIST"],
    "settings file": lambda: Path("/does/not/exist.toml").read_text(),
    "certificate file": lambda: Path("/does/not/exist.pem").read_text(),
    "ini": lambda: configparser.ConfigParser().get("a", "b"),
    "toml": lambda: tomllib.loads("="),
    "time zone": lambda: zoneinfo.ZoneInfo("Mars/Olympus"),
    "locale": lambda: locale.setlocale(locale.LC_ALL, "xx_XX"),
    "package": lambda: importlib.metadata.version("does-not-exist"),
    "table": lambda: query("select * from missing"),
    "database file": lambda: sqlite3.connect("/does/not/exist.db"),
    "address": lambda: two_servers(),
}


def two_servers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.socket() as two:
        two.bind(one.getsockname())


@pytest.mark.parametrize("call", MISSING.values(), ids=MISSING.keys())
def test_what_is_not_set_up_is_configuration(raised: Raised, call: Callable[[], Any]) -> None:
    assert labelled(raised(call)) == SETTINGS


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), ("resource", "critical", False, 500, "RESOURCE_EXHAUSTED")),
        (OSError(errno.ENOSPC, "no space"), ("resource", "critical", False, 500, "RESOURCE_EXHAUSTED")),
        (OSError(errno.ENOMEM, "no memory"), ("resource", "critical", False, 500, "RESOURCE_EXHAUSTED")),
        (OSError(errno.EMFILE, "too many files"), ("resource", "high", True, 503, "RESOURCE_EXHAUSTED")),
        (BlockingIOError(errno.EAGAIN, "temporarily unavailable"), CONTENTION),
        (OSError(errno.EIO, "i/o"), ("system", "critical", False, 500, "INTERNAL_ERROR")),
        (OSError(errno.EROFS, "read-only"), SETTINGS),
        (OSError(errno.EBUSY, "busy"), CONTENTION),
        (PermissionError(errno.EACCES, "denied", "/srv/data"), BUG),
        (PermissionError(errno.EACCES, "denied", "/etc/shop/settings.ini"), SETTINGS),
        (InterruptedError(errno.EINTR, "interrupted"), ("system", "medium", True, 503, "INTERNAL_ERROR")),
        (OSError("no number"), BUG),
    ],
)
def test_the_number_of_the_operating_system_decides(
    raised: Raised, error: BaseException, expected: tuple[object, ...]
) -> None:
    assert labelled(raised(throw, error)) == expected


def test_full_queues_are_exhausted(raised: Raised) -> None:
    full = queue.Queue[int](1)
    full.put(1)
    assert labelled(raised(full.put_nowait, 2)) == EXHAUSTED
    async_full = asyncio.Queue[int](1)
    async_full.put_nowait(1)
    assert labelled(raised(async_full.put_nowait, 2)) == EXHAUSTED


def test_a_thread_that_cannot_start_is_a_resource(raised: Raised) -> None:
    failure = raised(throw, RuntimeError("can't start new thread"))
    assert labelled(failure) == EXHAUSTED
    assert failure.local
    assert failure.evidence[0].source == "code"


def test_what_the_innermost_function_was_about(raised: Raised) -> None:
    def run(act: Callable[[], object]) -> tuple[object, ...]:
        return labelled(raised(act))

    assert run(lambda: subprocess.run(["failsoft-has-no-such-program"], check=True)) == SETTINGS
    assert run(lambda: ssl.create_default_context(cafile="/failsoft/has/no/such.pem")) == SETTINGS
    assert run(lambda: gzip.decompress(gzip.compress(b"hello" * 100)[:20])) == INPUT
    assert run(lambda: ctypes.CDLL("libfailsoft-has-no-such.so")) == SETTINGS
    assert run(bz2.BZ2File(io.BytesIO(b"not bz2")).read) == INPUT


def test_a_child_that_hangs_may_not_hang_again(raised: Raised) -> None:
    failure = raised(throw, subprocess.TimeoutExpired(["x"], 1))
    assert labelled(failure) == ("system", "medium", True, 504, "TIMEOUT_ERROR")


def test_a_broken_barrier_is_contention(raised: Raised) -> None:
    barrier = threading.Barrier(2)
    barrier.abort()
    assert labelled(raised(barrier.wait)) == CONTENTION


def test_stored_data_that_cannot_be_loaded_needs_somebody_to_act(raised: Raised) -> None:
    assert labelled(raised(pickle.loads, b"garbage")) == STORED


def test_a_sub_class_inherits_what_its_base_says(classify: Raised) -> None:
    class QuoteTimeout(TimeoutError):
        pass

    failure = classify(QuoteTimeout())
    assert labelled(failure) == SILENT
    assert failure.evidence[0] == ("catalogue", "TimeoutError", "network", 0.8)
