"""What is known of one row, for the panel beside the picture: dissected packets, the call, what is folded.

Plain values (strings in lists), to be written as JSON into the page and shown there as text, never as markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.ladder.model import Arrived, CallBegan, CallReturned, Mark, Segment, StateChanged
from kit.renderers import inert, inert_line
from kit.report.wording import text_of, title_of, who
from kit.report.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kit.evidence.model import Call, Evidence
    from kit.ladder.model import Event, Ladder, PacketRef
    from kit.packets.model import Packet, Tcp
    from kit.report.rows import Row

Pairs = list[tuple[str, str]]
SHOWN_BYTES = 512  # of a payload or a call's data; the rest is in the run directory
FLAG_NAMES = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")


def details_of(
    evidence: Evidence, ladder: Ladder, row: Row, row_of: Mapping[int, int], lang: str
) -> dict[str, Any]:
    """Give title, parts (a heading, pairs, bytes) and the rows that caused this one; `row_of` maps an event
    to the first event of the row that shows it."""
    if row.folded:
        return {"title": title_of(ladder, row, lang), "list": list(_listed(ladder, row, lang))}
    events = [ladder.events[place] for place in row.events]
    parts = [part for event in events for part in _parts(evidence, event, lang)]
    causes = {row_of[cause] for event in events for cause in event.cause if cause in row_of}
    return {
        "title": title_of(ladder, row, lang),
        "parts": list({part["head"]: part for part in parts}.values()),  # entry and return are one call
        "causes": sorted(causes - {row.events[0]}),
    }


def _listed(ladder: Ladder, row: Row, lang: str) -> Iterator[tuple[str, str, str]]:
    """Give all that a fold holds: time, who, what."""
    for place in row.events:
        event = ladder.events[place]
        if not isinstance(event, Arrived):
            at_ms = (event.time_ns - ladder.began_ns) / 1e6
            yield f"{at_ms:.3f}", inert_line(who(event)), text_of(event, lang)


def _parts(evidence: Evidence, event: Event, lang: str) -> Iterator[dict[str, Any]]:
    match event:
        case Segment():
            yield from _packets(evidence, event, lang)
        case CallBegan() | CallReturned():
            if event.call <= len(evidence.calls):  # they are numbered from 1, in order
                yield _call(evidence.calls[event.call - 1], lang)
        case StateChanged():
            how = say(lang, "confirmed" if event.confirmed else "derived")
            place = f"{event.local} – {event.remote}" if event.remote else str(event.local)
            yield _part(f"{event.state} ({event.lane})", [(say(lang, "connection"), place), ("", how)])
        case Mark():
            rows = [("", inert_line(event.text))]
            yield _part(
                say(lang, "step", number=event.step),
                [*rows, ("", inert(event.reason))] if event.reason else rows,
            )
        case _:
            pass


def _part(head: str, pairs: Pairs, data: bytes = b"", length: int | None = None) -> dict[str, Any]:
    part: dict[str, Any] = {"head": head, "rows": pairs}
    if data:
        part["hex"] = data[:SHOWN_BYTES].hex()
        part["cut"] = max(len(data) if length is None else length, len(data)) > SHOWN_BYTES
    return part


def _packets(evidence: Evidence, segment: Segment, lang: str) -> Iterator[dict[str, Any]]:
    """Dissect the packet at its sender; at the receiver say only what is its own: number and time."""
    captured = [("sent", segment.sent_packet), ("received", segment.received_packet)]
    shown = False
    for key, ref in captured:
        packet = _packet(evidence, ref)
        if ref is None or packet is None:
            yield _part(say(lang, key, host="?", number="?"), [("", say(lang, "not captured"))])
            continue
        head = say(lang, key, host=ref.host, number=ref.number)
        time = (say(lang, "time"), _at(packet.time_ns, evidence.began_ns))
        pairs = [time] if shown else [time, *_dissected(packet, segment, lang)]
        yield _part(head, pairs, b"" if shown else packet.payload, segment.length)
        shown = True


def _packet(evidence: Evidence, ref: PacketRef | None) -> Packet | None:
    capture = evidence.captures.get(ref.host) if ref is not None else None
    if ref is None or capture is None or not 0 < ref.number <= len(capture.packets):
        return None
    return capture.packets[ref.number - 1]


def _dissected(packet: Packet, segment: Segment, lang: str) -> Pairs:
    pairs = [
        (say(lang, "from"), str(packet.source or "")),
        (say(lang, "to"), str(packet.target or "")),
        (say(lang, "on the wire"), say(lang, "size", count=packet.length)),
    ]
    if packet.tcp is not None:
        pairs += _tcp(packet.tcp, segment, lang)
    pairs.append((say(lang, "length"), say(lang, "size", count=segment.length)))
    if segment.arrived_ns is not None and segment.sent_packet is not None:
        pairs.append((say(lang, "travelled"), f"{(segment.arrived_ns - segment.sent_ns) / 1e6:.3f} ms"))
    if segment.rtt_ns is not None:
        pairs.append((say(lang, "rtt"), f"{segment.rtt_ns / 1e6:.3f} ms"))
    if segment.facts:
        pairs.append((say(lang, "analysis"), ", ".join(say(lang, fact) for fact in sorted(segment.facts))))
    if packet.faults:
        pairs.append((say(lang, "decode faults"), inert("; ".join(packet.faults))))
    return pairs


def _tcp(tcp: Tcp, segment: Segment, lang: str) -> Pairs:
    flags = [name for bit, name in enumerate(FLAG_NAMES) if tcp.flags >> bit & 1]
    pairs = [
        ("TCP " + say(lang, "flags"), ", ".join(flags) or "–"),
        (say(lang, "seq"), _relative(tcp.seq, segment.seq, lang)),
    ]
    if "ACK" in flags:
        pairs.append((say(lang, "ack"), _relative(tcp.ack, segment.ack, lang)))
    pairs.append((say(lang, "window"), str(tcp.window)))
    options = tcp.options
    named = (
        ("MSS {}", options.mss),
        ("window scale {}", options.window_scale),
        ("SACK permitted", options.sack_permitted or None),
        ("SACK {}", options.sack_blocks or None),
        ("timestamp {0[0]}, echo {0[1]}", options.timestamp),
    )
    said = [form.format(value) for form, value in named if value is not None]
    return [*pairs, (say(lang, "options"), ", ".join(said))] if said else pairs


def _relative(value: int, relative: int | None, lang: str) -> str:
    return str(value) if relative is None else say(lang, "relative", value=value, relative=relative)


def _call(call: Call, lang: str) -> dict[str, Any]:
    pairs = [(call.name, inert_line(call.arguments))]
    if call.return_ns is None:
        pairs.append((say(lang, "result"), say(lang, "never returned")))
    else:
        pairs.append(
            (say(lang, "result"), f"{'?' if call.result is None else call.result} {call.error or ''}")
        )
        pairs.append((say(lang, "inside"), f"{(call.return_ns - call.enter_ns) / 1e6:.3f} ms"))
    if call.local is not None:
        pairs.append((say(lang, "connection"), f"{call.local} – {call.remote or '*'}"))
    if call.peer is not None:
        pairs.append((say(lang, "peer"), str(call.peer)))
    head = say(lang, "call", number=call.number, program=call.program)
    return _part(head, pairs, call.data) | ({} if call.data_complete else {"cut": True})


def _at(time_ns: int, began_ns: int) -> str:
    return f"{(time_ns - began_ns) / 1e6:.6f} ms"
