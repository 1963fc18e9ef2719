"""From pages to a reading: deskew, find separators, ask the layout readers, put boxes back on the stored page."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import msgspec
import numpy as np

from services.extractor.reading.axes.languages import languages_of
from services.extractor.reading.axes.view import View
from services.extractor.reading.decide.alternatives import alternatives
from services.extractor.reading.decide.calibration import judged
from services.extractor.reading.decide.choice import chosen
from services.extractor.reading.decide.doubts import doubts
from services.extractor.reading.decide.features import Evidence
from services.extractor.reading.decide.layouts import read_layouts
from services.extractor.reading.decide.meta import Meta, read_meta
from services.extractor.reading.decide.misread import misread
from services.extractor.reading.decide.relations import relations_of
from services.extractor.reading.decide.several import Week, excludes, weeks_of
from services.extractor.reading.decide.unread import unread
from services.extractor.reading.evidence.deskew import Straight, deskew
from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.evidence.line_split import split_columns, split_lines
from services.extractor.reading.evidence.orientation import turned_pages
from services.extractor.reading.evidence.rules import Rules, find_rules
from services.extractor.reading.evidence.textlayer import exact_page
from services.extractor.reading.evidence.trim import trimmed
from services.extractor.reading.evidence.type_changes import with_type_changes
from services.extractor.reading.evidence.typography import with_types
from services.extractor.reading.lexicon.calendar import SCRIPTS, script_of
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.times import text_of
from services.extractor.reading.lexicon.words import is_key
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Matrix, PageInput, Reading, Rect
from shared.logs import get_logger
from shared.messages import DAYS, Box, OcrLine, TimeBlock, Warning_

log = get_logger(__name__)

MAX_LINES = 1000
"""Lines of text a page is read with; a dense timetable has 300. Headers are looked for in time square to this."""
LYING = 0.25
"""A page read with less confidence may lie on its side, which is tried at the cost of two more readings."""
MIN_SCORE = 0.3
"""Lines below this OCR score are noise in logos and pictures more often than text."""


_PREPARED = 0.4
"""Of a page's reading is done when its layouts begin to be read."""

Told = Callable[[float], None]
"""Called between the steps with the share that is done, 0 to 1."""


def _nobody(_done: float) -> None:
    pass


def _share(told: Told, number: int, pages: int, done: float) -> None:
    told((number + done) / pages)


def read_timetables(pages: list[PageInput], told: Told = _nobody) -> list[Reading]:
    """Read a document's timetables from its OCR lines and pictures.

    Args:
        pages: in order; each picture is RGB uint8 (height x width x 3) and the one its `ocr` boxes are measured in.

    Returns:
        At least one, in the document's order: the weeks as far as the pages say them. No block at all is a reading too,
        with confidence 0; nothing is raised for what is on a page.
    """
    readings: list[Reading] = []
    for number, page in enumerate(pages):
        found, worth = _read_page(page, partial(_share, told, number, len(pages)))
        if worth < LYING:
            found = _sideways(page, found, worth)
        _join(readings, found)
    readings = readings or [Reading()]
    if not any(reading.blocks for reading in readings):
        message = f"No timetable could be recognised on the page.{_reason(pages)}"
        readings[0].warnings.append(Warning_(code="no_timetable", message=message))
    return readings


def _reason(pages: list[PageInput]) -> str:
    """Why a document's days were not found, as far as its text tells."""
    texts = [line.text for page in pages for line in (*page.ocr.lines, *(page.layer.lines if page.layer else ()))]
    script = script_of(" ".join(texts))
    if script and script not in SCRIPTS:
        return f" Its {script.capitalize()} script is not read."
    return "" if any(map(read_days, texts)) else " It names no day in a language that is read."


def _sideways(page: PageInput, found: list[Reading], worth: float) -> list[Reading]:
    """A page of which little was understood as it looks from its sides, if that says more than `found`."""
    best, most = found, worth * _count(found)
    raised = list(found[0].raised)
    for turned in turned_pages(page):
        trial, worth = _read_page(turned)
        raised += trial[0].raised
        if worth * _count(trial) > most:
            best, most = trial, worth * _count(trial)
    best[0].raised = raised
    return best


def _count(readings: list[Reading]) -> int:
    return sum(len(reading.blocks) for reading in readings)


def _join(readings: list[Reading], found: list[Reading]) -> None:
    """Add a page's weeks to the document's: it may go on with the week of the page before, or show another class's."""
    last = readings[-1] if readings else None
    if last is None or len(found) > 1:
        readings.extend(found)
        return
    (page,) = found
    other = last.class_name and page.class_name and last.class_name != page.class_name
    if page.blocks and last.blocks and (other or excludes(last.drafts, page.drafts)):
        readings.append(page)
        return
    if page.blocks:
        # A week is right where all of its pages are.
        last.confidence = min(last.confidence, page.confidence) if last.blocks else page.confidence
    shift = len(last.blocks)
    last.blocks.extend(page.blocks)
    last.drafts.extend(page.drafts)
    last.sources.extend(page.sources)
    last.warnings.extend(_moved(warning, shift) for warning in page.warnings)
    last.raised.extend(page.raised)
    if last.layout == "none":
        last.layout = page.layout
    _take_meta(last, Meta(page.teacher, page.class_name, page.term, page.year))


def _moved(warning: Warning_, by: int) -> Warning_:
    """A warning about one of a page's blocks as one about the document's."""
    if warning.time_block is None:
        return warning
    return Warning_(code=warning.code, message=warning.message, time_block=warning.time_block + by)


def _prepared(page: PageInput) -> tuple[Straight, list[Line], Rules]:
    """A page's text and separators as the layouts are read from: every step that puts right what the OCR read."""
    page = replace(page, ocr=exact_page(page.ocr, page.layer), layer=None)
    straight = deskew(page)
    lines = [line for line in straight.lines if line.text and line.confidence >= MIN_SCORE][:MAX_LINES]
    lines = [line for line in repair_lines(lines) if not is_key(line.text)]
    rules = find_rules(straight.picture, lines)
    lines = with_type_changes(straight.picture, with_types(straight.picture, trimmed(lines, rules)))
    return straight, split_columns(split_lines(lines, rules), straight.picture), rules


def _read_page(page: PageInput, told: Told = _nobody) -> tuple[list[Reading], float]:
    """A page's weeks, at least one, and what they are worth against other readings of it (`layout_score`)."""
    straight, lines, rules = _prepared(page)
    told(_PREPARED)
    if not lines:
        return [Reading()], 0.0
    spoken = languages_of(lines)
    views = View(lines, rules, False, spoken), View(lines, rules, True, spoken)
    results, raised = read_layouts(*views, lambda done: told(_PREPARED + (1 - _PREPARED) * done))
    try:
        taken = chosen(lines, results, lambda: relations_of(views[0]))
    except Exception:  # a page that trips the network is still read as the layouts are
        log.exception("choice between readings failed")
        raised.append(chosen.__name__)
        taken = results[0] if results else None
    if taken is None:
        reading = Reading(raised=raised)
        _take_meta(reading, read_meta(lines, set(), None))
        return [reading], 0.0
    result, score = taken
    weeks = weeks_of(lines, result)
    about = frozenset[int]().union(*(week.meta.used for week in weeks))
    rivals = [(other, min(1.0, value / score)) for other, value in results if other is not result]
    evidence = Evidence(lines, result, unread(lines, result, about), rivals)
    confidence, chances = judged(evidence)
    to_stored = straight.to_page
    if page.ocr.to_stored is not None:
        to_stored = np.array(page.ocr.to_stored).reshape(3, 3) @ to_stored
    surely = {id(draft): value for draft, value in zip(result.drafts, chances, strict=True)}
    lines_read = {line.id: line for line in page.ocr.lines}
    readings = [
        _reading(week, result, confidence, surely, rivals, lines_read, (page.ocr.page, to_stored)) for week in weeks
    ]
    readings[0].warnings.extend(doubts(evidence, page.ocr.page))
    readings[0].raised = raised
    # A page that no layout reader understands may lie on its side, whatever the network makes of it.
    return readings, min(score, results[0][1] if results else 0.0)


def _reading(
    week: Week,
    result: LayoutResult,
    confidence: float,
    surely: dict[int, float],
    rivals: list[tuple[LayoutResult, float]],
    lines: dict[int, OcrLine],
    place: tuple[int, Matrix],
) -> Reading:
    number, to_stored = place
    reading = Reading(confidence=round(confidence, 4), layout=result.layout, warnings=list(result.warnings))
    _take_meta(reading, week.meta)
    for draft in sorted(week.drafts, key=lambda each: (DAYS.index(each.day), each.start or 0, each.rect.y0)):
        other = misread(draft, lines)
        # No surer than the characters that its name and times are made of.
        sure = min([surely[id(draft)], *(1.0 - each.confidence for each in other)])
        block = _block(draft, sure, number, to_stored)
        block.alternatives = alternatives(draft, block.confidence, rivals, other)
        reading.blocks.append(block)
        reading.drafts.append(draft)
        origins = dict.fromkeys(source for line in draft.lines for source in line.origins)
        reading.sources.append([(number, source) for source in origins])
    return reading


def _take_meta(reading: Reading, meta: Meta) -> None:
    reading.teacher = reading.teacher or meta.teacher
    reading.class_name = reading.class_name or meta.class_name
    reading.term = reading.term or meta.term
    reading.year = reading.year or meta.year


def _block(draft: BlockDraft, confidence: float, page: int, to_stored: Matrix) -> TimeBlock:
    return TimeBlock(
        day=draft.day if draft.weekday else None,
        name=draft.name,
        start_time=text_of(draft.start),
        end_time=text_of(draft.end),
        notes=draft.notes,
        week=draft.week,
        cycle_day=draft.cycle,
        room=draft.room,
        teacher=draft.teacher,
        confidence=round(confidence, 4),
        box=to_box(draft.rect, to_stored),
        page=page,
        time_source=draft.source if draft.start is not None else None,
    )


_SLANTED = 2.0
"""Pixels of the stored picture that a corner is from its box's, beyond which it is told by itself; rounding to whole
pixels takes up to one."""


def to_box(rect: Rect, matrix: Matrix) -> Box:
    """The upright box around `rect` after the homography `matrix`, with its corners where these are others."""
    corners = np.array([[rect.x0, rect.y0, 1], [rect.x1, rect.y0, 1], [rect.x1, rect.y1, 1], [rect.x0, rect.y1, 1]])
    points = corners @ matrix.T
    points = np.maximum(0, points[:, :2] / points[:, 2:])
    x0, y0 = np.floor(points.min(axis=0)).astype(int)
    x1, y1 = np.ceil(points.max(axis=0)).astype(int)
    slanted = np.abs(points - [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]).max() > _SLANTED
    a, b, c, d = ((int(x), int(y)) for x, y in points.round())
    box = Box(x=int(x0), y=int(y0), width=int(x1 - x0), height=int(y1 - y0))
    return msgspec.structs.replace(box, corners=(a, b, c, d)) if slanted else box
