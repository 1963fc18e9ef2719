"""What speaks against a reading, as warnings that say where: texts that were not understood, names that are none, times
that do not rise. A week with any of `GRAVE` is not validated, however likely it is.
"""

from services.extractor.reading.decide.features import Evidence, falling_times, is_header
from services.extractor.reading.decide.unread import Unread, letters
from services.extractor.reading.model import BlockDraft
from shared.messages import Warning_

GRAVE = frozenset({"unread_day", "unread_time", "unread_text", "odd_name", "falling_times"})
MOST = 5
"""Warnings of one kind that are listed; the last says how many more there are."""
_SHOWN = 40
"""Characters of a text that a warning cites."""
_CODES = {"day": "unread_day", "time": "unread_time", "text": "unread_text"}
_WHAT = {"day": "The day", "time": "The time", "text": "The text"}
_PLACES = {"inside": "in the table", "level": "beside the table", "beyond": "below the table", "away": "on the page"}


def doubts(given: Evidence, page: int) -> list[Warning_]:
    """What speaks against a page's reading.

    Args:
        page: its number, from 0.
    """
    out: list[Warning_] = []
    for kind in ("day", "time", "text"):
        left = [each for each in given.left if each.kind == kind and _counts(each)]
        for each in left[:MOST]:
            more = len(left) - MOST if each is left[min(MOST, len(left)) - 1] and len(left) > MOST else 0
            out.append(_unread(each, given, page, more))
    odd = [draft for draft in given.result.drafts if odd_name(draft)]
    for draft in odd[:MOST]:
        message = f"“{draft.name}” on {draft.day.capitalize()} looks like a part of the header, not like a lesson."
        out.append(Warning_(code="odd_name", message=message))
    for day in falling_times(given.result):
        message = f"The times on {day.capitalize()} do not rise along the page."
        out.append(Warning_(code="falling_times", message=message))
    return out


def _counts(left: Unread) -> bool:
    """Whether a text that was left over bears on the table: what stands around it may be anything but a day of it."""
    if left.where == "inside":
        return True
    return left.kind == "day" and left.where in ("level", "beyond")


def _unread(left: Unread, given: Evidence, page: int, more: int) -> Warning_:
    width = max(line.rect.x1 for line in given.lines)
    height = max(line.rect.y1 for line in given.lines)
    rect = left.line.rect
    text = left.line.text.strip()
    shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
    where = f"page {page + 1}, {rect.cx / width:.0%} from the left and {rect.cy / height:.0%} from the top"
    others = f" Nor were {more} others." if more else ""
    message = f"{_WHAT[left.kind]} “{shown}” {_PLACES[left.where]} was not used ({where}).{others}"
    return Warning_(code=_CODES[left.kind], message=message)


def odd_name(draft: BlockDraft) -> bool:
    """Whether a block's name is none: a header's word, or signs only, as icons are read."""
    return is_header(draft.name) or not letters(draft.name)
