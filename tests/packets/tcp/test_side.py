"""The sorted lists of a side say what a plain walk over all segments says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kit.packets.stream import Seen
from kit.packets.tcp.side import MOST_UNACKNOWLEDGED, Sent, Unacknowledged

RANGES = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda pair: (pair[0], pair[0] + pair[1]))


class Walk:
    """Every segment in a list, as tshark keeps them."""

    def __init__(self) -> None:
        self.segments: list[tuple[int, int, Sent]] = []

    def acknowledge(self, ack: int) -> Sent | None:
        found = next((sent for _, end, sent in self.segments if end == ack), None)
        self.segments = [(max(begin, ack), end, sent) for begin, end, sent in self.segments if end > ack]
        return found

    @property
    def reach(self) -> int:
        if not self.segments:
            return 0
        return max(end for _, end, _ in self.segments) - min(begin for begin, _, _ in self.segments)


@given(st.lists(RANGES | st.integers(0, 40)))
def test_what_is_unacknowledged_is_what_a_walk_over_all_segments_finds(
    steps: list[tuple[int, int] | int],
) -> None:
    sorted_lists, walk = Unacknowledged(), Walk()
    for number, step in enumerate(steps):
        if isinstance(step, int):
            assert sorted_lists.acknowledge(step) == walk.acknowledge(step)
        else:
            sorted_lists.add(*step, Sent(number, number))
            walk.segments.append((*step, Sent(number, number)))
        assert sorted_lists.reach == walk.reach


def test_what_is_never_acknowledged_does_not_pile_up() -> None:
    unacknowledged = Unacknowledged()
    for number in range(2 * MOST_UNACKNOWLEDGED):
        unacknowledged.add(number, number + 1, Sent(number, number))
    assert unacknowledged.reach == MOST_UNACKNOWLEDGED


@given(st.lists(RANGES))
def test_seen_ranges_are_what_a_set_of_bytes_says(ranges: list[tuple[int, int]]) -> None:
    seen, numbers = Seen(), set[int]()
    for begin, end in ranges:
        assert seen.add(begin, end) == numbers.issuperset(range(begin, end))
        numbers.update(range(begin, end))
