"""What there is to say of the format of a token, for `vendors` and `vendors_more`."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["ALNUM", "UUID_FORM", "Token", "token"]

ALNUM = "[0-9A-Za-z]"
UUID_FORM = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Token(NamedTuple):
    """One format."""

    kind: str
    """What the marker says."""
    anchors: tuple[str, ...]
    """Texts that every match begins with."""
    pattern: str
    """The whole token, matched where the anchor was found. Case counts. With a group, only that goes: hosts stay."""
    bounded: bool
    """It must not follow a letter or a digit: the anchor is short enough to end other words."""
    lead: str
    """Where the anchor is inside of the token: what stands before it, of fixed width. The rest of the word goes too."""
    follow: str
    """What follows such an anchor."""
    loose: bool
    """Behind an anchor that ends in a separator, not all matches go on with sixteen letters, digits, `_` or `-`."""


def token(
    kind: str,
    anchors: str,
    pattern: str,
    *,
    bounded: bool = True,
    lead: str = "",
    follow: str = "",
    loose: bool = False,
) -> Token:
    """A format; `anchors` are parted by spaces."""
    return Token(kind, tuple(anchors.split()), pattern, bounded, lead, follow, loose)
