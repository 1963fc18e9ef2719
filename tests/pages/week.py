"""A school week to be drawn: the day's slots, what stands in each, and what the page says about itself."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from tests.benchmarks.scorer import TruthBlock
from tests.pages.times import clock
from tests.pages.words import Language
from tests.pages.words_abroad import spoken

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


@dataclass(frozen=True)
class Slot:
    """A stretch of the day, minutes since midnight; `label` names what is the same on every day (a break)."""

    start: int
    end: int
    label: str | None = None

    @property
    def lesson(self) -> bool:
        return self.label is None


@dataclass(frozen=True)
class Entry:
    """What a cell prints.

    Attributes:
        details: what stands with the name, as (role, text); the roles are those of `prints.ROLES`.
        span: how many slots of the day it takes.
        own: its own printed times, where they differ from the slot's.
    """

    name: str
    details: tuple[tuple[str, str], ...] = ()
    span: int = 1
    own: tuple[int, int] | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """The texts beside the name; what says for which week it is does not count."""
        return tuple(text for role, text in self.details if role != "week")

    @property
    def week(self) -> str | None:
        """A or B, where a tag names it."""
        tag = next((text for role, text in self.details if role == "week"), None)
        return None if tag is None else "B" if tag.strip("()").endswith(("B", "2")) else "A"


@dataclass
class Week:
    """Attributes:
    entries: by (day, slot); a missing one is free. Breaks are in `slots` only.
    """

    language: Language
    level: str
    days: list[int]
    slots: list[Slot]
    entries: dict[tuple[int, int], Entry] = field(default_factory=dict)

    def times(self, slot: int, span: int = 1) -> tuple[int, int]:
        return self.slots[slot].start, self.slots[slot + span - 1].end

    def blocks(self, week: str | None = None, *, start_only: bool = False) -> list[TruthBlock]:
        """The truth of a plain page: every break on every day, every entry at its own or its slots' times."""
        found = []
        for day in self.days:
            for number, slot in enumerate(self.slots):
                entry = Entry(slot.label) if slot.label else self.entries.get((day, number))
                if entry:
                    start, end = entry.own or self.times(number, entry.span)
                    last = start_only and number + entry.span == len(self.slots)
                    found.append(block(day, entry, start, None if last else end, week or entry.week))
        return found


def block(day: int, entry: Entry, start: int, end: int | None, week: str | None = None, tol: int = 0) -> TruthBlock:
    """A truth block; an `end` of None is one that the page neither prints nor implies."""
    return TruthBlock(
        day=WEEKDAYS[day],
        name=entry.name.replace("\n", " "),
        start=clock(start),
        end=None if end is None else clock(end),
        notes=" ".join(entry.notes) or None,
        week=week,
        tol=tol,
        end_free=end is None,
    )


def slots(
    rng: random.Random,
    language: Language,
    lessons: int = 6,
    *,
    gaps: bool = False,
    morning: float = 0.5,
    ending: float = 0.25,
) -> list[Slot]:
    """A school day.

    Args:
        lessons: how many.
        gaps: a few minutes between lessons for moving rooms.
        morning, ending: how often the day opens with registration and closes with home time.
    """
    time = rng.choice((8 * 60, 8 * 60 + 15, 8 * 60 + 30, 8 * 60 + 35, 8 * 60 + 45, 9 * 60, 9 * 60))
    length = rng.choice((40, 45, 45, 50, 55, 60, 60))
    found: list[Slot] = []
    if rng.random() < morning:
        found.append(Slot(time, time + 15, rng.choice(language.mornings)))
        time += 15
    break_after, lunch_after = (1, 3) if lessons <= 4 else (2, 4)
    for number in range(1, lessons + 1):
        found.append(Slot(time, time + length))
        time += length
        if number == break_after:
            rest = rng.choice((15, 15, 20))
            found.append(Slot(time, time + rest, rng.choice(language.breaks)))
            time += rest
        elif number == lunch_after and number < lessons:
            rest = rng.choice((30, 40, 45, 60))
            found.append(Slot(time, time + rest, rng.choice(language.lunches)))
            time += rest
        elif gaps and number < lessons:
            time += 5
    if rng.random() < ending:
        found.append(Slot(time, time + 15, rng.choice(language.endings)))
    return found


_RARE = ("whole_last_first", "first", "degree", "mixed", "shortened", "initial_code")


@dataclass(frozen=True)
class Matter:
    """What the entries of one page are about, so that its cells are of a kind.

    Attributes:
        shares: how often an entry has a detail, by role; empty for one or two of any kind.
        naming: ``plain``, ``short`` (Mat), ``code`` (MA), ``course`` (MAE-203, its title on a line of its own or none),
            ``levels`` (Maths II), ``long`` (Introduction to Maths) or ``invented`` (words of no language).
        teacher: as `Language.teacher_as` takes it.
    """

    shares: dict[str, float] = field(default_factory=dict)
    naming: str = "plain"
    teacher: str = "titled"


def matter(rng: random.Random) -> Matter:
    """Draw what one page's entries are about."""
    shares: dict[str, float] = {}
    if rng.random() < 0.6:
        likely = {"tag": 0.08, "room": 0.6, "teacher": 0.6, "class": 0.15, "note": 0.25}
        shares = {role: rng.uniform(0.6, 1.0) for role, share in likely.items() if rng.random() < share}
    return Matter(
        shares,
        rng.choices(("plain", "long", "short", "code", "course", "levels", "invented"), (12, 5, 3, 2, 2, 2, 2))[0],
        rng.choice(
            ("titled", "titled", "titled", "initial", "surname", "surname", "code", "full", "last_first", *_RARE)
        ),
    )


def _tag(rng: random.Random) -> str:
    """Which kind of lesson it is."""
    return rng.choice(("L", "P", "T", "S", "(L)", "Lec", "Lab", "Tut", "TD", "TP", "CM"))


def entry(
    rng: random.Random, language: Language, level: str, *, notes: float = 0.4, about: Matter | None = None
) -> Entry:
    """A lesson with, as often as `notes` says, a room, a teacher or a remark; or with what the page is about."""
    about = about or Matter()
    name = language.subject(rng, level, about.naming)
    if level == "university" and language.code == "en" and about.naming == "plain" and rng.random() < 0.3:
        name = (
            f"{rng.choice(('BIO', 'CHEM', 'CS', 'ECON', 'HIST', 'LAW', 'MATH', 'PHYS'))}{rng.randint(101, 499)} {name}"
        )
    if about.shares:
        roles = [role for role, share in about.shares.items() if rng.random() < share]
        roles += [role for role in roles if role in {"teacher", "note"} and rng.random() < 0.08]
    else:
        kinds = (("room",), ("teacher",), ("note",), ("teacher", "room"))
        roles = list(rng.choices(kinds, (8, 5, 4, 3))[0]) if rng.random() < notes else []
    texts: dict[str, Callable[[random.Random], str]] = {
        "room": language.room,
        "teacher": partial(language.teacher_as, form=about.teacher),
        "class": language.class_name,
        "note": language.remark,
        "tag": _tag,
    }
    # A tag says what kind of lesson it is: a note, and like none in its wording.
    return Entry(name, tuple(("note" if role == "tag" else role, texts[role](rng)) for role in roles))


def week(
    rng: random.Random,
    code: str = "en",
    *,
    level: str | None = None,
    lessons: int | None = None,
    days: int | None = None,
    gaps: bool = False,
    doubles: float = 0.0,
    free: float = 0.06,
    notes: float | None = None,
    **day: float,
) -> Week:
    """A whole week in a language; `day` goes to `slots`."""
    language = spoken(code)
    level = level or rng.choices(("primary", "secondary", "university"), (5, 4, 1))[0]
    count = days or (6 if code in {"it", "fr"} and rng.random() < 0.2 else 5)
    plan = slots(rng, language, lessons or rng.choice((4, 5, 5, 6, 6, 7)), gaps=gaps, **day)
    found = Week(language, level, list(range(count)), plan)
    often = rng.choice((0, 0.2, 0.5, 0.9)) if notes is None else notes
    about = matter(rng)
    if notes is not None:
        about = replace(about, shares={})
    for each in found.days:
        last: Entry | None = None
        number = 0
        while number < len(plan):
            if not plan[number].lesson:
                number += 1
                continue
            drawn = entry(rng, language, level, notes=often, about=about)
            while last and drawn.name == last.name:  # two alike in a row could as well be one double lesson
                drawn = entry(rng, language, level, notes=often, about=about)
            twice = number + 1 < len(plan) and plan[number + 1].lesson and rng.random() < doubles
            if rng.random() >= free:
                found.entries[each, number] = last = replace(drawn, span=2 if twice else 1)
                number += 1 + twice
            else:
                number += 1
    return found
