"""Day names in all their forms."""

import pytest

from services.extractor.reading.lexicon.days import letter_days, read_days
from shared.messages import DAYS


@pytest.mark.parametrize(
    "row",
    [
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "MON. TUES. WED. THURS. FRI. SAT. SUN.",
        "Mo Tu We Th Fr Sa Su",
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Mo Di Mi Do Fr Sa So",
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "Lun Mar Mer Jeu Ven Sam Dim",
        "Lunes Martes Miércoles Jueves Viernes Sábado Domingo",
        "Lunedì Martedì Mercoledì Giovedì Venerdì Sabato Domenica",
        "Segunda-feira Terça-feira Quarta-feira Quinta-feira Sexta-feira Sábado Domingo",
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
        "Poniedziałek Wtorek Środa Czwartek Piątek Sobota Niedziela",
    ],
)
def test_languages(row: str) -> None:
    for name, day in zip(row.split(), DAYS, strict=True):
        read = read_days(name)
        assert read is not None, name
        assert read.days == (day,), name


@pytest.mark.parametrize(
    ("text", "days", "week"),
    [
        ("Monday, Tuesday, Thursday", ("monday", "tuesday", "thursday"), None),
        ("Mon & Wed", ("monday", "wednesday"), None),
        ("Mon - Fri", DAYS[:5], None),
        ("Monday to Wednesday", DAYS[:3], None),
        ("Monday 12/05", ("monday",), None),
        ("Tue 3rd March", ("tuesday",), None),
        ("Monday (A)", ("monday",), "A"),
        ("Friday Week 2", ("friday",), "B"),
        ("Wednesday (Block A)", ("wednesday",), None),
        ("Tue (swimming)", ("tuesday",), None),
        ("Monday Week B (late start)", ("monday",), "B"),
        ("Wednesdav", ("wednesday",), None),
        ("A Mon", ("monday",), "A"),
        ("AMon", ("monday",), "A"),
        ("Mon one", ("monday",), "A"),
        ("TUE TWO", ("tuesday",), "B"),
        ("O - Mon", ("monday",), "A"),
        ("E - Fri", ("friday",), "B"),
        ("Mon/B", ("monday",), "B"),
        ("Montag gerade Woche", ("monday",), "B"),
        ("Wed wk 1", ("wednesday",), "A"),
        ("Thu C", ("thursday",), "C"),
        ("segunda e terça", ("monday", "tuesday"), None),
    ],
)
def test_lists_ranges_dates_and_weeks(text: str, days: tuple[str, ...], week: str | None) -> None:
    read = read_days(text)
    assert read is not None
    assert (read.days, read.week) == (days, week)


@pytest.mark.parametrize(
    ("text", "day", "cycle"),
    [
        ("DAY 6 | Monday", "monday", 6),
        ("Day 1 (Monday)", "monday", 1),
        ("DAY 3| Thursday", "thursday", 3),
        ("Tag 2 - Di", "tuesday", 2),
    ],
)
def test_a_cycle_s_day_beside_the_week_s(text: str, day: str, cycle: int) -> None:
    read = read_days(text)
    assert read is not None
    assert (read.days, read.cycle) == ((day,), cycle)


@pytest.mark.parametrize(("text", "number"), [("Mon 2", 2), ("Mon 12/5", None), ("Mon 2 May", None), ("Mon 14", None)])
def test_a_low_number_beside_a_day_is_kept_for_its_neighbours_to_tell(text: str, number: int | None) -> None:
    read = read_days(text)
    assert read is not None
    assert read.number == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A, Mon, Tue",
        "Monday one two",
        "Day 1",
        "Maths",
        "Monday assembly",
        "Market",
        "Free",
        "Art",
        "12:30",
        "Sunflower class",
        "Art (Monday)",
        "(Block A)",
        "M (Block A)",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert read_days(text) is None


def test_letters_are_left_open() -> None:
    assert letter_days("T") == ("tuesday", "thursday")
    assert letter_days("A") == ()
