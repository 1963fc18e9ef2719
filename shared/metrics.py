"""Prometheus metrics that several services share; each process serves its own. What one service alone measures stands
in its own ``metrics.py``, so that no process shows series it never fills.

What only Redis and Postgres know (how much waits, how long, who is dead) no process of the fleet can say of itself:
`shared.exporter` asks for it once for all.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

JOB_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
DOCUMENT_SECONDS = (0.5, 1, 2, 3, 4, 5, 7.5, 10, 15, 30, 60, 300, 1800)


class _Counts:
    """One series of a `Tally`."""

    __slots__ = ("_bounds", "classes", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.classes = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, amount: float) -> None:
        """Count one more."""
        self.classes[bisect_left(self._bounds, amount)] += 1
        self.total += amount


class Tally(Collector):
    """A histogram for one thread. Each job is observed three times, and prometheus_client's own, which is for several
    threads, takes five times as long over it.

    Args:
        name: of the metric.
        documentation: its sentence.
        labelnames: of its series.
        bounds: upper ones of its classes, rising.
        registry: that shows it.
    """

    def __init__(
        self,
        name: str,
        documentation: str,
        labelnames: Sequence[str],
        bounds: Sequence[float],
        registry: CollectorRegistry = REGISTRY,
    ) -> None:
        self._name, self._documentation, self._labelnames = name, documentation, labelnames
        self._bounds = tuple(map(float, bounds))
        self._series: dict[tuple[str, ...], _Counts] = {}
        registry.register(self)

    def labels(self, *values: str) -> _Counts:
        """The series with these labels."""
        return self._series.setdefault(values, _Counts(self._bounds))

    def describe(self) -> Iterator[HistogramMetricFamily]:
        """Its name, so that no other metric takes it."""
        yield HistogramMetricFamily(self._name, self._documentation, labels=self._labelnames)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """All its series, as they are now."""
        family = HistogramMetricFamily(self._name, self._documentation, labels=self._labelnames)
        for values, counts in self._series.items():
            sums, below = list[tuple[str, float]](), 0
            for bound, count in zip((*map(str, self._bounds), "+Inf"), counts.classes, strict=True):
                below += count
                sums.append((bound, below))
            family.add_metric(values, sums, counts.total)
        yield family


BUILD = Info("timelift_build", "Which Timelift this process is.")
JOB_DURATION = Tally(
    "timelift_job_duration_seconds",
    "Time a job took until what follows from it was recorded, by carrier (stream, direct) and outcome (done, retry, "
    "dead).",
    ["stage", "carrier", "outcome"],
    JOB_SECONDS,
)
JOB_WAIT = Tally("timelift_job_wait_seconds", "Time a job waited on its stream for a worker.", ["stage"], JOB_SECONDS)
JOB_ATTEMPTS = Tally(
    "timelift_job_attempts", "Tries that a job took until it was done.", ["stage"], (1, 2, 3, 4, 5, 10)
)
running: dict[str, int] = {}
"""Jobs running in this process, by stage; changed twice a job, and told when the gauge is read."""
JOBS_RUNNING = Gauge("timelift_jobs_running", "Jobs running in this process.", ["stage"])
JOBS_RETRIED = Counter("timelift_jobs_retried_total", "Jobs that failed and will be tried again.", ["stage", "carrier"])
JOBS_RECLAIMED = Counter("timelift_jobs_reclaimed_total", "Jobs taken over from a worker that went quiet.", ["stage"])
JOBS_LOST = Counter(
    "timelift_jobs_lost_total", "Running jobs that another worker took over, or were cancelled.", ["stage"]
)
CAUSES = ("refused", "exhausted", "malformed", "newer", "deadly", "late")
"""Of a job's death."""
JOBS_DEAD = Counter(
    "timelift_jobs_dead_total",
    "Jobs that died, by cause: refused (the upload is at fault), exhausted (all tries failed), malformed (an entry "
    "that cannot be read), newer (of a version that nobody here could read), deadly (ended several workers), late "
    "(past its deadline).",
    ["stage", "carrier", "cause"],
)
DEAD_DROPPED = Counter(
    "timelift_dead_jobs_dropped_total", "Dead jobs that are no longer kept for being too many.", ["stage"]
)
DOCUMENT_DURATION = Histogram(
    "timelift_document_duration_seconds",
    "Time from the upload, or from being put back to work, to a document's end; each end is counted once in the fleet.",
    ["end", "priority"],
    buckets=DOCUMENT_SECONDS,
)
DATABASE_CONNECTIONS = Gauge(
    "timelift_database_connections", "Connections of this process's Postgres pool, by state (idle, used).", ["state"]
)
DATABASE_CONNECTIONS_MAX = Gauge("timelift_database_connections_max", "Connections that the pool may open.")
