"""Whose week it is: teacher, class, term and year, from what is written around the table.

Three forms are read, in this order of trust: a key with its value ("Klasse: 9b | Lehrer: Hr. Brandt"), a title
("Timetable – Kestrels", "Mr Rossi's timetable"), and a text that is nothing but a class, a person, a term or a year.
"""

import re
from dataclasses import dataclass

from services.extractor.reading.lexicon.classes import ANYBODYS, MONTH, is_class
from services.extractor.reading.lexicon.words import is_person
from services.extractor.reading.model import Line, Rect

_KEYS = {
    "teacher": r"(?:class\s*|form\s*|home\s*room\s*|subject\s*)?(?:teacher|tutor|instructor)(?:'s\s*name|\s*name)?|"
    r"team\s*leader|advis[eo]r|staff|lecturer|(?:klassen)?lehrer(?:in|kraft)?|klassenleitung|(?:klassen)?leiter(?:in)?|enseignante?|ma[iî]tre(?:sse)?|"
    r"professeure?(?:\s*principale?)?|prof\.?|profesora?|maestr[oa]|tutora?|insegnante|coordinatrice|coordinatore|"
    r"docente|docent|leraar|lerares|leerkracht|mentor|professora?|diretora?\s*de\s*turma|klassenvorstand|kv|m[úu]inteoir|"
    r"nauczyciel(?:ka)?|wychowawc[az]y?ni?|wychowawca|name",
    "class_name": r"class(?:\s*name)?|form|group|tutor\s*group|grade|set|klasse|classe|clase|grupo|gruppe|turma|klas|"
    r"groep|klasa|oddzia[lł]|year\s*group|sezione|kelas|l[ớo]p|osztály|t[řr]ída|trieda|razred|luokka|sınıf|clasa|grupa|"
    r"section|batch|class\s*/\s*section",
    "term": r"term|half[\s-]*term|(?:schul)?halbjahr|semester|trimester|trimestre|semestre|quadrimestre|quarter|"
    r"bimestre|p[ée]riode|per[ií]odo|periodo|periode|blok|semestr|okres|evaluaci[oó]n",
    "year": r"(?:school\s*|academic\s*)?year|schuljahr|ann[ée]e(?:\s*scolaire)?|curso(?:\s*(?:escolar|acad[ée]mico))?|"
    r"a[ñn]o(?:\s*escolar)?|anno(?:\s*scolastico)?|a\.\s?s\.|ano(?:\s*letivo)?|(?:school)?jaar|schooljaar|"
    r"rok(?:\s*szkolny)?|session|jahr",
}
_OTHERS = r"room|school|date|week|raum|salle|sala|aula|lokaal|schule|[ée]cole|escuela|escola|scuola|szko[lł]a"
_ANY = "|".join(_KEYS.values())
_PAIR = re.compile(
    rf"(?<![^\W_])(?P<key>{_ANY})\s*[:=]\s*(?P<value>.+?)\s*(?=\s*[|;•·●]|(?<![^\W_])(?:{_ANY}|{_OTHERS})\s*[:=]|$)",
    re.IGNORECASE,
)
_NUMBERED_TERM = (
    r"term|semester|trimester|trimestre|semestre|quadrimestre|quarter|half[\s-]?term|halbjahr|p[ée]riode|per[ií]odo|"
    r"periodo|bimestre|blok|semestr|okres"
)
_SEASON = re.compile(
    r"(?<![^\W_])(?:"
    r"(?:autumn|spring|summer|winter|fall|michaelmas|hilary|trinity|lent|easter)(?:\s+half)?(?:\s*[-–]?\s*(?:term|semester))?"
    r"(?:\s*[1-6](?!\d))?(?:\s+term)?"
    rf"|(?:{_NUMBERED_TERM})\s*(?:[1-6](?!\d)|i{{1,3}}v?(?![^\W_])|iv(?![^\W_]))"
    rf"|(?:(?:[1-6]\s*(?:st|nd|rd|th|\.?\s?[ºª°]|\.|er|e|[èe]me|de|re))|i{{1,3}}|iv|first|second|third|fourth|erstes|zweites|"
    r"premier|deuxi[èe]me|troisi[èe]me|primer|segundo|tercer|primo|secondo|primeiro|terceiro|eerste|tweede|derde)"
    rf"\s+(?:{_NUMBERED_TERM})|(?:sommer|winter)(?:halbjahr|semester)|wintersemester|sommersemester"
    r")(?![^\W_])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?:\s?[/–-]\s?(?:20)?\d\d)?(?!\d)")
_SHORT_YEAR = re.compile(r"(?<![\d/.-])(2\d)\s?[/–-]\s?(2\d)(?![\d/.-])")
"""A school year without its century ("24/25"), if it is one."""
_TITLE = re.compile(
    r"(?:weekly\s+|lesson\s+|my\s+|our\s+)*(?:time\s*-?\s*table|schedule|our\s+week|week(?:ly)?\s+(?:at\s+a\s+glance|overview|plan)|"
    r"class\s+programme?|cl[áa]r\s+ama|stundenplan|wochenplan|horario|"
    r"hor[áa]rio|emploi\s+du\s+temps|orario(?:\s+(?:delle\s+lezioni|scolastico|settimanale))?|(?:les)?rooster|plan\s+lekcji|"
    r"planning)(?:\s+(?:escolar|semanal|de\s+clases|de\s+aulas|hebdomadaire|tygodnia))?",
    re.IGNORECASE,
)
_FILE = re.compile(r"\.(?:docx?|pdf|xlsx?|pptx?|png|jpe?g)\b|https?:|[a-z]\.[a-z]{2,}/\w", re.IGNORECASE)
"""A file's name or an address: a window's furniture, whatever else it says."""
_NO_NAME = re.compile(
    r"\b(?:school|academy|college|week|weekly|timetable|lessons?|final|version|draft|student|teacher|copy|\d{1,2}[./]\d|"
    r"monday|friday|term|semester|schule|gymnasium|[ée]cole|coll[èe]ge|lyc[ée]e|colegio|instituto|escola|scuola|liceo|szko[lł]a)\b",
    re.IGNORECASE,
)
_MENU_WORDS = "file edit home insert draw design layout references review view help format data tools extensions"
_MENU = frozenset(_MENU_WORDS.split())
"""Of a word processor's or a spreadsheet's window."""
_ITEMS = 4
"""How many of these make a window."""
_CELL = re.compile(r"[A-Z]{1,2}\d{1,3}")
_ARTICLES = re.compile(r"^(?:(?:for|of|f[üu]r|der|de|du|della|di|da|do|van|voor|dla|la)\s+)+", re.IGNORECASE)
_PARTS = re.compile(
    r"\s*[|;•·●★☆~]\s*|\s+[-–—]\s+|,\s+|\s{3,}"
    r"|\s+(?=(?:Mr|Mrs|Ms|Miss|Mx|Dr|Herr|Frau|Mme|M\.|Session|Term)\.?\s)(?<![&+]\s)(?<!and\s)"
)
"""What stands between the parts of a line around the table; a person follows a class without anything between."""
MAX_VALUE = 60
"""Characters; what is longer is a sentence, not a name."""
MAX_WORDS = 6
"""Of one or two persons' names."""
_FAR = 12.0
"""Text sizes from a key's box to its value, at most."""


@dataclass(slots=True)
class Meta:
    """What the page says about itself; null where it does not."""

    teacher: str | None = None
    class_name: str | None = None
    term: str | None = None
    year: int | None = None
    used: frozenset[int] = frozenset()


def read_meta(lines: list[Line], used: set[int], area: Rect | None) -> Meta:
    """Read the lines around the table.

    Args:
        lines: the page's text.
        used: ids of the OCR's lines the table is made of.
        area: the table; lines inside are never meant, and bare class names and people only above it (below and
            beside it, they belong to legends and notes).
    """
    meta = Meta()
    seen: set[int] = set()
    around = [
        line
        for line in lines
        if not used.issuperset(line.origins)
        and line.upright
        and not (area and area.contains(line.rect.cx, line.rect.cy))
        and not _FILE.search(line.text)
    ]
    around.sort(key=lambda line: (line.rect.cy, line.rect.cx))
    for line in around:
        for match in _PAIR.finditer(line.text):
            if _set(meta, match["key"], match["value"]):
                seen.add(line.id)
    above = [line for line in around if area is None or line.rect.cy < area.y0]
    for line in around:
        if (value := _value_of(line, around, alone=line in above)) and _set(meta, line.text.strip(" :"), value.text):
            seen |= {line.id, value.id}
    for line in above:
        if line.id not in seen and _title(meta, line.text):
            seen.add(line.id)
    menu = [line.rect.cy for line in above if line.text.strip().casefold() in _MENU]
    window = len(menu) >= _ITEMS
    for line in above:
        # The window's own texts name its user, and the cell that the cursor is in ("G9").
        if window and (line.rect.cy < max(menu) + line.size or _CELL.fullmatch(line.text.strip())):
            continue
        for part in _PARTS.split(line.text):
            if part and _bare(meta, part):
                seen.add(line.id)
    for line in [*above, *around]:
        if _term_and_year(meta, line.text):
            seen.add(line.id)
    meta.used = frozenset(seen)
    return meta


def _value_of(line: Line, around: list[Line], *, alone: bool) -> Line | None:
    """What a key that stands in a box of its own ("Teacher:", above the table without its colon) has beside it."""
    text = line.text.strip()
    if not re.fullmatch(rf"(?:{_ANY})\s*:", text, re.IGNORECASE) and not (
        alone and re.fullmatch(rf"(?:{_ANY})", text, re.IGNORECASE)
    ):
        return None
    rect = line.rect
    beside = [other for other in around if 0 < other.rect.x0 - rect.x1 < _FAR * line.size and line.beside(other)]
    value = min(beside, key=lambda other: other.rect.x0, default=None)
    if value is None:
        return None
    return None if ":" in value.text or re.fullmatch(_ANY, value.text.strip(), re.IGNORECASE) else value


def _set(meta: Meta, key: str, value: str) -> bool:
    value = value.strip(" .,;|-–—•·★☆")
    if not value or len(value) > MAX_VALUE:
        return False
    name = next(name for name, pattern in _KEYS.items() if re.fullmatch(pattern, key, re.IGNORECASE))
    year = _YEAR.search(value)
    if name == "class_name" and is_person(value):
        name = "teacher"  # of "Diretora de turma: Prof. ..." the OCR may have lost the first word
    if name == "year":
        if year:
            meta.year = meta.year or int(year[1])
        elif meta.class_name is None and re.fullmatch(r"\d{1,2}\s?[A-Za-z]{0,2}", value):
            meta.class_name = f"{key.strip()} {value}"
        return True
    if name == "term" and year:
        meta.year = meta.year or int(year[1])
    if value and getattr(meta, name) is None:
        setattr(meta, name, _spaced(value) if name == "term" else value.replace("°", "º"))
    return True


def _spaced(term: str) -> str:
    """The OCR drops the blank before a number now and then ("Autumn1"), and takes an ordinal's sign for a degree's."""
    return re.sub(r"(?<=[a-z])(?=\d)", " ", term).replace("°", "º")


def _title(meta: Meta, text: str) -> bool:
    """A line with the word for a timetable in it: what else it says is whose."""
    match = _TITLE.search(text)
    if match is None:
        return False
    rest = [text[: match.start()], text[match.end() :]]
    for part in (piece for side in rest for piece in re.split(r"\s*[|•·:()★☆]\s*|\s+[-–—]\s*|^[-–—]\s*", side)):
        who = _SHORT_YEAR.sub("", _YEAR.sub("", part)).strip(" -–—:,.()")
        who = _ARTICLES.sub("", who)
        if not who or len(who) > MAX_VALUE or set(who.casefold().split()) <= ANYBODYS or _SEASON.fullmatch(who):
            continue
        if not _bare(meta, who) and len(who.split()) <= 3 and not _NO_NAME.search(who) and who[0].isupper():
            meta.class_name = meta.class_name or who
    return True


def _bare(meta: Meta, text: str) -> bool:
    """A text that is nothing but a class or a person, or the one's and the other's name."""
    text = text.strip(" .:,")
    who = re.sub(r"['’]s?$", "", re.sub(r"(?<=\w)\s+class$|(?<=['’]s)\s+class$", "", text, flags=re.IGNORECASE))
    for name in (who, text):
        if is_class(name):
            meta.class_name = meta.class_name or name.replace("°", "º")
            return True
    if is_person(who) and len(re.split(r"\s*[&,]\s*|\s+and\s+|\s+", who)) <= MAX_WORDS:
        meta.teacher = meta.teacher or who
        return True
    return False


def _term_and_year(meta: Meta, text: str) -> bool:
    used = False
    if (season := _SEASON.search(text)) and meta.term is None and len(text) <= 2 * MAX_VALUE:
        meta.term = _spaced(season.group().strip(" ,"))
        used = True
    if (year := _YEAR.search(text)) and meta.year is None:
        meta.year = int(year[1])
        used = True
    short = _SHORT_YEAR.search(text)
    if short and meta.year is None and int(short[2]) == int(short[1]) + 1 and not MONTH.search(text):
        meta.year = 2000 + int(short[1])
        used = True
    return used
