"""What every test of the extractor holds."""

from collections.abc import Iterator

import pytest

from shared.metrics import READER_FAILURES


def _failures() -> float:
    return sum(sample.value for metric in READER_FAILURES.collect() for sample in metric.samples)


@pytest.fixture(autouse=True)
def no_reader_trips() -> Iterator[None]:
    """A layout reader that raises is skipped for the page's sake; here it is a failure."""
    before = _failures()
    yield
    assert _failures() == before
