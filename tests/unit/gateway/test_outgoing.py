"""Which addresses of a stranger's choice are called."""

import asyncio
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from services.gateway.loops.webhooks import sentence
from services.gateway.outgoing import check_url, host_of, is_public, public_session

PRIVATE = """0.0.0.0 0.1.2.3
10.0.0.1 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255
192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:a00:1:: fc00::1 fd00:ec2::254 fe80::1
fe80::1%eth0 fec0::1 ff02::1 2001:0:7f00:1:0:0:80ff:fffe 3fff::1 5f00::1 localhost example.com"""
PUBLIC = "1.1.1.1 8.8.8.8 172.32.0.1 100.128.0.1 2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808"


@pytest.mark.parametrize("address", PRIVATE.split())
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_what_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://school.example/hook",
        "https://school.example:8443/hook?a=b&c=%20",
        "https://[2606:4700:4700::1111]/",
        "HTTPS://School.Example./x",
        "http://hooks.internal:8080/x",
        "http://HOOKS.internal./x",
    ],
)
def test_a_url_that_may_be_called(url: str) -> None:
    assert check_url(url, {"hooks.internal"}) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "school.example",
        "ftp://school.example/",
        "http://school.example/",
        "https://user:secret@school.example/",
        "https://hooks.internal@evil.example/",
        "https://hooks.internal\\@evil.example/",
        "https://evil.example#@hooks.internal/",
        *(f"https://{host}/" for host in ("127.1", "0x7f.1", "2130706433", "017700000001", "any.localhost", "10.1")),
        "https://schoöl.example/",
        "https://school.example/a b",
        "https://school.example/\r\nX: y",
        "https://school.example/" + "x" * 2000,
        "https://school.example:999999/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_a_url_that_may_not(url: str) -> None:
    with pytest.raises(ValueError, match=r"^It must "):
        check_url(url, {"hooks.internal"})


def test_the_host_of_a_url_is_what_the_caller_of_it_takes_it_for() -> None:
    for url in ("https://A.example./x", "http://[::1]:8/", "https://x.example?y@z"):
        assert host_of(url) == (URL(url).host or "").rstrip(".")


class Resolver(AbstractResolver):
    """Names that resolve to what the test says, each time to the next."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked = 0

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        self.asked += 1
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@pytest.fixture
async def local() -> AsyncIterator[tuple[int, list[str]]]:
    """A server on loopback that nobody may reach from outside: its port, and what it was asked for."""
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield runner.addresses[0][1], asked
    await runner.cleanup()


async def test_why_a_name_is_not_called_is_told(local: tuple[int, list[str]]) -> None:
    async with public_session(5, Resolver("127.0.0.1")) as session:
        with pytest.raises(aiohttp.ClientConnectorError) as caught:
            await session.post(f"http://school.example:{local[0]}/")
    assert sentence(caught.value) == "Its address is that of a private network or of this machine."


@pytest.mark.parametrize("host", ["school.example", "127.0.0.1", "2130706433", "0x7f.1", "localhost"])
async def test_no_name_of_a_private_address_is_called(local: tuple[int, list[str]], host: str) -> None:
    port, asked = local
    async with public_session(5, Resolver("127.0.0.1")) as session:
        with pytest.raises((aiohttp.ClientError, OSError)):
            await session.post(f"http://{host}:{port}/secret")
    assert asked == []


async def test_what_a_name_resolves_to_is_looked_at_each_time(local: tuple[int, list[str]]) -> None:
    """DNS rebinding: what is checked is the address of the very socket."""
    port, asked = local
    resolver = Resolver("192.0.2.1", "127.0.0.1")
    async with public_session(0.5, resolver) as session:
        for _ in range(3):
            with pytest.raises((aiohttp.ClientError, OSError, asyncio.TimeoutError)):
                await session.post(f"http://school.example:{port}/secret")
    assert (resolver.asked, asked) == (3, []), "no answer is remembered either"
