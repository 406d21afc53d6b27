"""Circuit breakers that other workers have as well: what the exchange with them may do to one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from failsoft.clock import Clock
from failsoft.events import Event
from failsoft.machines.breaker import BreakerMachine
from failsoft.machines.peered import PeeredMachine
from failsoft.machines.peers import Peers
from failsoft.policies.circuit_breaker import Breaker, Breakers, CircuitBreaker

__all__ = ["SharedBreaker", "SharedBreakers"]

T = TypeVar("T")


class SharedBreaker(Breaker):
    """One worker's part of a circuit."""

    __slots__ = ("peers",)

    def __init__(self, name: str, options: CircuitBreaker, clock: Clock, publish: Callable[[Event], None]) -> None:
        self.peers = Peers()
        """What is known of the other workers."""
        super().__init__(name, options, clock, publish)

    def share(self, act: Callable[[PeeredMachine], T], turn: AbstractContextManager[Any]) -> T:
        """For the exchange with other workers: do something to the machine, and announce what moved.

        Parameters:
            turn: held meanwhile.
        """
        with turn, self._lock:
            machine = self.machine
            assert isinstance(machine, PeeredMachine)  # noqa: S101 - made below
            result = act(machine)
            moved = machine.drain() if machine.pending else ()
        if moved:
            self._announce(moved)
        return result

    def _new(self) -> BreakerMachine:
        return PeeredMachine(self.options.rules(), self.peers)


class SharedBreakers(Breakers):
    """The circuit breakers of one Failsoft by name, where they are shared with other workers."""

    def _make(self, name: str, options: CircuitBreaker) -> SharedBreaker:
        return SharedBreaker(name, options, self._clock, self._publish)
