"""What a link does to the packets from one host to another: exact rules on a count. Pure: bytes and times in, bytes out.

A rule is `{"do", "counts", "first", "last", "filter", ...}`. It counts the packets of its direction that carry what
it `counts` (any `packet`, a TCP `segment` or a UDP `datagram` with payload) and fit its filter, from 1, and acts on
those from `first` to `last` (None: all from there on). Of several rules that would act on a packet the first one
does; all of them have counted it.

    drop        it never goes on
    delay       it goes on `ms` later; those behind it overtake it
    duplicate   it goes on twice
    reorder     it goes on right behind the next packet that does
    corrupt     its last byte goes on inverted, so that no checksum fits it
    hold        it goes on, in its order, when `until` is released, and the rule ends then
"""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING, Any

from kit.tap import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Act = dict[str, Any]

# Above what an honest exchange of an exercise has on its way. A full queue drops, as a router's does, and says so.
QUEUE_BYTES = 1 << 24
MOST_TOLD = 10_000  # acts of a direction: what a flood meets after that is in the captures, and would only fill a disk
NS_PER_MS, NS_PER_S = 1_000_000, 1_000_000_000


class Rule:
    def __init__(self, number: int, told: dict[str, Any]) -> None:
        self.number = number  # its place in the exercise, from 1
        self.do: str = told["do"]
        self.ms: float = told.get("ms", 0)
        self.until: str = told.get("until", "")
        self._counts: str = told["counts"]
        self._first: int = told["first"]
        self._last: int | None = told["last"]
        self._filter: list[Any] | None = told["filter"]
        self._seen = 0
        self.released = False

    def acts_on(self, found: fields.Fields) -> bool:
        """Count the packet, where it is one of those; tell whether this one is meant."""
        protocol = _CARRIERS.get(self._counts)
        if protocol is not None and not fields.payload_bytes(found, protocol):
            return False
        if self._filter is not None and not fields.fits(self._filter, found):
            return False
        self._seen += 1
        in_time = self._first <= self._seen and (self._last is None or self._seen <= self._last)
        return in_time and not self.released


_CARRIERS = {"segment": "tcp", "datagram": "udp"}


class Direction:
    """All that is between two hosts, one way. `take` what left, put on what is `due`, tell what was `done`."""

    def __init__(self, rules: list[Rule], bytes_per_s: int | None = None) -> None:
        self._rules = rules
        self._bytes_per_s = bytes_per_s
        self._packets = 0
        self._on_their_way: list[
            tuple[int, int, int, bytes, bool]
        ] = []  # due, order, packet, frame, is delayed
        self._order = 0
        self._behind: deque[tuple[int, bytes]] = deque()  # that wait for one that goes on
        self._held: list[tuple[Rule, int, bytes]] = []
        self._free_ns = 0  # when the link has put on all before, at its rate
        self._queued_bytes = 0
        self._acts: list[Act] = []
        self._told = 0

    def take(self, frame: bytes, now_ns: int) -> None:
        """Decide about a packet that has left its host."""
        self._packets += 1
        found = fields.fields(frame)
        meant = [rule for rule in self._rules if rule.acts_on(found)]
        if self._queued_bytes + len(frame) > QUEUE_BYTES:
            self._tell("overflowed", 0, self._packets, now_ns)
        elif meant:
            _DOES[meant[0].do](self, meant[0], frame, now_ns)
        else:
            self._go_on(self._packets, frame, now_ns)

    def release(self, until: str, now_ns: int) -> None:
        """Let go what is held until then, in the order in which it came; hold no more of it."""
        for rule in self._rules:
            rule.released = rule.released or rule.until == until
        kept, self._held = self._held, []
        for rule, packet, frame in kept:
            if rule.until == until:
                self._queued_bytes -= len(frame)
                self._tell("released", rule.number, packet, now_ns)
                self._go_on(packet, frame, now_ns)
            else:
                self._held.append((rule, packet, frame))

    def due(self, now_ns: int) -> Iterator[bytes]:
        """Give what is to go on by now, in its order."""
        while self._on_their_way and self._on_their_way[0][0] <= now_ns:
            due_ns, _, packet, frame, is_delayed = heapq.heappop(self._on_their_way)
            self._queued_bytes -= len(frame)
            if is_delayed:  # before what left after it was due, however late this is asked
                self._go_on(packet, frame, due_ns)
            else:
                yield frame

    @property
    def next_ns(self) -> int | None:
        """When something is due, None where nothing is on its way."""
        return self._on_their_way[0][0] if self._on_their_way else None

    @property
    def under_way(self) -> int:
        """How many packets will go on by themselves."""
        return len(self._on_their_way)

    def done(self) -> list[Act]:
        """Give what was done since this was asked last."""
        acts, self._acts = self._acts, []
        return acts

    # What rules do

    def _drop(self, rule: Rule, _frame: bytes, now_ns: int) -> None:
        self._tell("dropped", rule.number, self._packets, now_ns)

    def _delay(self, rule: Rule, frame: bytes, now_ns: int) -> None:
        self._tell("delayed", rule.number, self._packets, now_ns)
        self._send_off(self._packets, frame, now_ns + int(rule.ms * NS_PER_MS), is_delayed=True)

    def _duplicate(self, rule: Rule, frame: bytes, now_ns: int) -> None:
        self._tell("duplicated", rule.number, self._packets, now_ns)
        self._go_on(self._packets, frame, now_ns)
        self._go_on(self._packets, frame, now_ns)

    def _reorder(self, rule: Rule, frame: bytes, now_ns: int) -> None:
        self._tell("reordered", rule.number, self._packets, now_ns)
        self._queued_bytes += len(frame)
        self._behind.append((self._packets, frame))

    def _corrupt(self, rule: Rule, frame: bytes, now_ns: int) -> None:
        self._tell("corrupted", rule.number, self._packets, now_ns)
        self._go_on(self._packets, corrupted(frame), now_ns)

    def _hold(self, rule: Rule, frame: bytes, now_ns: int) -> None:
        self._tell("held", rule.number, self._packets, now_ns)
        self._queued_bytes += len(frame)
        self._held.append((rule, self._packets, frame))

    # Going on

    def _go_on(self, packet: int, frame: bytes, now_ns: int) -> None:
        self._put(packet, frame, now_ns)
        behind, self._behind = self._behind, deque()
        for late_packet, late in behind:
            self._queued_bytes -= len(late)
            self._put(late_packet, late, now_ns)

    def _put(self, packet: int, frame: bytes, now_ns: int) -> None:
        """Put it on the link, which needs its time for it where it has a rate."""
        if self._bytes_per_s is not None:
            self._free_ns = max(self._free_ns, now_ns) + len(frame) * NS_PER_S // self._bytes_per_s
            now_ns = self._free_ns
        self._send_off(packet, frame, now_ns)

    def _send_off(self, packet: int, frame: bytes, due_ns: int, *, is_delayed: bool = False) -> None:
        self._order += 1
        self._queued_bytes += len(frame)
        heapq.heappush(self._on_their_way, (due_ns, self._order, packet, frame, is_delayed))

    def _tell(self, what: str, rule: int, packet: int, now_ns: int) -> None:
        self._told += 1
        if self._told <= MOST_TOLD:
            self._acts.append({"what": what, "rule": rule, "packet": packet, "time_ns": now_ns})


_DOES: dict[str, Callable[[Direction, Rule, bytes, int], None]] = {
    "drop": Direction._drop,  # noqa: SLF001  # the table belongs to the class; methods need names first
    "delay": Direction._delay,  # noqa: SLF001
    "duplicate": Direction._duplicate,  # noqa: SLF001
    "reorder": Direction._reorder,  # noqa: SLF001
    "corrupt": Direction._corrupt,  # noqa: SLF001
    "hold": Direction._hold,  # noqa: SLF001
}


def corrupted(frame: bytes) -> bytes:
    """Invert the last byte of the IPv4 packet: payload, or a header's that the checksum is over as well."""
    at = fields.ETHERNET_BYTES
    end = min(len(frame), at + int.from_bytes(frame[at + 2 : at + 4], "big"))
    return frame[: end - 1] + bytes([frame[end - 1] ^ 0xFF]) + frame[end:]
