"""Command lines, child processes, repositories, files that are watched: what a view calls that is no service."""

from __future__ import annotations

import io
import os
import signal
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import click
import docopt
import fasteners
import git
import joblib
import libcst
import loky
import nbformat
import packaging.requirements
import packaging.version
import pebble
import pexpect
import pluggy
import plumbum
import psutil
import semver
import sh
import stevedore
import stevedore.driver
import typer
from dulwich.porcelain import clone
from dulwich.repo import Repo as DulwichRepo
from watchdog.observers import Observer

from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    FAILED,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
)

_CHILD = Means("system", False, 500, "high")
_TOO_SLOW = Means("system", True, (503, 504), "medium")
_SLOW_NOTE = "a child process of ours that does not answer; resource is defensible"


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="blind-d-"))


# --- commands ---------------------------------------------------------------------------------------------------------
@click.command()
@click.argument("amount", type=int)
@click.option("--currency", type=click.Choice(["EUR", "USD"]), required=True)
def _pay(amount: int, currency: str) -> None:
    """Pay."""


def _click(*arguments: str) -> Any:
    return lambda: _pay.main(list(arguments), standalone_mode=False)


_ARGUMENT = "a view that hands a client's words to a command"
add("click", "bad_value", INVALID, _click("ten", "--currency", "EUR"), note=_ARGUMENT)
add("click", "no_such_option", INVALID, _click("10", "--curency", "EUR"), note=_ARGUMENT)
add("click", "no_context", OUR_BUG, click.get_current_context)


def _typer() -> Any:
    app = typer.Typer()

    @app.command()
    def export(path: Annotated[Path, typer.Argument(exists=True)]) -> None:
        """Export."""

    return app(["/no/such/file"], standalone_mode=False)


add("typer", "path_missing", INVALID, _typer, note=_ARGUMENT)
add("docopt", "usage_malformed", OUR_BUG, lambda: docopt.docopt("no usage here", []))


# --- child processes --------------------------------------------------------------------------------------------------
def _command_missing() -> Any:
    with plumbum.local.env(PATH="/usr/bin"):
        return plumbum.local["no-such-convert"]


add("plumbum", "command_missing", OUR_SETTINGS, _command_missing)
add("plumbum", "failed", _CHILD, lambda: plumbum.local["sh"]("-c", "echo broken >&2; exit 3"))
add("plumbum", "silent", _TOO_SLOW, lambda: plumbum.local["sleep"]("5", timeout=0.2), note=_SLOW_NOTE)
add("sh", "command_missing", OUR_SETTINGS, lambda: sh.no_such_convert())
add("sh", "failed", _CHILD, lambda: sh.ls("/no/such/folder"))
add("sh", "killed", _CHILD, lambda: sh.sh("-c", "kill -9 $$"))
add("sh", "silent", _TOO_SLOW, lambda: sh.sleep("5", _timeout=0.2), note=_SLOW_NOTE)
add("pexpect", "ended_early", _CHILD, lambda: pexpect.spawn("true").expect("password:"))
add("pexpect", "silent", _TOO_SLOW, lambda: pexpect.spawn("sleep 5", timeout=0.2).expect("password:"), note=_SLOW_NOTE)
add("pexpect", "command_missing", OUR_SETTINGS, lambda: pexpect.spawn("no-such-convert"))


def _sleep() -> None:
    time.sleep(3)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _pebble(task: Any, timeout: float | None = None) -> Any:
    with pebble.ProcessPool(max_workers=1) as pool:
        future = pool.schedule(task, timeout=timeout)
        try:
            return future.result()
        finally:
            pool.stop()


add("pebble", "worker_died", _CHILD, lambda: _pebble(_die))
add(
    "pebble",
    "task_too_slow",
    Means("system", True, (503, 504), "medium"),
    lambda: _pebble(_sleep, 0.3),
    note="a TimeoutError of our own worker; resource and external_service are defensible",
)


def _loky() -> Any:
    executor = loky.get_reusable_executor(max_workers=1)
    try:
        return executor.submit(os._exit, 3).result(timeout=60)
    finally:
        executor.shutdown(wait=False, kill_workers=True)


add("loky", "worker_died", _CHILD, _loky)


def _stored_model() -> Any:
    path = _folder() / "model.joblib"
    joblib.dump({"weights": list(range(2000))}, path)
    path.write_bytes(path.read_bytes()[:200])
    return joblib.load(path)


add("joblib", "model_cut_off", UNREADABLE, _stored_model)
add(
    "joblib",
    "backend_unknown",
    Means("system", False, 500, "high"),
    lambda: joblib.Parallel(n_jobs=1, backend="cluster")(joblib.delayed(abs)(i) for i in range(2)),
)


def _gone() -> Any:
    child = psutil.Popen(["true"])
    child.wait()
    return psutil.Process(child.pid).name()


add("psutil", "no_such_process", Means("system", False, 500, "high"), _gone, note="a child process that died")
add("psutil", "wait_too_long", _TOO_SLOW, lambda: _waiting(), note=_SLOW_NOTE)


def _waiting() -> Any:
    child = psutil.Popen(["sleep", "3"])
    try:
        return child.wait(timeout=0.1)
    finally:
        child.kill()
        child.wait()


# --- files ------------------------------------------------------------------------------------------------------------
def _watching() -> None:
    from watchdog.events import FileSystemEventHandler

    observer = Observer()
    observer.schedule(FileSystemEventHandler(), "/no/such/folder")
    observer.start()


add("watchdog", "folder_missing", OUR_SETTINGS, _watching)


def _lock_of_nobody() -> None:
    fasteners.InterProcessLock(str(_folder() / "lock")).release()


add("fasteners", "released_twice", OUR_BUG, _lock_of_nobody)


# --- repositories -----------------------------------------------------------------------------------------------------
def _repository() -> git.Repo:
    repo = git.Repo.init(_folder())
    (Path(repo.working_dir) / "a.txt").write_text("a")
    repo.index.add(["a.txt"])
    repo.index.commit("first")
    return repo


def _index_locked() -> Any:
    repo = _repository()
    Path(repo.git_dir, "index.lock").write_text("")
    Path(repo.working_dir, "b.txt").write_text("b")
    return repo.index.add(["b.txt"])


add(
    "GitPython",
    "no_repository",
    OUR_SETTINGS,
    lambda: git.Repo(_folder()),
    note="the folder of repositories is set up beforehand",
)
add(
    "GitPython",
    "revision_unknown",
    ABSENT._replace(status=(400, 404, 422)),
    lambda: _repository().commit("no-such-branch"),
    note="the client names the branch; 400 is defensible",
)
add("GitPython", "index_locked", Means("concurrency", True, 503, "medium"), _index_locked)
add(
    "GitPython",
    "clone_refused",
    LINK,
    lambda: git.Repo.clone_from(f"http://127.0.0.1:{free_port()}/shop.git", _folder() / "x"),
    note="the command says 'Failed to connect' on its standard error",
)
add("dulwich", "no_repository", OUR_SETTINGS, lambda: DulwichRepo(str(_folder())))
add_answers(
    "dulwich",
    lambda url: clone(f"{url}/shop.git", str(_folder() / "x"), errstream=io.BytesIO()),
    {
        "missing_at_the_peer": (FAILED, Answer(404, "Not Found", type="text/plain")),
        "failed": (FAILED, Answer(500, "oops", type="text/plain")),
        "no_git": (FAILED, Answer(200, "<html>hello</html>", type="text/html")),
    },
)


# --- plugins and versions ---------------------------------------------------------------------------------------------


def _hook_misspelt() -> Any:
    manager = pluggy.PluginManager("shop")
    spec, impl = pluggy.HookspecMarker("shop"), pluggy.HookimplMarker("shop")

    class Specs:
        @spec
        def on_order(self, order: Any) -> None:
            """An order came."""

    class Plugin:
        @impl
        def on_order(self, basket: Any) -> None:
            """Wrong argument."""

    manager.add_hookspecs(Specs)
    manager.register(Plugin())


add("pluggy", "arguments_differ", Means("system", False, 500, "high"), _hook_misspelt)
add("stevedore", "no_driver", OUR_SETTINGS, lambda: stevedore.driver.DriverManager("shop.payments", "pigeon"))
add("semver", "malformed", INVALID, lambda: semver.Version.parse("1.2"))
add("packaging", "version_malformed", INVALID, lambda: packaging.version.Version("one.two"))
add("libcst", "unparsable", UNPARSABLE, lambda: libcst.parse_module("def f(:\n  pass"))
add(
    "nbformat",
    "invalid",
    Means("validation", False, (400, 422), "low"),
    lambda: nbformat.validate({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "song"}]}),
)
