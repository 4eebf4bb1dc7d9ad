"""Who may see metrics, and what a program misses to be ready: machines of some networks, or with a token.

Neither tells of a person, but both tell how many calls come in and what the house's machines are called.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitors:
    """Whoever asks from one of `networks`, or shows the `token`; without one, nobody from elsewhere."""

    networks: tuple[Network, ...] = LOOPBACK
    token: str = field(default="", repr=False)

    def may_look(self, address: str, authorization: str) -> bool:
        """Tell whether who asks from `address` and shows `authorization` (RFC 6750) is a monitor."""
        return self._is_near(address) or self._knows_token(authorization)

    def _is_near(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False  # a socket of the file system: it is a proxy's, and anybody may be behind it
        if found.version == 6 and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)

    def _knows_token(self, authorization: str) -> bool:
        shown = hmac.compare_digest(authorization.encode(), f"Bearer {self.token}".encode())
        return bool(self.token) and shown
