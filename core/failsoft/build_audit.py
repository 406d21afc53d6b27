"""Settings to the audit trail: keys, store, writer, and who looks at it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from failsoft.audit.anchors import Anchors, FileAnchor, LogAnchor, SpanAnchor
from failsoft.audit.backup import Backup
from failsoft.audit.chains import first_of
from failsoft.audit.journal import try_folder
from failsoft.audit.keeping import Keeper
from failsoft.audit.keys import KeyRing, key_of
from failsoft.audit.on_lines import Rotation
from failsoft.audit.opening import Store, beside, open_store
from failsoft.audit.records import record
from failsoft.audit.statements import Statement
from failsoft.audit.stores import AuditStore, AwayError, KeyFacts, Query, StoreError, passes
from failsoft.audit.trail import Trail
from failsoft.audit.writer import AuditWriter, Rhythm
from failsoft.build_incidents import channels_of, context_of, watch_of
from failsoft.bus import Bus
from failsoft.clock import Clock
from failsoft.errors.exceptions import Fault
from failsoft.events import AuditMissed, AuditRecordsLost, AuditStoreChanged
from failsoft.kinds import join_path
from failsoft.observers.base import Cleaner, clean, one_line
from failsoft.references import read_secret, resolve
from failsoft.settings import Settings
from failsoft.settings.auditing import Audit
from failsoft.witness import Witness

__all__ = ["Audited", "audit_of", "keys_of", "other_keys", "store_of", "store_to_read"]


_PATIENCE = 0.5
"""Seconds for which the writer waits for somebody else's lock, before the journal takes what answers wait for."""
_TIMEOUT = 2.0
"""Seconds for which it waits for a store that says nothing, where the settings do not say."""
_log = logging.getLogger("failsoft.audit")


class Audited(NamedTuple):
    """The audit trail, and who waits for it."""

    trail: Trail
    witness: Witness | None = None


def audit_of(
    settings: Settings, wanted: Audit, cleaner: Cleaner, bus: Bus, clock: Clock, faults: list[Fault]
) -> Audited:
    """The audit trail that the settings want; without a writer where a fault says why not.

    Stores are tried once, and nothing of them is kept open, so that the process may fork. One that cannot be reached is
    tried again from `Trail.resume` on.
    """
    before = len(faults)
    keys = keys_of(wanted, faults)
    full_sync = wanted.durability == "sync" or any(one.audit == "required" for one in settings.endpoints)
    folder = beside(wanted.url) if wanted.journal is None else Path(wanted.journal)
    opened = partial(_store, wanted=wanted, keys=keys, full_sync=full_sync, clock=clock, faults=faults)
    first = opened(wanted.url, "audit.url", folder=folder)
    second = None if wanted.backup is None else opened(wanted.backup, "audit.backup", folder=folder / "backup")
    anchors = _anchors(wanted, faults)
    context = context_of(settings, wanted, cleaner, keys, faults)
    channels, outbox = channels_of(wanted, faults)
    if first is None or len(faults) > before:
        return Audited(Trail(None, None, None, clock))
    says = Says(bus, clock, cleaner)

    def keeper_of(found: _Found, which: Literal["first", "backup"], admitted: Callable[[], None]) -> Keeper:
        return Keeper(
            found.store,
            found.folder,
            clock,
            changed=partial(says.changed, which, found),
            timeout=wanted.store_timeout or min(_TIMEOUT, wanted.max_wait / 2),
            missing=found.missing,
            admit=partial(_admit, found.store, keys, admitted),
        )

    def say_rotated() -> None:
        if keys is not None:
            _say_rotated(writer, keys, first.store, clock)

    writer = AuditWriter(
        keeper_of(first, "first", say_rotated),
        context,
        keys=keys,
        encrypt=wanted.encryption == "on",
        rhythm=_rhythm(wanted),
        anchors=anchors,
        backup=None if second is None else Backup(keeper_of(second, "backup", lambda: None)),
        told_lost=says.lost,
        clock=clock,
    )
    if first.missing is None:
        say_rotated()
    witness = Witness(always=wanted.durability == "sync", max_wait=wanted.max_wait, late=says.missed)
    watch = watch_of(wanted, channels, outbox, sink=writer, context=context, keys=keys, clock=clock)
    trail = Trail(writer, partial(store_of, wanted, clock), keys, clock, watch, record_reads=wanted.record_reads)
    return Audited(trail, witness)


def _rhythm(wanted: Audit) -> Rhythm:
    return Rhythm(
        interval=0.0 if wanted.durability == "sync" else 0.05,
        seal_interval=wanted.seal_interval,
        anchor_interval=wanted.anchor_interval,
        overload=wanted.overload,
        max_wait=wanted.max_wait,
    )


class _Found(NamedTuple):
    """A store of the settings, and where its journals are."""

    store: Store
    folder: Path
    missing: AwayError | None
    """Why it could not be reached."""
    mute: str = ""
    """Why journals cannot be written now either."""


class Says:
    """Tells on the stream of events and in the log how the audit fares."""

    def __init__(self, bus: Bus, clock: Clock, cleaner: Cleaner) -> None:
        self._bus = bus
        self._clock = clock
        self._cleaner = cleaner
        self._missed = 0
        self._told = float("-inf")

    def changed(self, store: Literal["first", "backup"], found: _Found, error: BaseException | None) -> None:
        """A store no longer answers, or does again."""
        name, reason = one_line(clean(self._cleaner, found.store.name)), ""
        usable = not isinstance(error, StoreError) or isinstance(error, AwayError)
        if error is None:
            _log.warning("audit: the store takes records again: %s", name)
        else:
            said = str(error) if isinstance(error, StoreError) else f"{type(error).__name__}: {error}"
            reason = one_line(clean(self._cleaner, said))
            where = f"the journal in {str(found.folder)!r}"
            if error is found.missing and found.mute:
                where = f"memory only: {where} cannot be written ({found.mute})"
            what = "does not answer" if usable else "cannot be used as it is"
            _log.error("audit: the store %s: %s: %s; until it takes them, records go to %s", what, name, reason, where)
        event = AuditStoreChanged(
            at=self._clock.time(), answering=error is None, store=store, reason=reason, usable=usable
        )
        self._bus.publish(event)

    def lost(self, count: int, why: str) -> None:
        """Records are lost."""
        self._bus.publish(AuditRecordsLost(at=self._clock.time(), count=count, why=why))

    def missed(self) -> None:
        """An answer did not get its record."""
        self._missed += 1
        now = self._clock.monotonic()
        if now - self._told >= 1.0:
            self._told, calls, self._missed = now, self._missed, 0
            self._bus.publish(AuditMissed(at=self._clock.time(), calls=calls))


def _store(
    url: str,
    path: str,
    *,
    folder: Path,
    wanted: Audit,
    keys: KeyRing | None,
    full_sync: bool,
    clock: Clock,
    faults: list[Fault],
) -> _Found | None:
    missing, mute = None, ""
    try:
        _admit(store_of(wanted, clock, url=url), keys)
    except AwayError as error:
        if wanted.required_at_start:
            faults.append(Fault(path, "", f"{error}; and audit.required_at_start is set"))
            return None
        missing, mute = error, _seen_writable(folder, str(error), faults)
    except _OtherKeysError as error:
        faults += error.faults
        return None
    except StoreError as error:
        faults.append(Fault(path, "", str(error)))
        return None
    return _Found(store_of(wanted, clock, url=url, full_sync=full_sync, patience=_PATIENCE), folder, missing, mute)


def _seen_writable(folder: Path, why: str, faults: list[Fault]) -> str:
    """See that the journal can stand in for a store. Why it cannot, where that may pass; else there is a fault."""
    try:
        try_folder(folder)
    except OSError as error:
        said = error.strerror or type(error).__name__
        if passes(error):
            return said
        faults.append(Fault("audit.journal", str(folder), f"cannot be written ({said}), and {why}"))
    return ""


def _admit(store: Store, keys: KeyRing | None, admitted: Callable[[], None] = lambda: None) -> None:
    """See that a store is what it should be: its schema is ours or is made or brought forward, every key is the one
    that its id has always stood for, and the active one is known there.

    Parameters:
        admitted: called then.

    Raises:
        AwayError, StoreError: see `AuditStore.check`.
    """
    try:
        store.check()
        if keys is not None:
            _agree(keys, store)
    except OSError as error:
        kind = AwayError if passes(error) else StoreError
        raise kind(f"cannot use it: {error.strerror or type(error).__name__}") from None
    admitted()


def store_of(
    wanted: Audit,
    clock: Clock | None = None,
    *,
    url: str = "",
    full_sync: bool = False,
    patience: float | None = None,
) -> Store:
    """The store of the settings, not connected yet.

    Parameters:
        url: another one than `audit.url`.
        full_sync, patience: see `open_store`.

    Raises:
        StoreError: see `open_store`.
    """
    asked = wanted.rotation
    rotation = None if asked is None else Rotation(size=asked.size, every=asked.every)
    return open_store(url or wanted.url, full_sync=full_sync, rotation=rotation, patience=patience, clock=clock)


def store_to_read(wanted: Audit) -> Store:
    """The store of the settings for a command, tried once. What is not there yet is not made, and who may only read
    needs no more.

    Raises:
        StoreError: there is none, or see `ReadableStore.see_readable`.
    """
    store = store_of(wanted)
    path = getattr(store, "path", None)
    # what was rotated has the name of the file and more
    if isinstance(path, Path) and not any(path.parent.glob(f"{path.stem}*")):
        raise StoreError(f"there is no file {str(path)!r}: there is nothing in the trail")
    store.see_readable()
    return store


def _say_rotated(writer: AuditWriter, keys: KeyRing, store: Store, clock: Clock) -> None:
    """Have it written down that another key is active than the one that wrote last, where the store can say which."""
    try:
        last = first_of(store.search(Query(newest_first=True, limit=1)))
    except Exception:  # noqa: BLE001 - not knowing it is no reason not to start
        return
    if last is not None and last.entry.key_id != keys.active:
        details = {"from": last.entry.key_id, "to": keys.active}
        at = clock.time()
        writer.put(lambda context: record("key.rotated", at, context, severity="info", details=details))


def _anchors(wanted: Audit, faults: list[Fault]) -> Anchors:
    found: list[tuple[str, Callable[[Statement], object]]] = []
    for number, name in enumerate(wanted.anchors):
        if name == "log":
            found.append((name, LogAnchor()))
        elif name == "span":
            found.append((name, SpanAnchor()))
        elif name.startswith("file:"):
            found.append((name, FileAnchor(name.removeprefix("file:"))))
        else:
            found.append((name, resolve(name, f"audit.anchors[{number}]", faults)))
    return Anchors(found)


def keys_of(wanted: Audit, faults: list[Fault]) -> KeyRing | None:
    """The key ring; None: there is none.

    Parameters:
        faults: gets a `Fault` for each key that cannot be read.
    """
    if wanted.keys is None:
        return None
    found: dict[str, bytes] = {}
    for key_id, reference in wanted.keys.ring.items():
        try:
            found[key_id] = key_of(read_secret(reference))
        except ValueError as error:
            faults.append(Fault(join_path("audit.keys.ring", key_id), "", str(error)))
    if len(found) < len(wanted.keys.ring):
        return None
    try:
        return KeyRing(found, wanted.keys.active)
    except ValueError as error:
        faults.append(Fault("audit.keys", "", str(error)))
        return None


def other_keys(keys: KeyRing, store: AuditStore) -> list[Fault]:
    """A fault for each key that is not the one that its id has always stood for in a store."""
    known = {key.key_id: key.check for key in store.known_keys()}
    return [
        Fault(
            join_path("audit.keys.ring", key_id), "", "another key than the one that has written records under this id"
        )
        for key_id in keys.ids
        if known.get(key_id, keys.check_value(key_id)) != keys.check_value(key_id)
    ]


class _OtherKeysError(StoreError):
    """The store knows other keys under our ids."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


def _agree(keys: KeyRing, store: AuditStore) -> None:
    """See that every key is the one that its id has always stood for, and have the store learn the active one."""
    if found := other_keys(keys, store):
        raise _OtherKeysError(found)
    if keys.active not in {key.key_id for key in store.known_keys()}:
        store.learn(KeyFacts(keys.active, keys.check_value(keys.active), keys.public.keys[keys.active]))
    store.close()
