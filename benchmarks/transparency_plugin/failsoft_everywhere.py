"""Switches Failsoft into every application that a test suite makes: `pytest -p failsoft_everywhere`.

The environment variable `FAILSOFT_EVERYWHERE` says which `responses.format`; without it nothing is done. Works on the
frameworks that are installed. How many requests and failures Failsoft has met goes to the file that
`FAILSOFT_EVERYWHERE_COUNTS` names.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FORMAT = os.environ.get("FAILSOFT_EVERYWHERE")
SETTINGS: dict[str, Any] = {"responses": {"format": FORMAT}}

met: Counter[str] = Counter()


def after_init(cls: type, then: Any) -> None:
    """Call `then` with each new object of a class."""
    original: Any = cls.__init__  # type: ignore[misc]  # it is to be replaced

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        then(self)

    cls.__init__ = init  # type: ignore[misc]  # as above


def into_starlette() -> None:
    from starlette.applications import Starlette

    from failsoft_asgi import install

    def add(app: Any) -> None:
        install(app, SETTINGS)

    after_init(Starlette, add)
    try:
        from fastapi import FastAPI
    except ImportError:
        return
    after_init(FastAPI, add)


def into_flask() -> None:
    from failsoft_flask import FlaskFailsoft
    from flask import Flask

    def add(app: Any) -> None:
        FlaskFailsoft(app, SETTINGS)

    after_init(Flask, add)


def into_django() -> None:
    from django.conf import settings

    import django

    original = django.setup

    @functools.wraps(original)
    def setup(*args: Any, **kwargs: Any) -> None:
        apps, middleware = settings.INSTALLED_APPS, settings.MIDDLEWARE
        if "failsoft_django" not in apps:
            # a tuple stays a tuple: suites add to them
            settings.INSTALLED_APPS = type(apps)([*apps, "failsoft_django"])
            settings.MIDDLEWARE = type(middleware)(["failsoft_django.FailsoftMiddleware", *middleware])
            settings.FAILSOFT = SETTINGS
        original(*args, **kwargs)

    django.setup = setup


def count() -> None:
    """Count what comes by, to show that Failsoft was there at all."""
    from failsoft import Failsoft

    for name, kind in (("roll_mode", "requests"), ("answer", "failures")):
        original = getattr(Failsoft, name)

        @functools.wraps(original)
        def counting(*args: Any, _original: Any = original, _kind: str = kind, **kwargs: Any) -> Any:
            met[_kind] += 1
            return _original(*args, **kwargs)

        setattr(Failsoft, name, counting)
    target = os.environ.get("FAILSOFT_EVERYWHERE_COUNTS")
    if target:
        atexit.register(lambda: Path(target).write_text(json.dumps(met)))


def switch_in() -> None:
    """Change the frameworks that are here."""
    count()
    for name, change in (("starlette", into_starlette), ("flask", into_flask), ("django", into_django)):
        found = find_spec(name)
        # a folder of that name is no framework
        if found is not None and found.origin is not None:
            change()


if FORMAT:
    switch_in()
