"""Which stored picture of a page is sent."""

import msgspec
import pytest

from services.gateway.routes.documents import picture_for
from shared.messages import PageImage

PAGE = PageImage(page=0, image="full", content_type="image/jpeg", width=2048, height=1400, thumbnail="small")


@pytest.mark.parametrize(
    ("page", "width", "expected"),
    [
        (PAGE, 96, ("small", "image/webp")),
        (PAGE, 192, ("small", "image/webp")),
        (PAGE, 193, ("full", "image/jpeg")),
        # Of a version that made none.
        (msgspec.structs.replace(PAGE, thumbnail=None), 96, ("full", "image/jpeg")),
    ],
)
def test_a_list_gets_the_thumbnail_where_it_is_wide_enough(
    page: PageImage, width: int, expected: tuple[str, str]
) -> None:
    assert picture_for(page, width) == expected
