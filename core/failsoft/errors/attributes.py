"""Attributes of exceptions that are worked out when somebody reads them, so that making one costs little."""

from __future__ import annotations

from typing import Any

from failsoft.clock import SystemClock
from failsoft.ids import new_error_id

__all__ = ["Default", "Details", "ErrorId"]


class Default:
    """What an exception says unless it was told otherwise: the default of its class."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, error: BaseException | None, cls: type[BaseException]) -> Any:
        return getattr(cls, self._name)


class Details:
    """An empty dictionary of the exception's own, made when somebody first asks for it."""

    __slots__ = ()

    def __get__(self, error: BaseException | None, cls: type[BaseException]) -> Any:
        if error is None:
            return self
        made: dict[str, Any] = {}
        error.__dict__["details"] = made
        return made


class ErrorId:
    """An id that is made when somebody first asks for it: of the many calls that a circuit turns away few are."""

    __slots__ = ()

    def __get__(self, error: BaseException | None, cls: type[BaseException]) -> Any:
        if error is None:
            return self
        born = error.__dict__.get("timestamp")
        made = error.__dict__["error_id"] = new_error_id(born if isinstance(born, float) else SystemClock.time())
        return made
