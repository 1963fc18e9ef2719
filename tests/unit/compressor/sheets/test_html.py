"""Tables of web pages and of the clipboard."""

import pytest

from services.compressor.sheets.blocks import content_of
from services.compressor.sheets.html import read_html
from services.compressor.sheets.model import NO_TABLE, TOO_LARGE
from services.compressor.typeset.document import Typeset
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings, inspect
from tests.unit.compressor import read_back
from tests.unit.compressor.made_sheets import BLOCKS, ROWS, html

LIMITS = PictureSettings.load()


def opened(text: str, encoding: str = "utf-8") -> Typeset:
    return Typeset(content_of(read_html(text.encode(encoding))), LIMITS)


def texts(text: str) -> list[str]:
    return [line.text for line in read_back.lines(opened(text))]


@pytest.mark.parametrize(
    "before",
    [
        "",
        "<!DOCTYPE html>\n<html><head><title>x</title></head><body>",
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "x" "http://127.0.0.1:9/x.dtd"><html>',
        "Version:1.0\r\nStartHTML:0000000105\r\nEndHTML:00001\r\n<html><body>\r\n<!--StartFragment-->",
        "<google-sheets-html-origin><style type='text/css'>td {border: 1px solid #ccc}</style>",
        "<meta charset='utf-8'>",
    ],
    ids=["bare", "page", "xhtml", "windows", "google", "meta"],
)
def test_a_table_is_told_by_its_tags_and_read_to_the_letter(before: str) -> None:
    text = html(before=before)
    assert inspect(text.encode(), len(text.encode()), LIMITS).kind == "html"
    assert set(texts(text)) == {cell for row in ROWS for cell in row}


def test_a_week_is_read_to_the_letter() -> None:
    assert read_back.blocks(opened(html())) == BLOCKS


def test_spans_and_lines_within_cells() -> None:
    text = (
        "<table><caption>Class 4B</caption><tr><th>Time<th>Monday<th>Tuesday"
        "<tr><td>8:00-9:00<td rowspan=2>Maths<br>Room <b>5</b><td>Art"
        "<tr><td>9:00-10:00<td><p>Music</p><p>Ms Lee</p></table>"
    )
    document = opened(text)
    assert {("monday", "Maths", "08:00", "10:00"), ("tuesday", "Art", "08:00", "09:00")} < read_back.blocks(document)
    assert {"Class 4B", "Maths", "Room 5", "Music", "Ms Lee"} <= {line.text for line in read_back.lines(document)}


def test_spans_that_a_style_sheet_sets_apart_are_lines_of_their_own() -> None:
    cell = (
        '<td><span class="left">Maths</span><span class="right">Lee</span></td><td><span>Ar</span><span>t</span></td>'
    )
    assert {"Maths", "Lee", "Art"} <= set(texts(f"<table><tr><td>Time<td>Monday<td>Tuesday<tr><td>8:00{cell}</table>"))


def test_what_a_browser_does_not_show_is_left_out() -> None:
    cell = (
        "<td>Maths<script>document.write('Script')</script><span style='display: none'>Hidden</span><!-- Note --></td>"
    )
    text = html(before="<style>p {}</style><script src='http://127.0.0.1:9/x.js'></script><p hidden>Away</p>")
    text = text.replace("<td>Maths</td>", cell).replace("<tr>", "<tr><td style='display:none'>Gone</td>")
    assert not {"Script", "Hidden", "Note", "Away", "Gone"} & set(" ".join(texts(text)).split())
    assert read_back.blocks(opened(text)) == BLOCKS


def test_titles_around_a_table_are_kept_and_menus_are_not() -> None:
    text = html(
        before="<nav><ul><li>Home<li>News</ul></nav><h1>Class 4B</h1><p>Autumn term</p>", after="<p>M = Maths</p>"
    )
    shown = texts(text)
    assert {"Class 4B", "Autumn term", "M = Maths"} <= set(shown)
    assert not {"Home", "News"} & set(shown)


def test_a_long_page_around_a_table_is_passed_over() -> None:
    text = html(before="<p>Some words of a page that goes on for ever.</p>" * 10_000)
    assert {cell for row in ROWS for cell in row} <= set(texts(text))


def test_a_table_that_only_places_another_is_gone_through() -> None:
    text = f"<table><tr><td>Menu</td><td><h2>Class 4B</h2>{html()}</td></tr></table>"
    assert read_back.blocks(opened(text)) == BLOCKS


def test_two_tables_are_two_pages() -> None:
    text = html(before="<h2>Class 4B</h2>") + html(before="<h2>Class 5A</h2>")
    assert [each.class_name for each in read_back.readings(opened(text))] == ["Class 4B", "Class 5A"]


def test_a_page_s_own_encoding() -> None:
    rows = tuple(tuple(cell.replace("Łacina", "Ćwiczenia") for cell in row) for row in ROWS)
    text = html(rows, before="<meta http-equiv='Content-Type' content='text/html; charset=iso-8859-2'>")
    assert ("thursday", "Ćwiczenia", "09:15", "10:00") in read_back.blocks(opened(text, "iso-8859-2"))


def test_workbooks_that_are_web_pages_are_read() -> None:
    data = ("\ufeff<html xmlns:x='urn:schemas-microsoft-com:office:excel'><body>" + html()).encode()
    assert inspect(data, len(data), LIMITS, name="week.xls", declared="application/vnd.ms-excel").kind == "html"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<html><body><p>Nothing", NO_TABLE),
        ("<html>", NO_TABLE),
        ("<table><tr><td></table>", NO_TABLE),
        ("<table>" + "<tr><td>x<td>y" * 1001, TOO_LARGE),
        ("<table><tr>" + "<td>x" * 65, TOO_LARGE),
    ],
    ids=["prose", "empty", "no text", "rows", "columns"],
)
def test_what_is_no_timetable_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        opened(text)
    assert str(refused.value) == sentence


def test_absurd_spans_and_depths_are_bounded() -> None:
    text = "<table><tr><td colspan=60 rowspan=999999999>x<tr><td>y<td>z</table>"
    assert set(texts(text)) == {"x", "y", "z"}
    deep = "<div>" * 5000 + html() + "<table><tr><td>" * 5000
    with pytest.raises(UnreadableError):
        opened(deep)


def test_entities_of_its_own_are_no_files() -> None:
    text = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + html().replace("Maths", "&x; Maths &amp; more")
    assert "root:" not in " ".join(texts(text))
