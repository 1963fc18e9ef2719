"""A page is straightened by what the text recognition measured, once."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from services.extractor.reading import PageInput
from services.extractor.reading.evidence import deskew as module
from services.extractor.reading.evidence.deskew import deskew
from services.extractor.reading.evidence.orientation import turned_pages
from shared.messages import OcrPage, Slopes
from shared.skew import measured
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet


def _leaning(degrees: float) -> PageInput:
    page = Sheet()
    Grid(page, 6, 5).headers(DAYS, TIMES)
    for row in range(6):
        page.rule(40, 100 + 110 * row, 1120, 100 + 110 * row)
    return page.leaning(degrees).page()


def _told(page: PageInput, slopes: Slopes | None) -> PageInput:
    return replace(page, ocr=msgspec.structs.replace(page.ocr, slopes=slopes))


def test_a_page_that_is_told_to_be_straight_is_neither_measured_nor_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = _leaning(2.0)
    monkeypatch.setattr(module, "measured", None)
    assert deskew(_told(page, (0.0, 0.0))).picture is page.picture


def test_a_page_is_straightened_by_what_was_measured_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    page = _leaning(2.0)
    slopes = measured(page.picture)
    by_itself = deskew(page)
    monkeypatch.setattr(module, "measured", None)
    straight = deskew(_told(page, slopes))
    assert (straight.picture == by_itself.picture).all()
    assert straight.lines == by_itself.lines
    assert measured(straight.picture) == pytest.approx((0.0, 0.0), abs=0.0005)


def test_a_page_of_a_version_that_measured_nothing_is_measured() -> None:
    ocr = _leaning(2.0).ocr
    assert ocr.slopes is None
    without = msgspec.to_builtins(ocr)
    without.pop("slopes")
    assert msgspec.convert(without, OcrPage) == ocr


def test_a_page_that_is_looked_at_from_its_side_leans_as_it_does() -> None:
    page = _leaning(1.0)
    slopes = measured(page.picture)
    for line in page.ocr.lines[:3]:
        line.angle = 90
    for line in page.ocr.lines[3:6]:
        line.angle = 270
    turned = turned_pages(_told(page, slopes))
    assert len(turned) == 2
    for each in turned:
        assert each.ocr.slopes == pytest.approx(measured(np.ascontiguousarray(each.picture)), abs=0.002)
