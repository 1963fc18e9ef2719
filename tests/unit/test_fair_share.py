"""What is scarce is shared between those who want it."""

import gc
import time
import weakref

from shared.fair_share import FairShare, Hold


def holds(share: FairShare, client: str, count: int, amount: int = 1, *, at_work: bool = True) -> list[Hold]:
    made = [Hold(client, lambda: None, at_work=at_work) for _ in range(count)]
    assert all(share.take(each, amount) for each in made)
    return made


def test_one_alone_has_all_of_it_and_no_more() -> None:
    share = FairShare(8)
    holds(share, "a", 8)
    assert not share.take(Hold("a", lambda: None))
    assert share.total == 8


def test_another_takes_from_the_greediest_its_newest() -> None:
    share, ended = FairShare(8), []
    greedy = holds(share, "a", 7)
    holds(share, "b", 1)
    greedy[-1].evict = lambda: ended.append("newest")
    assert share.take(Hold("c", lambda: None))
    assert (ended, greedy[-1].evicted, share.total) == (["newest"], True, 8)
    # Up to its own share, and not beyond.
    taken = sum(share.take(Hold("c", lambda: None)) for _ in range(8))
    assert taken == 2
    assert share.total == 8


def test_what_cannot_be_ended_is_left_alone() -> None:
    share = FairShare(2)
    for each in holds(share, "a", 2):
        each.evict = None
    assert not share.take(Hold("b", lambda: None))


def test_of_ones_own_only_what_stands_idle_makes_room() -> None:
    share = FairShare(3)
    made = _, idle, _ = holds(share, "a", 3, at_work=False)
    for each in made:
        each.moved += 3600  # however long the next line takes to come
    assert not share.take(Hold("a", lambda: None))
    idle.moved = time.monotonic() - 2
    assert share.take(Hold("a", lambda: None))
    assert idle.evicted


def test_what_is_released_is_there_again_and_twice_is_fine() -> None:
    share = FairShare(4)
    (held,) = holds(share, "a", 1, 4)
    share.release(held)
    share.release(held)
    assert share.total == 0
    holds(share, "b", 4)


def test_whose_a_hold_was_is_gone_once_it_is_given_back() -> None:
    """Without a look for garbage, which two thousand streams made long."""

    class Stream:
        def __init__(self) -> None:
            self.hold = Hold("a", self.close)

        def close(self) -> None: ...

    share, stream = FairShare(1), Stream()
    assert share.take(stream.hold)
    share.release(stream.hold)
    left = weakref.ref(stream)
    gc.disable()
    try:
        del stream
        assert left() is None
    finally:
        gc.enable()
