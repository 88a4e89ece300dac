"""The same exercise on both backends: the same normalised trace, the same verdict.

Normalised means: addresses and ephemeral ports are names, times are gone, and so is what may differ
between any two runs on one machine, because an answer may come sooner or later: how many acknowledgements there are,
whether the side that closes last combines its FIN with its ACK (3 or 4 segments), what is sent again, and into
which segments the bytes of two sends are cut (the second waits for the acknowledgement of the first, RFC 9293 3.7.4).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from kit.backends import docker, netns
from kit.evidence import store
from kit.evidence.model import STREAMS
from kit.exercise import catalogue, loader
from kit.exercise.model import Exited
from kit.judge import judge
from kit.packets.model import Flags

if TYPE_CHECKING:
    from pathlib import Path

    from kit.backends.base import Backend
    from kit.evidence.model import Call, Evidence
    from kit.exercise.model import Definition
    from kit.packets.conversation import Conversation
    from kit.packets.model import Endpoint
    from kit.verdict import Verdict

BACKENDS: dict[str, Backend] = {"docker": docker.backend(), "netns": netns.backend()}
# Calls whose number depends on how soon the other side was: left out of the comparison.
EPHEMERAL = 32768  # net.ipv4.ip_local_port_range begins here
WAITING = frozenset({"poll", "select", "epoll_wait"})
# Where buffers are full, a segment waits for an acknowledgement, or two threads share a connection, it is a matter of time in
# any run how many bytes a call moves, which comes first, and how often one finds no room: their sum is compared.
STREAMED = frozenset({"blocking-send", "full-duplex", "nagle", "partial-send", "zero-window"})


def normalised(evidence: Evidence, definition: Definition) -> dict[str, Any]:
    """Give what must be the same. Of a program whose end no gate waits for it is a matter of time how far it came."""
    awaited = {
        name for step in definition.timeline if isinstance(step.value, Exited) for name in step.value.exited
    }
    return {
        "packets": {
            host: sorted(_conversation(evidence, one) for one in conversations)
            for host, conversations in evidence.conversations.items()
        },
        "calls": {
            program: _calls(evidence, program, streamed=evidence.exercise in STREAMED) for program in awaited
        },
        "outputs": {
            program: [_named(evidence, evidence.output_of(program, stream)) for stream in STREAMS]
            for program in awaited
        },
        "exits": Counter(
            (end.program, end.code, end.signal, end.killed_by_kit)
            for end in evidence.exits
            if end.program in awaited
        ),
        "steps": [(step.text, step.outcome) for step in evidence.steps],
        "queues": {
            name: sorted(
                (host, one.protocol, one.state, one.recv_queue)
                for host, table in snapshot.tables.items()
                for one in table.sockets
            )
            for name, snapshot in evidence.snapshots.items()
        },
    }


def _named(evidence: Evidence, text: bytes) -> bytes:
    """Put names for addresses, and leave ephemeral ports out, in what a program printed."""
    for host in evidence.hosts.values():
        text = text.replace(host.address.encode(), host.name.encode())
    return re.sub(rb"\b\d{5}\b", lambda port: b"PORT" if int(port[0]) >= EPHEMERAL else port[0], text)


def _conversation(evidence: Evidence, one: Conversation) -> tuple[Any, ...]:
    """Each side's packets in its own order: how the two sides' packets interleave is a matter of time."""
    sides = [
        _stream(one, end) if one.protocol == "tcp" else _datagrams(one, end)
        for end in (one.client, one.server)
    ]
    return one.protocol, _name(evidence, one.client), _name(evidence, one.server), *sides


def _stream(one: Conversation, end: Endpoint) -> tuple[Any, ...]:
    """Give a side's bytes and what it said to open and to end, in order, but for an RST when the close is complete: whether the
    last acknowledgement is sent once more, to a connection that is gone, is a matter of time (see `Conversation.resets`).
    """
    said = [
        packet.tcp.flags & (Flags.SYN | Flags.FIN | Flags.RST)
        for packet in one.segments(end)
        if packet.tcp and (packet in one.resets or not packet.tcp.flags & Flags.RST)
    ]
    stream = one.stream(end)
    return stream.data, stream.gaps, tuple(dict.fromkeys(flags.letters for flags in said if flags))


def _datagrams(one: Conversation, end: Endpoint) -> tuple[Any, ...]:
    sent = [packet for packet in one.packets if packet.source == end]
    return tuple((packet.protocol, packet.udp.length if packet.udp else 0) for packet in sent)


def _name(evidence: Evidence, end: Endpoint) -> tuple[str, int]:
    port = 0 if end.port >= EPHEMERAL else end.port
    return evidence.host_of(end.address) or end.address, port


def _is_kept(call: Call) -> bool:
    return call.protocol is not None and call.kind not in WAITING


def _calls(evidence: Evidence, program: str, *, streamed: bool) -> dict[Any, Any]:
    """Give a program's calls by connection: in which order its threads serve several is a matter of time, too."""
    found: dict[Any, list[tuple[Any, ...]]] = {}
    moved: Counter[Any] = Counter()
    for call in filter(_is_kept, evidence.calls_of(program)):
        kind, remote, *rest = _call(evidence, call)
        if streamed and kind in ("send", "recv"):
            moved[remote, kind] += max(0, call.result or 0)
        else:
            found.setdefault(remote, []).append((kind, *rest))
    return {"by connection": found, "bytes": moved}


def _call(evidence: Evidence, call: Call) -> tuple[Any, ...]:
    remote = _name(evidence, call.remote) if call.remote else None
    result = call.result if call.kind in ("send", "recv") else call.error
    return call.kind, remote, result, call.data


def run_on(name: str, exercise: str, folder: Path) -> tuple[Evidence, Verdict]:
    verdict = judge(
        loader.load(catalogue.find(exercise)), None, "parity", BACKENDS[name], folder, lambda _text: None
    )
    return store.load(folder), verdict


@pytest.mark.docker
@pytest.mark.netns
@pytest.mark.parametrize("exercise", catalogue.names())
def test_both_backends_give_the_same_trace_and_the_same_verdict(exercise: str, tmp_path: Path) -> None:
    on_docker, verdict_of_docker = run_on("docker", exercise, tmp_path / "docker")
    on_netns, verdict_of_netns = run_on("netns", exercise, tmp_path / "netns")
    definition = loader.load(catalogue.find(exercise)).definition
    assert normalised(on_docker, definition) == normalised(on_netns, definition)
    findings = [
        [(finding.name, finding.outcome) for finding in verdict.findings]
        for verdict in (verdict_of_docker, verdict_of_netns)
    ]
    assert findings[0] == findings[1]
    assert verdict_of_docker.outcome == "pass"
