"""Files, processes and what the operating system says."""

from __future__ import annotations

import concurrent.futures
import ctypes
import fcntl
import multiprocessing
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from concurrent.futures.process import ProcessPoolExecutor
from pathlib import Path

from evaluations.classifier.cases import case

fault = {"transient": False, "status": 500, "severity": "high"}


@case("python", "system", **fault)
def no_file() -> None:
    open("/tmp/failsoft-corpus/is/not/there.csv")


@case("python", "configuration", **fault)
def no_settings_file() -> None:
    open("/etc/failsoft-corpus.toml")


@case("python", "system", **fault)
def is_a_folder() -> None:
    open("/tmp")


@case("python", "system", **fault)
def not_a_folder() -> None:
    os.listdir("/dev/null")


@case("python", "system", **fault)
def no_permission() -> None:
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)  # root may open everything
    try:
        os.listdir("/root")
    finally:
        os.seteuid(user)


@case("python", "system", **fault)
def folder_exists() -> None:
    os.mkdir("/tmp")


@case("python", "system", **fault)
def folder_not_empty() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a").touch()
        os.rmdir(folder)


@case("python", "system", **fault)
def name_too_long() -> None:
    open("/tmp/" + "x" * 300)


@case("python", "system", **fault)
def loop_of_links() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(f"{folder}/a", f"{folder}/b")
        os.symlink(f"{folder}/b", f"{folder}/a")
        open(f"{folder}/a")


@case("python", "system", **fault)
def bad_descriptor() -> None:
    os.read(999_999, 1)


@case("python", "system", **fault)
def same_file() -> None:
    with tempfile.NamedTemporaryFile() as file:
        shutil.copyfile(file.name, file.name)


@case("python", "validation", transient=False, status=400, severity="low")
def unknown_archive() -> None:
    with tempfile.NamedTemporaryFile(suffix=".rar9") as file:
        shutil.unpack_archive(file.name, "/tmp")


@case("python", "resource", transient=False, status=(500, 503), severity="critical")
def disk_full() -> None:
    with open("/dev/full", "wb", buffering=0) as file:
        file.write(b"x")


@case("python", "resource", transient=False, status=500, severity="medium", note="more than one file may hold")
def file_too_large() -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, limits[1]))
    try:
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(b"x" * 10)
            file.write(b"x" * 10)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def _handles(wanted: int) -> tuple[int, int]:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, limits[1]))
    return limits


@case("python", "resource", transient=True, status=503, severity="high")
def too_many_files() -> None:
    limits = _handles(3)
    try:
        open("/dev/null")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@case("python", "resource", transient=True, status=503, severity="high")
def too_many_sockets() -> None:
    limits = _handles(3)
    try:
        socket.socket()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@case("python", "concurrency", transient=True, status=503, severity="medium")
def locked_file() -> None:
    with tempfile.NamedTemporaryFile() as one, open(one.name) as two:
        fcntl.flock(one, fcntl.LOCK_EX)
        fcntl.flock(two, fcntl.LOCK_EX | fcntl.LOCK_NB)


@case("python", "concurrency", transient=True, status=503, severity="medium")
def busy_file() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/program"
        shutil.copy("/bin/sleep", path)
        with open(path, "ab"):
            subprocess.run([path, "0"], check=True)


@case("python", "system", **fault)
def child_failed() -> None:
    subprocess.run([sys.executable, "-c", "raise SystemExit(3)"], check=True)


@case("python", "system", **fault)
def child_killed() -> None:
    subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], check=True)


@case("python", "system", transient=True, status=504, severity="medium")
def child_hangs() -> None:
    subprocess.run(["/bin/sleep", "5"], timeout=0.05, check=True)


@case("python", "configuration", **fault, note="a program that is not installed is a gap of the environment")
def no_such_program() -> None:
    subprocess.run(["failsoft-corpus-is-not-installed"], check=True)


@case("python", "system", **fault)
def no_such_process() -> None:
    os.kill(2**22 - 1, 0)


@case("python", "system", **fault)
def no_child() -> None:
    os.waitpid(2**22 - 1, 0)


def _die() -> None:
    os._exit(3)


@case("python", "system", **fault)
def process_pool_broken() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        pool.submit(_die).result()


@case("python", "system", **fault)
def thread_pool_broken() -> None:
    def refuse() -> None:
        raise ValueError("no settings")

    with concurrent.futures.ThreadPoolExecutor(1, initializer=refuse) as pool:
        pool.submit(int).result()


@case("python", "system", transient=True, status=504, severity="medium")
def pool_result_late() -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        pool.apply_async(os.getpid).get(0)


@case("python", "configuration", **fault, note="a library that is not installed")
def no_shared_library() -> None:
    ctypes.CDLL("libfailsoft-corpus.so.9")


@case("python", "system", **fault)
def no_symbol() -> None:
    ctypes.CDLL(None).failsoft_corpus_is_not_there()


@case("python", "system", **fault)
def wrong_argument_to_c() -> None:
    ctypes.CDLL(None).abs("text", 1.5)


@case("python", "configuration", **fault)
def port_taken() -> None:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        one.listen()
        two.bind(one.getsockname())


@case("python", "data_integrity", transient=False, status=500, severity="high")
def dbm_of_nothing_known() -> None:
    import dbm

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a").write_bytes(b"neither this nor that" * 10)
        dbm.open(f"{folder}/a")
