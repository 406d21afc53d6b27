"""Settings to the state that workers share: the store, the beat, and what is exchanged. Loaded where they share any."""

from __future__ import annotations

from functools import partial
from random import SystemRandom

from failsoft.answer import Responder
from failsoft.beat import Beat
from failsoft.bus import Bus
from failsoft.clock import Clock
from failsoft.errors.exceptions import Fault
from failsoft.events import StateStoreChanged
from failsoft.policies.lending import Lending
from failsoft.policies.shared_breaker import SharedBreakers
from failsoft.policies.sharing import BreakerSharing
from failsoft.sanitize import Sanitizer
from failsoft.settings import Settings
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.opening import Opened, open_store
from failsoft.stores.quotas import quotas_in
from failsoft.stores.words_redis import RedisWords
from failsoft.stores.words_sqlite import SqliteWords

__all__ = ["beat_of", "lending_of", "share", "store_of"]


def store_of(settings: Settings, sanitizer: Sanitizer, faults: list[Fault]) -> Opened | None:
    """The store of the settings; None: nothing is shared, or a fault says why not."""
    wanted = settings.state
    try:
        store = open_store(wanted.url, service=settings.service, environment=settings.environment)
    except ValueError as error:
        faults.append(Fault("state.url", "", str(error)))
        return None
    if store is not None and wanted.required:
        try:
            store.check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the app must not start
            faults.append(Fault("state.url", "", f"the store cannot be used: {_said(error, sanitizer)}"))
    return store


def beat_of(store: Opened, bus: Bus, clock: Clock, responder: Responder, sanitizer: Sanitizer) -> Beat:
    """What exchanges with the store."""

    def changed(answering: bool, error: BaseException | None) -> None:
        reason = "" if error is None else _said(error, sanitizer)
        bus.publish(StateStoreChanged(at=clock.time(), answering=answering, store=store.kind, reason=reason))

    return Beat(store, clock, changed=changed, report=responder.internal)


def share(settings: Settings, store: Opened, beat: Beat, breakers: SharedBreakers, clock: Clock) -> None:
    """Let the workers have their circuit breakers in common."""
    max_age = settings.state.max_age
    words = RedisWords(store, max_age) if isinstance(store, RedisStore) else SqliteWords(store, clock, max_age)
    spread = partial(SystemRandom().uniform, 0.0, 0.2)
    beat.attach(BreakerSharing(breakers, words, beat, clock, max_age=max_age, spread=spread))


def lending_of(store: Opened, beat: Beat, bus: Bus, clock: Clock, responder: Responder) -> Lending:
    """What leases calls from the limits of all workers."""
    made = Lending(quotas_in(store, clock), beat=beat, clock=clock, publish=bus.publish, report=responder.internal)
    beat.attach(made)
    return made


def _said(error: BaseException, sanitizer: Sanitizer) -> str:
    return " ".join(sanitizer.text(f"{type(error).__name__}: {error}").split())
