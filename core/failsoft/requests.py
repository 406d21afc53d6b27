"""What every adapter must read of a request the same way: the caller's id, and who the client is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

__all__ = ["TrustedProxies", "network_of", "well_formed_id"]

well_formed_id = re.compile(r"[A-Za-z0-9._-]{1,128}\Z").match
"""Whether a request id of the caller may be kept and echoed."""

_MOST_HOPS = 32


class TrustedProxies:
    """Finds the client's address behind proxies that may be believed.

    Parameters:
        networks: addresses or networks (`10.0.0.0/8`). `*` believes everyone.

    Raises:
        ValueError: one of them is neither.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        listed = tuple(networks)
        self._all = "*" in listed
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(
            ip_network(text, strict=False) for text in listed if text != "*"
        )

    def client(self, peer: str | None, forwarded_for: str | None) -> str | None:
        """The nearest address that is not a trusted proxy: from the right of `X-Forwarded-For`, else the peer."""
        if not forwarded_for or peer is None or not self._trusts(peer):
            return peer
        hops = [hop.strip() for hop in forwarded_for[-2048:].split(",")][-_MOST_HOPS:]
        for hop in reversed(hops):
            if not _is_address(hop):
                return peer
            if not self._trusts(hop):
                return hop
        return hops[0]

    def _trusts(self, address: str) -> bool:
        if self._all:
            return True
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def network_of(address: str) -> str:
    """What one client can be told by: an IPv4 address, or the /64 of an IPv6 address, which is one subscriber's.

    What is no address (the name of a socket) is returned as it is.
    """
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped
    return f"{int(parsed) >> 64:x}::/64" if mapped is None else str(mapped)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
