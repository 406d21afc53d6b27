"""`failsoft.logs.clean` and a `SanitizingFilter` without a sanitizer of its own."""

from __future__ import annotations

import io
import logging
import logging.config
import weakref
from collections import ChainMap, UserDict, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

import failsoft
from failsoft import current
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
        vars(handler).pop("emit", None)
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
    lines = out.getvalue().splitlines()
    assert lines[0] == "login with password=[REDACTED:password] failed"
    assert lines[-1] == "RuntimeError: password=[REDACTED:password]"


def test_all_loggers_are_found_and_a_second_call_changes_nothing(logger: logging.Logger) -> None:
    attached(logger)
    others = [*logging.root.handlers]
    try:
        count = failsoft.logs.clean()
        assert count >= 1 + len({*map(id, others)})
        before = logger.handlers[-1].emit
        assert failsoft.logs.clean() == count
        assert logger.handlers[-1].emit is before
    finally:
        for name in list(logging.root.manager.loggerDict):
            for handler in logging.getLogger(name).handlers:
                vars(handler).pop("emit", None)
        for handler in (*others, logging.lastResort):
            vars(handler).pop("emit", None)


class Tracker(logging.Handler):
    """An error tracker: it is told of a record after the handlers were."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def test_who_is_not_cleaned_finds_the_record_as_it_was(logger: logging.Logger) -> None:
    out = attached(logger)
    failsoft.logs.clean("shop.cleaning")
    tracker = Tracker()
    logger.addHandler(tracker)
    try:
        raise RuntimeError("x")
    except RuntimeError:
        logger.exception("token=%s", f"{SECRET}-12345678")
    (record,) = tracker.records
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)
    assert record.args == (f"{SECRET}-12345678",)
    assert SECRET not in out.getvalue()


@pytest.mark.parametrize("message", ["from %(user)s: %(password)s", "login"])
def test_arguments_with_names_are_cleaned_by_these(logger: logging.Logger, message: str) -> None:
    class Fields(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return f"{record.getMessage()} {record.args}"

    out = attached(logger)
    logger.handlers[-1].setFormatter(Fields())
    failsoft.logs.clean("shop.cleaning")
    logger.warning(message, {"user": "bob", "password": SECRET})
    assert SECRET not in out.getvalue()
    assert "bob" in out.getvalue()


class Events(logging.Formatter):
    """Writes events as structlog's formatter does: a message is a mapping, and it is copied."""

    def format(self, record: logging.LogRecord) -> str:
        event = record.msg.copy()  # type: ignore[attr-defined]
        return f"{event} {event.get('exc_info')}"


@pytest.mark.parametrize("exc_info", [True, "itself", "tuple", None])
def test_a_message_that_is_a_mapping_stays_one(logger: logging.Logger, exc_info: Any) -> None:
    out = attached(logger)
    logger.handlers[-1].setFormatter(Events())
    failsoft.logs.clean("shop.cleaning")
    try:
        raise RuntimeError(f"password={SECRET}")
    except RuntimeError as exc:
        info = {"itself": exc, "tuple": (type(exc), exc, exc.__traceback__)}.get(exc_info, exc_info)
        logger.warning({"event": "login", "user": "bob", "password": SECRET, "exc_info": info})
    assert SECRET not in out.getvalue()
    assert out.getvalue().startswith("{'event': 'login', 'user': 'bob', 'password': '[REDACTED:password]'")
    assert ("RuntimeError: password=[REDACTED:password]" in out.getvalue()) == (exc_info is not None)


def test_a_mapping_that_cannot_be_cleaned_is_not_let_through(logger: logging.Logger) -> None:
    class Broken:
        def text(self, text: str) -> str:
            raise RuntimeError

        value = text

    record = logging.makeLogRecord({"msg": {"event": SECRET}})
    assert SanitizingFilter(Broken()).filter(record)
    assert SECRET not in str(record.msg)


def test_a_handler_with_a_filter_of_ours_needs_no_more(logger: logging.Logger) -> None:
    attached(logger)
    logger.handlers[-1].addFilter(SanitizingFilter())
    assert failsoft.logs.clean("shop.cleaning") == len(logger.handlers)
    assert "emit" not in vars(logger.handlers[-1])


def test_the_sanitizer_is_that_of_the_one_that_serves(logger: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    # instances that other tests left open were built before this one, and would serve
    monkeypatch.setattr(current, "_built", [])
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


class Lazy:
    """As proxies for what is read when it is first needed: what it is has to be asked for."""

    def __init__(self, target: Any = None) -> None:
        self._target = target

    @property
    def __class__(self) -> Any:
        if self._target is None:
            raise ConnectionError("the database is down")
        return type(self._target)

    def __str__(self) -> str:
        if self._target is None:
            raise ConnectionError("the database is down")
        return str(self._target)


class Gone:
    """What a weak reference leads to."""


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (("%s failed: %s", Lazy(), f"password={SECRET}"), "[REDACTED:error] failed: password=[REDACTED:password]"),
        (("user %s failed: %s", Lazy(f"password={SECRET}"), 1), "user password=[REDACTED:password] failed: 1"),
        (("user %s failed: %s", weakref.proxy(Gone()), 1), "user [REDACTED:error] failed: 1"),
        ((Lazy(),), "Lazy (its arguments do not fit)"),
        ((Lazy(f"password={SECRET}"),), "password=[REDACTED:password]"),
        (("%d %s", Lazy(), 1), "%d %s (its arguments do not fit)"),
    ],
)  # fmt: skip
def test_nothing_that_is_logged_makes_a_call_raise(
    logger: logging.Logger, arguments: tuple[Any, ...], written: str
) -> None:
    out = attached(logger)
    failsoft.logs.clean("shop.cleaning")
    logger.error(*arguments)
    assert out.getvalue() == f"{written}\n"


class Unlike:
    """As an object of which not even is known whether it is there."""

    def __bool__(self) -> bool:
        raise ConnectionError(SECRET)


def test_a_record_that_cannot_be_read_is_withheld_and_goes_on(logger: logging.Logger) -> None:
    out = attached(logger)
    failsoft.logs.clean("shop.cleaning")
    given = {"levelno": logging.ERROR, "msg": SECRET, "exc_text": Unlike(), "x": SECRET}
    logger.handle(logging.makeLogRecord(given))
    assert out.getvalue() == "[REDACTED:error]\n"


class Atoms(dict[str, str]):
    """As those of gunicorn's access log: any spelling of a header will do, and what is missing is a dash."""

    def __getitem__(self, name: str) -> str:
        return super().get(name.lower() if name.startswith("{") else name, "-")


@pytest.mark.parametrize(
    ("template", "arguments", "written"),
    [
        (
            '%(h)s "%(r)s" rid=%({X-Request-Id}i)s key=%({X-Api-Key}i)s ref=%({Referer}i)s',
            Atoms({"h": "::1", "r": f"GET /?password={SECRET}", "{x-request-id}i": "7", "{x-api-key}i": SECRET}),
            '::1 "GET /?password=[REDACTED:password]" rid=7 key=[REDACTED:api_key] ref=-',
        ),
        ("%(h)s %(zz)s", defaultdict(lambda: "-", h="1"), "1 -"),
        ("%(h)s %(zz)s", ChainMap({"h": "1"}, {"zz": f"token={SECRET}"}), "1 token=[REDACTED:token]"),
        ("%(h)s %(password)s", defaultdict(lambda: SECRET, h="1"), "1 [REDACTED:password]"),
        ("%(h)s %(zz)s", UserDict({"h": "1"}), "%(h)s %(zz)s (its arguments do not fit)"),
    ],
)
def test_a_mapping_may_give_more_than_it_holds(
    logger: logging.Logger, template: str, arguments: Any, written: str
) -> None:
    out = attached(logger)
    failsoft.logs.clean("shop.cleaning")
    logger.error(template, arguments)
    assert out.getvalue() == f"{written}\n"
