"""The extractor's own Prometheus metrics."""

from prometheus_client import Counter, Histogram

TIMETABLES = Counter(
    "timelift_timetables_total",
    "Timetables saved, by who read them (local, claude) and whether somebody needs to look at them (yes, no).",
    ["reader", "needs_look"],
)
LAYOUTS = Counter("timelift_layouts_total", "Documents by the layout that the local reader took.", ["layout"])
READER_FAILURES = Counter(
    "timelift_layout_reader_failures_total", "Pages that a layout reader raised on; the others read them.", ["reader"]
)
CONFIDENCE = Histogram(
    "timelift_reading_confidence",
    "Confidence of the local reading of a document, 0 to 1.",
    buckets=(0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.0),
)
CLAUDE_REQUESTS = Counter("timelift_claude_requests_total", "Requests to Claude, by how they ended.", ["outcome"])
CLAUDE_TOKENS = Counter("timelift_claude_tokens_total", "Tokens, by direction (input, output).", ["direction"])
CLAUDE_COST = Counter("timelift_claude_cost_dollars_total", "US dollars, by the prices of the settings.")
CLAUDE_DURATION = Histogram(
    "timelift_claude_request_duration_seconds", "Time a request to Claude took.", buckets=(1, 2, 5, 10, 20, 30, 60, 90)
)
