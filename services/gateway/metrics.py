"""The gateway's own Prometheus metrics, and the middleware that measures every request."""

import time

from aiohttp import web
from prometheus_client import Counter, Gauge, Histogram

from services.gateway.problems import Handler

REQUESTS = Counter("timelift_http_requests_total", "Requests answered.", ["method", "route", "status"])
REQUEST_DURATION = Histogram(
    "timelift_http_request_duration_seconds",
    "Time until a request was answered; event streams, which last as long as their document, are not in it.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 60),
)
UPLOAD_ANSWER = Histogram(
    "timelift_upload_answer_seconds",
    "Time from an upload's last byte until it was answered. While Redis is away that is when its document has ended.",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10, 30, 120),
)
UPLOAD_BYTES = Histogram(
    "timelift_upload_bytes",
    "Sizes of the uploads that were accepted.",
    ["content_type"],
    buckets=[2**power for power in range(14, 28, 2)],
)
RELAYED = Counter("timelift_relay_enqueued_total", "Documents that the relay put on a stream.", ["stage"])
RECONCILED = Counter(
    "timelift_reconciler_corrections_total",
    "Documents that Redis did not hold as it should: forgotten (enqueued again), surplus and doubled (taken off).",
    ["kind"],
)
EVENT_AGE = Histogram(
    "timelift_event_age_seconds",
    "Age of a progress event when it was written to a client that follows its document.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
EVENTS_READ = Counter(
    "timelift_sse_events_read_total",
    "Events that this gateway read for its streams, by whether one of them follows the document: it reads whole "
    "partitions, those in which something is followed.",
    ["followed"],
)
STREAMS_OPEN = Gauge("timelift_sse_subscribers", "Event streams open in this process.")
STREAMS_CLOSED = Counter(
    "timelift_sse_closed_total",
    "Event streams that were closed, by reason: ended (the document did), client (it went away), slow (it did not keep "
    "up), room (others needed it more), stopping (this gateway is), deleted (the document was).",
    ["reason"],
)

_NO_ROUTE = "none"
_CLIENT_GONE = 499
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count a request and its time, under its route's pattern: an address of a stranger's choice is no label."""
    resource = request.match_info.route.resource
    route = resource.canonical if resource else _NO_ROUTE
    method = request.method if request.method in _METHODS else "other"
    begun, status, timed = time.monotonic(), _CLIENT_GONE, True
    try:
        response = await handler(request)
        status, timed = response.status, response.content_type != "text/event-stream"
    except web.HTTPException as error:
        status = error.status
        raise
    else:
        return response
    finally:
        REQUESTS.labels(method, route, status).inc()
        if timed:
            REQUEST_DURATION.labels(method, route).observe(time.monotonic() - begun)
