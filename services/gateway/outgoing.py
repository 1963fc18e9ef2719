"""Calls to addresses of a stranger's choice, which must not reach what only this machine or its network may.

The address is looked at when the socket is made that will be connected to it, so that a name which resolves to one
address for a check and to another for the call (DNS rebinding) gains nothing. Redirects are not followed: each would be
another address of the stranger's choice.
"""

import contextlib
import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver

_URL = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:[/?][!\"$-~]*)?", re.IGNORECASE | re.ASCII
)
_MAX_URL = 2000
"""Characters."""
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
"""What has been given out of IPv6."""
_CLOSED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "100.64.0.0/10",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    )
)
"""Beside those that the standard library knows: protocol assignments, relays, tests, examples, carriers' own."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class ForbiddenAddressError(OSError):
    """An address that is not the public network's. The text is one sentence."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network's, and does not hold another one that is not."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = _embedded(parsed)
        if inner is not None:
            return is_public(str(inner))
        if parsed not in _PUBLIC_V6:
            return False
    return parsed.is_global and not parsed.is_multicast and not any(parsed in each for each in _CLOSED)


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo or NAT64."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def host_of(url: str) -> str:
    """The host that a URL names, in lower case and without brackets. Raises `ValueError` with a sentence.

    Only plain URLs are let through, so that no two readers of one can take different parts of it for the host.
    """
    match = _URL.fullmatch(url) if len(url) <= _MAX_URL else None
    if match is None:
        raise ValueError(
            f"It must be a URL of at most {_MAX_URL:,} ASCII characters: https://, a host, without user or fragment."
        )
    return match[2].lower().rstrip(".").strip("[]")


def check_url(url: str, own: Iterable[str] = ()) -> str:
    """`url`, if it may be called as far as its text tells. Raises `ValueError` with a sentence.

    Args:
        own: hosts that may be called whatever their address, and over http://.
    """
    host = host_of(url)
    if host in own:
        return url
    if not url.lower().startswith("https://"):
        raise ValueError("It must begin with https://.")
    address = _address(host)
    if f".{host}".endswith(".localhost") or (address and not is_public(address)):
        raise ValueError("It must not be an address of a private network or of this machine.")
    return url


def _address(host: str) -> str | None:
    """The IP address that a host is, None for a name. In all forms that the system's resolver takes: 127.1, 0x7f.1."""
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(host))
    with contextlib.suppress(OSError):
        return socket.inet_ntoa(socket.inet_aton(host))
    return None


def _checked_socket(info: tuple[Any, ...]) -> socket.socket:
    """A socket for one address that a name resolved to. Raises `ForbiddenAddressError`."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise ForbiddenAddressError("its address is that of a private network or of this machine")
    return socket.socket(family, kind, protocol)


def public_session(seconds: float, resolver: AbstractResolver | None = None) -> aiohttp.ClientSession:
    """A session whose connections go to public addresses alone.

    Args:
        seconds: longest that a call takes.
        resolver: instead of the system's, for tests.
    """
    connector = aiohttp.TCPConnector(socket_factory=_checked_socket, use_dns_cache=False, resolver=resolver, limit=0)
    return _session(connector, seconds)


def own_session(seconds: float) -> aiohttp.ClientSession:
    """A session for hosts that the operator has named, wherever they are."""
    return _session(aiohttp.TCPConnector(limit=0), seconds)


def _session(connector: aiohttp.TCPConnector, seconds: float) -> aiohttp.ClientSession:
    # Nothing of one call goes along with the next, and no proxy of the environment's does the resolving.
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
    )
