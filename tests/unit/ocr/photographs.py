"""Pages laid on a desk and photographed: a pinhole camera, a desk, a lamp and noise, all drawn."""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.crops import Image

Matrix = NDArray[np.float64]


def shot(
    page: Image,
    tilt: float,
    towards: float,
    roll: float = 0.0,
    fills: float = 0.7,
    size: tuple[int, int] = (1200, 900),
    desk: tuple[int, int, int] | None = (110, 84, 60),
) -> tuple[Image, Matrix]:
    """A photo of a page.

    Args:
        page: (height, width, 3).
        tilt: degrees between the camera's axis and the page's normal.
        towards: degrees, the direction of the axis about which it is tilted.
        roll: degrees by which the camera is turned about its own axis.
        fills: the page's share of the photo's width, or of its height where that is reached first.
        size: width and height of the photo.
        desk: its colour; None is paper that goes on beyond the page.

    Returns:
        The photo, and the homography from the page's pixels to it.
    """
    height, width = page.shape[:2]
    wide, high = size
    axis = np.radians(tilt) * np.array([np.cos(np.radians(towards)), np.sin(np.radians(towards)), 0.0])
    turned = cv2.Rodrigues(axis)[0] @ cv2.Rodrigues(np.array([0.0, 0.0, np.radians(roll)]))[0]
    lens = np.array([[0.9 * wide, 0, wide / 2], [0, 0.9 * wide, high / 2], [0, 0, 1.0]])
    centred = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 0.0]])
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], dtype=np.float64)
    distance = 20.0 * width
    for _ in range(40):  # walk up to the page until it fills its share
        away = np.zeros((3, 3))
        away[2, 2] = distance
        matrix = lens @ (turned @ centred + away)
        seen = cv2.perspectiveTransform(corners, matrix)[0]
        reach = float(((seen.max(axis=0) - seen.min(axis=0)) / size).max())
        distance *= reach / fills
    middle = (seen.max(axis=0) + seen.min(axis=0)) / 2
    matrix = np.array([[1, 0, wide / 2 - middle[0]], [0, 1, high / 2 - middle[1]], [0, 0, 1.0]]) @ matrix
    noise = np.random.default_rng(5)
    ground = np.full((high, wide, 3), desk or page[0, 0], dtype=np.float64)
    if desk:  # grain along the wood
        ground += cv2.GaussianBlur(noise.normal(0, 60, (high, wide)), (0, 0), 20, sigmaY=1)[:, :, None]
    ground = np.clip(ground, 0, 255).astype(np.uint8)
    double = np.diag([2.0, 2.0, 1.0])
    big = cv2.resize(ground, None, fx=2, fy=2)
    cv2.warpPerspective(page, double @ matrix, (2 * wide, 2 * high), dst=big, borderMode=cv2.BORDER_TRANSPARENT)
    photo = cv2.resize(big, size, interpolation=cv2.INTER_AREA) + noise.normal(0, 3, (high, wide, 3))
    return np.clip(photo, 0, 255).astype(np.uint8), np.asarray(matrix, dtype=np.float64)


def grid(
    size: tuple[int, int] = (1100, 800), rows: int = 6, columns: int = 5, ruled: bool = True, margin: int = 70
) -> Image:
    """A white page with a timetable: words in cells, and rules if wanted."""
    width, height = size
    page = np.full((height, width, 3), 255, dtype=np.uint8)
    xs = np.linspace(margin, width - margin, columns + 1).round().astype(int)
    ys = np.linspace(margin, height - margin, rows + 1).round().astype(int)
    for row in range(rows):
        for column in range(columns):
            word = NAMES[(row * columns + column) % len(NAMES)]
            at = (int(xs[column]) + 14, int(ys[row + 1] + ys[row]) // 2 + 8)
            cv2.putText(page, word, at, cv2.FONT_HERSHEY_SIMPLEX, 0.75, (20, 20, 20), 2, cv2.LINE_AA)
    if ruled:
        for x in xs:
            cv2.line(page, (int(x), int(ys[0])), (int(x), int(ys[-1])), (60, 60, 60), 2)
        for y in ys:
            cv2.line(page, (int(xs[0]), int(y)), (int(xs[-1]), int(y)), (60, 60, 60), 2)
    return page


NAMES = ["Maths", "English", "Science", "Music", "History", "Art", "Drama", "Lunch", "French"]


def leaning(matrix: Matrix, size: tuple[int, int]) -> float:
    """Degrees by which a page's axes stray from the picture's after `matrix`, at the worst point of a page."""
    width, height = size
    worst = 0.0
    for x in np.linspace(0.1, 0.9, 5) * width:
        for y in np.linspace(0.1, 0.9, 5) * height:
            here, right, below = cv2.perspectiveTransform(np.array([[[x, y], [x + 20, y], [x, y + 20]]]), matrix)[0]
            across, down = right - here, below - here
            worst = max(worst, abs(np.degrees(np.arctan2(across[1], across[0]))))
            worst = max(worst, abs(np.degrees(np.arctan2(-down[0], down[1]))))
    return float(worst)


def proportion(matrix: Matrix, size: tuple[int, int]) -> float:
    """Width over height of a page after `matrix`, against its own."""
    width, height = size
    x, y, step = width / 2, height / 2, width / 4
    here, right, below = cv2.perspectiveTransform(np.array([[[x, y], [x + step, y], [x, y + step]]]), matrix)[0]
    return float(np.linalg.norm(right - here) / np.linalg.norm(below - here))
