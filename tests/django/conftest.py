"""A Django project that tests shape as they need it: settings, URLs and middleware for one test."""

from __future__ import annotations

import logging
import shutil
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from django.conf import settings
from project import settings as project

import django

if not settings.configured:
    settings.configure(**{name: getattr(project, name) for name in dir(project) if name.isupper()})
    django.setup()

from django.core.signals import got_request_exception
from django.db import connections
from django.test import RequestFactory, override_settings
from django.utils import translation
from project.driver import FAILSOFT, App

from failsoft import Failsoft
from observed import ManualClock


@pytest.fixture(autouse=True)
def _no_marks_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("failsoft.marks._unread", weakref.WeakKeyDictionary())


@pytest.fixture
def app() -> Iterator[Callable[..., App]]:
    """Makes the project of a test: `app(urls=[...], failsoft={...}, middleware=[...], DEBUG=True)`."""
    undo: list[Callable[[], Any]] = []

    def make(
        urls: list[Any] | None = None,
        failsoft: dict[str, Any] | None = None,
        middleware: list[str] | None = None,
        handlers: dict[str, Any] | None = None,
        **more: Any,
    ) -> App:
        clock = ManualClock()
        fs = Failsoft(failsoft or {}, clock=clock, rng=Random(7))
        conf: Any = types.ModuleType("urls_of_a_test")
        conf.urlpatterns = urls or []
        vars(conf).update(handlers or {})
        listed = [FAILSOFT, *(middleware or [])]
        override = override_settings(FAILSOFT=fs, ROOT_URLCONF=conf, MIDDLEWARE=listed, **more)
        override.enable()
        made = App(fs, clock, listed)

        def heard(**_: Any) -> None:
            made.signals.append(sys.exc_info()[1])

        got_request_exception.connect(heard)
        undo.extend(
            (lambda: got_request_exception.disconnect(heard), override.disable, fs.close, translation.deactivate)
        )
        return made

    yield make
    for action in undo:
        action()


@pytest.fixture
def logs() -> Iterator[list[logging.LogRecord]]:
    """What Django logs."""
    records: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    logger, keeper = logging.getLogger("django"), Keeper()
    level = logger.level
    logger.addHandler(keeper)
    logger.setLevel(logging.DEBUG)
    yield records
    logger.removeHandler(keeper)
    logger.setLevel(level)


@pytest.fixture
def database() -> Iterator[Callable[..., list[int]]]:
    """Two databases with a table `rows`; called, it tells what one of them holds."""
    project.FOLDER.mkdir(exist_ok=True)
    for alias in ("default", "other"):
        with connections[alias].cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS row")
            cursor.execute("CREATE TABLE row (number INTEGER)")

    def rows(alias: str = "default") -> list[int]:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT number FROM row ORDER BY number")
            return [number for (number,) in cursor.fetchall()]

    yield rows
    connections.close_all()
    shutil.rmtree(project.FOLDER, ignore_errors=True)


@pytest.fixture
def atomic() -> Iterator[Callable[..., None]]:
    """Switches ATOMIC_REQUESTS on for one test."""
    before = {alias: connections.settings[alias]["ATOMIC_REQUESTS"] for alias in connections}

    def switch(*aliases: str) -> None:
        for alias in aliases:
            connections.settings[alias]["ATOMIC_REQUESTS"] = True

    yield switch
    for alias, value in before.items():
        connections.settings[alias]["ATOMIC_REQUESTS"] = value


@pytest.fixture
def rf() -> RequestFactory:
    """Makes requests."""
    return RequestFactory()


@pytest.fixture
def settings_of() -> Any:
    """`override_settings`, for tests that need no whole project."""
    return override_settings
