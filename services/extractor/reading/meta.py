"""Whose week it is: teacher, class, term and year, from what is written around the table.

Three forms are read, in this order of trust: a key with its value ("Klasse: 9b | Lehrer: Hr. Brandt"), a title
("Timetable – Kestrels", "Mr Rossi's timetable"), and a text that is nothing but a class, a person, a term or a year.
"""

import re
from dataclasses import dataclass

from services.extractor.reading.model import Line, Rect
from services.extractor.reading.words import is_person

_KEYS = {
    "teacher": r"(?:class\s*|form\s*|home\s*room\s*|subject\s*)?(?:teacher|tutor|instructor)(?:'s\s*name|\s*name)?|"
    r"staff|lecturer|(?:klassen)?lehrer(?:in|kraft)?|klassenleitung|(?:klassen)?leiter(?:in)?|enseignante?|ma[iî]tre(?:sse)?|"
    r"professeure?(?:\s*principale?)?|prof\.?|profesora?|maestr[oa]|tutora?|insegnante|coordinatrice|coordinatore|"
    r"docente|docent|leraar|lerares|leerkracht|mentor|professora?|nauczyciel(?:ka)?|wychowawc[az]y?ni?|wychowawca|name",
    "class_name": r"class(?:\s*name)?|form|group|tutor\s*group|grade|set|klasse|classe|clase|grupo|gruppe|turma|klas|"
    r"groep|klasa|oddzia[lł]|year\s*group|sezione",
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
    rf"|(?:(?:[1-6]\s*(?:st|nd|rd|th|\.|º|ª|°|er|e|[èe]me|de|re))|i{{1,3}}|iv|first|second|third|fourth|erstes|zweites|"
    r"premier|deuxi[èe]me|troisi[èe]me|primer|segundo|tercer|primo|secondo|primeiro|terceiro|eerste|tweede|derde)"
    rf"\s+(?:{_NUMBERED_TERM})|(?:sommer|winter)(?:halbjahr|semester)|wintersemester|sommersemester"
    r")(?![^\W_])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?:\s?[/–-]\s?(?:20)?\d\d)?(?!\d)")
_TITLE = re.compile(
    r"(?:weekly\s+|lesson\s+|my\s+|our\s+)*(?:time\s*-?\s*table|schedule|stundenplan|wochenplan|horario|"
    r"hor[áa]rio|emploi\s+du\s+temps|orario(?:\s+(?:delle\s+lezioni|scolastico|settimanale))?|(?:les)?rooster|plan\s+lekcji|"
    r"planning)(?:\s+(?:escolar|semanal|de\s+clases|de\s+aulas|hebdomadaire|tygodnia))?",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"^(?:(?:year|class|form|grade|reception|nursery|kindergarten|klasse|klas|klasa|classe|clase|turma|grupo|groep|room|set)"
    r"\s*\d{0,2}\s?[-.]?\s?[a-z]{0,3}\d?"
    r"|(?:[a-z]\s?-?)?\d{1,2}(?:\s?(?:[ºª°]|er|[èe]me|e|nde|de|st|nd|rd|th)(?![a-z]))?\s?[-.]?\s?[a-z]{0,2}\d?"
    r"|[a-z]{1,2}-?\d{1,2}[a-z]?|\w+\s+class)$",
    re.IGNORECASE,
)
_NO_NAME = re.compile(
    r"\b(?:school|academy|college|week|weekly|timetable|lessons?|final|version|draft|student|teacher|copy|\d{1,2}[./]\d|"
    r"monday|friday|term|semester|schule|gymnasium|[ée]cole|coll[èe]ge|lyc[ée]e|colegio|instituto|escola|scuola|liceo|szko[lł]a)\b"
    r"|\.(?:docx?|pdf|xlsx?|png|jpe?g)\b",
    re.IGNORECASE,
)
MAX_VALUE = 60
"""Characters; what is longer is a sentence, not a name."""


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
        used: ids of the lines the table is made of.
        area: the table; lines inside are never meant, and bare class names and people only above it (below and
            beside it, they belong to legends and notes).
    """
    meta = Meta()
    seen: set[int] = set()
    around = [
        line
        for line in lines
        if line.id not in used and line.upright and not (area and area.contains(line.rect.cx, line.rect.cy))
    ]
    around.sort(key=lambda line: (line.rect.cy, line.rect.cx))
    for line in around:
        for match in _PAIR.finditer(line.text):
            if _set(meta, match["key"], match["value"]):
                seen.add(line.id)
    above = [line for line in around if area is None or line.rect.cy < area.y0]
    for line in above:
        if _title(meta, line.text):
            seen.add(line.id)
    for line in above:
        for part in re.split(r"\s*[|;•·●]\s*|\s+[-–—]\s+|,\s+|\s{3,}", line.text):
            if part and _bare(meta, part):
                seen.add(line.id)
    for line in [*above, *around]:
        if _term_and_year(meta, line.text):
            seen.add(line.id)
    meta.used = frozenset(seen)
    return meta


def _set(meta: Meta, key: str, value: str) -> bool:
    value = value.strip(" .,;|-–—•·")
    if not value or len(value) > MAX_VALUE:
        return False
    name = next(name for name, pattern in _KEYS.items() if re.fullmatch(pattern, key, re.IGNORECASE))
    year = _YEAR.search(value)
    if name == "year":
        if year:
            meta.year = meta.year or int(year[1])
        elif meta.class_name is None and re.fullmatch(r"\d{1,2}\s?[A-Za-z]{0,2}", value):
            meta.class_name = f"{key.strip()} {value}"
        return True
    if name == "term" and year:
        meta.year = meta.year or int(year[1])
    if value and getattr(meta, name) is None:
        setattr(meta, name, _spaced(value) if name == "term" else value)
    return True


def _spaced(term: str) -> str:
    """The OCR drops the blank before a number now and then ("Autumn1")."""
    return re.sub(r"(?<=[a-z])(?=\d)", " ", term)


def _title(meta: Meta, text: str) -> bool:
    """A line with the word for a timetable in it: what else it says is whose."""
    match = _TITLE.search(text)
    if match is None:
        return False
    rest = [text[: match.start()], text[match.end() :]]
    for part in (piece for side in rest for piece in re.split(r"\s*[|•·:,()]\s*|\s+[-–—]\s*|^[-–—]\s*", side)):
        who = re.sub(r"['’]s?$", "", _YEAR.sub("", part).strip(" -–—:,.()"))
        who = re.sub(r"^(?:for|of|f[üu]r|der|de|du|della|di|da|do|van|voor|dla)\s+", "", who, flags=re.IGNORECASE)
        if not who or len(who) > MAX_VALUE or who.casefold() in ("my", "our", "the", "weekly", "class", "daily"):
            continue
        if is_person(who):
            meta.teacher = meta.teacher or who
        elif _SEASON.fullmatch(who):
            continue
        elif _CLASS.match(who) or (len(who.split()) <= 3 and not _NO_NAME.search(who) and who[0].isupper()):
            meta.class_name = meta.class_name or who
    return True


def _bare(meta: Meta, text: str) -> bool:
    """A text that is nothing but a class or a person."""
    text = text.strip(" .:")
    if _CLASS.match(text) and re.search(r"[^\W\d_]", text) and len(text.split()) <= 3:
        meta.class_name = meta.class_name or text
        return True
    who = re.sub(r"['’]s(?:\s+class)?$", "", text)
    if is_person(who) and len(who.split()) <= 4:
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
    return used
