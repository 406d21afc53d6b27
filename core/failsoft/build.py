"""Settings to a wired Failsoft: the only place where objects meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from failsoft.answer import Responder, Style
from failsoft.bus import Bus
from failsoft.call import Call
from failsoft.clock import Clock
from failsoft.endpoints import Endpoints
from failsoft.engine import Engine
from failsoft.errors.classifier import Classifier
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.errors.failure import Failure
from failsoft.events import ErrorHandled
from failsoft.kinds import join_path
from failsoft.observers.audit import AuditObserver, AuditWriter, RecordContext, open_store
from failsoft.observers.logs import LogObserver
from failsoft.observers.otel import Telemetry
from failsoft.observers.sentry import leave_exceptions_to_sentry
from failsoft.policies.bulkhead import Bulkheads
from failsoft.policies.circuit_breaker import Breakers
from failsoft.problem import ProblemMaker
from failsoft.references import resolve
from failsoft.requests import TrustedProxies
from failsoft.sanitize import Sanitizer
from failsoft.settings import Settings

__all__ = ["Parts", "build"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The objects of one Failsoft."""

    bus: Bus
    sanitizer: Sanitizer
    classifier: Classifier
    responder: Responder
    breakers: Breakers
    bulkheads: Bulkheads
    engine: Engine
    endpoints: Endpoints
    proxies: TrustedProxies
    audit: AuditWriter | None

    def flush(self, timeout: float) -> bool:
        """Wait for the background writers to have done what they were given."""
        return self.audit is None or self.audit.flush(timeout)

    def close(self) -> None:
        """Flush and stop the background writers."""
        if self.audit is not None:
            self.audit.close()


def build(settings: Settings, clock: Clock, rng: Random) -> Parts:
    """Wire an instance.

    Raises:
        SettingsError: something the settings name is not there (code, a directory, a policy); lists all faults.
    """
    faults: list[Fault] = []
    hooks = {
        rule.before_retry: resolve(rule.before_retry, f"endpoints[{number}].before_retry", faults)
        for number, rule in enumerate(settings.endpoints)
        if rule.before_retry is not None
    }
    for name, policy in settings.policies.items():
        if policy.rate_limit is not None and policy.rate_limit.function is not None:
            resolve(policy.rate_limit.function, f"{join_path('policies', name)}.rate_limit.key", faults)
    _load_retries(settings, faults)
    renderer = settings.responses.renderer and resolve(settings.responses.renderer, "responses.renderer", faults)
    sanitizer = Sanitizer(
        keys=settings.sanitize.keys, safe_keys=settings.sanitize.safe_keys, strict=settings.sanitize.strict
    )
    classifier = _classifier(settings, clock, faults)
    proxies = _proxies(settings, faults)
    audit = _audit(settings, clock, faults)
    if faults:
        if audit is not None:
            audit.close()
        raise SettingsError([fault._replace(source=settings.source_of(fault.path)) for fault in faults])

    bus = Bus()
    breakers, bulkheads = Breakers(clock, bus.publish), Bulkheads(clock, bus.publish)
    telemetry = _telemetry(settings, sanitizer, clock)
    responder = Responder(
        classifier=classifier,
        maker=_maker(settings, sanitizer, rng),
        style=_style(settings, renderer or None),
        bus=bus,
        telemetry=telemetry,
        clock=clock,
        rng=rng,
        clean=sanitizer.text,
    )
    engine = Engine(
        clock=clock,
        rng=rng,
        classify=_Classify(responder),
        publish=bus.publish,
        attempt_span=lambda call: telemetry.attempt(call, call.attempt),
        report=responder.internal,
    )
    endpoints = Endpoints(
        rules=settings.endpoints,
        policies=settings.policies,
        engine=engine,
        breakers=breakers,
        bulkheads=bulkheads,
        hooks=hooks,
    )
    _observe(settings, bus, sanitizer, telemetry, breakers, bulkheads, audit)
    return Parts(
        bus=bus,
        sanitizer=sanitizer,
        classifier=classifier,
        responder=responder,
        breakers=breakers,
        bulkheads=bulkheads,
        engine=engine,
        endpoints=endpoints,
        proxies=proxies,
        audit=audit,
    )


def _load_retries(settings: Settings, faults: list[Fault]) -> None:
    """Find out now whether the code is there that policies name; an endpoint or guard loads it when it is bound."""
    for name, policy in settings.policies.items():
        try:
            if policy.retry is not None:
                policy.retry.loaded(join_path(join_path("policies", name), "retry"))
        except SettingsError as error:
            faults.extend(error.faults)


class _Classify:
    """The classifier as the engine asks it."""

    __slots__ = ("_responder",)

    def __init__(self, responder: Responder) -> None:
        self._responder = responder

    def __call__(self, exc: BaseException, call: Call) -> Failure:
        return self._responder.classify(exc, call)


def _classifier(settings: Settings, clock: Clock, faults: list[Fault]) -> Classifier:
    try:
        return Classifier(
            mappings=settings.errors,
            rules=settings.rules,
            clock=clock,
            status_from=settings.responses.status_from,
        )
    except SettingsError as error:
        faults.extend(error.faults)
        return Classifier(clock=clock)


def _proxies(settings: Settings, faults: list[Fault]) -> TrustedProxies:
    try:
        return TrustedProxies(settings.request.trusted_proxies)
    except ValueError as error:
        faults.append(Fault("request.trusted_proxies", "", f"expected addresses or networks: {error}"))
        return TrustedProxies(())


def _audit(settings: Settings, clock: Clock, faults: list[Fault]) -> AuditWriter | None:
    if settings.audit is None:
        return None
    try:
        store = open_store(settings.audit.url)
    except SettingsError as error:
        faults.extend(fault._replace(path="audit.url") for fault in error.faults)
        return None
    return AuditWriter(store, clock=clock)


def _telemetry(settings: Settings, sanitizer: Sanitizer, clock: Clock) -> Telemetry:
    wanted = settings.telemetry
    return Telemetry(sanitizer=sanitizer, clock=clock, traces=wanted.traces, metrics=wanted.metrics, logs=wanted.logs)


def _maker(settings: Settings, sanitizer: Sanitizer, rng: Random) -> ProblemMaker:
    wanted = settings.responses
    return ProblemMaker(
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


def _observe(
    settings: Settings,
    bus: Bus,
    sanitizer: Sanitizer,
    telemetry: Telemetry,
    breakers: Breakers,
    bulkheads: Bulkheads,
    audit: AuditWriter | None,
) -> None:
    if settings.responses.reraise == "unexpected":
        # before the log is told, or the first failure of all would be reported twice
        bus.subscribe(_leave_to_sentry, ErrorHandled)
    log = LogObserver(sanitizer)
    bus.subscribe(log, *log.kinds)
    telemetry.subscribe(bus, breakers.states, bulkheads.snapshots)
    if audit is not None:
        context = RecordContext(sanitizer=sanitizer, service=settings.service, environment=settings.environment)
        observer = AuditObserver(audit, context)
        bus.subscribe(observer, *observer.kinds)


def _leave_to_sentry(_: ErrorHandled) -> None:
    leave_exceptions_to_sentry()
