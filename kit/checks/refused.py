"""Was the connection refused: the SYN answered by a RST, and connect by ECONNREFUSED (RFC 9293 3.10.7.1)?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.checks._params import Between
from kit.checks._peers import plain, socket_calls
from kit.checks._premise import if_whole, unstarted_host
from kit.checks._wire import opened, tried_instead
from kit.checks._words import call_cite, call_words, packet_cite
from kit.exercise.model import Port
from kit.verdict import fail, passed

if TYPE_CHECKING:
    from kit.evidence.model import Call, Evidence
    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Packet
    from kit.verdict import Answer

# A nonblocking connect returns at once and learns of the refusal later (connect(2)).
_REFUSED = ("ECONNREFUSED", "EINPROGRESS")


class Params(Between):
    port: Port


def check(evidence: Evidence, params: Params) -> Answer:
    near = params.from_
    expected = f"the connection {params.words} is refused: SYN, then RST"
    if (skipped := unstarted_host(evidence, params.from_, expected)) is not None:
        return skipped
    attempts = opened(evidence, near, params)
    if not attempts:
        observed = f"{near} sent no SYN to {params.to}{tried_instead(evidence, params)}"
        return if_whole(evidence, [near], fail(expected=expected, observed=observed))
    welcome = [one for one in attempts if one.opening.syn_ack is not None]
    if welcome:
        cites = [packet_cite(near, one.opening.syn_ack) for one in welcome if one.opening.syn_ack is not None]
        observed = f"{params.to} answered the SYN by SYN-ACK: something listens on port {params.port}"
        return fail(expected=expected, observed=observed, cites=cites)
    silent = [one for one in attempts if _refusal(one) is None]
    cites = [
        packet_cite(near, packet) for one in attempts for packet in (one.opening.syn, _refusal(one)) if packet
    ]
    if silent:
        answer = fail(
            expected=expected, observed=f"the SYN to {silent[0].server} was not answered", cites=cites
        )
        return if_whole(evidence, [near], answer)
    connects = _connects(evidence, near, {one.server for one in attempts})
    cites += [call_cite(call) for call in connects]
    other = [call for call in connects if call.error not in _REFUSED]
    if other:
        observed = f"the SYN was answered by RST, but {other[0].program}'s {call_words(other[0])}"
        return fail(expected=expected, observed=observed, cites=cites)
    seen = f"; connect returned {connects[0].error}" if connects else ""
    return passed(expected=expected, observed=f"the SYN was answered by RST{seen}", cites=cites)


def _refusal(conversation: Conversation) -> Packet | None:
    return next((rst for rst in conversation.resets if rst.source == conversation.server), None)


def _connects(evidence: Evidence, host: str, servers: set[Endpoint]) -> list[Call]:
    """Give the connect calls of a host's programs to these servers; none where calls were not traced."""
    wanted = {(plain(server.address), server.port) for server in servers}
    return [
        call
        for fact in evidence.programs.values()
        if fact.host == host
        for call in socket_calls(evidence, fact.name, "connect")
        if call.peer is not None and (plain(call.peer.address), call.peer.port) in wanted
    ]
