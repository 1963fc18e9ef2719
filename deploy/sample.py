"""Draws the sample timetable that `make run` uploads, so that no picture of a real school is needed.

python -m deploy.sample FILE.png
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 2000, 1400
LEFT, TOP = 60, 170
TIME_WIDTH = 190
HEADER_HEIGHT = 80
INK, LINE, PAPER = "#1f2933", "#3e4c59", "#ffffff"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

ROWS = (
    ("08:40", "09:00"),
    ("09:00", "09:55"),
    ("09:55", "10:50"),
    ("10:50", "11:10"),
    ("11:10", "12:05"),
    ("12:05", "13:00"),
    ("13:00", "13:50"),
    ("13:50", "14:40"),
    ("14:40", "15:30"),
)
HEIGHTS = (1.0, 1.5, 1.5, 0.8, 1.5, 1.5, 0.8, 1.5, 1.5)
"""Of the rows, relative to each other."""


@dataclass(frozen=True)
class Cell:
    """One box of the timetable: `row` and `day` from 0; `days` and `rows` that it spans."""

    row: int
    day: int
    name: str
    notes: str = ""
    color: str = PAPER
    days: int = 1
    rows: int = 1


MATHS, ENGLISH, SCIENCE, ART, SPORT, MUSIC, BREAK = (
    "#dbeafe",
    "#fef3c7",
    "#dcfce7",
    "#fce7f3",
    "#ffedd5",
    "#ede9fe",
    "#e5e7eb",
)

CELLS = (
    Cell(0, 0, "Registration", "Room 12", "#f8fafc", days=5),
    Cell(1, 0, "Mathematics", "Room 12", MATHS),
    Cell(1, 1, "English", "Room 4 · Mrs Hale", ENGLISH),
    Cell(1, 2, "Science", "Lab 2 · Mr Osei", SCIENCE, rows=2),
    Cell(1, 3, "Mathematics", "Room 12", MATHS),
    Cell(1, 4, "Spelling", "Room 4", ENGLISH),
    Cell(2, 0, "English", "Room 4 · Mrs Hale", ENGLISH),
    Cell(2, 1, "Mathematics", "Room 12", MATHS),
    Cell(2, 3, "History", "Room 7", "#e0f2fe"),
    Cell(2, 4, "Mathematics", "Quiz", MATHS),
    Cell(3, 0, "Morning break", "", BREAK, days=5),
    Cell(4, 0, "Geography", "Room 7", "#e0f2fe"),
    Cell(4, 1, "Music", "Hall · Ms Lind", MUSIC),
    Cell(4, 2, "Mathematics", "Room 12", MATHS),
    Cell(4, 3, "Reading", "Library", ENGLISH),
    Cell(4, 4, "Swimming", "Bring a towel", SPORT, rows=2),
    Cell(5, 0, "Reading", "Library", ENGLISH),
    Cell(5, 1, "Science", "Lab 2 · Mr Osei", SCIENCE),
    Cell(5, 2, "English", "Room 4", ENGLISH),
    Cell(5, 3, "French", "Room 9", "#e0f2fe"),
    Cell(6, 0, "Lunch", "", BREAK, days=5),
    Cell(7, 0, "Art", "Studio · Ms Brandt", ART, rows=2),
    Cell(7, 1, "History", "Room 7", "#e0f2fe"),
    Cell(7, 2, "Sport", "Field · Mr Varga", SPORT),
    Cell(7, 3, "Science", "Lab 2", SCIENCE),
    Cell(7, 4, "Music", "Hall", MUSIC),
    Cell(8, 1, "French", "Room 9", "#e0f2fe"),
    Cell(8, 2, "Sport", "Field · Mr Varga", SPORT),
    Cell(8, 3, "Computing", "Room 15", MATHS),
    Cell(8, 4, "Class council", "Room 12", "#f8fafc"),
)


def draw(path: Path) -> None:
    """Write the sample to `path` as a PNG of 2000 x 1400 pixels."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    write(pen, (LEFT, 62), "Class 4B", 64, bold=True)
    write(pen, (LEFT, 122), "Teacher: Ms Carter", 32)
    write(pen, (WIDTH - LEFT, 122), "Autumn term 2026", 32, anchor="rm")
    columns = [LEFT, LEFT + TIME_WIDTH]
    columns += [columns[1] + round((WIDTH - LEFT - columns[1]) * day / 5) for day in range(1, 6)]
    lines = [TOP + HEADER_HEIGHT]
    for height in HEIGHTS:
        lines.append(lines[-1] + round((HEIGHT - 40 - TOP - HEADER_HEIGHT) * height / sum(HEIGHTS)))
    box(pen, (columns[0], TOP, columns[1], lines[0]), "#d9e2ec")
    centre(pen, (columns[0], TOP, columns[1], lines[0]), "Time", 34, bold=True)
    for day, name in enumerate(DAYS):
        area = (columns[day + 1], TOP, columns[day + 2], lines[0])
        box(pen, area, "#d9e2ec")
        centre(pen, area, name, 36, bold=True)
    for row, (start, end) in enumerate(ROWS):
        area = (columns[0], lines[row], columns[1], lines[row + 1])
        box(pen, area, "#f0f4f8")
        centre(pen, area, f"{start} - {end}", 28)
    for each in CELLS:
        area = (columns[each.day + 1], lines[each.row], columns[each.day + 1 + each.days], lines[each.row + each.rows])
        box(pen, area, each.color)
        label(pen, area, each)
    image.save(path, "PNG", optimize=True)


Area = tuple[int, int, int, int]


def box(pen: "ImageDraw", area: Area, color: str) -> None:
    pen.rectangle(area, fill=color, outline=LINE, width=3)


def label(pen: "ImageDraw", area: Area, cell: Cell) -> None:
    """The cell's name, its notes beneath, or beside where the row is low."""
    left, top, right, bottom = area
    if not cell.notes:
        centre(pen, area, cell.name, 34, bold=True)
    elif bottom - top < 110:
        centre(pen, area, f"{cell.name}  ({cell.notes})", 32)
    else:
        middle = (top + bottom) // 2
        centre(pen, (left, middle - 46, right, middle), cell.name, 34, bold=True)
        centre(pen, (left, middle + 4, right, middle + 44), cell.notes, 26)


def centre(pen: "ImageDraw", area: Area, text: str, size: int, *, bold: bool = False) -> None:
    left, top, right, bottom = area
    write(pen, ((left + right) // 2, (top + bottom) // 2), text, size, bold=bold, anchor="mm")


def write(
    pen: "ImageDraw", at: tuple[int, int], text: str, size: int, *, bold: bool = False, anchor: str = "lm"
) -> None:
    from PIL import ImageFont

    # The font that comes inside Pillow has one weight: bold is the text once more, a little to the right. (A stroke
    # around it would grow upwards too and close the gap below the dot of an i.)
    font: Any = ImageFont.load_default(size)
    for shift in (0, 1, 2) if bold else (0,):
        pen.text((at[0] + shift, at[1]), text, fill=INK, font=font, anchor=anchor)


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
