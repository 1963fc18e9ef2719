"""The grid of days and times that most timetables are, with what the layouts vary about it."""

from dataclasses import dataclass, replace

from tests.pages.canvas import Box, Line
from tests.pages.pen import Pen, Sheet
from tests.pages.times import Form
from tests.pages.week import Entry, Week


@dataclass(frozen=True)
class Plan:
    """Attributes:
    across: days across the top; else down the side.
    days: ``full``, ``short``, ``letters``, ``stacked`` (letter under letter), ``rotated``.
    times: where they stand: ``header`` (start and end), ``start`` (in headers), ``margin`` (starts, beside the lines),
        ``cells``, ``both`` (a cell's own wins), ``periods`` (numbers; the times are in a legend).
    merged: breaks are one cell over all days.
    spread: a break's letters stand one in each day.
    turned: how often a text that could lie is turned bottom to top.
    ruled: draw lines.
    """

    across: bool = True
    days: str = "full"
    times: str = "header"
    merged: bool = True
    spread: bool = False
    turned: float = 0.0
    ruled: bool = True


def edges(start: int, sizes: list[float]) -> list[int]:
    """Of boxes side by side, pixels."""
    found = [start]
    total = float(start)
    for size in sizes:
        total += size
        found.append(round(total))
    return found


def cell(
    pen: Pen,
    sheet: Sheet,
    box: Box,
    lines: list[Line],
    *,
    fill: str | None = None,
    angle: int = 0,
    ruled: bool = True,
    head: bool = False,
    size: float | None = None,
    align: str | None = None,
    valign: str | None = None,
) -> None:
    """One cell with its fill, its outline and its text; text that lies too wide is turned by the caller."""
    style = pen.style
    boxed = ruled and style.ruling == "box"
    sheet.canvas.rect(box, fill=fill, outline=style.grid if boxed else None, width=style.rule if boxed else 0)
    if ruled and not boxed:
        left, top, right, bottom = box
        sides = [(left, top, right, top), (left, bottom, right, bottom)]
        if style.ruling == "dashed":
            sides += [(left, top, left, bottom), (right, top, right, bottom)]
        for side in sides:
            sheet.canvas.line(side, style.grid, style.rule, dash=8 if style.ruling == "dashed" else 0)
    if lines and any(line.text for line in lines):
        if fill and style.dark:
            lines = [replace(line, fill="#ffffff") for line in lines]
        sheet.canvas.fit(
            box,
            [line for line in lines if line.text],
            size or pen.size,
            angle=angle,
            align=align or ("center" if head else style.align),
            valign=valign or ("middle" if head else style.valign),
            pad=style.pad,
        )


def day_names(pen: Pen, week: Week, kind: str) -> list[str]:
    """As the page prints them, one for each of the week's days."""
    language = week.language
    if kind == "short":
        names = pen.rng.choice(language.short)
    elif kind == "letters":
        names = language.letters
    else:
        names = language.days
        if language.code == "en" and pen.rng.random() < 0.15:
            names = tuple(name.upper() for name in names)
    return [names[day] for day in week.days]


class Table:
    """Lays the grid out on a sheet and draws it.

    Args:
        left, right: where it may stand; the sheet's own by default.
    """

    def __init__(
        self,
        pen: Pen,
        sheet: Sheet,
        week: Week,
        plan: Plan,
        form: Form,
        left: int | None = None,
        right: int | None = None,
    ) -> None:
        self.pen, self.sheet, self.week, self.plan, self.form = pen, sheet, week, plan, form
        self.left = sheet.left if left is None else left
        self.right = sheet.right if right is None else right
        self.names = day_names(pen, week, plan.days)
        self.narrow = plan.merged and not plan.across
        self._measure()

    def _measure(self) -> None:
        pen, week, plan = self.pen, self.week, self.plan
        size = pen.size * pen.room
        most = max([len(entry.notes) for entry in week.entries.values()], default=0)
        tall = size * (2.5 + 1.2 * most + (1.2 if plan.times in {"cells", "both"} else 0) + pen.rng.uniform(0, 0.8))
        thin = size * (1.9 if plan.times != "cells" else 3.2) + 2 * pen.style.pad
        if plan.across:
            head = self._head_width()
            wide = (self.right - self.left - head) / len(week.days)
            self.day_edges = edges(self.left + round(head), [wide] * len(week.days))
            top = self.sheet.top + round(size * 1.9)
            self.time_edges = edges(top, [tall if slot.lesson else thin for slot in week.slots])
            return
        head = size * (2.4 if plan.days in {"stacked", "rotated"} else max(map(len, self.names)) * 0.72 + 1.6)
        shares = [1.0 if slot.lesson else 0.38 if self.narrow or plan.spread else 0.85 for slot in week.slots]
        unit = (self.right - self.left - head) / sum(shares)
        self.time_edges = edges(self.left + round(head), [share * unit for share in shares])
        self.angles = [self._head_angle(number) for number in range(len(week.slots))]
        deep = size * (2.0 if plan.times in {"periods", "cells"} else 3.4)
        if any(self.angles):
            font = pen.sheets[-1].font(pen.size, bold=pen.style.bold_heads)
            deep = max(font.length(self._time(number)) for number, angle in enumerate(self.angles) if angle) * 1.05 + 24
        top = self.sheet.top + round(deep)
        longest = max(map(len, self.names))
        row = max(tall * 1.15, longest * size * 0.86 if plan.days == "stacked" else 0)
        if plan.days == "rotated":
            row = max(row, longest * size * 0.75)
        self.day_edges = edges(top, [row] * len(week.days))

    def _head_width(self) -> float:
        pen, plan = self.pen, self.plan
        font = pen.sheets[-1].font(pen.size, bold=pen.style.bold_heads)
        if plan.times == "cells":
            return 0
        texts = [self._time(number) for number in range(len(self.week.slots))]
        widest = max(font.length(text) for text in texts)
        if all(" " in text for text in texts) and pen.rng.random() < 0.4:
            widest *= 0.7  # two lines
        return widest + 2 * pen.style.pad + pen.rng.randint(8, 30)

    def _time(self, number: int) -> str:
        slot = self.week.slots[number]
        if self.plan.times in {"start", "margin"}:
            return self.form.single(slot.start)
        if self.plan.times == "periods":
            return period_names(self.week)[number]
        return self.form.span(slot.start, slot.end)

    def box(self, time: int, times: int, day: int, days: int) -> Box:
        """Of the slots `time` to before `times` and the days `day` to before `days`."""
        t0, t1 = self.time_edges[time], self.time_edges[times]
        d0, d1 = self.day_edges[day], self.day_edges[days]
        return (d0, t0, d1, t1) if self.plan.across else (t0, d0, t1, d1)

    def draw(self) -> int:
        """Draw it; gives its lower edge."""
        self._heads()
        for number, slot in enumerate(self.week.slots):
            if slot.label:
                self._rest(number, slot.label)
                continue
            covered = 0
            for at, day in enumerate(self.week.days):
                entry = self.week.entries.get((day, number))
                covered = self._covered(day, number)
                if not covered:
                    self._lesson(number, at, day, entry)
        return (self.time_edges if self.plan.across else self.day_edges)[-1]

    def _covered(self, day: int, number: int) -> bool:
        before = self.week.entries.get((day, number - 1))
        return bool(before and before.span > 1)

    def _heads(self) -> None:
        pen, plan, sheet = self.pen, self.plan, self.sheet
        fill, ruled = pen.style.head, plan.ruled
        labels = self.week.language.labels
        corner = (
            pen.rng.choice(("", "", labels["time"], labels["day"])) if plan.times in {"header", "both", "start"} else ""
        )
        top, left = sheet.top, self.left
        first = (
            (left, top, self.day_edges[0], self.time_edges[0])
            if plan.across
            else (left, top, self.time_edges[0], self.day_edges[0])
        )
        if first[2] > first[0] + 4 and plan.times != "margin":
            lines = pen.head(corner)
            if corner and sheet.canvas.font(pen.size, bold=True).length(corner.upper()) > first[2] - first[0] - 24:
                lines = []
            cell(pen, sheet, first, lines, fill=fill, ruled=ruled, head=True)
        for at, name in enumerate(self.names):
            box = (
                (self.day_edges[at], top, self.day_edges[at + 1], self.time_edges[0])
                if plan.across
                else (left, self.day_edges[at], self.time_edges[0], self.day_edges[at + 1])
            )
            if plan.days == "stacked":
                cell(pen, sheet, box, [], fill=fill, ruled=ruled)
                ink = pen.style.head_ink if fill else None
                sheet.canvas.role = "day"
                sheet.canvas.stack(box, name.upper() if pen.style.upper_heads else name, pen.size, bold=True, fill=ink)
            else:
                cell(
                    pen,
                    sheet,
                    box,
                    pen.head(name, "day"),
                    fill=fill,
                    ruled=ruled,
                    head=True,
                    angle=90 if plan.days == "rotated" else 0,
                )
        if plan.times == "cells":
            if not plan.across:
                pass  # no row of times at all
            return
        if plan.times == "margin":
            self._margin()
            return
        for number in range(len(self.week.slots)):
            self._time_head(number, fill, left, top)

    def _time_head(self, number: int, fill: str | None, left: int, top: int) -> None:
        pen, plan = self.pen, self.plan
        t0, t1 = self.time_edges[number], self.time_edges[number + 1]
        box = (left, t0, self.day_edges[0], t1) if plan.across else (t0, top, t1, self.day_edges[0])
        text = self._time(number)
        angle = 0 if plan.across else self.angles[number]
        lines = pen.head(text, "hour")
        if self.remark:
            slot = self.week.slots[number]
            lines.append(replace(lines[0], text=self.remark.format(slot.end - slot.start), role="header", scale=0.75))
        cell(pen, self.sheet, box, lines, fill=fill, ruled=plan.ruled, head=True, angle=angle)

    def _head_angle(self, number: int) -> int:
        """Of a time above a column: turned where it is too wide, or as often as the plan says."""
        pen = self.pen
        words = self._time(number).split(" ")
        widest = max(pen.sheets[-1].font(pen.size * 0.75, bold=True).length(word) for word in words)
        wide = self.time_edges[number + 1] - self.time_edges[number] - 2 * pen.style.pad
        return 90 if widest > wide or pen.rng.random() < self.plan.turned else 0

    def _margin(self) -> None:
        """Start times beside the lines, right-aligned, each level with the line (or just below it)."""
        pen, canvas = self.pen, self.sheet.canvas
        font = canvas.font(pen.size * 0.9)
        canvas.role = "hour"
        below = pen.rng.random() < 0.5
        marks = [(slot.start, y) for slot, y in zip(self.week.slots, self.time_edges, strict=False)]
        if self.margin_end:
            marks.append((self.week.slots[-1].end, self.time_edges[-1]))
        for time, y in marks:
            text = self.form.single(time)
            x = self.day_edges[0] - 8 - round(font.length(text))
            canvas.text(x, y + 2 if below and y != self.time_edges[-1] else y - font.height // 2, text, font)

    margin_end = False
    remark = ""
    """What stands with each time in the header, with {} for its minutes."""

    def _rest(self, number: int, label: str) -> None:
        pen, plan, fill = self.pen, self.plan, self.pen.style.rest
        slot = self.week.slots[number]
        own = self.form.span(slot.start, slot.end) if plan.times == "cells" else None
        count = len(self.week.days)
        entry = Entry(label)
        if plan.spread:
            for day in range(count):
                cell(
                    pen,
                    self.sheet,
                    self.box(number, number + 1, day, day + 1),
                    [Line(label[day], bold=True, role="name")],
                    fill=fill,
                    head=True,
                )
            return
        if not plan.merged:
            for day in range(count):
                box = self.box(number, number + 1, day, day + 1)
                cell(pen, self.sheet, box, pen.lines(entry, time=own), fill=fill, ruled=plan.ruled)
            return
        box = self.box(number, number + 1, 0, count)
        if plan.across and plan.times == "periods":
            box = (self.left, *box[1:])
        line = pen.name(label, bold=pen.style.bold_heads)
        lines = [Line(own, scale=0.85, role="time", entry=line.entry), line] if own else [line]
        angle = 90 if self.narrow else 0
        cell(pen, self.sheet, box, lines, fill=fill, ruled=plan.ruled, head=True, angle=angle)

    def _lesson(self, number: int, at: int, day: int, entry: Entry | None) -> None:
        pen, plan = self.pen, self.plan
        box = self.box(number, number + (entry.span if entry else 1), at, at + 1)
        if entry is None:
            empty = pen.rng.choice(("", "", "", "---", "–")) if plan.ruled else ""
            cell(pen, self.sheet, box, [Line(empty, role="free")], ruled=plan.ruled)
            return
        own = None
        if plan.times == "cells":
            own = self.form.span(*(entry.own or self.week.times(number, entry.span)))
        elif entry.own:
            own = self.form.span(*entry.own)
        lines = pen.lines(entry, time=own)
        fill = pen.style.fill(pen.rng, entry.name, day) if plan.ruled else None
        angle = 90 if pen.rng.random() < plan.turned else 0
        cell(pen, self.sheet, box, lines, fill=fill, ruled=plan.ruled, angle=angle)


def period_names(week: Week) -> list[str]:
    """1, 2, 3 for lessons; a break is called by its label."""
    found: list[str] = []
    number = 0
    for slot in week.slots:
        number += slot.lesson
        found.append(str(number) if slot.lesson else slot.label or "")
    return found
