"""A dense timetable of 2000 x 1400 pixels, drawn: what a large school prints on one page."""

import io
import random

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 2000, 1400
_SUBJECTS = (
    "Mathematics", "English Literature", "Physics", "Chemistry", "Biology", "Geography", "History", "German",
    "French", "Computer Science", "Art and Design", "Music", "Physical Education", "Religious Studies", "Drama",
)  # fmt: skip
_STAFF = ("Mr Byrne", "Miss Okafor", "Dr Singh", "Mrs Novak", "Mr Patel", "Ms Grant", "Miss Adeyemi", "Mr Rossi")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_PERIODS = 11


def draw(seed: int) -> bytes:
    """A PNG; every seed gives another page with the same number of lines: title, days, times and 3 lines a cell."""
    out = io.BytesIO()
    drawn(seed)[0].save(out, "PNG")
    return out.getvalue()


def drawn(seed: int, lines: int = 3) -> tuple[Image.Image, list[str]]:
    """The same page as a picture, and its lines of text.

    Args:
        lines: of each cell, 1 to 3; an ordinary timetable has one.
    """
    rng = random.Random(seed)
    texts: list[str] = []
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)

    def write(x: float, y: float, text: str, size: int) -> None:
        texts.append(text)
        pen.text((x, y), text, fill="#111", font=ImageFont.load_default(size), anchor="mm")

    write(WIDTH / 2, 50, f"Year {rng.randint(7, 13)} timetable, autumn term", 40)
    left, top, right, bottom = 60, 100, WIDTH - 40, HEIGHT - 40
    width, height = (right - left) / 6, (bottom - top) / (_PERIODS + 1)
    for line in range(7):
        pen.line((left + line * width, top, left + line * width, bottom), fill="#444", width=2)
    for line in range(_PERIODS + 2):
        pen.line((left, top + line * height, right, top + line * height), fill="#444", width=2)
    for column, day in enumerate(_DAYS):
        write(left + (column + 1.5) * width, top + height / 2, day, 30)
    for row in range(_PERIODS):
        y = top + (row + 1.5) * height
        begin = 8 * 60 + row * 45
        write(left + width / 2, y, "{}:{:02} - {}:{:02}".format(*divmod(begin, 60), *divmod(begin + 45, 60)), 26)
        for column in range(5):
            x = left + (column + 1.5) * width
            says = (rng.choice(_SUBJECTS), 26), (rng.choice(_STAFF), 20), (f"Room {rng.randint(1, 40)}", 20)
            for (text, size), below in zip(says[:lines], (-28, 4, 32), strict=False):
                write(x, y + below, text, size)
    return image, texts
