"""What several folders of these tests share."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.gateway.bench import Bench, serving


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with serving() as made:
        yield made
