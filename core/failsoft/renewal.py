"""Endpoints and guards under changed settings: what is at work under a name goes on where it stands.

Everything that was bound is bound again, twice: first on trial, with nothing real, so that a fault is found before
anything has changed and it is known who wants what; then with the circuit breakers, budgets and limits that are there.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from threading import RLock
from typing import Any, NamedTuple

from failsoft.endpoints import KNOWN_METHODS, EndpointRule, Endpoints
from failsoft.engine import Engine
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.pipeline import Pipeline
from failsoft.policies.bulkhead import Bulkheads
from failsoft.policies.circuit_breaker import Breakers
from failsoft.policies.offload import Offloads
from failsoft.policies.policy import Policy
from failsoft.retries import Retries

__all__ = ["Wanted", "catch_up", "renewed"]


class Wanted(NamedTuple):
    """What endpoints are made from, and what may change about them."""

    rules: Iterable[EndpointRule]
    policies: Mapping[str, Policy]
    engine: Engine
    hooks: Mapping[str, Callable[..., Any]]


def renewed(old: Endpoints, wanted: Wanted) -> Endpoints:
    """Endpoints by other settings, to take the place of `old`.

    A circuit breaker, bulkhead, retry budget or rate limit of the same name keeps its state and goes by the new options
    at once, also for calls under way. A breaker or bulkhead that nothing is protected by any more is forgotten.

    Raises:
        SettingsError: something that was bound cannot be bound any more; then nothing has changed.
    """
    trial = _on_trial(_made(old, wanted))
    _bind_again(old, trial)

    made = _made(old, wanted)
    _carry_named(old, trial)
    old.retries.adopt(trial.retries)
    _carry_limiters(old, trial, made)
    _bind_again(old, made)
    return made


def catch_up(old: Endpoints, made: Endpoints) -> None:
    """Let go by the new options too what was first met by the old ones while `made` was made and took their place."""
    trial = _on_trial(made)
    with suppress(SettingsError):  # whoever calls it is told
        _bind_again(old, trial)
    _adopt(made, trial)
    made.retries.adopt(trial.retries)


def _on_trial(made: Endpoints) -> Endpoints:
    """The same with nothing real."""
    trial = copy.copy(made)
    clock = trial._engine.clock
    trial._bindings, trial._guards, trial._lock, trial.matched = {}, {}, RLock(), set()
    trial._breakers, trial._bulkheads = Breakers(clock, lambda _: None), Bulkheads(clock, lambda _: None)
    trial._offloads = Offloads(clock, lambda _: None)
    trial.retries, trial._limiters = Retries(), {}
    return trial


def _made(old: Endpoints, wanted: Wanted) -> Endpoints:
    made = copy.copy(old)
    made._rules, made._policies, made._engine, made._hooks = tuple(wanted.rules), *wanted[1:]
    made._bindings, made._guards, made._lock, made.matched = {}, {}, RLock(), set()
    return made


def _bind_again(old: Endpoints, made: Endpoints) -> None:
    faults: dict[Fault, None] = {}
    for key, view in old._bindings:
        method, _, template = key.partition(" ")
        if method in KNOWN_METHODS:  # of any other, it is not known which it was
            _gather(faults, made.bind, method, template, view)
    for key, policy in old._guards.copy():
        _gather(faults, made.guard, key, policy)
    if faults:
        raise SettingsError(faults)


def _gather(faults: dict[Fault, None], bind: Callable[..., object], *arguments: object) -> None:
    try:
        bind(*arguments)
    except SettingsError as error:
        faults.update(dict.fromkeys(error.faults))


def _adopt(there: Endpoints, trial: Endpoints) -> None:
    for name, breaker in trial._breakers.items():
        if name in there._breakers:
            there._breakers[name].adopt(breaker.options)
    for name, bulkhead in trial._bulkheads.items():
        if name in there._bulkheads:
            there._bulkheads[name].adopt(bulkhead.options)
    for name, crew in trial._offloads.items():
        if name in there._offloads:
            there._offloads[name].adopt(crew.options)


def _carry_named(old: Endpoints, trial: Endpoints) -> None:
    _adopt(old, trial)
    used = [pipeline.limits for pipeline in _pipelines(old)]
    old._breakers.drop({found.breaker.name for found in used if found.breaker is not None} - set(trial._breakers))
    old._bulkheads.drop({found.bulkhead.name for found in used if found.bulkhead is not None} - set(trial._bulkheads))
    for crew in {found.offload for found in used if found.offload is not None}:
        if crew.name not in trial._offloads:
            crew.close()
            old._offloads.drop({crew.name})


def _pipelines(endpoints: Endpoints) -> Iterator[Pipeline]:
    yield from endpoints._guards.copy().values()
    for binding in endpoints._bindings.values():
        if binding.pipeline is not None:
            yield binding.pipeline


def _carry_limiters(old: Endpoints, trial: Endpoints, made: Endpoints) -> None:
    now = trial._engine.clock.monotonic()
    there = old._limiters.copy()
    made._limiters = {key: limiter for key, limiter in there.items() if key in trial._limiters}
    for key, limiter in trial._limiters.items():
        if key in there:
            continue
        name, options = key
        before = [
            found
            for known, found in there.items()
            if known[0] == name and known[1].key == options.key
            if known not in trial._limiters
        ]
        if before:
            limiter.follow(before[-1], now)
        made._limiters[key] = limiter
