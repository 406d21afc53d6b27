"""Formats, files, processes of the standard library, as a service meets them."""

from __future__ import annotations

import concurrent.futures
import concurrent.futures.process
import csv
import gzip
import io
import json
import lzma
import multiprocessing
import os
import pickle
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import broken_file, fresh

FILE = e.Label("validation", False, (400, 415, 422), "low")
"""A file that the client uploaded, and that is not what it should be."""


# --- formats ----------------------------------------------------------------------------------------------------------
@fresh("python", e.INPUT)
def json_of_the_client_malformed() -> None:
    json.loads('{"items": [1, 2,}')


@fresh("python", e.INPUT)
def json_empty() -> None:
    json.loads("")


@fresh("python", e.INPUT, note="the body is not UTF-8")
def json_not_utf8() -> None:
    json.loads(b'{"name": "J\xf6rg"}')


@fresh("python", e.BUG)
def json_cannot_encode() -> None:
    json.dumps({"when": Path("/tmp"), "tags": {1, 2}})


@fresh("python", e.BUG, note="an answer that refers to itself")
def json_circular() -> None:
    order: dict[str, object] = {"id": 7}
    order["self"] = order
    json.dumps(order)


@fresh("python", e.INPUT)
def csv_quotes_malformed() -> None:
    list(csv.reader(['a,"b"c'], strict=True))


@fresh("python", e.Label("validation", False, (400, 413, 422), "low"))
def csv_field_too_large() -> None:
    list(csv.reader(["x" * 200_000]))


@fresh("python", e.BUG, note="a mapping that is asked for a column: a bug, as the view should have looked")
def csv_column_missing() -> None:
    for row in csv.DictReader(io.StringIO("name;age\nAnn;7\n")):
        row["age"]


@fresh("python", e.BUG)
def csv_row_with_unknown_fields() -> None:
    csv.DictWriter(io.StringIO(), ["name"]).writerow({"name": "Ann", "age": 7})


@fresh("python", FILE)
def zip_is_none() -> None:
    with broken_file(b"%PDF-1.7 and so on", "upload.zip") as path:
        zipfile.ZipFile(path)


def archive(content: bytes = b"content" * 100) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("report.txt", content)
    return bytearray(buffer.getvalue())


@fresh("python", FILE)
def zip_member_damaged() -> None:
    content = archive(os.urandom(200))
    content[60] ^= 0xFF
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        file.read("report.txt")


@fresh("python", FILE)
def zip_compressed_data_damaged() -> None:
    content = archive()
    content[40:46] = b"\xff" * 6
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        file.read("report.txt")


@fresh("python", FILE)
def gzip_is_none() -> None:
    gzip.decompress(b"plain text")


@fresh("python", FILE)
def gzip_cut_off() -> None:
    gzip.decompress(gzip.compress(os.urandom(500))[:200])


@fresh("python", FILE)
def zlib_damaged() -> None:
    zlib.decompress(b"x\x9c" + b"\xff" * 20)


@fresh("python", FILE)
def lzma_damaged() -> None:
    lzma.decompress(b"\xfd7zXZ\x00 and then nothing that fits")


@fresh("python", FILE)
def tar_is_none() -> None:
    tarfile.open(fileobj=io.BytesIO(b"not a tar" * 100))


@fresh("python", e.Label("validation", False, (400, 422), "low"), note="an archive that writes out of its folder")
def tar_leads_out() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as file:
        file.addfile(tarfile.TarInfo("../../etc/cron.d/evil"), io.BytesIO(b""))
    buffer.seek(0)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=buffer) as file:
        file.extractall(folder, filter="data")


@fresh("python", e.UNREADABLE, note="what was put into a cache or a session; no client sends pickles")
def pickle_cut_off() -> None:
    pickle.loads(pickle.dumps({"cart": list(range(100))})[:-20])


@fresh("python", e.UNREADABLE)
def pickle_is_none() -> None:
    pickle.loads(b"not a pickle at all")


@fresh("python", e.BUG)
def pickle_cannot() -> None:
    pickle.dumps({"callback": lambda: None})


@fresh("python", e.UNREADABLE)
def cache_error_from_pickle() -> None:
    class CacheReadError(Exception):
        pass

    try:
        pickle_cut_off()
    except (EOFError, pickle.UnpicklingError) as fault:
        raise CacheReadError("cached cart could not be read") from fault


# --- files ------------------------------------------------------------------------------------------------------------
@fresh("python", e.SETUP, note="a file that belongs to the installation; a bug would be said as well")
def settings_file_missing() -> None:
    Path("/nowhere/etc/shop/settings.toml").read_text()


@fresh("python", e.Label("resource", False, (500, 503, 507), "critical"))
def device_full() -> None:
    with open("/dev/full", "w") as file:
        file.write("x" * 100_000)


@fresh(
    "python", e.Label("resource", True, (500, 503), "high"), note="until handles are closed: medium would be said too"
)
def too_many_open_files() -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 5, limit[1]))
    files = []
    try:
        for _ in range(20):
            files.append(open("/dev/null"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
        for file in files:
            file.close()


@fresh("python", e.BUG)
def folder_not_empty() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "one").touch()
        os.rmdir(folder)


@fresh("python", e.BUG)
def is_a_directory() -> None:
    open("/tmp").read()


@fresh("python", e.BUG)
def same_file() -> None:
    with broken_file("x", "report.txt") as path:
        shutil.copy(path, path)


@fresh("python", e.BUG)
def archive_format_unknown() -> None:
    shutil.make_archive("/tmp/fresh_e", "rar")


@fresh("python", e.BUG)
def closed_file() -> None:
    file = io.StringIO("x")
    file.close()
    file.read()


# --- processes --------------------------------------------------------------------------------------------------------
@fresh("python", e.Label("system", False, 500, "high"))
def child_failed() -> None:
    subprocess.run([sys.executable, "-c", "raise SystemExit(3)"], check=True)


@fresh("python", e.Label("system", False, 500, "high"))
def child_killed() -> None:
    subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], check=True)


@fresh("python", e.Label("system", True, (500, 503, 504), "medium"), note="a child of ours that was not done in time")
def child_too_slow() -> None:
    subprocess.run(["sleep", "5"], timeout=0.1, check=True)


@fresh("python", e.SETUP)
def program_missing() -> None:
    subprocess.run(["wkhtmltopdf-that-is-not-installed", "--version"], check=True)


@fresh("python", e.SETUP, note="a program that was installed without its right to run")
def program_not_executable() -> None:
    with broken_file("#!/bin/sh\n", "convert") as path:
        path.chmod(0o644)
        subprocess.run([str(path)], check=True)


@fresh("python", e.Label("system", False, (500, 503), "high"))
def pool_broken() -> None:
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        pool.submit(os._exit, 1).result(10)


@fresh("python", e.BUG)
def error_of_a_worker() -> None:
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        pool.submit(divmod, 1, 0).result(10)


@fresh("python", e.BUG)
def task_cannot_be_sent() -> None:
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        pool.submit(lambda: 1).result(10)


@fresh("python", e.BUG)
def pool_shut_down() -> None:
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    pool.submit(print)


@fresh("python", e.Label("resource", False, (500, 503), "critical"))
def memory_gone() -> None:
    bytearray(1 << 60)


@fresh("python", e.Label("system", False, 500, "high"))
def render_error_from_child() -> None:
    class RenderError(Exception):
        pass

    try:
        child_failed()
    except subprocess.CalledProcessError as fault:
        raise RenderError("the report was not rendered") from fault
