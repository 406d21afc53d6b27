"""What first failures need is made in the background of a process that serves."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

SETUP = """
import os, sys, threading
from failsoft import Failsoft, deferred
from failsoft.warming import warm_up

def warming():
    return [thread for thread in threading.enumerate() if thread.name == "failsoft-warming"]

def done():
    for thread in warming():
        thread.join()
    return deferred.all_made()
"""


def run(code: str) -> str:
    """What a process of its own prints; nothing else may be said."""
    code = SETUP + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_all_is_made_and_the_thread_ends() -> None:
    assert run("""
        fs = Failsoft()
        assert not deferred.all_made()
        fs.warm_up()
        assert done()
        # and whoever builds another one finds the same
        Failsoft()
        before = deferred.asked()
        fs.classify(RuntimeError("the carrier returned 503, password=hunter2"))
        fs.sanitize("the carrier returned 503, password=hunter2")
        assert deferred.asked() == before
        warm_up()
        print(len(warming()))
    """) == "0\n"  # fmt: skip


def test_a_second_call_starts_no_second_thread() -> None:
    assert run("""
        hold = threading.Event()
        deferred._waiting.appendleft(hold.wait)
        warm_up()
        warm_up()
        print(len(warming()))
        hold.set()
        assert done()
    """) == "1\n"  # fmt: skip


def test_what_cannot_be_made_stops_nothing() -> None:
    assert run("""
        deferred._waiting.appendleft(lambda: 1 / 0)
        warm_up()
        print(done())
    """) == "True\n"  # fmt: skip


def test_an_exit_does_not_wait_for_it() -> None:
    assert run("""
        warm_up()
        print(len(deferred._waiting) > 100)
    """) == "True\n"  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_both_sides_of_a_fork_go_on() -> None:
    assert run("""
        warm_up()
        # another thread would be told of as a danger (from Python 3.12 on)
        child = os.fork()
        if child == 0:
            Failsoft().classify(RuntimeError("the carrier returned 503"))
            os._exit(0 if done() else 1)
        assert done()
        print(os.waitpid(child, 0)[1])
    """) == "0\n"  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_starts_nothing_where_nobody_serves() -> None:
    assert run("""
        child = os.fork()
        if child == 0:
            os._exit(len(warming()))
        print(os.waitpid(child, 0)[1], len(warming()))
    """) == "0 0\n"  # fmt: skip


def test_no_thread_can_be_started() -> None:
    assert run("""
        def refuse(self):
            raise RuntimeError("can't start new thread")
        threading.Thread.start = refuse
        warm_up()
        print(Failsoft().classify(RuntimeError("the carrier returned 503")).status)
    """) == "503\n"  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "started"),
    [("{}", True), ("{'rollout': {'mode': 'observe'}}", True), ("{'rollout': {'mode': 'off'}}", False)],
)
def test_an_instance_that_looks_at_no_request_needs_nothing(settings: str, started: bool) -> None:
    assert run(f"""
        hold = threading.Event()
        deferred._waiting.appendleft(hold.wait)
        fs = Failsoft({settings})
        assert not warming()
        fs.warm_up()
        print(bool(warming()))
        hold.set()
    """) == f"{started}\n"  # fmt: skip


def test_a_disabled_instance_needs_nothing() -> None:
    assert run("""
        os.environ["FAILSOFT__DISABLED"] = "1"
        Failsoft().warm_up()
        print(len(warming()))
    """) == "0\n"  # fmt: skip


HELD = """
hold = threading.Event()
deferred._waiting.appendleft(hold.wait)
started = lambda: bool(warming())
"""
"""The thread is to be seen as long as it is held."""


def test_of_flask() -> None:
    code = """
        from flask import Flask
        from failsoft_flask import FlaskFailsoft
        os.environ["FLASK_RUN_FROM_CLI"] = "true"
        import click
        found = []
        for name in ("routes", "run"):
            with click.Context(click.Command(name)):
                FlaskFailsoft(Flask("app"))
            found.append(started())
        print(found)
        hold.set()
    """
    assert run(HELD + textwrap.dedent(code)) == "[False, True]\n"


def test_of_flask_under_a_server() -> None:
    code = """
        from flask import Flask
        from failsoft_flask import FlaskFailsoft
        FlaskFailsoft(Flask("app"))
        print(started())
        hold.set()
    """
    assert run(HELD + textwrap.dedent(code)) == "True\n"


def test_of_asgi() -> None:
    code = """
        import asyncio
        from starlette.applications import Starlette
        from failsoft_asgi import FailsoftMiddleware, install

        async def call(app):
            async def receive():
                return {"type": "lifespan.startup"}
            async def send(message):
                raise ConnectionError
            try:
                await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
            except ConnectionError:
                pass

        app = Starlette()
        install(app)
        inner = FailsoftMiddleware(Starlette())
        found = [started()]
        asyncio.run(call(KIND))
        print([*found, started()])
        hold.set()
    """
    for kind in ("app", "inner"):
        assert run(HELD + textwrap.dedent(code).replace("KIND", kind)) == "[False, True]\n", kind


def test_of_django() -> None:
    code = """
        import io
        import django
        from django.conf import settings
        settings.configure(
            ROOT_URLCONF="urls", INSTALLED_APPS=["failsoft_django"], MIDDLEWARE=["failsoft_django.FailsoftMiddleware"]
        )
        sys.modules["urls"] = type(sys)("urls")
        sys.modules["urls"].urlpatterns = []
        django.setup()
        from django.core.management import call_command
        from django.core.wsgi import get_wsgi_application
        call_command("check", verbosity=0, stdout=io.StringIO())
        found = [started()]
        get_wsgi_application()
        print([*found, started()])
        hold.set()
    """
    assert run(HELD + textwrap.dedent(code)) == "[False, True]\n"
