"""Which characters of a line are in doubt, and what they may be instead."""

from services.ocr.line_model import LineText
from shared.messages import Doubt

_CHANCE = 0.05
"""Of a runner-up, from which it is told."""
_MOST = 5
"""Doubts of a line that are told, the likeliest; more and it is hardly read at all."""


def doubts(line: LineText) -> list[Doubt]:
    """The doubts about letters and figures, by their place in the line's text without blanks around it."""
    letters = line.letters
    first = len(line.text) - len(line.text.lstrip())
    found = [
        Doubt(at=at - first, text=letter.rival, confidence=round(letter.chance, 4))
        for at, letter in enumerate(letters)
        # Which dash it is, or whether a point is a comma, changes no name.
        if letter.chance >= _CHANCE and (letter.text.isalnum() or letter.rival.isalnum())
    ]
    likeliest = sorted(found, key=lambda doubt: -doubt.confidence)[:_MOST]
    return sorted(likeliest, key=lambda doubt: doubt.at)
