"""``python -m tests.lexicon``: writes the reader's file of day and month names anew, from the CLDR that Babel brings.

A line a language: those written in Latin, Greek or Cyrillic letters that are official somewhere or the first language
of a twentieth of some territory.
"""

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

from babel import Locale, localedata
from babel.core import get_global

from services.extractor.reading.lexicon.calendar import SCRIPTS

FILE = Path(__file__).parents[2] / "services/extractor/reading/lexicon/data/calendar.json"

_SPOKEN = 5
"""Percent of a territory's people."""
_LEFT_OUT = ("haw",)
"""Whose short names ("P1" to "P6") are periods elsewhere."""
_WIDTHS = {"full": ("wide",), "short": ("abbreviated", "short"), "letter": ("narrow",)}


def languages() -> list[str]:
    """Locales of whole languages, by name."""
    known: set[str] = set()
    for spoken in get_global("territory_languages").values():
        for name, about in spoken.items():
            if about.get("official_status") or about["population_percent"] >= _SPOKEN:
                known.add(name.split("_")[0])
    names = [name.split("_") for name in sorted(localedata.locale_identifiers())]
    return [
        "_".join(name)
        for name in names
        if name[0] in known.difference(_LEFT_OUT) and "_".join(name[1:]) in ("", "Latn", "Cyrl")
    ]


def calendar(name: str) -> dict[str, list[list[str]]]:
    """A language's names of the days by width, Monday first, and of the months."""
    locale = Locale.parse(name)

    def named(table: Any, at: int, widths: tuple[str, ...]) -> list[str]:
        return list(dict.fromkeys(table[use][width][at] for use in ("stand-alone", "format") for width in widths))

    days = {kind: [named(locale.days, day, widths) for day in range(7)] for kind, widths in _WIDTHS.items()}
    return days | {"months": [named(locale.months, month, ("wide", "abbreviated")) for month in range(1, 13)]}


def known_script(names: list[list[str]]) -> bool:
    # An apostrophe that is a letter ("пʼятниця") is of no script.
    letters = [letter for day in names for name in day for letter in name if unicodedata.category(letter)[0] == "L"]
    letters = [letter for letter in letters if unicodedata.category(letter) != "Lm"]
    return all(unicodedata.name(letter, "").startswith(SCRIPTS) for letter in letters)


def made() -> str:
    """The file's text."""
    found = {name: calendar(name) for name in languages()}
    english = found["en"]["full"]
    kept: dict[str, dict[str, list[list[str]]]] = {}
    for name, each in found.items():
        named = each["full"] != english or name == "en"
        # CLDR's own fallback: a language whose names nobody has given yet.
        if named and each["full"][0] != ["Mon"] and known_script(each["full"]) and each not in kept.values():
            kept[name] = each
    lines = [f"{json.dumps(name)}: {json.dumps(each, ensure_ascii=False)}" for name, each in sorted(kept.items())]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(made())
    sys.stdout.write(f"{FILE}, {FILE.stat().st_size // 1000} kB\n")
