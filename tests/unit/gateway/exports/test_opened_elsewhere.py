"""Weeks opened by programs that people use: a spreadsheet (Gnumeric, by its command line) and a calendar (khal).

Each test is left out where its program is not installed (`tests/tools.py`); the others of this folder read the same
files by libraries.
"""

import csv
import io
import os
import subprocess
from pathlib import Path

from services.gateway.exports import csv_rows, ics, xlsx
from services.gateway.exports.week import Week
from tests.tools import needed
from tests.unit.gateway.exports.weeks import block, week

FORMULA = '=HYPERLINK("http://evil.example","Maths")'


def lessons() -> Week:
    return week(
        block("monday", "09:00", "09:45", "Maths", room="R 12", teacher="Ms Carter"),
        block("monday", "09:45", "10:30", FORMULA),
        block("tuesday", "09:00", "10:30", "Größen & Maße", notes="Bring a ruler, please"),
        class_name="4B",
    )


def run(folder: Path, *command: str) -> str:
    """What a program says, of whose settings nothing is kept."""
    env = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "TZ": "Europe/Berlin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True, timeout=120)
    return done.stdout


def rows(file: Path) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(file.read_text())) if any(row)]


def test_a_spreadsheet_shows_the_workbook_s_grid_and_its_list(tmp_path: Path) -> None:
    convert = needed("ssconvert", package="gnumeric")
    (tmp_path / "week.xlsx").write_bytes(xlsx.write([lessons()]))
    run(tmp_path, convert, "-S", "week.xlsx", "%s.csv")
    grid = rows(tmp_path / "Week.csv")
    assert grid[0][0] == "4B"
    assert grid[1:] == [
        ["", "Monday", "Tuesday"],
        ["09:00–09:45", "Maths\nR 12\nMs Carter", "Größen & Maße\nBring a ruler, please"],
        ["09:45–10:30", FORMULA, ""],
    ]
    listed = rows(tmp_path / "List.csv")
    assert listed[0] == list(csv_rows.HEADINGS)
    assert [row[5] for row in listed[1:]] == ["Maths", FORMULA, "Größen & Maße"]


def test_a_spreadsheet_opens_the_table_and_computes_nothing(tmp_path: Path) -> None:
    convert = needed("ssconvert", package="gnumeric")
    (tmp_path / "week.csv").write_bytes(csv_rows.write(lessons()))
    # To its own format and back: what is a formula comes back as its value.
    run(tmp_path, convert, "week.csv", "week.gnumeric")
    run(tmp_path, convert, "week.gnumeric", "again.csv")
    found = rows(tmp_path / "again.csv")
    assert [row[5].removeprefix("'") for row in found] == ["name", "Maths", FORMULA, "Größen & Maße"]


def test_a_calendar_program_lists_each_lesson_of_the_term(tmp_path: Path) -> None:
    khal = needed("khal", package="khal")
    (tmp_path / "week.ics").write_bytes(ics.write([lessons()], "4B"))
    (tmp_path / "calendar").mkdir()
    (tmp_path / "config").write_text(
        f"[calendars]\n[[week]]\npath = {tmp_path}/calendar\n"
        f"[locale]\nlocal_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\n"
        "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ntimeformat = %H:%M\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        f"[sqlite]\npath = {tmp_path}/khal.db\n"
    )
    run(tmp_path, khal, "-c", "config", "import", "--batch", "-a", "week", "week.ics")
    layout = ["--format", "{start-date} {start-time}-{end-time} {title} @ {location}", "--day-format", ""]
    told = run(tmp_path, khal, "-c", "config", "list", *layout, "2026-09-01", "2027-01-31").splitlines()
    maths = [line for line in told if "Maths" in line and FORMULA not in line]
    # Fifteen Mondays, two of them in the holidays; nine in the morning, before and after the clocks are changed.
    assert len(maths) == 13
    assert {line.partition(" ")[2] for line in maths} == {"09:00-09:45 Maths @ R 12"}
    assert sum("Größen & Maße" in line for line in told) == 13
