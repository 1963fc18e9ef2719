"""Settings: read, refused with a sentence, documented."""

import difflib
from pathlib import Path

import pytest

from deploy.settings_doc import TARGET, document, groups
from services.gateway.settings import GatewaySettings
from shared.blobs import BlobSettings
from shared.db.pool import DatabaseSettings
from shared.settings import FILE_SUFFIX, LIKENESS, SettingError, Settings, is_secret, known_names, misspelt
from shared.streams.client import RedisSettings


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


@pytest.mark.parametrize(
    ("group", "variable", "value", "wanted"),
    [
        (RedisSettings, "REDIS_URL", "http://x:secret@y", "redis://"),
        (RedisSettings, "REDIS_URL", "redis:6379", "redis://"),
        (DatabaseSettings, "DATABASE_URL", "mysql://x:secret@y", "postgresql://"),
        (BlobSettings, "BLOB_URL", "/data/blobs", "file://"),
        (BlobSettings, "BLOB_URL", "ftp://x", "s3://"),
    ],
)
def test_a_url_of_another_kind_is_told_in_a_sentence_without_its_password(
    monkeypatch: pytest.MonkeyPatch, group: type[Settings], variable: str, value: str, wanted: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingError, match=rf"^{variable} is not usable: it must begin with .*{wanted}") as told:
        group.load()
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "values",
    [
        {"redis_url": "redis://x", "redis_tls": True},
        {"redis_url": "redis://x", "redis_tls_ca": "ca.crt"},
        {"redis_tls_cert": "own.crt", "redis_tls_key": "own.key"},
    ],
)
def test_tls_that_was_asked_for_is_never_dropped(values: dict[str, object]) -> None:
    with pytest.raises(SettingError, match="rediss://"):
        RedisSettings.load(**values)


@pytest.fixture
def password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "password"
    monkeypatch.delenv("REDIS_PASSWORD", raising=False)
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(file))
    return file


@pytest.mark.parametrize(("text", "password"), [("a b\r\n", "a b"), (" x", " x"), ("\n", ""), ("é", "é")])
def test_a_secret_comes_from_the_file_that_is_named(password_file: Path, text: str, password: str) -> None:
    password_file.write_text(text, encoding="utf-8")
    assert RedisSettings.load().redis_password == password


def test_every_secret_may_come_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"database_url": "postgresql://file/x", "redis_url": "redis://file", "api_keys": "file:0123456789abcdef"}
    secrets = [(cls, name) for cls in groups() for name, field in cls.model_fields.items() if is_secret(field)]
    assert {"anthropic_api_key", "database_password", "internal_token"} <= {name for _, name in secrets}
    for cls, name in secrets:
        file = tmp_path / name
        file.write_text(values.get(name, "file") + "\n")
        monkeypatch.setenv(name.upper() + FILE_SUFFIX, str(file))
        assert getattr(cls.load(), name) == values.get(name, "file")


def test_a_secret_that_cannot_be_read_is_told_in_a_sentence(
    password_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingError, match=r"^REDIS_PASSWORD_FILE is not usable: No such file or directory\.$"):
        RedisSettings.load()
    password_file.write_bytes(b"\xff")
    with pytest.raises(SettingError, match=r"^REDIS_PASSWORD_FILE is not usable: the file is no text\.$"):
        RedisSettings.load()
    password_file.write_text("x" * 100_000)
    with pytest.raises(SettingError, match="larger than a secret"):
        RedisSettings.load()
    password_file.write_text("in the file")
    monkeypatch.setenv("REDIS_PASSWORD", "in the environment")
    with pytest.raises(SettingError, match="both set") as told:
        RedisSettings.load()
    assert "in the" not in str(told.value)


def test_what_is_no_secret_comes_from_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "host").write_text("elsewhere")
    monkeypatch.setenv("REDIS_HOST_FILE", str(tmp_path / "host"))
    assert RedisSettings.load().redis_host == RedisSettings.model_fields["redis_host"].default


def test_a_slip_in_a_variable_s_name_is_noticed() -> None:
    groups()
    environment = {"QUEUE_CONCURENCY": "4", "REDIS_PASWORD": "x", "PATH": "/bin", "QUEUE_CONCURRENCY": "2"}
    assert misspelt(environment) == {"QUEUE_CONCURENCY": "QUEUE_CONCURRENCY", "REDIS_PASWORD": "REDIS_PASSWORD"}


def test_no_setting_is_taken_for_a_slip_of_another() -> None:
    """A service does not know the others' settings, which stand in the same environment."""
    groups()
    for name in {name.removesuffix(FILE_SUFFIX) for name in known_names()}:
        near = difflib.get_close_matches(name, known_names() - {name, name + FILE_SUFFIX}, n=1, cutoff=LIKENESS)
        assert not near, f"{name} and {near}"
