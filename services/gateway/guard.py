"""Who may speak to the gateway through a browser: names that it answers to, and pages that may change something.

A page of a stranger's whose name resolves to this machine (DNS rebinding) is, for the browser, of the gateway's own
origin; only the Host header shows the name. And a browser sends what a form of any page asks it to; CORS only hides the
answer. Both are refused here, before a key is looked at.
"""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web

from services.gateway.context import GATEWAY
from services.gateway.problems import Handler, ProblemError
from services.gateway.settings import LOOPBACK, GatewaySettings
from services.gateway.tenants import COOKIE
from shared.settings import SettingError

_PROBES = frozenset(("/livez", "/readyz"))
"""What is asked for by address, and tells nothing."""
_WRITES_BODIES = frozenset(("POST", "PUT", "PATCH"))
_READS = frozenset(("GET", "HEAD", "OPTIONS"))


def check_open(settings: GatewaySettings, keyed: bool) -> None:
    """Refuse to serve the network without asking who somebody is.

    Args:
        keyed: whether every request to the API has to bring a key.

    Raises:
        SettingError: the gateway would be open to more than this machine, and nobody said that this is meant.
    """
    if not (keyed or settings.allow_open or is_loopback(settings.host)):
        raise SettingError(
            f"HOST={settings.host} would let everybody who reaches this machine read and delete every week: set "
            "API_KEYS or API_KEY_REQUIRED without API_KEY_OPTIONAL, or ALLOW_OPEN=1 if something in front of the "
            "gateway does the guarding."
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests under a name that is not the gateway's (421), and writes that a page of another origin makes a
    browser send (403)."""
    settings = request.app[GATEWAY].settings
    hosts = request.headers.getall("Host", [])
    if request.path not in _PROBES and not (len(hosts) == 1 and _answers_to(hosts[0], settings)):
        raise ProblemError(
            421,
            "unknown-host",
            "Unknown host",
            "This server does not answer to that name. See ALLOWED_HOSTS.",
            headers={"Connection": "close"},
        )
    if request.body_exists and request.method not in _WRITES_BODIES:
        # Nobody reads it, and it would stay in memory as long as the answer takes: an event stream takes hours.
        raise ProblemError(413, "too-large", "Too large", "No body belongs here.", headers={"Connection": "close"})
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        # Unpacked, a few bytes become more than Content-Length bounds.
        raise ProblemError(
            415,
            "content-encoding",
            "Compressed body",
            "Send the body as it is, without Content-Encoding.",
            headers={"Connection": "close"},
        )
    if request.method not in _READS and not _may_write(request):
        raise ProblemError(
            403, "foreign-origin", "Foreign origin", "Pages of another origin may not do this. See CORS_ORIGINS."
        )
    return await handler(request)


def allows_origin(request: web.Request) -> bool:
    """Whether the page that a request comes from, by its Origin, may read the answer."""
    origin, settings = request.headers.get("Origin", ""), request.app[GATEWAY].settings
    return "*" in settings.origins or origin in settings.origins or _is_own(origin, request.headers.get("Host", ""))


def _answers_to(host: str, settings: GatewaySettings) -> bool:
    name, _ = _parts(f"//{host}")
    return bool(name) and ("*" in settings.hosts or name in settings.hosts)


def _may_write(request: web.Request) -> bool:
    origin, place = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site")
    if COOKIE in request.cookies and not ("Authorization" in request.headers or "X-API-Key" in request.headers):
        # The browser sends the login along whoever asks, also for a page of this site's other ports: only our own may.
        return _is_own(origin, request.headers.get("Host", "")) if origin else place == "same-origin"
    if "Origin" in request.headers:
        return allows_origin(request)
    # Browsers leave the Origin out of some requests, but always say this; programs say neither.
    return place != "cross-site" or "*" in request.app[GATEWAY].settings.origins


def _is_own(origin: str, host: str) -> bool:
    """Whether a page of `origin` was served by the gateway that the request names as `host`: under the same name and
    port, this machine's names counting as one."""
    scheme, _, rest = origin.partition("://")
    (name, port), (own, own_port) = _parts(f"//{rest}"), _parts(f"//{host}")
    default = {"http": 80, "https": 443}.get(scheme)
    same = name == own or (name in LOOPBACK and own in LOOPBACK)
    # Behind a proxy that speaks TLS, neither has a port.
    return bool(name) and default is not None and same and (port or default) == (own_port or default)


def _parts(address: str) -> tuple[str, int | None]:
    """Name, in lower case, and port of an address; no name where it is none."""
    try:
        split = urlsplit(address)
        if split.username is not None or split.path or split.query or split.fragment:
            return "", None
        return (split.hostname or "").rstrip("."), split.port
    except ValueError:
        return "", None
