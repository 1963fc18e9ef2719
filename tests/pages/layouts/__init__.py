"""Every layout by name. A layout is a function that draws one page, or several, with a pen."""

from collections.abc import Callable

from tests.pages.pen import Pen

Layout = Callable[[Pen], None]
LAYOUTS: dict[str, Layout] = {}


def layout(name: str) -> Callable[[Layout], Layout]:
    """Enter a function under a name."""

    def enter(function: Layout) -> Layout:
        assert name not in LAYOUTS, name
        LAYOUTS[name] = function
        return function

    return enter


def load() -> dict[str, Layout]:
    """All of them."""
    from tests.pages.layouts import cards, fortnight, grids, lists, periods, routine, scale, uneven, varied  # noqa: F401 (they enter themselves)

    return LAYOUTS
