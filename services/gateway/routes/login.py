"""The login of the page: a key in, a cookie out, and back to where one was. Plain forms, so that it works before any
script does: only the place one came from, which no browser tells a server, takes a line of script."""

import base64
import hashlib
import html
import re
from urllib.parse import parse_qs

from aiohttp import web

from services.gateway.clients import scheme_of
from services.gateway.context import GATEWAY
from services.gateway.negotiation import negotiate
from services.gateway.places import take_place
from services.gateway.problems import ProblemError
from services.gateway.tenants import COOKIE
from shared.db.passes import Pass
from shared.logs import get_logger

log = get_logger(__name__)

_SECONDS = 12 * 3600
"""How long a login holds: a working day."""
_FORM = "application/x-www-form-urlencoded"
_PLACE = re.compile(r"#/[\w/%.-]{0,200}", re.ASCII)
"""A place on the page: what stands behind its address, so that it leads nowhere else."""
_SCRIPT = (
    "var place=location.hash,field=document.getElementById('place'),link=document.getElementById('page');"
    "if(place&&field)field.value=place;if(place&&link)link.href='/'+place"
)
_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
_HEADERS = {
    # Without, a browser says of this form's page that it has no origin, and is refused.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_DIGEST}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
_PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Timelift</title><style>
:root {{ color-scheme: light dark; --accent: light-dark(#0d6e63, #55c7b5); --on: light-dark(#fff, #06211d) }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 24rem; margin: 18vh auto 0; padding: 1rem }}
h1 {{ font-size: 1.6rem; letter-spacing: -.01em }}
input, button {{ font: inherit; padding: .6rem .8rem; width: 100%; box-sizing: border-box; margin-top: .5rem;
border: 1px solid GrayText; border-radius: 10px }}
button {{ margin-top: 1rem; color: var(--on); background: var(--accent); border-color: var(--accent) }}
a {{ color: var(--accent) }}
</style><main><h1>Timelift</h1>{content}</main><script>{script}</script></html>"""
_LOGIN = """<form method="post" action="/login"><label for="key">{key}</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<input id="place" name="place" type="hidden" value="{place}"><button>{log_in}</button></form>
<p role="alert">{fault}</p>"""
_LOGOUT = """<p>{logged_in} <a id="page" href="/">{to_page}</a></p>
<form method="post" action="/logout"><button>{log_out}</button></form>"""
_WORDS = {
    "en": {
        "key": "Your key",
        "log_in": "Log in",
        "unknown": "This key is not known.",
        "logged_in": "You are logged in as {name}.",
        "to_page": "To the page",
        "log_out": "Log out",
    },
    "de": {
        "key": "Ihr Schlüssel",
        "log_in": "Anmelden",
        "unknown": "Dieser Schlüssel ist nicht bekannt.",
        "logged_in": "Sie sind als {name} angemeldet.",
        "to_page": "Zur Seite",
        "log_out": "Abmelden",
    },
}


async def get_login(request: web.Request) -> web.Response:
    """The form; to who is logged in, the way out."""
    identity = await request.app[GATEWAY].tenants.logged_in(request)
    if identity is None:
        return _login(request)
    language, words = _words(request)
    said = words["logged_in"].format(name=html.escape(identity.name))
    return _answer(language, _LOGOUT.format(**words | {"logged_in": said}))


async def post_login(request: web.Request) -> web.Response:
    """Exchange a key for a cookie. A wrong one gets the form again, with 401."""
    gateway = request.app[GATEWAY]
    form = await _form(request)
    place = form.get("place", "") if _PLACE.fullmatch(form.get("place", "")) else ""
    identity = await gateway.tenants.of_key(form.get("key", "").strip())
    if identity is None:
        return _login(request, place, 401)
    made = Pass(identity.tenant, identity.name, identity.roles, identity.key_id, identity.key_digest, None)
    text, _ = await gateway.passes.make(made, _SECONDS)
    log.info("logged in", tenant=identity.tenant, key=identity.key_id)
    answer = web.Response(status=303, headers={"Location": f"/{place}", **_HEADERS})
    secure = scheme_of(request, gateway.settings.proxies) == "https"
    # Strict: no page of another site makes a browser send it, not even by a link.
    answer.set_cookie(COOKIE, text, max_age=_SECONDS, httponly=True, samesite="Strict", secure=secure, path="/")
    return answer


async def post_logout(request: web.Request) -> web.Response:
    """End the login everywhere, and forget its cookie."""
    await take_place(request)
    if text := request.cookies.get(COOKIE):
        await request.app[GATEWAY].passes.end(text)
    answer = web.Response(status=303, headers={"Location": "/login", **_HEADERS})
    answer.del_cookie(COOKIE, path="/")
    return answer


async def _form(request: web.Request) -> dict[str, str]:
    if request.content_type != _FORM:
        raise ProblemError(415, "wrong-content-type", "Wrong content type", f"Send {_FORM}.")
    data = bytearray()

    def feed(chunk: bytes) -> None:
        data.extend(chunk)
        if len(data) > 1024:
            raise ProblemError(413, "too-large", "Too large", "A key is shorter.", headers={"Connection": "close"})

    async with request.app[GATEWAY].reception.body(request) as body:
        await body.read(feed)
        await take_place(request)
    return {name: values[0] for name, values in parse_qs(data.decode("utf-8", "replace")).items()}


def _login(request: web.Request, place: str = "", status: int = 200) -> web.Response:
    language, words = _words(request)
    fault = words["unknown"] if status == 401 else ""
    return _answer(language, _LOGIN.format(**words, place=html.escape(place), fault=fault), status)


def _words(request: web.Request) -> tuple[str, dict[str, str]]:
    accepted = re.sub(r"-\w+", "", request.headers.get("Accept-Language", ""))  # de-CH is de
    language = negotiate(accepted, tuple(_WORDS))
    return language, _WORDS[language]


def _answer(language: str, content: str, status: int = 200) -> web.Response:
    text = _PAGE.format(language=language, content=content, script=_SCRIPT)
    return web.Response(text=text, status=status, content_type="text/html", headers=_HEADERS)


ROUTES = [
    web.get("/login", get_login),
    web.post("/login", post_login),
    web.post("/logout", post_logout),
]
