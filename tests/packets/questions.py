"""All that can be asked of packets, for tests that ask it of packets that nobody would send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.packets.conversation import conversations, unreachable
from kit.packets.tcp import analyse, between, states
from kit.packets.tcp.analyser import analyse_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kit.packets.conversation import Conversation
    from kit.packets.model import Packet


def ask_everything(packets: Sequence[Packet]) -> None:
    list(analyse_all(packets))
    there = conversations(packets)
    for conversation in there:
        _ask(conversation)
    for conversation in there[:1]:
        unreachable(packets, conversation)
    between(packets, packets)


def _ask(conversation: Conversation) -> None:
    analysis = analyse(conversation)
    assert len(analysis.segments) <= len(conversation.packets)
    assert min(analysis.bytes.client, analysis.bytes.server) >= 0
    assert analysis.history is not None
    assert analysis.conn_state
    assert len(analysis.closing) <= 4
    assert len(conversation.retransmissions) <= len(conversation.packets)
    assert conversation.handshake_complete in (True, False)
    assert conversation.closed_orderly in (True, False)
    for end in {conversation.client, conversation.server}:
        states(conversation, end)
    for packet in conversation.packets:
        assert min(conversation.relative(packet)) >= 0
