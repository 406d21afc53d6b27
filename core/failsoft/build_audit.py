"""Settings to the audit trail: keys, store, writer."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from failsoft.audit.chains import first_of
from failsoft.audit.keys import KeyRing, key_of
from failsoft.audit.on_lines import Rotation
from failsoft.audit.opening import Store, open_store
from failsoft.audit.records import RecordContext, record
from failsoft.audit.stores import AuditStore, KeyFacts, Query, StoreError
from failsoft.audit.trail import Trail
from failsoft.audit.writer import AuditWriter
from failsoft.clock import Clock
from failsoft.errors.exceptions import Fault
from failsoft.kinds import join_path
from failsoft.observers.base import Cleaner
from failsoft.references import read_secret
from failsoft.settings import Settings
from failsoft.settings.auditing import Audit

__all__ = ["audit_of", "keys_of", "other_keys", "store_of", "store_to_read"]


def audit_of(settings: Settings, cleaner: Cleaner, clock: Clock, faults: list[Fault]) -> Trail:
    """The audit trail; without a writer where there is none, or a fault says why not.

    The store is tried once, and nothing of it is kept open, so that the process may fork.
    """
    wanted = settings.audit
    if wanted is None:
        return Trail(None, None, None, clock)
    before = len(faults)
    keys = keys_of(wanted, faults)
    try:
        store = store_of(wanted, clock)
        store.check()
        if keys is not None:
            _agree(keys, store, faults)
    except StoreError as error:
        faults.append(Fault("audit.url", "", str(error)))
    if len(faults) > before:
        return Trail(None, None, None, clock)
    context = RecordContext(sanitizer=cleaner, service=settings.service, environment=settings.environment)
    writer = AuditWriter(store, context, keys=keys, encrypt=wanted.encryption == "on", clock=clock)
    if keys is not None:
        _say_rotated(writer, keys, store, clock)
    return Trail(writer, partial(store_of, wanted, clock), keys, clock, record_reads=wanted.record_reads)


def store_of(wanted: Audit, clock: Clock | None = None) -> Store:
    """The store of the settings, not connected yet.

    Raises:
        StoreError: see `open_store`.
    """
    asked = wanted.rotation
    rotation = None if asked is None else Rotation(size=asked.size, every=asked.every)
    return open_store(wanted.url, rotation=rotation, clock=clock)


def store_to_read(wanted: Audit) -> Store:
    """The store of the settings for a command, tried once. What is not there yet is not made.

    Raises:
        StoreError: there is none, or see `AuditStore.check`.
    """
    store = store_of(wanted)
    path = getattr(store, "path", None)
    # what was rotated has the name of the file and more
    if isinstance(path, Path) and not any(path.parent.glob(f"{path.stem}*")):
        raise StoreError(f"there is no file {str(path)!r}: there is nothing in the trail")
    store.check()
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


def _agree(keys: KeyRing, store: AuditStore, faults: list[Fault]) -> None:
    """See that every key is the one that its id has always stood for, and have the store learn the active one."""
    found = other_keys(keys, store)
    faults += found
    if not found and keys.active not in {key.key_id for key in store.known_keys()}:
        store.learn(KeyFacts(keys.active, keys.check_value(keys.active), keys.public.keys[keys.active]))
    store.close()
