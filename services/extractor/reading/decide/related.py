"""A page's lessons by what the learnt network says alone: for layouts that no reader knows."""

import numpy as np

from services.extractor.reading.cell.cells import page_words, read_cells
from services.extractor.reading.decide.relations import Relations
from services.extractor.reading.learned.relations import RELATIONS, ROLES
from services.extractor.reading.lexicon.words import is_free
from services.extractor.reading.model import HALF, BlockDraft, LayoutResult, Line, bounds
from shared.messages import DAYS

LAYOUT = "relations"
_A_NAME = 0.2
_LESSON = tuple(ROLES.index(role) for role in ("name", "note"))


def read_relations(words: list[Line], relations: Relations) -> LayoutResult | None:
    """Group the texts that the network takes for lessons', and give each group the day and the times it points to.

    Args:
        words: the page's text, which a broken word is known by.
    """
    groups = _groups(relations)
    if not groups or not any(relations.days):
        return None
    result = LayoutResult(LAYOUT)
    lines = [[relations.lines[at] for at in group] for group in groups]
    cells = read_cells([(each, bounds(each)) for each in lines], page_words(words))
    for group, own, cell in zip(groups, lines, cells, strict=True):
        result.use(own)
        if not cell.name or is_free(cell.name):
            continue
        chances = relations.roles[group, _LESSON[0]]
        names = [at for at, chance in zip(group, chances, strict=True) if chance > HALF]
        names = names or [group[int(chances.argmax())]]
        day, surely = _pointed(relations, "day", names, [at for at, days in enumerate(relations.days) if days])
        start = end = None
        about = [relations.lines[day]]
        if timed := [at for at, times in enumerate(relations.times) if times]:
            first, chance = _pointed(relations, "start", names, timed)
            last, other = _pointed(relations, "end", names, timed)
            surely *= chance * other
            start = relations.times[first][0][0]
            ends = [each for span in relations.times[last] for each in span if each is not None]
            end = next((each for each in reversed(ends) if each > start), None)
            about += [relations.lines[first], relations.lines[last]]
        result.use(about)
        surely *= float(relations.roles[names, _LESSON[0]].min()) * cell.chance
        for named in sorted(relations.days[day], key=DAYS.index):
            result.drafts.append(
                BlockDraft(
                    day=named,
                    name=cell.name,
                    rect=bounds(own),
                    lines=[*own, relations.lines[day]],
                    start=start,
                    end=end,
                    source="header" if start is not None else None,
                    notes=cell.notes,
                    room=cell.room,
                    teacher=cell.teacher,
                    certainty=surely,
                    named=cell.chance,
                )
            )
    return result if result.drafts else None


def _pointed(relations: Relations, relation: str, texts: list[int], among: list[int]) -> tuple[int, float]:
    """The text that some others most likely belong to, and how likely."""
    chances = relations.pointed(relation, texts, among)
    best = int(chances.argmax())
    return among[best], float(chances[best])


def _groups(relations: Relations) -> list[list[int]]:
    """Texts of lessons by lesson: those that more likely than not are of one, and have a name among them."""
    roles = relations.roles
    texts = np.flatnonzero(roles[:, _LESSON].sum(axis=1) > HALF).tolist()
    scores = relations.scores[RELATIONS.index("entry")]
    group = {at: {at} for at in texts}
    for at, text in enumerate(texts):
        for other in texts[at + 1 :]:
            if scores[text, other] > 0 and group[text] is not group[other]:
                group[text] |= group[other]
                for each in group[other]:
                    group[each] = group[text]
    found = {id(each): sorted(each) for each in group.values()}
    return [each for each in found.values() if roles[each, _LESSON[0]].max() > _A_NAME]
