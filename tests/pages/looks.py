"""What becomes of a drawn page on its way: scanned, photographed, turned, shrunk, put into a PDF.

Pillow only. Everything random comes from the given source: Pillow's own noise cannot be seeded.
"""

import io
import math
import random
import time
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.pages.canvas import Canvas
from tests.pages.pdf import write_pdf

LOOKS = (
    "clean", "dark", "scan", "photo", "screen", "messenger", "turned90", "turned180", "turned_exif", "pdf", "pdf_text",
)  # fmt: skip


def noise(rng: random.Random, size: tuple[int, int], reach: int) -> Image.Image:
    """Even noise of ±`reach` around 128, grey."""
    raw = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    return raw.point([128 + round((value - 127.5) * reach / 127.5) for value in range(256)])


def _grain(rng: random.Random, image: Image.Image, reach: int, blur: float = 0.6) -> Image.Image:
    grain = noise(rng, image.size, reach).filter(ImageFilter.GaussianBlur(blur))
    bands = [ImageChops.add(band, grain, 1, -128) for band in image.split()]
    return Image.merge(image.mode, bands)


def _shade(rng: random.Random, image: Image.Image, darkest: int) -> Image.Image:
    """Uneven light: a coarse grid of brightness, smoothed over the page."""
    corner = rng.sample(range(4), 4)
    levels = [darkest + (255 - darkest) * rank // 3 for rank in corner]
    coarse = Image.new("L", (2, 2))
    coarse.putdata(levels)
    light = coarse.resize((16, 16), Image.Resampling.BICUBIC).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, Image.merge("RGB", (light,) * 3))


def _coefficients(target: Sequence[tuple[float, float]], source: Sequence[tuple[float, float]]) -> list[float]:
    """The eight numbers of the perspective that takes target points to source points (Gauss-Jordan elimination)."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(target, source, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        pivot = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for row in range(8):
            if row != at:
                factor = rows[row][at]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[at], strict=True)]
    return [row[8] for row in rows]


def _desk(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """A table top: a colour, a grain in one direction, and now and then another sheet or a pen on it."""
    red, green, blue = rng.choice(
        ((146, 104, 66), (92, 64, 44), (188, 158, 122), (70, 74, 80), (176, 178, 176), (40, 58, 70))
    )
    streaks = noise(rng, (size[0] // 40 + 1, size[1] // 3 + 1), 26).resize(size, Image.Resampling.BICUBIC)
    desk = Image.merge(
        "RGB", [streaks.point([min(255, max(0, level + v - 128)) for v in range(256)]) for level in (red, green, blue)]
    )
    draw = ImageDraw.Draw(desk)
    if rng.random() < 0.5:
        x, y = rng.randrange(size[0]), rng.choice((0, size[1] - 60))
        draw.line((x, y, x + rng.randint(200, 600), y + rng.randint(-40, 80)), fill=(30, 40, 120), width=22)
    if rng.random() < 0.4:
        side = rng.choice((-0.9, 0.93))
        left = side * size[0]
        draw.polygon(
            [(left, 60), (left + size[0], 20), (left + size[0], size[1] * 0.6), (left - 40, size[1] * 0.64)],
            fill=(232, 230, 224),
        )
    return desk


def _in_perspective(
    rng: random.Random, page: Image.Image, ground: Image.Image, tilt: float, share: float
) -> Image.Image:
    """Lay the page on the ground, seen at an angle.

    Args:
        tilt: how far corners stray, as a share of the page.
        share: of the ground's width and height that the page takes.
    """
    width, height = ground.size
    fit = min(width * share / page.width, height * share / page.height)
    wide, tall = page.width * fit, page.height * fit
    left, top = (width - wide) / 2, (height - tall) / 2
    turn = math.radians(rng.uniform(-3.5, 3.5))
    corners = []
    for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)):
        px = left + x * wide + rng.uniform(-tilt, tilt) * wide
        py = top + y * tall + rng.uniform(-tilt, tilt) * tall
        dx, dy = px - width / 2, py - height / 2
        corners.append(
            (
                width / 2 + dx * math.cos(turn) - dy * math.sin(turn),
                height / 2 + dx * math.sin(turn) + dy * math.cos(turn),
            )
        )
    source = [(0, 0), (page.width, 0), (page.width, page.height), (0, page.height)]
    how = _coefficients(corners, source)
    laid = page.transform(ground.size, Image.Transform.PERSPECTIVE, how, Image.Resampling.BICUBIC)
    mask = Image.new("L", page.size, 255).transform(
        ground.size, Image.Transform.PERSPECTIVE, how, Image.Resampling.BILINEAR
    )
    shadow = mask.filter(ImageFilter.GaussianBlur(14)).point([round(value * 0.45) for value in range(256)])
    dark = Image.composite(Image.new("RGB", ground.size, "#000000"), ground, ImageChops.offset(shadow, 8, 12))
    return Image.composite(laid, dark, mask)


def scan(rng: random.Random, page: Image.Image) -> Image.Image:
    """Grey, slightly skewed, with noise."""
    grey = page.convert("L").rotate(rng.uniform(-1.5, 1.5), Image.Resampling.BICUBIC, expand=True, fillcolor=250)
    grey = grey.point(
        [min(255, round(18 + value * rng_scale)) for rng_scale in (rng.uniform(0.86, 0.93),) for value in range(256)]
    )
    return _grain(rng, grey.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.7))), rng.randint(10, 26))


def photo(rng: random.Random, page: Image.Image) -> Image.Image:
    """At an angle on a desk, in uneven light, a little blurred."""
    margin = rng.uniform(1.08, 1.35)
    size = (round(page.width * margin), round(page.height * margin))
    seen = _in_perspective(rng, page, _desk(rng, size), rng.uniform(0.01, 0.035), 0.98 / margin)
    seen = _shade(rng, seen, rng.randint(120, 195))
    warm = rng.choice(((1.0, 0.98, 0.9), (0.95, 0.98, 1.0), (1.0, 1.0, 1.0)))
    bands = [band.point([round(v * by) for v in range(256)]) for band, by in zip(seen.split(), warm, strict=True)]
    return _grain(
        rng, Image.merge("RGB", bands).filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.1))), rng.randint(8, 20)
    )


def screen(rng: random.Random, page: Image.Image) -> Image.Image:
    """A photo of a screen: a bezel, fine lines that beat with the sensor's, a cold tint and a glare."""
    framed = Image.new("RGB", (page.width + 120, page.height + 120), "#111111")
    framed.paste(page, (60, 60))
    wide, tall = framed.size
    period = rng.uniform(2.6, 4.2)
    row = bytes(round(228 + 27 * math.sin(2 * math.pi * x / period)) for x in range(wide + tall))
    lines = Image.frombytes("L", (wide + tall, 1), row).resize((wide + tall, tall))
    slope = rng.uniform(0.01, 0.06)
    lines = lines.transform((wide, tall), Image.Transform.AFFINE, (1, slope, 0, 0, 1, 0), Image.Resampling.BILINEAR)
    framed = ImageChops.multiply(framed, Image.merge("RGB", (lines,) * 3))
    glare = Image.new("L", framed.size, 0)
    x, y, reach = rng.randrange(wide), rng.randrange(tall), wide // 6
    ImageDraw.Draw(glare).ellipse((x - reach, y - reach // 2, x + reach, y + reach // 2), fill=70)
    glare = glare.filter(ImageFilter.GaussianBlur(reach // 2))
    framed = ImageChops.screen(framed, Image.merge("RGB", (glare,) * 3))
    size = (round(wide * 1.08), round(tall * 1.08))
    seen = _in_perspective(rng, framed, _desk(rng, size), rng.uniform(0.005, 0.02), 0.93)
    bands = [
        band.point([round(v * by) for v in range(256)])
        for band, by in zip(seen.split(), (0.93, 0.97, 1.0), strict=True)
    ]
    return _grain(rng, Image.merge("RGB", bands).filter(ImageFilter.GaussianBlur(0.7)), 12)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _jpeg(image: Image.Image, quality: int, orientation: int = 0) -> bytes:
    buffer = io.BytesIO()
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    image.save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


def _pdf(images: list[Image.Image]) -> bytes:
    buffer = io.BytesIO()
    # Without fixed dates the bytes would change from run to run.
    day = time.struct_time((2026, 1, 1, 0, 0, 0, 3, 1, 0))
    first, *rest = images
    first.save(
        buffer, "PDF", save_all=True, append_images=rest, resolution=150, quality=85, creationDate=day, modDate=day
    )
    return buffer.getvalue()


def render(rng: random.Random, sheets: list[Canvas], look: str) -> tuple[bytes, str]:
    """A file of the sheets in a look, with its suffix; several sheets always become a PDF."""
    images = [sheet.image for sheet in sheets]
    if look == "pdf_text":
        return write_pdf(sheets), ".pdf"
    worked = {"scan": scan, "photo": photo, "screen": screen}.get(look)
    if worked:
        images = [worked(rng, image) for image in images]
    if look == "messenger":
        images = [_shrunk(sheet.image, _messenger_side(sheet)) for sheet in sheets]
    turns = {
        "turned90": (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270),
        "turned180": (Image.Transpose.ROTATE_180,),
    }
    if look in turns:
        turn = rng.choice(turns[look])
        images = [image.transpose(turn) for image in images]
    if len(images) > 1 or look == "pdf":
        return _pdf(images), ".pdf"
    image = images[0]
    if look in {"clean", "dark", "turned180"}:
        return _png(image), ".png"
    if look == "turned_exif":
        orientation, turn = rng.choice(
            ((6, Image.Transpose.ROTATE_90), (8, Image.Transpose.ROTATE_270), (3, Image.Transpose.ROTATE_180))
        )
        return _jpeg(image.transpose(turn), 88, orientation), ".jpg"
    return _jpeg(image, rng.randint(58, 72) if look == "messenger" else rng.randint(74, 90)), ".jpg"


def _messenger_side(sheet: Canvas) -> int:
    """1,000 pixels, or 1,280 where the smallest print could not be read at 1,000."""
    smallest = min(text.size for text in sheet.texts)
    return 1000 if smallest * 1000 / max(sheet.image.size) >= 10 else 1280


def _shrunk(image: Image.Image, longest: int) -> Image.Image:
    by = longest / max(image.size)
    return (
        image.resize((round(image.width * by), round(image.height * by)), Image.Resampling.LANCZOS) if by < 1 else image
    )
