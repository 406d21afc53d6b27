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
from typing import Any

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
        """Clean the record; never drops one."""
        if isinstance(record.msg, Mapping) and not record.args:
            record.msg = self._clean_event(record.msg)
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
        return True

    def _clean_message(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, Mapping):
            # by name: what a placeholder is called says more than the text around it
            record.args = self._clean_named(record.args)
        whole = cleaned(self._sanitizer, _message(record))
        record.args = self._clean_arguments(record.args)
        if not record.args or not _says(record, whole):
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
        if isinstance(arguments, tuple):
            return tuple(self._clean_argument(argument) for argument in arguments)
        return arguments if isinstance(arguments, Mapping) else None

    def _clean_named(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return dict(self._sanitizer.value(dict(arguments)))
        except Exception:  # noqa: BLE001 - fail closed
            return {}

    def _clean_argument(self, argument: Any) -> Any:
        if argument is None or isinstance(argument, (bool, int, float)):
            return argument
        try:
            return cleaned(self._sanitizer, argument if isinstance(argument, str) else str(argument))
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


def _info_of(given: Any) -> Any:
    """What structlog takes for an exception, as a tuple."""
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    return given if isinstance(given, tuple) else sys.exc_info()


def _says(record: logging.LogRecord, text: str) -> bool:
    try:
        return record.getMessage() == text
    except Exception:  # noqa: BLE001 - as below
        return False


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - arguments that do not fit, or a hostile __str__
        return f"{record.msg if isinstance(record.msg, str) else type(record.msg).__name__} (its arguments do not fit)"
