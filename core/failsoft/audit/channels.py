"""Channels of notifications: each has a thread of its own, so that one that is slow or down holds up nobody else."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from failsoft.audit.means import Means, RefusedError, TryAgainError
from failsoft.audit.notices import Message, Notice, rank_of
from failsoft.audit.outbox import Outbox
from failsoft.audit.records import Draft, Record, RecordContext, record
from failsoft.clock import Clock, SystemClock
from failsoft.ids import new_error_id
from failsoft.observers.base import clean, cut, one_line
from failsoft.observers.queued import QueuedWorker

__all__ = ["Channel", "Delivery", "Notifier", "notified"]

_FIRST_DELAY: Final = 1.0
_LONGEST_DELAY: Final = 300.0
_MOST_WAITING: Final = 1_000
_MOST_AT_ONCE: Final = 200
_MOST_ERROR: Final = 300
_MOST_KNOWN: Final = 2_000
_log = logging.getLogger("failsoft.audit")


class _Sink(Protocol):
    """What takes drafts of records, as `AuditWriter`."""

    def put(self, draft: Draft, /) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a channel delivers.

    Attributes:
        severity: the least that is sent.
        rules: only incidents by these rules; empty: by all.
        closed: incidents that were closed are sent, too.
        most, per: at most so many messages in so many seconds; what comes meanwhile goes out as one digest.
        give_up: seconds for which one message is tried.
        first_delay: seconds before the second attempt; doubled each time, up to 5 minutes.
    """

    severity: str = "info"
    rules: tuple[str, ...] = ()
    closed: bool = False
    most: int = 30
    per: float = 3600.0
    give_up: float = 86_400.0
    first_delay: float = _FIRST_DELAY

    def wants(self, notice: Notice) -> bool:
        """Whether a notice is to be sent."""
        return (
            rank_of(notice.severity) >= rank_of(self.severity)
            and (not self.rules or notice.rule in self.rules)
            and (self.closed or notice.event != "incident.closed")
        )


class Channel:
    """Delivers notices by one means, in order, in a thread of its own.

    Parameters:
        name: of the channel.
        means: sends.
        sink: takes the record of each delivery.
        outbox: keeps what is not delivered yet; None: a restart loses it.

    Attributes:
        sent, failed: messages that were taken, and given up.
    """

    def __init__(
        self, name: str, means: Means, delivery: Delivery, *, sink: _Sink, outbox: Outbox | None, clock: Clock
    ) -> None:
        self.name = name
        self.means = means
        self.delivery = delivery
        self._sink = sink
        self._outbox = outbox
        self._clock = clock
        self._tokens, self._filled = float(delivery.most), clock.monotonic()
        self._told = 0
        self.sent = 0
        self.failed = 0
        self._worker: QueuedWorker[Notice] = QueuedWorker(
            self._handle, size=_MOST_WAITING, batch=_MOST_AT_ONCE, interval=0.0, name=f"failsoft-notify-{name}"
        )

    def put(self, notice: Notice) -> None:
        """Have a notice delivered. Never waits and never raises."""
        if not self._worker.put(notice):
            _log.error("audit: notification of incident %s by %s dropped", notice.incident, one_line(self.name))

    def flush(self, timeout: float) -> bool:
        """Wait until everything put so far was delivered or given up."""
        return self._worker.flush(timeout)

    def close(self, timeout: float) -> bool:
        """Try what waits once more, and end."""
        return self._worker.close(timeout)

    # --- the channel's thread

    def _handle(self, notices: list[Notice]) -> None:
        # a forked child counts from nothing again
        total = self._worker.dropped
        dropped, self._told = max(0, total - self._told), total
        while notices:
            waited = self._admitted()
            # enough room for each by itself, or one message for all of them
            each = waited and not dropped and self._tokens >= len(notices) - 1
            now, notices = (notices[:1], notices[1:]) if each else (notices, [])
            at = self._clock.time()
            self._deliver(Message.of(now, dropped, at, new_error_id(at)), now)
            dropped = 0

    def _admitted(self) -> bool:
        """Wait until one more message may be sent. False if that took a while, or the process ends meanwhile."""
        at_once = True
        while True:
            now = self._clock.monotonic()
            rate = self.delivery.most / self.delivery.per
            self._tokens = min(self.delivery.most, self._tokens + (now - self._filled) * rate)
            self._filled = now
            if self._tokens >= 1:
                self._tokens -= 1
                return at_once
            at_once = False
            if not self._worker.pause((1 - self._tokens) / rate):
                return False

    def _deliver(self, message: Message, notices: Sequence[Notice]) -> None:
        delay, attempts, began = self.delivery.first_delay, 0, self._clock.monotonic()
        ending = False
        while True:
            attempts += 1
            try:
                self.means.send(message, self._clock.time())
            except RefusedError as error:
                self._give_up(message, notices, attempts, str(error))
                return
            except Exception as error:  # noqa: BLE001 - whatever a network raises: it may come back
                wish = error.retry_after if isinstance(error, TryAgainError) else None
                said = str(error) if isinstance(error, TryAgainError) else type(error).__name__
                late = self._clock.monotonic() - began >= self.delivery.give_up
                if ending and self._outbox is not None and not late:
                    _log.warning("audit: a notification by %s waits for the next start", one_line(self.name))
                    return
                if ending or late:
                    self._give_up(message, notices, attempts, said)
                    return
                if attempts == 1:
                    _log.warning("audit: a notification by %s failed (%s), is tried again", one_line(self.name), said)
                ending = not self._worker.pause(delay if wish is None else max(delay, wish))
                delay = min(delay * 2, _LONGEST_DELAY)
            else:
                self.sent += 1
                self._settle("notification.sent", message, notices, attempts, None)
                return

    def _give_up(self, message: Message, notices: Sequence[Notice], attempts: int, why: str) -> None:
        self.failed += 1
        _log.error("audit: a notification by %s was given up: %s", one_line(self.name), one_line(why))
        self._settle("notification.failed", message, notices, attempts, why)

    def _settle(self, kind: str, message: Message, notices: Sequence[Notice], attempts: int, error: str | None) -> None:
        told = {
            "id": message.id,
            "channel": self.name,
            "means": self.means.kind,
            "attempts": attempts,
            "incidents": [notice.incident for notice in notices],
            "dropped": message.dropped,
        }
        self._sink.put(partial(notified, kind, self._clock.time(), message.severity, told, error))
        if self._outbox is not None:
            for notice in notices:
                self._outbox.done(self.name, notice)


class Notifier:
    """Hands notices to the channels that want them, and takes over what was not delivered before a restart."""

    def __init__(self, channels: Sequence[Channel], outbox: Outbox | None) -> None:
        self.channels = tuple(channels)
        self._outbox = outbox
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self.waiting = outbox is not None and outbox.orphans()
        """There may be something to take over: `begin` does."""

    def notify(self, notice: Notice) -> None:
        """Have a notice delivered by all channels that want it; each once. Never waits for them."""
        for channel in self.channels:
            if channel.delivery.wants(notice) and self._is_new(channel, notice):
                if self._outbox is not None:
                    self._outbox.add(channel.name, notice)
                channel.put(notice)

    def begin(self) -> None:
        """Take over what processes that are gone have left, and deliver it."""
        self.waiting = False
        if self._outbox is None:
            return
        channels = {channel.name: channel for channel in self.channels}
        for name, notice in self._outbox.adopt():
            if (channel := channels.get(name)) is None:
                _log.error("audit: notification of incident %s dropped: there is no channel %s any more",
                           notice.incident, one_line(name))  # fmt: skip
                self._outbox.done(name, notice)
            elif self._is_new(channel, notice):
                channel.put(notice)

    def flush(self, timeout: float) -> bool:
        """Wait until everything so far was delivered or given up. False if that took more than `timeout` seconds."""
        until = SystemClock.monotonic() + timeout
        flushed = [channel.flush(max(0.0, until - SystemClock.monotonic())) for channel in self.channels]
        return all(flushed)

    def close(self, timeout: float) -> bool:
        """Try what waits once more, and end. What is in the outbox then waits for the next start."""
        until = SystemClock.monotonic() + timeout
        for channel in self.channels:
            # all at once, then wait for each
            channel.close(0.0)
        closed = [channel.close(max(0.0, until - SystemClock.monotonic())) for channel in self.channels]
        if self._outbox is not None:
            self._outbox.close()
        return all(closed)

    def forget(self) -> None:
        """Begin anew in a forked process."""
        if self._outbox is not None:
            self._outbox.forget()

    def _is_new(self, channel: Channel, notice: Notice) -> bool:
        key = (channel.name, notice.id)
        if key in self._known:
            return False
        self._known[key] = None
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return True


def notified(
    kind: str, at: float, severity: str, told: dict[str, Any], error: str | None, context: RecordContext
) -> Record:
    """The record of a notification."""
    details = None if error is None else {"error": cut(clean(context.sanitizer, error), _MOST_ERROR)}
    members = {"severity": severity, "notification": told}
    return record(kind, at, context, **members, **({} if details is None else {"details": details}))
