"""What the windows of all workers hold together, so that many workers with few calls each find out as one would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from failsoft.machines.peered import PeeredMachine
from failsoft.machines.window import WindowCounts
from failsoft.policies.link import Link

__all__ = ["Evidence"]

_SETTLE = 0.6
"""Seconds from the first failure that is heard of to the first judgement: until then others may not have reported."""
_REPEAT = 2.0
_STALE = 60.0
_MOST = 512


class _Counted(NamedTuple):
    """What one worker reports of one circuit."""

    era: int
    total: int
    failures: int
    slow: int


_encode = msgspec.json.encode
_decoder = msgspec.json.Decoder(dict[str, _Counted])


class Evidence:
    """One worker's reports, and its reading of those of the others.

    A worker reports the circuits that have failures or slow calls in its own window, or in that of another worker; so
    nothing is reported while all is well. Only counts of the same era are added up: those since the circuit was last
    closed. A window with failures in which nothing has moved for a minute is left out, since the calls that have
    succeeded elsewhere do not push its failures out.
    """

    def __init__(self, me: str) -> None:
        self._me = me
        self._noticed: dict[str, float] = {}
        self._moved: dict[str, tuple[object, float]] = {}
        self._sent = b""
        self._sent_at = 0.0

    def report(self, links: Mapping[str, Link], now: float) -> bytes | None:
        """What to tell the store now; empty: nothing any more; None: what it was told still holds."""
        told: dict[str, _Counted] = {}
        for name, link in tuple(links.items()):
            machine = link.breaker.machine
            if len(told) >= _MOST or not isinstance(machine, PeeredMachine) or not machine.closed:
                continue
            if (machine.failing or name in self._noticed) and _by_rate(link):
                counts = link.breaker.snapshot().counts
                if counts.total and not self._stale(name, machine, counts, now):
                    told[name] = _Counted(link.member.word.era, *counts)
        text = _encode(told) if told else b""
        if text == self._sent and (not text or now - self._sent_at < _REPEAT):
            return None
        return text

    def sent(self, report: bytes | None, now: float) -> None:
        """The store has been told."""
        if report is not None:
            self._sent, self._sent_at = report, now

    def gathered(self, reports: Mapping[str, bytes], links: Mapping[str, Link], now: float) -> dict[str, WindowCounts]:
        """What the windows of the others hold, for each circuit here that is to be judged."""
        sums: dict[str, WindowCounts] = {}
        failing = {name for name, link in tuple(links.items()) if _failing(link)}
        for worker, text in reports.items():
            if worker == self._me:
                continue
            try:
                told = _decoder.decode(text)
            except msgspec.MsgspecError:
                continue
            for name, (era, total, failures, slow) in told.items():
                link = links.get(name)
                if link is not None and era == link.member.word.era:
                    before = sums.get(name, WindowCounts(0, 0, 0))
                    sums[name] = WindowCounts(before.total + total, before.failures + failures, before.slow + slow)
                    if failures or slow:
                        failing.add(name)
        self._noticed = {name: self._noticed.get(name, now) for name in failing}
        self._moved = {name: moved for name, moved in self._moved.items() if name in failing}
        return {
            name: others
            for name, others in sums.items()
            if now - self._noticed.get(name, now) >= _SETTLE and _by_rate(links[name])
        }

    def _stale(self, name: str, machine: PeeredMachine, counts: WindowCounts, now: float) -> bool:
        if not (counts.failures or counts.slow):
            return False
        mark = machine.place, counts
        seen, since = self._moved.get(name, (None, now))
        if seen != mark:
            since = now
        self._moved[name] = (mark, since)
        return now - since > _STALE


def _failing(link: Link) -> bool:
    machine = link.breaker.machine
    return isinstance(machine, PeeredMachine) and machine.closed and machine.failing


def _by_rate(link: Link) -> bool:
    rules = link.breaker.options.rules()
    return rules.failure_rate_threshold is not None or rules.slow_call_rate_threshold is not None
