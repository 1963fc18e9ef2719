"""Tenants by API key: the setting, and who a request belongs to."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from services.gateway.problems import ProblemError
from services.gateway.tenants import DEFAULT, Tenants, TenantSettings, pairs
from shared.settings import SettingError

ONE, TWO = "one-" + "1" * 16, "two:" + "2" * 16
EVENTS = "/api/v1/events/3f2b8c1e-0000-4000-8000-000000000000"
IMAGE = "/api/v1/documents/3f2b8c1e-0000-4000-8000-000000000000/image"


def request(path: str = "/api/v1/documents", method: str = "GET", **headers: str) -> web.Request:
    return make_mocked_request(method, path, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def tenants() -> Tenants:
    return Tenants([("north", ONE), ("south", TWO)], optional=False)


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


@pytest.mark.parametrize(
    ("made", "tenant"),
    [
        (request(Authorization=f"Bearer {ONE}"), "north"),
        (request(authorization=f"bearer  {TWO}"), "south"),
        (request(X_API_Key=ONE), "north"),
        # A proxy's own password travels in the same header.
        (request(Authorization="Basic dXNlcjpwYXNz", X_API_Key=TWO), "south"),
        (request(f"{EVENTS}?access_token={ONE}"), "north"),
        (request(f"{IMAGE}?page=0&access_token={TWO}"), "south"),
        (request("/api/v1/documents/upload", "POST", X_API_Key=ONE), "north"),
    ],
)
def test_a_key_names_its_tenant(tenants: Tenants, made: web.Request, tenant: str) -> None:
    assert tenants.of(made) == tenant


@pytest.mark.parametrize(
    ("made", "slug"),
    [
        (request(), "no-api-key"),
        (request(Authorization="Basic dXNlcjpwYXNz"), "no-api-key"),
        (request(Authorization="Bearer "), "unknown-api-key"),
        (request(Authorization=f"Bearer {ONE}x"), "unknown-api-key"),
        (request(f"{EVENTS}?access_token={ONE[:-1]}"), "unknown-api-key"),
        # An address is kept in histories and logs: only what cannot send a header may carry the key there.
        (request(f"/api/v1/documents?access_token={ONE}"), "no-api-key"),
        (request(f"{EVENTS}?access_token={ONE}", "POST"), "no-api-key"),
        (request(f"{IMAGE.removesuffix('/image')}?access_token={ONE}", "DELETE"), "no-api-key"),
    ],
)
def test_without_a_known_key_nobody_comes_in(tenants: Tenants, made: web.Request, slug: str) -> None:
    with pytest.raises(ProblemError) as refused:
        tenants.of(made)
    assert refused.value.problem.status == 401
    assert refused.value.problem.type == f"/problems/{slug}"
    challenge = refused.value.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert ("invalid_token" in challenge) is (slug == "unknown-api-key")


def test_a_key_may_be_optional_but_never_wrong() -> None:
    tenants = Tenants([("north", ONE)], optional=True)
    assert tenants.of(request()) == DEFAULT
    assert tenants.of(request(X_API_Key=ONE)) == "north"
    with pytest.raises(ProblemError):
        tenants.of(request(X_API_Key=TWO))


def test_without_keys_everything_is_the_default_tenants() -> None:
    tenants = Tenants([], optional=False)
    assert tenants.of(request()) == DEFAULT
    assert tenants.of(request(X_API_Key=ONE)) == DEFAULT
