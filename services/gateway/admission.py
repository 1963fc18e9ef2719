"""How many documents of a tenant may wait at once."""

from services.gateway.context import Gateway
from services.gateway.problems import ProblemError


async def admit(gateway: Gateway, tenant: str) -> bool:
    """Whether all slots on the streams are taken, so that one more document waits. Raises a 503 problem when so many
    of the tenant's wait that it would not be read soon."""
    limit, window = gateway.queue.queue_limit, gateway.queue.queue_window
    own, everyone = await gateway.jobs.unfinished(tenant, limit, window)
    if own >= limit:
        raise ProblemError(
            503,
            "queue-full",
            "Too many documents are waiting",
            "So many documents are waiting that yours would not be read soon. Please try again in a few minutes.",
            retry_after=30,
        )
    return everyone >= window
