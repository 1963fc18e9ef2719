"""Traces by OpenTelemetry, off by default: one from an upload through every stage to the event that ends its document.

::

    upload (server)                         child of the client's traceparent, if it sent one
    ├── relay (producer)                    put on its stream
    ├── compress (consumer) ──link──▶ relay      each try of a stage is a span; a retry is an event of it
    ├── ocr (consumer) ──link──▶ compress
    └── extract (consumer) ──link──▶ ocr         its event `ended` is the document's last event

The field `trace` of a stream entry is the upload's context, the parent of all; `sender` that of who put the entry
there, to which the consumer's span is linked. Services of which some make traces and some do not, work together.

OpenTelemetry's SDK is the extra `traces`; nothing of it is imported unless an endpoint is set.
"""

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from shared.settings import SettingError, Settings, setting
from shared.version import VERSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as OpenSpan
    from opentelemetry.trace import Tracer

Kind: TypeAlias = Literal["server", "producer", "consumer"]
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C's header, version 00."""


class TraceSettings(Settings):
    group: ClassVar[str] = "Traces"
    otel_exporter_otlp_endpoint: str = setting(
        "",
        "Where traces go, by OTLP over HTTP (http://collector:4318); empty: none are made. Needs the extra `traces`; "
        "OpenTelemetry's other variables (OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS, ...) hold.",
    )


_provider: "TracerProvider | None" = None
_tracer: "Tracer | None" = None


def configure_traces(service: str) -> None:
    """Send this process's traces to the endpoint, if one is set. Raises `SettingError` if the extra is missing."""
    if not TraceSettings.load().otel_exporter_otlp_endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is not usable: install the extra `traces` (uv sync --extra traces)."
        ) from None
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"timelift-{service}", "service.version": VERSION})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider)


def use(provider: "TracerProvider | None") -> None:
    """Make traces with `provider` from now on; None makes none."""
    global _provider, _tracer  # noqa: PLW0603 - a process has one, as it has one log
    _provider = provider
    _tracer = provider.get_tracer("timelift", VERSION) if provider else None


def flush_traces() -> None:
    """Send what was not sent yet, and make no more."""
    if _provider is not None:
        _provider.shutdown()
        use(None)


class Span:
    """A span under way; where no traces are made, it does nothing.

    Args:
        context: its W3C traceparent; where no traces are made, that of its parent.
    """

    def __init__(self, context: str, span: "OpenSpan | None" = None) -> None:
        self.context = context
        self._span = span

    @property
    def sender(self) -> str:
        """What an entry that is put on a stream within says of who put it there; '' where no traces are made."""
        return self.context if self._span is not None else ""

    def event(self, name: str, **attributes: str | float) -> None:
        """Something that happened within."""
        if self._span is not None:
            self._span.add_event(name, attributes)

    def failed(self, reason: str) -> None:
        """It did not come to a good end."""
        if self._span is not None:
            from opentelemetry.trace import StatusCode

            self._span.set_status(StatusCode.ERROR, reason)


def span(
    name: str, kind: Kind, parent: str, *, sender: str = "", **attributes: str | int
) -> contextlib.AbstractContextManager[Span]:
    """A span for the time of the block.

    Args:
        name: of the operation, of few values.
        kind: its part in the trace.
        parent: traceparent of the span it belongs to; '' begins a trace.
        sender: traceparent of the span that it is linked to.
    """
    if _tracer is None:
        return contextlib.nullcontext(Span(parent))
    return _span(_tracer, name, kind, parent, sender, attributes)


@contextlib.contextmanager
def _span(
    tracer: "Tracer", name: str, kind: Kind, parent: str, sender: str, attributes: dict[str, str | int]
) -> Iterator[Span]:
    from opentelemetry.trace import Link, SpanKind

    with tracer.start_as_current_span(
        name,
        context=_context(parent),
        kind=SpanKind[kind.upper()],
        links=[Link(_span_context(sender))] if TRACEPARENT.fullmatch(sender) else [],
        attributes={f"timelift.{key}": value for key, value in attributes.items()},
    ) as made:
        found = made.get_span_context()
        yield Span(f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}", made)


def _context(traceparent: str) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    # Not within whatever else is under way in this task.
    return TraceContextTextMapPropagator().extract({"traceparent": traceparent}, Context())


def _span_context(traceparent: str) -> Any:
    from opentelemetry.trace import get_current_span

    return get_current_span(_context(traceparent)).get_span_context()
