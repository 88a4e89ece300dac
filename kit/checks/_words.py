"""How checks put evidence into words: counts, texts, names of TCP segments, cites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.verdict import Cite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kit.evidence.model import Call, Exit, Output, Socket, SocketTable
    from kit.packets.model import Flags, Packet

SHOWN_CHARACTERS = 120  # of a text, in one phrase: a line or two of a terminal

SHOWN_PACKETS = 20  # that a finding cites: enough to see the pattern
SHOWN_CALLS = 20

# Flag letters that have a name of their own in textbooks; PSH says nothing that a reader needs here.
_SEGMENT_NAMES = {
    "S": "SYN",
    "S.": "SYN-ACK",
    ".": "ACK",
    "P.": "data",
    "F.": "FIN",
    "FP.": "FIN",
    "R": "RST",
    "R.": "RST",
}


def count(number: int, noun: str) -> str:
    """Say `no packet`, `1 packet`, `2 packets`."""
    return f"{number or 'no'} {noun}{'' if number in (0, 1) else 's'}"


def ordinal(number: int) -> str:
    """Say `1st`, `2nd`, `11th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def quoted(data: bytes | str) -> str:
    """Show a text on one line, in quotes, safe for a terminal, cut where it is long."""
    text = data if isinstance(data, str) else data.decode("utf-8", "backslashreplace")
    shown = "".join(_visible(character) for character in text[:SHOWN_CHARACTERS])
    rest = len(text) - SHOWN_CHARACTERS
    return f'"{shown}"' if rest <= 0 else f'"{shown}..." and {count(rest, "more character")}'


def _visible(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def sequence(items: Iterable[str], nothing: str = "nothing") -> str:
    """Say things that come one after the other: `client1, then client2`."""
    return ", then ".join(items) or nothing


def segment_name(flags: Flags) -> str:
    return _SEGMENT_NAMES.get(flags.letters, flags.letters)


def packet_cite(host: str, packet: Packet) -> Cite:
    """Point at a packet in the capture of `host`."""
    name = packet.protocol if packet.tcp is None else segment_name(packet.tcp.flags)
    layer = packet.tcp or packet.udp
    size = packet.length if layer is None else layer.length
    what = f"{name} {packet.source} > {packet.target}" + (f", {count(size, 'byte')}" if size else "")
    return Cite(what, host=host, packet=packet.number, time_ns=packet.time_ns)


def call_cite(call: Call) -> Cite:
    """Point at a call; its time is the return's, or the entry's where it never returned."""
    time_ns = call.enter_ns if call.return_ns is None else call.return_ns
    return Cite(call_words(call), program=call.program, call=call.number, time_ns=time_ns)


def call_words(call: Call) -> str:
    """Say a call and how it ended: `connect to 198.18.0.2:8001: ECONNREFUSED`."""
    return f"{call_start(call)}{_result(call)}"


def call_start(call: Call) -> str:
    """Say a call without its end: `accept4 on 0.0.0.0:8001`."""
    other = call.peer or call.remote
    if other is not None:
        return f"{call.name} {'from' if call.kind in ('accept', 'recv') else 'to'} {other}"
    return call.name if call.local is None else f"{call.name} on {call.local}"


def _result(call: Call) -> str:
    if call.error is not None:
        return f": {call.error}"
    if call.result is None:
        return ", not returned"
    return f" = {call.result}" + (f" {quoted(call.data)}" if call.data else "")


def output_cite(output: Output) -> Cite:
    return Cite(
        f"{output.stream} {quoted(output.data.rstrip())}", program=output.program, time_ns=output.time_ns
    )


def exit_words(end: Exit) -> str:
    """Say how a program ended, as the rest of a sentence that begins with its name."""
    if end.killed_by_kit:
        return "was still running when the run ended"
    if end.signal is not None:
        return f"was ended by SIG{end.signal.removeprefix('SIG')}"
    return f"ended with exit code {end.code}"


def exit_cite(end: Exit) -> Cite:
    return Cite(exit_words(end), program=end.program, time_ns=end.time_ns)


def socket_words(socket: Socket) -> str:
    """Say a row of a socket table."""
    other = "" if socket.remote.port == 0 else f" - {socket.remote}"
    return f"{socket.state} {socket.local}{other}, Recv-Q {socket.recv_queue}, Send-Q {socket.send_queue}"


def socket_cite(table: SocketTable, socket: Socket) -> Cite:
    return Cite(socket_words(socket), host=table.host, time_ns=table.time_ns)
