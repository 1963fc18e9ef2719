"""The attacker's process, a child by `shared.children`: what attacking computes does not count as the attacked one's. A
stranger brings a machine of their own, so this one takes only what others leave of the processors."""

import asyncio
import os

import msgspec

from shared.children.child import Child
from shared.children.pool import bare_environment
from shared.children.protocol import Loaded, Target, Tell
from shared.http_server import raise_descriptor_limit
from tests.attack.attacks import ATTACKS, Size, Tried
from tests.attack.files import bombs, corpus
from tests.attack.target import Aim

_NICE = 10
_DESCRIPTORS = 10_000


class Strike(msgspec.Struct):
    """An attack to be made."""

    name: str
    aim: Aim
    size: Size


TARGET: Target[Strike, None, Tried] = Target(__name__, Strike, None, Tried)


def attacker() -> Child[Strike, None, Tried]:
    """The process; `start` it, and `end` it."""
    return Child(TARGET, environment=bare_environment())


def load() -> Loaded[Strike, None, Tried]:
    """Make all files first: while they are made, nobody is attacked."""
    raise_descriptor_limit(_DESCRIPTORS)
    corpus(), bombs()
    os.nice(_NICE)
    return "", attack


def attack(strike: Strike, _tell: Tell[None]) -> Tried:
    """Make one attack; whatever it raises is told with its traceback."""
    tried = Tried()
    asyncio.run(ATTACKS[strike.name](strike.aim, strike.size, tried))
    return tried
