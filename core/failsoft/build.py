"""Settings to a wired Failsoft: the only place where objects meet."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from failsoft.answer import Responder, Style
from failsoft.audit.trail import Trail
from failsoft.beat import Beat
from failsoft.build_judges import classifier_of, sanitizer_of
from failsoft.bus import Bus
from failsoft.call import Call, Mode
from failsoft.clock import Clock
from failsoft.endpoints import Endpoints
from failsoft.engine import Engine
from failsoft.errors.classifier import Classifier
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.errors.failure import Failure
from failsoft.events import ErrorHandled
from failsoft.kinds import join_path
from failsoft.observers.logs import LogObserver
from failsoft.observers.otel import Telemetry
from failsoft.policies.bulkhead import Bulkheads
from failsoft.policies.circuit_breaker import Breakers
from failsoft.policies.offload import Offloads
from failsoft.policies.shared_limit import refusals
from failsoft.problem import ProblemMaker
from failsoft.problem.catalogue import Catalogue
from failsoft.references import resolve
from failsoft.renewal import Wanted, renewed
from failsoft.requests import TrustedProxies
from failsoft.sanitize import Sanitizer, Untouched
from failsoft.sentry import leave_exceptions_to_sentry
from failsoft.settings import Settings
from failsoft.settings.restart import needs_restart, references_of
from failsoft.settings.sources import in_order
from failsoft.settings.texts import catalogue_of
from failsoft.witness import Witness

if TYPE_CHECKING:
    from failsoft.policies.lending import Lending
    from failsoft.stores.opening import Opened

__all__ = ["Parts", "build", "rebuild"]

_log = logging.getLogger("failsoft")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The objects of one Failsoft, as one set of settings has wired them."""

    settings: Settings
    plain: Mode | None
    """The mode of every call; None where it is drawn for each."""
    code: frozenset[str]
    """The references to code that it was started with."""
    bus: Bus
    sanitizer: Sanitizer
    classifier: Classifier
    responder: Responder
    breakers: Breakers
    bulkheads: Bulkheads
    offloads: Offloads
    engine: Engine
    endpoints: Endpoints
    proxies: TrustedProxies
    audit: Trail
    witness: Witness | None
    """Who waits for audit records; None: there are none."""
    telemetry: Telemetry
    store: Opened | None
    """What workers share state by; None: they share none."""
    beat: Beat | None
    """Exchanges with it. Attach what is to be shared."""

    def flush(self, timeout: float) -> bool:
        """Wait for the background writers to have done what they were given."""
        return self.audit.flush(timeout)

    def after_fork(self) -> None:
        """Begin anew in a forked process: other threads are gone, with what they had, and what they held is held."""
        for part in (self.bus, self.breakers, self.bulkheads, self.offloads, self.endpoints, self.sanitizer):
            part.forget()

    def close(self) -> None:
        """Flush and stop what runs in the background, and let threads end that have nothing to do."""
        self.offloads.close()
        if self.beat is not None:
            self.beat.close()
        self.audit.close()


def build(settings: Settings, clock: Clock, rng: Random) -> Parts:
    """Wire an instance.

    Raises:
        SettingsError: something the settings name is not there (code, a directory, a policy); lists all faults.
    """
    faults: list[Fault] = []
    hooks, renderer = _hooks(settings, faults), _renderer(settings, faults)
    _load_code_of_policies(settings, faults)
    sanitizer = sanitizer_of(settings, faults)
    classifier = classifier_of(settings, sanitizer, clock, faults)
    catalogue = catalogue_of(settings.responses, faults)
    proxies = _proxies(settings, faults)
    store = _store(settings, sanitizer, faults)
    if "state.url" not in {fault.path for fault in faults}:
        faults += refusals(settings.policies, "" if store is None else store.kind, "policies")
    bus = Bus()
    audit, witness = _audit(settings, _for("audit", settings, sanitizer), bus, clock, faults)
    if faults:
        audit.close()
        raise _refused(settings, faults)

    _warn(settings)
    breakers = Breakers(clock, bus.publish) if store is None else _shared_breakers(clock, bus)
    bulkheads, offloads = Bulkheads(clock, bus.publish), Offloads(clock, bus.publish)
    telemetry = _telemetry(settings, sanitizer, clock)
    style = _style(settings, renderer)
    means = _Means(bus, sanitizer, telemetry, clock, rng, witness)
    responder = _responder(settings, classifier, catalogue, style, means)
    engine = Engine(
        clock=clock,
        rng=rng,
        classify=_Classify(responder),
        publish=bus.publish,
        attempt_span=lambda call: telemetry.attempt(call, call.attempt),
        report=responder.internal,
    )
    beat, lending = (None, None) if store is None else _lending(store, bus, clock, responder, sanitizer)
    endpoints = Endpoints(
        rules=settings.endpoints,
        policies=settings.policies,
        engine=engine,
        breakers=breakers,
        bulkheads=bulkheads,
        offloads=offloads,
        hooks=hooks,
        lending=lending,
    )
    telemetry.subscribe(bus, breakers.states, bulkheads.snapshots, offloads.abandoned)
    _observe(settings, bus, sanitizer, audit, witness, breakers)
    audit.resume()
    if store is not None and beat is not None:
        _share(settings, store, beat, breakers, clock)
    return Parts(
        settings=settings,
        plain=_plain(settings),
        code=frozenset(reference for _, reference in references_of(settings)),
        bus=bus,
        sanitizer=sanitizer,
        classifier=classifier,
        responder=responder,
        breakers=breakers,
        bulkheads=bulkheads,
        offloads=offloads,
        engine=engine,
        endpoints=endpoints,
        proxies=proxies,
        audit=audit,
        witness=witness,
        telemetry=telemetry,
        store=store,
        beat=beat,
    )


def _audit(
    settings: Settings, cleaner: Sanitizer | Untouched, bus: Bus, clock: Clock, faults: list[Fault]
) -> tuple[Trail, Witness | None]:
    """The audit trail, and who waits for it. Many modules are about it: who has none loads none."""
    if settings.audit is None:
        return Trail(None, None, None, clock), None
    from failsoft.build_audit import audit_of  # noqa: PLC0415 - see above

    return audit_of(settings, settings.audit, cleaner, bus, clock, faults)


def _store(settings: Settings, sanitizer: Sanitizer, faults: list[Fault]) -> Opened | None:
    if settings.state.url == "memory://":
        return None
    from failsoft.build_state import store_of  # noqa: PLC0415 - as `_audit`

    return store_of(settings, sanitizer, faults)


def _shared_breakers(clock: Clock, bus: Bus) -> Breakers:
    from failsoft.policies.shared_breaker import SharedBreakers  # noqa: PLC0415 - as `_audit`

    return SharedBreakers(clock, bus.publish)


def _lending(store: Opened, bus: Bus, clock: Clock, responder: Responder, sanitizer: Sanitizer) -> tuple[Beat, Lending]:
    from failsoft.build_state import beat_of, lending_of  # noqa: PLC0415 - as `_audit`

    beat = beat_of(store, bus, clock, responder, sanitizer)
    return beat, lending_of(store, beat, bus, clock, responder)


def _share(settings: Settings, store: Opened, beat: Beat, breakers: Breakers, clock: Clock) -> None:
    from failsoft.build_state import share  # noqa: PLC0415 - as `_audit`
    from failsoft.policies.shared_breaker import SharedBreakers  # noqa: PLC0415

    if isinstance(breakers, SharedBreakers):
        share(settings, store, beat, breakers, clock)


def rebuild(parts: Parts, settings: Settings) -> Parts:
    """The same instance by changed settings: only what may change while running is made anew.

    Raises:
        SettingsError: something changed that takes a restart, or is not there; then nothing has changed.
    """
    faults = needs_restart(parts.settings, settings, parts.code)
    if faults:
        # what follows loads the code that the settings name
        raise SettingsError(faults)
    hooks, renderer = _hooks(settings, faults), _renderer(settings, faults)
    _load_code_of_policies(settings, faults)
    faults += refusals(settings.policies, "" if parts.store is None else parts.store.kind, "policies")
    clock, rng = parts.engine.clock, parts.engine.rng
    classifier = classifier_of(settings, parts.sanitizer, clock, faults)
    catalogue = catalogue_of(settings.responses, faults)
    if faults:
        raise _refused(settings, faults)
    means = _Means(parts.bus, parts.sanitizer, parts.telemetry, clock, rng, parts.witness)
    responder = _responder(settings, classifier, catalogue, _style(settings, renderer), means)
    _warn(settings)
    responder.internal_errors = parts.responder.internal_errors
    engine = replace(parts.engine, classify=_Classify(responder), report=responder.internal)
    if any(one.audit == "required" for one in settings.endpoints):
        parts.audit.sync_fully()
    endpoints = renewed(parts.endpoints, Wanted(settings.endpoints, settings.policies, engine, hooks))
    return replace(
        parts,
        settings=settings,
        plain=_plain(settings),
        classifier=classifier,
        responder=responder,
        engine=engine,
        endpoints=endpoints,
    )


def _warn(settings: Settings) -> None:
    for doubt in settings.warnings():
        _log.warning("%s", doubt)


class _Means(NamedTuple):
    """What stays when settings change."""

    bus: Bus
    sanitizer: Sanitizer
    telemetry: Telemetry
    clock: Clock
    rng: Random
    witness: Witness | None


def _responder(
    settings: Settings, classifier: Classifier, catalogue: Catalogue, style: Style, means: _Means
) -> Responder:
    responder = Responder(
        classifier=classifier,
        maker=_maker(settings, catalogue, means.sanitizer, means.rng),
        style=style,
        bus=means.bus,
        telemetry=means.telemetry,
        clock=means.clock,
        rng=means.rng,
        clean=means.sanitizer.text,
        witness=means.witness,
    )
    classifier.report_to(responder.internal)
    return responder


def _plain(settings: Settings) -> Mode | None:
    rollout = settings.rollout
    return rollout.mode if rollout.percent >= 100 or rollout.mode == "off" else None


def _refused(settings: Settings, faults: list[Fault]) -> SettingsError:
    return SettingsError(in_order(fault._replace(source=settings.source_of(fault.path)) for fault in faults))


def _hooks(settings: Settings, faults: list[Fault]) -> dict[str, Callable[..., Any]]:
    return {
        rule.before_retry: resolve(rule.before_retry, f"endpoints[{number}].before_retry", faults)
        for number, rule in enumerate(settings.endpoints)
        if rule.before_retry is not None
    }


def _renderer(settings: Settings, faults: list[Fault]) -> Callable[..., Any] | None:
    reference = settings.responses.renderer
    return resolve(reference, "responses.renderer", faults) if reference else None


def _load_code_of_policies(settings: Settings, faults: list[Fault]) -> None:
    """Find out now whether the code is there that policies name; an endpoint or guard loads it when it is bound."""
    for name, policy in settings.policies.items():
        path = join_path("policies", name)
        if policy.rate_limit is not None and policy.rate_limit.function is not None:
            resolve(policy.rate_limit.function, f"{path}.rate_limit.key", faults)
        for key, part in (("retry", policy.retry), ("circuit_breaker", policy.circuit_breaker)):
            try:
                if part is not None:
                    part.loaded(join_path(path, key))
            except SettingsError as error:
                faults.extend(error.faults)


class _Classify:
    """The classifier as the engine asks it."""

    __slots__ = ("_responder",)

    def __init__(self, responder: Responder) -> None:
        self._responder = responder

    def __call__(self, exc: BaseException, call: Call) -> Failure:
        return self._responder.classify(exc, call)


def _proxies(settings: Settings, faults: list[Fault]) -> TrustedProxies:
    try:
        return TrustedProxies(settings.request.trusted_proxies)
    except ValueError as error:
        faults.append(Fault("request.trusted_proxies", "", f"expected addresses or networks: {error}"))
        return TrustedProxies(())


def _telemetry(settings: Settings, sanitizer: Sanitizer, clock: Clock) -> Telemetry:
    wanted = settings.telemetry
    cleaner = _for("telemetry", settings, sanitizer)
    return Telemetry(sanitizer=cleaner, clock=clock, traces=wanted.traces, metrics=wanted.metrics, logs=wanted.logs)


def _maker(settings: Settings, catalogue: Catalogue, sanitizer: Sanitizer, rng: Random) -> ProblemMaker:
    wanted = settings.responses
    return ProblemMaker(
        catalogue=catalogue,
        service=settings.service,
        sanitizer=sanitizer,
        type_base=wanted.type_base,
        documentation_base=wanted.documentation_base,
        languages=wanted.languages,
        debug=wanted.debug,
        rng=rng,
    )


def _style(settings: Settings, renderer: Callable[..., Any] | None) -> Style:
    wanted = settings.responses
    return Style(
        format=wanted.format,
        replace=wanted.replace,
        reraise=wanted.reraise,
        id_header=settings.request.id_header,
        renderer=renderer,
    )


def _for(sink: str, settings: Settings, sanitizer: Sanitizer) -> Sanitizer | Untouched:
    return Untouched() if sink in settings.sanitize.off() else sanitizer


def _observe(
    settings: Settings,
    bus: Bus,
    sanitizer: Sanitizer,
    audit: Trail,
    witness: Witness | None,
    breakers: Breakers,
) -> None:
    if settings.responses.reraise == "unexpected":
        # before the log is told, or the first failure of all would be reported twice
        bus.subscribe(_leave_to_sentry, ErrorHandled)
    log = LogObserver(_for("logs", settings, sanitizer))
    bus.subscribe(log, *log.kinds)
    if audit.writer is not None:
        from failsoft.observers.audit import AuditObserver  # noqa: PLC0415 - as `_audit`

        observer = AuditObserver(audit, audit.watch, breakers.state_of, witness)
        bus.subscribe(observer, *observer.kinds)


def _leave_to_sentry(_: ErrorHandled) -> None:
    leave_exceptions_to_sentry()
