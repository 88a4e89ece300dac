"""The analysis of one conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.packets.tcp.analyser import Analyser
from kit.packets.tcp.model import FLAG_NAMES, REUSED_PORT, Analysis

if TYPE_CHECKING:
    from kit.packets.conversation import Conversation


def analyse(conversation: Conversation) -> Analysis:
    """Analyse a TCP conversation, in its capture's order. One of UDP has no segments. Never raises."""
    analyser = Analyser()
    segments = [facts for packet in conversation.packets if (facts := analyser.feed(packet)) is not None]
    if segments and conversation.reused:
        first = segments[0]
        segments[0] = first._replace(flags=first.flags | {FLAG_NAMES[REUSED_PORT]})
    connection = analyser.connection(conversation.client, conversation.server)
    if connection is None:
        return Analysis(conversation, (), 0, None)
    return Analysis(conversation, tuple(segments), connection.completeness, connection.handshake_ns)
