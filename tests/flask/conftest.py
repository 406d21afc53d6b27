"""Applications under test, and everything that they tell."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from both_ways import Recorder
from clocks import ManualClock
from failsoft import Failsoft
from failsoft.current import current_call
from failsoft.events import ErrorHandled, InternalError
from failsoft_flask import FlaskFailsoft
from flask import Flask, got_request_exception
from wsgi_driver import Answer, ask

SECRET = "hunter2-canary"


class Site:
    """An application with Failsoft, its events, and what Flask itself told of exceptions."""

    def __init__(self, app: Flask, fs: Failsoft) -> None:
        self.app = app
        self.fs = fs
        self.recorder = Recorder(fs)
        self.signals: list[BaseException] = []
        self._receiver = lambda sender, exception, **_: self.signals.append(exception)
        got_request_exception.connect(self._receiver, app)

    def ask(self, path: str, method: str = "GET", **more: Any) -> Answer:
        answer = ask(self.app, path, method, **more)
        assert current_call.get() is None
        assert self.recorder.of(InternalError) == []
        return answer

    @property
    def handled(self) -> list[tuple[str, str, int, str]]:
        """Each failure that was recorded: endpoint, class, status, result."""
        return [(e.endpoint, e.failure.type, e.status, e.result) for e in self.recorder.of(ErrorHandled)]


Make = Callable[..., Site]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(clock: ManualClock) -> Iterator[Make]:
    made: list[Failsoft] = []

    def build(app: Flask | None = None, settings: Any = None, **config: Any) -> Site:
        """Failsoft on an application. Its routes may be added before or after."""
        app = Flask("shop") if app is None else app
        app.config.update(config)
        fs = Failsoft(settings or {}, clock=clock, rng=Random(11))
        made.append(fs)
        FlaskFailsoft(app, fs=fs)
        return Site(app, fs)

    yield build
    for fs in made:
        fs.close()


@pytest.fixture
def flask_log(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What Flask's own logger of the application said of exceptions."""

    def lines() -> list[str]:
        return [r.getMessage() for r in caplog.records if r.name == "shop" and r.levelno >= logging.ERROR]

    return lines
