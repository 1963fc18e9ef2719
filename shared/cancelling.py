"""A cancellation that was swallowed on its way."""

import asyncio


def end_if_cancelled() -> None:
    """Raise `CancelledError` if the running task was cancelled and nothing came of it.

    redis-py swallows a cancellation that meets it in the first milliseconds of a connect or a read: the call returns as
    if nothing had been, and a loop around it would go on for ever. Whoever loops, looks here after each turn.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
