"""The keys of the environment, and what is said of those that are none."""

import pytest

from services.gateway.environment_keys import TenantSettings, pairs
from shared.settings import SettingError

ONE, TWO = "one-" + "1" * 16, "two:" + "2" * 16


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a-key-without-its-tenant", "pair 1 is not of the form tenant:key"),
        (f"a:{ONE},", "pair 2 is not of the form tenant:key"),
        (f"North:{ONE}", "the tenant of pair 1 is not"),
        (f"{'n' * 41}:{ONE}", "the tenant of pair 1 is not"),
        (f":{ONE}", "the tenant of pair 1 is not"),
        ("north:fifteen-letters", "the key of north .pair 1. is not 16"),
        ("north:sixteen letters!", "the key of north .pair 1. is not 16"),
        ("north:sixteen-lettérs", "the key of north .pair 1. is not 16"),
        (f"north:{ONE},south:{ONE}", "the key of south .pair 2. is there twice"),
    ],
)
def test_a_bad_setting_is_told_in_a_sentence_that_shows_no_key(
    monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    monkeypatch.setenv("API_KEYS", text)
    with pytest.raises(SettingError, match=rf"^API_KEYS is not usable: {says}.*\.$") as told:
        TenantSettings.load()
    assert ONE not in str(told.value)
    assert "letters" not in str(told.value)


def test_the_setting_is_read() -> None:
    assert pairs(f"north:{ONE}, north:{TWO}") == [("north", ONE), ("north", TWO)]
    assert pairs(" ") == []
    assert "1111" not in repr(TenantSettings.load(api_keys="")), "the default shows nothing"
