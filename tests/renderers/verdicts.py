"""Literal verdicts for the tests of renderers and commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.compare import Cell, Row, Table
from kit.renderers import Options, load
from kit.verdict import Answer, Cite, Finding, Outcome, Verdict, fail, inconclusive, passed

if TYPE_CHECKING:
    from collections.abc import Callable

BEGAN_NS = 1_700_000_000_000_000_000

HANDSHAKE = Finding(
    "handshake",
    "handshake",
    passed(
        expected="1 handshake from client1 to server",
        observed="1 handshake from client1 to server",
        cites=[Cite("SYN", host="client1", packet=1, time_ns=BEGAN_NS + 204_000_000)],
    ),
    why={"en": "SYN, SYN-ACK, ACK", "zh": "三次握手"},
)
ORDER = Finding(
    "accept_order",
    "accept_order",
    fail(
        expected="client1, client2",
        observed="client2, client1",
        cites=[Cite("accept4 returned client2", program="server", call=4, time_ns=BEGAN_NS + 1_204_000_000)],
    ),
    max_points=3,
    why={"en": "accept takes the oldest", "zh": "accept 取出最早的一个"},
    hint={"en": "serve it before the next accept"},
)
QUEUE = Finding(
    "queue", "queue", inconclusive(expected="2 connections queued", observed="the table was not read")
)
RECEIVED = Finding(
    "received", "received", Answer(Outcome.SKIPPED, "one receive", "needs accept_order, which did not pass")
)
TIMELINE = Finding(
    "timeline", "timeline", fail(expected="step 5", observed="step 5 was missed"), max_points=0
)
TABLE = Table(
    ("TCP", "UDP"),
    (
        Row(
            "before_data",
            {"en": "packets before the first byte", "zh": "第一个字节之前的分组数"},
            (
                Cell("count", (3,), Cite("S, 0 bytes", host="client1", packet=1, time_ns=BEGAN_NS)),
                Cell("count", (0,)),
            ),
        ),
        Row("delivered", {"en": "what the receiver got"}, (Cell("delivered", (27, 27)), Cell("untraced"))),
    ),
)
HIDDEN = Finding(
    "secret-order",
    "order",
    fail(expected="secret expectation", observed="secret observation"),
    2,
    hidden=True,
)


def verdict(*findings: Finding, **changes: object) -> Verdict:
    fields: dict[str, object] = {
        "exercise": "listen-accept",
        "submission": "alice",
        "backend": "netns",
        "seed": None,
        "began_ns": BEGAN_NS,
        "run_dir": "runs/one",
    }
    return Verdict(findings=findings, **(fields | changes))  # type: ignore[arg-type]


def writer(name: str) -> Callable[..., str]:
    """Give what writes verdicts down whole in a format, for its own reader unless an option says otherwise."""
    renderer = load(name)

    def write(*verdicts: Verdict, **options: Any) -> str:
        return "".join(renderer.render(verdicts, Options(**{"audience": renderer.AUDIENCE, **options})))

    return write
