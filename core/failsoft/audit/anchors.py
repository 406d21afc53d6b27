"""Anchors: signed heads of all chains, sent where the application cannot take them back.

Chain and seals show what was done to records that are there. Who has only the store cannot see that the end of a chain
was cut off: that takes a head that is kept somewhere else.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from opentelemetry import trace

from failsoft.audit.statements import Statement, to_line

__all__ = ["ANCHOR_LOGGER", "Anchor", "Anchors", "FileAnchor", "LogAnchor", "SpanAnchor"]

ANCHOR_LOGGER = "failsoft.audit.anchor"
"""Name of the logger that heads are written to, one line of JSON each."""

_log = logging.getLogger("failsoft.audit")


class Anchor(Protocol):
    """Where heads are sent. May take its time: it is called in the writer's thread, once a minute."""

    def __call__(self, statement: Statement, /) -> object: ...


class LogAnchor:
    """Writes heads to the logger `failsoft.audit.anchor`, at level INFO."""

    def __init__(self) -> None:
        self._logger = logging.getLogger(ANCHOR_LOGGER)

    def __call__(self, statement: Statement) -> None:
        self._logger.info("%s", to_line(statement))


class SpanAnchor:
    """Emits heads as spans `failsoft.audit.anchor` of one event, through the OpenTelemetry API."""

    def __call__(self, statement: Statement) -> None:
        with trace.get_tracer("failsoft").start_as_current_span("failsoft.audit.anchor") as span:
            span.add_event(
                "failsoft.audit.anchor",
                {
                    "failsoft.audit.lane": statement.lane,
                    "failsoft.audit.number": statement.number,
                    "failsoft.audit.statement": to_line(statement),
                },
            )


class FileAnchor:
    """Appends heads to a file, one line each, on the disk before it returns. The file is best on another disk, and one
    that the application can only append to."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def __call__(self, statement: Statement) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
            # one write, so that lines of several workers do not mix
            file.write(to_line(statement).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


class Anchors:
    """All of them. One that fails is told and harms neither the others nor the records.

    Parameters:
        anchors: by the name that the settings have.
    """

    def __init__(self, anchors: Sequence[tuple[str, Callable[[Statement], object]]]) -> None:
        self._anchors = tuple(anchors)
        self.failures = 0

    def __bool__(self) -> bool:
        return bool(self._anchors)

    def send(self, statement: Statement) -> None:
        """Send a statement to each."""
        for name, anchor in self._anchors:
            try:
                anchor(statement)
            except Exception as error:  # noqa: BLE001 - a function of the application's, or a full disk
                self.failures += 1
                if self.failures & (self.failures - 1) == 0:
                    _log.error("audit: anchor %r failed: %s", name, type(error).__name__)
