"""Which of several forms of a resource a client would rather have: the Accept field (RFC 9110, section 12.5.1)."""

from collections.abc import Sequence

JSON = "application/json"
_MAX_RANGES = 50
"""Of a field; what comes after is passed over."""


def negotiate(accept: str, offered: Sequence[str]) -> str:
    """The type of `offered` that `accept` likes best; among equals, and where it likes none, the first.

    Args:
        accept: the field's value; empty where there was none.
        offered: media types without parameters, the one to prefer first.
    """
    ranges = [_read(each) for each in accept.split(",")[:_MAX_RANGES]]
    likings = [
        max(((len(kind.rstrip("*")), q) for kind, q in ranges if _covers(kind, each)), default=(0, 0.0))[1]
        for each in offered
    ]
    best = max(likings, default=0.0)
    return offered[likings.index(best)] if best > 0 else offered[0]


def _read(part: str) -> tuple[str, float]:
    """A media range, and how much it is liked: 0 to 1."""
    kind, *parameters = (each.strip().lower() for each in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return kind, min(max(float(value), 0.0), 1.0)
            except ValueError:
                return kind, 0.0
    return kind, 1.0


def _covers(kind: str, offered: str) -> bool:
    return kind in (offered, "*/*") or (kind.endswith("/*") and offered.startswith(kind[:-1]))
