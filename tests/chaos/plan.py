"""What goes wrong and when: a pure function of the seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "kill",
    "stop",
    "stop-all",
    "restart",
    "restart-redis",
    "failover",
    "refuse",
    "flush",
    "cut",
    "restart-postgres",
    "blobs",
    "upgrade",
    "away",
    "freeze-gateway",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

HOWS: dict[Kind, tuple[str, ...]] = {
    "kill": ("kill",),
    "stop": ("stop",),
    "stop-all": ("stop",),
    "restart": ("drain",),
    "restart-redis": ("graceful", "kill"),
    "failover": ("switch", "kill"),
    "refuse": ("oom", "misconf", "noreplicas"),
    "flush": ("flushall", "wipe"),
    "cut": ("cut", "blackhole", "mute", "delay"),
    "restart-postgres": ("graceful", "crash"),
    "blobs": ("hang",),
    "upgrade": ("any-order",),
    "away": ("half",),
    "freeze-gateway": ("stop",),
}
"""Ways to do each kind.

``drain``: SIGTERM, then start anew. ``wipe``: Redis is killed and comes back without its file. ``cut``: connections
are reset and refused; ``blackhole``: nothing passes; ``mute``: requests arrive, answers do not; ``delay``: everything
is late. ``crash``: Postgres ends without a checkpoint and recovers. ``stop-all``: every worker at once, so that nobody
is left to take anything up. ``switch``: a replica takes over in good order, and the clients find it some seconds later;
``kill``, of a failover: the master dies, and with it what the replica did not have yet. ``oom``, ``misconf``,
``noreplicas``: Redis answers, and takes no writes. ``hang``: the blob store of a worker neither answers nor refuses.
``any-order``: every process is drained and replaced by one that writes a later version of entries, in an order by
chance. ``half``: Redis is away for half of the run, once, and documents are worked directly. ``freeze-gateway``:
meanwhile one gateway is stopped for longer than its claims hold, so that the other takes over what it works before it
wakes up.
"""

REDIS, POSTGRES, WORKERS, FLEET = "redis", "postgres", "workers", "fleet"
_SERVERS: dict[Kind, str] = {
    "restart-redis": REDIS,
    "failover": REDIS,
    "refuse": REDIS,
    "flush": REDIS,
    "restart-postgres": POSTGRES,
    "stop-all": WORKERS,
    "upgrade": FLEET,
    "away": REDIS,
}
_BEGIN = 2.0
"""Seconds before the first action: there must be something to disturb."""
CLAIM_LEASES = 5
"""How long a gateway's claim on a document that it works directly lasts, in leases."""


@dataclass(frozen=True, slots=True)
class Action:
    """One disturbance."""

    at: float
    """Seconds after the beginning."""
    kind: Kind
    how: str
    target: str
    """Name of a process, or `REDIS` or `POSTGRES`."""
    lasts: float
    """Seconds until it is undone: the process started or continued, the server started, the connection mended."""
    server: str = ""
    """With `cut`: from which server the process is cut off."""

    def __str__(self) -> str:
        what = f"{self.kind} {self.how}" if self.how != self.kind else self.kind
        of = f" from {self.server}" if self.server else ""
        return f"{self.at:6.1f} s  {what} {self.target}{of} for {self.lasts:.1f} s"


def plan(
    seed: int,
    seconds: float,
    workers: Sequence[str],
    gateways: Sequence[str],
    kinds: Sequence[Kind] = KINDS,
    lease: float = 6.0,
    pace: float = 3.0,
) -> list[Action]:
    """The actions of one run, in order. The same arguments give the same actions, on every machine.

    Every way of every kind comes up once before any comes up again, as far as `seconds` reach.

    Args:
        seed: of everything random.
        seconds: all actions begin within these.
        workers: names of the worker processes.
        gateways: names of the gateway processes.
        kinds: which may happen.
        lease: seconds after which a silent worker's jobs are taken over; stops and cuts are of both sides of it.
        pace: seconds from one action to the next, on average, where there is time.
    """
    chance = random.Random(seed)
    ways = [(kind, how) for kind in kinds for how in HOWS[kind] if kind not in ("away", "freeze-gateway")]
    # The pace follows the time there is, so that a short run meets every way too.
    pace = min(max((seconds - _BEGIN) / (max(len(ways), 1) * 1.5), 0.8), pace)
    waiting: list[tuple[Kind, str]] = []
    busy: dict[str, float] = {}
    actions: list[Action] = []
    away = (seconds, seconds)
    if "away" in kinds:
        away = (seconds / 4, seconds * 3 / 4)
        actions.append(Action(round(away[0], 3), "away", "half", REDIS, round(seconds / 2, 3)))
    if "freeze-gateway" in kinds:
        # While documents are worked directly, if they are: until then it has some, and the others have time afterwards.
        begin, lasts = away[0] + seconds / 16 if "away" in kinds else seconds / 4, 1.2 * CLAIM_LEASES * lease
        actions.append(Action(round(begin, 3), "freeze-gateway", "stop", gateways[-1], round(lasts, 3)))
        frozen = (gateways[-1], begin, begin + lasts)
    else:
        frozen = ("", 0.0, 0.0)
    unstopped: list[str] = []
    at = _BEGIN
    while ways and at < seconds:
        if not waiting:
            waiting = chance.sample(ways, len(ways))
        kind, how = waiting.pop()
        # What the gateways' blob store does, the uploads meet at once; a worker's is met in the middle of a job.
        of = workers if kind == "blobs" else [*workers, *workers, *gateways]
        target = _SERVERS.get(kind) or chance.choice(of)
        if kind == "stop":
            # Every single one has its turn.
            unstopped = unstopped or chance.sample([*workers, *gateways], len(workers) + len(gateways))
            target = unstopped.pop()
        lasts = _lasts(chance, kind, how, lease)
        server = chance.choice((REDIS, REDIS, POSTGRES)) if kind == "cut" else ""
        # Two actions on one target at once would undo each other; the second waits for its turn.
        begin = max(at, busy.get(target, 0.0))
        if target == REDIS and begin + lasts + 1.0 > away[0] and begin < away[1]:
            begin = away[1] + 1.0
        if target == frozen[0] and begin + lasts + 1.0 > frozen[1] and begin < frozen[2]:
            begin = frozen[2] + 1.0
        if begin < seconds:
            actions.append(Action(round(begin, 3), kind, how, target, round(lasts, 3), server))
            busy[target] = begin + lasts + 1.0
        at += chance.uniform(0.4, 1.6) * pace
    return sorted(actions, key=lambda action: (action.at, action.target))


def _lasts(chance: random.Random, kind: Kind, how: str, lease: float) -> float:
    if how == "flushall":
        return 0.0
    if kind == "stop-all":
        return chance.uniform(1.2, 2.0) * lease
    if kind == "blobs":
        return chance.uniform(0.5, 1.5) * lease
    if kind == "refuse":
        return chance.uniform(3.0, 10.0)
    if kind in ("stop", "cut"):
        # Half of them are over before anybody may take the work up, half only after that.
        return chance.uniform(0.2, 0.8) * lease if chance.random() < 0.5 else chance.uniform(1.2, 2.0) * lease
    if kind in ("kill", "restart"):
        return chance.choice((0.0, chance.uniform(0.5, 2.0) * lease))
    return chance.uniform(0.0, 3.0)
