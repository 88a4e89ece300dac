"""Words on the wire that were drawn for somebody else: what a program has that was copied with them in it.

Each student's run has words of its own (parameters with `token`), drawn from a seed. A word of another's in a run says
that something came from that other student's run; who copied from whom, it does not say.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias

from kit.classroom.job import Seen
from kit.evidence.model import STREAMS
from kit.exercise import parameters
from kit.verdict import Cite

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kit.evidence.model import Evidence
    from kit.exercise.model import Definition
    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint, Packet

FEWEST_LETTERS = 5  # shorter words meet by chance: of five letters there are 43 million
MOST_SEEN = 20  # of one run: each is a reason to look, a hundred are no better one
_STRETCH = re.compile(rb"[a-z0-9]{%d,}" % FEWEST_LETTERS)  # what a token is made of


def words_of(definition: Definition, seed: str) -> set[str]:
    """Give the words that a seed draws, those that are too long to be met by chance."""
    drawn = parameters.draw(definition, seed)
    return {
        drawn[name]
        for name, param in definition.params.items()
        if param.token is not None and param.token >= FEWEST_LETTERS
    }


def seen(evidence: Evidence, words: Mapping[str, str]) -> tuple[Seen, ...]:
    """Find others' words (word -> student) in what was sent and in what programs printed; each once, a packet before a line."""
    found: dict[str, Seen] = {}
    for text, cites in _texts(evidence):
        for word, place in _known(text, words):
            if word not in found and len(found) < MOST_SEEN:
                at = max(bisect_right(cites, place, key=itemgetter(0)) - 1, 0)
                found[word] = Seen(
                    word=word, student=words[word], place=cites[at][1].place(evidence.began_ns)
                )
    return tuple(found.values())


def _known(text: bytes, words: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Give the words that are in the text, and where: each stretch of letters and digits from each of its places."""
    lengths = {len(word) for word in words}
    for stretch in _STRETCH.finditer(text):
        said = stretch[0].decode("ascii")
        for place in range(len(said)):
            for length in lengths:
                if (piece := said[place : place + length]) in words:
                    yield piece, stretch.start() + place


# A text as a whole, since a word may be sent in pieces; and from which offset on a citation is right.
_Text: TypeAlias = tuple[bytes, list[tuple[int, Cite]]]


def _texts(evidence: Evidence) -> Iterator[_Text]:
    for host, conversations in evidence.conversations.items():
        for conversation in conversations:
            for end in (conversation.client, conversation.server):
                yield _sent(host, conversation, end)
    for program, stream in product(evidence.programs, STREAMS):
        lines = [line for line in evidence.outputs if (line.program, line.stream) == (program, stream)]
        yield _joined((line.data, Cite("", program=program, time_ns=line.time_ns)) for line in lines)


def _joined(parts: Iterable[tuple[bytes, Cite]]) -> _Text:
    whole = bytearray()
    cites = []
    for data, cite in parts:
        cites.append((len(whole), cite))
        whole += data
    return bytes(whole), cites


def _sent(host: str, conversation: Conversation, end: Endpoint) -> _Text:
    """Give what an end sent: TCP's stream, or the datagrams, with a space between two of them."""
    if conversation.protocol == "udp":
        packets = conversation.datagrams(end)
        return _joined((packet.payload + b" ", _cite(host, packet)) for packet in packets)
    by_number = {packet.number: packet for packet in conversation.packets}
    stream = conversation.stream(end)
    return stream.data, [(offset, _cite(host, by_number[number])) for offset, number in stream.segments]


def _cite(host: str, packet: Packet) -> Cite:
    return Cite("", host=host, packet=packet.number, time_ns=packet.time_ns)
