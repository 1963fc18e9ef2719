"""How percentages follow the time, by a clock that the tests move."""

import pytest

from shared.estimate import PHASES, Estimate, Pace, Work, believed, seconds_of, stage_seconds
from shared.messages import Phase, Stage

WORK = Work(pages=1, uploaded=3_000_000, pixels=3_000_000, lines=184)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def play(speed: float = 1.0, *, steps: int = 10, paces: dict[Stage, Pace] | None = None) -> list[tuple[float, int]]:
    """A page through all phases, each in so many steps: the share of the time, and the percentage told at it."""
    clock, seconds = Clock(), seconds_of(WORK)
    whole = sum(seconds.values()) * speed
    estimate = Estimate(paces, clock=clock)
    told = []
    for phase in PHASES:
        for step in range(steps):
            estimate.tell(phase, step / steps, WORK)
            told.append(((clock.now - 100) / whole, estimate.percentage))
            clock.now += seconds[phase] * speed / steps
    return told


def test_a_page_as_expected_is_told_by_the_time() -> None:
    assert max(abs(percentage - share * 100) for share, percentage in play()) < 3


def test_a_machine_thrice_as_slow_is_told_by_the_time_once_its_pace_is_known() -> None:
    slow = Pace(3.0)
    told = play(3.0, paces={"compress": slow, "ocr": slow, "extract": slow})
    assert max(abs(percentage - share * 100) for share, percentage in told) < 3


def test_the_wait_of_a_stage_counts_until_it_begins() -> None:
    paces: dict[Stage, Pace] = {"ocr": Pace(1.0, wait=30.0)}
    estimate = Estimate(paces, clock=Clock())
    estimate.tell("compressing", 1.0, WORK)
    assert estimate.seconds_left > 30
    estimate.tell("preprocessing", 0.0)
    assert estimate.seconds_left < 30


@pytest.mark.parametrize("phase", PHASES)
def test_time_that_passes_in_a_step_moves_it_but_never_to_its_end(phase: Phase) -> None:
    clock = Clock()
    estimate = Estimate(clock=clock)
    estimate.tell(phase, 0.0, WORK)
    told = [estimate.percentage]
    for _ in range(200):
        clock.now += 0.1
        told.append(estimate.percentage)
    assert told == sorted(told)
    assert 1 < told[-1] <= 99
    after = list(PHASES)[list(PHASES).index(phase) + 1 :]
    assert estimate.seconds_left > sum(seconds_of(WORK)[each] for each in after)


def test_more_lines_than_expected_take_no_percentage_back() -> None:
    clock = Clock()
    estimate = Estimate(clock=clock)
    estimate.tell("preprocessing", 0.0, Work(lines=10))
    clock.now += 1.0
    before, left = estimate.percentage, estimate.seconds_left
    estimate.tell("ocr", 0.0, Work(lines=2000))
    assert estimate.seconds_left > left
    assert estimate.percentage == before


def test_a_phase_that_goes_slower_than_expected_is_believed_as_it_goes() -> None:
    clock = Clock()
    estimate = Estimate(clock=clock)
    estimate.tell("ocr", 0.0, WORK)
    clock.now += 30
    estimate.tell("ocr", 0.9)
    # A tenth of the phase at the pace of the others, and what follows it: slower than it was thought to be as well.
    assert 30 / 9 < estimate.seconds_left < 15


def test_a_stage_takes_what_its_phases_do() -> None:
    stages: tuple[Stage, ...] = ("compress", "ocr", "extract")
    assert sum(stage_seconds(stage, WORK) for stage in stages) == pytest.approx(sum(seconds_of(WORK).values()))


def test_pages_whose_text_is_known_need_no_reading() -> None:
    known = Work(pages=0, pixels=0, lines=0, known=184)
    assert stage_seconds("ocr", known) < 0.1
    assert stage_seconds("extract", known) > 0.7 * stage_seconds("extract", WORK)


def test_a_pace_is_what_was_measured_within_reason() -> None:
    assert believed(6.0, 3.0, 8.0, 4.0) == Pace(2.0, 2.0)
    assert believed(0.0, 0.0, 0.0, 0.0) == Pace()
    assert believed(9e9, 1.0, 0.0, 0.0).speed == 50
