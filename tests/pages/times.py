"""The forms in which times are printed. A time is minutes since midnight."""

import random
from collections.abc import Callable
from dataclasses import dataclass


def clock(minutes: int) -> str:
    """``"HH:MM"``, 24-hour."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _twelve(minutes: int) -> int:
    return (minutes // 60 - 1) % 12 + 1


def _half(minutes: int) -> str:
    return "am" if minutes < 720 else "pm"


def _colon(t: int) -> str:
    return f"{t // 60}:{t % 60:02d}"


def _dot(t: int) -> str:
    return f"{t // 60}.{t % 60:02d}"


def _compact(t: int) -> str:
    return f"{t // 60:02d}{t % 60:02d}"


def _h(t: int) -> str:
    return f"{t // 60}h{t % 60:02d}" if t % 60 else f"{t // 60}h"


def _h_full(t: int) -> str:
    return f"{t // 60:02d}h{t % 60:02d}"


def _short(t: int) -> str:
    return f"{_twelve(t)}.{t % 60:02d}" if t % 60 else f"{_twelve(t)}"


def _twelve_colon(t: int) -> str:
    return f"{_twelve(t)}:{t % 60:02d}"


def _twelve_dot(t: int) -> str:
    return f"{_twelve(t)}.{t % 60:02d}"


@dataclass(frozen=True)
class Form:
    """How a page prints times.

    Attributes:
        point: a single time.
        between: what stands between start and end.
        after: whether, and how, am/pm follow: ``""``, ``end`` (once, behind the end), ``both``.
        gap: what stands before am/pm.
        upper: AM/PM.
        unit: a word behind the end, as Uhr.
        late: how the end is printed where it differs from the start, as in 8:35 – 8.50.
    """

    point: Callable[[int], str]
    between: str = "-"
    after: str = ""
    gap: str = ""
    upper: bool = False
    unit: str = ""
    late: Callable[[int], str] | None = None

    def span(self, start: int, end: int) -> str:
        """Start and end."""
        first, last = self.point(start), (self.late or self.point)(end)
        if self.after == "both" or (self.after == "end" and _half(start) != _half(end)):
            first += self._half(start)
        if self.after:
            last += self._half(end)
        return f"{first}{self.between}{last}{self.unit}"

    def single(self, time: int) -> str:
        """A time alone, as of a page that prints only starts."""
        return self.point(time) + (self._half(time) if self.after else "")

    def _half(self, time: int) -> str:
        half = _half(time)
        return self.gap + (half.upper() if self.upper else half)


_DASHES = ("-", " - ", "–", " – ")
FORMS = ("colon", "colon0", "dotted", "compact", "short", "half_end", "half_both", "hours", "twelve")


def form(rng: random.Random, kind: str) -> Form:
    """One of the forms, with the small differences that people make.

    Args:
        kind: of `FORMS`: ``colon`` 9:00-9:45, ``colon0`` 09:00-09:45, ``dotted`` 9.00 – 9.45, ``compact`` 0900-0945,
            ``short`` 9-9.30, ``half_end`` 1.15 - 2pm, ``half_both`` 9:00 AM - 9:45 AM, ``hours`` 10h30,
            ``twelve`` 1:15-2:00 in the afternoon.
    """
    dash = rng.choice(_DASHES)
    if kind == "colon0":
        return Form(clock, dash)
    if kind == "dotted":
        return Form(rng.choice((_dot, _twelve_dot)), dash)
    if kind == "compact":
        return Form(_compact, dash)
    if kind == "short":
        return Form(_short, dash)
    if kind == "half_end":
        late = _twelve_dot if rng.random() < 0.25 else None
        return Form(rng.choice((_short, _twelve_dot, _twelve_colon)), dash, "end", rng.choice(("", " ")), late=late)
    if kind == "half_both":
        return Form(_twelve_colon, dash, "both", rng.choice(("", " ")), rng.random() < 0.5)
    if kind == "hours":
        return Form(rng.choice((_h, _h_full)), rng.choice((*_DASHES, " à ")) if rng.random() < 0.5 else dash)
    if kind == "twelve":
        return Form(_twelve_colon, dash)
    return Form(_colon, rng.choice((*_DASHES, " to ")))


def local_form(rng: random.Random, language: str) -> Form:
    """A form that is usual where the language is spoken."""
    kinds = {
        "en": ("colon", "colon0", "dotted", "short", "half_end", "half_both", "twelve"),
        "fr": ("hours", "hours", "colon0"),
        "pt": ("hours", "colon0", "colon"),
        "de": ("colon0", "dotted", "colon"),
        "it": ("colon", "dotted", "colon0"),
        "nl": ("colon0", "dotted", "colon"),
    }.get(language, ("colon", "colon0"))
    found = form(rng, rng.choice(kinds))
    if found.between == " to " and language != "en":
        return Form(found.point, " - ")
    if found.between == " à " and language != "fr":
        return Form(found.point, " - ")
    if language == "de" and rng.random() < 0.25:
        return Form(found.point, " – ", unit=" Uhr")
    return found
