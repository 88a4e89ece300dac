from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from kit.compare import Cell, Row, Table
from kit.exercise.model import Side
from kit.ladder.model import Ladder
from kit.report.figure import figure, picture
from kit.report.shapes import Label, Line, Shape
from tests.report.scene import LANES, segment

if TYPE_CHECKING:
    from kit.report.shapes import Picture

SIDES = {
    name: Side.model_validate(
        {"protocol": name.lower(), "from": "client", "to": "server", "sender": "client", "receiver": "server"}
    )
    for name in ("TCP", "UDP")
}
TABLE = Table(
    ("TCP", "UDP"),
    (
        Row(
            "lost",
            {"en": "data packets lost", "zh": "丢失的数据分组"},
            (Cell("count", (1,)), Cell("nothing")),
        ),
    ),
)
LADDER = Ladder(
    LANES,
    (
        segment(1, 1, "cs", "SYN"),
        segment(2, 2, "cs", "UDP (9)", protocol="udp", payload=b"message-1", length=9, flags=""),
        segment(3, 3, "sc", "SYN-ACK", flags="S."),
        segment(4, 4, "cs", "PSH-ACK 1:2(1)", fate="lost", flags="P.", length=1),
    ),
)


def drawn(lang: str = "en") -> Picture:
    return picture(LADDER, SIDES, TABLE, lang)


def packets(which: Picture) -> dict[str, tuple[Label, float]]:
    """Give each packet's label and where its arrow begins, by its name."""
    found = {}
    for item in which.items:
        if item.name.startswith("packet-"):
            label = next(shape for shape in item.shapes if isinstance(shape, Label))
            found[item.name] = (label, next(shape.x1 for shape in item.shapes if isinstance(shape, Line)))
    return found


def test_each_side_has_its_own_packets_in_their_order_between_its_own_lifelines() -> None:
    found = packets(drawn())
    assert [label.text for label, _ in found.values()] == [
        "SYN",
        'UDP (9) "message-1"',
        "SYN-ACK",
        "PSH-ACK 1:2(1)",
    ]
    client, server, udp_client, _ = sorted({shape.x1 for shape in drawn().under if isinstance(shape, Line)})
    assert [start for _, start in found.values()] == [client, udp_client, server, client]


def test_an_arrow_ends_at_the_other_lifeline_and_a_lost_one_at_its_cross() -> None:
    items = {item.name: item for item in drawn().items}
    tips = [shape.points[0][0] for shape in items["packet-1"].shapes if isinstance(shape, Shape)]
    assert tips == [packets(drawn())["packet-3"][1]]
    crosses = [s for s in items["packet-4"].shapes if isinstance(s, Line) and s.style == "cross"]
    assert len(crosses) == 2
    assert crosses[0].x2 < tips[0]
    assert [s.text for s in items["packet-4"].shapes if isinstance(s, Label)] == ["PSH-ACK 1:2(1)", "lost"]


def test_the_table_stands_below_a_question_a_line() -> None:
    rows = [item for item in drawn().items if item.name.startswith("difference-")]
    assert [item.title for item in rows] == ["data packets lost: 1 / no packets seen"]
    lowest = max(item.top for item in drawn().items if item.name.startswith("packet-"))
    assert all(lowest < item.top for item in rows)
    assert drawn("zh").items[-1].title == "丢失的数据分组: 1 / 没有看到分组"


def test_a_packet_of_somebody_else_is_in_no_side() -> None:
    other = segment(5, 5, "cs", "SYN", from_lane="third")
    assert packets(picture(Ladder(LANES, (other,)), SIDES, TABLE, "en")) == {}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_is_an_svg_with_all_that_it_says(lang: str) -> None:
    text = figure("TCP & UDP", LADDER, SIDES, TABLE, lang)
    root = ET.fromstring(text)  # noqa: S314  # kit's own text
    said = "".join(root.itertext())
    assert "TCP & UDP" in said
    assert ("丢失的数据分组" in said) == (lang == "zh")
