"""The login of the page: a key in, a cookie out, and back. Plain forms, so that it works before any script does."""

import html
from urllib.parse import parse_qs

from aiohttp import web

from services.gateway.clients import scheme_of
from services.gateway.context import GATEWAY
from services.gateway.problems import ProblemError
from services.gateway.tenants import COOKIE
from shared.db.passes import Pass
from shared.logs import get_logger

log = get_logger(__name__)

_SECONDS = 12 * 3600
"""How long a login holds: a working day."""
_FORM = "application/x-www-form-urlencoded"
_HEADERS = {
    # Without, a browser says of this form's page that it has no origin, and is refused.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Timelift</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 24rem; margin: 20vh auto; padding: 1rem }}
:root {{ color-scheme: light dark }}
input, button {{ font: inherit; padding: .5rem; width: 100%; box-sizing: border-box; margin-top: .5rem }}
</style><h1>Timelift</h1>{}</html>"""
_LOGIN = """<form method="post" action="/login"><label for="key">Your key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<button>Log in</button></form><p role="alert">{}</p>"""
_LOGOUT = """<p>You are logged in as {}. <a href="/">To the page</a></p>
<form method="post" action="/logout"><button>Log out</button></form>"""


async def get_login(request: web.Request) -> web.Response:
    """The form; to who is logged in, the way out."""
    identity = await request.app[GATEWAY].tenants.logged_in(request)
    return _answer(_LOGOUT.format(html.escape(identity.name)) if identity else _LOGIN.format(""))


async def post_login(request: web.Request) -> web.Response:
    """Exchange a key for a cookie. A wrong one gets the form again, with 401."""
    gateway = request.app[GATEWAY]
    identity = await gateway.tenants.of_key(await _key(request))
    if identity is None:
        return _answer(_LOGIN.format("This key is not known."), 401)
    made = Pass(identity.tenant, identity.name, identity.roles, identity.key_id, identity.key_digest, None)
    text, _ = await gateway.passes.make(made, _SECONDS)
    log.info("logged in", tenant=identity.tenant, key=identity.key_id)
    answer = web.Response(status=303, headers={"Location": "/", **_HEADERS})
    secure = scheme_of(request, gateway.settings.proxies) == "https"
    # Strict: no page of another site makes a browser send it, not even by a link.
    answer.set_cookie(COOKIE, text, max_age=_SECONDS, httponly=True, samesite="Strict", secure=secure, path="/")
    return answer


async def post_logout(request: web.Request) -> web.Response:
    """End the login everywhere, and forget its cookie."""
    if text := request.cookies.get(COOKIE):
        await request.app[GATEWAY].passes.end(text)
    answer = web.Response(status=303, headers={"Location": "/login", **_HEADERS})
    answer.del_cookie(COOKIE, path="/")
    return answer


async def _key(request: web.Request) -> str:
    if request.content_type != _FORM:
        raise ProblemError(415, "wrong-content-type", "Wrong content type", f"Send {_FORM}.")
    data = bytearray()

    def feed(chunk: bytes) -> None:
        data.extend(chunk)
        if len(data) > 1024:
            raise ProblemError(413, "too-large", "Too large", "A key is shorter.", headers={"Connection": "close"})

    async with request.app[GATEWAY].reception.body(request) as body:
        await body.read(feed)
    return parse_qs(data.decode("utf-8", "replace")).get("key", [""])[0].strip()


def _answer(content: str, status: int = 200) -> web.Response:
    return web.Response(text=_PAGE.format(content), status=status, content_type="text/html", headers=_HEADERS)


ROUTES = [
    web.get("/login", get_login),
    web.post("/login", post_login),
    web.post("/logout", post_logout),
]
