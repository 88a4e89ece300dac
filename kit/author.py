"""What `checks.py` beside an exercise is written with: an exercise's own checks, for what kit's vocabulary lacks.

    from kit.author import Answer, Evidence, ProgramRef, fail, output_cite, passed

    def polite(evidence: Evidence, program: ProgramRef, word: str = "please") -> Answer:
        said = [line for line in evidence.outputs if line.program == program and word in line.data.decode()]
        answer = passed if said else fail
        return answer(expected=f"{program} says {word}", observed=f"{len(said)} lines do", cites=map(output_cite, said))

`docs/authors.md` has the whole of it.
"""

from __future__ import annotations

from kit.checks._premise import if_whole, table_at, untraced
from kit.checks._words import (
    call_cite,
    count,
    exit_cite,
    output_cite,
    packet_cite,
    quoted,
    sequence,
    socket_cite,
)
from kit.evidence.model import Call, Capture, Evidence, Exit, Output, Socket, SocketTable
from kit.exercise.model import Port
from kit.exercise.references import HostRef, ProgramRef, SnapshotRef
from kit.packets.conversation import Conversation
from kit.packets.model import Endpoint, Packet
from kit.verdict import Answer, Cite, fail, inconclusive, passed

__all__ = [
    "Answer",
    "Call",
    "Capture",
    "Cite",
    "Conversation",
    "Endpoint",
    "Evidence",
    "Exit",
    "HostRef",
    "Output",
    "Packet",
    "Port",
    "ProgramRef",
    "SnapshotRef",
    "Socket",
    "SocketTable",
    "call_cite",
    "count",
    "exit_cite",
    "fail",
    "if_whole",
    "inconclusive",
    "output_cite",
    "packet_cite",
    "passed",
    "quoted",
    "sequence",
    "socket_cite",
    "table_at",
    "untraced",
]
