"""Literal claims and measurements, for the tests of what is said of them."""

from __future__ import annotations

from dataclasses import replace

from kit.claims.model import Claim, Claims, Proof
from kit.claims.queue import Held
from kit.claims.record import Measured, Record
from tests.renderers.verdicts import BEGAN_NS, HANDSHAKE, ORDER, verdict

CLAIMS = Claims(
    document="tcp.md",
    claims=(
        Claim(
            claim={"en": "connect shakes hands", "zh": "connect 握手"},
            quote="client.connect(...) # 三次握手",
            verdict="right",
            says={"en": "Three segments.", "zh": "三个报文段。"},
            shown_by=(Proof(exercise="greeting", checks=("handshake",)),),
        ),
        Claim(
            claim={"en": "how many connections? not sure", "zh": "最大容纳的连接数？还不确定"},
            verdict="answered",
            says={"en": "n + 1.", "zh": "n + 1。"},
            shown_by=(
                Proof(exercise="queue-up", checks=("accept_order", "close")),
                Proof(exercise="greeting", checks=("handshake",)),
            ),
            measure="queue",
        ),
    ),
)
GREETING = Measured(replace(verdict(HANDSHAKE), backend="netns", began_ns=BEGAN_NS), "Linux 6.1")
QUEUE_UP = Measured(verdict(HANDSHAKE, ORDER), "Linux 6.1")
QUEUE = tuple(Held(n, min(n, 2), min(n, 2) + 1) for n in range(5))
RECORD = Record({"greeting": GREETING, "queue-up": QUEUE_UP}, QUEUE)
