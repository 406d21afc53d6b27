"""Identifiers: error ids, request ids, and the reference a person reads out on the telephone."""

from __future__ import annotations

from random import Random, SystemRandom

__all__ = ["new_error_id", "new_request_id", "support_reference"]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(first + second for first in _CROCKFORD for second in _CROCKFORD)
_random: Random = Random(SystemRandom().getrandbits(128))  # noqa: S311 - ids need no secrecy, and must be cheap

_VARIANT = {digit: "89ab"[number % 4] for number, digit in enumerate("0123456789abcdef")}
"""By a random digit: one whose first two bits are those of the variant (RFC 9562, 4.1)."""

_of_this_time = -1, ""
"""A millisecond, and how every id begins that is made in it: many failures often come at once."""


def _reseed_after_fork() -> None:
    _random.seed(SystemRandom().getrandbits(128))


try:
    from os import register_at_fork
except ImportError:  # pragma: no cover - Windows has no fork
    pass
else:
    register_at_fork(after_in_child=_reseed_after_fork)


def new_error_id(now: float) -> str:
    """A UUID of version 7 (RFC 9562, 5.7): sorts by time, 74 random bits.

    Parameters:
        now: seconds since the Unix epoch.
    """
    global _of_this_time  # noqa: PLW0603 - replaced whole, so that threads may share it
    milliseconds = int(now * 1000) & 0xFFFF_FFFF_FFFF
    known, start = _of_this_time
    if known != milliseconds:
        text = f"{milliseconds:012x}"
        start = f"{text[:8]}-{text[8:]}-7"
        _of_this_time = milliseconds, start
    # by bytes, which takes half the time that formatting a number takes
    text = _random.getrandbits(80).to_bytes(10, "big").hex()
    return f"{start}{text[:3]}-{_VARIANT[text[3]]}{text[4:7]}-{text[7:19]}"


def new_request_id() -> str:
    """32 hexadecimal digits, random."""
    return f"{_random.getrandbits(128):032x}"


def support_reference(error_id: str) -> str:
    """Eight speakable characters (Crockford base 32) of the id's random part, as `7K3M-92QF`."""
    last = bytes.fromhex(error_id[-10:])
    bits = int.from_bytes(last)
    return f"{_PAIRS[bits >> 30]}{_PAIRS[bits >> 20 & 1023]}-{_PAIRS[bits >> 10 & 1023]}{_PAIRS[bits & 1023]}"
