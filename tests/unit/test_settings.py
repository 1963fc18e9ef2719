"""Settings: read, refused with a sentence, documented."""

import pytest

from deploy.settings_doc import TARGET, document, groups
from services.gateway.settings import GatewaySettings
from shared.settings import SettingError


def test_the_page_is_made_from_the_declarations() -> None:
    assert TARGET.read_text(encoding="utf-8") == document(), "run: python -m deploy.settings_doc"


def test_every_setting_has_a_description_and_is_declared_once() -> None:
    seen: dict[str, str] = {}
    for cls in groups():
        assert cls.group, cls
        for name, field in cls.model_fields.items():
            assert field.description, f"{cls.__name__}.{name}"
            assert name not in seen, f"{name} is declared in {seen.get(name)} and {cls.__name__}"
            seen[name] = cls.__name__


@pytest.mark.parametrize(("value", "says"), [("x", "integer"), ("70000", "65535"), ("-1", "0")])
def test_a_value_that_does_not_fit_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, value: str, says: str
) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(SettingError, match=rf"^PORT is not usable: .*{says}"):
        GatewaySettings.load()


def test_an_empty_variable_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert GatewaySettings.load().port == 4000
