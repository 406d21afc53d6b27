"""Rate limit: so many calls in such a time, by whoever makes them. Options, and the machine under a lock."""

from __future__ import annotations

import copy
import logging
import math
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from threading import RLock
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from msgspec import Meta

from failsoft.call import Call, RateHeaders
from failsoft.errors.exceptions import Fault, RateLimitError
from failsoft.kinds import Frequency, Kind, parse_frequency
from failsoft.machines.lease import Terms
from failsoft.machines.quota import Quota, Reading
from failsoft.options import Options
from failsoft.references import resolve
from failsoft.requests import network_of

__all__ = ["RateLimit", "RateLimiter", "RateReading"]

_log = logging.getLogger("failsoft")
_WORDS = ("endpoint", "client", "user")
_KEY = re.compile(r"endpoint|client|user|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+|[^\W\d][\w.]*:[^\W\d][\w.]*")


def _parse_key(value: object) -> str:
    if isinstance(value, str) and _KEY.fullmatch(value):
        return value
    raise ValueError("not a key")


CountedBy = Annotated[
    str, Kind('"endpoint", "client", "user", "header:NAME" or "package.module:name" of a function', _parse_key)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit(Options):
    """How often an endpoint or a dependency may be called.

    In any span of time, at most `burst` calls and those that the rate allows in that time: nothing is lost or doubled
    where one minute ends and the next begins.
    """

    rate: Annotated[Frequency, Meta(description="Calls in the long run.")]
    burst: Annotated[
        int | None, Meta(ge=1, description="Calls that may come at once after a quiet time. Absent: those of `rate`.")
    ] = None
    key: Annotated[
        CountedBy,
        Meta(description="Who is counted: all together, each client by address (IPv6: by /64), each user that is known "
        "without asking a database, each value of a header, or what a function of the call says."),
    ] = "endpoint"  # fmt: skip
    scope: Annotated[
        Literal["worker", "shared"],
        Meta(description="Whether each worker counts for itself, or all of them together; that needs a store in "
        "`[state]`, which is asked in the background, so that somewhat more may get through."),
    ] = "worker"  # fmt: skip
    exact: Annotated[
        bool,
        Meta(description="A shared limit asks the store for each call, which waits for the answer, 20 ms at most. "
        "Needs a Redis."),
    ] = False  # fmt: skip

    expected: ClassVar[str] = 'a rate such as "100/minute", or a table'
    shorthand: ClassVar[Callable[[Any], Mapping[str, Any] | None] | None] = staticmethod(
        lambda raw: {"rate": raw} if isinstance(raw, str) else None
    )

    def check(self, path: str) -> Iterable[Fault]:
        if self.exact and self.scope != "shared":
            yield Fault(f"{path}.exact", "true", 'expected only with scope = "shared"; the limit of a worker is exact')

    @property
    def function(self) -> str | None:
        """The function that tells who is counted, if it is one: `package.module:name`."""
        return self.key if ":" in self.key and not self.key.startswith("header:") else None

    @property
    def terms(self) -> Terms:
        """What it allows, in numbers."""
        count, period = parse_frequency(self.rate)
        return Terms(count, period, self.burst or count)


class RateReading(NamedTuple):
    """Whether a call may go on, and what its answer says of the limit."""

    wait: float | None
    """Seconds until it would be admitted; None: it is."""
    headers: RateHeaders


class RateLimiter:
    """A rate limit of a worker at work: the machine, a lock around it, and who is counted.

    Parameters:
        name: of the endpoint or guard.

    Raises:
        ValueError: its key cannot be told there; the text says what was expected.
    """

    __slots__ = (
        "__weakref__", "_identify", "_lock", "_policy", "_quota", "_said", "_salt", "_word", "name", "options",
    )  # fmt: skip

    def __init__(self, name: str, options: RateLimit) -> None:
        self.name = name
        self.options = options
        self._lock = RLock()
        self._quota = Quota(*options.terms)
        self._said = False
        self._salt = secrets.token_bytes(16)
        kind, _, rest = options.key.partition(":")
        if name.startswith("guard:") and (kind == "header" or options.key in _WORDS[1:]):
            raise ValueError('expected "endpoint" or a function: a guard serves no request')
        self._word = kind if kind == "header" or kind in _WORDS else "key"
        self._identify = self._identifier(kind, rest)
        count, period, _ = options.terms
        window = f";w={period:.0f}" if period == int(period) else ""
        self._policy = ("RateLimit-Policy", f'"{self._word}";q={count}{window}')

    @property
    def evicted(self) -> int:
        """Keys that had to make room for others before their quota was whole again."""
        return self._quota.evicted

    def follow(self, other: RateLimiter, now: float) -> None:
        """Take the place of another limit that counted the same callers: what they have spent stays spent."""
        with other._lock:
            other._quota.change(*self.options.terms, now)
            self._lock, self._quota, self._salt = other._lock, other._quota, other._salt

    def admit(self, call: Call, now: float) -> RateReading:
        """Ask to run one call at `now` (monotonic seconds)."""
        key = self.key_of(call)
        with self._lock:
            reading = self._quota.take(key, now)
        return self.told(reading)

    def key_of(self, call: Call) -> str:
        """Who makes a call."""
        return "" if self._identify is None else self._identify(call)

    def told(self, reading: Reading) -> RateReading:
        """What the answer says of a call."""
        admitted, remaining, reset = reading
        # rounded up, but for what is no more than the noise of floating point
        seconds = math.ceil(reset - 1e-6) or 1
        headers = (self._policy, ("RateLimit", f'"{self._word}";r={remaining};t={seconds}'))
        if admitted:
            return RateReading(None, headers)
        return RateReading(reset, (*headers, ("Retry-After", str(seconds))))

    def remember(self) -> Callable[[], None]:
        """The way back to what is spent now."""
        with self._lock:
            kept = copy.deepcopy(self._quota)

        def restore() -> None:
            self._put(copy.deepcopy(kept))

        return restore

    def renew(self) -> None:
        """Nothing is spent."""
        self._put(Quota(*self.options.terms))

    def forget(self) -> None:
        """Begin anew in a forked process: the lock may be held by a thread left behind, in the middle of a change."""
        torn, self._lock = not self._lock.acquire(blocking=False), RLock()
        if torn:
            self._quota = Quota(*self.options.terms)

    def _put(self, quota: Quota) -> None:
        with self._lock:
            self._quota = quota

    def error(self, wait: float) -> RateLimitError:
        """What to raise for a call that is not admitted."""
        message = f"{self.name} is called more often than {self.options.rate}"
        return RateLimitError(message, retry_after=wait, details={"limit": self.options.rate, "counted": self._word})

    def _identifier(self, kind: str, rest: str) -> Callable[[Call], str] | None:
        """Who makes a call, as a key. Those who cannot be told apart share the key ``.

        Only addresses are kept as they are; all else may be a secret, or as long as the client likes.
        """
        if self.options.key == "endpoint":
            return None
        if self.options.key == "client":
            return _client
        if self.options.key == "user":
            return self._user
        if kind == "header":
            lowered = rest.lower()
            return lambda call: self._digest(call.header(lowered))
        faults: list[Fault] = []
        function = resolve(self.options.key, "rate_limit.key", faults)
        if faults:
            raise ValueError(faults[0].expected)
        return lambda call: self._called(function, call)

    def _user(self, call: Call) -> str:
        user = call.user()
        return _client(call) if user is None else self._digest(user)

    def _called(self, function: Callable[[Call], object], call: Call) -> str:
        try:
            found = function(call)
            return self._digest(found if isinstance(found, str) else None)
        except Exception as error:  # noqa: BLE001 - the application's function must not cost the client its answer
            if not self._said:
                self._said = True
                _log.warning("%s failed for %s: %s", self.options.key, self.name, type(error).__name__)
            return ""

    def _digest(self, text: str | None) -> str:
        return "" if not text else blake2b(text.encode("utf-8", "replace"), digest_size=16, key=self._salt).hexdigest()


def _client(call: Call) -> str:
    address = call.facts.client
    return "" if address is None else network_of(address)
