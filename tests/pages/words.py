"""The words that pages are made of: English ones here, other languages in `words_abroad`."""

import random
from dataclasses import dataclass, field


def _list(text: str) -> tuple[str, ...]:
    return tuple(" ".join(each.split()) for each in text.split("|"))


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
    carpet|outdoors if dry|Unit 3|chapter 5|set 2|higher group|iPads|trip letter|indoor shoes"""),
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
)
