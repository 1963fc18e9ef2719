"""Lists of courses: a row each, with cells that say when, as students' portals print them."""

import cv2
import pytest

from tests.unit.extractor.reading.sheet import DAYS, Block, Sheet, find, week

STEP, LINE = 46, 20
"""Pixels from row to row, and from line to line in a cell."""


def _list(places: list[int], *rows: str, heads: bool = True, ruled: bool = False) -> Sheet:
    """A page of rows whose cells begin at some places: cells parted by "|", lines in a cell by "/ "."""
    cells = [[cell.strip().split("/ ") for cell in row.split("|")] for row in rows]
    highs = [STEP + LINE * (max(map(len, row)) - 1) for row in cells]
    sheet = Sheet(1300, 120 + sum(highs))
    tops = [40]
    for high in highs:
        tops.append(tops[-1] + high)
    for number, (row, y) in enumerate(zip(cells, tops, strict=False)):
        for x, texts in zip(places, row, strict=True):
            for line, text in enumerate(texts):
                (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1)
                if text:
                    sheet.text(x + width / 2, y + LINE * line, text, scale=0.5)
        if ruled and (number or not heads):
            sheet.rule(10, y - STEP / 2, 1290, y - STEP / 2)
    if ruled:
        sheet.rule(10, tops[-1] - STEP / 2, 1290, tops[-1] - STEP / 2)
    return sheet


def _weekly(name: str, *times: str) -> set[Block]:
    """The blocks of a course that meets at these times ("monday 09:00 10:30")."""
    return {(day, start, end, name) for day, start, end in (each.split() for each in times)}


def test_days_and_times_in_one_cell() -> None:
    reading = _list(
        [20, 140, 420, 520, 800, 950],
        "Course | Title | Units | Days & Times | Room | Instructor",
        "BIO 110 | Cell Biology | 4 | MWF 9:00am - 9:50am | SCI 204 | A. Fenwick",
        "MAT 221 | Linear Algebra | 3 | TuTh 10:30am - 11:45am | HUM 12 | Staff",
        "ART 140 | Drawing | 2 | F 2:00pm - 4:50pm | ART 1 | C. Linnell",
    ).read()
    assert week(reading) == (
        _weekly("Cell Biology", "monday 09:00 09:50", "wednesday 09:00 09:50", "friday 09:00 09:50")
        | _weekly("Linear Algebra", "tuesday 10:30 11:45", "thursday 10:30 11:45")
        | _weekly("Drawing", "friday 14:00 16:50")
    )
    drawing = find(reading, "friday", "Drawing")
    assert (drawing.room, drawing.teacher) == ("ART 1", "C. Linnell")


def test_a_second_pair_of_columns_with_a_room_of_its_own() -> None:
    """Days of a language known by this list alone, not in the week's order."""
    reading = _list(
        [20, 80, 200, 500, 760, 880, 1140],
        "NO | KODE | NAMA MATA KULIAH | HARI,JAM | RUANG | HARI,JAM | RUANG",
        "1 | A11.5 | ETIKA PROFESI | SELASA 10.20-12.00 | H.4.2 | - |",
        "2 | A11.6 | STRUKTUR DATA | SENIN 12.30-14.10 | H.6.1 | RABU 14.10-16.20 | D.2.H",
        "3 | A11.7 | KERJA PRAKTEK | SABTU 07.00-08.40 | H.3.8 | - |",
    ).read()
    assert week(reading) == (
        _weekly("ETIKA PROFESI", "tuesday 10:20 12:00")
        | _weekly("STRUKTUR DATA", "monday 12:30 14:10", "wednesday 14:10 16:20")
        | _weekly("KERJA PRAKTEK", "saturday 07:00 08:40")
    )
    assert find(reading, "monday", "STRUKTUR DATA").room == "H.6.1"
    assert find(reading, "wednesday", "STRUKTUR DATA").room == "D.2.H"


@pytest.mark.parametrize("ruled", [True, False], ids=["ruled", "bare"])
def test_two_meetings_below_each_other(ruled: bool) -> None:
    reading = _list(
        [20, 140, 520, 760, 1000],
        "Nr. | Veranstaltung | Dozent | Termin | Raum",
        "5110 | Analysis I | Prof. Dr. Holm | Mo. 10-12 Uhr/ Do. 10-12 Uhr | HS 3",
        "5112 | Geometrie | Vogt | Di 14-16 Uhr | SR 12",
        "6200 | Logik | Dr. Reimann | Fr. 8-10 Uhr | HS 1",
        ruled=ruled,
    ).read()
    assert week(reading) == (
        _weekly("Analysis I", "monday 10:00 12:00", "thursday 10:00 12:00")
        | _weekly("Geometrie", "tuesday 14:00 16:00")
        | _weekly("Logik", "friday 08:00 10:00")
    )
    assert find(reading, "thursday", "Analysis I").teacher == "Prof. Dr. Holm"


def test_a_list_without_heads_whose_names_are_its_words() -> None:
    found = week(
        _list(
            [20, 140, 480, 600, 840, 1100],
            "11021 | Algebra Superior | 4 | Lun 07:00-09:00 | Mié 07:00-09:00 | A-12",
            "11022 | Fisica General | 4 | Mar 07:00-09:00 | Jue 07:00-09:00 | B-03",
            "11025 | Dibujo Tecnico | 3 | Vie 09:00-12:00 | | A-01",
            heads=False,
        ).read()
    )
    assert len(found) == 5
    assert _weekly("Fisica General", "tuesday 07:00 09:00", "thursday 07:00 09:00") <= found


def test_the_day_over_its_time_and_the_code_over_the_name() -> None:
    reading = _list(
        [20, 520],
        "Class | Schedule",
        "CS 200-001/ Data Structures | Monday/ 2:00PM - 3:15PM/ Room 101",
        "CS 210-002/ Operating Systems | Wednesday/ 2:00PM - 3:15PM/ Room 102",
        "CS 320-001/ Compilers | Friday/ 9:00AM - 11:50AM/ Room 104",
        ruled=True,
    ).read()
    assert week(reading) == (
        _weekly("Data Structures", "monday 14:00 15:15")
        | _weekly("Operating Systems", "wednesday 14:00 15:15")
        | _weekly("Compilers", "friday 09:00 11:50")
    )
    assert find(reading, "friday", "Compilers").room == "Room 104"


def test_the_lecturer_behind_the_name_in_its_column() -> None:
    reading = _list(
        [20, 140, 800],
        "Code | Module / Lecturer | Time",
        "201 | PRINCIPLES OF FIELD/ WORK Dr. Ida Amsel | Monday/ 08:00-12:00",
        "202 | ETHICS/ Prof. Jon Kelp | Tuesday/ 08:00-12:00",
        "203 | MARINE/ ECOLOGY/ Prof. Una Reed | Thursday/ 14:00-18:00",
        ruled=True,
    ).read()
    assert {name for *_, name in week(reading)} == {"PRINCIPLES OF FIELD WORK", "ETHICS", "MARINE ECOLOGY"}
    assert find(reading, "thursday", "MARINE ECOLOGY").teacher == "Prof. Una Reed"


def test_times_and_rooms_under_the_days_names() -> None:
    """The code stands over the name, the lecturer under it; the cells are in the middle of their rows."""
    sheet = Sheet(1300, 500)
    places = (140, 400, 520, 680, 840, 1000, 1160)
    for x, head in zip(places, ("Materia", "Gpo", "Lunes", "Martes", "Miercoles", "Jueves", "Viernes"), strict=True):
        sheet.text(x, 40, head, scale=0.5)
    rows = [
        (("ST4", "Hackeo Etico", "Cobo Lara Ines"), "BB", (0, 2, 4), "15:00-16:00", "S6"),
        (("ST2", "Criptografia", "Nieto Rey Olga"), "AC", (1, 3), "13:00-14:00", "D2"),
        (("2P7", "Conmutacion", "Ruiz Paz Elia"), "B", (0, 1, 3), "09:00-10:00", "S5"),
    ]
    for y, (cell, group, days, times, room) in zip((100, 160, 220), rows, strict=True):
        for line, text in enumerate(cell):
            sheet.text(places[0], y + 18 * (line - 1), text, scale=0.45)
        sheet.text(places[1], y, group, scale=0.45)
        for day in days:
            sheet.text(places[2 + day], y - 9, times, scale=0.45)
            sheet.text(places[2 + day], y + 9, f"Aula:{room}", scale=0.45)
    reading = sheet.read()
    assert week(reading) == (
        _weekly("Hackeo Etico", "monday 15:00 16:00", "wednesday 15:00 16:00", "friday 15:00 16:00")
        | _weekly("Criptografia", "tuesday 13:00 14:00", "thursday 13:00 14:00")
        | _weekly("Conmutacion", "monday 09:00 10:00", "tuesday 09:00 10:00", "thursday 09:00 10:00")
    )
    assert find(reading, "tuesday", "Criptografia").room == "D2"


def test_a_time_and_its_room_on_one_line_under_a_day() -> None:
    reading = _list(
        [20, 130, 350, 440, 600, 760, 920, 1080],
        "Clave | Asignatura | Grupo | Lunes | Martes | Miercoles | Jueves | Viernes",
        "ACF07 | Calculo | 1A | 07:00-08:00/K12 | | 07:00-08:00/K12 | | 07:00-08:00/K12",
        "AED12 | Fundamentos | 1A | 08:00-09:00/LC3 | 08:00-09:00/LC3 | | 08:00-10:00/LC3 |",
        "ACA09 | Taller de Etica | 1A | | 10:00-12:00/K07 | | 10:00-12:00/K07 |",
        ruled=True,
    ).read()
    assert len(reading.blocks) == 8
    assert find(reading, "thursday", "Fundamentos").end_time == "10:00"
    assert find(reading, "tuesday", "Taller de Etica").room == "K07"


def test_turned_days_beside_the_times_of_several_rows() -> None:
    """No head names the columns; a number stands between the time and the lesson."""
    sheet = Sheet(1000, 560)
    rows = iter(range(9))
    for day, count in (("Понеділок", 3), ("Вівторок", 2), ("Середа", 4)):
        first = next(rows)
        last = first + count - 1
        sheet.text(40, 60 + 50 * (first + last) / 2, day, scale=0.4, angle=270)
        for row in (first, *(next(rows) for _ in range(count - 1))):
            for x, text in ((150, f"{8 + row}.30-{9 + row}.20"), (260, str(row)), (500, f"{DAYS[row % 5]} club")):
                sheet.text(x, 60 + 50 * row, text.replace("day", ""), scale=0.5)
            sheet.rule(80, 35 + 50 * row, 980, 35 + 50 * row)
        sheet.rule(10, 35 + 50 * first, 80, 35 + 50 * first)
    sheet.rule(10, 485, 980, 485)
    found = week(sheet.read())
    assert len(found) == 9
    assert {("monday", "10:30", "11:20", "Wednes club"), ("tuesday", "11:30", "12:20", "Thurs club")} <= found
    assert ("wednesday", "16:30", "17:20", "Thurs club") in found


@pytest.mark.parametrize("line", ["{time} - {day}: {name} ({who})", "{day} {time} {name} ({who})"])
def test_lines_that_say_when_and_what_in_any_order_of_days(line: str) -> None:
    sheet = Sheet(700, 400)
    lessons = [("Wed", "Botany"), ("Wed", "Algebra"), ("Mon", "History"), ("Fri", "Botany"), ("Tue", "Music")]
    for at, (day, name) in enumerate(lessons):
        text = line.format(time=f"{at + 10}:10-{at + 10}:55", day=day, name=name, who="Wren")
        (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 1)
        sheet.text(60 + width / 2, 60 + 50 * at, text)
    found = {(block.day, block.start_time, (block.name or "").split(" (")[0]) for block in sheet.read().blocks}
    days = {"Mon": "monday", "Tue": "tuesday", "Wed": "wednesday", "Fri": "friday"}
    assert found == {(days[day], f"{at + 10}:10", name) for at, (day, name) in enumerate(lessons)}
