"""What stands under a sensitive name by right and is no secret: versions of packages, patterns, members of groups."""

from __future__ import annotations

from failsoft.deferred import as_pattern
from failsoft.sanitize.rules import word_set

__all__ = ["is_harmless", "is_pattern"]

# how often something may be done: `5/min`, `100 per hour`
_ONE_RATE = (
    r"\d{1,7} ?(?:/|per) ?\d{0,4} ?(?:m?s|m|h|d|secs?|mins?|hr|seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
)
_RATE = as_pattern(rf"{_ONE_RATE}(?:[;,|] ?{_ONE_RATE}){{0,4}}")
# how long something takes, and the keys of Stripe, and of those who write theirs alike, that are public by design
_HARMLESS = as_pattern(r"(?:\d{1,9}(?:\.\d{1,9})?(?:[nuµm]?s|m|h|d)){1,4}|pk_(?:live|test)_\w{8,256}")
_SHORT_KINDS = word_set("api_key token session signature cookie csrf private_key")
_LEAST = 3
# of what a package is to be, in lists of them: `"@types/jsonwebtoken": "^9.0.7"`
_VERSION = as_pattern(
    r"(?:[\^~]|[<>=!~]=?)? ?v?\d{1,3}(?:\.\d{1,3}){1,3}"
    r"(?:[-.+]?(?:a|b|c|rc|alpha|beta|dev|next|post|canary)[\w.-]{0,12})?(?:,? ?[<>]=? ?\d{1,3}(?:\.\d{1,3}){0,3})?"
)
_VERSIONED_KINDS = _SHORT_KINDS | word_set("secret credential")
_SHORT_VERSION = 6
# the member of a group of consumers: the name of a program, and a UUID
_MEMBER = as_pattern(
    r"(?i)[\w.-]{0,64}(?:kafka|consumer|producer|client|worker|sarama|connect|stream)[\w.-]{0,64}"
    r"-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
# a regular expression of values, and not one of them
_CLASS = r"(?:\[\^?[^\[\]]{1,40}\]|\\{1,4}[SwWdDs]|\.)"
_PATTERN = as_pattern(
    r"\(\?(?:P?<\w{1,32}>|[:=!i]).*|\\{1,4}K.*"
    rf"|\(?{_CLASS}(?:[+*]\??|\{{\d{{1,5}},?\d{{0,5}}\}})\)?(?:\\{{1,4}}[bsS].{{0,8}}|\$|/\S{{0,80}})?"
)
_OPENS_PATTERN = frozenset("([\\.")


def is_harmless(value: str, kind: str) -> bool:
    """Whether a value is too short for a secret of its kind, a time, a rate, a public key, a version, a member of a
    group."""
    if value[0].isdigit() and _RATE.fullmatch(value):
        return True
    if kind in _SHORT_KINDS and (len(value) < _LEAST or _HARMLESS.fullmatch(value)):
        return True
    if kind in _VERSIONED_KINDS or (kind == "national_id" and len(value) < _SHORT_VERSION):
        return value[-1:].isalnum() and _VERSION.fullmatch(value) is not None
    return kind == "health_id" and _MEMBER.fullmatch(value) is not None


def is_pattern(text: str) -> bool:
    r"""Whether it is a regular expression: `(?P<value>\S+)`, `[A-Za-z0-9]{32}`, `.*`."""
    return text[0] in _OPENS_PATTERN and _PATTERN.fullmatch(text) is not None
