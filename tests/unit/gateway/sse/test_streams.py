"""What each kind of stream tells."""

from services.gateway.context import GATEWAY
from services.gateway.sse.cursor import Cursor, checksum
from services.gateway.sse.frames import Frame
from services.gateway.sse.streams import DocumentsStream
from shared.messages import Event
from tests.unit.gateway.bench import Bench, of_record


async def test_a_stream_of_several_documents_tells_each_event_once(bench: Bench) -> None:
    stream = DocumentsStream(bench.app[GATEWAY], "client", ["d", "e"], Cursor(documents=checksum(["d", "e"])))
    assert stream.accept(Frame("10-10", Event(type="progress", document_id="d", percentage=10), 0))
    assert stream.accept(of_record("d", 10)) is None
    assert stream.accept(of_record("e", 10)) is not None
    assert stream.accept(of_record("d", 11)) is not None
    stream.skip(of_record("d", 12))
    assert stream.accept(of_record("d", 12)) is None
