"""Where a gateway may listen, and the names it answers to."""

import pytest

from services.gateway.guard import check_open, is_loopback
from services.gateway.settings import GatewaySettings
from shared.settings import SettingError


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.7", "::1", "localhost"])
def test_a_gateway_without_keys_may_listen_on_loopback(host: str) -> None:
    assert is_loopback(host)
    check_open(GatewaySettings.load(host=host), keyed=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "school.example"])
def test_elsewhere_it_asks_for_keys_or_is_told_that_it_is_guarded(host: str) -> None:
    with pytest.raises(SettingError, match="ALLOW_OPEN"):
        check_open(GatewaySettings.load(host=host), keyed=False)
    check_open(GatewaySettings.load(host=host), keyed=True)
    check_open(GatewaySettings.load(host=host, allow_open=True), keyed=False)


def test_it_answers_to_this_machine_its_host_and_what_is_allowed() -> None:
    settings = GatewaySettings.load(host="fd00::1", allowed_hosts=" School.example, [fe80::2] ,")
    assert settings.hosts == {"localhost", "127.0.0.1", "::1", "fd00::1", "school.example", "fe80::2"}
