"""The vanishing points of a page from its own ruling lines, coloured areas and edges.

Each straight edge votes for the points that it leads to; candidates come from pairs of edges (RANSAC), the winner is
refined by least squares over the edges that agree with it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.ocr.preparation.plane import Vector, View, mapped
from services.ocr.preparation.segments import Segments

Floats = NDArray[np.float64]

AGREES = 0.7
"""Degrees by which an edge may miss the vanishing point it belongs to."""
TRIES = 250
MIN_EDGES = 6
NEAREST = 0.9
"""Distance of a vanishing point from the picture's middle, in longer sides: nearer means a tilt above 45 degrees."""
MIN_AGREEING = 0.6
"""Share of the edges' length that must lead to the point."""
MIN_SPREAD = 0.08
"""Spread of the edges across their direction, in longer sides: edges on one line meet anywhere."""
WORTH = 1.1
"""Times what a point at infinity explains, from which a nearer one is believed."""


@dataclass(frozen=True, slots=True)
class Vanishing:
    """Where the edges of one direction meet."""

    point: Vector
    """Homogeneous, in `View.normal` coordinates."""
    agreeing: float
    """Share of the edges' length that leads there, 0 to 1."""
    lean: float
    """Degrees by which the edges' directions stray from the axis, at the widest (a weighted 90th percentile)."""


def vanishing(view: View, segments: Segments, across: bool, widest: float = 40.0) -> Vanishing | None:
    """The vanishing point of the edges across (or down) the page; None if they do not agree on one.

    Args:
        view: the searched picture.
        segments: its edges.
        across: those nearer to the x axis; else those nearer to the y axis.
        widest: degrees from that axis up to which edges take part.
    """
    degrees = segments.degrees if across else (segments.degrees % 180) - 90
    chosen = segments.only(np.abs(degrees) <= widest)
    if len(chosen.ends) < MIN_EDGES:
        return None
    start, end = mapped(view.normal, chosen.ends[:, :2]), mapped(view.normal, chosen.ends[:, 2:])
    weights = chosen.lengths / view.unit
    middles, ways = (start + end) / 2, end - start
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    lines = np.cross(np.column_stack([start, np.ones(len(start))]), np.column_stack([end, np.ones(len(end))]))
    lines /= np.hypot(lines[:, 0], lines[:, 1])[:, None]

    best = _search(lines, middles, ways, weights, across)
    errors = _errors(best[None], middles, ways)[0]
    fits = errors <= AGREES
    agreeing = float(weights[fits].sum() / weights.sum())
    if agreeing < MIN_AGREEING or fits.sum() < MIN_EDGES:
        return None
    across_axis = middles[fits][:, 1 if across else 0]
    if np.sqrt(np.average((across_axis - np.average(across_axis, weights=weights[fits])) ** 2,
                          weights=weights[fits])) < MIN_SPREAD:  # fmt: skip
        return None
    leans = np.abs(chosen.lean[fits])
    order = np.argsort(leans)
    reached = np.cumsum(weights[fits][order]) / weights[fits].sum()
    return Vanishing(best, agreeing, float(leans[order][np.searchsorted(reached, 0.9)]))


def _errors(points: Floats, middles: Floats, ways: Floats) -> Floats:
    """(points, edges): degrees between an edge and the way from its middle to each point."""
    to_x = points[:, 0, None] - middles[None, :, 0] * points[:, 2, None]
    to_y = points[:, 1, None] - middles[None, :, 1] * points[:, 2, None]
    reach = np.hypot(to_x, to_y) + 1e-12
    sine = np.abs(to_x * ways[None, :, 1] - to_y * ways[None, :, 0]) / reach
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, 0, 1))))


def _votes(errors: Floats, weights: Floats) -> Floats:
    return np.asarray(np.clip(1 - (errors / AGREES) ** 2, 0, None) @ weights)


def _search(lines: Floats, middles: Floats, ways: Floats, weights: Floats, across: bool) -> Vector:
    # The same page must come out the same each time.
    random = np.random.default_rng(0)
    picked = random.choice(len(lines), size=(TRIES, 2), p=weights / weights.sum())
    points = np.cross(lines[picked[:, 0]], lines[picked[:, 1]])
    points = points[np.linalg.norm(points, axis=1) > 1e-9]
    far = np.column_stack([ways, np.zeros(len(ways))])
    flat = far[np.argmax(_votes(_errors(far, middles, ways), weights))]
    flat = _refined(flat, lines, middles, ways, weights, True)
    points = points[_far_enough(points)] if len(points) else points
    best = flat
    if len(points):
        near = points[np.argmax(_votes(_errors(points, middles, ways), weights))]
        near = _refined(near, lines, middles, ways, weights, False)
        votes = _votes(_errors(np.array([near, flat]), middles, ways), weights)
        if _far_enough(near[None])[0] and votes[0] > WORTH * votes[1]:
            best = near
    way = best[0] if across else best[1]
    return np.asarray(-best if way < 0 else best)


def _far_enough(points: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.hypot(points[:, 0], points[:, 1]) >= NEAREST * np.abs(points[:, 2]))


def _refined(point: Vector, lines: Floats, middles: Floats, ways: Floats, weights: Floats, flat: bool) -> Vector:
    for _ in range(3):
        errors = _errors(point[None], middles, ways)[0]
        fits = errors <= AGREES
        if fits.sum() < 2:
            return point
        # The distance from line to point, made an angle: near points count as much as far ones.
        reach = np.hypot(point[0] - middles[fits, 0] * point[2], point[1] - middles[fits, 1] * point[2])
        rows = lines[fits] * (np.sqrt(weights[fits]) * weights[fits] / np.maximum(reach, 1e-9))[:, None]
        if flat:
            _, _, base = np.linalg.svd(rows[:, :2])
            point = np.array([*base[-1], 0.0])
        else:
            _, _, base = np.linalg.svd(rows)
            point = base[-1]
    return np.asarray(point)
