"""What every test of the extractor holds."""

from typing import Any

import pytest

from services.extractor.reading import reader
from services.extractor.reading.decide.layouts import read_layouts


@pytest.fixture(autouse=True)
def no_reader_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout reader that raises is passed over for the page's sake; here it is a failure."""

    def watched(*views: Any) -> Any:
        found, raised = read_layouts(*views)
        assert raised == []
        return found, raised

    monkeypatch.setattr(reader, "read_layouts", watched)
