"""Who a request is from, for sharing out what there is only so much of: its tenant, and the address it comes from."""

import ipaddress
from functools import lru_cache

from aiohttp import web

from services.gateway.settings import Network
from services.gateway.tenants import DEFAULT, TENANT

_LOOPBACK: tuple[Network, ...] = (ipaddress.IPv4Network("127.0.0.0/8"), ipaddress.IPv6Network("::1/128"))


def client_of(request: web.Request, trusted: tuple[Network, ...]) -> str:
    """Tenant and address, as one word.

    Args:
        trusted: the networks of our proxies.
    """
    return f"{request.get(TENANT, DEFAULT)} {_network(_address(request, trusted))}"


def is_local(request: web.Request, trusted: tuple[Network, ...]) -> bool:
    """Whether a request comes from this machine itself.

    Args:
        trusted: the networks of our proxies.
    """
    return _within(_address(request, trusted), _LOOPBACK)


def _address(request: web.Request, trusted: tuple[Network, ...]) -> str:
    address = request.remote or ""
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        # What a proxy of ours says, it has seen; what stands before that is anybody's word.
        if not hop.strip() or not _within(address, trusted):
            break
        address = hop.strip()
    return address


def scheme_of(request: web.Request, trusted: tuple[Network, ...]) -> str:
    """``http``, or ``https``, by which the client reaches us, as a proxy of ours says where there is one.

    Args:
        trusted: the networks of our proxies.
    """
    said = request.headers.get("X-Forwarded-Proto", "").strip().lower()
    return said if said in ("http", "https") and _within(request.remote or "", trusted) else request.scheme


@lru_cache(maxsize=4096)
def _within(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    """The address; of an IPv6 one its /64, any address of which a client may take."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
