"""Endpoints: which policy protects which route. Lookups are made once per route and kept in an immutable snapshot."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from failsoft.call import UNMATCHED, Mode
from failsoft.engine import Engine, Limits
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.kinds import join_path
from failsoft.machines.budget import Priority
from failsoft.marks import links_of, mark_of
from failsoft.pipeline import Pipeline
from failsoft.policies.bulkhead import Bulkheads
from failsoft.policies.circuit_breaker import Breakers
from failsoft.policies.offload import Offloads
from failsoft.policies.policy import Policy
from failsoft.policies.rate_limit import RateLimit, RateLimiter
from failsoft.policies.registry import remember_each
from failsoft.policies.shared_limit import SharedLimiter, refused
from failsoft.repeating import judge_of
from failsoft.retries import Retries

if TYPE_CHECKING:
    from failsoft.policies.lending import Lending

__all__ = [
    "KNOWN_METHODS",
    "Binding",
    "EndpointRule",
    "Endpoints",
    "normalize",
    "route_key",
]

K = TypeVar("K")
T = TypeVar("T")

_log = logging.getLogger("failsoft")
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
_MOST = 4096
_PLACEHOLDER = re.compile(r"<(?:[^<>:]+:)?([^<>:]+)>|\{([^{}:]+)(?::[^{}]*)?\}")


class EndpointRule(Protocol):
    """One `[[endpoints]]` table."""

    @property
    def match(self) -> str | None: ...
    @property
    def view(self) -> str | None: ...
    @property
    def policy(self) -> str | None: ...
    @property
    def mode(self) -> Mode | None: ...
    @property
    def exempt(self) -> bool: ...
    @property
    def critical(self) -> bool: ...
    @property
    def audit(self) -> Literal["required"] | None: ...
    @property
    def idempotent(self) -> bool | Literal["key"] | None: ...
    @property
    def before_retry(self) -> str | None: ...
    @property
    def priority(self) -> Priority | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What is to be done at one endpoint."""

    key: str
    pipeline: Pipeline | None = None
    mode: Mode | None = None
    """None: the mode of the app."""
    exempt: bool = False
    """Failsoft does nothing here (health probes)."""
    critical: bool = False
    """Failures here are more severe."""
    audited: bool = False
    """Failures here are on record before they are answered, or the answer is 503."""
    idempotent: bool | Literal["key"] | None = None
    policy: str = ""

    @property
    def outdated(self) -> bool:
        """It is to be made again."""
        return self.pipeline is not None and self.pipeline.outdated

    @property
    def idle(self) -> bool:
        """Nothing is to be done beyond what is done for every request."""
        return self.pipeline is None and self.mode is None and not (self.exempt or self.critical or self.audited)


def normalize(template: str) -> str:
    """A route template in one spelling for all frameworks: `/quotes/{symbol}`."""
    text = _PLACEHOLDER.sub(lambda m: "{" + (m[1] or m[2]) + "}", template)
    return text if text.startswith(("/", "^")) else "/" + text


def route_key(method: str, template: str | None) -> str:
    """Key of an endpoint: `GET /quotes/{symbol}`; one constant for what no route took, `_OTHER` for odd methods."""
    if template is None:
        return UNMATCHED
    return f"{method if method in KNOWN_METHODS else '_OTHER'} {normalize(template)}"


class Endpoints:
    """Finds the binding of a route: the `[[endpoints]]` tables first, then the mark on the view.

    Raises:
        SettingsError: a policy name does not resolve.
    """

    def __init__(
        self,
        *,
        rules: Iterable[EndpointRule],
        policies: Mapping[str, Policy],
        engine: Engine,
        breakers: Breakers,
        bulkheads: Bulkheads,
        offloads: Offloads,
        hooks: Mapping[str, Callable[..., Any]],
        lending: Lending | None = None,
    ) -> None:
        self._rules = tuple(rules)
        self._policies = policies
        self._engine = engine
        self._breakers = breakers
        self._bulkheads = bulkheads
        self._offloads = offloads
        self._hooks = hooks
        self._lending = lending
        self.retries = Retries()
        """Budgets and books of the retries."""
        self._limiters: dict[tuple[str, RateLimit], RateLimiter] = {}
        self._bindings: dict[tuple[str, object], Binding] = {}
        self._guards: dict[tuple[str, str | Policy], Pipeline] = {}
        self._lock = RLock()
        self._warned: set[str] = set()
        self.matched: set[int] = set()
        """Positions of the `[[endpoints]]` tables that some route has taken."""

    def bind(self, method: str, template: str, view: object = None) -> Binding:
        """The binding of a route; the same object for the same method, template and view.

        Views that cannot be hashed are resolved each time; of more than 4096 bindings, the oldest are resolved again.

        Raises:
            SettingsError: a policy name does not resolve.
        """
        key = route_key(method, template)
        try:
            found = self._bindings.get((key, view))
        except TypeError:
            return self._resolve(key, method, normalize(template), view)
        if found is None or found.outdated:
            # code is loaded and events are published on the way, so not under the lock
            found = self._resolve(key, method, normalize(template), view)
            with self._lock:
                there = self._bindings.get((key, view))
                if there is not None and not there.outdated:
                    return there
                if found.pipeline is None or not found.pipeline.limits.lacking:
                    self._bindings = _with(self._bindings, (key, view), found)
        return found

    def hurried(self, binding: Binding) -> Binding:
        """The binding for a call that has a deadline of its caller's."""
        return binding if binding.pipeline is not None else replace(binding, pipeline=self.hurry)

    @property
    def hurry(self) -> Pipeline:
        """What keeps to the deadline of whoever calls, and does nothing else."""
        return Pipeline(Limits(), self._engine)

    def guard(self, key: str, policy: str | Policy) -> Pipeline:
        """The pipeline of a guard, made once for each name; of more than 4096, the oldest are made again.

        Raises:
            SettingsError: the policy name does not resolve.
        """
        pipeline = self._guards.get((key, policy))
        if pipeline is None or pipeline.outdated:
            name = policy if isinstance(policy, str) else ""
            resolved = self.policy(policy, key) if isinstance(policy, str) else policy
            pipeline = Pipeline(self.compile(name, resolved, key), self._engine)
            with self._lock:
                there = self._guards.get((key, policy))
                if there is not None and not there.outdated:
                    return there
                if not pipeline.limits.lacking:
                    self._guards = _with(self._guards, (key, policy), pipeline)
        return pipeline

    def unmatched_rules(self) -> list[str]:
        """`[[endpoints]]` tables that no route has taken so far."""
        return [str(r.match or r.view) for n, r in enumerate(self._rules) if n not in self.matched]

    def compile(self, name: str, policy: Policy, key: str, priority: Priority | None = None) -> Limits:
        """The limits of a policy for one endpoint or guard, wired to its breaker, bulkhead, budget and rate limit.

        Raises:
            SettingsError: code that the policy names is not there, or a rate limit whose key cannot be told there, or
                that cannot be shared.
        """
        if not name:
            # those with a name are warned of with the settings
            self._warn(policy.warnings(key))
        retry, options = policy.retry, policy.circuit_breaker
        breaker = None
        if options is not None:
            options = options.loaded(join_path(key, "circuit_breaker"))
            shared = options.scope == "policy" and name
            breaker = self._breakers.obtain(f"policy:{name}" if shared else key, options)
        tally = None
        if retry is not None:
            retry = retry.loaded(join_path(key, "retry"))
            tally = self.retries.tally(name or key, key, retry.budget)
        rate = None if policy.rate_limit is None else self._limiter(policy.rate_limit, key)
        room = None if policy.bulkhead is None else self._bulkheads.obtain(key, policy.bulkhead)
        crew = None if policy.offload is None else self._offloads.obtain(key, policy.offload)
        wanted = ((options, breaker), (policy.bulkhead, room), (policy.offload, crew))
        return Limits(
            name=name,
            rate=rate,
            exact=rate if isinstance(rate, SharedLimiter) and rate.options.exact else None,
            retry=retry,
            tally=tally,
            priority=priority or (retry.priority if retry is not None else None),
            judge=judge_of(retry, breaker, self._engine),
            breaker=breaker,
            bulkhead=room,
            offload=crew,
            lacking=any(asked is not None and there is None for asked, there in wanted),
            timeout=policy.timeout,
            deadline=policy.deadline,
        )

    def _warn(self, doubts: Iterable[Fault]) -> None:
        for doubt in map(str, doubts):
            if doubt not in self._warned and len(self._warned) < _MOST:
                self._warned.add(doubt)
                _log.warning("%s", doubt)

    def _limiter(self, options: RateLimit, key: str) -> RateLimiter:
        """The rate limit of one endpoint or guard. HEAD is counted with GET, or it would be a second quota."""
        name = key.replace("HEAD ", "GET ", 1) if key.startswith("HEAD ") else key
        limiter = self._limiters.get((name, options))
        if limiter is None:
            lending = self._lending
            if faults := refused(options, "" if lending is None else lending.kind, f"{name}: rate_limit"):
                raise SettingsError(faults)
            try:
                shared = lending is not None and options.scope == "shared"
                limiter = lending.limiter(name, options) if lending and shared else RateLimiter(name, options)
            except ValueError as error:
                raise SettingsError([Fault(f"{name}: rate_limit.key", repr(options.key), str(error))]) from None
            if len(self._limiters) < _MOST:
                limiter = self._limiters.setdefault((name, options), limiter)
        return limiter

    def remember(self) -> Callable[[], None]:
        """The way back to how retry budgets and rate limits stand now."""
        ways_back = (self.retries.remember(), remember_each(lambda: self._limiters))

        def restore() -> None:
            for way_back in ways_back:
                way_back()

        return restore

    def forget(self) -> None:
        """Begin anew in a forked process."""
        self._lock = RLock()
        self.retries.forget()
        for limiter in self._limiters.values():
            limiter.forget()

    def policy(self, name: str, where: str) -> Policy:
        """The policy of this name.

        Raises:
            SettingsError: there is none.
        """
        try:
            return self._policies[name]
        except KeyError:
            known = ", ".join(sorted(self._policies)) or "none"
            fault = Fault(where, repr(name), f"expected the name of a policy in the settings (there are: {known})")
            raise SettingsError([fault]) from None

    def _resolve(self, key: str, method: str, template: str, view: object) -> Binding:
        rule = self._rule(method, template, view)
        marked = mark_of(view, method)
        chosen: str | Policy | None = marked.policy if marked else None
        if rule is not None and rule.policy is not None:
            chosen = rule.policy
        name = chosen if isinstance(chosen, str) else ""
        policy = self.policy(chosen, key) if isinstance(chosen, str) else chosen
        prepare = marked.before_retry if marked else None
        if rule is not None and rule.before_retry is not None:
            prepare = self._hooks[rule.before_retry]
        priority = marked.priority if marked else None
        if rule is not None and rule.priority is not None:
            priority = rule.priority
        pipeline = None
        if (policy is not None and not policy.empty) or priority is not None:
            policy = policy or Policy()
            policy.refuse_on_endpoint(key)
            pipeline = Pipeline(self.compile(name, policy, key, priority), self._engine, prepare)
        mode = rule.mode if rule is not None and rule.mode is not None else marked.mode if marked else None
        idempotent = marked.idempotent if marked else None
        if rule is not None and rule.idempotent is not None:
            idempotent = rule.idempotent
        exempt = rule is not None and rule.exempt
        return Binding(
            key=key,
            pipeline=pipeline,
            mode=mode,
            exempt=exempt,
            critical=rule is not None and rule.critical,
            audited=rule is not None and rule.audit == "required",
            idempotent=idempotent,
            policy=name,
        )

    def _rule(self, method: str, template: str, view: object) -> EndpointRule | None:
        path = _path_of(view)
        for number, rule in enumerate(self._rules):
            if rule.view is not None:
                hit = rule.view in path
            else:
                wanted, _, pattern = (rule.match or "").partition(" ")
                hit = wanted in ("*", method) and normalize(pattern.strip()) == template
            if hit:
                self.matched.add(number)
                return rule
        return None


def _with(cache: dict[K, T], key: K, value: T) -> dict[K, T]:
    """The same with one more; of too many, the oldest quarter goes."""
    if len(cache) >= _MOST and key not in cache:
        cache = dict([*cache.items()][_MOST // 4 :])
    return {**cache, key: value}


def _path_of(view: object) -> set[str]:
    paths = set()
    for link in links_of(view):
        module, name = getattr(link, "__module__", None), getattr(link, "__qualname__", None)
        if module and name:
            paths.add(f"{module}.{name}")
    return paths
