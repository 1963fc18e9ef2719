"""Words that tell what a piece of text in a cell is: a room, a person, a break, nothing at all."""

import re
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.wordfiles import load, pattern, plain

_WORDS = load("words")
_TITLES = rf"(?:{pattern(_WORDS['titles'])})"
_TITLE_ALONE = re.compile(rf"^(?:{pattern(_WORDS['alone'])})\.?$")
_PERSON = re.compile(rf"^{_TITLES}\.?\s+\S.*$", re.IGNORECASE)
# The OCR drops the blank behind a short title now and then ("DrWinslow").
_GLUED_TITLE = re.compile(rf"^(?:{pattern(_WORDS['glued'])})\.?[A-ZÄÖÜÉŁŚŻ][a-zß-ÿł]{{2,}}(?:[-’'][A-Z][a-z]+)?$")
# "A. Fitzgerald", "J.-P. Martin": an initial with its stop and a surname, nothing else.
_INITIALED = re.compile(
    r"^(?:[^\W\d_]\.[\s-]?){1,3}\s*[^\W\d_a-z][^\W\d_]+(?:['’-][^\W\d_]+)*(?:\s[^\W\d_a-z][^\W\d_]+)?$"
)
# "LEROY C.", as French schools' programs print it, all in capitals.
_SURNAME_FIRST = re.compile(r"^[^\W\d_][^\d_.,/()&+]+\s(?:[^\W\d_]\.[\s-]?)+$")
_ROOM_WORDS = pattern(_WORDS["rooms"])
_FOREIGN_ROOMS = pattern(_WORDS["rooms abroad"])
_NUMBER = r"(?:\s*(?:no\.?\s*|nr\.?\s*)?[\w.-]{0,2}\d[\w.-]{0,3}|\s+[A-Z]|)"
# Abbreviations that are a person's initial unless a number follows ("Sofia R.").
_NUMBERED_ROOMS = rf"(?:{pattern(_WORDS['rooms by number'])})\.\s*(?:nr\.?\s*)?[A-Z]?\d[\w.-]{{0,3}}"
_ROOM = re.compile(
    rf"^(?:(?:(?:[\w.]+\s+)?(?:{_ROOM_WORDS})|(?:{_FOREIGN_ROOMS}))\.?{_NUMBER}|{_NUMBERED_ROOMS})$", re.IGNORECASE
)
_CODE = re.compile(r"^(?:(?:[A-Z]{1,3}[\s.-]?|[A-Z][a-z]{1,2})\d{1,3}(?:[.-]\d{1,3})?[A-Za-z]?|\d{2,3}[A-Za-z]?)$")
_GROUPS = pattern(_WORDS["groups"])
_HEADS_OF_GROUPS = frozenset(map(plain, (*_WORDS["groups"], *_WORDS["classes"])))
_OF_GROUP = re.compile(rf"^(?:(?:{_GROUPS})\b\.?\s?(?:[-–]\s)?[\dA-D]\b|\d\s?\.\s?(?:{_GROUPS})\b)", re.IGNORECASE)
# "II" is a course's number ("Algebra II").
_INITIALS = re.compile(r"^(?!(?:I{2,3}|IV|VI{0,3})$)[A-Z]{2,4}(?:\s?/\s?[A-Z]{2,4})*$")
_KEY = re.compile(r"^[^\W\d_]{1,4}\.? ?= ?[^\W\d_]")
_PARTS = re.compile(rf"[,;|]|\s[-–—]\s|\s(?={_TITLES}\.?\s)", re.IGNORECASE)
_NAMED_WITH = re.compile(rf"\s(?={_TITLES}\.?\s+(?-i:[^\W\d_a-zß-ÿ]))", re.IGNORECASE)
_KEYED = re.compile(
    rf"^(?:(?P<teacher>{pattern(_WORDS['teacher keys'])})|{_ROOM_WORDS}|{_FOREIGN_ROOMS})\s*:\s*(?P<value>\S.*)$",
    re.IGNORECASE,
)
"""A note that says what it is ("Prof: Lindqvist", "Salle: A502")."""
_EMPTY = re.compile(r"[^\W\d_]{1,4}\s?\d{1,2}\s?:")
_LINE_KEY = re.compile(r"^(?P<key>[^\W\d_][^\d:;,()]{1,22}?)\s?:(?P<value>.*)$")
_SUBJECT_KEYS = frozenset(map(plain, _WORDS["subject keys"]))
_LONG_KEY = 5
"""Letters of a key of which the text recognition may have misread one ("Modut: Algebra")."""
_FREE = {plain(word) for word in _WORDS["free"]} | {""}
_WEEKLY = re.compile(rf"\b(?:{pattern(_WORDS['weekly'])})\b", re.IGNORECASE)
SUBJECTS = frozenset(_WORDS["subjects"])
PHRASES = frozenset(_WORDS["names of two"])
"""Names of two words that are wrapped between them."""


def is_person(text: str) -> bool:
    """Whether `text` is a name with a title or an initial ("Mr Rossi", "A. Fitzgerald", "LEROY C.")."""
    text = text.strip()
    # "W.I.N. Time" has initials, and is nobody's name.
    if _INITIALED.match(text):
        return text.split()[-1].casefold() not in SUBJECTS
    titled = _PERSON.match(text) or _GLUED_TITLE.match(text)
    return bool(titled or (text.isupper() and _SURNAME_FIRST.match(text)))


def before_person(text: str) -> tuple[str, str] | None:
    """What stands before the first person with a title, and that one with what follows; null where there is none."""
    found = _NAMED_WITH.search(text)
    return (text[: found.start()], text[found.end() :]) if found else None


def is_title(text: str) -> bool:
    """Whether `text` is nothing but the title of somebody whose name stands on the next line ("Dr", "Miss")."""
    return bool(_TITLE_ALONE.match(text.strip()))


def is_room(text: str) -> bool:
    """Whether `text` names a room ("Lab 2", "R204", "B1.07", "IT Suite", "Hall")."""
    return bool(_ROOM.match(text.strip()) or _CODE.match(text.strip()))


def heads_groups(text: str) -> bool:
    """Whether a head says that groups or classes stand below it ("Batch", "Class", "Section No")."""
    return any(plain(word) in _HEADS_OF_GROUPS for word in text.split())


def is_keyed(text: str) -> bool:
    """Whether `text` says itself whose or where a lesson is ("Prof: Lindqvist", "Aula:S6")."""
    return bool(_KEYED.match(text.strip()))


def is_code(text: str) -> bool:
    """Whether `text` is a room's code ("R204", "Mu1", "112")."""
    return bool(_CODE.match(text))


def is_initials(text: str) -> bool:
    """Whether `text` is a person's initials as timetables print them ("TBY", "KJO/ALE")."""
    return bool(_INITIALS.match(text.strip()))


def is_free(text: str) -> bool:
    """Whether a cell with this text holds no lesson: a word that says so, or a label with nothing behind it ("P3:")."""
    return plain(text) in _FREE or bool(_EMPTY.fullmatch(text.strip()))


def is_key(text: str) -> bool:
    """Whether `text` explains codes ("Ln = Dr Vaughan   Bt = Mrs Yilmaz"); one of times is a legend, and is none."""
    return bool(_KEY.match(text)) and not find_times(text)


def has_key(text: str) -> bool:
    """Whether a line of a cell says itself what it is ("Room: B12")."""
    return bool(_LINE_KEY.match(text))


def subject_of(text: str) -> str | None:
    """What a line says that begins with a word for the lesson ("Module: Algebra"); null where none begins it."""
    match = _LINE_KEY.match(text)
    if match is None:
        return None
    key = plain(match["key"])
    near = len(key) >= _LONG_KEY and any(Levenshtein.distance(key, word, score_cutoff=1) <= 1 for word in _SUBJECT_KEYS)
    return match["value"].strip() if key in _SUBJECT_KEYS or near else None


def is_weekly(text: str) -> bool:
    """Whether this is something that usually holds for every day, such as a break."""
    return bool(_WEEKLY.search(text))


def is_aside(text: str) -> bool:
    """Whether `text` is a note rather than a name: in brackets, a person, a room, or both ("Lab 2 Dr Singh")."""
    text = text.strip()
    if is_bracketed(text) or is_person(text) or is_room(text) or _OF_GROUP.match(text):
        return True
    words = text.split()
    for cut in range(1, min(len(words), 5)):
        one, other = " ".join(words[:cut]), " ".join(words[cut:])
        if (is_room(one) and (is_person(other) or is_initials(other))) or (is_initials(one) and is_room(other)):
            return True
    return False


def is_group(text: str) -> bool:
    """Whether `text` begins with a part of the class that a lesson is for ("group 1", "gr. B")."""
    return bool(_OF_GROUP.match(text.strip()))


def is_bracketed(text: str) -> bool:
    return text.startswith(("(", "[")) and text.endswith((")", "]"))


def people_and_rooms(notes: Sequence[tuple[str, str]]) -> tuple[str | None, str | None]:
    """The persons and the rooms among a cell's notes ("Lab 2 Dr Singh" holds both).

    Args:
        notes: what each was taken for, "teacher", "room" or anything else, and its text.

    Returns:
        Teacher, room.
    """
    found: dict[str, list[str]] = {"teacher": [], "room": []}
    for role, note in notes:
        parts = [part for each in _PARTS.split(note.strip("()[] ")) if (part := each.strip("()[] "))]
        for part in parts:
            # A bare code may be a group's or a course's as well: what the line was taken for decides.
            worded = is_room(part) and not (role == "note" and part == note and is_code(part))
            if match := _KEYED.match(part):
                found["teacher" if match["teacher"] else "room"].append(match["value"])
            elif is_person(part):
                found["teacher"].append(part)
            elif role in found and not (worded and len(parts) > 1):
                found[role].append(part)
            elif worded:
                found["room"].append(part)
    return ", ".join(found["teacher"]) or None, ", ".join(found["room"]) or None
