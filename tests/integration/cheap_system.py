"""A system whose stages take milliseconds, on servers that count, and which sends its traces to the test."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.system import WORKERS, System

STAGE_OF = {"compressor": "compress", "ocr": "ocr", "extractor": "extract"}


class CheapSystem(System):
    """The gateway, and workers whose stages are `tests.chaos.stage`.

    Args:
        collector: where its traces go.
    """

    def __init__(self, folder: Path, redis_url: str, database_url: str, collector: "Collector") -> None:
        super().__init__(
            folder,
            redis_url,
            database_url,
            CHAOS_RECORDS=str(folder / "records"),
            CHAOS_SEED="1",
            CHAOS_LONGEST="0.5",
            # By chance of a document's id: what a second attempt costs and tells is no document's usual way.
            CHAOS_FLAKY="0",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_BSP_SCHEDULE_DELAY="100",
        )

    def command_of(self, service: str) -> list[str]:
        if service not in WORKERS:
            return super().command_of(service)
        return [sys.executable, "-m", "tests.chaos.stage", STAGE_OF[service]]


class Collector:
    """Takes traces by OTLP over HTTP, as OpenTelemetry's collector does."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Span]] = []
        """The service's name and the span, as they came."""
        found = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    service = next(
                        a.value.string_value for a in resource.resource.attributes if a.key == "service.name"
                    )
                    found.extend((service, span) for scope in resource.scope_spans for span in scope.spans)
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
