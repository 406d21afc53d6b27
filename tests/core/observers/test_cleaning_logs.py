"""`failsoft.logs.clean` and a `SanitizingFilter` without a sanitizer of its own."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Iterator

import pytest

import failsoft
from failsoft.logs import SanitizingFilter

SECRET = "hunter2-and-fake"


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    made = logging.getLogger("shop.cleaning")
    made.propagate = False
    yield made
    # those of pytest are among them, and serve other tests
    for handler in made.handlers:
        handler.filters[:] = [one for one in handler.filters if not isinstance(one, SanitizingFilter)]
    made.handlers.clear()
    made.propagate = True


def attached(logger: logging.Logger) -> io.StringIO:
    out = io.StringIO()
    logger.addHandler(logging.StreamHandler(out))
    return out


def test_every_handler_that_there_is_writes_clean_text(logger: logging.Logger) -> None:
    out = attached(logger)
    assert failsoft.logs.clean("shop.cleaning") == len(logger.handlers)
    try:
        raise RuntimeError(f"password={SECRET}")
    except RuntimeError:
        logger.exception("login with password=%s failed", SECRET)
    assert SECRET not in out.getvalue()
    assert out.getvalue().count("[REDACTED:password]") == 2


def test_all_loggers_are_found_and_a_second_call_changes_nothing(logger: logging.Logger) -> None:
    attached(logger)
    others = [*logging.root.handlers]
    kept = {id(handler): list(handler.filters) for handler in others}
    last_resort = logging.lastResort
    assert last_resort is not None
    try:
        count = failsoft.logs.clean()
        assert count >= 1 + len({*map(id, others)})
        before = list(logger.handlers[-1].filters)
        assert [type(one) for one in before] == [SanitizingFilter]
        assert failsoft.logs.clean() == count
        assert logger.handlers[-1].filters == before
    finally:
        for name in list(logging.root.manager.loggerDict):
            for handler in logging.getLogger(name).handlers:
                handler.filters[:] = [one for one in handler.filters if not isinstance(one, SanitizingFilter)]
        for handler in others:
            handler.filters[:] = kept[id(handler)]
        last_resort.filters.clear()


def test_the_sanitizer_is_that_of_the_one_that_serves(logger: logging.Logger) -> None:
    out = attached(logger)
    failsoft.logs.clean("shop.cleaning")
    logger.warning("badge=AB-77-XK")
    with failsoft.Failsoft({"sanitize": {"keys": ["badge"]}}):
        logger.warning("badge=AB-77-XK")
    logger.warning("badge=AB-77-XK")
    assert out.getvalue().splitlines() == ["badge=AB-77-XK", "badge=[REDACTED:badge]", "badge=AB-77-XK"]


def test_it_is_a_filter_for_logging_config(logger: logging.Logger) -> None:
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {"clean": {"()": "failsoft.logs.SanitizingFilter"}},
            "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["clean"]}},
            "loggers": {"shop.cleaning": {"handlers": ["console"]}},
        }
    )
    handler = logger.handlers[-1]
    record = logging.makeLogRecord({"msg": "token=%s", "args": (f"{SECRET}-12345678",)})
    assert handler.filter(record)
    assert SECRET not in record.getMessage()
