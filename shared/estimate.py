"""How long a document takes, and from that how far it is: one small model for the percentages of all stages.

A percentage is the share of its time that has passed: what passed since its work began, against that and what is left.
What is left comes from what the page needs (`Work`) at the costs of `seconds_of`, at the pace and behind the waits that
the workers of each stage measured of late (`Pace`); within a phase, ever more from how fast that phase goes itself.
"""

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import msgspec

from shared.messages import Phase, Stage

PHASES: dict[Phase, Stage] = {
    "compressing": "compress",
    "preprocessing": "ocr",
    "ocr": "ocr",
    "ai": "extract",
    "validation": "extract",
}
"""In order, with the stage that each is of."""

_LINES = 110
"""Of a page, as long as nobody has looked: a dense timetable has 180 to 300, a primary school's 80, and more than were
expected cost less belief than fewer."""
_MOST = 99
"""Percent of what has not ended."""
_SURE = 0.8
"""Of the time that a step was expected to take: after that, what is left of it shrinks ever slower, and never to 0."""
_PRIOR = 0.3
"""Of a document's time: how much what was measured of late weighs against how this one goes."""
_SPEEDS = (0.1, 50.0)
"""Within which a measured pace is believed."""


class Work(msgspec.Struct, frozen=True):
    """What a document needs, as far as it is known by now."""

    pages: int = 1
    """That have to be read."""
    uploaded: int = 3_000_000
    """Pixels of the upload."""
    pixels: int = 3_000_000
    """Of the pages' pictures as they are stored, together."""
    lines: int | None = None
    """Of text that have to be read off them, together; None before they are found."""
    known: int = 0
    """Lines of text that are known from the file."""


_UNKNOWN = Work()


class Pace(NamedTuple):
    """How a stage went of late."""

    speed: float = 1.0
    """Seconds for each that `seconds_of` says."""
    wait: float = 0.0
    """Seconds that a job waited for a worker."""


Paces = Mapping[Stage, Pace]


def seconds_of(work: Work) -> dict[Phase, float]:
    """Seconds of processor time that each phase takes; `make bench-progress` holds them against what they took."""
    megapixels = work.pixels / 1e6
    lines = _LINES * work.pages if work.lines is None else work.lines
    prepared = 0.16 * work.pages + 0.22 * megapixels + 0.004 * lines
    # The preparation of the pages after the first is told as part of their reading.
    first = prepared / max(work.pages, 1)
    return {
        "compressing": 0.02 * work.pages + 0.07 * megapixels + 0.01 * work.uploaded / 1e6,
        "preprocessing": first,
        "ocr": prepared - first + 0.02 + 0.009 * lines,
        "ai": 0.07 * megapixels + 0.0045 * (lines + work.known),
        "validation": 0.02,
    }


@lru_cache(256)  # asked for every job that ends, and nearly all that say nothing of their work are alike
def stage_seconds(stage: Stage, work: Work) -> float:
    """Seconds of processor time that a stage takes."""
    return sum(seconds for phase, seconds in seconds_of(work).items() if PHASES[phase] == stage)


class Estimate:
    """How far a document is, as one stage's job sees it.

    Args:
        paces: of the stages; looked at each time, so that what is learned meanwhile counts.
        passed: seconds since the document's work began.
        clock: in seconds.
        phase: that begins now.
    """

    def __init__(
        self,
        paces: Paces | None = None,
        passed: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
        phase: Phase = "compressing",
    ) -> None:
        self._paces: Paces = {} if paces is None else paces
        self._clock = clock
        self._told = self._phase_begun = self._stage_begun = clock()
        self._begun = self._told - max(passed, 0.0)
        self._phase: Phase = phase
        self._fraction = 0.0
        self._shown = 0
        self.work = _UNKNOWN

    def tell(self, phase: Phase, fraction: float, work: Work | None = None) -> None:
        """Note how much of a phase (0 to 1) is done, and what the document needs where more is known of it."""
        self._told = self._clock()
        if phase != self._phase:
            if PHASES[phase] != PHASES[self._phase]:
                self._stage_begun = self._told
            self._phase, self._phase_begun = phase, self._told
        self._fraction = min(max(fraction, 0.0), 1.0)
        self.work = work or self.work

    @property
    def seconds_left(self) -> float:
        """Until the document has ended; never 0."""
        stage, before, after, waits = PHASES[self._phase], 0.0, 0.0, 0.0
        # Where nothing is known of any stage, how the phases before went says what this machine is like.
        known = bool(self._paces)
        seconds = {phase: each * self._pace(phase).speed for phase, each in seconds_of(self.work).items()}
        order = list(PHASES)
        here = order.index(self._phase)
        for at, phase in enumerate(order):
            if at < here and (PHASES[phase] == stage or not known):
                before += seconds[phase]
            elif at > here:
                after += seconds[phase]
                if PHASES[phase] != PHASES[order[at - 1]]:
                    waits += self._pace(phase).wait
        own, since = seconds[self._phase], self._clock() - self._told
        # A stage that takes longer than expected is likely to do so to its end, and the next one, too.
        done = before + own * self._fraction + min(since, _SURE * own * (1 - self._fraction))
        prior = _PRIOR * sum(seconds.values())
        slowness = (self._clock() - (self._stage_begun if known else self._begun) + prior) / (done + prior)
        return max(slowness * after + waits + self._of_phase(slowness * own), 0.01)

    @property
    def percentage(self) -> int:
        """1 to 99; never falls."""
        passed = self._clock() - self._begun
        share = int(100 * passed / (passed + self.seconds_left))
        self._shown = max(self._shown, min(max(share, 1), _MOST))
        return self._shown

    def _pace(self, phase: Phase) -> Pace:
        """That of the phase's stage; where it is not known, as slow as those that are."""
        found = self._paces.get(PHASES[phase])
        if found is None and self._paces:
            return Pace(sum(each.speed for each in self._paces.values()) / len(self._paces))
        return found or Pace()

    def _of_phase(self, seconds: float) -> float:
        """What is left of the present phase.

        Args:
            seconds: that it was expected to take.
        """
        done, took = self._fraction, self._told - self._phase_begun
        if done and took:
            seconds = seconds * (1 - done) + took  # took / done of it, weighed by what is done
        left, since = seconds * (1 - done), self._clock() - self._told
        return left - since if since <= _SURE * left else (1 - _SURE) * _SURE * left * left / since


def believed(spent: float, expected: float, waited: float, jobs: float) -> Pace:
    """The pace of jobs that took `spent` s together where the model expected `expected`, and waited `waited` s."""
    low, high = _SPEEDS
    speed = min(max(spent / expected, low), high) if expected > 0 else 1.0
    return Pace(speed, waited / jobs if jobs > 0 else 0.0)
