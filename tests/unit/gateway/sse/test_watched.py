"""What a stream begins with, and its heartbeats say, of a document."""

import json
import re
from typing import Any, cast

from services.gateway.sse.frames import Frame
from services.gateway.sse.watched import Watched, state
from shared.db.followed import FollowedDocument
from shared.messages import Event, Status
from tests.unit.gateway.bench import of_record


def test_who_comes_late_is_told_which_stage_a_document_is_at() -> None:
    """A page that is loaded anew marks the step by its stage."""
    document = FollowedDocument("d", "default", Status.PROCESSING, "Running OCR", "ocr", 60, None, None, None, [], None)
    begin = state(document)
    assert (begin.type, begin.stage, begin.step, begin.percentage) == ("connected", "ocr", "Running OCR", 60)
    watched = Watched("d")
    watched.know(document)
    data = re.findall(rb"data: (.+)", watched.heartbeat.raw)
    assert [json.loads(each)["stage"] for each in data] == ["ocr"]


def test_what_a_stream_began_with_is_not_told_again_as_missed() -> None:
    began = Frame("10-10", Event(type="progress", document_id="d", percentage=10), 0)
    watched = Watched("d")
    watched.begin([began])
    assert watched.known == began.number
    assert watched.take(of_record("d", 11)) is not None
    assert watched.take(of_record("d", 10)) is None
    # A later stream's history may hold what the first still lacks.
    watched.begin([of_record("d", 12)])
    assert watched.known == (11, 11)


def test_what_one_stream_began_with_is_told_to_those_that_looked_before_it_was_there() -> None:
    frames = [Frame(f"{at}-{at}", Event(type="progress", document_id="d", percentage=at), 0) for at in (1, 2, 3)]
    watched = Watched("d")
    watched.begin([])
    # The reader of the events comes to the first two only now.
    watched.begin(frames[:2])
    assert [watched.take(each) for each in frames] == frames
    assert watched.take(frames[1]) is None


def test_a_document_that_was_put_back_to_work_begins_anew() -> None:
    watched = Watched("d")
    percentages = []
    for number, (kind, percentage) in enumerate([("progress", 60), ("progress", 40), ("error", 60), ("progress", 2)]):
        frame = watched.take(
            Frame(f"{number + 1}-1", Event(type=cast("Any", kind), document_id="d", percentage=percentage))
        )
        assert frame
        percentages.append(frame.event.percentage)
    assert percentages == [60, 60, 60, 2]
