"""A call: one execution to be protected. Everything about a request lives on it, nothing on a shared object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

from msgspec import Struct

from failsoft.errors.failure import AttemptRecord, Failure
from failsoft.machines.budget import Priority

__all__ = ["NO_REQUEST", "UNMATCHED", "Call", "Context", "ContextField", "Mode", "RateHeaders", "RequestFacts"]

Mode = Literal["off", "observe", "enforce"]
RateHeaders = tuple[tuple[str, str], ...]

UNMATCHED = "__unmatched__"
"""Key of every request that no route took, so that a scan of paths makes one key."""


class RequestFacts(Struct, frozen=True, kw_only=True):
    """What an adapter knows of a request. Read on failure only, so that success pays nothing for it."""

    method: str = ""
    path: str = ""
    """Path without the query string."""
    accept: str | None = None
    """`Accept` as received; None if absent."""
    accept_language: str | None = None
    client: str | None = None
    """Address of the client, by `request.trusted_proxies`."""
    traceparent: str | None = None
    """W3C trace context as received."""
    tracestate: str | None = None
    scheme: str = "http"
    host: str | None = None
    user_agent: str | None = None


NO_REQUEST = RequestFacts()


class Call:
    """One execution: which endpoint, which request, how far it is. Adapters subclass it to add `facts`.

    Values that most requests never touch are defaults of the class, so that a request pays for none of them.
    """

    endpoint: str = ""
    """Key of the endpoint: method and route template, `guard:name`, or `__unmatched__`."""
    method: str = ""
    """HTTP method, "" for a guard."""
    source: str = "guard"
    """Which adapter it came from: `asgi`, `django`, `flask`, `guard`."""
    request_id: str = ""
    """The caller's if it was well-formed, else ours."""
    mode: Mode = "enforce"
    started: float = 0.0
    """Monotonic seconds."""
    deadline: float | None = None
    """Monotonic seconds at which the running attempt must be over."""
    policy: str = ""
    """Name of the policy in force."""
    critical: bool = False
    """Its endpoint is: failures here are more severe."""
    audited: bool = False
    """Its endpoint requires that failures are on record before they are answered."""
    ticket: Any = None
    """What to wait for before the answer leaves: the record of its failure. None: nothing."""
    idempotent: bool | None = None
    """The endpoint says whether it may be repeated; None: decided by the method."""
    replayable: bool = True
    """The body of the request can be handed to another attempt."""
    attempt: int = 0
    """Number of the running attempt: 1 is the first, 0 is none yet."""
    attempts: tuple[AttemptRecord, ...] = ()
    """Earlier attempts, each of which failed."""
    failure: Failure | None = None
    """What the last exception came to."""
    cause: BaseException | None = None
    """The exception of `failure`, so that nothing is classified twice."""
    run: Any = None
    """Its `Run`, once a pipeline has it."""
    rate_headers: RateHeaders | None = None
    """What its answer says of the rate limit unless the application does; None: there is none, or it is observed."""
    trace_id: str | None = None
    priority: Priority | None = None
    """Who gets the last of a retry budget; None: `normal`."""
    charged: tuple[Any, ...] = ()
    """The tallies whose retry budgets count it, or the call around it: each budget counts it once."""
    owner: object | None = None
    """The `Failsoft` that serves it."""

    def __init__(self, endpoint: str, started: float, *, owner: object | None = None) -> None:
        self.endpoint = endpoint
        self.started = started
        self.owner = owner

    _facts: RequestFacts | None = None

    @property
    def facts(self) -> RequestFacts:
        """What is known of the request; empty for a call that serves none. Described once, when first asked.

        Never raises: where a request cannot be described, nothing is known of it.
        """
        facts = self._facts
        if facts is None:
            try:
                facts = self.describe()
            except Exception:  # noqa: BLE001 - a hostile request must not cost the others their failure
                facts = RequestFacts(method=self.method if type(self.method) is str else "")
            self._facts = facts
        return facts

    def describe(self) -> RequestFacts:
        """What the adapter knows of the request."""
        return NO_REQUEST

    def header(self, name: str) -> str | None:  # noqa: ARG002 - for those who have a request
        """A header of the request by its name in lower case, several of them as one list; None if there is none."""
        return None

    def user(self) -> str | None:
        """Who is authenticated, as far as the adapter knows it without asking anybody. Never a name to show."""
        return None


ContextField = Literal[
    "endpoint", "method", "path", "host", "scheme", "client", "user_agent", "policy", "attempt", "critical"
]
"""What rules may ask about a call."""
_FIELDS: tuple[str, ...] = get_args(ContextField)
_OF_THE_REQUEST = frozenset({"path", "host", "scheme", "client", "user_agent"})


class Context(Mapping[str, Any]):
    """A call as rules and functions of the application see it, looked up when they ask."""

    __slots__ = ("_call",)

    def __init__(self, call: Call) -> None:
        self._call = call

    def __getitem__(self, name: str) -> Any:
        if name not in _FIELDS:
            raise KeyError(name)
        return getattr(self._call.facts if name in _OF_THE_REQUEST else self._call, name)

    def __iter__(self) -> Iterator[str]:
        return iter(_FIELDS)

    def __len__(self) -> int:
        return len(_FIELDS)
