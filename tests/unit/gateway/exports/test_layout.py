"""A week as a grid."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.exports.layout import Place, lay_out
from shared.messages import DAYS, WEEKS, TimeBlock

CLOCK = st.one_of(st.none(), st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}"))
BLOCKS = st.lists(
    st.builds(
        TimeBlock,
        day=st.one_of(st.none(), st.sampled_from(DAYS[:3])),
        name=st.just("Maths"),
        start_time=CLOCK,
        end_time=CLOCK,
        week=st.one_of(st.none(), st.sampled_from(WEEKS)),
        cycle_day=st.one_of(st.none(), st.integers(1, 3)),
    ),
    max_size=25,
)


def area(place: Place) -> set[tuple[int, int]]:
    rows = range(place.row, place.row + place.rows)
    return {(row, column) for row in rows for column in range(place.column, place.column + place.columns)}


# The same ones in every run: what one run finds, the next one finds again.
@settings(deadline=None, max_examples=60, derandomize=True)
@given(BLOCKS)
def test_every_block_has_one_place_and_no_two_overlap(blocks: list[TimeBlock]) -> None:
    grid = lay_out(blocks)
    assert len(grid.places) + len(grid.untimed) == len(blocks)
    lanes = [day for day, width in grid.days for _ in range(width)]
    for places, rows in ((grid.places, len(grid.rows)), (grid.untimed, len(blocks))):
        areas = [area(place) for place in places]
        assert sum(map(len, areas)) == len(set().union(*areas))
        for place, covered in zip(places, areas, strict=True):
            assert all(0 <= row < rows and lanes[column] == place.block.day_name for row, column in covered)
    for place in grid.places:
        assert f"{grid.rows[place.row][0]:%H:%M}" == place.block.start_time
        end = grid.rows[place.row + place.rows - 1][1]
        if place.block.end_time and place.block.end_time > (place.block.start_time or ""):
            assert end is not None
            assert f"{end:%H:%M}" == place.block.end_time
