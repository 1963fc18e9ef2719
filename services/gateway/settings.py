"""Settings of the gateway."""

import ipaddress
import zoneinfo
from functools import cached_property
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator

from shared.settings import Settings, setting

LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
"""The names of this machine that no other machine can take."""


Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())


def _check_networks(text: str) -> str:
    _networks(text)
    return text


def _check_zone(name: str) -> str:
    if name and name not in zoneinfo.available_timezones():
        raise ValueError("it is not the IANA name of a time zone, such as Europe/Berlin")
    return name


class GatewaySettings(Settings):
    group: ClassVar[str] = "Gateway"
    host: str = setting("127.0.0.1", "Address the API and the page are served on.")
    allow_open: bool = setting(
        False,
        "Whether a gateway that asks for no key may listen on more than loopback; something in front of it does the "
        "guarding.",
    )
    allowed_hosts: str = setting(
        "",
        "Names that the gateway answers to beside this machine's (localhost, 127.0.0.1, [::1]) and HOST, separated by "
        "commas, without ports; * allows any. Others get 421, which keeps a page whose name is made to resolve here "
        "(DNS rebinding) from reading everything.",
    )
    port: int = setting(4000, "Port the API and the page are served on.", ge=0, le=65535)
    metrics_host: str = setting("127.0.0.1", "Address that /metrics is served on.")
    metrics_port: int = setting(
        0, "Port that /metrics is served on, apart from the API; 0 takes a free one and logs it.", ge=0, le=65535
    )
    upload_wait: int = setting(
        5_000, "How long an upload waits for a slot among those before it is answered 503.", unit="ms", ge=0, le=60_000
    )
    upload_timeout: int = setting(60_000, "Longest a client may take to send a file.", unit="ms", ge=1000)
    upload_min_rate: int = setting(
        4096, "Slowest a body may come, from its tenth second on.", unit="bytes/s", ge=1, le=1_000_000
    )
    upload_memory: int = setting(
        48 * 1024 * 1024,
        "Bytes of bodies held at once, shared between tenants and addresses; what finds no room within 5 s is answered "
        "503.",
        unit="bytes",
        ge=65_536,
    )
    answer_memory: int = setting(
        48 * 1024 * 1024,
        "Bytes that answers which their clients have not taken yet may hold at once, shared as those of bodies are.",
        unit="bytes",
        ge=1024 * 1024,
    )
    trusted_proxies: Annotated[str, AfterValidator(_check_networks)] = setting(
        "",
        "Networks of the proxies in front, separated by commas (10.0.0.0/8): the client's address is then the one that "
        "they give in X-Forwarded-For. It decides whose share of uploads, streams and answers a request counts to.",
    )
    time_zone: Annotated[str, AfterValidator(_check_zone)] = setting(
        "",
        "IANA name of the zone that calendars are written in where a week has none of its own (Europe/Berlin). Empty: "
        "times are those of wherever the calendar is looked at.",
    )
    cors_origins: str = setting(
        "", "Origins whose pages may call the API, separated by commas; * allows any. Empty: only the page's own."
    )
    sse_heartbeat: int = setting(15_000, "Time between heartbeats of an event stream.", unit="ms", ge=50)
    sse_buffer: int = setting(256, "Events held for a slow client before it is cut off.", ge=8, le=100_000)
    sse_clients: int = setting(
        5000, "Event streams open at once, shared as bytes of bodies are; the next is answered 503.", ge=1
    )
    sse_drain: int = setting(
        5000, "Over how long event streams are ended when a gateway stops.", unit="ms", ge=0, le=60_000
    )
    sse_write_timeout: int = setting(
        5000, "Longest an event stream's client may leave what is written unread.", unit="ms", ge=100
    )

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The names to answer to, in lower case and IPv6 addresses without brackets."""
        named = (each.strip().lower().strip("[]") for each in (*self.allowed_hosts.split(","), self.host))
        return LOOPBACK | frozenset(each for each in named if each)

    @cached_property
    def proxies(self) -> tuple[Network, ...]:
        """`trusted_proxies` as networks."""
        return _networks(self.trusted_proxies)

    @cached_property
    def origins(self) -> frozenset[str]:
        """`cors_origins` as a set."""
        return frozenset(each.strip() for each in self.cors_origins.split(",") if each.strip())
