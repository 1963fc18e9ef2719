"""A page as a plane before a camera: the homography that shows it from straight ahead.

Two pairs of lines that are parallel on the page, one pair across and one down, meet in two vanishing points. Each is
the direction of its lines in space, once the camera's focal length is known; a point of the page and these two
directions are the plane, and so also its proportions (Zhang and He, "Whiteboard scanning and image enhancement", 2007,
reckon them from four corners; Hartley and Zisserman, "Multiple view geometry", 8.6, from vanishing points). The
focal length follows from the two directions being square to each other where both points are near enough to tell.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

USUAL_FOCAL = 0.85
"""Of the picture's longer side: a telephone's main camera, 26 to 30 mm for a film of 36 mm."""
_FOCALS = (0.5, 2.5)
"""Times the longer side; other answers come from pages too flat to tell."""
_TELLING = 0.15
"""One over the distance of a vanishing point, in longer sides, from which it says something of the focal length."""


@dataclass(frozen=True, slots=True)
class View:
    """The picture's own coordinates, made small: lines and points of near unit size keep the algebra stable."""

    width: int
    height: int

    @property
    def unit(self) -> float:
        return float(max(self.width, self.height))

    @property
    def normal(self) -> Matrix:
        """From pixels to coordinates about the picture's middle, in units of its longer side."""
        unit = self.unit
        return np.array([[1 / unit, 0, -self.width / 2 / unit], [0, 1 / unit, -self.height / 2 / unit], [0, 0, 1]])


def line(one: Vector, other: Vector) -> Vector:
    """The homogeneous line through two points (x, y), its normal of length 1."""
    through = np.cross([*one, 1.0], [*other, 1.0])
    return np.asarray(through / np.hypot(through[0], through[1]))


def focal(across: Vector, down: Vector) -> float:
    """Focal length in units of the picture's longer side, from two vanishing points of square directions."""
    product = across[2] * down[2]
    if all(abs(point[2]) > _TELLING * np.hypot(point[0], point[1]) for point in (across, down)):
        square = -(across[0] * down[0] + across[1] * down[1]) / product
        if _FOCALS[0] ** 2 <= square <= _FOCALS[1] ** 2:
            return float(np.sqrt(square))
    return USUAL_FOCAL


def facing(view: View, across: Vector, down: Vector) -> Matrix:
    """The homography from picture pixels to the page's plane, x along `across` and y along `down`, to the right scale.

    Args:
        view: the picture.
        across, down: vanishing points, homogeneous, in `view.normal` coordinates.
    """
    length = focal(across, down)
    lens = np.array([length, length, 1.0])
    axes = []
    for point, axis in ((across, 0), (down, 1)):
        direction = point / lens
        direction = direction / np.linalg.norm(direction)
        # Which of both ways: the one that leads right, or down, at the picture's middle.
        axes.append(direction if direction[axis] > 0 else -direction)
    middle = np.array([0.0, 0.0, 1.0])
    to_picture = np.diag(lens) @ np.column_stack([axes[0], axes[1], middle])
    back: Matrix = np.linalg.inv(to_picture) @ view.normal
    return back


def mapped(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (n, 2) moved by a homography."""
    moved = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(moved[:, :2] / moved[:, 2:])


def magnification(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much a homography enlarges lengths around each point (n, 2): the square root of its Jacobian there."""
    depth = np.column_stack([points, np.ones(len(points))]) @ matrix[2]
    return np.asarray(np.sqrt(np.abs(np.linalg.det(matrix) / depth**3)))


def tilt(view: View, across: Vector, down: Vector) -> float:
    """Degrees between the page's normal and the camera's axis."""
    length = focal(across, down)
    lens = np.array([length, length, 1.0])
    normal = np.cross(across / lens, down / lens)
    return float(np.degrees(np.arccos(min(1.0, abs(normal[2]) / float(np.linalg.norm(normal))))))
