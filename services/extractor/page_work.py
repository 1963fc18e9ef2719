"""The child's side of `local_reader`."""

from collections.abc import Callable

from services.extractor.grounding import Answer, ground
from services.extractor.local_reader import (
    Check,
    Checked,
    LocalReading,
    ReadPages,
    Request,
    Result,
    Sendable,
    Shrink,
    Step,
    StoredPage,
    Week,
)
from services.extractor.pictures import UndecodableError, blank, decode, sendable
from services.extractor.prompt import number_lines
from services.extractor.reading import PageInput, Reading, read_timetables
from services.extractor.validation import judge, validate
from shared.children.protocol import Tell
from shared.messages import OcrPage, Timetable, Warning_

_WORTH_REPAIR = frozenset({"no_blocks", "blank_name", "bad_time", "start_after_end", "overlap"})


def do(request: Request, tell: Tell[Step]) -> Result:
    """What a request says."""
    match request:
        case ReadPages(pages):
            return read(pages, lambda done: tell(Step(done)))
        case Shrink(page):
            return shrink(page)
        case Check(answer, pages):
            return check(answer, pages)


def read(pages: list[StoredPage], told: Callable[[float], None] = lambda _: None) -> LocalReading:
    """Read a document; those of its pages that cannot be seen, by their text alone.

    Args:
        told: called between the steps with the share that is done.
    """
    seen, unseen = [], []
    for page in pages:
        try:
            picture = decode(page.picture, page.ocr)
        except UndecodableError:
            picture = blank(page.ocr)
            message = f"Page {page.ocr.page + 1} was read by its text alone."
            unseen.append(Warning_(code="no_picture", message=message))
        seen.append(PageInput(page.ocr, picture, page.layer))
    readings = read_timetables(seen, told)
    weeks = [Week(_timetable(each), judge(each), each.layout) for each in readings]
    weeks[0].timetable.warnings[:0] = unseen
    return LocalReading(weeks, [name for each in readings for name in each.raised])


def shrink(page: StoredPage) -> Sendable:
    """The picture as it is where the Messages API takes it, else a smaller one."""
    try:
        picture = decode(page.picture, page.ocr)
    except UndecodableError:
        picture = blank(page.ocr)
    return Sendable(*sendable(page.picture, page.media_type, picture))


def check(answer: Answer, pages: list[OcrPage]) -> Checked:
    """What the pages bear out of an answer, and what they do not."""
    timetable = ground(answer, number_lines(pages))
    verdict = validate(timetable.timeblocks)
    broken = [each for each in verdict.warnings if each.code in _WORTH_REPAIR]
    return Checked(timetable, verdict, [each.message for each in [*timetable.warnings, *broken]])


def _timetable(reading: Reading) -> Timetable:
    return Timetable(
        teacher=reading.teacher,
        class_name=reading.class_name,
        term=reading.term,
        year=reading.year,
        confidence=reading.confidence,
        warnings=list(reading.warnings),
        timeblocks=reading.blocks,
    )
