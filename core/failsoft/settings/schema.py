"""The tree of settings: every key with its type, default and meaning. The reference in the docs is made from it."""

from __future__ import annotations

import copy
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from msgspec import Meta

from failsoft.call import Mode
from failsoft.errors.exceptions import Fault
from failsoft.errors.rules import ErrorMapping, Rule
from failsoft.kinds import Duration, Network, Reference, Url, did_you_mean, format_duration, join_path
from failsoft.machines.budget import Priority
from failsoft.options import Options, shown
from failsoft.policies.policy import Policy
from failsoft.policies.shared_limit import refusals
from failsoft.problem.catalogue import LANGUAGES, SHIPPED
from failsoft.settings.auditing import Audit
from failsoft.settings.sanitizing import Sanitize
from failsoft.settings.values import Catalogue, Header, Language, Match, StateUrl, Uri, View, Weights

__all__ = [
    "Audit",
    "Classification",
    "Endpoint",
    "RequestSettings",
    "Responses",
    "Rollout",
    "Sanitize",
    "Settings",
    "State",
    "Telemetry",
    "nearest_known",
    "nearest_source",
]

_LANGUAGES = ", ".join(LANGUAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout(Options):
    """How far Failsoft acts, for putting it in step by step."""

    mode: Annotated[
        Mode,
        Meta(description="`off`: nothing is done. `observe`: answers stay untouched, events say what would have been "
        "done. `enforce`: everything is done. Also for each endpoint."),
    ] = "enforce"  # fmt: skip
    percent: Annotated[
        float,
        Meta(ge=0, le=100, description="Percentage of requests in `mode`; the others are a step below it."),
    ] = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSettings(Options):
    """What is read from a request."""

    id_header: Annotated[Header, Meta(description="Header that carries the request id, in requests and answers.")] = (
        "X-Request-ID"
    )
    trust_id: Annotated[
        bool, Meta(description="Keep the caller's request id if it is `[A-Za-z0-9._-]{1,128}`; else make one.")
    ] = True
    trusted_proxies: Annotated[
        tuple[Network, ...],
        Meta(description="Proxies whose `Forwarded` and `X-Forwarded-For` headers tell the client's address."),
    ] = ()
    deadline_header: Annotated[
        Header | None,
        Meta(description="Header that tells how long the caller will wait, usually `X-Request-Deadline`: seconds, or a "
        "date-time of RFC 3339. It can only shorten a deadline. Absent: none is read or sent."),
    ] = None  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses(Options):
    """What the client is told."""

    format: Annotated[
        Literal["problem", "auto", "keep"],
        Meta(description="`problem`: a problem document (RFC 9457). `auto`: an HTML page to a browser that prefers it, "
        "else a problem document. `keep`: the framework's own bodies, with ids added; what a policy refused is a "
        "problem all the same."),
    ] = "auto"  # fmt: skip
    replace: Annotated[
        Literal["all", "unexpected"],
        Meta(description="Which answers are replaced; with `unexpected`, the app's own 4xx bodies stay."),
    ] = "all"
    status_from: Annotated[
        Literal["classified", "framework"],
        Meta(description="Where the status comes from; with `framework`, it is never moved by inference."),
    ] = "classified"
    reraise: Annotated[
        Literal["unexpected", "never"],
        Meta(description="After the answer, raise an unexpected exception again, so that error trackers still see it."),
    ] = "unexpected"
    debug: Annotated[
        bool, Meta(description="Disclose the text of exceptions to clients. Nothing else discloses it.")
    ] = False
    type_base: Annotated[
        Uri | None,
        Meta(description="Put before the code to make `type`. Absent: `about:blank`."),
    ] = None
    documentation_base: Annotated[
        Url | None, Meta(description="Put before the code to make `documentation_url`. Absent: no such member.")
    ] = None
    renderer: Annotated[
        Reference | None,
        Meta(description="Function of a problem and request facts that returns the body, for clients that already "
        "parse another form."),
    ] = None  # fmt: skip
    languages: Annotated[
        tuple[Language, ...],
        Meta(min_length=1, description="Languages of the texts, the first one being the default: of those that ship "
        "(`en`, `de`, `fr`, `es`), and of those that `catalogues` have."),
    ] = ("en",)  # fmt: skip
    catalogues: Annotated[
        tuple[Catalogue, ...],
        Meta(max_length=20, description="Directories with gettext catalogues of yours, "
        "`LANGUAGE/LC_MESSAGES/failsoft.mo`, or `DOMAIN:DIRECTORY`. They win over the texts that ship, the first one "
        "first, and may add codes and languages. A relative one counts from the working directory."),
    ] = ()  # fmt: skip

    def check(self, path: str) -> Iterable[Fault]:
        if self.catalogues or self.catalogues is None:
            # what languages they have is known when they are read
            return
        for number, language in enumerate(self.languages or ()):
            if language is not None and not SHIPPED.has(language):
                yield Fault(
                    f"{join_path(path, 'languages')}[{number}]",
                    shown(language),
                    f"expected one of {_LANGUAGES}, or a language that responses.catalogues have",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Options):
    """What holds for one endpoint or several. The first table that matches decides."""

    match: Annotated[
        Match | None,
        Meta(description="Method or `*`, and route template."),
    ] = None
    view: Annotated[
        View | None,
        Meta(description="Dotted path of the view, in place of `match`."),
    ] = None
    policy: Annotated[str | None, Meta(description="Name of the policy that protects it.")] = None
    mode: Annotated[Mode | None, Meta(description="Absent: `rollout.mode`.")] = None
    exempt: Annotated[bool, Meta(description="Failsoft does nothing here (health probes).")] = False
    critical: Annotated[
        bool, Meta(description="Failures here are one step more severe; answers below 500 given on purpose are not.")
    ] = False
    audit: Annotated[
        Literal["required"] | None,
        Meta(description="A failure here is answered when its audit record is on the disk, whatever "
        "`audit.durability`; if it cannot be kept, the answer is 503."),
    ] = None  # fmt: skip
    idempotent: Annotated[
        bool | Literal["key"] | None,
        Meta(description='It may be repeated; `"key"`: if the request carries an `Idempotency-Key`. Absent: the method '
        "decides."),
    ] = None  # fmt: skip
    before_retry: Annotated[
        Reference | None, Meta(description="Function that is called before each repetition, to undo what was begun.")
    ] = None
    priority: Annotated[
        Priority | None,
        Meta(
            description="Who gets the last of a retry budget, also in guards that it calls. Absent: `retry.priority`."
        ),
    ] = None

    def check(self, path: str) -> Iterable[Fault]:
        if self.match is None and self.view is None and not self.given & {"match", "view"}:
            yield Fault(f"{path}.match", "", "required: match or view")
        if self.match is not None and self.view is not None:
            yield Fault(f"{path}.view", shown(self.view), "expected match or view, not both")
        if self.exempt and self.policy is not None:
            yield Fault(f"{path}.policy", shown(self.policy), "expected no policy on an exempt endpoint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification(Options):
    """How it is found out what an exception is, beyond `[errors]` and `[[rules]]`."""

    model: Annotated[
        Weights,
        Meta(description="Ask the text model where nobody knows an exception by its class or its code. It gives a "
        "category, never a status, and makes nothing transient. A path: other weights than those that are shipped; a "
        "relative one counts from the working directory."),
    ] = True  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Options):
    """What workers share: the state of circuit breakers, and rate limits with `scope = "shared"`. Those with the same
    `service` and `environment` share."""

    url: Annotated[
        StateUrl,
        Meta(description="Where it is kept. `memory://`: nothing is shared. `sqlite:`: among the workers of one host; "
        "a relative file counts from the working directory. `redis:`, `rediss:`, `unix:`: among many hosts; needs the "
        "extra `redis`."),
    ] = "memory://"  # fmt: skip
    required: Annotated[
        bool,
        Meta(description="The app does not start unless the store can be reached. Else it starts, each worker decides "
        "alone, and the log says so."),
    ] = False  # fmt: skip
    max_age: Annotated[
        Duration, Meta(description="State that no worker has confirmed for so long is not restored after a restart.")
    ] = 600.0

    def check(self, path: str) -> Iterable[Fault]:
        if self.max_age is not None and self.max_age < 1:
            yield Fault(f"{path}.max_age", format_duration(self.max_age), "expected at least 1 second")
        if self.required and self.url == "memory://":
            yield Fault(f"{path}.required", "true", 'expected a url: workers share nothing by "memory://"')

    def __repr__(self) -> str:
        # a URL may hold a password, and what shows local variables shows this
        scheme = str(self.url).partition(":")[0]
        return f"State(url='{scheme}:…', required={self.required!r}, max_age={self.max_age!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry(Options):
    """What is emitted through the OpenTelemetry API. The app brings the SDK."""

    traces: Annotated[bool, Meta(description="Enrich the server span; spans for retried attempts.")] = True
    metrics: Annotated[bool, Meta(description="Counters, gauges and histograms.")] = True
    logs: Annotated[bool, Meta(description="Log events of exceptions and circuit breakers.")] = True
    fingerprint: Annotated[
        Reference | None,
        Meta(description="Function that has a say in which failures are the same one again: takes the failure, gives "
        'texts, or None. `"{{default}}"` among them stands for what they are told apart by otherwise.'),
    ] = None  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Options):
    """All settings of one app. Everything has a safe default: `Settings()` is what no settings at all mean."""

    service: Annotated[str, Meta(description="Name of the service, for records.")] = ""
    environment: Annotated[
        str,
        Meta(description="Name of the environment, for records. It switches nothing, but in `development` alone "
        "`sanitize.sinks` may be switched off."),
    ] = ""  # fmt: skip
    release: Annotated[
        str,
        Meta(description="Version of the app, for records. Absent: `service.version` in `OTEL_RESOURCE_ATTRIBUTES`."),
    ] = ""
    reload: Annotated[
        Literal["off", "watch", "sighup"],
        Meta(description="When a changed file is taken over while running: never, as soon as the change is seen, or at "
        "the signal SIGHUP."),
    ] = "off"  # fmt: skip
    rollout: Annotated[Rollout, Meta(description="How far Failsoft acts.")] = Rollout()
    request: Annotated[RequestSettings, Meta(description="What is read from a request.")] = RequestSettings()
    responses: Annotated[Responses, Meta(description="What the client is told.")] = Responses()
    policies: Annotated[Mapping[str, Policy], Meta(description="Policies by name.")] = field(default_factory=dict)
    endpoints: Annotated[tuple[Endpoint, ...], Meta(description="What holds where, in order.")] = ()
    errors: Annotated[
        Mapping[str, ErrorMapping], Meta(description="What an exception means, by the path of its class.")
    ] = field(default_factory=dict)
    rules: Annotated[tuple[Rule, ...], Meta(description="What exceptions mean, by condition.")] = ()
    classification: Annotated[Classification, Meta(description="How exceptions are classified.")] = Classification()
    sanitize: Annotated[Sanitize, Meta(description="What counts as secret.")] = Sanitize()  # noqa: RUF009 - is frozen
    state: Annotated[State, Meta(description="What workers share.")] = State()
    audit: Annotated[Audit | None, Meta(description="The audit trail; absent: none.")] = None
    telemetry: Annotated[Telemetry, Meta(description="What is emitted to OpenTelemetry.")] = Telemetry()
    _sources: Mapping[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def check(self, path: str) -> Iterable[Fault]:
        yield from self._check_endpoints(path)
        yield from self._check_texts(path)
        yield from self._check_limits(path)
        for number, endpoint in enumerate(self.endpoints or () if self.audit is None else ()):
            if endpoint is not None and endpoint.audit is not None and "audit" not in self.given:
                place = f"{join_path(path, 'endpoints')}[{number}].audit"
                yield Fault(place, shown(endpoint.audit), "needs an [audit] table")
        for sink in self.sanitize.off() if self.sanitize is not None and self.environment != "development" else ():
            place = join_path(join_path(join_path(path, "sanitize"), "sinks"), sink)
            yield Fault(place, '"off"', 'only possible with environment = "development"')
        for key in self.errors or ():
            if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", key):
                yield Fault(join_path(join_path(path, "errors"), key), "", 'expected the path of a class: "shop.Oops"')

    def _check_endpoints(self, path: str) -> Iterable[Fault]:
        seen: dict[str, int] = {}
        for number, endpoint in enumerate(self.endpoints or ()):
            if endpoint is None:
                continue
            place = f"{join_path(path, 'endpoints')}[{number}]"
            name = endpoint.policy
            if name is not None and name not in (self.policies or {}):
                expected = "expected the name of a policy" + did_you_mean(name, self.policies or ())
                yield Fault(f"{place}.policy", shown(name), expected)
            elif name is not None:
                for fault in self.policies[name].for_guards_only(join_path("policies", name)):
                    yield Fault(f"{place}.policy", shown(name), f"{fault.path} is {fault.expected}")
            for key in ("match", "view"):
                value = getattr(endpoint, key)
                if value is not None and seen.setdefault(value, number) != number:
                    yield Fault(
                        f"{place}.{key}", shown(value), f"never reached: endpoints[{seen[value]}] says the same"
                    )

    def _check_limits(self, path: str) -> Iterable[Fault]:
        url = None if self.state is None else self.state.url
        if url is None or url.startswith(("env:", "file:")):
            # has a fault of its own, or is read later
            return
        scheme = url.partition(":")[0]
        store = {"memory": "", "sqlite": "sqlite"}.get(scheme, "redis")
        yield from refusals(self.policies or {}, store, join_path(path, "policies"))

    def _check_texts(self, path: str) -> Iterable[Fault]:
        said = {join_path(join_path(path, "errors"), key): mapping for key, mapping in (self.errors or {}).items()}
        for number, rule in enumerate(self.rules or ()):
            if rule is not None and rule.then is not None:
                said[f"{join_path(path, 'rules')}[{number}].then"] = rule.then
        asked = () if self.responses is None else self.responses.languages or ()
        known = dict.fromkeys((*LANGUAGES, *(language for language in asked if language is not None)))
        for place, mapping in said.items():
            for name in ("title", "user_message", "guidance"):
                texts = getattr(mapping, name, None)
                for language in texts if isinstance(texts, Mapping) else ():
                    if language not in known:
                        expected = f"expected one of {', '.join(known)}"
                        yield Fault(join_path(f"{place}.{name}", language), "", expected)

    def warnings(self) -> tuple[Fault, ...]:
        """What is allowed, and hardly meant."""
        return tuple(
            fault._replace(source=self.source_of(fault.path))
            for name, policy in self.policies.items()
            for fault in policy.warnings(join_path("policies", name))
        )

    def source_of(self, path: str) -> str:
        """Where the value at a path (`policies.upstream.timeout`) came from.

        `FILE:LINE`, `environment NAME`, `settings` (a mapping or an object), or `default`.
        """
        if not self._sources:
            return "settings" if re.split(r"[.\[]", path)[0] in self.given else "default"
        known = nearest_known(self._sources, path)
        # a table in between was read key by key, so a key of it that is not there has its default
        opened = known != path and any(other.startswith((f"{known}.", f"{known}[")) for other in self._sources)
        return "default" if not known or opened else self._sources[known]

    def with_sources(self, sources: Mapping[str, str]) -> Self:
        """The same settings, remembering where each value came from."""
        made = copy.copy(self)
        object.__setattr__(made, "_sources", dict(sources))
        return made


def nearest_source(sources: Mapping[str, str], path: str) -> str:
    """The source of the value at a path, or of the table or list that holds it; empty if none is known."""
    return sources.get(nearest_known(sources, path), "")


def nearest_known(known: Container[str], path: str) -> str:
    """The longest of some paths that is this one, or one above it; empty if there is none."""
    if path in known:
        return path
    # upwards, and not through all that is known: a file may have thousands of keys
    ends = [place.start() for place in re.finditer(r"[.\[]", path)]
    return next((path[:end] for end in reversed(ends) if path[:end] in known), "")
