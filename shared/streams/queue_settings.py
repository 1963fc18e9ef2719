"""Settings of the workers' side of the queue."""

import os
import socket
import time
from typing import ClassVar

from shared.settings import Settings, setting

_STARTED = time.time_ns() // 1_000_000
"""Of this process, in ms."""


class QueueSettings(Settings):
    group: ClassVar[str] = "Queue"
    queue_concurrency: int = setting(2, "Jobs a worker process runs at once.", ge=1, le=64)
    queue_overtime: int = setting(
        6,
        "Jobs beside these that a worker process goes on with, behind the others, when they take long; each may hold a "
        "whole upload in memory.",
        ge=0,
        le=64,
    )
    queue_max_retries: int = setting(3, "How often a failed job is tried again before it is dead.", ge=0, le=20)
    queue_timeout: int = setting(300_000, "Longest a job may take.", unit="ms", ge=1000)
    queue_lease: int = setting(
        6000, "How long a worker may be silent before its job is taken up elsewhere.", unit="ms", ge=500
    )
    queue_backoff: int = setting(
        1000, "First wait before a retry; doubles each time, with full jitter.", unit="ms", ge=1
    )
    queue_max_deliveries: int = setting(
        2, "How many workers a job may end before it is dead; a worker that returns was not ended.", ge=1, le=20
    )
    queue_silence: int = setting(
        60_000,
        "How long the last of these must be silent to count as ended: longer than a machine of the fleet may pause.",
        unit="ms",
        ge=500,
    )
    queue_drain: int = setting(20_000, "How long a stopping worker lets its running jobs finish.", unit="ms", ge=0)
    consumer_name: str = setting(
        "", "This worker's name in its consumer group; unlike any other's. Empty: host name and process id."
    )

    @property
    def consumer(self) -> str:
        return self.consumer_name or f"{socket.gethostname()}-{os.getpid()}"

    @property
    def incarnation(self) -> str:
        """The name with this process's start: whoever was called so before is another, and does not come back."""
        return f"{self.consumer}.{_STARTED:x}"
