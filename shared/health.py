"""Health and metrics endpoints, the same for every service."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.messages import Message, encode
from shared.version import version

Check = Callable[[], Awaitable[None]]
"""Raises while what it checks cannot be used."""


class Readiness(Message):
    """Body of `/readyz`."""

    ready: bool
    checks: dict[str, str]
    """``ok`` or what is wrong, by name."""


def json_response(body: Message, status: int = 200, content_type: str = "application/json") -> web.Response:
    return web.Response(body=encode(body), status=status, content_type=content_type)


def livez(alive: Check) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that answers 200 as long as the event loop turns and `alive` raises nothing."""

    async def handler(_: web.Request) -> web.Response:
        try:
            await alive()
        except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
            return web.Response(text=f"{error}\n", status=503)
        return web.Response(text="ok\n")

    return handler


async def metrics(_: web.Request) -> web.Response:
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def version_of(_: web.Request) -> web.Response:
    return json_response(version())


def readyz(checks: dict[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A handler that answers 200 when every check passes, else 503 with what is wrong."""

    async def handler(_: web.Request) -> web.Response:
        found: dict[str, str] = {}
        for name, check in checks.items():
            try:
                await check()
            except Exception as error:  # noqa: BLE001 - whatever is wrong is the answer
                found[name] = str(error) or type(error).__name__
            else:
                found[name] = "ok"
        ready = all(text == "ok" for text in found.values())
        return json_response(Readiness(ready=ready, checks=found), 200 if ready else 503)

    return handler


def add_health_routes(app: web.Application, checks: dict[str, Check], alive: Check) -> None:
    """Add `/livez` and `/readyz`.

    Args:
        checks: decide whether the process is ready, by name.
        alive: raises once the process can only be ended; then it is not ready either.
    """
    app.router.add_get("/livez", livez(alive))
    app.router.add_get("/readyz", readyz({**checks, "chores": alive}))


def add_metrics_route(app: web.Application) -> None:
    """Add `/metrics` and `/version`, to what is not served to everybody."""
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/version", version_of)
