"""Long pictures go on in overlapping tiles, beside a stored picture that is shrunk as any."""

import io

import pytest
from PIL import Image

from services.compressor.compress import compress
from services.compressor.compressed import Compressed
from services.compressor.settings import CompressorSettings
from shared.messages import OcrPayload
from shared.outcomes import Done
from shared.pictures import PictureSettings, inspect
from tests.unit.compressor.conftest import Bench
from tests.unit.compressor.made import save

SETTINGS = CompressorSettings.load(max_image_dimension=256)
LIMITS = PictureSettings.load()


def striped(width: int, height: int) -> Image.Image:
    """Every pixel along the longer side tells where it is, by a grey of its own for each 16."""
    across = width >= height
    length = max(width, height)
    line = bytes(int(at / 16) % 256 for at in range(length))
    strip = Image.frombytes("L", (length, 1) if across else (1, length), line)
    return strip.resize((width, height)).convert("RGB")


def compressed(width: int, height: int, settings: CompressorSettings = SETTINGS) -> Compressed:
    data = save("png", striped(width, height))
    return compress(data, inspect(data, len(data), LIMITS), settings, LIMITS)


@pytest.mark.parametrize("size", [(1900, 90), (90, 1900), (257, 64), (1024, 256)])
def test_the_tiles_of_a_long_picture_cover_it_at_full_size(size: tuple[int, int]) -> None:
    settings = SETTINGS.model_copy(update={"output_format": "png"})
    page = compressed(*size, settings)
    assert max(page.width, page.height) == 256
    assert page.shrunk
    axis = 0 if size[0] > size[1] else 1
    whole = striped(*size)
    end = 0
    for tile in page.tiles:
        place, extent = (tile.left, tile.top), (tile.width, tile.height)
        assert max(extent) <= 256
        assert place[1 - axis] == 0
        assert extent[1 - axis] == size[1 - axis]
        assert end == 0 or place[axis] <= end - 20  # overlapping
        picture = Image.open(io.BytesIO(tile.data)).convert("RGB")
        shown = whole.crop((*place, place[0] + extent[0], place[1] + extent[1]))
        assert picture.tobytes() == shown.tobytes()
        end = place[axis] + extent[axis]
    assert end == max(size)
    assert page.tiles[0].left == page.tiles[0].top == 0


@pytest.mark.parametrize("size", [(256, 40), (700, 300), (300, 700), (240, 200)])
def test_others_have_none(size: tuple[int, int]) -> None:
    assert compressed(*size).tiles == ()


def test_what_is_enormous_is_shrunk_to_tiles_of_all_bounds() -> None:
    """Its shorter side is a tile's at most."""
    page = compressed(3000, 600)
    assert {tile.height for tile in page.tiles} == {256}
    assert page.tiles[-1].left + page.tiles[-1].width == 1280


@pytest.mark.asyncio(loop_scope="module")
async def test_the_stage_stores_tiles(bench: Bench) -> None:
    outcome = await bench.run(save("png", striped(3000, 64)))
    assert isinstance(outcome, Done)
    assert outcome.next is not None
    assert isinstance(outcome.next.payload, OcrPayload)
    (page,) = outcome.next.payload.pages
    assert (page.width, page.height) == (2048, 44)
    assert [(tile.left, tile.width, tile.height) for tile in page.tiles] == [(0, 2048, 64), (952, 2048, 64)]
    for tile in page.tiles:
        assert Image.open(io.BytesIO(await bench.blobs.get(tile.image))).size == (2048, 64)
