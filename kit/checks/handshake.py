"""Did the two hosts complete the three-way handshake: SYN, SYN-ACK, ACK (RFC 9293 3.5)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kit.checks._params import Between
from kit.checks._peers import listens_elsewhere
from kit.checks._premise import if_whole, unstarted_host
from kit.checks._wire import ends, opened, tried_instead
from kit.checks._words import count, packet_cite, segment_name, sequence
from kit.verdict import fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Evidence
    from kit.packets.conversation import Conversation
    from kit.verdict import Answer, Cite

HANDSHAKE = "complete handshake"


class Params(Between):
    """`from` is who connects. `count` handshakes, neither more nor fewer, are seen at both ends."""

    count: Annotated[int, Field(ge=0)] = 1


def check(evidence: Evidence, params: Params) -> Answer:
    expected = f"{count(params.count, HANDSHAKE)} (SYN, SYN-ACK, ACK) {params.words}"
    if (skipped := unstarted_host(evidence, params.from_, expected)) is not None:
        return skipped
    attempts = {at: opened(evidence, at, params) for at in ends(params)}
    complete = {at: [one for one in seen if one.handshake_complete] for at, seen in attempts.items()}
    near = params.from_
    cites = [cite for one in complete[near] for cite in _cites(near, one)]
    numbers = {at: len(seen) for at, seen in complete.items()}
    observed = _numbers(numbers)
    if set(numbers.values()) == {params.count}:
        return if_whole(evidence, numbers, passed(expected=expected, observed=observed, cites=cites))
    unfinished = [one for one in attempts[near] if not one.handshake_complete]
    cites += [cite for one in unfinished for cite in _cites(near, one)]
    observed += "".join(f"; {_how_far(one)}" for one in unfinished)
    if not attempts[near]:
        observed += f"; {near} sent no SYN to {params.to}{tried_instead(evidence, params)}"
    elif not complete[near]:
        observed += listens_elsewhere(evidence, params.to, params.port)
    answer = fail(expected=expected, observed=observed, cites=cites)
    too_many = any(number > params.count for number in numbers.values())
    return answer if too_many else if_whole(evidence, numbers, answer)


def _numbers(numbers: dict[str, int]) -> str:
    if len(set(numbers.values())) == 1:
        return count(next(iter(numbers.values())), HANDSHAKE)
    return ", ".join(f"{count(number, HANDSHAKE)} seen at {at}" for at, number in numbers.items())


def _cites(at: str, conversation: Conversation) -> list[Cite]:
    opening = conversation.opening
    seen = [packet for packet in (opening.syn, opening.syn_ack, opening.ack) if packet is not None]
    return [
        packet_cite(at, packet)
        for packet in (*seen, *(() if conversation.handshake_complete else conversation.resets[:1]))
    ]


def _how_far(conversation: Conversation) -> str:
    """Say how an unfinished handshake went."""
    opening = conversation.opening
    if opening.syn is not None and opening.syn_ack is None and conversation.resets:
        return f"the SYN to {conversation.server} was answered by RST: nobody listens there"
    seen = [packet.tcp for packet in (opening.syn, opening.syn_ack, opening.ack) if packet is not None]
    names = sequence(segment_name(tcp.flags) for tcp in seen if tcp is not None)
    return f"only {names} with {conversation.server}"
