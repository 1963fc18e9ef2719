"""The calendar of languages: CLDR's names, which of them are known where, and scripts."""

import pytest

from services.extractor.reading.lexicon.calendar import day_named, days_by_language, is_month, script_of
from services.extractor.reading.lexicon.wordfiles import plain
from shared.messages import DAYS
from tests.lexicon.__main__ import FILE, made


def test_the_file_is_what_cldr_says() -> None:
    assert FILE.read_text() == made()


@pytest.mark.parametrize(
    "row",
    [
        "Senin Selasa Rabu Kamis Jumat Sabtu Minggu",
        "Isnin Selasa Rabu Khamis Jumaat Sabtu Ahad",
        "Hétfő Kedd Szerda Csütörtök Péntek Szombat Vasárnap",
        "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
        "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
        "Ponedjeljak Utorak Srijeda Četvrtak Petak Subota Nedjelja",
        "Jumatatu Jumanne Jumatano Alhamisi Ijumaa Jumamosi Jumapili",
        "PONDĚLÍ ÚTERÝ STŘEDA ČTVRTEK PÁTEK SOBOTA NEDĚLE",
        "Luni Marți Miercuri Joi Vineri Sâmbătă Duminică",
        "Lunes Martes Miyerkules Huwebes Biyernes Sabado Linggo",
        "Δευτέρα Τρίτη Τετάρτη Πέμπτη Παρασκευή Σάββατο Κυριακή",
        "Понедельник Вторник Среда Четверг Пятница Суббота Воскресенье",
        "Понеділок Вівторок Середа Четвер П’ятниця Субота Неділя",
        "Pzt Sal Çar Per Cum Cmt Paz",
        "ma ti ke to pe la su",
        "Pr An Tr Kt Pn Št Sk",
    ],
)
def test_each_language_names_its_days(row: str) -> None:
    languages = [{language for language, _ in days_by_language(name)} for name in row.split()]
    (spoken, *_) = sorted(set.intersection(*languages))
    for name, day in zip(row.split(), DAYS, strict=True):
        assert dict(days_by_language(name))[spoken] == day, name


@pytest.mark.parametrize("text", ["Thứ Hai", "Th Hai", "THU HAI"])
def test_letters_that_the_recogniser_lacks_may_be_missing(text: str) -> None:
    assert day_named(text) == "monday"


@pytest.mark.parametrize("text", ["PE", "to", "La", "Joi", "Ma", "Sun Tzu", "Anna", "Juma", "Music", "Sport"])
def test_a_word_of_another_language_is_no_day_where_that_is_not_spoken(text: str) -> None:
    assert day_named(text) is None


def test_where_it_is_spoken_a_short_name_is_one() -> None:
    assert day_named("PE", ("fi",)) == "friday"
    assert day_named("pn", ("lt",)) == "friday"
    assert day_named("pn") == "monday"


def test_months_and_accents() -> None:
    assert is_month("märz")
    assert is_month("Září")
    assert not is_month("Maths")
    assert plain("Łódź Ćwiczenia-2") == "lodzcwiczenia2"


@pytest.mark.parametrize(("text", "script"), [("اليوم الأحد", "ARABIC"), ("Day 1", "LATIN"), ("12:30", None)])
def test_scripts(text: str, script: str | None) -> None:
    assert script_of(text) == script
