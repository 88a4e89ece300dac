"""Short words for calls and packets, the same in every picture. English names of the protocol, no sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from kit.packets.model import Flags

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.evidence.model import Call
    from kit.ladder.model import CallBegan, CallReturned
    from kit.packets.model import Endpoint, Packet

    Name = Callable[[Endpoint], str]

Payload = Literal["none", "text", "hex"]

_FLAGS = (
    (Flags.SYN, "SYN"),
    (Flags.FIN, "FIN"),
    (Flags.RST, "RST"),
    (Flags.PSH, "PSH"),
    (Flags.URG, "URG"),
    (Flags.ACK, "ACK"),
)
_PLAIN = {0x22: '\\"', 0x5C: "\\\\", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}


def packet_label(packet: Packet, relative: tuple[int, int]) -> str:
    """Say what a packet is: `SYN`, `PSH-ACK 1:10(9)` (packetdrill's numbers), `UDP (9)`, `port unreachable`."""
    if packet.tcp is not None:
        kind = "-".join(name for flag, name in _FLAGS if packet.tcp.flags & flag) or "no flags"
        begin, size = relative[0], packet.tcp.length
        return f"{kind} {begin}:{begin + size}({size})" if size else kind
    if packet.udp is not None:
        return f"UDP ({packet.udp.length})"
    return "port unreachable"


def payload_text(data: bytes, how: Payload, limit: int) -> str:
    r"""Give bytes for reading, at most `limit` characters of them; nothing for none.

    Text is quoted and has its control characters escaped; what is no UTF-8 is shown as `\xNN`.
    """
    if how == "none" or not data:
        return ""
    if how == "hex":
        shown = data[: max(1, limit // 3)].hex(" ")
        return shown + (" …" if len(data) > max(1, limit // 3) else "")
    text = data[: 4 * limit].decode("utf-8", "backslashreplace").translate(_PLAIN)
    cut = len(text) > limit or len(data) > 4 * limit
    return f'"{text[:limit]}…"' if cut else f'"{text}"'


def call_label(call: Call, name: Name) -> str:
    """Say what was called, as a programmer would write it: `connect(server:8001)`, `listen(5)`, `recv()`."""
    verb = "sendto" if call.kind == "send" and call.peer is not None and call.remote is None else call.kind
    return f"{verb}({_ARGUMENTS.get(call.kind, _nothing)(call, name)})"


def _nothing(_call: Call, _name: Name) -> str:
    return ""


def _protocol(call: Call, _name: Name) -> str:
    return call.protocol.upper() if call.protocol else ""


def _local(call: Call, _name: Name) -> str:
    return str(call.local) if call.local else ""


def _peer(call: Call, name: Name) -> str:
    to = call.peer or call.remote
    return name(to) if to else ""


def _sent_to(call: Call, name: Name) -> str:
    return name(call.peer) if call.peer is not None and call.remote is None else ""


def _closed(call: Call, name: Name) -> str:
    return name(call.remote) if call.remote else f":{call.local.port}" if call.local else ""


def _last_argument(call: Call, _name: Name) -> str:
    return call.arguments.rpartition(", ")[2]


_ARGUMENTS: dict[str, Callable[[Call, Name], str]] = {
    "socket": _protocol,
    "bind": _local,
    "listen": _last_argument,
    "connect": _peer,
    "send": _sent_to,
    "close": _closed,
    "shutdown": _last_argument,
}


def result_label(call: Call, name: Name) -> str:
    """Say with what a call returned; nothing where success says it all."""
    if call.error:
        return f"= {call.error}"
    if call.kind == "accept":
        peer = call.remote or call.peer
        return f"= {name(peer)}" if peer else "= ok"
    if call.kind == "connect":
        return "= ok"
    if call.kind == "recv" and call.result == 0 and call.protocol == "tcp":
        return '= "" (end)'
    if call.kind in ("recv", "send"):
        return f"= {call.result} bytes"
    return ""


def began_text(began: CallBegan, payload: Payload, limit: int) -> str:
    """Give a call's entry, with the bytes that it sends."""
    data = payload_text(began.data, payload, limit)
    if not data:
        return began.label
    verb, _, rest = began.label.partition("(")
    return f"{verb}({data}{'' if rest == ')' else ', '}{rest}"


def returned_text(returned: CallReturned, payload: Payload, limit: int) -> str:
    """Give a call's return, with the bytes that it received."""
    data = payload_text(returned.data, payload, limit)
    if data:
        return f"{returned.kind}() {re.sub(r'[0-9]+ bytes', lambda _: data, returned.label)}"
    return f"{returned.kind}() {returned.label or '= ok'}"


def whole_text(began: CallBegan, returned: CallReturned, payload: Payload, limit: int) -> str:
    """Give a call that came back at once, on one line."""
    if returned.kind == "recv":
        return returned_text(returned, payload, limit)
    if returned.kind == "send" and returned.label == f"= {len(began.data)} bytes":
        return began_text(began, payload, limit)  # all of it
    return f"{began_text(began, payload, limit)} {returned.label}".rstrip()
