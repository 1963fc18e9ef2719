"""What a stream begins with, and its heartbeats say, of a document."""

import json
import re

from services.gateway.sse.watched import Watched, state
from shared.db.followed import FollowedDocument
from shared.messages import Status


def test_who_comes_late_is_told_which_stage_a_document_is_at() -> None:
    """A page that is loaded anew marks the step by its stage."""
    document = FollowedDocument("d", "default", Status.PROCESSING, "Running OCR", "ocr", 60, None, None, None, [], None)
    begin = state(document)
    assert (begin.type, begin.stage, begin.step, begin.percentage) == ("connected", "ocr", "Running OCR", 60)
    watched = Watched("d")
    watched.know(document)
    data = re.findall(rb"data: (.+)", watched.heartbeat.raw)
    assert [json.loads(each)["stage"] for each in data] == ["ocr"]
