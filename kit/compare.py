"""The table of differences, measured: what it took each side to move its messages.

A column is a side (a protocol between two hosts, a sender and a receiver program), a row is a question.
A cell is data: a kind and numbers, with the evidence cited; the words for it are in WORDS, in each language.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kit.packets.model import Flags
from kit.packets.stream import space
from kit.verdict import Cite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kit.evidence.model import Call, Evidence
    from kit.exercise.model import Side
    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Packet


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind` is a key of WORDS, `numbers` fill its places."""

    kind: str
    numbers: tuple[int, ...] = ()
    cite: Cite | None = None

    def text(self, language: str) -> str:
        """Say the value in a language (en, zh)."""
        return WORDS[self.kind][language].format(*self.numbers)


@dataclass(frozen=True, slots=True)
class Row:
    """One question; a cell for each column."""

    name: str
    label: Mapping[str, str]  # language -> text
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What renderers print. `columns` are the names that the author gave the sides."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


WORDS: Mapping[str, Mapping[str, str]] = {
    "count": {"en": "{0}", "zh": "{0}"},
    "range": {"en": "{0} to {1}", "zh": "{0} 至 {1}"},
    "kept": {
        "en": "{0} sent, {1} received, each as it was sent",
        "zh": "发送 {0} 次，接收 {1} 次，边界保留",
    },
    "changed": {
        "en": "{0} sent, {1} received: boundaries not kept",
        "zh": "发送 {0} 次，接收 {1} 次，边界不保留",
    },
    "numbered": {"en": "bytes numbered {0} to {1}", "zh": "字节编号 {0} 至 {1}"},
    "unnumbered": {"en": "no numbers in the header", "zh": "首部没有编号"},
    "in_order": {"en": "{0} packets arrived, in order", "zh": "到达 {0} 个分组，顺序不变"},
    "overtaken": {
        "en": "{0} packets arrived, {1} after a later one",
        "zh": "到达 {0} 个分组，其中 {1} 个落在后发者之后",
    },
    "delivered": {"en": "{0} of {1} bytes received", "zh": "收到 {1} 字节中的 {0} 字节"},
    "load": {"en": "{0} bytes for {1} of payload", "zh": "共 {0} 字节，其中数据 {1} 字节"},
    "untraced": {"en": "calls were not traced", "zh": "未跟踪系统调用"},
    "incomplete": {"en": "the captures are not complete", "zh": "抓包不完整"},
    "nothing": {"en": "no packets seen", "zh": "没有看到分组"},
}


def compare(evidence: Evidence, sides: Mapping[str, Side]) -> Table:
    """Measure every row for every side."""
    columns = [_Column(evidence, side) for side in sides.values()]
    rows = tuple(
        Row(name, label, tuple(measure(column) if column.packets else Cell("nothing") for column in columns))
        for name, (label, measure) in ROWS.items()
    )
    return Table(tuple(sides), rows)


class _Column:
    """The evidence of one side, as its rows need it."""

    def __init__(self, evidence: Evidence, side: Side) -> None:
        self.evidence = evidence
        self.side = side

    def _conversations_at(self, host: str) -> tuple[Conversation, ...]:
        return tuple(
            conversation
            for conversation in self.evidence.conversations.get(host, ())
            if conversation.protocol == self.side.protocol
            and self._is_at(conversation.client, self.side.from_)
            and self._is_at(conversation.server, self.side.to)
        )

    def _is_at(self, end: Endpoint, host: str) -> bool:
        """Tell whether an address is the host's; between programs of one host it is loopback's."""
        own = self.evidence.host_of(end.address)
        return own == host or (own is None and self.side.from_ == self.side.to)

    @cached_property
    def conversations(self) -> tuple[Conversation, ...]:
        """As the sender's host saw them."""
        return self._conversations_at(self.side.from_)

    @cached_property
    def packets(self) -> tuple[Packet, ...]:
        return tuple(packet for conversation in self.conversations for packet in conversation.packets)

    @cached_property
    def data(self) -> tuple[Packet, ...]:
        """What carries payload from the sender, as it left."""
        return _data(self.conversations)

    @cached_property
    def arrived(self) -> tuple[Packet, ...]:
        """The same, as it came to the receiver's host."""
        return _data(self._conversations_at(self.side.to))

    @property
    def is_whole(self) -> bool:
        captures = self.evidence.captures
        return all(host in captures and captures[host].whole for host in (self.side.from_, self.side.to))

    @cached_property
    def resent(self) -> tuple[Packet, ...]:
        """What of `data` the sender's host had sent before."""
        return tuple(
            packet
            for conversation in self.conversations
            for packet in conversation.retransmissions
            if packet.source == conversation.client and _carries(packet)
        )

    @cached_property
    def sent(self) -> tuple[Call, ...]:
        calls = self.evidence.calls_of(self.side.sender, "send")
        return tuple(
            c for c in calls if c.protocol == self.side.protocol and c.result is not None and c.result >= 0
        )

    @cached_property
    def received(self) -> tuple[Call, ...]:
        """Calls that returned data; an empty receive is the end of a TCP stream, but a datagram of UDP."""
        least = 0 if self.side.protocol == "udp" else 1
        calls = self.evidence.calls_of(self.side.receiver, "recv")
        return tuple(
            c
            for c in calls
            if c.protocol == self.side.protocol and c.result is not None and c.result >= least
        )

    def cite(self, packet: Packet, host: str | None = None) -> Cite:
        kind = packet.tcp.flags.letters if packet.tcp else packet.protocol
        text = f"{kind}, {len(packet.payload)} bytes of payload"
        return Cite(text, host=host or self.side.from_, packet=packet.number, time_ns=packet.time_ns)

    def counted(self, packets: Iterable[Packet]) -> Cell:
        """Count packets, and cite the first."""
        found = tuple(packets)
        return Cell("count", (len(found),), self.cite(found[0]) if found else None)


def _data(conversations: Iterable[Conversation]) -> tuple[Packet, ...]:
    """Give what the client of each sent with payload; a datagram counts also when it is empty."""
    return tuple(
        packet
        for conversation in conversations
        for packet in conversation.packets
        if packet.source == conversation.client and _carries(packet)
    )


def _carries(packet: Packet) -> bool:
    return packet.udp is not None or (packet.tcp is not None and packet.tcp.length > 0)


def _before_data(column: _Column) -> Cell:
    count = 0
    for conversation in column.conversations:
        numbers = [place for place, packet in enumerate(conversation.packets) if _carries(packet)]
        count += numbers[0] if numbers else len(conversation.packets)
    first = next(iter(column.data), None)
    return Cell("count", (count,), None if first is None else column.cite(first))


def _header(column: _Column) -> Cell:
    """RFC 9293 3.1: 20 bytes and the options; RFC 768: always 8."""
    sizes = sorted({packet.tcp.header_length if packet.tcp else 8 for packet in column.data})
    if not sizes:
        return Cell("nothing")
    cite = column.cite(column.data[0])
    return Cell("count", (sizes[0],), cite) if len(sizes) == 1 else Cell("range", (sizes[0], sizes[-1]), cite)


def _boundaries(column: _Column) -> Cell:
    """Kept, if each receive returned what one send sent: as many bytes, and the same as far as is known."""
    if not column.evidence.calls_traced:
        return Cell("untraced")
    sent, received = (Counter((c.result, c.data) for c in calls) for calls in (column.sent, column.received))
    kind = "kept" if received <= sent else "changed"
    return Cell(kind, (len(column.sent), len(column.received)), _cite_call(column.received))


def _cite_call(calls: tuple[Call, ...]) -> Cite | None:
    if not calls:
        return None
    call = calls[0]
    return Cite(
        f"{call.name} returned {call.result}", program=call.program, call=call.number, time_ns=call.enter_ns
    )


def _numbering(column: _Column) -> Cell:
    numbers = [
        (conversation.relative(packet)[0], packet)
        for conversation in column.conversations
        for packet in conversation.segments(conversation.client)
        if _carries(packet)
    ]
    if not column.data:
        return Cell("nothing")
    if not numbers:
        return Cell("unnumbered", (), column.cite(column.data[0]))
    last = max(seq + (packet.tcp.length if packet.tcp else 0) for seq, packet in numbers) - 1
    return Cell("numbered", (min(seq for seq, _ in numbers), last), column.cite(numbers[0][1]))


def _identity(packet: Packet) -> tuple[object, ...]:
    """What tells a packet at one host to be that at the other, but for copies of it."""
    if packet.tcp is not None:
        return packet.source, packet.target, packet.tcp.seq, packet.tcp.length
    return packet.source, packet.target, packet.payload


def _arrival(column: _Column) -> Cell:
    if not column.is_whole:
        return Cell("incomplete")
    left: dict[tuple[object, ...], list[int]] = {}
    for place, packet in enumerate(column.data):
        left.setdefault(_identity(packet), []).append(place)
    latest = -1
    late = []
    for packet in column.arrived:
        places = left.get(_identity(packet), [])
        place = places.pop(0) if places else latest
        if place < latest:
            late.append(packet)
        latest = max(latest, place)
    count = len(column.arrived)
    if late:
        return Cell("overtaken", (count, len(late)), column.cite(late[0], column.side.to))
    return Cell(
        "in_order", (count,), column.cite(column.arrived[0], column.side.to) if column.arrived else None
    )


def _lost(column: _Column) -> Cell:
    if not column.is_whole:
        return Cell("incomplete")
    arrived = Counter(_identity(packet) for packet in column.arrived)
    lost = []
    for packet in column.data:
        arrived[_identity(packet)] -= 1
        if arrived[_identity(packet)] < 0:
            lost.append(packet)
    return column.counted(lost)


def _sent_again(column: _Column) -> Cell:
    return column.counted(column.resent)


def _delivered(column: _Column) -> Cell:
    if not column.evidence.calls_traced:
        return Cell("untraced")
    sent, received = (sum(call.result or 0 for call in calls) for calls in (column.sent, column.received))
    return Cell("delivered", (received, sent), _cite_call(column.received[-1:]))


def _acknowledgements(column: _Column) -> Cell:
    """Packets back to the sender that carry an acknowledgement and nothing else (RFC 9293 3.4)."""
    return column.counted(
        packet
        for conversation in column.conversations
        for packet in conversation.segments(conversation.server)
        if packet.tcp is not None and not space(packet.tcp) and packet.tcp.flags & _ACK_OR_RST == Flags.ACK
    )


_ACK_OR_RST = Flags.ACK | Flags.RST


def _after_data(column: _Column) -> Cell:
    after: list[Packet] = []
    for conversation in column.conversations:
        last = max((place for place, p in enumerate(conversation.packets) if _carries(p)), default=-1)
        after += conversation.packets[last + 1 :]
    return column.counted(after)


def _packets(column: _Column) -> Cell:
    return column.counted(column.packets)


def _bytes(column: _Column) -> Cell:
    """Bytes of all frames, link header and all, against the payload that left, each byte once."""
    payload = sum(len(p.payload) for p in column.packets) - sum(len(p.payload) for p in column.resent)
    return Cell("load", (sum(packet.length for packet in column.packets), payload))


# A row's name -> its label, and how it is measured; in the order of the table.
ROWS: Mapping[str, tuple[Mapping[str, str], Callable[[_Column], Cell]]] = {
    "before_data": (
        {"en": "packets before the first byte of data", "zh": "第一个数据字节之前的分组数"},
        _before_data,
    ),
    "header": ({"en": "header bytes of a data packet", "zh": "每个数据分组的运输层首部字节数"}, _header),
    "boundaries": ({"en": "messages sent and received", "zh": "发送与接收的消息（边界）"}, _boundaries),
    "numbering": ({"en": "numbering", "zh": "编号"}, _numbering),
    "arrival": ({"en": "order of arrival on the wire", "zh": "线路上的到达顺序"}, _arrival),
    "lost": ({"en": "data packets lost on the way", "zh": "途中丢失的数据分组"}, _lost),
    "sent_again": ({"en": "data packets sent again", "zh": "重传的数据分组"}, _sent_again),
    "delivered": ({"en": "what the receiver got", "zh": "接收方得到的数据"}, _delivered),
    "acknowledgements": (
        {"en": "acknowledgements coming back (without payload)", "zh": "返回的纯确认分组"},
        _acknowledgements,
    ),
    "after_data": (
        {"en": "packets after the last byte of data", "zh": "最后一个数据字节之后的分组数"},
        _after_data,
    ),
    "packets": ({"en": "packets altogether", "zh": "分组总数"}, _packets),
    "bytes": ({"en": "bytes on the wire", "zh": "线路上的总字节数"}, _bytes),
}
