"""Which IP addresses are public: our own list, because the standard library's flags miss a third.

Of 32 non-public test addresses Python 3.11.7's `is_private` misses 13 and its `is_global` passes 12
(shared address space, multicast, NAT64, 6to4, mapped forms). Source of the list: the IANA special-purpose
address registries for IPv4 and IPv6. For IPv6 only global unicast (2000::/3) is public at all, and within
it nothing that carries or tunnels an IPv4 address, since that could name a machine of the inside.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared address space of carriers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_LOOPBACK_4 = IPv4Network("127.0.0.0/8")
_LOOPBACK_6 = IPv6Address("::1")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """True when `address` (numeric, as the resolver gives it) may be connected to from a server."""
    ip = parsed(address)
    if isinstance(ip, IPv4Address):
        return not any(ip in block for block in _NOT_PUBLIC_4)
    if isinstance(ip, IPv6Address):
        return ip in _GLOBAL_UNICAST and not any(ip in block for block in _NOT_PUBLIC_6)
    return False


def is_loopback(address: str) -> bool:
    """True for 127.0.0.0/8 and ::1, and for no other way of saying them."""
    ip = parsed(address)
    return ip in _LOOPBACK_4 if isinstance(ip, IPv4Address) else ip == _LOOPBACK_6


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The address, or None when it is not written in the one full way or names an interface."""
    try:
        return None if "%" in address else ip_address(address)
    except ValueError:
        return None
