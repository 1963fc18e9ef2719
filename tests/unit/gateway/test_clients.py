"""Whose share a request counts to."""

import pytest
from aiohttp.test_utils import make_mocked_request

from services.gateway.clients import client_of
from services.gateway.settings import GatewaySettings
from shared.settings import SettingError

PROXIES = GatewaySettings.load(trusted_proxies="10.0.0.0/8, fd00::/8").proxies


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # anybody can say so
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "203.0.113.9, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("10.1.2.3", "nonsense", ""),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("fd00::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
    ],
)
def test_a_client_is_its_tenant_and_the_address_that_can_be_believed(peer: str, said: str, address: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": said} if said else {}).clone(remote=peer)
    assert client_of(request, PROXIES) == f"default {address}"


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="TRUSTED_PROXIES"):
        GatewaySettings.load(trusted_proxies="proxy.example")
