"""One try at a job, the same for every carrier: whatever a handler does becomes an outcome."""

import asyncio
import random
import traceback

import msgspec

from shared.blobs import BlobMissingError
from shared.logs import get_logger
from shared.outcomes import Dead, Handler, Job, Outcome, Progress, Retry, UnreadableError
from shared.slots import slot_here

log = get_logger(__name__)


async def attempt(handler: Handler, job: Job, progress: Progress, seconds: float) -> tuple[Outcome, str]:
    """Run a handler.

    Args:
        seconds: longest it may take; what it awaits is cancelled then.

    Returns:
        Its outcome and, for operators, what went wrong ('' if nothing did).
    """
    try:
        async with asyncio.timeout(seconds) as bound:
            if slot := slot_here():
                slot.bound = bound
            outcome = await handler(job, progress)
    except UnreadableError as error:
        return Dead(str(error)), str(error)
    except BlobMissingError:
        return Dead("The stored picture is gone."), "blob missing"
    except msgspec.ValidationError as error:
        return Dead("This job could not be read."), str(error)
    except TimeoutError:
        return Retry(f"took longer than {seconds:g} s"), "timeout"
    except Exception as error:
        # Whatever a stage raises must cost one attempt of one document, never the service.
        log.exception("job failed")
        return Retry(f"{type(error).__name__}: {error}"), traceback.format_exc(limit=20)
    return outcome, outcome.reason if isinstance(outcome, Retry | Dead) else ""


_LONGEST_WAIT_MS = 60_000


def retry_wait_ms(failed: int, first_ms: int) -> float:
    """How long a job waits after its `failed`-th try failed, in ms: exponential back-off with full jitter, so that jobs
    that failed together do not return together (M. Brooker, "Exponential Backoff And Jitter", 2015)."""
    return random.uniform(0, min(first_ms * 2 ** (failed - 1), _LONGEST_WAIT_MS))
