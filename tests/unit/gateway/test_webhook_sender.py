"""How webhooks are signed and when they are called again; the sending itself is tested with a gateway."""

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from services.gateway.loops.webhooks import WAITS, WebhookSettings, new_secret, next_wait, signed
from shared.db.webhooks import Delivery

BODY = '{"type": "document.completed", "data": {"error": "schön"}}'.encode()


def delivery(*secrets: str) -> Delivery:
    return Delivery("0b5b9f3e-5f0f-4a51-9a5c-0e3f7c1f8c11", "https://school.example/", BODY, 1, list(secrets))


def test_a_receiver_that_knows_either_secret_takes_the_message() -> None:
    new, former, other = new_secret(), new_secret(), new_secret()
    headers = signed(delivery(new, former), datetime.now(UTC))
    assert headers["webhook-id"] == delivery().id
    for secret in (new, former):
        assert Webhook(secret).verify(BODY, headers)["type"] == "document.completed"
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(BODY.replace(b"completed", b"cancelled"), headers)


def test_a_secret_is_as_long_as_the_standard_asks() -> None:
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32
    assert new_secret() != new_secret()


def test_the_waits_grow_until_there_is_none() -> None:
    for attempt, seconds in enumerate(WAITS, 1):
        assert 0.9 * seconds <= (next_wait(attempt) or 0) <= 1.1 * seconds
    assert next_wait(len(WAITS) + 1) is None
    assert next_wait(1, asked=3600) == 3600


def test_hosts_are_read_whatever_their_case() -> None:
    settings = WebhookSettings.load(webhook_hosts=" Hooks.Internal, ,10.0.0.7")
    assert settings.hosts == {"hooks.internal", "10.0.0.7"}
