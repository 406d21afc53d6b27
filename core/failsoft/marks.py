"""Marks on views: what `protect` writes on a function, and what an adapter reads there."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from failsoft.call import Mode
from failsoft.machines.budget import Priority
from failsoft.policies.bulkhead import Bulkhead
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.policy import Policy
from failsoft.policies.rate_limit import RateLimit
from failsoft.policies.retry import Retry

__all__ = ["Mark", "links_of", "mark", "mark_of", "protect", "unused_marks"]

F = TypeVar("F", bound=Callable[..., Any])

_ATTRIBUTE = "__failsoft__"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Mark:
    """What `protect` wrote on a view; the adapter applies it."""

    policy: str | Policy | None
    idempotent: bool | Literal["key"] | None = None
    mode: Mode | None = None
    before_retry: Callable[..., Any] | None = None
    priority: Priority | None = None


def protect(
    *,
    policy: str | Policy | None = None,
    retry: Retry | str | int | None = None,
    circuit_breaker: CircuitBreaker | bool | None = None,
    timeout: float | str | None = None,
    deadline: float | str | None = None,
    rate_limit: RateLimit | str | None = None,
    bulkhead: Bulkhead | int | None = None,
    idempotent: bool | Literal["key"] | None = None,
    mode: Mode | None = None,
    before_retry: Callable[..., Any] | None = None,
    priority: Priority | None = None,
) -> Callable[[F], F]:
    """Mark a view, in any framework, sync or async; it is returned unchanged and the adapter applies the policy.

    Parameters:
        policy: a policy of the settings by name, or a `Policy`; or write its parts here:
        retry, circuit_breaker, timeout, deadline, rate_limit, bulkhead: the parts of a policy.
        idempotent: the endpoint may be repeated whatever its method; `"key"`: if it carries an `Idempotency-Key`.
        mode: `off`, `observe` or `enforce` for this endpoint.
        before_retry: called with the `Call` before each further attempt, to undo what the failed one did.
        priority: `critical`, `high`, `normal`, `low` or `background`: who gets the last of a retry budget.

    Raises:
        SettingsError: a part is wrong; lists all faults.
        TypeError: both `policy` and parts are given; or, when it decorates, what is decorated takes no mark.
    """
    parts = {
        "retry": retry, "circuit_breaker": circuit_breaker, "timeout": timeout, "deadline": deadline,
        "rate_limit": rate_limit, "bulkhead": bulkhead,
    }  # fmt: skip
    given: dict[str, Any] = {name: value for name, value in parts.items() if value is not None and value is not False}
    if policy is not None and given:
        raise TypeError(f"give either policy= or its parts ({', '.join(given)}), not both")
    chosen = Policy(**given) if given else policy
    if isinstance(chosen, Policy):
        chosen.refuse_on_endpoint("")
    what = Mark(policy=chosen, idempotent=idempotent, mode=mode, before_retry=before_retry, priority=priority)

    def decorate(target: F) -> F:
        return mark(target, what)

    return decorate


_unread: weakref.WeakKeyDictionary[Mark, str] = weakref.WeakKeyDictionary()


def mark(view: F, what: Mark) -> F:
    """Write a mark on a view and return it, the same object.

    Raises:
        TypeError: it takes no attributes, as a bound method or a builtin.
    """
    try:
        setattr(view, _ATTRIBUTE, what)
    except AttributeError:
        raise TypeError(f"{view!r} takes no mark; decorate the function where it is defined") from None
    _unread[what] = f"{getattr(view, '__module__', '')}.{getattr(view, '__qualname__', view)}"
    return view


def mark_of(view: object, method: str = "") -> Mark | None:
    """The mark of a view, also through `functools.wraps`, `functools.partial` and bound methods.

    Parameters:
        method: an HTTP method. In a view made of a class, a mark on the function that serves it counts first.
    """
    of_view: Mark | None = None
    for link in links_of(view):
        of_method = _of_method(getattr(link, "view_class", None), method)
        found = of_method if of_method is not None else getattr(link, _ATTRIBUTE, None)
        if isinstance(found, Mark):
            _unread.pop(found, None)
            if of_method is not None:
                return found
            of_view = of_view or found
    return of_view


def _of_method(cls: object, method: str) -> Mark | None:
    if cls is None or not method:
        return None
    serves = getattr(cls, method.lower(), None)
    if serves is None and method == "HEAD":
        serves = getattr(cls, "get", None)
    found = getattr(serves, _ATTRIBUTE, None)
    return found if isinstance(found, Mark) else None


def links_of(view: object) -> Iterator[object]:
    """A view and what it was made from: what it wraps, a partial's function, the class of a class-based view."""
    for _ in range(16):
        if view is None:
            return
        yield view
        view = getattr(view, "__wrapped__", None) or getattr(view, "func", None) or getattr(view, "view_class", None)


def unused_marks() -> list[str]:
    """Views that carry a mark which no adapter has read yet."""
    return sorted(_unread.values())
