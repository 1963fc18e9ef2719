"""Words of many languages by what they are, for the model that tells a subject from a person, a place and a remark.

``vocabulary.txt`` has a section a language and kind, ``[subject cs]``; its words are parted by bars.
"""

from pathlib import Path

from tests.pages.words import FIRST_NAMES, TOPICS
from tests.pages.words_abroad import LANGUAGES

_FILE = Path(__file__).with_name("vocabulary.txt")


def drawn_words() -> set[str]:
    """What the drawn pages say, in lower case: the model that features are trained with must not know it."""
    found = {word.casefold() for word in (*FIRST_NAMES, *TOPICS)}
    for language in LANGUAGES.values():
        for words in (*language.subjects.values(), language.teachers, language.remarks, language.rooms):
            found |= {word.casefold() for word in words}
    return found


def words() -> dict[str, list[str]]:
    """All words by kind, persons apart."""
    found: dict[str, set[str]] = {"subject": set(), "room": set(), "note": set(TOPICS)}
    for section in _FILE.read_text().split("[")[1:]:
        heading, _, body = section.partition("]")
        found[heading.split()[0]] |= {" ".join(word.split()) for word in body.split("|")}
    for language in LANGUAGES.values():
        found["subject"].update(*language.subjects.values())
        found["room"] |= {room.replace("#", number) for room in language.rooms for number in ("4", "21", "103")}
        found["note"].update(language.remarks)
    return {kind: sorted(texts) for kind, texts in found.items()}
