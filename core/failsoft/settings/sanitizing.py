"""The settings of the sanitizer: the table `[sanitize]`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from failsoft.errors.exceptions import Fault
from failsoft.kinds import Secret, join_path
from failsoft.options import Options, shown
from failsoft.sanitize import UserPattern
from failsoft.sanitize.gate import has_re2
from failsoft.sanitize.patterns import CompiledPattern

__all__ = ["Sanitize", "SanitizePattern", "Sinks"]

_Switch = Literal["on", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SanitizePattern(Options):
    """A secret of yours that its form gives away."""

    name: Annotated[
        str,
        Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="What the marker says: `[REDACTED:employee_no]`."),
    ]
    pattern: Annotated[
        str,
        Meta(min_length=1, description="Regular expression, checked for what it may cost: its time has to be linear."),
    ]
    group: Annotated[
        int | str | None,
        Meta(description="The group of the pattern that goes. Absent: the one named `secret`, else the whole match."),
    ] = None

    def check(self, path: str) -> Iterable[Fault]:
        if self.name is None or self.pattern is None:
            # has a fault of its own
            return
        try:
            CompiledPattern(UserPattern(self.name, self.pattern, self.group), engine="python")
        except ValueError as error:
            place = "group" if "no group" in str(error) else "pattern"
            yield Fault(join_path(path, place), shown(getattr(self, place)), str(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sinks(Options):
    """Where the sanitizer may be switched off, to see everything while developing: only in `environment =
    "development"`. Answers to clients are always sanitized."""

    logs: Annotated[_Switch, Meta(description="The log of errors.")] = "on"
    telemetry: Annotated[_Switch, Meta(description="Spans, log records and metrics of OpenTelemetry.")] = "on"
    audit: Annotated[_Switch, Meta(description="Records of the audit trail.")] = "on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanitize(Options):
    """What counts as secret, beyond what always does."""

    tier: Annotated[
        Literal["standard", "strict"],
        Meta(description="`strict`: also redact what is a matter of policy, such as IP addresses."),
    ] = "standard"
    keys: Annotated[tuple[str, ...], Meta(description="More names whose values are secret.")] = ()
    safe_keys: Annotated[tuple[str, ...], Meta(description="Names whose values are not secret after all.")] = ()
    patterns: Annotated[
        tuple[SanitizePattern, ...], Meta(description="Secrets of yours that their form gives away.")
    ] = ()
    locals: Annotated[
        tuple[str, ...],
        Meta(description="Local variables that stacks may show, by exact name, sanitized and cut. By default none."),
    ] = ()
    engine: Annotated[
        Literal["auto", "re2", "python"],
        Meta(description="What looks for secrets. `re2` needs the extra of that name and is several times faster on "
        "texts without any; `auto`: if it is installed. The result is the same."),
    ] = "auto"  # fmt: skip
    correlate: Annotated[
        bool,
        Meta(description="Markers tell equal values from different ones: `[REDACTED:email#3f9a]`, by a keyed hash of "
        "16 bits."),
    ] = False  # fmt: skip
    correlation_key: Annotated[
        Secret | None, Meta(description="The key of that hash, at least 16 characters; keep it from those who read.")
    ] = None
    sinks: Annotated[Sinks, Meta(description="Where nothing is sanitized, in development only.")] = Sinks()

    def check(self, path: str) -> Iterable[Fault]:
        if self.engine == "re2" and not has_re2():
            expected = 'expected the extra re2 to be installed: pip install "failsoft[re2]"'
            yield Fault(join_path(path, "engine"), '"re2"', expected)
        for key in ("keys", "safe_keys"):
            for number, name in enumerate(getattr(self, key) or ()):
                if name is not None and not any(map(str.isalnum, name)):
                    place = f"{join_path(path, key)}[{number}]"
                    yield Fault(place, shown(name), 'expected a name such as "badge_no"')
        for number, name in enumerate(self.locals or ()):
            if name is not None and not name.isidentifier():
                expected = 'expected the name of a variable such as "order_id"'
                yield Fault(f"{join_path(path, 'locals')}[{number}]", shown(name), expected)
        if self.correlate and self.correlation_key is None and "correlation_key" not in self.given:
            yield Fault(join_path(path, "correlation_key"), "", 'required with correlate: "env:NAME" or "file:PATH"')

    def off(self) -> tuple[str, ...]:
        """The sinks where nothing is sanitized."""
        sinks = self.sinks
        return tuple(name for name in ("logs", "telemetry", "audit") if sinks and getattr(sinks, name) == "off")
