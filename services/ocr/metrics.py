"""The OCR's own Prometheus metrics."""

from prometheus_client import Counter, Histogram

PAGE_DURATION = Histogram(
    "timelift_ocr_page_duration_seconds",
    "Time to prepare and read one page.",
    buckets=(0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 120),
)
LINES = Counter(
    "timelift_ocr_lines_total",
    "Lines of text, by source: read (from the picture) or known (from the document).",
    ["source"],
)
