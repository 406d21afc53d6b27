"""What a record may say of the people in it: the client's address, and the user."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final, Literal

from failsoft.observers.base import Cleaner, clean, cut

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["ClientPolicy", "People", "UserPolicy", "network_of_client", "spellings"]

ClientPolicy = Literal["full", "network", "hash", "none"]
UserPolicy = Literal["full", "hash", "none"]

_HASHED: Final = "hash:"
_PREFIXES: Final = {4: 24, 6: 48}
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class People:
    """Says of people what the settings allow.

    Parameters:
        client: `full`: the address. `network`: the /24 of an IPv4, the /48 of an IPv6 address. `hash`: a keyed digest,
            the same for the same address. `none`: nothing.
        user: the same without `network`.
        keys: for digests. Without keys they are plain ones, which can be undone by trying: the settings refuse that.
        sealed: what is written is encrypted, and the settings do not ask for more; else `full` goes through the
            sanitizer.
    """

    client: ClientPolicy = "full"
    user: UserPolicy = "full"
    keys: KeyRing | None = None
    sealed: bool = False

    def client_of(self, address: str | None, sanitizer: Cleaner) -> str | None:
        """What a record says of the client."""
        if not address or self.client == "none":
            return None
        if self.client == "network":
            return network_of_client(address)
        return self._told("client", _canonical(address), self.client, sanitizer)

    def user_of(self, user: str | None, sanitizer: Cleaner) -> str | None:
        """What a record says of the user, or of who did something."""
        if not user or self.user == "none":
            return None
        return self._told("user", user, self.user, sanitizer)

    def _told(self, field: str, text: str, policy: str, sanitizer: Cleaner) -> str:
        if policy == "hash":
            return _hashed(field, text, self.keys, None if self.keys is None else self.keys.active)
        return cut(text if self.sealed else clean(sanitizer, text), _LONGEST)


def spellings(field: str, value: str, keys: KeyRing | None) -> list[str]:
    """All that a value may stand as in records, whatever the policy was when they were written.

    Where only the network was kept, an address finds all records of its network.
    """
    found = [value, cut(value, _LONGEST)]
    if field == "client":
        found += [_canonical(value), network_of_client(value) or value]
    if field in ("client", "user"):
        text = _canonical(value) if field == "client" else value
        found += [_hashed(field, text, keys, key_id) for key_id in (None, *(() if keys is None else keys.ids))]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def network_of_client(address: str) -> str | None:
    """The network of an address, as `192.0.2.0/24`; None for what is no address, as the name of a socket."""
    parsed = _parsed(address)
    if parsed is None:
        return None
    return str(ip_network((parsed, _PREFIXES[parsed.version]), strict=False))


@lru_cache(maxsize=4096)
def _canonical(address: str) -> str:
    parsed = _parsed(address)
    return address if parsed is None else str(parsed)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed


def _hashed(field: str, text: str, keys: KeyRing | None, key_id: str | None) -> str:
    name = f"hashed {field}"
    if keys is None or key_id is None:
        plain = f"{name}\0{text.strip().casefold()}".encode("utf-8", "surrogatepass")
        return _HASHED + hashlib.sha256(plain).hexdigest()[:32]
    return _HASHED + keys.index(key_id, name, text).hex()
