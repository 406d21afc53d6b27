"""What only the strict tier takes away: network addresses, names of home directories, words that look random."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from failsoft.deferred import as_pattern
from failsoft.sanitize.checks import looks_random

__all__ = ["scrub_strictly"]

_IPV4 = as_pattern(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_VERSION = as_pattern(
    r"(?i)(?:[a-z]/|version|python|java|node|nginx|openssl|postgres(?:ql)?|mysql|redis|chrome|firefox|linux|kernel"
    r"|windows|macos|android|ios|release|build|==|>=|<=|~=|\bv|\boid|extension|algorithm|arc|policy|identifier|attribute"
    r"|extensions|oids|(?<!oth)er than)[\s:=(]{0,3}$"
)
# object identifiers of X.500 (attributes, extensions of certificates) have the form of an address
_ARC = as_pattern(r"2\.5\.(?:4|29)\.")
_OF_X500 = as_pattern(r"(?i)\boids?\b|extension|certificat|x\.?509|attribute|critical")
_FAR = 96
_IPV6 = as_pattern(r"(?<![\w:.])(?=[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:)[0-9A-Fa-f:.]{2,45}(?:%\w{1,16})?(?![\w:])")
_MAC = as_pattern(
    r"(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])"
    r"|\b(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\b"
)
_HOME = as_pattern(r"(?i)((?:/home/|/users/|\\users\\|\\\\users\\\\))([^/\\\s:'\"<>|]{1,64})")
_WORD = as_pattern(r"(?<![\w/+.-])[A-Za-z0-9+/_-]{20,512}={0,2}(?![\w/+.-])")
# what each of them has inside: where a text has it nowhere, it need not be looked at letter by letter
_IN_IPV4 = as_pattern(r"\.\d{1,3}\.")
_IN_IPV6 = as_pattern(r":[0-9A-Fa-f.]*+:")
_IN_MAC = as_pattern(r"[:.-](?:[0-9A-Fa-f]{2}[:-]|(?<=\.)[0-9A-Fa-f]{4}\.)")
_UUID = as_pattern(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHARED_HOMES = frozenset(["public", "shared", "runner", "[redacted"])


def _address(text: str) -> str | None:
    """The address, without the full stop of the sentence after it; None if it is none, or nobody's."""
    bare = text.rstrip(".")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    # `a::b` is a name in a program
    return None if address.is_unspecified or not any(map(str.isdigit, bare)) else bare


def _marked(match: re.Match[str], mark: Callable[[str, str], str]) -> str:
    before = match.string[max(0, match.start() - 12) : match.start()]
    address = None if _VERSION.search(before) or _is_arc(match) else _address(match[0])
    return match[0] if address is None else mark("ip", address) + match[0][len(address) :]


def _is_arc(match: re.Match[str]) -> bool:
    return _ARC.match(match[0]) is not None and bool(
        _OF_X500.search(match.string, max(0, match.start() - _FAR), match.start())
    )


def _is_random(word: str) -> bool:
    return not _UUID.fullmatch(word) and "/" not in word[1:-1].strip("/") and looks_random(word)


def scrub_strictly(text: str, mark: Callable[[str, str], str]) -> str:
    """The text without them; it is already free of what every tier takes away.

    Parameters:
        mark: makes the marker of a kind, for a value.
    """
    if _IN_MAC.search(text):
        text = _MAC.sub(lambda match: mark("mac", match[0]), text)
    # first, as one of the other kind may stand at its end: `::ffff:192.0.2.1`
    if _IN_IPV6.search(text):
        text = _IPV6.sub(lambda match: _marked(match, mark), text)
    if _IN_IPV4.search(text):
        text = _IPV4.sub(lambda match: _marked(match, mark), text)
    folded = text.casefold()
    if "home/" in folded or "users" in folded:
        text = _HOME.sub(
            lambda match: match[0] if match[2].lower() in _SHARED_HOMES else match[1] + mark("user", match[2]), text
        )
    return _WORD.sub(lambda match: mark("random", match[0]) if _is_random(match[0]) else match[0], text)
