"""A policy: what is done about trouble, as a value. Named in the settings, or written on a view or guard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.kinds import join_path
from failsoft.options import Duration, Options, fields_of
from failsoft.policies.bulkhead import Bulkhead
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.consistency import contradictions, doubts
from failsoft.policies.offload import Offload
from failsoft.policies.rate_limit import RateLimit
from failsoft.policies.retry import Retry

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Options):
    """What protects a call. Each part is absent unless given, and what is absent costs nothing."""

    timeout: Annotated[
        Duration | None, Meta(description="Longest time of one attempt; cooperative where code is synchronous.")
    ] = None
    deadline: Annotated[
        Duration | None, Meta(description="Longest time of the whole call: all attempts and waits.")
    ] = None
    retry: Annotated[
        Retry | None, Meta(description="When to repeat: a table, the name of a strategy, or a number of attempts.")
    ] = None
    circuit_breaker: Annotated[
        CircuitBreaker | None, Meta(description="When to leave it alone: a table, or `true` for the defaults.")
    ] = None
    rate_limit: Annotated[
        RateLimit | None, Meta(description='How often it may be called: a rate such as `"100/minute"`, or a table.')
    ] = None
    bulkhead: Annotated[Bulkhead | None, Meta(description="How many calls at the same time: a table, or a number.")] = (
        None
    )

    offload: Annotated[
        Offload | None,
        Meta(description="For guards: in how many threads of their own synchronous calls run, so that they are cut "
        "off: a table, or a number."),
    ] = None  # fmt: skip

    def check(self, path: str) -> Iterable[Fault]:
        for name in ("timeout", "deadline"):
            if getattr(self, name) == 0:
                yield Fault(f"{path}.{name}", "0", "expected more than 0")
        if self.offload is not None and not self.given & {"timeout", "deadline"}:
            yield Fault(f"{path}.offload", "", "expected together with timeout or deadline")
        yield from contradictions(self, path)

    def warnings(self, path: str) -> Iterable[Fault]:
        """What is allowed, and hardly meant."""
        return doubts(self, path)

    def for_guards_only(self, path: str) -> Iterable[Fault]:
        """What keeps it from an endpoint, which hands over no results, and no work to other threads."""
        for name, key in (("retry", "retry_if_result"), ("circuit_breaker", "result")):
            if getattr(getattr(self, name), key, None) is not None:
                yield Fault(f"{join_path(path, name)}.{key}", "", "for guards only; an endpoint has `statuses`")
        if self.offload is not None:
            yield Fault(join_path(path, "offload"), "", "for guards only; the thread of a view is its server's")

    def refuse_on_endpoint(self, path: str) -> None:
        """See to it that an endpoint can have it.

        Raises:
            SettingsError: something is for guards only; lists all of it.
        """
        if faults := list(self.for_guards_only(path)):
            raise SettingsError(faults)

    @property
    def empty(self) -> bool:
        """Whether it does nothing at all."""
        return all(getattr(self, name) is None for name in fields_of(type(self)))
