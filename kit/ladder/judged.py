"""What the analyser says of each packet of the ladder, from the capture that knows best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.packets.tcp import analyse

if TYPE_CHECKING:
    from kit.ladder.wire import Crossing, View
    from kit.packets.tcp import Analysis, SegmentFacts

# What is sent again is no guess in the sender's own capture, so the guesses from times go (see SegmentFacts).
_GUESSES = frozenset({"retransmission", "out_of_order"})


class Judged:
    """Analyses conversations, each once, when it is first asked about."""

    def __init__(self) -> None:
        self._analysed: dict[
            int, Analysis
        ] = {}  # by identity: to compare conversations is to compare packets

    def marks(self, one: Crossing) -> frozenset[str]:
        """Give the names of what is special about a packet: `retransmission`, `zero_window`, ..."""
        facts = self._facts(one.view)
        if facts is None:
            return frozenset()
        if one.sent is None:
            return facts.flags
        return facts.flags - _GUESSES | ({"retransmission"} if facts.sent_again else set())

    def rtt_ns(self, one: Crossing) -> int | None:
        """Give the time from a segment to this acknowledgement of it, as the one who waited for it measured."""
        facts = None if one.received is None else self._facts(one.received)
        return None if facts is None else facts.rtt_ns

    def _facts(self, view: View) -> SegmentFacts | None:
        key = id(view.conversation)
        if key not in self._analysed:
            self._analysed[key] = analyse(view.conversation)
        return self._analysed[key].facts(view.packet.number)
