"""Finds rules too faint for their edges to be seen one by one: hairlines, dotted and dashed ones in a noisy photo.

A rule that is hidden in noise at each of its points is not hidden in their mean. The picture's second difference across
the wanted direction (a ridge) is averaged along it over some lines of text, which leaves the noise divided by the root
of the length; a step of brightness has no mean of one sign. Averaging smears a rule beyond its ends, but the mean over
a window falls to half of the rule's own strength just where the rule ends: so each rule is cut off at half of what it
has elsewhere, and a merged cell between two rules stays open. (A matched filter for straight lines, as the Radon
transform at one angle; the page has been straightened before.)
"""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from services.extractor.reading.model import Picture

Mask = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_REACH = 3
"""Pixels to either side of a rule, where its ground is looked at; the width of the widest faint rule."""
_WINDOW = 2.4
"""Text heights that are averaged: several dashes."""
_NOISE = 12.0
"""Times the noise of the means: what a rule stands out by, and a fold or a scanner's streak does not."""
_LEAST = 1.2
"""Grey levels, on a picture without noise."""
_FREE = 0.75
"""Share of a window that is taken to be free of text: where it is less, what is seen counts for less."""
_SUPPORT = 2.0
"""Windows in which a rule must be seen at one position, in sum."""
_WAVER = 2
"""Pixels by which a rule strays from its position."""
_STRAIGHT = 0.7
"""Share of what is seen of a rule that lies at its one position."""
_NEARER, _NEAR_LEAST = 4, 0.25
"""Times shorter than the window: in which a rule must be seen with this share of its own strength."""
_EDGED = 0.75
"""Share of a rule along which its edges are seen: then they say better than means where it ends."""
_SEEN = 0.6
"""Share of the shorter window free of text, where it is asked at all."""
_MOSTLY = 0.5
"""Share of a stretch in which the longer window sees it."""
_HALF = 0.5
"""Of a rule's own strength: where it ends."""


def faint_rules(small: Picture, text: Mask, known: Mask, size: float, *, vertical: bool) -> Mask:
    """255 where a rule runs of which the edges alone show little, as narrow as it is.

    Args:
        small: the picture that is searched, RGB.
        text: 255 under text, which is no rule.
        known: 255 where edges are seen.
        size: median text height, in its pixels.
    """
    grey: Floats = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    free: Floats = (cv2.dilate(text, np.ones((2 * _REACH + 3, 2 * _REACH + 3), np.uint8)) == 0).astype(np.float32)
    if not vertical:
        grey, free, known = np.ascontiguousarray(grey.T), np.ascontiguousarray(free.T), known.T
    found = np.zeros(grey.shape, np.uint8)
    window = max(9, round(_WINDOW * size)) | 1
    if min(grey.shape) <= max(window, 4 * _REACH):
        return found if vertical else found.T
    ridge = _ridge(grey) * free
    (means, _), (near, open_) = _means(ridge, free, window), _means(ridge, free, window // _NEARER | 1)
    for sign in (1.0, -1.0):
        # Beside text the shorter window sees next to nothing.
        _draw(found, sign * means, np.where(open_ < _SEEN, np.inf, sign * near), known, window)
    return found if vertical else np.ascontiguousarray(found.T)


def _ridge(grey: Floats) -> Floats:
    """How much darker each point is than both its sides."""
    kernel = np.zeros((1, 2 * _REACH + 1), np.float32)
    kernel[0, 0] = kernel[0, -1] = 0.5
    kernel[0, _REACH] = -1.0
    ridge = cv2.filter2D(grey, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)
    # One blot must not pass for a long faint rule.
    clipped: Floats = np.clip(ridge, -40.0, 40.0)
    return clipped


def _means(ridge: Floats, free: Floats, window: int) -> tuple[Floats, Floats]:
    """The means of a window above and below each point, and how much of it is free of text."""
    total = cv2.boxFilter(ridge, cv2.CV_32F, (1, window), normalize=True, borderType=cv2.BORDER_CONSTANT)
    known = cv2.boxFilter(free, cv2.CV_32F, (1, window), normalize=True, borderType=cv2.BORDER_REPLICATE)
    mean: Floats = (total / np.maximum(known, _FREE)).astype(np.float32)
    return mean, known.astype(np.float32)


def _draw(found: Mask, strength: Floats, near: Floats, known: Mask, window: int) -> None:
    """Add the rules that stand out of a map of mean ridges to `found`.

    Args:
        near: the means over a shorter window, which are noisier, but see a gap of a low merged cell.
    """
    sample = strength[::5, ::5]
    noise = 1.4826 * float(np.median(np.abs(sample - np.median(sample))))
    limit = max(_LEAST, _NOISE * noise)
    support = (strength > limit).sum(axis=0)
    # Positions near each other are one rule that wavers.
    columns = np.flatnonzero(support >= window)
    groups = np.split(columns, np.flatnonzero(np.diff(columns) > _WAVER) + 1) if len(columns) else []
    for group in groups:
        best = int(group[np.argmax(support[group])])
        x0, x1 = max(0, best - _WAVER), min(strength.shape[1], best + _WAVER + 1)
        along = strength[:, x0:x1].max(axis=1)
        seen = along > limit
        # A fold, or a streak of the scanner's, drifts from one position to the next.
        anywhere = (strength[:, group[0] : group[-1] + 1] > limit).any(axis=1)
        if seen.sum() < max(_SUPPORT * window, _STRAIGHT * anywhere.sum()):
            continue
        edged = known[:, max(0, x0 - _REACH) : x1 + _REACH].any(axis=1)
        if (edged & seen).sum() > _EDGED * seen.sum():
            continue
        usual = float(np.percentile(along[seen], 85))
        close = near[:, x0:x1].max(axis=1)
        drawn = (along > max(limit, _HALF * usual)) & (close > _NEAR_LEAST * usual)
        # Text at a rule's end hides too much of the window; the shorter one sees how far it goes on.
        hidden = np.isinf(close)
        covered = cv2.erode(hidden[None].astype(np.uint8), np.ones((1, window // _NEARER | 1), np.uint8))[0] > 0
        going_on = drawn | (close > _HALF * usual)
        dash = np.ones((1, window // 3 | 1), np.uint8)
        whole = cv2.morphologyEx(going_on[None].astype(np.uint8), cv2.MORPH_CLOSE, dash)[0]
        # Between a rule's end and the text of a low merged cell there is little to be seen, but it is seen to be empty.
        whole[close < _NEAR_LEAST * usual] = 0
        ends = np.flatnonzero(np.diff(whole.astype(np.int8), prepend=0, append=0))
        # What runs off the picture is a fold in the paper or a streak of the scanner's.
        if len(ends) and (ends[0] < window // 2 or ends[-1] > len(whole) - window // 2):
            continue
        for begin, end in list(pairwise(ends))[::2]:
            if drawn[begin:end].sum() >= max(window // 3, _MOSTLY * (~hidden[begin:end]).sum()):
                found[begin:end, max(0, best - 1) : best + 2][~covered[begin:end]] = 255
