"""The `Failsoft` of this process: one for each value of `settings.FAILSOFT`, built when it is first wanted."""

from __future__ import annotations

import atexit
from pathlib import Path
from threading import RLock
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed

from failsoft import Failsoft

__all__ = ["get_failsoft", "source"]

_lock = RLock()
_built: list[tuple[object, Failsoft]] = []


def source() -> Any:
    """`settings.FAILSOFT`: a dict, the path of a TOML file, `Settings`, a ready `Failsoft`; None if there is none.

    A relative path counts from `BASE_DIR` if the file is there, else from the working directory.
    """
    found = getattr(settings, "FAILSOFT", None)
    if isinstance(found, (str, Path)) and not Path(found).is_absolute():
        base = getattr(settings, "BASE_DIR", None)
        if base is not None and (Path(base) / found).is_file():
            return Path(base) / found
    return found


def get_failsoft() -> Failsoft:
    """The `Failsoft` that serves this process.

    Raises:
        SettingsError: `settings.FAILSOFT` is wrong; lists all faults.
    """
    wanted = getattr(settings, "FAILSOFT", None)
    for known, fs in _built:
        if known is wanted and not fs.closed:
            return fs
    with _lock:
        for known, fs in _built:
            if known is wanted and not fs.closed:
                return fs
        made = source()
        fs = made if isinstance(made, Failsoft) else Failsoft(made)
        _built[:] = [pair for pair in _built if not pair[1].closed]
        _built.append((wanted, fs))
        return fs


def _close() -> None:
    for _, fs in _built:
        fs.close()
    _built.clear()


def _overridden(*, setting: str, value: object, enter: bool, **_: Any) -> None:
    """Tests override the setting for a while; what was built for one of its values is closed with it."""
    if setting == "FAILSOFT" and not enter:
        for known, fs in _built:
            if known is not value and not isinstance(known, Failsoft):
                fs.close()


atexit.register(_close)
setting_changed.connect(_overridden, dispatch_uid="failsoft_django")
