"""``python -m tests.real.altered``: reads the kept real pages with their text and truth changed in harmless ways.

Lessons get words that nobody knows, days another language's names, times another form, and the day begins later. What a
page loses by it hangs on a list or a form instead of on where things stand. It reads what `make accuracy-real` kept and
prints of each alteration the mean block F1 of the pages that are read well as they are, without and with it, and the
pages that lose most. ``ONLY=days`` makes the alterations whose names hold a text.

The picture stays as it is: a text that grew keeps its box, one that shrank has a narrower one about the same middle.
"""

import os
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import msgspec
import numpy as np

from services.extractor.reading import PageInput, read_timetables
from services.extractor.reading.axes.languages import languages_of
from services.extractor.reading.evidence.deskew import deskew
from services.extractor.reading.lexicon.calendar import HABITS, day_named, days_by_language, is_month
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.times import HALF_DAY, HOUR, Span, find_times, resolve
from services.extractor.reading.lexicon.wordfiles import load, plain
from shared.messages import DAYS, OcrLine, Timetable
from tests.benchmarks.scorer import Truth, TruthBlock, score_document
from tests.benchmarks.seen import seen
from tests.real.pages import SEEN, RealPage, real_pages

WELL = 0.8
"""Block F1 of a page whose losses say something."""
LOST = 0.15
"""Of block F1: a page that loses more is named."""
_NAMED = 5
_SHORTEST = 3
"""Letters of a word that is changed."""
_FULL = 5
"""Letters of a day's name that is known beside other words."""
_FEWEST = 3
"""Times of a page whose form can be changed."""

Rewrite = Callable[[str], str]

Altered = tuple[Rewrite, Truth]
"""How each text of a page is changed, and what the page says then."""
Alteration = Callable[[list[PageInput], Truth], Altered | None]
"""Null where it cannot be made on a page."""

_SHAPES = ("aeou", "cnrsz", "vx", "mw", "bdhk", "ft", "gpqy", "ilj")
"""Letters that are as wide and as high as each other, and vowels for vowels."""
_ROMAN = re.compile(r"[ivx]+", re.IGNORECASE)


def _known() -> frozenset[str]:
    """Words that say what another text is ("Room", "Break", "week"), which stay; subjects do not."""
    words, columns = load("words"), load("columns")
    lists = [words[kind] for kind in words if kind not in ("subjects", "names of two")] + [*columns.values()]
    lists += [HABITS[kind] for kind in ("week", "day", "and", "through", "every")] + HABITS["turns"] + [["feira"]]
    return frozenset(plain(word) for each in lists for text in each for word in re.findall(r"[^\W\d_]+", text))


_KNOWN = _known()


def words(_pages: list[PageInput], truth: Truth) -> Altered:
    """Words of lessons, persons and remarks become others of the same letters' shapes, each always the same."""
    draw, other = random.Random(1), dict[str, str]()
    for shapes in _SHAPES:
        letters = draw.sample(shapes, len(shapes))
        other |= dict(zip(letters, letters[1:] + letters[:1], strict=True))

    def letter(old: str) -> str:
        bare = unicodedata.normalize("NFD", old)
        new = other.get(bare[0].lower(), bare[0].lower())
        return unicodedata.normalize("NFC", (new.upper() if old.isupper() else new) + bare[1:])[0]

    def word(match: re.Match[str]) -> str:
        text = match.group()
        bare = plain(text)
        stays = len(bare) < _SHORTEST or bare in _KNOWN or not text.isalpha() or _ROMAN.fullmatch(bare)
        day = day_named(text) or days_by_language(text) or is_month(text)
        return text if stays or day else "".join(map(letter, text))

    rewrite = partial(re.sub, r"\w+", word)

    def block(one: TruthBlock) -> TruthBlock:
        fields = {
            field: rewrite(text) for field in ("name", "notes", "room", "teacher") if (text := getattr(one, field))
        }
        return msgspec.structs.replace(one, **fields, alt=[rewrite(text) for text in one.alt])

    changed = _with_blocks(truth, block)
    return rewrite, msgspec.structs.replace(changed, ignore=[rewrite(text) for text in truth.ignore])


def days(names: tuple[str, ...], pages: list[PageInput], truth: Truth) -> Altered | None:
    """Days have another language's names in the same case; null where a day's name is not found."""
    spoken = languages_of([line for page in pages for line in deskew(page).lines])
    found: set[str] = set()

    def rewrite(text: str) -> str:
        alone = read_days(text, spoken) is not None

        def name(match: re.Match[str]) -> str:
            old = re.split(r"[\s-]", match.group())[0]
            day = day_named(old, spoken)
            if day is None or (not alone and len(old) < _FULL):
                return match.group()
            found.add(day)
            new = names[DAYS.index(day)]
            return new.upper() if old.isupper() and len(old) > 1 else new

        return re.sub(r"[^\W\d_]+(?:\s?-\s?feira)?", name, text, flags=re.IGNORECASE)

    for page in pages:
        for line in page.ocr.lines:
            rewrite(line.text)
    wanted = {block.day for block in _blocks(truth) if block.day}
    return (rewrite, truth) if wanted and wanted <= found else None


@dataclass(frozen=True)
class Form:
    """How times are printed: `hour`, `hour12` and `minute` are numbers, `half` is "a" or "p".

    Attributes:
        whole: how a time without minutes is, where that is another way.
    """

    clock: str
    dash: str
    whole: str | None = None

    def printed(self, at: list[int]) -> str:
        """A time of day in minutes, or a range of two."""
        return self.dash.join(map(self._clock, at))

    def _clock(self, at: int) -> str:
        hour, minute = divmod(at, HOUR)
        text = self.clock if minute or self.whole is None else self.whole
        half = "a" if at < HALF_DAY else "p"
        return text.format(hour=hour, hour12=(hour - 1) % (HALF_DAY // HOUR) + 1, minute=minute, half=half)


def times(form: Form, later: int, pages: list[PageInput], truth: Truth) -> Altered | None:
    """Times are in one form, and some minutes later; null where there are hardly any, or the day has no room for it."""
    printed = {minutes for block in _blocks(truth) for at in (block.start, block.end) if (minutes := _minutes(at))}
    spans = sum(len(find_times(line.text)) for page in pages for line in page.ocr.lines)
    if spans < _FEWEST or not printed or max(printed) + later >= 2 * HALF_DAY - HOUR:
        return None

    def meant(span: Span) -> list[int]:
        """What a range or a time means: the truth knows which half of the day, where one is left open."""
        out = []
        for clock, value in zip((span.start, span.end), resolve(span), strict=True):
            if clock is not None:
                said = clock.hour * HOUR + clock.minute if value is None else value
                same = {each for each in printed if (each - said) % HALF_DAY == 0}
                out.append(same.pop() if len(same) == 1 and not clock.half else said)
        return out

    def rewrite(text: str) -> str:
        for span in reversed(find_times(text)):
            first, last = span.at
            old = text[first:last]
            lead, tail = old[: len(old) - len(old.lstrip())], old[len(old.rstrip()) :]
            text = text[:first] + lead + form.printed([at + later for at in meant(span)]) + tail + text[last:]
        return text

    def moved(text: str | None) -> str | None:
        at = _minutes(text)
        return text if at is None else f"{(at + later) // HOUR:02}:{(at + later) % HOUR:02}"

    return rewrite, _with_blocks(
        truth, lambda one: msgspec.structs.replace(one, start=moved(one.start), end=moved(one.end))
    )


def _minutes(text: str | None) -> int | None:
    return int(text[:2]) * HOUR + int(text[3:5]) if text else None


PLAIN = Form("{hour:02}:{minute:02}", " - ")
ALTERATIONS: dict[str, Alteration] = {
    "words": words,
    "days de": partial(days, ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")),
    "days tr": partial(days, ("Pazartesi", "Salı", "Çarşamba", "Perşembe", "Cuma", "Cumartesi", "Pazar")),
    "days fi": partial(days, ("ma", "ti", "ke", "to", "pe", "la", "su")),
    "days vi": partial(days, ("Th 2", "Th 3", "Th 4", "Th 5", "Th 6", "Th 7", "CN")),
    "days pt": partial(days, ("2ª", "3ª", "4ª", "5ª", "6ª", "Sáb", "Dom")),
    "days en": partial(days, tuple("MTWTFSS")),
    "times plain": partial(times, PLAIN, 0),
    "times h": partial(times, Form("{hour}h{minute:02}", " à ", "{hour}h"), 0),
    "times am": partial(times, Form("{hour12}:{minute:02} {half}m", " to "), 0),
    "times a": partial(times, Form("{hour12}:{minute:02}{half}", "-"), 0),
    "times digits": partial(times, Form("{hour}{minute:02}", "-"), 0),
    "times seconds": partial(times, Form("{hour:02}:{minute:02}:00", " - "), 0),
    "evening": partial(times, PLAIN, 3 * HOUR),
}


def _blocks(truth: Truth) -> Iterator[TruthBlock]:
    return chain(truth.timeblocks, *map(_blocks, truth.timetables))


def _with_blocks(truth: Truth, change: Callable[[TruthBlock], TruthBlock]) -> Truth:
    tables = [_with_blocks(each, change) for each in truth.timetables]
    return msgspec.structs.replace(truth, timeblocks=list(map(change, truth.timeblocks)), timetables=tables)


def rewritten(line: OcrLine, text: str) -> OcrLine:
    """The line with another text; where that is shorter, with a narrower box about the same middle."""
    if text == line.text:
        return line
    share = min(1.0, len(text) / max(1, len(line.text)))
    corners = np.array(line.box)
    middles = (corners + corners[[1, 0, 3, 2]]) / 2
    a, b, c, d = ((float(x), float(y)) for x, y in middles + share * (corners - middles))
    return msgspec.structs.replace(line, text=text, box=(a, b, c, d), doubts=[])


def _read(pages: list[PageInput], truth: Truth) -> float:
    bodies = []
    for reading in read_timetables(pages):
        body = msgspec.to_builtins(Timetable(timeblocks=reading.blocks))
        bodies.append(body | {"confidence": reading.confidence})
    return score_document(truth, bodies).block_f1


def measured(page: RealPage, names: list[str]) -> dict[str, float]:
    """Block F1 of a page as it is (under "") and by alteration; no alteration of one that is read badly or not kept."""
    try:
        pages = [replace(each, layer=None) for each in seen(SEEN / f"{page.round}+{page.name}")]
    except FileNotFoundError:
        return {}
    found = {"": _read(pages, page.truth)}
    for name in names if found[""] >= WELL else ():
        if altered := ALTERATIONS[name](pages, page.truth):
            rewrite, truth = altered
            lines = [[rewritten(line, rewrite(line.text)) for line in each.ocr.lines] for each in pages]
            ocrs = [msgspec.structs.replace(each.ocr, lines=own) for each, own in zip(pages, lines, strict=True)]
            changed = [replace(each, ocr=ocr) for each, ocr in zip(pages, ocrs, strict=True)]
            found[name] = _read(changed, truth)
    return found


def main() -> None:
    """Measure every alteration and print a line for each."""
    names = [name for name in ALTERATIONS if os.environ.get("ONLY", "") in name]
    pages = list(real_pages())
    with ProcessPoolExecutor() as pool:
        found = list(zip(pages, pool.map(partial(measured, names=names), pages, chunksize=4), strict=True))
    for name in names:
        both = [(each[""], each[name], page.name) for page, each in found if name in each]
        if both:
            before, after = (
                sum(column) / len(both) for column in ([old for old, *_ in both], [new for _, new, _ in both])
            )
            lost = sorted((new - old, page) for old, new, page in both if new < old - LOST)
            most = ", ".join(f"{page} {loss:+.2f}" for loss, page in lost[:_NAMED])
            print(f"{name:14} {len(both):4} pages {before:.3f} {after:.3f}  {len(lost)} lost: {most}")


if __name__ == "__main__":
    main()
