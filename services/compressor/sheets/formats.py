"""Numbers as a workbook shows them (ECMA-376 part 1, 18.8.30 and 18.8.31): times, dates and decimals by their format.

Names of days and months are English whatever the language of the program that shows them: a file says it seldom.
"""

import calendar
import datetime as dt
import math
import re
from functools import cache

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm", 45: "mm:ss",
    46: "[h]:mm:ss", 47: "mm:ss.0",
}  # fmt: skip
"""Formats that have a number and no code in the file. Dates are as in no country, since the country is not told."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<elapsed>h+|m+|s+)\]|\[(?P<other>[^\]]*)\]'
    r"|(?P<half>am/pm|a/p)|(?P<general>general|@)|(?P<date>y+|m+|d+|h+|s+)|(?P<number>[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)"
    r"|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST = 255
"""Characters of a format; Excel allows no more."""
_DAYS = 2_958_466
"""The year 10,000."""


def shown(value: float, code: str, *, since_1904: bool = False) -> str:
    """A number as a cell of this format shows it.

    Args:
        value: for dates, days since the last day of 1899 or the first of 1904.
        since_1904: which of them.
    """
    if not math.isfinite(value):
        return str(value)
    tokens, dated = _parsed(_section(code[:_LONGEST], value))
    if not tokens or any(kind == "general" for kind, _ in tokens):
        return f"{value:.10g}"
    if dated:
        if not 0 <= value < _DAYS:
            return f"{value:.10g}"
        return _date(value, tokens, since_1904)
    number = abs(value) if code.count(";") else value
    return "".join(_decimal(number, text, code) if kind == "number" else text for kind, text in tokens).strip()


def _section(code: str, value: float) -> str:
    """The part of a format that is for positive, negative numbers or zero."""
    parts, quoted = [""], False
    for letter in code:
        quoted ^= letter == '"'
        if letter == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    at = 1 if value < 0 and len(parts) > 1 else 2 if value == 0 and len(parts) > 2 else 0
    return parts[at]


@cache
def _parsed(section: str) -> tuple[tuple[tuple[str, str], ...], bool]:
    """The section's tokens, kind and text, and whether it shows a date or a time."""
    tokens: list[tuple[str, str]] = []
    for found in _TOKEN.finditer(section):
        kind = found.lastgroup or "literal"
        text = found[kind]
        if kind in ("quoted", "escaped", "literal"):
            tokens.append(("text", text))
        elif kind == "space":
            tokens.append(("text", " "))
        elif kind not in ("fill", "other"):
            tokens.append((kind, text))
    for at, (kind, text) in enumerate(tokens):
        if kind == "date" and text[0] in "mM" and len(text) < 3:
            marks = [(k, t[0].lower()) for k, t in tokens if k in ("date", "elapsed")]
            place = [index for index, (k, _) in enumerate(tokens) if k in ("date", "elapsed")].index(at)
            before = marks[place - 1][1] if place else ""
            after = marks[place + 1][1] if place + 1 < len(marks) else ""
            if before == "h" or after == "s":
                tokens[at] = ("minute", text)
    dated = any(kind in ("date", "elapsed", "half", "minute") for kind, _ in tokens)
    return tuple(tokens), dated


def _date(value: float, tokens: tuple[tuple[str, str], ...], since_1904: bool) -> str:
    seconds = round(value * 86_400)
    if not any(kind == "date" and text[0] in "sS" for kind, text in tokens):
        seconds = (seconds + 30) // 60 * 60
    days, rest = divmod(seconds, 86_400)
    if since_1904:
        days += 1_462
    # Excel counts a 29 February 1900 that never was.
    day = dt.date(1899, 12, 30) + dt.timedelta(days + (days < 60))
    hours, minutes, left = rest // 3600, rest // 60 % 60, rest % 60
    halves = any(kind == "half" for kind, _ in tokens)
    said = []
    for kind, text in tokens:
        letter, wide = text[:1].lower(), len(text)
        if kind == "elapsed":
            said.append(f"{seconds // {'h': 3600, 'm': 60, 's': 1}[letter]:0{wide}}")
        elif kind == "minute":
            said.append(f"{minutes:0{min(wide, 2)}}")
        elif kind == "half":
            said.append(("AM", "PM")[hours >= 12] if wide > 3 else ("A", "P")[hours >= 12])
        elif kind == "date":
            said.append(_part(letter, wide, day, (hours % 12 or 12) if halves else hours, left))
        elif kind == "text":
            said.append(text)
    return "".join(said).strip()


def _part(letter: str, wide: int, day: dt.date, hours: int, seconds: int) -> str:
    match letter:
        case "y":
            return f"{day:%Y}" if wide > 2 else f"{day:%y}"
        case "m":
            names = {3: calendar.month_abbr, 5: calendar.month_name}
            if wide in names:
                return names[wide][day.month][:1] if wide == 5 else names[wide][day.month]
            return calendar.month_name[day.month] if wide > 3 else f"{day.month:0{wide}}"
        case "d":
            if wide > 2:
                return (calendar.day_abbr if wide == 3 else calendar.day_name)[day.weekday()]
            return f"{day.day:0{wide}}"
        case "h":
            return f"{hours:0{min(wide, 2)}}"
        case _:
            return f"{seconds:0{min(wide, 2)}}"


def _decimal(value: float, pattern: str, code: str) -> str:
    whole, _, rest = pattern.partition(".")
    if "%" in code:
        value *= 100
    places = sum(each in "0#?" for each in rest)
    text = f"{value:.{places}f}"
    least = rest.count("0")
    if places > least and "." in text:
        head, _, tail = text.partition(".")
        while len(tail) > least and tail.endswith("0"):
            tail = tail[:-1]
        text = f"{head}.{tail}" if tail else head
    zeros = whole.count("0")
    head, dot, tail = text.partition(".")
    return f"{head.zfill(zeros)}{dot}{tail}"
