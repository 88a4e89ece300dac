"""Drafts of packets: a leaving, and an arrival where the other host's capture has it."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from kit.ladder import words
from kit.ladder.drafts import Draft
from kit.ladder.model import Arrived, PacketRef, Segment
from kit.ladder.order import Constraint, Rank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.ladder.drafts import Scene
    from kit.ladder.order import Key
    from kit.ladder.wire import Crossing, Talk, View
    from kit.packets.model import Endpoint


def drafts(scene: Scene) -> Iterator[Draft]:
    before = _captured_before(scene)
    for talk in scene.wire.talks:
        for one in talk.crossings:
            event = _segment(scene, talk, one)
            yield Draft(one.sent_key, event, {}, _after(before, one.sent_key))
            if one.arrived_ns is not None:
                came = Arrived(
                    time_ns=one.arrived_ns,
                    at_ns=one.arrived_ns,
                    segment=0,
                    lane=one.to_host,
                    program=event.to_program,
                )
                sent_first = Constraint(one.sent_key, one.arrived_key, Rank.NATURE)
                constraints = (sent_first, *_after(before, one.arrived_key))
                yield Draft(one.arrived_key, came, {"segment": one.sent_key}, constraints)


def _after(before: dict[Key, Key], key: Key) -> tuple[Constraint, ...]:
    return (Constraint(before[key], key, Rank.CAPTURE),) if key in before else ()


def _captured_before(scene: Scene) -> dict[Key, Key]:
    """Give, for each sending and arrival, the one that the same capture has just before."""
    at_host: dict[str, list[tuple[int, int, Key]]] = defaultdict(list)
    for talk in scene.wire.talks:
        for one in talk.crossings:
            if one.sent is not None:
                at_host[one.from_host].append((one.sent.packet.number, 0, one.sent_key))
            if one.received is not None:
                at_host[one.to_host].append((one.received.packet.number, 1, one.arrived_key))
    return {
        after[2]: before[2] for captured in at_host.values() for before, after in pairwise(sorted(captured))
    }


def _segment(scene: Scene, talk: Talk, one: Crossing) -> Segment:
    packet, tcp, udp = one.packet, one.packet.tcp, one.packet.udp
    if packet.source is None or packet.target is None:
        raise ValueError(f"packet {packet.number} of {one.view.host} has no ends")
    seq, ack = one.relative if tcp else (None, None)
    return Segment(
        number=0,
        from_lane=one.from_host,
        to_lane=one.to_host,
        label=words.packet_label(packet, one.relative),
        protocol=packet.protocol,  # type: ignore[arg-type]  # a conversation has no other
        dialogue=scene.number(talk),
        source=packet.source,
        target=packet.target,
        fate=one.fate,
        from_program=_program(scene, talk, packet.source),
        to_program=_program(scene, talk, packet.target),
        flags=tcp.flags.letters if tcp else "",
        seq=seq,
        ack=ack,
        length=tcp.length if tcp else udp.length if udp else 0,
        window=tcp.window if tcp else None,
        payload=packet.payload,
        sent_packet=_reference(one.sent),
        received_packet=_reference(one.received),
        sent_ns=packet.time_ns,
        arrived_ns=one.arrived_ns,
        facts=scene.judged.marks(one) | _done_by_link(scene, one),
        rtt_ns=scene.judged.rtt_ns(one),
        time_ns=packet.time_ns,
        at_ns=packet.time_ns,
    )


def _done_by_link(scene: Scene, one: Crossing) -> frozenset[str]:
    if one.sent is None:
        return frozenset()
    return scene.done_by_link.get((one.from_host, one.sent.packet.number), frozenset())


def _reference(view: View | None) -> PacketRef | None:
    return None if view is None else PacketRef(view.host, view.packet.number)


def _program(scene: Scene, talk: Talk, end: Endpoint) -> str | None:
    return scene.sockets.program(talk, end) if end in (talk.client, talk.server) else None
