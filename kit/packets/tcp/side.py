"""What the analyser remembers of one side of a connection: numbers, a window, and what is not yet acknowledged.

All of it is bounded, whatever the length of the connection: so the analyser's memory grows with
connections, and with holes in what they sent, not with packets.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import NamedTuple

from kit.packets.stream import Numbered, Seen

MOST_UNACKNOWLEDGED = 10_000  # segments to remember of a side whose acknowledgements are not in the capture

UNCOUNTED = -1  # duplicates of a side whose peer acknowledged what was not captured: some are missing, too

NO_WINDOW_YET = -1
UNKNOWN_SCALE = -1  # no SYN was seen
NO_SCALE = -2  # a SYN was seen, and windows are not scaled


class Sent(NamedTuple):
    number: int  # of the packet
    time_ns: int


class Unacknowledged:
    """The segments of one side that await their acknowledgement. Numbers are unwrapped (kit.packets.stream).

    Every operation is logarithmic for segments in any order, for both questions need sorted lists only:
    which was the first segment that ended at a number, and from where to where what is left reaches.
    """

    __slots__ = ("_ends", "_first", "_steps")

    def __init__(self) -> None:
        self._ends: list[int] = []  # sorted, each once
        self._first: dict[int, Sent] = {}  # end -> the first segment that ended there
        # (end, begin), both rising: the segments that decide where what is left begins. One with another
        # that begins no later and ends no earlier never does.
        self._steps: list[tuple[int, int]] = []

    def add(self, begin: int, end: int, sent: Sent) -> None:
        ends = self._ends
        if len(ends) >= MOST_UNACKNOWLEDGED:
            return
        if end not in self._first:
            self._first[end] = sent
            if ends and end < ends[-1]:
                insort(ends, end)
            else:
                ends.append(end)
        steps = self._steps
        place = len(steps) if not steps or steps[-1][0] < end else bisect_left(steps, (end,))
        if place < len(steps) and steps[place][1] <= begin:
            return
        after = place + 1 if place < len(steps) and steps[place][0] == end else place
        while place and steps[place - 1][1] >= begin:
            place -= 1
        steps[place:after] = [(end, begin)]

    def acknowledge(self, ack: int) -> Sent | None:
        """Forget what ends up to `ack`; give the first segment that ended there, for its round-trip time."""
        ends = self._ends
        if not ends:
            return None
        found = None
        if ends[0] <= ack:
            found = self._first.get(ack)
            acknowledged = bisect_right(ends, ack)
            for end in ends[:acknowledged]:
                del self._first[end]
            del ends[:acknowledged]
        steps = self._steps
        partly = 0
        while partly < len(steps) and steps[partly][1] < ack:
            partly += 1
        if partly:  # those that end behind it now begin there: the last of them reaches farthest
            farthest = steps[partly - 1][0]
            steps[:partly] = [(farthest, ack)] if farthest > ack else []
        return found

    @property
    def reach(self) -> int:
        """How far it is from the first byte that is not acknowledged to the last one sent."""
        return self._steps[-1][0] - self._steps[0][1] if self._steps else 0


class Side(Numbered):
    """One direction. `next_seq` is unwrapped; 0 means that nothing was seen, as in the rules' source."""

    __slots__ = (
        "acknowledged",
        "acknowledged_ns",
        "contiguous",
        "duplicates",
        "in_flight_known",
        "last_marks",
        "next_seq",
        "next_seq_ns",
        "patience_ns",
        "sacked",
        "scale",
        "seen",
        "unacknowledged",
        "unscaled",
        "window",
    )

    def __init__(self) -> None:
        super().__init__()
        self.next_seq = 0  # behind the highest number sent
        self.next_seq_ns = 0  # when it last rose
        self.contiguous = 0  # the highest that the peer can acknowledge, by what was captured
        self.acknowledged = 0  # what this side acknowledged last, as it stood in the segment
        self.acknowledged_ns = 0
        self.window = NO_WINDOW_YET  # as it stood in the last segment
        self.scale = UNKNOWN_SCALE
        self.unscaled = False  # a SYN was the last word on the window, and is never scaled (RFC 7323 2.2)
        self.duplicates = 0  # of the acknowledgement, or UNCOUNTED
        self.last_marks = 0
        self.sacked = 0  # bytes in the SACK blocks of the last segment (RFC 2018)
        self.in_flight_known = True
        self.patience_ns = 3_000_000  # what came later than this is sent again; the handshake tells better
        self.unacknowledged = Unacknowledged()
        self.seen = Seen()
