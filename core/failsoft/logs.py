"""What others log, cleaned.

Where logging is set up already::

    failsoft.logs.clean()

Where you set it up::

    LOGGING = {
        "filters": {"clean": {"()": "failsoft.logs.SanitizingFilter"}},
        "handlers": {"console": {"filters": ["clean"], ...}},
    }
"""

from __future__ import annotations

import copy
import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, cast

from failsoft.observers.base import Cleaner
from failsoft.observers.base import clean as cleaned
from failsoft.observers.serving import SERVING

__all__ = ["SanitizingFilter", "clean"]

_FAILED = "[REDACTED:error]"
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def clean(*names: str, sanitizer: Cleaner = SERVING) -> int:
    """Clean what every handler that there is by now writes. A second call changes nothing.

    Each handler gets a clean copy of a record. The record itself stays as it is: an error tracker that listens to the
    loggers, as Sentry's SDK does, still finds the exception, and cleans by itself (`failsoft.sentry.before_send`).
    A handler that is attached later is not cleaned: call this after logging is set up, or attach a `SanitizingFilter`.

    Parameters:
        names: only the handlers of these loggers; "" is the root logger. By default those of all loggers.
        sanitizer: by default that of the `Failsoft` that serves where a record is logged.

    Returns:
        How many handlers clean what they write now.
    """
    handlers = _handlers(names)
    for handler in handlers:
        cleans = isinstance(handler.emit, _CleanEmit) or any(isinstance(f, SanitizingFilter) for f in handler.filters)
        if not cleans:
            # not a filter: before Python 3.12 one can only change the record, and with it what others see
            handler.emit = _CleanEmit(handler.emit, SanitizingFilter(sanitizer))  # type: ignore[method-assign]
    return len(handlers)


class _CleanEmit:
    """Stands before the `emit` of a handler and gives it a clean copy of each record."""

    def __init__(self, emit: Callable[[logging.LogRecord], None], cleaner: SanitizingFilter) -> None:
        self.emit = emit
        self._cleaner = cleaner

    def __call__(self, record: logging.LogRecord) -> None:
        clean = copy.copy(record)
        self._cleaner.filter(clean)
        self.emit(clean)


def _handlers(names: tuple[str, ...]) -> list[logging.Handler]:
    if names:
        loggers = [logging.getLogger(name) for name in names]
    else:
        known = list(logging.root.manager.loggerDict.values())
        loggers = [logging.root, *(one for one in known if isinstance(one, logging.Logger))]
    found = {id(handler): handler for logger in loggers for handler in logger.handlers}
    if not names and logging.lastResort is not None:
        found[id(logging.lastResort)] = logging.lastResort
    return list(found.values())


class SanitizingFilter(logging.Filter):
    """Cleans the records that others log. Attach it to a handler, before any handler that must not see secrets.

    Arguments are cleaned one by one, so that a formatter that reads them (as that of uvicorn's access log) still finds
    them; where that is not enough, message and arguments become one sanitized text. An exception becomes the sanitized
    text of its traceback, with its causes, notes and group members; a message that is a mapping (structlog's) stays
    one, with that text as `exception`; attributes given as `extra` go through the sanitizer by name and value. The
    record is changed in place, so that handlers that come later see the clean one. Where cleaning fails, the text is
    replaced, never let through.

    ::

        handler.addFilter(SanitizingFilter())
        LOGGING = {"filters": {"clean": {"()": "failsoft.logs.SanitizingFilter"}}, ...}

    Parameters:
        sanitizer: by default that of the `Failsoft` that serves where a record is logged.
    """

    def __init__(self, sanitizer: Cleaner = SERVING) -> None:
        super().__init__()
        self._sanitizer = sanitizer
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the record; never drops one, and never raises."""
        try:
            self._clean(record)
        except Exception:  # noqa: BLE001 - fail closed: what is logged may do anything when it is looked at
            withheld = {name: _FAILED for name in vars(record) if name not in _STANDARD}
            vars(record).update(withheld, msg=_FAILED, args=None, exc_info=None, exc_text=None, stack_info=None)
        return True

    def _clean(self, record: logging.LogRecord) -> None:
        if _is(record.msg, Mapping) and not record.args:
            record.msg = self._clean_event(cast("Mapping[str, Any]", record.msg))
        else:
            self._clean_message(record)
        if record.exc_info:
            record.exc_text = record.exc_text or self._format(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = cleaned(self._sanitizer, record.exc_text)
        if record.stack_info:
            record.stack_info = cleaned(self._sanitizer, record.stack_info)
        self._clean_extra(record)

    def _clean_message(self, record: logging.LogRecord) -> None:
        if _is(record.args, Mapping):
            # by name: what a placeholder is called says more than the text around it
            record.args = self._clean_named(record.msg, cast("Mapping[str, Any]", record.args))
        said = _message(record)
        record.args = self._clean_arguments(record.args)
        # an argument that cannot be written has a text by now
        whole = cleaned(self._sanitizer, said or _message(record) or _unfitting(record.msg))
        if not record.args or _message(record) != whole:
            record.msg, record.args = whole, None

    def _clean_event(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """A message that is a mapping, as structlog's are when its formatter is to write them: one it stays."""
        try:
            fields = dict(event)
            info = fields.pop("exc_info", None)
            clean = dict(self._sanitizer.value(fields))
            if info:
                # the formatter would write out the exception itself
                clean["exception"] = cleaned(self._sanitizer, self._format(_info_of(info)))
        except Exception:  # noqa: BLE001 - fail closed
            return {"event": _FAILED}
        return clean

    def _clean_arguments(self, arguments: Any) -> Any:
        if _is(arguments, tuple):
            return tuple(self._clean_argument(argument) for argument in arguments)
        return arguments if _is(arguments, Mapping) else None

    def _clean_named(self, template: Any, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            given = dict(arguments)
            if type(arguments) is not dict:
                # it may give more than it holds, or something else, as that of gunicorn's access log does
                given |= _asked_for(template, arguments)
            return dict(self._sanitizer.value(given))
        except Exception:  # noqa: BLE001 - fail closed
            return {}

    def _clean_argument(self, argument: Any) -> Any:
        if argument is None or _is(argument, (bool, int, float)):
            return argument
        try:
            return cleaned(self._sanitizer, argument if _is(argument, str) else str(argument))
        except Exception:  # noqa: BLE001 - a hostile __str__
            return _FAILED

    def _format(self, info: Any) -> str:
        try:
            # `exc_info=True` is legal where a record is made by hand
            return self._formatter.formatException(info) if isinstance(info, tuple) else ""
        except Exception:  # noqa: BLE001 - a hostile exception must not end the caller's logging
            return _FAILED

    def _clean_extra(self, record: logging.LogRecord) -> None:
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if not extra:
            return
        try:
            cleaned = self._sanitizer.value(extra)
            vars(record).update({name: cleaned.get(name, _FAILED) for name in extra})
        except Exception:  # noqa: BLE001 - fail closed
            vars(record).update(dict.fromkeys(extra, _FAILED))


def _is(obj: Any, kind: type | tuple[type, ...]) -> bool:
    """By the type itself: a proxy says what its target is, and asks for it where it cannot be had."""
    return issubclass(type(obj), kind)


class _Asked(dict[str, Any]):
    """In place of arguments with names: notes what a message takes of them."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        super().__init__()
        self._given = given

    def __missing__(self, name: str) -> Any:
        self[name] = value = self._given[name]
        return value


def _asked_for(template: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    asked = _Asked(arguments)
    with suppress(Exception):  # a message that they do not fit
        str(template) % asked
    return dict(asked)


def _info_of(given: Any) -> Any:
    """What structlog takes for an exception, as a tuple."""
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    return given if isinstance(given, tuple) else sys.exc_info()


def _message(record: logging.LogRecord) -> str | None:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - arguments that do not fit, or a hostile __str__
        return None


def _unfitting(template: Any) -> str:
    return f"{template if _is(template, str) else type(template).__name__} (its arguments do not fit)"
