"""The sanitizer that is in force where somebody asks: that of the `Failsoft` that serves, else the default one."""

from __future__ import annotations

from typing import Any

from failsoft.current import current_call, instances
from failsoft.sanitize.sanitizer import sanitize

__all__ = ["SERVING"]


class _Serving:
    """Asks at each use, so that it may be handed out before the application has its `Failsoft`."""

    __slots__ = ()

    def text(self, text: str, /) -> str:
        """The text without secrets and personal data."""
        sanitizer = _sanitizer()
        return sanitize(text) if sanitizer is None else str(sanitizer.text(text))

    def value(self, value: Any, /) -> Any:
        """A value of the same shape without secrets and personal data."""
        sanitizer = _sanitizer()
        return sanitize(value) if sanitizer is None else sanitizer.value(value)


def _sanitizer() -> Any:
    call = current_call.get()
    serving: Any = None if call is None else call.owner
    if serving is not None:
        return serving.sanitizer
    # not `owner()`: a log record may come while the one with safe defaults is being built
    return next((one.sanitizer for one in instances() if not one.closed), None)


SERVING = _Serving()
"""A sanitizer for what is set up before, or beside, any `Failsoft`: `logging.config`, `sentry_sdk.init`."""
