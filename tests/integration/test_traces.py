"""One trace from an upload through every stage to the event that ends its document."""

import json

import aiohttp
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.chaos.clients import picture
from tests.integration.cheap_system import CheapSystem, Collector
from tests.system import finish
from tests.waiting import until

TRACE, CLIENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
NAMES = {"upload", "relay", "compress", "ocr", "extract"}


async def test_an_upload_is_one_trace_to_its_last_event(
    cheap_system: CheapSystem, collector: Collector, session: aiohttp.ClientSession
) -> None:
    form = aiohttp.FormData()
    form.add_field("file", picture(7), filename="week.png", content_type="image/png")
    headers = {"traceparent": f"00-{TRACE}-{CLIENT}-01"}
    url = f"{cheap_system.base_url}/api/v1/documents/upload"
    async with session.post(url, data=form, headers=headers) as answer:
        document_id = (await answer.json())["documentId"]
    assert (await finish(session, cheap_system.base_url, document_id))[-1]["type"] == "complete"

    def mine() -> dict[str, tuple[str, Span]]:
        return {span.name: (service, span) for service, span in collector.spans if span.trace_id.hex() == TRACE}

    await until(lambda: set(mine()) >= NAMES)
    found = mine()
    assert set(found) == NAMES
    services = {name: service.removeprefix("timelift-") for name, (service, _) in found.items()}
    # The cheap stages go by their stage's name.
    assert services == {name: name if name in ("compress", "ocr", "extract") else "gateway" for name in NAMES}
    spans = {name: span for name, (_, span) in found.items()}
    assert spans["upload"].parent_span_id.hex() == CLIENT
    assert {spans[name].parent_span_id for name in NAMES - {"upload"}} == {spans["upload"].span_id}
    linked = {name: [link.span_id for link in span.links] for name, span in spans.items()}
    assert linked == {
        "upload": [],
        "relay": [],
        "compress": [spans["relay"].span_id],
        "ocr": [spans["compress"].span_id],
        "extract": [spans["ocr"].span_id],
    }
    assert [each.name for each in spans["extract"].events] == ["ended"]
    told = {each.key: each.value for each in spans["ocr"].attributes}
    assert told["timelift.document"].string_value == document_id
    assert told["timelift.tenant"].string_value == "default"
    assert told["timelift.consumer"].string_value.startswith("ocr-1.")
    # Each line of a job names what leads to its trace, and who worked it.
    lines = [json.loads(line) for line in cheap_system.log("ocr").read_text().splitlines() if document_id in line]
    assert lines
    for line in lines:
        assert line["trace"] == TRACE
        assert line["tenant"] == "default"
        assert line["consumer"].startswith("ocr-1.")
        assert line["version"]
