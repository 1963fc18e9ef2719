"""From pages to a reading: deskew, find separators, ask the layout readers, put boxes back on the stored page."""

from dataclasses import replace

import numpy as np

from services.extractor.reading.axes.languages import languages_of
from services.extractor.reading.axes.view import View
from services.extractor.reading.decide.confidence import block_confidence, clashes, layout_confidence
from services.extractor.reading.decide.layouts import read_layout
from services.extractor.reading.decide.meta import Meta, read_meta
from services.extractor.reading.evidence.deskew import deskew
from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.evidence.line_split import split_columns, split_lines
from services.extractor.reading.evidence.orientation import turned_pages
from services.extractor.reading.evidence.rules import find_rules
from services.extractor.reading.evidence.textlayer import with_layer
from services.extractor.reading.evidence.trim import trimmed
from services.extractor.reading.evidence.type_changes import with_type_changes
from services.extractor.reading.evidence.typography import with_types
from services.extractor.reading.lexicon.calendar import SCRIPTS, script_of
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.times import text_of
from services.extractor.reading.lexicon.words import is_key
from services.extractor.reading.model import (
    BlockDraft,
    LayoutResult,
    Line,
    Matrix,
    PageInput,
    Reading,
    Rect,
    sources_of,
)
from shared.messages import DAYS, Box, TimeBlock, Warning_

MAX_LINES = 1000
"""Lines of text a page is read with; a dense timetable has 300. Headers are looked for in time square to this."""
LYING = 0.4
"""A page read with less confidence may lie on its side, which is tried at the cost of two more readings."""
MIN_SCORE = 0.3
"""Lines below this OCR score are noise in logos and pictures more often than text."""


def read_timetable(pages: list[PageInput]) -> Reading:
    """Read a document's timetable from its OCR lines and pictures.

    Args:
        pages: in order; each picture is RGB uint8 (height x width x 3) and the one its `ocr` boxes are measured in.

    Returns:
        The week as far as the pages say it. No block at all is a reading too, with confidence 0; nothing is raised for
        what is on a page.
    """
    reading = Reading([], 0.0, "none")
    scores: list[tuple[float, int]] = []
    for page in pages:
        found = Reading([], 0.0, "none")
        confidence, count = _read_page(page, found)
        if confidence < LYING:
            found, confidence, count = _sideways(page, found, confidence, count)
        _add(reading, found)
        scores.append((confidence, count))
    total = sum(count for _, count in scores)
    reading.confidence = round(sum(value * count for value, count in scores) / total, 4) if total else 0.0
    if not reading.blocks:
        message = f"No timetable could be recognised on the page.{_reason(pages)}"
        reading.warnings.append(Warning_(code="no_timetable", message=message))
    return reading


def _reason(pages: list[PageInput]) -> str:
    """Why a document's days were not found, as far as its text tells."""
    texts = [line.text for page in pages for line in (*page.ocr.lines, *(page.layer.lines if page.layer else ()))]
    script = script_of(" ".join(texts))
    if script and script not in SCRIPTS:
        return f" Its {script.capitalize()} script is not read."
    return "" if any(map(read_days, texts)) else " It names no day in a language that is read."


def _sideways(page: PageInput, found: Reading, confidence: float, count: int) -> tuple[Reading, float, int]:
    """A page of which little was understood as it looks from its sides, if that says more than `found`."""
    best = (found, confidence, count)
    for turned in turned_pages(page):
        trial = Reading([], 0.0, "none")
        confidence, count = _read_page(turned, trial)
        if confidence * count > best[1] * best[2]:
            best = (trial, confidence, count)
    return best


def _add(reading: Reading, found: Reading) -> None:
    reading.blocks.extend(found.blocks)
    reading.sources.extend(found.sources)
    reading.warnings.extend(found.warnings)
    if reading.layout == "none":
        reading.layout = found.layout
    _take_meta(reading, Meta(found.teacher, found.class_name, found.term, found.year))


def _read_page(page: PageInput, reading: Reading) -> tuple[float, int]:
    page = replace(page, ocr=with_layer(page.ocr, page.layer), layer=None)
    straight = deskew(page)
    lines = [line for line in straight.lines if line.text and line.confidence >= MIN_SCORE][:MAX_LINES]
    lines = [line for line in repair_lines(lines) if not is_key(line.text)]
    if not lines:
        return 0.0, 0
    rules = find_rules(straight.picture, lines)
    lines = with_type_changes(straight.picture, with_types(straight.picture, trimmed(lines, rules)))
    lines = split_columns(split_lines(lines, rules), straight.picture)
    spoken = languages_of(lines)
    result = read_layout(View(lines, rules, False, spoken), View(lines, rules, True, spoken))
    meta = read_meta(lines, result.used if result else set(), result.area if result else None)
    _take_meta(reading, meta)
    if result is None:
        return 0.0, 0
    reading.layout = result.layout
    reading.warnings.extend(result.warnings)
    to_stored = straight.to_page
    if page.ocr.to_stored is not None:
        to_stored = np.array(page.ocr.to_stored).reshape(3, 3) @ to_stored
    bad = clashes(result.drafts)
    ordered = sorted(
        enumerate(result.drafts), key=lambda item: (DAYS.index(item[1].day), item[1].start or 0, item[1].rect.y0)
    )
    values: list[float] = []
    for index, draft in ordered:
        value = block_confidence(draft) * (0.7 if index in bad else 1.0)
        values.append(value)
        reading.blocks.append(_block(draft, value, page.ocr.page, to_stored))
        origins = dict.fromkeys(source for line in draft.lines for source in line.origins)
        reading.sources.append([(page.ocr.page, source) for source in origins])
    return layout_confidence(result, values, _inside(result, lines)), len(values)


def _inside(result: LayoutResult, lines: list[Line]) -> int:
    """How many lines stand in the read table."""
    if result.area is None:
        return len(result.used)
    inside = sources_of(line for line in lines if result.area.contains(line.rect.cx, line.rect.cy))
    return len(inside | result.used)


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


def to_box(rect: Rect, matrix: Matrix) -> Box:
    """The upright box around `rect` after the homography `matrix`."""
    corners = np.array([[rect.x0, rect.y0, 1], [rect.x1, rect.y0, 1], [rect.x1, rect.y1, 1], [rect.x0, rect.y1, 1]])
    points = corners @ matrix.T
    points = points[:, :2] / points[:, 2:]
    x0, y0 = np.maximum(0, np.floor(points.min(axis=0))).astype(int)
    x1, y1 = np.maximum(0, np.ceil(points.max(axis=0))).astype(int)
    return Box(x=int(x0), y=int(y0), width=int(x1 - x0), height=int(y1 - y0))
