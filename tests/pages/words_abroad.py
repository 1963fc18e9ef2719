"""German, French, Spanish, Italian, Portuguese, Dutch and Polish pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from tests.pages.words import ENGLISH, Language, _list

_KEYS = ("class", "teacher", "term", "year", "day", "time", "room", "subject", "period", "timetable", "notes", "daily")


def _labels(text: str, week: str) -> dict[str, str]:
    return dict(zip(_KEYS, _list(text), strict=True)) | {"week": week}


def _language(
    code: str,
    *,
    days: str,
    short: tuple[str, ...],
    letters: str,
    subjects: str,
    breaks: str,
    lunches: str,
    mornings: str,
    endings: str,
    teachers: str,
    titles: str,
    classes: str,
    terms: str,
    schools: str,
    rooms: str,
    remarks: str,
    notes: str,
    labels: str,
    week: str,
) -> Language:
    known = _list(subjects)
    return Language(
        code=code,
        days=_list(days),
        short=tuple(map(_list, short)),
        letters=_list(letters),
        subjects={"primary": known, "secondary": known, "university": known},
        breaks=_list(breaks),
        lunches=_list(lunches),
        mornings=_list(mornings),
        endings=_list(endings),
        teachers=_list(teachers),
        titles=_list(titles),
        classes=_list(classes),
        terms=_list(terms),
        schools=_list(schools),
        rooms=_list(rooms),
        remarks=_list(remarks),
        notes=_list(notes),
        labels=_labels(labels, week),
    )


GERMAN = _language(
    "de",
    days="Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag",
    short=("Mo|Di|Mi|Do|Fr|Sa", "Mo.|Di.|Mi.|Do.|Fr.|Sa.", "MO|DI|MI|DO|FR|SA"),
    letters="M|D|M|D|F|S",
    subjects="""Deutsch|Mathematik|Mathe|Englisch|Französisch|Latein|Sachkunde|Sachunterricht|Heimatkunde|Biologie|Chemie|
    Physik|Geschichte|Erdkunde|Geographie|Sozialkunde|Politik|Wirtschaft|Religion|Ethik|Kunst|Musik|Sport|Schwimmen|
    Werken|Textiles Gestalten|Informatik|Förderunterricht|Klassenrat|Lesestunde|Chor|Theater-AG|Hauswirtschaft|
    Verkehrserziehung|Schach-AG|Wochenplan|Freiarbeit|Philosophie|Spanisch|Technik|Naturwissenschaften|Lernzeit""",
    breaks="Pause|Hofpause|Frühstückspause|Grosse Pause",
    lunches="Mittagspause|Mittagessen|Mittag",
    mornings="Morgenkreis|Ankommen|Klassenleiterstunde|Begrüssung|Frühbetreuung",
    endings="Hausaufgaben|Betreuung|Abschlusskreis",
    teachers="Brandt|Hoffmann|Schäfer|Köhler|Wagner|Özdemir|Krüger|Lehmann|Vogel|Yildiz|Neumann|Böhm|Sommer|Huber|Lorenz",
    titles="Herr|Frau|Fr.|Hr.",
    classes="#a|#b|#c|Klasse #@|#/&|Igelklasse",
    terms="1. Halbjahr|2. Halbjahr|Wintersemester|Sommersemester",
    schools="Grundschule am Stadtpark|Goethe-Gymnasium|Realschule Süd|Albert-Schweitzer-Schule|Gymnasium Lindenhof",
    rooms="Raum #|R #|Turnhalle|Aula|Musikraum|Werkraum|PC-Raum|Sporthalle",
    remarks="14-tägig|Teilung|mit Frau Böhm|Sportzeug|Gruppe 1|im Wechsel|Heft",
    notes="Sportzeug bitte mitbringen.|Änderungen vorbehalten.|Gültig ab September.|Der Hort öffnet früh.",
    labels="Klasse|Lehrer|Halbjahr|Schuljahr|Tag|Zeit|Raum|Fach|Stunde|Stundenplan|Hinweise|Täglich",
    week="Woche",
)
FRENCH = _language(
    "fr",
    days="Lundi|Mardi|Mercredi|Jeudi|Vendredi|Samedi",
    short=("Lun|Mar|Mer|Jeu|Ven|Sam", "Lun.|Mar.|Mer.|Jeu.|Ven.|Sam.", "LUN|MAR|MER|JEU|VEN|SAM"),
    letters="L|M|M|J|V|S",
    subjects="""Français|Mathématiques|Anglais|Espagnol|Allemand|Latin|Histoire-Géo|Géographie|Sciences|SVT|
    Physique-Chimie|Technologie|EPS|Arts plastiques|Éducation musicale|Musique|Lecture|Dictée|Écriture|Calcul mental|
    Grammaire|Conjugaison|Vocabulaire|Poésie|Éducation civique|Bibliothèque|Piscine|Chorale|Questionner le monde|
    Philosophie|Économie|Vie de classe|Accompagnement personnalisé|Soutien|Informatique|Orthographe|Théâtre""",
    breaks="Récréation|Pause|Récré|Goûter",
    lunches="Déjeuner|Pause déjeuner|Cantine|Repas",
    mornings="Accueil|Rituels|Appel|Regroupement",
    endings="Bilan|Devoirs|Étude|Garderie",
    teachers="Dubois|Lefèvre|Moreau|Girard|Bonnet|Benali|Faure|Mercier|Chevalier|Leroy|Traoré|Gauthier|Renaud|Marchand",
    titles="M.|Mme|Mlle|Mme",
    classes="CP|CE1|CE2|CM1|CM2|6e @|5e #|4e @|3e &|2nde #|Classe de CM1",
    terms="Trimestre 1|Trimestre 2|Semestre 1|1er trimestre",
    schools="École Jules Ferry|Collège Victor Hugo|Lycée Camille Claudel|École primaire des Tilleuls",
    rooms="Salle #|S. #|Gymnase|Labo #|CDI|Amphi #|Préau",
    remarks="groupe A|demi-groupe|avec Mme Faure|tenue de sport|en alternance|cahier|projet",
    notes="Merci d'apporter les affaires de sport.|Emploi du temps susceptible de changer.|Sortie par le portail vert.",
    labels="Classe|Enseignant|Période|Année|Jour|Heure|Salle|Matière|Cours|Emploi du temps|Remarques|Tous les jours",
    week="Semaine",
)
SPANISH = _language(
    "es",
    days="Lunes|Martes|Miércoles|Jueves|Viernes|Sábado",
    short=("Lun|Mar|Mié|Jue|Vie|Sáb", "LUN|MAR|MIÉ|JUE|VIE|SÁB", "Lu|Ma|Mi|Ju|Vi|Sá"),
    letters="L|M|X|J|V|S",
    subjects="""Lengua|Matemáticas|Inglés|Francés|Ciencias Naturales|Ciencias Sociales|Educación Física|Música|Plástica|
    Religión|Valores|Geografía e Historia|Biología|Física y Química|Tecnología|Informática|Filosofía|Economía|Latín|
    Tutoría|Lectura|Refuerzo|Dibujo Técnico|Literatura|Robótica|Educación Artística|Taller de lectura|Natación|
    Cultura Clásica|Proyecto|Ortografía|Conocimiento del Medio|Catalán|Teatro|Ajedrez|Atención educativa""",
    breaks="Recreo|Descanso|Patio|Almuerzo",
    lunches="Comida|Comedor|Hora de comer",
    mornings="Asamblea|Entrada|Buenos días|Acogida",
    endings="Salida|Extraescolares|Deberes",
    teachers="García|Fernández|Muñoz|Ibáñez|Romero|Castaño|Navarro|Ortega|Peña|Serrano|Vidal|Molina|Santos|Núñez",
    titles="Sr.|Sra.|Profa.|Prof.|Don|Doña",
    classes="#º @|#º A|#º B|Grupo #@|Clase #&",
    terms="Primer trimestre|Segundo trimestre|Trimestre 3|Semestre 1",
    schools="CEIP Miguel Hernández|IES Los Olivos|Colegio Santa Teresa|Colegio Público El Prado",
    rooms="Aula #|Lab. #|Gimnasio|Biblioteca|Sala #|Patio cubierto",
    remarks="desdoble|grupo 2|con ropa deportiva|apoyo|cuaderno|quincenal|laboratorio",
    notes="Traer ropa deportiva.|Horario sujeto a cambios.|La biblioteca abre por la tarde.",
    labels="Clase|Tutor|Trimestre|Curso|Día|Hora|Aula|Asignatura|Sesión|Horario|Notas|Todos los días",
    week="Semana",
)
ITALIAN = _language(
    "it",
    days="Lunedì|Martedì|Mercoledì|Giovedì|Venerdì|Sabato",
    short=("Lun|Mar|Mer|Gio|Ven|Sab", "LUN|MAR|MER|GIO|VEN|SAB"),
    letters="L|M|M|G|V|S",
    subjects="""Italiano|Matematica|Inglese|Francese|Spagnolo|Storia|Geografia|Scienze|Tecnologia|Arte|Musica|
    Educazione Fisica|Scienze Motorie|Religione|Latino|Greco|Filosofia|Fisica|Chimica|Biologia|Informatica|
    Disegno e Storia dell'Arte|Diritto|Economia|Educazione Civica|Laboratorio di lettura|Compresenza|Grammatica|
    Antologia|Approfondimento|Attività alternativa|Coro|Teatro|Nuoto|Geometria|Recupero|Sostegno""",
    breaks="Intervallo|Ricreazione|Merenda|Pausa",
    lunches="Mensa|Pranzo|Pausa pranzo",
    mornings="Accoglienza|Ingresso|Appello",
    endings="Uscita|Compiti|Doposcuola",
    teachers="Bianchi|Ferrari|Esposito|Colombo|Ricci|Marino|Greco|Conti|Gallo|De Luca|Mancini|Barbieri|Fontana",
    titles="Prof.|Prof.ssa|Maestra|Maestro",
    classes="#ª @|#@|Classe #&|#B",
    terms="Primo quadrimestre|Secondo quadrimestre|I trimestre",
    schools="Scuola Primaria Don Milani|Liceo Scientifico Galilei|Istituto Comprensivo Manzoni|Scuola Media Dante",
    rooms="Aula #|Lab. #|Palestra|Aula Magna|Biblioteca|Sala #",
    remarks="compresenza|tuta|gruppo 1|LIM|quaderno|in laboratorio|a settimane alterne",
    notes="Portare la tuta.|Orario provvisorio.|La mensa inizia a ottobre.",
    labels="Classe|Docente|Quadrimestre|Anno|Giorno|Ora|Aula|Materia|Lezione|Orario|Note|Ogni giorno",
    week="Settimana",
)
PORTUGUESE = _language(
    "pt",
    days="Segunda-feira|Terça-feira|Quarta-feira|Quinta-feira|Sexta-feira|Sábado",
    short=(
        "Seg|Ter|Qua|Qui|Sex|Sáb",
        "SEG|TER|QUA|QUI|SEX|SÁB",
        "2ª|3ª|4ª|5ª|6ª|Sáb",
        "Segunda|Terça|Quarta|Quinta|Sexta|Sábado",
    ),
    letters="S|T|Q|Q|S|S",
    subjects="""Português|Matemática|Inglês|Francês|Espanhol|Ciências|Estudo do Meio|História|Geografia|
    Educação Física|Educação Visual|Educação Musical|Música|Expressão Plástica|Cidadania|TIC|Físico-Química|Filosofia|
    Biologia|Geologia|Economia|Redação|Leitura|Artes|Religião|Apoio ao Estudo|Oferta Complementar|Literatura|Sociologia|
    Química|Física|Projeto de Vida|Natação|Teatro|Laboratório|Robótica|Clube de Leitura""",
    breaks="Intervalo|Recreio|Lanche",
    lunches="Almoço|Hora de almoço",
    mornings="Acolhimento|Chamada|Entrada",
    endings="Saída|Estudo|Prolongamento",
    teachers="Silva|Gonçalves|Araújo|Magalhães|Ferreira|Conceição|Simões|Teixeira|Brandão|Nóbrega|Lourenço|Falcão",
    titles="Prof.|Profª|Sr.|Sra.",
    classes="#º @|#ºA|Turma #&|#B",
    terms="1º período|2º período|1º semestre|2º bimestre",
    schools="Escola Básica da Ribeira|Escola Secundária Camões|Colégio São José|Agrupamento de Escolas do Mar",
    rooms="Sala #|Lab. #|Ginásio|Pavilhão|Biblioteca|Auditório",
    remarks="turno 1|equipamento|quinzenal|caderno|par pedagógico|apoio|grupo B",
    notes="Trazer equipamento de ginástica.|Horário sujeito a alterações.|A biblioteca abre cedo.",
    labels="Turma|Professor|Período|Ano letivo|Dia|Hora|Sala|Disciplina|Aula|Horário|Observações|Todos os dias",
    week="Semana",
)
DUTCH = _language(
    "nl",
    days="Maandag|Dinsdag|Woensdag|Donderdag|Vrijdag|Zaterdag",
    short=("Ma|Di|Wo|Do|Vr|Za", "ma|di|wo|do|vr|za", "MA|DI|WO|DO|VR|ZA"),
    letters="M|D|W|D|V|Z",
    subjects="""Nederlands|Rekenen|Taal|Lezen|Spelling|Schrijven|Wiskunde|Engels|Duits|Frans|Geschiedenis|Aardrijkskunde|
    Biologie|Natuurkunde|Scheikunde|Economie|Maatschappijleer|Godsdienst|Levensbeschouwing|Tekenen|Handvaardigheid|Muziek|
    Gym|Lichamelijke opvoeding|Zwemmen|Verkeer|Techniek|Informatica|Begrijpend lezen|Kring|Stillezen|Weektaak|
    Wereldoriëntatie|Drama|Mentoruur|Studieles|Verzorging|Filosofie|Dans|Programmeren""",
    breaks="Pauze|Kleine pauze|Fruit eten|Speelkwartier",
    lunches="Lunch|Middagpauze|Grote pauze|Overblijven",
    mornings="Inloop|Kring|Dagstart|Opening",
    endings="Opruimen|Afsluiting|Naschoolse opvang",
    teachers="de Vries|Jansen|van den Berg|Bakker|Visser|Smit|Meijer|Mulder|Bos|Peters|Hendriks|Dekker|Kuipers|Vermeer",
    titles="Juf|Meester|Mevr.|Dhr.",
    classes="Groep #|Klas #@|#&#|Groep #@|H#&",
    terms="Periode 1|Periode 2|Semester 1|Blok 3",
    schools="Basisschool De Regenboog|OBS De Wegwijzer|Stedelijk Lyceum|Het Baken College",
    rooms="Lokaal #|Gymzaal|Aula|Mediatheek|Lok. #|Sporthal",
    remarks="gymspullen|halve groep|met juf Bos|om de week|schrift|zelfstandig werken|chromebook",
    notes="Gymkleding meenemen.|Wijzigingen voorbehouden.|Fruitdag is in het midden van de week.",
    labels="Klas|Leerkracht|Periode|Schooljaar|Dag|Tijd|Lokaal|Vak|Uur|Rooster|Opmerkingen|Elke dag",
    week="Week",
)
POLISH = _language(
    "pl",
    days="Poniedziałek|Wtorek|Środa|Czwartek|Piątek|Sobota",
    short=("Pon|Wt|Śr|Czw|Pt|Sob", "Pon.|Wt.|Śr.|Czw.|Pt.|Sob.", "PN|WT|ŚR|CZ|PT|SO"),
    letters="P|W|Ś|C|P|S",
    subjects="""Język polski|Matematyka|Język angielski|Język niemiecki|Historia|Geografia|Biologia|Chemia|Fizyka|
    Informatyka|Przyroda|Muzyka|Plastyka|Technika|Wychowanie fizyczne|WF|Religia|Etyka|Godzina wychowawcza|
    Edukacja wczesnoszkolna|Wiedza o społeczeństwie|Podstawy przedsiębiorczości|Zajęcia komputerowe|Basen|Chór|
    Zajęcia wyrównawcze|Koło matematyczne|Doradztwo zawodowe|Filozofia|Łacina|Język hiszpański|Logopedia|Świetlica|
    Gimnastyka korekcyjna|Kółko teatralne|Czytanie|Ortografia|Edukacja zdrowotna""",
    breaks="Przerwa|Duża przerwa|Przerwa śniadaniowa",
    lunches="Obiad|Przerwa obiadowa",
    mornings="Apel|Powitanie|Zajęcia poranne",
    endings="Świetlica|Zajęcia dodatkowe",
    teachers="Kowalska|Wiśniewski|Wójcik|Zieliński|Dąbrowska|Szymański|Woźniak|Kaczmarek|Górska|Pawlak|Żak|Jabłońska",
    titles="p.|Pan|Pani|mgr",
    classes="#a|#b|Klasa #@|#c|#&",
    terms="Semestr 1|Semestr 2|I semestr|II semestr",
    schools="Szkoła Podstawowa nr 7|Liceum im. Kopernika|Zespół Szkół nr 2|Szkoła Podstawowa w Lipowej",
    rooms="sala #|s. #|sala gimnastyczna|biblioteka|aula|prac. #",
    remarks="grupa 1|strój|co 2 tygodnie|zeszyt|basen miejski|pół klasy",
    notes="Proszę przynieść strój sportowy.|Plan może ulec zmianie.|Biblioteka czynna codziennie.",
    labels="Klasa|Wychowawca|Semestr|Rok szkolny|Dzień|Godzina|Sala|Przedmiot|Lekcja|Plan lekcji|Uwagi|Codziennie",
    week="Tydzień",
)

_SPLIT: ContextVar[str | None] = ContextVar("split", default=None)


@contextmanager
def words_of(split: str | None) -> Iterator[None]:
    """Draw with the words of one split only, ``train`` or ``test``; with all of them where it is null."""
    token = _SPLIT.set(split)
    try:
        yield
    finally:
        _SPLIT.reset(token)


def spoken(code: str) -> Language:
    """A language, with the words of the split under way."""
    split = _SPLIT.get()
    return LANGUAGES[code].part(split) if split else LANGUAGES[code]


LANGUAGES = {each.code: each for each in (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, PORTUGUESE, DUTCH, POLISH)}
