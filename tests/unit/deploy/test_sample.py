"""The sample is a picture of the promised size, the same every time."""

from pathlib import Path

from PIL import Image

from deploy import sample


def test_the_sample_is_drawn_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        sample.draw(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (sample.WIDTH, sample.HEIGHT)


def test_no_cell_lies_over_another_and_none_is_empty() -> None:
    taken: set[tuple[int, int]] = set()
    for cell in sample.CELLS:
        for row in range(cell.row, cell.row + cell.rows):
            for day in range(cell.day, cell.day + cell.days):
                assert (row, day) not in taken
                taken.add((row, day))
    assert len(taken) == len(sample.ROWS) * len(sample.DAYS)
