"""What a stage's last hour says of how long its jobs took."""

from shared.streams.last_hour import BOUNDS_MS, _quantile


def test_quantiles_lie_within_the_class_that_holds_them() -> None:
    classes = [0] * (len(BOUNDS_MS) + 1)
    assert _quantile(classes, 0.5) is None
    classes[BOUNDS_MS.index(6400)] = 4  # between 3.2 and 6.4 s
    assert _quantile(classes, 0.5) == 4.8
    assert _quantile(classes, 0.95) == 6.24
    classes[0] = 4
    assert _quantile(classes, 0.25) == 0.025  # the first one begins at nothing
    assert _quantile(classes, 0.5) == 0.05
    classes[-1] = 92
    assert _quantile(classes, 0.95) is None
