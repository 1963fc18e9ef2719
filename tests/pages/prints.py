"""How the parts of a lesson are printed on one page: size, weight, colour, order and place of each.

Every part draws its own, independent of the others', as schools' programs, word processors and apps differ: a room may
be as large as the name, a teacher stand before it, a class in the cell's corner.
"""

import random
from dataclasses import dataclass

ROLES = ("time", "name", "class", "teacher", "room", "note", "week")
"""Parts of an entry."""
CORNERS = ("top left", "top right", "bottom left", "bottom right")
_INKS = ("#555555", "#777777", "#1a4f8b", "#8b1a1a", "#2e6b2e", "#6a3d9a")
_PALE = ("#b0b0b0", "#9ec5fe", "#f2b8b5", "#a8dab5")


@dataclass(frozen=True)
class Print:
    """How one part of an entry is printed.

    Attributes:
        scale: its size against the name's.
        place: of `CORNERS`, or empty for a line of the stack in the middle.
    """

    scale: float = 1.0
    bold: bool = False
    italic: bool = False
    fill: str | None = None
    place: str = ""


@dataclass(frozen=True)
class Habits:
    """What one page does with entries.

    Attributes:
        prints: by role.
        order: roles from the first line of the stack to the last.
        joiner: what stands between details that share a line; null gives each a line of its own.
        capitals: names are printed in capitals.
        inline: a detail stands in brackets behind the name, on its line.
        broken: a word that is too long for its line is broken between letters, as word processors do in narrow cells.
    """

    prints: dict[str, Print]
    order: tuple[str, ...]
    joiner: str | None
    capitals: bool
    broken: bool
    inline: bool


def habits(rng: random.Random, *, dark: bool = False) -> Habits:
    """Draw a page's habits.

    Args:
        dark: light text on a dark page.
    """
    kind = rng.choices(("alike", "free", "corners"), (2, 6, 3))[0]
    inks = _PALE if dark else _INKS
    bold_names = rng.random() < 0.35
    found = {"name": Print(bold=bold_names)}
    corners = list(CORNERS)
    rng.shuffle(corners)
    for role in ROLES:
        if role == "name":
            continue
        scale = rng.choice((1.0, rng.uniform(0.85, 1.0), rng.uniform(0.65, 0.9), rng.uniform(0.5, 0.75)))
        place = ""
        if kind == "corners":
            scale = rng.uniform(0.45, 0.8)
            place = corners.pop() if corners and role not in {"time", "note"} and rng.random() < 0.8 else ""
        found[role] = (
            Print(bold=bold_names)
            if kind == "alike"
            else Print(
                scale=min(scale, 1.0),
                bold=rng.random() < (0.15 if bold_names else 0.1),
                italic=rng.random() < 0.15,
                fill=rng.choice(inks) if rng.random() < 0.3 else None,
                place=place,
            )
        )
    details = [role for role in ROLES if role not in {"name", "time"}]
    rng.shuffle(details)
    # The name leads on most pages; on the others it stands anywhere among its details.
    at = 0 if rng.random() < 0.75 else rng.randint(1, 3)
    order = [*details[:at], "name", *details[at:]]
    order.insert(0 if rng.random() < 0.7 else order.index("name") + 1 if rng.random() < 0.7 else len(order), "time")
    joiner = rng.choice((", ", " - ", " | ", "  ", " / ", " · ")) if rng.random() < 0.2 else None
    return Habits(found, tuple(order), joiner, rng.random() < 0.12, rng.random() < 0.15, rng.random() < 0.1)
