"""Taking over a settings file that has changed, while requests are served."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.events import Event, InternalError, SettingsReloaded
from failsoft.settings import Settings, load
from failsoft.settings.environment import PREFIX
from failsoft.settings.restart import changes_of
from failsoft.settings.watch import HangUp, Watch, has_hangup, signature_of

if TYPE_CHECKING:
    from failsoft.clock import Clock
    from failsoft.sanitize import Sanitizer

__all__ = ["Reloading"]

_log = logging.getLogger("failsoft")
_MOST_SAID = 20


class _Owner(Protocol):
    """A `Failsoft`, as its reloading sees it."""

    clock: Clock
    closed: bool

    @property
    def settings(self) -> Settings: ...
    @property
    def sanitizer(self) -> Sanitizer: ...
    def reload(self) -> tuple[Fault, ...]: ...
    def publish(self, event: Event) -> None: ...


class Reloading:
    """What one `Failsoft` does about changes of its settings file.

    Parameters:
        source: what it was given as settings. Only a file can change.
    """

    def __init__(self, source: str | Path | Mapping[str, Any] | Settings | None) -> None:
        # the working directory may be another one by then
        self._path = Path(source).absolute() if isinstance(source, (str, os.PathLike)) else None
        self._seen = None if self._path is None else signature_of(self._path)
        self._environ = {name: text for name, text in os.environ.items() if name.upper().startswith(PREFIX)}
        self._lock = threading.Lock()
        self.watch: Watch | None = None
        """What looks at the file, if it is to be watched."""
        self._hangup: HangUp | None = None

    def check(self, settings: Settings) -> None:
        """Find out whether these settings can be reloaded as they say.

        Raises:
            SettingsError: they cannot.
        """
        wanted = settings.reload
        expected = None
        if wanted != "off" and self._path is None:
            expected = 'expected "off": these settings come from no file'
        elif wanted == "sighup" and not has_hangup():
            expected = 'expected "off" or "watch": this system has no SIGHUP'
        if expected is not None:
            raise SettingsError([Fault("reload", f'"{wanted}"', expected, settings.source_of("reload"))])

    def start(self, fs: _Owner) -> None:
        """Begin to listen for changes, as the settings say. No thread is started yet."""
        # neither a thread nor a handler keeps an instance alive that the application has let go
        reference = weakref.ref(fs)

        def act() -> bool:
            owner = reference()
            if owner is None or owner.closed:
                return False
            owner.reload()
            return True

        if self._path is None:
            return
        if fs.settings.reload == "watch":
            self.watch = Watch(self._path, self._seen, act)
        elif fs.settings.reload == "sighup":
            self._hangup = HangUp(act)
            if not self._hangup.install():
                _log.warning('reload = "sighup" does nothing: only the main thread can listen for signals')

    def close(self) -> None:
        """Listen no longer."""
        if self.watch is not None:
            self.watch.close()
        if self._hangup is not None:
            self._hangup.close()

    def after_fork(self) -> None:
        """Begin anew in a forked process."""
        self._lock = threading.Lock()
        if self.watch is not None:
            self.watch.after_fork()
        if self._hangup is not None:
            self._hangup.after_fork()

    def reload(self, fs: _Owner, take_over: Callable[[Settings], None]) -> tuple[Fault, ...]:
        """Read the file and take it over, or say what is wrong. One at a time; never raises.

        Parameters:
            take_over: puts settings into force, or raises `SettingsError` and changes nothing.
        """
        faults: tuple[Fault, ...] = ()
        changed: tuple[str, ...] = ()
        try:
            with self._lock:
                before, after = fs.settings, self._read(fs)
                take_over(after)
                changed = tuple(changes_of(before, after))
        except SettingsError as error:
            faults = error.faults
        except Exception as error:  # noqa: BLE001 - whatever it is, the settings in force stay
            text, name = fs.sanitizer.text(str(error)), type(error).__name__
            fs.publish(InternalError(at=fs.clock.time(), where="reload", type=name, message=text))
            faults = (Fault("settings", "", f"Failsoft itself failed: {name}"),)
        text = fs.sanitizer.text("\n".join(map(str, faults[:_MOST_SAID])))
        fs.publish(SettingsReloaded(at=fs.clock.time(), ok=not faults, faults=len(faults), text=text, changed=changed))
        return faults

    def _read(self, fs: _Owner) -> Settings:
        path = self._path
        if path is None:
            raise SettingsError([Fault("settings", "", "expected a file to read again: there is none")])
        if fs.closed:
            raise SettingsError([Fault("settings", "", "closed: nothing is taken over any more")])
        before = signature_of(path)
        settings = load(path, environ=self._environ)
        if signature_of(path) != before:
            raise SettingsError([Fault(str(path), "", "was written while it was read")])
        if self.watch is not None:
            self.watch.seen = before
        return settings
