"""Faults on order: calls through one guard or endpoint wait or fail before what they call is run."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from threading import Lock

from failsoft.call import Call
from failsoft.clock import Clock
from failsoft.endpoints import normalize
from failsoft.facade import Failsoft
from failsoft.faults import FAULTS
from failsoft.kinds import parse_duration

__all__ = ["InjectedFault", "Raises", "fault"]

Raises = BaseException | type[BaseException] | Callable[[], BaseException]
"""An exception, a class of them, or what makes one."""


class InjectedFault:
    """What befalls the calls of one guard or endpoint.

    Attributes:
        fired: how often it has.
    """

    def __init__(
        self,
        target: str,
        make: Callable[[], BaseException] | None,
        latency: float,
        times: int | None,
        rate: float,
        rng: Random,
        fs: Failsoft | None,
    ) -> None:
        self.target = target
        self.fired = 0
        self._make = make
        self._latency = latency
        self._times = times
        self._rate = rate
        self._rng = rng
        self._fs = fs
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"<InjectedFault {self.target!r} fired={self.fired}>"

    def strike(self, call: Call, clock: Clock) -> None:
        """Befall a synchronous attempt, if it is its turn."""
        if self._takes(call):
            if self._latency:
                clock.sleep(self._latency)
            self._raise()

    async def astrike(self, call: Call, clock: Clock) -> None:
        """As `strike`, for an asynchronous attempt."""
        if self._takes(call):
            if self._latency:
                await clock.asleep(self._latency)
            self._raise()

    def _takes(self, call: Call) -> bool:
        if call.endpoint != self.target or (self._fs is not None and call.owner is not self._fs):
            return False
        with self._lock:
            if self._times is not None and self.fired >= self._times:
                return False
            if self._rate < 1 and self._rng.random() >= self._rate:
                return False
            self.fired += 1
            return True

    def _raise(self) -> None:
        if self._make is not None:
            error = self._make()
            if not isinstance(error, BaseException):
                raise TypeError(f"raises= made {error!r}, which is no exception")
            raise error


@contextmanager
def fault(
    target: str,
    *,
    raises: Raises | None = None,
    latency: float | str = 0.0,
    times: int | None = None,
    rate: float = 1.0,
    seed: int = 0,
    must_fire: bool = True,
    fs: Failsoft | None = None,
) -> Iterator[InjectedFault]:
    """Let calls through a guard or endpoint wait or fail within the block, before what they call is run.

    Policies see it as what the call itself did: it is retried, counted by the circuit breaker, answered. It befalls
    attempts, so `times=2` under a retry fails one call twice. A block (`with guard:`) fails as it is entered. The
    endpoint needs a policy.

    Parameters:
        target: `guard:payments` or `GET /quotes/{symbol}`.
        raises: what is raised: an exception (each time a copy), a class, or a function that makes one.
        latency: what is waited before, by the clock of the instance.
        times: it fires so often at most.
        rate: the share of attempts that it befalls, from above 0 to 1.
        seed: of the chance that `rate` goes by.
        must_fire: it is an error if it never fired.
        fs: the instance; None: every one.

    Raises:
        AssertionError: at the end of the block, it never fired.
        ValueError, TypeError: an argument makes no sense.
    """
    pause = parse_duration(latency)
    if raises is None and not pause:
        raise ValueError("a fault raises something, or takes time: give raises= or latency=")
    if not 0 < rate <= 1 or (times is not None and times < 1):
        raise ValueError(f"such a fault never fires: rate {rate}, times {times}")
    armed = InjectedFault(_target(target), _maker(raises), pause, times, rate, Random(seed), fs)  # noqa: S311 - a test
    disarm = FAULTS.arm(armed)
    try:
        yield armed
    finally:
        disarm()
    if must_fire and not armed.fired:
        raise AssertionError(
            f"the fault of {armed.target!r} never fired: nothing was called through a guard of this name, "
            "or an endpoint of this key that has a policy (must_fire=False allows it)"
        )


def _target(target: str) -> str:
    if re.fullmatch(r"guard:.+", target):
        return target
    method, space, template = target.partition(" ")
    if space and template[:1] in ("/", "^") and re.fullmatch(r"[A-Z_]+", method):
        return f"{method} {normalize(template)}"
    raise ValueError(f'expected "guard:{target}", or a method and a route as "GET /quotes/{{symbol}}", not {target!r}')


def _maker(raises: Raises | None) -> Callable[[], BaseException] | None:
    if raises is None:
        return None
    if not isinstance(raises, (type, BaseException)):
        if callable(raises):
            return raises
        raise TypeError(f"expected an exception, a class of exceptions, or a function that makes one, not {raises!r}")
    cls = raises if isinstance(raises, type) else type(raises)
    try:
        make = raises if isinstance(raises, type) else _copies(raises)
        whole = issubclass(cls, BaseException) and isinstance(make(), cls)
    except Exception as error:
        raise TypeError(f"{raises!r} cannot be made again and again; give a function that makes one") from error
    if not whole:
        raise TypeError(f"{raises!r} is no exception, or not when it is made again; give a function that makes one")
    return make


def _copies(exc: BaseException) -> Callable[[], BaseException]:
    """Raised twice, one object would carry the notes and frames of both."""
    model = copy.copy(exc)
    return lambda: copy.copy(model)
