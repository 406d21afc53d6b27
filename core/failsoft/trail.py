"""What an exception is known by once it was answered: found on the exception itself by whoever meets it later.

An error tracker, a handler of the application or a server may see the exception after Failsoft answered it, in another
task or thread. The mark on it leads from there to what the client was told.
"""

from __future__ import annotations

from typing import NamedTuple

from failsoft.errors.failure import Failure

__all__ = ["Trail", "leave_trail", "trail_of"]

_KEY = "_failsoft_trail"
# the slot of BaseException itself, so that a property of a sub-class can neither lie nor raise
_dict_of = BaseException.__dict__["__dict__"].__get__


class Trail(NamedTuple):
    """What was told about an exception."""

    error_id: str
    code: str
    rejected: bool
    """We did not run it: a `RejectedError`."""


def leave_trail(exc: BaseException, failure: Failure) -> None:
    """Write on an exception what was made of it. A stored exception that is raised again gets the latest.

    One that lets nothing be set, and has nothing on it, stays as it is: it could not be unpickled with something on it.
    """
    there = _dict_of(exc)
    if not there and type(exc).__setattr__ is not BaseException.__setattr__:
        return
    # plain values, so that an exception that is pickled needs nothing of ours to be read again
    there[_KEY] = (failure.error_id, failure.code, failure.rejected)


def trail_of(exc: BaseException) -> Trail | None:
    """What was made of an exception, if Failsoft answered it."""
    found = _dict_of(exc).get(_KEY)
    return None if found is None else Trail(*found)
