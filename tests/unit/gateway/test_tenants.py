"""Tenants by API key: who a request belongs to."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from services.gateway.problems import ProblemError
from services.gateway.stored_keys import StoredKeys
from services.gateway.tenants import DEFAULT, Tenants
from shared.db.api_keys import ApiKey, StoredKey, digest_of
from shared.db.pool import DatabaseAwayError
from shared.messages import Role

ONE, TWO = "one-" + "1" * 16, "two:" + "2" * 16
EVENTS = "/api/v1/events/3f2b8c1e-0000-4000-8000-000000000000"
IMAGE = "/api/v1/documents/3f2b8c1e-0000-4000-8000-000000000000/image"


def request(path: str = "/api/v1/documents", method: str = "GET", **headers: str) -> web.Request:
    return make_mocked_request(method, path, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def tenants() -> Tenants:
    return Tenants([("north", ONE), ("south", TWO)])


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
async def test_a_key_names_its_tenant(tenants: Tenants, made: web.Request, tenant: str) -> None:
    assert (await tenants.of(made)).tenant == tenant


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
async def test_without_a_known_key_nobody_comes_in(tenants: Tenants, made: web.Request, slug: str) -> None:
    with pytest.raises(ProblemError) as refused:
        await tenants.of(made)
    assert refused.value.problem.status == 401
    assert refused.value.problem.type == f"/problems/{slug}"
    challenge = refused.value.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer ")
    assert ("invalid_token" in challenge) is (slug == "unknown-api-key")


async def test_a_key_may_be_optional_but_never_wrong() -> None:
    tenants = Tenants([("north", ONE)], optional=True)
    assert (await tenants.of(request())).tenant == DEFAULT
    assert (await tenants.of(request(X_API_Key=ONE))).tenant == "north"
    with pytest.raises(ProblemError):
        await tenants.of(request(X_API_Key=TWO))


async def test_without_keys_everything_is_the_default_tenants() -> None:
    tenants = Tenants([])
    assert (await tenants.of(request())).tenant == DEFAULT
    assert (await tenants.of(request(X_API_Key=ONE))).tenant == DEFAULT


def stored(*, roles: tuple[Role, ...] = ("read",), revoked: bool = False) -> tuple[StoredKeys, str, "Record"]:
    """A key in a database, and what was asked of that."""
    id_ = "0123456789ab"
    key = f"tl_{id_}_{'s' * 43}"
    told = ApiKey(
        id=id_,
        tenant="west",
        name="Mr Poe's phone",
        roles=list(roles),
        created_at="2026-11-23T18:40:28.522Z",
        last_used_at=None,
        revoked_at="2026-11-24T18:40:28.522Z" if revoked else None,
    )
    record = Record(StoredKey(told, digest_of(key)))
    return StoredKeys(record), key, record


class Record:
    """A database of one key."""

    def __init__(self, key: StoredKey) -> None:
        self.key = key
        self.asked = 0
        self.noted: list[str] = []
        self.away = False

    async def get(self, id_: str) -> StoredKey | None:
        self.asked += 1
        if self.away:
            raise DatabaseAwayError("away")
        return self.key if id_ == self.key.told.id else None

    async def used(self, id_: str) -> None:
        self.noted.append(id_)


async def test_a_stored_key_says_whose_it_is_and_what_it_is_for() -> None:
    keys, key, record = stored(roles=("read", "operate"))
    tenants = Tenants([("north", ONE)], keys)
    found = await tenants.of(request(X_API_Key=key))
    assert (found.tenant, found.name, found.key_id) == ("west", "Mr Poe's phone", "0123456789ab")
    assert found.roles == {"read", "operate"}
    assert await tenants.of(request(X_API_Key=key)) == found
    assert record.asked == 1, "it is remembered for a moment"
    assert record.noted == ["0123456789ab"]
    assert (await tenants.of(request(X_API_Key=ONE))).roles == {"read", "write"}


async def test_a_stored_key_is_known_by_all_of_it() -> None:
    keys, key, record = stored()
    tenants = Tenants([], keys, required=True)
    for wrong in (key[:-1] + "t", key.replace("0123456789ab", "0123456789ac"), key + "s", key.upper(), "tl__"):
        with pytest.raises(ProblemError):
            await tenants.of(request(X_API_Key=wrong))
    assert record.noted == []
    # Neither is it remembered for what somebody guessed.
    await tenants.of(request(X_API_Key=key))
    with pytest.raises(ProblemError):
        await tenants.of(request(X_API_Key=key[:-1] + "t"))


async def test_a_revoked_key_is_unknown_as_soon_as_it_is_asked_for_anew() -> None:
    keys, key, record = stored()
    tenants = Tenants([], keys, required=True)
    await tenants.of(request(X_API_Key=key))
    record.key = stored(revoked=True)[2].key
    await tenants.of(request(X_API_Key=key))
    tenants.forget("0123456789ab")
    with pytest.raises(ProblemError):
        await tenants.of(request(X_API_Key=key))


async def test_a_remembered_key_holds_while_postgres_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    keys, key, record = stored()
    tenants = Tenants([], keys, required=True)
    now = 1000.0
    monkeypatch.setattr("services.gateway.stored_keys.time.monotonic", lambda: now)
    await tenants.of(request(X_API_Key=key))
    record.away = True
    now += 60
    assert (await tenants.of(request(X_API_Key=key))).tenant == "west"
    now += 600
    with pytest.raises(DatabaseAwayError):
        await tenants.of(request(X_API_Key=key))


async def test_stored_keys_alone_close_a_gateway_when_that_is_said() -> None:
    keys, key, _ = stored()
    assert not Tenants([], keys).keyed
    assert (await Tenants([], keys).of(request(X_API_Key=key))).tenant == DEFAULT
    closed = Tenants([], keys, required=True)
    assert closed.keyed
    with pytest.raises(ProblemError):
        await closed.of(request())
    assert (await closed.of(request(X_API_Key=key))).tenant == "west"


async def test_who_is_nobody_operates_nothing() -> None:
    assert "operate" in (await Tenants([]).of(request())).roles, "an open gateway is its operator's"
    assert "operate" not in (await Tenants([("north", ONE)], optional=True).of(request())).roles
    assert "operate" not in (await Tenants([("north", ONE)]).of(request(X_API_Key=ONE))).roles
