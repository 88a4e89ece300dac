"""TCP, analysed: what each segment means, how a connection went, and what became of packets on the way.

analyse      one conversation -> facts of every segment, and of the whole
Analyser     the same as a stream, over all connections of a capture
states       what state an end was in, when, and why (RFC 9293 3.3.2)
between      two captures: which packet arrived as which, and which were lost, late or reordered
"""

from kit.packets.tcp.analyser import Analyser
from kit.packets.tcp.conversation import analyse
from kit.packets.tcp.model import Analysis, SegmentFacts
from kit.packets.tcp.passage import Passage, between
from kit.packets.tcp.states import disagreements, states

__all__ = [
    "Analyser",
    "Analysis",
    "Passage",
    "SegmentFacts",
    "analyse",
    "between",
    "disagreements",
    "states",
]
