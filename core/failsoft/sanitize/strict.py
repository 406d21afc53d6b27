"""What only the strict tier takes away: network addresses, names of home directories, words that look random."""

from __future__ import annotations

import ipaddress
import re

from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.scanner import marker

__all__ = ["scrub_strictly"]

_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_VERSION = re.compile(r"(?i)(?:[a-z]/|version|release|build|==|>=|<=|~=|\bv)[\s:=]{0,3}$")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:)[0-9A-Fa-f:.]{2,45}(?:%\w{1,16})?(?![\w:])")
_MAC = re.compile(
    r"(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])|\b(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}\b"
)
_HOME = re.compile(r"(?i)((?:/home/|/users/|\\users\\|\\\\users\\\\))([^/\\\s:'\"<>|]{1,64})")
_WORD = re.compile(r"(?<![\w/+.-])[A-Za-z0-9+/_-]{20,512}={0,2}(?![\w/+.-])")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHARED_HOMES = frozenset(["public", "shared", "runner", "[redacted"])


def _address(match: re.Match[str], kind: str) -> str:
    shown = match.group()
    bare = shown.rstrip(".")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return shown
    # nobody's address, and `a::b` is a name in a program
    if address.is_unspecified or not any(map(str.isdigit, bare)):
        return shown
    return marker(kind) + shown[len(bare) :]


def _ipv4(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 12) : match.start()]
    return match.group() if _VERSION.search(before) else _address(match, "ip")


def _word(match: re.Match[str]) -> str:
    word = match.group()
    return word if _UUID.fullmatch(word) or "/" in word[1:-1].strip("/") or not looks_random(word) else marker("random")


def scrub_strictly(text: str) -> str:
    """The text without them; it is already free of what every tier takes away."""
    text = _MAC.sub(marker("mac"), text)
    text = _IPV4.sub(_ipv4, text)
    if ":" in text:
        text = _IPV6.sub(lambda match: _address(match, "ip"), text)
    text = _HOME.sub(lambda match: match[0] if match[2].lower() in _SHARED_HOMES else match[1] + marker("user"), text)
    return _WORD.sub(_word, text)
