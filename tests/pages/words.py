"""The words that pages are made of: English ones here, other languages in `words_abroad`."""

import random
import zlib
from dataclasses import dataclass, field, replace


def _list(text: str) -> tuple[str, ...]:
    return tuple(" ".join(each.split()) for each in text.split("|"))


_FEWEST = 2
"""Words of a kind that the test split has at least."""


@dataclass(frozen=True)
class Language:
    """What a page in one language says.

    Attributes:
        days: Monday to Saturday.
        short: sets of short forms.
        letters: single letters.
        labels: words for class, teacher, term, year, day, time, room, subject, period, timetable, notes, daily, week.
    """

    code: str
    days: tuple[str, ...]
    short: tuple[tuple[str, ...], ...]
    letters: tuple[str, ...]
    subjects: dict[str, tuple[str, ...]]
    breaks: tuple[str, ...]
    lunches: tuple[str, ...]
    mornings: tuple[str, ...]
    endings: tuple[str, ...]
    teachers: tuple[str, ...]
    titles: tuple[str, ...]
    classes: tuple[str, ...]
    terms: tuple[str, ...]
    schools: tuple[str, ...]
    rooms: tuple[str, ...]
    remarks: tuple[str, ...]
    notes: tuple[str, ...]
    labels: dict[str, str] = field(default_factory=dict)
    topics: tuple[str, ...] = ()

    def part(self, split: str) -> "Language":
        """The language with only those of its words that belong to a split, ``train`` or ``test``.

        A word's own letters decide, so that a word is in one split for ever and words added later move none.
        """

        def own(words: tuple[str, ...]) -> tuple[str, ...]:
            keys = {word: zlib.crc32(word.casefold().encode()) for word in words}
            tested = {word for word, key in keys.items() if key % 4 == 0}
            if len(tested) < _FEWEST:
                tested = set(sorted(words, key=keys.__getitem__)[:_FEWEST])
            return tuple(word for word in words if (word in tested) is (split == "test"))

        return replace(
            self,
            subjects={level: own(words) for level, words in self.subjects.items()},
            teachers=own(self.teachers),
            remarks=own(self.remarks),
            topics=own(self.topics),
        )

    def subject(self, rng: random.Random, level: str, naming: str = "plain") -> str:
        """A lesson's name.

        Args:
            naming: as of `week.Matter`.
        """
        name = rng.choice(self.subjects[level])
        if naming == "invented" and rng.random() < 0.7:
            return " ".join(invented(rng) for _ in range(rng.choices((1, 2, 3), (6, 4, 1))[0]))
        if naming == "short" and len(name) > 5:
            return name.split()[0][: rng.randint(3, 4)] + rng.choice(("", "", "."))
        if naming == "code":
            words = name.split()
            return ("".join(word[0] for word in words) if len(words) > 1 else name[: rng.randint(2, 3)]).upper()
        if naming == "course":
            return f"{''.join(word[0] for word in name.split())}{rng.choice('ABCDEIMST')}".upper()[:4] + (
                f"{rng.choice(('-', ' ', ''))}{rng.randint(100, 499)}" + ("" if rng.random() < 0.5 else f"\n{name}")
            )
        if naming == "long" and rng.random() < 0.7:
            other = rng.choice(self.subjects[level])
            if rng.random() < 0.6:
                name, other = name[0] + name[1:].lower(), other.lower()
            return rng.choice(COMPOUNDS.get(self.code, COMPOUNDS["en"])).format(name, other)
        if naming == "levels" and rng.random() < 0.5:
            return f"{name} {rng.choice(('I', 'II', '1', '2', '10', '(HL)', 'A', '3B'))}"
        return name

    def remark(self, rng: random.Random) -> str:
        """What is done, brought or meant: in brackets, as a phrase, as a topic with a capital."""
        kind = rng.random()
        if kind < 0.2:
            return f"({rng.choice(self.remarks)})"
        if kind < 0.3:
            day = f"{rng.randint(1, 28)}.{rng.randint(1, 12)}."
            word = rng.choice((self.labels["week"], self.labels["notes"], self.labels["class"]))
            return rng.choice(
                (f"{word}: {rng.choice('ABKPST')}{rng.randint(1, 12)}", day, f"{word} {day}", f"{day} - {day}")
            )
        text = rng.choice(self.topics or self.remarks) if kind < 0.6 else rng.choice(self.remarks)
        if kind > 0.85:
            text += f"{rng.choice((', ', ' and ', ' - ', '; '))}{rng.choice(self.remarks)}"
        return text[:1].upper() + text[1:] if rng.random() < 0.4 else text

    def teacher_as(self, rng: random.Random, form: str) -> str:
        """A teacher in one page's form.

        Args:
            form: ``titled`` (Mrs Okafor), ``initial`` (J. Okafor), ``surname``, ``code`` (OKA), ``full`` (Jane Okafor),
                ``last_first`` (Okafor J.), ``whole_last_first`` (Okafor Jane), ``first`` (Jane), ``degree``
                (Jane Okafor, PhD), ``mixed`` (OkJa), ``shortened`` (Oka), ``initial_code`` (J.OKA).
        """
        name = rng.choice(self.teachers)
        first = rng.choice(FIRST_NAMES)
        return {
            "initial": f"{first[0]}. {name}",
            "surname": name,
            "code": name.replace(" ", "")[: rng.choice((2, 3, 3, 4))].upper(),
            "full": f"{first} {name}",
            "last_first": f"{name} {first[0]}.",
            "whole_last_first": f"{name} {first}",
            "first": first,
            "degree": f"{first} {name}, {rng.choice(('S.Pd', 'M.Ed', 'PhD', 'S.Kom', 'M.Sc.', 'MA'))}",
            "mixed": f"{name[:2]}{first[:2]}",
            "shortened": name.replace(" ", "")[:3],
            "initial_code": f"{first[0]}.{name[:3].upper()}",
        }.get(form) or self.teacher(rng)

    def teacher(self, rng: random.Random) -> str:
        """Mrs Okafor, Frau Brandt, J. Whitfield."""
        name = rng.choice(self.teachers)
        if rng.random() < 0.2:
            return f"{rng.choice('ABCDEFGHJKLMNPRSTW')}. {name}"
        return f"{rng.choice(self.titles)} {name}"

    def room(self, rng: random.Random) -> str:
        """Room 12, Lab 3, B204."""
        if rng.random() < 0.4:
            return f"{rng.choice('ABCDEFGHKLMNPRSTW')}{rng.choice(('', '', '.', '-'))}{rng.randint(1, 312)}"
        if rng.random() < 0.3:
            letters, number = "".join(rng.choices("ABCDEGHKLMPRTV", k=rng.randint(1, 3))), rng.randint(1, 420)
            return rng.choice(
                (
                    f"{rng.randint(10, 412)}",
                    f"{rng.randint(0, 4)}.{rng.randint(10, 32)}",
                    f"{letters}-{number}",
                    f"{letters}{rng.randint(1, 20):02d}-{number}",
                    f"{letters} {number}{rng.choice('abAB')}",
                    f"{letters}{rng.randint(1, 40)} - {rng.randint(1, 9)}",
                    f"{rng.randint(1000, 4300)}.{rng.randint(0, 3):02d}.{number:03d}",
                    f"{rng.choice(('I', 'II', 'III', 'IV', 'V'))}{rng.choice('ABC')}",
                    f"{rng.choice(self.labels['room'])}{name_part(rng)}",
                )
            )
        return rng.choice(self.rooms).replace("#", str(rng.randint(1, 48)))

    def class_name(self, rng: random.Random) -> str:
        name = rng.choice(self.classes).replace("#", str(rng.randint(1, 11)))
        return name.replace("@", rng.choice("ABCDEHKLMR")).replace("&", rng.choice("ABCDJKMNPRSTW"))


PRIMARY = _list("""Maths|English|Phonics|Guided Reading|Handwriting|Spelling|Grammar|SPaG|Story Time|Science|History|
Geography|Art|Design and Technology|Computing|Music|PE|Swimming|PSHE|RE|French|Show and Tell|Golden Time|Library|
Circle Time|Forest School|Topic|Big Write|Mental Maths|Times Tables|Reading Comprehension|Singing Practice|RWI|
Choosing Time|Outdoor Play|Gardening|Cookery|Shared Reading|Number Bonds|Class Novel|Dance|Gymnastics|Drumming|
Philosophy|Recorder Group|Reading Buddies|Fine Motor Skills|Vocabulary|Problem Solving|Word Work|Writer's Workshop|
Calendar Math|Social Studies|Centers|Read Aloud|Science Lab|Typing Club|Maths Fluency|Fact Practice|Poetry""")
SECONDARY = _list("""Mathematics|Further Maths|English Literature|English Language|Biology|Chemistry|Physics|
Combined Science|History|Geography|Sociology|Psychology|Economics|Business Studies|Computer Science|ICT|Spanish|German|
French|Latin|Mandarin|Drama|Media Studies|Photography|Textiles|Food Technology|Graphics|Product Design|Resistant
Materials|Engineering|PE|Games|Core PE|Sports Science|Religious Studies|Ethics|Citizenship|PSHE|Careers|Tutor Time|
Study Hall|Homeroom|Algebra II|Geometry|Pre-Calculus|World History|Civics|Creative Writing|Journalism|Band|Choir|
Orchestra|Music Technology|Health|Driver Education|Statistics|Astronomy|Geology|Classics|Law|Film Studies|Dance|
Personal Finance|Enrichment|Debating|Robotics|Study Skills|Supervised Study|Politics""")
UNIVERSITY = _list("""Linear Algebra|Organic Chemistry|Microeconomics|Contract Law|Data Structures|Operating Systems|
Thermodynamics|Fluid Mechanics|Real Analysis|Macroeconomics|Databases|Computer Networks|Genetics|Cell Biology|
Modern Philosophy|Roman History|Research Methods|Signal Processing|Machine Learning|Topology|Number Theory|Pharmacology|
Anatomy|Neuroscience|Constitutional Law|Public Health|Urban Planning|Phonetics|Syntax|Semantics|Corporate Finance|
Marketing|Accounting|Game Theory|Econometrics|Soil Science|Hydrology|Structural Design|Compilers|Cryptography|
Quantum Mechanics|Optics|Materials Science|Control Systems|Immunology|Virology|Ecology|Art History|Museum Studies""")
SURNAMES = _list("""Okafor|Whitfield|Patel|Joyce|Hargreaves|Nowak|Byrne|Castellanos|Ahmed|Sutherland|Lindqvist|
Fairweather|Osei|Marchetti|Grant|Delaney|Kaur|Thornton|Ibrahim|Pemberton|Rossi|Adeyemi|McAllister|Huang|Fernandes|
Kowalczyk|Ashworth|Blackwood|Chaudhry|Donnelly|Eastwood|Farrow|Gallagher|Haddad|Ingram|Jankowski|Kingsley|Lockhart|
Mbeki|Nguyen|O'Connor|Prendergast|Quigley|Rahman|Stapleton|Tremblay|Underhill|Vasquez|Wetherby|Yilmaz|Zielinski|
Abernathy|Bancroft|Cavendish|Draper|Ellsworth|Fitzgerald|Goodwin|Hollis|Jessop|Kendrick|Langley|Mortimer|Norwood|
Oakley|Parrish|Radcliffe|Singh|Tolliver|Vaughan|Winslow""")

FIRST_NAMES = _list("""Jane|Anna|Tom|Lucas|Emma|Karl|Sofia|Marek|Pierre|Inês|Jan|Lotte|Ana|Hugo|Chiara|Paul|Maria|
David|Elena|Omar|Priya|Wei|Fatima|Noah""")
TOPICS = _list("""Fractions|The Romans|Persuasive letters|Volcanoes|Past tense|Watercolours|World War II|Spreadsheets|
Photosynthesis|Times tables|Chapter 5|Unit 3|Rivers|Forces|Poetry|Ball games|Relay races|The Tudors|Vectors|Mock exam|
Lab report|Group A|Group 2|Set 3|Top set|Lecture|Seminar|Tutorial|Practical|Online|Recorded|Exam hall|Year 8 only|
Boys|Girls|Mixed|Elective|Option block|Higher|Foundation|Support|Homework club|Recap|Quiz|Presentation""")
COMPOUNDS = {
    "en": (
        "{} and {}",
        "Introduction to {}",
        "Principles of {} and {}",
        "{} in practice",
        "History of {}",
        "{} for {}",
    ),
    "de": ("{} und {}", "Einführung in {}", "Grundlagen der {}", "Übung: {}", "{} für {}"),
    "fr": ("{} et {}", "Initiation à {}", "{} de {}", "TD {}", "Atelier de {}"),
    "es": ("{} y {}", "Fundamentos de {}", "{} en {}", "Introducción a la {}", "Taller de {} y {}"),
    "it": ("{} e {}", "Laboratorio di {}", "{} della {}", "Fondamenti di {}"),
    "pt": ("{} e {}", "Introdução à {}", "{} de {}", "Fundamentos da {}", "Laboratório de {}"),
    "nl": ("{} en {}", "Inleiding in de {}", "{} voor {}", "Project {}"),
    "pl": ("{} i {}", "Podstawy {}", "{} z elementami {}", "Wstęp do {}"),
}
"""Long names made of others, so that they are wrapped before small letters."""
_SYLLABLES = _list("""ba|co|da|fe|gi|lo|mu|ne|pa|qui|ra|si|tor|ul|ven|wa|xi|yo|zan|bri|cle|dro|fla|gro|plu|ster|mon|lis|
ket|nor""")


def name_part(rng: random.Random) -> str:
    """The second half of a room that is called after its subject."""
    return rng.choice(("Bio", "Che", "Inf", "Fy", "Mus", "v 2", "v1", " Lab 1"))


def invented(rng: random.Random) -> str:
    """A word of no language, so that nobody knows it."""
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 3))).capitalize()


ENGLISH = Language(
    "en",
    _list("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday"),
    (
        _list("Mon|Tue|Wed|Thu|Fri|Sat"),
        _list("Mon|Tues|Weds|Thurs|Fri|Sat"),
        _list("M|TU|W|TH|F|SA"),
        _list("Mo|Tu|We|Th|Fr|Sa"),
        _list("MON|TUE|WED|THU|FRI|SAT"),
        _list("Mon.|Tues.|Wed.|Thurs.|Fri.|Sat."),
    ),
    tuple("MTWTFS"),
    {"primary": PRIMARY, "secondary": SECONDARY, "university": UNIVERSITY},
    _list("Break|Morning Break|Recess|Playtime|Snack|Break Time|Snack Time|Nutrition Break"),
    _list("Lunch|Dinner|Lunch Break|Lunch Time|Lunch & Play"),
    _list("Registration|Register|Assembly|Form Time|Morning Meeting|Early Morning Work|Morning Challenge"),
    _list("Home Time|Pack Up|Story|Dismissal|Reflection"),
    SURNAMES,
    ("Mr", "Mrs", "Ms", "Miss", "Dr"),
    ("#@", "Year #", "Class #&", "#&@", "Grade #", "P#", "Oak Class", "Kestrels", "Room #", "K-#", "Willow", "#-&"),
    _list("Autumn 1|Autumn 2|Spring 1|Spring 2|Summer 1|Summer 2|Autumn|Spring|Summer|Fall|Term 1|Semester 2"),
    _list("""Riverside Primary School|St Brendan's Academy|Hilltop Elementary|Northfield High School|Elm Grove School|
    Whitmore College|Lakeview Middle School|Priory Lane Juniors|Ashdown Community School|Castle Street Infants|
    Bluebell Hill Primary|King Alfred's School|Cedar Ridge Elementary"""),
    _list("Room #|Rm #|Lab #|Hall|Gym|Studio #|ICT Suite|Library|Music Room|Field|Main Hall|Workshop #|LT#|Pool"),
    _list("""practical|bring kit|with TA|half class|group work|small groups|PPA cover|test|whiteboards|workbook|
    carpet|outdoors if dry|Unit 3|chapter 5|set 2|higher group|iPads|trip letter|indoor shoes|read chapter 4|
    bring a calculator|with Year 5|lab coats|first half only|every other week|swimming kit|shared with 7B|recorders|
    hand in homework|oral practice|cover lesson|in pairs|quiet work|laptops|40 min|online via Teams|until half term"""),
    _list("""Please bring water bottles every day.|PE kit stays in school all week.|Reading books are changed weekly.|
    This timetable may change during the term.|Homework is due at the end of the week.|Spare clothes in a named bag.|
    Version 3 - subject to change|Library books back on time, please.|Clubs are listed on the website."""),
    {
        "class": "Class",
        "teacher": "Teacher",
        "term": "Term",
        "year": "Year",
        "day": "Day",
        "time": "Time",
        "room": "Room",
        "subject": "Subject",
        "period": "Period",
        "timetable": "Timetable",
        "notes": "Notes",
        "daily": "Every day",
        "week": "Week",
    },
    TOPICS,
)
