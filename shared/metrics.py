"""Prometheus metrics that all services share; each process serves its own at ``/metrics``."""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

JOB_SECONDS = Histogram("timelift_job_seconds", "Time a job took, by outcome.", ["stage", "outcome"], buckets=SECONDS)
RUNNING = Gauge("timelift_jobs_running", "Jobs running in this process.", ["stage"])
READER_FAILURES = Counter(
    "timelift_layout_reader_failures_total", "Pages that a layout reader raised on; the others read them.", ["reader"]
)
RECLAIMED = Counter("timelift_jobs_reclaimed_total", "Jobs taken over from a worker that went quiet.", ["stage"])
DEAD_DROPPED = Counter(
    "timelift_dead_jobs_dropped_total", "Dead jobs that are no longer kept for being too many.", ["stage"]
)
