"""What stands around a timetable: titles, a logo, notes, legends, and the window it is shown in."""

import random
from dataclasses import dataclass

from tests.pages.canvas import Canvas, Line
from tests.pages.fonts import Font
from tests.pages.style import Style
from tests.pages.week import Week


@dataclass(frozen=True)
class About:
    """What the page says about itself; empty strings are not printed."""

    school: str
    title: str
    class_name: str
    teacher: str
    term: str
    year: str
    labels: dict[str, str]
    logo: bool
    kind: str
    title_has_class: bool


def about(rng: random.Random, week: Week, *, busy: bool = False) -> About:
    """Args:
    busy: everything is printed.
    """
    language = week.language

    def maybe(share: float, text: str) -> str:
        return text if busy or rng.random() < share else ""

    first = rng.randint(2019, 2026)
    year = rng.choice((f"{first}", f"{first}/{(first + 1) % 100:02d}", f"{first}-{first + 1}", f"{first}/{first + 1}"))
    return About(
        school=maybe(0.6, rng.choice(language.schools)),
        title=language.labels["timetable"],
        class_name=maybe(0.7, language.class_name(rng)),
        teacher=maybe(0.5, language.teacher(rng)),
        term=maybe(0.5, rng.choice(language.terms)),
        year=maybe(0.5, year),
        labels=language.labels,
        logo=busy or rng.random() < 0.2,
        kind=rng.choice(("centre", "centre", "boxed", "left", "plain")) if not busy else rng.choice(("boxed", "left")),
        title_has_class=rng.random() < 0.5,
    )


def header(
    canvas: Canvas, rng: random.Random, style: Style, page: About, left: int, right: int, top: int
) -> tuple[int, dict[str, str]]:
    """Draw it; gives where the table may begin and what was printed."""
    meta = {
        key: value
        for key, value in {
            "className": page.class_name,
            "teacher": page.teacher,
            "term": page.term,
            "year": page.year,
        }.items()
        if value
    }
    title = page.title
    labels = page.labels
    facts = []
    if page.class_name:
        if page.title_has_class:
            title = rng.choice(
                (f"{page.class_name} {title}", f"{title} {page.class_name}", f"{title} – {page.class_name}")
            )
        else:
            named = page.class_name.startswith(labels["class"])
            facts.append(page.class_name if named else f"{labels['class']}: {page.class_name}")
    if page.teacher:
        facts.append(f"{labels['teacher']}: {page.teacher}")
    if page.term and page.year and rng.random() < 0.4:
        facts.append(f"{labels['term']}: {page.term} {page.year}")
    else:
        facts += [f"{labels['term']}: {page.term}"] if page.term else []
        facts += [f"{labels['year']}: {page.year}"] if page.year else []
    canvas.role = "title"
    big, small = round(style.size * rng.uniform(1.5, 2.1)), round(style.size * rng.uniform(1.0, 1.25))
    if page.logo:
        reach = round(style.size * 4)
        _logo(canvas, rng, style, right - reach, top, reach, page.school or page.class_name or title)
        right -= reach + 12
    y = top
    heads = [each for each in (page.school, title) if each]
    rng.shuffle(heads)
    if page.kind == "boxed":
        for row, size in [(head, big) for head in heads] + ([("", small)] if facts else []):
            bottom = y + round(size * (1.9 if row or len(facts) < 3 else 3.2))
            canvas.rect((left, y, right, bottom), outline=style.grid, width=style.rule)
            if row:
                canvas.fit((left, y, right, bottom), [Line(row, bold=True)], size)
            else:
                step = (right - left) // len(facts)
                for number, fact in enumerate(facts):
                    box = (left + number * step, y, left + (number + 1) * step, bottom)
                    canvas.fit(box, [Line(fact, bold=style.bold_heads)], size)
            y = bottom
    else:
        align = "center" if page.kind == "centre" else "left"
        if page.kind == "plain":
            heads = [title]
        for head in heads:
            canvas.fit((left, y, right, y + round(big * 1.7)), [Line(head, bold=True)], big, align=align)
            y += round(big * 1.6)
            big = round(big * 0.8)
        joiner = rng.choice(("    ", "     |     ", "   •   "))
        if facts:
            canvas.fit(
                (left, y, right, y + round(small * 3.2)), [Line(joiner.join(facts))], small, align=align, valign="top"
            )
            y += round(small * (1.9 if canvas.font(small).length(joiner.join(facts)) < right - left - 20 else 3.3))
    if page.logo:
        y = max(y, top + round(style.size * 4))
    return y + round(style.size * rng.uniform(0.5, 1.6)), meta


def _logo(canvas: Canvas, rng: random.Random, style: Style, x: int, y: int, reach: int, name: str) -> None:
    colour = rng.choice(("#1f3864", "#7b1e3a", "#2e7d32", "#b8860b", "#4a148c"))
    if rng.random() < 0.5:
        canvas.ellipse((x, y, x + reach, y + reach), colour, "#e0b040", 5)
    else:
        half = x + reach // 2
        canvas.polygon(
            [(x, y), (x + reach, y), (x + reach, y + reach * 2 // 3), (half, y + reach), (x, y + reach * 2 // 3)],
            colour,
        )
    initials = "".join(word[0] for word in name.split()[:3])
    font = Font(style.title, reach // 3, bold=True)
    canvas.text(round(x + (reach - font.length(initials)) / 2), y + reach // 4, initials, font, "#ffffff")


def footer(
    canvas: Canvas, rng: random.Random, style: Style, week: Week, left: int, right: int, top: int, *, busy: bool = False
) -> int:
    """Notes and a legend of names below the table; gives where they end."""
    size = round(style.size * 0.85)
    y = top + round(size * 0.8)
    canvas.role = "footnote"
    if busy or rng.random() < 0.3:
        notes = rng.sample(week.language.notes, k=min(len(week.language.notes), rng.randint(1, 3)))
        rows = [f"{week.language.labels['notes']}:", *notes]
        for row in rows:
            canvas.fit((left, y, right, y + size * 2), [Line(row, bold=row is rows[0])], size, align="left", pad=2)
            y += round(size * 1.5)
    if busy or rng.random() < 0.15:
        canvas.role = "legend"
        pairs = [
            f"{rng.choice('ABCDEFGHKLM')}{rng.choice('abcdeikmnorst')} = {week.language.teacher(rng)}" for _ in range(4)
        ]
        canvas.fit(
            (left, y, right, y + size * 4),
            [Line("   ".join(pairs), scale=0.9)],
            size,
            align="left",
            valign="top",
            pad=2,
        )
        y += size * 3
    return y


def window(canvas: Canvas, rng: random.Random, style: Style, kind: str) -> tuple[int, int, int]:
    """A browser's or a word processor's window around the page; gives left, right and top of the page inside."""
    canvas.role = "chrome"
    width, unit = canvas.width, max(20, round(canvas.width / 80))
    bar, ink, field = ("#2b2c2f", "#d0d0d0", "#1a1b1d") if style.dark else ("#dee1e6", "#333333", "#ffffff")
    font = canvas.font(unit * 0.8)
    if kind == "browser":
        canvas.rect((0, 0, width, 2 * unit), fill=bar, width=0)
        canvas.rect((4 * unit, unit // 3, 18 * unit, 2 * unit), fill=field, width=0, radius=8)
        canvas.text(
            5 * unit, unit // 2, rng.choice(("Timetable - Google Docs", "Class page", "Parent Portal")), font, ink
        )
        canvas.text(17 * unit, unit // 2, "x", font, ink)
        canvas.rect((0, 2 * unit, width, 4 * unit), fill=field, width=0)
        canvas.rect((6 * unit, 2 * unit + 4, width - 8 * unit, 4 * unit - 6), fill=bar, width=0, radius=unit - 5)
        site = rng.choice(
            ("www.riverside-primary.sch.uk/classes", "portal.school.org/my/week", "docs.example.com/d/1x9Kq")
        )
        canvas.text(7 * unit, 2 * unit + unit // 2, site, font, ink)
        canvas.text(unit, 2 * unit + unit // 2, "<   >", font, ink)
        top = 4 * unit
        if rng.random() < 0.6:
            canvas.rect((0, top, width, top + 2 * unit), fill="#14406b", width=0)
            x = unit
            for item in rng.sample(("Home", "About us", "Parents", "Classes", "News", "Calendar", "Contact"), 5):
                x = canvas.text(x, top + unit // 2, item, font, "#ffffff")[2] + 2 * unit
            top += 2 * unit
        return style.margin, width - style.margin, top + unit
    if kind == "app":
        return _app(canvas, rng, style, unit)
    blue = rng.choice(("#2b579a", "#217346", "#b7472a"))
    canvas.rect((0, 0, width, 2 * unit), fill=blue, width=0)
    name = rng.choice(("Timetable v3 FINAL.docx", "Document1", "class timetable (2).docx"))
    canvas.text((width - round(font.length(name))) // 2, unit // 2, name, font, "#ffffff")
    canvas.rect((0, 2 * unit, width, 6 * unit), fill=bar, width=0)
    x = unit
    for item in ("File", "Home", "Insert", "Design", "Layout", "References", "Review", "View", "Help"):
        x = canvas.text(x, 2 * unit + 5, item, font, ink)[2] + 2 * unit
    canvas.rect((unit, 4 * unit, 9 * unit, 5 * unit + 8), fill=field, outline=ink, width=1)
    canvas.text(
        unit + 6, 4 * unit, rng.choice(("Calibri (Body)", "Comic Sans MS", "Arial", "Century Gothic")), font, ink
    )
    canvas.text(10 * unit, 4 * unit, "11   B  I  U   A   Normal   Heading 1", font, ink)
    gap = 2 * unit
    canvas.rect((0, 6 * unit, width, canvas.height), fill="#3a3a3a" if style.dark else "#c8c8c8", width=0)
    canvas.rect((gap, 7 * unit, width - gap, canvas.height), fill=style.paper, outline="#999999", width=1)
    return gap + style.margin, width - gap - style.margin, 8 * unit


_APP = ("#0b5394", "#00796b", "#512da8", "#ffffff", "#202124")


def _app(canvas: Canvas, rng: random.Random, style: Style, unit: int) -> tuple[int, int, int]:
    """A calendar app's bars, with a menu at the side now and then; gives left, right and top of what is inside."""
    width, font = canvas.width, canvas.font(unit * 0.85)
    fill = "#202124" if style.dark else rng.choice(_APP)
    ink = "#222222" if fill == "#ffffff" else "#ffffff"
    canvas.rect((0, 0, width, 3 * unit), fill=fill, width=0)
    canvas.text(unit, unit // 2 + 4, rng.choice(("9:41", "14:05", "08:12")), canvas.font(unit * 0.7), ink)
    x = canvas.text(4 * unit, unit, rng.choice(("My timetable", "Week 37", "< 12 - 16 Sep >", "Schedule")), font, ink)[
        2
    ]
    for item in rng.sample(("Today", "Day", "Week", "Month", "Agenda", "Export", "Filter", "+"), rng.randint(2, 4)):
        x = canvas.text(x + 2 * unit, unit, item, font, ink)[2]
    if rng.random() < 0.6:
        return style.margin, width - style.margin, 4 * unit
    side = 9 * unit
    for number, item in enumerate(rng.sample(("Dashboard", "Courses", "Grades", "Messages", "Calendar", "Logout"), 4)):
        canvas.text(unit, (5 + 2 * number) * unit, item, font)
    canvas.line((side, 3 * unit, side, canvas.height), style.grid, 1)
    return side + style.margin, width - style.margin, 4 * unit


def _app_end(canvas: Canvas, style: Style, end: int, unit: int) -> int:
    """The bar at an app's foot; gives its end."""
    canvas.rect((0, end, canvas.width, end + 2 * unit), fill="#2b2c2f" if style.dark else "#f3f3f3", width=0)
    step = canvas.width // 4
    for number, item in enumerate(("Home", "Timetable", "Messages", "Profile")):
        canvas.text(step * number + unit, end + unit // 2, item, canvas.font(unit * 0.7), None)
    return end + 2 * unit


def window_end(canvas: Canvas, style: Style, kind: str, left: int, right: int, end: int) -> int:
    """The window's lower edge; gives the sheet's new end."""
    canvas.role = "chrome"
    unit = max(20, round(canvas.width / 80))
    if kind == "browser":
        return end
    if kind == "app":
        return _app_end(canvas, style, end, unit)
    font = canvas.font(unit * 0.7)
    canvas.rect((0, end, canvas.width, end + round(1.4 * unit)), fill="#2b2c2f" if style.dark else "#f3f3f3", width=0)
    canvas.text(unit, end + 4, "Page 1 of 1      214 words      100%", font, "#aaaaaa" if style.dark else "#444444")
    return end + round(1.4 * unit)
