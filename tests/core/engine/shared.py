"""Workers that share a limit: instances of one process whose beats are moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clocks import ManualClock
from failsoft import Failsoft, Policy, RateLimit, RateLimitError

__all__ = ["Worker", "Workers"]


class Worker:
    """One worker, and a guard under a shared limit."""

    def __init__(self, settings: dict[str, Any], clock: ManualClock) -> None:
        self.fs = Failsoft(settings, clock=clock)
        beat = self.fs._parts.beat
        assert beat is not None
        # the thread is taken to run, so that none is started
        beat.running = True
        self.beat = beat
        self.events: list[Any] = []
        self.fs.events.subscribe(self.events.append)

    def spend(self, times: int, *, name: str = "x", **options: Any) -> int:
        """How many of some calls are admitted."""
        guard = self.fs.guard(name, policy=Policy(rate_limit=RateLimit(scope="shared", **options)))
        return sum(self.admitted(lambda: guard.call(int)) for _ in range(times))

    @staticmethod
    def admitted(call: Callable[[], object]) -> bool:
        try:
            call()
        except RateLimitError:
            return False
        return True

    def exchange(self) -> None:
        """One beat."""
        self.beat.once()

    def of(self, kind: type) -> list[Any]:
        """The events of a kind."""
        return [event for event in self.events if type(event) is kind]

    def close(self) -> None:
        self.beat._thread = None
        self.fs.close()
        self.beat.leave()


class Workers:
    """Makes workers with the same settings."""

    def __init__(self, url: str, clock: ManualClock, service: str = "shop") -> None:
        self._settings = {"service": service, "state": {"url": url}}
        self._clock = clock
        self._made: list[Worker] = []

    def __call__(self, **settings: Any) -> Worker:
        self._made.append(Worker({**self._settings, **settings}, self._clock))
        return self._made[-1]

    def close(self) -> None:
        for worker in self._made:
            worker.close()
